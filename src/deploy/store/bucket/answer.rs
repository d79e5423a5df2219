//! What a storage service refuses: takes its answer, gives the failure in words that help. Pure.

use crate::deploy::target::Bucket;
use crate::platform::{Answer, Failure, FailureKind};

/// The text of the first element of that name.
pub(super) fn element(text: &str, name: &str) -> Option<String> {
    let after = text.split_once(&format!("<{name}>"))?.1;
    let inner = after.split_once(&format!("</{name}>"))?.0;
    Some(quick_xml::escape::unescape(inner).map_or_else(|_| inner.to_owned(), String::from))
}

/// What a refusal means and what to do.
pub(super) fn failure(answer: &Answer, bucket: &Bucket, now: jiff::Timestamp) -> Failure {
    let text = answer.text();
    let code = element(&text, "Code").unwrap_or_default();
    let said = element(&text, "Message").unwrap_or_default();
    let host = bucket.endpoint.split("://").last().unwrap_or_default();
    let name = &bucket.name;
    let told = |kind, words: String| {
        let code = if code.is_empty() {
            answer.status.to_string()
        } else {
            code.clone()
        };
        Failure::new(kind, format!("{words} ({code})"))
    };
    match code.as_str() {
        "NoSuchBucket" => told(
            FailureKind::Missing,
            format!("{host} has no bucket `{name}`; check `bucket`, `region` and `endpoint`"),
        ),
        "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidToken"
        | "ExpiredToken"
        | "InvalidSecurity"
        | "AuthFailure" => told(
            FailureKind::Credentials,
            "the access key is not accepted".to_owned(),
        ),
        // Garage has one code for a key that it does not know and one that may not.
        "AccessDenied" if said.contains("signature") || said.contains("No such key") => told(
            FailureKind::Credentials,
            "the access key is not accepted".to_owned(),
        ),
        "AccessDenied" | "AllAccessDisabled" | "AccountProblem" | "Forbidden" => told(
            FailureKind::Forbidden,
            format!(
                "this key may not do that in the bucket `{name}`; it needs to list the bucket, and \
                 to read, write and delete objects"
            ),
        ),
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestTimeTooSkew" => told(
            FailureKind::Forbidden,
            format!(
                "this machine's clock is wrong: it says {now}, {host} says {}; set it, then deploy \
                 again",
                answer.header("date").unwrap_or("another time")
            ),
        ),
        "PermanentRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException"
        | "TemporaryRedirect" => {
            let region = element(&text, "Region").or_else(|| {
                answer
                    .header("x-amz-bucket-region")
                    .map(std::borrow::ToOwned::to_owned)
            });
            let hint = region.map_or_else(
                || "check `region`".to_owned(),
                |region| format!("write `region: {region}`"),
            );
            told(
                FailureKind::Refused,
                format!("the bucket `{name}` is in another region; {hint}"),
            )
        }
        "QuotaExceeded"
        | "XMinioStorageFull"
        | "InsufficientStorage"
        | "UserDisable"
        | "UnderArrears"
        | "InsufficientCapacity"
        | "InsufficientStorageSpace"
        | "ServiceQuotaExceeded" => told(
            FailureKind::Refused,
            format!(
                "the storage of `{name}` is full or its bill unpaid; then deploy again: it sends \
                 the rest"
            ),
        ),
        "PreconditionFailed" | "ConditionalRequestConflict" | "FileAlreadyExists" => {
            told(FailureKind::Conflict, "it changed meanwhile".to_owned())
        }
        "SlowDown"
        | "RequestTimeout"
        | "ServiceUnavailable"
        | "Busy"
        | "InternalError"
        | "RequestLimitExceeded" => told(FailureKind::Limited, format!("{host} is busy: {said}")),
        _ if answer.status >= 500 => told(
            FailureKind::Limited,
            format!("{host} cannot answer now: {said}"),
        ),
        _ if answer.status == 412 => told(FailureKind::Conflict, "it changed meanwhile".to_owned()),
        _ if answer.status == 404 => told(
            FailureKind::Missing,
            format!("{host} does not know this address; check `endpoint` and `style`"),
        ),
        _ => {
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            answer.failure((!said.is_empty()).then_some(said.as_str()))
        }
    }
}
