//! Walks `content/` and `data/`: takes the site's folder, gives the files and what they are.
//! The one part of `content` that reads disks.

use super::PageFile;
use crate::config::Config;
use crate::diag::Diagnostic;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everything found.
#[derive(Debug, Default)]
pub struct Found {
    /// Page files (`.md`, `.markdown`, `.mdown`, `.html` with front matter), by path.
    pub pages: Vec<FoundPage>,
    /// All other files below `content/`, by path.
    pub assets: Vec<FoundAsset>,
    /// YAML, TOML, JSON and CSV files below `data/`, by path.
    pub data: Vec<FoundPage>,
    /// Files seen.
    pub files: usize,
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
#[derive(Debug, Clone)]
pub struct FoundAsset {
    /// Path from the site's root: `content/jobs/welder/photo.jpg`.
    pub file: Arc<str>,
    /// Path from the content folder: `jobs/welder/photo.jpg`.
    pub path: Arc<str>,
    /// Width and height in pixels of an image.
    pub size: Option<(u32, u32)>,
}

/// Walks the folders. Links that lead out of the root or in circles, unreadable folders and
/// hidden files are reported or passed over as product.md says.
pub fn discover(_root: &Path, _config: &Config) -> (Found, Vec<Diagnostic>) {
    todo!()
}
