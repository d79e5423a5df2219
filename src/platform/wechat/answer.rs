//! What WeChat's answers mean: every one has status 200, and a number tells what went wrong.

use crate::platform::{Answer, Failure, FailureKind};
use serde_json::Value;

/// The token is not, or no longer, valid.
const TOKEN: [i64; 3] = [40001, 40014, 42001];
/// WeChat is busy.
const BUSY: i64 = -1;
/// The account may not use this call.
const NO_RIGHT: i64 = 48001;

/// A failure, with WeChat's number where it gave one.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: i64,
    pub(super) failure: Failure,
}

impl Refusal {
    /// Whether another token may help.
    pub(super) fn is_of_token(&self) -> bool {
        TOKEN.contains(&self.code)
    }

    /// Whether the same call may be taken a moment later.
    pub(super) fn is_of_haste(&self) -> bool {
        self.code == BUSY
    }

    /// Whether the account lacks the right to this call.
    pub(super) fn is_of_right(&self) -> bool {
        self.code == NO_RIGHT
    }

    /// Whether there is no such draft, material or article.
    pub(super) fn is_missing(&self) -> bool {
        self.failure.kind == FailureKind::Missing
    }

    /// The same of a call that only asks, or only prepares.
    pub(super) fn before_sending(mut self) -> Self {
        self.failure = self.failure.before_sending();
        self
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { code: 0, failure }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        refusal.failure
    }
}

/// What each number means for us, and what is to be done.
const CODES: &[(i64, FailureKind, &str)] = &[
    (BUSY, FailureKind::Lost, "WeChat is busy; run again later"),
    (
        40001,
        FailureKind::Credentials,
        "neither the token nor a new one is accepted",
    ),
    (
        40007,
        FailureKind::Missing,
        "there is no such draft or material; temporary material does not serve as a cover",
    ),
    (40009, FailureKind::Refused, "make the image smaller"),
    (
        40013,
        FailureKind::Credentials,
        "there is no account of this `appid`",
    ),
    (
        40014,
        FailureKind::Credentials,
        "neither the token nor a new one is accepted",
    ),
    (
        40125,
        FailureKind::Credentials,
        "it is not the secret of this `appid`",
    ),
    (40005, FailureKind::Refused, "give the image as JPEG or PNG"),
    (40137, FailureKind::Refused, "give the image as JPEG or PNG"),
    (
        40164,
        FailureKind::Forbidden,
        "add the address that it names to 设置与开发 → 基本配置 → IP白名单, or set `api` to a \
         relay of yours that has a fixed address",
    ),
    (
        40243,
        FailureKind::Credentials,
        "the secret is frozen; wake it in the console",
    ),
    (
        41001,
        FailureKind::Credentials,
        "the token was lost on its way; a relay must pass the query on",
    ),
    (
        41004,
        FailureKind::Credentials,
        "the secret was lost on its way; a relay must pass the body on",
    ),
    (
        42001,
        FailureKind::Credentials,
        "neither the token nor a new one is accepted",
    ),
    (44003, FailureKind::Refused, "the article is empty"),
    (
        45001,
        FailureKind::Refused,
        "the image is too large; make it smaller",
    ),
    (
        45002,
        FailureKind::Refused,
        "the text is too long; shorten the page, or set `body: summary`",
    ),
    (
        45003,
        FailureKind::Refused,
        "the title is too long; give a shorter one in `publish:` of the page",
    ),
    (
        45004,
        FailureKind::Refused,
        "the summary is too long; give a shorter one in `publish:` of the page",
    ),
    (
        45009,
        FailureKind::Limited,
        "the day's quota of this call is used up; run again tomorrow",
    ),
    (
        45011,
        FailureKind::Limited,
        "too many calls at once; run again in a minute",
    ),
    (
        45166,
        FailureKind::Refused,
        "WeChat does not take this text: look for links and embedded HTML in it",
    ),
    (
        47001,
        FailureKind::Refused,
        "WeChat cannot read the request",
    ),
    (
        NO_RIGHT,
        FailureKind::Forbidden,
        "the account has no right to this call: since July 2025 personal and uncertified \
         accounts may not publish by the API, and an expired certification counts as none; \
         `status: draft` makes drafts only",
    ),
    (
        48004,
        FailureKind::Forbidden,
        "WeChat has banned the account from this call; look into the console",
    ),
    (
        50002,
        FailureKind::Forbidden,
        "WeChat has limited the account; look into the console",
    ),
    (53600, FailureKind::Missing, "there is no such article"),
];

/// The answer's fields, or what its number stands for.
pub(super) fn judge(answer: Answer) -> Result<(Answer, Value), Refusal> {
    let answer = answer.ok()?;
    let Some(said) = answer.json().filter(Value::is_object) else {
        return Err(answer.senseless("the answer is no JSON").into());
    };
    let code = said.get("errcode").and_then(Value::as_i64).unwrap_or(0);
    if code == 0 {
        return Ok((answer, said));
    }
    let words = said.get("errmsg").and_then(Value::as_str).unwrap_or("");
    let mut failure = answer.failure(Some(&format!("errcode {code} {words}")));
    let known = CODES.iter().find(|(known, _, _)| *known == code);
    failure.kind = known.map_or(FailureKind::Refused, |(_, kind, _)| *kind);
    if let Some((_, _, hint)) = known {
        failure.message = format!("{}; {hint}", failure.message);
    }
    Err(Refusal { code, failure })
}
