//! The plan: wanted posts × ledger × abilities × what the platform showed → changes, each with
//! a reason.
//!
//! Pure. Sends nothing, reads nothing; two runs on the same input give the same plan. What is
//! not done has its line too: silence would hide it.

mod change;
mod reason;
#[cfg(test)]
pub(crate) mod tests;

pub use change::unit;
pub use change::{Change, Step};
pub use reason::Reason;

use super::account::OnEdit;
use super::compose::Composed;
use super::ledger::{Action, End, Live, Open, PostState, State};
use crate::platform::capability::{Recovery, Update, Way};
use crate::platform::{Capabilities, Seen};
use std::collections::{BTreeMap, BTreeSet};

/// What one account's plan is made of.
#[derive(Debug)]
pub struct Input<'a> {
    /// Name of the account.
    pub account: &'a str,
    /// What its platform can do.
    pub capabilities: &'a Capabilities,
    /// What becomes of posts of edited pages, when `site.yaml` says.
    pub on_edit: Option<OnEdit>,
    /// Posts of the pages that the account carries.
    pub wanted: &'a [Composed],
    /// Why pages that exist are not carried, by post.
    pub unwanted: &'a BTreeMap<String, Reason>,
    /// What the ledger adds up to.
    pub state: &'a State,
    /// What the platform showed.
    pub observed: &'a Observed,
    /// Attempts that this disk reserved and never began to send.
    pub reserved: &'a BTreeSet<String>,
    /// What the person allows.
    pub consent: Consent,
    /// The moment.
    pub now: jiff::Timestamp,
    /// The first moment of the day on which the account was added.
    pub added: jiff::Timestamp,
}

/// What the platform showed when it was asked.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Posts that were looked for: our copy, or none.
    pub found: BTreeMap<String, Option<Seen>>,
    /// Copies that were read again: as they are, or none when they are gone.
    pub read: BTreeMap<String, Option<Seen>>,
    /// Posts for which asking failed for a reason of their own, with the platform's words.
    pub failed: BTreeMap<String, String>,
}

/// What the person allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consent {
    /// Pages older than the account, and copies that were taken away, are posted too. Whatever
    /// was begun so is finished without it.
    pub backfill: bool,
    /// Copies of removed pages are taken away.
    pub delete: bool,
    /// Copies that somebody changed there are overwritten.
    pub overwrite: bool,
}

/// Makes the plan of one account, in the order of the pages' dates, oldest first.
pub fn plan(input: &Input<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut spoken: BTreeSet<&str> = BTreeSet::new();
    let by_page: BTreeMap<&str, &str> = input
        .state
        .posts
        .iter()
        .filter_map(|(post, state)| Some((state.live.as_ref()?.page.as_str(), post.as_str())))
        .collect();
    let nothing = PostState::default();
    for wanted in input.wanted {
        let key = wanted.post.key.as_str();
        let own = input.state.posts.get(key);
        // A page that was renamed and has its old address as an alias keeps its copy.
        let former = own.is_none().then(|| {
            wanted
                .former
                .iter()
                .filter_map(|page| by_page.get(page.as_str()).copied())
                .find(|post| !input.wanted.iter().any(|other| other.post.key == *post))
        });
        let former = former.flatten();
        spoken.insert(former.unwrap_or(key));
        let state = former
            .and_then(|post| input.state.posts.get(post))
            .or(own)
            .unwrap_or(&nothing);
        let (step, reason) = decide(input, wanted, state);
        let mut change = Change::new(input, wanted, step, reason);
        change.moved_from = former.map(str::to_owned);
        change.remote = state.live.as_ref().map(|live| live.remote.clone());
        change.url = state.live.as_ref().and_then(|live| live.url.clone());
        changes.push(change);
    }
    for (post, state) in &input.state.posts {
        if !spoken.contains(post.as_str())
            && let Some(change) = leftover(input, post, state)
        {
            changes.push(change);
        }
    }
    changes
}

/// What to do with a wanted post.
fn decide(input: &Input<'_>, wanted: &Composed, state: &PostState) -> (Step, Reason) {
    if let Some(open) = &state.open {
        return unsettled(input, &wanted.post.key, &wanted.hash, open);
    }
    if let Some(words) = input.observed.failed.get(&wanted.post.key) {
        return (Step::Keep, Reason::CannotLook(words.clone()));
    }
    match &state.live {
        Some(live) => existing(input, wanted, state, live),
        None => absent(input, wanted, state),
    }
}

/// An attempt without an end.
fn unsettled(input: &Input<'_>, post: &str, hash: &str, open: &Open) -> (Step, Reason) {
    if input.reserved.contains(&open.attempt) && !open.sending {
        return (Step::of(open.action), Reason::Reserved);
    }
    let found = input.observed.found.get(post);
    if open.action == Action::Create
        && let Some(Some(_)) = found
    {
        return (Step::Adopt, Reason::FoundThere);
    }
    if open.action == Action::Update && open.hash != hash {
        // Whatever became of it, the page has changed since.
        return (Step::Update, Reason::PageChanged);
    }
    let settled_by_itself = match open.action {
        // The same state is asked for again, and asking twice does not harm.
        Action::Update | Action::Delete => true,
        Action::Create => input.capabilities.recovery != Recovery::AskPerson,
        Action::Reply => matches!(
            input.capabilities.recovery,
            Recovery::ChosenKey | Recovery::DedupeKey(_)
        ),
    };
    if settled_by_itself {
        (Step::Confirm, Reason::OutcomeUnknown)
    } else {
        (Step::Confirm, Reason::AskPerson)
    }
}

/// A copy is there.
fn existing(
    input: &Input<'_>,
    wanted: &Composed,
    state: &PostState,
    live: &Live,
) -> (Step, Reason) {
    let key = &wanted.post.key;
    if let Some(None) = input.observed.read.get(key) {
        return match &state.failure {
            Some(failure) if state.is_begun() => {
                (Step::Create, Reason::FailedBefore(failure.message.clone()))
            }
            _ if input.consent.backfill => (Step::Create, Reason::GoneThere),
            _ => (Step::Keep, Reason::GoneThere),
        };
    }
    let drifted = match (input.observed.read.get(key), &live.seen) {
        (Some(Some(seen)), Some(known)) => seen.digest.as_ref().is_some_and(|now| now != known),
        _ => false,
    };
    if drifted && !input.consent.overwrite {
        return (Step::Keep, Reason::Drifted);
    }
    if live.hash == wanted.hash && !drifted {
        return (Step::Keep, Reason::Unchanged);
    }
    if input.capabilities.way == Way::Hand {
        return (Step::HandOff, Reason::PageChanged);
    }
    let reason = if drifted {
        Reason::Drifted
    } else {
        Reason::PageChanged
    };
    let can_update = match input.capabilities.update {
        Update::Never => Err(Reason::CannotUpdate),
        Update::Always | Update::WhileDraft => Ok(()),
        Update::Within(time) => {
            let age = input.now.duration_since(live.since);
            if age <= jiff::SignedDuration::try_from(time).unwrap_or(jiff::SignedDuration::MAX) {
                Ok(())
            } else {
                Err(Reason::TooLateToUpdate)
            }
        }
    };
    match (input.on_edit.unwrap_or(OnEdit::Update), can_update) {
        (OnEdit::Ignore, _) => (Step::Keep, Reason::EditIgnored),
        (OnEdit::Ask, _) => (Step::Keep, Reason::EditAsks),
        (OnEdit::Reply, _) if input.capabilities.reply => (Step::Reply, reason),
        (OnEdit::Reply, _) => (Step::Keep, Reason::CannotReply),
        (OnEdit::Update, Ok(())) => (Step::Update, reason),
        (OnEdit::Update, Err(why)) => (Step::Keep, why),
    }
}

/// No copy is there, as far as we know.
fn absent(input: &Input<'_>, wanted: &Composed, state: &PostState) -> (Step, Reason) {
    if let Some(Some(_)) = input.observed.found.get(&wanted.post.key) {
        return (Step::Adopt, Reason::FoundThere);
    }
    // What was begun is finished: the person who allowed it need not do so again.
    let allowed = input.consent.backfill || state.is_begun();
    if let Some(end) = state.end
        && !allowed
    {
        return match end {
            End::Withdrawn => (Step::Keep, Reason::WasWithdrawn),
            End::Gone => (Step::Keep, Reason::GoneThere),
        };
    }
    if let Some(due) = wanted.due
        && due > input.now
    {
        return (Step::Keep, Reason::NotYetDue);
    }
    if !allowed && is_older(input, wanted) {
        return (Step::Keep, Reason::OlderThanAccount);
    }
    if let Some(refusal) = &wanted.refusal {
        return (Step::Keep, Reason::Refused(refusal.clone()));
    }
    if input.capabilities.way == Way::Hand {
        return (Step::HandOff, Reason::NewPage);
    }
    match &state.failure {
        Some(failure) => (Step::Create, Reason::FailedBefore(failure.message.clone())),
        None => (Step::Create, Reason::NewPage),
    }
}

/// Whether the page was there before the account was.
fn is_older(input: &Input<'_>, wanted: &Composed) -> bool {
    match (wanted.since, wanted.post.published) {
        (Some(since), Some(date)) => date < since,
        (None, Some(date)) => date < input.added,
        // Undated pages that the first plan met are old, later ones are new.
        (_, None) => input.state.opened.is_none() || input.state.before.contains(&wanted.post.key),
    }
}

/// A post that the ledger knows and that no page asks for any more.
fn leftover(input: &Input<'_>, post: &str, state: &PostState) -> Option<Change> {
    let unwanted = input.unwanted.get(post);
    let (step, reason) = if let Some(open) = &state.open {
        unsettled(input, post, &open.hash, open)
    } else {
        state.live.as_ref()?;
        match unwanted {
            Some(reason) if !reason.withdraws() => (Step::Keep, reason.clone()),
            found => {
                let reason = found.cloned().unwrap_or(Reason::PageRemoved);
                if input.capabilities.way == Way::Hand {
                    (Step::Keep, Reason::RemoveByHand(Box::new(reason)))
                } else if !input.capabilities.delete {
                    (Step::Keep, Reason::CannotDelete(Box::new(reason)))
                } else if input.consent.delete {
                    (Step::Delete, reason)
                } else {
                    (Step::Keep, Reason::DeleteNotAllowed(Box::new(reason)))
                }
            }
        }
    };
    Some(Change::leftover(input, post, state, step, reason))
}
