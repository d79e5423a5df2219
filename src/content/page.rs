//! The pure parse of one file: takes its path and bytes and the settings, gives a page (or
//! none) and diagnostics.

use super::{Body, Details, Kind, Meta};
use crate::config::Config;
use crate::diag::{Code, Diagnostic, Place};
use std::sync::Arc;

/// A page file before parsing. Paths use `/`, whatever the system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageFile {
    /// Path from the site's root, for messages: `content/jobs/welder.ru.md`.
    pub file: Arc<str>,
    /// Path from the content folder: `jobs/welder.ru.md`.
    pub path: Arc<str>,
}

/// One page as its file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its file.
    pub file: PageFile,
    /// Folder from the content folder without slashes at the ends: `jobs`, ``, `guides/tax`.
    /// For a bundle (`jobs/welder/index.md`) the bundle's own folder is not part of it.
    pub section: Arc<str>,
    /// File name without date, language and extension: `welder`; a bundle's folder name;
    /// `_index` for a section's own page.
    pub stem: String,
    /// `index.md` in its own folder, whose other files belong to it.
    pub bundle: bool,
    /// `_index.md`: the section's own page.
    pub is_section: bool,
    /// Language from the file name (`welder.ru.md`), if it is one of the site's.
    pub file_lang: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Common fields.
    pub meta: Meta,
    /// Own fields of the kind.
    pub details: Details,
    /// Fields that a section hands down to its pages (`cascade:` of `_index.md`).
    pub cascade: Option<crate::data::Node>,
    /// Title after all fallbacks; never empty.
    pub title: String,
    /// Body.
    pub body: Body,
    /// Hash of the file's bytes.
    pub hash: [u8; 16],
}

/// What a parse gives.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The page, unless the file cannot be one.
    pub page: Option<Box<Page>>,
    /// Mistakes.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses one file. `cascade` holds the fields that the sections above hand down (an empty
/// mapping when there are none); the file's own fields win.
pub fn parse(
    file: &PageFile,
    bytes: &[u8],
    cascade: &crate::data::Node,
    config: &Config,
) -> Parsed {
    let _ = (file, bytes, cascade, config, Code::NotUtf8, Place::file(""));
    todo!()
}
