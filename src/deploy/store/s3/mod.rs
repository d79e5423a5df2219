//! A bucket of a storage service that speaks S3: Amazon, Aliyun OSS, Tencent COS, Huawei OBS, and
//! servers of one's own. Five requests, each signed; what a service alone can do is not asked for.

mod answer;
mod sign;

pub(super) use sign::Keys;

use super::{Condition, Found, Sending, Store, below, encoded};
use crate::deploy::plan::Seen;
use crate::deploy::target::{self, Style};
use crate::platform::{Answer, Failure, FailureKind, Http, Request};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// A bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    http: Http,
    settings: target::Bucket,
    folder: String,
    keys: Keys,
    /// Some services do not know conditions; the record is then compared before it is written.
    knows_conditions: AtomicBool,
    /// Some compare a tag with the quotation marks that they gave it, as Ceph 16 does.
    wants_bare_tags: AtomicBool,
}

impl Bucket {
    pub(super) fn new(http: Http, settings: &target::Bucket, folder: &str, keys: Keys) -> Self {
        Self {
            http,
            settings: settings.clone(),
            folder: folder.to_owned(),
            keys,
            knows_conditions: AtomicBool::new(true),
            wants_bare_tags: AtomicBool::new(false),
        }
    }

    /// Scheme, host and the path before the key.
    fn base(&self) -> (&str, String, String) {
        let (scheme, host) = self
            .settings
            .endpoint
            .split_once("://")
            .unwrap_or(("https", &self.settings.endpoint));
        let name = &self.settings.name;
        match self.settings.style {
            Style::Host => (scheme, format!("{name}.{host}"), "/".to_owned()),
            Style::Path => (scheme, host.to_owned(), format!("/{name}/")),
            Style::Domain => (scheme, host.to_owned(), "/".to_owned()),
        }
    }

    /// Sends a signed request; any answer that is no success and not among the welcome is told
    /// in words.
    fn send(
        &self,
        method: &str,
        path: Option<&str>,
        query: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        welcome: &[u16],
    ) -> Result<Answer, Failure> {
        let (scheme, host, before) = self.base();
        let key = path.map(|path| encoded(&below(&self.folder, path)));
        let path = format!("{before}{}", key.unwrap_or_default());
        let now = self.http.now();
        let signed = sign::Signed {
            method,
            host: &host,
            path: &path,
            query,
            body,
        };
        let question = if query.is_empty() { "" } else { "?" };
        let url = format!("{scheme}://{host}{path}{question}{query}");
        let mut request = Request::with_method(method, url)?.repeatable();
        if method == "PUT" {
            let media_type = headers
                .iter()
                .find(|(name, _)| *name == "content-type")
                .map_or("application/octet-stream", |(_, value)| *value);
            request = request.bytes(body.to_vec(), media_type);
        }
        for (name, value) in headers.iter().filter(|(name, _)| *name != "content-type") {
            request = request.header(name, value);
        }
        for (name, value) in sign::headers(signed, &self.keys, &self.settings.region, now) {
            request = request.header(name, &value);
        }
        let answer = self.http.send(&request)?;
        if (200..300).contains(&answer.status) || welcome.contains(&answer.status) {
            return Ok(answer);
        }
        Err(self.refusal(&answer))
    }

    /// What an answer means that is no success.
    fn refusal(&self, answer: &Answer) -> Failure {
        let mut failure = answer::failure(answer, &self.settings, self.http.now());
        failure.message = self.http.clean(&failure.message);
        failure
    }

    /// Sends a file under one more header; an answer that may be about this header comes back.
    fn put(&self, sending: &Sending<'_>, more: Option<(&str, &str)>) -> Result<Answer, Failure> {
        let mut headers = vec![
            ("content-type", sending.headers.content_type.as_str()),
            ("cache-control", sending.headers.cache_control.as_str()),
        ];
        headers.extend(more);
        // 501, and 400 from some: such a header is not known there.
        let welcome: &[u16] = if more.is_some() {
            &[400, 412, 501]
        } else {
            &[]
        };
        self.send(
            "PUT",
            Some(sending.path),
            "",
            &headers,
            &sending.bytes,
            welcome,
        )
    }

    /// Whether a version is still the one there.
    fn still_has(&self, path: &str, tag: &str) -> Result<bool, Failure> {
        let found = self.read(path)?;
        Ok(found.is_some_and(|found| found.tag.as_deref() == Some(tag)))
    }
}

impl Store for Bucket {
    fn read(&self, path: &str) -> Result<Option<Found>, Failure> {
        let answer = self.send("GET", Some(path), "", &[], b"", &[404])?;
        if answer.status == 404 {
            let text = answer.text();
            if answer::element(&text, "Code").as_deref() == Some("NoSuchKey") {
                return Ok(None);
            }
            return Err(self.refusal(&answer));
        }
        let tag = answer.header("etag").map(str::to_owned);
        Ok(Some(Found {
            bytes: answer.body,
            tag,
        }))
    }

    fn write(&self, sending: &Sending<'_>) -> Result<(), Failure> {
        let bare = |tag: &str| tag.trim_matches('"').to_owned();
        let condition = match &sending.condition {
            _ if !self.knows_conditions.load(Ordering::Relaxed) => None,
            Condition::None => None,
            Condition::Absent => Some(("if-none-match", "*".to_owned())),
            Condition::Tag(tag) if self.wants_bare_tags.load(Ordering::Relaxed) => {
                Some(("if-match", bare(tag)))
            }
            Condition::Tag(tag) => Some(("if-match", tag.clone())),
        };
        let more = condition.as_ref();
        let answer = self.put(sending, more.map(|(name, tag)| (*name, tag.as_str())))?;
        match (answer.status, &sending.condition) {
            (200..300, _) => Ok(()),
            (412, Condition::Tag(tag))
                if !self.wants_bare_tags.load(Ordering::Relaxed)
                    && bare(tag) != *tag
                    && self.still_has(sending.path, tag)? =>
            {
                self.wants_bare_tags.store(true, Ordering::Relaxed);
                let answer = self.put(sending, Some(("if-match", &bare(tag))))?;
                if (200..300).contains(&answer.status) {
                    return Ok(());
                }
                Err(self.refusal(&answer))
            }
            (412, _) => Err(self.refusal(&answer)),
            _ => {
                self.knows_conditions.store(false, Ordering::Relaxed);
                self.put(sending, None).map(|_| ())
            }
        }
    }

    fn remove(&self, path: &str) -> Result<(), Failure> {
        match self.send("DELETE", Some(path), "", &[], b"", &[404]) {
            Ok(_) => Ok(()),
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    fn list(&self, _: bool) -> Result<Option<BTreeMap<String, Seen>>, Failure> {
        let prefix = if self.folder.is_empty() {
            String::new()
        } else {
            format!("{}/", self.folder)
        };
        let escaped = |text: &str| encoded(text).replace('/', "%2F");
        let mut listing = BTreeMap::new();
        let mut next: Option<String> = None;
        loop {
            let mut query = String::new();
            if let Some(token) = &next {
                query.push_str(&format!("continuation-token={}&", escaped(token)));
            }
            query.push_str("list-type=2");
            if !prefix.is_empty() {
                query.push_str(&format!("&prefix={}", escaped(&prefix)));
            }
            let answer = self.send("GET", None, &query, &[], b"", &[])?;
            let text = answer.text();
            if !text.contains("<ListBucketResult") {
                return Err(answer.senseless("no listing of a bucket"));
            }
            let page = answer::page(&text, &prefix);
            listing.extend(page.files);
            // A service that repeats its token would go on for ever.
            if page.next.is_none() || page.next == next {
                return Ok(Some(listing));
            }
            next = page.next;
        }
    }

    fn has_headers(&self) -> bool {
        true
    }
}
