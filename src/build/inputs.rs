//! Everything that a build reads, by name and stat: takes the site's folder, gives one digest.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inputs {
    /// Digest of all names and stats.
    pub digest: Digest,
    /// Whether all of it had been at rest at the moment, so that the stats vouch for the bytes.
    pub at_rest: bool,
}

/// Looks at everything below the site's sources; none when a part cannot be looked at.
pub fn look(root: &Path, content_folder: &str, moment: Option<Moment>) -> Option<Inputs> {
    let mut parts = vec![SETTINGS, content_folder];
    parts.extend(FOLDERS);
    below(root, &parts, moment)
}

/// The same for some files and folders of the root.
pub fn below(root: &Path, parts: &[&str], moment: Option<Moment>) -> Option<Inputs> {
    let mut paths = Vec::new();
    for part in parts {
        let path = root.join(part);
        if path.exists() {
            names(&path, &mut paths)?;
        }
    }
    let moment = moment?;
    paths.par_sort_unstable();
    let found: Vec<(Vec<u8>, bool)> = paths
        .par_iter()
        .map(|path| {
            let stat = Stat::of(&fs::metadata(path).ok()?);
            let name = path.strip_prefix(root).ok()?.to_string_lossy();
            let mut line = name.as_bytes().to_vec();
            line.push(0);
            line.extend(stat.bytes());
            Some((line, stat.at_rest(moment)))
        })
        .collect::<Option<_>>()?;
    let at_rest = found.iter().all(|(_, at_rest)| *at_rest);
    let lines: Vec<u8> = found.into_iter().flat_map(|(line, _)| line).collect();
    Some(Inputs {
        digest: digest(&lines),
        at_rest,
    })
}

/// The file itself, or all files below a folder. Folders need no look of their own: what is in them has a name.
fn names(folder: &Path, paths: &mut Vec<PathBuf>) -> Option<()> {
    for entry in WalkDir::new(folder).follow_links(true) {
        let entry = entry.ok()?;
        if !entry.file_type().is_dir() {
            paths.push(entry.into_path());
        }
    }
    Some(())
}
