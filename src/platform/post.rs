//! A post: one page in the form that one account takes. Made by composing, read by adapters.

use super::rich::Rich;
use serde::Serialize;

/// A post, ready to send.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Post {
    /// The page that it is of: `jobs/acme-welder@ru`.
    pub key: String,
    /// Bare address of the page; the mark by which our copies are found again.
    pub canonical: String,
    /// The address that readers are given, with its tracking parameters.
    pub link: String,
    /// Last part of an address there: `acme-welder`, with the language unless it is the default.
    pub slug: String,
    /// BCP 47 tag of its language: `zh-Hans`.
    pub lang: String,
    /// Title within the limit; also given where posts have none (a card's title).
    pub title: String,
    /// Summary within the limit, one line of plain text.
    pub summary: String,
    /// Its text.
    pub content: Content,
    /// Tags as written, most important first, within the limit.
    pub tags: Vec<String>,
    /// Names of its authors.
    pub authors: Vec<String>,
    /// Date of the page, if it has one.
    pub published: Option<jiff::Timestamp>,
    /// Cover.
    pub cover: Option<Image>,
    /// Images inside the text, by the address that stands in [`Content::Html`].
    pub images: Vec<Image>,
    /// The way into the community beside the text, where the platform allows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
}

/// The way into the community, for platforms that show it as something of its own, and for
/// people who post by hand. What stands in the text stands in [`Post::content`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// What is said, in one line.
    pub text: String,
    /// Words of a button.
    pub button: String,
    /// Tracked address of the join page; none where links are punished.
    pub link: Option<String>,
    /// A QR code or the picture of one; none where the link is enough or pictures are
    /// punished too.
    pub code: Option<CallCode>,
}

/// A QR code of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallCode {
    /// The picture as the post shows it.
    pub image: Image,
    /// The text of which the picture is made; none when it is a file of the site.
    pub text: Option<String>,
}

/// The text of a post in the platform's markup.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Content {
    /// A short text with marks; each adapter writes it by one of [`super::rich`]'s writers.
    Short(Rich),
    /// A whole article as HTML ([`super::capability::Markup::Html`] or `WechatHtml`).
    Html(String),
    /// A whole article as markdown.
    Markdown(String),
}

impl Content {
    /// The text of an article, or the plain form of a short text.
    pub fn text(&self) -> String {
        match self {
            Self::Short(rich) => rich.plain(),
            Self::Html(text) | Self::Markdown(text) => text.clone(),
        }
    }
}

/// An image that a post shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Its whole address on the site, or elsewhere.
    pub url: String,
    /// Its description.
    pub alt: String,
    /// File from the site's root, when it is one of the site's own.
    pub file: Option<String>,
    /// Digest of the file's bytes: a new picture under an old name is a change.
    pub digest: Option<String>,
}

impl Post {
    /// Digest of all that the platform would show; another digest is a changed post.
    ///
    /// Addresses of the site itself are part of it: a moved page is a changed post.
    pub fn digest(&self) -> String {
        // A post holds only texts, lists and options, which always serialise.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        blake3::hash(&bytes).to_hex()[..32].to_owned()
    }
}
