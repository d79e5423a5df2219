//! Bodies of pages for feeds: takes the function that makes a body, gives each page's body
//! ready for a feed, made once however many feeds show it, and forgotten after the last. What was
//! sanitised lately is known again: a local server is asked for nearly the same feeds after every
//! save.

use crate::render::sanitise;
use crate::site::{PageId, Site};
use crate::store::{Digest, digest_all};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

/// Bytes of sanitised bodies that stay known.
const KNOWN_BYTES: usize = 16 << 20;

/// Sanitised bodies by the digest of what they were made of.
#[derive(Default)]
struct Lately {
    bodies: HashMap<Digest, Arc<str>>,
    bytes: usize,
}

static LATELY: LazyLock<Mutex<Lately>> = LazyLock::new(Mutex::default);

/// Gives the body of a page as HTML with whole addresses.
pub(crate) type BodyOf<'a> = &'a (dyn Fn(PageId) -> String + Sync);

/// The bodies that are still wanted.
pub(crate) struct Bodies<'a> {
    make: BodyOf<'a>,
    slots: Vec<Mutex<Slot>>,
    full: bool,
}

#[derive(Default)]
struct Slot {
    uses: u32,
    html: Option<Arc<str>>,
}

impl<'a> Bodies<'a> {
    /// `uses` names each page once for each feed that will show it.
    pub(crate) fn new<'u>(
        site: &Site,
        make: BodyOf<'a>,
        uses: impl IntoIterator<Item = &'u PageId>,
    ) -> Self {
        let mut slots: Vec<Mutex<Slot>> = Vec::new();
        slots.resize_with(site.pages.len(), Mutex::default);
        for page in uses {
            slots[*page as usize]
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .uses += 1;
        }
        Self {
            make,
            slots,
            full: site.config.feeds.full,
        }
    }

    /// The sanitised body; none where feeds carry summaries only.
    pub(crate) fn take(&self, page: PageId, base: &str) -> Option<Arc<str>> {
        if !self.full {
            return None;
        }
        let mut slot = self.slots[page as usize]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let html = slot
            .html
            .take()
            .unwrap_or_else(|| sanitised(&(self.make)(page), base));
        slot.uses = slot.uses.saturating_sub(1);
        if slot.uses > 0 {
            slot.html = Some(Arc::clone(&html));
        }
        Some(html)
    }
}

/// A body as feeds may carry it.
fn sanitised(body: &str, base: &str) -> Arc<str> {
    let key = digest_all([body.as_bytes(), base.as_bytes()]);
    if let Some(known) = lately().bodies.get(&key) {
        return Arc::clone(known);
    }
    let made: Arc<str> = sanitise::html(body, base).into();
    let mut lately = lately();
    if lately.bytes + made.len() > KNOWN_BYTES {
        *lately = Lately::default();
    }
    lately.bytes += made.len();
    lately.bodies.insert(key, Arc::clone(&made));
    made
}

fn lately() -> MutexGuard<'static, Lately> {
    LATELY.lock().unwrap_or_else(PoisonError::into_inner)
}
