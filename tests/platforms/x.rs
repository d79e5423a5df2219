//! X: a fake within the test, and what is its own: money, edits that have new numbers, keys of
//! another account.

use crate::harness::{SETTINGS, Site};
use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, capabilities, open_http, options};
use crate::platforms::fake_x::{
    API_KEY, API_SECRET, FakeX, Kept, TOKEN, TOKEN_SECRET, USER, problem,
};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded};
use guidepost::platform::{
    Failure, FailureKind, Http, Login, Pace, Post, Remote, Settings, Sieve, info,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) struct X(FakeX);

pub(super) fn bench() -> X {
    X(FakeX::start())
}

impl X {
    fn with<T>(&self, remote: &Remote, act: impl FnOnce(&mut Kept) -> T) -> T {
        let mut state = self.0.state();
        let kept = state.posts.iter_mut().find(|kept| names(kept, remote));
        act(kept.expect("the post is there"))
    }

    fn account_of(&self, change: impl Fn(&mut Account)) -> Session {
        let mut account = self.account().expect("an account");
        change(&mut account);
        open_http(&account, Trouble::None)
    }
}

fn names(kept: &Kept, remote: &Remote) -> bool {
    kept.versions.iter().any(|id| id.to_string() == remote.id)
}

fn made(session: &Session, post: &Post) -> Result<Remote, Failure> {
    session.create(post, attempt(&key(post, "create")))
}

impl Bench for X {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("x").expect("the platform"),
            server: self.0.url().to_owned(),
            settings: vec![
                ("paid", "true".to_owned()),
                ("user", USER.to_owned()),
                ("api", self.0.url().to_owned()),
            ],
            secrets: vec![
                ("API_KEY", API_KEY.to_owned()),
                ("API_SECRET", API_SECRET.to_owned()),
                ("TOKEN", TOKEN.to_owned()),
                ("TOKEN_SECRET", TOKEN_SECRET.to_owned()),
            ],
            makes: ("POST", "/2/tweets"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let state = self.0.state();
        let is_ours = |kept: &&Kept| kept.text.contains(canonical);
        state.posts.iter().filter(is_ours).count()
    }

    fn text(&self, remote: &Remote) -> String {
        self.with(remote, |kept| kept.text.clone())
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.with(remote, |kept| kept.text = text.to_owned());
    }

    fn remove(&self, remote: &Remote) {
        self.0.state().posts.retain(|kept| !names(kept, remote));
    }

    fn cover(&self, _remote: &Remote) -> Option<String> {
        None
    }
}

behaviours!(behaves, super::bench());

#[test]
fn nothing_is_opened_until_the_price_is_accepted() {
    let bench = bench();
    let account = bench.account().expect("an account");
    let login = |paid: &str| Login {
        account: "trial".to_owned(),
        settings: BTreeMap::from([
            ("paid".to_owned(), paid.to_owned()),
            ("user".to_owned(), USER.to_owned()),
        ]),
        secrets: BTreeMap::new(),
        http: Http::new(options(), Pace::default(), Duration::ZERO, Sieve::default())
            .expect("a client"),
    };
    for paid in ["", "false", "yes"] {
        let opened = (account.info.open)(&login(paid));
        let failure = opened.err().expect("it costs");
        assert!(failure.message.contains("$0.200"), "{failure}");
    }
    let failure = (account.info.open)(&login("true")).err().expect("no keys");
    assert!(
        failure.message.contains("GUIDEPOST_TRIAL_API_KEY"),
        "{failure}"
    );
    let price = (account.info.capabilities)(&Settings::new())
        .price
        .expect("a price");
    assert_eq!((price.plain, price.link), (15, 200));
}

#[test]
fn keys_of_another_account_post_nothing() {
    let bench = bench();
    let session = bench.account_of(|account| account.settings[1].1 = "@someone".to_owned());
    let failure = session.verify().expect_err("another account");
    assert_eq!(failure.kind, FailureKind::Credentials);
    assert!(failure.message.contains("@example_jobs"), "{failure}");
    assert!(failure.message.contains("@someone"), "{failure}");
}

#[test]
fn an_edit_has_a_new_number_and_comes_to_an_end() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = capabilities(&bench);
    let post = post(WORDS, &abilities);
    let first = made(&session, &post).expect("a post");
    let mut remote = first.clone();
    for words in ["二", "三", "四", "五", "六"] {
        let edited = reworded(&post, words, &abilities);
        let next = session
            .update(&remote, &edited, attempt("k"))
            .expect("an edit");
        assert_ne!(next.id, remote.id);
        assert_eq!(
            next.url,
            Some(format!("https://x.com/{USER}/status/{}", next.id))
        );
        remote = next;
    }
    let sixth = session.update(&remote, &reworded(&post, "七", &abilities), attempt("k"));
    let failure = sixth.expect_err("five edits are allowed");
    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(failure.message.contains("30 minutes"), "{failure}");
    let listed = session.list(5).expect("an answer");
    assert_eq!(listed[0].remote.id, remote.id);
    // Any version leads to all of them.
    session
        .delete(&first, attempt("k"))
        .expect("it is taken away");
    assert_eq!(bench.count(&post.canonical), 0);
}

#[test]
fn an_edit_that_comes_too_late_is_refused_and_leaves_the_post() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = capabilities(&bench);
    let post = post(WORDS, &abilities);
    let remote = made(&session, &post).expect("a post");
    bench.0.state().is_too_late = true;
    let late = session.update(&remote, &reworded(&post, "二", &abilities), attempt("k"));
    assert_eq!(late.expect_err("too late").kind, FailureKind::Refused);
    assert!(bench.text(&remote).contains("Сварщик"));
}

#[test]
fn looking_for_a_post_reads_few() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = capabilities(&bench);
    let wanted = post(WORDS, &abilities);
    made(&session, &wanted).expect("a post");
    for _ in 0..30 {
        made(&session, &post(WORDS, &abilities)).expect("a post");
    }
    assert_eq!(session.find(&wanted, attempt("k")), Ok(None));
    assert_eq!(bench.0.state().given, 20);
    assert_eq!(session.list(25).expect("an answer").len(), 25);
    assert_eq!(session.list(40).expect("an answer").len(), 31);
}

#[test]
fn every_problem_says_what_is_to_be_done() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let partial = json!({ "errors": [{ "detail": "Could not find it", "type": "https://api.twitter.com/2/problems/resource-not-found" }] });
    for ((status, value), kind, hint) in [
        (
            problem(400, "invalid-request", "no"),
            FailureKind::Refused,
            "no",
        ),
        (
            problem(402, "credits", "CreditsDepleted"),
            FailureKind::Forbidden,
            "buy credits",
        ),
        (
            problem(
                403,
                "client-forbidden",
                "not allowed to create a Tweet with duplicate content",
            ),
            FailureKind::Conflict,
            "already",
        ),
        (
            problem(403, "oauth1-permissions", "no permission"),
            FailureKind::Forbidden,
            "read and write",
        ),
        (
            problem(403, "usage-capped", "cap"),
            FailureKind::Limited,
            "spending limit",
        ),
        (
            problem(403, "client-forbidden", "suspended"),
            FailureKind::Forbidden,
            "suspended",
        ),
        (
            problem(503, "about:blank", "over capacity"),
            FailureKind::Lost,
            "capacity",
        ),
        ((200, partial), FailureKind::Missing, "no such post"),
    ] {
        bench.0.state().ordered = vec![(status, value)];
        let failure = made(&session, &post).expect_err("it is refused");
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.message.contains(hint), "{failure}");
    }
    assert_eq!(bench.count(&post.canonical), 0);
}

/// What a plan of a site with one article says, with this in the account's settings.
fn planned(bench: &X, paid: &str) -> String {
    let site = Site::new()
        .file(
            "site.yaml",
            format!(
                "{SETTINGS}accounts:\n  jobs: {{ platform: x, user: {USER}, api: '{}'{paid} }}\n",
                bench.0.url()
            ),
        )
        .file(
            "content/articles/a.md",
            "---\ntitle: 试发\ndate: 2026-06-15\n---\n一段文字。\n",
        );
    let mut command = site.command(&["plan", "--date", "2026-06-16", "--backfill"]);
    for (name, value) in bench.account().expect("an account").secrets {
        command.env(format!("GUIDEPOST_JOBS_{name}"), value);
    }
    let ran = site.ended(command);
    format!("{}{}", ran.stdout, ran.stderr)
}

#[test]
fn a_plan_tells_the_price_and_there_is_none_without_consent() {
    let bench = bench();
    let said = planned(&bench, ", paid: true");
    assert!(said.contains("it costs $0.200"), "{said}");
    let said = planned(&bench, "");
    assert!(said.contains("`paid`"), "{said}");
    assert!(!said.contains("to create"), "{said}");
    assert!(bench.0.state().posts.is_empty());
}
