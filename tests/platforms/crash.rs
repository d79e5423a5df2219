//! Killed in the middle of posting: the real binary, a real server, and a proxy that holds the
//! request which makes the post, so that SIGKILL comes exactly there. Then it runs again, and the
//! posts on the server are counted.

#[cfg(unix)]
mod full_disk;
mod lost_disk;

use crate::harness::{SETTINGS, Site};
use crate::platforms::bench::{Account, Bench, capabilities};
use crate::platforms::flaky::{Flaky, Mishap, Order};
use crate::platforms::posts::unique;
use guidepost::platform::capability::Recovery;
use guidepost::platform::variable;
use std::fs;
use std::process::{Command, Stdio};

/// Where the kill comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KilledBefore {
    /// The request has left the program, and never arrives.
    Server,
    /// The server has done it, and its answer is under way.
    Answer,
    /// The answer is there, and the ledger has no line of it yet.
    Ledger,
}

const MOMENTS: [KilledBefore; 3] = [
    KilledBefore::Server,
    KilledBefore::Answer,
    KilledBefore::Ledger,
];

/// A site with one article and the account, reached through the proxy.
struct Trial {
    site: Site,
    account: Account,
    proxy: Option<Flaky>,
    canonical: String,
}

impl Trial {
    fn new(bench: &dyn Bench, moment: KilledBefore) -> Self {
        Self::with(bench, moment, "")
    }

    /// With more settings of the site.
    fn with(bench: &dyn Bench, moment: KilledBefore, more: &str) -> Self {
        let account = bench.account().expect("an account");
        let mishap = match moment {
            KilledBefore::Server => Some(Mishap::HoldBefore),
            KilledBefore::Answer => Some(Mishap::HoldAfter),
            KilledBefore::Ledger => None,
        };
        let (method, path) = account.makes;
        let proxy = mishap.map(|mishap| {
            let order = Order {
                method,
                path: path.to_owned(),
                mishap,
            };
            Flaky::start_for(&account.server, order, bench.is_post())
        });
        let address = proxy
            .as_ref()
            .map_or_else(|| account.server.clone(), Flaky::url);
        let settings: String = account
            .settings
            .iter()
            .map(|(name, value)| {
                let value = value.replace(&account.server, &address);
                format!(", {name}: {}", serde_json::Value::from(value))
            })
            .collect();
        let name = unique();
        let site = Site::new()
            .file(
                "site.yaml",
                format!(
                    "{SETTINGS}accounts:\n  trial: {{ platform: {}{settings} }}\npublish: {{ grace: 1s, timeout: 40s }}\n{more}",
                    account.info.name
                ),
            )
            .file(
                &format!("content/articles/{name}.md"),
                format!("---\ntitle: 试发 {name}\ndate: 2026-06-15\n---\n一段文字，一个字也不能多发。\n"),
            );
        Self {
            site,
            account,
            proxy,
            canonical: format!("https://example.org/articles/{name}/"),
        }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.site.command(words);
        command.args([
            "--date",
            "2026-06-16",
            "--backfill",
            "--skip-live-check",
            "--yes",
        ]);
        for (name, value) in &self.account.secrets {
            command.env(variable("trial", name), value);
        }
        command
    }

    /// A run that ends by itself; gives its exit code and what it said.
    fn run(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = self.command(words).output().expect("the binary runs");
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        (output.status.code(), said)
    }

    /// A run that is killed at the moment.
    fn killed(&self, words: &[&str]) {
        if self.proxy.is_none() {
            // A kill between the answer and the ledger's line leaves a ledger without that line.
            let (code, said) = self.run(words);
            assert_eq!(code, Some(0), "{said}");
            let ledger = self.site.read("ledger/trial.jsonl");
            let kept: String = ledger
                .split_inclusive('\n')
                .filter(|line| !line.contains("\"done\""))
                .collect();
            assert!(kept.len() < ledger.len(), "{ledger}");
            self.site.write("ledger/trial.jsonl", kept);
            return;
        }
        self.killed_as_soon_as(words, || {
            self.proxy.as_ref().expect("a proxy").wait_for_one();
        });
    }

    /// A run that is killed when the wait is over.
    fn killed_as_soon_as(&self, words: &[&str], wait: impl FnOnce()) {
        let mut child = self
            .command(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        wait();
        child.kill().expect("a kill");
        child.wait().expect("an end");
        if let Some(proxy) = &self.proxy {
            proxy.let_go();
        }
    }
}

/// What the class promises, held against the server.
fn hold(
    bench: &dyn Bench,
    trial: &Trial,
    words: &[&str],
    moment: KilledBefore,
    said: &str,
    code: Option<i32>,
) {
    let recovery = capabilities(bench).recovery;
    let count = bench.count(&trial.canonical);
    if recovery == Recovery::AskPerson {
        let made = usize::from(moment != KilledBefore::Server);
        assert_eq!(count, made, "{moment:?}: {said}");
        assert_eq!(code, Some(1), "{moment:?}: {said}");
        assert!(said.contains("unknown"), "{moment:?}: {said}");
        return;
    }
    assert_eq!((count, code), (1, Some(0)), "{moment:?}: {said}");
    let (code, said) = trial.run(words);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(bench.count(&trial.canonical), 1, "{moment:?}: {said}");
}

/// Killed on a disk that lasts, and run again.
fn put_right_by_the_next_run(bench: &dyn Bench) {
    for moment in MOMENTS {
        let trial = Trial::new(bench, moment);
        trial.killed(&["publish"]);
        let (code, said) = trial.run(&["publish"]);
        hold(bench, &trial, &["publish"], moment, &said, code);
    }
}

/// Reserved and pushed, killed while sending, and run again on another disk with what was pushed.
fn put_right_on_another_disk(bench: &dyn Bench) {
    for moment in MOMENTS {
        let trial = Trial::new(bench, moment);
        let (code, said) = trial.run(&["publish", "--reserve"]);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(bench.count(&trial.canonical), 0, "reserving sends nothing");
        let pushed = trial.site.read("ledger/trial.jsonl");
        trial.killed(&["publish", "--send"]);
        trial.site.write("ledger/trial.jsonl", pushed);
        fs::remove_dir_all(trial.site.path(".guidepost")).expect("what the lost disk held");
        let (code, said) = trial.run(&["publish", "--send"]);
        hold(bench, &trial, &["publish", "--send"], moment, &said, code);
    }
}

/// Two runs at once: one of them waits outside, and one post is made.
fn two_runs_at_once_make_one_post(bench: &dyn Bench) {
    let trial = Trial::new(bench, KilledBefore::Ledger);
    let mut first = trial
        .command(&["publish"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a run");
    let second = trial.run(&["publish"]);
    let first = first.wait().expect("an end");
    assert!(first.success() || second.0 == Some(0), "{}", second.1);
    assert_eq!(bench.count(&trial.canonical), 1, "{}", second.1);
}

macro_rules! crashes {
    ($module:ident) => {
        crashes!(@each $module, $module::bench(), ());
    };
    ($module:ident, $reason:literal) => {
        crashes!(@each $module, $module::bench(), (#[ignore = $reason]));
    };
    (@each $name:ident, $module:ident::$bench:ident(), ($($attribute:tt)*)) => {
        mod $name {
            use crate::platforms::$module::$bench as bench;

            #[test]
            $($attribute)*
            fn a_killed_run_is_put_right_by_the_next() {
                super::put_right_by_the_next_run(&bench());
            }

            #[test]
            $($attribute)*
            fn a_killed_run_is_put_right_on_another_disk() {
                super::put_right_on_another_disk(&bench());
            }

            #[test]
            $($attribute)*
            fn two_runs_at_once_make_one_post() {
                super::two_runs_at_once_make_one_post(&bench());
            }
        }
    };
}

crashes!(wordpress, "needs tests/servers/all.sh start wordpress");
crashes!(matrix, "needs tests/servers/all.sh start matrix");
crashes!(telegram, "needs tests/servers/all.sh start telegram");
crashes!(ghost, "needs tests/servers/all.sh start ghost");
crashes!(micropub, "needs tests/servers/all.sh start micropub");
crashes!(mastodon, "needs tests/servers/all.sh start mastodon-limits");
crashes!(snac, "needs tests/servers/all.sh start mastodon");
crashes!(bluesky, "needs tests/servers/all.sh start bluesky");
crashes!(baijiahao);
crashes!(linkedin);
crashes!(vk);
crashes!(wechat);
crashes!(x);
crashes!(@each wechat_publishing, wechat::publishing_bench(), ());
crashes!(fake_devto);
crashes!(fake_discord);
crashes!(fake_slack);
crashes!(fake_buttondown);
crashes!(fake_webhook);
crashes!(fake_micropub);
crashes!(@each fake_micropub_without_a_list, fake_micropub::plain_bench(), ());
crashes!(@each fake_webhook_keyed, fake_webhook::keyed_bench(), ());
crashes!(@each fake_slack_webhook, fake_slack::webhook_bench(), ());
crashes!(@each fake_feishu, fake_robots::feishu_bench(), ());
crashes!(@each fake_dingtalk, fake_robots::dingtalk_bench(), ());
crashes!(@each fake_wecom, fake_robots::wecom_bench(), ());
crashes!(nostr, "needs tests/servers/all.sh start nostr");
crashes!(smtp, "needs tests/servers/all.sh start smtp");
