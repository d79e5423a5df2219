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
use serde_json::{Map, Value, json};
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
        HereKind::Taxonomy(_) => script(breadcrumbs(site, trail).into_iter().collect()),
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
    let nodes = [node].into_iter().chain(breadcrumbs(site, trail)).collect();
    let diagnostics = missing
        .into_iter()
        .map(|missing| missing.diagnostic(&page.source.file.file, page.kind))
        .collect();
    (script(nodes), diagnostics)
}

/// Structured data of a home page.
fn home(site: &Site, language: LanguageId) -> String {
    let config = &*site.config;
    let tag = &config.languages[usize::from(language)];
    let mut node = Node::new("WebSite");
    node.set("name", json!(config.title.get(&tag.tag)));
    node.set("url", json!(absolute(config, &origin::home(config, tag))));
    node.text("description", config.description.get(&tag.tag));
    node.set("inLanguage", json!(tag.tag));
    node.set("publisher", publisher(site, language));
    node.maybe("image", origin::site_image(config).map(Value::from));
    script(vec![node.finish()])
}

/// Structured data of a join page that the site does not write itself.
fn join(site: &Site, theme: &Theme, language: usize, trail: Trail<'_>) -> String {
    let config = &*site.config;
    let mut node = Node::new("WebPage");
    node.text("name", titles::join(theme, language));
    if let Some((_, url)) = trail.last() {
        node.set("url", json!(absolute(config, url)));
    }
    node.set("inLanguage", json!(config.languages[language].tag));
    script(
        [node.finish()]
            .into_iter()
            .chain(breadcrumbs(site, trail))
            .collect(),
    )
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
    node.set("url", json!(absolute(config, url)));
    node.set(
        "inLanguage",
        json!(config.languages[usize::from(list.language)].tag),
    );
    let items: Vec<Value> = pages
        .iter()
        .filter_map(|id| site.pages.get(*id as usize))
        .zip(1..)
        .map(|(page, position): (&Page, u32)| {
            json!({
                "@type": "ListItem",
                "position": position,
                "url": absolute(config, &page.url),
                "name": sanitise::line(&page.source.title),
            })
        })
        .collect();
    if !items.is_empty() {
        node.set(
            "mainEntity",
            json!({ "@type": "ItemList", "itemListElement": items }),
        );
    }
    let nodes = [node.finish()]
        .into_iter()
        .chain(breadcrumbs(site, trail))
        .collect();
    script(nodes)
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

/// An object under construction.
struct Node(Map<String, Value>);

impl Node {
    fn new(name: &str) -> Self {
        let mut map = Map::new();
        map.insert("@type".to_owned(), json!(name));
        Self(map)
    }

    fn set(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    fn maybe(&mut self, key: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    /// A text on one line; an empty one is left out.
    fn text(&mut self, key: &str, text: &str) {
        let text = sanitise::line(text);
        if !text.is_empty() {
            self.set(key, json!(text));
        }
    }

    fn maybe_text(&mut self, key: &str, text: Option<&str>) {
        self.text(key, text.unwrap_or_default());
    }

    fn moment(&mut self, key: &str, moment: Option<Moment>) {
        if let Some(moment) = moment {
            self.set(key, json!(stamp(moment)));
        }
    }

    fn finish(self) -> Value {
        Value::Object(self.0)
    }
}

/// `2026-10-01T14:00:00+08:00`.
fn stamp(moment: Moment) -> String {
    moment
        .at
        .to_zoned(TimeZone::fixed(moment.offset))
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// The last second of a day that was given without a time, or the moment as it was given.
fn last_second(moment: Moment, zone: &TimeZone) -> String {
    if moment.has_time {
        return stamp(moment);
    }
    let end = moment.end(zone);
    let at = end
        .checked_sub(jiff::SignedDuration::from_secs(1))
        .unwrap_or(end);
    stamp(Moment {
        at,
        offset: zone.to_offset(at),
        has_time: true,
    })
}

/// The site as the one who publishes.
fn publisher(site: &Site, language: LanguageId) -> Value {
    let config = &*site.config;
    let language = &config.languages[usize::from(language)];
    let mut node = Node::new("Organization");
    node.set("name", json!(config.title.get(&language.tag)));
    node.set(
        "url",
        json!(absolute(
            config,
            &origin::home(config, &config.languages[0])
        )),
    );
    node.maybe("logo", origin::site_image(config).map(Value::from));
    node.finish()
}

/// The page's cover, else the site's picture.
fn image(site: &Site, page: &Page) -> Option<Value> {
    page.cover
        .as_ref()
        .map(|cover| absolute(&site.config, &cover.url))
        .or_else(|| origin::site_image(&site.config))
        .map(Value::from)
}

fn breadcrumbs(site: &Site, trail: Trail<'_>) -> Option<Value> {
    // One step leads nowhere.
    if trail.len() < 2 {
        return None;
    }
    let items: Vec<Value> = trail
        .iter()
        .zip(1..)
        .map(|((title, url), position): (_, u32)| {
            json!({
                "@type": "ListItem",
                "position": position,
                "name": sanitise::line(title),
                "item": absolute(&site.config, url),
            })
        })
        .collect();
    Some(json!({ "@type": "BreadcrumbList", "itemListElement": items }))
}

/// The script element. `<`, `>` and `&` are written as escapes, so that no text can end it.
fn script(nodes: Vec<Value>) -> String {
    if nodes.is_empty() {
        return String::new();
    }
    let mut document = Map::new();
    document.insert("@context".to_owned(), json!("https://schema.org"));
    match <[Value; 1]>::try_from(nodes) {
        Ok([Value::Object(node)]) => document.extend(node),
        Ok([node]) => {
            document.insert("@graph".to_owned(), json!([node]));
        }
        Err(nodes) => {
            document.insert("@graph".to_owned(), Value::Array(nodes));
        }
    }
    let json = Value::Object(document).to_string();
    let mut script = String::with_capacity(json.len() + 64);
    script.push_str("<script type=\"application/ld+json\">");
    for character in json.chars() {
        match character {
            '<' => script.push_str("\\u003c"),
            '>' => script.push_str("\\u003e"),
            '&' => script.push_str("\\u0026"),
            '\u{2028}' => script.push_str("\\u2028"),
            '\u{2029}' => script.push_str("\\u2029"),
            _ => script.push(character),
        }
    }
    script.push_str("</script>");
    script
}

#[cfg(test)]
mod tests;
