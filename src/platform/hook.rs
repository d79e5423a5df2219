//! Incoming webhooks of chats: an address that is a secret as a whole, because whoever knows it
//! may post.
//!
//! Takes the secret as a person pasted it, the whole address or only its key; gives the address
//! to call, and keeps the key out of every message. Also reads answers of robots that say by a
//! code in a 200 what went wrong. Knows no platform.

use super::{Answer, Failure, FailureKind, Login, Secret, variable};
use serde_json::Value;

/// The webhooks of one platform.
pub(super) struct Hook {
    /// End of the variable's name: `WEBHOOK`.
    pub(super) secret: &'static str,
    /// Where they are, unless the address or the setting `api` says otherwise.
    pub(super) host: &'static str,
    /// What stands between host and key: `/api/webhooks/`.
    pub(super) path: &'static str,
    /// Where a person copies the address.
    pub(super) from: &'static str,
}

/// The address to call.
///
/// # Errors
/// When the secret is missing, or is none of this platform's addresses.
pub(super) fn address(login: &Login, hook: &Hook) -> Result<Secret, Failure> {
    let given = login.secret(hook.secret)?.reveal().trim();
    let (host, key) = match given.split_once(hook.path) {
        Some((host, key)) if host.starts_with("https://") => (host, key),
        _ => (hook.host, given),
    };
    let key = key.split(['&', '?', '#']).next().unwrap_or_default();
    let key = key.trim_end_matches('/');
    let usual = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if key.is_empty() || !key.chars().all(usual) {
        return Err(Failure::new(
            FailureKind::Credentials,
            format!(
                "{} is no address of a webhook there, which looks like `{}{}…`; copy it from {}",
                variable(&login.account, hook.secret),
                hook.host,
                hook.path,
                hook.from
            ),
        ));
    }
    login.http.hide(key);
    let host = match login.setting("api").trim_end_matches('/') {
        "" => host,
        own => own,
    };
    Ok(Secret::new(format!("{host}{}{key}", hook.path)))
}

/// The host of an address, for people.
pub(super) fn host(address: &Secret) -> String {
    let address = address.reveal();
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}

/// The code of an answer that refuses, and all that it says; none when all is well.
///
/// # Errors
/// When it says neither, or is no answer of a robot at all.
pub(super) fn code(answer: &Answer, names: &[&str]) -> Result<Option<(i64, Value)>, Failure> {
    let is_fine = (200..300).contains(&answer.status);
    let said = answer.json().filter(Value::is_object);
    let code = said.as_ref().and_then(|said| {
        let mut codes = names.iter().filter_map(|name| said.get(*name)?.as_i64());
        codes.next()
    });
    match (code, said) {
        (Some(0), _) if is_fine => Ok(None),
        (Some(code), Some(said)) => Ok(Some((code, said))),
        _ if !is_fine => Err(answer.failure(None)),
        (None, Some(_)) => Err(answer.senseless("the answer says neither yes nor no")),
        _ => Err(answer.senseless("the answer is no JSON")),
    }
}

/// The failure that a code stands for. Without a kind the message is refused for what it is.
pub(super) fn refusal(
    answer: &Answer,
    told: &str,
    kind: Option<FailureKind>,
    hint: &str,
) -> Failure {
    let mut failure = answer.failure(Some(told));
    failure.kind = match kind {
        Some(kind) => kind,
        None if answer.status < 500 && answer.status != 429 => FailureKind::Refused,
        None => failure.kind,
    };
    if !hint.is_empty() {
        failure.message = format!("{}; {hint}", failure.message);
    }
    failure
}

/// What the answer to a request tells that nobody would post: one that is refused for its form
/// came to the right address.
///
/// # Errors
/// When it was refused for anything else.
pub(super) fn known(told: Result<(), Failure>) -> Result<(), Failure> {
    match told {
        Err(failure) if failure.kind != FailureKind::Refused => Err(failure.before_sending()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Hook, address};
    use crate::platform::{Http, HttpOptions, Login, Pace, Secret, Sieve};
    use std::collections::BTreeMap;
    use std::time::Duration;

    const HOOK: Hook = Hook {
        secret: "WEBHOOK",
        host: "https://chat.example",
        path: "/send?key=",
        from: "the robot's page",
    };

    fn read(given: &str, api: &str) -> Result<String, String> {
        let options = HttpOptions {
            patience: Duration::from_secs(1),
            longest_wait: Duration::ZERO,
            pause: Duration::ZERO,
            repeats: 0,
            proxy: None,
            keep_connections: false,
            clock: || jiff::Timestamp::UNIX_EPOCH,
        };
        let http = Http::new(options, Pace::default(), Duration::ZERO, Sieve::default());
        let login = Login {
            account: "group".to_owned(),
            settings: BTreeMap::from([("api".to_owned(), api.to_owned())]),
            secrets: BTreeMap::from([("WEBHOOK", Secret::new(given))]),
            http: http.expect("a client"),
        };
        match address(&login, &HOOK) {
            Ok(address) => {
                assert_eq!(login.http.clean("abcd-1234"), "***");
                Ok(address.reveal().to_owned())
            }
            Err(failure) => Err(failure.message),
        }
    }

    #[test]
    fn an_address_or_its_key_may_be_given() {
        let usual = Ok("https://chat.example/send?key=abcd-1234".to_owned());
        assert_eq!(read("abcd-1234", ""), usual);
        assert_eq!(
            read(" https://chat.example/send?key=abcd-1234&x=1\n", ""),
            usual
        );
        assert_eq!(
            read("https://other.example/send?key=abcd-1234", ""),
            Ok("https://other.example/send?key=abcd-1234".to_owned())
        );
        assert_eq!(
            read("abcd-1234", "http://127.0.0.1:9/"),
            Ok("http://127.0.0.1:9/send?key=abcd-1234".to_owned())
        );
    }

    #[test]
    fn anything_else_is_refused_and_not_shown() {
        for wrong in ["", "https://chat.example/other/abcd-1234", "abcd 1234"] {
            let told = read(wrong, "").expect_err("no address");
            assert!(told.contains("GUIDEPOST_GROUP_WEBHOOK"), "{told}");
            assert!(!told.contains("abcd"), "{told}");
        }
    }
}
