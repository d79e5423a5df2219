//! The record `site`: takes the site and a language, gives what every page of that language
//! sees. Made once per language; only the menu changes from page to page.

use super::value::{count, link, maybe, of_fields, record};
use super::{language::language, titles};
use crate::config::{Config, MenuItem};
use crate::render::address;
use crate::render::theme::Theme;
use crate::site::{List, ListOf, Site};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use tera::{Map, Value};

/// What is the same on all pages of a language.
pub(super) struct LanguageSite {
    base: Vec<(&'static str, Value)>,
    home: String,
    menu: Vec<(String, String)>,
    sections: Vec<(String, String)>,
    taxonomies: Vec<(String, String)>,
    /// The record `language`.
    pub(super) language: Value,
    /// The feeds of the home page.
    pub(super) feeds: Vec<Value>,
    /// The record `site` by which links lead to where one is: it differs in nothing else.
    made: Mutex<BTreeMap<Vec<bool>, Value>>,
}

impl LanguageSite {
    /// Gathers it. `known` holds the URLs of all pages, lists and overviews.
    pub(super) fn new(site: &Site, theme: &Theme, language: usize, known: &BTreeSet<&str>) -> Self {
        let config = &*site.config;
        let tag = &config.languages[language].tag;
        let home = home(config, language);
        let sections: Vec<(String, String)> = site
            .sections
            .iter()
            .filter(|section| usize::from(section.language) == language)
            .filter(|section| !section.path.is_empty() && !section.path.contains('/'))
            .map(|section| (titles::section(theme, section), section.url.clone()))
            .collect();
        let menu = if config.menu.is_empty() {
            sections.clone()
        } else {
            config
                .menu
                .iter()
                .filter_map(|item| menu_item(config, item, language, known))
                .collect()
        };
        let taxonomies = site
            .taxonomies
            .iter()
            .filter(|index| usize::from(index.language) == language)
            .filter(|index| address::has_pages(site, index))
            .map(|index| (titles::taxonomy(site, theme, index), index.url.clone()))
            .collect();
        let of_kind = |wanted: &ListOf| {
            site.lists
                .iter()
                .find(|list| usize::from(list.language) == language && list.of == *wanted)
        };
        let feeds = of_kind(&ListOf::Home).map_or_else(Vec::new, |list| feeds(site, theme, list));
        let archive = of_kind(&ListOf::Archive).map(|list| list.url.as_str());
        let extra = config.extra.as_ref().map_or_else(
            || Value::from(Map::new()),
            crate::render::theme::manifest_value,
        );
        let year = site.now.to_zoned(config.timezone.clone()).year();
        let base = vec![
            ("title", Value::from(config.title.get(tag))),
            ("description", Value::from(config.description.get(tag))),
            ("url", Value::from(address::absolute(config, &home))),
            ("home", Value::from(home.as_str())),
            ("base_path", Value::from(config.base_path.as_str())),
            ("author", maybe(config.author.as_deref())),
            ("languages", languages(config, language)),
            ("menu", Value::none()),
            ("sections", Value::none()),
            ("taxonomies", Value::none()),
            ("feeds", Value::from(feeds.clone())),
            ("archive", maybe(archive)),
            ("community", super::call::community(site, language)),
            ("extra", extra),
            ("year", count(usize::try_from(year).unwrap_or_default())),
        ];
        Self {
            base,
            home,
            menu,
            sections,
            taxonomies,
            language: self::language(config, language, language),
            feeds,
            made: Mutex::default(),
        }
    }

    /// The record `site` on the page at a URL.
    pub(super) fn at(&self, url: &str) -> Value {
        // Every page lies below the home page; only it is there.
        let is_current =
            |target: &String| target == url || (*target != self.home && url.starts_with(target));
        let links = self.links().into_iter().flat_map(|(_, links)| links);
        let current: Vec<bool> = links.map(|(_, target)| is_current(target)).collect();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let record = made.entry(current);
        record
            .or_insert_with_key(|current| self.with_current(current))
            .clone()
    }

    fn links(&self) -> [(&'static str, &Vec<(String, String)>); 3] {
        [
            ("menu", &self.menu),
            ("sections", &self.sections),
            ("taxonomies", &self.taxonomies),
        ]
    }

    /// The record with links of which some lead to where one is.
    fn with_current(&self, current: &[bool]) -> Value {
        let mut current = current.iter().copied();
        let mut fields = self.base.clone();
        for (name, links) in self.links() {
            let links: Vec<Value> = links
                .iter()
                .map(|(title, target)| link(title, target, current.next().unwrap_or_default()))
                .collect();
            let field = fields.iter_mut().find(|(known, _)| *known == name);
            if let Some((_, field)) = field {
                *field = Value::from(links);
            }
        }
        of_fields(&fields)
    }
}

/// Path of a language's home page.
pub(crate) fn home(config: &Config, language: usize) -> String {
    let prefix = &config.languages[language].prefix;
    if prefix.is_empty() {
        format!("{}/", config.base_path)
    } else {
        format!("{}/{prefix}/", config.base_path)
    }
}

/// Links to the feeds of a list.
pub(super) fn feeds(site: &Site, theme: &Theme, list: &List) -> Vec<Value> {
    if !list.feed || list.pages.is_empty() {
        return Vec::new();
    }
    let config = &*site.config;
    let tag = &config.languages[usize::from(list.language)].tag;
    let mut title = config.title.get(tag).to_owned();
    if list.of != ListOf::Home {
        title = format!("{} · {title}", titles::list(site, theme, list));
    }
    address::feed_forms(config)
        .into_iter()
        .map(|form| {
            record([
                ("title", Value::from(format!("{title} ({})", form.name()))),
                ("type", Value::from(form.media_type())),
                ("url", Value::from(address::beside(&list.url, form.file()))),
            ])
        })
        .collect()
}

fn languages(config: &Config, current: usize) -> Value {
    Value::from(
        (0..config.languages.len())
            .map(|index| language(config, index, current))
            .collect::<Vec<_>>(),
    )
}

/// A menu entry in a language: a path of the site gets the language's prefix. An entry whose
/// page does not exist in this language is left out.
fn menu_item(
    config: &Config,
    item: &MenuItem,
    language: usize,
    known: &BTreeSet<&str>,
) -> Option<(String, String)> {
    let title = item.title.get(&config.languages[language].tag).to_owned();
    if !item.url.starts_with('/') || item.url.starts_with("//") {
        return Some((title, item.url.clone()));
    }
    let prefix = &config.languages[language].prefix;
    if prefix.is_empty() {
        return Some((title, format!("{}{}", config.base_path, item.url)));
    }
    let url = format!("{}/{prefix}{}", config.base_path, item.url);
    let path = url.split(['#', '?']).next().unwrap_or_default();
    known.contains(path).then_some((title, url))
}
