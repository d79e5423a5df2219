//! Related pages: takes each page's terms and references, gives the pages that share most of
//! them. Rare terms count more. Work per page is capped, so that a term that stands on every
//! page does not compare all with all.

use super::list::is_listed;
use super::{List, Page, PageId};
use crate::content::Kind;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Most related pages.
const LIMIT: usize = 5;
/// Pages on either side that are looked at in a term's list.
const REACH: usize = 40;
/// Pages that one thread takes at a time: each time costs a fresh set of scores.
const TOGETHER: usize = 256;

/// Fills `related` of all pages.
pub(super) fn relate(pages: &mut [Page], lists: &[List]) {
    let members = members(pages, lists);
    let related: Vec<Vec<PageId>> = (0..pages.len())
        .into_par_iter()
        .with_min_len(TOGETHER)
        .map_init(
            || Scores::of(pages.len()),
            |scores, index| best(super::list::number(index), pages, &members, scores),
        )
        .collect();
    for (page, related) in pages.iter_mut().zip(related) {
        page.related = related;
    }
}

/// What pages may share: a term, or a company or policy that both name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shared {
    Term(u32),
    Page(PageId),
}

fn shared(page: &Page) -> impl Iterator<Item = Shared> + '_ {
    let terms = page.terms.iter().flat_map(|(_, lists)| lists);
    let named = page.companies.iter().chain(&page.policies);
    terms
        .map(|list| Shared::Term(*list))
        .chain(named.map(|id| Shared::Page(*id)))
}

/// Pages that may be shown, per shared thing, by number.
fn members(pages: &[Page], lists: &[List]) -> HashMap<Shared, Vec<PageId>> {
    let mut members: HashMap<Shared, Vec<PageId>> = HashMap::with_capacity(lists.len());
    for (id, page) in (0..).zip(pages) {
        if !is_listed(page) || matches!(page.kind, Kind::Digest | Kind::Page) {
            continue;
        }
        for shared in shared(page) {
            members.entry(shared).or_default().push(id);
        }
    }
    members
}

/// How much each page shares with the one that is looked at; used for one after another.
struct Scores {
    by_page: Vec<u32>,
    /// Pages with a score.
    found: Vec<PageId>,
}

impl Scores {
    fn of(pages: usize) -> Self {
        Self {
            by_page: vec![0; pages],
            found: Vec::new(),
        }
    }

    fn add(&mut self, page: PageId, worth: u32) {
        let score = &mut self.by_page[page as usize];
        if *score == 0 {
            self.found.push(page);
        }
        *score += worth;
    }
}

fn best(
    id: PageId,
    pages: &[Page],
    members: &HashMap<Shared, Vec<PageId>>,
    scores: &mut Scores,
) -> Vec<PageId> {
    let page = &pages[id as usize];
    for shared in shared(page) {
        let Some(list) = members.get(&shared) else {
            continue;
        };
        // Halves with every fourfold size: 1024, 512 … in whole numbers, the same everywhere.
        let worth = 1024 >> (list.len().ilog2() / 2).min(9);
        let here = list.partition_point(|other| *other < id);
        let first = here.saturating_sub(REACH);
        let last = (here + REACH + 1).min(list.len());
        for other in &list[first..last] {
            if *other != id && pages[*other as usize].language == page.language {
                scores.add(*other, worth);
            }
        }
    }
    let Scores { by_page, found } = scores;
    let rank = |other: &PageId| {
        let score = by_page[*other as usize];
        (Reverse(score), other.abs_diff(id), *other)
    };
    if found.len() > LIMIT {
        found.select_nth_unstable_by_key(LIMIT, rank);
    }
    let mut best: Vec<PageId> = found.iter().take(LIMIT).copied().collect();
    best.sort_unstable_by_key(rank);
    for other in found.drain(..) {
        by_page[other as usize] = 0;
    }
    best
}
