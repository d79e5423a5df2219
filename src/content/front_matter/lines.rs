//! The lines of a file with their places: takes a text, gives its lines and the fields that
//! stand on one line each.

use crate::data::{Entry, Node, Value};
use crate::diag::Position;

/// The start of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    pub(super) offset: usize,
    pub(super) number: u32,
}

/// One line of a text, without its line break.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// Byte offset of its start.
    pub(super) offset: usize,
    /// Byte offset behind its line break.
    pub(super) next: usize,
    /// Number in the file, from 1.
    pub(super) number: u32,
    /// Whether it had a line break.
    pub(super) ended: bool,
}

impl Line<'_> {
    /// An empty line in front of this one.
    pub(super) fn before(self) -> Self {
        Self {
            text: "",
            next: self.offset,
            number: self.number.saturating_sub(1),
            ..self
        }
    }

    pub(super) fn position(&self) -> Position {
        Position {
            line: self.number,
            column: 1,
            length: 0,
        }
    }

    /// A field whose key and value stand on this line.
    pub(super) fn entry(&self, key: &str, value: &str) -> Entry {
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
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: u32,
    end: char,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self::at(text, 1)
    }

    pub(super) fn at(text: &'a str, number: u32) -> Self {
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
