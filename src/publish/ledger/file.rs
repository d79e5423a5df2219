//! A ledger on disk: `ledger/<account>.jsonl`, one event a line, only ever appended to, each
//! line synced before its caller goes on. What its events are is its [`Sum`]'s.
//!
//! Takes a path; gives the lines, and a [`Ledger`] that holds the lock while it is open. A last
//! line that was torn by a crash is passed over when reading and cut off before the next
//! append; it was never acted on, because acting waits for the sync. Anything else that cannot
//! be read is a mistake of an edit or a merge, told with its line.

use super::event::{Event, Line};
use super::state::State;
use crate::diag::{Code, Diagnostic, Place, Position};
use anyhow::Context as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often and after what pause a lock is tried again before it counts as another run's.
const LOCK_TRIES: usize = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// What the lines of a ledger add up to.
pub trait Sum: Default {
    /// What happens, one a line.
    type Event: Serialize + DeserializeOwned;

    /// Adds one line.
    fn add(&mut self, line: &Line<Self::Event>);

    /// The highest serial so far.
    fn serial(&self) -> u64;
}

impl Sum for State {
    type Event = Event;

    fn add(&mut self, line: &Line) {
        Self::add(self, line);
    }

    fn serial(&self) -> u64 {
        self.serial
    }
}

/// What reading a ledger gave.
#[derive(Debug, Default)]
pub struct Read<S = State> {
    /// What it adds up to.
    pub state: S,
    /// Bytes that are whole lines.
    pub whole: u64,
    /// Whether a torn last line was passed over.
    pub torn: bool,
    /// Whether the last line is whole but for its line feed.
    pub unended: bool,
    /// What cannot be read; then nothing may be posted with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the bytes of an account's ledger. `file` is its name in messages.
pub fn read(file: &Arc<str>, bytes: &[u8]) -> Read {
    read_as(file, bytes)
}

/// Reads the bytes of any ledger. `file` is its name in messages.
pub fn read_as<S: Sum>(file: &Arc<str>, bytes: &[u8]) -> Read<S> {
    let mut read = Read::<S>::default();
    let mut start = 0;
    let mut number = 0;
    while start < bytes.len() {
        number += 1;
        let end = bytes[start..].iter().position(|byte| *byte == b'\n');
        let line = &bytes[start..end.map_or(bytes.len(), |length| start + length)];
        if end.is_none() && serde_json::from_slice::<Line<S::Event>>(line).is_err() {
            // The write was cut short.
            read.torn = true;
            break;
        }
        start += line.len() + 1;
        // A whole line that lacks only its line feed, as some editors leave it, counts.
        read.unended = end.is_none();
        read.whole = start.min(bytes.len()) as u64;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<Line<S::Event>>(line) {
            Ok(line) => read.state.add(&line),
            Err(error) => read
                .diagnostics
                .push(unreadable(file, number, line, &error)),
        }
    }
    read
}

fn unreadable(file: &Arc<str>, number: u32, line: &[u8], error: &serde_json::Error) -> Diagnostic {
    let text = String::from_utf8_lossy(line);
    let conflict = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
        .iter()
        .any(|mark| text.starts_with(mark));
    let newer = serde_json::from_slice::<serde_json::Value>(line).is_ok();
    let (message, hint) = if conflict {
        (
            "a conflict of a merge was left in the ledger".to_owned(),
            "remove the lines with `<<<<<<<`, `=======` and `>>>>>>>` and keep every other line of both sides",
        )
    } else if newer {
        let reason = error.to_string();
        let reason = reason
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        (
            format!("this line of the ledger means nothing: {reason}"),
            "undo the edit, or use the version of Guidepost that wrote it",
        )
    } else {
        (
            "this line of the ledger is no JSON".to_owned(),
            "restore the line from git; a ledger is only ever appended to",
        )
    };
    let position = Position {
        line: number,
        column: 1,
        length: u32::try_from(text.chars().count())
            .unwrap_or(u32::MAX)
            .max(1),
    };
    Diagnostic::new(Code::InvalidLedger, message)
        .at(Place::at(Arc::clone(file), position))
        .hint(hint)
}

/// An open ledger, locked against other runs until it is dropped.
#[derive(Debug)]
pub struct Ledger<S = State> {
    path: PathBuf,
    file: File,
    /// What it adds up to, kept up to date by every append.
    pub state: S,
}

impl Ledger {
    /// Opens and locks an account's ledger; see [`Ledger::open_as`].
    ///
    /// # Errors
    /// When another run holds it, or the disk fails.
    pub fn open(path: &Path, name: &Arc<str>) -> anyhow::Result<(Self, Read)> {
        Self::open_as(path, name)
    }
}

impl<S: Sum> Ledger<S> {
    /// Opens and locks a ledger, which need not exist yet. Gives it with what was wrong; with a
    /// diagnostic it must not be used for posting.
    ///
    /// # Errors
    /// When another run holds it, or the disk fails.
    pub fn open_as(path: &Path, name: &Arc<str>) -> anyhow::Result<(Self, Read<S>)> {
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .with_context(|| format!("cannot open the ledger `{name}`"))?;
        lock(&file, name)?;
        let bytes = fs::read(path).with_context(|| format!("cannot read the ledger `{name}`"))?;
        let mut found = read_as::<S>(name, &bytes);
        if found.torn && found.diagnostics.is_empty() {
            file.set_len(found.whole)
                .and_then(|()| file.sync_all())
                .with_context(|| format!("cannot cut the torn line off the ledger `{name}`"))?;
        }
        file.seek(SeekFrom::End(0))
            .and_then(|_| {
                if found.unended {
                    file.write_all(b"\n")
                } else {
                    Ok(())
                }
            })
            .with_context(|| format!("cannot append to the ledger `{name}`"))?;
        let state = std::mem::take(&mut found.state);
        Ok((
            Self {
                path: path.to_path_buf(),
                file,
                state,
            },
            found,
        ))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one event and syncs it to disk. A clock that was set back does not reorder
    /// anything: the serial counts, the time is for people.
    ///
    /// # Errors
    /// When the disk does not keep it; then what it announces must not be done. What was
    /// written of it is taken back, or else is torn and passed over.
    pub fn append(&mut self, at: jiff::Timestamp, event: S::Event) -> anyhow::Result<()> {
        let line = Line {
            serial: self.state.serial() + 1,
            at,
            event,
        };
        let mut text = serde_json::to_string(&line).context("an event cannot be written")?;
        text.push('\n');
        let before = self.file.stream_position().unwrap_or_default();
        let kept = self
            .file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_all());
        if let Err(error) = kept {
            let _ = self.file.set_len(before);
            let _ = self.file.seek(SeekFrom::Start(before));
            return Err(error)
                .with_context(|| format!("cannot write to the ledger `{}`", self.path.display()));
        }
        self.state.add(&line);
        Ok(())
    }
}

fn lock(file: &File, name: &str) -> anyhow::Result<()> {
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            // A file system without locks: the serial still tells of a second run.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                return Ok(());
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock the ledger `{name}`"));
            }
        }
    }
    anyhow::bail!("another `guidepost publish` is at work with the ledger `{name}`; wait for it")
}
