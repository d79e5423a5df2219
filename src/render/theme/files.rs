//! The files of themes: takes a folder, gives what stands in its `templates/`, `static/` and
//! `i18n/` and its `theme.yaml`. The one part of the renderer that reads disks.

use crate::diag::{Code, Diagnostic, Place};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a theme file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A file that was read: templates, words, style sheets, scripts.
    Bytes(Vec<u8>),
    /// A file that is only copied.
    Disk(PathBuf),
}

/// A place where themes are found.
pub trait ThemeFiles {
    /// Files of a folder (empty or ending in `/`, from the site's root), by their path below
    /// it: `theme.yaml`, `templates/page.html`, `static/style.css`, `i18n/en.yaml`. Empty when
    /// there is no such folder.
    fn read(&self, folder: &str, diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, Content>;

    /// Names of the folders below `themes/`, sorted.
    fn themes(&self) -> Vec<String>;
}

/// Themes below the root of a site.
#[derive(Debug)]
pub struct DiskFiles {
    root: PathBuf,
}

impl DiskFiles {
    /// Themes below `root`.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
        }
    }
}

impl ThemeFiles for DiskFiles {
    fn read(&self, folder: &str, diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, Content> {
        let mut files = BTreeMap::new();
        let base = self.root.join(folder);
        if !folder.is_empty() && base.join("theme.yaml").exists() {
            insert(
                &mut files,
                &base,
                folder,
                "theme.yaml".to_owned(),
                diagnostics,
            );
        }
        for part in ["templates", "static", "i18n"] {
            let top = base.join(part);
            if !top.is_dir() {
                continue;
            }
            for entry in walkdir::WalkDir::new(&top)
                .follow_links(true)
                .sort_by_file_name()
            {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        diagnostics.push(unreadable(
                            &format!("{folder}{part}"),
                            &error
                                .io_error()
                                .map_or_else(|| error.to_string(), ToString::to_string),
                        ));
                        continue;
                    }
                };
                let Some(path) = below(entry.path(), &base) else {
                    continue;
                };
                let hidden = entry
                    .file_name()
                    .to_str()
                    .is_some_and(|name| name == ".DS_Store" || name.ends_with('~'));
                if entry.file_type().is_file() && !hidden {
                    insert(&mut files, &base, folder, path, diagnostics);
                }
            }
        }
        files
    }

    fn themes(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.root.join("themes"))
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }
}

fn insert(
    files: &mut BTreeMap<String, Content>,
    base: &Path,
    folder: &str,
    path: String,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let full = base.join(&path);
    if path.starts_with("static/") && !is_fingerprinted(&path) {
        files.insert(path, Content::Disk(full));
        return;
    }
    match std::fs::read(&full) {
        Ok(bytes) if path.starts_with("static/") || std::str::from_utf8(&bytes).is_ok() => {
            files.insert(path, Content::Bytes(bytes));
        }
        Ok(_) => diagnostics.push(
            Diagnostic::new(Code::NotUtf8, format!("`{folder}{path}` is not UTF-8 text"))
                .at(Place::file(format!("{folder}{path}")))
                .hint("save the file as UTF-8"),
        ),
        Err(error) => {
            diagnostics.push(unreadable(&format!("{folder}{path}"), &error.to_string()));
        }
    }
}

/// Whether a static file gets a hash of its content in its name.
pub(super) fn is_fingerprinted(path: &str) -> bool {
    [".css", ".js"].iter().any(|end| path.ends_with(end))
}

fn unreadable(path: &str, why: &str) -> Diagnostic {
    Diagnostic::new(
        Code::UnreadableFile,
        format!("`{path}` cannot be read: {why}"),
    )
    .at(Place::file(path))
}

fn below(path: &Path, base: &Path) -> Option<String> {
    let path = path.strip_prefix(base).ok()?;
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// Themes in memory, for tests and for the theme that is built into the program.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles(pub BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// Files by their path from the site's root.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(
            files
                .into_iter()
                .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
                .collect(),
        )
    }
}

impl ThemeFiles for MemoryFiles {
    fn read(&self, folder: &str, _: &mut Vec<Diagnostic>) -> BTreeMap<String, Content> {
        self.0
            .iter()
            .filter_map(|(path, bytes)| Some((path.strip_prefix(folder)?, bytes)))
            .filter(|(path, _)| {
                ["templates/", "static/", "i18n/"]
                    .iter()
                    .any(|part| path.starts_with(part))
                    || (!folder.is_empty() && *path == "theme.yaml")
            })
            .map(|(path, bytes)| (path.to_owned(), Content::Bytes(bytes.clone())))
            .collect()
    }

    fn themes(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .0
            .keys()
            .filter_map(|path| path.strip_prefix("themes/")?.split('/').next())
            .map(str::to_owned)
            .collect();
        names.dedup();
        names
    }
}
