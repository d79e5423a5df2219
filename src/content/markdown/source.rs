//! Texts that were rewritten before parsing, and the way back: takes edits in ascending order,
//! gives for each offset of the new text the offset in the author's. Knows nothing of markdown.

use crate::content::bytes::position;
use crate::diag::Position;
use std::borrow::Cow;
use std::ops::Range;

/// A rewritten text. Builds nothing until the first edit.
#[derive(Debug)]
pub(super) struct Rewritten<'a> {
    old: &'a str,
    new: String,
    copied: usize,
    edits: Vec<Edit>,
}

#[derive(Debug, Clone)]
struct Edit {
    new: Range<usize>,
    old: Range<usize>,
}

/// The way back from a rewritten text.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<Edit>);

impl<'a> Rewritten<'a> {
    /// Starts with the text as it is.
    pub(super) fn new(old: &'a str) -> Self {
        Self {
            old,
            new: String::new(),
            copied: 0,
            edits: Vec::new(),
        }
    }

    /// Puts `text` in the place of a range, which must not begin before the last one's end.
    pub(super) fn replace(&mut self, range: Range<usize>, text: &str) {
        if self.edits.is_empty() {
            self.new.reserve(self.old.len() + self.old.len() / 16);
        }
        self.new.push_str(&self.old[self.copied..range.start]);
        let start = self.new.len();
        self.new.push_str(text);
        self.copied = range.end;
        self.edits.push(Edit {
            new: start..self.new.len(),
            old: range,
        });
    }

    /// The new text and the way back.
    pub(super) fn finish(mut self) -> (Cow<'a, str>, Edits) {
        if self.edits.is_empty() {
            return (Cow::Borrowed(self.old), Edits::default());
        }
        self.new.push_str(&self.old[self.copied..]);
        (Cow::Owned(self.new), Edits(self.edits))
    }
}

impl Edits {
    /// The offset in the old text.
    pub(super) fn back(&self, offset: usize) -> usize {
        let at = self.0.partition_point(|edit| edit.new.start <= offset);
        let Some(edit) = at.checked_sub(1).and_then(|at| self.0.get(at)) else {
            return offset;
        };
        if offset < edit.new.end {
            edit.old.start
        } else {
            edit.old.end + (offset - edit.new.end)
        }
    }
}

/// Bytes between two remembered positions.
const STEP: usize = 256;

/// Finds lines and columns in a text, each in constant time after one walk over the text,
/// however long its lines are.
#[derive(Debug)]
pub(super) struct Locator<'a> {
    text: &'a str,
    first_line: u32,
    marks: std::cell::OnceCell<Vec<(usize, u32, u32)>>,
}

impl<'a> Locator<'a> {
    /// For a text that begins on a line of its file.
    pub(super) fn new(text: &'a str, first_line: u32) -> Self {
        Self {
            text,
            first_line: first_line.max(1),
            marks: std::cell::OnceCell::new(),
        }
    }

    /// The position of a range; it is cut at the end of its first line.
    pub(super) fn position(&self, range: Range<usize>) -> Position {
        let marks = self.marks.get_or_init(|| self.walk());
        let start = range.start.min(self.text.len());
        let at = marks.partition_point(|mark| mark.0 <= start);
        let (mut offset, mut line, mut column) = at
            .checked_sub(1)
            .and_then(|at| marks.get(at))
            .copied()
            .unwrap_or((0, self.first_line, 1));
        for c in self.text[offset..].chars() {
            if offset + c.len_utf8() > start {
                break;
            }
            offset += c.len_utf8();
            if c == '\n' {
                line += 1;
                column = 1;
            } else {
                column += 1;
            }
        }
        let length = self.text[offset..]
            .char_indices()
            .take(400)
            .take_while(|(at, c)| offset + at < range.end && !matches!(c, '\n' | '\r'))
            .count();
        Position {
            line,
            column,
            length: u32::try_from(length).unwrap_or(0),
        }
    }

    fn walk(&self) -> Vec<(usize, u32, u32)> {
        let mut marks = Vec::with_capacity(self.text.len() / STEP + 1);
        let (mut line, mut column) = (self.first_line, 1_u32);
        let mut rest = self.text;
        while !rest.is_empty() {
            marks.push((self.text.len() - rest.len(), line, column));
            let (step, behind) = rest.split_at(rest.ceil_char_boundary(STEP));
            let mut begin = 0;
            while let Some(end) = position(step.as_bytes(), begin, |byte| byte == b'\n') {
                line = line.saturating_add(1);
                column = 1;
                begin = end + 1;
            }
            let characters = step[begin..].chars().count();
            column = column.saturating_add(u32::try_from(characters).unwrap_or(u32::MAX));
            rest = behind;
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::{Locator, Rewritten};

    #[test]
    fn offsets_lead_back_to_the_authors_text() {
        let mut text = Rewritten::new("abc{{x}}def");
        text.replace(1..1, "++");
        text.replace(3..8, "<1>");
        let (new, edits) = text.finish();
        assert_eq!(new, "a++bc<1>def");
        let back: Vec<usize> = (0..=new.len()).map(|at| edits.back(at)).collect();
        assert_eq!(back, [0, 1, 1, 1, 2, 3, 3, 3, 8, 9, 10, 11]);
    }

    #[test]
    fn positions_count_characters_from_the_first_line() {
        let text = format!("{}\n二三四", "一".repeat(3000));
        let at = text.find('三').unwrap_or_default();
        let found = Locator::new(&text, 5).position(at..at + 6);
        assert_eq!((found.line, found.column, found.length), (6, 2, 2));
        let found = Locator::new(&text, 5).position(6000..6003);
        assert_eq!((found.line, found.column, found.length), (5, 2001, 1));
    }
}
