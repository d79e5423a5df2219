//! Pages by their files: takes a file's stat and what else its page depends on, gives the page
//! that an earlier build made of the same bytes.

use super::{Memo, lock};
use crate::content::{Page, Stored};
use crate::diag::Diagnostic;
use crate::store::{Digest, Segment, Span, Stat};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

/// What a parse gave.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The page, unless the file cannot be one.
    pub page: Option<Arc<Page>>,
    /// Mistakes.
    pub diagnostics: Vec<Diagnostic>,
}

/// What is known of a file that is to be parsed.
#[derive(Debug)]
pub struct Known<'a> {
    memo: &'a Memo,
    path: &'a Arc<str>,
    stat: Stat,
    context: Digest,
}

/// A page that is known, with what it was made of.
#[derive(Debug)]
pub(super) struct PageEntry {
    stat: Stat,
    /// The file had been at rest when it was read, so that its stat vouches for its bytes.
    at_rest: bool,
    /// Digest of the file's bytes.
    hash: Digest,
    /// Digest of all else that the page depends on.
    context: Digest,
    stored: Option<Stored>,
    /// Decoded when it is first wanted.
    parsed: OnceLock<Option<Parsed>>,
}

/// An entry as the index holds it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PageRecord {
    pub(super) path: Arc<str>,
    stat: Stat,
    at_rest: bool,
    hash: Digest,
    context: Digest,
    /// Number of the segment in the index.
    segment: u32,
    head: Span,
    texts: Option<(Span, Span)>,
}

impl Memo {
    /// Asks for a file by its path from the site's root. `context` is the digest of everything
    /// beside the bytes that its page depends on.
    pub fn page<'a>(&'a self, path: &'a Arc<str>, stat: Stat, context: Digest) -> Known<'a> {
        Known {
            memo: self,
            path,
            stat,
            context,
        }
    }

    /// Pages of earlier builds whose files have such names.
    pub fn known_pages(&self, wanted: impl Fn(&str) -> bool) -> Vec<Arc<Page>> {
        let entries = self.pages.iter().filter(|(file, _)| wanted(file));
        entries
            .filter_map(|(_, entry)| entry.parsed()?.page)
            .collect()
    }

    /// Files that this build parsed.
    pub fn parsed(&self) -> usize {
        self.run.parsed.load(Ordering::Relaxed)
    }
}

impl Known<'_> {
    /// The page, when the file is the one that it was: its bytes are not read.
    pub fn untouched(&self) -> Option<Parsed> {
        let entry = self.entry()?;
        if !entry.vouches_for(self.stat) {
            return None;
        }
        let parsed = entry.parsed()?;
        self.see(Arc::clone(entry));
        Some(parsed)
    }

    /// The page, when the bytes are those that they were.
    pub fn unchanged(&self, hash: Digest) -> Option<Parsed> {
        let entry = self.entry().filter(|entry| entry.hash == hash)?;
        let parsed = entry.parsed()?;
        self.see(Arc::new(PageEntry {
            stat: self.stat,
            at_rest: self.at_rest(),
            hash,
            context: self.context,
            stored: entry.stored.clone(),
            parsed: entry.parsed.clone(),
        }));
        Some(parsed)
    }

    /// Remembers what was just parsed; gives it back with its long texts in the store.
    pub fn learn(&self, hash: Digest, page: Option<Page>, diagnostics: Vec<Diagnostic>) -> Parsed {
        self.memo.run.parsed.fetch_add(1, Ordering::Relaxed);
        let run = &self.memo.run;
        let (page, stored) = match run.segment(self.memo) {
            Some(segment) => {
                let (page, stored) = store(segment, page, &diagnostics);
                (page.map(|page| if_room(page, run, stored.as_ref())), stored)
            }
            None => (page, None),
        };
        let parsed = Parsed {
            page: page.map(Arc::new),
            diagnostics,
        };
        self.see(Arc::new(PageEntry {
            stat: self.stat,
            at_rest: self.at_rest(),
            hash,
            context: self.context,
            stored,
            parsed: OnceLock::from(Some(parsed.clone())),
        }));
        parsed
    }

    fn entry(&self) -> Option<&Arc<PageEntry>> {
        let entry = self.memo.pages.get(self.path)?;
        (entry.context == self.context).then_some(entry)
    }

    fn at_rest(&self) -> bool {
        let moment = self.memo.run.moment;
        moment.is_some_and(|moment| self.stat.at_rest(moment))
    }

    fn see(&self, entry: Arc<PageEntry>) {
        lock(&self.memo.run.seen).insert(Arc::clone(self.path), entry);
    }
}

/// Puts the parts of a page into the file; nothing is stored when the disk does not take them.
fn store(
    segment: &Arc<Segment>,
    page: Option<Page>,
    diagnostics: &[Diagnostic],
) -> (Option<Page>, Option<Stored>) {
    let texts = match &page {
        Some(page) => {
            let html = segment.append(page.body.html.get().as_bytes());
            let plain = segment.append(page.body.plain.get().as_bytes());
            match html.zip(plain) {
                Some(texts) => Some(texts),
                None => return (Some(page.clone()), None),
            }
        }
        None => None,
    };
    let head = postcard::to_stdvec(&(&page, diagnostics)).ok();
    let stored = head
        .and_then(|head| segment.append(&head))
        .map(|head| Stored {
            segment: Arc::clone(segment),
            head,
            texts,
        });
    (page, stored)
}

/// Leaves the long texts in memory as long as there is room for them.
fn if_room(mut page: Page, run: &super::Run, stored: Option<&Stored>) -> Page {
    let length = page.body.html.get().len() + page.body.plain.get().len();
    if let Some(stored) = stored
        && !run.has_room(length)
    {
        stored.attach(&mut page);
    }
    page
}

impl PageEntry {
    /// Whether a file with this stat has the bytes that the page was made of.
    pub(super) fn vouches_for(&self, stat: Stat) -> bool {
        self.at_rest && self.stat == stat
    }

    /// Where the page lies.
    pub(super) fn stored(&self) -> Option<&Stored> {
        self.stored.as_ref()
    }

    fn parsed(&self) -> Option<Parsed> {
        self.parsed
            .get_or_init(|| {
                let (page, diagnostics) = self.stored.as_ref()?.read()?;
                Some(Parsed { page, diagnostics })
            })
            .clone()
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = &Arc<Segment>> {
        self.stored.iter().map(|stored| &stored.segment)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.segments().any(|segment| segment.is_broken())
    }

    /// Bytes in the store.
    pub(super) fn length(&self) -> u64 {
        self.stored.as_ref().map_or(0, |stored| {
            let texts = stored
                .texts
                .map_or(0, |(html, plain)| html.length() + plain.length());
            stored.head.length() + texts
        })
    }

    /// The entry with its parts copied into another file. The page itself, if it is in memory,
    /// goes on reading from the old one.
    pub(super) fn moved(&self, to: &Arc<Segment>) -> Option<Self> {
        let stored = match &self.stored {
            None => None,
            Some(stored) if Arc::ptr_eq(&stored.segment, to) => Some(stored.clone()),
            Some(stored) => {
                let copy = |span: &Span| to.append(&stored.segment.read(span)?);
                let texts = match &stored.texts {
                    Some((html, plain)) => Some((copy(html)?, copy(plain)?)),
                    None => None,
                };
                Some(Stored {
                    segment: Arc::clone(to),
                    head: copy(&stored.head)?,
                    texts,
                })
            }
        };
        Some(Self {
            stored,
            parsed: self.parsed.clone(),
            ..*self
        })
    }

    pub(super) fn record(
        &self,
        path: &Arc<str>,
        segments: &BTreeMap<&str, u32>,
    ) -> Option<PageRecord> {
        let stored = self.stored.as_ref()?;
        Some(PageRecord {
            path: Arc::clone(path),
            stat: self.stat,
            at_rest: self.at_rest,
            hash: self.hash,
            context: self.context,
            segment: *segments.get(stored.segment.name())?,
            head: stored.head,
            texts: stored.texts,
        })
    }
}

impl PageRecord {
    /// The entry, when its segment is there.
    pub(super) fn entry(
        self,
        segments: &[Option<Arc<Segment>>],
    ) -> Option<(Arc<str>, Arc<PageEntry>)> {
        let segment = segments.get(self.segment as usize)?.clone()?;
        let entry = PageEntry {
            stat: self.stat,
            at_rest: self.at_rest,
            hash: self.hash,
            context: self.context,
            stored: Some(Stored {
                segment,
                head: self.head,
                texts: self.texts,
            }),
            parsed: OnceLock::new(),
        };
        Some((self.path, Arc::new(entry)))
    }
}
