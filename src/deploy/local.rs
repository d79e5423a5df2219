//! The files of a finished build: takes the output folder, gives every file with its hash.
//! Refuses a folder in which a build was stopped, and links that lead out of it.

use super::headers::Rules;
use super::plan::Local;
use super::state::{STATE, mark};
use super::target::Lives;
use crate::output;
use anyhow::Context as _;
use md5::{Digest as _, Md5};
use rayon::prelude::{IntoParallelIterator as _, ParallelIterator as _};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// Names of what other programs leave in a folder.
const NO_PART_OF_A_SITE: [&str; 3] = [".git", ".gitkeep", ".DS_Store"];

/// A file and where it lies.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) file: PathBuf,
    size: u64,
    /// First half of its BLAKE3 hash.
    pub(super) hash: String,
}

/// A finished build.
#[derive(Debug, Clone)]
pub struct Output {
    files: Vec<Source>,
    rules: Rules,
}

impl Output {
    /// Reads and hashes everything; `base_path` is the path part of the site's address.
    ///
    /// # Errors
    /// When there is no finished build, or a file cannot be read.
    pub fn read(folder: &Path, base_path: &str) -> anyhow::Result<Self> {
        let written = output::built(folder)?;
        let root = fs::canonicalize(folder)
            .with_context(|| format!("cannot read `{}`", folder.display()))?;
        let files = hashed(found(&root)?)?;
        let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        if let Some(missing) = written
            .iter()
            .find(|path| names.binary_search(&path.as_str()).is_err())
        {
            anyhow::bail!(
                "`{missing}` is missing in `{}`, so this is half a site; run `guidepost build`",
                folder.display()
            );
        }
        let rules = fs::read_to_string(root.join("_headers")).unwrap_or_default();
        Ok(Self {
            files,
            rules: Rules::read(&rules, base_path),
        })
    }

    /// The files by path, marked with their headers where the place keeps such.
    pub(super) fn marked(&self, lives: Option<Lives>) -> Vec<Local> {
        self.files
            .iter()
            .map(|source| Local {
                path: source.path.clone(),
                size: source.size,
                mark: mark(
                    &source.hash,
                    lives
                        .map(|lives| self.rules.of(&source.path, lives))
                        .as_ref(),
                ),
            })
            .collect()
    }

    /// One file.
    pub(super) fn source(&self, path: &str) -> Option<&Source> {
        let at = self
            .files
            .binary_search_by(|source| source.path.as_str().cmp(path));
        at.ok().map(|at| &self.files[at])
    }

    /// Its headers.
    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl Source {
    /// The bytes, if they are still those that were planned with.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, String> {
        let bytes = fs::read(&self.file)
            .map_err(|error| format!("cannot read `{}`: {error}", self.file.display()))?;
        if hash(&bytes) != self.hash {
            return Err(format!(
                "`{}` changed while it was being deployed; run `guidepost deploy` again",
                self.file.display()
            ));
        }
        Ok(bytes)
    }

    /// MD5 of the bytes in lower case, by which storage services name them.
    pub(super) fn md5(&self) -> Option<String> {
        md5_of(&self.file).ok()
    }
}

/// The hash of bytes as marks have it.
pub(super) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..32].to_owned()
}

/// MD5 of a file in lower case.
pub(super) fn md5_of(file: &Path) -> std::io::Result<String> {
    let mut hasher = Md5::new();
    let mut reader = BufReader::with_capacity(64 << 10, File::open(file)?);
    loop {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(piece);
        let length = piece.len();
        reader.consume(length);
    }
}

/// Every file below the folder, by path.
fn found(root: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    let entries = walkdir::WalkDir::new(root)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| {
            !NO_PART_OF_A_SITE
                .iter()
                .any(|name| entry.file_name() == *name)
        });
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read `{}`", root.display()))?;
        if entry.file_type().is_dir() && !entry.path_is_symlink() {
            continue;
        }
        if entry.path_is_symlink() {
            let lands = fs::canonicalize(entry.path()).ok();
            anyhow::ensure!(
                lands.is_some_and(|lands| lands.starts_with(root)),
                "`{}` is a link that leads out of the output folder; nothing outside is deployed",
                entry.path().display()
            );
        }
        if entry.file_type().is_dir() {
            continue;
        }
        let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let Some(path) = below.to_str().map(|path| path.replace('\\', "/")) else {
            anyhow::bail!("the name of `{}` is no UTF-8", entry.path().display());
        };
        if output::is_note(&path) || path == STATE {
            continue;
        }
        anyhow::ensure!(
            output::is_safe(&path),
            "`{}` cannot be the path of a file there; rename it",
            path.escape_debug()
        );
        files.push((path, entry.into_path()));
    }
    files.sort_unstable();
    Ok(files)
}

fn hashed(files: Vec<(String, PathBuf)>) -> anyhow::Result<Vec<Source>> {
    files
        .into_par_iter()
        .map(|(path, file)| {
            let cannot = || format!("cannot read `{}`", file.display());
            let mut hasher = blake3::Hasher::new();
            let size = std::io::copy(&mut File::open(&file).with_context(cannot)?, &mut hasher)
                .with_context(cannot)?;
            let hash = hasher.finalize().to_hex()[..32].to_owned();
            Ok(Source {
                path,
                file,
                size,
                hash,
            })
        })
        .collect()
}
