//! Small files that are written whole: takes any serde value, gives it back as long as file,
//! stamp and hash are what they should be.

use super::{Digest, digest, shorten};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

/// Why an index gives nothing.
#[derive(Debug, PartialEq, Eq)]
pub enum Lost {
    /// There is none.
    Absent,
    /// It was written by another program or with other options of its own.
    Foreign,
    /// It is damaged, or cut short.
    Damaged,
    /// It cannot be read.
    Unreadable(ErrorKind),
}

/// Reads an index.
///
/// # Errors
/// When there is none that this program wrote whole.
pub fn read_index<T: DeserializeOwned>(path: &Path, stamp: &str) -> Result<T, Lost> {
    let (body, _) = read_whole(path, stamp)?;
    postcard::from_bytes(&body).map_err(|_| Lost::Damaged)
}

/// Reads the bytes of a file that was written whole, with their digest.
///
/// # Errors
/// As [`read_index`].
pub fn read_whole(path: &Path, stamp: &str) -> Result<(Vec<u8>, Digest), Lost> {
    let mut bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(Lost::Absent),
        Err(error) => return Err(Lost::Unreadable(error.kind())),
    };
    let head = head(stamp);
    if !bytes.starts_with(head.as_bytes()) {
        let ours = bytes.starts_with(NAME.as_bytes());
        return Err(if ours { Lost::Foreign } else { Lost::Damaged });
    }
    bytes.drain(..head.len());
    let end = bytes.len().checked_sub(size_of::<Digest>());
    let hash = bytes.split_off(end.ok_or(Lost::Damaged)?);
    let found = digest(&bytes);
    if found[..] == hash[..] {
        Ok((bytes, found))
    } else {
        Err(Lost::Damaged)
    }
}

/// Writes an index: a reader sees the old one or the new one, never half of one.
///
/// # Errors
/// When the disk fails; the old one is whole then.
pub fn write_index<T: Serialize>(path: &Path, stamp: &str, value: &T) -> io::Result<()> {
    write_whole(path, stamp, |out| write_value(out, value)).map(|_| ())
}

/// Writes a value in the store's form.
///
/// # Errors
/// When the output fails.
pub fn write_value<T: Serialize + ?Sized>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    postcard::to_io(value, out)
        .map(|_| ())
        .map_err(io::Error::other)
}

/// Writes what `fill` writes, which is never in memory as a whole, and gives its digest.
///
/// # Errors
/// As [`write_index`].
pub fn write_whole(
    path: &Path,
    stamp: &str,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Digest> {
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let written = File::create(&draft).and_then(|mut file| {
        file.write_all(head(stamp).as_bytes())?;
        let mut out = BufWriter::with_capacity(BUFFER, Hashing::new(&mut file));
        fill(&mut out)?;
        let hashing = out.into_inner().map_err(|error| error.into_error())?;
        let digest = hashing.digest();
        file.write_all(&digest)?;
        Ok(digest)
    });
    let moved = written.and_then(|digest| fs::rename(&draft, path).map(|()| digest));
    if moved.is_err() {
        let _ = fs::remove_file(&draft);
    }
    moved
}

/// Bytes that are hashed and written at once.
const BUFFER: usize = 256 << 10;

/// Hashes what it hands on.
struct Hashing<'a> {
    file: &'a mut File,
    hasher: blake3::Hasher,
}

impl<'a> Hashing<'a> {
    fn new(file: &'a mut File) -> Self {
        Self {
            file,
            hasher: blake3::Hasher::new(),
        }
    }

    fn digest(&self) -> Digest {
        shorten(&self.hasher.finalize())
    }
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.file.write(bytes)?;
        self.hasher.update(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

const NAME: &str = "guidepost store ";

fn head(stamp: &str) -> String {
    format!("{NAME}{stamp}\n")
}

#[cfg(test)]
mod tests {
    use super::{Lost, read_index, write_index};
    use std::fs;

    #[test]
    fn only_a_whole_index_of_the_same_program_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let value = vec!["甲".to_owned(), "乙".to_owned()];
        let read = |stamp: &str| read_index::<Vec<String>>(&path, stamp);
        assert_eq!(read("1"), Err(Lost::Absent));
        write_index(&path, "1", &value).unwrap();
        assert_eq!(read("1"), Ok(value.clone()));
        assert_eq!(read("2"), Err(Lost::Foreign));
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(read("1").is_err(), "cut at {length}");
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x40;
            fs::write(&path, &damaged).unwrap();
            assert!(read("1").is_err(), "damaged at {at}");
        }
    }
}
