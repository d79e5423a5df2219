//! Short texts with marks: a text, and which of its bytes are bold, a link, a tag or a mention.
//!
//! Takes the result of an account's template (marks are private-use characters there, put in by
//! [`bold`], [`link`] and [`mention`]); gives a [`Rich`], and writes it in each platform's
//! markup, or as the text that its limit counts. Knows no platform.

mod find;
mod read;
mod write;

pub use find::{links, tags};
pub use read::{bold, link, mention, unmarked};

use super::capability::Markup;
use serde::Serialize;
use std::ops::Range;

/// A text with marks. Marks are in the order of their beginnings, do not cross, and nest only
/// as a bold around others. No mark reaches over the end of a line.
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
    /// A mention of a handle, without the first `@`; the text has it.
    Mention(String),
}

impl Rich {
    /// The text that a platform's limit counts.
    pub fn counted(&self, markup: Markup) -> String {
        match markup {
            // Marks and addresses behind words do not count.
            Markup::Facets | Markup::Telegram => self.text.clone(),
            Markup::Slack => self.slack(),
            Markup::Discord => self.discord(),
            Markup::ChatMarkdown => self.chat_markdown(),
            Markup::ShortHtml => self.html(),
            Markup::Plain
            | Markup::LittleText
            | Markup::Html
            | Markup::WechatHtml
            | Markup::Markdown => self.plain(),
        }
    }
}
