//! What the parser must not see: formulas, wikilinks, directives, tags of other generators.
//!
//! The scanner puts a token of noncharacters in the place of each; the parser carries tokens
//! through as if they were letters (or a processing instruction, for those that stand between
//! blocks). Where a token arrives in prose, its piece is written; where it arrives in code, in
//! a URL or in an attribute, the author's own characters come back. So the scanner may err
//! about what is code, and nothing is lost.

use super::attributes::Attributes;
use crate::content::body::Component;
use std::borrow::Cow;
use std::ops::Range;

const OPEN: char = '\u{FDD2}';
const CLOSE: char = '\u{FDD3}';

/// One thing that was taken out.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where it stands in the text that was scanned.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) kind: PieceKind,
}

/// Kinds of pieces.
#[derive(Debug)]
pub(super) enum PieceKind {
    /// A formula.
    Math {
        /// Source without dollars.
        tex: String,
        /// `$$…$$`.
        display: bool,
    },
    /// `[[…]]` or `![[…]]`.
    Wikilink {
        /// Before the bar.
        target: String,
        /// After it.
        label: Option<String>,
        /// With `!`.
        embed: bool,
    },
    /// `:::name`, with its number of colons.
    Open(usize, Component),
    /// `:::`, with its number of colons.
    Close(usize),
    /// `::name`.
    Leaf(Component),
    /// A tag of another generator.
    Tag(Vec<Chunk>),
    /// A tag that is a URL: it counts in links and is shown as written elsewhere.
    Url(String),
    /// Shown as written.
    Literal,
}

/// What a tag of another generator becomes.
#[derive(Debug, Clone)]
pub(super) enum Chunk {
    /// HTML, balanced by the writer.
    Html(String),
    /// Plain text.
    Text(String),
    /// An image.
    Image {
        /// Path or URL.
        source: String,
        /// Description.
        alt: String,
        /// Tooltip or caption.
        title: Option<String>,
        /// Class, width and height.
        attributes: Attributes,
    },
    /// A page by name.
    Page {
        /// Name.
        target: String,
        /// Text.
        label: Option<String>,
    },
    /// Code, with its info string.
    Code {
        /// Language and options.
        info: String,
        /// Source.
        code: String,
    },
}

/// All pieces of a text.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    /// The text that was scanned.
    pub(super) source: &'a str,
    /// By number.
    pub(super) list: Vec<Piece>,
}

/// A stretch of text with its offset, or a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// Text at an offset.
    Text(usize, &'t str),
    /// Number of a piece.
    Piece(usize),
}

/// The token of a piece within a line.
pub(super) fn inline_token(number: usize) -> String {
    format!("{OPEN}{number}{CLOSE}")
}

/// The token of a piece on a line of its own: it ends paragraphs.
pub(super) fn block_token(number: usize) -> String {
    format!("<?{OPEN}{number}{CLOSE}?>")
}

impl Pieces<'_> {
    /// Takes a text apart.
    pub(super) fn parts<'t>(&self, text: &'t str) -> Vec<Part<'t>> {
        let mut parts = Vec::new();
        let mut done = 0;
        if !self.list.is_empty() {
            while let Some((range, number)) = self.next(text, done) {
                if range.start > done {
                    parts.push(Part::Text(done, &text[done..range.start]));
                }
                parts.push(Part::Piece(number));
                done = range.end;
            }
        }
        if done < text.len() || parts.is_empty() {
            parts.push(Part::Text(done, &text[done..]));
        }
        parts
    }

    /// Whether a text holds a token.
    pub(super) fn any(&self, text: &str) -> bool {
        !self.list.is_empty() && text.contains(OPEN)
    }

    /// What the author wrote.
    pub(super) fn raw(&self, number: usize) -> &str {
        self.list
            .get(number)
            .map_or("", |piece| &self.source[piece.range.clone()])
    }

    /// A text as the author wrote it, tokens replaced and marks dropped.
    pub(super) fn restore<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.resolve(text, |_| None)
    }

    /// A URL: pieces that are URLs count, others are as written.
    pub(super) fn url<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.resolve(text, |piece| match &piece.kind {
            PieceKind::Url(url) => Some(url),
            _ => None,
        })
    }

    fn resolve<'t, 's>(
        &'s self,
        text: &'t str,
        value: impl Fn(&'s Piece) -> Option<&'s String>,
    ) -> Cow<'t, str> {
        let marked = text.contains(super::emphasis::MARK);
        if !marked && !self.any(text) {
            return Cow::Borrowed(text);
        }
        let mut whole = String::with_capacity(text.len());
        for part in self.parts(text) {
            match part {
                Part::Text(_, text) => super::escape::verbatim(text, &mut whole),
                Part::Piece(number) => {
                    let url = self.list.get(number).and_then(&value);
                    whole.push_str(url.map_or_else(|| self.raw(number), |url| url.as_str()));
                }
            }
        }
        Cow::Owned(whole)
    }

    fn next(&self, text: &str, from: usize) -> Option<(Range<usize>, usize)> {
        let mut start = from + text[from..].find(OPEN)?;
        let digits = start + OPEN.len_utf8();
        let close = digits + text[digits..].find(CLOSE)?;
        let number: usize = text[digits..close].parse().ok()?;
        let mut end = close + CLOSE.len_utf8();
        if number >= self.list.len() {
            return None;
        }
        if text[from..start].ends_with("<?") && text[end..].starts_with("?>") {
            start -= 2;
            end += 2;
        }
        Some((start..end, number))
    }
}
