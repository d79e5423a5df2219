//! Which outputs show something of a page's own text: takes a site and the pages whose texts
//! are others than before, says of each output and each feed whether it may look different.
//!
//! A text is shown on its page, as a summary and a length on cards, and as a summary in texts
//! that embed the page. What else the site knows of the page must be the same as before. Only
//! pages that stand nowhere but on pages and lists are asked for: articles, digests, plain pages.

use super::context::{HereKind, list, section_of, shown};
use super::fingerprint::around;
use crate::content::Kind;
use crate::site::{List, ListOf, PageId, Site, Target};
use std::collections::BTreeSet;

/// Kinds of pages whose texts stand in no calendar, no data file, and no structured data of
/// other pages.
pub fn is_plain(kind: Kind) -> bool {
    matches!(kind, Kind::Article | Kind::Digest | Kind::Page)
}

/// Pages with other texts than before, and those that show them in their own.
pub(super) struct Shows<'a> {
    site: &'a Site,
    changed: &'a BTreeSet<PageId>,
    /// Pages whose filled bodies are others.
    bodies: BTreeSet<PageId>,
}

impl<'a> Shows<'a> {
    pub(super) fn new(site: &'a Site, changed: &'a BTreeSet<PageId>) -> Self {
        let embeds = (0..)
            .zip(&site.pages)
            .filter(|(_, page)| leads_to(&page.targets, changed))
            .map(|(id, _)| id);
        Self {
            site,
            changed,
            bodies: embeds.chain(changed.iter().copied()).collect(),
        }
    }

    /// Whether an HTML output may look different.
    pub(super) fn output(&self, kind: &HereKind<'_>) -> bool {
        match *kind {
            HereKind::Page(id) => self.page(id),
            HereKind::List(list, part) => self.list(list, part),
            HereKind::Taxonomy(_)
            | HereKind::NotFound
            | HereKind::Redirect(_)
            | HereKind::Join(_)
            | HereKind::Door(..) => false,
        }
    }

    /// Whether a feed of these pages may look different.
    pub(super) fn feed(&self, pages: &[PageId]) -> bool {
        pages.iter().any(|id| self.bodies.contains(id))
    }

    fn page(&self, id: PageId) -> bool {
        let Some(page) = self.site.pages.get(id as usize) else {
            return false;
        };
        let series = page
            .series
            .and_then(|(index, _)| self.site.series.get(index as usize))
            .is_some_and(|series| self.cards(&series.pages));
        self.bodies.contains(&id) || series || around(page).into_iter().any(|ids| self.cards(ids))
    }

    fn list(&self, list: &List, part: usize) -> bool {
        // Its lines say nothing of a text.
        if list.of == ListOf::Archive {
            return false;
        }
        let is_front = list.of == ListOf::Home && part == 1;
        let newest = || {
            [Kind::Article, Kind::Digest]
                .into_iter()
                .any(|kind| self.cards(&list::newest_of(self.site, list, kind)))
        };
        let own_text = || {
            let section = section_of(self.site, list).filter(|_| part == 1);
            section.is_some_and(|section| leads_to(&section.targets, self.changed))
        };
        self.cards(shown(list, part)) || own_text() || (is_front && newest())
    }

    fn cards(&self, pages: &[PageId]) -> bool {
        pages.iter().any(|id| self.changed.contains(id))
    }
}

fn leads_to(targets: &[Target], pages: &BTreeSet<PageId>) -> bool {
    let mut targets = targets.iter();
    targets.any(|target| matches!(target, Target::Page(id, _) if pages.contains(id)))
}
