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
mod pictures;
mod place;

use crate::platform::capability::{
    BodyImages, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use crate::platform::counting::{Unit, count};
use crate::platform::{
    Attempt, Capabilities, Content, Failure, FailureKind, Identity, Info, Login, Platform, Post,
    Remote, SecretInfo, Seen, SettingInfo, setting, variable,
};
use answer::Refusal;
use door::Door;
use pictures::{BODY, COVER, Pictures};
use place::{Item, Job, List, News, Place, mark};
use serde::Deserialize;
use serde_json::{Value, json};
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
    capabilities,
    hosts: &[],
    open,
    place: |settings| setting(settings, "appid").to_owned(),
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
/// Drafts or articles that one part of a list holds at most.
const PART: usize = 20;
/// Drafts and articles, of each the newest, among which ours is looked for.
const LOOKED_AT: usize = 100;
/// How often a publication is asked for its end.
const TURNS: u32 = 6;

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

/// The two lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shelf {
    Drafts,
    Published,
}

impl Platform for WeChat {
    fn verify(&self) -> Result<Identity, Failure> {
        let shelf = if self.publish {
            Shelf::Published
        } else {
            Shelf::Drafts
        };
        self.part(shelf, 0, 1)?;
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
        let left = self
            .search(Shelf::Drafts, &mark(&post.canonical))
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
        self.sent_out(&number(&queued.publish_id))
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
                match self.search(Shelf::Published, &mark)? {
                    Some((place, _)) => place,
                    None => return Ok(()),
                }
            }
            Place::Job(job) => match self.ended(&job)? {
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
            && let Some((place, item)) = self.search(Shelf::Drafts, &mark)?
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
            Place::Job(job) => match self.ended(&job)? {
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
            all = self.shelf(Shelf::Drafts, most)?;
        }
        if all.len() < most {
            match self.shelf(Shelf::Published, most) {
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

    /// Waits for the end of a publication, in reason. It was queued, so a failure to ask is none
    /// to publish.
    fn sent_out(&self, job: &str) -> Result<Remote, Failure> {
        for turn in 0..TURNS {
            match self.job(job) {
                Ok(said) if said.publish_status == 1 => self.door.http.rest(turn),
                Ok(said) => return outcome(said),
                Err(_) => break,
            }
        }
        Ok(Place::Job(job.to_owned()).remote(""))
    }

    fn job(&self, job: &str) -> Result<Job, Refusal> {
        self.door
            .ask("freepublish/get", &json!({ "publish_id": job }))
    }

    /// Where a publication led: to an article, or nowhere yet; none when it failed.
    fn ended(&self, job: &str) -> Result<Option<Place>, Failure> {
        let said = self.job(job)?;
        if said.publish_status == 1 {
            return Ok(Some(Place::Job(job.to_owned())));
        }
        match outcome(said) {
            Ok(remote) => Place::parse(&remote).map(Some),
            Err(failure) if failure.is_certain() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// An article that was sent out. To an account that may not ask, none is known.
    fn sent(&self, mark: &str) -> Result<Option<(Place, Item)>, Failure> {
        match self.search(Shelf::Published, mark) {
            Err(refusal) if refusal.is_of_right() && !self.publish => Ok(None),
            other => other.map_err(Failure::from),
        }
    }

    fn search(&self, shelf: Shelf, wanted: &str) -> Result<Option<(Place, Item)>, Refusal> {
        let found = self.shelf(shelf, LOOKED_AT)?;
        Ok(found
            .into_iter()
            .find(|(_, item)| mark(&item.content_source_url) == wanted))
    }

    /// What lies on a shelf, the newest first.
    fn shelf(&self, shelf: Shelf, most: usize) -> Result<Vec<(Place, Item)>, Refusal> {
        let mut all = Vec::new();
        let mut offset = 0;
        loop {
            let list = self.part(shelf, offset, PART)?;
            let length = list.item.len();
            for listed in list.item {
                for (index, item) in listed.content.news_item.into_iter().enumerate() {
                    if item.is_deleted {
                        continue;
                    }
                    let place = match shelf {
                        Shelf::Drafts => Place::draft(&listed.media_id, &item.content_source_url),
                        Shelf::Published => Place::Article {
                            id: listed.article_id.clone(),
                            number: index + 1,
                        },
                    };
                    all.push((place, item));
                }
            }
            offset += length;
            if length == 0 || offset >= list.total_count || all.len() >= most {
                return Ok(all);
            }
        }
    }

    fn part(&self, shelf: Shelf, offset: usize, count: usize) -> Result<List, Refusal> {
        let path = match shelf {
            Shelf::Drafts => "draft/batchget",
            Shelf::Published => "freepublish/batchget",
        };
        let fields = json!({ "offset": offset, "count": count, "no_content": 0 });
        self.door.ask(path, &fields)
    }
}

/// A number of a job, which some answers give as a number and some as a text.
fn number(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// What became of a publication that has ended.
fn outcome(job: Job) -> Result<Remote, Failure> {
    let reason = match job.publish_status {
        0 => {
            let url = job.detail_url();
            let place = Place::Article {
                id: job.article_id,
                number: 1,
            };
            return Ok(place.remote(&url));
        }
        2 => "its claim to be original did not pass; publish the draft in the console",
        3 => "WeChat could not publish it; publish the draft in the console, which says why",
        4 => {
            "WeChat's review did not let it pass, mostly for sensitive words or promotion; change \
             the page, or publish the draft in the console, which says why"
        }
        5 => "somebody took it away right after it was published",
        6 => "WeChat took it away right after it was published; look into the console",
        other => {
            return Err(Failure::lost(format!(
                "WeChat says `publish_status: {other}`, which is not known here; look into the console"
            )));
        }
    };
    Err(Failure::refused(reason))
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
