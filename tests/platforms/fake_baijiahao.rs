//! A fake of Baijiahao's open interface, written from what its clients know of it: articles with
//! their states and lists, and the numbers of what it refuses.

use crate::platforms::fake_listener::{Call, Listener, Reply};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) const APP_ID: &str = "1600000000000001";
pub(crate) const TOKEN: &str = "1f2e3d4c5b6a79881f2e3d4c5b6a7988";

/// An article.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: u64,
    pub(crate) fields: Value,
    /// The list that it is in.
    pub(crate) collection: &'static str,
    pub(crate) edits: u32,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) articles: Vec<Kept>,
    /// Errors that the next request to a path gets instead of its answer.
    pub(crate) ordered: Vec<(&'static str, i64)>,
    made: u64,
}

/// The running fake.
pub(crate) struct FakeBaijiahao {
    state: Arc<Mutex<State>>,
    listener: Listener,
}

impl FakeBaijiahao {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
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
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Edits that one article may have.
const EDITS: u32 = 3;

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        let said = match self.act(call) {
            Ok(data) => json!({ "errno": 0, "errmsg": "success", "data": data }),
            Err(code) => json!({ "errno": code, "errmsg": "失败", "data": [] }),
        };
        Reply::json(200, &said)
    }

    fn act(&mut self, call: &Call) -> Result<Value, i64> {
        let path = call
            .path
            .strip_prefix("/builderinner/open/resource/")
            .ok_or(2)?;
        let fields = call.json();
        if call.method != "POST" || !fields.is_object() {
            return Err(2);
        }
        if fields["app_id"] != APP_ID || fields["app_token"] != TOKEN {
            return Err(60_001_001);
        }
        if let Some(at) = self
            .ordered
            .iter()
            .position(|(ordered, _)| *ordered == path)
        {
            return Err(self.ordered.remove(at).1);
        }
        match path {
            "article/publish" => {
                let collection = accepted(&fields)?;
                let is_taken = |kept: &Kept| {
                    kept.collection != "withdraw"
                        && kept.fields["origin_url"] == fields["origin_url"]
                };
                if self.articles.iter().any(is_taken) {
                    return Err(2);
                }
                self.made += 1;
                let id = 1_780_000_000_000_000_000 + self.made;
                self.articles.push(Kept {
                    id,
                    fields,
                    collection,
                    edits: 0,
                });
                Ok(json!({ "article_id": id.to_string(), "nid": (id + 500).to_string() }))
            }
            "article/republish" => {
                accepted(&fields)?;
                let kept = self.article(&fields)?;
                if kept.collection == "withdraw" {
                    return Err(60_001_003);
                }
                if kept.edits >= EDITS {
                    return Err(27_012);
                }
                kept.edits += 1;
                kept.fields = fields;
                Ok(json!({}))
            }
            "article/withdraw" => {
                let kept = self.article(&fields)?;
                if kept.collection == "withdraw" {
                    return Err(60_001_003);
                }
                kept.collection = "withdraw";
                Ok(json!({}))
            }
            "query/articleListall" => self.list(&fields),
            _ => Err(2),
        }
    }

    fn article(&mut self, fields: &Value) -> Result<&mut Kept, i64> {
        let id = fields["article_id"].as_str().unwrap_or_default();
        let found = self
            .articles
            .iter_mut()
            .find(|kept| kept.id.to_string() == id);
        found.ok_or(80_000_107)
    }

    fn list(&self, fields: &Value) -> Result<Value, i64> {
        let number = |name: &str| fields[name].as_u64().filter(|number| *number > 0).ok_or(2);
        let (page, size) = (number("page_no")? as usize, number("page_size")? as usize);
        let is_day = |name: &str| {
            let day: Option<jiff::civil::Date> =
                fields[name].as_str().and_then(|day| day.parse().ok());
            day.is_some()
        };
        if size > 20
            || !is_day("start_time")
            || !is_day("end_time")
            || fields["article_type"] != "news"
        {
            return Err(2);
        }
        let all: Vec<&Kept> = self
            .articles
            .iter()
            .rev()
            .filter(|kept| fields["collection"] == kept.collection)
            .collect();
        if all.is_empty() {
            return Ok(json!([]));
        }
        let items: Vec<Value> = all
            .iter()
            .skip((page - 1) * size)
            .take(size)
            .map(|kept| {
                json!({
                    "article_id": kept.id.to_string(),
                    "nid": (kept.id + 500).to_string(),
                    "title": kept.fields["title"],
                    "origin_url": kept.fields["origin_url"],
                })
            })
            .collect();
        Ok(json!({ "items": items, "page": { "total_count": all.len() } }))
    }
}

/// The list in which an article within the limits arrives: one without a cover stays a draft.
fn accepted(fields: &Value) -> Result<&'static str, i64> {
    let length = |name: &str| fields[name].as_str().map_or(0, |text| text.chars().count());
    let is_address = |text: &str| text.starts_with("http://") || text.starts_with("https://");
    if !(5..=40).contains(&length("title")) || !(1..=20_000).contains(&length("content")) {
        return Err(2);
    }
    if !is_address(fields["origin_url"].as_str().unwrap_or_default()) {
        return Err(2);
    }
    let covers = fields["cover_images"].as_str().unwrap_or("[]");
    let covers: Vec<Value> = serde_json::from_str(covers).map_err(|_| 2)?;
    if covers.len() > 3 {
        return Err(2);
    }
    let has_cover = covers
        .iter()
        .any(|cover| is_address(cover["src"].as_str().unwrap_or_default()));
    Ok(if has_cover { "publish" } else { "draft" })
}
