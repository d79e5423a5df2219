//! Baijiahao: a fake within the test, and what is its own: addresses that are taken, edits that
//! are counted, titles that are too short.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, capabilities, open_http};
use crate::platforms::fake_baijiahao::{APP_ID, FakeBaijiahao, Kept, TOKEN};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded};
use crate::platforms::server::visible;
use guidepost::platform::{Content, Failure, FailureKind, Post, Remote, info};
use serde_json::{Value, json};

pub(super) struct Baijiahao(FakeBaijiahao);

pub(super) fn bench() -> Baijiahao {
    Baijiahao(FakeBaijiahao::start())
}

impl Baijiahao {
    fn with<T>(&self, remote: &Remote, act: impl FnOnce(&mut Kept) -> T) -> T {
        let mut state = self.0.state();
        let kept = state
            .articles
            .iter_mut()
            .find(|kept| kept.id.to_string() == remote.id);
        act(kept.expect("the article is there"))
    }
}

fn made(session: &Session, post: &Post) -> Result<Remote, Failure> {
    session.create(post, attempt(&key(post, "create")))
}

impl Bench for Baijiahao {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("baijiahao").expect("the platform"),
            server: self.0.url().to_owned(),
            settings: vec![
                ("api", self.0.url().to_owned()),
                ("app_id", APP_ID.to_owned()),
                ("cover", "https://example.org/images/cover.jpg".to_owned()),
            ],
            secrets: vec![("TOKEN", TOKEN.to_owned())],
            makes: ("POST", "/article/publish"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let state = self.0.state();
        state
            .articles
            .iter()
            .filter(|kept| kept.collection != "withdraw" && kept.fields["origin_url"] == canonical)
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        self.with(remote, |kept| {
            visible(kept.fields["content"].as_str().expect("a text"))
        })
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.with(remote, |kept| kept.fields["content"] = json!(text));
    }

    fn remove(&self, remote: &Remote) {
        let mut state = self.0.state();
        state
            .articles
            .retain(|kept| kept.id.to_string() != remote.id);
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let covers = self.with(remote, |kept| kept.fields["cover_images"].clone());
        covers
            .as_str()
            .is_some_and(|covers| covers.contains("welder.png"))
            .then(String::new)
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "a_cover_arrives_with_its_description",
            "the cover arrives; Baijiahao has no field for its description",
        )]
    }
}

behaviours!(behaves, super::bench());

#[test]
fn an_address_that_is_taken_is_told_and_the_article_found() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let remote = made(&session, &post).expect("an article");
    assert_eq!(
        remote.url.as_deref(),
        Some("https://baijiahao.baidu.com/s?id=1780000000000000501")
    );
    let failure = made(&session, &post).expect_err("it is there");
    assert_eq!(failure.kind, FailureKind::Conflict, "{failure}");
    let found = session.find(&post, attempt("k")).expect("an answer");
    assert_eq!(found.expect("it is there").remote.id, remote.id);
}

#[test]
fn an_article_that_was_withdrawn_may_be_posted_again() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let first = made(&session, &post).expect("an article");
    session
        .delete(&first, attempt("k"))
        .expect("it is withdrawn");
    assert_eq!(session.find(&post, attempt("k")), Ok(None));
    let second = made(&session, &post).expect("another article");
    assert_ne!(first.id, second.id);
    bench.0.state().ordered = vec![("article/withdraw", 60_001_003)];
    let failure = session.delete(&second, attempt("k"));
    let failure = failure.expect_err("it is reviewed, not withdrawn");
    assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
}

#[test]
fn one_edit_too_many_says_so() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = capabilities(&bench);
    let post = post(WORDS, &abilities);
    let remote = made(&session, &post).expect("an article");
    let edit =
        |words: &str| session.update(&remote, &reworded(&post, words, &abilities), attempt("k"));
    for words in ["二", "三", "四"] {
        edit(words).expect("it can be edited");
    }
    let failure = edit("五").expect_err("the fourth is too many");
    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(failure.message.contains("on_edit: ignore"), "{failure}");
}

#[test]
fn every_number_says_what_is_to_be_done() {
    let bench = bench();
    let post = post(WORDS, &capabilities(&bench));
    for (code, kind, hint) in [
        (2, FailureKind::Refused, "title"),
        (10_002, FailureKind::Forbidden, "开发者服务"),
        (60_000_005, FailureKind::Forbidden, "approved"),
        (60_000_006, FailureKind::Lost, "later"),
        (60_000_020, FailureKind::Lost, "later"),
        (
            60_001_001,
            FailureKind::Credentials,
            "GUIDEPOST_TRIAL_TOKEN",
        ),
        (60_001_008, FailureKind::Limited, "tomorrow"),
        (60_001_009, FailureKind::Limited, "tomorrow"),
        (800_000_201, FailureKind::Refused, "state"),
        (424_242, FailureKind::Refused, "424242"),
    ] {
        bench.0.state().ordered = vec![("article/publish", code)];
        let failure = made(&bench.open(Trouble::None), &post).expect_err("it is refused");
        assert_eq!(failure.kind, kind, "{code}: {failure}");
        assert!(failure.message.contains(hint), "{code}: {failure}");
        assert_eq!(bench.count(&post.canonical), 0);
    }
    for (code, kind) in [
        (10_009, FailureKind::Forbidden),
        (300_016, FailureKind::Refused),
        (80_000_107, FailureKind::Missing),
    ] {
        let session = bench.open(Trouble::None);
        let remote = Remote {
            id: "1".to_owned(),
            url: None,
        };
        bench.0.state().ordered = vec![("article/republish", code)];
        let failure = session.update(&remote, &post, attempt("k"));
        assert_eq!(failure.expect_err("it is refused").kind, kind, "{code}");
    }
}

#[test]
fn what_would_stay_a_draft_or_be_refused_is_told_before() {
    let bench = bench();
    let mut short = post(WORDS, &capabilities(&bench));
    short.title = "招聘".to_owned();
    let failure = made(&bench.open(Trouble::None), &short).expect_err("too short");
    assert!(failure.message.contains("5 to 40"), "{failure}");
    let mut account = bench.account().expect("an account");
    account.settings.retain(|(name, _)| *name != "cover");
    let bare = post(WORDS, &capabilities(&bench));
    let failure = made(&open_http(&account, Trouble::None), &bare).expect_err("no cover");
    assert!(failure.message.contains("`cover`"), "{failure}");
    assert!(bench.0.state().articles.is_empty());
}

#[test]
fn an_article_is_sent_in_the_documented_form() {
    let bench = bench();
    let mut account = bench.account().expect("an account");
    account.settings.push(("original", "true".to_owned()));
    let session = open_http(&account, Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let remote = made(&session, &post).expect("an article");
    let mut fields = bench.with(&remote, |kept| kept.fields.clone());
    for name in ["app_id", "app_token"] {
        let removed = fields
            .as_object_mut()
            .and_then(|fields| fields.remove(name));
        assert!(removed.is_some());
    }
    let Content::Html(html) = &post.content else {
        panic!("an article is HTML");
    };
    let wanted: Value = json!({
        "title": post.title,
        "content": html,
        "origin_url": post.canonical,
        "cover_images": "[{\"src\":\"https://example.org/images/cover.jpg\"}]",
        "is_original": 1,
    });
    assert_eq!(fields, wanted);
}
