//! A fake of the engines behind IndexNow, by its documentation: it looks for the key where the
//! sender says it is, and refuses addresses of other hosts.

use super::host::{Reply, Served, body};
use crate::platforms::server::client;
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
struct Kept {
    heard: Vec<Vec<String>>,
    next: Option<u16>,
}

pub(super) struct FakeEngine {
    served: Served,
    kept: Arc<Mutex<Kept>>,
}

impl FakeEngine {
    pub(super) fn start() -> Self {
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = Arc::clone(&kept);
        let served = Served::start(move |request| {
            let text = body(request);
            let is_post = request.method() == &tiny_http::Method::Post;
            let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let status = match kept.next.take() {
                Some(429) => {
                    return Reply::new(429, "Too Many Requests").header("Retry-After", "0");
                }
                Some(status) => status,
                None if is_post && request.url() == "/indexnow" => judge(&text, &mut kept),
                None => 404,
            };
            Reply::new(status, "")
        });
        Self { served, kept }
    }

    pub(super) fn url(&self) -> String {
        format!("{}/indexnow", self.served.url())
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lists of addresses that were taken.
    pub(super) fn heard(&self) -> Vec<Vec<String>> {
        self.lock().heard.clone()
    }

    /// Orders the status of the next answer.
    pub(super) fn answer_next(&self, status: u16) {
        self.lock().next = Some(status);
    }
}

fn judge(text: &str, kept: &mut Kept) -> u16 {
    let Ok(said) = serde_json::from_str::<Value>(text) else {
        return 400;
    };
    let word = |name: &str| said[name].as_str().map(str::to_owned);
    let (Some(host), Some(key), Some(urls)) =
        (word("host"), word("key"), said["urlList"].as_array())
    else {
        return 400;
    };
    if urls.is_empty() || urls.len() > 10_000 {
        return 400;
    }
    let location = word("keyLocation").unwrap_or_else(|| format!("http://{host}/{key}.txt"));
    let below = format!("http://{host}/");
    let urls: Vec<String> = urls
        .iter()
        .filter_map(|url| url.as_str().map(str::to_owned))
        .collect();
    if !location.starts_with(&below) || !urls.iter().all(|url| url.starts_with(&below)) {
        return 422;
    }
    let shown = client()
        .get(&location)
        .send()
        .and_then(|found| found.text());
    if !shown.is_ok_and(|shown| shown.trim() == key) {
        return 403;
    }
    kept.heard.push(urls);
    200
}
