//! A fake of the parts of Mastodon that neither the stand-in nor snac has: pictures that are
//! still at work after their upload, servers of old without the second version of the API,
//! rationed posting, tokens that may not write, and long timelines. Written from Mastodon's
//! documentation and from answers recorded from Mastodon 4.6.4; everything is in memory.

use crate::platforms::bench::{Account, Session, Trouble, open_http};
use crate::platforms::posts::{WORDS, attempt, key, post, with_cover};
use guidepost::platform::{Capabilities, FailureKind, Post, Settings, info};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use tiny_http::{Header, Method, Response, Server};

/// What is wrong with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Pictures take three questions to be ready.
    Slow,
    /// Pictures turn out to be none after their upload.
    Choking,
    /// Mastodon 3: no second version of anything, pictures are ready at once.
    Old,
    /// Posting is over for three hours.
    Rationed,
    /// The token may only read.
    ReadOnly,
}

#[derive(Default)]
struct State {
    /// Questions after each upload.
    questions: Vec<u32>,
    statuses: Vec<Value>,
    /// Methods and paths, without their queries.
    calls: Vec<String>,
}

struct FakeMastodon {
    account: Account,
    state: Arc<Mutex<State>>,
}

/// When the ration is over: far away.
const RESET: &str = "2100-01-01T00:00:00.000000Z";

impl FakeMastodon {
    fn start(kind: Kind) -> Self {
        let server = Server::http("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", server.server_addr());
        let state: Arc<Mutex<State>> = Arc::default();
        let held = Arc::clone(&state);
        std::thread::spawn(move || {
            for mut request in server.incoming_requests() {
                let mut body = Vec::new();
                let _ = request.as_reader().read_to_end(&mut body);
                let is_known = request.headers().iter().any(|header| {
                    header.field.equiv("authorization")
                        && header.value.as_str() == "Bearer fake-token"
                });
                let (status, answer) = if is_known {
                    let mut state = held.lock().unwrap_or_else(PoisonError::into_inner);
                    state.answer(kind, request.method(), request.url(), &body)
                } else {
                    let error = json!({ "error": "The access token is invalid" });
                    (401, error)
                };
                let mut response =
                    Response::from_string(answer.to_string()).with_status_code(status);
                if status == 429 {
                    let header = format!("x-ratelimit-reset: {RESET}");
                    response.add_header(header.parse::<Header>().expect("a header"));
                }
                let _ = request.respond(response);
            }
        });
        Self {
            account: Account {
                info: info("mastodon").expect("the platform"),
                settings: vec![("url", url.clone())],
                server: url,
                secrets: vec![("TOKEN", "fake-token".to_owned())],
                makes: ("POST", "/api/v1/statuses"),
            },
            state,
        }
    }

    fn open(&self) -> Session {
        open_http(&self.account, Trouble::None)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answer(&mut self, kind: Kind, method: &Method, url: &str, body: &[u8]) -> (u16, Value) {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        self.calls.push(format!("{method} {path}"));
        let missing = (404, json!({ "error": "Record not found" }));
        match (method, path) {
            (Method::Get, "/api/v1/accounts/verify_credentials") => (
                200,
                json!({ "id": "7", "username": "yunlan", "acct": "yunlan" }),
            ),
            (Method::Get, "/api/v2/instance") if kind != Kind::Old => (
                200,
                json!({ "version": "4.6.4", "configuration": {
                    "statuses": { "max_characters": 500, "characters_reserved_per_url": 23 },
                } }),
            ),
            (Method::Get, "/api/v1/instance") => (200, json!({ "version": "3.0.1" })),
            (Method::Post, "/api/v2/media") if kind != Kind::Old => {
                if !contains(body, b"name=\"file\"; filename=") {
                    return (
                        422,
                        json!({ "error": "Validation failed: File can't be blank" }),
                    );
                }
                self.questions.push(0);
                (
                    202,
                    json!({ "id": self.questions.len().to_string(), "url": null }),
                )
            }
            (Method::Post, "/api/v1/media") if kind == Kind::Old => {
                self.questions.push(3);
                (
                    200,
                    json!({ "id": self.questions.len().to_string(), "url": "https://x/1" }),
                )
            }
            (Method::Get, path) if path.starts_with("/api/v1/media/") => {
                let asked = number(path).and_then(|at| self.questions.get_mut(at - 1));
                let Some(asked) = asked else {
                    return missing;
                };
                *asked += 1;
                match (kind, *asked) {
                    (Kind::Choking, _) => (
                        422,
                        json!({ "error": "Error processing thumbnail for uploaded media" }),
                    ),
                    (_, 0..3) => (206, json!({ "id": "1", "url": null })),
                    _ => (200, json!({ "id": "1", "url": "https://x/1" })),
                }
            }
            (Method::Post, "/api/v1/statuses") => self.post(kind, body),
            (Method::Get, "/api/v1/accounts/7/statuses") => {
                let before = query
                    .split('&')
                    .find_map(|part| part.strip_prefix("max_id=")?.parse::<usize>().ok());
                let older = self
                    .statuses
                    .iter()
                    .rev()
                    .filter(|status| before.is_none_or(|before| id(status) < before));
                (200, older.take(40).cloned().collect())
            }
            (Method::Get, path) if path.starts_with("/api/v1/statuses/") => {
                let wanted = number(path);
                let status = self
                    .statuses
                    .iter()
                    .find(|status| Some(id(status)) == wanted);
                status.map_or(missing, |status| (200, status.clone()))
            }
            _ => missing,
        }
    }

    fn post(&mut self, kind: Kind, body: &[u8]) -> (u16, Value) {
        match kind {
            Kind::Rationed => return (429, json!({ "error": "Too many requests" })),
            Kind::ReadOnly => {
                let error = "This action is outside the authorized scopes";
                return (403, json!({ "error": error }));
            }
            _ => {}
        }
        let fields: Value = serde_json::from_slice(body).unwrap_or_default();
        let media = fields["media_ids"].as_array().cloned().unwrap_or_default();
        let is_ready = |id: &Value| {
            let at = id.as_str().and_then(|id| id.parse::<usize>().ok());
            at.and_then(|at| self.questions.get(at - 1))
                .is_some_and(|asked| *asked >= 3)
        };
        if !media.iter().all(is_ready) {
            let error =
                "Cannot attach files that have not finished processing. Try again in a moment!";
            return (422, json!({ "error": error }));
        }
        let text = fields["status"].as_str().unwrap_or_default();
        self.write(text);
        let status = self.statuses.last().cloned().unwrap_or_default();
        (200, status)
    }

    /// A status of that text, newer than all others.
    fn write(&mut self, text: &str) {
        let id = self.statuses.last().map_or(1, |last| id(last) + 1);
        let text = text.replace('&', "&amp;");
        let words: Vec<String> = text
            .split_whitespace()
            .map(|word| match word.starts_with("https://") {
                true => format!("<a href=\"{word}\">{word}</a>"),
                false => word.to_owned(),
            })
            .collect();
        self.statuses.push(json!({
            "id": id.to_string(),
            "url": format!("https://social.example/@yunlan/{id}"),
            "content": format!("<p>{}</p>", words.join(" ")),
            "in_reply_to_id": null,
        }));
    }
}

fn id(status: &Value) -> usize {
    let id = status["id"].as_str().and_then(|id| id.parse().ok());
    id.unwrap_or_default()
}

/// The number at the end of a path.
fn number(path: &str) -> Option<usize> {
    path.rsplit('/').next()?.parse().ok()
}

fn contains(body: &[u8], wanted: &[u8]) -> bool {
    body.windows(wanted.len()).any(|window| window == wanted)
}

fn abilities() -> Capabilities {
    (info("mastodon").expect("the platform").capabilities)(&Settings::new())
}

fn illustrated() -> Post {
    with_cover(post(WORDS, &abilities()), "焊工")
}

#[test]
fn a_picture_that_is_still_at_work_is_waited_for() {
    let fake = FakeMastodon::start(Kind::Slow);
    let post = illustrated();
    let made = fake.open().create(&post, attempt(&key(&post, "create")));
    made.expect("a post with its picture");
    assert_eq!(fake.state().questions, [3]);
    assert_eq!(fake.state().statuses.len(), 1);
}

#[test]
fn a_picture_that_is_none_makes_no_post() {
    let fake = FakeMastodon::start(Kind::Choking);
    let post = illustrated();
    let made = fake.open().create(&post, attempt(&key(&post, "create")));
    let failure = made.expect_err("the picture is none");
    assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
    assert!(failure.message.contains("picture"), "{failure}");
    assert_eq!(fake.state().statuses.len(), 0);
}

#[test]
fn a_server_of_old_takes_posts_and_pictures() {
    let fake = FakeMastodon::start(Kind::Old);
    let session = fake.open();
    let identity = session.verify().expect("we are known");
    assert_eq!(identity.capabilities.text.most, 500);
    let post = illustrated();
    let made = session.create(&post, attempt(&key(&post, "create")));
    made.expect("a post with its picture");
    assert_eq!(fake.state().statuses.len(), 1);
}

#[test]
fn a_long_ration_is_told_and_not_waited_for() {
    let fake = FakeMastodon::start(Kind::Rationed);
    let post = post(WORDS, &abilities());
    let made = fake.open().create(&post, attempt(&key(&post, "create")));
    let failure = made.expect_err("too many");
    assert_eq!(failure.kind, FailureKind::Limited, "{failure}");
    assert!(failure.message.contains(RESET), "{failure}");
    let calls = fake.state().calls.clone();
    let tries = calls.iter().filter(|call| call.starts_with("POST"));
    assert_eq!(tries.count(), 1, "{calls:?}");
}

#[test]
fn a_token_that_may_not_write_is_told_what_it_needs() {
    let fake = FakeMastodon::start(Kind::ReadOnly);
    let post = post(WORDS, &abilities());
    let made = fake.open().create(&post, attempt(&key(&post, "create")));
    let failure = made.expect_err("it may not");
    assert_eq!(failure.kind, FailureKind::Forbidden, "{failure}");
    assert!(failure.message.contains("write:statuses"), "{failure}");
}

#[test]
fn a_second_search_reads_only_what_is_newer() {
    let fake = FakeMastodon::start(Kind::Slow);
    let (old, deep) = (post(WORDS, &abilities()), post(WORDS, &abilities()));
    fake.state().write(&deep.content.text());
    for number in 0..100 {
        fake.state().write(&format!("number {number}"));
    }
    let session = fake.open();
    let find = |post: &Post| {
        let found = session.find(post, attempt(&key(post, "create")));
        found.expect("an answer")
    };
    assert_eq!(find(&old), None);
    let pages = |fake: &FakeMastodon| {
        let is_page = |call: &&String| call.ends_with("/accounts/7/statuses");
        fake.state().calls.iter().filter(is_page).count()
    };
    // 101 statuses are three pages, and the fourth is empty.
    assert_eq!(pages(&fake), 4);
    fake.state().write(&old.content.text());
    let seen = find(&old).expect("the new one");
    assert_eq!(seen.canonical.as_deref(), Some(old.canonical.as_str()));
    // The first page begins with the new one, the second ends with one that is known.
    assert!(pages(&fake) <= 6, "{}", pages(&fake));
    assert_eq!(find(&deep).expect("the oldest").remote.id, "1");
    // What is remembered may be gone by now.
    fake.state().statuses.remove(0);
    assert_eq!(find(&deep), None);
}
