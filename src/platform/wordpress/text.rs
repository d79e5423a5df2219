//! Texts as WordPress takes and gives them: no shortcodes, no entities of its own; and which of
//! them is our copy.

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

/// Whether an article with another slug is the copy of this post. A link to a page is no mark,
/// since articles link to each other; the tracked one that ends our copy is.
pub(super) fn is_copy(content: &str, post: &Post) -> bool {
    if let Some(marked) = marker::marked(content) {
        return marked == post.canonical;
    }
    let is_tracked = post.link != post.canonical;
    is_tracked
        && content
            .replace("&amp;", "&")
            .contains(&format!("\"{}\"", post.link))
}

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::is_copy;
    use crate::platform::{Content, Post, marker};

    const PAGE: &str = "https://example.org/jobs/welder/";
    const LINK: &str = "https://example.org/jobs/welder/?utm_source=blog&utm_medium=article";

    fn post(link: &str) -> Post {
        Post {
            key: "jobs/welder@en".to_owned(),
            link: link.to_owned(),
            canonical: PAGE.to_owned(),
            slug: "welder".to_owned(),
            lang: "en".to_owned(),
            title: "Welder".to_owned(),
            summary: String::new(),
            content: Content::Html(String::new()),
            tags: Vec::new(),
            authors: Vec::new(),
            published: None,
            cover: None,
            call: None,
            images: Vec::new(),
        }
    }

    #[test]
    fn an_article_that_links_to_a_page_is_not_its_copy() {
        let theirs = format!("<p>See <a href=\"{PAGE}\">their page</a>.</p>");
        assert!(!is_copy(&theirs, &post(LINK)));
        assert!(!is_copy(&theirs, &post(PAGE)));
        let other = marker::comment("https://example.org/jobs/other/");
        let ours = format!(
            "<p><a href=\"{}\">x</a></p>{other}",
            LINK.replace('&', "&amp;")
        );
        assert!(!is_copy(&ours, &post(LINK)));
    }

    #[test]
    fn a_copy_has_the_mark_or_ends_with_the_tracked_link() {
        assert!(is_copy(
            &format!("<p>x</p>{}", marker::comment(PAGE)),
            &post(PAGE)
        ));
        let cleaned = format!("<p><a href=\"{}\">x</a></p>", LINK.replace('&', "&amp;"));
        assert!(is_copy(&cleaned, &post(LINK)));
        let longer = format!("<a href=\"{LINK}&utm_campaign=other\">x</a>");
        assert!(!is_copy(&longer, &post(LINK)));
    }
}
