//! The list of files that builds wrote into a public folder: takes and gives text.
//!
//! It lies in the folder as a dot file, so that it travels with the files it speaks of. The
//! same outputs give the same bytes: hashes and paths, no times.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Name of the list in the public folder.
pub(super) const MANIFEST: &str = ".guidepost-manifest";

const HEAD: &str = "guidepost-manifest 1";

/// First half of a file's BLAKE3 hash.
pub(super) type Hash = [u8; 16];

/// Files by path with the hash of what was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manifest(pub(super) BTreeMap<String, Hash>);

/// Hash of an output's bytes.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    shorten(&blake3::hash(bytes))
}

/// First half of a hash.
pub(super) fn shorten(hash: &blake3::Hash) -> Hash {
    let mut short = [0; 16];
    short.copy_from_slice(&hash.as_bytes()[..16]);
    short
}

impl Manifest {
    /// The list as text, one line per file, by path.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.0.len() * 64);
        let _ = writeln!(text, "{HEAD} {}", self.0.len());
        for (path, hash) in &self.0 {
            let _ = writeln!(text, "{} {path}", hex::encode(hash));
        }
        text
    }

    /// Reads a list; nothing when it is damaged, cut short or of another version.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let count: usize = lines.next()?.strip_prefix(HEAD)?.trim().parse().ok()?;
        let mut files = BTreeMap::new();
        for line in lines {
            let (hash, path) = line.split_once(' ')?;
            if !super::is_safe(path) {
                return None;
            }
            files.insert(path.to_owned(), parse_hash(hash)?);
        }
        (files.len() == count).then_some(Self(files))
    }
}

fn parse_hash(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    hex::decode_to_slice(text, &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::{Manifest, hash};

    #[test]
    fn a_list_reads_back_and_damage_is_noticed() {
        let mut manifest = Manifest::default();
        manifest.0.insert("a/汉字 x.html".to_owned(), hash(b"a"));
        manifest.0.insert("index.html".to_owned(), hash(b"b"));
        let text = manifest.to_text();
        assert_eq!(Manifest::from_text(&text), Some(manifest));
        for damaged in [
            "",
            "guidepost-manifest 2 0\n",
            &text[..text.trim_end().rfind('\n').map_or(0, |at| at + 1)],
            &text[..text.len() - 1],
            &text.replace("index.html", "../index.html"),
            &text.replace("manifest 1 2\n", "manifest 1 3\nzz x.html\n"),
        ] {
            assert_eq!(Manifest::from_text(damaged), None, "{damaged}");
        }
    }
}
