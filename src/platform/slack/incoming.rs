//! An incoming webhook: posts, and nothing else. What it posted has no name there, so that we
//! call it by the key of the attempt.

use super::{HOOK, capabilities, text};
use crate::platform::{
    Answer, Attempt, Failure, FailureKind, Http, Identity, Login, Platform, Post, Remote, Request,
    Secret, hook, variable,
};
use serde_json::json;

pub(super) fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    Ok(Box::new(Incoming {
        http: login.http.clone(),
        hook: hook::address(login, &HOOK)?,
        variable: variable(&login.account, HOOK.secret),
    }))
}

struct Incoming {
    http: Http,
    hook: Secret,
    variable: String,
}

impl Platform for Incoming {
    /// There is nothing to ask. But a message without a text is posted by nobody, and what is
    /// said against it tells whether the address is known.
    fn verify(&self) -> Result<Identity, Failure> {
        let request = Request::post(self.hook.reveal())
            .json(&json!({}))
            .repeatable();
        let answer = self.http.send(&request).map_err(Failure::before_sending)?;
        let failure = self.failure(&answer);
        match failure.kind {
            FailureKind::Refused => Ok(Identity {
                name: format!("a webhook on {}", hook::host(&self.hook)),
                capabilities: capabilities(),
            }),
            _ => Err(failure.before_sending()),
        }
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let body = json!({ "text": text(post)?, "unfurl_links": true });
        let answer = self
            .http
            .send(&Request::post(self.hook.reveal()).json(&body))?;
        if answer.status == 200 && answer.text().trim() == "ok" {
            return Ok(Remote {
                id: attempt.key.to_owned(),
                url: None,
            });
        }
        Err(self.failure(&answer))
    }
}

impl Incoming {
    fn failure(&self, answer: &Answer) -> Failure {
        if (200..300).contains(&answer.status) {
            return answer.senseless("the answer is not `ok`");
        }
        let mut failure = answer.failure(None);
        let said = answer.text();
        let (kind, hint) = match said.trim() {
            "no_service" | "no_service_id" | "no_team" | "team_disabled" | "invalid_token"
            | "no_active_hooks" => (
                FailureKind::Credentials,
                "the webhook was removed, or its address is wrong",
            ),
            "channel_not_found" | "channel_is_archived" => (
                FailureKind::Forbidden,
                "the webhook's channel is gone or archived; make a new webhook",
            ),
            "action_prohibited" | "posting_to_general_channel_denied" => (
                FailureKind::Forbidden,
                "an administrator of the workspace forbids it",
            ),
            _ => (failure.kind, ""),
        };
        failure.kind = kind;
        if !hint.is_empty() {
            failure.message = format!("{}; {hint}", failure.message);
        }
        failure.naming(&self.variable)
    }
}
