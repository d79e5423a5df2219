//! Text → HTML: takes plain text, appends it escaped. Drops the marks of [`super::emphasis`].

use super::emphasis::MARK;
use crate::content::bytes;

/// Text between tags.
pub(super) fn text(text: &str, html: &mut String) {
    push(text, html, |byte| {
        (byte == b'&') | (byte == b'<') | (byte == b'>')
    });
}

/// Text between the double quotes of an attribute.
pub(super) fn attribute(text: &str, html: &mut String) {
    push(text, html, |byte| {
        (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"')
    });
}

/// Text that is HTML already: only the marks go.
pub(super) fn verbatim(text: &str, html: &mut String) {
    push(text, html, |_| false);
}

/// An escaped copy.
pub(super) fn escaped(source: &str) -> String {
    let mut html = String::with_capacity(source.len() + 8);
    attribute(source, &mut html);
    html
}

/// Appends a text with entities for its special characters.
fn push(text: &str, html: &mut String, is_special: impl Fn(u8) -> bool + Copy) {
    // Its bytes are those of other characters too, so a text is first asked whether it has one.
    if text.contains(MARK) {
        for part in text.split(MARK) {
            push_unmarked(part, html, is_special);
        }
    } else {
        push_unmarked(text, html, is_special);
    }
}

fn push_unmarked(text: &str, html: &mut String, is_special: impl Fn(u8) -> bool + Copy) {
    let mut copied = 0;
    while let Some(at) = bytes::position(text.as_bytes(), copied, is_special) {
        html.push_str(&text[copied..at]);
        html.push_str(match text.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        copied = at + 1;
    }
    html.push_str(&text[copied..]);
}

/// Decodes `&amp;`, `&#x4E2D;` and the names that prose uses; leaves others as they are.
pub(super) fn decode(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((c, end)) => {
                plain.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain.into()
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "laquo" => '«',
        "raquo" => '»',
        "middot" => '·',
        "bull" => '•',
        "times" => '×',
        "deg" => '°',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "yen" => '¥',
        "euro" => '€',
        "rarr" => '→',
        "larr" => '←',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{decode, escaped};

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(
            decode("a &amp;lt; &#20013;&#x56fd; &nope; &"),
            "a &lt; 中国 &nope; &"
        );
        assert_eq!(escaped("a<b>\"\u{FDD1}&，"), "a&lt;b&gt;&quot;&amp;，");
    }
}
