//! Everything that a build reads, by name and stat: takes the site's folder, gives digests.
//! Two builds with the same digest read the same bytes.

use crate::store::{Digest, Moment, Stat, digest};
use rayon::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Folders beside the content.
pub const FOLDERS: [&str; 5] = ["data", "themes", "templates", "static", "i18n"];
/// Those of them that make a theme.
pub const OF_THEME: [&str; 4] = ["themes", "templates", "static", "i18n"];
const SETTINGS: &str = "site.yaml";

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Names from the root, in order, with stats.
    files: Vec<(String, Stat)>,
    /// Whether each had been at rest at the moment, so that its stat vouches for its bytes.
    at_rest: Vec<bool>,
}

/// Names from the root, in order, with stats.
#[derive(Debug)]
pub struct Listing(Vec<(String, Stat)>);

impl Listing {
    /// Says of each file whether it had been at rest at a moment, which must lie before the
    /// first of them is read.
    pub fn at(self, moment: Option<Moment>) -> Option<Inputs> {
        let moment = moment?;
        let at_rest = self.0.iter().map(|(_, stat)| stat.at_rest(moment));
        Some(Inputs {
            at_rest: at_rest.collect(),
            files: self.0,
        })
    }
}

/// Looks at everything below the site's sources; none when a part cannot be looked at.
pub fn look(root: &Path, content_folder: &str) -> Option<Listing> {
    let mut parts = vec![SETTINGS, content_folder];
    parts.extend(FOLDERS);
    below(root, &parts)
}

/// The same for some files and folders of the root.
pub fn below(root: &Path, parts: &[&str]) -> Option<Listing> {
    let mut paths = Vec::new();
    for part in parts {
        let path = root.join(part);
        if path.exists() {
            names(&path, &mut paths)?;
        }
    }
    // Any order will do; that of bytes is found fastest.
    paths.par_sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    let found: Option<Vec<(String, Stat)>> = paths
        .par_iter()
        .map(|path| {
            let stat = Stat::of(&fs::metadata(path).ok()?);
            let name = path.strip_prefix(root).ok()?.to_string_lossy();
            let name = name.replace(std::path::MAIN_SEPARATOR, "/");
            Some((name, stat))
        })
        .collect();
    found.map(Listing)
}

impl Inputs {
    /// Digest of all names and stats.
    pub fn digest(&self) -> Digest {
        self.digest_of(|_| true)
    }

    /// The same without the stats of pages and templates: it changes with every other file, and
    /// when a page or template comes or goes. None when such another file was not at rest.
    pub fn digest_of_rest(&self, is_page: impl Fn(&str) -> bool) -> Option<Digest> {
        let is_rest = |name: &str| !is_template(name) && !is_page(name);
        self.are_at_rest_in(is_rest)
            .then(|| self.digest_of(is_rest))
    }

    /// Digest of the stats of templates; none when one was not at rest.
    pub fn digest_of_templates(&self) -> Option<Digest> {
        self.are_at_rest_in(is_template)
            .then(|| self.digest_of(is_template))
    }

    fn digest_of(&self, has_stat: impl Fn(&str) -> bool) -> Digest {
        let mut lines = Vec::with_capacity(self.files.len() * 96);
        for (name, stat) in &self.files {
            lines.extend(name.as_bytes());
            lines.push(0);
            if has_stat(name) {
                lines.extend(stat.bytes());
            }
        }
        digest(&lines)
    }

    fn are_at_rest_in(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        let mut files = self.files.iter().zip(&self.at_rest);
        files.all(|((name, _), at_rest)| *at_rest || !is_meant(name))
    }

    /// Whether all of it had been at rest.
    pub fn are_at_rest(&self) -> bool {
        self.are_at_rest_in(|_| true)
    }

    /// Names and stats.
    pub fn files(&self) -> impl Iterator<Item = (&str, Stat)> {
        self.files.iter().map(|(name, stat)| (name.as_str(), *stat))
    }
}

/// Whether a file is a template of the site or of a theme. Nothing but outputs depends on it.
fn is_template(name: &str) -> bool {
    let of_theme = || name.strip_prefix("themes/")?.split_once('/');
    let below = of_theme().map_or(name, |(_, below)| below);
    below.starts_with("templates/")
}

/// The file itself, or all files below a folder. Folders need no look of their own: what is in
/// them has a name.
fn names(folder: &Path, paths: &mut Vec<PathBuf>) -> Option<()> {
    for entry in WalkDir::new(folder).follow_links(true) {
        let entry = entry.ok()?;
        if !entry.file_type().is_dir() {
            paths.push(entry.into_path());
        }
    }
    Some(())
}
