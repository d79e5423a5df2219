//! `guidepost status`: what needs somebody, worst first, with the command to run next; then the
//! accounts; what is due next.

mod board;
mod json;

use super::view::{self, View};
use super::{End, args, posting, settings};
use crate::publish::plan::{Change, Reason, Step};
use crate::publish::rhythm::{self, Silence};
use crate::publishing::{AccountWork, Refresh, Session};
use std::path::Path;

/// Days after which a platform's facts should be compared with its documentation again.
const STALE_AFTER_DAYS: i64 = 180;

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Status) -> anyhow::Result<End> {
    let root = settings::root(root)?;
    let choice = args::Choice {
        account: words.account.clone(),
        refresh: words.refresh,
        date: words.date.clone(),
        ..args::Choice::of_account("")
    };
    let refresh = match (words.offline, words.refresh) {
        (true, _) => Refresh::Offline,
        (false, true) => Refresh::All,
        (false, false) => Refresh::Needed,
    };
    let session = posting::session(view, &root, &choice, refresh, false)?;
    view.diagnostics(&root, &session.diagnostics)?;
    if view.is_json() {
        view::out(&json::text(&session))?;
    } else {
        view::out(&board::text(view, &session))?;
    }
    let troubled = session.accounts.iter().any(|work| {
        work.trouble.is_some()
            || work
                .changes
                .iter()
                .any(|change| Place::of(change) == Place::Unknown)
    });
    Ok(if session.has_mistakes() || troubled {
        End::Mistakes
    } else {
        End::Fine
    })
}

/// Where a line of the plan stands on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Only a person can tell what became of it.
    Unknown,
    /// A person must decide or mend something.
    Decide,
    /// A person pastes it.
    ByHand,
    /// The next run of `publish` does it.
    Ready,
    /// Its time has not come.
    Later,
    /// Nowhere: nothing is to be done.
    Nowhere,
}

impl Place {
    fn of(change: &Change) -> Self {
        match (&change.reason, change.step) {
            (Reason::AskPerson, _) => Self::Unknown,
            (_, Step::HandOff) => Self::ByHand,
            (
                Reason::Drifted
                | Reason::GoneThere
                | Reason::EditAsks
                | Reason::CannotUpdate
                | Reason::TooLateToUpdate
                | Reason::RemoveByHand(_)
                | Reason::DeleteNotAllowed(_)
                | Reason::CannotLook(_)
                | Reason::Refused(_)
                | Reason::FailedBefore(_),
                Step::Keep,
            ) => Self::Decide,
            (Reason::NotYetDue, _) => Self::Later,
            (_, step) if step.is_work() => Self::Ready,
            _ => Self::Nowhere,
        }
    }
}

/// The account's silence, when it should speak more often.
fn silence(session: &Session, work: &AccountWork) -> Option<Silence> {
    let upkeep = session.upkeep.as_ref()?;
    rhythm::silence(&work.account, &work.state, &upkeep.zone, upkeep.now)
}

/// Whether what is known of the account's platform should be compared with its documentation.
fn facts_are_old(session: &Session, work: &AccountWork) -> bool {
    let Some(upkeep) = &session.upkeep else {
        return false;
    };
    let today = upkeep.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    today
        .since(work.capabilities.verified_at)
        .is_ok_and(|age| i64::from(age.get_days()) > STALE_AFTER_DAYS)
}
