//! `community:` of `site.yaml` as types: the road back from a page to the people. Takes nothing
//! itself, `read` fills it. Knows no pages, no clock and no platforms.

mod check;
mod read;
mod target;

pub(super) use read::read;

use super::Localized;
use crate::diag::Place;
use jiff::Timestamp;

/// The stages of the way into the community.
pub const STAGES: [&str; 3] = ["acquire", "retain", "convert"];
/// What articles are about.
pub const PILLARS: [&str; 6] = [
    "companies",
    "hiring",
    "environment",
    "policy",
    "pitfalls",
    "resources",
];

/// The community as the settings tell it.
#[derive(Debug, Clone)]
pub struct Community {
    /// One line that says for whom the site is.
    pub positioning: Localized,
    /// Kinds of readers; pages name them under `audience`.
    pub audiences: Vec<Audience>,
    /// The pillars that the site wants its articles to stand on; empty when it does not say.
    pub pillars: Vec<String>,
    /// What is said to readers of a stage, and which channels they are led to.
    pub stages: Vec<(String, Invitation)>,
    /// What is said to readers for whom it was written, before what their stage says.
    pub offers: Vec<Offer>,
    /// The channels, the most important one first.
    pub channels: Vec<Channel>,
    /// Addresses and numbers that may stand on pages: `editor@example.org`.
    pub contacts: Vec<String>,
}

/// A kind of readers.
#[derive(Debug, Clone)]
pub struct Audience {
    /// The word that pages write.
    pub name: String,
    /// What readers are shown.
    pub title: Localized,
}

/// What is said, and where it leads.
#[derive(Debug, Clone, Default)]
pub struct Invitation {
    /// One or two sentences.
    pub text: Localized,
    /// Words of the button.
    pub button: Localized,
    /// Names of channels; empty leaves all of them.
    pub channels: Vec<String>,
}

/// An invitation for some readers.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// What is said.
    pub invitation: Invitation,
    /// Audiences that it is for; empty is for all.
    pub audiences: Vec<String>,
    /// Stages that it is for; empty is for all.
    pub stages: Vec<String>,
    /// Kinds of pages on which it stands; empty is on all.
    pub kinds: Vec<String>,
}

/// What a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// A WeChat official account.
    OfficialAccount,
    /// A contact or group of WeCom.
    Wecom,
    /// A WeChat group; its codes expire within days.
    WechatGroup,
    /// A channel or group of Telegram.
    Telegram,
    /// A Discord server.
    Discord,
    /// A Matrix room.
    Matrix,
    /// A mailing list.
    MailingList,
    /// A form.
    Form,
    /// Any other address.
    Link,
}

impl ChannelKind {
    /// Words of `kind:`.
    pub const WORDS: [(&'static str, Self); 9] = [
        ("official-account", Self::OfficialAccount),
        ("wecom", Self::Wecom),
        ("wechat-group", Self::WechatGroup),
        ("telegram", Self::Telegram),
        ("discord", Self::Discord),
        ("matrix", Self::Matrix),
        ("mailing-list", Self::MailingList),
        ("form", Self::Form),
        ("link", Self::Link),
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("link", |(word, _)| word)
    }
}

/// A channel of the community.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its name in the settings and in addresses: `/go/<name>/`.
    pub name: String,
    /// Its name for readers.
    pub title: Localized,
    /// One sentence: what one finds there.
    pub text: Localized,
    /// Words of its button.
    pub button: Localized,
    /// What it is.
    pub kind: ChannelKind,
    /// Where it is.
    pub target: Target,
    /// Audiences that it is for; empty is for all.
    pub audiences: Vec<String>,
    /// Stages that it is for; empty is for all.
    pub stages: Vec<String>,
    /// Tags of languages that it is for; empty is for all.
    pub languages: Vec<String>,
    /// What is different for readers who come from an account or another source.
    pub sources: Vec<Source>,
    /// Where it stands.
    pub place: Place,
}

/// Where a channel is: an address, a code, or both.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// The address.
    pub url: Option<Written>,
    /// The code that leads to it, when it is not to be made from the address.
    pub code: Option<Code>,
    /// The moment after which neither works.
    pub expires: Option<(Timestamp, Place)>,
}

impl Target {
    /// Whether it says where the channel is.
    pub fn is_given(&self) -> bool {
        self.url.is_some() || self.code.is_some()
    }

    /// Whether it still works.
    pub fn works(&self, now: Timestamp) -> bool {
        self.is_given() && self.expires.as_ref().is_none_or(|(until, _)| *until > now)
    }
}

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Its place.
    pub place: Place,
}

/// `qr:`: a picture that the channel's own platform made, or the text of a code to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A picture of the site: `images/wechat.png`.
    Picture(Written),
    /// A text, which is an address.
    Text(Written),
}

/// A channel as readers from one source are led to it.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name of an account, or any other word (`poster`).
    pub name: String,
    /// Whether the channel is not offered there.
    pub hidden: bool,
    /// Its name there.
    pub title: Option<Localized>,
    /// The sentence about it there.
    pub text: Option<Localized>,
    /// Where it is for them.
    pub target: Target,
    /// Where it stands.
    pub place: Place,
}

impl Channel {
    /// The source of that name; names differ by more than case.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources
            .iter()
            .find(|source| source.name.eq_ignore_ascii_case(name))
    }

    /// The channel's name for readers of a language who come from a source.
    pub fn title(&self, lang: &str, source: Option<&str>) -> &str {
        let own = source
            .and_then(|name| self.source(name)?.title.as_ref())
            .unwrap_or(&self.title);
        match own.get(lang) {
            "" => &self.name,
            title => title,
        }
    }

    /// The sentence about it, which may be empty.
    pub fn text(&self, lang: &str, source: Option<&str>) -> &str {
        source
            .and_then(|name| self.source(name)?.text.as_ref())
            .unwrap_or(&self.text)
            .get(lang)
    }
}

impl Community {
    /// The channel of that name.
    pub fn channel(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.name == name)
    }

    /// What is said to readers of a stage.
    pub fn stage(&self, name: &str) -> Option<&Invitation> {
        self.stages
            .iter()
            .find(|(stage, _)| stage == name)
            .map(|(_, invitation)| invitation)
    }
}
