//! Nostr: a real relay, looked at and written to by a client within the test.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded};
use crate::platforms::server::Server;
use guidepost::platform::{FailureKind, Remote, info};
use k256::schnorr::SigningKey;
use k256::schnorr::signature::hazmat::PrehashSigner as _;
use serde_json::{Value, json};
use sha2::Digest as _;
use std::time::Duration;
use tungstenite::Message;

pub(super) struct Nostr {
    server: Server,
    form: &'static str,
}

/// Articles.
pub(super) fn bench() -> Nostr {
    Nostr {
        server: Server::named("nostr"),
        form: "article",
    }
}

fn notes() -> Nostr {
    Nostr {
        form: "notes",
        ..bench()
    }
}

impl Nostr {
    fn author(&self) -> &str {
        self.server.get("NOSTR_PUBLIC_KEY")
    }

    /// Says something, and gives what comes until that word.
    fn say(&self, message: &Value, until: &str) -> Vec<Value> {
        let (mut socket, _) =
            tungstenite::connect(self.server.get("NOSTR_RELAY")).expect("the relay is there");
        let text = Message::text(message.to_string());
        socket.send(text).expect("it listens");
        let mut heard = Vec::new();
        loop {
            if let Message::Text(text) = socket.read().expect("it answers") {
                let part: Value = serde_json::from_str(&text).expect("JSON");
                let is_last = part[0] == until;
                heard.push(part);
                if is_last {
                    let _ = socket.close(None);
                    return heard;
                }
            }
        }
    }

    fn events(&self, filter: &Value) -> Vec<Value> {
        let heard = self.say(&json!(["REQ", "look", filter]), "EOSE");
        heard
            .into_iter()
            .filter(|part| part[0] == "EVENT")
            .map(|part| part[2].clone())
            .collect()
    }

    /// The event of a copy.
    fn event(&self, remote: &Remote) -> Option<Value> {
        let filter = match remote.id.split(':').nth(2) {
            Some(name) => json!({ "kinds": [30023], "authors": [self.author()], "#d": [name] }),
            None => json!({ "ids": [remote.id] }),
        };
        let mut events = self.events(&filter);
        events.sort_by_key(|event| event["created_at"].as_i64());
        events.pop()
    }

    /// Signs and sends an event of the same author.
    fn send(&self, kind: u32, moment: i64, tags: &Value, content: &str) {
        let author = self.author();
        let hashed = json!([0, author, moment, kind, tags, content]);
        let hash: [u8; 32] = sha2::Sha256::digest(hashed.to_string()).into();
        let secret = bytes(self.server.get("NOSTR_SECRET_KEY"));
        let signer = SigningKey::from_slice(&secret).expect("a key");
        let signature = signer.sign_prehash(&hash).expect("a signature");
        let event = json!({
            "id": hex(&hash), "pubkey": author, "created_at": moment, "kind": kind,
            "tags": tags, "content": content, "sig": hex(&signature.to_bytes()),
        });
        let heard = self.say(&json!(["EVENT", event]), "OK");
        let last = heard.last().expect("an answer");
        assert_eq!(last[2], true, "{last}");
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = (0..hex.len()).step_by(2);
    digits
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("digits"))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Bench for Nostr {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("nostr").expect("the platform"),
            server: self.server.get("NOSTR_RELAY").to_owned(),
            settings: vec![
                ("relays", self.server.get("NOSTR_RELAY").to_owned()),
                ("author", self.author().to_owned()),
                ("form", self.form.to_owned()),
            ],
            secrets: vec![("KEY", self.server.get("NOSTR_SECRET_KEY").to_owned())],
            makes: (
                "EVENT",
                if self.form == "notes" {
                    "\"kind\":1,"
                } else {
                    "\"kind\":30023,"
                },
            ),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let filter = json!({ "kinds": [1, 30023], "authors": [self.author()], "#r": [canonical] });
        self.events(&filter).len()
    }

    fn text(&self, remote: &Remote) -> String {
        let event = self.event(remote).expect("the event is there");
        let content = event["content"].as_str().expect("a content");
        if self.form == "notes" {
            return content.to_owned();
        }
        let mut text = String::new();
        let mut following = content.chars().peekable();
        while let Some(c) = following.next() {
            let escapes = c == '\\' && following.peek().is_some_and(char::is_ascii_punctuation);
            if escapes {
                text.extend(following.next());
            } else {
                text.push(c);
            }
        }
        text
    }

    fn edit(&self, remote: &Remote, text: &str) {
        assert_ne!(self.form, "notes", "nobody can edit a note");
        let event = self.event(remote).expect("the event is there");
        let moment = event["created_at"].as_i64().expect("a moment") + 1;
        self.send(30023, moment, &event["tags"], text);
    }

    fn remove(&self, remote: &Remote) {
        while let Some(event) = self.event(remote) {
            let moment = event["created_at"].as_i64().expect("a moment");
            self.send(5, moment, &json!([["e", event["id"]]]), "");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let event = self.event(remote)?;
        let tags = event["tags"].as_array()?;
        let pictured = tags.iter().find(|tag| tag[0] == "imeta")?;
        let alt = pictured[2].as_str()?.strip_prefix("alt ")?;
        Some(alt.to_owned())
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        if self.form == "notes" {
            return &[(
                "only_an_edit_by_another_hand_changes_the_digest",
                "nobody can edit a note",
            )];
        }
        &[]
    }
}

behaviours!(
    articles,
    super::bench(),
    "needs tests/servers/all.sh start nostr"
);
behaviours!(
    notes_behave,
    super::notes(),
    "needs tests/servers/all.sh start nostr"
);

#[test]
#[ignore = "needs tests/servers/all.sh start nostr"]
fn one_relay_of_two_is_enough_and_the_other_is_named() {
    let bench = bench();
    let mut account = bench.account().expect("an account");
    account.settings[0].1.push_str(",ws://127.0.0.1:9");
    let session = open_http(&account, Trouble::None);
    let identity = session.verify().expect("one relay is there");
    assert!(
        identity.name.contains("ws://127.0.0.1:9"),
        "{}",
        identity.name
    );
    let post = post(WORDS, &identity.capabilities);
    let remote = session
        .create(&post, attempt(&key(&post, "create")))
        .expect("one relay takes it");
    assert_eq!(bench.count(&post.canonical), 1);
    bench.remove(&remote);
    // That it is gone cannot be said while one relay says nothing.
    let failure = session.read(&remote).expect_err("nobody knows");
    assert_eq!(failure.kind, FailureKind::Unreachable);
}

#[test]
#[ignore = "needs tests/servers/all.sh start nostr"]
fn a_note_is_answered_by_another_and_found_without_its_answer() {
    let bench = notes();
    let session = bench.open(Trouble::None);
    let abilities = session.verify().expect("we are known").capabilities;
    let first = post(WORDS, &abilities);
    let remote = session
        .create(&first, attempt(&key(&first, "create")))
        .expect("a note");
    let edited = reworded(&first, "第二版", &abilities);
    let answer = session
        .reply(&remote, &edited, attempt(&key(&edited, "reply")))
        .expect("an answer");
    let event = bench.event(&answer).expect("the answer is there");
    let names = event["tags"].as_array().expect("tags");
    assert!(
        names.contains(&json!(["e", remote.id, "", "root"])),
        "{event}"
    );
    let found = session
        .find(&first, attempt(&key(&first, "create")))
        .expect("an answer");
    assert_eq!(found.expect("the note").remote.id, remote.id);
    bench.remove(&answer);
    bench.remove(&remote);
}
