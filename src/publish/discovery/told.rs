//! The ledger of discovery: who was told of which address, and what was there before.
//!
//! Takes lines in order, gives what they add up to. A telling that never ended is told again:
//! for those who listen here, a repeat is harmless.

use super::Way;
use crate::publish::ledger::{Line, Sum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Addresses and the digests of what stands there.
pub type Digests = BTreeMap<String, String>;

/// Digest of an address at which nothing is any more.
pub(super) const GONE: &str = "-";

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The way was used for the first time.
    Begun {
        /// Which.
        way: Way,
        /// What was there already and is old: nobody is told of it until it changes.
        before: Digests,
    },
    /// Somebody will be told. Synced to disk before it is sent.
    Intended {
        /// The telling's key.
        attempt: String,
        /// How.
        way: Way,
        /// Whom: a hub, an engine, a linked page.
        to: String,
        /// Of what.
        addresses: Digests,
    },
    /// It was heard.
    Done {
        /// The telling's key.
        attempt: String,
        /// Addresses that there was no room for; they are told another day.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<String>,
        /// What was said to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// It was not heard.
    Failed {
        /// The telling's key.
        attempt: String,
        /// Why.
        message: String,
    },
}

/// What the lines add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    serial: u64,
    begun: BTreeMap<Way, (jiff::Timestamp, Digests)>,
    heard: BTreeMap<(Way, String), Digests>,
    open: BTreeMap<String, (Way, String, Digests)>,
}

impl Sum for Told {
    type Event = Event;

    fn add(&mut self, line: &Line<Event>) {
        self.serial = self.serial.max(line.serial);
        match &line.event {
            Event::Begun { way, before } => {
                // After a merge there may be two; the older one counts.
                let begun = self
                    .begun
                    .entry(*way)
                    .or_insert_with(|| (line.at, before.clone()));
                if line.at < begun.0 {
                    *begun = (line.at, before.clone());
                }
            }
            Event::Intended {
                attempt,
                way,
                to,
                addresses,
            } => {
                let open = (*way, to.clone(), addresses.clone());
                self.open.insert(attempt.clone(), open);
            }
            Event::Done { attempt, left, .. } => {
                if let Some((way, to, addresses)) = self.open.remove(attempt) {
                    let heard = addresses.into_iter().filter(|(url, _)| !left.contains(url));
                    self.heard.entry((way, to)).or_default().extend(heard);
                }
            }
            Event::Failed { attempt, .. } => {
                self.open.remove(attempt);
            }
        }
    }

    fn serial(&self) -> u64 {
        self.serial
    }
}

impl Told {
    /// When the way was used for the first time.
    pub fn begun(&self, way: Way) -> Option<jiff::Timestamp> {
        self.begun.get(&way).map(|(at, _)| *at)
    }

    /// Digest of what was last told there of an address.
    pub(super) fn heard(&self, way: Way, to: &str, url: &str) -> Option<&str> {
        let heard = self.heard.get(&(way, to.to_owned()))?;
        heard.get(url).map(String::as_str)
    }

    /// Digest of what stood at an address when the way was used for the first time.
    pub(super) fn before(&self, way: Way, url: &str) -> Option<&str> {
        let (_, before) = self.begun.get(&way)?;
        before.get(url).map(String::as_str)
    }

    /// Everybody who was told by that way, with what.
    pub(super) fn listeners(&self, way: Way) -> impl Iterator<Item = (&str, &Digests)> {
        self.heard
            .iter()
            .filter(move |((known, _), _)| *known == way)
            .map(|((_, to), digests)| (to.as_str(), digests))
    }

    /// All addresses that the way knows of, told or old.
    pub(super) fn known(&self, way: Way, to: &str) -> Digests {
        let mut known = self
            .begun
            .get(&way)
            .map(|(_, before)| before.clone())
            .unwrap_or_default();
        if let Some(heard) = self.heard.get(&(way, to.to_owned())) {
            known.extend(heard.clone());
        }
        known
    }
}
