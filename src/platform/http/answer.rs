//! An answer that was read whole, and what its status means.

use crate::platform::{Failure, FailureKind, Sieve};
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Characters of a strange answer that a message quotes.
const QUOTED: usize = 200;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    pub(super) headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    /// Method and address, for messages.
    pub(super) what: String,
    pub(super) is_question: bool,
    pub(super) sieve: Arc<Mutex<Sieve>>,
}

impl Answer {
    /// A header's text; some servers write addresses in it with their own letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()
    }

    /// All headers.
    pub fn all_headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The texts of a header that may come several times.
    pub fn headers_of(&self, name: &str) -> Vec<&str> {
        let all = self.headers.get_all(name).iter();
        all.filter_map(|value| value.to_str().ok()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, when it is.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The answer, if its status is a success.
    ///
    /// # Errors
    /// The failure that the status stands for, with what the body says of it.
    pub fn ok(self) -> Result<Self, Failure> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        Err(self.failure(None))
    }

    /// The JSON of a success.
    ///
    /// # Errors
    /// As [`Answer::ok`]; a success whose body is no JSON (a login page, a captive portal) tells
    /// nothing of what became of the request.
    pub fn ok_json(self) -> Result<serde_json::Value, Failure> {
        let answer = self.ok()?;
        match answer.json() {
            Some(value) => Ok(value),
            None => Err(answer.senseless("the answer is no JSON")),
        }
    }

    /// The JSON of a success in the form that the platform promises.
    ///
    /// # Errors
    /// As [`Answer::ok`]; a success of another form tells nothing of what became of the request.
    pub fn ok_as<T: DeserializeOwned>(self) -> Result<T, Failure> {
        let answer = self.ok()?;
        serde_json::from_slice(&answer.body).map_err(|error| {
            let reason = match error.classify() {
                serde_json::error::Category::Data => "the answer lacks what it should have",
                _ => "the answer is no JSON",
            };
            answer.senseless(reason)
        })
    }

    /// An answer of success that cannot be one.
    pub fn senseless(&self, reason: &str) -> Failure {
        let kind = if self.is_question {
            FailureKind::Unreachable
        } else {
            FailureKind::Lost
        };
        Failure::new(
            kind,
            self.clean(&format!(
                "{}: {reason}: {}",
                self.what,
                excerpt(&self.text())
            )),
        )
    }

    /// The failure that the status stands for. `words` replaces what the body says, where a
    /// platform has its own form of errors.
    pub fn failure(&self, words: Option<&str>) -> Failure {
        let kind = match self.status {
            401 => FailureKind::Credentials,
            403 => FailureKind::Forbidden,
            404 | 410 => FailureKind::Missing,
            409 | 412 => FailureKind::Conflict,
            429 => FailureKind::Limited,
            300..=499 if self.status != 408 => FailureKind::Refused,
            _ if self.is_question => FailureKind::Unreachable,
            _ => FailureKind::Lost,
        };
        let said = words.map_or_else(|| self.words(), str::to_owned);
        let said = match (said.is_empty(), self.status) {
            (true, 500..) => "the server failed and does not say why".to_owned(),
            _ => said,
        };
        let said = if (300..400).contains(&self.status) {
            format!(
                "it redirects to {}; use that address",
                self.header("location").unwrap_or("another host")
            )
        } else {
            said
        };
        let mut failure = Failure::new(
            kind,
            self.clean(format!("{}: {} {said}", self.what, self.status).trim_end()),
        );
        failure.after = self.delay();
        failure
    }

    /// What the body says went wrong: the usual fields of JSON errors, else its first words.
    fn words(&self) -> String {
        let Some(value) = self.json() else {
            return excerpt(&self.text());
        };
        [
            "message",
            "error_description",
            "error",
            "errmsg",
            "description",
            "errors",
            "detail",
        ]
        .iter()
        .find_map(|key| value.get(key))
        .map_or_else(
            || excerpt(&value.to_string()),
            |said| match said {
                serde_json::Value::String(text) => excerpt(text),
                other => excerpt(&other.to_string()),
            },
        )
    }

    /// How long a busy platform asks us to wait, from now.
    pub(super) fn wait(&self, now: jiff::Timestamp) -> Option<Duration> {
        if !matches!(self.status, 429 | 502..=504) {
            return None;
        }
        self.delay().or_else(|| {
            let text = self
                .header("x-ratelimit-reset")
                .or_else(|| self.header("ratelimit-reset"))
                .or_else(|| self.header("retry-after"))?;
            let until: jiff::Timestamp = text
                .parse()
                .ok()
                .or_else(|| {
                    let seconds: i64 = text
                        .parse()
                        .ok()
                        .filter(|seconds| *seconds > 1_000_000_000)?;
                    jiff::Timestamp::from_second(seconds).ok()
                })
                .or_else(|| {
                    jiff::fmt::rfc2822::DateTimeParser::new()
                        .parse_timestamp(text)
                        .ok()
                })?;
            Duration::try_from(until.duration_since(now)).ok()
        })
    }

    /// `Retry-After` in seconds, or what the body says of it.
    fn delay(&self) -> Option<Duration> {
        let header = self
            .header("retry-after")
            .and_then(|text| text.trim().parse().ok());
        let body = || {
            let value = self.json()?;
            value
                .pointer("/parameters/retry_after")
                .or_else(|| value.get("retry_after"))
                .or_else(|| value.get("retry_after_ms"))
                .and_then(serde_json::Value::as_f64)
                .map(|number| {
                    if value.get("retry_after_ms").is_some() {
                        number / 1000.0
                    } else {
                        number
                    }
                })
        };
        header
            .or_else(body)
            .filter(|seconds| (0.0..=86_400.0).contains(seconds))
            .map(Duration::from_secs_f64)
    }

    fn clean(&self, text: &str) -> String {
        self.sieve
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clean(text)
    }
}

/// The first words of a text on one line; of an HTML page only that it is one.
fn excerpt(text: &str) -> String {
    let text = text.trim();
    let start = text.get(..15).unwrap_or(text).to_ascii_lowercase();
    if start.starts_with("<!doctype") || start.starts_with("<html") {
        return "(a web page)".to_owned();
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
