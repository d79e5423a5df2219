//! Slack channels, by an app's bot or by an incoming webhook. Facts: Slack's method reference
//! and its documents of incoming webhooks.
//!
//! A bot (a `channel` and its token) is of recovery class D: it reads the channel's history and
//! finds our message by the address in it. A webhook is of class E: it can only post.

mod bot;
mod incoming;

use super::capability::{BodyImages, Limit, Links, Markup, Medium, Recovery, Update, Way};
use super::counting::{Unit, count};
use super::hook::Hook;
use super::{
    Capabilities, Content, Failure, FailureKind, Info, Login, Platform, Post, SecretInfo,
    SettingInfo, Tried, setting, variable,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is known of Slack.
pub(super) static INFO: Info = Info {
    name: "slack",
    title: "Slack",
    settings: &[
        SettingInfo {
            name: "channel",
            required: false,
            meaning: "for a bot: the channel's ID as its details show it, `C0123456789`",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "another server that speaks Slack's API, `https://chat.example.org`",
        },
    ],
    secrets: &[
        SecretInfo {
            name: "TOKEN",
            required: false,
            meaning: "for a bot: the token `xoxb-…` of an app with the scopes chat:write and \
                      channels:history (groups:history in private channels)",
        },
        SecretInfo {
            name: "WEBHOOK",
            required: false,
            meaning: "without a bot: the address of an incoming webhook of an app",
        },
    ],
    capabilities: able,
    hosts: &[],
    open,
    place: |settings| setting(settings, "channel").to_owned(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

const HOOK: Hook = Hook {
    secret: "WEBHOOK",
    host: "https://hooks.slack.com",
    path: "/services/",
    from: "the app's page, Incoming Webhooks",
};
/// Where the methods are, unless `api` says otherwise.
const API: &str = "https://slack.com";
/// Longest text that Slack advises; far longer ones are cut without a word.
const TEXT: Limit = Limit::new(4000, Unit::CodePoints);

/// What a webhook can do.
fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Slack,
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
        pace: Duration::from_secs(1),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

/// What the account can do: with a channel it has a bot, which can do more.
fn able(settings: &BTreeMap<String, String>) -> Capabilities {
    let mut capabilities = capabilities();
    if !setting(settings, "channel").is_empty() {
        capabilities.update = Update::Always;
        capabilities.reply = true;
        capabilities.delete = true;
        capabilities.find = true;
        capabilities.read = true;
        capabilities.list = true;
        capabilities.recovery = Recovery::LookUp;
    }
    capabilities
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let channel = login.setting("channel");
    if channel.is_empty() {
        if !login.secrets.contains_key(HOOK.secret) {
            return Err(Failure::new(
                FailureKind::Credentials,
                format!(
                    "set {} in the environment, or for a bot `channel` and {}",
                    variable(&login.account, HOOK.secret),
                    variable(&login.account, "TOKEN")
                ),
            ));
        }
        return incoming::open(login);
    }
    let is_id = channel.len() > 2
        && channel.starts_with(['C', 'G'])
        && channel.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_id {
        return Err(Failure::refused(format!(
            "`channel: {channel}`: write the channel's ID, such as `C0123456789`; its details \
             show it"
        )));
    }
    bot::open(login, channel)
}

/// The text in Slack's markup.
fn text(post: &Post) -> Result<String, Failure> {
    let Content::Short(rich) = &post.content else {
        return Err(Failure::refused("Slack takes short texts"));
    };
    let text = rich.slack();
    let length = count(&text, TEXT.unit);
    if length > TEXT.most {
        return Err(Failure::refused(format!(
            "the text has {length} characters with its marks, Slack advises at most {}",
            TEXT.most
        )));
    }
    Ok(text)
}
