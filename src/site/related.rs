//! Related pages: takes each page's terms and references, gives the pages that share most of
//! them. Rare terms count more. Work per page is capped, so that a term that stands on every
//! page does not compare all with all.

use super::list::is_listed;
use super::{LanguageId, List, Page, PageId};
use crate::content::Kind;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Most related pages.
const LIMIT: usize = 5;
/// Pages on either side that are looked at in a term's list.
const REACH: usize = 40;
/// Pages that one thread takes at a time: each time costs a fresh table of scores.
const TOGETHER: usize = 256;

/// Fills `related` of all pages.
pub(super) fn relate(pages: &mut [Page], lists: &[List]) {
    let members = members(pages, lists);
    // Side by side: hundreds of pages are asked for each page, and the pages themselves are
    // large and lie far apart.
    let languages: Vec<LanguageId> = pages.iter().map(|page| page.language).collect();
    let related: Vec<Vec<PageId>> = pages
        .par_iter()
        .enumerate()
        .with_min_len(TOGETHER)
        .map_init(
            || Scores::new(pages.len()),
            |scores, (index, page)| {
                let id = super::list::number(index);
                best(id, page, &languages, &members, scores)
            },
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
        if !is_listed(page) || matches!(page.source.kind, Kind::Digest | Kind::Page) {
            continue;
        }
        for shared in shared(page) {
            members.entry(shared).or_default().push(id);
        }
    }
    members
}

/// What pages are worth to one page, kept from page to page for its room.
struct Scores {
    /// By page; zero for all that share nothing.
    of: Vec<u32>,
    /// Those that share something.
    sharing: Vec<PageId>,
}

impl Scores {
    fn new(pages: usize) -> Self {
        Self {
            of: vec![0; pages],
            sharing: Vec::new(),
        }
    }

    fn add(&mut self, id: PageId, worth: u32) {
        let score = &mut self.of[id as usize];
        if *score == 0 {
            self.sharing.push(id);
        }
        *score += worth;
    }

    /// All scores; none is left.
    fn take(&mut self) -> impl Iterator<Item = (PageId, u32)> {
        let of = &mut self.of;
        self.sharing
            .drain(..)
            .map(|id| (id, std::mem::take(&mut of[id as usize])))
    }
}

fn best(
    id: PageId,
    page: &Page,
    languages: &[LanguageId],
    members: &HashMap<Shared, Vec<PageId>>,
    scores: &mut Scores,
) -> Vec<PageId> {
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
            if *other != id && languages[*other as usize] == page.language {
                scores.add(*other, worth);
            }
        }
    }
    let mut ranked: Vec<(Reverse<u32>, u32, PageId)> = scores
        .take()
        .map(|(other, score)| (Reverse(score), other.abs_diff(id), other))
        .collect();
    if ranked.len() > LIMIT {
        ranked.select_nth_unstable(LIMIT);
        ranked.truncate(LIMIT);
    }
    ranked.sort_unstable();
    // A collect in place would keep the room of all that were ranked.
    let mut best = Vec::with_capacity(ranked.len());
    best.extend(ranked.into_iter().map(|(_, _, other)| other));
    best
}
