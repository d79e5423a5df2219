//! A site in a temporary folder, written inline, on which the real binary is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Settings of a test site: two languages, so that language prefixes are always in play.
pub(crate) const SETTINGS: &str = "\
site:
  url: https://example.org
  title: { zh-Hans: 测试, en: Test }
  languages: [zh-Hans, en]
  timezone: Asia/Shanghai
  theme: default
";

/// The moment of every test build, so that no test depends on the day it runs.
pub(crate) const TODAY: &str = "2026-06-15";

/// A site under test.
pub(crate) struct Site {
    folder: tempfile::TempDir,
}

/// How a run of the binary ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Site {
    /// A site with settings, the default theme, and no content.
    pub(crate) fn new() -> Self {
        let site = Self::empty().file("site.yaml", SETTINGS);
        copy(&repository().join("themes"), &site.path("themes"));
        site
    }

    /// A folder without anything.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// Writes a file.
    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(path, text);
        self
    }

    /// Writes a file between two runs.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let file = self.path(path);
        fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        fs::write(file, text).expect("a file");
    }

    /// Reads a file of the site.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Where a file of the site lies.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// A run of the binary in the site's folder.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guidepost"));
        command
            .current_dir(self.folder.path())
            .args(words)
            .stdin(Stdio::null())
            .env_remove("GITHUB_ACTIONS")
            .env_remove("GITEA_ACTIONS")
            // A test may itself run for a pull request.
            .env_remove("GITHUB_EVENT_NAME")
            .env_remove("GITHUB_REF")
            .env_remove("GITHUB_HEAD_REF")
            .env_remove("CI_PIPELINE_SOURCE")
            .env_remove("CI_PIPELINE_EVENT")
            .env_remove("CI_MERGE_REQUEST_IID")
            .env_remove("NO_COLOR")
            // The machine's zone must not matter; an odd one shows when it does.
            .env("TZ", "Pacific/Chatham");
        command
    }

    /// Runs the binary.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.ended(self.command(words))
    }

    /// Runs a prepared command.
    pub(crate) fn ended(&self, mut command: Command) -> Ran {
        let output = command.output().expect("the binary runs");
        let text = |bytes: &[u8]| self.redact(&String::from_utf8_lossy(bytes));
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// `guidepost build` on the tests' day.
    pub(crate) fn build(&self) -> Ran {
        self.build_with(&[])
    }

    /// `guidepost build` with more options.
    pub(crate) fn build_with(&self, more: &[&str]) -> Ran {
        let mut words = vec!["build", "--date", TODAY, "--format", "short"];
        words.extend(more);
        self.run(&words)
    }

    /// Everything in a folder of the site, by path.
    pub(crate) fn tree(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(folder);
        walkdir::WalkDir::new(&root)
            .into_iter()
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let name = entry.path().strip_prefix(&root).expect("below the folder");
                let bytes = fs::read(entry.path()).expect("a readable file");
                (name.to_string_lossy().replace('\\', "/"), bytes)
            })
            .collect()
    }

    /// Takes what differs from run to run out of a text: the folder's name and times.
    fn redact(&self, text: &str) -> String {
        let folder = self.folder.path();
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        let text = text
            .replace(&*real.to_string_lossy(), "[ROOT]")
            .replace(&*folder.to_string_lossy(), "[ROOT]");
        seconds(&text)
    }
}

/// The folder of this repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().flatten() {
        let target = to.join(entry.path().strip_prefix(from).expect("below the folder"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
        } else {
            fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}

/// Every `in 0.12 s` becomes `in [SECONDS]`.
fn seconds(text: &str) -> String {
    let mut parts = text.split(" in ");
    let mut redacted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        redacted.push_str(" in ");
        let digits = part
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(part.len());
        match part[digits..].strip_prefix(" s") {
            Some(rest) if digits > 0 => {
                redacted.push_str("[SECONDS]");
                redacted.push_str(rest);
            }
            _ => redacted.push_str(part),
        }
    }
    redacted
}

impl Ran {
    /// Fails the test unless the run was fine.
    #[track_caller]
    pub(crate) fn fine(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless the run found mistakes.
    #[track_caller]
    pub(crate) fn mistakes(self) -> Self {
        assert_eq!(self.code, 1, "{}{}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless the run could not be done.
    #[track_caller]
    pub(crate) fn refused(self) -> Self {
        assert_eq!(self.code, 2, "{}{}", self.stdout, self.stderr);
        self
    }

    /// The diagnostics of a `--format short` run: its lines but the summary.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.stderr
            .lines()
            .filter(|line| line.contains("error[") || line.contains("warning["))
            .collect()
    }
}
