//! A fake of a Bluesky server's logins: tokens that grow old, rationed logins, a password that is
//! the account's own. The real server here rations nothing, and its tokens live for hours.
//! Written from the lexicons of `com.atproto.server`, with the error bodies of the reference
//! server; it keeps records as they are sent.

use crate::platforms::bench::{Account, Session, Trouble, open_http};
use crate::platforms::posts::{WORDS, attempt, key, post};
use guidepost::platform::{FailureKind, Post, Settings, info};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tiny_http::{Header, Method, Request, Response, Server};

const DID: &str = "did:plc:fakefakefakefakefakefake";
/// When the ration is over, in seconds: the year 2100.
const RESET: i64 = 4_102_444_800;

struct State {
    /// Requests that a token serves before it is too old.
    lasts: u32,
    /// Whether a refresh token is still taken.
    refreshes: bool,
    /// Logins that are left.
    logins: u32,
    /// Number of the newest token, and how often it was used.
    token: (u32, u32),
    records: BTreeMap<String, Value>,
    /// Names of the methods that were called.
    calls: Vec<String>,
}

struct FakeBluesky {
    account: Account,
    state: Arc<Mutex<State>>,
}

impl FakeBluesky {
    fn start(lasts: u32, refreshes: bool, logins: u32) -> Self {
        let server = Server::http("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", server.server_addr());
        let state = Arc::new(Mutex::new(State {
            lasts,
            refreshes,
            logins,
            token: (0, 0),
            records: BTreeMap::new(),
            calls: Vec::new(),
        }));
        let held = Arc::clone(&state);
        std::thread::spawn(move || {
            for mut request in server.incoming_requests() {
                let mut body = Vec::new();
                let _ = request.as_reader().read_to_end(&mut body);
                let body = serde_json::from_slice(&body).unwrap_or_default();
                let (status, answer) = {
                    let mut state = held.lock().unwrap_or_else(PoisonError::into_inner);
                    state.answer(&request, &body)
                };
                let mut response =
                    Response::from_string(answer.to_string()).with_status_code(status);
                if status == 429 {
                    let header = format!("ratelimit-reset: {RESET}");
                    response.add_header(header.parse::<Header>().expect("a header"));
                }
                let _ = request.respond(response);
            }
        });
        Self {
            account: Account {
                info: info("bluesky").expect("the platform"),
                settings: vec![("handle", "alice.test".to_owned()), ("url", url.clone())],
                server: url,
                secrets: vec![("PASSWORD", "app-password".to_owned())],
                makes: ("POST", "com.atproto.repo.putRecord"),
            },
            state,
        }
    }

    fn open(&self) -> Session {
        open_http(&self.account, Trouble::None)
    }

    fn calls(&self, method: &str) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.calls.iter().filter(|call| *call == method).count()
    }
}

impl State {
    fn answer(&mut self, request: &Request, body: &Value) -> (u16, Value) {
        let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
        let method = path.trim_start_matches("/xrpc/");
        self.calls.push(method.to_owned());
        let bearer = request
            .headers()
            .iter()
            .find(|header| header.field.equiv("authorization"))
            .and_then(|header| header.value.as_str().strip_prefix("Bearer "))
            .unwrap_or_default();
        match (request.method(), method) {
            (Method::Post, "com.atproto.server.createSession") => self.login(body),
            (Method::Post, "com.atproto.server.refreshSession") => {
                if bearer == format!("refresh-{}", self.token.0) && self.refreshes {
                    self.session()
                } else {
                    error(400, "ExpiredToken", "Token has been revoked")
                }
            }
            _ if bearer != format!("access-{}", self.token.0) => {
                error(400, "InvalidToken", "Token could not be verified")
            }
            _ if self.token.1 >= self.lasts => error(400, "ExpiredToken", "Token has expired"),
            (Method::Post, "com.atproto.repo.putRecord") => {
                self.token.1 += 1;
                self.put(body)
            }
            (Method::Get, "com.atproto.repo.getRecord") => {
                self.token.1 += 1;
                let rkey = query.split('&').find_map(|part| part.strip_prefix("rkey="));
                let record = rkey.and_then(|rkey| self.records.get(rkey));
                match record {
                    Some(record) => (200, record.clone()),
                    None => error(400, "RecordNotFound", "Could not locate record"),
                }
            }
            (Method::Get, "com.atproto.repo.listRecords") => {
                self.token.1 += 1;
                let records: Vec<&Value> = self.records.values().rev().collect();
                (200, json!({ "records": records }))
            }
            _ => error(501, "MethodNotImplemented", "Method Not Implemented"),
        }
    }

    fn login(&mut self, body: &Value) -> (u16, Value) {
        if self.logins == 0 {
            return error(429, "RateLimitExceeded", "Rate Limit Exceeded");
        }
        self.logins -= 1;
        match body["password"].as_str() {
            Some("app-password") if body["identifier"] == "alice.test" => self.session(),
            Some("own-password") => {
                let message = "A sign in code has been sent to your email address";
                error(401, "AuthFactorTokenRequired", message)
            }
            _ => error(
                401,
                "AuthenticationRequired",
                "Invalid identifier or password",
            ),
        }
    }

    fn session(&mut self) -> (u16, Value) {
        self.token = (self.token.0 + 1, 0);
        let number = self.token.0;
        let session = json!({
            "did": DID,
            "handle": "alice.test",
            "accessJwt": format!("access-{number}"),
            "refreshJwt": format!("refresh-{number}"),
            // A server that was set is used, whatever the identity names.
            "didDoc": { "service": [
                { "id": "#atproto_pds", "serviceEndpoint": "https://elsewhere.invalid" },
            ] },
        });
        (200, session)
    }

    fn put(&mut self, body: &Value) -> (u16, Value) {
        let rkey = body["rkey"].as_str().unwrap_or_default().to_owned();
        let is_tid = rkey.len() == 13
            && rkey
                .bytes()
                .all(|byte| matches!(byte, b'2'..=b'7' | b'a'..=b'z'));
        if body["repo"] != DID || !is_tid {
            return error(400, "InvalidRequest", "Invalid repo or record key");
        }
        let is_new = body.get("swapRecord") == Some(&Value::Null);
        if is_new && self.records.contains_key(&rkey) {
            return error(400, "InvalidSwap", "Record was at another version");
        }
        let uri = format!("at://{DID}/app.bsky.feed.post/{rkey}");
        let record = json!({ "uri": uri, "cid": "bafyfake", "value": body["record"] });
        self.records.insert(rkey, record);
        (200, json!({ "uri": uri, "cid": "bafyfake" }))
    }
}

fn error(status: u16, word: &str, message: &str) -> (u16, Value) {
    (status, json!({ "error": word, "message": message }))
}

fn short() -> Post {
    let capabilities = info("bluesky").expect("the platform").capabilities;
    post(WORDS, &capabilities(&Settings::new()))
}

/// Verifies, looks, makes a post and reads it: what every run does.
fn one_run(session: &Session) {
    let post = short();
    let key = key(&post, "create");
    session.verify().expect("we are known");
    assert_eq!(session.find(&post, attempt(&key)).expect("an answer"), None);
    let remote = session.create(&post, attempt(&key)).expect("a post");
    let seen = session
        .read(&remote)
        .expect("an answer")
        .expect("it is there");
    assert_eq!(seen.canonical, Some(post.canonical));
}

#[test]
fn one_login_serves_a_whole_run() {
    let fake = FakeBluesky::start(u32::MAX, true, 1);
    let session = fake.open();
    one_run(&session);
    one_run(&session);
    assert_eq!(fake.calls("com.atproto.server.createSession"), 1);
    assert_eq!(fake.calls("com.atproto.server.refreshSession"), 0);
}

#[test]
fn an_old_token_is_renewed_without_a_login() {
    let fake = FakeBluesky::start(1, true, 1);
    one_run(&fake.open());
    assert_eq!(fake.calls("com.atproto.server.createSession"), 1);
    // Four requests, of which each but the first needs a new token.
    assert_eq!(fake.calls("com.atproto.server.refreshSession"), 3);
}

#[test]
fn a_renewal_that_is_refused_is_a_new_login() {
    let fake = FakeBluesky::start(2, false, 2);
    one_run(&fake.open());
    assert_eq!(fake.calls("com.atproto.server.createSession"), 2);
}

#[test]
fn rationed_logins_are_told_and_nothing_is_sent() {
    let fake = FakeBluesky::start(u32::MAX, true, 0);
    let session = fake.open();
    let post = short();
    for failure in [
        session.verify().map(drop).expect_err("no login is left"),
        session
            .create(&post, attempt(&key(&post, "create")))
            .map(drop)
            .expect_err("no login is left"),
    ] {
        assert_eq!(failure.kind, FailureKind::Limited, "{failure}");
        assert!(failure.message.contains("2100-01-01"), "{failure}");
    }
    assert_eq!(fake.calls("com.atproto.repo.putRecord"), 0);
}

#[test]
fn the_accounts_own_password_is_told_from_an_app_password() {
    let mut fake = FakeBluesky::start(u32::MAX, true, 9);
    fake.account.secrets = vec![("PASSWORD", "own-password".to_owned())];
    let failure = fake.open().verify().expect_err("it wants a code");
    assert_eq!(failure.kind, FailureKind::Credentials, "{failure}");
    assert!(failure.message.contains("App passwords"), "{failure}");
    assert!(
        failure.message.contains("GUIDEPOST_TRIAL_PASSWORD"),
        "{failure}"
    );
}

#[test]
fn a_key_that_is_taken_by_another_text_is_told() {
    let fake = FakeBluesky::start(u32::MAX, true, 1);
    let session = fake.open();
    let first = short();
    session
        .create(&first, attempt(&key(&first, "create")))
        .expect("a post");
    let again = session.create(&first, attempt(&key(&first, "create")));
    assert!(again.is_ok(), "the same text is an earlier try: {again:?}");
    let mut other = first.clone();
    other.content = short().content;
    let failure = session
        .create(&other, attempt(&key(&other, "create")))
        .expect_err("the key is taken");
    assert_eq!(failure.kind, FailureKind::Conflict, "{failure}");
}
