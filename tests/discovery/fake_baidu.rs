//! A fake of Baidu's link push, by its documentation: a token, a daily quota, and errors in
//! words.

use super::host::{Reply, Served, body, field};
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) const TOKEN: &str = "bdTokenYunlan2026";

#[derive(Default)]
struct Kept {
    remain: usize,
    host: String,
    taken: Vec<String>,
}

pub(super) struct FakeBaidu {
    served: Served,
    kept: Arc<Mutex<Kept>>,
}

impl FakeBaidu {
    pub(super) fn start(site: &'static str, quota: usize) -> Self {
        let kept = Arc::new(Mutex::new(Kept {
            remain: quota,
            ..Kept::default()
        }));
        let shared = Arc::clone(&kept);
        let served = Served::start(move |request| {
            let text = body(request);
            let query = request.url().split_once('?').map(|(_, query)| query);
            let query = query.unwrap_or_default().to_owned();
            let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let error = |code: u16, message: &str| {
                let body = json!({ "error": code, "message": message });
                Reply::new(code, body.to_string())
            };
            if field(&query, "token").as_deref() != Some(TOKEN) {
                return error(401, "token is not valid");
            }
            if field(&query, "site").as_deref() != Some(site) {
                return error(400, "site error");
            }
            let urls: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
            match urls.len() {
                0 => return error(400, "empty content"),
                2001.. => return error(400, "only 2000 urls are allowed once"),
                many if many > kept.remain => return error(400, "over quota"),
                many => kept.remain -= many,
            }
            let (own, other): (Vec<&str>, Vec<&str>) =
                urls.iter().partition(|url| url.starts_with(&kept.host));
            kept.taken.extend(own.iter().map(|url| (*url).to_owned()));
            let mut said = json!({ "remain": kept.remain, "success": own.len() });
            if !other.is_empty() {
                said["not_same_site"] = json!(other);
            }
            Reply::new(200, said.to_string())
        });
        Self { served, kept }
    }

    pub(super) fn url(&self) -> String {
        format!("{}/urls", self.served.url())
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host that the site stands for.
    pub(super) fn host_is(&self, host: &str) {
        host.clone_into(&mut self.lock().host);
    }

    pub(super) fn new_day(&self, quota: usize) {
        self.lock().remain = quota;
    }

    /// Addresses that were taken.
    pub(super) fn taken(&self) -> Vec<String> {
        self.lock().taken.clone()
    }
}
