//! The list of platforms: name, settings, secrets, capabilities and the door of each.
//!
//! Takes a name from `site.yaml`, gives the platform's [`Info`]. One table serves the checks of
//! settings, `status`, the documentation and the tests.

use super::{
    Capabilities, Failure, Login, Platform, baijiahao, bluesky, buttondown, devto, dingtalk,
    discord, feishu, ghost, hand, linkedin, mastodon, matrix, micropub, nostr, slack, smtp,
    telegram, vk, webhook, wechat, wecom, wordpress, x,
};
use std::collections::BTreeMap;

/// What is known of a platform before anybody logs in.
#[derive(Debug)]
pub struct Info {
    /// The word in `platform:`.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Its own settings.
    pub settings: &'static [SettingInfo],
    /// Its secrets.
    pub secrets: &'static [SecretInfo],
    /// What it can do for an account of these settings, before the instance was asked.
    pub capabilities: fn(&Settings) -> Capabilities,
    /// Hosts at which posts are read, for platforms that a person may post to; empty when any may be.
    pub hosts: &'static [&'static str],
    /// Opens an account. Sends nothing.
    pub open: fn(&Login) -> Result<Box<dyn Platform>, Failure>,
    /// Names the place that the account posts to (a host, a chat, a room), so that two accounts
    /// that share one are told. Takes the settings.
    pub place: fn(&Settings) -> String,
    /// Against what the tests try it.
    pub tried: Tried,
    /// What it sees wrong in settings that are more than words: the templates of a webhook.
    pub mistakes: fn(&Settings) -> Vec<Mistake>,
}

/// An account's own settings of its platform, by name.
pub type Settings = BTreeMap<String, String>;

/// Against what a platform's file is tried: how far one may trust it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// The platform's own software, on the machine that runs the tests.
    Server(&'static str),
    /// Software of others that stands in for the platform.
    StandIn(&'static str),
    /// A fake that was written from the platform's documents.
    Fake,
    /// Nothing is sent there.
    Hand,
}

/// A setting of a platform.
#[derive(Debug, Clone, Copy)]
pub struct SettingInfo {
    /// Its key.
    pub name: &'static str,
    /// Whether the account means nothing without it.
    pub required: bool,
    /// What it is, one line, with an example.
    pub meaning: &'static str,
}

/// A secret of a platform.
#[derive(Debug, Clone, Copy)]
pub struct SecretInfo {
    /// End of the variable's name: `TOKEN`.
    pub name: &'static str,
    /// Whether the account cannot post without it.
    pub required: bool,
    /// What it is and where one gets it.
    pub meaning: &'static str,
}

/// Something wrong in the settings of an account, as its platform sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The keys that lead to it: `create`, `headers`, `x-key`.
    pub path: Vec<String>,
    /// For people.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

/// All platforms, by name.
pub const ALL: &[&Info] = &[
    &baijiahao::INFO,
    &bluesky::INFO,
    &buttondown::INFO,
    &hand::CSDN,
    &devto::INFO,
    &dingtalk::INFO,
    &discord::INFO,
    &feishu::INFO,
    &ghost::INFO,
    &hand::JIANSHU,
    &hand::JUEJIN,
    &linkedin::INFO,
    &mastodon::INFO,
    &matrix::INFO,
    &micropub::INFO,
    &hand::MOMENTS,
    &nostr::INFO,
    &slack::INFO,
    &smtp::INFO,
    &telegram::INFO,
    &hand::TOUTIAO,
    &vk::INFO,
    &webhook::INFO,
    &wechat::INFO,
    &wecom::INFO,
    &wordpress::INFO,
    &x::INFO,
    &hand::XIAOHONGSHU,
    &hand::ZHIHU,
];

/// The platform of that name.
pub fn info(name: &str) -> Option<&'static Info> {
    ALL.iter().copied().find(|info| info.name == name)
}
