//! A disk that takes no more while the real binary writes its ledger: at the line before a post
//! is sent, and at the line that tells what became of it.
//!
//! The shell's limit for the size of files stands for the disk, because any user may set it on
//! any machine: what is written up to it is kept, and no byte more, in the middle of a line. The
//! ledger is filled up with blanks, so that the limit comes where the trial wants it.

use super::{KilledBefore, Trial};
use crate::platforms::bench::{Bench, capabilities};
use guidepost::platform::capability::Recovery;
use std::process::Command;

/// The limit in the shell's units, and in bytes.
const BLOCKS: usize = 8;
const LIMIT: usize = BLOCKS * 512;
const LEDGER: &str = "ledger/trial.jsonl";

/// A trial whose ledger is begun, and has nothing of the post.
struct Full {
    trial: Trial,
    /// The ledger's first line.
    opened: String,
    /// Length of the line before the post is sent.
    intended: usize,
}

impl Full {
    fn new(bench: &dyn Bench) -> Self {
        let trial = Trial::new(bench, KilledBefore::Ledger);
        let (code, said) = trial.run(&["publish", "--reserve"]);
        assert_eq!(code, Some(0), "{said}");
        let ledger = trial.site.read(LEDGER);
        let (opened, intended) = ledger.split_once('\n').expect("two lines");
        assert!(intended.contains("\"intended\""), "{ledger}");
        std::fs::remove_dir_all(trial.site.path(".guidepost")).expect("what was reserved");
        Self {
            opened: format!("{opened}\n"),
            intended: intended.len(),
            trial,
        }
    }

    /// Leaves so many bytes; gives the ledger as it is now.
    fn leave(&self, room: usize) -> String {
        let blanks = LIMIT - room - self.opened.len() - 1;
        let ledger = format!("{}{}\n", self.opened, " ".repeat(blanks));
        self.trial.site.write(LEDGER, &ledger);
        ledger
    }

    /// A run on the full disk.
    fn run(&self) -> (Option<i32>, String) {
        let inner = self.trial.command(&["publish"]);
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; ulimit -f \"$0\" && exec \"$@\""])
            .arg(BLOCKS.to_string())
            .arg(inner.get_program())
            .args(inner.get_args())
            .current_dir(inner.get_current_dir().expect("the site's folder"));
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let output = command.output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    }
}

fn sends_nothing_that_it_cannot_promise(bench: &dyn Bench) {
    let full = Full::new(bench);
    let before = full.leave(full.intended / 2);
    let (code, said) = full.run();
    assert_eq!(code, Some(2), "{said}");
    for words in [
        "the account `trial` stopped",
        "was not sent",
        "put the disk right",
        LEDGER,
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let canonical = &full.trial.canonical;
    assert_eq!(bench.count(canonical), 0, "{said}");
    assert_eq!(full.trial.site.read(LEDGER), before);
    let (code, said) = full.trial.run(&["publish"]);
    assert_eq!((code, bench.count(canonical)), (Some(0), 1), "{said}");
}

fn finds_out_what_it_could_not_write(bench: &dyn Bench) {
    let full = Full::new(bench);
    let before = full.leave(full.intended + 60);
    let (code, said) = full.run();
    assert_eq!(code, Some(2), "{said}");
    for words in [
        "the account `trial` stopped",
        "what became of",
        "put the disk right",
        LEDGER,
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let canonical = &full.trial.canonical;
    assert_eq!(bench.count(canonical), 1, "{said}");
    let ledger = full.trial.site.read(LEDGER);
    let line = ledger.strip_prefix(&before).expect("appended to");
    assert!(
        line.contains("\"intended\"") && line.ends_with('\n') && line.lines().count() == 1,
        "{line}"
    );
    let (code, said) = full.trial.run(&["publish"]);
    assert_eq!(bench.count(canonical), 1, "{said}");
    if capabilities(bench).recovery == Recovery::AskPerson {
        assert!(code == Some(1) && said.contains("unknown"), "{said}");
        return;
    }
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = full.trial.run(&["publish"]);
    assert_eq!((code, bench.count(canonical)), (Some(0), 1), "{said}");
}

/// Two tests for each platform, one platform for each class.
macro_rules! full_disks {
    ($($name:ident: $module:ident::$bench:ident;)+) => {
        $(
            mod $name {
                #[test]
                fn sends_nothing_that_it_cannot_promise() {
                    super::sends_nothing_that_it_cannot_promise(&crate::platforms::$module::$bench());
                }

                #[test]
                fn finds_out_what_it_could_not_write() {
                    super::finds_out_what_it_could_not_write(&crate::platforms::$module::$bench());
                }
            }
        )+
    };
}

full_disks! {
    class_a: fake_webhook::keyed_bench;
    class_b: fake_buttondown::bench;
    class_c: fake_devto::bench;
    class_d: fake_slack::bench;
    class_e: fake_discord::bench;
}
