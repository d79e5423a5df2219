//! Files beside the texts: takes the files found below the content folder, says where each
//! is written. A file in a page's own folder goes beside that page, any other keeps its path.

use super::Page;
use super::place::{Placed, folder_of};
use super::url::{composed, encode, key};
use crate::content::{self, discover::FoundAsset};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A file with its address.
#[derive(Debug)]
pub(super) struct File {
    /// File from the site's root.
    pub(super) file: Arc<str>,
    /// Path below the content folder, NFC.
    pub(super) path: String,
    /// Output below the public folder.
    pub(super) output: String,
    /// URL with the base path.
    pub(super) url: String,
    /// Width and height of an image.
    pub(super) size: Option<(u32, u32)>,
}

/// Places the files. Those of pages that are not published are left out.
pub(super) fn files(
    found: &[FoundAsset],
    pages: &[Page],
    absent: &[&Placed],
    base_path: &str,
) -> Vec<File> {
    let owners = Owners::of(pages, absent);
    found
        .iter()
        .filter_map(|asset| {
            let path = composed(&asset.path).into_owned();
            let output = owners.output(&path)?;
            Some(file(asset, path, output, base_path))
        })
        .collect()
}

/// Files that stand where they are, such as those of `static/`.
pub(super) fn statics(found: &[FoundAsset], base_path: &str) -> Vec<File> {
    found
        .iter()
        .map(|asset| {
            let path = composed(&asset.path).into_owned();
            file(asset, path.clone(), path, base_path)
        })
        .collect()
}

fn file(asset: &FoundAsset, path: String, output: String, base_path: &str) -> File {
    File {
        file: Arc::clone(&asset.file),
        url: format!("{base_path}/{}", encode(&output)),
        path,
        output,
        size: asset.size,
    }
}

/// Which folder belongs to which page.
struct Owners {
    /// Output folder of the page that a folder belongs to; none when it is not published.
    folders: HashMap<String, Option<String>>,
    /// Folders that hold pages of their own.
    sections: HashSet<String>,
}

impl Owners {
    fn of(pages: &[Page], absent: &[&Placed]) -> Self {
        let present = pages.iter().map(|page| &*page.source);
        let sections: HashSet<String> = present
            .clone()
            .chain(absent.iter().map(|page| &*page.source))
            .filter(|source| !source.bundle)
            .map(|source| composed(folder_of(&source.file.path)).into_owned())
            .collect();
        let mut folders: HashMap<String, Option<String>> = HashMap::new();
        let mut ordered: Vec<&Page> = pages.iter().collect();
        ordered.sort_by_key(|page| page.language);
        for page in ordered {
            let folder = own_folder(&page.source);
            folders
                .entry(folder)
                .or_insert_with(|| Some(output_folder(&page.output)));
        }
        for page in absent {
            folders.entry(own_folder(&page.source)).or_insert(None);
        }
        folders.retain(|folder, _| !sections.contains(folder));
        Self { folders, sections }
    }

    /// Where a file goes; none when its page is not published.
    fn output(&self, path: &str) -> Option<String> {
        let mut folder = folder_of(path);
        while !folder.is_empty() && !self.sections.contains(folder) {
            match self.folders.get(folder) {
                Some(Some(output)) => {
                    return Some(format!("{output}{}", &path[folder.len() + 1..]));
                }
                Some(None) => return None,
                None => folder = folder_of(folder),
            }
        }
        Some(path.to_owned())
    }
}

/// The folder whose files belong to a page: a bundle's own, or, as Hexo has it, the one
/// beside the file with the file's name.
fn own_folder(source: &content::Page) -> String {
    let path = composed(&source.file.path);
    if source.bundle {
        return folder_of(&path).to_owned();
    }
    asset_folder(&path, source.file_lang.as_deref())
}

/// `posts/hello.en.md` → `posts/hello`.
pub(super) fn asset_folder(path: &str, language: Option<&str>) -> String {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let stem = language
        .and_then(|tag| {
            let (stem, ending) = stem.rsplit_once('.')?;
            ending.eq_ignore_ascii_case(tag).then_some(stem)
        })
        .unwrap_or(stem);
    stem.to_owned()
}

/// The folder beside an output, empty or ending in `/`: `a/` of `a/index.html` and `a.html`.
pub(super) fn output_folder(output: &str) -> String {
    match key(output) {
        "" => String::new(),
        path => format!("{}/", path.strip_suffix(".html").unwrap_or(path)),
    }
}
