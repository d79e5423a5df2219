//! Robots of chat groups: they post by a webhook and do nothing else, answer nearly everything
//! with a 200, and say by a code in it what went wrong.
//!
//! Takes what is a [`Kind`]'s own: the form of a message, how a request is signed, what its codes
//! mean. Gives the platform. Knows no code and no form itself.
//!
//! Recovery class E. What a robot posted has no name there, so that we call it by the key of the
//! attempt.

use super::capability::{BodyImages, Limit, Links, Markup, Medium, Recovery, Update, Way};
use super::hook::{self, Hook};
use super::rich::Rich;
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Login, Platform,
    Post, Remote, Request, Secret, SettingInfo, variable,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;

/// The setting of robots whose security may want a word in every message.
pub(super) const KEYWORD: SettingInfo = SettingInfo {
    name: "keyword",
    required: false,
    meaning: "the word that the robot asks for, where its security wants keywords",
};

/// What one platform's robots have of their own.
pub(super) struct Kind {
    /// What people call the platform.
    pub(super) name: &'static str,
    pub(super) hook: Hook,
    pub(super) markup: Markup,
    pub(super) text: Limit,
    /// Least pause between two messages.
    pub(super) pace: Duration,
    /// How long a robot that was too busy is left alone.
    pub(super) rest: Duration,
    /// Names that the code has in an answer.
    pub(super) code: &'static [&'static str],
    /// The words that come with it.
    pub(super) words: fn(&Value) -> &str,
    /// The request with a body, signed at a moment where there is a secret.
    pub(super) request: fn(&Robot, Value) -> Request,
    /// The body of a message.
    pub(super) message: fn(&Robot, &Post, &Rich) -> Result<Value, Failure>,
    /// What a code means that is not 0, with the words that came with it.
    pub(super) meaning: fn(i64, &str) -> Meaning,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// There is no such robot.
    NoRobot,
    /// The signature is not the one that it expects.
    Signature,
    /// The message lacks the word that it asks for.
    Keyword,
    /// It takes no messages from this machine; the name of that list in its settings.
    Machine(&'static str),
    /// It takes no messages at all; why, and what to do.
    Closed(&'static str),
    /// It had too many messages.
    Busy,
    /// Its own system had trouble, and the message may have gone out.
    Undecided,
    /// This message is not taken for what it is; what to do, where that is known.
    Message(&'static str),
}

/// A robot of an account.
pub(super) struct Robot {
    kind: &'static Kind,
    pub(super) http: Http,
    pub(super) hook: Secret,
    /// What requests are signed by, where its security wants signatures.
    pub(super) secret: Option<Secret>,
    /// The word that every message must hold; empty when there is none.
    pub(super) keyword: String,
    account: String,
}

/// What robots of this kind can do.
pub(super) fn capabilities(kind: &Kind) -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: kind.markup,
        title: None,
        text: kind.text,
        text_too: None,
        summary: None,
        tags: 0,
        links: Links::Allowed,
        cover: None,
        images: BodyImages::None,
        update: Update::Never,
        reply: false,
        delete: false,
        find: false,
        read: false,
        list: false,
        recovery: Recovery::AskPerson,
        price: None,
        medium: Medium::Chat,
        pace: kind.pace,
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

/// Opens an account.
///
/// # Errors
/// When the webhook's address is missing, or is none.
pub(super) fn open(login: &Login, kind: &'static Kind) -> Result<Box<dyn Platform>, Failure> {
    Ok(Box::new(Robot {
        kind,
        http: login.http.clone(),
        hook: hook::address(login, &kind.hook)?,
        secret: login.secrets.get("SECRET").cloned(),
        keyword: login.setting("keyword").to_owned(),
        account: login.account.clone(),
    }))
}

/// Base64 of a keyed hash.
pub(super) fn keyed_hash(key: &str, words: &str) -> String {
    // A key of any length will do.
    Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(words.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        },
    )
}

impl Platform for Robot {
    /// There is nothing to ask. But a request without a kind of message is posted by nobody, and
    /// what is said against it tells whether address and signature are known.
    fn verify(&self) -> Result<Identity, Failure> {
        let request = (self.kind.request)(self, json!({})).repeatable();
        let answer = self.http.send(&request).map_err(Failure::before_sending)?;
        match self.judge(&answer) {
            Err(failure) if failure.kind != FailureKind::Refused => Err(failure.before_sending()),
            _ => Ok(Identity {
                name: format!("a robot on {}", hook::host(&self.hook)),
                capabilities: capabilities(self.kind),
            }),
        }
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let Content::Short(rich) = &post.content else {
            let name = self.kind.name;
            return Err(Failure::refused(format!("{name} takes short texts")));
        };
        let body = (self.kind.message)(self, post, rich)?;
        let answer = self.http.send(&(self.kind.request)(self, body))?;
        self.judge(&answer)?;
        Ok(Remote {
            id: attempt.key.to_owned(),
            url: None,
        })
    }
}

impl Robot {
    /// What an answer means.
    fn judge(&self, answer: &Answer) -> Result<(), Failure> {
        let Some((code, said)) = code(answer, self.kind.code)? else {
            return Ok(());
        };
        let words = (self.kind.words)(&said);
        let (kind, hint) = match (self.kind.meaning)(code, words) {
            Meaning::NoRobot => (
                Some(FailureKind::Credentials),
                format!(
                    "the robot was removed, or {} is wrong",
                    variable(&self.account, self.kind.hook.secret)
                ),
            ),
            Meaning::Signature => (
                Some(FailureKind::Credentials),
                format!(
                    "check {}, and this machine's clock, which may be an hour off at most",
                    variable(&self.account, "SECRET")
                ),
            ),
            Meaning::Keyword => (
                Some(FailureKind::Refused),
                "set `keyword` to one of the robot's keywords (自定义关键词)".to_owned(),
            ),
            Meaning::Machine(list) => (
                Some(FailureKind::Forbidden),
                format!("allow this machine's address in the robot's security ({list})"),
            ),
            Meaning::Closed(hint) => (Some(FailureKind::Forbidden), hint.to_owned()),
            Meaning::Busy => (Some(FailureKind::Limited), String::new()),
            Meaning::Undecided => return Err(answer.senseless(words)),
            Meaning::Message(hint) => (None, hint.to_owned()),
        };
        let mut failure = answer.failure(Some(&format!("({code}) {words}")));
        failure.kind = match kind {
            Some(kind) => kind,
            None if answer.status < 500 && answer.status != 429 => FailureKind::Refused,
            None => failure.kind,
        };
        if !hint.is_empty() {
            failure.message = format!("{}; {hint}", failure.message);
        }
        if kind == Some(FailureKind::Limited) {
            failure.after = failure.after.or(Some(self.kind.rest));
        }
        Err(failure)
    }
}

/// The code of an answer that refuses, and all that it says; none when all is well.
///
/// # Errors
/// When it says neither, or is no answer of a robot at all.
fn code(answer: &Answer, names: &[&str]) -> Result<Option<(i64, Value)>, Failure> {
    let is_fine = (200..300).contains(&answer.status);
    let said = answer.json().filter(Value::is_object);
    let code = said.as_ref().and_then(|said| {
        let mut codes = names.iter().filter_map(|name| said.get(*name)?.as_i64());
        codes.next()
    });
    match (code, said) {
        (Some(0), _) if is_fine => Ok(None),
        (Some(code), Some(said)) => Ok(Some((code, said))),
        _ if !is_fine => Err(answer.failure(None)),
        (None, Some(_)) => Err(answer.senseless("the answer says neither yes nor no")),
        _ => Err(answer.senseless("the answer is no JSON")),
    }
}
