//! What may be the path of an output: takes a text, says whether it stays inside the public
//! folder on every system. The last door: the site reports bad paths with their source long
//! before.

use super::manifest::MANIFEST;
use std::path::{Path, PathBuf};

/// Longest name that common file systems store, in bytes.
const LONGEST_NAME: usize = 255;

/// Whether an output path is relative, uses `/`, and has only plain segments.
pub fn is_safe(path: &str) -> bool {
    path != MANIFEST
        && !path.is_empty()
        && path.split('/').all(|segment| {
            !segment.is_empty()
                && segment != "."
                && segment != ".."
                && segment.len() <= LONGEST_NAME
                && !segment.contains('\\')
                && !segment.contains(|c: char| c.is_control())
        })
        // `C:` would be a drive on Windows.
        && !path.split('/').next().is_some_and(|first| first.ends_with(':'))
}

/// Checks a path and joins it to a folder.
///
/// # Errors
/// When the path could leave the folder.
pub(super) fn join(folder: &Path, path: &str) -> anyhow::Result<PathBuf> {
    anyhow::ensure!(
        is_safe(path),
        "`{}` cannot be the path of an output file",
        path.escape_debug()
    );
    let mut joined = PathBuf::with_capacity(folder.as_os_str().len() + path.len() + 1);
    joined.push(folder);
    joined.extend(path.split('/'));
    Ok(joined)
}

/// The folders above a path, the nearest last.
pub(super) fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// The folders above a path that are not above another, of which it is the neighbour in order.
/// Asked of path after path, each folder comes once.
pub(super) fn parents_beyond<'p>(path: &'p str, before: &str) -> impl Iterator<Item = &'p str> {
    let same = path.bytes().zip(before.bytes());
    let shared = same.take_while(|(byte, other)| byte == other).count();
    parents(path).filter(move |parent| parent.len() >= shared)
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn paths_that_leave_the_folder_are_refused() {
        for good in [
            "index.html",
            "标签/招聘 & co/index.html",
            "a/b.c/…/x",
            ".well-known/x",
        ] {
            assert!(is_safe(good), "{good}");
        }
        let long = "x".repeat(256);
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "a/../x",
            "a//b",
            "a/",
            "a\\b",
            "C:/x",
            "a/\0",
            "a/b\n",
            ".",
            ".guidepost-manifest",
            &long,
        ] {
            assert!(!is_safe(bad), "{bad}");
        }
    }
}
