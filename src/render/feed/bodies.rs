//! Bodies of pages for feeds: takes the function that makes a body, gives each page's body
//! ready for a feed, made once however many feeds show it, and forgotten after the last.

use crate::render::sanitise;
use crate::site::{PageId, Site};
use std::sync::{Arc, Mutex, PoisonError};

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
            .unwrap_or_else(|| sanitise::html(&(self.make)(page), base).into());
        slot.uses = slot.uses.saturating_sub(1);
        if slot.uses > 0 {
            slot.html = Some(Arc::clone(&html));
        }
        Some(html)
    }
}
