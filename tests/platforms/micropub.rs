//! Micropub: the protocol layer of django-indieweb over a storage of ours, looked at past the
//! protocol, in the storage. It drops comments from texts, so that our mark there is gone.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, capabilities, open_http};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded, with_cover};
use crate::platforms::server::{Server, client, json, visible};
use guidepost::platform::{Content, FailureKind, Remote, info};
use serde_json::{Value, json as object};

pub(super) struct Micropub(Server);

pub(super) fn bench() -> Micropub {
    Micropub(Server::named("micropub"))
}

impl Micropub {
    /// Posts that readers see, as the storage has them.
    fn posts(&self) -> Vec<Value> {
        let found = json(client().get(self.0.get("MICROPUB_POSTS")));
        found.as_array().expect("posts").clone()
    }

    fn post(&self, remote: &Remote) -> Value {
        let mut posts = self.posts().into_iter();
        posts
            .find(|post| post["url"] == remote.id.as_str())
            .expect("the post is there")["properties"]
            .clone()
    }

    fn change(&self, wish: &Value) {
        let request = client().post(self.0.get("MICROPUB_POSTS"));
        json(request.body(wish.to_string()));
    }
}

impl Bench for Micropub {
    fn account(&self) -> Option<Account> {
        let url = self.0.get("MICROPUB_URL").to_owned();
        Some(Account {
            info: info("micropub").expect("the platform"),
            settings: vec![("url", url.clone())],
            server: url,
            secrets: vec![("TOKEN", self.0.get("MICROPUB_TOKEN").to_owned())],
            makes: ("POST", "/indieweb/micropub/"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        let account = self.account().expect("an account");
        open_http(&account, trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let posts = self.posts().into_iter();
        posts
            .filter(|post| post.to_string().contains(canonical))
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        let content = &self.post(remote)["content"][0];
        visible(content["html"].as_str().expect("HTML"))
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.change(
            &object!({ "url": remote.id, "properties": { "content": [{ "html": text }] } }),
        );
    }

    fn remove(&self, remote: &Remote) {
        self.change(&object!({ "url": remote.id }));
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let post = self.post(remote);
        let photo = post["photo"][0].as_str()?;
        let picture = client().get(photo).send().expect("an answer");
        assert!(picture.status().is_success(), "{photo}");
        post["mp-photo-alt"][0].as_str().map(str::to_owned)
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "an_answer_cut_short_ends_in_one_post",
            "its answers have no body, so that half of one is all of it",
        )]
    }
}

behaviours!(
    behaves,
    super::bench(),
    "needs tests/servers/all.sh start micropub"
);

#[test]
#[ignore = "needs tests/servers/all.sh start micropub"]
fn a_token_without_the_scope_is_told_so() {
    let bench = bench();
    let mut account = bench.account().expect("an account");
    let reader = bench.0.get("MICROPUB_READER_TOKEN").to_owned();
    account.secrets = vec![("TOKEN", reader)];
    let failure = open_http(&account, Trouble::None)
        .verify()
        .expect_err("a reader");
    assert_eq!(failure.kind, FailureKind::Forbidden, "{failure}");
    assert!(
        failure.message.contains("create update delete"),
        "{failure}"
    );
    assert!(
        failure.message.contains("GUIDEPOST_TRIAL_TOKEN"),
        "{failure}"
    );
}

#[test]
#[ignore = "needs tests/servers/all.sh start micropub"]
fn what_a_page_no_longer_has_is_taken_away() {
    let bench = bench();
    let abilities = capabilities(&bench);
    let session = bench.open(Trouble::None);
    let mut first = with_cover(post(WORDS, &abilities), "a picture");
    first.tags = vec!["招聘".to_owned(), "焊工".to_owned()];
    let made = session
        .create(&first, attempt(&key(&first, "create")))
        .expect("a post");
    assert_eq!(bench.post(&made)["category"], object!(["招聘", "焊工"]));
    let mut second = reworded(&first, "第二版", &abilities);
    second.tags = vec![];
    second.summary = String::new();
    second.cover = None;
    session
        .update(&made, &second, attempt(&key(&second, "update")))
        .expect("an edit");
    let kept = bench.post(&made);
    for name in ["category", "summary", "photo"] {
        assert_eq!(kept.get(name), None, "{name}");
    }
    assert_eq!(kept["syndication"], object!([first.canonical]));
    bench.remove(&made);
}

#[test]
#[ignore = "needs tests/servers/all.sh start micropub"]
fn a_link_to_a_page_is_no_mark_and_the_tracked_one_at_the_end_is() {
    let bench = bench();
    let abilities = capabilities(&bench);
    let mut account = bench.account().expect("an account");
    let target = "https://archive.example/".to_owned();
    account.settings.push(("syndicate_to", target));
    let passing_on = open_http(&account, Trouble::None);
    let other = post(WORDS, &abilities);
    let mut linking = post(WORDS, &abilities);
    linking.content = Content::Html(format!(
        "<p>See <a href=\"{}\">the other</a>.</p><p><a href=\"{}\">here</a></p>",
        other.canonical,
        linking.link.replace('&', "&amp;")
    ));
    for session in [bench.open(Trouble::None), passing_on] {
        let made = session
            .create(&linking, attempt(&key(&linking, "create")))
            .expect("a post");
        let none = session.find(&other, attempt(&key(&other, "create")));
        assert_eq!(none.expect("an answer"), None);
        let found = session.find(&linking, attempt(&key(&linking, "create")));
        let found = found.expect("an answer").expect("it is found");
        assert_eq!(found.remote, made);
        assert_eq!(found.canonical.as_ref(), Some(&linking.canonical));
        bench.remove(&made);
    }
}

#[test]
#[ignore = "needs tests/servers/all.sh start micropub"]
fn a_name_in_any_script_is_an_address() {
    let bench = bench();
    let abilities = capabilities(&bench);
    let session = bench.open(Trouble::None);
    let mut post = post(WORDS, &abilities);
    post.slug = format!("云岚话-{}", post.slug);
    let made = session
        .create(&post, attempt(&key(&post, "create")))
        .expect("a post");
    assert!(made.id.contains("/%E4%BA%91"), "{}", made.id);
    let found = session.find(&post, attempt(&key(&post, "create")));
    assert_eq!(found.expect("an answer").expect("it is found").remote, made);
    session
        .delete(&made, attempt(&key(&post, "delete")))
        .expect("it is taken away");
    assert_eq!(bench.count(&post.canonical), 0);
}

#[test]
#[ignore = "needs tests/servers/all.sh start micropub"]
fn a_name_that_is_taken_becomes_another_address() {
    let bench = bench();
    let abilities = capabilities(&bench);
    let session = bench.open(Trouble::None);
    let first = post(WORDS, &abilities);
    let mut second = post(WORDS, &abilities);
    second.slug.clone_from(&first.slug);
    let create = |post| {
        let made = session.create(post, attempt(&key(post, "create")));
        made.expect("a post")
    };
    let (one, two) = (create(&first), create(&second));
    assert_ne!(one.id, two.id);
    let found = session.find(&second, attempt(&key(&second, "create")));
    let found = found.expect("an answer").expect("it is found by its mark");
    assert_eq!(found.remote, two);
    bench.remove(&one);
    bench.remove(&two);
}
