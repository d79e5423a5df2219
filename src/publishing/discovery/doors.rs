//! The doors of those who listen: takes a notice, sends it to its hub, engine or page, and tells
//! which addresses nobody may be told of yet. Knows no ledger and no plan.

use crate::platform::discovery::{self as receivers, Key, Mention};
use crate::platform::{Failure, FailureKind, Http, Secret, variable};
use crate::publish::account::{Door, Publishing};
use crate::publish::discovery::{News, Notice, Way};
use crate::publishing::live;
use crate::site::Site;
use std::collections::BTreeMap;

/// What the requests need.
pub(super) struct Doors {
    site: String,
    indexnow: String,
    key: String,
    baidu: String,
    token: Option<Secret>,
}

impl Doors {
    /// The site's doors, as its settings have them.
    pub(super) fn of(site: &Site, publishing: &Publishing, token: Option<Secret>) -> Self {
        let (indexnow, baidu) = (&publishing.indexnow, &publishing.baidu);
        let own = |door: &Option<Door>| door.as_ref().and_then(|door| door.endpoint.clone());
        Self {
            site: site.config.url.clone(),
            indexnow: own(indexnow).unwrap_or_else(|| receivers::INDEXNOW.to_owned()),
            key: indexnow
                .as_ref()
                .map(|door| door.name.clone())
                .unwrap_or_default(),
            baidu: own(baidu).unwrap_or_else(|| receivers::BAIDU.to_owned()),
            token,
        }
    }

    /// Whether Baidu's token is known.
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }
}

/// Name of the variable that holds Baidu's token.
pub(super) fn token_variable() -> String {
    variable("baidu-push", "TOKEN")
}

/// `host:port` of an address.
pub(in crate::publishing) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest[..end].to_ascii_lowercase()
}

/// Sends one notice; gives the addresses that there was no room for, and what was said to it.
pub(super) fn send(
    http: &Http,
    doors: &Doors,
    notice: &Notice,
) -> Result<(Vec<String>, Option<String>), Failure> {
    let urls: Vec<&str> = notice.items.iter().map(|item| item.url.as_str()).collect();
    let first = urls.first().copied().unwrap_or_default();
    match notice.way {
        Way::WebSub => receivers::websub(http, &notice.to, first).map(|()| (Vec::new(), None)),
        Way::IndexNow => {
            let key = Key {
                host: &host(&doors.site),
                key: &doors.key,
                location: &key_file(doors),
            };
            let note = receivers::indexnow(http, &doors.indexnow, key, &urls)?;
            Ok((Vec::new(), note))
        }
        Way::Baidu => {
            let variable = token_variable();
            let Some(token) = &doors.token else {
                return Err(Failure::new(
                    FailureKind::Credentials,
                    format!("set {variable} in the environment"),
                ));
            };
            let pushed = receivers::baidu(http, &doors.baidu, &notice.to, token, &variable, &urls)?;
            let mut notes = Vec::new();
            if let Some(remain) = pushed.remain {
                notes.push(format!("{remain} left of the day's quota"));
            }
            if !pushed.left.is_empty() {
                notes.push(format!("{} wait for another day", pushed.left.len()));
            }
            if !pushed.refused.is_empty() {
                notes.push(format!(
                    "Baidu refuses {}; check `publish.baidu` against `site.url`",
                    pushed.refused.join(", ")
                ));
            }
            let note = (!notes.is_empty()).then(|| notes.join("; "));
            Ok((pushed.left, note))
        }
        Way::Webmention => {
            let note = match receivers::mention(http, first, &notice.to)? {
                Mention::Taken => None,
                Mention::Unwanted => Some("that page takes none".to_owned()),
                Mention::Refused(reason) => Some(format!("refused: {reason}")),
            };
            Ok((Vec::new(), note))
        }
    }
}

/// Where the output has IndexNow's key.
fn key_file(doors: &Doors) -> String {
    format!("{}/{}.txt", doors.site, doors.key)
}

/// Addresses that nobody is told of yet, by way, with the reason: a page must answer, one that
/// is gone must not, and the key must be online.
pub(super) fn held_back(
    http: &Http,
    doors: &Doors,
    notices: &[Notice],
) -> BTreeMap<(Way, String), String> {
    let mut held = BTreeMap::new();
    let mut answers: BTreeMap<&str, Result<(), String>> = BTreeMap::new();
    let keyless = notices
        .iter()
        .any(|notice| notice.way == Way::IndexNow)
        .then(|| live::shows(http, &key_file(doors), &doors.key))
        .and_then(Result::err);
    for notice in notices {
        for item in &notice.items {
            let answer = answers
                .entry(item.url.as_str())
                .or_insert_with(|| live::answers(http, &item.url));
            let reason = match (item.news, answer, notice.way) {
                (_, _, Way::IndexNow) if keyless.is_some() => keyless.clone(),
                (News::Gone, Ok(()), _) => Some(format!(
                    "{} is no longer part of the site and still answers",
                    item.url
                )),
                (News::Gone, Err(_), _) | (_, Ok(()), _) => None,
                (_, Err(reason), _) => Some(format!("{} {reason}", item.url)),
            };
            if let Some(reason) = reason {
                let reason =
                    format!("{reason}; put the site online first, or use `--skip-live-check`");
                held.insert((notice.way, item.url.clone()), reason);
            }
        }
    }
    held
}
