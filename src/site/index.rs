//! The tables behind [`Lookup`]: takes everything that exists, sorts it by path, name and
//! address.

use super::asset::File;
use super::community::Community;
use super::lookup::{Destination, Lookup, folded};
use super::place::{Placed, shared_path};
use super::redirect;
use super::section::Sections;
use super::select::Absence;
use super::url::{composed, key};
use super::{List, Page, PageId, TaxonomyIndex};
use crate::config::Config;
use crate::content::Details;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What the index is made from.
pub(super) struct Known<'a> {
    pub(super) config: &'a Config,
    pub(super) pages: &'a [Page],
    /// Shared path of each page.
    pub(super) shared: &'a [String],
    pub(super) sections: &'a Sections,
    pub(super) lists: &'a [List],
    pub(super) overviews: &'a [TaxonomyIndex],
    pub(super) redirects: &'a [redirect::Placed],
    pub(super) community: Option<&'a Community>,
    pub(super) assets: &'a [File],
    pub(super) statics: &'a [File],
    pub(super) absent: &'a [(Placed, Absence)],
}

/// Builds the index.
pub(super) fn lookup<'a>(known: &Known<'a>) -> Lookup<'a> {
    let ((sources, shared), (names, addresses)) = rayon::join(
        || (sources(known), by_shared_path(known)),
        || (names(known.pages), addresses(known)),
    );
    let list_folders = (0..)
        .zip(known.lists)
        .map(|(index, list)| (list.folder.trim_end_matches('/'), index))
        .collect();
    let mut file_names: HashMap<String, Vec<u32>> = HashMap::new();
    for (index, file) in (0..).zip(known.assets) {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        file_names
            .entry(name.to_lowercase())
            .or_default()
            .push(index);
    }
    Lookup {
        config: known.config,
        pages: known.pages,
        sections: known.sections,
        lists: known.lists,
        assets: known.assets,
        statics: known.statics,
        sources,
        shared,
        names,
        addresses,
        list_folders,
        file_names,
        absent: absent(known.absent),
        siblings: OnceLock::new(),
    }
}

fn sources(known: &Known<'_>) -> HashMap<String, Destination> {
    let mut sources = HashMap::with_capacity(known.pages.len() + known.assets.len());
    for (id, page) in (0..).zip(known.pages) {
        let path = composed(&page.source.file.path).into_owned();
        sources.insert(path, Destination::Page(id));
    }
    for (index, section) in (0..).zip(&known.sections.list) {
        if let Some(source) = &section.source {
            let path = composed(&source.file.path).into_owned();
            sources.insert(path, Destination::Section(index));
        }
    }
    for (index, file) in (0..).zip(known.assets) {
        sources.insert(file.path.clone(), Destination::Asset(index));
    }
    sources
}

fn by_shared_path(known: &Known<'_>) -> HashMap<String, Vec<PageId>> {
    let mut shared: HashMap<String, Vec<PageId>> = HashMap::with_capacity(known.pages.len());
    for ((id, page), path) in (0..).zip(known.pages).zip(known.shared) {
        let short = shared_path(&page.source.section, &page.source.stem);
        if short != *path {
            shared.entry(short).or_default().push(id);
        }
        shared.entry(path.clone()).or_default().push(id);
    }
    shared
}

fn names(pages: &[Page]) -> HashMap<String, Vec<PageId>> {
    let mut names: HashMap<String, Vec<PageId>> = HashMap::with_capacity(pages.len() * 2);
    let mut add = |name: &str, id: PageId| {
        let name = folded(name);
        if !name.is_empty() {
            let ids = names.entry(name).or_default();
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        }
    };
    for (id, page) in (0..).zip(pages) {
        let source = &page.source;
        add(&source.stem, id);
        add(&page.slug, id);
        add(&source.title, id);
        let path = &source.file.path;
        let file = path.rsplit('/').next().unwrap_or(path);
        add(file.rsplit_once('.').map_or(file, |(name, _)| name), id);
        for alias in &source.meta.aliases {
            add(&alias.value, id);
        }
        if let Details::Company(company) = &source.details {
            for name in company
                .name
                .iter()
                .chain(company.names.iter().map(|(_, name)| name))
            {
                add(name, id);
            }
        }
    }
    names
}

fn addresses(known: &Known<'_>) -> HashMap<String, Destination> {
    let mut addresses: HashMap<String, Destination> = HashMap::with_capacity(known.pages.len());
    for (id, page) in (0..).zip(known.pages) {
        let key = key(&page.output).to_owned();
        addresses.entry(key).or_insert(Destination::Page(id));
    }
    for (index, address) in (0..).zip(&known.sections.addresses) {
        let key = key(&address.output).to_owned();
        addresses.entry(key).or_insert(Destination::Section(index));
    }
    for list in known.lists {
        let key = list.folder.trim_end_matches('/').to_owned();
        let destination = || Destination::Other(list.url.clone());
        addresses.entry(key).or_insert_with(destination);
    }
    for overview in known.overviews {
        let key = key(&overview.output).to_owned();
        let destination = || Destination::Other(overview.url.clone());
        addresses.entry(key).or_insert_with(destination);
    }
    for (redirect, page, _) in known.redirects {
        let key = key(&redirect.output).to_owned();
        let destination = || match page {
            Some(id) => Destination::Page(*id),
            None => Destination::Other(redirect.to.clone()),
        };
        addresses.entry(key).or_insert_with(destination);
    }
    if let Some(community) = known.community {
        of_community(community, &mut addresses);
    }
    for (index, file) in (0..).zip(known.assets) {
        let key = file.output.clone();
        addresses.entry(key).or_insert(Destination::Asset(index));
    }
    for (index, file) in (0..).zip(known.statics) {
        let key = file.output.clone();
        addresses.entry(key).or_insert(Destination::Static(index));
    }
    addresses
}

fn of_community(community: &Community, addresses: &mut HashMap<String, Destination>) {
    let doors = community.channels.iter().flat_map(|channel| &channel.doors);
    for door in doors {
        for output in door.outputs() {
            let file = &output[door.folder.len()..];
            let file = if file == "index.html" { "" } else { file };
            let destination = || Destination::Other(format!("{}{file}", door.url));
            addresses
                .entry(key(&output).to_owned())
                .or_insert_with(destination);
        }
    }
    for join in &community.joins {
        if let Some(output) = &join.made {
            let destination = || Destination::Other(join.url.clone());
            addresses
                .entry(key(output).to_owned())
                .or_insert_with(destination);
        }
    }
}

fn absent(pages: &[(Placed, Absence)]) -> HashMap<String, Absence> {
    let mut names = HashMap::new();
    for (page, absence) in pages {
        let source = &page.source;
        for name in [
            composed(&source.file.path).into_owned(),
            page.shared_path(),
            shared_path(&source.section, &source.stem),
            folded(&source.stem),
            folded(&source.title),
        ] {
            names.entry(name).or_insert(*absence);
        }
    }
    names
}
