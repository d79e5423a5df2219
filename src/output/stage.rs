//! The staging area of one build: takes outputs from many threads, keeps those that differ
//! from what lies in the public folder, and commits them together.
//!
//! Nothing in the public folder changes before [`Stage::commit`]. The area lies beside the
//! folder, in `.guidepost/`, so that a commit is renames on one file system. An output is
//! unchanged when its bytes are, or when a [`Record`] vouches for it: made of the same or come
//! out the same, and the file is the one that was written then.

use super::commit::{self, Change};
use super::lock::{lock, settle};
use super::manifest::{self, Hash, MANIFEST, Manifest};
use super::{Record, path};
use crate::render::Sink;
use crate::store::{Digest, Moment, Stat, digest_all};
use anyhow::Context as _;
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{BufReader, ErrorKind, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Copies up to this size are read once into memory, larger ones are streamed.
const IN_MEMORY: u64 = 4 << 20;

/// What a commit did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Outputs of this build.
    pub outputs: usize,
    /// Files that are new or have new bytes.
    pub written: usize,
    /// Files of earlier builds that are gone.
    pub removed: usize,
    /// Things that a person should know, one sentence each.
    pub notes: Vec<String>,
    /// What lies in the folder now, for the next build.
    pub records: BTreeMap<String, Record>,
}

/// The staging area of one build into one folder. Dropped without a commit, it leaves the
/// public folder as it was.
#[derive(Debug)]
pub struct Stage {
    out: PathBuf,
    work: PathBuf,
    earlier: Option<Manifest>,
    notes: Vec<String>,
    /// The folder was not there when the stage was opened: nothing in it has to be looked at.
    is_new: bool,
    known: Arc<BTreeMap<String, Record>>,
    /// Known outputs that are not in place as they were left, once they have been looked at.
    astray: OnceLock<Vec<String>>,
    /// When the stage was opened, by the clock of the file system.
    moment: Option<Moment>,
    next: AtomicU64,
    state: Mutex<State>,
    /// Held open: the system gives the lock back even when the process is killed.
    _lock: File,
}

#[derive(Debug, Default)]
struct State {
    files: HashMap<String, Made>,
    /// Outputs that will be moved into the folder one by one, with the numbers of their files.
    staged: BTreeMap<String, u64>,
    /// Files in the way that no build wrote.
    foreign: Vec<String>,
}

/// An output of this build.
#[derive(Debug)]
struct Made {
    hash: Hash,
    /// Digest of everything that it was made of, when that is known.
    key: Option<Digest>,
    /// What the file system says of its file, when no move will change that.
    stat: Option<Stat>,
}

impl From<&Record> for Made {
    fn from(record: &Record) -> Self {
        Self {
            hash: record.hash,
            key: record.key,
            stat: Some(record.stat),
        }
    }
}

/// A file of the staging area.
struct Staged {
    file: File,
    /// Whether it lies in the folder that will become the public one as a whole.
    in_tree: bool,
}

impl Stage {
    /// Opens the staging area of a folder, which need not exist yet. What a build that was
    /// killed in its commit left undone is done first.
    ///
    /// # Errors
    /// When another build works on the folder, or the area cannot be written.
    pub fn open(out: &Path) -> anyhow::Result<Self> {
        let out = settle(out)?;
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        let area = out.parent().unwrap_or(&out).join(".guidepost");
        fs::create_dir_all(&area)
            .with_context(|| format!("cannot make the staging folder `{}`", area.display()))?;
        let lock = lock(&area.join(format!("{name}.lock")), &out)?;
        let work = area.join(format!("{name}.stage"));
        let mut notes = Vec::new();
        if commit::resume(&work, &out)? {
            notes.push(format!(
                "an earlier build was stopped while it wrote `{}`; its work is now complete",
                out.display()
            ));
        }
        let is_new = !out.exists();
        fs::create_dir_all(work.join(commit::FILES))
            .with_context(|| format!("cannot make the staging folder `{}`", work.display()))?;
        let earlier = read_manifest(&out, &mut notes)?;
        Ok(Self {
            out,
            earlier,
            notes,
            is_new,
            known: Arc::default(),
            astray: OnceLock::new(),
            moment: Moment::now(&work.join("clock")).ok(),
            work,
            next: AtomicU64::new(0),
            state: Mutex::default(),
            _lock: lock,
        })
    }

    /// The public folder, links in its parents resolved.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// Takes what an earlier build knew of the folder.
    pub fn know(&mut self, known: Arc<BTreeMap<String, Record>>) {
        if !self.is_new {
            self.known = known;
        }
    }

    /// Puts everything in place.
    ///
    /// # Errors
    /// When a file of somebody else is in the way (nothing has changed then), or the disk
    /// fails (the next build completes the work).
    pub fn commit(mut self) -> anyhow::Result<Committed> {
        let state = std::mem::take(self.state.get_mut().unwrap_or_else(PoisonError::into_inner));
        refuse_foreign(&self.out, &state.foreign)?;
        let mut notes = std::mem::take(&mut self.notes);
        let mut made: Vec<(String, Made)> = state.files.into_iter().collect();
        made.par_sort_unstable_by(|(path, _), (other, _)| path.cmp(other));
        let hash = |(path, made): &(String, Made)| (path.clone(), made.hash);
        let manifest = Manifest(made.iter().map(hash).collect());
        refuse_nested(&manifest)?;
        let removed = self.no_longer_made(&manifest, &mut notes)?;
        let mut outcome = Committed {
            outputs: made.len(),
            written: usize::try_from(*self.next.get_mut())?,
            removed: removed.len(),
            notes,
            records: BTreeMap::new(),
        };
        let unchanged = self.earlier.as_ref() == Some(&manifest);
        if !unchanged || outcome.written > 0 {
            let change = Change::new(state.staged, removed, self.is_new);
            commit::apply(&self.work, &self.out, &change, &manifest)?;
        }
        outcome.records = self.records(made);
        Ok(outcome)
    }

    fn records(&self, made: Vec<(String, Made)>) -> BTreeMap<String, Record> {
        let record = |(path, Made { hash, key, stat }): (String, Made)| {
            let now = || fs::symlink_metadata(self.out.join(&path)).map(|found| Stat::of(&found));
            let stat = stat.or_else(|| now().ok())?;
            Some((path, Record { key, hash, stat }))
        };
        let records: Vec<(String, Record)> = made.into_par_iter().filter_map(record).collect();
        records.into_iter().collect()
    }

    /// Looks at all known outputs, once.
    fn astray(&self) -> &[String] {
        self.astray.get_or_init(|| {
            let known: Vec<(&String, &Record)> = self.known.iter().collect();
            let is_astray = |(path, record): &&(&String, &Record)| {
                !record.is_in_place(&self.out.join(path.as_str()))
            };
            let astray = known.par_iter().filter(is_astray);
            astray.map(|(path, _)| (*path).clone()).collect()
        })
    }

    /// Files of earlier builds that this one did not make. One that somebody edited since is
    /// no longer ours and stays.
    fn no_longer_made(
        &self,
        manifest: &Manifest,
        notes: &mut Vec<String>,
    ) -> anyhow::Result<Vec<String>> {
        let mut removed = Vec::new();
        for (path, hash) in self.earlier.iter().flat_map(|earlier| &earlier.0) {
            if manifest.0.contains_key(path) {
                continue;
            }
            let file = path::join(&self.out, path)?;
            let ours = match fs::symlink_metadata(&file) {
                Ok(meta) if meta.is_file() && inside(&self.out, &file) => {
                    hash_file(&file).is_ok_and(|found| found == *hash)
                }
                Ok(_) => false,
                Err(_) => continue,
            };
            if ours {
                removed.push(path.clone());
            } else {
                notes.push(format!(
                    "`{path}` is no longer made, but somebody changed it since; it stays"
                ));
            }
        }
        Ok(removed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self, path: &str, made: Made) -> anyhow::Result<()> {
        let earlier = self.state().files.insert(path.to_owned(), made);
        anyhow::ensure!(earlier.is_none(), "two outputs would be `{path}`");
        Ok(())
    }

    /// A file of the staging area for an output that differs from what is in place.
    fn stage(&self, path: &str) -> anyhow::Result<Staged> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if self.is_new
            && let Ok(file) = commit::create_in_tree(&self.work, path)
        {
            let in_tree = true;
            return Ok(Staged { file, in_tree });
        }
        let target = path::join(&self.out, path)?;
        let file = File::create(commit::staged(&self.work, number))?;
        let known = |earlier: &Manifest| earlier.0.contains_key(path);
        let foreign = self.earlier.as_ref().is_some_and(|earlier| !known(earlier))
            && fs::symlink_metadata(target).is_ok_and(|meta| !meta.is_dir());
        let mut state = self.state();
        state.staged.insert(path.to_owned(), number);
        if foreign {
            state.foreign.push(path.to_owned());
        }
        let in_tree = false;
        Ok(Staged { file, in_tree })
    }

    /// Whether the public folder has the bytes of this hash. The file is read, by `holds`, only
    /// when no record says what it is.
    fn in_place(
        &self,
        path: &str,
        hash: Hash,
        holds: impl FnOnce(&Path) -> bool,
    ) -> anyhow::Result<bool> {
        let target = path::join(&self.out, path)?;
        Ok(match self.known.get(path) {
            // Should the file be an older one again, it is written over with the same.
            Some(known) if known.hash != hash => false,
            Some(known) if known.is_in_place(&target) => true,
            _ => holds(&target),
        })
    }

    /// Takes an output's bytes. They are there only if they are not in place.
    fn put(
        &self,
        path: &str,
        hash: Hash,
        key: Option<Digest>,
        holds: impl FnOnce(&Path) -> bool,
        write: impl FnOnce(&mut File) -> std::io::Result<()>,
    ) -> anyhow::Result<()> {
        let mut stat = None;
        if self.is_new || !self.in_place(path, hash, holds)? {
            let cannot = || format!("cannot stage `{path}` in `{}`", self.work.display());
            let Staged { mut file, in_tree } = self.stage(path).with_context(cannot)?;
            write(&mut file).with_context(cannot)?;
            if in_tree {
                stat = file.metadata().ok().map(|found| Stat::of(&found));
            }
        }
        self.claim(path, Made { hash, key, stat })
    }

    fn put_bytes(&self, path: &str, key: Option<Digest>, bytes: &[u8]) -> anyhow::Result<()> {
        let holds = |target: &Path| holds(target, bytes);
        let write = |file: &mut File| file.write_all(bytes);
        self.put(path, manifest::hash(bytes), key, holds, write)
    }

    fn put_file(
        &self,
        path: &str,
        key: Option<Digest>,
        source: &Path,
        length: u64,
    ) -> anyhow::Result<()> {
        let hash = hash_file(source)?;
        let holds = |target: &Path| {
            fs::symlink_metadata(target).is_ok_and(|meta| meta.is_file() && meta.len() == length)
                && hash_file(target).is_ok_and(|found| found == hash)
        };
        let write = |file: &mut File| std::io::copy(&mut File::open(source)?, file).map(drop);
        self.put(path, hash, key, holds, write)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A journal there means that a commit failed half-way: the next build needs it.
        if !commit::is_pending(&self.work) {
            let _ = fs::remove_dir_all(&self.work);
        }
    }
}

impl Sink for Stage {
    fn has(&self, path: &str, key: Digest) -> bool {
        let Some(known) = self.known.get(path).filter(|known| known.key == Some(key)) else {
            return false;
        };
        let in_place = path::join(&self.out, path).is_ok_and(|target| known.is_in_place(&target));
        // A second output of that name is for `write` to refuse.
        in_place && self.claim(path, known.into()).is_ok()
    }

    fn has_earlier(&self) -> bool {
        self.earlier.is_some()
    }

    fn look(&self) {
        self.astray();
    }

    fn keep_all_but(&self, paths: &BTreeSet<String>) -> bool {
        let earlier = self.earlier.as_ref();
        let known = || self.known.iter().map(|(path, record)| (path, &record.hash));
        let is_ours = earlier.is_some_and(|earlier| earlier.0.iter().eq(known()));
        if !is_ours || !self.astray().iter().all(|path| paths.contains(path)) {
            return false;
        }
        let kept = self.known.iter();
        let kept = kept.filter(|(path, _)| !paths.contains(*path));
        self.state().files = kept
            .map(|(path, record)| (path.clone(), record.into()))
            .collect();
        true
    }

    fn write_made(&self, path: &str, key: Digest, bytes: &[u8]) -> anyhow::Result<()> {
        self.put_bytes(path, Some(key), bytes)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.put_bytes(path, None, bytes)
    }

    fn copy(&self, path: &str, source: &Path) -> anyhow::Result<()> {
        let cannot = || format!("cannot copy `{}` to `{path}`", source.display());
        let metadata = fs::metadata(source).with_context(cannot)?;
        let stat = Stat::of(&metadata);
        let at_rest = self.moment.is_some_and(|moment| stat.at_rest(moment));
        let name = source.to_string_lossy();
        let key = at_rest.then(|| digest_all([name.as_bytes(), &stat.bytes()]));
        if key.is_some_and(|key| self.has(path, key)) {
            return Ok(());
        }
        if metadata.len() <= IN_MEMORY {
            let bytes = fs::read(source).with_context(cannot)?;
            self.put_bytes(path, key, &bytes)
        } else {
            self.put_file(path, key, source, metadata.len())
                .with_context(cannot)
        }
    }
}

fn read_manifest(out: &Path, notes: &mut Vec<String>) -> anyhow::Result<Option<Manifest>> {
    let path = out.join(MANIFEST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
        }
    };
    let manifest = std::str::from_utf8(&bytes)
        .ok()
        .and_then(Manifest::from_text);
    if manifest.is_none() {
        notes.push(format!(
            "`{}` is damaged and was written anew; files of earlier builds that are no longer \
             made stay in place",
            path.display()
        ));
    }
    Ok(manifest)
}

fn refuse_foreign(out: &Path, foreign: &[String]) -> anyhow::Result<()> {
    let mut foreign: Vec<&str> = foreign.iter().map(String::as_str).collect();
    foreign.sort_unstable();
    let Some(first) = foreign.first() else {
        return Ok(());
    };
    let more = match foreign.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    anyhow::bail!(
        "`{}`{more} is in the way: it was not written by a build; move it to `static/` or away",
        out.join(first).display()
    )
}

/// An output cannot be a file and the folder of another.
fn refuse_nested(manifest: &Manifest) -> anyhow::Result<()> {
    let mut before = "";
    for path in manifest.0.keys() {
        for parent in path::parents_beyond(path, before) {
            anyhow::ensure!(
                !manifest.0.contains_key(parent),
                "`{parent}` would be a file and the folder of `{path}`"
            );
        }
        before = path;
    }
    Ok(())
}

/// Whether the file is there with exactly these bytes.
fn holds(target: &Path, bytes: &[u8]) -> bool {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    fs::symlink_metadata(target).is_ok_and(|meta| meta.is_file() && meta.len() == length)
        && fs::read(target).is_ok_and(|found| found == bytes)
}

/// Whether a file lies in the folder once links on its way are followed.
fn inside(out: &Path, file: &Path) -> bool {
    file.parent()
        .and_then(|parent| fs::canonicalize(parent).ok())
        .is_some_and(|parent| parent.starts_with(out))
}

fn hash_file(path: &Path) -> anyhow::Result<Hash> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(manifest::shorten(&hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        };
    }
}
