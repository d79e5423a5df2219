//! Harmless habits in YAML front matter: takes its text, gives it with tabs in indentation as two
//! spaces each, and without carriage returns and stray invisible characters; says what that was
//! and leads places back to where the author sees them. Knows nothing of keys and values.

use super::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Place, Position};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Text in which the harmless habits are gone.
pub(super) struct Clean<'a> {
    pub(super) text: Cow<'a, str>,
    /// Lines (from 0) that became longer at their start, and by how much.
    shifts: BTreeMap<u32, u32>,
    /// The first line that tabs indent, from 0, with spaces in their place.
    tabbed: Option<(u32, String)>,
    /// Control characters that were left out, with their lines (from 0) and columns.
    dropped: Vec<(Position, char)>,
}

/// Takes the harmless habits out of a text.
pub(super) fn normalise(text: &str) -> Clean<'_> {
    let odd = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{a0}' | '\u{3000}' | '\u{200b}' | '\u{feff}')
    };
    let mut shifts = BTreeMap::new();
    let mut dropped = Vec::new();
    let mut tabbed = None;
    if !text.contains(odd) {
        return Clean {
            text: Cow::Borrowed(text),
            shifts,
            tabbed,
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
        let start = out.len();
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
        // A comment or an empty line may begin with anything.
        if tabbed.is_none() && before.contains('\t') && !rest.is_empty() && !rest.starts_with('#') {
            tabbed = Some((number, out[start..].trim_end().to_owned()));
        }
    }
    Clean {
        text: Cow::Owned(out),
        shifts,
        tabbed,
        dropped,
    }
}

impl Clean<'_> {
    /// Says what was read otherwise than it stands there.
    pub(super) fn report(
        &self,
        file: &Arc<str>,
        first_line: u32,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if let Some((line, right)) = &self.tabbed {
            let position = Position {
                line: line.saturating_add(first_line),
                column: 1,
                length: 1,
            };
            diagnostics.push(
                Diagnostic::new(
                    Code::RepairedFrontMatter,
                    "a tab indents this line, where YAML wants spaces; it was read as two",
                )
                .at(Place::at(Arc::clone(file), position))
                .hint(format!("write: `{right}`")),
            );
        }
        for (position, c) in &self.dropped {
            diagnostics.push(left_out(file, *position, *c, first_line));
        }
    }

    /// Moves the columns of tab-indented lines back to where the author sees them.
    pub(super) fn shift(&self, node: &mut Node, first_line: u32) {
        if !self.shifts.is_empty() {
            shift(node, first_line, &self.shifts);
        }
    }
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
