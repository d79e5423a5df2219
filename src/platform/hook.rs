//! Incoming webhooks of chats: an address that is a secret as a whole, because whoever knows it
//! may post.
//!
//! Takes the secret as a person pasted it, the whole address or only its key; gives the address
//! to call, and keeps the key out of every message. Knows no platform.

use super::{Failure, FailureKind, Login, Secret, variable};

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
