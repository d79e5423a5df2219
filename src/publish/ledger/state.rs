//! What a ledger adds up to: takes its lines in order, gives the state of every post.
//!
//! Pure. A line that means nothing where it stands (an end without a beginning, in a ledger
//! that two runs wrote and git merged) changes nothing and is told.

use super::event::{Action, Event, Line};
use std::collections::{BTreeMap, BTreeSet};

/// The state of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// See [`Event::Opened`]; none for a ledger that is not there yet.
    pub lineage: Option<String>,
    /// The place that the account posted to so far.
    pub place: Option<String>,
    /// When the account was added.
    pub opened: Option<jiff::Timestamp>,
    /// See [`Event::Opened`].
    pub before: BTreeSet<String>,
    /// The highest serial.
    pub serial: u64,
    /// When something was last posted.
    pub last_post: Option<jiff::Timestamp>,
    /// Every post that was ever spoken of.
    pub posts: BTreeMap<String, PostState>,
    /// Lines that mean nothing where they stand, one sentence each.
    pub oddities: Vec<String>,
}

/// The state of one post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostState {
    /// The copy that is there.
    pub live: Option<Live>,
    /// The attempt without an end.
    pub open: Option<Open>,
    /// Attempts that ended.
    pub ended: usize,
    /// The last attempt's failure, unless something succeeded after it.
    pub failure: Option<Failed>,
    /// Whether the copy was there and is no longer, and how.
    pub end: Option<End>,
}

/// A copy that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The platform's name for it.
    pub remote: String,
    /// Where people read it.
    pub url: Option<String>,
    /// Digest of the content that we sent, or that the page had when the copy was adopted.
    pub hash: String,
    /// Digest of the text as the platform kept it.
    pub seen: Option<String>,
    /// Canonical address of the page.
    pub page: String,
    /// When it was made there.
    pub since: jiff::Timestamp,
}

/// An attempt without an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Its key.
    pub attempt: String,
    /// What was to be done.
    pub action: Action,
    /// Digest of the content.
    pub hash: String,
    /// Canonical address of the page.
    pub page: String,
    /// When it was intended.
    pub at: jiff::Timestamp,
    /// Whether sending began for sure.
    pub sending: bool,
    /// Why its outcome is unknown, when a run lived to tell.
    pub unknown: Option<String>,
}

/// A failure that the last attempt ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// When.
    pub at: jiff::Timestamp,
    /// What was to be done.
    pub action: Action,
    /// Digest of the content that failed.
    pub hash: String,
    /// Why.
    pub message: String,
}

/// How a copy came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// We took it away.
    Withdrawn,
    /// It was gone there.
    Gone,
}

impl PostState {
    /// Whether the last attempt was to make a copy, and failed. Somebody has decided on that copy.
    pub fn is_begun(&self) -> bool {
        let failure = self.failure.as_ref();
        failure.is_some_and(|failure| failure.action == Action::Create)
    }
}

impl State {
    /// Adds up lines.
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Self {
        let mut state = Self::default();
        for line in lines {
            state.add(line);
        }
        state
    }

    /// Adds one line.
    pub fn add(&mut self, line: &Line) {
        self.serial = self.serial.max(line.serial);
        match &line.event {
            Event::Opened {
                lineage,
                place,
                before,
                ..
            } => {
                // After a merge there may be two; the account is as old as the older one.
                if self.opened.is_none_or(|opened| line.at < opened) {
                    self.opened = Some(line.at);
                    self.lineage = Some(lineage.clone());
                }
                self.place = Some(place.clone());
                self.before.extend(before.iter().cloned());
            }
            Event::Intended {
                attempt,
                post,
                action,
                hash,
                page,
            } => {
                self.posts.entry(post.clone()).or_default().open = Some(Open {
                    attempt: attempt.clone(),
                    action: *action,
                    hash: hash.clone(),
                    page: page.clone(),
                    at: line.at,
                    sending: false,
                    unknown: None,
                });
            }
            Event::Sending { attempt } => {
                if let Some(open) = self.open(attempt, line) {
                    open.sending = true;
                }
            }
            Event::Unknown { attempt, message } => {
                if let Some(open) = self.open(attempt, line) {
                    open.sending = true;
                    open.unknown = Some(message.clone());
                }
            }
            Event::Failed { attempt, message } => {
                if let Some((post, open)) = self.close(attempt, line) {
                    post.failure = Some(Failed {
                        at: line.at,
                        action: open.action,
                        hash: open.hash,
                        message: message.clone(),
                    });
                }
            }
            Event::Done {
                attempt,
                remote,
                url,
                seen,
            } => {
                let Some((post, open)) = self.close(attempt, line) else {
                    return;
                };
                post.failure = None;
                if open.action == Action::Delete {
                    post.live = None;
                    post.end = Some(End::Withdrawn);
                    return;
                }
                let since = match &post.live {
                    Some(live) if open.action == Action::Update => live.since,
                    _ => open.at,
                };
                post.end = None;
                post.live = Some(Live {
                    remote: remote.clone(),
                    url: url.clone(),
                    hash: open.hash,
                    seen: seen.clone(),
                    page: open.page,
                    since,
                });
                // An edit is no sign of life that followers see.
                if open.action != Action::Update {
                    self.last_post = self.last_post.max(Some(open.at));
                }
            }
            Event::Adopted {
                post,
                remote,
                url,
                seen,
                page,
                hash,
            } => {
                let state = self.posts.entry(post.clone()).or_default();
                if state.open.take().is_some() {
                    state.ended += 1;
                }
                state.failure = None;
                state.end = None;
                state.live = Some(Live {
                    remote: remote.clone(),
                    url: url.clone(),
                    hash: hash.clone(),
                    seen: seen.clone(),
                    page: page.clone(),
                    since: line.at,
                });
            }
            Event::Moved { from, post } => match self.posts.remove(from) {
                Some(state) => {
                    self.posts.insert(post.clone(), state);
                }
                None => self.oddities.push(format!(
                    "serial {}: there is no post `{from}` that could be called `{post}`",
                    line.serial
                )),
            },
            Event::Gone { post } => {
                let state = self.posts.entry(post.clone()).or_default();
                state.live = None;
                state.end = Some(End::Gone);
            }
            Event::Accepted { post, seen } => {
                if let Some(live) = self
                    .posts
                    .get_mut(post)
                    .and_then(|state| state.live.as_mut())
                {
                    live.seen = Some(seen.clone());
                }
            }
        }
    }

    /// The attempt's open entry.
    fn open(&mut self, attempt: &str, line: &Line) -> Option<&mut Open> {
        let found = self
            .posts
            .values_mut()
            .filter_map(|post| post.open.as_mut())
            .find(|open| open.attempt == attempt);
        if found.is_none() {
            self.oddities.push(format!(
                "serial {}: the attempt {attempt} was never intended, or has ended",
                line.serial
            ));
        }
        found
    }

    /// Takes the attempt's open entry out of its post.
    fn close(&mut self, attempt: &str, line: &Line) -> Option<(&mut PostState, Open)> {
        let is_it = |post: &PostState| {
            post.open
                .as_ref()
                .is_some_and(|open| open.attempt == attempt)
        };
        let Some(post) = self.posts.values_mut().find(|post| is_it(post)) else {
            self.oddities.push(format!(
                "serial {}: the attempt {attempt} was never intended, or has ended",
                line.serial
            ));
            return None;
        };
        let open = post.open.take()?;
        post.ended += 1;
        Some((post, open))
    }
}
