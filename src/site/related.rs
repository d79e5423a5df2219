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

/// Fills `related` of all pages.
pub(super) fn relate(pages: &mut [Page], lists: &[List]) {
    let members = members(pages, lists);
    let related: Vec<Vec<PageId>> = (0..pages.len())
        .into_par_iter()
        .map(|index| {
            let id = super::list::number(index);
            best(id, pages, &members)
        })
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

fn best(id: PageId, pages: &[Page], members: &HashMap<Shared, Vec<PageId>>) -> Vec<PageId> {
    let page = &pages[id as usize];
    let mut found: Vec<(PageId, u32)> = Vec::new();
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
                found.push((*other, worth));
            }
        }
    }
    found.sort_unstable();
    let mut ranked: Vec<(Reverse<u32>, u32, PageId)> = found
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| {
            let other = same[0].0;
            let score = same.iter().map(|(_, worth)| worth).sum();
            (Reverse(score), other.abs_diff(id), other)
        })
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
