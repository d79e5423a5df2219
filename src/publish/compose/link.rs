//! Tracked links: one vocabulary, lower case, so that the same road always has the same name.

use crate::platform::capability::Medium;

/// The canonical address with `utm_source` (the account), `utm_medium` (the kind of road) and
/// `utm_campaign` (the page).
pub(super) fn tracked(canonical: &str, account: &str, medium: Medium, campaign: &str) -> String {
    let (address, fragment) = canonical
        .split_once('#')
        .map_or((canonical, None), |(address, fragment)| {
            (address, Some(fragment))
        });
    let mark = if address.contains('?') { '&' } else { '?' };
    let mut link = format!(
        "{address}{mark}utm_source={}&utm_medium={}&utm_campaign={}",
        word(account),
        medium.as_str(),
        word(campaign)
    );
    if let Some(fragment) = fragment {
        link.push('#');
        link.push_str(fragment);
    }
    link
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
    use super::tracked;
    use crate::platform::capability::Medium;

    #[test]
    fn a_road_has_one_name() {
        assert_eq!(
            tracked("https://e.org/ru/x/", "Masto", Medium::Social, "Сварщик 1"),
            "https://e.org/ru/x/?utm_source=masto&utm_medium=social&utm_campaign=%D1%81%D0%B2%D0%B0%D1%80%D1%89%D0%B8%D0%BA%201"
        );
        assert_eq!(
            tracked("https://e.org/?a=1#top", "blog", Medium::Article, "x"),
            "https://e.org/?a=1&utm_source=blog&utm_medium=article&utm_campaign=x#top"
        );
    }
}
