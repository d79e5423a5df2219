//! Emphasis beside Chinese characters: takes markdown, gives markdown in which `*` and `~~`
//! open and close where a Chinese reader expects it.
//!
//! CommonMark decides by the neighbours of a run of asterisks: `**注意：**正文` stays literal
//! because the closing run stands between punctuation and a letter. Beside CJK characters
//! that rule makes no sense, as they are written without spaces. Here each run that has a CJK
//! neighbour and could be either gets an invisible [`MARK`] on both sides, which the parser
//! takes for a letter. The mark is dropped from everything that is written, so that a run in
//! code or a URL comes out as it went in, and nothing needs to know what is code.

use super::script::{is_cjk, is_shared_punctuation};
use super::source::{Edits, Rewritten};
use crate::content::bytes::position;
use std::borrow::Cow;

/// A noncharacter: neither space nor punctuation for the parser, and in no author's text.
pub(super) const MARK: char = '\u{FDD1}';
const MARK_TEXT: &str = "\u{FDD1}";

/// Puts marks beside asterisks and double tildes.
pub(super) fn mark(text: &str) -> (Cow<'_, str>, Edits) {
    let mut rewritten = Rewritten::new(text);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = position(bytes, at, |byte| (byte == b'*') | (byte == b'~')) {
        let mut start = found;
        let backslashes = bytes[at..start]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count();
        if backslashes % 2 == 1 {
            start += 1;
        }
        let mark = bytes[found];
        let length = bytes[start..]
            .iter()
            .take_while(|byte| **byte == mark)
            .count();
        let end = start + length;
        // One tilde is a range (`3~5 天`), three are a fence.
        let counts = match mark {
            b'~' => length == 2,
            _ => length > 0,
        };
        if counts && both(text, start, end) {
            rewritten.replace(start..start, MARK_TEXT);
            rewritten.replace(end..end, MARK_TEXT);
        }
        at = end;
    }
    rewritten.finish()
}

/// Whether the run can open and close by the CJK-friendly reading, but perhaps not by
/// CommonMark's.
fn both(text: &str, start: usize, end: usize) -> bool {
    let mut before = text[..start].chars().rev();
    let mut after = text[end..].chars();
    let (Some(previous), Some(next)) = (before.next(), after.next()) else {
        return false;
    };
    if previous.is_whitespace() || next.is_whitespace() {
        return false;
    }
    let previous = side(previous, before.next());
    let next = side(next, after.next());
    if (previous, next) == (Side::Letter, Side::Letter) {
        return false;
    }
    let cjk = |side| matches!(side, Side::Cjk);
    let opens = next != Side::Punctuation || previous == Side::Punctuation || cjk(previous);
    let closes = previous != Side::Punctuation || next == Side::Punctuation || cjk(next);
    (cjk(previous) || cjk(next)) && opens && closes
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Cjk,
    Letter,
    Punctuation,
}

/// The class of a neighbour; `further` is the character behind it.
fn side(c: char, further: Option<char>) -> Side {
    if is_cjk(c) || (is_shared_punctuation(c) && further.is_some_and(is_cjk)) {
        Side::Cjk
    } else if c.is_alphanumeric() {
        Side::Letter
    } else {
        Side::Punctuation
    }
}
