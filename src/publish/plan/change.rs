//! One line of a plan.

use super::{Input, Reason};
use crate::platform::Capabilities;
use crate::platform::capability::Way;
use crate::platform::counting::Unit;
use crate::publish::compose::Composed;
use crate::publish::ledger::{Action, PostState};
use serde::{Deserialize, Serialize};

/// What is done with a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A new copy.
    Create,
    /// The copy is brought to the page's content.
    Update,
    /// A new copy that answers the first.
    Reply,
    /// The copy is taken away.
    Delete,
    /// An attempt's outcome is settled.
    Confirm,
    /// A person pastes it.
    HandOff,
    /// A copy that is there is taken up.
    Adopt,
    /// Nothing.
    Keep,
}

impl Step {
    /// The step that carries out an action.
    pub fn of(action: Action) -> Self {
        match action {
            Action::Create => Self::Create,
            Action::Update => Self::Update,
            Action::Reply => Self::Reply,
            Action::Delete => Self::Delete,
        }
    }

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Reply => "reply",
            Self::Delete => "delete",
            Self::Confirm => "confirm",
            Self::HandOff => "handoff",
            Self::Adopt => "adopt",
            Self::Keep => "keep",
        }
    }

    /// The sign in a plan for people.
    pub fn sign(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Reply => '^',
            Self::Delete => '-',
            Self::Confirm => '?',
            Self::HandOff => '>',
            Self::Adopt => '=',
            Self::Keep => '.',
        }
    }

    /// Whether a run of `publish` sends something for it that readers see.
    pub fn is_sent(self) -> bool {
        matches!(
            self,
            Self::Create | Self::Update | Self::Reply | Self::Delete
        )
    }

    /// Whether a run of `publish` does something for it at all.
    pub fn is_work(self) -> bool {
        self.is_sent() || matches!(self, Self::Confirm | Self::Adopt)
    }
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What is done.
    pub step: Step,
    /// Name of the account.
    pub account: String,
    /// The post: `jobs/acme-welder@ru`.
    pub post: String,
    /// Why.
    pub reason: Reason,
    /// The page's title.
    pub title: String,
    /// The text as it will stand there; empty when nothing is sent.
    pub text: String,
    /// Length of that text in the platform's unit.
    pub length: usize,
    /// Most of that unit.
    pub limit: usize,
    /// Name of the unit.
    pub unit: String,
    /// Whether the text was shortened to fit.
    pub shortened: bool,
    /// What it costs, in thousandths of a US dollar.
    pub price: Option<u32>,
    /// When it is due, when that is still to come.
    pub due: Option<jiff::Timestamp>,
    /// Digest of the content.
    pub hash: String,
    /// The copy that is there.
    pub remote: Option<String>,
    /// Where it is read.
    pub url: Option<String>,
    /// The post's earlier name, when its page was renamed.
    pub moved_from: Option<String>,
}

impl Change {
    /// A line for a wanted post.
    pub(super) fn new(input: &Input<'_>, wanted: &Composed, step: Step, reason: Reason) -> Self {
        Self {
            step,
            account: input.account.to_owned(),
            post: wanted.post.key.clone(),
            reason,
            title: wanted.post.title.clone(),
            text: wanted.post.content.text(),
            length: wanted.length,
            limit: input.capabilities.text.most,
            unit: unit(input.capabilities.text.unit).to_owned(),
            shortened: wanted.shortened,
            price: price(input.capabilities, wanted, step),
            due: wanted.due.filter(|due| *due > input.now),
            hash: wanted.hash.clone(),
            remote: None,
            url: None,
            moved_from: None,
        }
    }

    /// A line for a post that no page asks for.
    pub(super) fn leftover(
        input: &Input<'_>,
        post: &str,
        state: &PostState,
        step: Step,
        reason: Reason,
    ) -> Self {
        let live = state.live.as_ref();
        let hash = match (&state.open, live) {
            (Some(open), _) => open.hash.clone(),
            (None, Some(live)) => live.hash.clone(),
            (None, None) => String::new(),
        };
        Self {
            step,
            account: input.account.to_owned(),
            post: post.to_owned(),
            reason,
            title: live.map_or_else(String::new, |live| live.page.clone()),
            text: String::new(),
            length: 0,
            limit: input.capabilities.text.most,
            unit: unit(input.capabilities.text.unit).to_owned(),
            shortened: false,
            price: input
                .capabilities
                .price
                .filter(|_| step == Step::Delete)
                .map(|price| price.delete),
            due: None,
            hash,
            remote: live.map(|live| live.remote.clone()),
            url: live.and_then(|live| live.url.clone()),
            moved_from: None,
        }
    }

    /// Whether it means work for the program or for a person; all else may be left out of a
    /// short view.
    pub fn is_notable(&self) -> bool {
        self.step != Step::Keep
            || !matches!(
                self.reason,
                Reason::Unchanged
                    | Reason::OlderThanAccount
                    | Reason::FilteredOut
                    | Reason::Expired
            )
    }
}

/// The platform's price for what the step sends.
fn price(capabilities: &Capabilities, wanted: &Composed, step: Step) -> Option<u32> {
    let price = capabilities.price?;
    if !step.is_sent() || capabilities.way == Way::Hand {
        return None;
    }
    let has_link = wanted.post.content.text().contains("://");
    Some(if has_link { price.link } else { price.plain })
}

/// The unit's name for people and machines.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "bytes",
        Unit::CodePoints => "characters",
        Unit::Utf16 => "utf-16 units",
        Unit::Graphemes => "graphemes",
        Unit::XWeight => "weighted characters",
        Unit::Mastodon { .. } => "characters, links as a fixed length",
    }
}
