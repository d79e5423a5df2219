//! The records `list` and `term`: takes a list and the number of a part, gives what its
//! template sees.

use super::value::{count, link, maybe, record, texts};
use super::{Contexts, card, details, part_url, parts, shown};
use crate::content::{Details, Kind};
use crate::render::{address, context::titles};
use crate::site::{List, ListOf, Page, PageId, Site};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use tera::Value;

/// Most pages of one kind that the home page is given.
const NEWEST: usize = 100;

/// The record for one part of a list.
pub(super) fn value(contexts: &Contexts<'_>, list: &List, part: usize, content: &str) -> Value {
    let site = contexts.site;
    let last = parts(list);
    let kind = contexts.kind_of(list);
    let kinds = contexts.kinds_of(list);
    // The first part of the home page shows what is due of every kind, however old its page.
    let home = list.of == ListOf::Home && part == 1;
    let (upcoming, past) = match kind {
        Some(Kind::Event) => events(contexts, list),
        _ if home => (events(contexts, list).0, Vec::new()),
        _ => (Vec::new(), Vec::new()),
    };
    let deadlines = match kind {
        Some(Kind::Policy) => deadlines(contexts, list),
        _ if home => deadlines(contexts, list),
        _ => Vec::new(),
    };
    let newest = |wanted: Kind| -> Vec<PageId> {
        if !home {
            return Vec::new();
        }
        newest_of(contexts.site, list, wanted)
    };
    let taxonomy = match &list.of {
        ListOf::Term { taxonomy, .. } => site
            .config
            .taxonomies
            .get(*taxonomy)
            .map(|taxonomy| taxonomy.name.as_str()),
        _ => None,
    };
    let (parent, children) = around(contexts, list);
    let neighbour = |part: usize| Value::from(part_url(list, part));
    record([
        ("of", Value::from(word(&list.of))),
        ("kind", maybe(kind.map(Kind::as_str))),
        ("kinds", texts(kinds.iter().map(|kind| kind.as_str()))),
        (
            "title",
            Value::from(titles::list(site, contexts.theme, list)),
        ),
        ("content", Value::safe_string(content)),
        (
            "pages",
            if list.of == ListOf::Archive {
                Value::from(Vec::<Value>::new())
            } else {
                contexts.cards_of(shown(list, part))
            },
        ),
        ("total", count(list.pages.len())),
        ("page", count(part)),
        ("last", count(last)),
        (
            "previous",
            if part > 1 {
                neighbour(part - 1)
            } else {
                Value::none()
            },
        ),
        (
            "next",
            if part < last {
                neighbour(part + 1)
            } else {
                Value::none()
            },
        ),
        ("parts", part_links(list, part)),
        ("parent", parent),
        ("children", children),
        (
            "years",
            if list.of == ListOf::Archive {
                years(contexts, shown(list, part))
            } else {
                Value::from(Vec::<Value>::new())
            },
        ),
        ("taxonomy", maybe(taxonomy)),
        ("upcoming", contexts.cards_of(&upcoming)),
        ("past", contexts.cards_of(&past)),
        ("deadlines", contexts.cards_of(&deadlines)),
        ("articles", contexts.cards_of(&newest(Kind::Article))),
        ("jobs", contexts.cards_of(&newest(Kind::Job))),
        ("companies", contexts.cards_of(&newest(Kind::Company))),
        ("policies", contexts.cards_of(&newest(Kind::Policy))),
        ("digests", contexts.cards_of(&newest(Kind::Digest))),
        (
            "ics",
            if contexts.has_calendar(list) {
                Value::from(address::beside(&list.url, address::CALENDAR))
            } else {
                Value::none()
            },
        ),
    ])
}

/// Links to the first part, to this one and two on either side, and to the last: a list of a
/// hundred thousand pages has five thousand parts, and each shows these.
fn part_links(list: &List, part: usize) -> Value {
    let last = parts(list);
    let around = part.saturating_sub(2)..=part + 2;
    let numbers = [1, last].into_iter().chain(around);
    let numbers: BTreeSet<usize> = numbers
        .filter(|number| (1..=last).contains(number))
        .collect();
    Value::from(
        numbers
            .into_iter()
            .map(|number| link(&number.to_string(), &part_url(list, number), number == part))
            .collect::<Vec<_>>(),
    )
}

fn word(of: &ListOf) -> &'static str {
    match of {
        ListOf::Home => "home",
        ListOf::Section(_) => "section",
        ListOf::Kind(_) => "kind",
        ListOf::Term { .. } => "term",
        ListOf::Author(_) => "author",
        ListOf::Archive => "archive",
    }
}

fn around(contexts: &Contexts<'_>, list: &List) -> (Value, Value) {
    let (parent, children): (Option<Value>, Vec<Value>) = match list.of {
        ListOf::Section(index) => {
            let section = contexts.site.sections.get(index as usize);
            (
                section
                    .and_then(|section| section.parent)
                    .and_then(|parent| contexts.section_link(parent)),
                section
                    .into_iter()
                    .flat_map(|section| &section.children)
                    .filter_map(|child| contexts.section_link(*child))
                    .collect(),
            )
        }
        _ => {
            let linked = |index: &u32| {
                let list = contexts.site.lists.get(*index as usize)?;
                let link = contexts.links.get(*index as usize)?;
                (!list.pages.is_empty()).then(|| link.clone())
            };
            (
                list.parent.as_ref().and_then(linked),
                list.children.iter().filter_map(linked).collect(),
            )
        }
    };
    (parent.unwrap_or_else(Value::none), Value::from(children))
}

fn pages<'b>(
    contexts: &'b Contexts<'_>,
    list: &'b List,
) -> impl Iterator<Item = (PageId, &'b Page)> {
    list.pages
        .iter()
        .filter_map(|id| Some((*id, contexts.site.pages.get(*id as usize)?)))
}

/// The newest pages of a kind on a list. The home page shows a few of each; a hundred are enough
/// for any theme, and ten thousand would make it as slow as an archive.
pub(crate) fn newest_of(site: &Site, list: &List, wanted: Kind) -> Vec<PageId> {
    let is_wanted = |id: &&PageId| {
        let page = site.pages.get(**id as usize);
        page.is_some_and(|page| page.kind == wanted)
    };
    let found = list.pages.iter().filter(is_wanted);
    found.take(NEWEST).copied().collect()
}

/// Events to come, soonest first, and those that are over, latest first.
fn events(contexts: &Contexts<'_>, list: &List) -> (Vec<PageId>, Vec<PageId>) {
    let mut upcoming = Vec::new();
    let mut past = Vec::new();
    for (id, page) in pages(contexts, list) {
        if page.kind == Kind::Event
            && let Details::Event(event) = &page.source.details
        {
            let start = event.start.as_ref().map(|start| start.value.at);
            if details::is_past(contexts.site, event) {
                past.push((start, id));
            } else {
                upcoming.push((start, id));
            }
        }
    }
    upcoming.sort();
    past.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let ids = |events: Vec<(_, PageId)>| events.into_iter().map(|(_, id)| id).collect();
    (ids(upcoming), ids(past))
}

/// Policies with a deadline to come, soonest first.
fn deadlines(contexts: &Contexts<'_>, list: &List) -> Vec<PageId> {
    let site = contexts.site;
    let mut deadlines: Vec<(jiff::Timestamp, PageId)> = pages(contexts, list)
        .filter(|(_, page)| page.kind == Kind::Policy)
        .filter_map(|(id, page)| match &page.source.details {
            Details::Policy(policy) => {
                let deadline = &policy.deadline.as_ref()?.value;
                let end = deadline.end(&site.config.timezone);
                (end > site.now).then_some((end, id))
            }
            _ => None,
        })
        .collect();
    deadlines.sort();
    deadlines.into_iter().map(|(_, id)| id).collect()
}

/// Dated pages by year in the site's time zone, newest first.
fn years(contexts: &Contexts<'_>, pages: &[PageId]) -> Value {
    let zone = &contexts.site.config.timezone;
    let mut dated: Vec<(i16, Reverse<jiff::Timestamp>, PageId)> = pages
        .iter()
        .filter_map(|id| {
            let at = contexts.site.pages.get(*id as usize)?.date?.at;
            let year = at.to_zoned(zone.clone()).year();
            Some((year, Reverse(at), *id))
        })
        .collect();
    dated.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let line =
        |(_, _, id): &(_, _, PageId)| card::line(contexts.site, &contexts.site.pages[*id as usize]);
    let years = dated
        .chunk_by(|a, b| a.0 == b.0)
        .map(|year| {
            record([
                ("year", Value::from(i64::from(year[0].0))),
                (
                    "pages",
                    Value::from(year.iter().map(line).collect::<Vec<_>>()),
                ),
            ])
        })
        .collect::<Vec<_>>();
    Value::from(years)
}

/// Terms of the top level with those below them.
pub(super) fn terms(contexts: &Contexts<'_>, taxonomy: usize) -> Value {
    let site = contexts.site;
    let Some(index) = site.taxonomies.get(taxonomy) else {
        return Value::from(Vec::<Value>::new());
    };
    let top = index.terms.iter().filter(|term| {
        site.lists
            .get(**term as usize)
            .is_some_and(|list| list.parent.is_none())
    });
    Value::from(
        top.filter_map(|id| term(contexts, *id, 0))
            .collect::<Vec<_>>(),
    )
}

/// Terms may be nested as deep as an author likes; a page shows so many levels.
const DEEPEST_TERM: usize = 16;

fn term(contexts: &Contexts<'_>, id: u32, depth: usize) -> Option<Value> {
    let list = contexts.site.lists.get(id as usize)?;
    if list.pages.is_empty() {
        return None;
    }
    let children: Vec<Value> = if depth >= DEEPEST_TERM {
        Vec::new()
    } else {
        list.children
            .iter()
            .filter_map(|child| term(contexts, *child, depth + 1))
            .collect()
    };
    Some(record([
        (
            "title",
            Value::from(titles::list(contexts.site, contexts.theme, list)),
        ),
        ("url", Value::from(list.url.as_str())),
        ("count", count(list.pages.len())),
        ("children", Value::from(children)),
    ]))
}
