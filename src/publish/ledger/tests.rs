//! Ledgers by their lines: what they add up to, and what is done with damaged ones.

use super::{Action, End, Event, Ledger, attempt_key, read};
use std::fs;
use std::sync::Arc;

fn moment(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_790_000_000 + second).expect("a moment")
}

fn intended(attempt: &str, action: Action) -> Event {
    Event::Intended {
        attempt: attempt.to_owned(),
        post: "jobs/welder@ru".to_owned(),
        action,
        hash: "9f2c".to_owned(),
        page: "https://example.org/ru/jobs/welder/".to_owned(),
    }
}

fn done(attempt: &str) -> Event {
    Event::Done {
        attempt: attempt.to_owned(),
        remote: "1187".to_owned(),
        url: None,
        seen: None,
    }
}

fn name() -> Arc<str> {
    "ledger/blog.jsonl".into()
}

/// A ledger with these events, as text.
fn written(events: &[Event]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger/blog.jsonl");
    let (mut ledger, _) = Ledger::open(&path, &name()).expect("a ledger");
    for (second, event) in events.iter().enumerate() {
        let at = moment(i64::try_from(second).expect("small"));
        ledger.append(at, event.clone()).expect("an append");
    }
    drop(ledger);
    fs::read_to_string(&path).expect("a ledger")
}

fn lines() -> String {
    written(&[
        Event::Opened {
            lineage: "a1".to_owned(),
            platform: "wordpress".to_owned(),
            place: "blog.example.org".to_owned(),
            before: Vec::new(),
        },
        intended("k1", Action::Create),
        done("k1"),
        intended("k2", Action::Update),
    ])
}

#[test]
fn a_ledger_reads_as_what_happened() {
    insta::assert_snapshot!(lines(), @r#"
    {"serial":1,"at":"2026-09-21T14:13:20Z","event":"opened","lineage":"a1","platform":"wordpress","place":"blog.example.org"}
    {"serial":2,"at":"2026-09-21T14:13:21Z","event":"intended","attempt":"k1","post":"jobs/welder@ru","action":"create","hash":"9f2c","page":"https://example.org/ru/jobs/welder/"}
    {"serial":3,"at":"2026-09-21T14:13:22Z","event":"done","attempt":"k1","remote":"1187"}
    {"serial":4,"at":"2026-09-21T14:13:23Z","event":"intended","attempt":"k2","post":"jobs/welder@ru","action":"update","hash":"9f2c","page":"https://example.org/ru/jobs/welder/"}
    "#);
}

#[test]
fn an_intent_without_an_end_stays_open_beside_the_copy_that_is_there() {
    let state = read(&name(), lines().as_bytes()).state;
    let post = &state.posts["jobs/welder@ru"];
    assert_eq!(post.live.as_ref().expect("a copy").remote, "1187");
    assert_eq!(post.open.as_ref().expect("an attempt").attempt, "k2");
    assert_eq!((post.ended, state.serial), (1, 4));
}

#[test]
fn a_withdrawn_copy_is_no_longer_there() {
    let text = written(&[
        intended("k1", Action::Create),
        done("k1"),
        intended("k2", Action::Delete),
        done("k2"),
    ]);
    let state = read(&name(), text.as_bytes()).state;
    let post = &state.posts["jobs/welder@ru"];
    assert_eq!(
        (post.live.is_none(), post.end),
        (true, Some(End::Withdrawn))
    );
}

#[test]
fn cut_anywhere_a_ledger_is_read_up_to_its_last_whole_line_and_goes_on() {
    let text = lines();
    for cut in 0..=text.len() {
        let whole = read(&name(), &text.as_bytes()[..cut]);
        assert!(whole.diagnostics.is_empty(), "cut at {cut}");
        // Disks take their time to sync: every place is read, some are gone on from.
        let lines = text[..cut].matches('\n').count();
        if cut % 13 != 0 && cut + 2 < text.len() {
            assert!(whole.state.serial >= lines as u64, "cut at {cut}");
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("blog.jsonl");
        fs::write(&path, &text.as_bytes()[..cut]).expect("a cut ledger");
        let (mut ledger, found) = Ledger::open(&path, &name()).expect("a ledger");
        assert!(found.diagnostics.is_empty(), "cut at {cut}");
        let before = ledger.state.serial;
        ledger
            .append(moment(9), intended("k9", Action::Create))
            .expect("an append");
        drop(ledger);
        let after = read(&name(), &fs::read(&path).expect("a ledger"));
        assert!(after.diagnostics.is_empty() && !after.torn, "cut at {cut}");
        assert_eq!(after.state.serial, before + 1, "cut at {cut}");
    }
}

#[test]
fn damage_in_the_middle_is_told_with_its_line() {
    let text = lines();
    let mut parts: Vec<&str> = text.lines().collect();
    parts[1] = "<<<<<<< ours";
    parts[2] = "{\"serial\":3,\"at\":\"2026-09-21T14:13:22Z\",\"event\":\"danced\"}";
    let text = parts.join("\n") + "\n";
    let found = read(&name(), text.as_bytes());
    let told: Vec<String> = found
        .diagnostics
        .iter()
        .map(crate::diag::print::short)
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    ledger/blog.jsonl:2:1: error[invalid-ledger]: a conflict of a merge was left in the ledger
    ledger/blog.jsonl:3:1: error[invalid-ledger]: this line of the ledger means nothing: unknown variant `danced`, expected one of `opened`, `intended`, `sending`, `done`, `failed`, `unknown`, `adopted`, `moved`, `gone`, `accepted`
    ");
}

#[test]
fn a_second_run_waits_outside() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("blog.jsonl");
    let held = Ledger::open(&path, &name()).expect("a ledger");
    let refused = Ledger::open(&path, &name()).expect_err("a second lock");
    assert!(refused.to_string().contains("another `guidepost publish`"));
    drop(held);
    assert!(Ledger::open(&path, &name()).is_ok());
}

#[test]
fn what_two_runs_wrote_and_git_merged_adds_up() {
    let ours = written(&[intended("k1", Action::Create), done("k1")]);
    let theirs = written(&[intended("k1", Action::Create), done("k1")]);
    let state = read(&name(), format!("{ours}{theirs}").as_bytes()).state;
    let post = &state.posts["jobs/welder@ru"];
    assert!(post.open.is_none() && post.live.is_some());
    assert_eq!(state.serial, 2);
}

#[test]
fn an_attempt_has_the_same_key_whenever_it_is_made_again() {
    let key = |action, ended| attempt_key("blog", "jobs/welder@ru", action, "9f2c", ended);
    assert_eq!(key(Action::Create, 0), key(Action::Create, 0));
    assert_ne!(key(Action::Create, 0), key(Action::Create, 1));
    assert_ne!(key(Action::Create, 0), key(Action::Update, 0));
}

#[test]
fn what_nobody_saw_is_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger/blog.jsonl");
    let reserve = |path: &std::path::Path| {
        let (mut ledger, _) = Ledger::open(path, &name()).expect("a ledger");
        ledger
            .append(moment(1), intended("b", Action::Create))
            .expect("a line");
        ledger.take_back().expect("a cut");
    };
    reserve(&path);
    assert!(!path.exists(), "a new ledger goes altogether");
    fs::write(&path, lines()).expect("a ledger");
    reserve(&path);
    assert_eq!(fs::read_to_string(&path).expect("a ledger"), lines());
}
