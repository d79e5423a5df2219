//! Push and nothing else: a bare repository whose hook runs the steps of the workflow that
//! `guidepost ci gitea` wrote, each time on a fresh disk, as a runner does. The site goes to a
//! folder that a web server shows, the posts to a real server, the ledger back into the
//! repository. Killed anywhere, the next push puts it right.

use crate::harness::{SETTINGS, Site};
use crate::platforms::bench::{Account, Bench};
use crate::platforms::flaky::{Flaky, Mishap, Order};
use crate::platforms::posts::unique;
use crate::platforms::server::client;
use guidepost::data::{self, Format};
use guidepost::platform::variable;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// An author's folder, the repository that it is pushed to, and the web server's folder.
struct Road {
    author: Site,
    other: tempfile::TempDir,
    account: Account,
    name: String,
    web: String,
}

/// Shows a folder as a web server does; ends with the process.
fn web(folder: PathBuf) -> String {
    let server = tiny_http::Server::http("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", server.server_addr());
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let path = request.url().split('?').next().unwrap_or_default();
            let file = folder.join(path.trim_matches('/')).join("index.html");
            let answer = match fs::read(file) {
                Ok(bytes) => tiny_http::Response::from_data(bytes),
                Err(_) => {
                    tiny_http::Response::from_data(b"nothing here".to_vec()).with_status_code(404)
                }
            };
            let _ = request.respond(answer);
        }
    });
    address
}

impl Road {
    /// From an empty folder to a workflow, not pushed yet. `proxy` stands before the server.
    fn new(account: Account, proxy: Option<&Flaky>) -> Self {
        let other = tempfile::tempdir().expect("a folder");
        let public = other.path().join("web");
        fs::create_dir_all(&public).expect("a folder");
        let web = web(public.clone());
        let server = proxy.map_or_else(|| account.server.clone(), Flaky::url);
        let settings: String = account
            .settings
            .iter()
            .map(|(name, value)| {
                let value = value.replace(&account.server, &server);
                format!(", {name}: {}", serde_json::Value::from(value))
            })
            .collect();
        let settings = format!(
            "{}accounts:\n  trial: {{ platform: {}{settings} }}\npublish: {{ grace: 1s, timeout: \
             40s }}\ndeploy:\n  site: {{ to: folder, folder: {} }}\n",
            SETTINGS.replace("https://example.org", &web),
            account.info.name,
            serde_json::Value::from(public.to_string_lossy()),
        );
        let road = Self {
            author: Site::new()
                .file("site.yaml", settings)
                .file(".gitignore", "/public/\n/.guidepost/\n"),
            other,
            account,
            name: unique(),
            web,
        };
        road.git(&["init", "--quiet", "--initial-branch", "main"]);
        road.git(&["config", "user.name", "A"]);
        road.git(&["config", "user.email", "a@localhost"]);
        road.author.run(&["ci", "gitea"]).fine();
        let origin = road.origin();
        let origin = origin.to_string_lossy();
        road.git(&[
            "init",
            "--quiet",
            "--bare",
            "--initial-branch",
            "main",
            &origin,
        ]);
        road.git(&["remote", "add", "origin", &origin]);
        road.hook();
        road
    }

    fn origin(&self) -> PathBuf {
        self.other.path().join("origin.git")
    }

    fn git(&self, words: &[&str]) -> Output {
        let ran = Command::new("git")
            .current_dir(self.author.path("."))
            .args(words)
            .output()
            .expect("git runs");
        assert!(ran.status.success(), "{words:?}: {ran:?}");
        ran
    }

    /// What a CI system does on a push: a fresh disk, the steps one after the other, the first
    /// that fails ends the run; none for a commit that says so.
    fn hook(&self) {
        let text = self.author.read(".gitea/workflows/guidepost.yaml");
        let mut diagnostics = Vec::new();
        let tree = data::parse(&"ci".into(), Format::Yaml, &text, 1, &mut diagnostics);
        let workflow = tree.expect("a workflow").to_json();
        let mut script = String::from("set -u\nexport GITHUB_EVENT_NAME=push\n");
        let steps = workflow["jobs"]["site"]["steps"].as_array().expect("steps");
        let mut names = Vec::new();
        for step in steps {
            let Some(run) = step["run"].as_str() else {
                continue;
            };
            let name = step["name"].as_str().unwrap_or_default();
            names.push(name);
            let file = self.other.path().join(format!("step-{name}"));
            fs::write(&file, run).expect("a file");
            script.push_str(&format!(
                "bash -e '{}' || exit 1\n[ \"$(cat \"$DYING\" 2>/dev/null)\" != '{name}' ] || exit 9\n",
                file.display()
            ));
        }
        assert_eq!(
            names,
            [
                "Install",
                "Forget reservations",
                "Build",
                "Deploy",
                "Publish"
            ]
        );
        let steps = self.other.path().join("steps");
        fs::write(&steps, script).expect("a file");
        let program = Path::new(env!("CARGO_BIN_EXE_guidepost"));
        let secrets: String = self
            .account
            .secrets
            .iter()
            .map(|(name, value)| format!("export {}='{value}'\n", variable("trial", name)))
            .collect();
        let other = self.other.path().display();
        let hook = format!(
            "#!/usr/bin/env bash\nunset $(git rev-parse --local-env-vars)\n\
             case \"$(git -C '{origin}' log -1 --format=%s main)\" in *'[skip ci]'*) exit 0 ;; esac\n\
             disk=$(mktemp -d '{other}/disk-XXXXXX')\n\
             git clone --quiet '{origin}' \"$disk/site\" && cd \"$disk/site\" || exit 1\n\
             export HOME=\"$disk\" GITHUB_PATH=\"$disk/path\" GUIDEPOST_FROM= GUIDEPOST_VERSION=\n\
             export DYING='{other}/dying' PATH='{folder}':\"$PATH\"\n{secrets}\
             bash '{other}/steps' >>'{other}/log' 2>&1\ncode=$?\nrm -rf \"$disk\"\n\
             echo \"run ended with $code\" >>'{other}/log'\n",
            origin = self.origin().display(),
            folder = program.parent().expect("a folder").display(),
        );
        let file = self.origin().join("hooks/post-receive");
        fs::write(&file, hook).expect("a hook");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("rights");
    }

    /// Writes the page with that text, and commits it above what the runs committed.
    fn write(&self, text: &str) {
        let file = format!("content/articles/{}.md", self.name);
        let date = "2026-06-15";
        let page = format!(
            "---\ntitle: 试发 {}\ndate: {date}\n---\n{text}\n",
            self.name
        );
        self.author.write(&file, page);
        self.commit();
    }

    fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "更新"]);
    }

    /// A push, waiting for the run that it starts.
    fn push(&self) -> String {
        let fetched = self.git(&["ls-remote", "origin", "main"]);
        if !fetched.stdout.is_empty() {
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
        fs::read_to_string(self.other.path().join("log")).unwrap_or_default()
    }

    fn canonical(&self) -> String {
        format!("{}/articles/{}/", self.web, self.name)
    }

    fn dying(&self, step: &str) {
        fs::write(self.other.path().join("dying"), step).expect("a file");
    }

    /// The ledger as the repository has it.
    fn ledger(&self) -> String {
        let origin = self.origin();
        let origin = origin.to_string_lossy();
        let shown = self.git(&["-C", &origin, "show", "main:ledger/trial.jsonl"]);
        String::from_utf8_lossy(&shown.stdout).into_owned()
    }
}

/// One push: online, posted with a tracked link, recorded; a second push posts nothing; an edit
/// changes the same post.
fn from_push_to_follower(bench: &dyn Bench) {
    let road = Road::new(bench.account().expect("an account"), None);
    backdate(&road);
    road.write("第一版。");
    let log = road.push();
    assert!(log.ends_with("run ended with 0\n"), "{log}");
    assert_eq!(bench.count(&road.canonical()), 1, "{log}");
    let ledger = road.ledger();
    assert_eq!(ledger.matches("\"event\":\"done\"").count(), 1, "{ledger}");
    let post = client().get(posted_at(&ledger)).send().expect("the post");
    let post = post.text().expect("a text");
    let link = format!("{}?utm_source=trial", road.canonical());
    assert!(post.contains(&link), "{link}: {post}");
    road.commit();
    let log = road.push();
    assert!(log.ends_with("run ended with 0\n"), "{log}");
    assert_eq!(road.ledger(), ledger, "nothing is new");
    road.write("改过了，第二版。");
    let log = road.push();
    assert!(log.ends_with("run ended with 0\n"), "{log}");
    assert_eq!(bench.count(&road.canonical()), 1, "{log}");
    let ledger = road.ledger();
    assert!(ledger.contains("\"action\":\"update\""), "{ledger}");
    assert!(!ledger.contains("unknown"), "{ledger}");
}

/// Where the ledger's last post is read.
fn posted_at(ledger: &str) -> String {
    let mut urls = ledger.lines().filter_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line");
        Some(line["url"].as_str()?.to_owned())
    });
    urls.next_back().expect("an address")
}

/// The pages of a trial have a fixed date, so the account must be older than they are.
fn backdate(road: &Road) {
    let opened = serde_json::json!({
        "serial": 1, "at": "2026-06-01T00:00:00Z", "event": "opened",
        "lineage": "0123456789abcdef", "platform": road.account.info.name,
        "place": place(road),
    });
    road.author
        .write("ledger/trial.jsonl", format!("{opened}\n"));
}

fn place(road: &Road) -> String {
    let settings = guidepost::config::parse(&"site.yaml".into(), &road.author.read("site.yaml")).0;
    let accounts = guidepost::publish::account::read(&settings.expect("settings")).accounts;
    accounts.first().expect("an account").place()
}

/// A run that ends after any of its steps leaves nothing behind that the next does not mend.
fn ended_after_any_step(bench: &dyn Bench) {
    for step in ["Build", "Deploy", "Publish"] {
        let road = Road::new(bench.account().expect("an account"), None);
        backdate(&road);
        road.dying(step);
        road.write("第一版。");
        let log = road.push();
        assert!(log.ends_with("run ended with 9\n"), "{log}");
        road.dying("");
        road.commit();
        let log = road.push();
        assert!(log.ends_with("run ended with 0\n"), "{step}: {log}");
        assert_eq!(bench.count(&road.canonical()), 1, "{step}: {log}");
    }
}

/// A run that is killed while the platform has its request, before and after it was done.
fn killed_while_posting(bench: &dyn Bench) {
    for mishap in [Mishap::HoldBefore, Mishap::HoldAfter] {
        let account = bench.account().expect("an account");
        let (method, path) = account.makes;
        let order = Order {
            method,
            path: path.to_owned(),
            mishap,
        };
        let proxy = Flaky::start(&account.server, order);
        let road = Road::new(account, Some(&proxy));
        backdate(&road);
        road.write("第一版。");
        let mut push = Command::new("git")
            .current_dir(road.author.path("."))
            .args(["push", "--quiet", "-u", "origin", "main"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("git runs");
        proxy.wait_for_one();
        // The whole machine goes: every process that works on the runner's disk.
        kill_below(&road.other.path().join("disk-"));
        proxy.let_go();
        push.wait().expect("an end");
        road.commit();
        let log = road.push();
        assert!(log.ends_with("run ended with 0\n"), "{mishap:?}: {log}");
        assert_eq!(bench.count(&road.canonical()), 1, "{mishap:?}: {log}");
        let ledger = road.ledger();
        let ends = ledger.matches("\"event\":\"done\"").count()
            + ledger.matches("\"event\":\"adopted\"").count();
        assert_eq!(ends, 1, "{mishap:?}: {ledger}");
    }
}

/// Two runs that begin with the same state, as a schedule and a push do: one posts, the other
/// finds its reservation refused and leaves it to the first.
fn two_runs_at_once(bench: &dyn Bench) {
    let road = Road::new(bench.account().expect("an account"), None);
    backdate(&road);
    // The push itself starts no run here.
    let hook = road.origin().join("hooks/post-receive");
    let runs = [0, 1].map(|number| {
        let script = fs::read_to_string(&hook).expect("the hook");
        // Both have their disks before either begins.
        let wait = format!(
            "|| exit 1\ntouch '{other}/ready-{number}'\nuntil [ -e '{other}/ready-{peer}' ]; do sleep 0.1; done\n",
            other = road.other.path().display(),
            peer = 1 - number,
        );
        let file = road.other.path().join(format!("run-{number}"));
        fs::write(&file, script.replacen("|| exit 1\n", &wait, 1)).expect("a script");
        file
    });
    fs::remove_file(&hook).expect("no hook");
    road.write("第一版。");
    road.push();
    let origin = road.origin();
    let runs = runs.map(|run| {
        let mut command = Command::new("bash");
        command.arg(run).current_dir(&origin);
        command.spawn().expect("a shell")
    });
    for mut run in runs {
        run.wait().expect("an end");
    }
    let log = fs::read_to_string(road.other.path().join("log")).expect("a log");
    assert_eq!(log.matches("run ended with 0\n").count(), 2, "{log}");
    assert!(log.contains("another run was faster"), "{log}");
    assert_eq!(bench.count(&road.canonical()), 1, "{log}");
    let ledger = road.ledger();
    assert_eq!(
        ledger.matches("\"event\":\"intended\"").count(),
        1,
        "{ledger}"
    );
    assert_eq!(ledger.matches("\"event\":\"done\"").count(), 1, "{ledger}");
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

macro_rules! pushes {
    ($module:ident, $reason:literal) => {
        mod $module {
            #[test]
            #[ignore = $reason]
            fn a_push_brings_a_page_online_and_its_post_out() {
                super::from_push_to_follower(&crate::platforms::$module::bench());
            }

            #[test]
            #[ignore = $reason]
            fn a_run_that_ends_after_any_step_is_put_right_by_the_next_push() {
                super::ended_after_any_step(&crate::platforms::$module::bench());
            }

            #[test]
            #[ignore = $reason]
            fn a_run_that_is_killed_while_posting_is_put_right_by_the_next_push() {
                super::killed_while_posting(&crate::platforms::$module::bench());
            }

            #[test]
            #[ignore = $reason]
            fn of_two_runs_at_once_one_posts() {
                super::two_runs_at_once(&crate::platforms::$module::bench());
            }
        }
    };
}

pushes!(wordpress, "needs tests/servers/all.sh start wordpress");
