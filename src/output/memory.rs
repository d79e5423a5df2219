//! Outputs kept in memory (for the local server) or thrown away (for `check`).

use super::path;
use crate::render::Sink;
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

/// Collects outputs by path.
#[derive(Debug, Default)]
pub struct MemoryStage {
    files: Mutex<BTreeMap<String, Content>>,
}

impl MemoryStage {
    /// Everything that was written.
    pub fn into_files(self) -> BTreeMap<String, Content> {
        self.files
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, path: &str, content: Content) -> anyhow::Result<()> {
        path::join(Path::new(""), path)?;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = files.insert(path.to_owned(), content);
        anyhow::ensure!(earlier.is_none(), "two outputs would be `{path}`");
        Ok(())
    }
}

impl Sink for MemoryStage {
    fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.insert(path, Content::Bytes(Arc::from(bytes)))
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
