//! How platforms count a text: takes a text and a unit, gives how many.

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

/// What a platform counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode code points.
    CodePoints,
    /// UTF-16 code units.
    Utf16,
    /// Extended grapheme clusters.
    Graphemes,
    /// X's weights: most of Latin and Cyrillic one, all else two, any link 23.
    XWeight,
    /// Graphemes, with every link as so many and mentions without their host (Mastodon).
    Mastodon {
        /// What a link counts.
        link: usize,
    },
}

/// How many units a text has.
pub fn count(text: &str, unit: Unit) -> usize {
    match unit {
        Unit::Bytes => text.len(),
        Unit::CodePoints => text.chars().count(),
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Graphemes => text.graphemes(true).count(),
        Unit::XWeight | Unit::Mastodon { .. } => text.graphemes(true).count(),
    }
}
