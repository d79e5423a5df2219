//! Outcomes: each is a line of the ledger first, and then told.

use super::{Desk, End, Outcome};
use crate::platform::{Failure, FailureKind, Remote, Seen};
use crate::publish::ledger::{Action, Event, Ledger, Open};
use crate::publish::plan::Change;
use anyhow::Context as _;

/// An outcome, and whether its reason holds for every other post of the account too.
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) stops: bool,
}

impl Outcome {
    /// An outcome without a message.
    pub(super) fn of(change: &Change, end: End) -> Self {
        Self {
            post: change.post.clone(),
            step: change.step,
            end,
            remote: change.remote.clone(),
            url: change.url.clone(),
            message: None,
        }
    }
}

/// Writes what must stand in the ledger before anything is sent.
pub(super) fn promise(
    ledger: &mut Ledger,
    change: &Change,
    at: jiff::Timestamp,
    event: Event,
) -> anyhow::Result<()> {
    ledger.append(at, event).with_context(|| {
        format!(
            "`{}` was not sent, because it must stand in the ledger first; put the disk right and \
             run `publish` again",
            change.post
        )
    })
}

/// Writes what became of an attempt.
pub(super) fn conclude(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    change: &Change,
    event: Event,
) -> anyhow::Result<()> {
    ledger.append((desk.clock)(), event).with_context(|| {
        format!(
            "what became of `{}` could not be written down; put the disk right and run `publish` \
             again, which settles it and posts nothing twice",
            change.post
        )
    })
}

/// Writes that a copy is there. `hash` is what was sent when it is ours, and what the page has
/// now when it is not.
pub(super) fn take_up(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    change: &Change,
    hash: &str,
    seen: Seen,
) -> anyhow::Result<Ended> {
    let page = desk
        .posts
        .get(change.post.as_str())
        .map(|composed| composed.post.canonical.clone())
        .unwrap_or_default();
    let event = Event::Adopted {
        post: change.post.clone(),
        remote: seen.remote.id.clone(),
        url: seen.remote.url.clone(),
        seen: seen.digest,
        page,
        hash: hash.to_owned(),
    };
    conclude(desk, ledger, change, event)?;
    let mut outcome = Outcome::of(change, End::Done);
    outcome.remote = Some(seen.remote.id);
    outcome.url = seen.remote.url;
    outcome.message = Some("it was there already".to_owned());
    Ok(Ended {
        outcome,
        stops: false,
    })
}

/// Writes that it is done, and how the platform shows it now.
pub(super) fn finish(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    change: &Change,
    open: &Open,
    remote: Option<Remote>,
) -> anyhow::Result<Ended> {
    let remote = remote.unwrap_or(Remote {
        id: String::new(),
        url: None,
    });
    // The post is there; a look that fails must not make it look otherwise.
    let seen = (desk.capabilities.read && open.action != Action::Delete)
        .then(|| desk.platform.read(&remote).ok().flatten())
        .flatten();
    let url = remote
        .url
        .clone()
        .or_else(|| seen.as_ref().and_then(|seen| seen.remote.url.clone()));
    let event = Event::Done {
        attempt: open.attempt.clone(),
        remote: remote.id.clone(),
        url: url.clone(),
        seen: seen.and_then(|seen| seen.digest),
    };
    conclude(desk, ledger, change, event)?;
    let mut outcome = Outcome::of(change, End::Done);
    outcome.remote = Some(remote.id);
    outcome.url = url;
    Ok(Ended {
        outcome,
        stops: false,
    })
}

/// Writes that it was not done.
pub(super) fn fail(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    change: &Change,
    open: &Open,
    failure: Failure,
) -> anyhow::Result<Ended> {
    let event = Event::Failed {
        attempt: open.attempt.clone(),
        message: failure.message.clone(),
    };
    conclude(desk, ledger, change, event)?;
    let stops = matches!(
        failure.kind,
        FailureKind::Credentials
            | FailureKind::Forbidden
            | FailureKind::Unreachable
            | FailureKind::Limited
    );
    let mut ended = ended(change, End::Failed, Some(failure.message));
    ended.stops = stops;
    Ok(ended)
}

/// Nobody knows; the attempt stays open in the ledger.
pub(super) fn unknown(change: &Change, open: &Open, reason: &str) -> Ended {
    let message = match &open.unknown {
        Some(first) if first != reason => format!("{first}; {reason}"),
        _ => reason.to_owned(),
    };
    ended(change, End::Unknown, Some(message))
}

/// An outcome that needs no line in the ledger.
pub(super) fn ended(change: &Change, end: End, message: Option<String>) -> Ended {
    let mut outcome = Outcome::of(change, end);
    outcome.message = message;
    Ended {
        outcome,
        stops: false,
    }
}
