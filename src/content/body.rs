//! The body of a page after parsing: HTML with holes, and what was learned on the way.
//!
//! Everything that depends on other pages (links, images, wikilinks, components) is a hole at
//! a byte offset of the HTML, filled at render time. Everything else is final.
//!
//! What stands around a hole (`◌` is the hole):
//!
//! | hole | markup | what fills it |
//! |---|---|---|
//! | [`HoleKind::Href`] | `<a href="◌" title="…">`, also `<area href="◌">` and the like in raw HTML | the escaped URL. A `"` always follows, so a filler that adds attributes writes `URL" rel="noopener` and leaves the last quote to the HTML |
//! | [`HoleKind::Source`] | `<iframe src="◌">`, `<img srcset="◌ 2x, ◌ 3x">` | the escaped URL, likewise followed by `"`, or by a space or comma in `srcset` |
//! | [`HoleKind::Image`] | `<p>text ◌ text</p>`, or `◌` between blocks when `alone` | `<img …>`; when `alone`, a `<figure>` or whatever block the theme likes: no `<p>` is around it |
//! | [`HoleKind::Wikilink`] | like an image | a link, an image, or (only when `alone`) a block |
//! | [`HoleKind::Open`] … [`HoleKind::Close`] | `◌` between blocks, well-formed blocks in between | the component around its body; always balanced |
//! | [`HoleKind::Attribute`] | directly behind its `Open` | nothing: its target is the value that the component sees |
//!
//! The HTML without its holes is well-formed: every element that it opens it also closes, so
//! a body cannot break the page around it. [`Body::more`] lies outside of all elements and
//! components.

use super::LongText;
use crate::diag::Position;
use crate::store::Digest;

/// A parsed body.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Body {
    /// HTML without anything at the holes' offsets.
    #[serde(skip)]
    pub html: LongText,
    /// Holes in the order of their offsets; holes at one offset are filled in this order.
    pub holes: Vec<Hole>,
    /// Headings in document order, for the table of contents and anchors.
    pub headings: Vec<Heading>,
    /// Every other `id` in the body that a link may name (footnotes, attributes, raw HTML).
    pub anchors: Vec<String>,
    /// Offset of `<!-- more -->` in `html`, at a block boundary, when the author set one.
    pub more: Option<usize>,
    /// Plain text of the body (code blocks, headings and footnotes left out; headings are in
    /// `headings`), white space folded, for summaries and search. Paragraphs are separated by `\n`.
    #[serde(skip)]
    pub plain: LongText,
    /// Digest of `html` and `holes`.
    pub digest: Digest,
    /// Beginning of `excerpt`, else of `plain`, at most as wide as a summary may be.
    pub beginning: String,
    /// Plain text up to `<!-- more -->`, when there is one.
    pub excerpt: Option<String>,
    /// Text of the first level-1 heading when it was the body's first block and stands for
    /// the title; it is not in `html` if the title equals it or no title was given.
    pub title: Option<String>,
    /// Words and reading time.
    pub length: Length,
    /// Whether the body holds code blocks, formulas, or wide tables (for the theme).
    pub has_code: bool,
    /// See `has_code`.
    pub has_math: bool,
    /// Whether the body shows a page of another site in a frame.
    pub has_frame: bool,
}

impl Body {
    /// Gives back the room that grew while parsing: a large site keeps all but the long texts of
    /// its pages in memory.
    pub fn shrink(&mut self) {
        self.holes.shrink_to_fit();
        self.headings.shrink_to_fit();
        for heading in &mut self.headings {
            heading.id.shrink_to_fit();
            heading.text.shrink_to_fit();
        }
        self.anchors.shrink_to_fit();
        self.beginning.shrink_to_fit();
    }
}

/// How long a body is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Length {
    /// Han characters plus words in other scripts.
    pub words: u32,
    /// Reading time in whole minutes, at least 1 for a body with text.
    pub minutes: u32,
}

/// A heading of the body.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Unique in the body; Han and Cyrillic kept.
    pub id: String,
    /// Plain text.
    pub text: String,
}

/// A place in the HTML that is filled when the other pages are known.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Hole {
    /// Byte offset in [`Body::html`].
    pub offset: usize,
    /// Where the author wrote it.
    pub position: Position,
    /// What goes there.
    pub kind: HoleKind,
}

/// What fills a hole.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum HoleKind {
    /// The value of a link's `href` (between the quotes, escaped when filled): path or URL as
    /// written. `[[name]]` or `[[name#anchor]]` names a page like a wikilink does; this is what
    /// Hexo's `post_path`, Hugo's `ref` and Jekyll's `post_url` become.
    Href(String),
    /// The value of a `src`, `poster` or one `srcset` candidate in raw HTML.
    Source(String),
    /// A whole markdown image: `<img …>` with its size when the file is known.
    Image {
        /// Path or URL as written.
        source: String,
        /// Description; empty when decorative or missing.
        alt: String,
        /// Tooltip, shown as a caption when the image stands alone.
        title: Option<String>,
        /// The image is the whole paragraph: it becomes a `<figure>` with its title.
        alone: bool,
        /// Attributes from `{.class width=…}`.
        attributes: Vec<(String, String)>,
    },
    /// `[[name#anchor|label]]`, or `![[name]]` when `embed`. Filled with a link (or the
    /// page's summary, or an image) if such a page or file exists, else with `raw`.
    Wikilink {
        /// Page name, path or title, with an anchor if one was given.
        target: String,
        /// Label as HTML; none repeats the target page's title.
        label: Option<String>,
        /// `![[…]]`.
        embed: bool,
        /// The embed is the whole paragraph: it may become a block.
        alone: bool,
        /// What the author wrote, escaped.
        raw: String,
    },
    /// Opens a directive; everything up to the matching `Close` is its body.
    Open(Component),
    /// An attribute of the directive that was just opened whose value is an address: the
    /// component sees it resolved.
    Attribute {
        /// One of [`LINK_ATTRIBUTES`] or [`FILE_ATTRIBUTES`].
        name: String,
        /// Path or URL as written.
        value: String,
    },
    /// Closes the innermost open directive.
    Close,
}

/// Attributes of directives that lead somewhere, like a link.
pub const LINK_ATTRIBUTES: [&str; 2] = ["url", "href"];
/// Attributes of directives that name a file, like an image.
pub const FILE_ATTRIBUTES: [&str; 5] = ["src", "image", "poster", "cover", "captions"];

/// A directive as the theme's component will see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Component {
    /// `note` of `:::note`, from `components/note.html` in the theme.
    pub name: String,
    /// Text in square brackets, as HTML.
    pub label: Option<String>,
    /// `key=value` pairs as written; `#id` and `.class` are `id` and `class`. Those that are
    /// addresses stand in [`HoleKind::Attribute`] too.
    pub attributes: Vec<(String, String)>,
}
