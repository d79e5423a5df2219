//! A fake of WeChat's API for tokens, material, drafts and publishing, written from its
//! documentation: what it refuses, with which number, and what becomes of a draft.
//!
//! Takes requests on a port of this machine; keeps all in memory. A publication is under way
//! for one request and is done with the next, whichever that is.

use crate::platforms::fake_listener::{Call, Listener, Reply};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) const APPID: &str = "wx0123456789abcdef";
pub(crate) const SECRET: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
/// A permanent image that the library has from the start.
pub(crate) const COVER: &str = "sB8-default_cover";
/// Where the real one hosts images of texts.
const IMAGE_HOST: &str = "mmbiz.qpic.cn/";

/// A draft, or an article that went out.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) item: Value,
}

/// A publication.
#[derive(Debug, Clone)]
struct Job {
    id: u64,
    media: String,
    waits: bool,
    status: i64,
    article: String,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) drafts: Vec<Kept>,
    pub(crate) published: Vec<Kept>,
    /// Number and file name of the library's images.
    pub(crate) library: Vec<(String, String)>,
    /// Images of texts, by their number in the address.
    pub(crate) hosted: Vec<Vec<u8>>,
    /// Paths of all requests, in order.
    pub(crate) calls: Vec<String>,
    /// Errors that the next request to a path gets instead of its answer.
    pub(crate) ordered: Vec<(&'static str, i64)>,
    /// Whether the account lost its right to publish, as uncertified ones did.
    pub(crate) may_not_publish: bool,
    /// The `publish_status` that publications end with.
    pub(crate) verdict: i64,
    jobs: Vec<Job>,
    token: String,
    made: u64,
}

/// The running fake.
pub(crate) struct FakeWechat {
    state: Arc<Mutex<State>>,
    listener: Listener,
}

impl FakeWechat {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            library: vec![(COVER.to_owned(), "default.jpg".to_owned())],
            ..State::default()
        }));
        let held = Arc::clone(&state);
        let listener = Listener::start(move |call| lock(&held).answer(call));
        Self { state, listener }
    }

    pub(crate) fn url(&self) -> &str {
        self.listener.url()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Lets every publication come to its end.
    pub(crate) fn settle(&self) {
        let mut state = self.state();
        state.work();
        state.work();
    }

    /// Ends every token, before its time.
    pub(crate) fn end_tokens(&self) {
        self.state().token.push_str("-ended");
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What went wrong, as WeChat numbers it.
type Answer = Result<Value, i64>;

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        let path = call.path.strip_prefix("/cgi-bin/").unwrap_or("").to_owned();
        self.calls.push(path.clone());
        let said = match self.allowed(&path, call) {
            Ok(()) => self.act(&path, call),
            Err(code) => Err(code),
        };
        self.work();
        // Every answer has status 200, also one of failure.
        Reply::json(
            200,
            &said.unwrap_or_else(
                |code| json!({ "errcode": code, "errmsg": format!("{} rid: 1", words(code)) }),
            ),
        )
    }

    fn allowed(&mut self, path: &str, call: &Call) -> Result<(), i64> {
        if let Some(at) = self
            .ordered
            .iter()
            .position(|(ordered, _)| *ordered == path)
        {
            return Err(self.ordered.remove(at).1);
        }
        if path == "stable_token" {
            return Ok(());
        }
        match call.query.get("access_token") {
            None => return Err(41001),
            Some(token) if *token != self.token || self.token.is_empty() => return Err(40001),
            Some(_) => {}
        }
        if path.starts_with("freepublish/") && self.may_not_publish {
            return Err(48001);
        }
        Ok(())
    }

    fn act(&mut self, path: &str, call: &Call) -> Answer {
        if call.method != "POST" {
            return Err(43002);
        }
        let fields = call.json();
        let text = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
        match path {
            "stable_token" => self.give_token(&fields),
            "media/uploadimg" => {
                let bytes = picture(call, 1 << 20)?.1;
                self.hosted.push(bytes);
                let number = self.hosted.len();
                Ok(json!({ "url": format!("http://{IMAGE_HOST}mmbiz_jpg/n{number}/0?from=a&b=1") }))
            }
            "material/add_material" => {
                if call.query.get("type").map(String::as_str) != Some("image") {
                    return Err(40004);
                }
                let (name, _) = picture(call, 10 << 20)?;
                let id = self.number("cover");
                self.library.push((id.clone(), name));
                Ok(json!({ "media_id": id, "url": format!("http://{IMAGE_HOST}{id}") }))
            }
            "material/batchget_material" => {
                let items: Vec<Value> = self
                    .library
                    .iter()
                    .rev()
                    .take(20)
                    .map(|(id, name)| json!({ "media_id": id, "name": name, "update_time": 1 }))
                    .collect();
                Ok(
                    json!({ "total_count": self.library.len(), "item_count": items.len(), "item": items }),
                )
            }
            "draft/add" => {
                let Some(articles) = fields["articles"].as_array() else {
                    return Err(44003);
                };
                let item = self.accepted(articles.first().ok_or(44003_i64)?)?;
                let id = self.number("draft");
                self.drafts.push(Kept {
                    id: id.clone(),
                    item,
                });
                Ok(json!({ "media_id": id }))
            }
            "draft/update" => {
                let at = place(&self.drafts, &text("media_id")).ok_or(40007_i64)?;
                if fields["index"] != 0 || !fields["articles"].is_object() {
                    return Err(44003);
                }
                self.drafts[at].item = self.accepted(&fields["articles"])?;
                done()
            }
            "draft/get" => {
                let at = place(&self.drafts, &text("media_id")).ok_or(40007_i64)?;
                Ok(json!({ "news_item": [self.drafts[at].item] }))
            }
            "draft/delete" => {
                let at = place(&self.drafts, &text("media_id")).ok_or(40007_i64)?;
                self.drafts.remove(at);
                done()
            }
            "draft/batchget" => list(&self.drafts, "media_id", &fields),
            "freepublish/batchget" => list(&self.published, "article_id", &fields),
            "freepublish/submit" => {
                let media = text("media_id");
                place(&self.drafts, &media).ok_or(40007_i64)?;
                self.made += 1;
                let id = 2_247_483_647 + self.made;
                self.jobs.push(Job {
                    id,
                    media,
                    waits: true,
                    status: 1,
                    article: String::new(),
                });
                Ok(json!({
                    "errcode": 0, "errmsg": "ok", "publish_id": id.to_string(), "msg_data_id": "1",
                }))
            }
            "freepublish/get" => {
                let wanted = text("publish_id");
                let job = self.jobs.iter().find(|job| job.id.to_string() == wanted);
                let job = job.ok_or(40007_i64)?;
                let mut said =
                    json!({ "publish_id": wanted, "publish_status": job.status, "fail_idx": [] });
                if job.status == 0 {
                    said["article_id"] = json!(job.article);
                    said["article_detail"] = json!({
                        "count": 1, "item": [{ "idx": 1, "article_url": address(&job.article) }],
                    });
                }
                Ok(said)
            }
            "freepublish/getarticle" => {
                let at = place(&self.published, &text("article_id")).ok_or(53600_i64)?;
                Ok(json!({ "news_item": [self.published[at].item] }))
            }
            "freepublish/delete" => {
                let at = place(&self.published, &text("article_id")).ok_or(53600_i64)?;
                if fields["index"] != 1 {
                    return Err(53600);
                }
                self.published.remove(at);
                done()
            }
            _ => Err(40066),
        }
    }

    fn give_token(&mut self, fields: &Value) -> Answer {
        if fields["grant_type"] != "client_credential" {
            return Err(40002);
        }
        if fields["appid"] != APPID {
            return Err(40013);
        }
        if fields["secret"] != SECRET {
            return Err(40125);
        }
        // A token that was ended is given again until its time, unless another one is forced.
        let given = self.token.trim_end_matches("-ended").to_owned();
        if given.is_empty() || fields["force_refresh"] == true {
            self.token = self.number("access-token");
            return Ok(json!({ "access_token": self.token, "expires_in": 7200 }));
        }
        Ok(json!({ "access_token": given, "expires_in": 7000 }))
    }

    /// An article within the limits, as it is kept.
    fn accepted(&self, article: &Value) -> Answer {
        let text = |name: &str| article[name].as_str().unwrap_or_default();
        let length = |name: &str| text(name).chars().count();
        if article["article_type"] != "news" || length("content") == 0 {
            return Err(44003);
        }
        if length("title") == 0 || length("title") > 32 {
            return Err(45003);
        }
        if length("digest") > 128 {
            return Err(45004);
        }
        if length("author") > 16 {
            return Err(45110);
        }
        if length("content") >= 20_000 || text("content").len() >= 1 << 20 {
            return Err(45002);
        }
        if text("content_source_url").len() > 1024 {
            return Err(45001);
        }
        if text("content").contains("<script") || text("content").contains("<iframe") {
            return Err(45166);
        }
        if !self
            .library
            .iter()
            .any(|(id, _)| id == text("thumb_media_id"))
        {
            return Err(40007);
        }
        let mut kept = article.clone();
        kept["content"] = json!(without_strange_images(text("content")));
        kept["url"] = json!("http://mp.weixin.qq.com/s?tempkey=1");
        Ok(kept)
    }

    /// A moment passes for the publications under way. What is published leaves the box.
    fn work(&mut self) {
        for mut job in std::mem::take(&mut self.jobs) {
            if job.status == 1 && !std::mem::take(&mut job.waits) {
                job.status = self.verdict;
                match place(&self.drafts, &job.media) {
                    Some(at) if job.status == 0 => {
                        let mut draft = self.drafts.remove(at);
                        job.article = format!("article-{}", job.id);
                        draft.id = job.article.clone();
                        draft.item["url"] = json!(address(&job.article));
                        draft.item["is_deleted"] = json!(false);
                        self.published.push(draft);
                    }
                    Some(_) => {}
                    None => job.status = 3,
                }
            }
            self.jobs.push(job);
        }
    }

    fn number(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what}_{:04}-sB8xY", self.made)
    }
}

fn address(article: &str) -> String {
    format!("http://mp.weixin.qq.com/s/{article}")
}

fn done() -> Answer {
    Ok(json!({ "errcode": 0, "errmsg": "ok" }))
}

fn place(all: &[Kept], id: &str) -> Option<usize> {
    all.iter().position(|kept| kept.id == id)
}

/// A part of a list, the newest first.
fn list(all: &[Kept], name: &str, fields: &Value) -> Answer {
    let offset = fields["offset"].as_u64().ok_or(40097_i64)? as usize;
    let count = fields["count"].as_u64().ok_or(40097_i64)? as usize;
    if !(1..=20).contains(&count) {
        return Err(40097);
    }
    let items: Vec<Value> = all
        .iter()
        .rev()
        .skip(offset)
        .take(count)
        .map(|kept| {
            let mut item = kept.item.clone();
            if fields["no_content"] == 1 {
                item["content"] = json!("");
            }
            json!({ name: kept.id, "content": { "news_item": [item] }, "update_time": 1 })
        })
        .collect();
    Ok(json!({ "total_count": all.len(), "item_count": items.len(), "item": items }))
}

/// Name and bytes of the picture that is sent.
fn picture(call: &Call, most: usize) -> Result<(String, Vec<u8>), i64> {
    let part = call.parts().into_iter().find(|part| part.name == "media");
    let part = part.ok_or(41005_i64)?;
    let name = part.file_name.ok_or(41005_i64)?;
    if !part.bytes.starts_with(b"\xff\xd8\xff") && !part.bytes.starts_with(b"\x89PNG") {
        return Err(40005);
    }
    if part.bytes.len() >= most {
        return Err(40009);
    }
    Ok((name, part.bytes))
}

/// Images from elsewhere are taken out without a word.
fn without_strange_images(html: &str) -> String {
    let mut kept = String::new();
    let mut rest = html;
    while let Some(start) = rest.find("<img") {
        let end = rest[start..]
            .find('>')
            .map_or(rest.len(), |end| start + end + 1);
        kept.push_str(&rest[..start]);
        if rest[start..end].contains(&format!("src=\"https://{IMAGE_HOST}")) {
            kept.push_str(&rest[start..end]);
        }
        rest = &rest[end..];
    }
    kept.push_str(rest);
    kept
}

fn words(code: i64) -> &'static str {
    match code {
        -1 => "system error",
        40001 => "invalid credential, access_token is invalid or not latest",
        40007 => "invalid media_id",
        40013 => "invalid appid",
        40125 => "invalid appsecret",
        40164 => "invalid ip 203.0.113.9, not in whitelist",
        42001 => "access_token expired",
        45002 => "content size out of limit",
        45003 => "title size out of limit",
        45004 => "description size out of limit",
        45009 => "reach max api daily quota limit",
        45011 => "api minute-quota reach limit, must slower, retry next minute",
        45166 => "invalid content",
        48001 => "api unauthorized",
        53600 => "invalid article id",
        _ => "error",
    }
}
