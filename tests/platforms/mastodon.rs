//! Mastodon: a stand-in by others that keeps its limits, idempotency keys and error bodies,
//! looked at through its API by hand.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, capabilities, open_http};
use crate::platforms::posts::{HOSTILE, WORDS, attempt, key, post, reworded};
use crate::platforms::server::{Server, client, json, visible};
use guidepost::platform::{Remote, info};
use serde_json::{Value, json as object};

pub(super) struct Mastodon {
    server: Server,
    exceptions: &'static [(&'static str, &'static str)],
}

pub(super) fn bench() -> Mastodon {
    Mastodon {
        server: Server::named("mastodon-limits"),
        exceptions: &[
            (
                "a_text_of_the_full_length_is_taken",
                "the stand-in counts every letter of a link, Mastodon 23 for any",
            ),
            (
                "every_script_and_hostile_characters_arrive_unharmed",
                "the stand-in takes asterisks and backticks for markup, Mastodon takes none",
            ),
        ],
    }
}

/// Another server that speaks the same API, with what it gets wrong.
pub(super) fn other(server: &str, exceptions: &'static [(&'static str, &'static str)]) -> Mastodon {
    Mastodon {
        server: Server::named(server),
        exceptions,
    }
}

impl Mastodon {
    fn request(&self, method: &str, path: &str) -> reqwest::blocking::RequestBuilder {
        let url = format!("{}/api/v1/{path}", self.server.get("MASTODON_URL"));
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        client()
            .request(method, url)
            .bearer_auth(self.server.get("MASTODON_TOKEN"))
    }

    fn status(&self, remote: &Remote) -> Value {
        json(self.request("GET", &format!("statuses/{}", remote.id)))
    }

    /// A post's text as readers get it.
    pub(super) fn html(&self, remote: &Remote) -> String {
        self.status(remote)["content"]
            .as_str()
            .expect("content")
            .to_owned()
    }

    /// Our statuses of late, newest first.
    fn statuses(&self) -> Vec<Value> {
        let me = json(self.request("GET", "accounts/verify_credentials"));
        let id = me["id"].as_str().expect("an id").to_owned();
        let found = json(self.request("GET", &format!("accounts/{id}/statuses?limit=40")));
        found.as_array().expect("statuses").clone()
    }
}

impl Bench for Mastodon {
    fn account(&self) -> Option<Account> {
        let url = self.server.get("MASTODON_URL").to_owned();
        Some(Account {
            info: info("mastodon").expect("the platform"),
            settings: vec![("url", url.clone())],
            server: url,
            secrets: vec![("TOKEN", self.server.get("MASTODON_TOKEN").to_owned())],
            makes: ("POST", "/api/v1/statuses"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        let account = self.account().expect("an account");
        open_http(&account, trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        self.statuses()
            .iter()
            .filter(|status| {
                status["content"]
                    .as_str()
                    .expect("content")
                    .contains(canonical)
            })
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        visible(self.status(remote)["content"].as_str().expect("content"))
    }

    fn edit(&self, remote: &Remote, text: &str) {
        let request = self.request("PUT", &format!("statuses/{}", remote.id));
        let body = object!({ "status": text }).to_string();
        json(
            request
                .header("content-type", "application/json")
                .body(body),
        );
    }

    fn remove(&self, remote: &Remote) {
        json(self.request("DELETE", &format!("statuses/{}", remote.id)));
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let description = &self.status(remote)["media_attachments"][0]["description"];
        description.as_str().map(str::to_owned)
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        self.exceptions
    }
}

behaviours!(
    behaves,
    super::bench(),
    "needs tests/servers/all.sh start mastodon-limits"
);

#[test]
#[ignore = "needs tests/servers/all.sh start mastodon-limits"]
fn an_edit_is_told_in_a_thread() {
    an_edit_is_told_in_a_thread_and_the_thread_is_taken_away(&bench());
}

#[test]
#[ignore = "needs tests/servers/all.sh start mastodon-limits"]
fn a_text_is_kept_as_it_was_sent() {
    a_text_is_kept_letter_by_letter(&bench());
}

/// What a server shows of a text is its own affair; what it keeps is what was sent.
pub(super) fn a_text_is_kept_letter_by_letter(bench: &Mastodon) {
    let session = bench.open(Trouble::None);
    let post = post(&HOSTILE.join("\n"), &capabilities(bench));
    let made = session
        .create(&post, attempt(&key(&post, "create")))
        .expect("a post");
    let source = json(bench.request("GET", &format!("statuses/{}/source", made.id)));
    assert_eq!(source["text"], post.content.text());
    bench.remove(&made);
}

/// What every server must do beyond the list of all platforms.
pub(super) fn an_edit_is_told_in_a_thread_and_the_thread_is_taken_away(bench: &Mastodon) {
    let abilities = capabilities(bench);
    let session = bench.open(Trouble::None);
    let first = post(WORDS, &abilities);
    let made = session
        .create(&first, attempt(&key(&first, "create")))
        .expect("a post");
    let second = reworded(&first, "第二版 вторая редакция", &abilities);
    let answer = session
        .reply(&made, &second, attempt(&key(&second, "reply")))
        .expect("an answer");
    assert_eq!(bench.status(&answer)["in_reply_to_id"], made.id.as_str());
    let found = session
        .find(&second, attempt(&key(&second, "create")))
        .expect("an answer")
        .expect("the post is found");
    assert_eq!(
        found.remote.id, made.id,
        "the post is found, not its answer"
    );
    session
        .delete(&answer, attempt("0123"))
        .expect("both are taken away");
    assert_eq!(bench.count(&first.canonical), 0);
}
