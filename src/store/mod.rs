//! A folder of results that outlive the run: takes bytes and gives them back, or says that
//! they are lost.
//!
//! Two kinds of files. An *index* is small, written whole and renamed into place; it opens
//! with the stamp of the program that wrote it and ends with its own hash. *Segments* hold the
//! long texts; they are only ever appended to by the one process that made them, and an index
//! names the ones that it needs. So no lock is needed: two processes at once leave the index of
//! the one that ended last, and segments that no index names are swept away. Whatever cannot be
//! read or does not hash to what it should is lost, never an error. Knows nothing of pages.

mod index;
mod moment;
mod segment;

pub use index::{Lost, read_index, read_whole, write_index, write_value, write_whole};
pub use moment::{Moment, Stat};
pub use segment::{Kept, Segment, Span, sweep};

/// First half of a BLAKE3 hash.
pub type Digest = [u8; 16];

/// Digest of bytes.
pub fn digest(bytes: &[u8]) -> Digest {
    shorten(&blake3::hash(bytes))
}

/// Digest of several texts, each with its length, so that no two lists run together.
pub fn digest_all<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    shorten(&hasher.finalize())
}

fn shorten(hash: &blake3::Hash) -> Digest {
    let mut short = [0; 16];
    short.copy_from_slice(&hash.as_bytes()[..16]);
    short
}
