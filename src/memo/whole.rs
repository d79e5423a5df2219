//! The outcome of a whole build: takes digests of everything that it reads and wrote, gives
//! what it said the last time, if nothing is different; and the resolved site, if nothing is
//! different but templates and the files of a few pages.

use super::{Memo, STAMP};
use crate::config::Config;
use crate::content::{Page, Source, Stored};
use crate::diag::Diagnostic;
use crate::site::{NextChange, Site};
use crate::store::{self, Digest, Stat};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

const SITE: &str = "site";
/// Pages that may have changed so that the site is still taken over.
const FEW: usize = 32;

/// What a build said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// All diagnostics.
    pub diagnostics: Vec<Diagnostic>,
    /// Content files: seen, skipped, drafts, future pages.
    pub tally: [usize; 4],
    /// Published pages.
    pub pages: usize,
    /// The next moment at which the output changes without an edit.
    pub next_change: Option<NextChange>,
}

/// A whole build.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Whole {
    /// Digest of its options.
    pub options: Digest,
    /// Digest of the names and stats of all that it read; none when something was not at rest,
    /// so that the next build must look again.
    pub inputs: Option<Digest>,
    /// The same, but of pages and templates only the names.
    pub rest: Option<Digest>,
    /// The stats of the templates.
    pub templates: Option<Digest>,
    /// The moments for which the build would be the same: from the first, up to the second.
    pub valid: (jiff::Timestamp, jiff::Timestamp),
    /// What it said.
    pub outcome: Outcome,
    /// What it had to say before anything was rendered.
    pub resolved: Vec<Diagnostic>,
}

/// A resolved site that is kept from one build to the next.
#[derive(Debug, Default)]
pub(super) struct KeptSite {
    /// In memory.
    here: Option<Box<Site>>,
    /// Digest of its file in the store.
    stored: Option<Digest>,
}

/// A page that has no file of its own (a row of data): head, HTML and plain text. In the store
/// they follow the site, in the order of its sources.
type Row = (Page, String, String);

impl KeptSite {
    /// A site that lies in the store.
    pub(super) fn in_store(stored: Option<Digest>) -> Self {
        Self { here: None, stored }
    }
}

impl Memo {
    /// What the last build into `out` said, when one now could only say and write the same.
    pub fn same(
        &self,
        options: Digest,
        inputs: Digest,
        now: jiff::Timestamp,
        out: &Path,
    ) -> Option<(Outcome, usize)> {
        let whole = self.valid(options, now)?;
        if whole.inputs != Some(inputs) || self.out.as_deref() != Some(out) {
            return None;
        }
        let outputs = self.outputs.par_iter();
        let in_place = outputs.all(|(path, output)| output.is_in_place(&out.join(path)));
        in_place.then(|| (whole.outcome.clone(), self.outputs.len()))
    }

    /// The last build, when nothing but templates and the files of a few pages can make one now
    /// different: also gives the names of those files.
    pub fn same_but<'a>(
        &self,
        options: Digest,
        rest: Digest,
        now: jiff::Timestamp,
        files: impl Iterator<Item = (&'a str, Stat)>,
    ) -> Option<(Whole, Vec<Arc<str>>)> {
        let whole = self.valid(options, now)?;
        if whole.rest != Some(rest) {
            return None;
        }
        let changed = files.filter_map(|(name, stat)| {
            let (name, entry) = self.pages.get_key_value(name)?;
            (!entry.vouches_for(stat)).then(|| Arc::clone(name))
        });
        let changed: Vec<Arc<str>> = changed.take(FEW + 1).collect();
        (changed.len() <= FEW).then(|| (whole.clone(), changed))
    }

    fn valid(&self, options: Digest, now: jiff::Timestamp) -> Option<&Whole> {
        let whole = self.whole.as_ref()?;
        let is_valid = whole.options == options && (whole.valid.0..whole.valid.1).contains(&now);
        is_valid.then_some(whole)
    }

    /// Whether a file is that of a page that is known.
    pub fn is_page(&self, file: &str) -> bool {
        self.pages.contains_key(file)
    }

    /// Remembers a build and its site, which `is_new` when it was resolved now.
    pub fn keep(&mut self, whole: Whole, site: Box<Site>, is_new: bool) {
        let stored = self.site.stored.filter(|_| !is_new);
        self.whole = Some(whole);
        self.site = KeptSite {
            here: Some(site),
            stored,
        };
    }

    /// Forgets the last build; what is known of pages and outputs stays.
    pub fn forget_build(&mut self) {
        self.whole = None;
        self.site = KeptSite::default();
    }

    /// Takes the resolved site of the last build out of memory.
    pub fn take_site(&mut self, now: jiff::Timestamp) -> Option<Box<Site>> {
        let mut site = self.site.here.take()?;
        site.now = now;
        Some(site)
    }

    /// Reads the resolved site of the last build from the store.
    pub fn read_site(&self, config: Arc<Config>, now: jiff::Timestamp) -> Option<Box<Site>> {
        let path = self.folder.as_ref()?.join(SITE);
        let (bytes, digest) = store::read_whole(&path, STAMP).ok()?;
        if self.site.stored != Some(digest) {
            return None;
        }
        let (site, rows) = Site::from_bytes(&bytes, config, now)?;
        let mut site = Box::new(site);
        let rows: Vec<Row> = postcard::from_bytes(rows).ok()?;
        let mut rows = rows.into_iter();
        for source in site.sources_mut() {
            match self.stored(source) {
                Some(stored) => source.lies_in(stored.clone()),
                None => {
                    let (mut page, html, plain) = rows.next()?;
                    page.body.html = html.into();
                    page.body.plain = plain.into();
                    *source = Arc::new(page).into();
                }
            }
        }
        Some(site)
    }

    /// Writes the site, unless the store has it. Gives the digest by which it is known.
    pub(super) fn save_site(&mut self, folder: &Path) -> Option<Digest> {
        if self.site.stored.is_none() {
            self.site.stored = self.written_site(folder);
        }
        self.site.stored
    }

    fn written_site(&self, folder: &Path) -> Option<Digest> {
        let site = self.site.here.as_ref()?;
        let rows = site
            .sources()
            .filter(|source| self.stored(source).is_none())
            .map(|source| {
                let body = &source.body;
                let (html, plain) = (body.html.get(), body.plain.get());
                (Page::clone(source), html.into_owned(), plain.into_owned())
            });
        let rows: Vec<Row> = rows.collect();
        let written = store::write_whole(&folder.join(SITE), STAMP, |out| {
            site.write_to(out)?;
            store::write_value(out, &rows)
        });
        written.ok()
    }

    fn stored(&self, source: &Source) -> Option<&Stored> {
        self.pages.get(source.file())?.stored()
    }
}
