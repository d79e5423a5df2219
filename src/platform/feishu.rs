//! Feishu and Lark groups, by a custom robot. Facts: the robot's guide on the open platform.
//!
//! Recovery class E: the robot can post and nothing else. What it posted has no name there, so
//! that we call it by the key of the attempt. The signature is a keyed hash of nothing, whose
//! key is moment and secret: what others sign is the key here.

use super::capability::{BodyImages, Limit, Links, Markup, Medium, Recovery, Update, Way};
use super::counting::{Unit, count};
use super::hook::{self, Hook};
use super::rich::{MarkKind, Rich};
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Platform, Post, Remote, Request, Secret, SecretInfo, SettingInfo, Tried, variable,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;

/// What is known of Feishu.
pub(super) static INFO: Info = Info {
    name: "feishu",
    title: "飞书",
    settings: &[
        SettingInfo {
            name: "keyword",
            required: false,
            meaning: "the word that the robot asks for, where its security wants keywords",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "another server than the webhook's own, `https://open.example.org`",
        },
    ],
    secrets: &[
        SecretInfo {
            name: "WEBHOOK",
            required: true,
            meaning: "the robot's webhook address: group settings → 群机器人 → 自定义机器人",
        },
        SecretInfo {
            name: "SECRET",
            required: false,
            meaning: "the robot's key, where its security wants signatures (签名校验)",
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
    host: "https://open.feishu.cn",
    path: "/open-apis/bot/v2/hook/",
    from: "the robot's page in the group's settings",
};
/// Most bytes of a whole request.
const REQUEST: usize = 20_000;
/// Most bytes of a text: with its marks and in JSON it stays within a request.
const TEXT: Limit = Limit::new(12_000, Unit::Bytes);
/// Requests at full and half hours are often too many for all robots together.
const BUSY: Duration = Duration::from_secs(60);

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Facets,
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
        // A hundred a minute.
        pace: Duration::from_millis(600),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    Ok(Box::new(Feishu {
        http: login.http.clone(),
        hook: hook::address(login, &HOOK)?,
        secret: login.secrets.get("SECRET").cloned(),
        keyword: login.setting("keyword").to_owned(),
        webhook: variable(&login.account, HOOK.secret),
        signing: variable(&login.account, "SECRET"),
    }))
}

struct Feishu {
    http: Http,
    hook: Secret,
    secret: Option<Secret>,
    keyword: String,
    webhook: String,
    signing: String,
}

impl Platform for Feishu {
    /// There is nothing to ask. But a request without a kind of message is posted by nobody, and
    /// what is said against it tells whether address and signature are known.
    fn verify(&self) -> Result<Identity, Failure> {
        let request = self.request(json!({})).repeatable();
        let answer = self.http.send(&request).map_err(Failure::before_sending)?;
        hook::known(self.judge(&answer))?;
        Ok(Identity {
            name: format!("a robot on {}", hook::host(&self.hook)),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let body = self.message(post)?;
        let size = body.to_string().len();
        if size > REQUEST {
            return Err(Failure::refused(format!(
                "the message has {size} bytes with its marks, Feishu takes {REQUEST}"
            )));
        }
        let answer = self.http.send(&self.request(body))?;
        self.judge(&answer)?;
        Ok(Remote {
            id: attempt.key.to_owned(),
            url: None,
        })
    }
}

impl Feishu {
    /// The request with its signature, where there is a secret to sign by.
    fn request(&self, mut body: Value) -> Request {
        if let Some(secret) = &self.secret {
            let moment = self.http.now().as_second().to_string();
            body["sign"] = json!(signature(&moment, secret));
            body["timestamp"] = json!(moment);
        }
        Request::post(self.hook.reveal()).json(&body)
    }

    fn message(&self, post: &Post) -> Result<Value, Failure> {
        let Content::Short(rich) = &post.content else {
            return Err(Failure::refused("Feishu takes short texts"));
        };
        let length = count(&rich.text, TEXT.unit);
        if length > TEXT.most {
            return Err(Failure::refused(format!(
                "the text has {length} bytes, the most is {}",
                TEXT.most
            )));
        }
        let mut lines = paragraphs(rich);
        // The usual template begins with the title, for which there is a place of its own.
        let mut title = "";
        if lines
            .first()
            .is_some_and(|line| *line == json!([{ "tag": "text", "text": post.title }]))
        {
            title = &post.title;
            lines.remove(0);
        }
        let lacks = !self.keyword.is_empty()
            && !rich.text.contains(&self.keyword)
            && !post.title.contains(&self.keyword);
        if lacks {
            lines.push(json!([{ "tag": "text", "text": self.keyword }]));
        }
        let lang = match post.lang.split('-').next() {
            Some("zh") => "zh_cn",
            Some("ja") => "ja_jp",
            _ => "en_us",
        };
        Ok(json!({
            "msg_type": "post",
            "content": { "post": { lang: { "title": title, "content": lines } } },
        }))
    }

    /// What an answer means: errors come as 200, too, with a code.
    fn judge(&self, answer: &Answer) -> Result<(), Failure> {
        let Some((code, said)) = hook::code(answer, &["code", "StatusCode"])? else {
            return Ok(());
        };
        let words = said.get("msg").and_then(Value::as_str).unwrap_or_default();
        let (kind, hint) = match code {
            19_001 => (
                Some(FailureKind::Credentials),
                format!("the robot was removed, or {} is wrong", self.webhook),
            ),
            19_021 => (
                Some(FailureKind::Credentials),
                format!(
                    "check {}, and this machine's clock, which may be an hour off at most",
                    self.signing
                ),
            ),
            19_022 => (
                Some(FailureKind::Forbidden),
                "allow this machine's address in the robot's security (IP 白名单)".to_owned(),
            ),
            19_024 => (
                Some(FailureKind::Refused),
                "set `keyword` to one of the robot's keywords (自定义关键词)".to_owned(),
            ),
            11_232 => (Some(FailureKind::Limited), String::new()),
            // 9499, 19002: the request is not of the form that it should have.
            _ => (None, String::new()),
        };
        let mut failure = hook::refusal(answer, &format!("({code}) {words}"), kind, &hint);
        if kind == Some(FailureKind::Limited) {
            failure.after = failure.after.or(Some(BUSY));
        }
        Err(failure)
    }
}

/// The lines of a text, each as its pieces: words, and words with a link behind them.
fn paragraphs(rich: &Rich) -> Vec<Value> {
    let mut lines = vec![Vec::new()];
    let mut at = 0;
    let words = |lines: &mut Vec<Vec<Value>>, text: &str| {
        for (index, part) in text.split('\n').enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !part.is_empty()) {
                line.push(json!({ "tag": "text", "text": part }));
            }
        }
    };
    for mark in &rich.marks {
        let MarkKind::Link(url) = &mark.kind else {
            continue;
        };
        let between = rich.text.get(at..mark.range.start);
        let inside = rich.text.get(mark.range.clone());
        if let (Some(between), Some(inside)) = (between, inside) {
            words(&mut lines, between);
            if let Some(line) = lines.last_mut() {
                line.push(json!({ "tag": "a", "text": inside, "href": url }));
            }
            at = mark.range.end;
        }
    }
    words(&mut lines, rich.text.get(at..).unwrap_or_default());
    lines.into_iter().map(Value::Array).collect()
}

/// Base64 of a keyed hash of nothing; the key is the moment in seconds and the secret.
fn signature(moment: &str, secret: &Secret) -> String {
    let key = format!("{moment}\n{}", secret.reveal());
    // A key of any length will do.
    Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_or_else(
        |_| String::new(),
        |mac| STANDARD.encode(mac.finalize().into_bytes()),
    )
}

#[cfg(test)]
mod tests {
    use super::{paragraphs, signature};
    use crate::platform::Secret;
    use crate::platform::rich::{Rich, bold, link};
    use serde_json::json;

    #[test]
    fn a_signature_is_that_of_another_implementation() {
        // Python: base64.b64encode(hmac.new(b"1764457200\nKx7mP2qRt9", b"", "sha256").digest())
        assert_eq!(
            signature("1764457200", &Secret::new("Kx7mP2qRt9")),
            "1g2+Wi63yRFyDMQ8kw2Z1WRpKpHQmutbyfw2/xv2ygE="
        );
    }

    #[test]
    fn lines_are_made_of_words_and_links() {
        let text = format!("{}\n\n见{}。", bold("招聘"), link("这里", "https://e.org/"));
        assert_eq!(
            paragraphs(&Rich::read(&text)),
            [
                json!([{ "tag": "text", "text": "招聘" }]),
                json!([]),
                json!([
                    { "tag": "text", "text": "见" },
                    { "tag": "a", "text": "这里", "href": "https://e.org/" },
                    { "tag": "text", "text": "。" },
                ]),
            ]
        );
    }
}
