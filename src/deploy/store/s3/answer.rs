//! What a storage service answers: takes its XML, gives listings and failures in words that help.
//! Pure.

use crate::deploy::plan::Seen;
use crate::deploy::target::Bucket;
use crate::platform::{Answer, Failure, FailureKind};
use std::collections::BTreeMap;

/// One page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) files: BTreeMap<String, Seen>,
    /// Where the next page begins.
    pub(super) next: Option<String>,
}

/// Reads a page of a listing; keys lose the prefix.
pub(super) fn page(text: &str, prefix: &str) -> Page {
    let mut page = Page::default();
    for part in text.split("<Contents>").skip(1) {
        let part = part.split("</Contents>").next().unwrap_or_default();
        let Some(key) = element(part, "Key") else {
            continue;
        };
        // Consoles make objects named `folder/` for their folders.
        let Some(path) = key.strip_prefix(prefix) else {
            continue;
        };
        if path.is_empty() || path.ends_with('/') {
            continue;
        }
        let md5 = element(part, "ETag")
            .map(|tag| tag.trim_matches('"').to_ascii_lowercase())
            .filter(|tag| tag.len() == 32 && tag.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let seen = Seen {
            size: element(part, "Size")
                .and_then(|size| size.parse().ok())
                .unwrap_or_default(),
            written: element(part, "LastModified").and_then(|moment| moment.parse().ok()),
            md5,
        };
        page.files.insert(path.to_owned(), seen);
    }
    let more = element(text, "IsTruncated").as_deref() == Some("true");
    page.next = more
        .then(|| element(text, "NextContinuationToken"))
        .flatten();
    page
}

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

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn a_listing_is_read_without_its_prefix() {
        let text = "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>true</IsTruncated>\
            <Contents><Key>blog/</Key><Size>0</Size></Contents>\
            <Contents><Key>blog/招 &amp; 聘.html</Key><LastModified>2026-06-15T00:00:00.000Z\
            </LastModified><ETag>&quot;D41D8CD98F00B204E9800998ECF8427E&quot;</ETag><Size>7</Size>\
            </Contents><Contents><Key>blog/big.bin</Key><ETag>\"d41d8cd98f00b204e9800998ecf8427e-2\"\
            </ETag><Size>9</Size></Contents><Contents><Key>other/x</Key></Contents>\
            <NextContinuationToken>t=&amp;</NextContinuationToken></ListBucketResult>";
        let page = page(text, "blog/");
        assert_eq!(page.next.as_deref(), Some("t=&"));
        assert_eq!(page.files.len(), 2);
        let seen = &page.files["招 & 聘.html"];
        assert_eq!(seen.size, 7);
        assert_eq!(
            seen.md5.as_deref(),
            Some("d41d8cd98f00b204e9800998ecf8427e")
        );
        assert!(seen.written.is_some());
        assert_eq!(page.files["big.bin"].md5, None);
    }
}
