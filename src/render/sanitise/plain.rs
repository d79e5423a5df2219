//! HTML as pages of plain markdown have it → the same as the cleaner would give, in one pass.
//!
//! Takes HTML and the whole address of its page; gives what [`super::html`] promises, or nothing
//! as soon as it meets anything that it does not know for certain: another element, one in a
//! place where a parser would move it, another reference. The cleaner builds a tree of every
//! text, which is most of the work of a feed; most texts need none. That both say the same is a
//! test of generated HTML.

use crate::content::bytes;
use ammonia::Url;
use ammonia::url::ParseError;
use std::borrow::Cow;

/// What an element may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Everything.
    Flow,
    /// Text and what stands in lines.
    Phrases,
    /// Nothing; there is no end tag.
    Nothing,
    /// `li`.
    Items,
    /// `dt` and `dd`.
    Terms,
    /// Groups of rows.
    Groups,
    /// `tr`.
    Rows,
    /// `td` and `th`.
    Cells,
}

/// Where an element may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// Where everything may.
    Block,
    /// In lines too.
    Line,
    /// Only in what holds such elements.
    In(Holds),
}

/// The elements that are known, with their place and content.
fn element(name: &str) -> Option<(Stands, Holds)> {
    Some(match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" => (Stands::Block, Holds::Phrases),
        "div" | "section" | "blockquote" | "figure" | "figcaption" => (Stands::Block, Holds::Flow),
        "ul" | "ol" => (Stands::Block, Holds::Items),
        "dl" => (Stands::Block, Holds::Terms),
        "table" => (Stands::Block, Holds::Groups),
        "hr" => (Stands::Block, Holds::Nothing),
        "a" | "em" | "strong" | "del" | "code" | "sup" | "sub" | "mark" | "span" | "label" => {
            (Stands::Line, Holds::Phrases)
        }
        "br" | "img" => (Stands::Line, Holds::Nothing),
        "li" => (Stands::In(Holds::Items), Holds::Flow),
        "dt" => (Stands::In(Holds::Terms), Holds::Phrases),
        "dd" => (Stands::In(Holds::Terms), Holds::Flow),
        "thead" | "tbody" => (Stands::In(Holds::Groups), Holds::Rows),
        "tr" => (Stands::In(Holds::Rows), Holds::Cells),
        "td" | "th" => (Stands::In(Holds::Cells), Holds::Flow),
        _ => return None,
    })
}

/// Whether the cleaner leaves an attribute. A test holds this against the cleaner's own lists.
fn is_kept(element: &str, attribute: &str) -> bool {
    match attribute {
        "lang" | "title" | "dir" => true,
        "href" | "hreflang" => element == "a",
        "cite" => matches!(element, "blockquote" | "del"),
        "datetime" => element == "del",
        "src" | "alt" | "height" | "srcset" | "sizes" => element == "img",
        "width" => matches!(element, "img" | "hr"),
        "size" => element == "hr",
        "start" | "reversed" | "type" => element == "ol",
        "summary" => element == "table",
        "align" => {
            let of_table = matches!(element, "table" | "thead" | "tbody" | "tr" | "td" | "th");
            of_table || matches!(element, "img" | "hr")
        }
        "char" | "charoff" => {
            matches!(element, "table" | "thead" | "tbody" | "tr" | "td" | "th")
        }
        "colspan" | "rowspan" | "headers" => matches!(element, "td" | "th"),
        "scope" => element == "th",
        _ => false,
    }
}

/// Elements whose tags go while what they hold stays.
fn is_unwrapped(element: &str) -> bool {
    matches!(element, "span" | "label")
}

/// The HTML for readers elsewhere; none when the cleaner has to say what it is.
pub(super) fn html(source: &str, base: Option<&Url>) -> Option<String> {
    if !bytes::is_surely_clean(source) {
        return None;
    }
    let mut pass = Pass {
        out: String::with_capacity(source.len()),
        open: Vec::new(),
        in_link: false,
    };
    let mut rest = source;
    while let Some(at) = bytes::position(rest.as_bytes(), 0, |byte| byte == b'<') {
        pass.text(&rest[..at])?;
        rest = match rest[at + 1..].strip_prefix('/') {
            Some(end) => pass.end(end)?,
            None => pass.start(&rest[at + 1..], base)?,
        };
    }
    pass.text(rest)?;
    pass.open.is_empty().then_some(pass.out)
}

/// How far the text is.
struct Pass<'a> {
    out: String,
    /// Elements that are open, the innermost last.
    open: Vec<(&'a str, Holds)>,
    /// Whether one of them is a link, which may hold no other.
    in_link: bool,
}

impl<'a> Pass<'a> {
    fn holds(&self) -> Holds {
        self.open.last().map_or(Holds::Flow, |(_, holds)| *holds)
    }

    fn text(&mut self, text: &str) -> Option<()> {
        let holds_text = matches!(self.holds(), Holds::Flow | Holds::Phrases);
        if !holds_text
            && !text
                .bytes()
                .all(|byte| matches!(byte, b' ' | b'\n' | b'\t'))
        {
            return None;
        }
        let is_special = |byte: u8| (byte == b'&') | (byte == b'>') | (byte == 0xC2);
        let mut rest = text;
        while let Some(at) = bytes::position(rest.as_bytes(), 0, is_special) {
            self.out.push_str(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with('&') {
                let (reference, meant) = reference(rest)?;
                push(&mut self.out, meant, false);
                rest = &rest[reference..];
            } else {
                let c = rest.chars().next()?;
                push(&mut self.out, c, false);
                rest = &rest[c.len_utf8()..];
            }
        }
        self.out.push_str(rest);
        Some(())
    }

    /// An end tag, from behind `</`; gives what follows.
    fn end(&mut self, tag: &'a str) -> Option<&'a str> {
        let (name, rest) = tag.split_once('>')?;
        let (open, _) = self.open.pop()?;
        if name != open {
            return None;
        }
        self.in_link &= name != "a";
        if !is_unwrapped(name) {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
        Some(rest)
    }

    /// A start tag, from behind `<`; gives what follows.
    fn start(&mut self, tag: &'a str, base: Option<&Url>) -> Option<&'a str> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let end = tag.bytes().position(|byte| !is_name(byte))?;
        let (name, mut rest) = tag.split_at(end);
        let (stands, holds) = element(name)?;
        let around = self.holds();
        let may_stand = match stands {
            Stands::Block => around == Holds::Flow,
            Stands::Line => matches!(around, Holds::Flow | Holds::Phrases),
            Stands::In(wanted) => around == wanted,
        };
        if !may_stand || (name == "a" && self.in_link) {
            return None;
        }
        self.in_link |= name == "a";
        let is_written = !is_unwrapped(name);
        if is_written {
            self.out.push('<');
            self.out.push_str(name);
        }
        let mut seen: [&str; 8] = [""; 8];
        let mut kept = 0;
        while !rest.starts_with('>') {
            let attribute;
            (attribute, rest) = Attribute::read(rest)?;
            if !is_written || !is_kept(name, attribute.name) {
                continue;
            }
            // A parser takes the first of two.
            if seen.contains(&attribute.name) {
                return None;
            }
            *seen.get_mut(kept)? = attribute.name;
            kept += 1;
            attribute.write(&mut self.out, base)?;
        }
        rest = &rest[1..];
        if is_written {
            self.out.push('>');
        }
        // A parser drops a line feed there.
        if name == "pre" && rest.starts_with('\n') {
            return None;
        }
        if holds != Holds::Nothing {
            self.open.push((name, holds));
        }
        Some(rest)
    }
}

struct Attribute<'a> {
    name: &'a str,
    /// As it is written, empty when there is none.
    value: &'a str,
}

impl<'a> Attribute<'a> {
    /// Reads one from the space before it; gives what follows.
    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let text = text.strip_prefix(' ')?;
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        let end = text.bytes().position(|byte| !is_name(byte))?;
        let (name, rest) = text.split_at(end);
        if name.is_empty() {
            return None;
        }
        let Some(quoted) = rest.strip_prefix("=\"") else {
            let ends = rest.starts_with([' ', '>']);
            return ends.then_some((Self { name, value: "" }, rest));
        };
        let (value, rest) = quoted.split_once('"')?;
        let ends = rest.starts_with([' ', '>']);
        ends.then_some((Self { name, value }, rest))
    }

    fn write(&self, out: &mut String, base: Option<&Url>) -> Option<()> {
        let value = plain(self.value)?;
        let value = match self.name {
            "href" | "src" | "cite" => whole(base, value)?,
            // Several addresses.
            "srcset" => return None,
            _ => value,
        };
        out.push(' ');
        out.push_str(self.name);
        out.push_str("=\"");
        if value.contains(['&', '<', '>', '"', '\u{a0}']) {
            value.chars().for_each(|c| push(out, c, true));
        } else {
            out.push_str(&value);
        }
        out.push('"');
        Some(())
    }
}

/// A whole address; none when the cleaner might not leave it.
fn whole<'a>(base: Option<&Url>, value: Cow<'a, str>) -> Option<Cow<'a, str>> {
    if value.trim().len() < value.len() {
        return None;
    }
    match Url::parse(&value) {
        Ok(url) => matches!(url.scheme(), "http" | "https" | "mailto").then_some(value),
        Err(ParseError::RelativeUrlWithoutBase) => {
            base?.join(&value).ok().map(|url| Cow::Owned(url.into()))
        }
        Err(_) => None,
    }
}

/// A value without references.
fn plain(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('&') {
        return Some(Cow::Borrowed(value));
    }
    let mut plain = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let (length, meant) = reference(&rest[at..])?;
        plain.push(meant);
        rest = &rest[at + length..];
    }
    plain.push_str(rest);
    Some(Cow::Owned(plain))
}

/// Length and meaning of a reference that is known.
fn reference(text: &str) -> Option<(usize, char)> {
    let known = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&#39;", '\''),
        ("&nbsp;", '\u{a0}'),
    ];
    known
        .into_iter()
        .find(|(reference, _)| text.starts_with(reference))
        .map(|(reference, meant)| (reference.len(), meant))
}

/// A character as the cleaner writes it.
fn push(out: &mut String, c: char, in_value: bool) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' if in_value => out.push_str("&quot;"),
        '\u{a0}' => out.push_str("&nbsp;"),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests;
