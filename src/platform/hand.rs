//! Platforms that a person posts to: they have no API for posting, or forbid robots.
//!
//! Nothing is ever sent here. The plan hands their posts to a person, who pastes them and
//! records the address; so the ledger knows them and an edit of the page shows. What each
//! editor takes and how long a text may be: read in notes of others and not verified there.

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::Unit;
use super::{
    Attempt, Capabilities, Failure, Identity, Info, Login, Platform, Post, Remote, Settings, Tried,
};
use std::time::Duration;

/// A picture that a person adds in the editor, which makes it smaller itself.
const COVER: ImageLimit = ImageLimit {
    bytes: 5_000_000,
    side: 8_000,
    types: &["image/jpeg", "image/png"],
};

/// Zhihu: a rich-text editor that takes pasted HTML.
pub(super) const ZHIHU: Info = info("zhihu", "知乎", &["zhihu.com"], |_| {
    article(Markup::Html, 100, 10)
});
/// Jianshu: a markdown editor.
pub(super) const JIANSHU: Info = info("jianshu", "简书", &["jianshu.com"], |_| {
    article(Markup::Markdown, 100, 0)
});
/// Juejin: a markdown editor.
pub(super) const JUEJIN: Info = info("juejin", "掘金", &["juejin.cn"], |_| {
    article(Markup::Markdown, 100, 3)
});
/// CSDN: a markdown editor.
pub(super) const CSDN: Info = info("csdn", "CSDN", &["csdn.net"], |_| {
    article(Markup::Markdown, 100, 5)
});
/// Toutiao: a rich-text editor in which links to elsewhere fail.
pub(super) const TOUTIAO: Info = info("toutiao", "头条号", &["toutiao.com"], |_| Capabilities {
    links: Links::Forbidden,
    ..article(Markup::Html, 30, 0)
});
/// Xiaohongshu: images and a short text.
pub(super) const XIAOHONGSHU: Info = info(
    "xiaohongshu",
    "小红书",
    &["xiaohongshu.com", "xhslink.com"],
    |_| Capabilities {
        title: Some(Limit::new(20, Unit::CodePoints)),
        links: Links::Forbidden,
        tags: 10,
        ..note(1000)
    },
);
/// WeChat moments and groups: a short text, sent by hand from a phone; it has no address.
pub(super) const MOMENTS: Info = info("moments", "朋友圈和微信群", &[], |_| note(1500));

const fn info(
    name: &'static str,
    title: &'static str,
    hosts: &'static [&'static str],
    capabilities: fn(&Settings) -> Capabilities,
) -> Info {
    Info {
        name,
        title,
        settings: &[],
        secrets: &[],
        capabilities,
        hosts,
        open,
        place,
        tried: Tried::Hand,
        mistakes: |_| Vec::new(),
    }
}

fn open(_login: &Login) -> Result<Box<dyn Platform>, Failure> {
    Ok(Box::new(Hand))
}

fn place(_settings: &Settings) -> String {
    String::new()
}

fn article(markup: Markup, title: usize, tags: usize) -> Capabilities {
    Capabilities {
        way: Way::Hand,
        markup,
        title: Some(Limit::new(title, Unit::CodePoints)),
        text: Limit::new(100_000, Unit::CodePoints),
        text_too: None,
        summary: None,
        tags,
        links: Links::Allowed,
        cover: Some(COVER),
        images: BodyImages::Linked,
        update: Update::Never,
        reply: false,
        delete: false,
        find: false,
        read: false,
        list: false,
        recovery: Recovery::AskPerson,
        price: None,
        medium: Medium::Article,
        pace: Duration::ZERO,
        verified_at: jiff::civil::date(2026, 9, 2),
    }
}

fn note(most: usize) -> Capabilities {
    Capabilities {
        title: None,
        text: Limit::new(most, Unit::CodePoints),
        images: BodyImages::None,
        medium: Medium::Social,
        ..article(Markup::Plain, 0, 0)
    }
}

/// Stands where a login would.
struct Hand;

impl Platform for Hand {
    fn verify(&self) -> Result<Identity, Failure> {
        Err(Failure::unsupported("a person posts there"))
    }

    fn create(&self, _post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        Err(Failure::unsupported("a person posts there"))
    }
}
