//! What a platform can do, as data: shown by `status`, obeyed by the plan, held by the tests.
//!
//! Takes nothing; gives [`Capabilities`] and the words in it. Limits that an instance sets
//! itself (a Mastodon server's length) are read from it and replace the ones here.

use super::counting::Unit;
use std::time::Duration;

/// What one platform can do, and within which limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Capabilities {
    /// How a post is carried there.
    pub way: Way,
    /// The form of its text.
    pub markup: Markup,
    /// Longest title; none where posts have no title.
    pub title: Option<Limit>,
    /// Longest text, in the unit that the platform counts in.
    pub text: Limit,
    /// A second limit on the same text (Bluesky counts graphemes and bytes).
    pub text_too: Option<Limit>,
    /// Longest summary; none where there is no field for it.
    pub summary: Option<Limit>,
    /// Most tags; 0 where there is no field for tags.
    pub tags: usize,
    /// Whether links may stand in the text.
    pub links: Links,
    /// Cover or attached image.
    pub cover: Option<ImageLimit>,
    /// Images inside the text.
    pub images: BodyImages,
    /// What can be changed after posting.
    pub update: Update,
    /// Whether a post can be answered by another of ours.
    pub reply: bool,
    /// Whether a post can be taken away.
    pub delete: bool,
    /// Whether a post can be found by its canonical address.
    pub find: bool,
    /// Whether a post can be read again, which shows drift.
    pub read: bool,
    /// Whether one's own posts can be listed, which makes adopting possible.
    pub list: bool,
    /// What is done when a request was sent and its answer lost.
    pub recovery: Recovery,
    /// What one post costs.
    pub price: Option<Price>,
    /// Kind of road for tracked links: `utm_medium`.
    pub medium: Medium,
    /// Pause between two requests that change something.
    pub pace: Duration,
    /// Day on which these facts were last compared with the platform's documentation.
    pub verified_at: jiff::civil::Date,
}

impl Capabilities {
    /// How the way into the community may be shown there.
    pub fn call(&self) -> CallForm {
        match (self.links, self.markup) {
            (Links::Allowed, Markup::Telegram) => CallForm::Button,
            (Links::Allowed, _) => CallForm::Link,
            (Links::OwnField, markup) if markup.is_article() => CallForm::NameAndCode,
            (Links::OwnField | Links::Forbidden, _) => CallForm::Words,
        }
    }
}

/// How a post reaches the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By its API.
    Api,
    /// By a person who pastes it: there is no API, or robots are forbidden.
    Hand,
}

/// The form of a post's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// Plain text; the platform finds links and tags itself.
    Plain,
    /// Plain text with links, tags and mentions as ranges of it (Bluesky, Feishu).
    Facets,
    /// Telegram's subset of HTML.
    Telegram,
    /// Slack's `mrkdwn`.
    Slack,
    /// Discord's markdown.
    Discord,
    /// The markdown of Chinese chat robots (DingTalk, WeCom): bold, links, nothing nested.
    ChatMarkdown,
    /// LinkedIn's escaped plain text.
    LittleText,
    /// A text with bold and links as HTML, and the same as plain text (Matrix, letters).
    ShortHtml,
    /// A whole article as HTML.
    Html,
    /// A whole article as HTML with every style inline and no links (WeChat).
    WechatHtml,
    /// A whole article as CommonMark with tables, without HTML.
    Markdown,
}

impl Markup {
    /// Whether the post is a whole article, not a short text made by a template.
    pub fn is_article(self) -> bool {
        matches!(self, Self::Html | Self::WechatHtml | Self::Markdown)
    }
}

/// A most, in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The most.
    pub most: usize,
    /// What is counted.
    pub unit: Unit,
}

impl Limit {
    /// A limit of that many units.
    pub const fn new(most: usize, unit: Unit) -> Self {
        Self { most, unit }
    }
}

/// Whether links may stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// They may.
    Allowed,
    /// Only in a field of their own (WeChat's 阅读原文); elsewhere an address is plain text.
    OwnField,
    /// Links are punished, and so are codes: the way into the community is told in plain words.
    Forbidden,
}

/// The form in which the way into the community may stand in a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallForm {
    /// A sentence with a link.
    Link,
    /// A sentence, and a button below the text.
    Button,
    /// The channel's name and its QR code; the platform's own field leads to the page.
    NameAndCode,
    /// The channel's name in plain words.
    Words,
}

/// What an image must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageLimit {
    /// Most bytes.
    pub bytes: usize,
    /// Longest side in pixels.
    pub side: u32,
    /// Media types, the preferred one first.
    pub types: &'static [&'static str],
}

/// What becomes of images inside an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyImages {
    /// There are none.
    None,
    /// They are shown from the site's own address.
    Linked,
    /// They must be uploaded first; others are dropped by the platform.
    Uploaded(ImageLimit),
}

/// What can be changed after posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// Nothing.
    Never,
    /// Everything, at any time.
    Always,
    /// Within that time after posting.
    Within(Duration),
    /// As long as it is a draft there.
    WhileDraft,
}

/// What is done when a request was sent and its answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// A: we choose the identifier, the same request makes the same object.
    ChosenKey,
    /// B: the server suppresses a repeat with the same key for a while.
    DedupeKey(Duration),
    /// C: the server refuses a second post with the same canonical address.
    NaturalKey,
    /// D: our posts can be searched.
    LookUp,
    /// E: nothing; a person must look.
    AskPerson,
}

impl Recovery {
    /// The class's letter.
    pub fn class(self) -> char {
        match self {
            Self::ChosenKey => 'A',
            Self::DedupeKey(_) => 'B',
            Self::NaturalKey => 'C',
            Self::LookUp => 'D',
            Self::AskPerson => 'E',
        }
    }
}

/// What is paid for one post, in thousandths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// A post without a link.
    pub plain: u32,
    /// A post with a link.
    pub link: u32,
    /// Taking a post away.
    pub delete: u32,
}

/// Kind of road that a link on the platform is: the vocabulary of `utm_medium`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// Chats and channels.
    Chat,
    /// Social networks.
    Social,
    /// Places for whole articles.
    Article,
    /// Letters.
    Email,
}

impl Medium {
    /// The word in a tracked link.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Social => "social",
            Self::Article => "article",
            Self::Email => "email",
        }
    }
}
