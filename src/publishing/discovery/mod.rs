//! Discovery in one run: what the site has, what was told before, the notices, and telling them
//! one after the other; how each is sent is the doors' own.
//!
//! Joins the generator, [`crate::publish::discovery`] and [`crate::platform::discovery`]. Every
//! notice is in the plan first and in its ledger, synced to disk, before it is sent. What goes
//! wrong here is a warning: the posts are what matters.

mod doors;

pub(super) use doors::host;

use super::Wish;
use super::addresses::addresses;
use super::texts::SiteTexts;
use super::work::is_page;
use crate::diag::Diagnostic;
use crate::platform::discovery::INDEXNOW;
use crate::platform::{FailureKind, Http, HttpOptions, Pace, Sieve};
use crate::publish::account::Publishing;
use crate::publish::compose;
use crate::publish::discovery::{Addresses, Event, Input, Notice, Told, Way, before, plan};
use crate::publish::ledger::{Ledger, Read, read_as};
use crate::render;
use crate::site::Site;
use doors::{Doors, held_back, send, token_variable};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Pause between two requests to one host.
const PAUSE: Duration = Duration::from_millis(500);

/// Discovery in one run; there is none when no way is on.
pub struct Discovery {
    /// The plan.
    pub notices: Vec<Notice>,
    /// All that there is to tell, also of pages that this run leaves out.
    due: Vec<Notice>,
    /// Ways that take no part, each with the reason.
    pub troubles: Vec<(Way, String)>,
    pub(super) diagnostics: Vec<Diagnostic>,
    ways: Vec<(Way, String)>,
    addresses: Addresses,
    told: Told,
    ledger: Option<Ledger<Told>>,
    doors: Doors,
    http: Option<Http>,
}

/// What became of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The notice.
    pub notice: Notice,
    /// How it ended.
    pub end: HeardEnd,
    /// What went wrong, or is worth knowing.
    pub message: Option<String>,
}

/// How a notice ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeardEnd {
    /// It was heard.
    Done,
    /// It was not; the next run tells it again.
    Failed,
    /// It was not sent: its pages do not answer as they should.
    Skipped,
}

impl HeardEnd {
    /// The word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl Discovery {
    /// Plans; asks nobody. None when no way is on, or only some accounts are asked for.
    ///
    /// # Errors
    /// When another run holds the ledger, or the disk fails.
    pub(super) fn prepare(
        root: &Path,
        wish: &Wish<'_>,
        site: &Site,
        texts: &SiteTexts<'_>,
        publishing: &Publishing,
        http: HttpOptions,
        pace: Pace,
    ) -> anyhow::Result<Option<Self>> {
        let ways = ways(site, publishing);
        if ways.is_empty() || !wish.accounts.is_empty() {
            return Ok(None);
        }
        let file = ledger_file(publishing);
        let path = root.join(&*file);
        let (read, ledger) = if wish.lock {
            let (ledger, mut read) = Ledger::<Told>::open_as(&path, &file)?;
            read.state.clone_from(&ledger.state);
            (read, Some(ledger))
        } else {
            let bytes = std::fs::read(&path).unwrap_or_default();
            (read_as(&file, &bytes), None)
        };
        let Read {
            state: told,
            diagnostics,
            ..
        } = read;
        let token = (wish.secret)(&token_variable());
        let sieve = Sieve::new(token.iter());
        let mut discovery = Self {
            notices: Vec::new(),
            due: Vec::new(),
            troubles: Vec::new(),
            addresses: addresses(site, texts),
            told,
            ledger,
            doors: Doors::of(site, publishing, token),
            http: Http::new(http, pace, PAUSE, sieve).ok(),
            ways,
            diagnostics,
        };
        discovery.plan(wish, site);
        Ok(Some(discovery))
    }

    fn plan(&mut self, wish: &Wish<'_>, site: &Site) {
        if !self.diagnostics.is_empty() {
            let all = self.ways.drain(..);
            self.troubles = all
                .map(|(way, _)| (way, "its ledger cannot be read".to_owned()))
                .collect();
            return;
        }
        if !self.doors.has_token() && self.ways.iter().any(|(way, _)| *way == Way::Baidu) {
            self.ways.retain(|(way, _)| *way != Way::Baidu);
            let reason = format!("set {} in the environment", token_variable());
            self.troubles.push((Way::Baidu, reason));
        }
        // The day on which a way was first used begins at midnight of the site.
        let since = |way| {
            let begun = self.told.begun(way).unwrap_or(wish.options.now);
            begun
                .to_zoned(site.config.timezone.clone())
                .start_of_day()
                .map_or(begun, |day| day.timestamp())
        };
        self.due = plan(&Input {
            ways: &self.ways,
            addresses: &self.addresses,
            told: &self.told,
            since: &since,
            backfill: wish.consent.backfill,
        });
        self.notices.clone_from(&self.due);
        if let Some(asked) = wish.page {
            let asked: BTreeSet<String> = site
                .pages
                .iter()
                .filter(|page| is_page(&compose::key(site, page), asked))
                .map(|page| render::address::absolute(&site.config, &page.url))
                .collect();
            for notice in &mut self.notices {
                notice.items.retain(|item| asked.contains(&item.url));
            }
            self.notices.retain(|notice| !notice.items.is_empty());
        }
    }

    /// Whether there is nothing to send and nothing to write down.
    pub(super) fn is_idle(&self) -> bool {
        let begun = |(way, _): &(Way, String)| self.told.begun(*way).is_some();
        self.notices.is_empty() && self.ways.iter().all(begun)
    }

    /// Lets go of the ledger as it was found.
    ///
    /// # Errors
    /// When the disk fails.
    pub(super) fn take_back(self) -> anyhow::Result<()> {
        self.ledger.map_or(Ok(()), Ledger::take_back)
    }

    /// Sends the notices, each after its line in the ledger.
    ///
    /// # Errors
    /// When the ledger cannot be written; then nothing more is sent.
    pub(super) fn tell(
        &mut self,
        live_check: Option<&Http>,
        clock: fn() -> jiff::Timestamp,
        tell: &dyn Fn(&Heard),
    ) -> anyhow::Result<Vec<Heard>> {
        let (Some(ledger), Some(http)) = (&mut self.ledger, &self.http) else {
            return Ok(Vec::new());
        };
        for (way, _) in &self.ways {
            if ledger.state.begun(*way).is_none() {
                let before = before(*way, &self.addresses, &self.due);
                ledger.append(clock(), Event::Begun { way: *way, before })?;
            }
        }
        let mut all = Vec::new();
        let mut said = |notice: Notice, end: HeardEnd, message: Option<String>| {
            let heard = Heard {
                notice,
                end,
                message,
            };
            tell(&heard);
            all.push(heard);
        };
        let held = live_check
            .map(|http| held_back(http, &self.doors, &self.notices))
            .unwrap_or_default();
        // Whoever does not answer is not asked again in this run: a site has hundreds of feeds.
        let mut silent: BTreeMap<(Way, String), (Notice, String)> = BTreeMap::new();
        for notice in &self.notices {
            let door = (notice.way, notice.to.clone());
            let (held_items, items): (Vec<_>, Vec<_>) = notice
                .items
                .iter()
                .cloned()
                .partition(|item| held.contains_key(&(notice.way, item.url.clone())));
            if let Some(first) = held_items.first() {
                let reason = held.get(&(notice.way, first.url.clone())).cloned();
                let part = Notice {
                    items: held_items,
                    ..notice.clone()
                };
                said(part, HeardEnd::Skipped, reason);
            }
            if items.is_empty() {
                continue;
            }
            if let Some((rest, _)) = silent.get_mut(&door) {
                rest.items.extend(items);
                continue;
            }
            let notice = Notice {
                items,
                ..notice.clone()
            };
            let attempt = notice.attempt();
            let intended = Event::Intended {
                attempt: attempt.clone(),
                way: notice.way,
                to: notice.to.clone(),
                addresses: notice.digests(),
            };
            ledger.append(clock(), intended)?;
            let (event, end, message) = match send(http, &self.doors, &notice) {
                Ok((left, note)) => (
                    Event::Done {
                        attempt,
                        left,
                        note: note.clone(),
                    },
                    HeardEnd::Done,
                    note,
                ),
                Err(failure) => {
                    if matches!(failure.kind, FailureKind::Unreachable | FailureKind::Lost) {
                        let rest = Notice {
                            items: Vec::new(),
                            ..notice.clone()
                        };
                        silent.insert(door, (rest, failure.message.clone()));
                    }
                    let event = Event::Failed {
                        attempt,
                        message: failure.message.clone(),
                    };
                    (event, HeardEnd::Failed, Some(failure.message))
                }
            };
            ledger.append(clock(), event)?;
            said(notice, end, message);
        }
        for (rest, message) in silent.into_values() {
            if !rest.items.is_empty() {
                let message = format!("not asked again in this run: {message}");
                said(rest, HeardEnd::Failed, Some(message));
            }
        }
        Ok(all)
    }
}

/// What is wrong with the ledger, for `check`.
pub(super) fn check(root: &Path, publishing: &Publishing) -> Vec<Diagnostic> {
    let file = ledger_file(publishing);
    let bytes = std::fs::read(root.join(&*file)).unwrap_or_default();
    read_as::<Told>(&file, &bytes).diagnostics
}

/// The ledger's file from the site's root; no account's can have this name.
fn ledger_file(publishing: &Publishing) -> Arc<str> {
    format!("{}/discovery/told.jsonl", publishing.ledger).into()
}

/// The ways that are on, with whom they tell.
fn ways(site: &Site, publishing: &Publishing) -> Vec<(Way, String)> {
    let mut ways = Vec::new();
    if let Some(hub) = &site.config.feeds.hub {
        ways.push((Way::WebSub, hub.clone()));
    }
    if let Some(door) = &publishing.indexnow {
        let endpoint = door.endpoint.as_deref().unwrap_or(INDEXNOW);
        ways.push((Way::IndexNow, host(endpoint)));
    }
    if let Some(door) = &publishing.baidu {
        ways.push((Way::Baidu, door.name.clone()));
    }
    if publishing.webmention {
        ways.push((Way::Webmention, String::new()));
    }
    ways
}
