//! The outcome of a whole build: takes digests of everything that it reads and wrote, gives
//! what it said the last time, if nothing is different.

use super::Memo;
use crate::diag::Diagnostic;
use crate::store::{Digest, Stat};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// What a build said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// All diagnostics.
    pub diagnostics: Vec<Diagnostic>,
    /// Content files: seen, skipped, drafts, future pages.
    pub tally: [usize; 4],
    /// Published pages.
    pub pages: usize,
    /// The next moment at which the output changes without an edit: when, file, what.
    pub next_change: Option<(jiff::Timestamp, String, String)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    /// Digest of the build's options.
    options: Digest,
    /// Digest of the names and stats of all that it read.
    inputs: Digest,
    /// The moments for which the build would be the same: from the first, up to the second.
    valid: (jiff::Timestamp, jiff::Timestamp),
    outcome: Outcome,
}

impl Memo {
    /// What the last build into `out` said, when one now could only say and write the same.
    pub fn same(
        &self,
        options: Digest,
        inputs: Option<Digest>,
        now: jiff::Timestamp,
        out: &Path,
    ) -> Option<(Outcome, usize)> {
        let record = self.whole.as_ref()?;
        let known = record.options == options
            && inputs == Some(record.inputs)
            && (record.valid.0..record.valid.1).contains(&now)
            && self.out.as_deref() == Some(out);
        if !known {
            return None;
        }
        let in_place = self.outputs.par_iter().all(|(path, output)| {
            fs::symlink_metadata(out.join(path))
                .is_ok_and(|metadata| Stat::of(&metadata) == output.stat)
        });
        in_place.then(|| (record.outcome.clone(), self.outputs.len()))
    }

    /// Remembers what the build said. `inputs` is none when something that it read was not at
    /// rest, so that the next build must look again.
    pub fn keep_whole(
        &mut self,
        options: Digest,
        inputs: Option<Digest>,
        valid: (jiff::Timestamp, jiff::Timestamp),
        outcome: Outcome,
    ) {
        self.whole = inputs.map(|inputs| Record {
            options,
            inputs,
            valid,
            outcome,
        });
    }
}
