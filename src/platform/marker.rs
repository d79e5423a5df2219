//! The mark by which our copies are found again: the canonical address inside a text that a
//! platform kept.
//!
//! Takes texts as platforms give them back, as HTML or plain; gives whether, or which, address
//! is in them. Knows no platform.

/// What opens the invisible mark in an article's HTML.
const OPENING: &str = "<!-- canonical: ";
/// What closes it.
const CLOSING: &str = " -->";

/// An invisible mark for an article's HTML.
pub fn comment(canonical: &str) -> String {
    format!("{OPENING}{}{CLOSING}", in_comment(canonical))
}

/// The address as it stands in a comment, where two dashes would end it (`xn--…`).
pub fn in_comment(canonical: &str) -> String {
    canonical.replace("--", "-%2D")
}

/// The address in an invisible mark.
pub fn marked(html: &str) -> Option<String> {
    let (_, rest) = html.rsplit_once(OPENING)?;
    let (canonical, _) = rest.split_once(CLOSING)?;
    Some(canonical.trim().replace("-%2D", "--"))
}

/// Whether a text carries that address, by mark or in plain sight, also with parameters behind
/// it; a longer address that begins with it is another one.
pub fn carries(text: &str, canonical: &str) -> bool {
    if canonical.is_empty() {
        return false;
    }
    if let Some(marked) = marked(text) {
        return marked == canonical;
    }
    text.match_indices(canonical)
        .any(|(start, _)| !goes_on(text.get(start + canonical.len()..).unwrap_or_default()))
}

/// The page that a short text leads to: its last address, without what tells roads apart.
pub fn linked(text: &str) -> Option<String> {
    let start = text.rfind("https://").or_else(|| text.rfind("http://"))?;
    let rest = text.get(start..)?;
    let ends = |c: char| c.is_whitespace() || "<>|)\"".contains(c);
    let address = rest.split(ends).next()?;
    let (address, fragment) = address
        .split_once('#')
        .map_or((address, None), |(address, fragment)| {
            (address, Some(fragment))
        });
    let bare = address
        .find("?utm_")
        .or_else(|| address.find("&utm_"))
        .or_else(|| address.find("&amp;utm_"))
        .and_then(|end| address.get(..end))
        .unwrap_or(address);
    Some(match fragment {
        Some(fragment) => format!("{bare}#{fragment}"),
        None => bare.to_owned(),
    })
}

/// Whether what follows an address still belongs to it.
fn goes_on(rest: &str) -> bool {
    let mut following = rest.chars();
    match following.next() {
        Some('.') => following.next().is_some_and(|c| c.is_ascii_alphanumeric()),
        Some(c) => c.is_ascii_alphanumeric() || "-_~%/+=@:".contains(c),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{carries, comment, linked, marked};

    const PAGE: &str = "https://example.org/jobs/welder";

    #[test]
    fn an_address_is_found_with_parameters_and_punctuation() {
        for text in [
            "https://example.org/jobs/welder",
            "see https://example.org/jobs/welder.",
            "<a href=\"https://example.org/jobs/welder?utm_source=blog\">first published</a>",
            "详见https://example.org/jobs/welder，谢谢",
        ] {
            assert!(carries(text, PAGE), "{text}");
        }
    }

    #[test]
    fn a_longer_address_is_another_one() {
        for text in [
            "https://example.org/jobs/welder-2",
            "https://example.org/jobs/welder/ru",
            "https://example.org/jobs/welder.html",
            "https://example.org/jobs/welder%20",
            "",
        ] {
            assert!(!carries(text, PAGE), "{text}");
        }
        assert!(!carries("https://example.org", ""));
    }

    #[test]
    fn the_mark_decides_over_what_stands_in_the_text() {
        let related = format!(
            "<a href=\"{PAGE}\">more</a>{}",
            comment("https://example.org/b")
        );
        assert!(!carries(&related, PAGE));
        assert!(carries(&related, "https://example.org/b"));
    }

    #[test]
    fn a_mark_holds_addresses_with_two_dashes() {
        let page = "https://xn--80ak6aa92e.example/a---b/";
        let html = comment(page);
        assert!(
            !html
                .trim_start_matches("<!--")
                .trim_end_matches("-->")
                .contains("--"),
            "{html}"
        );
        assert_eq!(marked(&html).as_deref(), Some(page));
    }

    #[test]
    fn a_short_text_leads_to_the_page_of_its_last_link() {
        for text in [
            "https://e.org https://example.org/jobs/welder?utm_source=a&utm_medium=chat #tag",
            "<https://example.org/jobs/welder?utm_source=a&amp;utm_medium=chat|example.org> x",
            "[example.org](<https://example.org/jobs/welder>)",
        ] {
            assert_eq!(linked(text).as_deref(), Some(PAGE), "{text}");
        }
        assert_eq!(
            linked("https://e.org/?a=1&utm_source=b#top").as_deref(),
            Some("https://e.org/?a=1#top")
        );
        assert_eq!(linked("no link"), None);
    }
}
