//! Bluesky: the real server of accounts (PDS) with its directory, without an app view, looked at
//! through its own interface by hand.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, capabilities, open_http};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded, with_cover};
use crate::platforms::server::{Server, client, json};
use guidepost::platform::{FailureKind, Remote, info};
use serde_json::{Value, json as object};

pub(super) struct Bluesky(Server);

pub(super) fn bench() -> Bluesky {
    Bluesky(Server::named("bluesky"))
}

const COLLECTION: &str = "app.bsky.feed.post";

impl Bluesky {
    fn ask(&self, question: &str) -> reqwest::blocking::RequestBuilder {
        client().get(format!("{}/xrpc/{question}", self.0.get("BSKY_URL")))
    }

    /// A call with the owner's own password, which is not what the adapter has.
    fn call(&self, method: &str, body: &Value) -> Value {
        let request = |method: &str, body: &Value| {
            client()
                .post(format!("{}/xrpc/{method}", self.0.get("BSKY_URL")))
                .header("content-type", "application/json")
                .body(body.to_string())
        };
        let login = object!({
            "identifier": self.0.get("BSKY_IDENTIFIER"),
            "password": self.0.get("BSKY_OWNER_PASSWORD"),
        });
        let session = json(request("com.atproto.server.createSession", &login));
        let token = session["accessJwt"].as_str().expect("a token");
        json(request(method, body).bearer_auth(token))
    }

    fn record(&self, remote: &Remote) -> Value {
        let found = json(self.ask(&format!(
            "com.atproto.repo.getRecord?repo={}&collection={COLLECTION}&rkey={}",
            self.0.get("BSKY_DID"),
            rkey(remote)
        )));
        found["value"].clone()
    }
}

fn rkey(remote: &Remote) -> &str {
    remote.id.rsplit('/').next().expect("a key")
}

impl Bench for Bluesky {
    fn account(&self) -> Option<Account> {
        let url = self.0.get("BSKY_URL").to_owned();
        Some(Account {
            info: info("bluesky").expect("the platform"),
            settings: vec![
                ("handle", self.0.get("BSKY_IDENTIFIER").to_owned()),
                ("url", url.clone()),
            ],
            server: url,
            secrets: vec![("PASSWORD", self.0.get("BSKY_APP_PASSWORD").to_owned())],
            makes: ("POST", "com.atproto.repo.putRecord"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        let account = self.account().expect("an account");
        open_http(&account, trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let mut count = 0;
        let mut from = String::new();
        loop {
            let page = json(self.ask(&format!(
                "com.atproto.repo.listRecords?repo={}&collection={COLLECTION}&limit=100{from}",
                self.0.get("BSKY_DID")
            )));
            let records = page["records"].as_array().expect("records");
            let carries = |record: &&Value| record.to_string().contains(canonical);
            count += records.iter().filter(carries).count();
            match page["cursor"].as_str() {
                Some(cursor) => from = format!("&cursor={cursor}"),
                None => return count,
            }
        }
    }

    fn text(&self, remote: &Remote) -> String {
        self.record(remote)["text"]
            .as_str()
            .expect("a text")
            .to_owned()
    }

    fn edit(&self, remote: &Remote, text: &str) {
        let body = object!({
            "repo": self.0.get("BSKY_DID"), "collection": COLLECTION, "rkey": rkey(remote),
            "record": { "$type": COLLECTION, "text": text, "createdAt": "2026-01-01T00:00:00Z" },
        });
        self.call("com.atproto.repo.putRecord", &body);
    }

    fn remove(&self, remote: &Remote) {
        let body = object!({
            "repo": self.0.get("BSKY_DID"), "collection": COLLECTION, "rkey": rkey(remote),
        });
        self.call("com.atproto.repo.deleteRecord", &body);
    }

    fn cover(&self, _remote: &Remote) -> Option<String> {
        None
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "a_cover_arrives_with_its_description",
            "the picture of a card has no field for a description",
        )]
    }
}

behaviours!(
    behaves,
    super::bench(),
    "needs tests/servers/all.sh start bluesky"
);

#[test]
#[ignore = "needs tests/servers/all.sh start bluesky"]
fn a_post_brings_its_card_with_the_picture() {
    let bench = bench();
    let abilities = capabilities(&bench);
    let session = bench.open(Trouble::None);
    let post = with_cover(post(WORDS, &abilities), "焊工");
    let remote = session
        .create(&post, attempt(&key(&post, "create")))
        .expect("a post");
    let record = bench.record(&remote);
    let card = &record["embed"]["external"];
    assert_eq!(card["uri"], post.link.as_str());
    assert_eq!(card["title"], post.title.as_str());
    assert_eq!(card["description"], post.summary.as_str());
    assert_eq!(card["thumb"]["mimeType"], "image/jpeg");
    assert_eq!(record["langs"], object!(["zh-Hans"]));
    let cid = card["thumb"]["ref"]["$link"].as_str().expect("a picture");
    let picture = bench
        .ask(&format!(
            "com.atproto.sync.getBlob?did={}&cid={cid}",
            bench.0.get("BSKY_DID")
        ))
        .send()
        .expect("the server answers");
    assert!(picture.status().is_success(), "the picture is kept");
    bench.remove(&remote);
}

#[test]
#[ignore = "needs tests/servers/all.sh start bluesky"]
fn links_stand_at_their_bytes() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let remote = session
        .create(&post, attempt(&key(&post, "create")))
        .expect("a post");
    let record = bench.record(&remote);
    let facet = &record["facets"][0];
    let at = |name: &str| {
        let number = facet["index"][name].as_u64().expect("an offset");
        usize::try_from(number).expect("an offset")
    };
    let text = record["text"].as_str().expect("a text");
    assert_eq!(&text[at("byteStart")..at("byteEnd")], post.link);
    assert_eq!(facet["features"][0]["uri"], post.link.as_str());
    bench.remove(&remote);
}

#[test]
#[ignore = "needs tests/servers/all.sh start bluesky"]
fn an_edit_is_told_in_a_thread_and_the_thread_is_taken_away() {
    let bench = bench();
    let abilities = capabilities(&bench);
    let session = bench.open(Trouble::None);
    let first = post(WORDS, &abilities);
    let made = session
        .create(&first, attempt(&key(&first, "create")))
        .expect("a post");
    let mut last = made.clone();
    for words in ["第二版", "третья редакция"] {
        let edited = reworded(&first, words, &abilities);
        let try_key = key(&edited, "reply");
        let try_once = attempt(&try_key);
        let answer = session.reply(&last, &edited, try_once).expect("an answer");
        let again = session.reply(&last, &edited, try_once).expect("a repeat");
        assert_eq!(answer, again, "the same attempt is the same answer");
        let reply = &bench.record(&answer)["reply"];
        assert_eq!(reply["root"]["uri"], made.id.as_str());
        assert_eq!(reply["parent"]["uri"], last.id.as_str());
        last = answer;
    }
    let found = session
        .find(&first, attempt(&key(&first, "create")))
        .expect("an answer")
        .expect("the post is found");
    assert_eq!(
        found.remote.id, made.id,
        "the post is found, not its answer"
    );
    session
        .delete(&last, attempt("0123"))
        .expect("all are taken away");
    assert_eq!(bench.count(&first.canonical), 0);
    let gone = session.reply(&last, &first, attempt("4567"));
    assert_eq!(
        gone.expect_err("nothing to answer").kind,
        FailureKind::Missing
    );
}

#[test]
#[ignore = "needs tests/servers/all.sh start bluesky"]
fn a_page_with_another_date_finds_its_post() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let mut post = post(WORDS, &capabilities(&bench));
    let made = session
        .create(&post, attempt(&key(&post, "create")))
        .expect("a post");
    post.published = None;
    let found = session
        .find(&post, attempt(&key(&post, "create")))
        .expect("an answer")
        .expect("the post is found by its address");
    assert_eq!(found.remote.id, made.id);
    bench.remove(&made);
}

#[test]
#[ignore = "needs tests/servers/all.sh start bluesky"]
fn a_post_settled_by_its_address_is_taken_away() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let made = session
        .create(&post, attempt(&key(&post, "create")))
        .expect("a post");
    let by_hand = Remote {
        id: made.url.clone().expect("an address"),
        url: made.url,
    };
    assert!(session.read(&by_hand).expect("an answer").is_some());
    session
        .delete(&by_hand, attempt("0123"))
        .expect("it is taken away");
    assert_eq!(bench.count(&post.canonical), 0);
}
