//! Platforms: one trait, one file per platform, and what each can do as data.
//!
//! Takes a finished [`Post`] and a login; gives a [`Remote`] or a [`Failure`] that says whether
//! the platform may have taken the post all the same. Knows nothing of pages, sites, plans and
//! ledgers. Every adapter opens with the same parts in the same order: its [`Info`], `open`,
//! the trait, then helpers.

mod baijiahao;
mod bluesky;
mod buttondown;
pub mod capability;
pub mod counting;
mod devto;
mod dingtalk;
mod discord;
pub mod discovery;
mod failure;
mod feishu;
mod ghost;
mod hand;
mod hook;
mod http;
mod linkedin;
pub mod marker;
mod mastodon;
mod matrix;
pub mod memory;
mod micropub;
mod nostr;
mod post;
mod registry;
pub mod rich;
mod robot;
mod secret;
mod slack;
mod smtp;
mod telegram;
mod vk;
mod webhook;
mod wechat;
mod wecom;
mod wordpress;
mod x;

pub use capability::Capabilities;
pub use failure::{Failure, FailureKind};
pub use http::{Answer, Http, HttpOptions, Pace, Part, Request};
pub use post::{Call, CallCode, Content, Image, Post};
pub use registry::{ALL, Info, Mistake, SecretInfo, SettingInfo, Settings, Tried, info};
pub use secret::{Secret, Sieve};

use std::collections::BTreeMap;

/// What an adapter is opened with.
#[derive(Debug, Clone)]
pub struct Login {
    /// Name of the account in `site.yaml`, for messages.
    pub account: String,
    /// The platform's own settings by name, as [`Info::settings`] lists them.
    pub settings: BTreeMap<String, String>,
    /// Secrets by the end of their variable's name: `TOKEN`, `PASSWORD`, `SECRET`.
    pub secrets: BTreeMap<&'static str, Secret>,
    /// The client, with the account's secrets in its sieve.
    pub http: Http,
}

impl Login {
    /// A setting, or an empty text.
    pub fn setting(&self, name: &str) -> &str {
        setting(&self.settings, name)
    }

    /// A secret that must be there; its absence names the variable, never a value.
    ///
    /// # Errors
    /// When it is not set.
    pub fn secret(&self, name: &'static str) -> Result<&Secret, Failure> {
        self.secrets.get(name).ok_or_else(|| {
            Failure::new(
                FailureKind::Credentials,
                format!("set {} in the environment", variable(&self.account, name)),
            )
        })
    }
}

/// A setting, or an empty text.
fn setting<'a>(settings: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    settings.get(name).map_or("", String::as_str)
}

/// Name of the environment's variable for a secret: `GUIDEPOST_BLOG_PASSWORD`.
pub fn variable(account: &str, secret: &str) -> String {
    let account: String = account
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("GUIDEPOST_{account}_{secret}")
}

/// One post's copy on a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// What the platform calls it; the adapter's own form, all that it needs to reach it again.
    pub id: String,
    /// Where people read it, when the platform tells.
    pub url: Option<String>,
}

/// A post as the platform shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which one.
    pub remote: Remote,
    /// The canonical address that it carries, when one is found in it.
    pub canonical: Option<String>,
    /// Digest of its text as the platform keeps it: another one later means that somebody
    /// edited it there.
    pub digest: Option<String>,
    /// Its title or the beginning of its text, for people.
    pub title: String,
}

/// Who we are there, and what the instance says of its limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The login's name there: `@yunlan@social.example.org`.
    pub name: String,
    /// The capabilities with the instance's own limits.
    pub capabilities: Capabilities,
}

/// One try to change something, as the ledger knows it.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// 32 hexadecimal digits that are the same for the same post, action, content and number
    /// of earlier tries: the key for platforms that suppress repeats.
    pub key: &'a str,
    /// When it was intended; the same in every repeat.
    pub at: jiff::Timestamp,
    /// Gives the bytes of images.
    pub images: &'a dyn Images,
}

/// Gives images in a form that a platform takes.
pub trait Images: Sync {
    /// The image within the limit, converted where need be.
    ///
    /// # Errors
    /// [`FailureKind::Refused`] when it cannot be read or brought within the limit.
    fn rendition(
        &self,
        image: &Image,
        limit: &capability::ImageLimit,
    ) -> Result<Rendition, Failure>;
}

/// An image ready to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// `image/jpeg`.
    pub media_type: &'static str,
    /// File name, ASCII: `welder-1f2e3d4c.jpg`.
    pub name: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// A platform that one account is logged in to. Calls that the capabilities do not declare are
/// never made; their default is a refusal.
pub trait Platform: Send + Sync {
    /// Asks who we are; finds wrong secrets before anything is sent.
    ///
    /// # Errors
    /// When the platform does not accept us or does not answer.
    fn verify(&self) -> Result<Identity, Failure>;

    /// Makes the post.
    ///
    /// # Errors
    /// [`FailureKind::Lost`] when the platform may have taken it; any other kind when not.
    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure>;

    /// Brings the platform's copy to this content.
    ///
    /// # Errors
    /// [`FailureKind::Missing`] when there is no copy any more.
    fn update(
        &self,
        remote: &Remote,
        post: &Post,
        attempt: Attempt<'_>,
    ) -> Result<Remote, Failure> {
        let _ = (remote, post, attempt);
        Err(Failure::unsupported("posts cannot be changed there"))
    }

    /// Makes a new post that answers our copy and tells of the change.
    ///
    /// # Errors
    /// As [`Platform::create`].
    fn reply(&self, remote: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let _ = (remote, post, attempt);
        Err(Failure::unsupported("posts cannot be answered there"))
    }

    /// Takes the copy away. One that is gone already is fine.
    ///
    /// # Errors
    /// When it may still be there.
    fn delete(&self, remote: &Remote, attempt: Attempt<'_>) -> Result<(), Failure> {
        let _ = (remote, attempt);
        Err(Failure::unsupported("posts cannot be taken away there"))
    }

    /// Looks for our copy of this post: by the key that [`Platform::create`] would choose, or
    /// by its canonical address.
    ///
    /// # Errors
    /// When the platform does not answer.
    fn find(&self, post: &Post, attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let _ = (post, attempt);
        Err(Failure::unsupported("posts cannot be searched there"))
    }

    /// Reads our copy again; none when it is gone.
    ///
    /// # Errors
    /// When the platform does not answer.
    fn read(&self, remote: &Remote) -> Result<Option<Seen>, Failure> {
        let _ = remote;
        Err(Failure::unsupported("posts cannot be read there"))
    }

    /// Our posts, newest first, at most so many.
    ///
    /// # Errors
    /// When the platform does not answer.
    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let _ = most;
        Err(Failure::unsupported("posts cannot be listed there"))
    }
}

/// Digest of a text as a platform shows it, for [`Seen::digest`].
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
