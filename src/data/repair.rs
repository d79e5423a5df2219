//! What authors get wrong in YAML and no parser accepts, put right line by line.
//!
//! Takes the text of a front matter, gives its tree; whatever had to be mended is a warning
//! that shows the right line. Only single lines are mended, and only in ways that leave one
//! reading; all else stays the parser's error.

use super::{Entry, Node, Value, yaml};
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
    for (position, c) in &clean.dropped {
        diagnostics.push(left_out(file, *position, *c, first_line));
    }
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
    if !clean.shifts.is_empty() {
        shift(&mut node, first_line, &clean.shifts);
    }
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

/// Text in which the harmless habits are gone.
struct Clean<'a> {
    text: Cow<'a, str>,
    /// Lines (from 0) that became longer at their start, and by how much.
    shifts: BTreeMap<u32, u32>,
    /// Control characters that were left out, with their lines (from 0) and columns.
    dropped: Vec<(Position, char)>,
}

fn left_out(file: &Arc<str>, position: Position, c: char, first_line: u32) -> Diagnostic {
    let position = Position {
        line: position.line.saturating_add(first_line),
        ..position
    };
    Diagnostic::new(
        Code::ControlCharacter,
        format!(
            "the control character U+{:04X} stands in the front matter; it is left out",
            u32::from(c)
        ),
    )
    .at(Place::at(Arc::clone(file), position))
    .hint("remove it")
}

fn normalise(text: &str) -> Clean<'_> {
    let odd = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{a0}' | '\u{3000}' | '\u{200b}' | '\u{feff}')
    };
    let mut shifts = BTreeMap::new();
    let mut dropped = Vec::new();
    if !text.contains(odd) {
        return Clean {
            text: Cow::Borrowed(text),
            shifts,
            dropped,
        };
    }
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(unified.len());
    for (number, line) in (0_u32..).zip(unified.split('\n')) {
        if number > 0 {
            out.push('\n');
        }
        let rest =
            line.trim_start_matches(['\t', ' ', '\u{a0}', '\u{3000}', '\u{200b}', '\u{feff}']);
        let before = &line[..line.len() - rest.len()];
        for c in before.chars() {
            match c {
                '\t' => {
                    out.push_str("  ");
                    *shifts.entry(number).or_insert(0) += 1;
                }
                '\u{200b}' | '\u{feff}' => {}
                _ => out.push(' '),
            }
        }
        // A tab behind the colon or a dash separates; further on it is text. Where the other
        // control characters stood, nothing is left: they have no meaning in a text.
        let mut separating = true;
        for (at, c) in rest.char_indices() {
            match c {
                '\t' if separating => out.push(' '),
                '\t' => out.push('\t'),
                c if c.is_control() => {
                    let column = line[..before.len() + at].chars().count() + 1;
                    let position = Position {
                        line: number,
                        column: u32::try_from(column).unwrap_or(u32::MAX),
                        length: 1,
                    };
                    // One a line: who pasted a binary file needs no thousand messages.
                    if dropped
                        .last()
                        .is_none_or(|(last, _): &(Position, char)| last.line != number)
                    {
                        dropped.push((position, c));
                    }
                }
                c => {
                    separating = matches!(c, ':' | '-' | ' ');
                    out.push(c);
                }
            }
        }
    }
    Clean {
        text: Cow::Owned(out),
        shifts,
        dropped,
    }
}

/// Moves the columns of tab-indented lines back to where the author sees them.
fn shift(node: &mut Node, first_line: u32, shifts: &BTreeMap<u32, u32>) {
    let moved = |position: &mut Position| {
        if let Some(by) = position
            .line
            .checked_sub(first_line)
            .and_then(|line| shifts.get(&line))
        {
            position.column = position.column.saturating_sub(*by).max(1);
        }
    };
    moved(&mut node.position);
    match &mut node.value {
        Value::List(nodes) => {
            for node in nodes {
                shift(node, first_line, shifts);
            }
        }
        Value::Map(entries) => {
            for Entry {
                position, value, ..
            } in entries
            {
                moved(position);
                shift(value, first_line, shifts);
            }
        }
        Value::Null | Value::Scalar { .. } => {}
    }
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
