//! Those who are told of changed pages: WebSub hubs, the engines behind IndexNow, Baidu, and
//! pages that ours link to. Facts: W3C WebSub and Webmention, indexnow.org, Baidu's description
//! of its link push.
//!
//! Takes addresses, gives what was said to them. Every request here may be sent twice without
//! harm, and is repeated where the network fails. Knows no ledgers and no sites.

pub(in crate::platform) mod relation;
mod webmention;

pub use webmention::{Mention, mention};

use super::{Answer, Failure, FailureKind, Http, Request, Secret};
use serde::Deserialize;
use serde_json::json;

/// Where IndexNow listens; it hands on to every engine that takes part.
pub const INDEXNOW: &str = "https://api.indexnow.org/indexnow";
/// Where Baidu listens.
pub const BAIDU: &str = "http://data.zz.baidu.com/urls";

/// Tells a hub that a feed changed.
///
/// # Errors
/// When the hub does not take it.
pub fn websub(http: &Http, hub: &str, feed: &str) -> Result<(), Failure> {
    // The specification leaves the form open: most hubs read `hub.url`, some `hub.topic`.
    let fields = [
        ("hub.mode", "publish"),
        ("hub.url", feed),
        ("hub.topic", feed),
    ];
    let answer = http.send(&Request::post(hub).form(&fields).repeatable())?;
    answer.ok().map(drop)
}

/// What IndexNow is told with.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// Host of the addresses.
    pub host: &'a str,
    /// The key.
    pub key: &'a str,
    /// Where the key's file is.
    pub location: &'a str,
}

/// Tells the engines behind IndexNow of addresses.
///
/// # Errors
/// When they are not taken; the message says what to mend.
pub fn indexnow(
    http: &Http,
    endpoint: &str,
    key: Key<'_>,
    urls: &[&str],
) -> Result<Option<String>, Failure> {
    let body = json!({
        "host": key.host,
        "key": key.key,
        "keyLocation": key.location,
        "urlList": urls,
    });
    let answer = http.send(&Request::post(endpoint).json(&body).repeatable())?;
    let hint = match answer.status {
        202 => return Ok(Some("the key is still being checked".to_owned())),
        403 => format!("the key is not accepted; {} must show it", key.location),
        422 => format!(
            "addresses, host and key do not belong together; is `site.url` the address at which \
             {} stands?",
            key.location
        ),
        429 => "too many at once; it is tried again in the next run".to_owned(),
        _ => return answer.ok().map(|_| None),
    };
    let mut failure = answer.failure(None);
    failure.message = format!("{}; {hint}", failure.message);
    Err(failure)
}

/// What Baidu said to a push.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Addresses that it refuses for good.
    pub refused: Vec<String>,
    /// Addresses for which the day's quota has no room.
    pub left: Vec<String>,
    /// What is left of the day's quota.
    pub remain: Option<u64>,
}

/// What Baidu answers.
#[derive(Debug, Deserialize)]
struct Said {
    success: Option<u64>,
    remain: Option<u64>,
    #[serde(default)]
    not_same_site: Vec<String>,
    #[serde(default)]
    not_valid: Vec<String>,
    error: Option<i64>,
    #[serde(default)]
    message: String,
}

/// Tells Baidu of addresses, the most important first. When the day's quota has no room for all,
/// as many as fit are told.
///
/// # Errors
/// When none is taken; the message names the variable of a wrong token.
pub fn baidu(
    http: &Http,
    endpoint: &str,
    site: &str,
    token: &Secret,
    variable: &str,
    urls: &[&str],
) -> Result<Pushed, Failure> {
    let encoded = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let address = format!(
        "{endpoint}?site={}&token={}",
        encoded(site),
        encoded(token.reveal())
    );
    let mut count = urls.len();
    loop {
        let sent = urls.get(..count).unwrap_or_default();
        let request = Request::post(&address)
            .bytes(sent.join("\n").into_bytes(), "text/plain")
            .repeatable();
        let answer = http.send(&request)?;
        match judge(answer, site).map_err(|failure| failure.naming(variable)) {
            Ok(said) => {
                return Ok(Pushed {
                    refused: [said.not_same_site, said.not_valid].concat(),
                    left: urls
                        .get(count..)
                        .unwrap_or_default()
                        .iter()
                        .map(|url| (*url).to_owned())
                        .collect(),
                    remain: said.remain,
                });
            }
            // A push that is larger than what is left of the quota is refused as a whole.
            Err(failure) if failure.kind == FailureKind::Limited && count > 1 => count /= 2,
            Err(failure) => return Err(failure),
        }
    }
}

/// Errors come with any status and are told in words.
fn judge(answer: Answer, site: &str) -> Result<Said, Failure> {
    let Ok(said) = serde_json::from_slice::<Said>(&answer.body) else {
        let answer = answer.ok()?;
        return Err(answer.senseless("the answer is not Baidu's"));
    };
    if said.error.is_none() && said.success.is_some() {
        return Ok(said);
    }
    let mut failure = answer.failure(Some(&said.message));
    let (kind, hint) = match said.message.as_str() {
        "over quota" => (
            FailureKind::Limited,
            "the day's quota is used up; the rest is told another day".to_owned(),
        ),
        "token is not valid" => (
            FailureKind::Credentials,
            "copy the token from Baidu's page for link push".to_owned(),
        ),
        "site error" | "site init fail" => (
            FailureKind::Refused,
            format!("`{site}` is not verified in Baidu's console; check `publish.baidu`"),
        ),
        _ => return Err(failure),
    };
    failure.kind = kind;
    failure.message = format!("{}; {hint}", failure.message);
    Err(failure)
}
