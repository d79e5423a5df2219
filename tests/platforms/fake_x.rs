//! A fake of X's API v2 for one user's posts, written from its documentation: signatures of
//! OAuth 1.0a, weights, short links, edits and their end, and errors as problems.

use crate::platforms::fake_listener::{Call, Listener, Reply};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guidepost::platform::counting::{Unit, count};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) const USER: &str = "example_jobs";
pub(crate) const API_KEY: &str = "aKey0123456789abcdef";
pub(crate) const API_SECRET: &str = "aKeySecret-0123456789abcdef~";
pub(crate) const TOKEN: &str = "1000-aToken0123456789";
pub(crate) const TOKEN_SECRET: &str = "aTokenSecret0123456789";
const USER_ID: &str = "1000";

/// A post; an edited one has the numbers of all its versions.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) versions: Vec<u64>,
    pub(crate) text: String,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) posts: Vec<Kept>,
    /// Answers that the next requests which make a post get instead of theirs.
    pub(crate) ordered: Vec<(u16, Value)>,
    /// Whether the time for edits has passed.
    pub(crate) is_too_late: bool,
    /// Posts that were given out in lists: each costs.
    pub(crate) given: usize,
    made: u64,
}

/// The running fake.
pub(crate) struct FakeX {
    state: Arc<Mutex<State>>,
    listener: Listener,
}

impl FakeX {
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

/// A problem as X words it.
pub(crate) fn problem(status: u16, kind: &str, detail: &str) -> (u16, Value) {
    let value = json!({
        "title": "Problem", "detail": detail, "status": status,
        "type": format!("https://api.twitter.com/2/problems/{kind}"),
    });
    (status, value)
}

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        let (status, value) = match self.act(call) {
            Ok(said) => said,
            Err(said) => said,
        };
        Reply::json(status, &value)
    }

    fn act(&mut self, call: &Call) -> Result<(u16, Value), (u16, Value)> {
        if !is_signed(call) {
            return Err((
                401,
                json!({ "title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized" }),
            ));
        }
        match (call.method.as_str(), call.path.as_str()) {
            ("GET", "/2/users/me") => Ok((
                200,
                json!({ "data": { "id": USER_ID, "name": "Jobs", "username": USER } }),
            )),
            ("POST", "/2/tweets") => {
                if !self.ordered.is_empty() {
                    return Err(self.ordered.remove(0));
                }
                self.make(&call.json())
            }
            ("DELETE", path) if path.starts_with("/2/tweets/") => {
                let at = self.place(path.trim_start_matches("/2/tweets/"))?;
                // With one version, all go.
                self.posts.remove(at);
                Ok((200, json!({ "data": { "deleted": true } })))
            }
            ("GET", path) if path == format!("/2/users/{USER_ID}/tweets") => self.list(call),
            _ => Err(problem(404, "resource-not-found", "Not Found")),
        }
    }

    fn make(&mut self, fields: &Value) -> Result<(u16, Value), (u16, Value)> {
        let text = fields["text"].as_str().unwrap_or_default().to_owned();
        if text.is_empty() || count(&text, Unit::XWeight) > 280 {
            return Err(problem(
                400,
                "invalid-request",
                "Your Tweet text is too long.",
            ));
        }
        let edited = match fields["edit_options"]["previous_post_id"].as_str() {
            Some(id) => Some(self.place(id)?),
            None => None,
        };
        if self.posts.iter().any(|kept| kept.text == text) {
            let detail = "You are not allowed to create a Tweet with duplicate content.";
            return Err(problem(403, "client-forbidden", detail));
        }
        self.made += 1;
        let id = 1_990_000_000_000_000_000 + self.made;
        match edited {
            Some(at) if self.is_too_late || self.posts[at].versions.len() > 5 => {
                return Err(problem(
                    403,
                    "client-forbidden",
                    "You are not allowed to edit this Tweet.",
                ));
            }
            Some(at) => {
                self.posts[at].versions.push(id);
                self.posts[at].text = text.clone();
            }
            None => self.posts.push(Kept {
                versions: vec![id],
                text: text.clone(),
            }),
        }
        Ok((
            201,
            json!({ "data": { "id": id.to_string(), "text": text } }),
        ))
    }

    fn place(&self, id: &str) -> Result<usize, (u16, Value)> {
        let found = self.posts.iter().position(|kept| {
            kept.versions
                .iter()
                .any(|version| version.to_string() == id)
        });
        found.ok_or_else(|| problem(404, "resource-not-found", "Could not find tweet."))
    }

    /// The newest posts, each in its last version and with its links shortened.
    fn list(&mut self, call: &Call) -> Result<(u16, Value), (u16, Value)> {
        let size: usize = call
            .query
            .get("max_results")
            .and_then(|size| size.parse().ok())
            .unwrap_or(10);
        if !(5..=100).contains(&size) {
            return Err(problem(
                400,
                "invalid-request",
                "max_results is not between 5 and 100",
            ));
        }
        let from: usize = call
            .query
            .get("pagination_token")
            .and_then(|from| from.parse().ok())
            .unwrap_or(0);
        let data: Vec<Value> = self
            .posts
            .iter()
            .rev()
            .skip(from)
            .take(size)
            .map(|kept| {
                let mut text = kept.text.clone();
                let mut urls = Vec::new();
                for word in kept.text.split_whitespace().filter(|word| word.starts_with("http")) {
                    let short = format!("https://t.co/a{}", urls.len());
                    text = text.replace(word, &short);
                    urls.push(json!({ "url": short, "expanded_url": word }));
                }
                json!({
                    "id": kept.versions.last().map(u64::to_string),
                    "edit_history_tweet_ids": kept.versions.iter().map(u64::to_string).collect::<Vec<_>>(),
                    "text": text,
                    "entities": { "urls": urls },
                })
            })
            .collect();
        self.given += data.len();
        let mut said = json!({ "meta": { "result_count": data.len() } });
        if from + data.len() < self.posts.len() {
            said["meta"]["next_token"] = json!((from + data.len()).to_string());
        }
        if !data.is_empty() {
            said["data"] = json!(data);
        }
        Ok((200, said))
    }
}

/// Whether a request is signed with the four keys, by RFC 5849.
fn is_signed(call: &Call) -> bool {
    let Some(rest) = call.header("authorization").strip_prefix("OAuth ") else {
        return false;
    };
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let mut given: BTreeMap<String, String> = rest
        .split(", ")
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), decoded(value.trim_matches('"'))))
        .collect();
    let signature = given.remove("oauth_signature").unwrap_or_default();
    let is = |name: &str, value: &str| given.get(name).map(String::as_str) == Some(value);
    if !is("oauth_consumer_key", API_KEY)
        || !is("oauth_token", TOKEN)
        || !is("oauth_signature_method", "HMAC-SHA1")
        || given.get("oauth_nonce").is_none_or(String::is_empty)
    {
        return false;
    }
    let encoded = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    let pairs: BTreeMap<String, String> = given
        .iter()
        .chain(&call.query)
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    // Requests through a proxy name the proxy, which is what was signed.
    let host = call
        .headers
        .get("x-signed-host")
        .map_or(call.header("host"), String::as_str);
    let text = format!(
        "{}&{}&{}",
        call.method,
        encoded(&format!("http://{host}{}", call.path)),
        encoded(&pairs.join("&"))
    );
    let key = format!("{}&{}", encoded(API_SECRET), encoded(TOKEN_SECRET));
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).expect("a key of any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes()) == signature
}
