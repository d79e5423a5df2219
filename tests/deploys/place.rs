//! A place of a trial: what `site.yaml` says of it, how to look into it by other means than the
//! program's, and how to hold the upload of one file, so that a kill comes exactly there.

use crate::harness::{Ran, SETTINGS, Site};
use crate::platforms::flaky::{Flaky, Mishap, Order};
use crate::platforms::server::Server;
use base64::Engine as _;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Name of the record at a place.
pub(crate) const RECORD: &str = ".guidepost-deploy.json";

/// A place, empty at first.
pub(crate) struct Place {
    /// `to: folder, folder: …`
    pub(crate) settings: String,
    /// Variables of the environment.
    pub(crate) secrets: Vec<(String, String)>,
    pub(crate) inside: Inside,
    /// Whether it can be asked what it holds.
    pub(crate) is_listed: bool,
    /// Kept until the trial is over.
    pub(crate) _folder: Option<tempfile::TempDir>,
}

/// How to look into it.
pub(crate) enum Inside {
    /// A folder of this disk, whoever serves it.
    Disk(PathBuf),
    /// A bare repository of this disk, and a branch.
    Git(PathBuf, String),
    /// A bucket, below a prefix.
    Bucket(Server, String),
    /// A folder of this disk behind HTTP: its uploads are held by a proxy.
    Served(PathBuf, String),
}

/// A name that no other trial has.
pub(crate) fn unique() -> String {
    crate::platforms::posts::unique()
}

fn ended(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("a program");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

pub(crate) fn git(repository: &Path, words: &[&str]) -> Vec<u8> {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(words);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Somebody");
        command.env(format!("GIT_{role}_EMAIL"), "somebody@example.org");
    }
    ended(&mut command)
}

fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let name = entry.path().strip_prefix(root).expect("below the folder");
            let bytes = match fs::read(entry.path()) {
                // A run that goes on has given it another name since.
                Err(error) if error.kind() == ErrorKind::NotFound => return None,
                read => read.expect("a readable file"),
            };
            Some((name.to_string_lossy().into_owned(), bytes))
        })
        .collect()
}

impl Inside {
    /// Every file there, by path.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        match self {
            Self::Disk(root) | Self::Served(root, _) => tree(root),
            Self::Git(repository, branch) => {
                let known = git(repository, &["branch", "--list", branch]);
                if known.is_empty() {
                    return BTreeMap::new();
                }
                let folder = tempfile::tempdir().expect("a folder");
                let clone = folder.path().join("clone");
                let clone = clone.to_string_lossy();
                git(
                    folder.path(),
                    &[
                        "clone",
                        "-q",
                        "-b",
                        branch,
                        &repository.to_string_lossy(),
                        &clone,
                    ],
                );
                let mut files = tree(Path::new(&*clone));
                files.retain(|path, _| !path.starts_with(".git/") && path != ".nojekyll");
                files
            }
            Self::Bucket(server, prefix) => look(server, "list", prefix, b"")
                .as_object()
                .expect("an object")
                .iter()
                .map(|(path, found)| {
                    let bytes = found["bytes"].as_str().expect("bytes");
                    let bytes = base64::engine::general_purpose::STANDARD.decode(bytes);
                    (path.clone(), bytes.expect("base64"))
                })
                .collect(),
        }
    }

    /// Somebody else puts a file there.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        match self {
            Self::Disk(root) | Self::Served(root, _) => {
                let file = root.join(path);
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(file, bytes).expect("a file");
            }
            Self::Git(repository, branch) => {
                let folder = tempfile::tempdir().expect("a folder");
                let clone = folder.path();
                let known = !git(repository, &["branch", "--list", branch]).is_empty();
                git(clone, &["init", "-q", "-b", branch]);
                git(
                    clone,
                    &["remote", "add", "o", &repository.to_string_lossy()],
                );
                if known {
                    git(clone, &["pull", "-q", "o", branch]);
                }
                let file = clone.join(path);
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(file, bytes).expect("a file");
                git(clone, &["add", "-f", "."]);
                git(clone, &["commit", "-q", "-m", "somebody else"]);
                git(clone, &["push", "-q", "o", branch]);
            }
            Self::Bucket(server, prefix) => {
                look(server, "put", &format!("{prefix}{path}"), bytes);
            }
        }
    }

    /// Lets something happen to the upload of a file; gives the settings to reach the place by.
    pub(crate) fn trouble(&self, settings: &str, path: &str, mishap: Mishap) -> (String, Flaky) {
        let order = |folder: &str| Order {
            method: "PUT",
            path: format!("{folder}{path}"),
            mishap,
        };
        match self {
            Self::Bucket(server, prefix) => {
                let target = server.get("S3_ENDPOINT");
                let proxy = Flaky::start_for_signed(target, order(prefix));
                (settings.replace(target, &proxy.url()), proxy)
            }
            Self::Served(root, target) => {
                let folder = root.file_name().expect("a name").to_string_lossy();
                let proxy = Flaky::start(target, order(&format!("{folder}/")));
                (settings.replace(target, &proxy.url()), proxy)
            }
            Self::Disk(_) | Self::Git(..) => panic!("no proxy can stand before it"),
        }
    }

    /// Holds the upload of a file; gives the settings to reach the place by.
    pub(crate) fn hold(&self, settings: &str, path: &str) -> (String, Held) {
        match self {
            // Whoever opens a pipe for writing waits until somebody opens it for reading.
            Self::Disk(root) => {
                let full = if settings.contains("to: sftp") {
                    part_name(&root.join(path).to_string_lossy()).into()
                } else {
                    root.join(part_name(path))
                };
                fs::create_dir_all(full.parent().expect("a folder")).expect("a folder");
                ended(Command::new("mkfifo").arg(&full));
                (settings.to_owned(), Held::Pipe(full))
            }
            Self::Git(repository, _) => {
                let hook = repository.join("hooks/pre-receive");
                fs::create_dir_all(repository.join("hooks")).expect("a folder");
                // Only the first push waits.
                fs::write(
                    &hook,
                    "#!/bin/sh\nif mkdir held 2>/dev/null\nthen while [ ! -e gone ]; do sleep 0.05; done\nfi\n",
                )
                .expect("a hook");
                ended(Command::new("chmod").arg("755").arg(&hook));
                (settings.to_owned(), Held::Push(repository.clone()))
            }
            Self::Bucket(..) | Self::Served(..) => {
                let (settings, proxy) = self.trouble(settings, path, Mishap::HoldBefore);
                (settings, Held::Request(proxy))
            }
        }
    }
}

/// An upload that waits.
pub(crate) enum Held {
    Pipe(PathBuf),
    Push(PathBuf),
    Request(Flaky),
}

impl Held {
    /// Waits until the upload is under way. At a pipe nobody can tell: there the trial waits for
    /// what is sent before it.
    pub(crate) fn wait(&self) {
        match self {
            Self::Pipe(_) => {}
            Self::Push(repository) => until("a push", || repository.join("held").exists()),
            Self::Request(proxy) => proxy.wait_for_one(),
        }
    }

    /// Lets it go on, if somebody still waits; `bytes` are what would have been written.
    pub(crate) fn let_go(&self, bytes: Option<&[u8]>) {
        match self {
            Self::Pipe(pipe) => {
                // At no moment is nothing there: a writer that only now comes to the pipe finds
                // the file in its place.
                let other = pipe.with_extension("pipe");
                fs::hard_link(pipe, &other).expect("another name");
                match bytes {
                    Some(bytes) => {
                        let file = pipe.with_extension("file");
                        fs::write(&file, bytes).expect("a file");
                        fs::rename(&file, pipe).expect("a file in its place");
                    }
                    None => fs::remove_file(pipe).expect("one name less"),
                }
                drain(&other);
                fs::remove_file(&other).expect("no pipe");
            }
            Self::Push(repository) => fs::write(repository.join("gone"), "").expect("a mark"),
            Self::Request(proxy) => {
                assert!(proxy.is_done(), "the upload never came");
                proxy.let_go();
            }
        }
    }
}

/// Reads a pipe until its writer is done; where there is none, a short while.
fn drain(pipe: &Path) {
    use std::io::Read as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    const WITHOUT_WAITING: i32 = 0o4000;
    const PAUSE: Duration = Duration::from_millis(25);
    let mut reader = fs::OpenOptions::new()
        .read(true)
        .custom_flags(WITHOUT_WAITING)
        .open(pipe)
        .expect("a pipe");
    let mut taken = vec![0; 64 << 10];
    let (mut any, mut alone) = (false, 0);
    for _ in 0..1200 {
        match reader.read(&mut taken) {
            Ok(0) if any || alone == 40 => return,
            Ok(0) => alone += 1,
            Ok(_) => {
                any = true;
                continue;
            }
            // Somebody writes, and has nothing yet to give.
            Err(_) => {}
        }
        std::thread::sleep(PAUSE);
    }
}

/// The name under which a file is written first.
fn part_name(path: &str) -> String {
    let name = format!(
        ".guidepost-{}.part",
        &blake3::hash(path.as_bytes()).to_hex()[..12]
    );
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name,
    }
}

/// Looks into a bucket.
pub(crate) fn look(server: &Server, verb: &str, name: &str, bytes: &[u8]) -> serde_json::Value {
    use std::io::Write as _;
    let words: Vec<&str> = server.get("S3_LOOK").split(' ').collect();
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .args(["S3_ENDPOINT", "S3_KEY", "S3_SECRET"].map(|key| server.get(key)))
        .args([verb, name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(bytes).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "look {verb} {name}");
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// Waits for something for half a minute.
#[track_caller]
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} did not come");
}

/// A site on a machine that deploys to a place.
pub(crate) struct Machine {
    pub(crate) site: Site,
    secrets: Vec<(String, String)>,
}

/// What a run said at its end.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    /// The target's part of the summary.
    pub(crate) target: serde_json::Value,
    pub(crate) lines: Vec<serde_json::Value>,
}

impl Machine {
    /// A small site, built.
    pub(crate) fn new(place: &Place) -> Self {
        let machine = Self {
            site: Site::new()
                .file("content/articles/one.md", article("一"))
                .file("content/articles/two.md", article("二"))
                .file("content/articles/three.md", article("三"))
                .file("content/guides/rent.md", article("租房"))
                .file(
                    "static/图 & c.svg",
                    "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                ),
            secrets: place.secrets.clone(),
        };
        for number in 0..30 {
            let file = format!("content/guides/{number}.md");
            machine
                .site
                .write(&file, article(&format!("指南 {number}")));
        }
        machine.reach(&place.settings);
        machine.site.build().fine();
        machine
    }

    /// Writes the settings with this target.
    pub(crate) fn reach(&self, settings: &str) {
        self.site.write(
            "site.yaml",
            format!("{SETTINGS}deploy:\n  trial: {{ {settings} }}\n"),
        );
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.site.command(&["deploy"]);
        command.args(words);
        for (name, value) in &self.secrets {
            command.env(name, value);
        }
        command
    }

    /// A run for people.
    pub(crate) fn told(&self, words: &[&str]) -> Ran {
        self.site.ended(self.command(words))
    }

    /// A run for machines.
    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> Said {
        let mut command = self.command(words);
        command.args(["--format", "json"]);
        let ran = self.site.ended(command);
        let lines: Vec<serde_json::Value> = ran
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let summary = lines.last().unwrap_or_else(|| panic!("{ran:?}"));
        assert_eq!(summary["type"], "summary", "{ran:?}");
        Said {
            code: ran.code,
            target: summary["targets"][0].clone(),
            lines,
        }
    }

    /// A run that goes on by itself.
    pub(crate) fn start(&self, words: &[&str]) -> Child {
        self.command(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs")
    }

    /// What a deploy brings: everything built but the builder's own notes.
    pub(crate) fn built(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.site.tree("public");
        files.remove(".guidepost-manifest");
        files
    }

    /// Changes one article.
    pub(crate) fn edit(&self, text: &str) {
        self.site.write("content/articles/one.md", article(text));
        self.site.build().fine();
    }
}

pub(crate) fn article(text: &str) -> String {
    format!("---\ntitle: 文章 {text}\ndate: 2026-06-01\n---\n{text}：一段文字。\n")
}

impl Said {
    #[track_caller]
    pub(crate) fn fine(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// Fails the test unless the target failed with such words.
    #[track_caller]
    pub(crate) fn trouble(self, words: &str) -> Self {
        let said = self.target["trouble"].as_str().unwrap_or_default();
        assert!(self.code == 1 && said.contains(words), "{self:?}");
        self
    }

    pub(crate) fn number(&self, pointer: &str) -> usize {
        let number = self.target.pointer(pointer).and_then(|it| it.as_u64());
        usize::try_from(number.unwrap_or_else(|| panic!("no {pointer}: {self:?}"))).expect("small")
    }

    /// Paths of the changes or results with that action.
    pub(crate) fn paths(&self, action: &str) -> Vec<&str> {
        self.lines
            .iter()
            .filter(|line| line["type"] != "summary" && line["action"] == action)
            .filter_map(|line| line["path"].as_str())
            .collect()
    }
}

/// Everything at the place but the record.
pub(crate) fn there(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let mut files = place.inside.files();
    files.remove(RECORD);
    files
}

/// Fails with the names, not the bytes, of what differs.
#[track_caller]
pub(crate) fn same(found: &BTreeMap<String, Vec<u8>>, wanted: &BTreeMap<String, Vec<u8>>) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(wanted));
    for (path, bytes) in wanted {
        assert!(found[path] == *bytes, "{path} differs");
    }
}
