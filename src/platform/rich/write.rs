//! Writes a [`Rich`] in each markup that short posts have. Takes marks and text, gives one
//! string in which the text reads as it stands: what looks like markup in it is escaped, or,
//! where a markup knows no escape, parted by a character that nobody sees.

use super::{MarkKind, Rich};

/// Parts what would be read as markup where there is no escape, or joins what would not.
const INVISIBLE: char = '\u{200b}';

/// A piece of a text with its marks, in order.
enum Piece<'a> {
    Text(&'a str),
    BoldOpen,
    BoldClose,
    Link { text: &'a str, url: &'a str },
    Tag { text: &'a str, tag: &'a str },
}

impl Rich {
    /// The text in pieces; marks that cross or lie outside of it leave their text.
    fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut at = 0;
        let mut bold_end = None;
        for mark in &self.marks {
            let range = mark.range.clone();
            let Some(text) = self.text.get(range.clone()).filter(|text| !text.is_empty()) else {
                continue;
            };
            if range.start < at {
                continue;
            }
            self.close_bold(&mut pieces, &mut at, &mut bold_end, range.start);
            if bold_end.is_some_and(|end| range.end > end) {
                continue;
            }
            let piece = match &mark.kind {
                MarkKind::Bold if bold_end.is_some() => continue,
                MarkKind::Bold => {
                    bold_end = Some(range.end);
                    Piece::BoldOpen
                }
                MarkKind::Link(url) => Piece::Link { text, url },
                MarkKind::Tag(tag) => Piece::Tag { text, tag },
                MarkKind::Mention(_) => Piece::Text(text),
            };
            self.text_until(&mut pieces, &mut at, range.start);
            if !matches!(piece, Piece::BoldOpen) {
                at = range.end;
            }
            pieces.push(piece);
        }
        self.close_bold(&mut pieces, &mut at, &mut bold_end, self.text.len());
        self.text_until(&mut pieces, &mut at, self.text.len());
        pieces
    }

    fn text_until<'a>(&'a self, pieces: &mut Vec<Piece<'a>>, at: &mut usize, end: usize) {
        if let Some(text) = self.text.get(*at..end).filter(|text| !text.is_empty()) {
            pieces.push(Piece::Text(text));
        }
        *at = end;
    }

    /// Ends the bold that is open if it ends before `next`.
    fn close_bold<'a>(
        &'a self,
        pieces: &mut Vec<Piece<'a>>,
        at: &mut usize,
        bold_end: &mut Option<usize>,
        next: usize,
    ) {
        if let Some(end) = bold_end.take_if(|end| *end <= next) {
            self.text_until(pieces, at, end);
            pieces.push(Piece::BoldClose);
        }
    }

    /// As plain text: a link whose text is not its address is followed by the address.
    pub fn plain(&self) -> String {
        let mut plain = String::with_capacity(self.text.len());
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) | Piece::Tag { text, .. } => plain.push_str(text),
                Piece::Link { text, url } => {
                    plain.push_str(text);
                    if text != url {
                        plain.push(' ');
                        plain.push_str(url);
                    }
                }
                Piece::BoldOpen | Piece::BoldClose => {}
            }
        }
        plain
    }

    /// In Telegram's subset of HTML, where a line end is a line end.
    pub fn telegram(&self) -> String {
        self.in_html("b")
    }

    /// As HTML of paragraphs and line breaks, for letters and Matrix.
    pub fn html(&self) -> String {
        let inside = self.in_html("strong");
        // No mark reaches over a line end.
        let paragraphs = inside.split("\n\n").filter(|lines| !lines.is_empty());
        paragraphs
            .map(|lines| format!("<p>{}</p>", lines.replace('\n', "<br>")))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn in_html(&self, bold: &str) -> String {
        let mut out = String::with_capacity(self.text.len());
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) | Piece::Tag { text, .. } => escape_html(&mut out, text),
                Piece::BoldOpen => out.push_str(&format!("<{bold}>")),
                Piece::BoldClose => out.push_str(&format!("</{bold}>")),
                Piece::Link { text, url } => {
                    out.push_str("<a href=\"");
                    escape_html(&mut out, url);
                    out.push_str("\">");
                    escape_html(&mut out, text);
                    out.push_str("</a>");
                }
            }
        }
        out
    }

    /// In Slack's `mrkdwn`.
    pub fn slack(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        let pieces = self.pieces();
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) | Piece::Tag { text, .. } => slack_text(&mut out, text),
                // Slack knows bold only between blanks; Chinese has none.
                Piece::BoldOpen => {
                    if out.ends_with(|c: char| !c.is_whitespace()) {
                        out.push(INVISIBLE);
                    }
                    out.push('*');
                }
                Piece::BoldClose => {
                    out.push('*');
                    let next = pieces.get(index + 1);
                    let blank = match next {
                        Some(Piece::Text(text)) => text.starts_with(char::is_whitespace),
                        next => next.is_none(),
                    };
                    if !blank {
                        out.push(INVISIBLE);
                    }
                }
                Piece::Link { text, url } => {
                    out.push('<');
                    let address = url
                        .replace('|', "%7C")
                        .replace('>', "%3E")
                        .replace('<', "%3C");
                    out.push_str(&address.replace('&', "&amp;"));
                    if text != url {
                        out.push('|');
                        slack_text(&mut out, text);
                    }
                    out.push('>');
                }
            }
        }
        out
    }

    /// In Discord's markdown.
    pub fn discord(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        let pieces = self.pieces();
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) | Piece::Tag { text, .. } => discord_text(&mut out, text),
                Piece::BoldOpen | Piece::BoldClose => out.push_str("**"),
                Piece::Link { text, url } if text == url => {
                    // Bare where a blank ends it: Discord shows its card only then, but takes
                    // all that is no blank for a part of the address.
                    let ends = match pieces.get(index + 1) {
                        Some(Piece::Text(next)) => next.starts_with(char::is_whitespace),
                        next => next.is_none(),
                    };
                    if ends {
                        out.push_str(url);
                    } else {
                        out.push_str(&format!("<{url}>"));
                    }
                }
                Piece::Link { text, url } => {
                    out.push('[');
                    discord_text(&mut out, text);
                    out.push_str(&format!("](<{}>)", in_angles(url)));
                }
            }
        }
        out
    }

    /// In the markdown of Chinese chat robots: bold and links. They know no escape that all of
    /// them share, so that pairs which would be markup are parted by an invisible character.
    pub fn chat_markdown(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) | Piece::Tag { text, .. } => chat_text(&mut out, text),
                Piece::BoldOpen | Piece::BoldClose => out.push_str("**"),
                Piece::Link { text, url } => {
                    out.push('[');
                    chat_text(&mut out, text);
                    let address = in_angles(url).replace('(', "%28").replace(')', "%29");
                    out.push_str(&format!("]({address})"));
                }
            }
        }
        // One line end alone is a blank there; two blanks before it keep it.
        let mut lines = out.split('\n').peekable();
        let mut kept = String::with_capacity(out.len());
        while let Some(line) = lines.next() {
            kept.push_str(line);
            if let Some(next) = lines.peek() {
                kept.push_str(if line.is_empty() || next.is_empty() {
                    "\n"
                } else {
                    "  \n"
                });
            }
        }
        kept
    }

    /// LinkedIn's text with its reserved characters escaped; tags by its template.
    pub fn little_text(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        let escape = |out: &mut String, text: &str| {
            for c in text.chars() {
                if "\\_*~|()[]{}<>@#".contains(c) {
                    out.push('\\');
                }
                out.push(c);
            }
        };
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) => escape(&mut out, text),
                Piece::Tag { tag, .. } => {
                    out.push_str("{hashtag|\\#|");
                    escape(&mut out, tag);
                    out.push('}');
                }
                Piece::Link { text, url } => {
                    escape(&mut out, text);
                    if text != url {
                        out.push(' ');
                        escape(&mut out, url);
                    }
                }
                Piece::BoldOpen | Piece::BoldClose => {}
            }
        }
        out
    }
}

fn escape_html(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}

/// An address that may stand between angle brackets.
fn in_angles(url: &str) -> String {
    url.replace('<', "%3C")
        .replace('>', "%3E")
        .replace('\\', "%5C")
}

/// Whether what is written so far ends at the beginning of a line.
fn at_line_start(out: &str) -> bool {
    let line = out.rsplit('\n').next().unwrap_or_default();
    line.chars().all(|c| c.is_whitespace() || c == INVISIBLE)
}

fn slack_text(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => {
                if at_line_start(out) {
                    out.push(INVISIBLE);
                }
                out.push_str("&gt;");
            }
            // Behind a letter none of these begins anything.
            '*' | '_' | '~' | '`' => {
                let opens = !out.ends_with(char::is_alphanumeric)
                    && chars.peek().is_some_and(|next| !next.is_whitespace());
                out.push(c);
                if opens || c == '`' {
                    out.push(INVISIBLE);
                }
            }
            _ => out.push(c),
        }
    }
}

fn discord_text(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next_blank = chars.peek().is_none_or(|next| next.is_whitespace());
        let escaped = match c {
            '\\' | '*' | '_' | '~' | '|' | '`' | '[' | ']' | '(' | ')' | '<' => true,
            '>' => at_line_start(out),
            '#' | '-' | '+' => {
                at_line_start(out) && (next_blank || matches!(chars.peek(), Some('#' | '-')))
            }
            '.' => {
                let line = out.rsplit('\n').next().unwrap_or_default().trim_start();
                next_blank && !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
            }
            // An address that nobody marked would still be one.
            ':' => text.contains("://") && chars.peek() == Some(&'/'),
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(c);
    }
}

fn chat_text(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let start = at_line_start(out);
        if start && (c == '>' || (c == '#' && next.is_none_or(|c| c == '#' || c.is_whitespace()))) {
            out.push(INVISIBLE);
        }
        out.push(c);
        let opens = match c {
            '*' | '~' => next == Some(c),
            '`' => true,
            ']' => next == Some('('),
            '<' => next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '@' | '!')),
            _ => false,
        };
        if opens {
            out.push(INVISIBLE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{INVISIBLE, MarkKind, Rich};
    use crate::platform::rich::{Mark, bold, link, mention};
    use proptest::prelude::{any, proptest};

    fn sample() -> Rich {
        Rich::read(&format!(
            "{}：<a> & *b* [c](d)\n# не заголовок\n\n{} {}，https://example.com/x_y。 #работа_1 {}",
            bold("招聘"),
            link("подробнее |", "https://example.com/?a=1&b=(2)"),
            link("", "https://example.com/"),
            mention("alice"),
        ))
    }

    #[test]
    fn each_markup_has_its_own_form() {
        let rich = sample();
        insta::assert_snapshot!(rich.plain(), @r"
        招聘：<a> & *b* [c](d)
        # не заголовок

        подробнее | https://example.com/?a=1&b=(2) https://example.com/，https://example.com/x_y。 #работа_1 @alice
        ");
        insta::assert_snapshot!(rich.telegram(), @r#"
        <b>招聘</b>：&lt;a&gt; &amp; *b* [c](d)
        # не заголовок

        <a href="https://example.com/?a=1&amp;b=(2)">подробнее |</a> <a href="https://example.com/">https://example.com/</a>，<a href="https://example.com/x_y">https://example.com/x_y</a>。 #работа_1 @alice
        "#);
        insta::assert_snapshot!(rich.html(), @r#"
        <p><strong>招聘</strong>：&lt;a&gt; &amp; *b* [c](d)<br># не заголовок</p>
        <p><a href="https://example.com/?a=1&amp;b=(2)">подробнее |</a> <a href="https://example.com/">https://example.com/</a>，<a href="https://example.com/x_y">https://example.com/x_y</a>。 #работа_1 @alice</p>
        "#);
        insta::assert_snapshot!(rich.slack().replace(INVISIBLE, "·"), @r"
        *招聘*·：&lt;a&gt; &amp; *·b* [c](d)
        # не заголовок

        <https://example.com/?a=1&amp;b=(2)|подробнее |> <https://example.com/>，<https://example.com/x_y>。 #работа_1 @alice
        ");
        insta::assert_snapshot!(rich.discord(), @r"
        **招聘**：\<a> & \*b\* \[c\]\(d\)
        \# не заголовок

        [подробнее \|](<https://example.com/?a=1&b=(2)>) <https://example.com/>，<https://example.com/x_y>。 #работа\_1 @alice
        ");
        insta::assert_snapshot!(rich.chat_markdown().replace(INVISIBLE, "·").replace("  \n", "⏎\n"), @r"
        **招聘**：<·a> & *b* [c]·(d)⏎
        ·# не заголовок

        [подробнее |](https://example.com/?a=1&b=%282%29) [https://example.com/](https://example.com/)，[https://example.com/x_y](https://example.com/x_y)。 #работа_1 @alice
        ");
        insta::assert_snapshot!(rich.little_text(), @r"
        招聘：\<a\> & \*b\* \[c\]\(d\)
        \# не заголовок

        подробнее \| https://example.com/?a=1&b=\(2\) https://example.com/，https://example.com/x\_y。 {hashtag|\#|работа\_1} \@alice
        ");
    }

    #[test]
    fn bold_holds_links_and_the_rest_follows() {
        let rich = Rich::read(&format!(
            "a{}b",
            bold(&format!("c {} d", link("e", "https://f.g")))
        ));
        assert_eq!(
            rich.telegram(),
            "a<b>c <a href=\"https://f.g\">e</a> d</b>b"
        );
        assert_eq!(rich.discord(), "a**c [e](<https://f.g>) d**b");
        assert_eq!(Rich::default().html(), "");
    }

    #[test]
    fn lists_and_quotes_of_a_title_are_its_text() {
        let rich = Rich::read("1. a\n- b\n> c\n-# d\n#tag\n2.5");
        assert_eq!(rich.discord(), "1\\. a\n\\- b\n\\> c\n\\-# d\n#tag\n2.5");
        assert_eq!(Rich::read("> a").slack(), "\u{200b}&gt; a");
    }

    #[test]
    fn marks_that_make_no_sense_leave_their_text() {
        let mark = |range, kind| Mark { range, kind };
        let url = || MarkKind::Link("https://a.b".to_owned());
        let rich = Rich {
            text: "字abc".to_owned(),
            marks: vec![
                mark(1..3, url()),
                mark(3..5, url()),
                mark(4..6, MarkKind::Bold),
                mark(5..9, MarkKind::Bold),
                mark(6..6, url()),
            ],
        };
        assert_eq!(rich.telegram(), "字<a href=\"https://a.b\">ab</a>c");
    }

    /// The text of HTML: elements away, references back.
    fn read_html(html: &str) -> String {
        let mut text = String::new();
        for part in html.split('<') {
            text.push_str(part.split_once('>').map_or(part, |(_, behind)| behind));
        }
        unescape(&text)
    }

    fn unescape(text: &str) -> String {
        let text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"");
        text.replace("&amp;", "&")
    }

    fn read_slack(text: &str) -> String {
        let mut read = String::new();
        for part in text.split('<') {
            match part.split_once('>') {
                Some((link, behind)) => {
                    read.push_str(link.split_once('|').map_or(link, |(_, text)| text));
                    read.push_str(behind);
                }
                None => read.push_str(part),
            }
        }
        unescape(&read.replace(INVISIBLE, ""))
    }

    /// Backslashes, bold and links away.
    fn read_discord(text: &str) -> String {
        let mut read = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                'h' if chars.as_str().starts_with("ttps://") => {
                    let address = chars
                        .as_str()
                        .split(char::is_whitespace)
                        .next()
                        .unwrap_or("");
                    read.push(c);
                    read.push_str(address);
                    chars = chars.as_str()[address.len()..].chars();
                }
                '\\' => read.extend(chars.next()),
                '*' | '[' => {}
                ']' => {
                    let _ = chars.by_ref().find(|c| *c == ')');
                }
                '<' => {
                    let address: String = chars.by_ref().take_while(|c| *c != '>').collect();
                    read.push_str(&address);
                }
                _ => read.push(c),
            }
        }
        read
    }

    fn read_little(text: &str) -> String {
        let mut read = String::new();
        let mut chars = text
            .replace("{hashtag|\\#|", "#")
            .chars()
            .collect::<Vec<_>>()
            .into_iter();
        while let Some(c) = chars.next() {
            match c {
                '\\' => read.extend(chars.next()),
                '}' => {}
                _ => read.push(c),
            }
        }
        read
    }

    proptest! {
        #[test]
        fn the_text_survives_every_markup(
            pieces in proptest::collection::vec(
                ("[a1字# \n*_~`|<>&;\"()\\[\\]\\\\{}@#:./+-]{0,8}|https://a\\.b/x_y|#tag_1", any::<u8>()), 0..12)
        ) {
            let marked: String = pieces
                .iter()
                .map(|(text, choice)| match choice % 6 {
                    0 => bold(text),
                    1 => link(text, "https://e.f/?a=1&b|c"),
                    2 => bold(&format!("b {text}{}", link(text, "https://e.f"))),
                    _ => text.clone(),
                })
                .collect();
            let rich = Rich::read(&marked);
            assert_eq!(read_html(&rich.telegram()), rich.text);
            let html = rich.html().replace("<br>", "\n").replace("</p>\n", "\n\n");
            assert_eq!(read_html(&html), rich.text);
            // Slack's bold is no other sign than a star of the text.
            let mut thin = rich.clone();
            thin.marks.retain(|mark| mark.kind != MarkKind::Bold);
            assert_eq!(read_slack(&thin.slack()), rich.text);
            assert_eq!(read_discord(&rich.discord()), rich.text);
            assert_eq!(read_little(&rich.little_text()), rich.plain());
            let bare = Rich { text: rich.text.clone(), marks: Vec::new() };
            let chat = bare.chat_markdown().replace("  \n", "\n").replace(INVISIBLE, "");
            assert_eq!(chat, rich.text);
        }
    }
}
