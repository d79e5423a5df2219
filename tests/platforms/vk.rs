//! VK: a fake within the test, and what is its own: errors behind a status of success, calls
//! that come too soon, and posts that are older than a part of the wall.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, capabilities, open_http};
use crate::platforms::fake_vk::{FakeVk, Kept, OWNER, TOKEN};
use crate::platforms::posts::{WORDS, attempt, key, post, with_cover};
use guidepost::platform::{Failure, FailureKind, Post, Remote, info};

pub(super) struct Vk(FakeVk);

pub(super) fn bench() -> Vk {
    Vk(FakeVk::start())
}

impl Vk {
    fn with<T>(&self, remote: &Remote, act: impl FnOnce(&mut Kept) -> T) -> T {
        let mut state = self.0.state();
        let kept = state.posts.iter_mut().find(|kept| is(kept, remote));
        act(kept.expect("the post is there"))
    }

    fn calls(&self, method: &str) -> usize {
        let state = self.0.state();
        state.calls.iter().filter(|call| *call == method).count()
    }
}

fn is(kept: &Kept, remote: &Remote) -> bool {
    remote.id == format!("{OWNER}_{}", kept.id)
}

fn made(session: &Session, post: &Post) -> Result<Remote, Failure> {
    session.create(post, attempt(&key(post, "create")))
}

impl Bench for Vk {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("vk").expect("the platform"),
            server: self.0.url().to_owned(),
            settings: vec![
                ("api", self.0.url().to_owned()),
                ("owner", OWNER.to_string()),
            ],
            secrets: vec![("TOKEN", TOKEN.to_owned())],
            makes: ("POST", "/method/wall.post"),
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
        self.0.state().posts.retain(|kept| !is(kept, remote));
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let attachments = self.with(remote, |kept| kept.attachments.clone());
        let number = attachments
            .strip_prefix(&format!("photo{OWNER}_"))?
            .parse()
            .ok()?;
        self.0.state().photos.get(&number).cloned()
    }
}

behaviours!(behaves, super::bench());

#[test]
fn a_post_has_our_key_and_the_pages_card() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let remote = made(&session, &post).expect("a post");
    assert_eq!(remote.url, Some(format!("https://vk.com/wall{OWNER}_1")));
    let (guid, attachments) = bench.with(&remote, |kept| {
        (kept.guid.clone(), kept.attachments.clone())
    });
    assert_eq!(guid, key(&post, "create"));
    assert_eq!(attachments, post.link);
}

#[test]
fn a_call_that_comes_too_soon_is_made_again_and_given_up_in_the_end() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    bench.0.state().ordered = vec![("wall.post", 6); 2];
    made(&session, &post).expect("the third call is in time");
    assert_eq!(bench.calls("wall.post"), 3);
    bench.0.state().ordered = vec![("wall.get", 6); 9];
    let failure = session.list(1).expect_err("it never is");
    assert_eq!(failure.kind, FailureKind::Limited);
    assert_eq!(bench.calls("wall.get"), 4);
    assert_eq!(bench.count(&post.canonical), 1);
}

#[test]
fn a_post_older_than_a_part_of_the_wall_is_searched_for() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = capabilities(&bench);
    let wanted = post(WORDS, &abilities);
    let remote = made(&session, &wanted).expect("a post");
    for number in 0..120 {
        let mut state = bench.0.state();
        let mut other = state.posts[0].clone();
        other.id = 1000 + number;
        other.text = format!("другое {number}");
        state.posts.push(other);
    }
    let found = session.find(&wanted, attempt("k")).expect("an answer");
    assert_eq!(found.expect("it is found").remote.id, remote.id);
    assert_eq!(bench.calls("wall.search"), 1);
    assert_eq!(session.list(500).expect("an answer").len(), 121);
}

#[test]
fn an_edit_keeps_the_cover() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = with_cover(post(WORDS, &capabilities(&bench)), "сварщик");
    let remote = made(&session, &post).expect("a post");
    session
        .update(&remote, &post, attempt("k"))
        .expect("an edit");
    assert_eq!(bench.cover(&remote).as_deref(), Some("сварщик"));
}

#[test]
fn every_number_says_what_is_to_be_done() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    for (code, kind, hint) in [
        (1, FailureKind::Lost, "later"),
        (5, FailureKind::Credentials, "GUIDEPOST_TRIAL_TOKEN"),
        (7, FailureKind::Forbidden, "wall, photos and groups"),
        (9, FailureKind::Limited, "later"),
        (10, FailureKind::Lost, "later"),
        (14, FailureKind::Limited, "a person"),
        (15, FailureKind::Forbidden, "editor"),
        (27, FailureKind::Credentials, "a user's"),
        (29, FailureKind::Limited, "later"),
        (100, FailureKind::Refused, "100"),
        (214, FailureKind::Limited, "closed"),
        (222, FailureKind::Refused, "link"),
    ] {
        bench.0.state().ordered = vec![("wall.post", code)];
        let failure = made(&session, &post).expect_err("it is refused");
        assert_eq!(failure.kind, kind, "{code}: {failure}");
        assert!(failure.message.contains(hint), "{code}: {failure}");
        assert!(!session.shows_a_secret(&failure.message), "{failure}");
    }
    assert_eq!(bench.count(&post.canonical), 0);
}

#[test]
fn an_edit_that_is_refused_is_told_apart_from_a_post_that_is_gone() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let remote = made(&session, &post).expect("a post");
    bench.0.state().ordered = vec![("wall.edit", 15), ("wall.delete", 15)];
    let failure = session.update(&remote, &post, attempt("k"));
    assert_eq!(failure.expect_err("refused").kind, FailureKind::Refused);
    let failure = session.delete(&remote, attempt("k"));
    assert_eq!(failure.expect_err("refused").kind, FailureKind::Refused);
    assert_eq!(bench.count(&post.canonical), 1);
}

#[test]
fn a_user_without_the_right_is_told_at_once() {
    let bench = bench();
    bench.0.state().is_no_admin = true;
    let failure = bench
        .open(Trouble::None)
        .verify()
        .expect_err("no administrator");
    assert_eq!(failure.kind, FailureKind::Forbidden);
    assert!(failure.message.contains("Работа"), "{failure}");
}
