//! What Baijiahao's answers mean: every one has status 200, and a number tells what went wrong.

use crate::platform::{Answer, Failure, FailureKind};
use serde_json::Value;

/// The article is in no state to be withdrawn or edited.
pub(super) const WRONG_STATE: i64 = 60_001_003;

/// A failure, with Baijiahao's number where it gave one.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: i64,
    pub(super) failure: Failure,
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
    (
        2,
        FailureKind::Refused,
        "it does not take the title, the text or the cover as they are",
    ),
    (
        10_002,
        FailureKind::Forbidden,
        "the account has no right to this call; look into 开发者服务 in the console",
    ),
    (
        10_009,
        FailureKind::Forbidden,
        "the article is another account's",
    ),
    (
        27_012,
        FailureKind::Refused,
        "the article was edited as often as is allowed; set `on_edit: ignore`",
    ),
    (
        300_016,
        FailureKind::Refused,
        "only 图文 can be edited; correct it in the console",
    ),
    (
        60_000_005,
        FailureKind::Forbidden,
        "the account is not approved yet, or is muted; look into the console",
    ),
    (
        60_000_006,
        FailureKind::Lost,
        "something failed there; run again later",
    ),
    (
        60_000_020,
        FailureKind::Lost,
        "something failed there; run again later",
    ),
    (
        60_001_001,
        FailureKind::Credentials,
        "`app_id` or the token is not accepted",
    ),
    (
        WRONG_STATE,
        FailureKind::Refused,
        "the article cannot be edited or withdrawn in its state there, for example while it is \
         reviewed; run again later",
    ),
    (
        60_001_008,
        FailureKind::Limited,
        "the day's quota is used up; run again tomorrow",
    ),
    (
        60_001_009,
        FailureKind::Limited,
        "the day's quota is used up; run again tomorrow",
    ),
    (80_000_107, FailureKind::Missing, "there is no such article"),
    (
        800_000_201,
        FailureKind::Refused,
        "the article cannot be edited in its state there",
    ),
];

/// The answer and its `data`, or what its number stands for.
pub(super) fn judge(answer: Answer) -> Result<(Answer, Value), Refusal> {
    let answer = answer.ok()?;
    let said = answer.json().filter(Value::is_object);
    let Some((code, mut said)) = said.and_then(|said| Some((said.get("errno")?.as_i64()?, said)))
    else {
        return Err(answer.senseless("the answer has no `errno`").into());
    };
    if code == 0 {
        let data = said.get_mut("data").map(Value::take).unwrap_or_default();
        return Ok((answer, data));
    }
    let words = said.get("errmsg").and_then(Value::as_str).unwrap_or("");
    let mut failure = answer.failure(Some(&format!("errno {code} {words}")));
    let known = CODES.iter().find(|(known, _, _)| *known == code);
    failure.kind = known.map_or(FailureKind::Refused, |(_, kind, _)| *kind);
    if let Some((_, _, hint)) = known {
        failure.message = format!("{}; {hint}", failure.message);
    }
    Err(Refusal { code, failure })
}
