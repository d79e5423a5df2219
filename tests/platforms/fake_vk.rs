//! A fake of VK's API for one community's wall, written from its published schema: methods with
//! their fields in a form, errors with status 200, pictures in three steps. It does not know
//! `guid`, so that nothing relies on what is said of it.

use crate::platforms::fake_listener::{Call, Listener, Reply};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) const OWNER: i64 = -1_234_567;
pub(crate) const TOKEN: &str = "vk1.a.0123456789abcdefABCDEF";

/// A post.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: i64,
    pub(crate) text: String,
    pub(crate) attachments: String,
    /// The key that came with it.
    pub(crate) guid: String,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) posts: Vec<Kept>,
    /// Errors that the next calls of a method get instead of their answers.
    pub(crate) ordered: Vec<(&'static str, i64)>,
    pub(crate) is_no_admin: bool,
    /// Captions of saved pictures, by their number.
    pub(crate) photos: BTreeMap<i64, String>,
    /// Calls by their method.
    pub(crate) calls: Vec<String>,
    uploads: Vec<String>,
    made: i64,
}

/// The running fake.
pub(crate) struct FakeVk {
    state: Arc<Mutex<State>>,
    listener: Listener,
}

impl FakeVk {
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

/// Longest text, as others found it.
const LONGEST: usize = 15_895;

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        if call.path == "/upload" {
            return Reply::json(200, &self.upload(call));
        }
        let method = call.path.strip_prefix("/method/").unwrap_or("").to_owned();
        self.calls.push(method.clone());
        // Errors have status 200 as well.
        let said = match self.act(&method, call) {
            Ok(response) => json!({ "response": response }),
            Err(code) => json!({ "error": {
                "error_code": code,
                "error_msg": format!("{} (of the fake)", words(code)),
                "request_params": [{ "key": "method", "value": method }],
            } }),
        };
        Reply::json(200, &said)
    }

    fn act(&mut self, method: &str, call: &Call) -> Result<Value, i64> {
        let fields = call.form();
        let get = |name: &str| fields.get(name).map_or("", String::as_str);
        if get("v").is_empty() {
            return Err(8);
        }
        if get("access_token") != TOKEN || call.query.contains_key("access_token") {
            return Err(5);
        }
        if let Some(at) = self
            .ordered
            .iter()
            .position(|(ordered, _)| *ordered == method)
        {
            return Err(self.ordered.remove(at).1);
        }
        if method.starts_with("wall.")
            && method != "wall.getById"
            && get("owner_id") != OWNER.to_string()
        {
            return Err(15);
        }
        let number = |name: &str| get(name).parse::<usize>().ok();
        match method {
            "groups.getById" if get("group_id") == OWNER.unsigned_abs().to_string() => Ok(json!({
                "groups": [{ "id": OWNER.unsigned_abs(), "name": "Работа", "is_admin": u8::from(!self.is_no_admin) }],
                "profiles": [],
            })),
            "wall.post" => {
                self.accepted(get("message"), get("attachments"))?;
                if get("from_group") != "1" {
                    return Err(100);
                }
                self.made += 1;
                self.posts.push(Kept {
                    id: self.made,
                    text: get("message").to_owned(),
                    attachments: get("attachments").to_owned(),
                    guid: get("guid").to_owned(),
                });
                Ok(json!({ "post_id": self.made }))
            }
            "wall.edit" => {
                self.accepted(get("message"), get("attachments"))?;
                let at = self.place(get("post_id")).ok_or(15)?;
                self.posts[at].text = get("message").to_owned();
                self.posts[at].attachments = get("attachments").to_owned();
                Ok(json!({ "post_id": self.posts[at].id }))
            }
            "wall.delete" => {
                let at = self.place(get("post_id")).ok_or(15)?;
                self.posts.remove(at);
                Ok(json!(1))
            }
            "wall.getById" => {
                let found = get("posts")
                    .strip_prefix(&format!("{OWNER}_"))
                    .and_then(|number| self.place(number));
                let items: Vec<Value> = found.iter().map(|at| shown(&self.posts[*at])).collect();
                Ok(json!({ "items": items, "profiles": [], "groups": [] }))
            }
            "wall.get" => {
                let count = number("count")
                    .filter(|count| (1..=100).contains(count))
                    .ok_or(100)?;
                let items: Vec<Value> = self
                    .posts
                    .iter()
                    .rev()
                    .skip(number("offset").unwrap_or(0))
                    .take(count)
                    .map(shown)
                    .collect();
                Ok(json!({ "count": self.posts.len(), "items": items }))
            }
            "wall.search" => {
                let items: Vec<Value> = self
                    .posts
                    .iter()
                    .rev()
                    .filter(|kept| kept.text.contains(get("query")))
                    .take(number("count").unwrap_or(20))
                    .map(shown)
                    .collect();
                Ok(json!({ "count": items.len(), "items": items }))
            }
            "photos.getWallUploadServer" => {
                let host = call
                    .headers
                    .get("x-signed-host")
                    .map_or(call.header("host"), String::as_str);
                Ok(json!({ "upload_url": format!("http://{host}/upload"), "album_id": -14 }))
            }
            "photos.saveWallPhoto" => {
                if !self.uploads.iter().any(|hash| hash == get("hash")) || get("server") != "42" {
                    return Err(114);
                }
                self.made += 1;
                self.photos.insert(self.made, get("caption").to_owned());
                Ok(json!([{ "id": self.made, "owner_id": OWNER, "text": get("caption") }]))
            }
            _ => Err(3),
        }
    }

    /// VK's server for pictures, which knows no token.
    fn upload(&mut self, call: &Call) -> Value {
        let picture = call.parts().into_iter().find(|part| part.name == "photo");
        let is_picture = picture.is_some_and(|part| {
            part.bytes.starts_with(b"\xff\xd8\xff") || part.bytes.starts_with(b"\x89PNG")
        });
        if !is_picture {
            return json!({ "server": 42, "photo": "[]", "hash": "" });
        }
        self.made += 1;
        let hash = format!("hash{}", self.made);
        self.uploads.push(hash.clone());
        json!({ "server": 42, "photo": "[{\"markers_restarted\":true}]", "hash": hash })
    }

    /// A text within the limit; attachments are photos of the wall and at most one link.
    fn accepted(&self, message: &str, attachments: &str) -> Result<(), i64> {
        if message.chars().count() > LONGEST || (message.is_empty() && attachments.is_empty()) {
            return Err(100);
        }
        let parts: Vec<&str> = attachments
            .split(',')
            .filter(|part| !part.is_empty())
            .collect();
        let links = parts.iter().filter(|part| part.starts_with("http")).count();
        let all_known = parts.iter().all(|part| {
            let photo = part.strip_prefix(&format!("photo{OWNER}_"));
            part.starts_with("http")
                || photo
                    .and_then(|id| id.parse().ok())
                    .is_some_and(|id: i64| self.photos.contains_key(&id))
        });
        if links > 1 || !all_known {
            return Err(100);
        }
        Ok(())
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.posts.iter().position(|kept| kept.id.to_string() == id)
    }
}

fn shown(kept: &Kept) -> Value {
    json!({ "id": kept.id, "owner_id": OWNER, "from_id": OWNER, "date": 1, "text": kept.text })
}

fn words(code: i64) -> &'static str {
    match code {
        5 => "User authorization failed: invalid access_token",
        6 => "Too many requests per second",
        9 => "Flood control",
        14 => "Captcha needed",
        15 => "Access denied: post or comment deleted",
        27 => "Group authorization failed: method is unavailable with group auth",
        100 => "One of the parameters specified was missing or invalid",
        214 => "Access to adding post denied",
        222 => "Hyperlinks are forbidden",
        _ => "error",
    }
}
