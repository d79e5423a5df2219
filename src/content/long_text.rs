//! The long texts of a page: in memory as they were made, or in the store, from which they
//! are read when somebody wants them. A site of a hundred thousand pages is resolved without
//! its bodies in memory.

use crate::store::Kept;
use std::borrow::Cow;

/// A text that may lie in the store.
#[derive(Debug, Clone)]
pub enum LongText {
    /// In memory.
    Here(String),
    /// In the store.
    Kept(Kept),
}

impl LongText {
    /// The text. What the store has lost reads as empty, and the store knows that it failed:
    /// the build is then done again without it.
    pub fn get(&self) -> Cow<'_, str> {
        match self {
            Self::Here(text) => Cow::Borrowed(text),
            Self::Kept(kept) => Cow::Owned(kept.read()),
        }
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.get().trim().is_empty()
    }

    /// The text in memory, to change it.
    pub fn make_mut(&mut self) -> &mut String {
        if let Self::Kept(kept) = self {
            *self = Self::Here(kept.read());
        }
        match self {
            Self::Here(text) => text,
            Self::Kept(_) => unreachable!("it was read into memory"),
        }
    }
}

impl Default for LongText {
    fn default() -> Self {
        Self::Here(String::new())
    }
}

impl From<String> for LongText {
    fn from(text: String) -> Self {
        Self::Here(text)
    }
}

impl PartialEq for LongText {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}
