//! What an author is told: one mistake, its place, and what to do about it.
//!
//! Takes messages and places from every stage, gives one ordered list. Knows nothing of
//! pages, sites or disks, and prints nothing by itself: [`mod@print`] turns a list into text,
//! the command line writes that text.

mod code;
mod code_quality;
pub mod print;
mod suggest;

pub use code::{CODES, Code, CodeInfo, Level, Levels};
pub use code_quality::code_quality;
pub use suggest::{closest, did_you_mean};

use std::ops::Range;
use std::sync::Arc;

/// How grave a diagnostic is after the levels of `checks:` were applied.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Severity {
    /// Nothing is written and the exit code is 1.
    Error,
    /// Shown; the work goes on.
    Warning,
}

/// A stretch of one line of a file. Lines and columns start at 1 and are counted in
/// characters (Unicode scalar values), so they match what an editor shows beside 汉字.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Length in characters within that line; 0 points between two characters.
    pub length: u32,
}

/// A position in a named file. The path is relative to the site's root, with `/`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Place {
    /// Path from the site's root, such as `content/jobs/welder.md`.
    pub file: Arc<str>,
    /// Where in the file; the default (line 0) means the file as a whole.
    pub position: Position,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self {
            file: file.into(),
            position: Position::default(),
        }
    }

    /// A position in the file.
    pub fn at(file: impl Into<Arc<str>>, position: Position) -> Self {
        Self {
            file: file.into(),
            position,
        }
    }
}

/// Finds the position of a byte range in a text. A range over several lines is cut at the
/// end of its first line. Offsets beyond the text or inside a character are moved back.
pub fn position(text: &str, range: Range<usize>) -> Position {
    let floor = |mut offset: usize| {
        offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = floor(range.start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line_end = if text[..line_end].ends_with('\r') && line_end > start {
        line_end - 1
    } else {
        line_end
    };
    let end = floor(range.end).clamp(start, line_end.max(start));
    let count = |part: &str| u32::try_from(part.chars().count()).unwrap_or(u32::MAX);
    let lines = text.as_bytes()[..line_start]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count();
    Position {
        line: u32::try_from(lines + 1).unwrap_or(u32::MAX),
        column: count(&text[line_start..start]).saturating_add(1),
        length: count(&text[start..end]),
    }
}

/// A second place that explains the first: "the other page is here".
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Related {
    /// Why the place is shown, such as `first used here`.
    pub label: String,
    /// The place.
    pub place: Place,
}

/// One thing that an author can mend.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Diagnostic {
    /// Severity; decided from the code's level when the list is closed by [`Levels::apply`].
    pub severity: Severity,
    /// What kind of mistake.
    pub code: Code,
    /// One sentence without a full stop; literals stand in backticks.
    pub message: String,
    /// Where; none when the mistake has no file (a missing folder, say).
    pub place: Option<Place>,
    /// What to do, one sentence each.
    pub hints: Vec<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
}

impl Diagnostic {
    /// A diagnostic with the default severity of its code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: code.info().severity(),
            code,
            message: message.into(),
            place: None,
            hints: Vec::new(),
            related: Vec::new(),
        }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a hint when there is one (`did_you_mean` gives an option).
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, label: impl Into<String>, place: Place) -> Self {
        self.related.push(Related {
            label: label.into(),
            place,
        });
        self
    }
}

/// Sorts by file, line, column, then code and message, and drops exact repeats, so that the
/// list does not depend on the order in which threads finished.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (&a.place, a.code.as_str(), &a.message).cmp(&(&b.place, b.code.as_str(), &b.message))
    });
    diagnostics.dedup();
}

/// Number of errors and warnings in a list.
pub fn count(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count();
    (errors, diagnostics.len() - errors)
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn columns_count_characters_and_ranges_end_with_their_line() {
        let text = "标题: 甲\r\n二: [乙\n丙]\n";
        let at = text.find('乙').unwrap_or_default();
        let found = position(text, at..text.len());
        assert_eq!((found.line, found.column, found.length), (2, 5, 1));
        let end = position(text, text.len()..text.len() + 9);
        assert_eq!((end.line, end.column, end.length), (4, 1, 0));
    }
}
