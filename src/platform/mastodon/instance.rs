//! What a server says of itself: takes the JSON of `/api/v2/instance` or of its elder, gives its
//! limits and whether it keeps idempotency keys. Knows no requests.

use super::COVER;
use crate::platform::Capabilities;
use crate::platform::capability::{ImageLimit, Limit, Recovery};
use crate::platform::counting::Unit;
use serde_json::Value;
use std::time::Duration;

/// How long Mastodon keeps an idempotency key.
pub(super) const KEPT: Duration = Duration::from_secs(60 * 60);
/// Longest text where a server does not say.
const LONGEST: usize = 500;
/// What a link counts where a server does not say.
const LINK: usize = 23;
/// Longest description of a picture where a server does not say.
const DESCRIPTION: usize = 1500;

/// A server's limits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Instance {
    pub(super) text: Limit,
    /// None where no picture may be attached.
    pub(super) cover: Option<ImageLimit>,
    /// Most characters of a picture's description.
    pub(super) description: usize,
    /// Whether it is Mastodon, or a fork of it. Others that speak its API may ignore the key.
    pub(super) keeps_keys: bool,
}

impl Instance {
    /// Reads what the server says; what it leaves out is Mastodon's usual.
    pub(super) fn read(said: &Value) -> Self {
        let number = |paths: &[&str]| {
            paths
                .iter()
                .find_map(|path| said.pointer(path)?.as_u64())
                .and_then(|number| usize::try_from(number).ok())
        };
        let longest = number(&[
            "/configuration/statuses/max_characters",
            "/max_toot_chars",
            "/max_characters",
        ]);
        let link = number(&["/configuration/statuses/characters_reserved_per_url"]);
        let version = said.get("version").and_then(Value::as_str);
        Self {
            text: Limit::new(
                longest.unwrap_or(LONGEST),
                Unit::Mastodon {
                    link: link.unwrap_or(LINK),
                },
            ),
            cover: cover(said, &number),
            description: number(&["/configuration/media_attachments/description_limit"])
                .unwrap_or(DESCRIPTION),
            keeps_keys: version.is_some_and(is_mastodon),
        }
    }

    /// The capabilities with this server's limits.
    pub(super) fn apply(&self, capabilities: Capabilities) -> Capabilities {
        Capabilities {
            text: self.text,
            cover: self.cover,
            recovery: if self.keeps_keys {
                Recovery::DedupeKey(KEPT)
            } else {
                Recovery::LookUp
            },
            ..capabilities
        }
    }
}

fn cover(said: &Value, number: &dyn Fn(&[&str]) -> Option<usize>) -> Option<ImageLimit> {
    let types: Option<Vec<&str>> = said
        .pointer("/configuration/media_attachments/supported_mime_types")
        .and_then(Value::as_array)
        .map(|types| types.iter().filter_map(Value::as_str).collect());
    let takes = |name| types.as_ref().is_none_or(|types| types.contains(&name));
    if !takes("image/jpeg") || number(&["/configuration/statuses/max_media_attachments"]) == Some(0)
    {
        return None;
    }
    let bytes = number(&["/configuration/media_attachments/image_size_limit"]);
    let pixels = number(&["/configuration/media_attachments/image_matrix_limit"]);
    Some(ImageLimit {
        bytes: bytes.unwrap_or(COVER.bytes).min(COVER.bytes),
        // A square of that side has as many pixels as are allowed.
        side: pixels
            .and_then(|pixels| u32::try_from(pixels.isqrt()).ok())
            .unwrap_or(COVER.side)
            .min(COVER.side),
        types: if takes("image/png") {
            COVER.types
        } else {
            &["image/jpeg"]
        },
    })
}

/// Other servers name themselves in brackets (`4.0.0 (compatible; …)`), or count from 0.
fn is_mastodon(version: &str) -> bool {
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    major.is_some_and(|major: u32| major >= 2) && !version.contains('(')
}

#[cfg(test)]
mod tests {
    use super::{COVER, Instance, Limit, Unit};
    use serde_json::json;

    #[test]
    fn limits_are_read_where_servers_have_them() {
        let mastodon = Instance::read(&json!({
            "version": "4.6.4",
            "configuration": {
                "statuses": { "max_characters": 5000, "characters_reserved_per_url": 30 },
                "media_attachments": {
                    "supported_mime_types": ["image/jpeg", "image/webp"],
                    "image_size_limit": 1_000_000,
                    "image_matrix_limit": 4_000_000,
                    "description_limit": 420,
                },
            },
        }));
        assert_eq!(mastodon.text, Limit::new(5000, Unit::Mastodon { link: 30 }));
        let cover = mastodon.cover.expect("pictures are taken");
        assert_eq!((cover.bytes, cover.side), (1_000_000, 2000));
        assert_eq!(cover.types, ["image/jpeg"]);
        assert_eq!((mastodon.description, mastodon.keeps_keys), (420, true));

        let pleroma = Instance::read(&json!({
            "version": "2.7.2 (compatible; Pleroma 2.9.1)", "max_toot_chars": 4000,
        }));
        assert_eq!(pleroma.text, Limit::new(4000, Unit::Mastodon { link: 23 }));
        assert_eq!((pleroma.cover, pleroma.keeps_keys), (Some(COVER), false));

        let silent = Instance::read(&json!({}));
        assert_eq!((silent.text.most, silent.keeps_keys), (500, false));
    }

    #[test]
    fn a_server_without_pictures_gets_none() {
        let said = json!({ "configuration": { "statuses": { "max_media_attachments": 0 } } });
        assert_eq!(Instance::read(&said).cover, None);
    }

    #[test]
    fn only_mastodon_and_its_forks_keep_keys_for_sure() {
        for (version, keeps) in [
            ("4.6.4", true),
            ("4.4.0-beta.1", true),
            ("4.2.1+glitch", true),
            ("0.19.1+git-0a1b2c3", false),
            ("4.0.0 (not true; really snac/2.96)", false),
            ("", false),
        ] {
            let instance = Instance::read(&json!({ "version": version }));
            assert_eq!(instance.keeps_keys, keeps, "{version}");
        }
    }
}
