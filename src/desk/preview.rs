//! What a reader on a phone will see, as a page inside of the sheet that runs no scripts.

use super::html::escape;
use super::sheet::Sheet;
use crate::platform::Content;
use crate::publish::compose::article;
use pulldown_cmark::{Event, Options, Parser};

/// Styles of the preview, which are nobody's own: a plain reader on a phone.
const PREVIEW: &str = "body{font:16px/1.75 system-ui,sans-serif;margin:16px;color:#222;background:#fff;overflow-wrap:anywhere}h1{font-size:20px;line-height:1.4}h2{font-size:18px}figure{margin:0}img{max-width:100%;height:auto}pre{overflow:auto;background:#f5f5f5;padding:8px}table{border-collapse:collapse;display:block;overflow:auto}td,th{border:1px solid #ddd;padding:4px 8px}blockquote{margin:0;padding-left:12px;border-left:3px solid #ddd;color:#666}.plain{white-space:pre-wrap}";

/// The post as a page of its own.
pub(super) fn preview(sheet: &Sheet<'_>) -> String {
    let post = &sheet.composed.post;
    let at = |url: &str| sheet.local(url);
    let text = match &post.content {
        Content::Html(html) => article::with_images_at(html, &at),
        Content::Markdown(text) => article::with_images_at(&rendered(text), &at),
        Content::Short(rich) => {
            format!("<div class=\"plain\">{}</div>", escape(&rich.plain()))
        }
    };
    let title = match sheet.work.capabilities.title {
        Some(_) => format!("<h1>{}</h1>", escape(&post.title)),
        None => String::new(),
    };
    let cover = post.cover.as_ref().map(|cover| {
        format!(
            "<p><img src=\"{}\" alt=\"{}\"></p>",
            escape(&sheet.local(&cover.url)),
            escape(&cover.alt)
        )
    });
    format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><style>{PREVIEW}</style><body>{}{title}{text}</body></html>",
        escape(&post.lang),
        cover.unwrap_or_default(),
    )
}

/// Markdown of ours as HTML. It has no HTML inside; if it had, it would be shown as text.
pub(super) fn rendered(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(markdown, options).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    html
}
