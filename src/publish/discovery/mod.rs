//! Discovery: who is told that pages are new, changed or gone, so that readers and engines come
//! without waiting. Pure: takes what the site has and what was told before, gives notices.
//!
//! Recovery class B for every way: a notice that is repeated does no harm, so one that a crash
//! cut short is simply sent again. Knows no connections; `publishing` sends.

mod told;

pub use told::{Digests, Event, Told};

use crate::platform::digest;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use told::GONE;

/// Most addresses of one notice to IndexNow.
const INDEXNOW_MOST: usize = 10_000;
/// Most addresses of one notice to Baidu.
const BAIDU_MOST: usize = 2_000;

/// How somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// A hub is told that a feed changed.
    WebSub,
    /// Engines are told of addresses.
    IndexNow,
    /// Baidu is told of addresses.
    Baidu,
    /// A page is told that one of ours links to it.
    Webmention,
}

impl Way {
    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::WebSub => "WebSub",
            Self::IndexNow => "IndexNow",
            Self::Baidu => "Baidu",
            Self::Webmention => "Webmention",
        }
    }

    /// The word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::WebSub => "websub",
            Self::IndexNow => "indexnow",
            Self::Baidu => "baidu",
            Self::Webmention => "webmention",
        }
    }
}

/// Why somebody is told of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum News {
    /// It is new.
    New,
    /// What stands there changed.
    Changed,
    /// Nothing stands there any more.
    Gone,
}

impl News {
    /// The word in a plan.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
        }
    }
}

/// One request to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How.
    pub way: Way,
    /// Whom: a hub, an engine's host, the site as Baidu knows it, a linked page.
    pub to: String,
    /// Of what, most important first.
    pub items: Vec<Item>,
}

/// An address in a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The address.
    pub url: String,
    /// Digest of what stands there.
    pub digest: String,
    /// Why it is told.
    pub news: News,
}

/// A page or feed of the site.
#[derive(Debug, Clone, Default)]
pub struct Address {
    /// Whole address.
    pub url: String,
    /// Digest of what stands there.
    pub digest: String,
    /// Its date; of a feed, that of its newest page.
    pub date: Option<jiff::Timestamp>,
    /// Whether others should know of it: it is neither hidden nor expired.
    pub shown: bool,
    /// Pages of other sites that it links to.
    pub links: Vec<String>,
}

/// What the site has.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// Pages, newest first.
    pub pages: Vec<Address>,
    /// Feeds.
    pub feeds: Vec<Address>,
}

/// What planning needs besides.
pub struct Input<'a> {
    /// The ways that are on, with whom they tell; nobody in particular for Webmention.
    pub ways: &'a [(Way, String)],
    /// What the site has.
    pub addresses: &'a Addresses,
    /// What was told before.
    pub told: &'a Told,
    /// For each way the moment before which a page that was never told is old.
    pub since: &'a dyn Fn(Way) -> jiff::Timestamp,
    /// Old pages too.
    pub backfill: bool,
}

impl Notice {
    /// The notice's key in the ledger.
    pub fn attempt(&self) -> String {
        let items = self.items.iter();
        let parts = items.flat_map(|item| [item.url.as_str(), item.digest.as_str()]);
        digest([self.way.word(), self.to.as_str()].into_iter().chain(parts))
    }

    /// The addresses as the ledger holds them.
    pub fn digests(&self) -> Digests {
        let items = self.items.iter();
        items
            .map(|item| (item.url.clone(), item.digest.clone()))
            .collect()
    }
}

/// Who is told of what.
pub fn plan(input: &Input<'_>) -> Vec<Notice> {
    let mut notices = Vec::new();
    for (way, to) in input.ways {
        match way {
            Way::WebSub => notices.extend(
                input
                    .addresses
                    .feeds
                    .iter()
                    .filter_map(|feed| item(input, *way, to, feed))
                    .map(|item| Notice {
                        way: *way,
                        to: to.clone(),
                        items: vec![item],
                    }),
            ),
            Way::IndexNow => {
                let mut items = pages(input, *way, to);
                items.extend(gone(input, *way, to));
                notices.extend(parts(*way, to, items, INDEXNOW_MOST));
            }
            Way::Baidu => notices.extend(parts(*way, to, pages(input, *way, to), BAIDU_MOST)),
            Way::Webmention => notices.extend(mentions(input)),
        }
    }
    notices
}

/// What is old when a way is used for the first time: all that the plan does not tell.
pub fn before(way: Way, addresses: &Addresses, notices: &[Notice]) -> Digests {
    let told: BTreeSet<&str> = notices
        .iter()
        .filter(|notice| notice.way == way)
        .flat_map(|notice| &notice.items)
        .map(|item| item.url.as_str())
        .collect();
    let all = match way {
        Way::WebSub => &addresses.feeds,
        _ => &addresses.pages,
    };
    all.iter()
        .filter(|address| address.shown && !told.contains(address.url.as_str()))
        .map(|address| (address.url.clone(), address.digest.clone()))
        .collect()
}

/// The address, when there is news of it for this listener.
fn item(input: &Input<'_>, way: Way, to: &str, address: &Address) -> Option<Item> {
    if !address.shown {
        return None;
    }
    let told = input.told;
    let same = |known: &str| known == address.digest;
    let news = match told.heard(way, to, &address.url) {
        Some(known) if same(known) => return None,
        Some(GONE) => News::New,
        Some(_) => News::Changed,
        None => match (told.begun(way), told.before(way, &address.url)) {
            (_, Some(known)) if !same(known) => News::Changed,
            (Some(_), None) => News::New,
            (_, Some(_)) if input.backfill => News::New,
            (_, Some(_)) => return None,
            (None, None) => {
                let is_new = address.date.is_some_and(|date| date >= (input.since)(way));
                if !is_new && !input.backfill {
                    return None;
                }
                News::New
            }
        },
    };
    Some(Item {
        url: address.url.clone(),
        digest: address.digest.clone(),
        news,
    })
}

fn pages(input: &Input<'_>, way: Way, to: &str) -> Vec<Item> {
    let pages = input.addresses.pages.iter();
    pages
        .filter_map(|page| item(input, way, to, page))
        .collect()
}

/// Addresses that the listener knows of and that are no longer on the site.
fn gone(input: &Input<'_>, way: Way, to: &str) -> Vec<Item> {
    let here: BTreeSet<&str> = input
        .addresses
        .pages
        .iter()
        .map(|page| page.url.as_str())
        .collect();
    input
        .told
        .known(way, to)
        .into_iter()
        .filter(|(url, digest)| digest != GONE && !here.contains(url.as_str()))
        .map(|(url, _)| Item {
            url,
            digest: GONE.to_owned(),
            news: News::Gone,
        })
        .collect()
}

fn parts(way: Way, to: &str, items: Vec<Item>, most: usize) -> Vec<Notice> {
    items
        .chunks(most)
        .map(|items| Notice {
            way,
            to: to.to_owned(),
            items: items.to_vec(),
        })
        .collect()
}

/// One notice for each link: of new and changed pages, and to those that were told of a link
/// which is gone.
fn mentions(input: &Input<'_>) -> Vec<Notice> {
    let way = Way::Webmention;
    let notice = |to: &str, item: Item| Notice {
        way,
        to: to.to_owned(),
        items: vec![item],
    };
    let mut notices = Vec::new();
    for page in &input.addresses.pages {
        let links = page.links.iter();
        notices.extend(links.filter_map(|to| Some(notice(to, item(input, way, to, page)?))));
    }
    let pages: BTreeMap<&str, &Address> = input
        .addresses
        .pages
        .iter()
        .map(|page| (page.url.as_str(), page))
        .collect();
    for (to, heard) in input.told.listeners(way) {
        for (url, known) in heard {
            let now = match pages.get(url.as_str()) {
                Some(page) if page.links.iter().any(|link| link == to) => continue,
                Some(page) => (page.digest.as_str(), News::Changed),
                None => (GONE, News::Gone),
            };
            if now.0 != known {
                let item = Item {
                    url: url.clone(),
                    digest: now.0.to_owned(),
                    news: now.1,
                };
                notices.push(notice(to, item));
            }
        }
    }
    notices
}

#[cfg(test)]
mod tests;
