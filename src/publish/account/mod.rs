//! `accounts:` and `publish:` of `site.yaml` as types: takes nothing itself, [`read()`] fills
//! them. Knows no secrets and no ledgers.

mod read;

pub use read::{Read, read};

use crate::content::Kind;
use crate::diag::Position;
use crate::platform::{Capabilities, Info};
use std::collections::BTreeMap;
use std::time::Duration;

/// One account as `site.yaml` tells it.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name: `blog`; also the ledger's.
    pub name: String,
    /// Its platform.
    pub info: &'static Info,
    /// The platform's own settings.
    pub settings: BTreeMap<String, String>,
    /// Which pages it carries.
    pub filter: Filter,
    /// What becomes of a post whose page was edited; none leaves it to the platform.
    pub on_edit: Option<OnEdit>,
    /// Whole articles, or only their summaries, where the platform takes articles.
    pub body: BodyWish,
    /// Tera template of short posts; none for the platform's usual one.
    pub template: Option<Located>,
    /// Most hashtags of a short post.
    pub hashtags: usize,
    /// Handles by name: `云岚精工: "@yunlan@social.example.org"`.
    pub mentions: BTreeMap<String, String>,
    /// How long after its page a post is due.
    pub delay: jiff::Span,
    /// How long the account may be silent; none where nobody minds.
    pub cadence: Option<jiff::Span>,
    /// Whether links carry tracking parameters.
    pub track: bool,
    /// Where it stands.
    pub position: Position,
}

/// A text and where it stands in `site.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The text.
    pub text: String,
    /// Its place.
    pub position: Position,
}

/// Which pages an account carries; an empty list lets all through.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Kinds; empty lets all through but plain pages and digests' like (see [`Filter::kinds`]).
    pub kinds: Vec<Kind>,
    /// Language tags of the site.
    pub languages: Vec<String>,
    /// Sections with all below them.
    pub sections: Vec<String>,
    /// Tags, any of which a page must have.
    pub tags: Vec<String>,
    /// Audiences, any of which a page must be for; a page without one is for all.
    pub audience: Vec<String>,
    /// Stages of the way into the community.
    pub stages: Vec<String>,
    /// Pages from that day on, whatever the day on which the account was added.
    pub since: Option<jiff::Timestamp>,
}

/// What becomes of a post whose page was edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnEdit {
    /// It is changed.
    Update,
    /// A reply tells of the change.
    Reply,
    /// It stays.
    Ignore,
    /// A person is asked.
    Ask,
}

/// How much of an article is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyWish {
    /// All of it.
    Full,
    /// Its summary and the way to the rest.
    Summary,
}

/// `publish:` and `ledger:` of `site.yaml`.
#[derive(Debug, Clone)]
pub struct Publishing {
    /// Most changes of one run without `--max-changes`.
    pub max_changes: usize,
    /// Least pause between two posts of one account.
    pub pause: Duration,
    /// Time in which a platform must have answered.
    pub timeout: Duration,
    /// How long after a lost answer a platform may still be at work on the request.
    pub grace: Duration,
    /// Proxy for all requests.
    pub proxy: Option<String>,
    /// Folder of the ledgers.
    pub ledger: String,
    /// Whether ledgers are committed and pushed at both points by the program itself.
    pub sync_git: bool,
    /// `publish.indexnow`: key for IndexNow, also the name of its key file in the output.
    pub indexnow: Option<Door>,
    /// `publish.baidu`: the site as Baidu's console names it; the token is a secret.
    pub baidu: Option<Door>,
    /// `publish.webmention`: whether linked pages are told.
    pub webmention: bool,
}

/// Who is told of changed pages, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The key, or the site's name there.
    pub name: String,
    /// Where, unless it is the public one.
    pub endpoint: Option<String>,
}

impl Default for Publishing {
    fn default() -> Self {
        Self {
            max_changes: 20,
            pause: Duration::ZERO,
            timeout: Duration::from_secs(60),
            grace: Duration::from_secs(20),
            proxy: None,
            ledger: "ledger".to_owned(),
            sync_git: false,
            indexnow: None,
            baidu: None,
            webmention: false,
        }
    }
}

impl Account {
    /// What its platform can do for it, before the instance was asked.
    pub fn capabilities(&self) -> Capabilities {
        (self.info.capabilities)(&self.settings)
    }

    /// The place that it posts to, as its platform names it.
    pub fn place(&self) -> String {
        (self.info.place)(&self.settings)
    }

    /// Whether both post one page to one place; a place that has no name may be any.
    fn shares_pages(&self, other: &Self) -> bool {
        let place = self.place();
        !place.is_empty()
            && self.info.name == other.info.name
            && place == other.place()
            && self.filter.overlaps(&other.filter)
    }
}

impl Filter {
    /// Whether a page may pass both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        fn meet<T: PartialEq>(ours: &[T], theirs: &[T]) -> bool {
            ours.is_empty() || theirs.is_empty() || ours.iter().any(|one| theirs.contains(one))
        }
        meet(&self.kinds, &other.kinds)
            && meet(&self.languages, &other.languages)
            && meet(&self.sections, &other.sections)
            && meet(&self.tags, &other.tags)
            && meet(&self.audience, &other.audience)
            && meet(&self.stages, &other.stages)
    }
}
