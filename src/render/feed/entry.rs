//! One page as a feed entry: takes the page, gives what all formats say about it.

use super::bodies::Bodies;
use super::facts;
use super::moments::Stamp;
use crate::render::{address, sanitise, summary};
use crate::site::{ListOf, Page, PageId, Site};
use std::collections::HashSet;
use std::fmt::Write;

/// An entry.
pub(crate) struct Entry<'a> {
    /// Whole URL; also the id.
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) published: Option<Stamp>,
    pub(crate) updated: Stamp,
    pub(crate) summary: String,
    /// HTML; none where feeds carry summaries only.
    pub(crate) content: Option<String>,
    pub(crate) authors: Vec<&'a str>,
    pub(crate) categories: Vec<&'a str>,
    pub(crate) image: Option<String>,
}

/// Makes an entry. `updated` was made distinct within the feed.
pub(crate) fn entry<'a>(
    site: &'a Site,
    id: PageId,
    updated: Stamp,
    bodies: &Bodies<'_>,
) -> Entry<'a> {
    let config = &*site.config;
    let page = &site.pages[id as usize];
    let url = address::absolute(config, &page.url);
    let summary = summary::of(page);
    let content = bodies.take(id, &url).map(|body| content(site, page, &body));
    Entry {
        title: sanitise::line(&page.source.title),
        published: page.date.filter(|date| date.at <= site.now).map(Stamp::of),
        updated,
        // An empty element says less than none, and validators dislike it.
        content: content.map(|html| {
            if html.trim().is_empty() {
                format!("<p>{}</p>", sanitise::escape(&summary))
            } else {
                html
            }
        }),
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

/// What the page's template shows around the body (the facts of its kind, the pages of a
/// digest) would be missing in a reader, so it is put there.
fn content(site: &Site, page: &Page, body: &str) -> String {
    let mut html = String::new();
    let facts = facts::facts(site, page);
    if !facts.is_empty() {
        html.push_str("<p>");
        html.push_str(&sanitise::escape(&sanitise::line(&facts.join(" · "))));
        html.push_str("</p>\n");
    }
    html.push_str(body);
    if !page.collected.is_empty() {
        html.push_str("\n<ul>\n");
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
    }
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
