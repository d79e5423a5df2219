//! Makes texts and HTML safe to carry away from the site: takes what a page holds, gives what
//! a feed reader or a calendar may be handed. Refuses to know which format it goes into.

mod plain;

use crate::content::bytes;
use ammonia::{Builder, Url};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Drops what no XML, JSON or calendar reader wants in a text: C0 and C1 control characters
/// (tab and line feed stay, carriage return becomes a line feed) and noncharacters.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if bytes::is_surely_clean(text) || text.chars().all(allowed) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\r' {
            if characters.peek() != Some(&'\n') {
                clean.push('\n');
            }
        } else if allowed(character) {
            clean.push(character);
        }
    }
    Cow::Owned(clean)
}

/// One line of text: white space of every kind is folded into single spaces.
pub(crate) fn line(value: &str) -> Cow<'_, str> {
    let clean = text(value);
    if bytes::is_surely_one_line(&clean) {
        return clean;
    }
    let mut line = String::with_capacity(clean.len());
    for word in clean.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    Cow::Owned(line)
}

/// HTML for readers elsewhere: only elements that show text and pictures, every address
/// whole, no classes, identifiers, styles or scripts. `base` is the page's own whole URL.
/// Formulas become their TeX source, checkboxes become characters.
pub(crate) fn html(source: &str, base: &str) -> String {
    let source = formulas(source);
    let source = checkboxes(&source);
    let base = Url::parse(base).ok();
    if let Some(clean) = plain::html(&source, base.as_ref()) {
        return clean;
    }
    cleaned(&source, base)
}

/// The same by way of a tree of elements, whatever the source is.
fn cleaned(source: &str, base: Option<Url>) -> String {
    BASE.set(base);
    let clean = CLEANER.clean(source).to_string();
    match text(&clean) {
        Cow::Borrowed(_) => clean,
        Cow::Owned(without_controls) => without_controls,
    }
}

/// Escapes a text for HTML content and attribute values.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    escape_into(&mut escaped, text);
    escaped
}

/// Appends a text, escaped for HTML content and attribute values in double quotes.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        out.push_str(escaped);
        plain_from = at + 1;
    }
    out.push_str(&text[plain_from..]);
}

fn allowed(character: char) -> bool {
    let code = u32::from(character);
    match code {
        0x09 | 0x0A => true,
        0..=0x1F | 0x7F..=0x9F | 0xFDD0..=0xFDEF => false,
        _ => code & 0xFFFE != 0xFFFE,
    }
}

/// Elements whose content makes no sense without them.
const DROPPED: [&str; 18] = [
    "script", "style", "iframe", "object", "embed", "applet", "button", "select", "textarea",
    "template", "noscript", "canvas", "svg", "math", "head", "title", "dialog", "frameset",
];

const KEPT: [&str; 9] = [
    "address", "audio", "main", "picture", "section", "source", "tfoot", "track", "video",
];

/// `span`s only carry classes here, and `rtc` is unknown to feed validators.
const UNWRAPPED: [&str; 2] = ["span", "rtc"];

thread_local! {
    /// The page whose HTML this thread cleans.
    static BASE: RefCell<Option<Url>> = const { RefCell::new(None) };
}

/// To make one takes a tenth of the time of cleaning a page, so there is one for all.
static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(cleaner);

fn cleaner() -> Builder<'static> {
    let mut builder = Builder::default();
    builder
        .add_tags(KEPT)
        .rm_tags(UNWRAPPED)
        .clean_content_tags(HashSet::from(DROPPED))
        .link_rel(None)
        .url_schemes(HashSet::from([
            "http", "https", "mailto", "tel", "geo", "sms", "xmpp", "magnet", "tg", "weixin",
        ]))
        .add_generic_attributes(["dir"])
        .add_tag_attributes("img", ["srcset", "sizes"])
        .add_tag_attributes("source", ["src", "srcset", "sizes", "type", "media"])
        .add_tag_attributes("video", ["src", "poster", "width", "height", "controls"])
        .add_tag_attributes("audio", ["src", "controls"])
        .add_tag_attributes("track", ["src", "kind", "srclang", "label"])
        .add_tag_attributes("details", ["open"])
        .add_tag_attributes("ol", ["reversed", "type"])
        .add_tag_attributes("time", ["datetime"])
        .attribute_filter(|_, attribute, value| {
            BASE.with_borrow(|base| match attribute {
                "href" | "src" | "poster" | "cite" => address(base.as_ref(), value),
                "srcset" => Some(Cow::Owned(candidates(base.as_ref(), value))),
                _ => Some(Cow::Borrowed(value)),
            })
        });
    builder
}

/// A whole address; none when it cannot be made whole or would run something.
fn address<'a>(base: Option<&Url>, value: &'a str) -> Option<Cow<'a, str>> {
    let value = value.trim();
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "javascript" | "vbscript" | "data" | "file") => None,
        Ok(_) => Some(Cow::Borrowed(value)),
        Err(_) => base
            .and_then(|base| base.join(value).ok())
            .map(|url| Cow::Owned(url.into())),
    }
}

fn candidates(base: Option<&Url>, value: &str) -> String {
    value
        .split(',')
        .filter_map(|candidate| {
            let mut parts = candidate.split_whitespace();
            let url = address(base, parts.next()?)?;
            Some(match parts.next() {
                Some(size) => format!("{url} {size}"),
                None => url.into_owned(),
            })
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// Replaces each `<math>` by its TeX source in `<code>`, or by its bare text: feed readers
/// and validators do not know MathML in HTML content.
fn formulas(source: &str) -> Cow<'_, str> {
    replace(source, "<math", "</math>", |formula| {
        if let Some(start) = formula.find("<annotation")
            && let Some(open) = formula[start..].find('>')
            && let Some(length) = formula[start + open + 1..].find("</annotation>")
        {
            let tex = &formula[start + open + 1..start + open + 1 + length];
            return format!("<code>{tex}</code>");
        }
        if let Some((_, rest)) = formula.split_once("alttext=\"")
            && let Some((tex, _)) = rest.split_once('"')
        {
            return format!("<code>{}</code>", tex.replace('<', "&lt;"));
        }
        let mut bare = String::new();
        let mut inside = false;
        for character in formula.chars() {
            match character {
                '<' => inside = true,
                '>' => inside = false,
                _ if !inside => bare.push(character),
                _ => {}
            }
        }
        bare
    })
}

/// Replaces the checkboxes of task lists by ☑ and ☐.
fn checkboxes(source: &str) -> Cow<'_, str> {
    replace(source, "<input", ">", |input| {
        if !input.contains("checkbox") {
            String::new()
        } else if input.contains("checked") {
            "☑ ".to_owned()
        } else {
            "☐ ".to_owned()
        }
    })
}

fn replace<'a>(
    source: &'a str,
    open: &str,
    close: &str,
    with: impl Fn(&str) -> String,
) -> Cow<'a, str> {
    let mut result = String::new();
    let mut rest = source;
    while let Some(start) = rest.find(open) {
        let Some(length) = rest[start..].find(close) else {
            break;
        };
        let end = start + length + close.len();
        result.push_str(&rest[..start]);
        result.push_str(&with(&rest[start..end]));
        rest = &rest[end..];
    }
    if rest.len() == source.len() {
        return Cow::Borrowed(source);
    }
    result.push_str(rest);
    Cow::Owned(result)
}

#[cfg(test)]
mod tests {
    use super::{html, line, text};

    const BASE: &str = "https://example.org/a/b/";

    #[test]
    fn every_address_becomes_whole() {
        assert_eq!(
            html(
                r##"<a href="#fn1">1</a> <a href="../c/?q=1&amp;r">c</a> <img src="/x.png" srcset="y.png 2x, /z.png 3x" alt="">"##,
                BASE
            ),
            r#"<a href="https://example.org/a/b/#fn1">1</a> <a href="https://example.org/a/c/?q=1&amp;r">c</a> <img src="https://example.org/x.png" srcset="https://example.org/a/b/y.png 2x, https://example.org/z.png 3x" alt="">"#
        );
    }

    #[test]
    fn nothing_that_acts_is_left() {
        let source = r#"<p onclick="x()" style="color:red" class="k" id="i">a<script>b</script><button>c</button><svg><text>d</text></svg><iframe src="https://v.example/">e</iframe></p><form action="/"><p>f</p><input name="g"></form><a href="javascript:alert(1)">h</a><style>i</style>"#;
        assert_eq!(html(source, BASE), "<p>a</p><p>f</p><a>h</a>");
    }

    #[test]
    fn text_tables_figures_and_ruby_stay() {
        let source = r#"<figure><img src="https://e.example/x.png" alt="甲" width="3" height="2"><figcaption>乙</figcaption></figure><table><thead><tr><th scope="col">丙</th></tr></thead></table><ruby>字<rp>(</rp><rt>zì</rt><rp>)</rp></ruby>"#;
        assert_eq!(html(source, BASE), source);
    }

    #[test]
    fn code_loses_its_colours_and_formulas_show_their_source() {
        assert_eq!(
            html(
                r#"<pre><code class="language-rust"><span class="k">let</span> x;</code></pre>"#,
                BASE
            ),
            "<pre><code>let x;</code></pre>"
        );
        assert_eq!(
            html(
                r#"<math><semantics><mi>x</mi><annotation encoding="application/x-tex">x &lt; 1</annotation></semantics></math>"#,
                BASE
            ),
            "<code>x &lt; 1</code>"
        );
        assert_eq!(html("<math><mi>x</mi><mo>=</mo></math>", BASE), "x=");
        assert_eq!(
            html(
                r#"<li><input type="checkbox" checked disabled> a</li>"#,
                BASE
            ),
            "<li>☑  a</li>"
        );
    }

    #[test]
    fn control_characters_go_even_when_written_as_references() {
        assert_eq!(html("<p>a&#1;b\u{b}c&#xFFFF;</p>", BASE), "<p>abc</p>");
        assert_eq!(text("a\u{0}\r\nb\rc\u{85}\u{FFFE}🎉"), "a\nb\nc🎉");
        assert_eq!(line(" a \n\t b\u{7f} "), "a b");
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_hangs() {
        let deep = "<div>".repeat(5_000) + "x";
        assert!(html(&deep, BASE).contains('x'));
    }
}
