//! WeCom groups, by a group robot. Facts: the robot's page on the open platform, and its list of
//! error codes.

use super::capability::{Limit, Markup};
use super::counting::Unit;
use super::hook::Hook;
use super::robot::{self, Kind, Meaning};
use super::{Info, Request, SecretInfo, SettingInfo, Tried};
use serde_json::json;
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
    capabilities: |_| robot::capabilities(&KIND),
    hosts: &[],
    open: |login| robot::open(login, &KIND),
    // Which group it is, only the secret tells.
    place: |_| String::new(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

static KIND: Kind = Kind {
    name: "WeCom",
    hook: Hook {
        secret: "WEBHOOK",
        host: "https://qyapi.weixin.qq.com",
        path: "/cgi-bin/webhook/send?key=",
        from: "the robot's page in the group's settings",
    },
    markup: Markup::ChatMarkdown,
    text: Limit::new(4096, Unit::Bytes),
    // Twenty a minute.
    pace: Duration::from_secs(3),
    // More than twenty messages a minute are refused until the minute is over.
    rest: Duration::from_secs(60),
    code: &["errcode"],
    words: |said| {
        let words = said["errmsg"].as_str().unwrap_or_default();
        // Behind the first comma come numbers for the makers of WeCom.
        words.split(',').next().unwrap_or_default()
    },
    request: |robot, body| Request::post(robot.hook.reveal()).json(&body),
    message: |_, _, rich| {
        Ok(json!({
            "msgtype": "markdown",
            "markdown": { "content": rich.chat_markdown() },
        }))
    },
    meaning,
};

fn meaning(code: i64, _words: &str) -> Meaning {
    match code {
        -1 => Meaning::Undecided,
        93_000 => Meaning::NoRobot,
        45_009 => Meaning::Busy,
        40_058 => Meaning::Message("the text is longer than 4096 bytes, or empty"),
        _ => Meaning::Message(""),
    }
}
