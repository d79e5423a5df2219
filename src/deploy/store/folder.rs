//! A folder of this machine, or one that is mounted: files are written beside their names and
//! renamed, so that a web server never gives half of one.

use super::{Found, Sending, Store, io, part_name};
use crate::deploy::local::md5_of;
use crate::deploy::plan::Seen;
use crate::platform::{Failure, FailureKind};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// A folder.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder and the path below it. The folder's own parent must be there: a mistyped name
    /// makes no tree of folders.
    pub(super) fn open(folder: &Path, path: &str) -> Result<Self, Failure> {
        if !folder.is_dir() {
            let parent = folder.parent().is_some_and(Path::is_dir);
            if !parent || folder.exists() {
                return Err(Failure::new(
                    FailureKind::Missing,
                    format!(
                        "there is no folder `{}`; make it, or correct `folder` in `site.yaml`",
                        folder.display()
                    ),
                ));
            }
        }
        let mut root = folder.to_path_buf();
        root.extend(path.split('/').filter(|part| !part.is_empty()));
        Ok(Self { root })
    }

    fn file(&self, path: &str) -> PathBuf {
        let mut file = self.root.clone();
        file.extend(path.split('/'));
        file
    }
}

/// Writes a file under the name of its part and renames it. The part of a run that was killed is
/// written over; that of one at work now is not, for readers would get both runs' halves.
fn write_beside(part: &Path, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let open = |path: &Path| {
        let mut options = File::options();
        options.create(true).truncate(false).write(true).open(path)
    };
    let mut opened = open(part)?;
    let mut path = part.to_path_buf();
    if !is_ours(&opened, file) {
        path = part.with_extension(format!("{}.part", std::process::id()));
        opened = open(&path)?;
    }
    if opened.metadata()?.is_file() {
        opened.set_len(0)?;
    }
    let moved = opened
        .write_all(bytes)
        .and_then(|()| fs::rename(&path, file));
    if moved.is_err() {
        let _ = fs::remove_file(&path);
    }
    moved
}

/// Whether an opened part is this run's alone: locked by nobody else, and not put into its place
/// by another run meanwhile, so that it is the file that readers get.
fn is_ours(opened: &File, file: &Path) -> bool {
    let is_free = !matches!(opened.try_lock(), Err(TryLockError::WouldBlock));
    let both = fs::metadata(file).ok().zip(opened.metadata().ok());
    is_free && !both.is_some_and(|(live, held)| same_file(&live, &held))
}

#[cfg(unix)]
fn same_file(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// An open file cannot be renamed there.
#[cfg(not(unix))]
fn same_file(_one: &fs::Metadata, _other: &fs::Metadata) -> bool {
    false
}

impl Store for Folder {
    fn read(&self, path: &str) -> Result<Option<Found>, Failure> {
        let file = self.file(path);
        match fs::read(&file) {
            Ok(bytes) => Ok(Some(Found { bytes, tag: None })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io(&format!("cannot read `{}`", file.display()), &error)),
        }
    }

    fn write(&self, sending: &Sending<'_>) -> Result<(), Failure> {
        let file = self.file(sending.path);
        let part = self.file(&part_name(sending.path));
        let written = || {
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            write_beside(&part, &file, &sending.bytes)
        };
        written().map_err(|error| io(&format!("cannot write `{}`", file.display()), &error))
    }

    fn remove(&self, path: &str) -> Result<(), Failure> {
        let file = self.file(path);
        match fs::remove_file(&file) {
            Err(error)
                if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Err(io(&format!("cannot remove `{}`", file.display()), &error));
            }
            _ => {}
        }
        // Folders that are empty now; the first one that is not ends it.
        for parent in file.ancestors().skip(1) {
            if parent == self.root || fs::remove_dir(parent).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn list(&self, hashes: bool) -> Result<Option<BTreeMap<String, Seen>>, Failure> {
        let mut listing = BTreeMap::new();
        if !self.root.is_dir() {
            return Ok(Some(listing));
        }
        for entry in walkdir::WalkDir::new(&self.root) {
            let cannot = || format!("cannot read `{}`", self.root.display());
            let entry = entry.map_err(|error| {
                Failure::new(FailureKind::Forbidden, format!("{}: {error}", cannot()))
            })?;
            if !entry.file_type().is_file() {
                continue;
            }
            let below = entry.path().strip_prefix(&self.root);
            let Some(path) = below.ok().and_then(Path::to_str) else {
                continue;
            };
            let meta = fs::metadata(entry.path()).map_err(|error| io(&cannot(), &error))?;
            let md5 = if hashes {
                md5_of(entry.path()).ok()
            } else {
                None
            };
            listing.insert(
                path.replace('\\', "/"),
                Seen {
                    size: meta.len(),
                    written: meta
                        .modified()
                        .ok()
                        .and_then(|moment| jiff::Timestamp::try_from(moment).ok()),
                    md5,
                },
            );
        }
        Ok(Some(listing))
    }
}

#[cfg(test)]
mod tests {
    use super::write_beside;
    use std::fs::{self, File};

    #[test]
    fn the_part_of_a_run_at_work_is_left_alone_and_that_of_a_killed_one_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let (part, file) = (folder.path().join(".x.part"), folder.path().join("x.html"));
        fs::write(&part, "half of another").unwrap();
        let other = File::options().write(true).open(&part).unwrap();
        other.lock().unwrap();
        write_beside(&part, &file, b"whole").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"whole");
        assert_eq!(fs::read(&part).unwrap(), b"half of another");
        // The other run is gone; its lock goes with it.
        drop(other);
        write_beside(&part, &file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
