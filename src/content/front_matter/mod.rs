//! Splits a file into front matter and body, in every dialect.
//!
//! Takes the text of one file, gives the tree of its fields and the body. Knows the dialects'
//! fences and lines, not what the fields mean.

mod json;
mod lines;
mod unfenced;

use crate::data::{Format, Node, Value, parse, repair};
use crate::diag::{Code, Diagnostic, Place, Position};
use lines::{Line, Lines, Start};
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
            Some((inner, end)) => json::without_braces(file, inner, first.number + 1, end, found),
            None => unclosed(file, first, fence, found),
        };
    }
    if fence.starts_with('{') {
        return json::braced(file, text, first, found);
    }
    if fence.starts_with('"') {
        let semicolons = |line: &str| is_fence(line.trim_end(), ';');
        return match closing(text, first.before(), semicolons) {
            Some((inner, end)) if json::is_member(fence) => {
                json::without_braces(file, inner, first.number, end, found)
            }
            _ => Taken::Nothing,
        };
    }
    if first.text.starts_with("[#]:") {
        return unfenced::link_definitions(text, first);
    }
    unfenced::fields(file, text, first, found)
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
        Some(_) => yaml(file, inner, first.number + 1, end, found),
    }
}

/// Reads YAML fields, mended where that is possible.
fn yaml(file: &Arc<str>, inner: &str, line: u32, end: Start, found: &mut Vec<Diagnostic>) -> Taken {
    if too_long(file, inner, line, found) {
        return Taken::Unreadable;
    }
    match repair::read(file, inner, line, found) {
        Ok(node) => Taken::Fields(node, end),
        Err(error) => {
            found.push(*error);
            Taken::Unreadable
        }
    }
}

/// No front matter is this long; a parser need not see it.
fn too_long(file: &Arc<str>, inner: &str, line: u32, found: &mut Vec<Diagnostic>) -> bool {
    const LONGEST: usize = 1024 * 1024;
    if inner.len() <= LONGEST {
        return false;
    }
    let position = Position {
        line,
        column: 1,
        length: 0,
    };
    found.push(
        Diagnostic::new(
            Code::InvalidFrontMatter,
            format!(
                "the front matter has {} bytes, it may have {LONGEST}",
                inner.len()
            ),
        )
        .at(Place::at(Arc::clone(file), position))
        .hint("move the text below the front matter"),
    );
    true
}

fn read(
    file: &Arc<str>,
    format: Format,
    inner: &str,
    line: u32,
    end: Start,
    found: &mut Vec<Diagnostic>,
) -> Taken {
    if too_long(file, inner, line, found) {
        return Taken::Unreadable;
    }
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

#[cfg(test)]
mod tests;
