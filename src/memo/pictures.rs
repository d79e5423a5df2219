//! Sizes of pictures by their files: takes a file's stat, gives the width and height that an
//! earlier build measured, or measures them.

use super::{Memo, lock};
use crate::store::{Moment, Stat};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is known of a picture.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Measured {
    stat: Stat,
    /// The file had been at rest when it was measured, so that its stat vouches for its bytes.
    at_rest: bool,
    /// Width and height in pixels; none for what cannot be measured.
    size: Option<(u32, u32)>,
}

impl Memo {
    /// The size of a picture by its path from the site's root.
    pub fn picture(
        &self,
        file: &Arc<str>,
        stat: Stat,
        measure: impl FnOnce() -> Option<(u32, u32)>,
    ) -> Option<(u32, u32)> {
        let known = self.pictures.get(file);
        let known = known.filter(|known| known.at_rest && known.stat == stat);
        let measured = known.copied().unwrap_or_else(|| Measured {
            stat,
            at_rest: self
                .moment()
                .is_some_and(|moment: Moment| stat.at_rest(moment)),
            size: measure(),
        });
        lock(&self.run.pictures).insert(Arc::clone(file), measured);
        measured.size
    }
}
