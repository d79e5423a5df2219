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

/// The page's address among the links of a short text: that of the first tracked link, else the
/// first link.
pub fn linked<'a>(links: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let is_web = |link: &&str| link.starts_with("https://") || link.starts_with("http://");
    links
        .clone()
        .filter(is_web)
        .find(|link| link.contains("utm_source="))
        .or_else(|| links.clone().find(is_web))
        .map(untracked)
}

/// An address without the parameters that we add to tell roads apart.
pub fn untracked(url: &str) -> String {
    let (address, fragment) = url
        .split_once('#')
        .map_or((url, None), |(address, fragment)| (address, Some(fragment)));
    let Some((base, query)) = address.split_once('?') else {
        return url.to_owned();
    };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("utm_"))
        .collect();
    let mut bare = base.to_owned();
    if !kept.is_empty() {
        bare.push('?');
        bare.push_str(&kept.join("&"));
    }
    if let Some(fragment) = fragment {
        bare.push('#');
        bare.push_str(fragment);
    }
    bare
}

/// The page that a short text leads to: its last address, without what tells roads apart.
pub fn last_link(text: &str) -> Option<String> {
    let start = text.rfind("https://").or_else(|| text.rfind("http://"))?;
    let ends = |c: char| c.is_whitespace() || "<>|)\"".contains(c);
    let address = text.get(start..)?.split(ends).next()?;
    Some(untracked(&address.replace("&amp;", "&")))
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
    use super::{carries, comment, last_link, linked, marked, untracked};

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
    fn the_tracked_link_names_the_page() {
        for (links, page) in [
            (
                vec![
                    "https://other.example/",
                    "https://e.org/a/?utm_source=x&utm_medium=social&utm_campaign=a",
                ],
                Some("https://e.org/a/"),
            ),
            (
                vec!["mailto:a@b.c", "https://e.org/a?b=1"],
                Some("https://e.org/a?b=1"),
            ),
            (
                vec!["https://e.org/?a=1&utm_source=x#top"],
                Some("https://e.org/?a=1#top"),
            ),
            (vec!["mailto:a@b.c"], None),
        ] {
            assert_eq!(linked(links.iter().copied()).as_deref(), page, "{links:?}");
        }
    }

    #[test]
    fn only_what_we_added_is_taken_off() {
        for (url, bare) in [
            (PAGE, PAGE),
            (
                "https://example.org/jobs/welder?utm_source=x&utm_medium=social",
                PAGE,
            ),
            (
                "https://e.org/?a=1&utm_source=x&b=2#top",
                "https://e.org/?a=1&b=2#top",
            ),
            ("https://e.org/?utm_source=x#top", "https://e.org/#top"),
        ] {
            assert_eq!(untracked(url), bare);
        }
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
            assert_eq!(last_link(text).as_deref(), Some(PAGE), "{text}");
        }
        assert_eq!(
            last_link("https://e.org/?a=1&utm_source=b#top").as_deref(),
            Some("https://e.org/?a=1#top")
        );
        assert_eq!(last_link("no link"), None);
    }
}
