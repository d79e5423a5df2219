//! Bare addresses in text: takes text, gives the ranges of URLs and e-mail addresses. A URL
//! ends before Chinese punctuation and Han text, which Chinese authors write without a space.

use super::emphasis::MARK;
use super::script::is_cjk;
use crate::content::bytes::position;
use std::ops::Range;

/// An address in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Where.
    pub(super) range: Range<usize>,
    /// What stands before it to make a URL: nothing, `http://` or `mailto:`.
    pub(super) scheme: &'static str,
}

/// Whether a text may hold an address; most do not, and are not looked through.
pub(super) fn may_hold(text: &str) -> bool {
    position(text.as_bytes(), 0, |byte| (byte == b':') | (byte == b'@')).is_some()
        || text.contains("ww")
}

/// Finds all addresses in a text, in order.
pub(super) fn find(text: &str) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = position(bytes, from, |byte| {
        (byte == b':') | (byte == b'@') | (byte == b'w') | (byte == b'W')
    }) {
        let earliest = found.last().map_or(0, |address| address.range.end);
        let address = match bytes[at] {
            b':' => url(text, at, earliest),
            b'@' => mail(text, at, earliest),
            _ => www(text, at),
        };
        match address {
            Some(address) => {
                from = address.range.end.max(at + 1);
                found.push(address);
            }
            None => from = at + 1,
        }
    }
    found
}

fn url(text: &str, colon: usize, earliest: usize) -> Option<Address> {
    if !text[colon..].starts_with("://") {
        return None;
    }
    let scheme = ["https", "http", "ftp"].into_iter().find(|scheme| {
        colon
            .checked_sub(scheme.len())
            .filter(|start| *start >= earliest)
            .and_then(|start| text.get(start..colon))
            .is_some_and(|written| written.eq_ignore_ascii_case(scheme))
    })?;
    let start = colon - scheme.len();
    if text[..start].ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let end = end_of_url(text, colon + 3);
    text[colon + 3..end]
        .starts_with(|c: char| c.is_alphanumeric() || c == '[')
        .then_some(Address {
            range: start..end,
            scheme: "",
        })
}

fn www(text: &str, at: usize) -> Option<Address> {
    let rest = text.as_bytes().get(at..at + 4)?;
    if !rest.eq_ignore_ascii_case(b"www.")
        || text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-'))
    {
        return None;
    }
    let end = end_of_url(text, at + 4);
    let host = &text[at + 4..end];
    let host = &host[..host.find(['/', '?', '#', ':']).unwrap_or(host.len())];
    let named = host.starts_with(|c: char| c.is_ascii_alphanumeric()) && host.contains('.');
    named.then_some(Address {
        range: at..end,
        scheme: "http://",
    })
}

fn end_of_url(text: &str, from: usize) -> usize {
    let mut end = from;
    for (at, c) in text[from..].char_indices() {
        let stops = c.is_whitespace()
            || c.is_control()
            || is_cjk(c)
            || matches!(
                c,
                '<' | '>' | '"' | '`' | '|' | '\\' | '^' | '{' | '}' | MARK
            )
            || matches!(
                c,
                '“' | '”' | '‘' | '’' | '«' | '»' | '…' | '—' | '\u{FDD2}' | '\u{FDD3}'
            );
        if stops {
            break;
        }
        end = from + at + c.len_utf8();
    }
    trim(text, from, end)
}

/// Leaves out what ends the sentence and not the URL.
fn trim(text: &str, from: usize, mut end: usize) -> usize {
    let mut opened = 0_usize;
    let mut closed = 0_usize;
    for byte in text[from..end].bytes() {
        opened += usize::from(byte == b'(');
        closed += usize::from(byte == b')');
    }
    while end > from {
        match text.as_bytes()[end - 1] {
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'_' | b'~' | b']' => end -= 1,
            b')' if closed > opened => {
                closed -= 1;
                end -= 1;
            }
            _ => break,
        }
    }
    end
}

fn mail(text: &str, at: usize, earliest: usize) -> Option<Address> {
    let bytes = text.as_bytes();
    let local = bytes[earliest..at]
        .iter()
        .rev()
        .take(64)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-'))
        .count();
    let mut start = at - local;
    while start < at && !bytes[start].is_ascii_alphanumeric() {
        start += 1;
    }
    let domain = bytes[at + 1..]
        .iter()
        .take(253)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        .count();
    let mut end = at + 1 + domain;
    while end > at + 1 && !bytes[end - 1].is_ascii_alphanumeric() {
        end -= 1;
    }
    let host = &text[at + 1..end];
    let (_, last) = host.rsplit_once('.')?;
    let named = last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic());
    let clean = host
        .split('.')
        .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    let apart = !text[end..].starts_with(['@', '/']) && !text[..start].ends_with(['/', ':', '@']);
    (start < at && named && clean && apart).then_some(Address {
        range: start..end,
        scheme: "mailto:",
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    fn addresses(text: &str) -> Vec<String> {
        find(text)
            .iter()
            .map(|address| format!("{}{}", address.scheme, &text[address.range.clone()]))
            .collect()
    }

    #[test]
    fn addresses_end_where_the_sentence_goes_on() {
        let cases: &[(&str, &[&str])] = &[
            (
                "详见https://example.com/a，谢谢",
                &["https://example.com/a"],
            ),
            ("https://example.com/a谢谢", &["https://example.com/a"]),
            ("(see http://a.example/x_(y)).", &["http://a.example/x_(y)"]),
            (
                "https://a.example/?q=1&b=2#c。",
                &["https://a.example/?q=1&b=2#c"],
            ),
            ("на https://пример.рф/путь, да", &["https://пример.рф/путь"]),
            ("www.example.com, www., wwww.a", &["http://www.example.com"]),
            (
                "写信给hr@example.com。或 a.b+c@d-e.co.uk!",
                &["mailto:hr@example.com", "mailto:a.b+c@d-e.co.uk"],
            ),
            (
                "git@github.com:a/b a@b @user user@ x@y.z",
                &["mailto:git@github.com"],
            ),
            (
                "http:// ftp://f.example xhttp://a.example",
                &["ftp://f.example"],
            ),
            ("https://a.example/b“引用”", &["https://a.example/b"]),
        ];
        for (text, expected) in cases {
            assert_eq!(addresses(text), *expected, "{text}");
        }
    }
}
