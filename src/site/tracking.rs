//! Tracked links: one vocabulary, lower case, so that the same road always has the same name.
//! Takes an address and where it will be read, gives the address with its parameters. They
//! stand only on links from elsewhere to the site: never on a link within it, in a canonical
//! address, a feed's identifier or structured data. Says of a link that somebody wrote whether
//! it carries them where it must not.

use super::url::{has_scheme, own_path};
use crate::diag::{Code, Diagnostic, Place};

/// The words of `utm_medium`: kinds of roads.
pub const MEDIA: [&str; 5] = ["chat", "social", "article", "email", "qr"];
/// The road of a QR code.
pub const CODE: &str = "qr";
/// `utm_source` of what is read on the site itself, which only its QR codes have.
pub const SITE: &str = "site";

/// `utm_content` of the link to the page that a post tells of.
pub const PAGE: &str = "page";

/// What a tracked link tells.
#[derive(Debug, Clone, Copy)]
pub struct Road<'a> {
    /// `utm_source`: the account, or another place.
    pub source: &'a str,
    /// `utm_medium`: the kind of road, one of [`MEDIA`].
    pub medium: &'a str,
    /// `utm_campaign`: the page.
    pub campaign: &'a str,
    /// `utm_content`: which of several links of a post; may be empty.
    pub label: &'a str,
}

/// The address with its parameters, before its fragment.
pub fn tracked(address: &str, road: &Road<'_>) -> String {
    let (address, fragment) = address
        .split_once('#')
        .map_or((address, None), |(address, fragment)| {
            (address, Some(fragment))
        });
    let mark = if address.contains('?') { '&' } else { '?' };
    let mut link = format!(
        "{address}{mark}utm_source={}&utm_medium={}&utm_campaign={}",
        word(road.source),
        word(road.medium),
        word(road.campaign)
    );
    if !road.label.is_empty() {
        link.push_str("&utm_content=");
        link.push_str(&word(road.label));
    }
    if let Some(fragment) = fragment {
        link.push('#');
        link.push_str(fragment);
    }
    link
}

/// Whether an address carries any of the parameters.
pub fn is_tracked(address: &str) -> bool {
    let query = address.split('#').next().unwrap_or_default();
    let query = query.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .any(|pair| pair.to_ascii_lowercase().starts_with("utm_"))
}

/// Whether a link leads to a place of the site at `site_url` and carries any of them.
pub fn is_tracked_within(link: &str, site_url: &str) -> bool {
    let is_local = !link.starts_with("//") && !has_scheme(link);
    (is_local || own_path(link, site_url).is_some()) && is_tracked(link)
}

/// That a link within the site tells a road from elsewhere.
pub fn within(place: Place) -> Diagnostic {
    Diagnostic::new(
        Code::TrackedLink,
        "a link within the site carries `utm_` parameters, which would count its reader as coming from elsewhere",
    )
    .at(place)
    .hint("write the address without them")
}

/// What stays as it is in a value.
const KEPT: percent_encoding::AsciiSet = percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.');

fn word(text: &str) -> String {
    percent_encoding::utf8_percent_encode(&text.to_lowercase(), &KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Road, is_tracked, tracked};

    fn road<'a>(source: &'a str, medium: &'a str, campaign: &'a str, label: &'a str) -> Road<'a> {
        Road {
            source,
            medium,
            campaign,
            label,
        }
    }

    #[test]
    fn a_road_has_one_name() {
        assert_eq!(
            tracked(
                "https://e.org/ru/x/",
                &road("Masto", "social", "Сварщик 1", "")
            ),
            "https://e.org/ru/x/?utm_source=masto&utm_medium=social&utm_campaign=%D1%81%D0%B2%D0%B0%D1%80%D1%89%D0%B8%D0%BA%201"
        );
        assert_eq!(
            tracked(
                "https://e.org/?a=1#top",
                &road("blog", "article", "x", "Telegram")
            ),
            "https://e.org/?a=1&utm_source=blog&utm_medium=article&utm_campaign=x&utm_content=telegram#top"
        );
    }

    #[test]
    fn parameters_are_seen_only_in_the_query() {
        assert!(is_tracked("/join/?a=1&UTM_source=x#y"));
        assert!(!is_tracked("/utm_source/?a=utm_source#?utm_source=x"));
    }
}
