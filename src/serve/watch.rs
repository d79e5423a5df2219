//! Notices that the site's files changed: takes the root, gives one word per burst of changes.
//!
//! Reading a file is no change, or every build would start the next one.

use anyhow::Context as _;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Folders and files of the root that a build reads, whatever the settings say.
const WATCHED: [&str; 6] = [
    "content",
    "data",
    "themes",
    "templates",
    "static",
    "site.yaml",
];
/// Quiet time after which a burst of changes is over.
const QUIET: Duration = Duration::from_millis(30);
/// The same once a file was closed or moved into place: it is whole then, and what an editor
/// still does comes at once.
const SETTLED: Duration = Duration::from_millis(3);
/// Bursts in a row that are waited for, so that endless changes do not starve the build.
const PATIENCE: usize = 20;
/// Pause between two looks where the system cannot tell us.
const POLL: Duration = Duration::from_secs(1);

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Files changed.
    Files,
    /// Nothing for a while.
    None,
}

/// A running watcher.
pub(super) struct Changes {
    watcher: Box<dyn Watcher>,
    root: PathBuf,
    /// Names in the root whose changes matter.
    names: Vec<String>,
    events: Receiver<notify::Result<Event>>,
}

/// Starts to watch a site's root.
///
/// # Errors
/// When the system refuses, and looking by ourselves fails too.
pub(super) fn start(root: &Path) -> anyhow::Result<Changes> {
    let cannot = || format!("cannot watch `{}`", root.display());
    let root = std::fs::canonicalize(root).with_context(cannot)?;
    let (sender, events) = channel();
    let told: notify::Result<Box<dyn Watcher>> = RecommendedWatcher::new(
        {
            let sender = sender.clone();
            move |event| drop(sender.send(event))
        },
        notify::Config::default(),
    )
    .map(|watcher| Box::new(watcher) as Box<dyn Watcher>)
    .and_then(|watcher| add(watcher, &root));
    let watcher = match told {
        Ok(watcher) => watcher,
        // Out of inotify watches, or a file system that tells nothing.
        Err(_) => PollWatcher::new(
            move |event| drop(sender.send(event)),
            notify::Config::default().with_poll_interval(POLL),
        )
        .map(|watcher| Box::new(watcher) as Box<dyn Watcher>)
        .and_then(|watcher| add(watcher, &root))
        .with_context(cannot)?,
    };
    Ok(Changes {
        watcher,
        root,
        names: WATCHED.map(str::to_owned).to_vec(),
        events,
    })
}

fn add(mut watcher: Box<dyn Watcher>, root: &Path) -> notify::Result<Box<dyn Watcher>> {
    // The root itself for `site.yaml`, which editors replace, and for folders yet to come.
    watcher.watch(root, RecursiveMode::NonRecursive)?;
    for name in WATCHED {
        let folder = root.join(name);
        if folder.is_dir() {
            watcher.watch(&folder, RecursiveMode::Recursive)?;
        }
    }
    Ok(watcher)
}

/// How long to wait for more after an event.
fn quiet_after(event: &notify::Result<Event>) -> Duration {
    match event.as_ref().map(|event| event.kind) {
        Ok(
            EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(_))
            | EventKind::Remove(_),
        ) => SETTLED,
        _ => QUIET,
    }
}

impl Changes {
    /// Also watches a folder below the root: settings may name another one for the content.
    /// It is watched from its first part on, so that it may come and go as a whole.
    pub(super) fn include(&mut self, folder: &str) {
        let first = folder.split('/').next().unwrap_or_default();
        if first.is_empty() || self.names.iter().any(|name| name == first) {
            return;
        }
        self.names.push(first.to_owned());
        let path = self.root.join(first);
        if path.is_dir() {
            // Refused: the next change of the root tries again.
            let _ = self.watcher.watch(&path, RecursiveMode::Recursive);
        }
    }

    /// Waits for a burst of changes to end, at most `patience` for it to begin.
    ///
    /// # Errors
    /// When the watcher has died.
    pub(super) fn next(&mut self, patience: Duration) -> anyhow::Result<Change> {
        let until = Instant::now() + patience;
        let mut quiet;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) => {
                    self.follow(&event);
                    if self.matters(&event) {
                        quiet = quiet_after(&event);
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Ok(Change::None),
                Err(RecvTimeoutError::Disconnected) => {
                    anyhow::bail!("the file watcher has ended")
                }
            }
        }
        for _ in 0..PATIENCE {
            let Ok(event) = self.events.recv_timeout(quiet) else {
                break;
            };
            self.follow(&event);
            quiet = quiet_after(&event);
            while let Ok(event) = self.events.try_recv() {
                self.follow(&event);
                quiet = quiet_after(&event);
            }
        }
        Ok(Change::Files)
    }

    /// Watches a folder of the root that has just come.
    fn follow(&mut self, event: &notify::Result<Event>) {
        // Only what has come: looking into a folder to watch it is an event of that folder too.
        let Some(event) = event.as_ref().ok().filter(|event| {
            matches!(
                event.kind,
                EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_))
            )
        }) else {
            return;
        };
        for path in &event.paths {
            let is_ours = path.parent() == Some(&self.root) && self.is_watched(path);
            if is_ours && path.is_dir() {
                // Refused: the next change of the root tries again.
                let _ = self.watcher.watch(path, RecursiveMode::Recursive);
            }
        }
    }

    fn matters(&self, event: &notify::Result<Event>) -> bool {
        match event {
            // Events were lost: anything may have changed.
            Err(_) => true,
            Ok(event) if event.need_rescan() => true,
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => false,
            Ok(event) => event.paths.iter().any(|path| self.is_watched(path)),
        }
    }

    fn is_watched(&self, path: &Path) -> bool {
        let Ok(below) = path.strip_prefix(&self.root) else {
            return false;
        };
        let first = below.iter().next().and_then(|name| name.to_str());
        let name = path.file_name().and_then(|name| name.to_str());
        first.is_some_and(|first| self.names.iter().any(|name| name == first))
            && !name.is_none_or(is_scratch)
    }
}

/// Files that editors write beside the one that is edited.
fn is_scratch(name: &str) -> bool {
    name.ends_with('~')
        || name == "4913"
        || name.starts_with(".#")
        || [".swp", ".swx", ".swo", ".tmp"]
            .iter()
            .any(|ending| name.ends_with(ending))
}
