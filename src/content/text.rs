//! Words, widths and summaries of plain text in any script.

use super::body::Length;

/// Counts Han characters and words, and the minutes to read them.
pub fn length(_plain: &str) -> Length {
    todo!()
}

/// Cuts plain text at a sentence end so that it is at most `width` columns wide (a Han
/// character is two); an ellipsis shows where a sentence had to be cut.
pub fn summary(_plain: &str, _width: usize) -> String {
    todo!()
}
