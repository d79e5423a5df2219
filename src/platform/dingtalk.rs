//! DingTalk groups, by a custom robot. Facts: the robot's pages on the open platform, and its
//! list of error codes.
//!
//! Recovery class E: the robot can post and nothing else. What it posted has no name there, so
//! that we call it by the key of the attempt.

use super::capability::{BodyImages, Limit, Links, Markup, Medium, Recovery, Update, Way};
use super::counting::{Unit, count};
use super::hook::{self, Hook};
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Platform, Post, Remote, Request, Secret, SecretInfo, SettingInfo, Tried, variable,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;

/// What is known of DingTalk.
pub(super) static INFO: Info = Info {
    name: "dingtalk",
    title: "钉钉",
    settings: &[
        SettingInfo {
            name: "keyword",
            required: false,
            meaning: "the word that the robot asks for, where its security wants keywords",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "another server than DingTalk's, `https://oapi.example.org`",
        },
    ],
    secrets: &[
        SecretInfo {
            name: "WEBHOOK",
            required: true,
            meaning: "the robot's webhook address: group settings → 机器人 → 自定义",
        },
        SecretInfo {
            name: "SECRET",
            required: false,
            meaning: "the robot's key `SEC…`, where its security wants signatures (加签)",
        },
    ],
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
    host: "https://oapi.dingtalk.com",
    path: "/robot/send?access_token=",
    from: "the robot's page in the group's settings",
};
/// No limit is documented; this is as much as a group bears.
const TEXT: Limit = Limit::new(5000, Unit::CodePoints);
/// More than twenty messages a minute silence the robot for so long.
const SILENCED: Duration = Duration::from_secs(600);

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::ChatMarkdown,
        title: None,
        text: TEXT,
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
    Ok(Box::new(DingTalk {
        http: login.http.clone(),
        hook: hook::address(login, &HOOK)?,
        secret: login.secrets.get("SECRET").cloned(),
        keyword: login.setting("keyword").to_owned(),
        webhook: variable(&login.account, HOOK.secret),
        signing: variable(&login.account, "SECRET"),
    }))
}

struct DingTalk {
    http: Http,
    hook: Secret,
    secret: Option<Secret>,
    keyword: String,
    webhook: String,
    signing: String,
}

impl Platform for DingTalk {
    /// There is nothing to ask. But a request without a kind of message is posted by nobody, and
    /// what is said against it tells whether address and signature are known.
    fn verify(&self) -> Result<Identity, Failure> {
        let request = Request::post(self.address()).json(&json!({})).repeatable();
        let answer = self.http.send(&request).map_err(Failure::before_sending)?;
        hook::known(self.judge(&answer))?;
        Ok(Identity {
            name: format!("a robot on {}", hook::host(&self.hook)),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let Content::Short(rich) = &post.content else {
            return Err(Failure::refused("DingTalk takes short texts"));
        };
        let mut text = rich.chat_markdown();
        let length = count(&text, TEXT.unit);
        if length > TEXT.most {
            return Err(Failure::refused(format!(
                "the text has {length} characters with its marks, a group bears {}",
                TEXT.most
            )));
        }
        if !self.keyword.is_empty() && !text.contains(&self.keyword) {
            text = format!("{text}\n\n{}", self.keyword);
        }
        // The title is what the list of chats and the notice show.
        let body = json!({
            "msgtype": "markdown",
            "markdown": { "title": post.title, "text": text },
        });
        let answer = self.http.send(&Request::post(self.address()).json(&body))?;
        self.judge(&answer)?;
        Ok(Remote {
            id: attempt.key.to_owned(),
            url: None,
        })
    }
}

impl DingTalk {
    /// The address with its signature, where there is a secret to sign by.
    fn address(&self) -> String {
        let hook = self.hook.reveal();
        match &self.secret {
            None => hook.to_owned(),
            Some(secret) => {
                let moment = self.http.now().as_millisecond().to_string();
                let sign = signature(&moment, secret);
                format!("{hook}&timestamp={moment}&sign={sign}")
            }
        }
    }

    /// What an answer means: errors come as 200, with a code that may stand for several.
    fn judge(&self, answer: &Answer) -> Result<(), Failure> {
        let Some((code, said)) = hook::code(answer, &["errcode"])? else {
            return Ok(());
        };
        let words = said
            .get("errmsg")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let (kind, hint) = match code {
            // The robot's own system is busy, and the message may have gone out.
            -1 => return Err(answer.senseless(words)),
            130_101 | 410_100 => (Some(FailureKind::Limited), String::new()),
            310_000 if words.contains("keyword") => (
                Some(FailureKind::Refused),
                "set `keyword` to one of the robot's keywords (自定义关键词)".to_owned(),
            ),
            310_000 if words.contains("whitelist") => (
                Some(FailureKind::Forbidden),
                "allow this machine's address in the robot's security (IP 地址段)".to_owned(),
            ),
            310_000 => (
                Some(FailureKind::Credentials),
                format!(
                    "check {}, and this machine's clock, which may be an hour off at most",
                    self.signing
                ),
            ),
            88 | 300_001 | 300_005 | 400_101 | 400_106 => (
                Some(FailureKind::Credentials),
                format!("the robot was removed, or {} is wrong", self.webhook),
            ),
            400_013 => (
                Some(FailureKind::Forbidden),
                "the group is dissolved".to_owned(),
            ),
            400_102 => (
                Some(FailureKind::Forbidden),
                "an administrator stopped the robot; let them start it again".to_owned(),
            ),
            _ => (None, String::new()),
        };
        let mut failure = hook::refusal(answer, &format!("({code}) {words}"), kind, &hint);
        if kind == Some(FailureKind::Limited) {
            failure.after = failure.after.or(Some(SILENCED));
        }
        Err(failure)
    }
}

/// A keyed hash of moment in milliseconds and secret, as Base64 in the form that an address takes.
fn signature(moment: &str, secret: &Secret) -> String {
    let signed = format!("{moment}\n{}", secret.reveal());
    // A key of any length will do.
    let code = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(signed.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        },
    );
    utf8_percent_encode(&code, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::signature;
    use crate::platform::Secret;

    #[test]
    fn a_signature_is_that_of_another_implementation() {
        // Python: urllib.parse.quote_plus(base64.b64encode(
        //     hmac.new(b"SEC0a1b2c3d4e5f", b"1764457200123\nSEC0a1b2c3d4e5f", "sha256").digest()))
        assert_eq!(
            signature("1764457200123", &Secret::new("SEC0a1b2c3d4e5f")),
            "zUEDFadbK2fV07XgLB4XRPohqh0%2BAI9zJVEHykDswK4%3D"
        );
    }
}
