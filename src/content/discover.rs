//! Walks `content/` and `data/`: takes the site's folder, gives the files and what they are.
//! The one part of `content` that reads disks; it reads names, and the sizes of pictures when it is
//! asked for them, no texts.

use super::PageFile;
use crate::config::Config;
use crate::diag::{Code, Diagnostic, Place};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;
use walkdir::WalkDir;

/// Everything found.
#[derive(Debug, Default)]
pub struct Found {
    /// Page files (`.md`, `.markdown`, `.mdown`), by path.
    pub pages: Vec<FoundPage>,
    /// All other files below the content folder, by path.
    pub assets: Vec<FoundAsset>,
    /// YAML, TOML, JSON and CSV files below `data/`, by path.
    pub data: Vec<FoundPage>,
    /// Files seen.
    pub files: usize,
    /// Files that became neither page nor asset nor data; each has a diagnostic.
    pub skipped: usize,
}

/// A page or data file.
#[derive(Debug, Clone)]
pub struct FoundPage {
    /// Its names.
    pub file: PageFile,
    /// Where to read it.
    pub path: PathBuf,
}

/// A file that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAsset {
    /// Path from the site's root: `content/jobs/welder/photo.jpg`.
    pub file: Arc<str>,
    /// Path from the content folder: `jobs/welder/photo.jpg`.
    pub path: Arc<str>,
    /// Width and height in pixels of an image; measured after the walk.
    pub size: Option<(u32, u32)>,
}

/// Walks the folders. Hidden files and folders (`.git`, `.obsidian`), `node_modules` and
/// editors' backups are passed over in silence; every other file is used or named.
pub fn discover(root: &Path, config: &Config) -> (Found, Vec<Diagnostic>) {
    let mut found = Found::default();
    let mut diagnostics = Vec::new();
    let content = root.join(&config.content_folder);
    if !content.is_dir() {
        diagnostics.push(
            Diagnostic::new(
                Code::UnreadableFile,
                format!("the folder `{}` does not exist", config.content_folder),
            )
            .hint("create it, or run `guidepost init` in an empty folder"),
        );
    }
    for (path, relative) in walk(root, &content, &mut found, &mut diagnostics) {
        let names = PageFile {
            file: format!("{}/{relative}", config.content_folder).into(),
            path: relative.as_str().into(),
        };
        match extension(&relative).as_str() {
            "md" | "markdown" | "mdown" => found.pages.push(FoundPage { file: names, path }),
            _ => found.assets.push(FoundAsset {
                size: None,
                file: names.file,
                path: names.path,
            }),
        }
    }
    for (path, relative) in walk(root, &root.join("data"), &mut found, &mut diagnostics) {
        let file: Arc<str> = format!("data/{relative}").into();
        if matches!(
            extension(&relative).as_str(),
            "yaml" | "yml" | "toml" | "json" | "csv"
        ) {
            let names = PageFile {
                file,
                path: relative.into(),
            };
            found.data.push(FoundPage { file: names, path });
        } else {
            found.skipped += 1;
            diagnostics.push(
                Diagnostic::new(Code::SkippedFile, "not a data file")
                    .at(Place::file(file))
                    .hint("data files end in .yaml, .toml, .json or .csv"),
            );
        }
    }
    (found, diagnostics)
}

/// All files below a folder with their paths relative to it, in the order of those paths.
fn walk(
    root: &Path,
    folder: &Path,
    found: &mut Found,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    if !folder.exists() {
        return files;
    }
    let inside = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let mut entries = WalkDir::new(folder)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() == 0 || !passed_over(&entry.file_name().to_string_lossy())
        });
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.skipped += 1;
                diagnostics.push(unreadable(root, &error));
                continue;
            }
        };
        let outside = entry.path_is_symlink()
            && !entry
                .path()
                .canonicalize()
                .is_ok_and(|target| target.starts_with(&inside));
        if outside {
            found.skipped += 1;
            diagnostics.push(
                Diagnostic::new(
                    Code::OutsideRoot,
                    "a symbolic link leaves the site's folder",
                )
                .at(Place::file(named(root, entry.path())))
                .hint("copy what it links to into the site"),
            );
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            continue;
        }
        if !entry.file_type().is_file() {
            continue;
        }
        found.files += 1;
        match entry
            .path()
            .strip_prefix(folder)
            .ok()
            .and_then(Path::to_str)
        {
            Some(relative) => {
                let relative = relative.replace(std::path::MAIN_SEPARATOR, "/");
                files.push((entry.path().to_owned(), relative));
            }
            None => {
                found.skipped += 1;
                diagnostics.push(
                    Diagnostic::new(Code::SkippedFile, "the file's name is not UTF-8")
                        .at(Place::file(named(root, entry.path())))
                        .hint("rename it"),
                );
            }
        }
    }
    files.sort_by(|a, b| a.1.cmp(&b.1));
    files
}

fn passed_over(name: &str) -> bool {
    name.starts_with('.')
        || name.ends_with('~')
        || matches!(name, "node_modules" | "Thumbs.db" | "desktop.ini")
}

fn unreadable(root: &Path, error: &walkdir::Error) -> Diagnostic {
    let path = error.path().unwrap_or(root);
    let place = Place::file(named(root, path));
    match error.loop_ancestor() {
        Some(ancestor) => Diagnostic::new(
            Code::SymlinkLoop,
            format!("a symbolic link leads back to `{}`", named(root, ancestor)),
        )
        .hint("remove the link"),
        None => {
            let reason = error
                .io_error()
                .map_or_else(|| "cannot be read".to_owned(), ToString::to_string);
            Diagnostic::new(Code::UnreadableFile, format!("cannot be read: {reason}"))
                .hint("check its rights and where it links to")
        }
    }
    .at(place)
}

/// A path from the site's root, for messages.
fn named(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/")
        .nfc()
        .collect()
}

fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .unwrap_or_default()
}

/// Whether a file may be a picture whose size can be told, by its name.
pub fn is_picture(name: &str) -> bool {
    matches!(
        extension(name).as_str(),
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "bmp" | "heic" | "svg"
    )
}

/// Width and height of an image file, in pixels; of an SVG, from its size or view box.
pub fn dimensions(path: &Path) -> Option<(u32, u32)> {
    match extension(path.file_name()?.to_str()?).as_str() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "bmp" | "heic" => {
            let size = imagesize::size(path).ok()?;
            Some((size.width.try_into().ok()?, size.height.try_into().ok()?))
        }
        "svg" => svg_dimensions(&std::fs::read_to_string(path).ok()?),
        _ => None,
    }
}

fn svg_dimensions(text: &str) -> Option<(u32, u32)> {
    let tag = &text[text.find("<svg")?..];
    let tag = &tag[..tag.find('>')?];
    let attribute = |name: &str| {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        tag[start..].split('"').next()
    };
    let pixels = |text: &str| {
        let number: f64 = text.trim().trim_end_matches("px").parse().ok()?;
        whole(number)
    };
    if let Some(size) = attribute("width")
        .and_then(pixels)
        .zip(attribute("height").and_then(pixels))
    {
        return Some(size);
    }
    let mut numbers = attribute("viewBox")?
        .split([' ', ','])
        .filter(|part| !part.is_empty())
        .skip(2);
    Some((pixels(numbers.next()?)?, pixels(numbers.next()?)?))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked first"
)]
fn whole(number: f64) -> Option<u32> {
    (1.0..=100_000.0)
        .contains(&number)
        .then(|| number.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::svg_dimensions;

    #[test]
    fn an_svg_has_the_size_it_says_or_its_view_box() {
        let sized = r#"<?xml version="1.0"?><svg xmlns="x" width="40px" height="20">"#;
        assert_eq!(svg_dimensions(sized), Some((40, 20)));
        let boxed = r#"<svg width="100%" viewBox="0 0 24.4 12">"#;
        assert_eq!(svg_dimensions(boxed), Some((24, 12)));
        assert_eq!(svg_dimensions("<svg"), None);
    }
}
