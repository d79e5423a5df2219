//! From a template's output to a [`Rich`]: takes a text in which private-use characters stand
//! around marks, finds addresses and tags besides, and tidies blanks. Any text can be read;
//! marks that make no sense are dropped and leave their text.

use super::{Mark, MarkKind, Rich, find};
use std::ops::Range;

/// Stands before a bold text.
const BOLD_OPEN: char = '\u{f1b00}';
/// Stands behind a bold text.
const BOLD_CLOSE: char = '\u{f1b01}';
/// Stands before the address of a link.
const LINK_OPEN: char = '\u{f1b02}';
/// Stands between the address and the text of a link.
const LINK_TEXT: char = '\u{f1b03}';
/// Stands behind the text of a link.
const LINK_CLOSE: char = '\u{f1b04}';
/// Stands before a handle.
const MENTION_OPEN: char = '\u{f1b05}';
/// Stands behind a handle.
const MENTION_CLOSE: char = '\u{f1b06}';

fn is_mark(c: char) -> bool {
    matches!(c, BOLD_OPEN..=MENTION_CLOSE)
}

/// A text without the characters that mean marks; every text from outside goes through this
/// before a template sees it.
pub fn unmarked(text: &str) -> String {
    text.chars().filter(|c| !is_mark(*c)).collect()
}

/// A text in its marked form as bold. Links and mentions inside stay.
pub fn bold(text: &str) -> String {
    format!("{BOLD_OPEN}{text}{BOLD_CLOSE}")
}

/// A link in its marked form; only the text when the address is none that readers may follow.
pub fn link(text: &str, url: &str) -> String {
    let text = text_alone(text);
    let url = url.trim();
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    if !["http", "https", "mailto", "tel", "tg", "weixin"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return text;
    }
    let mut address = String::with_capacity(url.len());
    for c in url.chars().filter(|c| !is_mark(*c)) {
        match c {
            // Some markup ends an address at these.
            ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => {
                address.push_str(&format!("%{:02X}", u32::from(c)));
            }
            _ if c.is_whitespace() || is_dropped(c) => {}
            _ => address.push(c),
        }
    }
    let text = if text.trim().is_empty() {
        &address
    } else {
        &text
    };
    format!("{LINK_OPEN}{address}{LINK_TEXT}{text}{LINK_CLOSE}")
}

/// A mention in its marked form; the `@` before the handle may be left out.
pub fn mention(handle: &str) -> String {
    let handle = unmarked(handle);
    let handle = handle.trim().trim_start_matches('@');
    if handle.is_empty() || handle.contains(char::is_whitespace) {
        return handle.to_owned();
    }
    format!("{MENTION_OPEN}@{handle}{MENTION_CLOSE}")
}

/// The text of a marked form, without the addresses of its links.
fn text_alone(text: &str) -> String {
    let mut alone = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_mark) {
        alone.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        let mark = chars.next();
        rest = chars.as_str();
        if mark == Some(LINK_OPEN)
            && let Some((_, behind)) = address(rest)
        {
            rest = behind;
        }
    }
    alone.push_str(rest);
    alone
}

/// The address at the beginning and what is behind it; none when no text of a link follows.
fn address(text: &str) -> Option<(&str, &str)> {
    let at = text.find(is_mark)?;
    let behind = text[at..].strip_prefix(LINK_TEXT)?;
    Some((&text[..at], behind))
}

impl Rich {
    /// Reads a template's output.
    ///
    /// Invisible characters are dropped, more than one empty line in a row becomes one, blanks
    /// at the ends of lines and around the text go.
    pub fn read(marked: &str) -> Self {
        let mut reading = Reading::default();
        let mut rest = marked;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                BOLD_OPEN => {
                    reading.bolds += 1;
                    if reading.bolds == 1 {
                        reading.bold = None;
                    }
                }
                BOLD_CLOSE => {
                    reading.bolds = reading.bolds.saturating_sub(1);
                    if reading.bolds == 0 {
                        reading.end_bold();
                    }
                }
                LINK_OPEN => {
                    if let Some((url, behind)) = address(rest) {
                        rest = behind;
                        reading.begin(MarkKind::Link(url.to_owned()));
                    }
                }
                MENTION_OPEN => reading.begin(MarkKind::Mention(String::new())),
                LINK_CLOSE | MENTION_CLOSE => reading.end(),
                LINK_TEXT => {}
                '\n' | '\u{2028}' | '\u{2029}' => reading.line(),
                '\r' if rest.starts_with('\n') => {}
                '\r' => reading.line(),
                _ if is_dropped(c) => {}
                _ if is_joined(c) && !reading.takes(c) => {}
                '\t' | '\u{b}' | '\u{c}' => reading.blanks.push(' '),
                _ if c.is_whitespace() => reading.blanks.push(c),
                _ => reading.visible(c),
            }
        }
        reading.finish()
    }
}

/// Characters that a reader does not see, or that turn the writing around.
fn is_dropped(c: char) -> bool {
    let code = u32::from(c);
    match c {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' => false,
        '\u{ad}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{f0000}'.. => true,
        _ => c.is_control() || code & 0xfffe == 0xfffe,
    }
}

/// Characters that mean something only behind another one: joiners, selectors, parts of flags.
fn is_joined(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text that is being read. Marks begin with the first visible character behind their sign
/// and end with the last one before it, so that no bold begins or ends with a blank.
#[derive(Default)]
struct Reading {
    text: String,
    marks: Vec<Mark>,
    /// Line ends and blanks that wait for a visible character.
    lines: usize,
    blanks: String,
    /// How many bolds are open, and where the outermost begins in this line.
    bolds: usize,
    bold: Option<usize>,
    /// Link or mention that is open, and where it begins.
    open: Option<(MarkKind, Option<usize>)>,
}

impl Reading {
    fn begin(&mut self, kind: MarkKind) {
        if self.open.is_none() {
            self.open = Some((kind, None));
        }
    }

    fn line(&mut self) {
        // A link stays on its line.
        if self.open.is_some() {
            self.blanks.push(' ');
        } else {
            self.lines += 1;
            self.blanks.clear();
        }
    }

    /// Whether a joined character has something to join here.
    fn takes(&self, c: char) -> bool {
        let Some(last) = self.text.chars().next_back() else {
            return false;
        };
        let is_tag = |c| matches!(c, '\u{e0020}'..='\u{e007f}');
        let stands_alone = matches!(c, '\u{e0000}'..='\u{e00ff}');
        self.lines == 0
            && self.blanks.is_empty()
            && (!stands_alone || (is_tag(c) && (last == '🏴' || is_tag(last))))
    }

    fn visible(&mut self, c: char) {
        if self.text.is_empty() {
            self.lines = 0;
            self.blanks.clear();
        }
        if self.lines > 0 {
            self.end_bold();
            for _ in 0..self.lines.min(2) {
                self.text.push('\n');
            }
        }
        self.lines = 0;
        self.text.push_str(&std::mem::take(&mut self.blanks));
        let at = self.text.len();
        if self.bolds > 0 {
            self.bold.get_or_insert(at);
        }
        if let Some((_, start)) = &mut self.open {
            start.get_or_insert(at);
        }
        self.text.push(c);
    }

    fn end_bold(&mut self) {
        if let Some(start) = self.bold.take() {
            self.marks.push(Mark {
                range: start..self.text.len(),
                kind: MarkKind::Bold,
            });
        }
    }

    fn end(&mut self) {
        if let Some((kind, Some(start))) = self.open.take() {
            let range = start..self.text.len();
            let kind = match kind {
                MarkKind::Mention(_) => {
                    let handle = self.text[range.clone()].trim_start_matches('@');
                    MarkKind::Mention(handle.to_owned())
                }
                other => other,
            };
            self.marks.push(Mark { range, kind });
        }
    }

    fn finish(mut self) -> Rich {
        self.end();
        self.end_bold();
        let mut marks = uncrossed(&self.text, self.marks);
        let found = found(&self.text, &marks);
        marks.extend(found);
        sort(&mut marks);
        Rich {
            text: self.text,
            marks,
        }
    }
}

/// Bolds without the parts that begin or end inside another mark; neighbours become one.
fn uncrossed(text: &str, marks: Vec<Mark>) -> Vec<Mark> {
    let (bolds, others): (Vec<Mark>, Vec<Mark>) = marks
        .into_iter()
        .partition(|mark| mark.kind == MarkKind::Bold);
    // Both are in order and do not overlap among themselves.
    let around = |at: usize| -> Option<&Range<usize>> {
        let next = others.partition_point(|mark| mark.range.end <= at);
        let range = &others.get(next)?.range;
        (range.start < at).then_some(range)
    };
    let mut kept: Vec<Mark> = Vec::new();
    for mut bold in bolds {
        if let Some(range) = around(bold.range.start) {
            bold.range.start = range.end;
        }
        if let Some(range) = around(bold.range.end) {
            bold.range.end = range.start;
        }
        let inside = text.get(bold.range.clone()).unwrap_or_default();
        bold.range.start += inside.len() - inside.trim_start().len();
        bold.range.end = bold.range.start + inside.trim().len();
        if bold.range.is_empty() {
            continue;
        }
        match kept.last_mut() {
            Some(last) if last.range.end == bold.range.start => last.range.end = bold.range.end,
            _ => kept.push(bold),
        }
    }
    kept.extend(others);
    kept
}

fn sort(marks: &mut [Mark]) {
    marks.sort_by_key(|mark| {
        let bold = mark.kind == MarkKind::Bold;
        (mark.range.start, !bold, mark.range.end)
    });
}

/// Addresses and tags outside of links and mentions, each within one stretch of bold or plain.
fn found(text: &str, marks: &[Mark]) -> Vec<Mark> {
    let mut walls: Vec<usize> = marks
        .iter()
        .flat_map(|mark| [mark.range.start, mark.range.end])
        .chain([0, text.len()])
        .collect();
    walls.sort_unstable();
    walls.dedup();
    let mut taken: Vec<Range<usize>> = marks
        .iter()
        .filter(|mark| mark.kind != MarkKind::Bold)
        .map(|mark| mark.range.clone())
        .collect();
    taken.sort_by_key(|range| range.start);
    let overlaps = |taken: &[Range<usize>], range: &Range<usize>| {
        let next = taken.partition_point(|other| other.end <= range.start);
        taken.get(next).is_some_and(|other| other.start < range.end)
    };

    let mut found = Vec::new();
    for pair in walls.windows(2) {
        let stretch = pair[0]..pair[1];
        if overlaps(&taken, &stretch) {
            continue;
        }
        for link in find::links(&text[stretch.clone()]) {
            let range = stretch.start + link.start..stretch.start + link.end;
            found.push(Mark {
                kind: MarkKind::Link(text[range.clone()].to_owned()),
                range,
            });
        }
    }
    taken.extend(found.iter().map(|mark| mark.range.clone()));
    taken.sort_by_key(|range| range.start);
    for range in find::tags(text) {
        let next = walls.partition_point(|wall| *wall <= range.start);
        let within = walls.get(next).is_none_or(|wall| *wall >= range.end);
        if within && !overlaps(&taken, &range) {
            found.push(Mark {
                kind: MarkKind::Tag(text[range.start + 1..range.end].to_owned()),
                range,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{
        BOLD_CLOSE, BOLD_OPEN, LINK_CLOSE, LINK_OPEN, LINK_TEXT, bold, link, mention, unmarked,
    };
    use crate::platform::rich::{MarkKind, Rich};
    use proptest::prelude::proptest;

    /// Each mark's text and kind.
    fn marks(rich: &Rich) -> Vec<(&str, MarkKind)> {
        rich.marks
            .iter()
            .map(|mark| (&rich.text[mark.range.clone()], mark.kind.clone()))
            .collect()
    }

    fn linked(url: &str) -> MarkKind {
        MarkKind::Link(url.to_owned())
    }

    #[test]
    fn marks_and_what_is_found_besides_stand_in_order() {
        let marked = format!(
            "{}\n\n{} — {} #работа https://example.com/a.",
            bold(&format!("招聘 {}", link("焊工", "https://example.com/x y"))),
            link("", "https://example.com/"),
            mention("alice@example.social"),
        );
        let rich = Rich::read(&marked);
        assert_eq!(
            rich.text,
            "招聘 焊工\n\nhttps://example.com/ — @alice@example.social #работа https://example.com/a."
        );
        assert_eq!(
            marks(&rich),
            [
                ("招聘 焊工", MarkKind::Bold),
                ("焊工", linked("https://example.com/x%20y")),
                ("https://example.com/", linked("https://example.com/")),
                (
                    "@alice@example.social",
                    MarkKind::Mention("alice@example.social".to_owned())
                ),
                ("#работа", MarkKind::Tag("работа".to_owned())),
                ("https://example.com/a", linked("https://example.com/a")),
            ]
        );
    }

    #[test]
    fn blanks_are_tidied_and_what_nobody_sees_is_dropped() {
        let rich =
            Rich::read(" \n\n a\u{200b}\u{202e} b \t\r\n \r\n\n\n  c\u{feff}\0d\u{2028}e\n ");
        assert_eq!(rich.text, "a b\n\n  cd\ne");
        let emoji = "👩\u{200d}💻 🏴\u{e0067}\u{e007f} ❤\u{fe0f}";
        assert_eq!(Rich::read(emoji).text, emoji);
        assert_eq!(Rich::read("a\u{e0041} \u{200d}b").text, "a b");
    }

    #[test]
    fn bold_holds_no_blanks_at_its_ends_and_no_line_end() {
        let rich = Rich::read(&format!("a{}c", bold(" b\n \nd ")));
        assert_eq!(rich.text, "a b\n\nd c");
        assert_eq!(marks(&rich), [("b", MarkKind::Bold), ("d", MarkKind::Bold)]);
        assert_eq!(Rich::read(&bold("  ")), Rich::default());
        let twice = Rich::read(&format!("{}{}", bold(&bold("a")), bold("b")));
        assert_eq!(marks(&twice), [("ab", MarkKind::Bold)]);
    }

    #[test]
    fn addresses_of_other_kinds_are_no_links_and_inputs_cannot_mark() {
        assert_eq!(link("a", "javascript:alert(1)"), "a");
        assert_eq!(link(&bold(&link("a", "https://b.c")), "/d"), "a");
        assert_eq!(unmarked(&link("a", "mailto:b@c.d")), "mailto:b@c.da");
        assert_eq!(mention("a b"), "a b");
        assert_eq!(mention("@"), "");
    }

    #[test]
    fn broken_marks_leave_their_text() {
        let broken = format!(
            "{LINK_OPEN}https://a.b{BOLD_OPEN}c{LINK_CLOSE} d{BOLD_CLOSE}{BOLD_CLOSE}{LINK_OPEN}https://e.f{LINK_TEXT}g {BOLD_OPEN}h"
        );
        let rich = Rich::read(&broken);
        assert_eq!(rich.text, "https://a.bc dg h");
        assert_eq!(
            marks(&rich),
            [
                ("https://a.b", linked("https://a.b")),
                ("c d", MarkKind::Bold),
                ("g h", linked("https://e.f")),
            ]
        );
    }

    #[test]
    fn tags_stay_out_of_addresses_and_words() {
        let rich = Rich::read(&format!("https://a.b/#c x{} #d", bold("#e")));
        assert_eq!(
            marks(&rich),
            [
                ("https://a.b/#c", linked("https://a.b/#c")),
                ("#e", MarkKind::Bold),
                ("#d", MarkKind::Tag("d".to_owned())),
            ]
        );
    }

    proptest! {
        #[test]
        fn any_template_output_gives_marks_in_order_that_nest(
            pieces in proptest::collection::vec("[a# \n@é。]{0,3}|[\u{f1b00}-\u{f1b06}]|https://a.b/|#tag", 0..40)
        ) {
            let rich = Rich::read(&pieces.concat());
            let mut last: Option<(usize, usize, bool)> = None;
            let mut bold_end = 0;
            for mark in &rich.marks {
                let text = &rich.text[mark.range.clone()];
                assert!(!text.is_empty() && text.trim() == text && !text.contains('\n'), "{rich:?}");
                let is_bold = mark.kind == MarkKind::Bold;
                if let Some((start, end, was_bold)) = last {
                    assert!(start <= mark.range.start, "{rich:?}");
                    assert!(was_bold || mark.range.start >= end, "{rich:?}");
                }
                if is_bold {
                    assert!(mark.range.start >= bold_end, "{rich:?}");
                    bold_end = mark.range.end;
                } else {
                    assert!(mark.range.start >= bold_end || mark.range.end <= bold_end, "{rich:?}");
                }
                last = Some((mark.range.start, mark.range.end, is_bold));
            }
            assert!(!rich.text.contains("\n\n\n") && rich.text.trim() == rich.text);
            assert_eq!(unmarked(&rich.text), rich.text);
            let again = Rich::read(&rich.text);
            assert_eq!(again.text, rich.text);
        }
    }
}
