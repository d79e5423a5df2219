//! A folder for one build at a time: takes its path, gives the folder that is meant and a lock,
//! which ends with the process. Knows nothing of what is built.

use anyhow::Context as _;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often and after what pause a lock is tried again before it counts as another build's.
const LOCK_TRIES: usize = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The folder with links in its parents resolved, so that a link to the folder itself works
/// and everything after sees one name.
pub(super) fn settle(out: &Path) -> anyhow::Result<PathBuf> {
    let cannot = || format!("cannot use `{}` as the output folder", out.display());
    match fs::canonicalize(out) {
        Ok(found) => {
            anyhow::ensure!(found.is_dir(), "`{}` is not a folder", out.display());
            Ok(found)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let absolute = std::path::absolute(out).with_context(cannot)?;
            let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
                anyhow::bail!("{}", cannot());
            };
            fs::create_dir_all(parent).with_context(cannot)?;
            Ok(fs::canonicalize(parent).with_context(cannot)?.join(name))
        }
        Err(error) => Err(error).with_context(cannot),
    }
}

/// Locks the folder `out` by the file at `path`.
pub(super) fn lock(path: &Path, out: &Path) -> anyhow::Result<File> {
    let cannot = || format!("cannot lock `{}`", path.display());
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(cannot)?;
    // A process that is just being started inherits open files for a moment, and the lock of
    // a build that has ended with them: what is locked for longer is another build.
    let mut locked = file.try_lock();
    for _ in 0..LOCK_TRIES {
        if !matches!(locked, Err(TryLockError::WouldBlock)) {
            break;
        }
        std::thread::sleep(LOCK_PAUSE);
        locked = file.try_lock();
    }
    match locked {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => anyhow::bail!(
            "another build is writing to `{}`; wait until it has ended",
            out.display()
        ),
        // A file system without locks: better a build without one than no build.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(error).with_context(cannot),
    }
}
