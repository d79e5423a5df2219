//! Files of long texts: takes texts one after the other, gives spans by which they are read.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 1 << 20;
const PREFIX: &str = "texts-";

/// A file of texts. The process that makes it appends; all others only read.
#[derive(Debug)]
pub struct Segment {
    name: String,
    file: File,
    tail: Mutex<Tail>,
    /// Bytes that have reached the file.
    flushed: AtomicU64,
    /// Set when a text could not be read back or written.
    broken: AtomicBool,
    /// Removed at the end.
    doomed: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct Tail {
    buffer: Vec<u8>,
    end: u64,
}

/// Where a text lies in its segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    at: u64,
    length: u32,
    check: u64,
}

impl Span {
    /// Bytes of the text.
    pub fn length(&self) -> u64 {
        u64::from(self.length)
    }
}

/// A text in a segment.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The file.
    pub segment: Arc<Segment>,
    /// The place in it.
    pub span: Span,
}

impl Kept {
    /// The text; empty when it is lost, which the segment remembers.
    pub fn read(&self) -> String {
        self.segment.text(&self.span).unwrap_or_default()
    }
}

impl Segment {
    /// Makes a new file in the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(folder: &Path) -> io::Result<Self> {
        let mut number = 1_u64;
        loop {
            let name = format!("{PREFIX}{number}");
            let made = File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(folder.join(&name));
            match made {
                Ok(file) => return Ok(Self::new(name, file, 0)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Makes a file that is gone with this process, however that ends.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn unnamed(folder: &Path) -> io::Result<Self> {
        let mut segment = Self::create(folder)?;
        let path = folder.join(&segment.name);
        // Some systems do not let go of the name of an open file; then it goes at the end.
        if fs::remove_file(&path).is_err() {
            segment.doomed = Some(path);
        }
        Ok(segment)
    }

    /// Opens a file that an index names.
    ///
    /// # Errors
    /// When it is not there.
    pub fn open(folder: &Path, name: &str) -> io::Result<Self> {
        let plain = name
            .strip_prefix(PREFIX)
            .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        if !plain {
            return Err(ErrorKind::InvalidInput.into());
        }
        let file = File::open(folder.join(name))?;
        let length = file.metadata()?.len();
        Ok(Self::new(name.to_owned(), file, length))
    }

    fn new(name: String, file: File, length: u64) -> Self {
        Self {
            name,
            file,
            tail: Mutex::new(Tail {
                buffer: Vec::new(),
                end: length,
            }),
            flushed: AtomicU64::new(length),
            broken: AtomicBool::new(false),
            doomed: None,
        }
    }

    /// Name of the file in its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a text was lost.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Says that what was read makes no sense: nothing of the file is trusted then.
    pub fn give_up(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }

    /// Appends bytes; none when the disk does not take them.
    pub fn append(&self, bytes: &[u8]) -> Option<Span> {
        let length = u32::try_from(bytes.len()).ok()?;
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.buffer.len() + bytes.len() > BUFFER {
            self.write_out(&mut tail)?;
        }
        let span = Span {
            at: tail.end,
            length,
            check: check(bytes),
        };
        tail.end += u64::from(length);
        tail.buffer.extend_from_slice(bytes);
        Some(span)
    }

    /// Writes what was gathered; false when the disk does not take it.
    pub fn flush(&self) -> bool {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        self.write_out(&mut tail).is_some()
    }

    fn write_out(&self, tail: &mut Tail) -> Option<()> {
        if self.is_broken() {
            return None;
        }
        if (&self.file).write_all(&tail.buffer).is_err() {
            self.broken.store(true, Ordering::Relaxed);
            return None;
        }
        tail.buffer.clear();
        self.flushed.store(tail.end, Ordering::Release);
        Some(())
    }

    /// The bytes of a span; none when they are lost.
    pub fn read(&self, span: &Span) -> Option<Vec<u8>> {
        let bytes = self.try_read(span);
        if bytes.is_none() {
            self.broken.store(true, Ordering::Relaxed);
        }
        bytes
    }

    fn try_read(&self, span: &Span) -> Option<Vec<u8>> {
        let end = span.at.checked_add(u64::from(span.length))?;
        if end > self.flushed.load(Ordering::Acquire) && !self.flush() {
            return None;
        }
        if end > self.flushed.load(Ordering::Acquire) {
            return None;
        }
        let mut bytes = vec![0; span.length as usize];
        read_at(&self.file, &mut bytes, span.at).ok()?;
        (check(&bytes) == span.check).then_some(bytes)
    }

    fn text(&self, span: &Span) -> Option<String> {
        // To copy what was checked by wide registers is cheaper than the standard check.
        let bytes = self.read(span)?;
        simdutf8::basic::from_utf8(&bytes).ok().map(str::to_owned)
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        if let Some(path) = &self.doomed {
            let _ = fs::remove_file(path);
        }
    }
}

/// Removes the files of texts that no index names.
pub fn sweep(folder: &Path, needed: &BTreeSet<&str>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            continue;
        };
        let left = name.starts_with(PREFIX) && !needed.contains(name);
        if left || name.ends_with(".draft") {
            // One that another process still has open stays readable for it.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// First bytes of the BLAKE3 hash.
fn check(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&blake3::hash(bytes).as_bytes()[..8]);
    u64::from_le_bytes(first)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        let offset = at + done as u64;
        match std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], offset)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => done += count,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Kept, Segment, sweep};
    use std::collections::BTreeSet;
    use std::fs;
    use std::sync::Arc;

    #[test]
    fn texts_are_read_back_before_and_after_they_reach_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let segment = Segment::create(folder.path()).unwrap();
        let first = segment.append("云岚".as_bytes()).unwrap();
        let second = segment.append(b"").unwrap();
        assert_eq!(segment.read(&first).unwrap(), "云岚".as_bytes());
        let third = segment.append(&vec![7; 3 << 20]).unwrap();
        assert!(segment.flush());
        let again = Segment::open(folder.path(), segment.name()).unwrap();
        assert_eq!(again.read(&first).unwrap(), "云岚".as_bytes());
        assert_eq!(again.read(&second).unwrap(), b"");
        assert_eq!(again.read(&third).unwrap().len(), 3 << 20);
        assert!(!again.is_broken());
    }

    #[test]
    fn a_lost_text_is_empty_and_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let segment = Segment::create(folder.path()).unwrap();
        let span = segment.append(b"welder").unwrap();
        segment.flush();
        let path = folder.path().join(segment.name());
        fs::write(&path, b"melder").unwrap();
        let kept = Kept {
            segment: Arc::new(Segment::open(folder.path(), segment.name()).unwrap()),
            span,
        };
        assert_eq!(kept.read(), "");
        assert!(kept.segment.is_broken());
        fs::write(&path, b"wel").unwrap();
        let short = Segment::open(folder.path(), segment.name()).unwrap();
        assert!(short.read(&span).is_none() && short.is_broken());
        assert!(Segment::open(folder.path(), "../index").is_err());
    }

    #[test]
    fn what_no_index_names_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Segment::create(folder.path()).unwrap();
        let left = Segment::create(folder.path()).unwrap();
        fs::write(folder.path().join("index"), b"").unwrap();
        sweep(folder.path(), &BTreeSet::from([kept.name()]));
        assert!(folder.path().join(kept.name()).exists());
        assert!(!folder.path().join(left.name()).exists());
        assert!(folder.path().join("index").exists());
    }
}
