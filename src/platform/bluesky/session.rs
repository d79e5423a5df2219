//! A login of Bluesky: made once with the app password, used until it expires, then renewed.
//! Takes requests, gives answers; knows nothing of posts.
//!
//! Logins are rationed (30 in five minutes, 300 a day), so one serves a whole run.

use super::Bluesky;
use crate::platform::{Answer, Failure, FailureKind, Request, Secret};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::PoisonError;

/// A login.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) did: String,
    pub(super) handle: String,
    access: Secret,
    refresh: Secret,
    /// Where the account's repository is.
    server: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    did: String,
    handle: String,
    access_jwt: String,
    refresh_jwt: String,
    did_doc: Option<Value>,
}

impl Bluesky {
    /// The login, made at the first need.
    pub(super) fn session(&self) -> Result<Session, Failure> {
        let mut held = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = &*held {
            return Ok(session.clone());
        }
        let session = self.login()?;
        Ok(held.insert(session).clone())
    }

    fn login(&self) -> Result<Session, Failure> {
        let request = Request::post(xrpc(&self.service, "com.atproto.server.createSession"))
            .json(&serde_json::json!({
                "identifier": self.handle,
                "password": self.password.reveal(),
            }))
            .repeatable();
        let answer = self.http.send(&request)?;
        self.opened(answer, &self.service)
            .map_err(|failure| failure.during("logging in").before_sending())
    }

    fn opened(&self, answer: Answer, server: &str) -> Result<Session, Failure> {
        let told: Told = self.told(answer)?;
        self.http.hide(&told.access_jwt);
        self.http.hide(&told.refresh_jwt);
        // A server that was set is the account's own; the common door names the one behind it.
        let named = told.did_doc.as_ref().and_then(repository);
        let server = match named {
            Some(named) if !self.is_own => named,
            _ => server.to_owned(),
        };
        Ok(Session {
            did: told.did,
            handle: told.handle,
            access: Secret::new(told.access_jwt),
            refresh: Secret::new(told.refresh_jwt),
            server,
        })
    }

    /// The login again, after the server said that its token is too old.
    fn renewed(&self, old: &Session) -> Result<Session, Failure> {
        let mut held = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let request = Request::post(xrpc(&old.server, "com.atproto.server.refreshSession"))
            .bearer(&old.refresh);
        let renewed = self
            .http
            .send(&request)
            .and_then(|answer| self.opened(answer, &old.server));
        let session = match renewed {
            Ok(session) => session,
            // Too old as well, or used up by a renewal whose answer was lost.
            Err(_) => self.login()?,
        };
        Ok(held.insert(session).clone())
    }

    /// Calls a method as the logged-in account. `make` fills a request to the address that it
    /// is given.
    pub(super) fn call(
        &self,
        method: &str,
        make: impl Fn(String) -> Request,
    ) -> Result<Answer, Failure> {
        let session = self.session()?;
        let send = |session: &Session| {
            let request = make(xrpc(&session.server, method)).bearer(&session.access);
            self.http.send(&request)
        };
        let answer = send(&session)?;
        // Refused before anything was done.
        if matches!(word(&answer).as_str(), "ExpiredToken" | "InvalidToken") {
            return send(&self.renewed(&session).map_err(Failure::before_sending)?);
        }
        Ok(answer)
    }

    /// The answer, if it is one of success.
    pub(super) fn accepted(&self, answer: Answer) -> Result<Answer, Failure> {
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let word = word(&answer);
        let mut failure = answer.failure(None);
        failure.kind = match word.as_str() {
            "InvalidSwap" => FailureKind::Conflict,
            "RecordNotFound" => FailureKind::Missing,
            "ExpiredToken"
            | "InvalidToken"
            | "AuthMissing"
            | "AuthenticationRequired"
            | "AuthFactorTokenRequired" => FailureKind::Credentials,
            "AccountTakedown" | "AccountDeactivated" | "RepoDeactivated" | "RepoTakendown"
            | "RepoSuspended" => FailureKind::Forbidden,
            _ => failure.kind,
        };
        let reset = answer
            .header("ratelimit-reset")
            .and_then(|text| text.parse().ok())
            .and_then(|second| jiff::Timestamp::from_second(second).ok());
        match (failure.kind, reset) {
            (FailureKind::Limited, Some(reset)) => {
                failure.message = format!("{}; it takes more from {reset} on", failure.message);
            }
            (FailureKind::Credentials, _) => failure.message.push_str(
                "; it wants an app password (Settings → Privacy and security → App passwords), \
                 not the account's own",
            ),
            (FailureKind::Forbidden, _) => failure
                .message
                .push_str("; log in there and see what it says of the account"),
            _ => {}
        }
        Err(failure.naming(&self.variable))
    }

    pub(super) fn told<T: DeserializeOwned>(&self, answer: Answer) -> Result<T, Failure> {
        self.accepted(answer)?.ok_as()
    }
}

/// The word that a server has for what went wrong.
pub(super) fn word(answer: &Answer) -> String {
    if (200..300).contains(&answer.status) {
        return String::new();
    }
    answer
        .json()
        .and_then(|said| said.get("error")?.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Address of a method.
fn xrpc(server: &str, method: &str) -> String {
    format!("{server}/xrpc/{method}")
}

/// The server of the account's repository, as its document of identity names it.
fn repository(document: &Value) -> Option<String> {
    let services = document.get("service")?.as_array()?;
    let own = services.iter().find(|service| {
        service
            .get("id")
            .and_then(Value::as_str)
            .is_some_and(|id| id.ends_with("#atproto_pds"))
    })?;
    let server = own.get("serviceEndpoint")?.as_str()?;
    // Tokens go nowhere in the clear.
    server
        .starts_with("https://")
        .then(|| server.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::repository;
    use serde_json::json;

    #[test]
    fn the_repository_is_the_one_that_the_identity_names() {
        let document = |server: &str| {
            json!({ "id": "did:plc:abc", "service": [
                { "id": "#other", "serviceEndpoint": "https://other.example" },
                { "id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": server },
            ] })
        };
        let named = repository(&document("https://morel.host.example/"));
        assert_eq!(named.as_deref(), Some("https://morel.host.example"));
        assert_eq!(repository(&document("http://morel.host.example")), None);
        assert_eq!(repository(&json!({})), None);
    }
}
