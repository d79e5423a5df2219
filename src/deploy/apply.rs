//! Carries a plan out: takes changes, files and a place, gives what became of each. Assets first,
//! pages next, what leads to them, then a sample read back, deletes, and the record last.
//!
//! The record says what is under way before anything is sent, and what has arrived every so often,
//! so that a run which is killed anywhere leaves the next one only the rest. It is compared before
//! it is written, and written under a condition where the place knows such: of two runs at once,
//! one stops.

use super::headers::{Headers, kind_of};
use super::local::{Output, hash};
use super::plan::{Action, Change, Local, Plan};
use super::state::{STATE, State, mark};
use super::store::{Condition, Sending, Store};
use super::target::Target;
use crate::platform::{Failure, FailureKind};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Tries of one call where the failure may pass.
const TRIES: u32 = 4;
/// First pause between them; it doubles.
const PAUSE: Duration = Duration::from_millis(400);
/// Longest pause that a place may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Files between two records at least; more where there are many, as each record names them all.
const BETWEEN_RECORDS: usize = 32;
const MOST_RECORDS: usize = 20;
/// Files that are read back.
const SAMPLE: usize = 5;
/// Larger ones are not.
const LARGEST_SAMPLE: u64 = 8 << 20;
/// Larger files are sent one at a time, so that memory stays bounded.
const LARGE: u64 = 16 << 20;

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was done.
    pub action: Action,
    /// To which file.
    pub path: String,
    /// Why it failed; none when it is done.
    pub message: Option<String>,
}

/// What became of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Files sent.
    pub sent: usize,
    /// Files taken away.
    pub deleted: usize,
    /// Files read back and found right.
    pub sampled: usize,
    /// Why it stopped, with what to do.
    pub trouble: Option<String>,
}

/// What a run works with.
pub(super) struct Work<'a> {
    pub(super) target: &'a Target,
    pub(super) store: &'a dyn Store,
    pub(super) output: &'a Output,
    pub(super) files: &'a [Local],
    pub(super) plan: &'a Plan,
    /// The record as it was planned with.
    pub(super) earlier: Option<&'a State>,
    /// The record of this run.
    pub(super) next: State,
    /// Whether an unreadable record is replaced.
    pub(super) overwrite: bool,
    pub(super) tell: &'a (dyn Fn(&Outcome) + Sync),
}

/// Carries the plan out.
pub(super) fn apply(work: Work<'_>) -> Done {
    let Work { next, earlier, .. } = &work;
    let record = Record {
        state: Mutex::new(next.clone()),
        last: Mutex::new(earlier.map(|state| state.run.clone())),
    };
    let mut done = Done::default();
    if let Err(failure) = run(&work, &record, &mut done) {
        done.trouble = Some(failure.message);
        // Whatever is known to have arrived is worth keeping; that it fails too says nothing new.
        if !work.store.is_atomic() && failure.kind != FailureKind::Conflict {
            let _ = record.write(&work);
        }
    }
    done
}

fn run(work: &Work<'_>, record: &Record, done: &mut Done) -> Result<(), Failure> {
    let marks: BTreeMap<&str, &str> = work
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.mark.as_str()))
        .collect();
    record.change(|state| {
        for change in &work.plan.changes {
            let mark = marks.get(change.path.as_str());
            match (change.action, mark) {
                (Action::Upload | Action::Update, Some(mark)) => {
                    state.moving.insert(change.path.clone(), (*mark).to_owned());
                }
                (Action::Keep, Some(mark)) => state.arrived(&change.path, mark),
                _ => {}
            }
        }
        // What is neither here nor there any more is forgotten.
        let planned: std::collections::BTreeSet<&str> = work
            .plan
            .changes
            .iter()
            .map(|change| change.path.as_str())
            .collect();
        state
            .files
            .retain(|path, _| planned.contains(path.as_str()));
        state
            .moving
            .retain(|path, _| planned.contains(path.as_str()));
    });
    let sends: Vec<&Change> = work
        .plan
        .changes
        .iter()
        .filter(|change| change.action.is_sent())
        .collect();
    let deletes: Vec<&Change> = work
        .plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Delete)
        .collect();
    if !work.store.is_atomic() && (!sends.is_empty() || !deletes.is_empty()) {
        record.write(work)?;
    }
    let sent = AtomicUsize::new(0);
    for phase in phases(&sends) {
        let ended = send_all(work, record, phase, &sent, sends.len());
        done.sent = sent.load(Ordering::Relaxed);
        ended?;
    }
    if !work.store.is_atomic() {
        done.sampled = read_back(work, record, &sends)?;
    }
    for change in deletes {
        let ended = patiently(|| work.store.remove(&change.path));
        tell(work, change, ended.as_ref().err());
        ended?;
        record.change(|state| {
            state.files.remove(&change.path);
            state.moving.remove(&change.path);
        });
        done.deleted += 1;
    }
    record.change(|state| state.whole = state.moving.is_empty());
    record.write(work)?;
    if work.store.is_atomic() {
        done.sampled = read_back(work, record, &sends)?;
    }
    Ok(())
}

impl State {
    /// A file is there with that mark.
    fn arrived(&mut self, path: &str, mark: &str) {
        self.moving.remove(path);
        self.files.insert(path.to_owned(), mark.to_owned());
    }
}

/// Runs of changes that may be sent side by side: new assets, changed ones, pages, the front page,
/// what leads to them. The plan has them in this order.
fn phases<'a, 'b>(sends: &'b [&'a Change]) -> Vec<&'b [&'a Change]> {
    let phase = |change: &Change| {
        let front = change.path == "index.html";
        (kind_of(&change.path), front, change.action)
    };
    sends
        .chunk_by(|a, b| {
            let (a, b) = (phase(a), phase(b));
            // Whether a page is new makes no difference to its readers.
            a.0 == b.0 && a.1 == b.1 && (a.2 == b.2 || a.0 != super::headers::FileKind::Asset)
        })
        .collect()
}

/// Sends files side by side; the first failure stops all, after what is under way.
fn send_all(
    work: &Work<'_>,
    record: &Record,
    changes: &[&Change],
    sent: &AtomicUsize,
    all: usize,
) -> Result<(), Failure> {
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let trouble: Mutex<Option<Failure>> = Mutex::new(None);
    let large: Mutex<()> = Mutex::new(());
    let between = BETWEEN_RECORDS.max(all / MOST_RECORDS);
    let worker = || {
        while !stopped.load(Ordering::Relaxed) {
            let Some(change) = changes.get(next.fetch_add(1, Ordering::Relaxed)) else {
                return;
            };
            let alone =
                (change.size > LARGE).then(|| large.lock().unwrap_or_else(PoisonError::into_inner));
            let mut ended = send(work, change);
            drop(alone);
            tell(work, change, ended.as_ref().err());
            if let Ok(mark) = &ended {
                record.change(|state| state.arrived(&change.path, mark));
                let count = sent.fetch_add(1, Ordering::Relaxed) + 1;
                if count.is_multiple_of(between)
                    && !work.store.is_atomic()
                    && let Err(failure) = record.write(work)
                {
                    ended = Err(failure);
                }
            }
            if let Err(failure) = ended {
                stopped.store(true, Ordering::Relaxed);
                let mut first = trouble.lock().unwrap_or_else(PoisonError::into_inner);
                first.get_or_insert(failure);
            }
        }
    };
    let workers = work.target.parallel.clamp(1, changes.len().max(1));
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(worker);
        }
        worker();
    });
    let trouble = trouble.into_inner().unwrap_or_else(PoisonError::into_inner);
    trouble.map_or(Ok(()), Err)
}

/// Sends one file; gives its mark.
fn send(work: &Work<'_>, change: &Change) -> Result<String, Failure> {
    let Some(source) = work.output.source(&change.path) else {
        return Err(Failure::refused(format!("`{}` is gone here", change.path)));
    };
    let headers = work.output.rules().of(&change.path, work.target.lives);
    let mark = mark(&source.hash, work.store.has_headers().then_some(&headers));
    let sending = Sending {
        path: &change.path,
        bytes: source.bytes().map_err(Failure::refused)?,
        headers,
        condition: Condition::None,
    };
    patiently(|| work.store.write(&sending))
        .map_err(|failure| failure.during(&format!("`{}`", change.path)))?;
    Ok(mark)
}

fn tell(work: &Work<'_>, change: &Change, failure: Option<&Failure>) {
    (work.tell)(&Outcome {
        action: change.action,
        path: change.path.clone(),
        message: failure.map(|failure| failure.message.clone()),
    });
}

/// Reads some of what was sent and compares; what differs is under way again.
fn read_back(work: &Work<'_>, record: &Record, sends: &[&Change]) -> Result<usize, Failure> {
    let small: Vec<&&Change> = sends
        .iter()
        .filter(|change| change.size <= LARGEST_SAMPLE)
        .collect();
    let step = small.len().div_ceil(SAMPLE).max(1);
    // From the end: the last ones are what readers see first.
    let sample: Vec<_> = small.iter().rev().step_by(step).collect();
    for change in &sample {
        let wanted = work.output.source(&change.path).map(|source| &source.hash);
        let found = patiently(|| work.store.read(&change.path))?;
        let right = found.is_some_and(|found| Some(&hash(&found.bytes)) == wanted);
        if !right {
            record.change(|state| {
                if let Some(mark) = state.files.remove(&change.path) {
                    state.moving.insert(change.path.clone(), mark);
                }
            });
            return Err(Failure::refused(format!(
                "`{}` was read back and is not what was sent; is another program writing there? \
                 Deploy again",
                change.path
            )));
        }
    }
    Ok(sample.len())
}

/// The record of the run, and whose is at the place.
struct Record {
    state: Mutex<State>,
    /// The run whose record was there last; none when there was none.
    last: Mutex<Option<String>>,
}

impl Record {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Writes the record, unless somebody else did meanwhile.
    fn write(&self, work: &Work<'_>) -> Result<(), Failure> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let found = patiently(|| work.store.read(STATE))?;
        let theirs = match &found {
            None => None,
            Some(found) => match State::from_bytes(&found.bytes) {
                Ok(state) => Some(state),
                Err(_) if work.overwrite => None,
                Err(words) => return Err(Failure::refused(words)),
            },
        };
        let run = theirs.as_ref().map(|state| &state.run);
        if run.is_some() != last.is_some() && !work.overwrite
            || run.is_some() && run != last.as_ref()
        {
            return Err(meanwhile(theirs.as_ref()));
        }
        let condition = match found {
            None => Condition::Absent,
            Some(found) => found.tag.map_or(Condition::None, Condition::Tag),
        };
        let sending = Sending {
            path: STATE,
            bytes: state.to_text().into_bytes(),
            headers: Headers {
                content_type: "application/json; charset=utf-8".to_owned(),
                cache_control: "no-store".to_owned(),
            },
            condition,
        };
        let written = patiently(|| work.store.write(&sending));
        if let Err(failure) = written {
            if failure.kind != FailureKind::Conflict || work.store.is_atomic() {
                return Err(failure.during(&format!("`{STATE}`")));
            }
            // A try whose answer was lost makes the next one fail: then the record is ours.
            let found = patiently(|| work.store.read(STATE))?;
            let ours = found
                .as_ref()
                .is_some_and(|found| found.bytes == sending.bytes);
            if !ours {
                let theirs = found.and_then(|found| State::from_bytes(&found.bytes).ok());
                return Err(meanwhile(theirs.as_ref()));
            }
        }
        *last = Some(state.run);
        Ok(())
    }
}

/// Somebody else's record is there.
fn meanwhile(theirs: Option<&State>) -> Failure {
    let words = match theirs {
        Some(state) => format!(
            "another deploy began there meanwhile (generation {}, {}); this one stopped and sends \
             nothing more: wait until that one has ended, then deploy again",
            state.generation, state.at
        ),
        None => format!(
            "`{STATE}` was taken away there meanwhile; this run stopped and sends nothing more: \
             find out who did it, then deploy again"
        ),
    };
    Failure::new(FailureKind::Conflict, words)
}

/// Tries again where a failure may pass. Everything that a place is asked may be repeated.
pub(super) fn patiently<T>(call: impl Fn() -> Result<T, Failure>) -> Result<T, Failure> {
    let mut pause = PAUSE;
    for _ in 1..TRIES {
        match call() {
            Err(failure)
                if matches!(
                    failure.kind,
                    FailureKind::Lost | FailureKind::Unreachable | FailureKind::Limited
                ) =>
            {
                let wanted = failure.after.unwrap_or(pause);
                if wanted > LONGEST_PAUSE {
                    return Err(failure);
                }
                std::thread::sleep(wanted);
                pause *= 2;
            }
            other => return other,
        }
    }
    call()
}
