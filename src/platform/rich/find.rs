//! Finds what a plain text says without markup: addresses and tags. Takes a text, gives ranges
//! of its bytes, as a reader would draw them.

use std::ops::Range;

/// Whole web addresses in a text, each as far as a reader would take it.
///
/// An address ends before blanks, Chinese, Japanese or Korean characters and full-width marks,
/// and without the punctuation of the sentence around it.
pub fn links(text: &str) -> Vec<Range<usize>> {
    let mut links = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let colon = from + found;
        from = colon + "://".len();
        let Some(start) = scheme_start(text, colon) else {
            continue;
        };
        let end = from + address_length(&text[from..]);
        if end > from {
            links.push(start..end);
            from = end;
        }
    }
    links
}

/// Where `http` or `https` before the colon begins, if it does not go on a longer word.
fn scheme_start(text: &str, colon: usize) -> Option<usize> {
    ["https", "http"].into_iter().find_map(|scheme| {
        let start = colon.checked_sub(scheme.len())?;
        let is_scheme = text.get(start..colon)?.eq_ignore_ascii_case(scheme);
        let before = text[..start].chars().next_back();
        (is_scheme && !before.is_some_and(|c| c.is_ascii_alphanumeric())).then_some(start)
    })
}

/// Length of host, path and query at the beginning; 0 when there is no host.
fn address_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_alphanumeric() && is_address(c)) && !text.starts_with('[') {
        return 0;
    }
    let end = text.find(|c| !is_address(c)).unwrap_or(text.len());
    let mut address = &text[..end];
    // Brackets are counted once, so that an address of brackets only takes no long time.
    let count = |c| address.matches(c).count();
    let mut round = count(')').saturating_sub(count('('));
    let mut square = count(']').saturating_sub(count('['));
    while let Some(last) = address.chars().next_back() {
        let unbalanced = match last {
            ')' => &mut round,
            ']' => &mut square,
            '(' | '[' | '.' | ',' | '!' | '?' | ':' | ';' | '\'' | '*' | '~' => &mut 1,
            _ => break,
        };
        if *unbalanced == 0 {
            break;
        }
        *unbalanced -= 1;
        address = &address[..address.len() - last.len_utf8()];
    }
    address.len()
}

fn is_address(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_graphic()
            && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
    }
    // Letters such as those of `/wiki/Ёлка` are written without escapes by people.
    (c.is_alphanumeric() && !is_east_asian(c)) || matches!(c, '\u{300}'..='\u{36f}')
}

/// Whether a character is of Chinese, Japanese or Korean writing, or a wide form.
pub(super) fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ffef}' | '\u{1b000}'..='\u{1b2ff}' | '\u{20000}'..='\u{3ffff}')
}

/// Tags in a text, with their `#`: letters, digits and `_` of any script, at least one of them
/// a letter, and nothing of a word before.
pub fn tags(text: &str) -> Vec<Range<usize>> {
    let mut tags = Vec::new();
    for (start, _) in text.match_indices('#') {
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '#' | '&' | '/' | '_' | '＃'))
        {
            continue;
        }
        let word = &text[start + 1..];
        let length = word.find(|c| !is_tag(c)).unwrap_or(word.len());
        if word[..length].chars().any(char::is_alphabetic) {
            tags.push(start..start + 1 + length);
        }
    }
    tags
}

fn is_tag(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::{links, tags};

    fn found(text: &str) -> Vec<&str> {
        links(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn an_address_ends_where_a_reader_ends_it() {
        for (text, expected) in [
            (
                "详见https://example.com/文章，谢谢",
                vec!["https://example.com/"],
            ),
            (
                "见（https://example.com/a）。",
                vec!["https://example.com/a"],
            ),
            ("(see http://a.b/c_(d)).", vec!["http://a.b/c_(d)"]),
            (
                "https://a.b/?q=1&r=[2], then",
                vec!["https://a.b/?q=1&r=[2]"],
            ),
            ("Wow https://a.b!?", vec!["https://a.b"]),
            (
                "https://ru.example.org/wiki/Ёлка, да",
                vec!["https://ru.example.org/wiki/Ёлка"],
            ),
            ("«https://a.b/»", vec!["https://a.b/"]),
            ("<HTTPS://A.B>", vec!["HTTPS://A.B"]),
            ("ahttp://a.b https:// http://。 ftp://a.b", vec![]),
            ("http://a.b/http://c.d", vec!["http://a.b/http://c.d"]),
            ("http://[::1]:80/", vec!["http://[::1]:80/"]),
            ("https://a.b/([", vec!["https://a.b/"]),
            ("https://a.b/…", vec!["https://a.b/"]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn tags_are_words_with_a_letter() {
        let text = "#работа #深圳，#2026 #a1_b C# &#39; a#b ##c /#d #é\u{301}f! #_1";
        let found: Vec<&str> = tags(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["#работа", "#深圳", "#a1_b", "#é\u{301}f"]);
    }

    #[test]
    fn many_brackets_take_no_long_time() {
        let text = format!("https://a.b/{}", ")".repeat(200_000));
        assert_eq!(found(&text), ["https://a.b/"]);
    }
}
