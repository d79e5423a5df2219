//! Puts staged files in place: takes a list of changes, gives a public folder in which all of
//! them are done.
//!
//! Where there is no public folder yet, the files are staged as the folder that they will be, and
//! one rename puts it in place. The list is written to a journal first. A build that is killed
//! half-way leaves it behind, and the next build does the rest before anything else, so that
//! readers never keep half of one site and half of another.

use super::manifest::{MANIFEST, Manifest};
use super::path;
use anyhow::Context as _;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Folder of the staged files in the staging area.
pub(super) const FILES: &str = "files";
/// The staged folder that becomes the public one, when there is none yet.
const TREE: &str = "tree";
const JOURNAL: &str = "journal.json";
const STAGED_MANIFEST: &str = "manifest";
const VERSION: u32 = 2;

/// All changes of one commit.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Change {
    version: u32,
    /// Whether there is a staged folder.
    tree: bool,
    /// Removed before anything is moved: a file where a folder must be, or the reverse.
    clear: Vec<String>,
    /// Output path and number of the staged file.
    moves: Vec<(String, u64)>,
    /// Removed at the end.
    remove: Vec<String>,
}

impl Change {
    /// Orders staged files and removals; `tree` says that there is a staged folder too.
    pub(super) fn new(staged: BTreeMap<String, u64>, removed: Vec<String>, tree: bool) -> Self {
        let parents: BTreeSet<&str> = staged.keys().flat_map(|path| path::parents(path)).collect();
        let in_the_way = |path: &String| {
            parents.contains(path.as_str()) || path::parents(path).any(|up| staged.contains_key(up))
        };
        let (clear, remove) = removed.into_iter().partition(in_the_way);
        Self {
            version: VERSION,
            tree,
            clear,
            remove,
            moves: staged.into_iter().collect(),
        }
    }
}

/// The staged file of a number.
pub(super) fn staged(work: &Path, number: u64) -> PathBuf {
    work.join(FILES).join(number.to_string())
}

/// A new file of the staged folder; an error when another output is in the way.
pub(super) fn create_in_tree(work: &Path, path: &str) -> anyhow::Result<File> {
    let file = path::join(&work.join(TREE), path)?;
    // Most outputs are the only file of their folder, so it is made before it is missed.
    if let Some(folder) = file.parent()
        && let Err(error) = fs::create_dir(folder)
        && error.kind() != ErrorKind::AlreadyExists
    {
        fs::create_dir_all(folder)?;
    }
    Ok(File::create_new(&file)?)
}

/// Whether a commit was begun and not ended.
pub(super) fn is_pending(work: &Path) -> bool {
    work.join(JOURNAL).exists()
}

/// Commits.
///
/// # Errors
/// Before anything changed, when something foreign is in the way; later, when the disk fails.
pub(super) fn apply(
    work: &Path,
    out: &Path,
    change: &Change,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    let missing = check(out, change)?;
    if change.tree && out.exists() {
        for (_, target) in files_of_tree(work, out)? {
            anyhow::ensure!(
                fs::symlink_metadata(&target).is_err(),
                "`{}` has appeared during the build; move it away",
                target.display()
            );
        }
    }
    begin(work, change, manifest)
        .with_context(|| format!("cannot write to `{}`", work.display()))?;
    perform(work, out, change, Begun::Now { missing })
}

/// Writes down what is going to be done. From here on the commit will happen.
fn begin(work: &Path, change: &Change, manifest: &Manifest) -> anyhow::Result<()> {
    fs::write(work.join(STAGED_MANIFEST), manifest.to_text())?;
    let draft = work.join("journal.draft");
    fs::write(&draft, serde_json::to_vec(change)?)?;
    fs::rename(&draft, work.join(JOURNAL))?;
    Ok(())
}

/// Ends a commit that was begun by a build that no longer runs, and clears the staging area.
/// Says whether there was one.
///
/// # Errors
/// When the disk fails again.
pub(super) fn resume(work: &Path, out: &Path) -> anyhow::Result<bool> {
    let journal = fs::read(work.join(JOURNAL))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Change>(&bytes).ok())
        .filter(|change| change.version == VERSION);
    if let Some(change) = &journal {
        perform(work, out, change, Begun::Before).with_context(|| {
            format!(
                "an earlier build was stopped while it wrote `{}`, and its work cannot be \
                 completed; delete `{}` to give it up",
                out.display(),
                work.display()
            )
        })?;
    }
    match fs::remove_dir_all(work) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error)
            .with_context(|| format!("cannot clear the staging folder `{}`", work.display())),
        _ => Ok(journal.is_some()),
    }
}

/// When a commit was begun.
enum Begun<'c> {
    /// By this build, which has just seen that these folders are not there.
    Now { missing: BTreeSet<&'c str> },
    /// By a build that was stopped; what it did is unknown.
    Before,
}

/// Looks at everything that could stop a commit, while the old site is still whole. Gives the
/// folders that are not there.
fn check<'c>(out: &Path, change: &'c Change) -> anyhow::Result<BTreeSet<&'c str>> {
    let cleared: BTreeSet<&str> = change.clear.iter().map(String::as_str).collect();
    let paths = || change.moves.iter().map(|(path, _)| path.as_str());
    let mut parents = Vec::with_capacity(change.moves.len());
    let mut before = "";
    for path in paths() {
        parents.extend(path::parents_beyond(path, before));
        before = path;
    }
    let mut missing = BTreeSet::new();
    for (parent, is_there) in in_order(&parents, |parent| check_parent(out, parent, &cleared))? {
        if !is_there {
            missing.insert(parent);
        }
    }
    let paths: Vec<&str> = paths().filter(|path| !is_below(path, &missing)).collect();
    in_order(&paths, |path| check_target(out, path, &cleared))?;
    Ok(missing)
}

/// Asks about every path at once; of several errors gives that of the first path.
fn in_order<'c, T: Send>(
    paths: &[&'c str],
    ask: impl Fn(&str) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<Vec<(&'c str, T)>> {
    let answers: Vec<anyhow::Result<(&str, T)>> = paths
        .par_iter()
        .map(|path| ask(path).map(|answer| (*path, answer)))
        .collect();
    answers.into_iter().collect()
}

/// Whether a file's folder is one of these.
fn is_below(path: &str, folders: &BTreeSet<&str>) -> bool {
    let folder = path.rsplit_once('/').map(|(folder, _)| folder);
    folder.is_some_and(|folder| folders.contains(folder))
}

/// Whether the folder is there, or something that may be in its place.
fn check_parent(out: &Path, parent: &str, cleared: &BTreeSet<&str>) -> anyhow::Result<bool> {
    let folder = path::join(out, parent)?;
    let meta = match fs::symlink_metadata(&folder) {
        Ok(meta) => meta,
        Err(error) => return Ok(error.kind() != ErrorKind::NotFound),
    };
    if meta.is_symlink() {
        let lands = fs::canonicalize(&folder).ok();
        anyhow::ensure!(
            lands.is_some_and(|lands| lands.is_dir() && lands.starts_with(out)),
            "`{}` is a link that leads out of the output folder; nothing is written through it",
            folder.display()
        );
        return Ok(true);
    }
    anyhow::ensure!(
        meta.is_dir() || cleared.contains(parent),
        "`{}` is a file, and the build needs a folder of that name; move it away",
        folder.display()
    );
    Ok(true)
}

/// Looks at the place of a file; what stands there may be a folder.
fn check_target(out: &Path, path: &str, cleared: &BTreeSet<&str>) -> anyhow::Result<()> {
    let target = path::join(out, path)?;
    if fs::symlink_metadata(&target).is_ok_and(|meta| meta.is_dir()) {
        check_folder(&target, path, cleared)?;
    }
    Ok(())
}

/// A folder may stand where a file must be when everything in it goes away.
fn check_folder(folder: &Path, path: &str, cleared: &BTreeSet<&str>) -> anyhow::Result<()> {
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.with_context(|| format!("cannot read `{}`", folder.display()))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let name = format!("{path}/{}", below.to_string_lossy().replace('\\', "/"));
        anyhow::ensure!(
            cleared.contains(name.as_str()),
            "`{}` is a folder with files of somebody else, and the build needs a file of that \
             name; move it away",
            folder.display()
        );
    }
    Ok(())
}

fn perform(work: &Path, out: &Path, change: &Change, begun: Begun<'_>) -> anyhow::Result<()> {
    if change.tree {
        put_tree(work, out, matches!(begun, Begun::Before))?;
    }
    fs::create_dir_all(out).with_context(|| format!("cannot make `{}`", out.display()))?;
    for path in &change.clear {
        remove(out, path)?;
    }
    let again = matches!(begun, Begun::Before);
    let is_missing = |path: &str| match &begun {
        Begun::Now { missing } => is_below(path, missing),
        Begun::Before => false,
    };
    change.moves.par_iter().try_for_each(|(path, number)| {
        let target = path::join(out, path)?;
        let cannot = || format!("cannot write `{}`", target.display());
        let put = || place(&staged(work, *number), &target, again);
        let make_folder = || target.parent().map_or(Ok(()), fs::create_dir_all);
        if is_missing(path) {
            make_folder().with_context(cannot)?;
        }
        // Most other folders are there, and what is moved is mostly a file for a file.
        match put() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make_folder().with_context(cannot)?;
                put().with_context(cannot)
            }
            Err(_) if fs::symlink_metadata(&target).is_ok_and(|meta| meta.is_dir()) => {
                // Only empty folders are left here: what was in them has just been removed.
                remove_empty_folders(&target);
                put().with_context(cannot)
            }
            other => other.with_context(cannot),
        }
    })?;
    for path in &change.remove {
        remove(out, path)?;
    }
    let manifest = out.join(MANIFEST);
    place(&work.join(STAGED_MANIFEST), &manifest, again)
        .with_context(|| format!("cannot write `{}`", manifest.display()))?;
    fs::remove_file(work.join(JOURNAL))
        .with_context(|| format!("cannot clear the staging folder `{}`", work.display()))
}

/// Makes the staged folder the public one. Should one have appeared since the build began, or the
/// system not move folders, its files are moved one by one.
fn put_tree(work: &Path, out: &Path, again: bool) -> anyhow::Result<()> {
    let tree = work.join(TREE);
    if fs::rename(&tree, out).is_ok() || !tree.exists() {
        return Ok(());
    }
    for (staged, target) in files_of_tree(work, out)? {
        let put = || {
            target.parent().map_or(Ok(()), fs::create_dir_all)?;
            place(&staged, &target, again)
        };
        put().with_context(|| format!("cannot write `{}`", target.display()))?;
    }
    Ok(())
}

/// The files of the staged folder with their places.
fn files_of_tree(work: &Path, out: &Path) -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
    let tree = work.join(TREE);
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&tree) {
        let entry = entry.with_context(|| format!("cannot read `{}`", tree.display()))?;
        if !entry.file_type().is_dir() {
            let target = out.join(entry.path().strip_prefix(&tree).unwrap_or(entry.path()));
            files.push((entry.into_path(), target));
        }
    }
    Ok(files)
}

/// Moves a staged file to its place. When a commit is done `again`, a file that is no longer
/// staged has reached its place before.
fn place(staged: &Path, target: &Path, again: bool) -> std::io::Result<()> {
    let _replaced = hold(target);
    match fs::rename(staged, target) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            let mut name = std::ffi::OsString::from(".guidepost-");
            name.push(target.file_name().unwrap_or_default());
            let near = target.with_file_name(&name);
            fs::copy(staged, &near)?;
            fs::rename(&near, target)
        }
        Err(error) if again && error.kind() == ErrorKind::NotFound && target.exists() => Ok(()),
        other => other,
    }
}

/// Keeps a file that is about to be replaced. A move between folders waits for all others of the
/// file system, and without this the system would free the replaced file while they wait: that
/// takes longer than the move.
#[cfg(target_os = "linux")]
fn hold(target: &Path) -> Option<impl Drop> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    open(target, flags, Mode::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn hold(_: &Path) -> Option<std::convert::Infallible> {
    None
}

/// Removes a file and the folders above it that are empty then.
fn remove(out: &Path, path: &str) -> anyhow::Result<()> {
    let file = path::join(out, path)?;
    match fs::remove_file(&file) {
        // Not there, or by now no folder above it: removed by hand or by the first try.
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(error).with_context(|| format!("cannot remove `{}`", file.display()));
        }
        _ => {}
    }
    for parent in file.ancestors().skip(1) {
        if parent == out || fs::remove_dir(parent).is_err() {
            break;
        }
    }
    Ok(())
}

fn remove_empty_folders(folder: &Path) {
    for entry in walkdir::WalkDir::new(folder)
        .contents_first(true)
        .into_iter()
        .flatten()
    {
        let _ = fs::remove_dir(entry.path());
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, FILES, MANIFEST, apply, begin, create_in_tree, remove, resume, staged};
    use crate::output::manifest::{Manifest, hash};
    use std::collections::BTreeMap;
    use std::fs;
    use std::io::Write as _;
    use std::path::Path;

    fn read(path: impl AsRef<Path>) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    /// A commit of two files and one removal, stopped after each of its steps.
    #[test]
    fn a_commit_that_was_stopped_anywhere_is_completed() {
        for steps in 0..=4 {
            let folder = tempfile::tempdir().unwrap();
            let (work, out) = (folder.path().join("work"), folder.path().join("out"));
            fs::create_dir_all(work.join(FILES)).unwrap();
            fs::create_dir_all(out.join("old")).unwrap();
            fs::write(out.join("old/page.html"), "old").unwrap();
            fs::write(out.join("a.html"), "old a").unwrap();
            fs::write(staged(&work, 0), "new a").unwrap();
            fs::write(staged(&work, 1), "new b").unwrap();
            let files = BTreeMap::from([("a.html".to_owned(), 0), ("b/c.html".to_owned(), 1)]);
            let change = Change::new(files, vec!["old/page.html".to_owned()], false);
            let manifest = Manifest(BTreeMap::from([
                ("a.html".to_owned(), hash(b"new a")),
                ("b/c.html".to_owned(), hash(b"new b")),
            ]));
            begin(&work, &change, &manifest).unwrap();
            if steps >= 1 {
                fs::rename(staged(&work, 0), out.join("a.html")).unwrap();
            }
            if steps >= 2 {
                fs::create_dir(out.join("b")).unwrap();
                fs::rename(staged(&work, 1), out.join("b/c.html")).unwrap();
            }
            if steps >= 3 {
                remove(&out, "old/page.html").unwrap();
            }
            if steps >= 4 {
                fs::rename(work.join("manifest"), out.join(MANIFEST)).unwrap();
            }
            assert!(resume(&work, &out).unwrap(), "stopped after {steps}");
            assert_eq!(read(out.join("a.html")).as_deref(), Some("new a"));
            assert_eq!(read(out.join("b/c.html")).as_deref(), Some("new b"));
            assert!(!out.join("old").exists());
            assert_eq!(read(out.join(MANIFEST)), Some(manifest.to_text()));
            assert!(!work.exists());
            assert!(!resume(&work, &out).unwrap());
        }
    }

    /// The same for a folder that is new.
    #[test]
    fn a_first_commit_that_was_stopped_anywhere_is_completed() {
        for steps in 0..=3 {
            let folder = tempfile::tempdir().unwrap();
            let (work, out) = (folder.path().join("work"), folder.path().join("out"));
            fs::create_dir_all(&work).unwrap();
            create_in_tree(&work, "b/c.html")
                .unwrap()
                .write_all(b"new")
                .unwrap();
            let change = Change::new(BTreeMap::new(), Vec::new(), true);
            let manifest = Manifest(BTreeMap::from([("b/c.html".to_owned(), hash(b"new"))]));
            begin(&work, &change, &manifest).unwrap();
            if steps == 1 {
                // A folder appeared, and the files went one by one.
                fs::create_dir_all(out.join("b")).unwrap();
                fs::write(out.join("b/mine.txt"), "mine").unwrap();
            }
            if steps >= 2 {
                fs::rename(work.join("tree"), &out).unwrap();
            }
            if steps >= 3 {
                fs::rename(work.join("manifest"), out.join(MANIFEST)).unwrap();
            }
            assert!(resume(&work, &out).unwrap(), "stopped after {steps}");
            assert_eq!(read(out.join("b/c.html")).as_deref(), Some("new"));
            assert_eq!(read(out.join("b/mine.txt")).is_some(), steps == 1);
            assert_eq!(read(out.join(MANIFEST)), Some(manifest.to_text()));
            assert!(!work.exists());
        }
    }

    #[test]
    fn what_appeared_during_a_first_build_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let (work, out) = (folder.path().join("work"), folder.path().join("out"));
        fs::create_dir_all(&work).unwrap();
        create_in_tree(&work, "index.html")
            .unwrap()
            .write_all(b"new")
            .unwrap();
        fs::create_dir(&out).unwrap();
        fs::write(out.join("index.html"), "mine").unwrap();
        let change = Change::new(BTreeMap::new(), Vec::new(), true);
        let failed = apply(&work, &out, &change, &Manifest(BTreeMap::new())).unwrap_err();
        assert!(format!("{failed:#}").contains("has appeared"), "{failed:#}");
        resume(&work, &out).unwrap();
        assert_eq!(read(out.join("index.html")).as_deref(), Some("mine"));
    }

    #[test]
    fn staged_files_without_a_journal_are_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        let (work, out) = (folder.path().join("work"), folder.path().join("out"));
        fs::create_dir_all(work.join(FILES)).unwrap();
        fs::write(staged(&work, 0), "half").unwrap();
        fs::write(work.join("journal.draft"), "{\"version\":1,").unwrap();
        assert!(!resume(&work, &out).unwrap());
        assert!(!work.exists() && !out.exists());
    }
}
