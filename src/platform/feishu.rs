//! Feishu and Lark groups, by a custom robot. Facts: the robot's guide on the open platform.
//!
//! The signature is a keyed hash of nothing, whose key is moment and secret: what others sign is
//! the key here.

use super::capability::{Limit, Markup};
use super::counting::{Unit, count};
use super::hook::Hook;
use super::rich::{MarkKind, Rich};
use super::robot::{self, Kind, Meaning, Robot};
use super::{Failure, Info, Post, Request, Secret, SecretInfo, SettingInfo, Tried};
use serde_json::{Value, json};
use std::time::Duration;

/// What is known of Feishu.
pub(super) static INFO: Info = Info {
    name: "feishu",
    title: "飞书",
    settings: &[
        robot::KEYWORD,
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
    capabilities: |_| robot::capabilities(&KIND),
    hosts: &[],
    open: |login| robot::open(login, &KIND),
    // Which group it is, only the secret tells.
    place: |_| String::new(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

static KIND: Kind = Kind {
    name: "Feishu",
    hook: Hook {
        secret: "WEBHOOK",
        host: "https://open.feishu.cn",
        path: "/open-apis/bot/v2/hook/",
        from: "the robot's page in the group's settings",
    },
    markup: Markup::Facets,
    text: TEXT,
    // A hundred a minute.
    pace: Duration::from_millis(600),
    // Requests at full and half hours are often too many for all robots together.
    rest: Duration::from_secs(60),
    code: &["code", "StatusCode"],
    words: |said| said["msg"].as_str().unwrap_or_default(),
    request,
    message,
    meaning,
};

/// Most bytes of a whole request.
const REQUEST: usize = 20_000;
/// Most bytes of a text: with its marks and in JSON it stays within a request.
const TEXT: Limit = Limit::new(12_000, Unit::Bytes);

fn request(robot: &Robot, mut body: Value) -> Request {
    if let Some(secret) = &robot.secret {
        let moment = robot.http.now().as_second().to_string();
        body["sign"] = json!(signature(&moment, secret));
        body["timestamp"] = json!(moment);
    }
    Request::post(robot.hook.reveal()).json(&body)
}

fn message(robot: &Robot, post: &Post, rich: &Rich) -> Result<Value, Failure> {
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
    let lacks = !robot.keyword.is_empty()
        && !rich.text.contains(&robot.keyword)
        && !post.title.contains(&robot.keyword);
    if lacks {
        lines.push(json!([{ "tag": "text", "text": robot.keyword }]));
    }
    let lang = match post.lang.split('-').next() {
        Some("zh") => "zh_cn",
        Some("ja") => "ja_jp",
        _ => "en_us",
    };
    let body = json!({
        "msg_type": "post",
        "content": { "post": { lang: { "title": title, "content": lines } } },
    });
    let size = body.to_string().len();
    if size > REQUEST {
        return Err(Failure::refused(format!(
            "the message has {size} bytes with its marks, Feishu takes {REQUEST}"
        )));
    }
    Ok(body)
}

fn meaning(code: i64, _words: &str) -> Meaning {
    match code {
        19_001 => Meaning::NoRobot,
        19_021 => Meaning::Signature,
        19_022 => Meaning::Machine("IP 白名单"),
        19_024 => Meaning::Keyword,
        11_232 => Meaning::Busy,
        // 9499, 19002: the request is not of the form that it should have.
        _ => Meaning::Message(""),
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

/// The key is the moment in seconds and the secret.
fn signature(moment: &str, secret: &Secret) -> String {
    robot::keyed_hash(&format!("{moment}\n{}", secret.reveal()), "")
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
