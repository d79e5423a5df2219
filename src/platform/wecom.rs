//! WeCom groups, by a group robot. Facts: the robot's page on the open platform, and its list of
//! error codes.
//!
//! Recovery class E: the robot can post and nothing else. What it posted has no name there, so
//! that we call it by the key of the attempt.

use super::capability::{BodyImages, Limit, Links, Markup, Medium, Recovery, Update, Way};
use super::counting::Unit;
use super::hook::{self, Hook};
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Platform, Post, Remote, Request, Secret, SecretInfo, SettingInfo, Tried, variable,
};
use serde_json::{Value, json};
use std::time::Duration;

/// What is known of WeCom.
pub(super) static INFO: Info = Info {
    name: "wecom",
    title: "企业微信",
    settings: &[SettingInfo {
        name: "api",
        required: false,
        meaning: "another server than WeCom's, `https://qyapi.example.org`",
    }],
    secrets: &[SecretInfo {
        name: "WEBHOOK",
        required: true,
        meaning: "the robot's webhook address: group settings → 消息推送 (群机器人)",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    // Which group it is, only the secret tells.
    place: |_| String::new(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

const HOOK: Hook = Hook {
    secret: "WEBHOOK",
    host: "https://qyapi.weixin.qq.com",
    path: "/cgi-bin/webhook/send?key=",
    from: "the robot's page in the group's settings",
};
/// More than twenty messages a minute are refused until the minute is over.
const BUSY: Duration = Duration::from_secs(60);

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::ChatMarkdown,
        title: None,
        text: Limit::new(4096, Unit::Bytes),
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
        // Twenty a minute.
        pace: Duration::from_secs(3),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    Ok(Box::new(WeCom {
        http: login.http.clone(),
        hook: hook::address(login, &HOOK)?,
        variable: variable(&login.account, HOOK.secret),
    }))
}

struct WeCom {
    http: Http,
    hook: Secret,
    variable: String,
}

impl Platform for WeCom {
    /// There is nothing to ask. But a request without a kind of message is posted by nobody, and
    /// what is said against it tells whether the address is known.
    fn verify(&self) -> Result<Identity, Failure> {
        let request = self.request(&json!({})).repeatable();
        let answer = self.http.send(&request).map_err(Failure::before_sending)?;
        hook::known(self.judge(&answer))?;
        Ok(Identity {
            name: format!("a robot on {}", hook::host(&self.hook)),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let Content::Short(rich) = &post.content else {
            return Err(Failure::refused("WeCom takes short texts"));
        };
        let body = json!({
            "msgtype": "markdown",
            "markdown": { "content": rich.chat_markdown() },
        });
        let answer = self.http.send(&self.request(&body))?;
        self.judge(&answer)?;
        Ok(Remote {
            id: attempt.key.to_owned(),
            url: None,
        })
    }
}

impl WeCom {
    fn request(&self, body: &Value) -> Request {
        Request::post(self.hook.reveal()).json(body)
    }

    /// What an answer means: errors come as 200, with a code.
    fn judge(&self, answer: &Answer) -> Result<(), Failure> {
        let Some((code, said)) = hook::code(answer, &["errcode"])? else {
            return Ok(());
        };
        let words = said
            .get("errmsg")
            .and_then(Value::as_str)
            .unwrap_or_default();
        // Behind the first comma come numbers for the makers of WeCom.
        let words = words.split(',').next().unwrap_or_default();
        let (kind, hint) = match code {
            // The robot's own system is busy, and the message may have gone out.
            -1 => return Err(answer.senseless(words)),
            93_000 => (
                Some(FailureKind::Credentials),
                format!("the robot was removed, or {} is wrong", self.variable),
            ),
            45_009 => (Some(FailureKind::Limited), String::new()),
            40_058 => (
                Some(FailureKind::Refused),
                "the text is longer than 4096 bytes, or empty".to_owned(),
            ),
            _ => (None, String::new()),
        };
        let mut failure = hook::refusal(answer, &format!("({code}) {words}"), kind, &hint);
        if kind == Some(FailureKind::Limited) {
            failure.after = failure.after.or(Some(BUSY));
        }
        Err(failure)
    }
}
