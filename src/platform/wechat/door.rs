//! The door to WeChat's API: the token that every call carries, and calls in three manners.
//!
//! Takes a path below `/cgi-bin/` and fields; gives the fields of the answer. Asks for a token
//! when there is none, keeps it for its time, and gets another one once when WeChat refuses it.
//! Knows no drafts and no articles.

use super::answer::{Refusal, judge};
use crate::platform::{Answer, Failure, FailureKind, Http, Part, Request, Secret};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};

/// A token is not used in its last minute: the call that carries it takes its time as well.
const LAST_MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// How often a call is made again while WeChat is busy.
const TURNS: u32 = 2;

pub(super) struct Door {
    pub(super) http: Http,
    /// Where the API is, without `/cgi-bin`.
    pub(super) api: String,
    pub(super) appid: String,
    pub(super) secret: Secret,
    /// The variable that holds the secret, for messages.
    pub(super) variable: String,
    pub(super) token: Mutex<Option<Token>>,
}

/// A token and when it ends.
#[derive(Clone)]
pub(super) struct Token {
    text: String,
    until: Timestamp,
}

impl Door {
    /// A call that only asks.
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        fields: &Value,
    ) -> Result<T, Refusal> {
        self.patient(path, |request| request.json(fields))
            .and_then(told)
            .map_err(Refusal::before_sending)
    }

    /// A call that changes something, and may be done when its answer is lost.
    pub(super) fn change<T: DeserializeOwned>(
        &self,
        path: &str,
        fields: &Value,
    ) -> Result<T, Refusal> {
        self.call(path, |request| request.json(fields))
            .and_then(told)
    }

    /// A call that asks for a state, and does no harm when it is sent twice.
    pub(super) fn bring(&self, path: &str, fields: &Value) -> Result<(), Refusal> {
        self.patient(path, |request| request.json(fields)).map(drop)
    }

    /// An upload; a second one is a second picture in the library, and harms nobody.
    pub(super) fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        file: &Part,
    ) -> Result<T, Refusal> {
        self.patient(path, |request| request.multipart(vec![file.clone()]))
            .and_then(told)
            .map_err(Refusal::before_sending)
    }

    /// A call that does no harm when it is made twice, with patience where WeChat is busy.
    fn patient(
        &self,
        path: &str,
        fill: impl Fn(Request) -> Request,
    ) -> Result<(Answer, Value), Refusal> {
        let mut turn = 0;
        loop {
            match self.call(path, |request| fill(request).repeatable()) {
                Err(refusal) if refusal.is_of_haste() && turn < TURNS => {
                    self.http.rest(turn);
                    turn += 1;
                }
                other => return other,
            }
        }
    }

    fn call(
        &self,
        path: &str,
        fill: impl Fn(Request) -> Request,
    ) -> Result<(Answer, Value), Refusal> {
        let first = self.token(None)?;
        let result = match self.once(path, &first, &fill) {
            // Nothing was done with a token that is not valid, so the call may be made again.
            Err(refusal) if refusal.is_of_token() => {
                let second = self.token(Some(&first))?;
                self.once(path, &second, &fill)
            }
            other => other,
        };
        result.map_err(|refusal| self.named(refusal))
    }

    fn once(
        &self,
        path: &str,
        token: &str,
        fill: &impl Fn(Request) -> Request,
    ) -> Result<(Answer, Value), Refusal> {
        let mark = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}/cgi-bin/{path}{mark}access_token={token}", self.api);
        judge(self.http.send(&fill(Request::post(url)))?)
    }

    /// The token that is kept, or a new one; another one than the one that was refused.
    fn token(&self, refused: Option<&str>) -> Result<String, Refusal> {
        let mut kept = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.http.now();
        if let Some(token) = &*kept
            && now < token.until
            && refused != Some(token.text.as_str())
        {
            return Ok(token.text.clone());
        }
        let mut token = self.new_token(false)?;
        // In the ordinary manner the same token is given until shortly before its end, also one
        // that does not serve any more; the other manner ends it, and is allowed twenty times a day.
        if refused == Some(token.text.as_str()) {
            token = self.new_token(true)?;
        }
        let text = token.text.clone();
        *kept = Some(token);
        Ok(text)
    }

    fn new_token(&self, force: bool) -> Result<Token, Refusal> {
        let request = Request::post(format!("{}/cgi-bin/stable_token", self.api)).json(&json!({
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret.reveal(),
            "force_refresh": force,
        }));
        let asked = self.http.now();
        let given = self
            .http
            .send(&request.repeatable())
            .map_err(Refusal::from)
            .and_then(judge)
            .map_err(|refusal| self.named(refusal).before_sending())?;
        let (text, seconds) = match (
            given.1.get("access_token").and_then(Value::as_str),
            given.1.get("expires_in").and_then(Value::as_i64),
        ) {
            (Some(text), Some(seconds)) if !text.is_empty() => (text.to_owned(), seconds),
            // What came instead is not quoted: it may hold half of a token.
            _ => {
                return Err(Failure::new(
                    FailureKind::Unreachable,
                    "WeChat's answer to `stable_token` lacks the token or its time",
                )
                .into());
            }
        };
        self.http.hide(&text);
        let until = asked
            .checked_add(SignedDuration::from_secs(seconds) - LAST_MINUTE)
            .unwrap_or(asked);
        Ok(Token { text, until })
    }

    fn named(&self, mut refusal: Refusal) -> Refusal {
        refusal.failure = refusal.failure.naming(&self.variable);
        refusal
    }
}

/// An answer in the form that is promised.
fn told<T: DeserializeOwned>((answer, said): (Answer, Value)) -> Result<T, Refusal> {
    serde_json::from_value(said).map_err(|_| {
        answer
            .senseless("the answer lacks what it should have")
            .into()
    })
}
