//! The whole road: an author's folder that began empty, the bare repository that it is pushed to,
//! the runner that the push starts, and the servers that the site and its posts arrive at.

use super::bucket::Bucket;
use super::seat::Seat;
use crate::deploys::place::until;
use crate::harness::{SETTINGS, Site};
use crate::platforms::flaky::{Flaky, Mishap, Order};
use crate::platforms::posts::{now, unique};
use crate::platforms::server::client;
use guidepost::data::{self, Format};
use guidepost::platform::variable;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What the author's folder begins with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Begin {
    /// Nothing: `init` writes the example.
    Empty,
    /// Settings, a theme and a community, which are sent sooner.
    Small,
}

/// The community of a small site.
const COMMUNITY: &str = "\
community:
  stages: { acquire: { text: 来群里问 } }
  channels:
    telegram: { name: 群, url: https://chat.example.org/yunlan }
";

/// Where a run is held, so that a kill comes exactly there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hold {
    /// The upload of the new page.
    Upload(Mishap),
    /// The request that makes the post of that account.
    Post(&'static str, Mishap),
    /// The push of a commit whose message begins like this; whether the repository takes it in
    /// the end.
    Push(&'static str, bool),
}

pub(super) struct Road {
    author: Site,
    /// The repository, the runner's disks and what its runs said.
    other: tempfile::TempDir,
    /// The page's name.
    pub(super) name: String,
    day: String,
    /// Where readers find the site.
    pub(super) web: String,
    pub(super) seats: Vec<Seat>,
    hold: Option<(Hold, Option<Flaky>)>,
}

/// Puts something else into a text that has it.
#[track_caller]
fn instead(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "no `{old}` in {text}");
    text.replacen(old, new, 1)
}

impl Road {
    /// From the beginning to a workflow, not pushed yet.
    pub(super) fn new(begin: Begin, seats: Vec<Seat>, hold: Option<Hold>) -> Self {
        let name = unique();
        let bucket = Bucket::new(&name);
        let web = bucket.shown();
        let mut road = Self {
            author: match begin {
                Begin::Empty => Site::empty(),
                Begin::Small => Site::new(),
            },
            other: tempfile::tempdir().expect("a folder"),
            day: now()
                .in_tz("Asia/Shanghai")
                .expect("a zone")
                .date()
                .to_string(),
            name,
            web,
            seats,
            hold: None,
        };
        let settings = match begin {
            Begin::Empty => {
                road.author.run(&["init"]).fine();
                road.own(&road.author.read("site.yaml"))
            }
            Begin::Small => {
                road.author.write(".gitignore", "/public/\n/.guidepost/\n");
                let site = instead(SETTINGS, "https://example.org", &road.web);
                format!("{site}{COMMUNITY}publish: {{ grace: 1s, timeout: 40s }}\naccounts:\n")
            }
        };
        let settings = instead(&settings, "accounts:\n", &road.accounts());
        let settings = format!("{settings}\ndeploy:\n  live: {}\n", bucket.settings());
        let settings = road.held(hold, &bucket, settings);
        road.author.write("site.yaml", settings);
        road.git(&["init", "--quiet", "--initial-branch", "main"]);
        road.git(&["config", "user.name", "A"]);
        road.git(&["config", "user.email", "a@localhost"]);
        road.author.run(&["ci", "gitea"]).fine();
        let origin = road.origin();
        let origin = origin.to_string_lossy();
        let bare = ["init", "--quiet", "--bare", "--initial-branch", "main"];
        road.git(&[&bare[..], &[&*origin]].concat());
        road.git(&["remote", "add", "origin", &origin]);
        road.runner(&bucket);
        road
    }

    /// What the author changes in the settings of the example: where it stands, how it is posted.
    fn own(&self, text: &str) -> String {
        let web = format!("url: {}", self.web);
        let text = instead(text, "url: https://yunlan.example", &web);
        // A hub on the internet, which no trial asks.
        let text = instead(&text, "  hub: ", "  # hub: ");
        instead(
            &text,
            "publish: { max_changes: 20, pause: 30s }",
            "publish: { grace: 1s, timeout: 40s }",
        )
    }

    /// Where pages are posted; those of before today stay where they are.
    fn accounts(&self) -> String {
        let accounts = self.seats.iter().map(|seat| {
            let settings = seat.account.settings.iter();
            let settings: String = settings
                .map(|(name, value)| format!(", {name}: {}", Value::from(value.as_str())))
                .collect();
            format!(
                "  {}: {{ platform: {}{settings}, kinds: [article], languages: [zh-Hans], since: {} }}\n",
                seat.name, seat.account.info.name, self.day
            )
        });
        format!("accounts:\n{}", accounts.collect::<String>())
    }

    /// Puts what holds the run before its server.
    fn held(&mut self, hold: Option<Hold>, bucket: &Bucket, settings: String) -> String {
        let Some(hold) = hold else {
            return settings;
        };
        let (target, proxy) = match hold {
            Hold::Upload(mishap) => {
                let path = bucket.upload(&format!("articles/{}/index.html", self.name));
                let method = "PUT";
                let order = Order {
                    method,
                    path,
                    mishap,
                };
                let target = bucket.endpoint().to_owned();
                let proxy = Flaky::start_for_signed(&target, order);
                (target, Some(proxy))
            }
            Hold::Post(name, mishap) => {
                let seat = self.seats.iter().find(|seat| seat.name == name);
                let account = &seat.expect("an account").account;
                let (method, path) = account.makes;
                let path = path.to_owned();
                let order = Order {
                    method,
                    path,
                    mishap,
                };
                let proxy = Flaky::start(&account.server, order);
                (account.server.clone(), Some(proxy))
            }
            Hold::Push(begin, is_taken) => {
                let other = self.other.path().display();
                let script = format!(
                    "#!/usr/bin/env bash\nwhile read -r _ new _; do\n\
                     case \"$(git log -1 --format=%s \"$new\")\" in '{begin}'*)\n\
                     if mkdir '{other}/held' 2>/dev/null; then\n\
                     until [ -e '{other}/gone' ]; do sleep 0.05; done; exit {}\nfi ;;\nesac\ndone\n",
                    u8::from(!is_taken)
                );
                fs::create_dir_all(self.origin().join("hooks")).expect("a folder");
                executable(&self.origin().join("hooks/pre-receive"), &script);
                (String::new(), None)
            }
        };
        let settings = match &proxy {
            Some(proxy) => settings.replace(&target, &proxy.url()),
            None => settings,
        };
        self.hold = Some((hold, proxy));
        settings
    }

    fn origin(&self) -> PathBuf {
        self.other.path().join("origin.git")
    }

    fn git(&self, words: &[&str]) -> Output {
        let mut command = Command::new("git");
        let command = command.current_dir(self.author.path(".")).args(words);
        let ran = command.output().expect("git runs");
        assert!(ran.status.success(), "{words:?}: {ran:?}");
        ran
    }

    /// What a CI system does on a push: a fresh disk, the steps of the written workflow one after
    /// the other, each with the variables that it names and no others; the first that fails ends
    /// the run; none for a commit that says so.
    fn runner(&self, bucket: &Bucket) {
        let text = self.author.read(".gitea/workflows/guidepost.yaml");
        let mut diagnostics = Vec::new();
        let tree = data::parse(&"ci".into(), Format::Yaml, &text, 1, &mut diagnostics);
        let workflow = tree.expect("a workflow").to_json();
        let secrets = self.secrets(bucket);
        let mut script = String::from("set -u\nexport GITHUB_EVENT_NAME=push\n");
        script.push_str(&exports(&workflow["env"], &secrets));
        let steps = workflow["jobs"]["site"]["steps"].as_array().expect("steps");
        let mut names = Vec::new();
        for step in steps {
            let Some(run) = step["run"].as_str() else {
                continue;
            };
            let name = step["name"].as_str().unwrap_or_default();
            names.push(name);
            let file = self.other.path().join(format!("step-{name}"));
            fs::write(&file, exports(&step["env"], &secrets) + run).expect("a file");
            script.push_str(&format!(
                "bash -e '{}' || exit 1\n\
                 [ \"$(cat \"$DYING\" 2>/dev/null)\" != '{name}' ] || kill -9 $$\n",
                file.display()
            ));
        }
        let wanted = [
            "Install",
            "Forget reservations",
            "Build",
            "Deploy",
            "Publish",
        ];
        assert_eq!(names, wanted);
        let other = self.other.path().display();
        fs::write(self.other.path().join("steps"), script).expect("a file");
        let program = Path::new(env!("CARGO_BIN_EXE_guidepost"));
        let hook = format!(
            "#!/usr/bin/env bash\nunset $(git rev-parse --local-env-vars)\n\
             case \"$(git -C '{origin}' log -1 --format=%s main)\" in *'[skip ci]'*) exit 0 ;; esac\n\
             disk=$(mktemp -d '{other}/disk-XXXXXX')\n\
             git clone --quiet '{origin}' \"$disk/site\" && cd \"$disk/site\" || exit 1\n\
             export HOME=\"$disk\" GITHUB_PATH=\"$disk/path\" DYING='{other}/dying'\n\
             export PATH='{folder}':\"$PATH\"\n\
             bash '{other}/steps' >>'{other}/log' 2>&1\ncode=$?\nrm -rf \"$disk\"\n\
             echo \"run ended with $code\" >>'{other}/log'\n",
            origin = self.origin().display(),
            folder = program.parent().expect("a folder").display(),
        );
        executable(&self.hook(), &hook);
    }

    /// What the CI system keeps.
    fn secrets(&self, bucket: &Bucket) -> BTreeMap<String, String> {
        let of_accounts = self.seats.iter().flat_map(|seat| {
            let secrets = seat.account.secrets.iter();
            secrets.map(|(name, value)| (variable(seat.name, name), value.clone()))
        });
        of_accounts.chain(bucket.secrets()).collect()
    }

    fn hook(&self) -> PathBuf {
        self.origin().join("hooks/post-receive")
    }

    /// Writes the page with that text, and commits it above what the runs committed.
    pub(super) fn write(&self, text: &str) {
        let page = format!(
            "---\ntitle: 试发 {}\ndate: {}\nsummary: {text}\n---\n{text}\n\n想聊聊就[进群](/go/telegram/)。\n",
            self.name, self.day
        );
        let file = format!("content/articles/{}.md", self.name);
        self.author.write(&file, page);
        self.commit();
    }

    pub(super) fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "更新"]);
    }

    /// A push, waiting for the run that it starts; gives what all runs said so far.
    pub(super) fn push(&self) -> String {
        let known = self.git(&["ls-remote", "origin", "main"]);
        if !known.stdout.is_empty() {
            self.git(&[
                "pull",
                "--quiet",
                "--no-rebase",
                "--no-edit",
                "origin",
                "main",
            ]);
        }
        self.git(&["push", "--quiet", "-u", "origin", "main"]);
        self.log()
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.other.path().join("log")).unwrap_or_default()
    }

    /// A push whose run is killed where it is held: with it goes every process that works on the
    /// runner's disk, as when a machine goes.
    pub(super) fn push_and_kill(&self) {
        let mut push = Command::new("git")
            .current_dir(self.author.path("."))
            .args(["push", "--quiet", "-u", "origin", "main"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("git runs");
        let (hold, proxy) = self.hold.as_ref().expect("a hold");
        match proxy {
            Some(proxy) => proxy.wait_for_one(),
            None => until("the push", || self.other.path().join("held").exists()),
        }
        kill_below(&self.other.path().join("disk-"));
        match proxy {
            Some(proxy) => proxy.let_go(),
            None => fs::write(self.other.path().join("gone"), "").expect("a mark"),
        }
        push.wait().expect("an end");
        // The repository goes on with what it had received.
        if let Hold::Push(begin, true) = hold {
            until("the commit", || self.newest().starts_with(begin));
        }
    }

    /// The message of the repository's last commit.
    fn newest(&self) -> String {
        let origin = self.origin();
        let origin = origin.to_string_lossy();
        let shown = self.git(&["-C", &origin, "log", "-1", "--format=%s", "main"]);
        String::from_utf8_lossy(&shown.stdout).into_owned()
    }

    /// The run is killed after that step; after none with an empty name.
    pub(super) fn dying(&self, step: &str) {
        fs::write(self.other.path().join("dying"), step).expect("a file");
    }

    pub(super) fn canonical(&self) -> String {
        format!("{}/articles/{}/", self.web, self.name)
    }

    /// What a reader gets at an address of the site.
    #[track_caller]
    pub(super) fn page(&self, url: &str) -> Vec<u8> {
        let answer = client().get(url).send().expect("the web server answers");
        assert_eq!(answer.status(), 200, "{url}");
        answer.bytes().expect("a page").to_vec()
    }

    /// The ledger of an account, as the repository has it.
    pub(super) fn ledger(&self, account: &str) -> String {
        let origin = self.origin();
        let origin = origin.to_string_lossy();
        let file = format!("main:ledger/{account}.jsonl");
        let shown = self.git(&["-C", &origin, "show", &file]);
        String::from_utf8_lossy(&shown.stdout).into_owned()
    }

    /// Two scripts that run side by side, as on a push: neither begins before the other has its
    /// disk.
    pub(super) fn two_runs(&self) -> [Command; 2] {
        let script = fs::read_to_string(self.hook()).expect("the hook");
        [0, 1].map(|number| {
            let wait = format!(
                "|| exit 1\ntouch '{other}/ready-{number}'\n\
                 until [ -e '{other}/ready-{peer}' ]; do sleep 0.1; done\n",
                other = self.other.path().display(),
                peer = 1 - number,
            );
            let file = self.other.path().join(format!("run-{number}"));
            fs::write(&file, script.replacen("|| exit 1\n", &wait, 1)).expect("a script");
            let mut command = Command::new("bash");
            command.arg(file).current_dir(self.origin());
            command
        })
    }
}

/// The variables of a workflow or of a step, as lines of a shell.
fn exports(variables: &Value, secrets: &BTreeMap<String, String>) -> String {
    let Some(variables) = variables.as_object() else {
        return String::new();
    };
    let lines = variables.iter().map(|(name, value)| {
        let value = value.as_str().unwrap_or_default();
        let secret = value.strip_prefix("${{ secrets.");
        let secret = secret.and_then(|rest| rest.strip_suffix(" }}"));
        // A secret that nobody gave is empty in every CI system.
        let value = secret.map_or(value, |name| secrets.get(name).map_or("", String::as_str));
        format!("export {name}='{value}'\n")
    });
    lines.collect()
}

fn executable(file: &Path, script: &str) {
    fs::write(file, script).expect("a script");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("rights");
}

/// Kills the processes whose current folder begins like this.
fn kill_below(folder: &Path) {
    let start = folder.to_string_lossy().into_owned();
    let mut killed = 0;
    for entry in fs::read_dir("/proc").expect("processes").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(number) = name.parse::<u32>() else {
            continue;
        };
        let Ok(here) = fs::read_link(entry.path().join("cwd")) else {
            continue;
        };
        if here.to_string_lossy().starts_with(&start) {
            let ended = Command::new("kill")
                .args(["-9", &number.to_string()])
                .status();
            killed += usize::from(ended.is_ok_and(|status| status.success()));
        }
    }
    assert!(killed > 0, "no run was at work below {start}");
}
