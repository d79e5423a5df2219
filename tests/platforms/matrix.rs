//! Matrix: a real homeserver (Synapse), looked at through its client interface by hand.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::server::{Server, client, json};
use guidepost::platform::{Remote, info};
use serde_json::{Value, json as object};

pub(super) struct Matrix(Server);

pub(super) fn bench() -> Matrix {
    Matrix(Server::named("matrix"))
}

impl Matrix {
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let room = self
            .0
            .get("MATRIX_ROOM")
            .replace('!', "%21")
            .replace(':', "%3A");
        let url = format!(
            "{}/_matrix/client/v3/rooms/{room}/{path}",
            self.0.get("MATRIX_URL")
        );
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = client()
            .request(method, url)
            .bearer_auth(self.0.get("MATRIX_TOKEN"));
        json(match body {
            Some(body) => request.body(body.to_string()),
            None => request,
        })
    }

    /// The room's messages of late that are not taken away, newest first.
    fn messages(&self) -> Vec<Value> {
        let found = self.ask("GET", "messages?dir=b&limit=200", None);
        let events = found["chunk"].as_array().expect("events").clone();
        let is_message = |event: &Value| {
            event["type"] == "m.room.message" && event["content"]["msgtype"].is_string()
        };
        events.into_iter().filter(is_message).collect()
    }
}

/// The event of a copy: its room stands before it.
fn event_of(remote: &Remote) -> &str {
    remote
        .id
        .split_once('/')
        .map_or(&remote.id, |(_, event)| event)
}

fn replaces(event: &Value) -> Option<&str> {
    let relation = &event["content"]["m.relates_to"];
    (relation["rel_type"] == "m.replace")
        .then(|| relation["event_id"].as_str())
        .flatten()
}

impl Bench for Matrix {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("matrix").expect("the platform"),
            server: self.0.get("MATRIX_URL").to_owned(),
            settings: vec![
                ("url", self.0.get("MATRIX_URL").to_owned()),
                ("room", self.0.get("MATRIX_ROOM").to_owned()),
            ],
            secrets: vec![("TOKEN", self.0.get("MATRIX_TOKEN").to_owned())],
            makes: ("PUT", "/send/m.room.message/"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        let account = self.account().expect("an account");
        open_http(&account, trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let is_first = |event: &&Value| replaces(event).is_none();
        let carries = |event: &&Value| event["content"].to_string().contains(canonical);
        self.messages()
            .iter()
            .filter(is_first)
            .filter(carries)
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        let messages = self.messages();
        let newest = messages
            .iter()
            .find(|event| {
                event["event_id"] == event_of(remote) || replaces(event) == Some(event_of(remote))
            })
            .expect("the message is there");
        let content = match replaces(newest) {
            Some(_) => &newest["content"]["m.new_content"],
            None => &newest["content"],
        };
        content["body"].as_str().expect("a body").to_owned()
    }

    fn edit(&self, remote: &Remote, text: &str) {
        let new = object!({ "msgtype": "m.text", "body": text });
        let body = object!({
            "msgtype": "m.text", "body": format!("* {text}"), "m.new_content": new,
            "m.relates_to": { "rel_type": "m.replace", "event_id": event_of(remote) },
        });
        let path = format!("send/m.room.message/{}", crate::platforms::posts::unique());
        self.ask("PUT", &path, Some(&body));
    }

    fn remove(&self, remote: &Remote) {
        let id = event_of(remote).replace('$', "%24");
        let path = format!("redact/{id}/{}", crate::platforms::posts::unique());
        self.ask("PUT", &path, Some(&object!({})));
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let messages = self.messages();
        let image = messages.iter().find(|event| {
            event["event_id"] == event_of(remote) && event["content"]["msgtype"] == "m.image"
        })?;
        let alt = &image["content"]["org.matrix.msc1767.alt_text"][0]["body"];
        alt.as_str().map(str::to_owned)
    }
}

behaviours!(
    behaves,
    super::bench(),
    "needs tests/servers/all.sh start matrix"
);
