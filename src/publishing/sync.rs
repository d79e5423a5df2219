//! Ledgers in git: commits and pushes the ledger folder, so that what was promised and done
//! outlives a runner's disk. The push is also the lock between runners: of two, one is refused.
//!
//! A refused reservation is taken back, because it was never seen by anybody; a refused record
//! of what was done is merged with what is there, because it must not be lost.

use anyhow::Context as _;
use std::path::Path;
use std::process::{Command, Output};

/// How often a record is merged and pushed again; each time some other run was faster.
const TURNS: usize = 5;
/// Two ledgers that grew from one keep the lines of both.
const BOTH_SIDES: &str = "*.jsonl merge=union\n";

/// What became of a push.
#[derive(Debug)]
pub(super) enum Push {
    /// The remote has it.
    Done,
    /// The remote does not take it.
    Refused {
        /// In git's words.
        reason: String,
        /// Whether a commit was made for it.
        committed: bool,
    },
}

/// Commits what changed in the folder and pushes it. Nothing changed is nothing to commit. The
/// mark in the message keeps the commit from starting another run.
///
/// # Errors
/// When the site is in no repository.
pub(super) fn push(root: &Path, folder: &str, message: &str) -> anyhow::Result<Push> {
    git(root, &["add", "--", folder])?;
    let staged = run(root, &["diff", "--cached", "--quiet", "--", folder])?;
    let committed = !staged.status.success();
    if committed {
        let message = format!("{message} [skip ci]");
        let mut words = identity(root)?;
        words.extend(["commit", "--quiet", "-m", &message, "--", folder]);
        git(root, &words)?;
    }
    let pushed = run(root, &["push", "--quiet"])?;
    Ok(if pushed.status.success() {
        Push::Done
    } else {
        Push::Refused {
            reason: words_of(&pushed),
            committed,
        }
    })
}

/// Pushes what was done; when others were faster, their lines and ours are kept side by side.
///
/// # Errors
/// When the remote refuses for another reason, or what others changed cannot be merged.
pub(super) fn record(root: &Path, folder: &str, message: &str) -> anyhow::Result<()> {
    for _ in 0..TURNS {
        let Push::Refused { reason, .. } = push(root, folder, message)? else {
            return Ok(());
        };
        if news(root, folder)? == News::None {
            return Err(kept_here(&reason));
        }
        merge(root).map_err(|error| kept_here(&format!("{error:#}")))?;
    }
    Err(kept_here("other runs were faster each time"))
}

fn kept_here(reason: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "what was posted stands in the ledger on this disk and could not be pushed: {reason}; \
         `git pull --no-rebase` and push it, before another run plans without it"
    )
}

/// What the remote has that we do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing.
    None,
    /// Lines of ledgers, and nothing else.
    Ledgers,
    /// Newer content too.
    Others,
}

/// Asks the remote.
///
/// # Errors
/// When it does not answer.
pub(super) fn news(root: &Path, folder: &str) -> anyhow::Result<News> {
    fetch(root)?;
    let known = run(
        root,
        &["merge-base", "--is-ancestor", "@{upstream}", "HEAD"],
    )?;
    if known.status.success() {
        return Ok(News::None);
    }
    let without = format!(":(exclude){folder}");
    let words = [
        "diff",
        "--quiet",
        "HEAD...@{upstream}",
        "--",
        ":/",
        &without,
    ];
    Ok(if run(root, &words)?.status.success() {
        News::Ledgers
    } else {
        News::Others
    })
}

/// Fetches the branch that ours follows, and no other: a shallow clone stays small.
fn fetch(root: &Path) -> anyhow::Result<()> {
    let words = ["rev-parse", "--abbrev-ref", "@{upstream}"];
    let upstream = run(root, &words)?;
    let upstream = String::from_utf8_lossy(&upstream.stdout).trim().to_owned();
    match upstream.split_once('/') {
        Some((remote, branch)) => git(root, &["fetch", "--quiet", remote, branch]),
        None => git(root, &["fetch", "--quiet"]),
    }
}

/// Takes back the commit of a refused reservation; the files stay as they are.
///
/// # Errors
/// When git fails.
pub(super) fn take_back(root: &Path, folder: &str) -> anyhow::Result<()> {
    git(root, &["reset", "--quiet", "--soft", "HEAD~1"])?;
    git(root, &["reset", "--quiet", "--", folder])
}

/// Goes forward to what the remote has; only where nothing of ours is in the way.
///
/// # Errors
/// When something is.
pub(super) fn forward(root: &Path) -> anyhow::Result<()> {
    git(root, &["merge", "--quiet", "--ff-only", "@{upstream}"]).context(
        "another run was faster, and its ledger cannot be taken over: commit what is yours, `git \
         pull`, and run `publish` again; nothing was sent",
    )
}

fn merge(root: &Path) -> anyhow::Result<()> {
    let folder = root.join(".guidepost");
    let attributes = folder.join("attributes");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&attributes, BOTH_SIDES))
        .with_context(|| format!("cannot write `{}`", attributes.display()))?;
    let attributes = std::path::absolute(&attributes).unwrap_or(attributes);
    let setting = format!("core.attributesFile={}", attributes.display());
    let mut words = identity(root)?;
    words.extend(["-c", &setting, "merge", "--quiet"]);
    words.extend(["-m", "Merge ledgers [skip ci]", "@{upstream}"]);
    let merged = git(root, &words);
    if merged.is_err() {
        // Half a merge would be in the way of every later run.
        let _ = run(root, &["merge", "--abort"]);
    }
    merged
}

/// A runner has no name of its own; people's commits keep theirs.
fn identity(root: &Path) -> anyhow::Result<Vec<&'static str>> {
    let named = run(root, &["config", "user.email"])?.status.success();
    Ok(if named {
        Vec::new()
    } else {
        vec![
            "-c",
            "user.name=Guidepost",
            "-c",
            "user.email=guidepost@localhost",
        ]
    })
}

fn git(root: &Path, words: &[&str]) -> anyhow::Result<()> {
    let output = run(root, words)?;
    // `-c name=value` comes before the command that a person would look for.
    let command = words
        .iter()
        .copied()
        .find(|word| *word != "-c" && !word.contains('='))
        .unwrap_or_default();
    anyhow::ensure!(
        output.status.success(),
        "`git {command}` failed: {}",
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
        .context("cannot run git, which keeping ledgers in git needs")
}

fn words_of(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("To "))
        .unwrap_or("no reason given")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{News, Push, forward, git, news, push, record, run, take_back};
    use std::fs;
    use std::path::{Path, PathBuf};

    /// A bare repository and two clones of it, each with a ledger of one line.
    struct Trial {
        folder: tempfile::TempDir,
    }

    impl Trial {
        fn new() -> Self {
            let trial = Self {
                folder: tempfile::tempdir().expect("a folder"),
            };
            let top = trial.folder.path();
            let init = ["init", "--quiet", "--bare", "--initial-branch", "main"];
            git(top, &[&init[..], &["origin.git"]].concat()).expect("a repository");
            trial.clone_to("a");
            let a = trial.clone("a");
            write(&a, "content/a.md", "一\n");
            write(&a, "ledger/blog.jsonl", "1\n");
            git(&a, &["add", "."]).expect("files");
            commit(&a);
            git(&a, &["push", "--quiet", "-u", "origin", "main"]).expect("a push");
            trial.clone_to("b");
            trial
        }

        fn clone_to(&self, name: &str) {
            git(
                self.folder.path(),
                &["clone", "--quiet", "origin.git", name],
            )
            .expect("a clone");
        }

        fn clone(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        /// A file as the remote has it.
        fn remote(&self, file: &str) -> String {
            let origin = self.folder.path().join("origin.git");
            let shown = run(&origin, &["show", &format!("main:{file}")]).expect("git");
            String::from_utf8_lossy(&shown.stdout).into_owned()
        }
    }

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn commit(root: &Path) {
        let words = ["-c", "user.name=T", "-c", "user.email=t@localhost"];
        git(
            root,
            &[&words[..], &["commit", "--quiet", "-m", "x"]].concat(),
        )
        .expect("a commit");
    }

    fn subject(root: &Path) -> String {
        let log = run(root, &["log", "-1", "--format=%s"]).expect("git");
        String::from_utf8_lossy(&log.stdout).trim().to_owned()
    }

    #[test]
    fn only_the_ledgers_are_committed_and_no_run_is_started() {
        let trial = Trial::new();
        let a = trial.clone("a");
        write(&a, "ledger/blog.jsonl", "1\n2\n");
        write(&a, "content/a.md", "未完\n");
        assert!(matches!(push(&a, "ledger", "Reserve"), Ok(Push::Done)));
        assert_eq!(subject(&a), "Reserve [skip ci]");
        assert_eq!(trial.remote("ledger/blog.jsonl"), "1\n2\n");
        assert_eq!(trial.remote("content/a.md"), "一\n");
        assert!(matches!(push(&a, "ledger", "Again"), Ok(Push::Done)));
        assert_eq!(subject(&a), "Reserve [skip ci]");
        assert_eq!(news(&a, "ledger").expect("an answer"), News::None);
    }

    #[test]
    fn of_two_reservations_one_is_refused_and_taken_back() {
        let trial = Trial::new();
        let (a, b) = (trial.clone("a"), trial.clone("b"));
        write(&a, "ledger/blog.jsonl", "1\na\n");
        assert!(matches!(push(&a, "ledger", "Reserve"), Ok(Push::Done)));
        write(&b, "ledger/blog.jsonl", "1\nb\n");
        write(&b, "content/a.md", "未完\n");
        let refused = push(&b, "ledger", "Reserve").expect("git works");
        assert!(
            matches!(&refused, Push::Refused { committed: true, reason } if !reason.is_empty()),
            "{refused:?}"
        );
        // As the caller does: the file first, then the commit.
        write(&b, "ledger/blog.jsonl", "1\n");
        take_back(&b, "ledger").expect("the commit is gone");
        assert_eq!(news(&b, "ledger").expect("an answer"), News::Ledgers);
        forward(&b).expect("the other's ledger");
        let read = |file: &str| fs::read_to_string(b.join(file)).expect("a file");
        assert_eq!(read("ledger/blog.jsonl"), "1\na\n");
        assert_eq!(read("content/a.md"), "未完\n");
    }

    #[test]
    fn newer_content_is_told_from_newer_ledgers() {
        let trial = Trial::new();
        let (a, b) = (trial.clone("a"), trial.clone("b"));
        write(&a, "content/b.md", "二\n");
        git(&a, &["add", "."]).expect("files");
        commit(&a);
        git(&a, &["push", "--quiet"]).expect("a push");
        assert_eq!(news(&b, "ledger").expect("an answer"), News::Others);
    }

    #[test]
    fn what_was_done_is_kept_beside_what_others_did() {
        let trial = Trial::new();
        let (a, b) = (trial.clone("a"), trial.clone("b"));
        write(&a, "ledger/blog.jsonl", "1\na\n");
        write(&a, "content/b.md", "二\n");
        git(&a, &["add", "."]).expect("files");
        commit(&a);
        git(&a, &["push", "--quiet"]).expect("a push");
        write(&b, "ledger/blog.jsonl", "1\nb\n");
        write(&b, "ledger/new.jsonl", "n\n");
        record(&b, "ledger", "Record").expect("a merge");
        let merged = trial.remote("ledger/blog.jsonl");
        let mut lines: Vec<&str> = merged.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["1", "a", "b"]);
        assert_eq!(trial.remote("ledger/new.jsonl"), "n\n");
        assert_eq!(trial.remote("content/b.md"), "二\n");
        assert!(subject(&b).ends_with("[skip ci]"));
    }

    #[test]
    fn a_remote_that_takes_nothing_is_told_with_what_stays_here() {
        let trial = Trial::new();
        let a = trial.clone("a");
        let hook = trial.folder.path().join("origin.git/hooks/pre-receive");
        fs::write(&hook, "#!/bin/sh\necho 'no rights here' >&2\nexit 1\n").expect("a hook");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("rights");
        }
        write(&a, "ledger/blog.jsonl", "1\n2\n");
        let told = record(&a, "ledger", "Record").expect_err("a refusal");
        assert!(
            format!("{told:#}").contains("stands in the ledger on this disk"),
            "{told:#}"
        );
    }
}
