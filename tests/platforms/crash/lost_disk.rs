//! The disk goes with the kill, as a runner's does: the ledger is kept in git
//! (`ledger: { sync: git }`), and the next run begins with a fresh clone.

use super::{KilledBefore, MOMENTS, Trial, hold};
use crate::platforms::bench::{Bench, capabilities};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A trial's site in a repository, and the bare one that it is pushed to.
struct Kept {
    trial: Trial,
    other: tempfile::TempDir,
}

impl Kept {
    fn new(bench: &dyn Bench, moment: KilledBefore) -> Self {
        let kept = Self {
            trial: Trial::with(bench, moment, "ledger: { sync: git }\n"),
            other: tempfile::tempdir().expect("a folder"),
        };
        let origin = kept.origin();
        let origin = origin.to_string_lossy();
        let site = &kept.trial.site;
        site.write(".gitignore", "/public/\n/.guidepost/\n");
        let folder = site.path(".");
        let init = ["init", "--quiet", "--initial-branch", "main"];
        git(&folder, &[&init[..], &["--bare", &origin]].concat());
        git(&folder, &init);
        git(&folder, &["remote", "add", "origin", &origin]);
        git(&folder, &["add", "."]);
        let author = ["-c", "user.name=A", "-c", "user.email=a@localhost"];
        let commit = ["commit", "--quiet", "-m", "新"];
        git(&folder, &[&author[..], &commit].concat());
        git(&folder, &["push", "--quiet", "-u", "origin", "main"]);
        kept
    }

    fn origin(&self) -> PathBuf {
        self.other.path().join("origin.git")
    }

    /// A run that is killed at the moment, and whose disk is lost with it.
    fn killed(&self, moment: KilledBefore) {
        if moment == KilledBefore::Ledger {
            return self.killed_before_the_ledger_is_pushed();
        }
        self.trial.killed(&["publish"]);
        self.lose_the_disk();
    }

    /// The line that tells of the post is on the disk, and on its way into the repository.
    fn killed_before_the_ledger_is_pushed(&self) {
        let (waits, gone) = (
            self.other.path().join("waits"),
            self.other.path().join("gone"),
        );
        let hook = self.origin().join("hooks/pre-receive");
        let script = format!(
            "#!/bin/sh\nread old new name\ncase \"$(git log -1 --format=%s $new)\" in 'Record what was posted'*) ;; *) exit 0 ;; esac\n\
             touch '{}'\nuntil [ -e '{}' ]; do sleep 0.1; done\nexit 1\n",
            waits.display(),
            gone.display()
        );
        fs::write(&hook, script).expect("a hook");
        make_it_run(&hook);
        self.trial.killed_as_soon_as(&["publish"], || {
            let start = Instant::now();
            while !waits.exists() {
                assert!(
                    start.elapsed() < Duration::from_secs(60),
                    "nothing was recorded"
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let ledger = self.trial.site.read("ledger/trial.jsonl");
        assert!(ledger.contains("\"done\""), "{ledger}");
        self.lose_the_disk();
        fs::write(gone, "").expect("a file");
        fs::remove_file(hook).expect("no hook");
    }

    fn lose_the_disk(&self) {
        let folder = self.trial.site.path(".");
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            let lost = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            lost.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        let origin = self.origin();
        git(
            &folder,
            &["clone", "--quiet", &origin.to_string_lossy(), "."],
        );
        let ledger = self.trial.site.read("ledger/trial.jsonl");
        assert!(
            ledger.contains("\"intended\"") && !ledger.contains("\"done\""),
            "{ledger}"
        );
    }
}

fn git(folder: &Path, words: &[&str]) {
    let ran = Command::new("git")
        .current_dir(folder)
        .args(words)
        .output()
        .expect("git runs");
    assert!(ran.status.success(), "{words:?}: {ran:?}");
}

#[cfg(unix)]
fn make_it_run(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("rights");
}

#[cfg(not(unix))]
fn make_it_run(_file: &Path) {}

fn put_right_by_the_next_run(bench: &dyn Bench, class: char) {
    assert_eq!(capabilities(bench).recovery.class(), class);
    for moment in MOMENTS {
        let kept = Kept::new(bench, moment);
        kept.killed(moment);
        let (code, said) = kept.trial.run(&["publish"]);
        hold(bench, &kept.trial, &["publish"], moment, &said, code);
    }
}

/// One test for each platform: its class, and how its server is started where it needs one.
macro_rules! losses {
    ($($name:ident $class:literal $module:ident::$bench:ident $($reason:literal)?;)+) => {
        $(
            #[test]
            $(#[ignore = $reason])?
            fn $name() {
                put_right_by_the_next_run(&crate::platforms::$module::$bench(), $class);
            }
        )+
    };
}

losses! {
    fake_webhook 'A' fake_webhook::keyed_bench;
    fake_buttondown 'B' fake_buttondown::bench;
    fake_devto 'C' fake_devto::bench;
    fake_slack 'D' fake_slack::bench;
    fake_wechat 'D' wechat::bench;
    fake_discord 'E' fake_discord::bench;
    fake_wecom 'E' fake_robots::wecom_bench;
    bluesky 'A' bluesky::bench "needs tests/servers/all.sh start bluesky";
    nostr 'A' nostr::bench "needs tests/servers/all.sh start nostr";
    matrix 'B' matrix::bench "needs tests/servers/all.sh start matrix";
    mastodon 'B' mastodon::bench "needs tests/servers/all.sh start mastodon-limits";
    wordpress 'D' wordpress::bench "needs tests/servers/all.sh start wordpress";
    ghost 'D' ghost::bench "needs tests/servers/all.sh start ghost";
    snac 'D' snac::bench "needs tests/servers/all.sh start mastodon";
    telegram 'E' telegram::bench "needs tests/servers/all.sh start telegram";
    smtp 'E' smtp::bench "needs tests/servers/all.sh start smtp";
}
