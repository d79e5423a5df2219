//! What VK's answers mean and hold: the status is 200 also for errors, which have numbers.

use crate::platform::{Answer, Failure, FailureKind};
use serde::Deserialize;
use serde_json::Value;

/// A failure, with VK's number where it gave one.
pub(super) struct Refusal(pub(super) Failure, pub(super) i64);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure, 0)
    }
}

/// Too many calls in one second.
pub(super) const TOO_SOON: i64 = 6;

/// The answer's `response`, or what its number stands for; the status is 200 in both cases.
pub(super) fn judge(answer: Answer) -> Result<(Answer, Value), Refusal> {
    let answer = answer.ok()?;
    let mut said = answer.json().unwrap_or_default();
    if let Some(response) = said.get_mut("response") {
        let response = response.take();
        return Ok((answer, response));
    }
    let Some(code) = said.pointer("/error/error_code").and_then(Value::as_i64) else {
        return Err(answer
            .senseless("the answer says neither yes nor no")
            .into());
    };
    let words = said["error"]["error_msg"].as_str().unwrap_or_default();
    let mut failure = answer.failure(Some(&format!("error {code} {words}")));
    let (kind, hint) = match code {
        1 | 10 => (FailureKind::Lost, "something failed there; run again later"),
        5 | 28 => (
            FailureKind::Credentials,
            "the token is not accepted: make a new one with the right offline",
        ),
        TOO_SOON | 9 | 29 => (FailureKind::Limited, "too many calls; run again later"),
        7 | 15 | 203 | 210 => (
            FailureKind::Forbidden,
            "the token needs the rights wall, photos and groups, and its user those of an editor",
        ),
        14 | 17 => (
            FailureKind::Limited,
            "VK wants to see a person: log in as the token's user, do as it asks and run again",
        ),
        18 | 30 => (
            FailureKind::Forbidden,
            "the page is deleted, banned or private",
        ),
        27 => (
            FailureKind::Credentials,
            "a community's own token cannot do this: take a user's",
        ),
        104 => (FailureKind::Missing, "there is no such post"),
        214 => (
            FailureKind::Limited,
            "the wall is closed for posts, or the day's posts are used up",
        ),
        222 => (FailureKind::Refused, "VK forbids a link in the text"),
        _ => (FailureKind::Refused, ""),
    };
    failure.kind = kind;
    if !hint.is_empty() {
        failure.message = format!("{}; {hint}", failure.message);
    }
    Err(Refusal(failure, code))
}

#[derive(Deserialize)]
pub(super) struct Made {
    pub(super) post_id: i64,
}

/// A post as VK keeps it.
#[derive(Debug, Deserialize)]
pub(super) struct Kept {
    pub(super) id: i64,
    pub(super) owner_id: i64,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) is_deleted: bool,
}

#[derive(Deserialize)]
pub(super) struct Items {
    #[serde(default)]
    pub(super) items: Vec<Kept>,
}

/// Both forms in which posts come by their numbers.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Found {
    Items(Items),
    Bare(Vec<Kept>),
}

#[derive(Deserialize)]
pub(super) struct Place {
    pub(super) upload_url: String,
}

/// A picture on its way; what VK's own server says of it is handed on as it is.
#[derive(Deserialize)]
pub(super) struct Uploaded {
    pub(super) server: Value,
    pub(super) photo: String,
    pub(super) hash: String,
}

#[derive(Deserialize)]
pub(super) struct Photo {
    pub(super) id: i64,
    pub(super) owner_id: i64,
}

#[derive(Deserialize)]
pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
}

#[derive(Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    #[serde(default)]
    pub(super) is_admin: Option<u8>,
}

#[derive(Deserialize)]
pub(super) struct User {
    #[serde(default)]
    pub(super) first_name: String,
    #[serde(default)]
    pub(super) last_name: String,
}
