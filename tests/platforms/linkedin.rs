//! LinkedIn: a fake within the test, for an organisation and for a member, and what is its own:
//! versions and tokens that end, and a token that goes to nobody else.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, capabilities, open_http};
use crate::platforms::fake_linkedin::{
    FakeLinkedin, Kept, ORGANIZATION, PERSON, TOKEN, error, readable,
};
use crate::platforms::posts::{WORDS, attempt, key, now, post, with_cover};
use guidepost::platform::{Failure, FailureKind, Post, Remote, info};
use serde_json::json;

pub(super) struct Linkedin {
    fake: FakeLinkedin,
    author: &'static str,
}

pub(super) fn bench() -> Linkedin {
    Linkedin {
        fake: FakeLinkedin::start(),
        author: ORGANIZATION,
    }
}

fn member() -> Linkedin {
    Linkedin {
        author: PERSON,
        ..bench()
    }
}

impl Linkedin {
    fn with<T>(&self, remote: &Remote, act: impl FnOnce(&mut Kept) -> T) -> T {
        let mut state = self.fake.state();
        let kept = state.posts.iter_mut().find(|kept| kept.id == remote.id);
        act(kept.expect("the post is there"))
    }

    fn session(&self, setting: (&'static str, &str)) -> Session {
        let mut account = self.account().expect("an account");
        account.settings.push((setting.0, setting.1.to_owned()));
        open_http(&account, Trouble::None)
    }
}

fn made(session: &Session, post: &Post) -> Result<Remote, Failure> {
    session.create(post, attempt(&key(post, "create")))
}

impl Bench for Linkedin {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("linkedin").expect("the platform"),
            server: self.fake.url().to_owned(),
            settings: vec![
                ("api", self.fake.url().to_owned()),
                ("author", self.author.to_owned()),
            ],
            secrets: vec![("TOKEN", TOKEN.to_owned())],
            makes: ("POST", "/rest/posts"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let state = self.fake.state();
        let is_ours = |kept: &&Kept| {
            let source = kept.fields["content"]["article"]["source"].as_str();
            source.is_some_and(|source| source.starts_with(canonical))
        };
        state.posts.iter().filter(is_ours).count()
    }

    fn text(&self, remote: &Remote) -> String {
        self.with(remote, |kept| {
            readable(kept.fields["commentary"].as_str().expect("a text"))
        })
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.with(remote, |kept| kept.fields["commentary"] = json!(text));
    }

    fn remove(&self, remote: &Remote) {
        self.fake.state().posts.retain(|kept| kept.id != remote.id);
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let article = self.with(remote, |kept| kept.fields["content"]["article"].clone());
        article["thumbnail"].as_str()?;
        article["thumbnailAltText"].as_str().map(str::to_owned)
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "an_answer_cut_short_ends_in_one_post",
            "a new post's number stands in a header; its answer has no body that could be cut",
        )]
    }
}

behaviours!(organization, super::bench());
behaviours!(member, super::member());

#[test]
fn a_version_that_has_ended_says_which_setting_to_change() {
    let failure = bench().session(("version", "202507")).verify();
    let failure = failure.expect_err("it has ended");
    assert_eq!(failure.kind, FailureKind::Unsupported);
    assert!(failure.message.contains("`version`"), "{failure}");
}

#[test]
fn the_end_of_a_token_is_told_in_time() {
    let day = |days: i64| {
        let moment = now() + jiff::SignedDuration::from_hours(24 * days);
        moment.strftime("%Y-%m-%d").to_string()
    };
    let bench = bench();
    let name = |days| {
        bench
            .session(("expires", &day(days)))
            .verify()
            .expect("known")
            .name
    };
    assert_eq!(name(30), ORGANIZATION);
    assert!(name(10).contains(&day(10)));
    assert!(name(0).contains(&day(0)));
    let failure = bench
        .session(("expires", &day(-2)))
        .verify()
        .expect_err("it ended");
    assert_eq!(failure.kind, FailureKind::Credentials);
    assert!(
        failure.message.contains("GUIDEPOST_TRIAL_TOKEN"),
        "{failure}"
    );
}

#[test]
fn the_token_is_sent_to_nobody_else() {
    let bench = bench();
    let strange = FakeLinkedin::start();
    for host in [
        strange.url(),
        "https://linkedin.com.example.org",
        "http://www.linkedin.com",
    ] {
        bench.fake.state().strange_host = Some(host.to_owned());
        let post = with_cover(post(WORDS, &capabilities(&bench)), "焊工");
        let failure = made(&bench.open(Trouble::None), &post).expect_err("a strange address");
        assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
        assert_eq!(bench.count(&post.canonical), 0);
    }
}

#[test]
fn the_same_post_twice_is_told_as_taken() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let remote = made(&session, &post).expect("a post");
    assert_eq!(
        remote.url,
        Some(format!(
            "https://www.linkedin.com/feed/update/{}/",
            remote.id
        ))
    );
    let failure = made(&session, &post).expect_err("it is there");
    assert_eq!(failure.kind, FailureKind::Conflict, "{failure}");
}

#[test]
fn every_error_says_what_is_to_be_done() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    for ((status, value), kind, hint) in [
        (
            error(400, "X", "bad field"),
            FailureKind::Refused,
            "bad field",
        ),
        (
            error(401, "EXPIRED_ACCESS_TOKEN", "expired"),
            FailureKind::Credentials,
            "sixty days",
        ),
        (
            error(403, "ACCESS_DENIED", "no"),
            FailureKind::Forbidden,
            "w_organization_social",
        ),
        (
            error(422, "X", "too long"),
            FailureKind::Refused,
            "too long",
        ),
        (error(500, "X", "internal"), FailureKind::Lost, "internal"),
    ] {
        bench.fake.state().ordered = vec![(status, value)];
        let failure = made(&session, &post).expect_err("it is refused");
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.message.contains(hint), "{failure}");
    }
    bench.fake.state().ordered = vec![error(429, "TOO_MANY_REQUESTS", "limit"); 3];
    let failure = made(&session, &post).expect_err("the day is over");
    assert_eq!(failure.kind, FailureKind::Limited);
    assert!(failure.message.contains("tomorrow"), "{failure}");
    assert_eq!(bench.count(&post.canonical), 0);
}

#[test]
fn wrong_settings_are_told_before_anything_is_sent() {
    let bench = bench();
    for (name, value) in [
        ("author", "example-company"),
        ("author", "urn:li:organization:"),
        ("author", "urn:li:group:1"),
        ("version", "2026"),
        ("expires", "soon"),
    ] {
        let mut account = bench.account().expect("an account");
        account.settings.retain(|(known, _)| *known != name);
        account.settings.push((name, value.to_owned()));
        let login = guidepost::platform::Login {
            account: "trial".to_owned(),
            settings: account
                .settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            secrets: std::collections::BTreeMap::new(),
            http: guidepost::platform::Http::new(
                crate::platforms::bench::options(),
                guidepost::platform::Pace::default(),
                std::time::Duration::ZERO,
                guidepost::platform::Sieve::default(),
            )
            .expect("a client"),
        };
        let failure = (account.info.open)(&login).err().expect("it is wrong");
        assert!(
            failure.message.contains(&format!("`{name}: {value}`")),
            "{failure}"
        );
    }
}
