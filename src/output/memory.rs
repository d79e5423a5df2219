//! Outputs kept in memory (for the local server) or thrown away (for `check`).

use super::path;
use crate::render::Sink;
use crate::store::Digest;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An output in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Its bytes.
    Bytes(Arc<[u8]>),
    /// A file that would be copied; it is read when somebody asks for it.
    File(PathBuf),
}

/// An output with what it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Digest of everything that it was made of; none when it is made at every build.
    pub key: Option<Digest>,
    /// The output.
    pub content: Content,
}

/// All outputs of a build, by path.
pub type Outputs = BTreeMap<String, Held>;

/// Collects outputs by path.
#[derive(Debug, Default)]
pub struct MemoryStage {
    earlier: Arc<Outputs>,
    outputs: Mutex<Outputs>,
}

impl MemoryStage {
    /// A stage that takes over the outputs of an earlier one which would be the same.
    pub fn after(earlier: Arc<Outputs>) -> Self {
        Self {
            earlier,
            ..Self::default()
        }
    }

    /// Everything that was written or taken over.
    pub fn into_outputs(self) -> Outputs {
        let outputs = self.outputs.into_inner();
        outputs.unwrap_or_else(PoisonError::into_inner)
    }

    fn outputs(&self) -> MutexGuard<'_, Outputs> {
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, path: &str, key: Option<Digest>, content: Content) -> anyhow::Result<()> {
        path::join(Path::new(""), path)?;
        let earlier = self
            .outputs()
            .insert(path.to_owned(), Held { key, content });
        anyhow::ensure!(earlier.is_none(), "two outputs would be `{path}`");
        Ok(())
    }
}

impl Sink for MemoryStage {
    fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.insert(path, None, Content::Bytes(Arc::from(bytes)))
    }

    fn has(&self, path: &str, key: Digest) -> bool {
        match self.earlier.get(path) {
            // A second output of that name is for `write` to refuse.
            Some(held) if held.key == Some(key) => {
                self.insert(path, held.key, held.content.clone()).is_ok()
            }
            _ => false,
        }
    }

    fn has_earlier(&self) -> bool {
        !self.earlier.is_empty()
    }

    fn keep_all_but(&self, paths: &BTreeSet<String>) -> bool {
        let mut outputs = Outputs::clone(&self.earlier);
        outputs.retain(|path, _| !paths.contains(path));
        *self.outputs() = outputs;
        true
    }

    fn write_made(&self, path: &str, key: Digest, bytes: &[u8]) -> anyhow::Result<()> {
        self.insert(path, Some(key), Content::Bytes(Arc::from(bytes)))
    }

    fn copy(&self, path: &str, source: &Path) -> anyhow::Result<()> {
        self.insert(path, None, Content::File(source.to_path_buf()))
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
