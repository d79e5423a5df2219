//! Short texts with marks: a text, and which of its bytes are bold, a link, a tag or a mention.
//!
//! Takes the result of an account's template (marks are private-use characters there, put in by
//! filters); gives a [`Rich`], and writes it in each platform's markup. Knows no platform.

use serde::Serialize;
use std::ops::Range;

/// A text with marks. Marks are in the order of their beginnings, do not cross, and nest only
/// as a bold around others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rich {
    /// The text as a reader sees it.
    pub text: String,
    /// Marked ranges of bytes.
    pub marks: Vec<Mark>,
}

/// A marked range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Bytes of [`Rich::text`].
    pub range: Range<usize>,
    /// What it is.
    pub kind: MarkKind,
}

/// What a range is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum MarkKind {
    /// Bold.
    Bold,
    /// A link to an address; the text may be the address itself.
    Link(String),
    /// A tag, without `#`; the text has it.
    Tag(String),
    /// A mention of a handle.
    Mention(String),
}

impl Rich {
    /// As plain text: a link whose text is not its address is followed by the address.
    pub fn plain(&self) -> String {
        let mut plain = String::with_capacity(self.text.len());
        let mut from = 0;
        for mark in &self.marks {
            if let MarkKind::Link(url) = &mark.kind
                && self.text.get(mark.range.clone()) != Some(url)
            {
                plain.push_str(self.text.get(from..mark.range.end).unwrap_or_default());
                plain.push(' ');
                plain.push_str(url);
                from = mark.range.end;
            }
        }
        plain.push_str(self.text.get(from..).unwrap_or_default());
        plain
    }
}
