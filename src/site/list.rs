//! Lists of sections, kinds, authors, of everything and of the newest: takes pages and
//! sections, gives [`List`]s.

use super::order;
use super::permalink::prefix;
use super::section::Sections;
use super::taxonomy::unique_slugs;
use super::url::{CleanPath, composed, folder_prefix, join, key};
use super::{LanguageId, List, ListOf, Page, PageId, Section};
use crate::config::Config;
use crate::content::Kind;
use crate::content::slug::slug;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Whether lists show the page.
pub(super) fn is_listed(page: &Page) -> bool {
    !page.expired && !page.source.meta.hidden
}

/// A list before its pages are known.
pub(super) fn list(
    of: ListOf,
    language: LanguageId,
    title: String,
    path: &str,
    config: &Config,
) -> List {
    List {
        of,
        language,
        title,
        url: CleanPath::folder(path).address(&config.base_path).url,
        folder: folder_prefix(path),
        pages: Vec::new(),
        page_size: config.page_size,
        feed: true,
        parent: None,
        children: Vec::new(),
        translations: Vec::new(),
    }
}

/// The languages of a site.
pub(super) fn languages(config: &Config) -> impl Iterator<Item = LanguageId> {
    (0..=LanguageId::MAX).take(config.languages.len())
}

/// One home page per language.
pub(super) fn homes(pages: &[Page], config: &Config, lists: &mut Vec<List>) {
    for language in languages(config) {
        let tag = &config.languages[usize::from(language)].tag;
        let title = config.title.get(tag).to_owned();
        let mut home = list(
            ListOf::Home,
            language,
            title,
            prefix(config, language),
            config,
        );
        home.pages = ids(pages, language, |page| {
            is_listed(page) && !page.outdated && page.kind != Kind::Page
        });
        order::newest(&mut home.pages, pages);
        lists.push(home);
    }
}

/// One list per section, with the pages of the sections below.
pub(super) fn sections(
    pages: &[Page],
    sections: &Sections,
    config: &Config,
    now: Timestamp,
    lists: &mut Vec<List>,
) {
    let mut members: Vec<Vec<PageId>> = vec![Vec::new(); sections.list.len()];
    for (id, page) in (0..).zip(pages) {
        let mut above = page.section.filter(|_| is_listed(page));
        while let Some(section) = above {
            members[section as usize].push(id);
            above = sections.list[section as usize].parent;
        }
    }
    let mut list_of: HashMap<u32, u32> = HashMap::new();
    let first = lists.len();
    for ((index, section), members) in (0..).zip(&sections.list).zip(members) {
        if section.path.is_empty() {
            continue;
        }
        list_of.insert(index, number(lists.len()));
        lists.push(of_section(
            index, section, sections, members, pages, config, now,
        ));
    }
    for list in &mut lists[first..] {
        let ListOf::Section(index) = list.of else {
            continue;
        };
        let section = &sections.list[index as usize];
        list.parent = section
            .parent
            .and_then(|above| list_of.get(&above).copied());
        list.children = section
            .children
            .iter()
            .filter_map(|below| list_of.get(below).copied())
            .collect();
    }
}

fn of_section(
    index: u32,
    section: &Section,
    sections: &Sections,
    members: Vec<PageId>,
    pages: &[Page],
    config: &Config,
    now: Timestamp,
) -> List {
    let output = &sections.addresses[index as usize].output;
    let path = key(output);
    let title = section.title.clone();
    let mut list = list(
        ListOf::Section(index),
        section.language,
        title,
        path,
        config,
    );
    list.pages = members;
    order::section(&mut list.pages, pages, config, now);
    list
}

/// A list of each kind where no section stands at its path.
pub(super) fn kinds(pages: &[Page], config: &Config, now: Timestamp, lists: &mut Vec<List>) {
    let taken: HashSet<String> = lists
        .iter()
        .map(|list| list.folder.to_lowercase())
        .collect();
    for language in languages(config) {
        for kind in Kind::ALL {
            let path = join([prefix(config, language), kind.plural()]);
            if kind == Kind::Page || taken.contains(&folder_prefix(&path).to_lowercase()) {
                continue;
            }
            let members = ids(pages, language, |page| is_listed(page) && page.kind == kind);
            if members.is_empty() {
                continue;
            }
            let title = kind.plural().to_owned();
            let mut list = list(ListOf::Kind(kind), language, title, &path, config);
            list.pages = members;
            order::section(&mut list.pages, pages, config, now);
            lists.push(list);
        }
    }
}

/// A list per author, unless authors are a taxonomy of the site.
pub(super) fn authors(pages: &mut [Page], config: &Config, lists: &mut Vec<List>) {
    if let Some(taxonomy) = config
        .taxonomies
        .iter()
        .position(|taxonomy| taxonomy.name == "authors")
    {
        for page in pages.iter_mut() {
            let terms = page.terms.iter().find(|(of, _)| *of == taxonomy);
            page.authors = terms.map(|(_, lists)| lists.clone()).unwrap_or_default();
        }
        return;
    }
    // Spellings that differ by case are one author, under the spelling that is used most.
    let mut names: BTreeMap<(LanguageId, String), Spelt> = BTreeMap::new();
    for (id, page) in (0..).zip(pages.iter()) {
        if page.source.meta.hidden {
            continue;
        }
        for name in &page.source.meta.authors {
            let name = composed(name.trim()).into_owned();
            let spelt = names
                .entry((page.language, name.to_lowercase()))
                .or_default();
            *spelt.spellings.entry(name).or_default() += 1;
            if spelt.pages.last() != Some(&id) {
                spelt.pages.push(id);
            }
        }
    }
    let folder = slug("authors", config.slugs);
    for language in languages(config) {
        let own: Vec<(&str, &Vec<PageId>)> = names
            .iter()
            .filter(|((of, _), _)| *of == language)
            .map(|(_, spelt)| (spelt.name(), &spelt.pages))
            .collect();
        let slugs = unique_slugs(own.iter().map(|(name, _)| *name), config.slugs);
        for ((name, ids), slug) in own.into_iter().zip(slugs) {
            let path = join([prefix(config, language), &folder, &slug]);
            let of = ListOf::Author(name.to_owned());
            let mut list = list(of, language, name.to_owned(), &path, config);
            list.feed = false;
            list.pages = ids
                .iter()
                .copied()
                .filter(|id| is_listed(&pages[*id as usize]))
                .collect();
            order::newest(&mut list.pages, pages);
            let index = number(lists.len());
            lists.push(list);
            for id in ids {
                pages[*id as usize].authors.push(index);
            }
        }
    }
    // Names were visited in their own order; a page shows its authors in the author's.
    for page in pages {
        let names = &page.source.meta.authors;
        page.authors
            .sort_by_key(|index| match &lists[*index as usize].of {
                ListOf::Author(author) => names
                    .iter()
                    .position(|name| *composed(name.trim()) == **author),
                _ => None,
            });
        page.authors.dedup();
    }
}

/// An author in the making.
#[derive(Default)]
struct Spelt {
    spellings: BTreeMap<String, usize>,
    pages: Vec<PageId>,
}

impl Spelt {
    fn name(&self) -> &str {
        let most = self.spellings.values().max();
        self.spellings
            .iter()
            .find(|(_, count)| Some(*count) == most)
            .map_or("", |(name, _)| name)
    }
}

/// Lines on one page of an archive: a list of a hundred thousand is of no use to a reader.
const ARCHIVE_PART: usize = 1000;

/// Everything with a date, per language.
pub(super) fn archives(pages: &[Page], config: &Config, lists: &mut Vec<List>) {
    for language in languages(config) {
        let members = ids(pages, language, |page| {
            is_listed(page) && page.date.is_some() && page.kind != Kind::Page
        });
        if members.is_empty() {
            continue;
        }
        let path = join([prefix(config, language), "archive"]);
        let title = "archive".to_owned();
        let mut list = list(ListOf::Archive, language, title, &path, config);
        list.feed = false;
        list.page_size = ARCHIVE_PART;
        list.pages = members;
        lists.push(list);
    }
}

fn ids(pages: &[Page], language: LanguageId, wanted: impl Fn(&Page) -> bool) -> Vec<PageId> {
    (0..)
        .zip(pages)
        .filter(|(_, page)| page.language == language && wanted(page))
        .map(|(id, _)| id)
        .collect()
}

/// An index as it is stored.
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Parts of a list.
pub(super) fn parts(list: &List) -> usize {
    if list.page_size == 0 {
        1
    } else {
        list.pages.len().div_ceil(list.page_size).max(1)
    }
}

/// Ties together the same list in several languages.
pub(super) fn translations(lists: &mut [List], sections: &[Section]) {
    let mut groups: HashMap<(u8, usize, String), Vec<u32>> = HashMap::new();
    let keys: Vec<(u8, usize, String)> = lists
        .iter()
        .map(|list| match &list.of {
            ListOf::Home => (0, 0, String::new()),
            ListOf::Section(index) => (1, 0, sections[*index as usize].path.to_string()),
            ListOf::Kind(kind) => (2, 0, kind.as_str().to_owned()),
            ListOf::Term { taxonomy, name } => (3, *taxonomy, name.to_lowercase()),
            ListOf::Author(name) => (4, 0, name.to_lowercase()),
            ListOf::Archive => (5, 0, String::new()),
        })
        .collect();
    for (index, key) in keys.iter().enumerate() {
        groups.entry(key.clone()).or_default().push(number(index));
    }
    for (index, key) in keys.iter().enumerate() {
        if let Some(group) = groups.get(key).filter(|group| group.len() > 1) {
            let own = number(index);
            let mut others: Vec<u32> = group
                .iter()
                .copied()
                .filter(|other| *other != own)
                .collect();
            others.retain(|other| lists[*other as usize].language != lists[index].language);
            others.sort_by_key(|other| lists[*other as usize].language);
            lists[index].translations = others;
        }
    }
}
