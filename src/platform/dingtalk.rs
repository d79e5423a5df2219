//! DingTalk groups, by a custom robot. Facts: the robot's pages on the open platform, and its
//! list of error codes.

use super::capability::{Limit, Markup};
use super::counting::{Unit, count};
use super::hook::Hook;
use super::rich::Rich;
use super::robot::{self, Kind, Meaning, Robot};
use super::{Failure, Info, Post, Request, Secret, SecretInfo, SettingInfo, Tried};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::time::Duration;

/// What is known of DingTalk.
pub(super) static INFO: Info = Info {
    name: "dingtalk",
    title: "钉钉",
    settings: &[
        robot::KEYWORD,
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
    capabilities: |_| robot::capabilities(&KIND),
    hosts: &[],
    open: |login| robot::open(login, &KIND),
    // Which group it is, only the secret tells.
    place: |_| String::new(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

static KIND: Kind = Kind {
    name: "DingTalk",
    hook: Hook {
        secret: "WEBHOOK",
        host: "https://oapi.dingtalk.com",
        path: "/robot/send?access_token=",
        from: "the robot's page in the group's settings",
    },
    markup: Markup::ChatMarkdown,
    text: TEXT,
    // Twenty a minute.
    pace: Duration::from_secs(3),
    // More than twenty messages a minute silence the robot for so long.
    rest: Duration::from_secs(600),
    code: &["errcode"],
    words: |said| said["errmsg"].as_str().unwrap_or_default(),
    request,
    message,
    meaning,
};

/// No limit is documented; this is as much as a group bears.
const TEXT: Limit = Limit::new(5000, Unit::CodePoints);

fn request(robot: &Robot, body: Value) -> Request {
    let hook = robot.hook.reveal();
    let address = match &robot.secret {
        None => hook.to_owned(),
        Some(secret) => {
            let moment = robot.http.now().as_millisecond().to_string();
            let sign = signature(&moment, secret);
            format!("{hook}&timestamp={moment}&sign={sign}")
        }
    };
    Request::post(address).json(&body)
}

fn message(robot: &Robot, post: &Post, rich: &Rich) -> Result<Value, Failure> {
    let mut text = rich.chat_markdown();
    let length = count(&text, TEXT.unit);
    if length > TEXT.most {
        return Err(Failure::refused(format!(
            "the text has {length} characters with its marks, a group bears {}",
            TEXT.most
        )));
    }
    if !robot.keyword.is_empty() && !text.contains(&robot.keyword) {
        text = format!("{text}\n\n{}", robot.keyword);
    }
    // The title is what the list of chats and the notice show.
    Ok(json!({
        "msgtype": "markdown",
        "markdown": { "title": post.title, "text": text },
    }))
}

/// A code may stand for several things.
fn meaning(code: i64, words: &str) -> Meaning {
    match code {
        -1 => Meaning::Undecided,
        130_101 | 410_100 => Meaning::Busy,
        310_000 if words.contains("keyword") => Meaning::Keyword,
        310_000 if words.contains("whitelist") => Meaning::Machine("IP 地址段"),
        310_000 => Meaning::Signature,
        88 | 300_001 | 300_005 | 400_101 | 400_106 => Meaning::NoRobot,
        400_013 => Meaning::Closed("the group is dissolved"),
        400_102 => Meaning::Closed("an administrator stopped the robot; let them start it again"),
        _ => Meaning::Message(""),
    }
}

/// A keyed hash of moment in milliseconds and secret, in the form that an address takes.
fn signature(moment: &str, secret: &Secret) -> String {
    let secret = secret.reveal();
    let code = robot::keyed_hash(secret, &format!("{moment}\n{secret}"));
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
