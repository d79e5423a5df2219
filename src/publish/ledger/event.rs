//! One line of a ledger: what happened to one post on one account.

use serde::{Deserialize, Serialize};

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line<E = Event> {
    /// Counts up within the ledger.
    pub serial: u64,
    /// When it was written.
    pub at: jiff::Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: E,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The account was added: the first line of every ledger.
    Opened {
        /// Names this ledger among all ledgers; a plan is made for one lineage.
        lineage: String,
        /// Platform of the account.
        platform: String,
        /// The place that it posts to.
        place: String,
        /// Posts of undated pages that were there before the account was: they are old.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        before: Vec<String>,
    },
    /// Something will be sent. Synced to disk before it is.
    Intended {
        /// The attempt's key.
        attempt: String,
        /// The post: `jobs/acme-welder@ru`.
        post: String,
        /// What will be done.
        action: Action,
        /// Digest of the post's content.
        hash: String,
        /// Canonical address of the page.
        page: String,
    },
    /// A reserved attempt is being sent; without this line on a disk that lasted, it never was.
    Sending {
        /// The attempt's key.
        attempt: String,
    },
    /// The platform did it.
    Done {
        /// The attempt's key.
        attempt: String,
        /// The platform's name for the copy.
        remote: String,
        /// Where people read it.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// Digest of the text as the platform keeps it; another one later is drift.
        #[serde(skip_serializing_if = "Option::is_none")]
        seen: Option<String>,
    },
    /// The platform did not do it, for sure.
    Failed {
        /// The attempt's key.
        attempt: String,
        /// Why.
        message: String,
    },
    /// Nobody knows whether the platform did it.
    Unknown {
        /// The attempt's key.
        attempt: String,
        /// Why.
        message: String,
    },
    /// A copy that was already there was taken up.
    Adopted {
        /// The post.
        post: String,
        /// The platform's name for the copy.
        remote: String,
        /// Where people read it.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// Digest of the text as the platform keeps it.
        #[serde(skip_serializing_if = "Option::is_none")]
        seen: Option<String>,
        /// Canonical address of the page.
        page: String,
        /// Digest of the post's content at that time: only later edits are changes.
        hash: String,
    },
    /// The page has a new name; its copy stays.
    Moved {
        /// The post as it was called.
        from: String,
        /// The post.
        post: String,
    },
    /// The copy is no longer there, and it was not us who took it away.
    Gone {
        /// The post.
        post: String,
    },
    /// Somebody changed the copy there, and the change is accepted as it is.
    Accepted {
        /// The post.
        post: String,
        /// Digest of the text as the platform keeps it.
        seen: String,
    },
}

/// What is done to a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A new copy.
    Create,
    /// The copy is brought to the page's content.
    Update,
    /// A new copy that answers the first one and tells of the change.
    Reply,
    /// The copy is taken away.
    Delete,
}

impl Action {
    /// The word in a ledger and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Reply => "reply",
            Self::Delete => "delete",
        }
    }
}

/// The key of an attempt: the same for the same post, action, content and number of earlier
/// attempts that ended, so that a run that lost its ledger makes the same key again.
pub fn attempt_key(account: &str, post: &str, action: Action, hash: &str, ended: usize) -> String {
    let ended = ended.to_string();
    crate::platform::digest([account, post, action.as_str(), hash, &ended])
}
