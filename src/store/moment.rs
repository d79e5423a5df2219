//! Whether a file is the one that it was: takes its metadata, gives a [`Stat`] to keep and to
//! compare.

use serde::{Deserialize, Serialize};
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What the file system says of a file without its bytes being read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    /// Bytes.
    pub size: u64,
    /// When the bytes changed, in nanoseconds since 1970.
    modified: u128,
    /// When anything changed, its name and rights too, where the system tells. A tool that
    /// sets `modified` back cannot set this.
    changed: u128,
    /// Number of the file on its disk, where the system tells.
    inode: u64,
}

impl Stat {
    /// Out of metadata.
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().map_or(0, nanoseconds);
        let (changed, inode) = system(metadata);
        Self {
            size: metadata.len(),
            modified,
            changed,
            inode,
        }
    }

    /// As bytes, for a digest.
    pub fn bytes(&self) -> [u8; 48] {
        let mut bytes = [0; 48];
        bytes[..8].copy_from_slice(&self.size.to_le_bytes());
        bytes[8..24].copy_from_slice(&self.modified.to_le_bytes());
        bytes[24..40].copy_from_slice(&self.changed.to_le_bytes());
        bytes[40..].copy_from_slice(&self.inode.to_le_bytes());
        bytes
    }

    /// Whether the file had been at rest at a moment. One that was written just then may be
    /// written again without another time to show for it.
    pub fn at_rest(&self, moment: Moment) -> bool {
        let last = self.modified.max(self.changed);
        // A time without fractions comes from a file system that counts in (two) seconds.
        let grain = if last.is_multiple_of(1_000_000_000) {
            Duration::from_secs(2)
        } else {
            Duration::from_millis(20)
        };
        last + grain.as_nanos() < moment.0
    }
}

/// A moment by the clock of the file system, which alone says when a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(u128);

impl Moment {
    /// Writes a small file and asks when that was.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn now(file: &Path) -> io::Result<Self> {
        fs::write(file, b"")?;
        let stat = Stat::of(&fs::metadata(file)?);
        Ok(Self(stat.modified.max(stat.changed)))
    }
}

fn nanoseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos())
}

#[cfg(unix)]
fn system(metadata: &Metadata) -> (u128, u64) {
    use std::os::unix::fs::MetadataExt;
    let seconds = u128::try_from(metadata.ctime()).unwrap_or_default();
    let rest = u128::try_from(metadata.ctime_nsec()).unwrap_or_default();
    (seconds * 1_000_000_000 + rest, metadata.ino())
}

#[cfg(not(unix))]
fn system(_metadata: &Metadata) -> (u128, u64) {
    (0, 0)
}
