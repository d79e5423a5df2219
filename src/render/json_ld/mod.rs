//! Structured data (schema.org) for the head of a page: takes a page, a list or the home page
//! of the resolved site, gives a `<script type="application/ld+json">` element and, where a
//! property is missing that search engines require, diagnostics instead of half a markup: the
//! page is then a `WebPage`.
//!
//! | kind | type |
//! |---|---|
//! | article, digest | `BlogPosting` |
//! | policy | `Article` |
//! | company | `Organization` |
//! | job | `JobPosting` while it is open |
//! | event | `Event` |
//! | page, any text without a date, a closed job | `WebPage` |

mod event;
mod job;
mod node;
mod organization;
mod text;

use super::address::absolute;
use super::context::{HereKind, part_url, shown, titles};
use super::theme::Theme;
use super::{origin, sanitise};
use crate::content::date::Moment;
use crate::content::{Details, Kind};
use crate::diag::{Code, Diagnostic, Place};
use crate::site::{LanguageId, List, ListOf, Page, PageId, Site};
use jiff::tz::TimeZone;
use node::{Json, Node};
use std::sync::Arc;

/// The way from the home page to here: title and path of each step, both ends included.
pub(crate) type Trail<'a> = &'a [(String, String)];

/// Most pages of a list that are told.
const LONGEST_LIST: usize = 100;

/// Structured data of an output, and what it lacks.
pub(crate) fn of(
    site: &Site,
    theme: &Theme,
    kind: &HereKind<'_>,
    trail: Trail<'_>,
) -> (String, Vec<Diagnostic>) {
    let markup = match *kind {
        HereKind::Page(id) => return page(site, id, trail),
        HereKind::List(of, 1) if of.of == ListOf::Home => home(site, of.language),
        HereKind::List(of, part) => {
            let title = titles::list(site, theme, of);
            // A long part is told apart by its beginning.
            let shown = shown(of, part);
            let shown = &shown[..shown.len().min(LONGEST_LIST)];
            let url = part_url(of, part);
            list(site, of, &title, &url, shown, trail)
        }
        HereKind::Taxonomy(_) => script(breadcrumbs(site, trail).as_slice()),
        HereKind::Join(language) => join(site, theme, language, trail),
        HereKind::NotFound | HereKind::Redirect(_) | HereKind::Door(..) => String::new(),
    };
    (markup, Vec::new())
}

/// Structured data of a page.
fn page(site: &Site, id: PageId, trail: Trail<'_>) -> (String, Vec<Diagnostic>) {
    let page = &site.pages[id as usize];
    let mut missing = Vec::new();
    let node = match &page.source.details {
        Details::Company(company) => Some(organization::node(site, page, company)),
        // An expired job may not be offered to search engines.
        Details::Job(job) if !page.expired => job::node(site, page, job, &mut missing),
        Details::Event(event) => event::node(site, page, event, &mut missing),
        _ => None,
    };
    // What cannot be marked up as what it is, is still a page.
    let node = node.unwrap_or_else(|| text::node(site, page));
    let diagnostics = missing
        .into_iter()
        .map(|missing| missing.diagnostic(&page.source.file.file, page.kind))
        .collect();
    (with_breadcrumbs(node, site, trail), diagnostics)
}

/// Structured data of a home page.
fn home(site: &Site, language: LanguageId) -> String {
    let config = &*site.config;
    let tag = &config.languages[usize::from(language)];
    let mut node = Node::new("WebSite");
    node.set("name", config.title.get(&tag.tag));
    node.set("url", absolute(config, &origin::home(config, tag)));
    node.text("description", config.description.get(&tag.tag));
    node.set("inLanguage", &tag.tag);
    publisher(&mut node, site, language);
    node.maybe("image", origin::site_image(config));
    script(&[node.finish()])
}

/// Structured data of a join page that the site does not write itself.
fn join(site: &Site, theme: &Theme, language: usize, trail: Trail<'_>) -> String {
    let config = &*site.config;
    let mut node = Node::new("WebPage");
    node.text("name", titles::join(theme, language));
    if let Some((_, url)) = trail.last() {
        node.set("url", absolute(config, url));
    }
    node.set("inLanguage", &config.languages[language].tag);
    with_breadcrumbs(node.finish(), site, trail)
}

/// Structured data of a list: its title, its path and the pages that it shows.
fn list(
    site: &Site,
    list: &List,
    title: &str,
    url: &str,
    pages: &[PageId],
    trail: Trail<'_>,
) -> String {
    let config = &*site.config;
    let mut node = Node::new("CollectionPage");
    node.text("name", title);
    node.set("url", absolute(config, url));
    node.set(
        "inLanguage",
        &config.languages[usize::from(list.language)].tag,
    );
    if !pages.is_empty() {
        let pages = pages.iter().filter_map(|id| site.pages.get(*id as usize));
        let pages = pages.zip(1_u32..);
        node.object("mainEntity", "ItemList", |all| {
            all.objects(
                "itemListElement",
                "ListItem",
                pages,
                |item, (page, position)| {
                    item.set("position", position);
                    item.set("url", absolute(config, &page.url));
                    item.set("name", sanitise::line(&page.source.title));
                },
            );
        });
    }
    with_breadcrumbs(node.finish(), site, trail)
}

/// A property that a type needs and a page lacks.
struct Missing {
    /// The type, such as `JobPosting`.
    of: &'static str,
    /// What is missing, in the words of front matter.
    what: &'static str,
    hint: &'static str,
}

impl Missing {
    fn diagnostic(self, file: &Arc<str>, kind: Kind) -> Diagnostic {
        Diagnostic::new(
            Code::StructuredData,
            format!(
                "{} without {}, which search engines require for `{}`",
                match kind {
                    Kind::Event => "an event",
                    _ => "a job",
                },
                self.what,
                self.of
            ),
        )
        .at(Place::file(Arc::clone(file)))
        .hint(self.hint)
    }
}

/// The last second of a day that was given without a time, or the moment as it was given.
fn last_second(moment: Moment, zone: &TimeZone) -> String {
    if moment.has_time {
        return moment.rfc3339();
    }
    let end = moment.end(zone);
    let at = end
        .checked_sub(jiff::SignedDuration::from_secs(1))
        .unwrap_or(end);
    let last = Moment {
        at,
        offset: zone.to_offset(at),
        has_time: true,
    };
    last.rfc3339()
}

/// The site as an organization.
fn organization(site: &Site, language: LanguageId) -> Json {
    let mut node = Node::new("Organization");
    own(&mut node, site, language);
    node.finish()
}

/// Adds the site as the one who publishes.
fn publisher(node: &mut Node, site: &Site, language: LanguageId) {
    node.object("publisher", "Organization", |publisher| {
        own(publisher, site, language);
    });
}

/// What is told of the site as an organization.
fn own(node: &mut Node, site: &Site, language: LanguageId) {
    let config = &*site.config;
    let language = &config.languages[usize::from(language)];
    node.set("name", config.title.get(&language.tag));
    node.set(
        "url",
        absolute(config, &origin::home(config, &config.languages[0])),
    );
    node.maybe("logo", origin::site_image(config));
}

/// The page's cover, else the site's picture.
fn image(site: &Site, page: &Page) -> Option<String> {
    page.cover
        .as_ref()
        .map(|cover| absolute(&site.config, &cover.url))
        .or_else(|| origin::site_image(&site.config))
}

fn breadcrumbs(site: &Site, trail: Trail<'_>) -> Option<Json> {
    // One step leads nowhere.
    if trail.len() < 2 {
        return None;
    }
    let mut node = Node::new("BreadcrumbList");
    let steps = trail.iter().zip(1_u32..);
    node.objects(
        "itemListElement",
        "ListItem",
        steps,
        |item, ((title, url), position)| {
            item.set("position", position);
            item.set("name", sanitise::line(title));
            item.set("item", absolute(&site.config, url));
        },
    );
    Some(node.finish())
}

/// An object of which only the name is known.
fn named(kind: &str, name: &str) -> Json {
    let mut node = Node::new(kind);
    node.set("name", sanitise::line(name));
    node.finish()
}

fn with_breadcrumbs(node: Json, site: &Site, trail: Trail<'_>) -> String {
    let mut nodes = vec![node];
    nodes.extend(breadcrumbs(site, trail));
    script(&nodes)
}

/// The script element.
fn script(nodes: &[Json]) -> String {
    if nodes.is_empty() {
        return String::new();
    }
    let document = Json::document("https://schema.org", nodes);
    format!(
        "<script type=\"application/ld+json\">{}</script>",
        document.as_str()
    )
}

#[cfg(test)]
mod tests;
