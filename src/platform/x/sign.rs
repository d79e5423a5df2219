//! OAuth 1.0a signatures (RFC 5849, HMAC-SHA1): takes a request's method and address, the four
//! keys, a moment and a number used once; gives the value of `Authorization`.
//!
//! Bodies of JSON are no part of a signature. Knows no platform's paths.

use crate::platform::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;

/// What stands as it is (RFC 3986, unreserved).
const KEPT: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The four keys: of the app, and of the user for that app.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) api_key: Secret,
    pub(super) api_secret: Secret,
    pub(super) token: Secret,
    pub(super) token_secret: Secret,
}

/// The header's value. The address's query must be encoded already.
pub(super) fn authorization(
    keys: &Keys,
    method: &str,
    url: &str,
    seconds: i64,
    once: &str,
) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let seconds = seconds.to_string();
    let own = [
        ("oauth_consumer_key", keys.api_key.reveal()),
        ("oauth_nonce", once),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", &seconds),
        ("oauth_token", keys.token.reveal()),
        ("oauth_version", "1.0"),
    ];
    let mut pairs: Vec<String> = own
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .chain(
            query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(str::to_owned),
        )
        .collect();
    pairs.sort();
    let text = format!("{method}&{}&{}", encoded(base), encoded(&pairs.join("&")));
    let key = format!(
        "{}&{}",
        encoded(keys.api_secret.reveal()),
        encoded(keys.token_secret.reveal())
    );
    let signature = signed(&key, &text);
    let parts: Vec<String> = own
        .iter()
        .copied()
        .chain([("oauth_signature", signature.as_str())])
        .map(|(name, value)| format!("{name}=\"{}\"", encoded(value)))
        .collect();
    format!("OAuth {}", parts.join(", "))
}

fn signed(key: &str, text: &str) -> String {
    // A key of any length is taken, so there is always a signature.
    Hmac::<Sha1>::new_from_slice(key.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        },
    )
}

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Keys, authorization};
    use crate::platform::Secret;

    fn keys() -> Keys {
        Keys {
            api_key: Secret::new("xvz1evFS4wEEPTGEFPHBog"),
            api_secret: Secret::new("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"),
            token: Secret::new("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
            token_secret: Secret::new("LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"),
        }
    }

    /// Signatures by Python's hmac and hashlib over the base string of RFC 5849.
    #[test]
    fn signatures_are_those_of_another_program() {
        for (method, url, signature) in [
            (
                "POST",
                "https://api.x.com/2/tweets",
                "lr%2BtV%2FDKclEvXKVjG6tgaSSLV0k%3D",
            ),
            (
                "GET",
                "https://api.x.com/2/users/1/tweets?max_results=20&tweet.fields=entities%2Ctext",
                "O%2BcxdEVSBWo4%2FrMu1NE0I8ot2N8%3D",
            ),
            (
                "DELETE",
                "http://127.0.0.1:8080/2/tweets/1",
                "%2BlunJw5A6uuwzjtDDNlmGbNGccc%3D",
            ),
        ] {
            let once = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg";
            let header = authorization(&keys(), method, url, 1_318_622_958, once);
            let wanted = format!("oauth_signature=\"{signature}\"");
            assert!(header.contains(&wanted), "{method}: {header}");
            assert!(header.starts_with("OAuth oauth_consumer_key=\"xvz1evFS4wEEPTGEFPHBog\", "));
        }
    }
}
