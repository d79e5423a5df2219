//! A letter out of a post: headers, the article as HTML and the same as text. The same post and
//! attempt are the same letter, to the last byte.

use super::text::plain;
use crate::platform::rich::Rich;
use crate::platform::{Attempt, Content, Failure, Post};
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use std::time::SystemTime;

/// What every letter of an account has in common.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    pub(super) from: Mailbox,
    pub(super) to: Mailbox,
    pub(super) unsubscribe: Option<String>,
}

/// The letter's name: it follows from the attempt, so that a list that gets a letter twice can
/// tell.
pub(super) fn name(paper: &Paper, attempt: Attempt<'_>) -> String {
    format!("<{}@{}>", attempt.key, paper.from.email.domain())
}

/// The letter; one that answers another names it.
pub(super) fn letter(
    paper: &Paper,
    post: &Post,
    attempt: Attempt<'_>,
    answers: Option<&str>,
) -> Result<Message, Failure> {
    let (html, text) = bodies(post)?;
    let subject = one_line(&post.title);
    let subject = if answers.is_some() {
        format!("Re: {subject}")
    } else {
        subject
    };
    let mut builder = Message::builder()
        .from(paper.from.clone())
        .to(paper.to.clone())
        .date(SystemTime::from(attempt.at))
        .message_id(Some(name(paper, attempt)))
        .subject(subject);
    if let Some(first) = answers {
        builder = builder
            .in_reply_to(first.to_owned())
            .references(first.to_owned());
    }
    let mut headers = vec![
        // Where the letter can be read for good (RFC 5064).
        ("Archived-At", format!("<{}>", one_line(&post.canonical))),
        ("Content-Language", one_line(&post.lang)),
    ];
    if let Some(way) = &paper.unsubscribe {
        headers.push(("List-Unsubscribe", format!("<{}>", one_line(way))));
    }
    for (header, value) in headers {
        if value.is_ascii()
            && let Ok(header) = HeaderName::new_from_ascii(header.to_owned())
        {
            builder = builder.raw_header(HeaderValue::new(header, value));
        }
    }
    let parts = MultiPart::alternative()
        .boundary(format!("guidepost-{}", attempt.key))
        .singlepart(part(ContentType::TEXT_PLAIN, text))
        .singlepart(part(ContentType::TEXT_HTML, html));
    builder
        .multipart(parts)
        .map_err(|error| Failure::refused(format!("the letter cannot be written: {error}")))
}

fn part(kind: ContentType, text: String) -> SinglePart {
    SinglePart::builder().header(kind).body(text)
}

/// The whole as HTML and as text, each under a title that leads to the page.
fn bodies(post: &Post) -> Result<(String, String), Failure> {
    let (html, text) = match &post.content {
        Content::Html(html) => (html.clone(), plain(html)),
        Content::Short(rich) => (short(rich), rich.plain()),
        Content::Markdown(_) => return Err(Failure::refused("a letter takes HTML")),
    };
    let (title, link) = (escaped(&post.title), escaped(&post.link));
    let page = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n<h1><a href=\"{link}\">{title}</a></h1>\n{html}\n</body></html>\n",
        escaped(&post.lang),
    );
    let text = format!("{}\n{}\n\n{text}\n", one_line(&post.title), post.link);
    Ok((page, text))
}

fn short(rich: &Rich) -> String {
    format!("<p>{}</p>", rich.html().replace('\n', "<br>\n"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A header has one line, whatever is written in a title.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}
