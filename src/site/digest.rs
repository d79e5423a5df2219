//! What a new digest would carry: takes a resolved site, a language and a period, gives the
//! pages of the period; and when the last digest ended.

use super::select::is_collectable;
use super::{LanguageId, Page, PageId, Site};
use crate::content::Details;
use jiff::Timestamp;

/// The digest that reaches furthest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDigest {
    /// Its period as written.
    pub label: String,
    /// The first moment after its period.
    pub until: Timestamp,
}

/// The digest of a language that reaches furthest, drafts and future ones among them.
pub fn last_digest(site: &Site, language: LanguageId) -> Option<LastDigest> {
    let published = site
        .pages
        .iter()
        .map(|page| (page.language, &page.source))
        .chain(
            site.waiting
                .iter()
                .map(|page| (page.language, &page.source)),
        );
    published
        .filter(|(own, _)| *own == language)
        .filter_map(|(_, source)| match &source.details {
            Details::Digest(digest) => Some(LastDigest {
                label: digest.label.clone()?,
                until: digest.period?.1,
            }),
            _ => None,
        })
        .max_by_key(|digest| digest.until)
}

/// The published pages of a language that a digest of the period carries, newest first.
pub fn collect(
    site: &Site,
    language: LanguageId,
    from: Timestamp,
    until: Timestamp,
) -> Vec<PageId> {
    let wanted = |page: &Page| {
        page.language == language
            && is_collectable(&page.source)
            && page
                .date
                .is_some_and(|date| (from..until).contains(&date.at))
    };
    (0..)
        .zip(&site.pages)
        .filter(|(_, page)| wanted(page))
        .map(|(id, _)| id)
        .collect()
}
