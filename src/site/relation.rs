//! What pages are to each other once links and references are known: takes pages whose
//! targets and references stand, fills backlinks, neighbours, what belongs to a company or
//! policy, series and digests.

use super::list::{is_listed, number};
use super::select::is_collectable;
use super::{LanguageId, Page, PageId, Series, Target};
use crate::content::{Details, Kind};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Fills everything.
pub(super) fn relate(pages: &mut [Page]) -> Vec<Series> {
    backlinks(pages);
    belongings(pages);
    neighbours(pages);
    digests(pages);
    series(pages)
}

/// Pages of the same language that link here in text or fields, newest first.
fn backlinks(pages: &mut [Page]) {
    let mut backlinks: Vec<Vec<PageId>> = vec![Vec::new(); pages.len()];
    // In the order of page numbers, so each list comes out newest first.
    for (id, page) in (0..).zip(pages.iter()) {
        if !is_listed(page) {
            continue;
        }
        let linked = page.targets.iter().filter_map(|target| match target {
            Target::Page(to, _) => Some(*to),
            _ => None,
        });
        let named = page.companies.iter().chain(&page.policies).copied();
        for to in linked.chain(named) {
            let list = &mut backlinks[to as usize];
            if to != id && pages[to as usize].language == page.language && list.last() != Some(&id)
            {
                list.push(id);
            }
        }
    }
    for (page, list) in pages.iter_mut().zip(backlinks) {
        page.backlinks = list;
    }
}

/// Jobs, articles and events of companies and policies. A page in another language stands
/// there only if it has no version in the company's.
fn belongings(pages: &mut [Page]) {
    for id in 0..number(pages.len()) {
        let page = &pages[id as usize];
        if !is_listed(page) {
            continue;
        }
        let kind = page.kind;
        let owners: BTreeSet<PageId> = page
            .companies
            .iter()
            .chain(&page.policies)
            .copied()
            .collect();
        for owner in owners {
            let page = &pages[id as usize];
            let language = pages[owner as usize].language;
            let has_version = |other: &PageId| pages[*other as usize].language == language;
            if page.language != language && page.translations.iter().any(has_version) {
                continue;
            }
            let owner = &mut pages[owner as usize];
            let of = owner.kind;
            match kind {
                Kind::Job if of == Kind::Company => owner.jobs.push(id),
                Kind::Article => owner.articles.push(id),
                Kind::Event if of == Kind::Company => owner.events.push(id),
                _ => {}
            }
        }
    }
}

/// Newer and older page of the section, among dated pages.
fn neighbours(pages: &mut [Page]) {
    let mut last: BTreeMap<(LanguageId, Option<u32>), PageId> = BTreeMap::new();
    for id in 0..number(pages.len()) {
        let page = &pages[id as usize];
        if !is_listed(page) || page.date.is_none() || page.kind == Kind::Page {
            continue;
        }
        let key = (page.language, page.section);
        if let Some(newer) = last.insert(key, id) {
            pages[id as usize].newer = Some(newer);
            pages[newer as usize].older = Some(id);
        }
    }
}

/// The pages of each digest's period, newest first, unless its text lists them.
fn digests(pages: &mut [Page]) {
    let mut dated: BTreeMap<LanguageId, Vec<(Timestamp, PageId)>> = BTreeMap::new();
    for (id, page) in (0..).zip(pages.iter()) {
        if let Some(date) = page.date
            && is_collectable(&page.source)
        {
            dated.entry(page.language).or_default().push((date.at, id));
        }
    }
    for page in pages {
        let Details::Digest(digest) = &page.source.details else {
            continue;
        };
        if digest.listed {
            continue;
        }
        let (Some((from, until)), Some(dated)) = (digest.period, dated.get(&page.language)) else {
            continue;
        };
        let first = dated.partition_point(|(date, _)| *date >= until);
        page.collected = dated[first..]
            .iter()
            .take_while(|(date, _)| *date >= from)
            .map(|(_, id)| *id)
            .collect();
    }
}

/// Series by language and name; their pages by weight, then from the oldest on.
fn series(pages: &mut [Page]) -> Vec<Series> {
    let mut groups: BTreeMap<(LanguageId, String), Vec<PageId>> = BTreeMap::new();
    for (id, page) in (0..).zip(pages.iter()) {
        if let Some(name) = &page.source.meta.series
            && !page.source.meta.hidden
            && !name.trim().is_empty()
        {
            let key = (page.language, name.trim().to_owned());
            groups.entry(key).or_default().push(id);
        }
    }
    let mut all = Vec::with_capacity(groups.len());
    for ((language, name), mut ids) in groups {
        ids.sort_by_cached_key(|id| {
            let page = &pages[*id as usize];
            let weight = page.source.meta.weight;
            let date = page.date.map(|date| date.at);
            (
                weight.is_none(),
                weight,
                date.is_none(),
                date,
                page.url.clone(),
            )
        });
        let index = number(all.len());
        for (place, id) in (0..).zip(&ids) {
            pages[*id as usize].series = Some((index, place));
        }
        all.push(Series {
            name,
            language,
            pages: ids,
        });
    }
    all
}
