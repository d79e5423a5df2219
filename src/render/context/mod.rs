//! What templates see: takes the site and the theme, gives tera contexts that are exactly
//! what [`contract`](super::contract) promises.
//!
//! What many outputs share (cards, links to lists, the site in a language) is made once, cards
//! and facts of lists when they are first wanted, and cloned cheaply; what belongs to one output
//! is made when it is rendered.

pub(crate) mod call;
pub(crate) mod card;
mod cards;
pub(crate) mod details;
mod here;
pub(crate) mod language;
pub(crate) mod list;
mod page;
pub(crate) mod site;
pub(crate) mod titles;
mod value;
mod way;

pub(crate) use here::{Here, HereKind};
pub(crate) use value::texts;

use super::address;
use super::key::{self, Shared, Variables};
use super::theme::Theme;
use crate::content::Kind;
use crate::site::{List, ListOf, PageId, Section, Site, has_calendar, list_kind, list_kinds};
use crate::store::{Digest, digest};
use cards::Cards;
use site::LanguageSite;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use tera::{Map, Value};

/// Everything that is made once for all outputs.
pub(crate) struct Contexts<'a> {
    /// The site.
    pub(crate) site: &'a Site,
    /// The theme.
    pub(crate) theme: &'a Theme,
    cards: Cards,
    /// Digests of bodies, by page: its own output and its feeds ask for them.
    bodies: Vec<OnceLock<Digest>>,
    /// A link per list.
    pub(crate) links: Vec<Value>,
    languages: Vec<LanguageSite>,
    data: Value,
    /// What all parts of a list share, by the list's URL.
    facts: BTreeMap<&'a str, OnceLock<ListFacts>>,
    /// URL and size of the site's share picture.
    picture: Option<(String, Option<(u32, u32)>)>,
    /// List of a section, by the section's index.
    section_lists: BTreeMap<u32, usize>,
    /// Digests of what many outputs show.
    pub(crate) shared: Shared,
    /// Digest of what every output depends on.
    pub(crate) salt: Digest,
    /// Digest per language of what all its outputs show.
    pub(crate) global_digests: Vec<Digest>,
}

impl<'a> Contexts<'a> {
    /// Makes what is shared.
    pub(crate) fn new(site: &'a Site, theme: &'a Theme) -> Self {
        let links: Vec<Value> = site
            .lists
            .iter()
            .map(|list| value::link(&titles::list(site, theme, list), &list.url, false))
            .collect();
        let known = known_urls(site);
        let languages = (0..site.config.languages.len())
            .map(|language| LanguageSite::new(site, theme, language, &known))
            .collect();
        let mut data = Map::with_capacity(site.data.len());
        for (name, tree) in &site.data {
            data.insert(name.clone().into(), Value::from_serializable(tree));
        }
        let section_lists = site
            .lists
            .iter()
            .enumerate()
            .filter_map(|(index, list)| match list.of {
                ListOf::Section(section) => Some((section, index)),
                _ => None,
            })
            .collect();
        let data = Value::from(data);
        let facts = site
            .lists
            .iter()
            .map(|list| (list.url.as_str(), OnceLock::new()))
            .collect();
        let mut shared = Shared::default();
        shared.add(&links);
        shared.add([&data, &theme.options]);
        shared.add((0..site.config.languages.len()).map(|language| theme.words(language)));
        let mut contexts = Self {
            site,
            theme,
            cards: Cards::new(site.pages.len()),
            bodies: vec![OnceLock::new(); site.pages.len()],
            links,
            languages,
            data,
            facts,
            picture: here::site_picture(site, theme),
            section_lists,
            shared,
            salt: key::salt(site, theme),
            global_digests: Vec::new(),
        };
        contexts.global_digests = (0..site.config.languages.len())
            .map(|language| contexts.shared.key(&contexts.globals(language, ""), &[]))
            .collect();
        contexts
    }

    /// The globals without `here`, for components.
    pub(crate) fn globals(&self, language: usize, url: &str) -> Variables {
        let known = &self.languages[language];
        let mut variables = Variables::default();
        variables.insert("site", known.at(url));
        variables.insert("lang", known.language.clone());
        variables.insert("t", self.theme.words(language).clone());
        variables.insert("theme", self.theme.options.clone());
        variables.insert("data", self.data.clone());
        variables
    }

    /// All globals of an output.
    pub(crate) fn output(&self, here: &Here<'_>) -> Variables {
        let mut variables = self.globals(here.language, &here.url);
        variables.insert("here", here::value(self, here));
        variables
    }

    /// A page's card.
    pub(crate) fn card(&self, id: PageId) -> Value {
        self.cards.value(id, || {
            let page = &self.site.pages[id as usize];
            // A job's card holds its employer's; no employer's holds another.
            let employer = match page.kind {
                Kind::Job => page.companies.first().map(|company| self.card(*company)),
                _ => None,
            };
            card::card(self.site, page, &self.links, employer.as_ref())
        })
    }

    /// Digest of a page's card.
    pub(crate) fn card_digest(&self, id: PageId) -> Digest {
        self.cards.digest(id, || {
            let mut bytes = Vec::with_capacity(1024);
            self.shared.write(&mut bytes, &self.card(id));
            digest(&bytes)
        })
    }

    /// Digest of a page's body as [`super::body::page`] would give it.
    pub(crate) fn body_digest(&self, id: PageId) -> Digest {
        *self.bodies[id as usize].get_or_init(|| key::of_page(self, id))
    }

    /// A card for a section's own text.
    pub(crate) fn section_card(&self, section: &Section) -> Value {
        let config = &self.site.config;
        card::of_section(
            &titles::section(self.theme, section),
            &section.url,
            &address::absolute(config, &section.url),
            &config.languages[usize::from(section.language)].tag,
        )
    }

    /// The record `page`; `content` is its filled body.
    pub(crate) fn page(&self, id: PageId, content: &str) -> Value {
        page::value(self, id, content)
    }

    /// The record `list` for a part of a list, from 1; `content` is its section's filled body.
    pub(crate) fn list(&self, list: &List, part: usize, content: &str) -> Value {
        list::value(self, list, part, content)
    }

    /// The variable `terms` of a taxonomy's overview.
    pub(crate) fn terms(&self, taxonomy: usize) -> Value {
        list::terms(self, taxonomy)
    }

    /// The one kind of a list's pages.
    pub(crate) fn kind_of(&self, list: &List) -> Option<Kind> {
        self.facts_of(list)?.kind
    }

    /// The kinds of a list's pages.
    pub(crate) fn kinds_of(&self, list: &List) -> &[Kind] {
        self.facts_of(list).map_or(&[], |facts| &facts.kinds)
    }

    /// Whether a list has a calendar beside it.
    pub(crate) fn has_calendar(&self, list: &List) -> bool {
        self.facts_of(list).is_some_and(|facts| facts.has_calendar)
    }

    fn facts_of(&self, list: &List) -> Option<&ListFacts> {
        let facts = self.facts.get(list.url.as_str())?;
        Some(facts.get_or_init(|| ListFacts::of(self.site, list)))
    }

    /// The section whose own text stands on a list.
    pub(crate) fn section_of(&self, list: &List) -> Option<&'a Section> {
        section_of(self.site, list)
    }

    fn cards_of<'b>(&self, pages: impl IntoIterator<Item = &'b PageId>) -> Value {
        Value::from(
            pages
                .into_iter()
                .map(|id| self.card(*id))
                .collect::<Vec<_>>(),
        )
    }

    fn section_link(&self, index: u32) -> Option<Value> {
        let section = self.site.sections.get(index as usize)?;
        if section.path.is_empty() {
            return None;
        }
        if let Some(list) = self.section_lists.get(&index) {
            return self.links.get(*list).cloned();
        }
        let title = titles::section(self.theme, section);
        Some(value::link(&title, &section.url, false))
    }
}

/// What is the same for all parts of a list; a list of ten thousand pages has a thousand.
struct ListFacts {
    kind: Option<Kind>,
    kinds: Vec<Kind>,
    has_calendar: bool,
}

impl ListFacts {
    fn of(site: &Site, list: &List) -> Self {
        Self {
            kind: list_kind(&site.pages, list),
            kinds: list_kinds(&site.pages, list),
            has_calendar: has_calendar(&site.pages, list),
        }
    }
}

/// The section whose own text stands on a list.
pub(crate) fn section_of<'a>(site: &'a Site, list: &List) -> Option<&'a Section> {
    let mut sections = site.sections.iter();
    match list.of {
        ListOf::Section(index) => site.sections.get(index as usize),
        ListOf::Home => {
            sections.find(|section| section.path.is_empty() && section.language == list.language)
        }
        _ => None,
    }
}

/// Number of parts into which a list is cut.
pub(crate) fn parts(list: &List) -> usize {
    if list.page_size == 0 {
        1
    } else {
        list.pages.len().div_ceil(list.page_size).max(1)
    }
}

/// Pages that a part of a list shows.
pub(crate) fn shown(list: &List, part: usize) -> &[PageId] {
    if parts(list) == 1 {
        return &list.pages;
    }
    let from = (part.saturating_sub(1) * list.page_size).min(list.pages.len());
    &list.pages[from..(from + list.page_size).min(list.pages.len())]
}

/// URL of a part of a list.
pub(crate) fn part_url(list: &List, part: usize) -> String {
    if part <= 1 {
        list.url.clone()
    } else {
        format!("{}page/{part}/", list.url)
    }
}

fn known_urls(site: &Site) -> BTreeSet<&str> {
    let pages = site.pages.iter().map(|page| page.url.as_str());
    let lists = site.lists.iter().map(|list| list.url.as_str());
    let sections = site.sections.iter().map(|section| section.url.as_str());
    let taxonomies = site.taxonomies.iter().map(|index| index.url.as_str());
    let joins = site.community.iter().flat_map(|community| &community.joins);
    let joins = joins.map(|join| join.url.as_str());
    pages
        .chain(lists)
        .chain(sections)
        .chain(taxonomies)
        .chain(joins)
        .collect()
}

#[cfg(test)]
mod tests;
