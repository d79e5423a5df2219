//! What a deploy would do and why: takes the files here, the record of the place and what it
//! shows, gives changes in the order in which they are safe, or the reason not to begin. Pure.

use super::headers::{FileKind, kind_of};
use super::state::{STATE, State, bytes_of};
use std::collections::{BTreeMap, BTreeSet};

/// A file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Path below the output folder.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// See [`super::state::mark`].
    pub mark: String,
}

/// What a place shows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its length in bytes.
    pub size: u64,
    /// When it was written there, by the place's own clock, where it tells.
    pub written: Option<jiff::Timestamp>,
    /// MD5 of its bytes in lower case, where the place tells or was asked.
    pub md5: Option<String>,
}

/// What is known of the place.
#[derive(Debug, Clone, Default)]
pub struct There {
    /// Its record.
    pub state: Option<State>,
    /// What it shows; nothing when it cannot be asked.
    pub listing: Option<BTreeMap<String, Seen>>,
    /// Paths whose bytes there are those of the file here.
    pub same: BTreeSet<String>,
    /// Runs that this machine knows of: its own, and those whose sites it looked at.
    pub known_runs: Option<BTreeSet<String>>,
}

/// What the person allows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Consent {
    /// Files that the site no longer has go away.
    pub delete: bool,
    /// Most of them; a share of all when silent.
    pub most_deletes: Option<usize>,
    /// Other people's work there is replaced.
    pub overwrite: bool,
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It is sent for the first time.
    Upload,
    /// It is sent in the place of what is there.
    Update,
    /// It is taken away.
    Delete,
    /// Nothing.
    Keep,
}

impl Action {
    /// The word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Keep => "keep",
        }
    }

    /// The sign before a line for people.
    pub fn sign(self) -> char {
        match self {
            Self::Upload => '+',
            Self::Update => '~',
            Self::Delete => '-',
            Self::Keep => '.',
        }
    }

    /// Whether bytes are sent.
    pub fn is_sent(self) -> bool {
        matches!(self, Self::Upload | Self::Update)
    }
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It is not there.
    New,
    /// Its bytes changed.
    Changed,
    /// Only its content type or cache lifetime changed.
    Headers,
    /// A run was stopped while it was under way.
    Unfinished,
    /// Somebody took it away there.
    Vanished,
    /// Somebody changed it there.
    ChangedThere,
    /// A file that no deploy put there has its name.
    Foreign,
    /// The place has no record and cannot be asked.
    Unknown,
    /// The record says that it is there.
    Same,
    /// The place shows the same bytes.
    Found,
    /// The site no longer has it.
    Gone,
    /// The site no longer has it, and deleting is not allowed.
    GoneKept,
    /// The site no longer has it, and somebody changed it there.
    GoneChanged,
}

impl Reason {
    /// The word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Headers => "headers",
            Self::Unfinished => "unfinished",
            Self::Vanished => "vanished",
            Self::ChangedThere => "changed-there",
            Self::Foreign => "foreign",
            Self::Unknown => "unknown",
            Self::Same => "same",
            Self::Found => "found",
            Self::Gone => "gone",
            Self::GoneKept => "gone-kept",
            Self::GoneChanged => "gone-changed",
        }
    }

    /// The sentence for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Headers => "another content type or cache lifetime",
            Self::Unfinished => "an earlier deploy was stopped while it was under way",
            Self::Vanished => "somebody took it away there",
            Self::ChangedThere => "somebody changed it there",
            Self::Foreign => "a file that no deploy put there has its name",
            Self::Unknown => "the place keeps no record of what it holds",
            Self::Same => "as it is",
            Self::Found => "the same bytes are there",
            Self::Gone => "the site no longer has it",
            Self::GoneKept => "the site no longer has it; `--allow-delete` takes it away",
            Self::GoneChanged => "the site no longer has it, but somebody changed it there",
        }
    }
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub action: Action,
    /// Path below the site.
    pub path: String,
    /// Why.
    pub reason: Reason,
    /// Length of what is sent.
    pub size: u64,
}

/// A plan for one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Every file, in the order of the work.
    pub changes: Vec<Change>,
    /// Why nothing may be done, one sentence with what to do.
    pub refusal: Option<String>,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

impl Plan {
    /// How many lines have that action.
    pub fn count(&self, action: Action) -> usize {
        self.changes
            .iter()
            .filter(|change| change.action == action)
            .count()
    }

    /// Bytes that would be sent.
    pub fn bytes(&self) -> u64 {
        self.changes
            .iter()
            .filter(|change| change.action.is_sent())
            .map(|change| change.size)
            .sum()
    }

    /// Whether something is sent or taken away.
    pub fn is_work(&self) -> bool {
        self.changes
            .iter()
            .any(|change| change.action != Action::Keep)
    }
}

/// Fewest deletes that may be more than a share of the site.
const FEW_DELETES: usize = 5;
/// Part of the deployed files (one in so many) that a run may take away unless told.
const DELETE_SHARE: usize = 4;
/// Names that a sentence lists.
const NAMED: usize = 3;

/// Plans a deploy of these files, the site being served at `site`.
pub fn plan(files: &[Local], there: &There, consent: Consent, site: &str) -> Plan {
    let mut changes: Vec<Change> = files.iter().map(|file| sent(file, there)).collect();
    let here: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    changes.extend(gone(&here, there, consent));
    let place = |change: &Change| {
        let phase = match (change.action, kind_of(&change.path)) {
            (Action::Delete, _) => 9,
            (Action::Keep, _) => 10,
            (Action::Upload, FileKind::Asset) => 0,
            (Action::Update, FileKind::Asset) => 1,
            // The front page shows the others: it comes when they are there.
            (_, FileKind::Page) if change.path == "index.html" => 3,
            (_, FileKind::Page) => 2,
            (_, FileKind::Guide) => 4,
        };
        (phase, change.path.clone())
    };
    changes.sort_by_cached_key(place);
    let mut plan = Plan {
        changes,
        ..Plan::default()
    };
    plan.notes = notes(there, &here);
    if plan.is_work() {
        plan.refusal = refusal(&plan, there, consent, site);
    }
    plan
}

/// What becomes of a file of the site.
fn sent(file: &Local, there: &There) -> Change {
    let change = |action, reason| Change {
        action,
        reason,
        path: file.path.clone(),
        size: file.size,
    };
    let old = there
        .state
        .as_ref()
        .and_then(|state| state.files.get(&file.path));
    let wanted = there
        .state
        .as_ref()
        .and_then(|state| state.moving.get(&file.path));
    let seen = there
        .listing
        .as_ref()
        .map(|listing| listing.get(&file.path));
    let same = there.same.contains(&file.path);
    match (old, wanted, seen) {
        (None, None, Some(None)) => change(Action::Upload, Reason::New),
        (_, Some(_), Some(None)) => change(Action::Upload, Reason::Unfinished),
        (Some(_), None, Some(None)) => change(Action::Upload, Reason::Vanished),
        (old, Some(wanted), _) => {
            if same && is_settled(&file.mark, old, wanted) {
                change(Action::Keep, Reason::Found)
            } else {
                change(Action::Update, Reason::Unfinished)
            }
        }
        (Some(old), None, seen) if *old == file.mark => {
            let touched = seen
                .flatten()
                .is_some_and(|seen| seen.size != file.size || is_later(seen, there));
            if touched && !same {
                change(Action::Update, Reason::ChangedThere)
            } else {
                change(Action::Keep, Reason::Same)
            }
        }
        (Some(old), None, _) if bytes_of(old) == bytes_of(&file.mark) => {
            change(Action::Update, Reason::Headers)
        }
        (Some(_), None, _) => change(Action::Update, Reason::Changed),
        (None, None, Some(Some(_))) if same => change(Action::Keep, Reason::Found),
        (None, None, Some(Some(_))) => change(Action::Update, Reason::Foreign),
        (None, None, None) if there.state.is_none() => change(Action::Upload, Reason::Unknown),
        (None, None, None) => change(Action::Upload, Reason::New),
    }
}

/// Whether the same bytes at the place prove that a file under way has its headers too: only
/// when one alone of what was there and what was sent has these bytes.
fn is_settled(mark: &str, old: Option<&String>, wanted: &str) -> bool {
    let bytes = bytes_of(mark);
    let old_has = old.is_some_and(|old| bytes_of(old) == bytes);
    match (old_has, bytes_of(wanted) == bytes) {
        (false, true) => wanted == mark,
        (true, false) => old.is_some_and(|old| old == mark),
        _ => false,
    }
}

/// Whether a file was written after the record, which a deploy writes last.
fn is_later(seen: &Seen, there: &There) -> bool {
    let record = there
        .listing
        .as_ref()
        .and_then(|listing| listing.get(STATE)?.written);
    matches!((seen.written, record), (Some(written), Some(record)) if written > record)
}

/// What becomes of files that an earlier deploy put there and the site no longer has.
fn gone(here: &BTreeSet<&str>, there: &There, consent: Consent) -> Vec<Change> {
    let Some(state) = &there.state else {
        return Vec::new();
    };
    let ours: BTreeSet<&String> = state.files.keys().chain(state.moving.keys()).collect();
    ours.into_iter()
        .filter(|path| !here.contains(path.as_str()))
        .filter_map(|path| {
            let seen = match &there.listing {
                Some(listing) => Some(listing.get(path)?),
                None => None,
            };
            let moving = state.moving.contains_key(path);
            let (action, reason) =
                if !moving && state.whole && seen.is_some_and(|seen| is_later(seen, there)) {
                    (Action::Keep, Reason::GoneChanged)
                } else if consent.delete {
                    (Action::Delete, Reason::Gone)
                } else {
                    (Action::Keep, Reason::GoneKept)
                };
            Some(Change {
                action,
                reason,
                path: path.clone(),
                size: 0,
            })
        })
        .collect()
}

fn notes(there: &There, here: &BTreeSet<&str>) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(state) = &there.state else {
        return notes;
    };
    if !state.whole {
        notes.push(format!(
            "the deploy of {} was stopped half-way, or is still at work; {} not known to have \
             arrived",
            state.at,
            match state.moving.len() {
                1 => "1 file is".to_owned(),
                count => format!("{count} files are"),
            }
        ));
    }
    if let Some(listing) = &there.listing {
        let others = listing
            .keys()
            .filter(|path| {
                path.as_str() != STATE
                    && !here.contains(path.as_str())
                    && !state.files.contains_key(*path)
                    && !state.moving.contains_key(*path)
            })
            .count();
        if others > 0 {
            notes.push(match others {
                1 => "1 file there is somebody else's and stays".to_owned(),
                others => format!("{others} files there are somebody else's and stay"),
            });
        }
    }
    notes
}

/// The first reason not to begin.
fn refusal(plan: &Plan, there: &There, consent: Consent, site: &str) -> Option<String> {
    if !consent.overwrite {
        if let Some(state) = &there.state {
            if state.site != site {
                return Some(format!(
                    "another site is there, {}, deployed {}; check the target's settings, or \
                     replace it with `--overwrite`",
                    state.site, state.at
                ));
            }
            if let Some(known) = &there.known_runs
                && !known.contains(&state.run)
            {
                return Some(format!(
                    "somebody else deployed since this machine last did (generation {}, {}); \
                     look with `--dry-run`, take over their changes, then deploy with `--overwrite`",
                    state.generation, state.at
                ));
            }
        }
        let foreign: Vec<&str> = plan
            .changes
            .iter()
            .filter(|change| change.reason == Reason::Foreign)
            .map(|change| change.path.as_str())
            .collect();
        if !foreign.is_empty() {
            let names = foreign[..foreign.len().min(NAMED)].join("`, `");
            let more = if foreign.len() > NAMED { ", …" } else { "" };
            return Some(format!(
                "{} there that no deploy put there would be replaced (`{names}`{more}); check \
                 that this is the right place, then deploy with `--overwrite`",
                match foreign.len() {
                    1 => "1 file".to_owned(),
                    count => format!("{count} files"),
                }
            ));
        }
    }
    let deletes = plan.count(Action::Delete);
    let ours = there.state.as_ref().map_or(0, |state| state.files.len());
    let most = consent
        .most_deletes
        .unwrap_or_else(|| FEW_DELETES.max(ours / DELETE_SHARE));
    (deletes > most).then(|| {
        format!(
            "{deletes} of {ours} files would be taken away, and {most} may be at once; look with \
             `--dry-run`, then allow them with `--max-deletes {deletes}`"
        )
    })
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
