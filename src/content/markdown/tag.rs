//! A small HTML tokenizer: takes HTML, gives text, tags and comments in order. It agrees with
//! the HTML standard on where tags begin and end; it builds no tree.

/// A part of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'h> {
    /// Text, entities as written, with its offset.
    Text(usize, &'h str),
    /// The inside of an element that holds no tags, such as a script.
    Verbatim(&'h str),
    /// The inside of a comment.
    Comment(&'h str),
    /// `<?…>`, with its offset.
    Instruction(usize, &'h str),
    /// A start tag.
    Start {
        /// Where it begins.
        offset: usize,
        /// Name in lower case.
        name: String,
        /// Attributes in order.
        attributes: Vec<Attribute<'h>>,
        /// `/>`.
        closed: bool,
        /// Where it ends.
        end: usize,
    },
    /// An end tag by its name in lower case.
    End(String),
}

/// An attribute as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute<'h> {
    /// Name.
    pub(super) name: &'h str,
    /// Value without quotes.
    pub(super) value: Option<&'h str>,
}

/// Elements whose inside is text up to their own end tag.
const TEXT_ONLY: &[&str] = &[
    "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes",
];

/// Splits HTML into tokens.
pub(super) fn tokens(html: &str) -> Tokens<'_> {
    Tokens {
        html,
        at: 0,
        text_only: None,
    }
}

/// See [`tokens`].
#[derive(Debug)]
pub(super) struct Tokens<'h> {
    html: &'h str,
    at: usize,
    text_only: Option<String>,
}

impl<'h> Iterator for Tokens<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        if self.at >= self.html.len() {
            return None;
        }
        if let Some(name) = self.text_only.take() {
            let start = self.at;
            self.at = end_tag(self.html, start, &name);
            if self.at > start {
                return Some(Token::Verbatim(&self.html[start..self.at]));
            }
        }
        let start = self.at;
        if let Some(token) = self.markup() {
            return Some(token);
        }
        // A `<` that begins no tag is text; so is everything up to the next one.
        let from = start + usize::from(self.html[start..].starts_with('<'));
        if from > start {
            self.at = from;
            return Some(Token::Verbatim("&lt;"));
        }
        self.at = self.html[from..]
            .find('<')
            .map_or(self.html.len(), |found| from + found);
        Some(Token::Text(start, &self.html[start..self.at]))
    }
}

impl<'h> Tokens<'h> {
    fn markup(&mut self) -> Option<Token<'h>> {
        let html = self.html;
        let start = self.at;
        let rest = html[start..].strip_prefix('<')?;
        if let Some(inner) = rest.strip_prefix("!--") {
            if let Some(short) = ["->", ">"].into_iter().find(|end| inner.starts_with(end)) {
                self.at = start + 4 + short.len();
                return Some(Token::Comment(""));
            }
            // A comment without an end hides all that follows, in browsers too.
            let end = inner.find("-->");
            self.at = end.map_or(html.len(), |end| start + 4 + end + 3);
            let end = end.unwrap_or(inner.len());
            return Some(Token::Comment(&inner[..end]));
        }
        if rest.starts_with('!') || rest.starts_with('?') {
            let end = if rest.starts_with("![CDATA[") {
                rest.find("]]>").map(|end| end + 2)
            } else {
                rest.find('>')
            };
            let end = end?;
            self.at = start + 1 + end + 1;
            return Some(Token::Instruction(start, &html[start..self.at]));
        }
        if let Some(name) = rest.strip_prefix('/') {
            let length = name_length(name);
            if length == 0 {
                return None;
            }
            let end = name.find('>')?;
            self.at = start + 2 + end + 1;
            return Some(Token::End(name[..length].to_ascii_lowercase()));
        }
        let length = name_length(rest);
        if length == 0 {
            return None;
        }
        let name = rest[..length].to_ascii_lowercase();
        let (attributes, closed, end) = attributes(html, start + 1 + length)?;
        self.at = end;
        if !closed && TEXT_ONLY.contains(&name.as_str()) {
            self.text_only = Some(name.clone());
        }
        Some(Token::Start {
            offset: start,
            name,
            attributes,
            closed,
            end,
        })
    }
}

fn name_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    text.bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'_'))
        .count()
}

/// Reads attributes up to the tag's end.
fn attributes(html: &str, from: usize) -> Option<(Vec<Attribute<'_>>, bool, usize)> {
    let bytes = html.as_bytes();
    let mut found = Vec::new();
    let mut at = from;
    loop {
        while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace()) {
            at += 1;
        }
        match *bytes.get(at)? {
            b'>' => return Some((found, false, at + 1)),
            b'/' if bytes.get(at + 1) == Some(&b'>') => return Some((found, true, at + 2)),
            b'/' => {
                at += 1;
                continue;
            }
            b'<' => return None,
            _ => {}
        }
        let start = at;
        while bytes
            .get(at)
            .is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'>' | b'/'))
        {
            at += 1;
        }
        if at == start {
            // A lone `=` begins a name in HTML; here it is left out.
            at += 1;
            continue;
        }
        let name = &html[start..at];
        let mut next = at;
        while bytes.get(next).is_some_and(|b| b.is_ascii_whitespace()) {
            next += 1;
        }
        let mut value = None;
        if bytes.get(next) == Some(&b'=') {
            next += 1;
            while bytes.get(next).is_some_and(|b| b.is_ascii_whitespace()) {
                next += 1;
            }
            match bytes.get(next) {
                Some(quote @ (b'"' | b'\'')) => {
                    let close = bytes[next + 1..].iter().position(|b| b == quote)?;
                    value = Some(&html[next + 1..next + 1 + close]);
                    at = next + close + 2;
                }
                _ => {
                    let length = bytes[next..]
                        .iter()
                        .take_while(|b| !b.is_ascii_whitespace() && **b != b'>')
                        .count();
                    value = Some(&html[next..next + length]);
                    at = next + length;
                }
            }
        }
        // Names that HTML could not read back are left out.
        if !name.contains(['"', '\'', '<']) {
            found.push(Attribute { name, value });
        }
    }
}

/// Offset of `</name`, or the end.
fn end_tag(html: &str, from: usize, name: &str) -> usize {
    let bytes = html.as_bytes();
    let mut at = from;
    while let Some(found) = html[at..].find("</") {
        at += found;
        let after = at + 2;
        let same = bytes
            .get(after..after + name.len())
            .is_some_and(|written| written.eq_ignore_ascii_case(name.as_bytes()));
        let ends = bytes
            .get(after + name.len())
            .is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
        if same && ends {
            return at;
        }
        at = after;
    }
    html.len()
}
