//! Discord: a fake of the calls that a webhook has, with the limits and codes of its documents.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::fake::{Asked, Fake, Told};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded, with_cover};
use guidepost::platform::{Remote, Settings, info};
use serde_json::{Value, json};

const ID: &str = "1187340275";
const TOKEN: &str = "kQ8xWc2LrT-5vB_m7Yp";
const CHANNEL: &str = "2200";
const THREAD: &str = "3300";

#[derive(Default)]
struct Channel {
    made: u64,
    messages: Vec<Value>,
}

pub(super) struct Discord {
    fake: Fake<Channel>,
    settings: Vec<(&'static str, &'static str)>,
}

pub(super) fn bench() -> Discord {
    with(&[])
}

fn with(settings: &[(&'static str, &'static str)]) -> Discord {
    Discord {
        fake: Fake::start(Channel::default(), answer),
        settings: settings.to_vec(),
    }
}

fn error(status: u16, code: u32, words: &str) -> Told {
    Told::json(status, &json!({ "message": words, "code": code }))
}

fn invalid(field: &str, words: &str) -> Told {
    let mut errors = json!({ "_errors": [{ "code": "INVALID", "message": words }] });
    for name in field.rsplit('.') {
        errors = json!({ name: errors });
    }
    let body = json!({ "message": "Invalid Form Body", "code": 50035, "errors": errors });
    Told::json(400, &body)
}

fn answer(channel: &mut Channel, asked: &Asked) -> Told {
    let (method, path) = asked.route();
    let [_, _, id, token, rest @ ..] = path.as_slice() else {
        return error(404, 0, "404: Not Found");
    };
    if path[..2] != ["api", "webhooks"] {
        return error(404, 0, "404: Not Found");
    }
    if *id != ID {
        return error(404, 10_015, "Unknown Webhook");
    }
    if *token != TOKEN {
        return error(401, 50_027, "Invalid Webhook Token");
    }
    let place = match asked.parameter("thread_id") {
        "" => CHANNEL,
        THREAD => THREAD,
        _ => return error(404, 10_003, "Unknown Channel"),
    };
    match (method, rest) {
        ("GET", []) => Told::json(
            200,
            &json!({ "id": ID, "type": 1, "name": "云岚", "channel_id": CHANNEL, "guild_id": "1100" }),
        ),
        ("POST", []) => {
            let mut message = json!({ "embeds": [], "attachments": [], "content": "" });
            if let Err(told) = write(&mut message, asked, channel.made) {
                return told;
            }
            channel.made += 1;
            message["id"] = json!((9000 + channel.made).to_string());
            message["channel_id"] = json!(place);
            message["webhook_id"] = json!(ID);
            channel.messages.push(message.clone());
            if asked.parameter("wait") == "true" {
                Told::json(200, &message)
            } else {
                Told::nothing(204)
            }
        }
        (_, ["messages", id]) => {
            let found = channel
                .messages
                .iter()
                .position(|message| message["id"] == *id && message["channel_id"] == place);
            let Some(at) = found else {
                return error(404, 10_008, "Unknown Message");
            };
            match method {
                "GET" => Told::json(200, &channel.messages[at]),
                "DELETE" => {
                    channel.messages.remove(at);
                    Told::nothing(204)
                }
                "PATCH" => {
                    let mut message = channel.messages[at].clone();
                    if let Err(told) = write(&mut message, asked, 100) {
                        return told;
                    }
                    channel.messages[at] = message.clone();
                    Told::json(200, &message)
                }
                _ => error(405, 0, "405: Method Not Allowed"),
            }
        }
        _ => error(404, 0, "404: Not Found"),
    }
}

/// Puts what was sent into a message, or says what is wrong with it.
fn write(message: &mut Value, asked: &Asked, number: u64) -> Result<(), Told> {
    let parts = asked.parts();
    let sent: Value = match parts.iter().find(|(name, _, _)| name == "payload_json") {
        Some((_, _, bytes)) => serde_json::from_slice(bytes).unwrap_or_default(),
        None => asked.json(),
    };
    let sent = sent
        .as_object()
        .ok_or_else(|| error(400, 50_109, "The request body contains invalid JSON."))?;
    let length = |value: &Value| value.as_str().unwrap_or_default().trim().chars().count();
    if let Some(content) = sent.get("content") {
        if length(content) > 2000 {
            return Err(invalid("content", "Must be 2000 or fewer in length."));
        }
        message["content"] = json!(content.as_str().unwrap_or_default().trim());
    }
    if let Some(embeds) = sent.get("embeds") {
        let list = embeds.as_array().cloned().unwrap_or_default();
        if list.len() > 10 {
            return Err(invalid("embeds", "Must be 10 or fewer in length."));
        }
        let mut sum = 0;
        for embed in &list {
            for (field, most) in [("title", 256), ("description", 4096)] {
                sum += length(&embed[field]);
                if length(&embed[field]) > most {
                    let words = format!("Must be {most} or fewer in length.");
                    return Err(invalid(&format!("embeds.0.{field}"), &words));
                }
            }
        }
        if sum > 6000 {
            return Err(invalid("embeds", "Embed size exceeds maximum size of 6000"));
        }
        message["embeds"] = embeds.clone();
    }
    if let Some(wanted) = sent.get("attachments").and_then(Value::as_array) {
        let there = message["attachments"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut kept = Vec::new();
        for attachment in wanted {
            let old = there.iter().find(|old| old["id"] == attachment["id"]);
            let file = parts.iter().find(|(name, _, _)| {
                attachment["id"]
                    .as_u64()
                    .is_some_and(|id| *name == format!("files[{id}]"))
            });
            let name = match (old, file) {
                (Some(old), _) => old["filename"].clone(),
                (None, Some((_, name, _))) => json!(name),
                (None, None) => {
                    return Err(invalid("attachments.0.id", "Attachment data not found"));
                }
            };
            let id = old.map_or_else(
                || json!((number + 500).to_string()),
                |old| old["id"].clone(),
            );
            let description = &attachment["description"];
            if length(description) > 1024 {
                return Err(invalid(
                    "attachments.0.description",
                    "Must be 1024 or fewer in length.",
                ));
            }
            kept.push(json!({ "id": id, "filename": name, "description": description }));
        }
        message["attachments"] = json!(kept);
    }
    let is_empty = message["content"] == ""
        && message["embeds"] == json!([])
        && message["attachments"] == json!([]);
    if is_empty {
        return Err(error(400, 50_006, "Cannot send an empty message"));
    }
    // Who is called by a message that says nothing of it, all of them are.
    if sent.get("allowed_mentions") != Some(&json!({ "parse": [] })) {
        return Err(error(
            400,
            0,
            "this fake wants to see that nobody is called",
        ));
    }
    Ok(())
}

impl Discord {
    fn message<T>(&self, remote: &Remote, look: impl FnOnce(&mut Value) -> T) -> T {
        let (_, id) = remote.id.split_once('/').expect("channel and message");
        let mut channel = self.fake.state();
        let mut found = channel.messages.iter_mut();
        look(
            found
                .find(|message| message["id"] == id)
                .expect("the message is there"),
        )
    }
}

/// What a reader sees: backslashes are gone.
fn shown(markdown: &str) -> String {
    let mut text = String::new();
    let mut chars = markdown.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            _ => text.push(c),
        }
    }
    text
}

impl Bench for Discord {
    fn account(&self) -> Option<Account> {
        let own = self
            .settings
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        Some(Account {
            info: info("discord").expect("the platform"),
            server: self.fake.url(),
            settings: [("api", self.fake.url())].into_iter().chain(own).collect(),
            secrets: vec![("WEBHOOK", format!("{ID}/{TOKEN}"))],
            makes: ("POST", "/api/webhooks/"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let channel = self.fake.state();
        let messages = channel.messages.iter();
        messages
            .filter(|message| message.to_string().contains(canonical))
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        self.message(remote, |message| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let card = text(&message["embeds"][0]["description"]);
            shown(&format!("{}{card}", text(&message["content"])))
        })
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.message(remote, |message| {
            let field = if message["content"] == "" {
                &mut message["embeds"][0]["description"]
            } else {
                &mut message["content"]
            };
            *field = json!(text);
        });
    }

    fn remove(&self, remote: &Remote) {
        let (_, id) = remote.id.split_once('/').expect("channel and message");
        self.fake
            .state()
            .messages
            .retain(|message| message["id"] != id);
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        self.message(remote, |message| {
            message["attachments"][0]["description"]
                .as_str()
                .map(str::to_owned)
        })
    }
}

behaviours!(behaves, super::bench());
behaviours!(behaves_with_cards, super::with(&[("card", "true")]));

#[test]
fn a_message_in_a_thread_is_reached_through_it() {
    let bench = with(&[("thread", THREAD)]);
    let session = bench.open(Trouble::None);
    let abilities = session.verify().expect("we are known").capabilities;
    let first = post(WORDS, &abilities);
    let at = session.create(&first, attempt(&key(&first, "create")));
    let at = at.expect("a message");
    assert_eq!(at.id, format!("{THREAD}/9001"));
    let edited = reworded(&first, "第二版", &abilities);
    let update = session.update(&at, &edited, attempt(&key(&edited, "update")));
    assert!(bench.text(&update.expect("an edit")).contains("第二版"));
    // Without `thread`, what was posted there before is still reached.
    let elsewhere = with(&[]);
    *elsewhere.fake.state() = std::mem::take(&mut *bench.fake.state());
    let session = elsewhere.open(Trouble::None);
    session
        .delete(&at, attempt(&key(&edited, "delete")))
        .expect("a deletion");
    assert_eq!(elsewhere.count(&first.canonical), 0);
}

#[test]
fn another_cover_takes_the_place_of_the_first_and_the_same_one_stays() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = (info("discord").expect("the platform").capabilities)(&Settings::new());
    let first = with_cover(post(WORDS, &abilities), "焊工");
    let remote = session
        .create(&first, attempt(&key(&first, "create")))
        .expect("a message");
    let attachments = || bench.message(&remote, |message| message["attachments"].clone());
    let before = attachments();
    let second = reworded(&first, "第二版", &abilities);
    let update = |post| session.update(&remote, post, attempt(&key(post, "update")));
    update(&second).expect("an edit");
    assert_eq!(attachments(), before);
    let mut bare = second.clone();
    bare.cover = None;
    update(&bare).expect("an edit");
    assert_eq!(attachments(), json!([]));
    update(&second).expect("an edit");
    assert_eq!(attachments()[0]["description"], "焊工");
    assert_eq!(
        remote.url.as_deref(),
        Some("https://discord.com/channels/1100/2200/9001")
    );
}
