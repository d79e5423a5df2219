//! Carries out one account's plan: intent to the ledger and the disk, call, outcome to the
//! ledger; and settles what an earlier run left open.
//!
//! Takes changes, posts, an open ledger and a platform; gives one [`Outcome`] per change. Posts
//! nothing that is not in the plan, and nothing whose intent is not on the disk. Never repeats
//! a request whose answer was lost unless the platform's recovery class makes that harmless.

mod record;
mod settle;
#[cfg(test)]
mod tests;

use super::compose::Composed;
use super::ledger::{Action, Event, Ledger, Open, attempt_key};
use super::plan::{Change, Step};
use crate::platform::{
    Attempt, Capabilities, Failure, FailureKind, Images, Platform, Remote, Seen,
};
use record::{Ended, conclude, ended, fail, finish, promise, take_up};
use std::collections::BTreeMap;
use std::time::Duration;

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The post.
    pub post: String,
    /// What was to be done.
    pub step: Step,
    /// What became of it.
    pub end: End,
    /// The platform's name for the copy.
    pub remote: Option<String>,
    /// Where it is read.
    pub url: Option<String>,
    /// What went wrong, or is worth knowing.
    pub message: Option<String>,
}

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is done.
    Done,
    /// It is reserved, and will be sent by `publish --send`.
    Reserved,
    /// It was not done, for sure.
    Failed,
    /// Nobody knows.
    Unknown,
    /// It was not tried: an earlier change of the account failed for a reason that all share.
    Skipped,
}

impl End {
    /// The word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Reserved => "reserved",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// Which halves of the work are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Intents are written, nothing is sent.
    Reserve,
    /// What is reserved is sent.
    Send,
    /// Both, one change after the other.
    Both,
}

/// One account at work.
pub struct Desk<'a> {
    /// Name of the account.
    pub account: &'a str,
    /// Its platform.
    pub platform: &'a dyn Platform,
    /// What it can do.
    pub capabilities: &'a Capabilities,
    /// The account's posts by key.
    pub posts: &'a BTreeMap<&'a str, &'a Composed>,
    /// Gives images.
    pub images: &'a dyn Images,
    /// The clock.
    pub clock: fn() -> jiff::Timestamp,
    /// Pause between two changes.
    pub pause: Duration,
    /// How long a platform may still be at work on a request whose answer was lost; nothing is
    /// made anew before.
    pub grace: Duration,
    /// Told of every outcome as soon as it is known.
    pub tell: &'a (dyn Fn(&Outcome) + Sync),
    /// Told, before an attempt is sent that was reserved before, that it now is.
    pub sending: &'a (dyn Fn(&str) -> anyhow::Result<()> + Sync),
}

/// Carries out the changes in their order.
///
/// # Errors
/// When the ledger cannot be written; then nothing more is sent.
pub fn apply(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    changes: &[Change],
    half: Half,
) -> anyhow::Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    let mut stopped: Option<String> = None;
    let mut sent = false;
    for change in changes.iter().filter(|change| change.step.is_work()) {
        if let Some(reason) = &stopped {
            let mut outcome = Outcome::of(change, End::Skipped);
            outcome.message = Some(reason.clone());
            (desk.tell)(&outcome);
            outcomes.push(outcome);
            continue;
        }
        if sent && half != Half::Reserve {
            std::thread::sleep(desk.pause);
        }
        let outcome = one(desk, ledger, change, half)?;
        sent |= change.step.is_sent();
        if let (End::Failed, Some(message)) = (outcome.outcome.end, &outcome.outcome.message)
            && outcome.stops
        {
            stopped = Some(message.clone());
        }
        (desk.tell)(&outcome.outcome);
        outcomes.push(outcome.outcome);
    }
    Ok(outcomes)
}

fn one(desk: &Desk<'_>, ledger: &mut Ledger, change: &Change, half: Half) -> anyhow::Result<Ended> {
    if let Some(from) = &change.moved_from
        && ledger.state.posts.contains_key(from)
    {
        let event = Event::Moved {
            from: from.clone(),
            post: change.post.clone(),
        };
        promise(ledger, change, (desk.clock)(), event)?;
    }
    let open = ledger
        .state
        .posts
        .get(&change.post)
        .and_then(|post| post.open.clone());
    let action = match change.step {
        // Nothing is sent for it, so there is nothing to reserve.
        Step::Adopt if half == Half::Reserve => return Ok(ended(change, End::Reserved, None)),
        Step::Adopt => return adopt(desk, ledger, change),
        Step::Confirm => {
            return match open {
                Some(open) if half != Half::Reserve => settle::settle(desk, ledger, change, &open),
                _ => Ok(ended(change, End::Reserved, None)),
            };
        }
        Step::Create => Action::Create,
        Step::Update => Action::Update,
        Step::Reply => Action::Reply,
        Step::Delete => Action::Delete,
        Step::HandOff | Step::Keep => return Ok(ended(change, End::Skipped, None)),
    };
    let open = match open {
        // Reserved by an earlier half on this disk, and never sent.
        Some(open) if open.action == action && open.hash == change.hash => open,
        Some(open) => {
            let event = Event::Failed {
                attempt: open.attempt,
                message: "the page has changed since".to_owned(),
            };
            promise(ledger, change, (desk.clock)(), event)?;
            intend(desk, ledger, change, action)?
        }
        None => intend(desk, ledger, change, action)?,
    };
    if half == Half::Reserve {
        return Ok(ended(change, End::Reserved, None));
    }
    if half == Half::Send {
        (desk.sending)(&open.attempt)?;
        let event = Event::Sending {
            attempt: open.attempt.clone(),
        };
        promise(ledger, change, (desk.clock)(), event)?;
    }
    // A ledger that was lost forgets; the platform may not have.
    if open.action == Action::Create && desk.capabilities.find {
        match look(desk, change, &open) {
            Ok(Some(seen)) => return take_up(desk, ledger, change, &open.hash, seen),
            Ok(None) => {}
            Err(failure) => return fail(desk, ledger, change, &open, failure.before_sending()),
        }
    }
    send(desk, ledger, change, &open)
}

/// Writes the intent, synced.
fn intend(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    change: &Change,
    action: Action,
) -> anyhow::Result<Open> {
    let ended = ledger
        .state
        .posts
        .get(&change.post)
        .map_or(0, |post| post.ended);
    let page = match desk.posts.get(change.post.as_str()) {
        Some(composed) => composed.post.canonical.clone(),
        None => ledger
            .state
            .posts
            .get(&change.post)
            .and_then(|post| Some(post.live.as_ref()?.page.clone()))
            .unwrap_or_default(),
    };
    let at = (desk.clock)();
    let open = Open {
        attempt: attempt_key(desk.account, &change.post, action, &change.hash, ended),
        action,
        hash: change.hash.clone(),
        page,
        at,
        sending: false,
        unknown: None,
    };
    let event = Event::Intended {
        attempt: open.attempt.clone(),
        post: change.post.clone(),
        action,
        hash: open.hash.clone(),
        page: open.page.clone(),
    };
    promise(ledger, change, at, event)?;
    Ok(open)
}

/// Calls the platform for an attempt, with patience where nothing was done for sure.
fn call(
    desk: &Desk<'_>,
    change: &Change,
    open: &Open,
    remote: Option<&Remote>,
) -> Result<Option<Remote>, Failure> {
    let attempt = Attempt {
        key: &open.attempt,
        at: open.at,
        images: desk.images,
    };
    let composed = desk.posts.get(change.post.as_str());
    let post = composed.map(|composed| &composed.post);
    let reply = composed.and_then(|composed| composed.reply.as_ref());
    let gone = || Failure::new(FailureKind::Missing, "there is no copy to change");
    let no_page = || Failure::refused("the page is gone");
    match open.action {
        Action::Create => desk
            .platform
            .create(post.ok_or_else(no_page)?, attempt)
            .map(Some),
        Action::Update => desk
            .platform
            .update(remote.ok_or_else(gone)?, post.ok_or_else(no_page)?, attempt)
            .map(Some),
        Action::Reply => desk
            .platform
            .reply(
                remote.ok_or_else(gone)?,
                reply.or(post).ok_or_else(no_page)?,
                attempt,
            )
            .map(Some),
        Action::Delete => desk
            .platform
            .delete(remote.ok_or_else(gone)?, attempt)
            .map(|()| None),
    }
}

/// The copy that the ledger knows.
fn copy(ledger: &Ledger, change: &Change) -> Option<Remote> {
    let live = ledger.state.posts.get(&change.post)?.live.as_ref()?;
    Some(Remote {
        id: live.remote.clone(),
        url: live.url.clone(),
    })
}

/// Sends an attempt and writes what became of it.
fn send(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    change: &Change,
    open: &Open,
) -> anyhow::Result<Ended> {
    let live = copy(ledger, change);
    match call(desk, change, open, live.as_ref()) {
        Ok(remote) => finish(desk, ledger, change, open, remote.or(live)),
        Err(failure) if failure.kind == FailureKind::Lost => {
            settle::at_once(desk, ledger, change, open, &failure)
        }
        Err(failure) if failure.kind == FailureKind::Conflict && open.action == Action::Create => {
            // The canonical address is taken: most likely by us.
            match look(desk, change, open) {
                Ok(Some(seen)) => take_up(desk, ledger, change, &open.hash, seen),
                _ => fail(desk, ledger, change, open, failure),
            }
        }
        Err(failure) if failure.kind == FailureKind::Missing && open.action == Action::Update => {
            let ended = fail(desk, ledger, change, open, failure)?;
            let event = Event::Gone {
                post: change.post.clone(),
            };
            conclude(desk, ledger, change, event)?;
            Ok(ended)
        }
        Err(failure) => fail(desk, ledger, change, open, failure),
    }
}

fn look(desk: &Desk<'_>, change: &Change, open: &Open) -> Result<Option<Seen>, Failure> {
    let Some(composed) = desk.posts.get(change.post.as_str()) else {
        return Ok(None);
    };
    let attempt = Attempt {
        key: &open.attempt,
        at: open.at,
        images: desk.images,
    };
    desk.platform.find(&composed.post, attempt)
}

/// Takes up a copy that a plan found.
fn adopt(desk: &Desk<'_>, ledger: &mut Ledger, change: &Change) -> anyhow::Result<Ended> {
    let open = ledger
        .state
        .posts
        .get(&change.post)
        .and_then(|post| post.open.clone())
        .unwrap_or_else(|| Open {
            attempt: attempt_key(desk.account, &change.post, Action::Create, &change.hash, 0),
            action: Action::Create,
            hash: change.hash.clone(),
            page: String::new(),
            at: (desk.clock)(),
            sending: false,
            unknown: None,
        });
    match look(desk, change, &open) {
        Ok(Some(seen)) => take_up(desk, ledger, change, &open.hash, seen),
        Ok(None) => Ok(ended(
            change,
            End::Failed,
            Some("it is no longer there; plan again".to_owned()),
        )),
        Err(failure) => Ok(ended(change, End::Failed, Some(failure.message))),
    }
}
