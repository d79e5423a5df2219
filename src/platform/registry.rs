//! The list of platforms: name, settings, secrets, capabilities and the door of each.
//!
//! Takes a name from `site.yaml`, gives the platform's [`Info`]. One table serves the checks of
//! settings, `status`, the documentation and the tests.

use super::{
    Capabilities, Failure, Login, Platform, ghost, hand, matrix, nostr, smtp, telegram, wordpress,
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
    /// What it can do, before the instance was asked.
    pub capabilities: fn() -> Capabilities,
    /// Hosts at which posts are read, for platforms that a person posts to; empty when any may be.
    pub hosts: &'static [&'static str],
    /// Opens an account. Sends nothing.
    pub open: fn(&Login) -> Result<Box<dyn Platform>, Failure>,
    /// Names the place that the account posts to (a host, a chat, a room), so that two accounts
    /// that share one are told. Takes the settings.
    pub place: fn(&BTreeMap<String, String>) -> String,
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

/// All platforms, by name.
pub const ALL: &[&Info] = &[
    &hand::CSDN,
    &ghost::INFO,
    &hand::JIANSHU,
    &hand::JUEJIN,
    &matrix::INFO,
    &hand::MOMENTS,
    &nostr::INFO,
    &smtp::INFO,
    &telegram::INFO,
    &hand::TOUTIAO,
    &wordpress::INFO,
    &hand::XIAOHONGSHU,
    &hand::ZHIHU,
];

/// The platform of that name.
pub fn info(name: &str) -> Option<&'static Info> {
    ALL.iter().copied().find(|info| info.name == name)
}
