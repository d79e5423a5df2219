//! A branch of a git repository, by the `git` program: one commit that holds exactly what was
//! written, on top of what is there. The push is refused when somebody else was faster, so it
//! is also the lock; nothing shows before it, so a kill leaves the branch as it was.
//!
//! Works in a bare repository of its own, `.guidepost/deploy/NAME.git`; the site's own repository
//! and its files stay as they are.

use super::{Found, Opening, Sending, Store, below, io};
use crate::deploy::plan::Seen;
use crate::deploy::state::STATE;
use crate::platform::{Failure, FailureKind, Secret, Sieve};
use base64::Engine as _;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

/// Where the branch of the remote is kept.
const THERE: &str = "refs/guidepost/there";
/// Where the commit in the making is kept.
const NEXT: &str = "refs/guidepost/next";

/// What a commit says of itself.
#[derive(Debug, Clone)]
pub(in crate::deploy) struct Identity {
    /// Its first line.
    pub(in crate::deploy) message: String,
}

/// A branch.
#[derive(Debug)]
pub(super) struct Branch {
    root: PathBuf,
    repository: PathBuf,
    remote: String,
    branch: String,
    folder: String,
    message: String,
    /// Settings for git that must not stand in a list of processes.
    settings: Vec<(String, String)>,
    sieve: Sieve,
    /// The commit that was there; none for a new branch.
    base: Option<String>,
    stream: Mutex<Option<Stream>>,
}

/// `git fast-import` with a commit half written.
#[derive(Debug)]
struct Stream {
    child: Child,
    input: ChildStdin,
}

impl Branch {
    pub(super) fn open(
        name: &str,
        remote: &str,
        branch: &str,
        folder: &str,
        opening: &Opening<'_>,
        token: Option<&Secret>,
        mut sieve: Sieve,
    ) -> Result<Self, Failure> {
        let mut settings = Vec::new();
        if let Some(token) = token {
            let pair = format!("x-access-token:{}", token.reveal());
            let login = base64::engine::general_purpose::STANDARD.encode(pair);
            sieve.add(&login);
            settings.push((
                "http.extraHeader".to_owned(),
                format!("Authorization: Basic {login}"),
            ));
        }
        let mut place = Self {
            root: opening.root.to_path_buf(),
            repository: opening
                .root
                .join(".guidepost/deploy")
                .join(format!("{name}.git")),
            remote: remote.to_owned(),
            branch: branch.to_owned(),
            folder: folder.to_owned(),
            message: opening.identity.message.clone(),
            settings,
            sieve,
            base: None,
            stream: Mutex::default(),
        };
        place.resolve()?;
        std::fs::create_dir_all(&place.repository).map_err(|error| {
            io(
                &format!("cannot make `{}`", place.repository.display()),
                &error,
            )
        })?;
        place.repository = std::fs::canonicalize(&place.repository)
            .map_err(|error| io("cannot use `.guidepost/deploy`", &error))?;
        place.git(&["init", "--bare", "--quiet"])?;
        place.base = place.fetch()?;
        Ok(place)
    }

    /// The address of a remote that is only named; refuses the branch that the site is written on.
    fn resolve(&mut self) -> Result<(), Failure> {
        let named = !self.remote.contains([':', '/', '\\']);
        let of_site = |words: &[&str]| {
            let output = self.command(false, words).output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            (output.status.success() && !text.is_empty()).then_some(text)
        };
        let origin = of_site(&[
            "remote",
            "get-url",
            if named { &self.remote } else { "origin" },
        ]);
        let current = of_site(&["symbolic-ref", "--short", "HEAD"]);
        if named && origin.is_none() {
            return Err(Failure::new(
                FailureKind::Missing,
                format!(
                    "the site's repository has no remote `{}`; write the repository's address",
                    self.remote
                ),
            ));
        }
        let same = origin.as_deref() == Some(self.remote.as_str()) || named;
        if same && current.as_deref() == Some(self.branch.as_str()) {
            return Err(Failure::new(
                FailureKind::Refused,
                format!(
                    "`{}` is the branch that the site is written on; name another one, such as \
                     `gh-pages`",
                    self.branch
                ),
            ));
        }
        if named && let Some(url) = origin {
            self.remote = url;
        }
        Ok(())
    }

    /// Git in the site's folder, on our own repository or on the site's.
    fn command(&self, ours: bool, words: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(&self.root)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE");
        if ours {
            command
                .arg("--git-dir")
                .arg(&self.repository)
                .args(["-c", "gc.auto=0"])
                .env("GIT_CONFIG_COUNT", self.settings.len().to_string());
            for (index, (key, value)) in self.settings.iter().enumerate() {
                command.env(format!("GIT_CONFIG_KEY_{index}"), key);
                command.env(format!("GIT_CONFIG_VALUE_{index}"), value);
            }
        }
        command.args(words).stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Result<Output, Failure> {
        self.command(true, words)
            .output()
            .map_err(|error| no_git(&error))
    }

    fn git(&self, words: &[&str]) -> Result<Vec<u8>, Failure> {
        let output = self.run(words)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(self.failure(words.first().unwrap_or(&""), &output))
    }

    /// The commit that the remote's branch is at; none when there is no such branch.
    fn fetch(&self) -> Result<Option<String>, Failure> {
        let full = format!("refs/heads/{}", self.branch);
        let listed = self.git(&["ls-remote", "--", &self.remote, &full])?;
        if !String::from_utf8_lossy(&listed).contains(&full) {
            self.git(&["update-ref", "-d", THERE])?;
            return Ok(None);
        }
        let refspec = format!("+{full}:{THERE}");
        self.git(&[
            "fetch",
            "--quiet",
            "--depth",
            "1",
            "--no-tags",
            "--",
            &self.remote,
            &refspec,
        ])?;
        let commit = self.git(&["rev-parse", "--verify", "--quiet", THERE])?;
        Ok(Some(String::from_utf8_lossy(&commit).trim().to_owned()))
    }

    fn failure(&self, what: &str, output: &Output) -> Failure {
        let text = String::from_utf8_lossy(&output.stderr);
        let report = String::from_utf8_lossy(&output.stdout);
        let has = |words: &str| text.contains(words) || report.contains(words);
        let said = text
            .lines()
            .map(str::trim)
            .find(|line| {
                ["fatal:", "error:", "remote: error", "remote: fatal"]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
            .or_else(|| text.lines().map(str::trim).find(|line| !line.is_empty()))
            .unwrap_or("no reason given");
        let faster = [
            "[rejected]",
            "fetch first",
            "cannot lock ref",
            "failed to update ref",
            "incorrect old value",
            "reference already exists",
        ];
        let (kind, hint) = if faster.iter().any(|words| has(words)) {
            (
                FailureKind::Conflict,
                "; somebody else was faster: deploy again",
            )
        } else if has("Permission denied")
            || has("Authentication failed")
            || has("could not read Username")
            || has("403")
        {
            (
                FailureKind::Credentials,
                "; check that `git push` reaches the repository, or give a token",
            )
        } else if has("quota") || has("No space left") || has("exceeds") {
            (FailureKind::Refused, "; make room there, then deploy again")
        } else if has("[remote rejected]") || has("protected branch") || has("hook declined") {
            (
                FailureKind::Forbidden,
                "; the repository's rules do not let this in",
            )
        } else if has("does not appear to be a git repository")
            || has("not found")
            || has("does not exist")
        {
            (
                FailureKind::Missing,
                "; check `remote`, and that you may read it",
            )
        } else if has("Could not resolve") || has("Connection refused") || has("timed out") {
            (FailureKind::Unreachable, "")
        } else {
            (FailureKind::Refused, "")
        };
        Failure::new(
            kind,
            self.sieve
                .clean(&format!("`git {what}` failed: {said}{hint}")),
        )
    }

    /// Starts the commit.
    fn begin(&self) -> Result<Stream, Failure> {
        let mut child = self
            .command(true, &["fast-import", "--quiet", "--done", "--force"])
            .args(["--date-format=now"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| no_git(&error))?;
        let Some(input) = child.stdin.take() else {
            return Err(Failure::lost("`git` gave no pipe"));
        };
        let mut stream = Stream { child, input };
        let who = self.committer();
        let base = match &self.base {
            Some(commit) => format!("from {commit}\n"),
            None => String::new(),
        };
        let head = format!(
            "reset {NEXT}\n\ncommit {NEXT}\ncommitter {who} now\ndata {}\n{}\n{base}",
            self.message.len(),
            self.message
        );
        let mut written = stream.input.write_all(head.as_bytes());
        // Without it pages hosting leaves out every name that begins with `_`.
        if written.is_ok() && self.folder.is_empty() && !self.holds(".nojekyll") {
            written = stream
                .input
                .write_all(b"M 100644 inline .nojekyll\ndata 0\n\n");
        }
        match written {
            Ok(()) => Ok(stream),
            Err(_) => Err(self.broken(stream)),
        }
    }

    /// `Name <address>`: the person's own, or ours on a runner that has none.
    fn committer(&self) -> String {
        let setting = |key: &str| {
            let output = self.command(false, &["config", key]).output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout);
            let text = text.trim().replace(['<', '>', '\n'], "");
            (!text.is_empty()).then_some(text)
        };
        match (setting("user.name"), setting("user.email")) {
            (Some(name), Some(email)) => format!("{name} <{email}>"),
            _ => "Guidepost <guidepost@localhost>".to_owned(),
        }
    }

    fn holds(&self, path: &str) -> bool {
        self.base.as_ref().is_some_and(|commit| {
            let object = format!("{commit}:{path}");
            self.run(&["cat-file", "-e", &object])
                .is_ok_and(|output| output.status.success())
        })
    }

    /// Why the commit in the making broke off.
    fn broken(&self, stream: Stream) -> Failure {
        drop(stream.input);
        match stream.child.wait_with_output() {
            Ok(output) => self.failure("fast-import", &output),
            Err(error) => no_git(&error),
        }
    }

    /// Adds lines and bytes to the commit.
    fn add(&self, line: &str, bytes: Option<&[u8]>) -> Result<(), Failure> {
        let mut held = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stream = match held.take() {
            Some(stream) => stream,
            None => self.begin()?,
        };
        let mut written = stream.input.write_all(line.as_bytes());
        if let Some(bytes) = bytes {
            written = written
                .and_then(|()| writeln!(stream.input, "data {}", bytes.len()))
                .and_then(|()| stream.input.write_all(bytes))
                .and_then(|()| stream.input.write_all(b"\n"));
        }
        if written.is_err() {
            return Err(self.broken(stream));
        }
        *held = Some(stream);
        Ok(())
    }

    /// Ends the commit and pushes it.
    fn push(&self) -> Result<(), Failure> {
        let held = self
            .stream
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut stream) = held else {
            return Ok(());
        };
        if stream.input.write_all(b"\ndone\n").is_err() {
            return Err(self.broken(stream));
        }
        drop(stream.input);
        let output = stream
            .child
            .wait_with_output()
            .map_err(|error| no_git(&error))?;
        if !output.status.success() {
            return Err(self.failure("fast-import", &output));
        }
        // A branch that somebody made meanwhile has no common history with ours: refused too.
        let refspec = format!("{NEXT}:refs/heads/{}", self.branch);
        self.git(&["push", "--porcelain", "--", &self.remote, &refspec])?;
        self.fetch()?;
        Ok(())
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        let held = self.stream.get_mut();
        if let Some(mut stream) = held.unwrap_or_else(PoisonError::into_inner).take() {
            let _ = stream.child.kill();
            let _ = stream.child.wait();
        }
    }
}

impl Store for Branch {
    fn read(&self, path: &str) -> Result<Option<Found>, Failure> {
        let object = format!("{THERE}:{}", below(&self.folder, path));
        let output = self.run(&["cat-file", "blob", &object])?;
        Ok(output.status.success().then_some(Found {
            bytes: output.stdout,
            tag: None,
        }))
    }

    fn write(&self, sending: &Sending<'_>) -> Result<(), Failure> {
        let path = quoted(&below(&self.folder, sending.path));
        self.add(&format!("M 100644 inline {path}\n"), Some(&sending.bytes))?;
        if sending.path == STATE {
            self.push()?;
        }
        Ok(())
    }

    fn remove(&self, path: &str) -> Result<(), Failure> {
        let path = quoted(&below(&self.folder, path));
        self.add(&format!("D {path}\n"), None)
    }

    fn list(&self, _: bool) -> Result<Option<BTreeMap<String, Seen>>, Failure> {
        let mut listing = BTreeMap::new();
        let Some(base) = &self.base else {
            return Ok(Some(listing));
        };
        let output = self.git(&["ls-tree", "-r", "-z", "--long", base])?;
        let prefix = below(&self.folder, "");
        for line in String::from_utf8_lossy(&output).split('\0') {
            let Some((head, path)) = line.split_once('\t') else {
                continue;
            };
            let Some(path) = path.strip_prefix(&prefix) else {
                continue;
            };
            let size = head.split_whitespace().nth(3);
            listing.insert(
                path.to_owned(),
                Seen {
                    size: size.and_then(|size| size.parse().ok()).unwrap_or_default(),
                    written: None,
                    md5: None,
                },
            );
        }
        Ok(Some(listing))
    }

    fn is_atomic(&self) -> bool {
        true
    }
}

/// A path as `fast-import` reads it.
fn quoted(path: &str) -> String {
    let mut text = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '\\' => {
                text.push('\\');
                text.push(c);
            }
            '\n' => text.push_str("\\n"),
            _ => text.push(c),
        }
    }
    text.push('"');
    text
}

fn no_git(error: &std::io::Error) -> Failure {
    Failure::new(
        FailureKind::Unsupported,
        format!("cannot run `git`, which this target needs: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn paths_with_quotes_stay_one_path() {
        assert_eq!(quoted("招聘/a b.html"), "\"招聘/a b.html\"");
        assert_eq!(quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
    }
}
