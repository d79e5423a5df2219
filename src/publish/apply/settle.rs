//! Settles an attempt whose outcome is unknown, by the platform's recovery class.
//!
//! | class | what is done |
//! |---|---|
//! | A, chosen key · C, natural key | the same request again: it makes the same object, or is told that it exists |
//! | B, key that suppresses repeats | a look, and the same request again while the platform keeps the key; then as D |
//! | D, look-up | a look; made anew only when nothing is there and nothing can be under way any more |
//! | E | a person looks |
//!
//! An update or a deletion asks for a state and may be asked for twice in every class.

use super::record::{Ended, conclude, ended, fail, finish, take_up, unknown};
use super::{Desk, End, call, copy, look};
use crate::platform::capability::Recovery;
use crate::platform::{Failure, FailureKind};
use crate::publish::ledger::{Action, Event, Ledger, Open};
use crate::publish::plan::Change;
use std::time::Duration;

/// Looks right after an answer was lost, where a platform needs a moment to show a new post.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_millis(700);

/// Right after an answer was lost in this run. Whatever only a look could tell is made anew by a
/// later run at the earliest: the platform may still be at work.
pub(super) fn at_once(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    change: &Change,
    open: &Open,
    lost: &Failure,
) -> anyhow::Result<Ended> {
    let event = Event::Unknown {
        attempt: open.attempt.clone(),
        message: lost.message.clone(),
    };
    conclude(desk, ledger, change, event)?;
    let repeats = repeats_harmlessly(desk, open);
    // A platform may keep the key only when the post is made: two requests under way at once
    // would make two posts, so a repeat waits until the first can be under way no more.
    let waits = matches!(desk.capabilities.recovery, Recovery::DedupeKey(_))
        && matches!(open.action, Action::Create | Action::Reply);
    if (waits || !repeats) && desk.capabilities.find && open.action == Action::Create {
        for turn in 0..LOOKS {
            if turn > 0 {
                std::thread::sleep(BETWEEN_LOOKS.min(desk.grace));
            }
            match look(desk, change, open) {
                Ok(Some(seen)) => return take_up(desk, ledger, change, &open.hash, seen),
                Ok(None) => {}
                Err(failure) => return Ok(unknown(change, open, &failure.message)),
            }
        }
    }
    if repeats {
        if waits {
            wait(desk, open);
        }
        return again(desk, ledger, change, open);
    }
    Ok(unknown(change, open, &lost.message))
}

/// In a later run.
pub(super) fn settle(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    change: &Change,
    open: &Open,
) -> anyhow::Result<Ended> {
    let composed = desk.posts.get(change.post.as_str());
    if composed.is_none() && open.action != Action::Delete {
        return Ok(unknown(
            change,
            open,
            "its page is gone, so nothing can be compared; look there",
        ));
    }
    let same = composed.is_some_and(|composed| composed.hash == open.hash);
    if open.action == Action::Create && desk.capabilities.find {
        wait(desk, open);
        match look(desk, change, open) {
            Ok(Some(seen)) => return take_up(desk, ledger, change, &open.hash, seen),
            Ok(None) if !same => {
                let event = Event::Failed {
                    attempt: open.attempt.clone(),
                    message: "it never arrived, and the page has changed since".to_owned(),
                };
                conclude(desk, ledger, change, event)?;
                let message = "it never arrived; the next run posts the page as it is now";
                return Ok(ended(change, End::Skipped, Some(message.to_owned())));
            }
            Ok(None) => return again(desk, ledger, change, open),
            Err(failure) => return Ok(unknown(change, open, &failure.message)),
        }
    }
    if (same || open.action == Action::Delete) && repeats_harmlessly(desk, open) {
        return again(desk, ledger, change, open);
    }
    let reason = "the platform cannot be asked: look there, then `publish --done POST URL` or \
                  `publish --not-done POST`";
    Ok(unknown(change, open, reason))
}

/// Whether the same request may be sent once more without a look.
fn repeats_harmlessly(desk: &Desk<'_>, open: &Open) -> bool {
    match (open.action, desk.capabilities.recovery) {
        (Action::Update | Action::Delete, _) | (Action::Create, Recovery::NaturalKey) => true,
        (Action::Create | Action::Reply, Recovery::ChosenKey) => true,
        (Action::Create | Action::Reply, Recovery::DedupeKey(window)) => {
            let age = (desk.clock)().duration_since(open.at);
            // Some of the window is left for the request itself; and a clock that was set back
            // says nothing about the platform's.
            !age.is_negative() && Duration::try_from(age).is_ok_and(|age| age < window * 3 / 4)
        }
        _ => false,
    }
}

/// Waits until nothing can be under way any more.
fn wait(desk: &Desk<'_>, open: &Open) {
    let age = (desk.clock)().duration_since(open.at);
    let age = Duration::try_from(age).unwrap_or_default();
    std::thread::sleep(desk.grace.saturating_sub(age));
}

/// The same request once more.
fn again(
    desk: &Desk<'_>,
    ledger: &mut Ledger,
    change: &Change,
    open: &Open,
) -> anyhow::Result<Ended> {
    let live = copy(ledger, change);
    match call(desk, change, open, live.as_ref()) {
        Ok(remote) => finish(desk, ledger, change, open, remote.or(live)),
        Err(failure) => match (failure.kind, open.action) {
            (FailureKind::Conflict, Action::Create) => match look(desk, change, open) {
                Ok(Some(seen)) => take_up(desk, ledger, change, &open.hash, seen),
                _ => Ok(unknown(change, open, &failure.message)),
            },
            (FailureKind::Missing, Action::Delete) => finish(desk, ledger, change, open, live),
            // An update or deletion that is refused leaves the copy as it was, or as it should be.
            (
                FailureKind::Refused | FailureKind::Forbidden | FailureKind::Missing,
                Action::Update,
            )
            | (FailureKind::Refused | FailureKind::Forbidden, Action::Delete) => {
                fail(desk, ledger, change, open, failure)
            }
            _ => Ok(unknown(change, open, &failure.message)),
        },
    }
}
