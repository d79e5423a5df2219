//! What exists under which name: takes the resolved pages, sections, lists and files, and
//! answers what a path, an address or a name leads to. Reports nothing.

use super::asset::File;
use super::list::parts;
use super::place::{folder_of, split_language};
use super::section::Sections;
use super::select::Absence;
use super::suggest::{Siblings, siblings};
use super::url::{composed, encode};
use super::{
    FEED_FILES, HOME_FILES, LIST_FILES, LanguageId, List, ListOf, NOT_FOUND_FILE, PAGE_FILES, Page,
    PageId, ROOT_FILES, has_calendar, has_data, has_event_file,
};
use crate::config::Config;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Something that a link may lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Destination {
    /// A page.
    Page(PageId),
    /// A section, by index.
    Section(u32),
    /// A file of the content folder, by index.
    Asset(u32),
    /// A static file, by index.
    Static(u32),
    /// Anything else that is written, by URL.
    Other(String),
}

/// Everything that exists.
#[derive(Debug)]
pub(super) struct Lookup<'a> {
    pub(super) config: &'a Config,
    pub(super) pages: &'a [Page],
    pub(super) sections: &'a Sections,
    pub(super) lists: &'a [List],
    pub(super) assets: &'a [File],
    pub(super) statics: &'a [File],
    /// Source files below the content folder.
    pub(super) sources: HashMap<String, Destination>,
    /// Pages by folder and name without language and extension.
    pub(super) shared: HashMap<String, Vec<PageId>>,
    /// Pages by any name, lower case.
    pub(super) names: HashMap<String, Vec<PageId>>,
    /// Outputs by key.
    pub(super) addresses: HashMap<String, Destination>,
    /// Lists by key.
    pub(super) list_folders: HashMap<&'a str, u32>,
    /// Files by lower-case file name.
    pub(super) file_names: HashMap<String, Vec<u32>>,
    /// Pages that are not published, by path, shared path and name.
    pub(super) absent: HashMap<String, Absence>,
    pub(super) siblings: OnceLock<Siblings<'a>>,
}

/// A name as names are compared: NFC, lower case, without space at its ends.
pub(super) fn folded(name: &str) -> String {
    composed(name.trim()).to_lowercase()
}

impl<'a> Lookup<'a> {
    /// Names by folder, for suggestions.
    pub(super) fn siblings(&self) -> &Siblings<'a> {
        self.siblings
            .get_or_init(|| siblings(self.pages, self.assets))
    }

    /// Why a page of this path or name is not published.
    pub(super) fn absence(&self, path: &str) -> Option<Absence> {
        let path = path.trim_matches('/');
        let stem = without_extension(path);
        let name = stem.rsplit('/').next().unwrap_or(stem);
        self.absent
            .get(path)
            .or_else(|| self.absent.get(stem))
            .or_else(|| self.absent.get(&folded(name)))
            .copied()
    }

    /// What an address below the public folder leads to.
    pub(super) fn address(&self, path: &str) -> Option<Destination> {
        let path = path.trim_matches('/');
        let path = match path.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => {
                folder.trim_end_matches('/')
            }
            _ => path,
        };
        self.addresses
            .get(path)
            .cloned()
            .or_else(|| self.generated(path))
            .or_else(|| self.addresses.get(&format!("{path}.html")).cloned())
    }

    /// Outputs that follow from lists and pages.
    fn generated(&self, path: &str) -> Option<Destination> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let exists = if let Some(first) = folder.strip_suffix("page").filter(|_| !name.is_empty()) {
            let first = first.trim_end_matches('/');
            let part: usize = name.parse().ok()?;
            let list = self.list_at(first)?;
            if part > 1 && part <= parts(list) {
                let url = format!("{}page/{part}/", list.url);
                return Some(Destination::Other(url));
            }
            false
        } else if FEED_FILES.contains(&name) {
            let list = self.list_at(folder)?;
            list.feed && !list.pages.is_empty()
        } else if LIST_FILES.contains(&name) {
            has_calendar(self.pages, self.list_at(folder)?)
        } else if PAGE_FILES.contains(&name) {
            match self.addresses.get(folder) {
                Some(Destination::Page(id)) => has_event_file(&self.pages[*id as usize]),
                _ => false,
            }
        } else if let Some((_, kind)) = HOME_FILES.iter().find(|(file, _)| *file == name) {
            let list = self.list_at(folder)?;
            list.of == ListOf::Home && has_data(self.pages, list.language, *kind)
        } else if name == NOT_FOUND_FILE {
            self.list_at(folder)?.of == ListOf::Home
        } else {
            folder.is_empty() && (ROOT_FILES.contains(&name) || is_sitemap_part(name))
        };
        exists.then(|| Destination::Other(format!("{}/{}", self.config.base_path, encode(path))))
    }

    /// The list whose folder this is.
    fn list_at(&self, folder: &str) -> Option<&List> {
        self.lists.get(*self.list_folders.get(folder)? as usize)
    }

    /// What a path below the content folder leads to: a file, a page without its extension
    /// or language, a section's folder.
    pub(super) fn source(&self, path: &str, language: LanguageId) -> Option<Destination> {
        let path = path.trim_matches('/');
        match self.sources.get(path) {
            Some(Destination::Page(id)) => {
                return Some(Destination::Page(self.version(*id, language)));
            }
            Some(Destination::Section(index)) => {
                return Some(Destination::Section(self.section_version(*index, language)));
            }
            Some(found) => return Some(found.clone()),
            None => {}
        }
        let (explicit, rest) = split_language(path, self.config);
        let wanted = explicit.unwrap_or(language);
        let stem = without_extension(rest);
        let ids = self.shared.get(stem)?;
        self.in_language(ids, wanted).map(Destination::Page)
    }

    /// The section of a folder below the content folder.
    pub(super) fn folder(&self, path: &str, language: LanguageId) -> Option<Destination> {
        let (explicit, rest) = split_language(path.trim_matches('/'), self.config);
        let rest = without_extension(rest);
        let rest = rest
            .strip_suffix("_index")
            .or_else(|| rest.strip_suffix("index"))
            .filter(|folder| folder.is_empty() || folder.ends_with('/'))
            .unwrap_or(rest)
            .trim_end_matches('/');
        let folder: Arc<str> = rest.into();
        [explicit.unwrap_or(language), 0]
            .into_iter()
            .find_map(|language| self.sections.index.get(&(language, Arc::clone(&folder))))
            .map(|index| Destination::Section(*index))
    }

    /// The version in the wanted language, when the named file is the one of the default
    /// language and says so by its name: `../about.md` means the page, not its language. A
    /// file of another language (`about.en.md`, or `lang: en` in its text) means itself.
    fn version(&self, id: PageId, language: LanguageId) -> PageId {
        let page = &self.pages[id as usize];
        if page.language != 0 || page.source.file_lang.is_some() {
            return id;
        }
        page.translations
            .iter()
            .copied()
            .find(|other| self.pages[*other as usize].language == language)
            .unwrap_or(id)
    }

    fn section_version(&self, index: u32, language: LanguageId) -> u32 {
        let section = &self.sections.list[index as usize];
        let named = section
            .source
            .as_ref()
            .is_some_and(|source| source.file_lang.is_some());
        if section.language != 0 || named {
            return index;
        }
        let key = (language, Arc::clone(&section.path));
        self.sections.index.get(&key).copied().unwrap_or(index)
    }

    /// The page of a group in the wanted language, else in the default one, else the first.
    pub(super) fn in_language(&self, ids: &[PageId], language: LanguageId) -> Option<PageId> {
        ids.iter().copied().min_by_key(|id| {
            let own = self.pages[*id as usize].language;
            (own != language, own, *id)
        })
    }

    /// Pages that have the name: stem, slug, title, alias or file name.
    pub(super) fn named(&self, name: &str) -> &[PageId] {
        self.names.get(&folded(name)).map_or(&[], Vec::as_slice)
    }

    /// Pages of a shared path.
    pub(super) fn at_path(&self, path: &str) -> &[PageId] {
        self.shared.get(path).map_or(&[], Vec::as_slice)
    }

    /// Files of the content folder with the file name.
    pub(super) fn files_named(&self, name: &str) -> &[u32] {
        self.file_names
            .get(&folded(name))
            .map_or(&[], Vec::as_slice)
    }

    /// The candidate nearest to a folder: the same language, the longest common path.
    pub(super) fn nearest(
        &self,
        ids: &[PageId],
        folder: &str,
        language: LanguageId,
    ) -> Option<PageId> {
        ids.iter().copied().min_by_key(|id| {
            let page = &self.pages[*id as usize];
            let path = &page.source.file.path;
            let away = std::cmp::Reverse(common(folder_of(path), folder));
            (
                page.language != language,
                page.language,
                away,
                path.matches('/').count(),
                *id,
            )
        })
    }

    /// URL of a destination that is no page.
    pub(super) fn url<'b>(&'b self, destination: &'b Destination) -> &'b str {
        match destination {
            Destination::Page(id) => &self.pages[*id as usize].url,
            Destination::Section(index) => &self.sections.list[*index as usize].url,
            Destination::Asset(index) => &self.assets[*index as usize].url,
            Destination::Static(index) => &self.statics[*index as usize].url,
            Destination::Other(url) => url,
        }
    }
}

/// `sitemap-2.xml` of a site with more pages than one sitemap may have.
fn is_sitemap_part(name: &str) -> bool {
    name.strip_prefix("sitemap-")
        .and_then(|rest| rest.strip_suffix(".xml"))
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Folders that two paths have in common at their top.
pub(super) fn common(a: &str, b: &str) -> usize {
    a.split('/')
        .zip(b.split('/'))
        .take_while(|(a, b)| a == b && !a.is_empty())
        .count()
}

/// A path without an extension that pages have.
pub(super) fn without_extension(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((stem, "md" | "markdown" | "mdown" | "mdx" | "html" | "htm")) => stem,
        _ => path,
    }
}

/// Joins a relative path to a folder; none when it leaves the root.
pub(super) fn joined(folder: &str, relative: &str) -> Option<String> {
    let mut segments: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            part => segments.push(part),
        }
    }
    Some(segments.join("/"))
}
