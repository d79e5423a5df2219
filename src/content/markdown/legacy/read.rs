//! The writing of tags: takes text at `{%` or `{{`, gives the tag's name and arguments. Knows
//! no tag.

use std::ops::Range;

/// Which brackets a tag has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brackets {
    /// `{% … %}`.
    Percent,
    /// `{{< … >}}` or `{{% … %}}`.
    Shortcode,
    /// `{{ … }}`.
    Output,
}

/// A tag as written.
#[derive(Debug)]
pub(super) struct Tag<'t> {
    pub(super) range: Range<usize>,
    pub(super) brackets: Brackets,
    pub(super) name: &'t str,
    /// Everything behind the name.
    pub(super) rest: &'t str,
    /// `{% endname %}`, `{{< /name >}}` or, without a name, Zola's `{% end %}`.
    pub(super) closing: bool,
    /// `{% name(…) %}`, as Zola has them; the parentheses are no part of the rest.
    pub(super) called: bool,
    /// `{{</* name */>}}`: shown, not meant.
    pub(super) commented: bool,
}

/// Longest tag that is read.
const LONGEST: usize = 2_000;

/// Reads the tag at an offset.
pub(super) fn tag(text: &str, at: usize) -> Option<Tag<'_>> {
    let rest = &text[at..];
    let (brackets, open, close) = if rest.starts_with("{%") {
        (Brackets::Percent, "{%", "%}")
    } else if rest.starts_with("{{<") {
        (Brackets::Shortcode, "{{<", ">}}")
    } else if rest.starts_with("{{%") {
        (Brackets::Shortcode, "{{%", "%}}")
    } else if rest.starts_with("{{") {
        (Brackets::Output, "{{", "}}")
    } else {
        return None;
    };
    let inner = &rest[open.len()..];
    let window = inner.floor_char_boundary(LONGEST);
    let end = inner[..window].find(close)?;
    let range = at..at + open.len() + end + close.len();
    let mut body = inner[..end].trim();
    if body.contains("\n\n") {
        return None;
    }
    let mut commented = false;
    if brackets == Brackets::Shortcode
        && let Some(shown) = body
            .strip_prefix("/*")
            .and_then(|body| body.strip_suffix("*/"))
    {
        commented = true;
        body = shown.trim();
    }
    if brackets == Brackets::Percent {
        body = body.trim_start_matches('-').trim_end_matches('-').trim();
    }
    if brackets == Brackets::Shortcode {
        body = body.strip_suffix('/').unwrap_or(body).trim_end();
    }
    let mut closing = false;
    if brackets == Brackets::Shortcode
        && let Some(name) = body.strip_prefix('/')
    {
        closing = true;
        body = name.trim_start();
    }
    let length = body
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')))
        .unwrap_or(body.len());
    let mut name = &body[..length];
    if brackets == Brackets::Percent
        && let Some(ended) = name.strip_prefix("end")
        && (!ended.is_empty() || body == name)
    {
        closing = true;
        name = ended.trim_start_matches('_');
    }
    let named = name.starts_with(char::is_alphabetic) || closing && body == "end";
    if brackets != Brackets::Output && !named {
        return None;
    }
    let arguments = body[length..].trim();
    let called = arguments
        .strip_prefix('(')
        .and_then(|arguments| arguments.strip_suffix(')'))
        .filter(|_| brackets == Brackets::Percent);
    Some(Tag {
        range,
        brackets,
        name,
        rest: if brackets == Brackets::Output {
            body
        } else {
            called.map_or(arguments, str::trim)
        },
        closing,
        called: called.is_some(),
        commented,
    })
}

/// Where the end tag of a tag stands.
pub(super) fn end_tag(text: &str, open: &Tag<'_>) -> Option<Range<usize>> {
    let mark = if open.brackets == Brackets::Percent {
        "{%"
    } else {
        "{{"
    };
    let mut from = open.range.end;
    while let Some(found) = text[from..].find(mark) {
        let at = from + found;
        if let Some(tag) = tag(text, at)
            && tag.closing
            && tag.name == open.ends_as()
        {
            return Some(tag.range);
        }
        from = at + 2;
    }
    None
}

impl<'t> Tag<'t> {
    /// The name that the tag's end has: Zola's all end with `{% end %}`.
    pub(super) fn ends_as(&self) -> &'t str {
        if self.called { "" } else { self.name }
    }

    /// Arguments: `key=value` pairs have a key, quotes are taken off.
    pub(super) fn arguments(&self) -> Vec<(Option<&'t str>, &'t str)> {
        let mut found = Vec::new();
        let mut rest = self.rest.trim_start();
        while !rest.is_empty() {
            let mut key = None;
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''))
                .unwrap_or(rest.len());
            if end > 0 && rest[end..].starts_with('=') && rest[..end].chars().all(is_name) {
                key = Some(&rest[..end]);
                rest = &rest[end + 1..];
            }
            let quote = rest
                .chars()
                .next()
                .filter(|c| matches!(c, '"' | '\'' | '`'));
            let close = quote.and_then(|quote| rest[1..].find(quote));
            let (value, after) = match close {
                Some(close) => (&rest[1..=close], &rest[close + 2..]),
                None => {
                    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                    rest.split_at(end)
                }
            };
            found.push((key, value));
            rest = after.trim_start();
        }
        found
    }

    /// Arguments without keys.
    pub(super) fn words(&self) -> Vec<&'t str> {
        self.arguments()
            .into_iter()
            .filter(|(key, _)| key.is_none())
            .map(|(_, value)| value)
            .collect()
    }

    /// The argument of a key, else the one at a place.
    pub(super) fn get(&self, key: &str, place: Option<usize>) -> Option<&'t str> {
        let arguments = self.arguments();
        arguments
            .iter()
            .find(|(name, _)| *name == Some(key))
            .or_else(|| {
                let mut words = arguments.iter().filter(|(name, _)| name.is_none());
                place.and_then(|place| words.nth(place))
            })
            .map(|(_, value)| *value)
            .filter(|value| !value.is_empty())
    }

    /// A commented shortcode as its author wants it shown.
    pub(super) fn shown(&self) -> String {
        let slash = if self.closing { "/" } else { "" };
        let space = if self.rest.is_empty() { "" } else { " " };
        format!("{{{{< {slash}{}{space}{} >}}}}", self.name, self.rest)
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}
