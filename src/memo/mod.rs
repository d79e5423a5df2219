//! What earlier builds found out: takes what a result depends on, gives the result if it is
//! known.
//!
//! Nothing here decides what a page or an output is; a build without a memo gives the same
//! bytes. Three memories, each sufficient for itself:
//!
//! - `whole`: nothing that the build reads or wrote has changed → its outcome; nothing but
//!   templates and the files of a few pages → the resolved site;
//! - `pages`: the bytes of a file, its settings and what its sections hand down → the page; the
//!   stat of a picture → its size;
//! - outputs: the digest of everything that an output shows → it is in place already. The sink
//!   asks for these, because it knows the files.
//!
//! The memo lies in the [`crate::store`] and in memory; `serve` keeps it from one build
//! to the next.

mod pages;
mod pictures;
mod whole;

pub use pages::{Known, Parsed};
pub use whole::{Outcome, Whole};

use crate::diag::Diagnostic;
use crate::output::Record;
use crate::render::theme::Theme;
use crate::store::{self, Digest, Lost, Moment, Segment};
use pages::{PageEntry, PageRecord};
use pictures::Measured;
use rayon::slice::ParallelSliceMut;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use whole::KeptSite;

/// Changes whenever the program's sources do: results of another program mean nothing.
const STAMP: &str = env!("GUIDEPOST_SOURCES");
const INDEX: &str = "index";
/// Long texts that stay in memory beside their copy in the store.
const IN_MEMORY: i64 = 32 << 20;
/// Files of texts after which the small ones are gathered into one.
const SEGMENTS: usize = 12;

/// Results of earlier builds, and those of the one that runs.
#[derive(Debug, Default)]
pub struct Memo {
    folder: Option<PathBuf>,
    /// Whether results outlive this process.
    lasting: bool,
    pages: HashMap<Arc<str>, Arc<PageEntry>>,
    pictures: BTreeMap<Arc<str>, Measured>,
    outputs: Arc<BTreeMap<String, Record>>,
    /// The folder of `outputs`.
    out: Option<PathBuf>,
    whole: Option<Whole>,
    /// The site of that build.
    site: KeptSite,
    /// The theme as it was last loaded, by the digest of its files.
    theme: Mutex<Option<KnownTheme>>,
    run: Run,
    notes: Vec<String>,
}

/// A loaded theme with the digest of its files and what loading said.
type KnownTheme = (Digest, Arc<Theme>, Vec<Diagnostic>);

/// What the build that runs adds.
#[derive(Debug, Default)]
struct Run {
    /// When it began, by the clock of the file system.
    moment: Option<Moment>,
    segment: OnceLock<Option<Arc<Segment>>>,
    seen: Mutex<HashMap<Arc<str>, Arc<PageEntry>>>,
    pictures: Mutex<BTreeMap<Arc<str>, Measured>>,
    /// Whether pages that the build did not see are still part of the site.
    partial: AtomicBool,
    parsed: AtomicUsize,
    memory: AtomicI64,
}

#[derive(Serialize, Deserialize)]
struct Index {
    segments: Vec<String>,
    pages: Vec<PageRecord>,
    pictures: BTreeMap<Arc<str>, Measured>,
    out: Option<PathBuf>,
    outputs: Arc<BTreeMap<String, Record>>,
    whole: Option<Whole>,
    /// Digest of the site's own file.
    site: Option<Digest>,
}

impl Memo {
    /// A memo that knows nothing and keeps everything in memory.
    pub fn none() -> Self {
        Self::default()
    }

    /// The memo of a site, from its `.guidepost/store`. A store that is damaged or not ours is
    /// left aside; [`Memo::notes`] says so.
    pub fn open(root: &Path) -> Self {
        let folder = root.join(".guidepost").join("store");
        if fs::create_dir_all(&folder).is_err() {
            return Self::none();
        }
        let mut memo = Self {
            lasting: true,
            ..Self::default()
        };
        match store::read_index::<Index>(&folder.join(INDEX), STAMP) {
            Ok(index) => memo.take(&folder, index),
            Err(Lost::Absent | Lost::Foreign) => {}
            Err(Lost::Damaged) => memo.notes.push(format!(
                "the store in `{}` is damaged; everything is built anew",
                folder.display()
            )),
            Err(Lost::Unreadable(reason)) => memo.notes.push(format!(
                "the store in `{}` cannot be read ({reason}); everything is built anew",
                folder.display()
            )),
        }
        memo.folder = Some(folder);
        memo
    }

    /// The memo of a site for a run that adds nothing to it.
    pub fn reading(root: &Path) -> Self {
        Self {
            lasting: false,
            ..Self::open(root)
        }
    }

    /// Does a build's work. Should the store have lost a text on the way, everything is
    /// forgotten and the work done again.
    ///
    /// # Errors
    /// As the work.
    pub fn during<T>(
        &mut self,
        mut work: impl FnMut(&mut Self) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        self.begin();
        let mut done = work(self);
        if self.is_broken() {
            self.forget();
            self.begin();
            done = work(self);
        }
        self.settle();
        done
    }

    /// A memo that uses the site's folder for long texts only, and forgets them.
    pub fn fleeting(root: &Path) -> Self {
        let folder = root.join(".guidepost").join("store");
        let folder = fs::create_dir_all(&folder).is_ok().then_some(folder);
        Self {
            folder,
            ..Self::default()
        }
    }

    /// The theme: the one that was loaded last from the same files, else loaded now. `files` is
    /// none when they were not at rest.
    pub fn theme(
        &self,
        files: Option<Digest>,
        load: impl FnOnce() -> (Option<Theme>, Vec<Diagnostic>),
    ) -> (Option<Arc<Theme>>, Vec<Diagnostic>) {
        let mut kept = lock(&self.theme);
        if let Some((known, theme, diagnostics)) = &*kept
            && files == Some(*known)
        {
            return (Some(Arc::clone(theme)), diagnostics.clone());
        }
        let (theme, diagnostics) = load();
        let theme = theme.map(Arc::new);
        *kept = files
            .zip(theme.clone())
            .map(|(files, theme)| (files, theme, diagnostics.clone()));
        (theme, diagnostics)
    }

    /// The outputs that earlier builds left in a folder; none of another folder's.
    pub fn outputs(&self, out: &Path) -> Arc<BTreeMap<String, Record>> {
        if self.out.as_deref() == Some(out) {
            Arc::clone(&self.outputs)
        } else {
            Arc::default()
        }
    }

    /// Remembers what lies in a folder now.
    pub fn keep_outputs(&mut self, out: &Path, outputs: BTreeMap<String, Record>) {
        self.out = Some(out.to_path_buf());
        self.outputs = Arc::new(outputs);
    }

    /// Sentences that a person should read, each once.
    pub fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    fn take(&mut self, folder: &Path, index: Index) {
        let segments: Vec<Option<Arc<Segment>>> = index
            .segments
            .iter()
            .map(|name| Segment::open(folder, name).ok().map(Arc::new))
            .collect();
        self.pages = index
            .pages
            .into_iter()
            .filter_map(|record| record.entry(&segments))
            .collect();
        self.pictures = index.pictures;
        self.outputs = index.outputs;
        self.out = index.out;
        self.whole = index.whole;
        self.site = KeptSite::in_store(index.site);
    }

    /// Begins a build. What is read from now on counts as at rest when it had not changed for
    /// a moment.
    fn begin(&mut self) {
        let clock = |folder: &PathBuf| {
            let name = format!("clock-{}.draft", std::process::id());
            let moment = Moment::now(&folder.join(&name)).ok();
            let _ = fs::remove_file(folder.join(name));
            moment
        };
        self.run = Run {
            moment: self.folder.as_ref().and_then(clock),
            memory: AtomicI64::new(IN_MEMORY),
            ..Run::default()
        };
    }

    /// Whether a text could not be read back: the build is void then, and the memo forgets.
    pub fn is_broken(&self) -> bool {
        let own = self.run.segment.get().and_then(Option::as_ref);
        own.is_some_and(|segment| segment.is_broken())
            || self.pages.values().any(|entry| entry.is_broken())
    }

    /// Forgets everything and keeps what comes in memory only.
    fn forget(&mut self) {
        let notes = std::mem::take(&mut self.notes);
        *self = Self::none();
        self.notes = notes;
        self.notes
            .push("the store lost a text that it had; everything is built anew".to_owned());
    }

    /// Ends a build: what it did not see is forgotten, unless the build was a partial one. The
    /// site of an earlier build does not belong to these pages; whoever has it keeps it anew.
    pub fn settle(&mut self) {
        let seen = std::mem::take(&mut *lock(&self.run.seen));
        if seen.is_empty() {
            return;
        }
        if self.run.partial.load(Ordering::Relaxed) {
            self.pages.extend(seen);
        } else {
            self.pages = seen;
            self.pictures = std::mem::take(&mut *lock(&self.run.pictures));
            self.site = KeptSite::default();
        }
    }

    /// Says that the build that runs looks at changed pages only.
    pub fn set_partial(&self, partial: bool) {
        self.run.partial.store(partial, Ordering::Relaxed);
    }

    /// The moment at which the build that runs began, by the clock of the file system.
    pub fn moment(&self) -> Option<Moment> {
        self.run.moment
    }

    /// Writes what the next process may use. A store that cannot be written is no failure: the
    /// next build has more to do, that is all.
    pub fn save(&mut self) {
        let Some(folder) = self.folder.clone().filter(|_| self.lasting) else {
            return;
        };
        if self.is_broken() {
            return;
        }
        let gathered = if self.is_wasteful(&folder) {
            self.gather(&folder, None)
        } else if self.segments().len() > SEGMENTS {
            // Every build after an edit leaves a small file; the large one of the first build
            // need not be copied for them.
            let largest = self.largest();
            self.gather(&folder, largest.as_deref())
        } else {
            true
        };
        if !gathered {
            return;
        }
        let segments = self.segments();
        if !segments.values().all(|segment| segment.flush()) {
            return;
        }
        let names: Vec<String> = segments.keys().cloned().collect();
        let numbers: BTreeMap<&str, u32> = names.iter().map(String::as_str).zip(0..).collect();
        let mut pages: Vec<PageRecord> = self
            .pages
            .iter()
            .filter_map(|(path, entry)| entry.record(path, &numbers))
            .collect();
        pages.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let site = self.save_site(&folder);
        let index = Index {
            site,
            pages,
            pictures: self.pictures.clone(),
            out: self.out.clone(),
            outputs: Arc::clone(&self.outputs),
            whole: self.whole.clone(),
            segments: names.clone(),
        };
        if store::write_index(&folder.join(INDEX), STAMP, &index).is_ok() {
            store::sweep(&folder, &names.iter().map(String::as_str).collect());
        }
    }

    /// Files of texts that the known pages need, by name.
    fn segments(&self) -> BTreeMap<String, Arc<Segment>> {
        self.pages
            .values()
            .flat_map(|entry| entry.segments())
            .map(|segment| (segment.name().to_owned(), Arc::clone(segment)))
            .collect()
    }

    /// Whether more than half of the stored bytes belong to nothing any more.
    fn is_wasteful(&self, folder: &Path) -> bool {
        let needed: u64 = self.pages.values().map(|entry| entry.length()).sum();
        let names: BTreeSet<String> = self.segments().into_keys().collect();
        let stored: u64 = names
            .iter()
            .filter_map(|name| fs::metadata(folder.join(name)).ok())
            .map(|metadata| metadata.len())
            .sum();
        stored > needed.saturating_mul(2) + (1 << 20)
    }

    /// Name of the file that holds most of the texts.
    fn largest(&self) -> Option<String> {
        let mut lengths: BTreeMap<&str, u64> = BTreeMap::new();
        let parts = self.pages.values().flat_map(|entry| {
            let names = entry.segments().map(|segment| segment.name());
            names.map(|name| (name, entry.length()))
        });
        parts.for_each(|(name, length)| *lengths.entry(name).or_default() += length);
        let largest = lengths.into_iter().max_by_key(|(_, length)| *length);
        largest.map(|(name, _)| name.to_owned())
    }

    /// Copies all texts that are needed, but those of one file, into a new file; false when the
    /// disk fails.
    fn gather(&mut self, folder: &Path, spared: Option<&str>) -> bool {
        let Ok(segment) = Segment::create(folder).map(Arc::new) else {
            return false;
        };
        let moved: Option<HashMap<Arc<str>, Arc<PageEntry>>> = self
            .pages
            .iter()
            .map(|(path, entry)| {
                let stays = entry.segments().any(|own| Some(own.name()) == spared);
                let entry = if stays {
                    Arc::clone(entry)
                } else {
                    Arc::new(entry.moved(&segment)?)
                };
                Some((Arc::clone(path), entry))
            })
            .collect();
        match moved {
            Some(moved) => {
                self.pages = moved;
                true
            }
            None => false,
        }
    }
}

impl Run {
    /// The file to which this build adds texts, made when the first comes.
    fn segment(&self, memo: &Memo) -> Option<&Arc<Segment>> {
        let create = || {
            let folder = memo.folder.as_ref()?;
            let segment = if memo.lasting {
                Segment::create(folder)
            } else {
                Segment::unnamed(folder)
            };
            segment.ok().map(Arc::new)
        };
        self.segment.get_or_init(create).as_ref()
    }

    /// Whether a text of this length may stay in memory too.
    fn has_room(&self, length: usize) -> bool {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        self.memory.fetch_sub(length, Ordering::Relaxed) > length
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
