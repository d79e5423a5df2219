//! From `public/` to where readers are: takes the output folder, a target of `site.yaml` and
//! secrets, gives a plan, and carries it out. Knows nothing of pages; prints nothing, and has clock
//! and environment handed in.
//!
//! [`target`] reads the settings, [`mod@plan`] and [`state`] decide; they are pure. A place is
//! whatever can read, write and remove a file by name: see `store`.

mod apply;
pub mod headers;
mod local;
pub mod plan;
pub mod state;
mod store;
pub mod target;

pub use apply::{Done, Outcome};
pub use local::Output;

use crate::platform::{Failure, FailureKind, Secret, variable};
use apply::{Work, apply, patiently};
use plan::{Consent, Local, Plan, Seen, There};
use state::{STATE, State};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use store::{Identity, Opening, Store};
use target::Target;

/// What a deploy is given.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    /// The site's folder.
    pub root: &'a Path,
    /// The site's address.
    pub site: &'a str,
    /// What is allowed.
    pub consent: Consent,
    /// The secret of that variable's name.
    pub secret: &'a dyn Fn(&str) -> Option<Secret>,
    /// The clock.
    pub clock: fn() -> jiff::Timestamp,
}

/// A target that was looked at.
pub struct Prepared<'a> {
    /// The target.
    pub target: &'a Target,
    /// What would be done.
    pub plan: Plan,
    wish: Wish<'a>,
    output: &'a Output,
    files: Vec<Local>,
    store: Box<dyn Store>,
    there: There,
    run: String,
    memory: PathBuf,
}

/// Looks at a place and plans. Changes nothing there.
///
/// # Errors
/// What keeps the target from being used, with what to do.
pub fn prepare<'a>(
    target: &'a Target,
    output: &'a Output,
    wish: Wish<'a>,
) -> Result<Prepared<'a>, Failure> {
    let secrets = secrets(target, wish)?;
    let now = (wish.clock)();
    let run = run_name(target, now);
    let opening = Opening {
        root: wish.root,
        secrets: &secrets,
        clock: wish.clock,
        identity: Identity {
            message: format!("Deploy {}", wish.site),
        },
    };
    let naming = |failure: Failure| match target.secrets().as_slice() {
        [] => failure,
        named => {
            let names: Vec<String> = named
                .iter()
                .map(|secret| variable(&target.name, secret.name))
                .collect();
            failure.naming(&names.join(", "))
        }
    };
    let store = store::open(target, &opening).map_err(naming)?;
    let files = output.marked(store.has_headers().then_some(target.lives));
    let memory = wish
        .root
        .join(".guidepost/deploy")
        .join(format!("{}.json", target.name));
    let there = look(&*store, output, &files, wish.consent, &memory).map_err(naming)?;
    let plan = plan::plan(&files, &there, wish.consent, wish.site);
    Ok(Prepared {
        target,
        plan,
        wish,
        output,
        files,
        store,
        there,
        run,
        memory,
    })
}

impl Prepared<'_> {
    /// Whether there is anything to write, be it only the record.
    pub fn is_work(&self) -> bool {
        let kept = self.there.state.as_ref().is_some_and(|state| {
            state.whole
                && self
                    .files
                    .iter()
                    .all(|file| state.files.get(&file.path) == Some(&file.mark))
        });
        self.plan.is_work() || !kept
    }

    /// Carries the plan out.
    pub fn apply(&self, tell: &(dyn Fn(&Outcome) + Sync)) -> Done {
        if let Some(refusal) = &self.plan.refusal {
            return Done {
                trouble: Some(refusal.clone()),
                ..Done::default()
            };
        }
        let earlier = self.there.state.as_ref();
        if !self.is_work() {
            remember(&self.memory, earlier.map(|state| state.run.as_str()), None);
            return Done::default();
        }
        let at = (self.wish.clock)().to_string();
        let next = State::begin(earlier, &self.run, self.wish.site, &at);
        // Before the place hears of the run: after a kill it must not look like somebody else's.
        let before = earlier.map(|state| state.run.as_str());
        remember(&self.memory, before, Some(&self.run));
        apply(Work {
            target: self.target,
            store: &*self.store,
            output: self.output,
            files: &self.files,
            plan: &self.plan,
            earlier,
            next,
            overwrite: self.wish.consent.overwrite,
            tell,
        })
    }
}

/// The secrets that the target needs.
fn secrets(target: &Target, wish: Wish<'_>) -> Result<BTreeMap<&'static str, Secret>, Failure> {
    let mut secrets = BTreeMap::new();
    let mut missing = Vec::new();
    for info in target.secrets() {
        let name = variable(&target.name, info.name);
        match (wish.secret)(&name) {
            Some(secret) => {
                secrets.insert(info.name, secret);
            }
            None if info.required => missing.push(format!("{name} ({})", info.meaning)),
            None => {}
        }
    }
    if missing.is_empty() {
        return Ok(secrets);
    }
    Err(Failure::new(
        FailureKind::Credentials,
        format!("the environment lacks {}", missing.join(" and ")),
    ))
}

/// A name that no other run has.
fn run_name(target: &Target, now: jiff::Timestamp) -> String {
    let text = format!(
        "{} {} {}",
        target.place(),
        now.as_nanosecond(),
        std::process::id()
    );
    local::hash(text.as_bytes())[..16].to_owned()
}

/// Asks the place what it holds.
fn look(
    store: &dyn Store,
    output: &Output,
    files: &[Local],
    consent: Consent,
    memory: &Path,
) -> Result<There, Failure> {
    let state = match patiently(|| store.read(STATE))? {
        None => None,
        Some(found) => match State::from_bytes(&found.bytes) {
            Ok(state) => Some(state),
            Err(_) if consent.overwrite => None,
            Err(words) => {
                return Err(Failure::refused(format!(
                    "{words}; `--overwrite` looks at every file and writes it anew"
                )));
            }
        },
    };
    let mut listing = patiently(|| store.list(false))?;
    let mut there = There {
        state,
        known_runs: known_runs(memory),
        ..There::default()
    };
    let doubtful = |there: &There, listing: &BTreeMap<String, Seen>| -> BTreeSet<String> {
        let asking = There {
            listing: Some(listing.clone()),
            ..there.clone()
        };
        let planned = plan::plan(files, &asking, Consent::default(), "");
        planned
            .changes
            .into_iter()
            .filter(|change| {
                matches!(
                    change.reason,
                    plan::Reason::Unfinished | plan::Reason::ChangedThere | plan::Reason::Foreign
                )
            })
            .map(|change| change.path)
            .collect()
    };
    if let Some(shown) = &listing {
        let doubtful = doubtful(&there, shown);
        let told = shown.values().any(|seen| seen.md5.is_some());
        if !doubtful.is_empty() && !told {
            listing = patiently(|| store.list(true))?;
        }
        there.same = same(output, files, listing.as_ref(), &doubtful);
    }
    there.listing = listing;
    Ok(there)
}

/// Which doubtful files have at the place the bytes that they have here.
fn same(
    output: &Output,
    files: &[Local],
    listing: Option<&BTreeMap<String, Seen>>,
    doubtful: &BTreeSet<String>,
) -> BTreeSet<String> {
    let Some(listing) = listing else {
        return BTreeSet::new();
    };
    files
        .iter()
        .filter(|file| doubtful.contains(&file.path))
        .filter(|file| {
            listing.get(&file.path).is_some_and(|seen| {
                seen.size == file.size
                    && seen.md5.is_some()
                    && output.source(&file.path).and_then(local::Source::md5) == seen.md5
            })
        })
        .map(|file| file.path.clone())
        .collect()
}

/// The runs that this machine knows; nothing when it never deployed there.
fn known_runs(memory: &Path) -> Option<BTreeSet<String>> {
    let bytes = std::fs::read(memory).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let runs = value.get("runs")?.as_array()?;
    Some(
        runs.iter()
            .filter_map(|run| run.as_str().map(str::to_owned))
            .collect(),
    )
}

/// Keeps the names of the last runs. A disk that is full costs a question later, no more.
fn remember(memory: &Path, before: Option<&str>, run: Option<&str>) {
    let runs: Vec<&str> = before.into_iter().chain(run).collect();
    let value = serde_json::json!({ "runs": runs });
    if let Some(folder) = memory.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let _ = std::fs::write(memory, format!("{value}\n"));
}
