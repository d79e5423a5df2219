//! What composing needs of rendering: the bridge from [`PageTexts`] to [`Texts`].

use crate::publish::compose::Texts;
use crate::render::PageTexts;
use crate::site::PageId;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Texts of one site, and digests of its files, each read once.
pub(super) struct SiteTexts<'a> {
    texts: PageTexts<'a>,
    root: PathBuf,
    digests: Mutex<BTreeMap<String, Option<String>>>,
}

impl<'a> SiteTexts<'a> {
    /// Texts of the site in `root`.
    pub(super) fn new(texts: PageTexts<'a>, root: &Path) -> Self {
        Self {
            texts,
            root: root.to_path_buf(),
            digests: Mutex::default(),
        }
    }
}

impl Texts for SiteTexts<'_> {
    fn body(&self, page: PageId) -> String {
        self.texts.body(page)
    }

    fn summary(&self, page: PageId) -> String {
        self.texts.summary(page)
    }

    fn facts(&self, page: PageId) -> Vec<String> {
        self.texts.facts(page)
    }

    fn digest(&self, file: &str) -> Option<String> {
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        digests
            .entry(file.to_owned())
            .or_insert_with(|| {
                let bytes = std::fs::read(self.root.join(file)).ok()?;
                Some(blake3::hash(&bytes).to_hex()[..32].to_owned())
            })
            .clone()
    }
}
