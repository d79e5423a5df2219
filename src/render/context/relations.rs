//! Relations read backwards: takes the site, gives for each company its open jobs, articles
//! and events and for each policy the articles that name it. Pages keep the site's order.

use crate::content::Kind;
use crate::site::{PageId, Site};
use std::collections::BTreeMap;

/// Which pages name a page, by the kind of those that do.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    jobs: BTreeMap<PageId, Vec<PageId>>,
    articles: BTreeMap<PageId, Vec<PageId>>,
    events: BTreeMap<PageId, Vec<PageId>>,
}

impl Relations {
    /// Reads the site.
    pub(crate) fn of(site: &Site) -> Self {
        let mut relations = Self::default();
        for (id, page) in (0..).zip(&site.pages) {
            if page.source.meta.hidden {
                continue;
            }
            let named = page.companies.iter().chain(&page.policies);
            let by = match page.source.kind {
                Kind::Job if page.expired => continue,
                Kind::Job => &mut relations.jobs,
                Kind::Article => &mut relations.articles,
                Kind::Event => &mut relations.events,
                Kind::Company | Kind::Policy | Kind::Digest | Kind::Page => continue,
            };
            for named in named {
                let pages = by.entry(*named).or_default();
                if pages.last() != Some(&id) {
                    pages.push(id);
                }
            }
        }
        relations
    }

    /// Open jobs of a company.
    pub(crate) fn jobs(&self, id: PageId) -> &[PageId] {
        self.jobs.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Articles that name a company or policy.
    pub(crate) fn articles(&self, id: PageId) -> &[PageId] {
        self.articles.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Events of a company.
    pub(crate) fn events(&self, id: PageId) -> &[PageId] {
        self.events.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Number of a company's open jobs.
    pub(crate) fn open_jobs(&self, id: usize) -> usize {
        PageId::try_from(id).map_or(0, |id| self.jobs(id).len())
    }
}
