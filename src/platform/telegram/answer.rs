//! What the server's answers mean: the Bot API tells what went wrong in words only.

use crate::platform::{Answer, Failure, FailureKind};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What the server says when an edit changes nothing.
pub(super) const NOT_MODIFIED: &str = "message is not modified";

/// What the server says of a message that is not there.
const GONE: [&str; 4] = [
    "message to edit not found",
    "message to delete not found",
    "message not found",
    "MESSAGE_ID_INVALID",
];

/// The result of a call. What went wrong is told in words only.
pub(super) fn judge(answer: Answer) -> Result<(Answer, Value), Failure> {
    let Some(mut said) = answer.json().filter(Value::is_object) else {
        let answer = answer.ok()?;
        return Err(answer.senseless("the answer is no JSON"));
    };
    if said.get("ok") == Some(&json!(true)) {
        let result = said.get_mut("result").map(Value::take).unwrap_or_default();
        return Ok((answer, result));
    }
    let words = said
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if (200..300).contains(&answer.status) {
        return Err(if words.is_empty() {
            answer.senseless("the answer says neither yes nor no")
        } else {
            Failure::refused(words)
        });
    }
    let mut failure = answer.failure(Some(words));
    let is_gone = GONE.iter().any(|gone| words.contains(gone));
    failure.kind = match (
        answer.status,
        said.get("error_code").and_then(Value::as_i64),
    ) {
        (400, _) if is_gone => FailureKind::Missing,
        // The address holds the token: a malformed one leads nowhere.
        (404, _) if words.contains("method not found") => FailureKind::Unsupported,
        (404, Some(404)) => FailureKind::Credentials,
        _ => failure.kind,
    };
    let hint = if failure.kind == FailureKind::Unsupported {
        "this Bot API server is too old for it"
    } else if words.contains("chat not found") {
        "check `chat`, and that the bot is in it"
    } else if words.contains("message can't be deleted") {
        "give the bot the right to delete messages"
    } else if words.contains("upgraded to a supergroup") {
        "the group has a new number; set `chat` to it"
    } else {
        return Err(failure);
    };
    failure.message = format!("{}; {hint}", failure.message);
    Err(failure)
}

/// A result in the form that is promised.
pub(super) fn told<T: DeserializeOwned>((answer, result): (Answer, Value)) -> Result<T, Failure> {
    serde_json::from_value(result)
        .map_err(|_| answer.senseless("the answer lacks what it should have"))
}
