//! Sections: takes the folders of all pages, gives one section per folder and language with
//! its title, address and place in the tree.

use super::permalink::{FolderPaths, Patterns, Rules, prefix, written};
use super::place::{Placed, folder_of};
use super::url::{Address, CleanPath, join};
use super::{LanguageId, Section};
use crate::config::Config;
use crate::content::slug::slug;
use crate::diag::Diagnostic;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// All sections with their addresses.
#[derive(Debug, Default)]
pub(super) struct Sections {
    /// Sections by URL.
    pub(super) list: Vec<Section>,
    /// Outputs, in the same order.
    pub(super) addresses: Vec<Address>,
    /// Index by language and folder.
    pub(super) index: HashMap<(LanguageId, Arc<str>), u32>,
    /// Path of each folder before anything that front matter says of its own page.
    pub(super) folders: FolderPaths,
    /// Further pages that speak for a folder which has one already; they collide.
    pub(super) doubles: Vec<(u32, Placed)>,
}

/// Builds the tree.
pub(super) fn sections(
    own_pages: Vec<Placed>,
    pages: &[Placed],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Sections {
    let mut drafts: BTreeMap<(LanguageId, Arc<str>), Option<Placed>> = BTreeMap::new();
    for page in pages {
        add(&mut drafts, page.language, &page.folder);
    }
    let mut doubles = Vec::new();
    for page in own_pages {
        add(&mut drafts, page.language, &page.folder);
        let key = (page.language, Arc::clone(&page.folder));
        let slot = drafts.entry(key.clone()).or_default();
        if slot.is_none() {
            *slot = Some(page);
        } else {
            doubles.push((key, page));
        }
    }
    let folders = paths(&drafts, config);
    let mut made = made(drafts, &folders, config, diagnostics);
    made.sort_by(|a, b| {
        (&a.1.url, &a.0.path, a.0.language).cmp(&(&b.1.url, &b.0.path, b.0.language))
    });
    let mut sections = Sections {
        folders,
        ..Sections::default()
    };
    for (section, address) in made {
        let index = u32::try_from(sections.list.len()).unwrap_or(u32::MAX);
        let key = (section.language, Arc::clone(&section.path));
        sections.index.insert(key, index);
        sections.list.push(section);
        sections.addresses.push(address);
    }
    link(&mut sections);
    sections.doubles = doubles
        .into_iter()
        .filter_map(|(key, page)| Some((*sections.index.get(&key)?, page)))
        .collect();
    sections
}

/// Adds a folder and those above it. The content folder itself is a section only when it has
/// a text of its own.
fn add(
    drafts: &mut BTreeMap<(LanguageId, Arc<str>), Option<Placed>>,
    language: LanguageId,
    folder: &Arc<str>,
) {
    if folder.is_empty() || drafts.contains_key(&(language, Arc::clone(folder))) {
        return;
    }
    drafts.insert((language, Arc::clone(folder)), None);
    add(drafts, language, &folder_of(folder).into());
}

/// Paths of the folders: slugs of their names, or the `slug` of their own page. A folder
/// sorts behind the one that holds it, so that one's path is known.
fn paths(
    drafts: &BTreeMap<(LanguageId, Arc<str>), Option<Placed>>,
    config: &Config,
) -> FolderPaths {
    let mut paths = FolderPaths::new();
    for ((language, folder), page) in drafts {
        if folder.is_empty() {
            continue;
        }
        let above: Arc<str> = folder_of(folder).into();
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let own = page
            .as_ref()
            .and_then(|page| page.source.meta.slug.as_ref())
            .map_or(name, |slug| slug.value.as_str());
        let segment = slug(own, config.slugs);
        let above = paths.get(&(*language, above)).map_or("", String::as_str);
        let path = join([above, &segment]);
        paths.insert((*language, Arc::clone(folder)), path);
    }
    paths
}

fn made(
    drafts: BTreeMap<(LanguageId, Arc<str>), Option<Placed>>,
    folders: &FolderPaths,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(Section, Address)> {
    let patterns = Patterns::default();
    let rules = Rules {
        config,
        patterns: &patterns,
        folders,
    };
    drafts
        .into_iter()
        .map(|((language, path), page)| {
            let folder = folders.get(&(language, Arc::clone(&path)));
            let folder = folder.map_or("", String::as_str);
            let last = folder.rsplit('/').next().unwrap_or(folder);
            let address = page
                .as_ref()
                .filter(|_| !path.is_empty())
                .and_then(|page| written(page, &rules, last, diagnostics))
                .map(as_folder)
                .unwrap_or_else(|| CleanPath::folder(join([prefix(config, language), folder])))
                .address(&config.base_path);
            let title = match &page {
                Some(page) if has_title(page) => page.source.title.clone(),
                _ if path.is_empty() => config.title.get(tag(config, language)).to_owned(),
                _ => nice(path.rsplit('/').next().unwrap_or(&path)),
            };
            let section = Section {
                path,
                language,
                source: page.map(|page| page.source.into()),
                title,
                url: address.url.clone(),
                parent: None,
                children: Vec::new(),
                targets: Vec::new(),
            };
            (section, address)
        })
        .collect()
}

/// A section has parts and feeds below it, so it is a folder even when it was given a file.
fn as_folder(path: CleanPath) -> CleanPath {
    let name = path.path.rsplit_once('.').filter(|_| path.file);
    CleanPath::folder(name.map_or(path.path.as_str(), |(name, _)| name))
}

/// Whether the section's own page names itself; its file name `_index` is no name.
fn has_title(page: &Placed) -> bool {
    page.source.meta.title.is_some() || page.source.body.title.is_some()
}

fn tag(config: &Config, language: LanguageId) -> &str {
    config
        .languages
        .get(usize::from(language))
        .map_or("", |language| &language.tag)
}

/// `talent-policy` → `Talent policy`.
fn nice(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let words = words.trim();
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => name.to_owned(),
    }
}

fn link(sections: &mut Sections) {
    for index in 0..sections.list.len() {
        let section = &sections.list[index];
        if section.path.is_empty() {
            continue;
        }
        let above: Arc<str> = folder_of(&section.path).into();
        if above.is_empty() {
            continue;
        }
        let Some(parent) = sections.index.get(&(section.language, above)).copied() else {
            continue;
        };
        sections.list[index].parent = Some(parent);
        if let Ok(child) = u32::try_from(index) {
            sections.list[parent as usize].children.push(child);
        }
    }
}
