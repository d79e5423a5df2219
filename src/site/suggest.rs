//! What an author may have meant: takes a path that leads nowhere, gives the nearest one that
//! exists. Looks at few candidates, so that a thousand broken links cost little.

use super::asset::File;
use super::link::Origin;
use super::lookup::{Lookup, joined, without_extension};
use super::place::folder_of;
use super::{Page, url};
use crate::diag::closest;
use std::collections::HashMap;

/// Most candidates that one path is compared with.
const CANDIDATES: usize = 500;

/// Names by folder; made when the first link turns out broken.
#[derive(Debug)]
pub(super) struct Siblings<'a> {
    /// Page files below the content folder.
    pub(super) pages: HashMap<&'a str, Vec<&'a str>>,
    /// Other files below the content folder.
    pub(super) files: HashMap<&'a str, Vec<&'a str>>,
    /// Last segments of pages' addresses.
    pub(super) addresses: HashMap<&'a str, Vec<&'a str>>,
}

/// Sorts all names by folder.
pub(super) fn siblings<'a>(pages: &'a [Page], files: &'a [File]) -> Siblings<'a> {
    Siblings {
        pages: by_folder(pages.iter().map(|page| &*page.source.file.path)),
        files: by_folder(files.iter().map(|file| file.path.as_str())),
        addresses: by_folder(pages.iter().map(|page| url::key(&page.output))),
    }
}

fn by_folder<'a>(paths: impl Iterator<Item = &'a str>) -> HashMap<&'a str, Vec<&'a str>> {
    let mut folders: HashMap<&str, Vec<&str>> = HashMap::new();
    for path in paths {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        folders.entry(folder).or_default().push(name);
    }
    folders
}

/// A hint with the page or file that is nearest to a path.
pub(super) fn path(path: &str, origin: &Origin<'_>, lookup: &Lookup<'_>) -> Option<String> {
    let stem = without_extension(path.trim_end_matches('/'));
    let name = stem.rsplit('/').next().unwrap_or(stem);
    let pages = lookup.named(name);
    if let Some(id) = lookup.nearest(pages, &origin.folder(), origin.language) {
        return Some(meant(&page_path(
            &lookup.pages[id as usize].source.file.path,
        )));
    }
    file(path, origin, lookup).or_else(|| neighbour(path, origin, lookup))
}

/// A hint with a file of the content folder that has the same name or nearly the same.
pub(super) fn file(path: &str, origin: &Origin<'_>, lookup: &Lookup<'_>) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some(index) = lookup.files_named(name).first() {
        return Some(meant(&page_path(&lookup.assets[*index as usize].path)));
    }
    let folder = if path.starts_with('/') {
        folder_of(path.trim_start_matches('/')).to_owned()
    } else {
        joined(&origin.folder(), folder_of(path))?
    };
    let beside = lookup.siblings().files.get(folder.as_str())?;
    let found = closest(name, beside.iter().copied().take(CANDIDATES))?;
    Some(meant(&beside_path(path, found)))
}

/// A page in the folder that the path names.
fn neighbour(path: &str, origin: &Origin<'_>, lookup: &Lookup<'_>) -> Option<String> {
    let trimmed = path.trim_end_matches('/');
    let name = trimmed.rsplit('/').next().unwrap_or(trimmed);
    let extension = name.len() > without_extension(name).len();
    let folder = if trimmed.starts_with('/') || trimmed.starts_with("@/") {
        folder_of(trimmed.trim_start_matches('@').trim_start_matches('/')).to_owned()
    } else {
        joined(&origin.folder(), folder_of(trimmed))?
    };
    if extension {
        let files = lookup.siblings().pages.get(folder.as_str())?;
        let files = files.iter().copied().take(CANDIDATES);
        return closest(name, files).map(|found| meant(&beside_path(trimmed, found)));
    }
    let base = lookup.config.base_path.trim_start_matches('/');
    let folder = folder
        .strip_prefix(base)
        .unwrap_or(&folder)
        .trim_start_matches('/');
    let names = lookup.siblings().addresses.get(folder);
    let names = names.into_iter().flatten().copied().take(CANDIDATES);
    if let Some(found) = closest(name, names) {
        let slash = if path.ends_with('/') { "/" } else { "" };
        return Some(meant(&format!("{}{slash}", beside_path(trimmed, found))));
    }
    let sections = lookup
        .sections
        .addresses
        .iter()
        .map(|address| url::key(&address.output));
    closest(trimmed.trim_start_matches('/'), sections).map(|found| meant(&format!("/{found}/")))
}

fn page_path(path: &str) -> String {
    format!("/{path}")
}

fn beside_path(path: &str, name: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name.to_owned(),
    }
}

fn meant(path: &str) -> String {
    format!("did you mean `{path}`?")
}
