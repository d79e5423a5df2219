//! Splits a file into front matter and body, in every dialect.
//!
//! Takes the text of one file, gives the tree of its fields and the body. Knows the dialects'
//! fences and lines, not what the fields mean.

use crate::data::{Entry, Format, Node, Value, parse, repair};
use crate::diag::{Code, Diagnostic, Place, Position};
use std::borrow::Cow;
use std::sync::Arc;

/// A file taken apart.
#[derive(Debug)]
pub struct Split<'a> {
    /// Front matter as a tree; an empty mapping when there is none.
    pub fields: Node,
    /// The body.
    pub body: &'a str,
    /// Line of the file (from 1) on which the body begins.
    pub body_line: u32,
}

/// Takes a file apart. `None` when the front matter cannot be read at all.
///
/// Known are YAML between `---` lines (closed by `---` or `...`), TOML between `+++` lines,
/// JSON in braces, Hexo's forms (no opening `---`; JSON closed by `;;;`), Pelican's
/// `Key: value` lines and `[#]: key: (value)` lines. A byte order mark and blank lines before
/// the front matter are passed over. A rule (`---`) at the start of a body is no front matter.
pub fn split<'a>(
    file: &Arc<str>,
    text: &'a str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Split<'a>> {
    let scan = Lines::new(text);
    let Some(first) = scan.clone().find(|line| !line.text.trim().is_empty()) else {
        return Some(whole(text));
    };
    let mut found = Vec::new();
    let taken = take(file, text, first, &mut found);
    for diagnostic in &mut found {
        if diagnostic.code == Code::InvalidConfig {
            diagnostic.code = Code::InvalidFrontMatter;
            diagnostic.severity = Diagnostic::new(Code::InvalidFrontMatter, "").severity;
        }
    }
    diagnostics.append(&mut found);
    match taken {
        Taken::Nothing => Some(whole(text)),
        Taken::Unreadable => None,
        Taken::Fields(fields, end) => Some(Split {
            fields,
            body: &text[end.offset..],
            body_line: end.number,
        }),
    }
}

fn whole(text: &str) -> Split<'_> {
    Split {
        fields: Node::empty_map(),
        body: text.strip_prefix('\u{feff}').unwrap_or(text),
        body_line: 1,
    }
}

enum Taken {
    Nothing,
    Unreadable,
    /// The fields, and where the body begins.
    Fields(Node, Start),
}

/// The start of a line.
#[derive(Debug, Clone, Copy)]
struct Start {
    offset: usize,
    number: u32,
}

fn take(file: &Arc<str>, text: &str, first: Line<'_>, found: &mut Vec<Diagnostic>) -> Taken {
    let fence = first.text.trim_end();
    if is_fence(fence, '-') {
        return fenced_yaml(file, text, first, found);
    }
    if fence == "+++" {
        return match closing(text, first, |line| line.trim_end() == "+++") {
            Some((inner, end)) => read(file, Format::Toml, inner, first.number + 1, end, found),
            None => unclosed(file, first, "+++", found),
        };
    }
    if is_fence(fence, ';') {
        return match closing(text, first, |line| is_fence(line.trim_end(), ';')) {
            Some((inner, end)) => json_without_braces(file, inner, first.number + 1, end, found),
            None => unclosed(file, first, fence, found),
        };
    }
    if fence.starts_with('{') {
        return braced_json(file, text, first, found);
    }
    if fence.starts_with('"') {
        let semicolons = |line: &str| is_fence(line.trim_end(), ';');
        return match closing(text, first.before(), semicolons) {
            Some((inner, end)) if is_json_member(fence) => {
                json_without_braces(file, inner, first.number, end, found)
            }
            _ => Taken::Nothing,
        };
    }
    if first.text.starts_with("[#]:") {
        return link_definitions(text, first);
    }
    unfenced(file, text, first, found)
}

/// At least three of the character and nothing else.
fn is_fence(line: &str, mark: char) -> bool {
    line.len() >= 3 && line.chars().all(|c| c == mark)
}

/// The text between the line `open` and the first later line that closes it, and the start
/// of the line behind that.
fn closing<'a>(
    text: &'a str,
    open: Line<'_>,
    closes: impl Fn(&str) -> bool,
) -> Option<(&'a str, Start)> {
    let rest = text.get(open.next..)?;
    let line = Lines::at(rest, open.number + 1).find(|line| closes(line.text))?;
    let end = Start {
        offset: open.next + line.next,
        number: line.number + 1,
    };
    Some((&rest[..line.offset], end))
}

fn fenced_yaml(file: &Arc<str>, text: &str, first: Line<'_>, found: &mut Vec<Diagnostic>) -> Taken {
    let closed = closing(text, first, |line| {
        let line = line.trim_end();
        is_fence(line, '-') || line == "..."
    });
    let rest = text.get(first.next..).unwrap_or_default();
    let Some((inner, end)) = closed else {
        let meant = Lines::new(rest)
            .next()
            .is_some_and(|line| is_key_line(line.text));
        return if meant {
            unclosed(file, first, "---", found)
        } else {
            Taken::Nothing
        };
    };
    let told = Lines::new(inner)
        .map(|line| line.text.trim())
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    match told {
        None => Taken::Fields(Node::empty_map(), end),
        // Text between two rules, not front matter.
        Some(line) if !is_key_line(line) && !line.starts_with(['{', '"', '\'', '?', '<']) => {
            Taken::Nothing
        }
        Some(_) => match repair::read(file, inner, first.number + 1, found) {
            Ok(node) => Taken::Fields(node, end),
            Err(error) => {
                found.push(*error);
                Taken::Unreadable
            }
        },
    }
}

fn read(
    file: &Arc<str>,
    format: Format,
    inner: &str,
    line: u32,
    end: Start,
    found: &mut Vec<Diagnostic>,
) -> Taken {
    match parse(file, format, inner, line, found) {
        Some(node) if matches!(node.value, Value::Map(_)) => Taken::Fields(node, end),
        Some(node) if matches!(node.value, Value::Null) => Taken::Fields(Node::empty_map(), end),
        Some(node) => {
            let message = format!("front matter must be a mapping, not {}", node.kind());
            found.push(
                Diagnostic::new(Code::InvalidFrontMatter, message)
                    .at(Place::at(Arc::clone(file), node.position)),
            );
            Taken::Unreadable
        }
        None => Taken::Unreadable,
    }
}

fn unclosed(file: &Arc<str>, first: Line<'_>, fence: &str, found: &mut Vec<Diagnostic>) -> Taken {
    let length = u32::try_from(first.text.trim_end().chars().count()).unwrap_or(u32::MAX);
    let position = Position {
        line: first.number,
        column: 1,
        length,
    };
    found.push(
        Diagnostic::new(
            Code::InvalidFrontMatter,
            format!("front matter begins with `{fence}` and is never closed"),
        )
        .at(Place::at(Arc::clone(file), position))
        .hint(format!(
            "write `{fence}` on a line of its own behind the last field"
        )),
    );
    Taken::Unreadable
}

/// Hugo's JSON ends with its closing brace, Hexo's with a line of semicolons behind it.
fn braced_json(file: &Arc<str>, text: &str, first: Line<'_>, found: &mut Vec<Diagnostic>) -> Taken {
    let rest = &text[first.offset..];
    let inside = rest[1..].trim_start();
    if !inside.starts_with(['"', '}']) {
        return Taken::Nothing;
    }
    let Some(length) = json_length(rest) else {
        return unclosed(file, first, "{", found);
    };
    let (json, behind) = rest.split_at(length);
    let line = behind.lines().next().unwrap_or_default();
    if !line.trim().trim_matches(';').is_empty()
        || (inside.starts_with('}') && !line.trim().is_empty())
    {
        return Taken::Nothing;
    }
    let breaks = u32::try_from(json.matches('\n').count()).unwrap_or(u32::MAX);
    let mut end = Start {
        offset: first.offset + length,
        number: first.number.saturating_add(breaks),
    };
    // The rest of the brace's line, and Hexo's line of semicolons.
    let lines: Vec<Line<'_>> = Lines::at(behind, end.number).take(2).collect();
    let semicolons = lines
        .get(1)
        .is_some_and(|line| is_fence(line.text.trim_end(), ';'));
    if let Some(last) = lines.get(usize::from(semicolons)) {
        end = Start {
            offset: end.offset + last.next,
            number: last.number + u32::from(last.ended),
        };
    }
    let column = first.text.len() - first.text.trim_start().len();
    let json = format!("{}{json}", " ".repeat(column));
    read(file, Format::Json, &json, first.number, end, found)
}

/// Length of the JSON object at the start of a text, by its braces.
fn json_length(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    let mut quoted = false;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if quoted => {
                bytes.next();
            }
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn is_json_member(line: &str) -> bool {
    line.trim_start()
        .strip_prefix('"')
        .and_then(|rest| rest.split_once('"'))
        .is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
}

fn json_without_braces(
    file: &Arc<str>,
    inner: &str,
    line: u32,
    end: Start,
    found: &mut Vec<Diagnostic>,
) -> Taken {
    let trimmed = inner.trim();
    let inner = if trimmed.starts_with('{') || trimmed.is_empty() {
        Cow::Borrowed(inner)
    } else {
        // The added brace gets a line of its own, so that no column moves.
        Cow::Owned(format!(
            "{{\n{}\n}}",
            inner.trim_end().trim_end_matches(',')
        ))
    };
    let line = if matches!(inner, Cow::Owned(_)) {
        line - 1
    } else {
        line
    };
    read(file, Format::Json, &inner, line, end, found)
}

/// LCTT's and others' `[#]: key: (value)` or `[#]: key: "value"`: link definitions that no
/// renderer shows. Their words for title and source are put into ours.
fn link_definitions(text: &str, first: Line<'_>) -> Taken {
    let mut entries: Vec<Entry> = Vec::new();
    let mut end = Start {
        offset: first.offset,
        number: first.number,
    };
    for line in Lines::at(&text[first.offset..], first.number) {
        let Some(rest) = line.text.strip_prefix("[#]:") else {
            break;
        };
        end = Start {
            offset: first.offset + line.next,
            number: line.number + u32::from(line.ended),
        };
        let Some((key, value)) = rest.split_once(':') else {
            continue;
        };
        let value = value.trim();
        let bare = [('(', ')'), ('"', '"'), ('\'', '\'')]
            .into_iter()
            .find_map(|(open, close)| value.strip_prefix(open)?.strip_suffix(close))
            .unwrap_or(value)
            .trim();
        let key = match key.trim() {
            "subject" => "title",
            "via" => "source_url",
            // The address of the translation elsewhere, not of this page.
            "url" => "published_url",
            key => key,
        };
        let bare = if key == "author" {
            without_url(bare)
        } else {
            bare
        };
        entries.push(line.entry(key, bare));
    }
    unique(&mut entries);
    let position = first.position();
    let value = Value::Map(entries);
    Taken::Fields(Node { position, value }, end)
}

/// `Alan Smithee https://example.org/alan` → the name.
fn without_url(author: &str) -> &str {
    let at = author.find("http").unwrap_or(author.len());
    match author[..at].trim_end_matches([' ', '(', '[', '<', ',', '|']) {
        "" => author,
        name => name,
    }
}

/// Hexo's fields without an opening fence, or Pelican's lines up to a blank one. Both look
/// like prose, so the first key must be a known one and every line must fit.
fn unfenced(file: &Arc<str>, text: &str, first: Line<'_>, found: &mut Vec<Diagnostic>) -> Taken {
    let known = key_of(first.text)
        .is_some_and(|key| KNOWN.iter().any(|known| known.eq_ignore_ascii_case(key)));
    if !known {
        return Taken::Nothing;
    }
    let rest = &text[first.offset..];
    let mut blank = None;
    let mut keys = 0;
    for line in Lines::at(rest, first.number) {
        let told = line.text.trim_end();
        if is_fence(told, '-') {
            let end = Start {
                offset: first.offset + line.next,
                number: line.number + u32::from(line.ended),
            };
            return match repair::read(file, &rest[..line.offset], first.number, found) {
                Ok(node) => Taken::Fields(node, end),
                Err(error) => {
                    found.push(*error);
                    Taken::Unreadable
                }
            };
        }
        if told.is_empty() {
            blank = blank.or(Some(line.offset));
        } else if key_of(told).is_some() {
            keys += usize::from(blank.is_none());
        } else if !told.starts_with([' ', '\t', '-', '#']) {
            break;
        }
    }
    let head = &rest[..blank.unwrap_or(rest.len())];
    let titled = Lines::new(head)
        .filter_map(|line| key_of(line.text))
        .any(|key| key.eq_ignore_ascii_case("title"));
    if keys >= 2 && titled {
        pelican(rest, first, head.len())
    } else {
        Taken::Nothing
    }
}

fn pelican(rest: &str, first: Line<'_>, length: usize) -> Taken {
    let mut entries: Vec<Entry> = Vec::new();
    let mut end = Start {
        offset: first.offset + length,
        number: first.number,
    };
    for line in Lines::at(&rest[..length], first.number) {
        end.number = line.number + u32::from(line.ended);
        if let Some(key) = key_of(line.text) {
            let value = line.text[key.len() + 1..].trim();
            entries.push(line.entry(key, value));
        } else if line.text.starts_with([' ', '\t'])
            && let Some(entry) = entries.last_mut()
            && let Value::Scalar { text, .. } = &mut entry.value.value
        {
            text.push(' ');
            text.push_str(line.text.trim());
        } else {
            // Something that is neither: prose after all.
            return Taken::Nothing;
        }
    }
    unique(&mut entries);
    let position = first.position();
    let value = Value::Map(entries);
    Taken::Fields(Node { position, value }, end)
}

/// Keeps the last of entries with one key.
fn unique(entries: &mut Vec<Entry>) {
    let mut at = 0;
    while at < entries.len() {
        if entries[at + 1..]
            .iter()
            .any(|later| later.key == entries[at].key)
        {
            entries.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Keys with which front matter without a fence may begin.
const KNOWN: [&str; 22] = [
    "title",
    "date",
    "modified",
    "updated",
    "tags",
    "tag",
    "category",
    "categories",
    "slug",
    "author",
    "authors",
    "summary",
    "status",
    "lang",
    "layout",
    "permalink",
    "abbrlink",
    "id",
    "comments",
    "toc",
    "cover",
    "description",
];

/// The key of a line `key: value` or `key:` that begins in the first column.
fn key_of(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let fits = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    (fits && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some(key)
}

/// Whether a line begins as a field does: a word of any script and a colon of any width.
fn is_key_line(line: &str) -> bool {
    let line = line.trim();
    let Some((key, _)) = line.split_once([':', '：']) else {
        return false;
    };
    let key = key.trim().trim_matches(['"', '\'']);
    !key.is_empty()
        && key.chars().count() <= 60
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '/' | '@'))
}

/// One line of a text, without its line break.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    /// Byte offset of its start.
    offset: usize,
    /// Byte offset behind its line break.
    next: usize,
    /// Number in the file, from 1.
    number: u32,
    /// Whether it had a line break.
    ended: bool,
}

impl Line<'_> {
    /// An empty line in front of this one.
    fn before(self) -> Self {
        Self {
            text: "",
            next: self.offset,
            number: self.number.saturating_sub(1),
            ..self
        }
    }

    fn position(&self) -> Position {
        Position {
            line: self.number,
            column: 1,
            length: 0,
        }
    }

    /// A field whose key and value stand on this line.
    fn entry(&self, key: &str, value: &str) -> Entry {
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let at = self.text.find(value).filter(|_| !value.is_empty());
        let position = Position {
            line: self.number,
            column: at.map_or(1, |at| count(&self.text[..at]).saturating_add(1)),
            length: count(value),
        };
        let node = if value.is_empty() {
            Value::Null
        } else {
            Value::Scalar {
                text: value.to_owned(),
                plain: true,
            }
        };
        Entry {
            key: key.to_owned(),
            position: self.position(),
            value: Node {
                position,
                value: node,
            },
        }
    }
}

/// The lines of a text, ended by LF, CRLF or (in texts without LF) CR.
#[derive(Debug, Clone)]
struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: u32,
    end: char,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self::at(text, 1)
    }

    fn at(text: &'a str, number: u32) -> Self {
        let end = if text.contains('\n') { '\n' } else { '\r' };
        Self {
            text,
            at: 0,
            number,
            end,
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(self.end);
        let line = &rest[..length.unwrap_or(rest.len())];
        let mut text = line.strip_suffix('\r').unwrap_or(line);
        let mut offset = self.at;
        if self.at == 0
            && let Some(bare) = text.strip_prefix('\u{feff}')
        {
            offset += '\u{feff}'.len_utf8();
            text = bare;
        }
        let found = Line {
            text,
            offset,
            next: self.at + line.len() + usize::from(length.is_some()),
            number: self.number,
            ended: length.is_some(),
        };
        self.at = found.next;
        self.number = self.number.saturating_add(1);
        Some(found)
    }
}
