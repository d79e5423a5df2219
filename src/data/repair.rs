//! What authors get wrong in YAML and no parser accepts, put right line by line.
//!
//! Takes the text of a front matter, gives its tree; whatever had to be mended is a warning
//! that shows the right line. Only single lines are mended, and only in ways that leave one
//! reading; all else stays the parser's error.

use super::normalise::normalise;
use super::{Node, Value, yaml};
use crate::diag::{Code, Diagnostic, Place, Position};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Front matter longer than this is not mended, only read.
const MENDABLE: usize = 16 * 1024;
/// Lines that are mended because the parser stopped at them.
const ATTEMPTS: usize = 24;

/// Reads the YAML of a front matter that begins at line `first_line` of the file. Tabs in
/// indentation count as two spaces each, carriage returns and stray invisible characters as
/// nothing. What the parser refuses is tried again with the offending value in quotes.
///
/// # Errors
/// The first mistake that could not be mended.
pub fn read(
    file: &Arc<str>,
    text: &str,
    first_line: u32,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Node, Box<Diagnostic>> {
    let clean = normalise(text);
    clean.report(file, first_line, diagnostics);
    let mut found = Vec::new();
    let mut result = mapping(file, &clean.text, first_line, &mut found);
    let stopped = stop(&result);
    if let Some(mut line) = stopped
        && clean.text.len() <= MENDABLE
    {
        if let Some(placeholder) = placeholder(file, &clean.text, first_line) {
            return Err(placeholder);
        }
        let mut repair = Repair {
            file,
            first_line,
            lines: clean.text.split('\n').map(Cow::Borrowed).collect(),
            mended: BTreeMap::new(),
        };
        repair.obvious();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 && !repair.at(line) {
                break;
            }
            found.clear();
            result = mapping(file, &repair.lines.join("\n"), first_line, &mut found);
            match stop(&result) {
                Some(next) => line = next,
                None => break,
            }
        }
        diagnostics.extend(repair.mended.into_values());
    }
    diagnostics.append(&mut found);
    let mut node = result?;
    clean.shift(&mut node, first_line);
    Ok(node)
}

/// The line at which reading stopped, or on which a full-width colon hides in a key:
/// `title：a: b` is valid YAML and never meant.
fn stop(result: &Result<Node, Box<Diagnostic>>) -> Option<u32> {
    match result {
        Ok(node) => node
            .entries()
            .iter()
            .find(|entry| {
                let name = entry.key.split_once('：').map(|(name, _)| name.trim_end());
                name.is_some_and(is_name)
            })
            .map(|entry| entry.position.line),
        Err(error) => Some(error.place.as_ref().map_or(0, |place| place.position.line)),
    }
}

/// Parses, and refuses what is neither a mapping nor nothing.
fn mapping(
    file: &Arc<str>,
    text: &str,
    first_line: u32,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Node, Box<Diagnostic>> {
    let mut node = yaml::parse(file, text, first_line, diagnostics)?;
    match node.value {
        Value::Map(_) => {}
        Value::Null => node.value = Value::Map(Vec::new()),
        Value::List(_) | Value::Scalar { .. } => {
            return Err(Box::new(
                Diagnostic::new(
                    Code::InvalidFrontMatter,
                    format!(
                        "front matter must be `key: value` lines, not {}",
                        node.kind()
                    ),
                )
                .at(Place::at(Arc::clone(file), node.position)),
            ));
        }
    }
    Ok(node)
}

/// `title: {{ title }}`: a scaffold for new pages that lies among the pages.
fn placeholder(file: &Arc<str>, text: &str, first_line: u32) -> Option<Box<Diagnostic>> {
    for (number, line) in (0_u32..).zip(text.split('\n')) {
        let parts = Parts::of(line);
        let value = parts.value;
        let Some((_, close)) = [("{{", "}}"), ("{%", "%}"), ("<%", "%>")]
            .into_iter()
            .find(|(open, _)| value.starts_with(open))
        else {
            continue;
        };
        let end = value.find(close).map_or(value.len(), |at| at + close.len());
        return Some(Box::new(
            Diagnostic::new(
                Code::InvalidFrontMatter,
                format!(
                    "`{}` is a placeholder, so this file is a template for new pages and not a page",
                    &value[..end]
                ),
            )
            .at(Place::at(Arc::clone(file), parts.position(line, number + first_line)))
            .hint("move the file out of the content folder, or put the value in quotes"),
        ));
    }
    None
}

/// A line taken apart: `  - key: value`.
struct Parts<'a> {
    /// Indentation and dashes.
    lead: &'a str,
    /// The key, none in `- value`.
    key: Option<&'a str>,
    /// What is wrong with the colon.
    colon: Colon,
    /// The value without white space around it.
    value: &'a str,
    /// Byte offset of the value in the line.
    start: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Colon {
    Right,
    FullWidth,
    NoSpace,
    Missing,
}

impl<'a> Parts<'a> {
    fn of(line: &'a str) -> Self {
        let mut rest = line.trim_start();
        while let Some(after) = rest.strip_prefix("- ") {
            rest = after.trim_start();
        }
        let lead = &line[..line.len() - rest.len()];
        let (key, colon, value) = split_key(rest);
        let start = line.len() - value.trim_start().len();
        Self {
            lead,
            key,
            colon,
            value: value.trim(),
            start,
        }
    }

    /// Where the value stands.
    fn position(&self, line: &str, number: u32) -> Position {
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        Position {
            line: number,
            column: count(&line[..self.start]).saturating_add(1),
            length: count(self.value),
        }
    }
}

fn split_key(text: &str) -> (Option<&str>, Colon, &str) {
    let right = text
        .match_indices(':')
        .find(|(at, _)| text[at + 1..].is_empty() || text[at + 1..].starts_with([' ', '\t']))
        .map(|(at, _)| at);
    if let Some(at) = text.find('：')
        && right.is_none_or(|right| at < right)
        && is_name(text[..at].trim_end())
    {
        let value = &text[at + '：'.len_utf8()..];
        return (Some(text[..at].trim_end()), Colon::FullWidth, value);
    }
    if let Some(at) = right
        && !text.starts_with(['"', '\'', '[', '{', '#', '&', '*'])
        && text[..at].chars().count() <= 60
    {
        return (Some(text[..at].trim_end()), Colon::Right, &text[at + 1..]);
    }
    if let Some(at) = text.find(':')
        && is_name(&text[..at])
        && !text[at + 1..].starts_with("//")
    {
        return (Some(&text[..at]), Colon::NoSpace, &text[at + 1..]);
    }
    (None, Colon::Missing, text)
}

/// Whether a text can only be meant as a key: one short word.
fn is_name(text: &str) -> bool {
    (1..=30).contains(&text.chars().count())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        && text.starts_with(char::is_alphabetic)
}

struct Repair<'a> {
    file: &'a Arc<str>,
    first_line: u32,
    lines: Vec<Cow<'a, str>>,
    mended: BTreeMap<usize, Diagnostic>,
}

impl Repair<'_> {
    /// Mends every line that is wrong whatever stands around it.
    fn obvious(&mut self) {
        let mut block = None;
        for number in 0..self.lines.len() {
            let line = self.lines[number].as_ref();
            let indent = line.len() - line.trim_start().len();
            if let Some(above) = block {
                if line.trim().is_empty() || indent > above {
                    continue;
                }
                block = None;
            }
            let parts = Parts::of(line);
            if parts.value.starts_with(['|', '>']) && parts.key.is_some() {
                block = Some(indent);
                continue;
            }
            if is_open(parts.value) {
                continue;
            }
            self.mend(number);
        }
    }

    /// Mends the line of the file at which the parser stopped, or the one above it: a quote
    /// or bracket that is never closed is noticed late. `false` when there is nothing to mend.
    fn at(&mut self, line: u32) -> bool {
        let Some(number) = line.checked_sub(self.first_line) else {
            return false;
        };
        let number = number as usize;
        self.mend(number) || (number > 0 && self.mend(number - 1))
    }

    fn mend(&mut self, number: usize) -> bool {
        if self.mended.contains_key(&number) {
            return false;
        }
        let Some(line) = self.lines.get(number) else {
            return false;
        };
        let parts = Parts::of(line);
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            return false;
        }
        let wrong = !reads_alone(parts.value);
        let colon = parts.colon == Colon::FullWidth || parts.colon == Colon::NoSpace;
        if !wrong && !colon || (parts.key.is_none() && !parts.lead.contains('-')) {
            return false;
        }
        let value = if wrong {
            Cow::Owned(quoted(parts.value))
        } else {
            Cow::Borrowed(parts.value)
        };
        let right = match parts.key {
            Some(key) => format!("{}{key}: {value}", parts.lead),
            None => format!("{}{value}", parts.lead),
        };
        let line_number = u32::try_from(number)
            .unwrap_or(u32::MAX)
            .saturating_add(self.first_line);
        let message = match (parts.colon, parts.key) {
            (Colon::FullWidth, Some(key)) => {
                format!("`{key}` is followed by the full-width colon `：`; it was read as a key")
            }
            (Colon::NoSpace, Some(key)) => {
                format!("no space follows the colon of `{key}`; it was read as a key")
            }
            (_, Some(key)) => format!(
                "the value of `{key}` needs quotes; it was read as the text `{}`",
                parts.value
            ),
            (_, None) => format!(
                "this list item needs quotes; it was read as the text `{}`",
                parts.value
            ),
        };
        let diagnostic = Diagnostic::new(Code::RepairedFrontMatter, message)
            .at(Place::at(
                Arc::clone(self.file),
                parts.position(line, line_number),
            ))
            .hint(format!("write: `{}`", right.trim()));
        self.mended.insert(number, diagnostic);
        self.lines[number] = Cow::Owned(right);
        true
    }
}

/// Whether a value can stand behind a key as it is.
fn reads_alone(value: &str) -> bool {
    let file = Arc::from("");
    let line = format!("key: {value}\nnext: 1\n");
    yaml::parse(&file, &line, 1, &mut Vec::new()).is_ok_and(|node| node.entries().len() == 2)
}

/// Whether a value opens a quote or bracket that its line does not close.
fn is_open(value: &str) -> bool {
    let mut depth = 0_i32;
    let mut quote = None;
    let flow = value.starts_with(['[', '{']);
    if !flow && !value.starts_with(['"', '\'']) {
        return false;
    }
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('"'), '\\') => {
                chars.next();
            }
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            _ => {}
        }
        if quote.is_none() && depth <= 0 {
            return false;
        }
    }
    true
}

fn quoted(value: &str) -> String {
    if value.contains(['"', '\\']) {
        format!("'{}'", value.replace('\'', "''"))
    } else {
        format!("\"{value}\"")
    }
}
