//! Signatures of requests to S3, version 4: takes what is sent and the moment, gives the headers
//! that prove who sends it. Pure.

use crate::deploy::local::hex;
use crate::platform::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Who signs.
#[derive(Debug, Clone)]
pub(in crate::deploy::store) struct Keys {
    /// The access key's id.
    pub(in crate::deploy::store) key: String,
    /// Its secret.
    pub(in crate::deploy::store) secret: Secret,
    /// Session token of a temporary key.
    pub(in crate::deploy::store) token: Option<Secret>,
}

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    /// `host[:port]` as the request names it.
    pub(super) host: &'a str,
    /// Encoded path, with the leading slash.
    pub(super) path: &'a str,
    /// Encoded query, names in order.
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
}

/// The headers to add.
pub(super) fn headers(
    signed: Signed<'_>,
    keys: &Keys,
    region: &str,
    now: jiff::Timestamp,
) -> Vec<(&'static str, String)> {
    let moment = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = &moment[..8];
    let body = hex(&Sha256::digest(signed.body));
    let mut added = vec![
        ("x-amz-content-sha256", body.clone()),
        ("x-amz-date", moment.clone()),
    ];
    if let Some(token) = &keys.token {
        added.push(("x-amz-security-token", token.reveal().to_owned()));
    }
    let mut names = String::from("host");
    let mut lines = format!("host:{}\n", signed.host);
    for (name, value) in &added {
        names.push(';');
        names.push_str(name);
        lines.push_str(&format!("{name}:{value}\n"));
    }
    let request = format!(
        "{}\n{}\n{}\n{lines}\n{names}\n{body}",
        signed.method, signed.path, signed.query
    );
    let scope = format!("{day}/{region}/s3/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}",
        hex(&Sha256::digest(request.as_bytes()))
    );
    let mut key = mac(
        format!("AWS4{}", keys.secret.reveal()).as_bytes(),
        day.as_bytes(),
    );
    for part in [region, "s3", "aws4_request"] {
        key = mac(&key, part.as_bytes());
    }
    let signature = hex(&mac(&key, text.as_bytes()));
    added.push((
        "authorization",
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            keys.key
        ),
    ));
    added
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::{Keys, Signed, headers};
    use crate::platform::Secret;

    /// The examples of the service's own documentation, of a listing and of a question.
    #[test]
    fn signatures_are_those_of_the_documentation() {
        let keys = Keys {
            key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            token: None,
        };
        let now = "2013-05-24T00:00:00Z".parse().unwrap();
        for (query, signature) in [
            (
                "lifecycle=",
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            ),
            (
                "max-keys=2&prefix=J",
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ] {
            let signed = Signed {
                method: "GET",
                host: "examplebucket.s3.amazonaws.com",
                path: "/",
                query,
                body: b"",
            };
            let added = headers(signed, &keys, "us-east-1", now);
            let (name, value) = added.last().unwrap();
            assert_eq!(*name, "authorization");
            assert!(value.ends_with(signature), "{value}");
            assert!(!value.contains("wJalr"));
        }
    }
}
