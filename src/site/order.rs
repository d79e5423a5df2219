//! The order of pages in lists: takes page numbers, sorts them. Page numbers already run from
//! the newest page to the oldest, undated ones last, then by URL.

use super::expiry::past_event;
use super::{Page, PageId};
use crate::config::{Config, SlugStyle};
use crate::content::slug::slug;
use crate::content::{Details, Kind};
use jiff::Timestamp;
use std::cmp::Reverse;

/// Newest first, pinned pages before all others.
pub(super) fn newest(ids: &mut [PageId], pages: &[Page]) {
    ids.sort_by_key(|id| (Reverse(pages[*id as usize].source.meta.pin), *id));
}

/// The order of a section or kind: that of its kind when all pages are of one, else pinned
/// pages, then those with a weight, then the newest.
pub(super) fn section(ids: &mut [PageId], pages: &[Page], config: &Config, now: Timestamp) {
    let mut kinds = ids.iter().map(|id| pages[*id as usize].kind);
    let first = kinds.next();
    let one = first.filter(|first| kinds.all(|kind| kind == *first));
    match one {
        Some(Kind::Company) => ids.sort_by_cached_key(|id| {
            let page = &pages[*id as usize];
            (pinned_and_weighted(page), by_sound(page), *id)
        }),
        Some(Kind::Event) => ids.sort_by_cached_key(|id| {
            let page = &pages[*id as usize];
            (pinned_and_weighted(page), by_time(page, config, now), *id)
        }),
        _ => ids.sort_by_cached_key(|id| (pinned_and_weighted(&pages[*id as usize]), *id)),
    }
}

fn pinned_and_weighted(page: &Page) -> (Reverse<i64>, i64) {
    let meta = &page.source.meta;
    (Reverse(meta.pin), meta.weight.unwrap_or(i64::MAX))
}

/// The name as it sounds: Han characters in pinyin order, other scripts by their letters.
fn by_sound(page: &Page) -> String {
    slug(&page.source.title, SlugStyle::Pinyin)
}

/// Events to come, the soonest first; then those that are over, the latest first.
fn by_time(page: &Page, config: &Config, now: Timestamp) -> (bool, i64) {
    let start = match &page.source.details {
        Details::Event(event) => event.start.as_ref().map(|start| start.value.at.as_second()),
        _ => None,
    };
    if past_event(&page.source, &config.timezone, now) {
        (true, start.map_or(i64::MAX, i64::wrapping_neg))
    } else {
        (false, start.unwrap_or(i64::MAX))
    }
}
