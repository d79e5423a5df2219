//! What is known of an output in place: of what it was made, its bytes' hash, and what the
//! file system said of the file. As long as all three hold, it is neither made nor written.

use crate::store::{Digest, Stat};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// An output in the public folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Digest of everything that it was made of; none when it is made at every build.
    pub key: Option<Digest>,
    /// Hash of its bytes.
    pub hash: Digest,
    /// What the file system said after it was written.
    pub stat: Stat,
}

impl Record {
    /// Whether the file in the public folder is still the one that was written.
    pub fn is_in_place(&self, file: &Path) -> bool {
        fs::symlink_metadata(file).is_ok_and(|metadata| Stat::of(&metadata) == self.stat)
    }
}
