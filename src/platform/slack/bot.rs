//! An app's bot: posts, changes, answers, deletes, and reads the history of its channel.

use super::{API, able, text};
use crate::platform::{
    Answer, Attempt, Capabilities, Failure, FailureKind, Http, Identity, Login, Platform, Post,
    Remote, Request, Secret, Seen, digest, marker, variable,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// Messages that one page of the history holds.
const PAGE: usize = 200;
/// Pages of the history that are looked through for one post.
const PAGES: usize = 10;

pub(super) fn open(login: &Login, channel: &str) -> Result<Box<dyn Platform>, Failure> {
    let api = match login.setting("api").trim_end_matches('/') {
        "" => API,
        own => own,
    };
    Ok(Box::new(Bot {
        http: login.http.clone(),
        api: format!("{api}/api"),
        channel: channel.to_owned(),
        token: login.secret("TOKEN")?.clone(),
        variable: variable(&login.account, "TOKEN"),
        capabilities: able(&login.settings),
        me: OnceLock::new(),
    }))
}

struct Bot {
    http: Http,
    api: String,
    channel: String,
    token: Secret,
    variable: String,
    capabilities: Capabilities,
    me: OnceLock<Me>,
}

#[derive(Debug, Deserialize)]
struct Me {
    team: String,
    user: String,
    user_id: String,
    #[serde(default)]
    bot_id: String,
}

#[derive(Debug, Deserialize)]
struct Sent {
    channel: String,
    ts: String,
}

#[derive(Debug, Deserialize)]
struct Message {
    ts: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    bot_id: String,
}

#[derive(Debug, Deserialize)]
struct History {
    messages: Vec<Message>,
    response_metadata: Option<Further>,
}

#[derive(Debug, Deserialize)]
struct Further {
    #[serde(default)]
    next_cursor: String,
}

impl Platform for Bot {
    fn verify(&self) -> Result<Identity, Failure> {
        let me = self.me()?;
        // Whether it is in the channel and may read it.
        self.history("limit=1")?;
        Ok(Identity {
            name: format!("@{} on {} in {}", me.user, me.team, self.channel),
            capabilities: self.capabilities.clone(),
        })
    }

    fn create(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let body = json!({
            "channel": self.channel,
            "text": text(post)?,
            "unfurl_links": true,
        });
        let sent: Sent = self.told(Request::post(self.method("chat.postMessage")).json(&body))?;
        Ok(self.remote(&sent))
    }

    fn update(&self, at: &Remote, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let (channel, ts) = parts(at)?;
        let body = json!({ "channel": channel, "ts": ts, "text": text(post)? });
        let request = Request::post(self.method("chat.update")).json(&body);
        let _: Sent = self.told(request.repeatable())?;
        Ok(at.clone())
    }

    fn reply(&self, at: &Remote, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let (channel, ts) = parts(at)?;
        let body = json!({
            "channel": channel,
            "thread_ts": ts,
            "text": text(post)?,
            "unfurl_links": true,
        });
        let sent: Sent = self.told(Request::post(self.method("chat.postMessage")).json(&body))?;
        Ok(self.remote(&sent))
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let (channel, ts) = parts(at)?;
        let body = json!({ "channel": channel, "ts": ts });
        let request = Request::post(self.method("chat.delete")).json(&body);
        match self.told::<Value>(request.repeatable()) {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let is_of = |message: &Message| marker::carries(&unescaped(&message.text), &post.canonical);
        let found = self.backwards(is_of, 1, PAGES)?;
        Ok(found.into_iter().next().map(|message| Seen {
            canonical: Some(post.canonical.clone()),
            ..self.seen(&message)
        }))
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        let (_, ts) = parts(at)?;
        let page = self.history(&format!("latest={ts}&inclusive=true&limit=1"))?;
        let message = page.messages.into_iter().find(|message| message.ts == ts);
        Ok(message.map(|message| Seen {
            remote: at.clone(),
            ..self.seen(&message)
        }))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let found = self.backwards(|_| true, most, usize::MAX)?;
        Ok(found.iter().map(|message| self.seen(message)).collect())
    }
}

impl Bot {
    fn method(&self, name: &str) -> String {
        format!("{}/{name}", self.api)
    }

    fn told<T: DeserializeOwned>(&self, request: Request) -> Result<T, Failure> {
        let answer = self.http.send(&request.bearer(&self.token))?;
        judge(answer).map_err(|failure| failure.naming(&self.variable))
    }

    fn me(&self) -> Result<&Me, Failure> {
        if let Some(me) = self.me.get() {
            return Ok(me);
        }
        let me: Me = self.told(Request::get(self.method("auth.test")))?;
        Ok(self.me.get_or_init(|| me))
    }

    fn history(&self, query: &str) -> Result<History, Failure> {
        let method = self.method("conversations.history");
        self.told(Request::get(format!(
            "{method}?channel={}&{query}",
            self.channel
        )))
    }

    /// Goes through our own messages, newest first, until enough are chosen.
    fn backwards(
        &self,
        choose: impl Fn(&Message) -> bool,
        enough: usize,
        pages: usize,
    ) -> Result<Vec<Message>, Failure> {
        let me = self.me()?;
        let is_ours = |message: &Message| {
            message.user == me.user_id || (!me.bot_id.is_empty() && message.bot_id == me.bot_id)
        };
        let mut chosen = Vec::new();
        let mut cursor = String::new();
        for _ in 0..pages {
            let page = self.history(&format!("limit={PAGE}{cursor}"))?;
            let messages = page.messages.into_iter();
            chosen.extend(messages.filter(|message| is_ours(message) && choose(message)));
            let next = page
                .response_metadata
                .map(|further| further.next_cursor)
                .unwrap_or_default();
            if next.is_empty() || chosen.len() >= enough {
                break;
            }
            cursor = format!("&cursor={}", utf8_percent_encode(&next, NON_ALPHANUMERIC));
        }
        chosen.truncate(enough);
        Ok(chosen)
    }

    /// Where people read it is told by another call; a message without it is posted all the same.
    fn remote(&self, sent: &Sent) -> Remote {
        #[derive(Deserialize)]
        struct Permanent {
            permalink: String,
        }
        let method = self.method("chat.getPermalink");
        let link: Result<Permanent, Failure> = self.told(Request::get(format!(
            "{method}?channel={}&message_ts={}",
            sent.channel, sent.ts
        )));
        Remote {
            id: format!("{}/{}", sent.channel, sent.ts),
            url: link.ok().map(|link| link.permalink),
        }
    }

    fn seen(&self, message: &Message) -> Seen {
        let text = unescaped(&message.text);
        Seen {
            remote: Remote {
                id: format!("{}/{}", self.channel, message.ts),
                url: None,
            },
            canonical: marker::last_link(&text),
            digest: Some(digest([message.text.as_str()])),
            title: text.lines().next().unwrap_or_default().to_owned(),
        }
    }
}

/// Channel and moment of a message.
fn parts(at: &Remote) -> Result<(&str, &str), Failure> {
    at.id
        .split_once('/')
        .filter(|(_, ts)| ts.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
        .ok_or_else(|| Failure::refused(format!("`{}` is no `channel/moment`", at.id)))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// What an answer means: nearly all come as 200, and say in words what went wrong.
fn judge<T: DeserializeOwned>(answer: Answer) -> Result<T, Failure> {
    let Some(said) = answer.json().filter(Value::is_object) else {
        let answer = answer.ok()?;
        return Err(answer.senseless("the answer is no JSON"));
    };
    if said.get("ok") == Some(&json!(true)) {
        return serde_json::from_value(said)
            .map_err(|_| answer.senseless("the answer lacks what it should have"));
    }
    let Some(error) = said.get("error").and_then(Value::as_str) else {
        let answer = answer.ok()?;
        return Err(answer.senseless("the answer says neither yes nor no"));
    };
    let mut failure = answer.failure(Some(error));
    let (kind, hint) = match error {
        "invalid_auth"
        | "not_authed"
        | "token_revoked"
        | "token_expired"
        | "account_inactive"
        | "not_allowed_token_type" => (FailureKind::Credentials, String::new()),
        "missing_scope" => {
            let needed = said.get("needed").and_then(Value::as_str).unwrap_or("more");
            let hint = format!("give the app the scope {needed} and install it again");
            (FailureKind::Forbidden, hint)
        }
        "channel_not_found" | "not_in_channel" => (
            FailureKind::Forbidden,
            "check `channel`, and invite the bot into it".to_owned(),
        ),
        "is_archived"
        | "restricted_action"
        | "ekm_access_denied"
        | "access_denied"
        | "cant_update_message"
        | "edit_window_closed"
        | "cant_delete_message" => (FailureKind::Forbidden, String::new()),
        "message_not_found" | "thread_not_found" => (FailureKind::Missing, String::new()),
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => {
            (FailureKind::Limited, String::new())
        }
        // Slack's own trouble, in which the message may have gone out.
        "fatal_error" | "internal_error" | "request_timeout" | "service_unavailable" => {
            return Err(answer.senseless(error));
        }
        _ if answer.status == 200 => (FailureKind::Refused, String::new()),
        _ => (failure.kind, String::new()),
    };
    failure.kind = kind;
    if !hint.is_empty() {
        failure.message = format!("{}; {hint}", failure.message);
    }
    Err(failure)
}
