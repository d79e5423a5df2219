//! Outputs kept in memory (for the local server) or thrown away (for `check`).

use super::path;
use crate::render::Sink;
use crate::store::Digest;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// An output in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Its bytes.
    Bytes(Arc<[u8]>),
    /// A file that would be copied; it is read when somebody asks for it.
    File(PathBuf),
}

/// Outputs of an earlier build with what they were made of.
pub type Made = BTreeMap<String, (Digest, Content)>;

/// Collects outputs by path.
#[derive(Debug, Default)]
pub struct MemoryStage {
    earlier: Made,
    files: Mutex<BTreeMap<String, Content>>,
    made: Mutex<Made>,
}

impl MemoryStage {
    /// A stage that takes over the outputs of an earlier one which would be the same.
    pub fn after(earlier: Made) -> Self {
        Self {
            earlier,
            ..Self::default()
        }
    }

    /// Everything that was written, and what the next stage may take over.
    pub fn into_parts(self) -> (BTreeMap<String, Content>, Made) {
        let files = self.files.into_inner();
        let made = self.made.into_inner();
        (
            files.unwrap_or_else(PoisonError::into_inner),
            made.unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn insert(&self, path: &str, content: Content) -> anyhow::Result<()> {
        path::join(Path::new(""), path)?;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = files.insert(path.to_owned(), content);
        anyhow::ensure!(earlier.is_none(), "two outputs would be `{path}`");
        Ok(())
    }

    fn remember(&self, path: &str, key: Digest, content: Content) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.insert(path.to_owned(), (key, content));
    }
}

impl Sink for MemoryStage {
    fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.insert(path, Content::Bytes(Arc::from(bytes)))
    }

    fn has(&self, path: &str, key: Digest) -> bool {
        match self.earlier.get(path) {
            Some((known, content)) if *known == key => {
                // A second output of that name is for `write` to refuse.
                let is_first = self.insert(path, content.clone()).is_ok();
                if is_first {
                    self.remember(path, key, content.clone());
                }
                is_first
            }
            _ => false,
        }
    }

    fn write_made(&self, path: &str, key: Digest, bytes: &[u8]) -> anyhow::Result<()> {
        let content = Content::Bytes(Arc::from(bytes));
        self.insert(path, content.clone())?;
        self.remember(path, key, content);
        Ok(())
    }

    fn copy(&self, path: &str, source: &Path) -> anyhow::Result<()> {
        self.insert(path, Content::File(source.to_path_buf()))
    }
}

/// Counts outputs and keeps nothing.
#[derive(Debug, Default)]
pub struct Discard {
    outputs: AtomicUsize,
}

impl Discard {
    /// Number of outputs so far.
    pub fn outputs(&self) -> usize {
        self.outputs.load(Ordering::Relaxed)
    }
}

impl Sink for Discard {
    fn write(&self, _path: &str, _bytes: &[u8]) -> anyhow::Result<()> {
        self.outputs.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn copy(&self, _path: &str, _source: &Path) -> anyhow::Result<()> {
        self.outputs.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
