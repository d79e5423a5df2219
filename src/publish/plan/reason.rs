//! Why a change is made, or is not: a word for machines and a sentence for people.

use serde::{Deserialize, Serialize};

/// Why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The page is new.
    NewPage,
    /// The page was edited.
    PageChanged,
    /// There is no such page any more.
    PageRemoved,
    /// The page says `publish: false`, or so for this account.
    PageForbids,
    /// The account's filters do not let it through any more.
    FilteredOut,
    /// The page has expired.
    Expired,
    /// `republish: no`.
    RightsForbid,
    /// The content is as it was.
    Unchanged,
    /// It was sent and its outcome is unknown; the platform can be asked.
    OutcomeUnknown,
    /// It was sent and its outcome is unknown; only a person can look.
    AskPerson,
    /// It was reserved on this machine and never sent.
    Reserved,
    /// A copy is there already.
    FoundThere,
    /// The copy is gone there, by another hand.
    GoneThere,
    /// Somebody changed the copy there.
    Drifted,
    /// Posts cannot be changed there.
    CannotUpdate,
    /// The time in which posts can be changed there has passed.
    TooLateToUpdate,
    /// Posts cannot be answered there.
    CannotReply,
    /// `on_edit: ignore`.
    EditIgnored,
    /// `on_edit: ask`.
    EditAsks,
    /// Its time has not come.
    NotYetDue,
    /// The page is older than the account.
    OlderThanAccount,
    /// We took the copy away before.
    WasWithdrawn,
    /// Taking it away was not allowed in this run.
    DeleteNotAllowed(Box<Reason>),
    /// Posts cannot be taken away there.
    CannotDelete(Box<Reason>),
    /// A person put it there, and a person must take it away.
    RemoveByHand(Box<Reason>),
    /// The platform was asked for this post and did not tell; its words.
    CannotLook(String),
    /// The last try failed; the words of that failure.
    FailedBefore(String),
    /// It cannot be posted as it is; why.
    Refused(String),
}

impl Reason {
    /// The word for machines.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NewPage => "new-page",
            Self::PageChanged => "page-changed",
            Self::PageRemoved => "page-removed",
            Self::PageForbids => "page-forbids",
            Self::FilteredOut => "filtered-out",
            Self::Expired => "expired",
            Self::RightsForbid => "rights-forbid",
            Self::Unchanged => "unchanged",
            Self::OutcomeUnknown => "outcome-unknown",
            Self::AskPerson => "ask-person",
            Self::Reserved => "reserved",
            Self::FoundThere => "found-there",
            Self::GoneThere => "gone-there",
            Self::Drifted => "drifted",
            Self::CannotUpdate => "cannot-update",
            Self::TooLateToUpdate => "too-late-to-update",
            Self::CannotReply => "cannot-reply",
            Self::EditIgnored => "edit-ignored",
            Self::EditAsks => "edit-asks",
            Self::NotYetDue => "not-yet-due",
            Self::OlderThanAccount => "older-than-account",
            Self::WasWithdrawn => "was-withdrawn",
            Self::DeleteNotAllowed(_) => "delete-not-allowed",
            Self::CannotDelete(_) => "cannot-delete",
            Self::RemoveByHand(_) => "remove-by-hand",
            Self::CannotLook(_) => "cannot-look",
            Self::FailedBefore(_) => "failed-before",
            Self::Refused(_) => "refused",
        }
    }

    /// The sentence for people, and what to do where something can be done.
    pub fn sentence(&self) -> String {
        let sentence = match self {
            Self::NewPage => "new page",
            Self::PageChanged => "the page changed",
            Self::PageRemoved => "the page is gone",
            Self::PageForbids => "the page says `publish: false`",
            Self::FilteredOut => "the account's filters no longer let it through; its copy stays",
            Self::Expired => "the page has expired; its copy stays",
            Self::RightsForbid => "the page says `republish: no`",
            Self::Unchanged => "unchanged",
            Self::OutcomeUnknown => {
                "sent before, its answer was lost: the platform is asked, nothing is posted twice"
            }
            Self::AskPerson => {
                "sent before, its answer was lost, and the platform cannot be asked: look there, then `publish --done POST URL` or `publish --not-done POST`"
            }
            Self::Reserved => "reserved, not sent yet",
            Self::FoundThere => "it is there already",
            Self::GoneThere => "somebody took it away there; `--backfill` posts it again",
            Self::Drifted => "somebody changed it there; `--overwrite` brings it back to the page",
            Self::CannotUpdate => "the page changed, and posts cannot be changed there",
            Self::TooLateToUpdate => {
                "the page changed, and the time for changing the post has passed"
            }
            Self::CannotReply => "the page changed, and posts cannot be answered there",
            Self::EditIgnored => "the page changed; `on_edit: ignore`",
            Self::EditAsks => {
                "the page changed; `on_edit: ask`: `--account … --page … --on-edit update` decides"
            }
            Self::NotYetDue => "not yet due",
            Self::OlderThanAccount => "older than the account; `--backfill` posts it",
            Self::WasWithdrawn => "it was taken away before; `--backfill` posts it again",
            Self::DeleteNotAllowed(cause) => {
                return format!("{}; `--allow-delete` takes the copy away", cause.sentence());
            }
            Self::CannotDelete(cause) => {
                return format!("{}, and posts cannot be taken away there", cause.sentence());
            }
            Self::RemoveByHand(cause) => {
                return format!("{}: take the copy away by hand", cause.sentence());
            }
            Self::CannotLook(message) => {
                return format!("left alone, because the platform did not show it: {message}");
            }
            Self::FailedBefore(message) => return format!("failed before: {message}"),
            Self::Refused(message) => return message.clone(),
        };
        sentence.to_owned()
    }

    /// Whether a copy whose page is there all the same shall be taken away.
    pub fn withdraws(&self) -> bool {
        matches!(self, Self::PageForbids | Self::RightsForbid)
    }
}
