//! Slack: a fake of the methods that a bot needs, and of an incoming webhook.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::fake::{Asked, Fake, Told};
use crate::platforms::flaky::IsPost;
use crate::platforms::posts::{WORDS, attempt, key, post};
use guidepost::platform::{FailureKind, Remote, info};
use serde_json::{Value, json};

const TOKEN: &str = "xoxb-2847-9917-kQ8xWc2LrT5v";
const HOOK: &str = "T024XK/B071QW/kQ8xWc2LrT5vBm7Yp";
const CHANNEL: &str = "C0123456789";

#[derive(Default)]
struct Workspace {
    made: u64,
    /// Newest last.
    messages: Vec<Value>,
    /// What every method answers, when it is set.
    trouble: Option<Value>,
}

pub(super) struct Slack {
    fake: Fake<Workspace>,
    bot: bool,
}

pub(super) fn bench() -> Slack {
    Slack {
        fake: Fake::start(Workspace::default(), answer),
        bot: true,
    }
}

pub(super) fn webhook_bench() -> Slack {
    Slack {
        bot: false,
        ..bench()
    }
}

fn no(error: &str) -> Told {
    Told::json(200, &json!({ "ok": false, "error": error }))
}

fn answer(workspace: &mut Workspace, asked: &Asked) -> Told {
    if let Some(hook) = asked.path.strip_prefix("/services/") {
        return incoming(workspace, asked, hook);
    }
    if asked.header("authorization") != format!("Bearer {TOKEN}") {
        return no("invalid_auth");
    }
    if let Some(trouble) = &workspace.trouble {
        return Told::json(200, trouble);
    }
    let body = asked.json();
    let field = |name: &str| match asked.method.as_str() {
        "GET" => asked.parameter(name).to_owned(),
        _ => body[name].as_str().unwrap_or_default().to_owned(),
    };
    let (method, path) = asked.route();
    let wanted = match path.as_slice() {
        [
            "api",
            "auth.test" | "conversations.history" | "chat.getPermalink",
        ] => "GET",
        _ => "POST",
    };
    if method != wanted {
        return no("unknown_method");
    }
    if method == "POST" && !asked.header("content-type").starts_with("application/json") {
        return no("invalid_form_data");
    }
    if path != ["api", "auth.test"] && field("channel") != CHANNEL {
        return no("channel_not_found");
    }
    let at = |ts: &str| {
        workspace
            .messages
            .iter()
            .position(|message| message["ts"] == ts)
    };
    match path.as_slice() {
        ["api", "auth.test"] => Told::json(
            200,
            &json!({ "ok": true, "team": "云岚", "user": "guidepost", "user_id": "U7", "bot_id": "B7" }),
        ),
        ["api", "chat.postMessage"] => {
            let text = field("text");
            if text.trim().is_empty() {
                return no("no_text");
            }
            if text.chars().count() > 40_000 {
                return no("msg_too_long");
            }
            let ts = workspace.post(json!({ "text": text, "user": "U7", "bot_id": "B7", "thread_ts": body["thread_ts"] }));
            Told::json(200, &json!({ "ok": true, "channel": CHANNEL, "ts": ts }))
        }
        ["api", "chat.update"] => match at(&field("ts")) {
            None => no("message_not_found"),
            Some(at) => {
                workspace.messages[at]["text"] = body["text"].clone();
                Told::json(
                    200,
                    &json!({ "ok": true, "channel": CHANNEL, "ts": body["ts"] }),
                )
            }
        },
        ["api", "chat.delete"] => match at(&field("ts")) {
            None => no("message_not_found"),
            Some(at) => {
                workspace.messages.remove(at);
                Told::json(
                    200,
                    &json!({ "ok": true, "channel": CHANNEL, "ts": body["ts"] }),
                )
            }
        },
        ["api", "chat.getPermalink"] => {
            let link = format!(
                "https://yunlan.slack.com/archives/{CHANNEL}/p{}",
                field("message_ts").replace('.', "")
            );
            Told::json(
                200,
                &json!({ "ok": true, "channel": CHANNEL, "permalink": link }),
            )
        }
        ["api", "conversations.history"] => {
            let limit = field("limit").parse::<usize>().expect("a number");
            let latest = field("latest");
            let skip = field("cursor").parse::<usize>().unwrap_or_default();
            let all: Vec<&Value> = workspace
                .messages
                .iter()
                .rev()
                .filter(|message| message["thread_ts"].is_null())
                .filter(|message| latest.is_empty() || message["ts"].as_str() <= Some(&latest))
                .skip(skip)
                .collect();
            let next = if all.len() > limit {
                (skip + limit).to_string()
            } else {
                String::new()
            };
            let page: Vec<&Value> = all.into_iter().take(limit).collect();
            Told::json(
                200,
                &json!({
                    "ok": true, "messages": page, "has_more": !next.is_empty(),
                    "response_metadata": { "next_cursor": next },
                }),
            )
        }
        _ => no("unknown_method"),
    }
}

fn incoming(workspace: &mut Workspace, asked: &Asked, hook: &str) -> Told {
    if hook.split('/').nth(1) != HOOK.split('/').nth(1) {
        return Told::text(404, "no_service");
    }
    if hook != HOOK {
        return Told::text(403, "invalid_token");
    }
    let body = asked.json();
    if asked.method != "POST" || !body.is_object() {
        return Told::text(400, "invalid_payload");
    }
    let text = body["text"].as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return Told::text(400, "no_text");
    }
    workspace.post(json!({ "text": text, "bot_id": "B8" }));
    Told::text(200, "ok")
}

impl Workspace {
    fn post(&mut self, mut message: Value) -> String {
        self.made += 1;
        let ts = format!("1700000000.{:06}", self.made);
        message["ts"] = json!(ts);
        self.messages.push(message);
        ts
    }
}

/// What a reader sees: references are characters, and the joins that part marks are invisible.
fn shown(text: &str) -> String {
    text.replace('\u{200b}', "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

impl Slack {
    /// A bot's message by its name; a webhook's is the only one.
    fn message<T>(&self, remote: &Remote, look: impl FnOnce(&mut Value) -> T) -> T {
        let mut workspace = self.fake.state();
        let name = remote.id.split_once('/').map(|(_, ts)| ts);
        let found = workspace.messages.iter_mut().rev();
        let mut found = found.filter(|message| name.is_none_or(|ts| message["ts"] == ts));
        look(found.next().expect("the message is there"))
    }
}

impl Bench for Slack {
    fn account(&self) -> Option<Account> {
        let mut settings = vec![("api", self.fake.url())];
        let (secret, makes) = if self.bot {
            settings.push(("channel", CHANNEL.to_owned()));
            (("TOKEN", TOKEN), ("POST", "/api/chat.postMessage"))
        } else {
            (("WEBHOOK", HOOK), ("POST", "/services/"))
        };
        Some(Account {
            info: info("slack").expect("the platform"),
            server: self.fake.url(),
            settings,
            secrets: vec![(secret.0, secret.1.to_owned())],
            makes,
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let workspace = self.fake.state();
        let messages = workspace.messages.iter();
        messages
            .filter(|message| message.to_string().contains(canonical))
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        self.message(remote, |message| {
            shown(message["text"].as_str().expect("a text"))
        })
    }

    /// A webhook is asked who we are by a message without a text.
    fn is_post(&self) -> IsPost {
        |body| {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            body["text"].is_string()
        }
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.message(remote, |message| message["text"] = json!(text));
    }

    fn remove(&self, remote: &Remote) {
        if let Some((_, ts)) = remote.id.split_once('/') {
            self.fake
                .state()
                .messages
                .retain(|message| message["ts"] != ts);
        }
    }

    fn cover(&self, _remote: &Remote) -> Option<String> {
        None
    }
}

behaviours!(behaves, super::bench());
behaviours!(behaves_by_a_webhook, super::webhook_bench());

#[test]
fn asking_who_we_are_posts_nothing() {
    for bench in [bench(), webhook_bench()] {
        bench.open(Trouble::None).verify().expect("we are known");
        assert!(bench.fake.state().messages.is_empty());
    }
}

#[test]
fn a_reply_goes_into_the_thread_of_the_first_message() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = session.verify().expect("we are known").capabilities;
    assert!(abilities.reply);
    let first = post(WORDS, &abilities);
    let at = session
        .create(&first, attempt(&key(&first, "create")))
        .expect("a message");
    assert_eq!(
        at.url.as_deref(),
        Some("https://yunlan.slack.com/archives/C0123456789/p1700000000000001")
    );
    let answer = session
        .reply(&at, &first, attempt(&key(&first, "reply")))
        .expect("an answer");
    let (_, ts) = at.id.split_once('/').expect("channel and moment");
    bench.message(&answer, |message| assert_eq!(message["thread_ts"], ts));
    // The history of the channel holds the first message alone.
    let found = session
        .find(&first, attempt(&key(&first, "create")))
        .expect("an answer");
    assert_eq!(found.expect("the message").remote.id, at.id);
}

#[test]
fn what_slack_says_against_a_message_tells_what_to_do() {
    let cases = [
        (
            json!({ "ok": false, "error": "missing_scope", "needed": "chat:write" }),
            FailureKind::Forbidden,
            "chat:write",
        ),
        (
            json!({ "ok": false, "error": "not_in_channel" }),
            FailureKind::Forbidden,
            "invite the bot",
        ),
        (
            json!({ "ok": false, "error": "token_expired" }),
            FailureKind::Credentials,
            "GUIDEPOST_TRIAL_TOKEN",
        ),
        (
            json!({ "ok": false, "error": "ratelimited" }),
            FailureKind::Limited,
            "ratelimited",
        ),
        (
            json!({ "ok": false, "error": "invalid_blocks" }),
            FailureKind::Refused,
            "invalid_blocks",
        ),
        (
            json!({ "ok": false, "error": "internal_error" }),
            FailureKind::Lost,
            "internal_error",
        ),
        (json!({ "ok": true }), FailureKind::Lost, "lacks"),
        (json!({}), FailureKind::Lost, "neither yes nor no"),
    ];
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = session.verify().expect("we are known").capabilities;
    for (said, kind, words) in cases {
        bench.fake.state().trouble = Some(said.clone());
        let post = post(WORDS, &abilities);
        let failure = session.create(&post, attempt(&key(&post, "create")));
        let failure = failure.expect_err("it is refused");
        assert_eq!(failure.kind, kind, "{said}: {failure}");
        assert!(failure.message.contains(words), "{said}: {failure}");
    }
}
