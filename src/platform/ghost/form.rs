//! The forms of Ghost: an article as a card, answers and their errors.

use super::{Kept, Posts};
use crate::platform::{Answer, Content, Failure, Post};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The API's word for a post that is not there.
pub(super) const NOT_FOUND: &str = "Resource not found";

/// What the server says went wrong, with the reason that it often has in a second field.
pub(super) fn said(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let text = |name: &str| body.pointer(&format!("/errors/0/{name}"))?.as_str();
    let message = text("message")?;
    Some(match text("context") {
        Some(context) if !context.is_empty() => format!("{message} {context}"),
        _ => message.to_owned(),
    })
}

/// The one post of an answer.
pub(super) fn only(answer: Answer) -> Result<Kept, Failure> {
    let said = answer.clone();
    answer
        .ok_as::<Posts>()?
        .posts
        .into_iter()
        .next()
        .ok_or_else(|| said.senseless("there is no post in the answer"))
}

pub(super) fn is_of(kept: &Kept, post: &Post) -> bool {
    kept.canonical_url.as_deref() == Some(post.canonical.as_str())
}

/// The article in a card that the editor keeps as it is; elsewhere it would lose what its own
/// blocks cannot express.
pub(super) fn card(post: &Post) -> Result<String, Failure> {
    let html = match &post.content {
        Content::Html(html) => html.clone(),
        Content::Short(rich) => format!("<p>{}</p>", rich.html().replace('\n', "<br>\n")),
        Content::Markdown(_) => return Err(Failure::refused("Ghost takes HTML")),
    };
    Ok(format!(
        "<!--kg-card-begin: html-->\n{}\n<!--kg-card-end: html-->",
        html.replace("<!--kg-card-", "<!-- kg-card-")
    ))
}

/// A text of at most so many code points.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
