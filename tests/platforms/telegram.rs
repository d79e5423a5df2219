//! Telegram: an emulator of the Bot API around Telegram's own parser; what is stored is imitated.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::server::{Server, client, json};
use guidepost::platform::{Remote, info};
use serde_json::{Value, json as object};

pub(super) struct Telegram(Server);

pub(super) fn bench() -> Telegram {
    Telegram(Server::named("telegram"))
}

impl Telegram {
    fn messages(&self) -> Vec<Value> {
        let found = json(client().get(format!("{}/messages", self.0.get("TELEGRAM_CONTROL"))));
        match found {
            Value::Array(messages) => messages,
            Value::Object(fields) => fields
                .into_iter()
                .flat_map(|(_, value)| match value {
                    Value::Array(messages) => messages,
                    other => vec![other],
                })
                .collect(),
            other => vec![other],
        }
    }

    fn message(&self, remote: &Remote) -> Value {
        let id = number(remote);
        let found = self
            .messages()
            .into_iter()
            .rev()
            .find(|message| message["message_id"] == id);
        found.expect("the message is there")
    }

    fn call(&self, method: &str, body: &Value) -> Value {
        let url = format!(
            "{}/bot{}/{method}",
            self.0.get("TELEGRAM_API_URL"),
            self.0.get("TELEGRAM_TOKEN")
        );
        let request = client()
            .post(url)
            .header("content-type", "application/json");
        json(request.body(body.to_string()))
    }
}

/// The message's number: `chat/number/form`.
fn number(remote: &Remote) -> u64 {
    let part = remote.id.split('/').nth(1).unwrap_or_default();
    part.parse().expect("a number")
}

impl Bench for Telegram {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("telegram").expect("the platform"),
            server: self.0.get("TELEGRAM_API_URL").to_owned(),
            settings: vec![
                ("api", self.0.get("TELEGRAM_API_URL").to_owned()),
                ("chat", self.0.get("TELEGRAM_CHAT").to_owned()),
            ],
            secrets: vec![("TOKEN", self.0.get("TELEGRAM_TOKEN").to_owned())],
            makes: ("POST", "/send"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        let account = self.account().expect("an account");
        open_http(&account, trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let messages = self.messages();
        messages
            .iter()
            .filter(|message| message.to_string().contains(canonical))
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        let message = self.message(remote);
        let text = message.get("text").or_else(|| message.get("caption"));
        text.and_then(Value::as_str).expect("a text").to_owned()
    }

    fn edit(&self, remote: &Remote, text: &str) {
        let body = object!({
            "chat_id": self.0.get("TELEGRAM_CHAT"), "message_id": number(remote), "text": text,
        });
        self.call("editMessageText", &body);
    }

    fn remove(&self, remote: &Remote) {
        let body = object!({
            "chat_id": self.0.get("TELEGRAM_CHAT"), "message_id": number(remote),
        });
        self.call("deleteMessage", &body);
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let message = self.message(remote);
        message.get("photo").map(|_| String::new())
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "a_cover_arrives_with_its_description",
            "the photo arrives; Telegram has no field for its description",
        )]
    }
}

behaviours!(
    behaves,
    super::bench(),
    "needs tests/servers/all.sh start telegram"
);
