//! Baidu Baijiahao (百家号), by its open interface for creators. Facts: what open clients of it do
//! and a catalogue read in September 2026; its own documentation could not be read, and nothing
//! was called against the live service.
//!
//! Recovery class D, with C behind it: the page's canonical address is `origin_url`, by which
//! our articles are found in the lists of the last months, and a second article with the same
//! one is refused. So a repeat is made only after a look, and cannot double even then.

mod answer;

use crate::platform::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use crate::platform::counting::{Unit, count};
use crate::platform::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Platform, Post, Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Tried, setting,
    variable,
};
use answer::{Refusal, WRONG_STATE, judge};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What is known of Baijiahao.
pub(super) static INFO: Info = Info {
    name: "baijiahao",
    title: "百家号",
    settings: &[
        SettingInfo {
            name: "app_id",
            required: true,
            meaning: "the account's number: 开发者服务 in the creator console",
        },
        SettingInfo {
            name: "cover",
            required: false,
            meaning: "address of a picture of at least 218×146 for pages without a cover, which \
                      would stay drafts",
        },
        SettingInfo {
            name: "original",
            required: false,
            meaning: "`true` claims the articles to be original",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "a relay of yours, `https://relay.example.org`",
        },
    ],
    secrets: &[SecretInfo {
        name: "TOKEN",
        required: true,
        meaning: "the `app_token` of 开发者服务 in the creator console",
    }],
    capabilities: |_| capabilities(),
    hosts: &["baijiahao.baidu.com"],
    open,
    place: |settings| setting(settings, "app_id").to_owned(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

/// Where the interface is, unless `api` says otherwise.
const API: &str = "https://baijiahao.baidu.com";
/// Shortest title.
const SHORTEST_TITLE: usize = 5;
/// Longest title.
const TITLE: Limit = Limit::new(40, Unit::CodePoints);
/// Longest text, with its tags as far as is known.
const TEXT: Limit = Limit::new(20_000, Unit::CodePoints);
/// Baidu fetches the picture by its address and wants a large one; nothing is sent.
const COVER: ImageLimit = ImageLimit {
    bytes: 5 << 20,
    side: 4096,
    types: &["image/jpeg", "image/png"],
};
/// Lists in which an article of ours may be.
const COLLECTIONS: [&str; 4] = ["publish", "pre_publish", "draft", "rejected"];
/// Articles that one page of a list holds at most.
const PAGE: usize = 20;
/// Pages of each list that are looked through.
const PAGES: usize = 5;
/// How far back lists are asked for.
const DAYS: i64 = 180;

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Html,
        title: Some(TITLE),
        text: TEXT,
        text_too: None,
        summary: None,
        tags: 0,
        links: Links::Forbidden,
        cover: Some(COVER),
        images: BodyImages::Linked,
        update: Update::Always,
        reply: false,
        delete: true,
        find: true,
        read: false,
        list: true,
        recovery: Recovery::LookUp,
        price: None,
        medium: Medium::Article,
        pace: Duration::from_millis(200),
        verified_at: jiff::civil::date(2026, 9, 25),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let original = match login.setting("original") {
        "" | "false" => false,
        "true" => true,
        other => {
            return Err(Failure::refused(format!(
                "`original: {other}`: choose `true` or `false`"
            )));
        }
    };
    let api = match login.setting("api").trim_end_matches('/') {
        "" => API,
        own => own,
    };
    Ok(Box::new(Baijiahao {
        http: login.http.clone(),
        api: format!("{api}/builderinner/open/resource"),
        app_id: login.setting("app_id").to_owned(),
        token: login.secret("TOKEN")?.clone(),
        variable: variable(&login.account, "TOKEN"),
        cover: login.setting("cover").to_owned(),
        original,
    }))
}

struct Baijiahao {
    http: Http,
    api: String,
    app_id: String,
    token: Secret,
    variable: String,
    /// Address of the cover of pages without one; may be empty.
    cover: String,
    original: bool,
}

/// An article as the lists have it, and as far as it is told after publishing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Kept {
    article_id: Value,
    /// The number in its public address.
    nid: Value,
    title: String,
    origin_url: String,
    url: String,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    items: Vec<Kept>,
}

impl Platform for Baijiahao {
    fn verify(&self) -> Result<Identity, Failure> {
        self.page("publish", 1, 1)?;
        Ok(Identity {
            name: format!("百家号 {}", self.app_id),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let fields = self.fields(post)?;
        match self.call("article/publish", fields, false) {
            Ok((answer, data)) => {
                let kept: Kept = serde_json::from_value(data).unwrap_or_default();
                if text(&kept.article_id).is_empty() {
                    return Err(answer.senseless("the answer has no `article_id`"));
                }
                Ok(remote(&kept))
            }
            Err(refusal) if refusal.failure.kind == FailureKind::Refused => {
                // Which number stands for "there is one with this address" is written nowhere.
                match self.search(&post.canonical) {
                    Ok(Some(_)) => Err(Failure::new(
                        FailureKind::Conflict,
                        format!("there is an article of {} already", post.canonical),
                    )),
                    _ => Err(refusal.into()),
                }
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    fn update(&self, at: &Remote, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let mut fields = self.fields(post)?;
        fields.insert("article_id".to_owned(), json!(at.id));
        // Edits are counted, so one is not repeated unless the publisher wants to.
        self.call("article/republish", fields, false)?;
        Ok(at.clone())
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let mut fields = Map::new();
        fields.insert("article_id".to_owned(), json!(at.id));
        match self.call("article/withdraw", fields, true) {
            Ok(_) => Ok(()),
            Err(refusal) if refusal.failure.kind == FailureKind::Missing => Ok(()),
            Err(refusal) if refusal.code == WRONG_STATE => {
                let withdrawn = self.kept("withdraw", |kept| text(&kept.article_id) == at.id)?;
                match withdrawn {
                    Some(_) => Ok(()),
                    None => Err(refusal.into()),
                }
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        Ok(self.search(&post.canonical)?.map(seen))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let mut all = Vec::new();
        for collection in COLLECTIONS {
            for page in 1..=PAGES {
                let kept = self.page(collection, page, PAGE)?;
                let is_last = kept.len() < PAGE;
                all.extend(kept.into_iter().map(seen));
                if is_last || all.len() >= most {
                    break;
                }
            }
        }
        all.truncate(most);
        Ok(all)
    }
}

impl Baijiahao {
    fn call(
        &self,
        path: &str,
        mut fields: Map<String, Value>,
        is_harmless: bool,
    ) -> Result<(Answer, Value), Refusal> {
        fields.insert("app_id".to_owned(), json!(self.app_id));
        fields.insert("app_token".to_owned(), json!(self.token.reveal()));
        let mut request =
            Request::post(format!("{}/{path}", self.api)).json(&Value::Object(fields));
        if is_harmless {
            request = request.repeatable();
        }
        judge(self.http.send(&request)?).map_err(|mut refusal| {
            refusal.failure = refusal.failure.naming(&self.variable);
            refusal
        })
    }

    fn fields(&self, post: &Post) -> Result<Map<String, Value>, Failure> {
        let Content::Html(html) = &post.content else {
            return Err(Failure::refused("Baijiahao takes HTML"));
        };
        let length = count(&post.title, TITLE.unit);
        if !(SHORTEST_TITLE..=TITLE.most).contains(&length) {
            return Err(Failure::refused(format!(
                "the title has {length} characters, Baijiahao takes {SHORTEST_TITLE} to {}; give \
                 another one in `publish:` of the page",
                TITLE.most
            )));
        }
        let length = count(html, TEXT.unit);
        if length > TEXT.most {
            return Err(Failure::refused(format!(
                "the text has {length} characters, Baijiahao takes {}",
                TEXT.most
            )));
        }
        let cover = post
            .cover
            .as_ref()
            .map_or(self.cover.as_str(), |image| image.url.as_str());
        if cover.is_empty() {
            return Err(Failure::refused(
                "Baijiahao keeps an article without a cover as a draft: give the page one, or set \
                 `cover`",
            ));
        }
        let mut fields = Map::new();
        fields.insert("title".to_owned(), json!(post.title));
        fields.insert("content".to_owned(), json!(html));
        fields.insert("origin_url".to_owned(), json!(post.canonical));
        // The list of covers is itself a text of JSON.
        let covers = json!([{ "src": cover }]).to_string();
        fields.insert("cover_images".to_owned(), json!(covers));
        fields.insert("is_original".to_owned(), json!(u8::from(self.original)));
        Ok(fields)
    }

    fn search(&self, canonical: &str) -> Result<Option<Kept>, Failure> {
        for collection in COLLECTIONS {
            if let Some(kept) = self.kept(collection, |kept| kept.origin_url == canonical)? {
                return Ok(Some(kept));
            }
        }
        Ok(None)
    }

    fn kept(
        &self,
        collection: &str,
        is_wanted: impl Fn(&Kept) -> bool,
    ) -> Result<Option<Kept>, Failure> {
        for page in 1..=PAGES {
            let kept = self.page(collection, page, PAGE)?;
            let is_last = kept.len() < PAGE;
            let found = kept.into_iter().find(&is_wanted);
            if found.is_some() || is_last {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn page(&self, collection: &str, page: usize, size: usize) -> Result<Vec<Kept>, Failure> {
        // Days there are those of Beijing; one more on each side does no harm.
        let day = |days: i64| {
            let moment = self.http.now() + jiff::SignedDuration::from_hours(24 * days);
            moment.strftime("%Y-%m-%d").to_string()
        };
        let fields = json!({
            "start_time": day(-DAYS),
            "end_time": day(1),
            "page_no": page,
            "page_size": size,
            "article_type": "news",
            "collection": collection,
        });
        let fields = fields.as_object().cloned().unwrap_or_default();
        let (answer, data) = self
            .call("query/articleListall", fields, true)
            .map_err(|refusal| Failure::from(refusal).before_sending())?;
        // An empty list comes as nothing, as `[]`, or without items.
        if data.as_object().is_none_or(Map::is_empty) {
            return Ok(Vec::new());
        }
        let list: List = serde_json::from_value(data).map_err(|_| {
            answer
                .senseless("the answer lacks what it should have")
                .before_sending()
        })?;
        Ok(list.items)
    }
}

/// A number, which some answers give as a number and some as a text.
fn text(number: &Value) -> String {
    match number {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn remote(kept: &Kept) -> Remote {
    let nid = text(&kept.nid);
    let url = if kept.url.starts_with("http") {
        Some(kept.url.clone())
    } else if nid.is_empty() {
        None
    } else {
        Some(format!("https://baijiahao.baidu.com/s?id={nid}"))
    };
    Remote {
        id: text(&kept.article_id),
        url,
    }
}

fn seen(kept: Kept) -> Seen {
    Seen {
        remote: remote(&kept),
        canonical: Some(kept.origin_url).filter(|url| !url.is_empty()),
        digest: None,
        title: kept.title,
    }
}
