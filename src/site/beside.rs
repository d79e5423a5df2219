//! Files that stand beside pages and lists: takes pages and lists, says which of calendars and
//! data files the site has. The one place that decides it, so that such a file is written,
//! linked, found by links and told of in collisions alike.

use super::{LanguageId, List, ListOf, Page};
use crate::content::{Details, Kind};

/// The one kind of a list's pages: the list's own kind, else that of all its pages.
pub fn list_kind(pages: &[Page], list: &List) -> Option<Kind> {
    match &list.of {
        ListOf::Kind(kind) => return Some(*kind),
        ListOf::Section(_) => {}
        ListOf::Home | ListOf::Term { .. } | ListOf::Author(_) | ListOf::Archive => return None,
    }
    let mut kinds = members(pages, list).map(|page| page.kind);
    match kinds.next() {
        Some(first) => kinds.all(|kind| kind == first).then_some(first),
        // An empty section still has the template of its name.
        None => list
            .folder
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .and_then(Kind::from_word),
    }
}

/// The kinds of a list's pages, in the order of [`Kind::ALL`].
pub fn list_kinds(pages: &[Page], list: &List) -> Vec<Kind> {
    let mut found = [false; Kind::ALL.len()];
    for page in members(pages, list) {
        found[page.kind as usize] = true;
    }
    let kinds = Kind::ALL.into_iter();
    kinds.filter(|kind| found[*kind as usize]).collect()
}

/// Whether a page has a calendar file of its own: an event with a beginning.
pub fn has_event_file(page: &Page) -> bool {
    page.kind == Kind::Event
        && matches!(&page.source.details, Details::Event(event) if event.start.is_some())
}

/// Whether a list has a calendar beside it: lists of events and of policies, and the home page
/// of a language, as long as there is a day to put into it.
pub fn has_calendar(pages: &[Page], list: &List) -> bool {
    match list.of {
        ListOf::Home => pages
            .iter()
            .any(|page| has_day(page) && is_in_calendar(page, list.language)),
        _ => {
            matches!(list_kind(pages, list), Some(Kind::Event | Kind::Policy))
                && members(pages, list).any(has_day)
        }
    }
}

/// Whether the calendar of a language's home page may have a page.
pub fn is_in_calendar(page: &Page, language: LanguageId) -> bool {
    page.language == language && !page.expired && !page.source.meta.hidden
}

/// Whether a language has a data file of a kind. It stays, with nothing in it, when the last
/// job is closed: whoever reads it must not take an empty list for a fault.
pub fn has_data(pages: &[Page], language: LanguageId, kind: Kind) -> bool {
    matches!(kind, Kind::Job | Kind::Company)
        && pages
            .iter()
            .any(|page| page.language == language && page.kind == kind && !page.source.meta.hidden)
}

/// A day that a calendar shows: the beginning of an event, the deadline of a policy.
fn has_day(page: &Page) -> bool {
    match page.kind {
        Kind::Policy => {
            matches!(&page.source.details, Details::Policy(policy) if policy.deadline.is_some())
        }
        _ => has_event_file(page),
    }
}

fn members<'a>(pages: &'a [Page], list: &'a List) -> impl Iterator<Item = &'a Page> {
    list.pages.iter().filter_map(|id| pages.get(*id as usize))
}
