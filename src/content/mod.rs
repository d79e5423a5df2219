//! One file → one page: front matter, body, headings, links, images, summary.
//!
//! Takes the bytes of one file (or one row of a data file) and the settings; gives a [`Page`]
//! and diagnostics. Parsing is pure, parallel and never stops at the first mistake. Knows
//! nothing of other pages, URLs or output: a link in a body is a [`Hole`] until the site
//! resolves it.

pub mod body;
pub mod bytes;
pub mod date;
mod details;
pub mod discover;
mod elsewhere;
pub mod front_matter;
pub mod highlight;
pub mod kind;
mod long_text;
pub mod markdown;
pub mod meta;
mod names;
pub mod page;
pub mod period;
pub mod personal;
mod reading;
pub mod rows;
pub mod slug;
mod source;
mod terms;
pub mod text;

pub use body::{Body, Heading, Hole, HoleKind};
pub use kind::{Details, Kind};
pub use long_text::LongText;
pub use meta::Meta;
pub use page::{Page, PageFile, Parsed, parse};
pub use source::{Source, Stored, Told};

use crate::diag::{Place, Position};
use std::sync::Arc;

/// A value with its place, for values that a later stage may have to complain about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands in the page's file.
    pub position: Position,
}

impl<T> Located<T> {
    /// A value at a position.
    pub fn new(value: T, position: Position) -> Self {
        Self { value, position }
    }

    /// The place in the named file.
    pub fn place(&self, file: &Arc<str>) -> Place {
        Place::at(Arc::clone(file), self.position)
    }
}
