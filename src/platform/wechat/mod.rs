//! WeChat Official Accounts (微信公众号), by the API of drafts and of publishing. Facts: WeChat's
//! documentation of drafts, publishing, material and tokens, read in September 2026, and what
//! open clients do; never called against the live service.
//!
//! Recovery class D: the address behind 阅读原文 is the page's canonical one, by which our drafts
//! and articles are found again. A draft is kept until a person sends it out; with `status:
//! publish` it is published at once, which WeChat allows to certified accounts only. What is
//! published goes to no follower's list, and cannot be changed by the API any more.

mod answer;
mod door;
mod job;
mod pictures;
mod place;
mod shelf;

use crate::platform::capability::{
    BodyImages, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use crate::platform::counting::{Unit, count};
use crate::platform::{
    Attempt, Capabilities, Content, Failure, FailureKind, Identity, Info, Login, Platform, Post,
    Remote, SecretInfo, Seen, SettingInfo, Tried, setting, variable,
};
use answer::Refusal;
use door::Door;
use pictures::{BODY, COVER, Pictures};
use place::{Item, News, Place, mark};
use serde::Deserialize;
use serde_json::{Value, json};
use shelf::Shelf;
use std::sync::Mutex;
use std::time::Duration;

/// What is known of WeChat.
pub(super) static INFO: Info = Info {
    name: "wechat",
    title: "微信公众号",
    settings: &[
        SettingInfo {
            name: "appid",
            required: true,
            meaning: "the account's number, `wx0123456789abcdef`: 设置与开发 → 基本配置",
        },
        SettingInfo {
            name: "status",
            required: false,
            meaning: "`draft` (the default) for a person to send out, or `publish`, which certified \
                      accounts only may",
        },
        SettingInfo {
            name: "cover",
            required: false,
            meaning: "`media_id` of a permanent image, for pages that have neither cover nor image",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "a relay of yours with a fixed address, `https://relay.example.org`: WeChat \
                      answers to the addresses of the IP白名单 only",
        },
    ],
    secrets: &[SecretInfo {
        name: "SECRET",
        required: true,
        meaning: "the account's AppSecret: 设置与开发 → 基本配置",
    }],
    capabilities: |_| capabilities(),
    hosts: &["mp.weixin.qq.com"],
    open,
    place: |settings| setting(settings, "appid").to_owned(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

/// Where the API is, unless `api` says otherwise.
const API: &str = "https://api.weixin.qq.com";
/// Longest title.
const TITLE: Limit = Limit::new(32, Unit::CodePoints);
/// Longest name of an author.
const AUTHOR: Limit = Limit::new(16, Unit::CodePoints);
/// Longest summary.
const SUMMARY: Limit = Limit::new(128, Unit::CodePoints);
/// Longest text: fewer than 20 000 characters, with its tags as far as is known.
const TEXT: Limit = Limit::new(19_999, Unit::CodePoints);
/// Longest address behind 阅读原文.
const SOURCE: Limit = Limit::new(1024, Unit::Bytes);

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::WechatHtml,
        title: Some(TITLE),
        text: TEXT,
        text_too: None,
        summary: Some(SUMMARY),
        tags: 0,
        links: Links::OwnField,
        cover: Some(COVER),
        images: BodyImages::Uploaded(BODY),
        update: Update::WhileDraft,
        reply: false,
        delete: true,
        find: true,
        read: true,
        list: true,
        recovery: Recovery::LookUp,
        price: None,
        medium: Medium::Article,
        pace: Duration::from_millis(50),
        verified_at: jiff::civil::date(2026, 9, 30),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let publish = match login.setting("status") {
        "" | "draft" => false,
        "publish" => true,
        other => {
            return Err(Failure::refused(format!(
                "`status: {other}`: choose `draft` or `publish`"
            )));
        }
    };
    let api = match login.setting("api").trim_end_matches('/') {
        "" => API,
        own => own,
    };
    Ok(Box::new(WeChat {
        door: Door {
            http: login.http.clone(),
            api: api.to_owned(),
            appid: login.setting("appid").to_owned(),
            secret: login.secret("SECRET")?.clone(),
            variable: variable(&login.account, "SECRET"),
            token: Mutex::default(),
        },
        pictures: Pictures::default(),
        publish,
        cover: login.setting("cover").to_owned(),
    }))
}

struct WeChat {
    door: Door,
    pictures: Pictures,
    /// Whether drafts are sent out at once.
    publish: bool,
    /// The cover of pages without one; may be empty.
    cover: String,
}

/// A new draft.
#[derive(Deserialize)]
struct Draft {
    media_id: String,
}

/// A publication that was queued.
#[derive(Deserialize)]
struct Queued {
    publish_id: Value,
}

impl Platform for WeChat {
    fn verify(&self) -> Result<Identity, Failure> {
        let shelf = if self.publish {
            Shelf::Published
        } else {
            Shelf::Drafts
        };
        shelf.part(&self.door, 0, 1)?;
        let mut capabilities = capabilities();
        let manner = if self.publish {
            capabilities.update = Update::Never;
            "publishes"
        } else {
            "makes drafts"
        };
        Ok(Identity {
            name: format!("{} ({manner})", self.door.appid),
            capabilities,
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let article = self.article(post, attempt)?;
        if !self.publish {
            let media = self.add(&article)?;
            return Ok(Place::draft(&media, &post.canonical).remote(""));
        }
        // A draft of an earlier try is sent out rather than a second one.
        let left = Shelf::Drafts
            .search(&self.door, &mark(&post.canonical))
            .map_err(Failure::from)?;
        let media = match left {
            Some((Place::Draft { media, .. }, _)) => {
                self.write(&media, &article)
                    .map_err(|refusal| Failure::from(refusal).before_sending())?;
                media
            }
            // One that was lost on its way is found by the next try, and nobody sees it until then.
            _ => self
                .add(&article)
                .map_err(|refusal| Failure::from(refusal).before_sending())?,
        };
        let queued: Queued = self
            .door
            .change("freepublish/submit", &json!({ "media_id": media }))?;
        job::followed(&self.door, &job::number(&queued.publish_id))
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let Place::Draft { media, mark } = Place::parse(at)? else {
            return Err(published());
        };
        let article = self.article(post, attempt)?;
        match self.write(&media, &article) {
            Ok(()) => Ok(Place::draft(&media, &post.canonical).remote("")),
            Err(refusal) if refusal.is_missing() => match self.sent(&mark)? {
                Some(_) => Err(published()),
                None => Err(Failure::new(
                    FailureKind::Missing,
                    "the draft is no longer in the box: somebody sent it out or deleted it",
                )),
            },
            Err(refusal) => Err(refusal.into()),
        }
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let place = match Place::parse(at)? {
            Place::Draft { media, mark } => {
                match self
                    .door
                    .bring("draft/delete", &json!({ "media_id": media }))
                {
                    Err(refusal) if refusal.is_missing() => {}
                    other => return other.map_err(Failure::from),
                }
                match Shelf::Published.search(&self.door, &mark) {
                    Ok(Some((place, _))) => place,
                    Ok(None) => return Ok(()),
                    Err(refusal) if refusal.is_of_right() => return Err(out_of_sight()),
                    Err(refusal) => return Err(refusal.into()),
                }
            }
            Place::Job(job) => match job::ended(&self.door, &job)? {
                Some(place) => place,
                None => return Ok(()),
            },
            place @ Place::Article { .. } => place,
        };
        let Place::Article { id, number } = place else {
            return Err(Failure::new(
                FailureKind::Limited,
                "WeChat is still publishing it; run again in a minute",
            ));
        };
        // Without a number, WeChat takes away all that went out together.
        let fields = json!({ "article_id": id, "index": number });
        match self.door.bring("freepublish/delete", &fields) {
            Err(refusal) if refusal.is_missing() => Ok(()),
            other => other.map_err(Failure::from),
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let mark = mark(&post.canonical);
        // Where articles are published, a draft is work that is not done.
        if !self.publish
            && let Some((place, item)) = Shelf::Drafts.search(&self.door, &mark)?
        {
            return Ok(Some(item.seen(&place)));
        }
        Ok(self.sent(&mark)?.map(|(place, item)| item.seen(&place)))
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        let place = match Place::parse(at)? {
            Place::Draft { media, mark } => {
                let fields = json!({ "media_id": media });
                return match self.door.ask::<News>("draft/get", &fields) {
                    Ok(news) => Ok(news
                        .news_item
                        .into_iter()
                        .next()
                        .map(|item| item.seen(&Place::Draft { media, mark }))),
                    Err(refusal) if refusal.is_missing() => {
                        Ok(self.sent(&mark)?.map(|(place, item)| item.seen(&place)))
                    }
                    Err(refusal) => Err(refusal.into()),
                };
            }
            Place::Job(job) => match job::ended(&self.door, &job)? {
                Some(place) => place,
                None => return Ok(None),
            },
            place @ Place::Article { .. } => place,
        };
        let Place::Article { id, number } = &place else {
            let item = Item {
                title: "(WeChat is publishing it)".to_owned(),
                ..Item::default()
            };
            let mut seen = item.seen(&place);
            seen.digest = None;
            return Ok(Some(seen));
        };
        let fields = json!({ "article_id": id });
        match self.door.ask::<News>("freepublish/getarticle", &fields) {
            Ok(news) => Ok(news
                .news_item
                .into_iter()
                .nth(number - 1)
                .filter(|item| !item.is_deleted)
                .map(|item| item.seen(&place))),
            Err(refusal) if refusal.is_missing() => Ok(None),
            Err(refusal) => Err(refusal.into()),
        }
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let mut all = Vec::new();
        if !self.publish {
            all = Shelf::Drafts.read(&self.door, most)?;
        }
        if all.len() < most {
            match Shelf::Published.read(&self.door, most) {
                Ok(more) => all.extend(more),
                Err(refusal) if refusal.is_of_right() && !self.publish => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
        all.truncate(most);
        Ok(all
            .into_iter()
            .map(|(place, item)| item.seen(&place))
            .collect())
    }
}

impl WeChat {
    /// The fields of an article. Pictures are uploaded first; a failure there leaves all as it was.
    fn article(&self, post: &Post, attempt: Attempt<'_>) -> Result<Value, Failure> {
        let Content::Html(html) = &post.content else {
            return Err(Failure::refused("WeChat takes HTML"));
        };
        fits("title", &post.title, TITLE)?;
        fits("summary", &post.summary, SUMMARY)?;
        fits("address of the page", &post.canonical, SOURCE)?;
        fits("text", html, TEXT)?;
        let cover = self.cover(post, attempt).map_err(Failure::before_sending)?;
        let html = self
            .pictures
            .placed(&self.door, html, post, attempt)
            .map_err(Failure::before_sending)?;
        fits("text with the addresses of its images", &html, TEXT)?;
        Ok(json!({
            "article_type": "news",
            "title": post.title,
            "author": author(&post.authors),
            "digest": post.summary,
            "content": html,
            "content_source_url": post.canonical,
            "thumb_media_id": cover,
            "need_open_comment": 0,
            "only_fans_can_comment": 0,
        }))
    }

    /// The number of the cover: the page's, else its first image, else the account's.
    fn cover(&self, post: &Post, attempt: Attempt<'_>) -> Result<String, Failure> {
        let own = post
            .cover
            .as_ref()
            .or_else(|| post.images.iter().find(|image| image.file.is_some()));
        match own {
            Some(image) => self.pictures.cover(&self.door, image, attempt),
            None if self.cover.is_empty() => Err(Failure::refused(
                "WeChat takes no article without a cover: give the page one, or set `cover` to \
                 the `media_id` of a permanent image",
            )),
            None => Ok(self.cover.clone()),
        }
    }

    fn add(&self, article: &Value) -> Result<String, Refusal> {
        let draft: Draft = self
            .door
            .change("draft/add", &json!({ "articles": [article] }))
            .map_err(not_of_a_draft)?;
        Ok(draft.media_id)
    }

    fn write(&self, media: &str, article: &Value) -> Result<(), Refusal> {
        let fields = json!({ "media_id": media, "index": 0, "articles": article });
        self.door.bring("draft/update", &fields)
    }

    /// An article that was sent out. To an account that may not ask, none is known.
    fn sent(&self, mark: &str) -> Result<Option<(Place, Item)>, Failure> {
        match Shelf::Published.search(&self.door, mark) {
            Err(refusal) if refusal.is_of_right() && !self.publish => Ok(None),
            other => other.map_err(Failure::from),
        }
    }
}

/// No number of ours is in a request for a new draft but the cover's.
fn not_of_a_draft(mut refusal: Refusal) -> Refusal {
    if refusal.is_missing() {
        refusal.failure.kind = FailureKind::Refused;
        refusal.failure.message = format!(
            "{}; check `cover`, which must be the `media_id` of a permanent image",
            refusal.failure.message
        );
    }
    refusal
}

fn published() -> Failure {
    Failure::unsupported(
        "it is published, and WeChat lets nobody change that by its API; correct it in the \
         console, or set `on_edit: ignore`",
    )
}

/// A draft that left the box of an account that may not ask for its articles.
fn out_of_sight() -> Failure {
    Failure::refused(
        "the draft is no longer in the box, and this account may not ask by the API whether it \
         was sent out; if it was, take it away in the console",
    )
}

fn fits(what: &str, text: &str, limit: Limit) -> Result<(), Failure> {
    let length = count(text, limit.unit);
    if length <= limit.most {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "the {what} is too long for WeChat: {length}, at most {}",
        limit.most
    )))
}

/// As many of the authors as there is room for; part of a name is none.
fn author(authors: &[String]) -> String {
    let mut line = String::new();
    for author in authors {
        let longer = if line.is_empty() {
            author.clone()
        } else {
            format!("{line}、{author}")
        };
        if count(&longer, AUTHOR.unit) <= AUTHOR.most {
            line = longer;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::author;

    #[test]
    fn authors_are_named_whole_or_not_at_all() {
        let names = |names: &[&str]| {
            author(
                &names
                    .iter()
                    .map(|&name| name.to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(names(&[]), "");
        assert_eq!(names(&["云岚", "Anna"]), "云岚、Anna");
        assert_eq!(
            names(&["一个名字长得超过十六个字的作者写的", "云岚"]),
            "云岚"
        );
    }
}
