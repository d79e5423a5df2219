//! A theme: `theme.yaml`, templates, static files, words.

use crate::config::Config;
use crate::diag::Diagnostic;
use std::path::Path;

/// A loaded theme with everything that the site and its parents add.
#[derive(Debug)]
pub struct Theme;

impl Theme {
    /// Static files: output path and where the file lies.
    pub fn statics(&self) -> &[(String, std::path::PathBuf)] {
        todo!()
    }
}

/// Loads the site's theme.
pub fn load(_root: &Path, _config: &Config) -> (Option<Theme>, Vec<Diagnostic>) {
    todo!()
}
