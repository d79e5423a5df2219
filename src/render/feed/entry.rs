//! One page as a feed entry: takes the page, gives what all formats say about it.

use super::bodies::Bodies;
use super::facts;
use super::moments::Stamp;
use crate::render::{address, key, sanitise, summary};
use crate::site::{ListOf, Page, PageId, Site};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Arc;

/// An entry.
pub(crate) struct Entry<'a> {
    /// Whole URL; also the id.
    pub(crate) url: String,
    pub(crate) title: Cow<'a, str>,
    pub(crate) published: Option<Stamp>,
    pub(crate) updated: Stamp,
    pub(crate) summary: Cow<'a, str>,
    /// HTML; none where feeds carry summaries only.
    pub(crate) content: Option<Arc<str>>,
    pub(crate) authors: Vec<&'a str>,
    pub(crate) categories: Vec<&'a str>,
    pub(crate) image: Option<String>,
}

impl Entry<'_> {
    /// Everything but the content, for the feed's digest.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        let published = self.published.map(Stamp::rfc3339).unwrap_or_default();
        let image = self.image.as_deref().unwrap_or_default();
        let updated = self.updated.rfc3339();
        let parts = [
            &*self.url,
            &self.title,
            &published,
            &updated,
            &self.summary,
            image,
        ];
        let lists = [&self.authors, &self.categories];
        for part in parts
            .into_iter()
            .chain(lists.into_iter().flatten().copied())
        {
            key::text(bytes, part.as_bytes());
        }
    }
}

/// Makes an entry without its content. `updated` was made distinct within the feed.
pub(crate) fn entry<'a>(site: &'a Site, id: PageId, updated: Stamp) -> Entry<'a> {
    let config = &*site.config;
    let page = &site.pages[id as usize];
    let url = address::absolute(config, &page.url);
    let summary = summary::of(page);
    Entry {
        title: sanitise::line(&page.source.title),
        published: page.date.filter(|date| date.at <= site.now).map(Stamp::of),
        updated,
        content: None,
        summary,
        authors: page
            .source
            .meta
            .authors
            .iter()
            .map(String::as_str)
            .collect(),
        categories: categories(site, page),
        image: page
            .cover
            .as_ref()
            .map(|cover| address::absolute(config, &cover.url)),
        url,
    }
}

/// Adds the content, where feeds carry it.
pub(crate) fn fill(site: &Site, id: PageId, entry: &mut Entry<'_>, bodies: &Bodies<'_>) {
    let Some(body) = bodies.take(id, &entry.url) else {
        return;
    };
    let page = &site.pages[id as usize];
    let (before, after) = (facts(site, page), collected(site, page));
    let html = match before.is_empty() && after.is_empty() {
        true => body,
        false => format!("{before}{body}{after}").into(),
    };
    // An empty element says less than none, and validators dislike it.
    entry.content = Some(match html.trim().is_empty() {
        true => format!("<p>{}</p>", sanitise::escape(&entry.summary)).into(),
        false => html,
    });
}

/// What stands around the body.
pub(crate) fn around(site: &Site, id: PageId) -> String {
    let page = &site.pages[id as usize];
    format!("{}{}", facts(site, page), collected(site, page))
}

/// The facts of its kind, which the page's template shows, would be missing in a reader.
fn facts(site: &Site, page: &Page) -> String {
    let facts = facts::facts(site, page);
    if facts.is_empty() {
        return String::new();
    }
    let line = sanitise::escape(&sanitise::line(&facts.join(" · ")));
    format!("<p>{line}</p>\n")
}

/// So would the pages of a digest.
fn collected(site: &Site, page: &Page) -> String {
    if page.collected.is_empty() {
        return String::new();
    }
    let mut html = "\n<ul>\n".to_owned();
    for other in page
        .collected
        .iter()
        .filter_map(|id| site.pages.get(*id as usize))
    {
        let _ = writeln!(
            html,
            "<li><a href=\"{}\">{}</a> {}</li>",
            sanitise::escape(&address::absolute(&site.config, &other.url)),
            sanitise::escape(&sanitise::line(&other.source.title)),
            sanitise::escape(&summary::of(other)),
        );
    }
    html.push_str("</ul>");
    html
}

/// Names of the page's terms, each once: a name may stand in several taxonomies.
fn categories<'a>(site: &'a Site, page: &Page) -> Vec<&'a str> {
    let mut seen: HashSet<&str> = HashSet::new();
    page.terms
        .iter()
        .flat_map(|(_, terms)| terms)
        .filter_map(|term| match &site.lists.get(*term as usize)?.of {
            ListOf::Term { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .filter(|name| seen.insert(name))
        .collect()
}
