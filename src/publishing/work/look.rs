//! Asking a platform before planning: is a new post there already, did an unknown one arrive,
//! has somebody changed a copy. Changes nothing there.

use super::AccountWork;
use crate::platform::capability::ImageLimit;
use crate::platform::{Attempt, Failure, FailureKind, Image, Images, Remote, Rendition};
use crate::publish::compose::Composed;
use crate::publish::ledger::{Action, attempt_key};
use crate::publish::plan::{Observed, Step};
use crate::publishing::{Refresh, Wish};
use std::collections::BTreeMap;

impl AccountWork {
    /// Looks for what is about to be made or is unknown, and reads copies again where asked.
    pub(super) fn look(&mut self, wish: &Wish<'_>, observed: &mut Observed) {
        let Some(platform) = &self.platform else {
            return;
        };
        let posts: BTreeMap<&str, &Composed> = self
            .composition
            .wanted
            .iter()
            .map(|composed| (composed.post.key.as_str(), composed))
            .collect();
        let mut failed = None;
        for change in &self.changes {
            let Some(composed) = posts.get(change.post.as_str()) else {
                continue;
            };
            let state = self.state.posts.get(&change.post);
            let open = state.and_then(|state| state.open.as_ref());
            let unknown = open.is_some_and(|open| open.action == Action::Create);
            let made =
                matches!(change.step, Step::Create) || (change.step == Step::Confirm && unknown);
            if made && self.capabilities.find {
                let key = attempt_key(
                    &self.account.name,
                    &change.post,
                    Action::Create,
                    &change.hash,
                    state.map_or(0, |state| state.ended),
                );
                let attempt = Attempt {
                    key: open.map_or(key.as_str(), |open| open.attempt.as_str()),
                    at: open.map_or(wish.options.now, |open| open.at),
                    images: &NoImages,
                };
                match platform.find(&composed.post, attempt) {
                    Ok(seen) => {
                        observed.found.insert(change.post.clone(), seen);
                    }
                    Err(failure) if holds_for_all(&failure) => failed = Some(failure),
                    Err(failure) => {
                        observed.failed.insert(change.post.clone(), failure.message);
                    }
                }
            }
            let live = state.and_then(|state| state.live.as_ref());
            // A copy that is about to be changed is looked at too: nobody's work is overwritten
            // unseen.
            let reads = wish.refresh == Refresh::All || change.step == Step::Update;
            if reads
                && self.capabilities.read
                && let Some(live) = live
            {
                let remote = Remote {
                    id: live.remote.clone(),
                    url: live.url.clone(),
                };
                match platform.read(&remote) {
                    Ok(seen) => {
                        observed.read.insert(change.post.clone(), seen);
                    }
                    Err(failure) if holds_for_all(&failure) => failed = Some(failure),
                    Err(failure) => {
                        observed.failed.insert(change.post.clone(), failure.message);
                    }
                }
            }
            if failed.is_some() {
                break;
            }
        }
        if let Some(failure) = failed {
            self.fails(&failure);
        }
    }
}

/// Whether a question that failed would fail for every other post too: nobody is asked a hundred
/// times who does not answer, does not know us, or wants to be left alone for a while.
fn holds_for_all(failure: &Failure) -> bool {
    !matches!(failure.kind, FailureKind::Refused | FailureKind::Conflict)
}

/// Looking needs no images.
struct NoImages;

impl Images for NoImages {
    fn rendition(&self, image: &Image, _limit: &ImageLimit) -> Result<Rendition, Failure> {
        Err(Failure::refused(format!(
            "{} is not sent while looking",
            image.url
        )))
    }
}
