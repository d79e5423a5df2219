//! Feeds of every list: Atom, RSS 2.0 and JSON Feed 1.1.
//!
//! Takes a resolved site and a function that gives a page's body with whole addresses; gives
//! one file after another to the sink. A list without pages has no feed. Refuses to know
//! templates; nothing in a feed depends on the moment of the build.

mod atom;
mod bodies;
mod entry;
pub(crate) mod facts;
mod json;
mod moments;
mod rss;

pub(crate) use bodies::BodyOf;

use super::address::{FeedForm, feed_forms};
use super::outputs::Known;
use super::{Sink, address, key, origin};
use crate::content::date::Moment;
use crate::site::{List, ListOf, PageId, Site};
use crate::store::{Digest, digest};
use bodies::Bodies;
use entry::Entry;
use moments::Stamp;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::cmp::Reverse;

/// Gives the digest of a page's body for feeds, without making it.
pub(crate) type BodyKeyOf<'a> = &'a (dyn Fn(PageId) -> Digest + Sync);

/// Gives the title of a list in the words of the theme.
pub(crate) type TitleOf<'a> = &'a (dyn Fn(&List) -> String + Sync);

/// Everything that the three formats say in their own words.
struct Feed<'a> {
    title: String,
    subtitle: &'a str,
    /// Whole URL of the list; also the feed's id.
    home: String,
    /// Newest entry.
    updated: Stamp,
    language: &'a str,
    /// Who stands behind the site.
    author: &'a str,
    icon: Option<String>,
    image: Option<String>,
    hub: Option<&'a str>,
    entries: Vec<Entry<'a>>,
}

impl Feed<'_> {
    fn file(&self, form: FeedForm) -> String {
        format!("{}{}", self.home, form.file())
    }

    /// Bytes that it is likely to have: escaped, bodies grow by about a tenth.
    fn room(&self) -> usize {
        let bodies = self
            .entries
            .iter()
            .filter_map(|entry| entry.content.as_deref());
        bodies.map(|body| body.len() / 8 * 9).sum::<usize>() + (self.entries.len() + 1) * 1024
    }
}

/// A list that has feeds, with the pages in them.
pub(crate) type Wanted<'a> = (&'a List, Vec<PageId>);

/// All lists that have feeds, as long as their pages are `of_interest`.
pub(crate) fn wanted<'a>(
    site: &'a Site,
    of_interest: impl Fn(&[PageId]) -> bool + Sync,
) -> Vec<Wanted<'a>> {
    site.lists
        .par_iter()
        .filter(|list| has_feed(site, list) && of_interest(&list.pages))
        .map(|list| (list, newest(site, list)))
        .filter(|(_, pages)| of_interest(pages))
        .collect()
}

/// Outputs of a list's feeds.
pub(crate) fn outputs(site: &Site, list: &List) -> Vec<(FeedForm, String)> {
    let forms = feed_forms(&site.config).into_iter();
    forms
        .map(|form| (form, format!("{}{}", list.folder, form.file())))
        .collect()
}

/// Writes the feeds of lists.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(
    site: &Site,
    wanted: &[Wanted<'_>],
    known: &Known<'_>,
    sink: &dyn Sink,
) -> anyhow::Result<()> {
    let icon = known.icon.map(|icon| origin::of_output(&site.config, icon));
    let Known {
        bodies,
        body_keys,
        titles,
        ..
    } = *known;
    let uses = if site.config.feeds.full { wanted } else { &[] };
    let bodies = Bodies::new(site, bodies, uses.iter().flat_map(|(_, pages)| pages));
    wanted.par_iter().try_for_each(|(list, pages)| {
        let mut feed = feed(site, list, pages, icon.as_deref(), titles);
        let key = key(site, &feed, pages, body_keys);
        let missing: Vec<(FeedForm, String)> = outputs(site, list)
            .into_iter()
            .filter(|(_, path)| !sink.has(path, key))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        for (entry, id) in feed.entries.iter_mut().zip(pages) {
            entry::fill(site, *id, entry, &bodies);
        }
        for (form, path) in missing {
            let bytes = match form {
                FeedForm::Atom => atom::document(&feed)?,
                FeedForm::Rss => rss::document(&feed)?,
                FeedForm::Json => json::document(&feed)?,
            };
            sink.write_made(&path, key, &bytes)?;
        }
        Ok(())
    })
}

/// Digest of everything that a feed says, in whatever form.
fn key(site: &Site, feed: &Feed<'_>, pages: &[PageId], body_keys: BodyKeyOf<'_>) -> Digest {
    let config = &site.config;
    let mut bytes = config.source.to_vec();
    for part in [&config.url, &feed.title, &feed.home] {
        key::text(&mut bytes, part.as_bytes());
    }
    for part in [&feed.icon, &feed.image] {
        key::text(&mut bytes, part.as_deref().unwrap_or_default().as_bytes());
    }
    for (entry, id) in feed.entries.iter().zip(pages) {
        entry.write(&mut bytes);
        if config.feeds.full {
            bytes.extend(body_keys(*id));
            key::text(&mut bytes, entry::around(site, *id).as_bytes());
        }
    }
    digest(&bytes)
}

/// Whole addresses of all feeds, each with the pages in it.
pub fn addresses(site: &Site) -> Vec<(String, Vec<PageId>)> {
    let mut feeds = Vec::new();
    for list in site.lists.iter().filter(|list| has_feed(site, list)) {
        let pages = newest(site, list);
        for form in feed_forms(&site.config) {
            let path = format!("{}{}", list.url, form.file());
            feeds.push((address::absolute(&site.config, &path), pages.clone()));
        }
    }
    feeds
}

/// Whether a list has feeds: it wants some, and it has something to say.
pub(crate) fn has_feed(site: &Site, list: &List) -> bool {
    list.feed && !list.pages.is_empty() && !feed_forms(&site.config).is_empty()
}

/// The list's newest pages by date; the order of the list (weights, pins) is for readers of
/// the site. Pages without a date come last.
fn newest(site: &Site, list: &List) -> Vec<PageId> {
    let mut pages = list.pages.clone();
    let age = |id: &PageId| {
        let page = &site.pages[*id as usize];
        (Reverse(page.date.map(|date| date.at)), &page.url)
    };
    let order = |a: &PageId, b: &PageId| age(a).cmp(&age(b));
    let limit = site.config.feeds.limit.max(1);
    if pages.len() > limit {
        // Of ten thousand pages twenty are wanted: those come to the front, and only they are
        // put in order.
        pages.select_nth_unstable_by(limit, order);
        pages.truncate(limit);
    }
    pages.sort_by(order);
    pages
}

fn title(site: &Site, list: &List, titles: TitleOf<'_>) -> String {
    let name = site
        .config
        .title
        .get(&site.config.languages[usize::from(list.language)].tag);
    if list.of == ListOf::Home {
        name.to_owned()
    } else {
        format!("{} · {name}", titles(list))
    }
}

fn feed<'a>(
    site: &'a Site,
    list: &'a List,
    pages: &[PageId],
    icon: Option<&str>,
    titles: TitleOf<'_>,
) -> Feed<'a> {
    let config = &*site.config;
    let language = config.languages[usize::from(list.language)].tag.as_str();
    let stamps = moments::distinct(
        pages.iter().map(|id| {
            let page = &site.pages[*id as usize];
            (page.url.as_str(), past(site, page))
        }),
        site.now,
    );
    let entries: Vec<Entry<'_>> = pages
        .iter()
        .zip(stamps)
        .map(|(id, updated)| entry::entry(site, *id, updated))
        .collect();
    Feed {
        title: title(site, list, titles),
        subtitle: config.description.get(language),
        home: address::absolute(config, &list.url),
        updated: entries
            .iter()
            .map(|entry| entry.updated)
            .max_by_key(|stamp| stamp.at)
            .unwrap_or(moments::UNDATED),
        language,
        author: config
            .author
            .as_deref()
            .unwrap_or_else(|| config.title.get(language)),
        icon: icon.map(|icon| address::absolute(config, icon)),
        image: origin::site_image(config),
        hub: config.feeds.hub.as_deref(),
        entries,
    }
}

/// When the page last changed: `updated`, `date`, or a date among its own fields; never one
/// to come.
fn past(site: &Site, page: &crate::site::Page) -> Option<Moment> {
    use crate::content::Details;
    let own = match &page.source.details {
        Details::Company(company) => company.verified_on,
        Details::Policy(policy) => policy.checked_on.or(policy.effective_from),
        _ => None,
    };
    [page.updated, page.date, own]
        .into_iter()
        .flatten()
        .find(|moment| moment.at <= site.now)
}

#[cfg(test)]
mod tests;
