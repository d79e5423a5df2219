//! Texts as WordPress takes and gives them: no shortcodes, no entities of its own.

use crate::platform::{Content, Failure, Post, marker};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The article in a block that the server shows as it is: outside of one it would make
/// paragraphs of line breaks and run what looks like a shortcode.
pub(super) fn content(post: &Post) -> Result<String, Failure> {
    let html = match &post.content {
        Content::Html(html) => html.clone(),
        Content::Short(rich) => format!("<p>{}</p>", rich.html().replace('\n', "<br>\n")),
        Content::Markdown(_) => return Err(Failure::refused("WordPress takes HTML")),
    };
    Ok(format!(
        "<!-- wp:html -->\n{}\n{}\n<!-- /wp:html -->",
        without_shortcodes(&html.replace("<!-- /wp:", "<!-- / wp:")),
        marker::comment(&post.canonical)
    ))
}

/// Takes the meaning of a shortcode from `[gallery]` and `[/audio]`, not from `[1]`.
fn without_shortcodes(html: &str) -> String {
    let mut safe = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('[') {
        let (before, after) = rest.split_at(at);
        safe.push_str(before);
        rest = after.get(1..).unwrap_or_default();
        let word = rest.strip_prefix('/').unwrap_or(rest);
        if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            safe.push_str("&#91;");
        } else {
            safe.push('[');
        }
    }
    safe.push_str(rest);
    safe
}

/// Plain text for a field that is HTML there.
pub(super) fn escaped(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    without_shortcodes(&escaped)
}

/// The plain text of such a field.
pub(super) fn unescaped(html: &str) -> String {
    html.replace("&#91;", "[")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
