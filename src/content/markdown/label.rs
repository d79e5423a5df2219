//! Short texts with inline markdown: takes the label of a directive, gives HTML without
//! links, images and raw HTML, so that it may stand anywhere.

use super::escape;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Markdown of one line → HTML.
pub(super) fn inline_html(markdown: &str) -> String {
    let (marked, _) = super::emphasis::mark(markdown);
    let mut html = String::new();
    for event in Parser::new_ext(&marked, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => {
                escape::text(&text, &mut html);
            }
            Event::Code(code) => {
                html.push_str("<code>");
                escape::text(&code, &mut html);
                html.push_str("</code>");
            }
            Event::Start(tag) => html.push_str(match tag {
                Tag::Emphasis => "<em>",
                Tag::Strong => "<strong>",
                Tag::Strikethrough => "<del>",
                _ => "",
            }),
            Event::End(tag) => html.push_str(match tag {
                TagEnd::Emphasis => "</em>",
                TagEnd::Strong => "</strong>",
                TagEnd::Strikethrough => "</del>",
                _ => "",
            }),
            Event::SoftBreak | Event::HardBreak => html.push(' '),
            _ => {}
        }
    }
    html
}
