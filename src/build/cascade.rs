//! What sections hand down to their pages: takes the sections' own pages, gives the fields for
//! any file, with a digest by which a memo knows them.

use crate::config::Config;
use crate::content::{self, Page, PageFile};
use crate::data::{Entry, Node, Value};
use crate::store::{self, Digest};
use std::collections::BTreeMap;

/// Fields by folder and language (no language for a plain `_index.md`).
pub(super) struct Cascades {
    by_folder: BTreeMap<(String, Option<String>), Cascade>,
    nothing: Cascade,
}

/// The fields that a file inherits.
pub(super) struct Cascade {
    /// A mapping.
    pub(super) fields: Node,
    /// Digest of the fields and of the settings: all that a page depends on beside its bytes.
    pub(super) context: Digest,
}

impl Cascades {
    /// Nothing is handed down yet. `settings` is the digest of `site.yaml`.
    pub(super) fn new(settings: Digest) -> Self {
        Self {
            by_folder: BTreeMap::new(),
            nothing: Cascade {
                fields: Node::empty_map(),
                context: settings,
            },
        }
    }

    /// What is handed down to sections' own pages: nothing.
    pub(super) fn none(&self) -> &Cascade {
        &self.nothing
    }

    /// Adds a section below those that are known: it inherits from the folder above.
    pub(super) fn add(&mut self, page: &Page) {
        let own = page.cascade.clone().unwrap_or_else(Node::empty_map);
        let folder = page.section.to_string();
        let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let inherited = (!folder.is_empty())
            .then(|| self.nearest(above, page.file_lang.as_deref()))
            .flatten();
        let entries = own
            .entries()
            .iter()
            .chain(inherited.map_or(&[][..], |cascade| cascade.fields.entries()));
        let mut merged: Vec<Entry> = Vec::new();
        for entry in entries {
            if !merged.iter().any(|known| known.key == entry.key) {
                merged.push(entry.clone());
            }
        }
        let fields = Node {
            value: Value::Map(merged),
            ..own
        };
        let written = format!("{fields:?}");
        let context = store::digest_all([&self.nothing.context[..], written.as_bytes()]);
        self.by_folder.insert(
            (folder, page.file_lang.clone()),
            Cascade { fields, context },
        );
    }

    fn nearest(&self, folder: &str, lang: Option<&str>) -> Option<&Cascade> {
        let mut folder = folder;
        loop {
            for lang in [lang, None] {
                let key = (folder.to_owned(), lang.map(str::to_owned));
                if let Some(cascade) = self.by_folder.get(&key) {
                    return Some(cascade);
                }
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }

    /// What a file inherits.
    pub(super) fn of(&self, file: &PageFile, config: &Config) -> &Cascade {
        if self.by_folder.is_empty() {
            return &self.nothing;
        }
        let (section, lang) = content::page::location(&file.path, config);
        self.nearest(&section, lang.as_deref())
            .unwrap_or(&self.nothing)
    }
}
