//! Which attempts this disk reserved and never began to send: a file per account below
//! `.guidepost/`, outside of git. On another disk, or after sending began, a reserved attempt is
//! one whose outcome is unknown.

use anyhow::Context as _;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn path(root: &Path, account: &str) -> PathBuf {
    root.join(".guidepost").join("reserved").join(account)
}

/// The attempts.
pub(super) fn read(root: &Path, account: &str) -> BTreeSet<String> {
    fs::read_to_string(path(root, account))
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Keeps exactly these, synced to disk.
///
/// # Errors
/// When the disk fails; then nothing may be sent.
pub(super) fn write(root: &Path, account: &str, attempts: &BTreeSet<String>) -> anyhow::Result<()> {
    let path = path(root, account);
    let folder = path.parent().unwrap_or(root);
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    let fresh = path.with_extension("new");
    let text: String = attempts
        .iter()
        .map(|attempt| format!("{attempt}\n"))
        .collect();
    File::create(&fresh)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
        })
        .and_then(|()| fs::rename(&fresh, &path))
        .and_then(|()| File::open(folder)?.sync_all())
        .with_context(|| format!("cannot write `{}`", path.display()))
}
