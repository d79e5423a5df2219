//! Ledgers in git: commits and pushes the ledger folder, so that what was promised and done
//! outlives a runner's disk. The push is also the lock between runners: of two, one is refused.

use anyhow::Context as _;
use std::path::Path;
use std::process::{Command, Output};

/// Commits what changed in the folder and pushes it. Nothing changed is nothing to do.
///
/// # Errors
/// When the site is in no repository, or the remote refuses: then another runner was faster.
pub(super) fn push(root: &Path, folder: &str, message: &str) -> anyhow::Result<()> {
    git(root, &["add", "--", folder])?;
    let staged = run(root, &["diff", "--cached", "--quiet", "--", folder])?;
    if !staged.status.success() {
        let mut words = Vec::new();
        // A runner has no name of its own; people's commits keep theirs.
        if !run(root, &["config", "user.email"])?.status.success() {
            words.extend([
                "-c",
                "user.name=Guidepost",
                "-c",
                "user.email=guidepost@localhost",
            ]);
        }
        words.extend(["commit", "--quiet", "-m", message, "--", folder]);
        git(root, &words)?;
    }
    let pushed = run(root, &["push", "--quiet"])?;
    if pushed.status.success() {
        return Ok(());
    }
    anyhow::bail!(
        "the ledger could not be pushed, so nothing more is sent: {}; another run may have been \
         faster: `git pull --rebase` and run `publish` again",
        words_of(&pushed)
    )
}

fn git(root: &Path, words: &[&str]) -> anyhow::Result<()> {
    let output = run(root, words)?;
    anyhow::ensure!(
        output.status.success(),
        "`git {}` failed: {}",
        words.first().unwrap_or(&""),
        words_of(&output)
    );
    Ok(())
}

fn run(root: &Path, words: &[&str]) -> anyhow::Result<Output> {
    Command::new("git")
        .arg("-C")
        .arg(root)
        .args(words)
        .output()
        .context("cannot run git, which `ledger: {sync: git}` needs")
}

fn words_of(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("To "))
        .unwrap_or("no reason given")
        .to_owned()
}
