//! A fake of LinkedIn's Posts and Images API, written from its documentation: versions that end,
//! a text that ends at what is not escaped, images in two steps, and what a member may not read.

use crate::platforms::fake_listener::{Call, Listener, Reply};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) const ORGANIZATION: &str = "urn:li:organization:1234567";
pub(crate) const PERSON: &str = "urn:li:person:AbCdEf1234";
pub(crate) const TOKEN: &str = "AQXaToken0123456789abcdef";

/// A post.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) fields: Value,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) posts: Vec<Kept>,
    /// Answers that the next requests which make a post get instead of theirs.
    pub(crate) ordered: Vec<(u16, Value)>,
    /// Where pictures are sent instead of the fake, to see whether the token goes there.
    pub(crate) strange_host: Option<String>,
    /// Uploads that were begun, and whether their bytes came.
    images: Vec<(String, bool)>,
    made: u64,
}

/// The running fake.
pub(crate) struct FakeLinkedin {
    state: Arc<Mutex<State>>,
    listener: Listener,
}

impl FakeLinkedin {
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

/// An error as LinkedIn words it.
pub(crate) fn error(status: u16, code: &str, message: &str) -> (u16, Value) {
    (
        status,
        json!({ "status": status, "code": code, "message": message }),
    )
}

fn refused(said: (u16, Value)) -> Reply {
    Reply::json(said.0, &said.1)
}

fn empty(status: u16) -> Reply {
    Reply {
        status,
        headers: Vec::new(),
        body: String::new(),
    }
}

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        self.act(call).unwrap_or_else(refused)
    }

    fn act(&mut self, call: &Call) -> Result<Reply, (u16, Value)> {
        if call.header("authorization") != format!("Bearer {TOKEN}") {
            return Err(error(401, "INVALID_ACCESS_TOKEN", "Invalid access token"));
        }
        let (method, path) = (call.method.as_str(), call.path.as_str());
        if method == "PUT" && path.starts_with("/dms-uploads/") {
            let name = path.trim_start_matches("/dms-uploads/");
            let image = self.images.iter_mut().find(|(urn, _)| urn.ends_with(name));
            let image = image.ok_or_else(|| error(404, "NOT_FOUND", "no upload"))?;
            if !call.body.starts_with(b"\xff\xd8\xff") && !call.body.starts_with(b"\x89PNG") {
                return Err(error(400, "BAD_REQUEST", "no picture"));
            }
            image.1 = true;
            return Ok(empty(201));
        }
        if path == "/v2/userinfo" {
            return Err(error(
                403,
                "ACCESS_DENIED",
                "Not enough permissions to access: userinfo",
            ));
        }
        if call.header("linkedin-version").parse::<u32>().unwrap_or(0) < 202_512 {
            let message = "Requested version is not active";
            return Err(error(426, "NONEXISTENT_VERSION", message));
        }
        if call.header("x-restli-protocol-version") != "2.0.0" {
            return Err(error(
                400,
                "VERSION_MISSING",
                "A protocol version must be present",
            ));
        }
        let post = path.strip_prefix("/rest/posts/").map(|id| {
            percent_encoding::percent_decode_str(id)
                .decode_utf8_lossy()
                .into_owned()
        });
        let way = call.header("x-restli-method");
        match (method, path, post) {
            ("POST", "/rest/images", _) => self.begin_upload(call),
            ("POST", "/rest/posts", _) => {
                if !self.ordered.is_empty() {
                    return Err(self.ordered.remove(0));
                }
                self.make(call.json())
            }
            ("GET", "/rest/posts", _) if way == "FINDER" => self.list(call),
            ("POST", _, Some(id)) if way == "PARTIAL_UPDATE" => {
                let at = self.place(&id)?;
                let text = call.json()["patch"]["$set"]["commentary"].clone();
                if !text.is_string() {
                    return Err(error(422, "FIELD_INVALID", "patch"));
                }
                fits(text.as_str().unwrap_or_default())?;
                self.posts[at].fields["commentary"] = text;
                Ok(empty(204))
            }
            ("DELETE", _, Some(id)) => {
                let at = self.place(&id)?;
                self.posts.remove(at);
                Ok(empty(204))
            }
            ("GET", _, Some(id)) => {
                let at = self.place(&id)?;
                self.may_read(&self.posts[at].fields)?;
                Ok(Reply::json(200, &shown(&self.posts[at])))
            }
            _ => Err(error(
                404,
                "RESOURCE_NOT_FOUND",
                "No virtual resource found",
            )),
        }
    }

    fn begin_upload(&mut self, call: &Call) -> Result<Reply, (u16, Value)> {
        let owner = call.json()["initializeUploadRequest"]["owner"].clone();
        if call.query.get("action").map(String::as_str) != Some("initializeUpload")
            || (owner != ORGANIZATION && owner != PERSON)
        {
            return Err(error(400, "ILLEGAL_ARGUMENT", "owner"));
        }
        self.made += 1;
        let urn = format!("urn:li:image:C4E22AQ{}", self.made);
        self.images.push((urn.clone(), false));
        // Through a proxy, the address is the proxy's.
        let host = call
            .headers
            .get("x-signed-host")
            .map_or(call.header("host"), String::as_str);
        let base = match &self.strange_host {
            Some(strange) => strange.clone(),
            None => format!("http://{host}"),
        };
        let url = format!("{base}/dms-uploads/C4E22AQ{}", self.made);
        Ok(Reply::json(
            200,
            &json!({ "value": { "uploadUrlExpiresAt": 1, "uploadUrl": url, "image": urn } }),
        ))
    }

    fn make(&mut self, fields: Value) -> Result<Reply, (u16, Value)> {
        if fields["author"] != ORGANIZATION && fields["author"] != PERSON {
            return Err(error(403, "ACCESS_DENIED", "author"));
        }
        fits(fields["commentary"].as_str().unwrap_or_default())?;
        let article = &fields["content"]["article"];
        if fields["visibility"] != "PUBLIC"
            || fields["lifecycleState"] != "PUBLISHED"
            || fields["distribution"]["feedDistribution"] != "MAIN_FEED"
            || !article["source"].is_string()
            || !article["title"].is_string()
        {
            return Err(error(422, "MISSING_FIELD", "a field is missing"));
        }
        if let Some(thumbnail) = article["thumbnail"].as_str()
            && !self
                .images
                .iter()
                .any(|(urn, came)| urn == thumbnail && *came)
        {
            return Err(error(
                422,
                "FIELD_INVALID",
                "the thumbnail was not uploaded",
            ));
        }
        if let Some(same) = self.posts.iter().find(|kept| kept.fields == fields) {
            let message = format!("Content is a duplicate of {}", same.id);
            return Err(error(422, "DUPLICATE_POST", &message));
        }
        self.made += 1;
        let id = format!("urn:li:share:7{:018}", self.made);
        self.posts.push(Kept {
            id: id.clone(),
            fields,
        });
        Ok(empty(201).with("x-restli-id", &id))
    }

    fn list(&self, call: &Call) -> Result<Reply, (u16, Value)> {
        let get = |name: &str| call.query.get(name).map_or("", String::as_str);
        if get("q") != "author" {
            return Err(error(400, "ILLEGAL_ARGUMENT", "q"));
        }
        self.may_read(&json!({ "author": get("author") }))?;
        let start: usize = get("start").parse().unwrap_or(0);
        let count: usize = get("count").parse().unwrap_or(10);
        let elements: Vec<Value> = self
            .posts
            .iter()
            .rev()
            .filter(|kept| kept.fields["author"] == get("author"))
            .skip(start)
            .take(count.min(100))
            .map(shown)
            .collect();
        Ok(Reply::json(
            200,
            &json!({ "paging": {}, "elements": elements }),
        ))
    }

    fn may_read(&self, fields: &Value) -> Result<(), (u16, Value)> {
        if fields["author"] == ORGANIZATION {
            return Ok(());
        }
        Err(error(403, "ACCESS_DENIED", "r_member_social is closed"))
    }

    fn place(&self, id: &str) -> Result<usize, (u16, Value)> {
        let found = self.posts.iter().position(|kept| kept.id == id);
        found.ok_or_else(|| error(404, "NOT_FOUND", "Could not find entity"))
    }
}

fn shown(kept: &Kept) -> Value {
    let mut shown = kept.fields.clone();
    shown["id"] = json!(kept.id);
    shown
}

fn fits(commentary: &str) -> Result<(), (u16, Value)> {
    let length = readable(commentary).chars().count();
    if length == 0 || length > 3000 {
        return Err(error(422, "FIELD_LENGTH_TOO_LONG", "commentary"));
    }
    Ok(())
}

/// What a reader sees of a text in LinkedIn's form: it ends at a character that should have
/// been escaped; tags stand in a template.
pub(crate) fn readable(commentary: &str) -> String {
    let mut text = String::new();
    let mut rest = commentary;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let Some(next) = rest.chars().next() else {
                    break;
                };
                text.push(next);
                rest = &rest[next.len_utf8()..];
            }
            '{' if rest.starts_with("hashtag|\\#|") => {
                let Some((tag, after)) = rest["hashtag|\\#|".len()..].split_once('}') else {
                    break;
                };
                text.push('#');
                text.push_str(&tag.replace('\\', ""));
                rest = after;
            }
            '|' | '{' | '}' | '@' | '[' | ']' | '(' | ')' | '<' | '>' | '#' | '*' | '_' | '~' => {
                break;
            }
            other => text.push(other),
        }
    }
    text
}
