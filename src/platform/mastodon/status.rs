//! A status as the server gives it: takes its JSON, gives what a reader sees of it and which
//! page it is of. Knows no requests.

use crate::platform::{Remote, Seen, digest, marker};
use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use serde::Deserialize;
use serde_json::Value;

/// A status.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Status {
    pub(super) id: String,
    url: Option<String>,
    uri: Option<String>,
    #[serde(default)]
    content: String,
    #[serde(default)]
    spoiler_text: String,
    pub(super) in_reply_to_id: Option<String>,
    reblog: Option<Value>,
    #[serde(default)]
    media_attachments: Vec<Attachment>,
}

#[derive(Debug, Clone, Deserialize)]
struct Attachment {
    description: Option<String>,
}

impl Status {
    pub(super) fn remote(&self) -> Remote {
        Remote {
            id: self.id.clone(),
            url: self.url.clone().or_else(|| self.uri.clone()),
        }
    }

    /// Whether people read it at that address.
    pub(super) fn is_at(&self, address: &str) -> bool {
        [&self.url, &self.uri]
            .into_iter()
            .flatten()
            .any(|own| own.trim_end_matches('/') == address)
    }

    /// Whether it is a post of its own: neither an answer nor another's post.
    pub(super) fn is_post(&self) -> bool {
        self.in_reply_to_id.is_none() && self.reblog.is_none()
    }

    /// Whether it is of the page with that address.
    pub(super) fn carries(&self, canonical: &str) -> bool {
        let (text, links) = visible(&self.content);
        links.iter().any(|link| marker::carries(link, canonical))
            || marker::carries(&text, canonical)
    }

    pub(super) fn seen(&self) -> Seen {
        let (text, links) = visible(&self.content);
        let descriptions = self
            .media_attachments
            .iter()
            .filter_map(|attachment| attachment.description.as_deref());
        Seen {
            remote: self.remote(),
            canonical: marker::linked(links.iter().map(String::as_str)),
            // Of what is read, not of the markup around it, which a newer server may change.
            digest: Some(digest(
                [self.spoiler_text.as_str(), text.as_str()]
                    .into_iter()
                    .chain(descriptions),
            )),
            title: text
                .lines()
                .find(|line| !line.trim().is_empty())
                .unwrap_or_default()
                .trim()
                .to_owned(),
        }
    }
}

/// Text and links of a status, without those that the server made of mentions and tags.
fn visible(html: &str) -> (String, Vec<String>) {
    let document = html5ever::parse_document(RcDom::default(), Default::default()).one(html);
    let (mut text, mut links) = (String::new(), Vec::new());
    // Walked without recursion: the text is another's, and may be nested deeply.
    let mut rest: Vec<Handle> = vec![document.document.clone()];
    while let Some(node) = rest.pop() {
        match &node.data {
            NodeData::Text { contents } => text.push_str(&contents.borrow()),
            NodeData::Element { name, attrs, .. } => match &*name.local {
                "br" => text.push('\n'),
                "p" if !text.is_empty() => text.push_str("\n\n"),
                "a" => {
                    let attributes = attrs.borrow();
                    let value = |wanted: &str| {
                        attributes
                            .iter()
                            .find(|attribute| &*attribute.name.local == wanted)
                            .map(|attribute| attribute.value.to_string())
                    };
                    let classes = value("class").unwrap_or_default();
                    let is_ours = !classes
                        .split_whitespace()
                        .any(|class| matches!(class, "mention" | "hashtag"));
                    links.extend(value("href").filter(|_| is_ours));
                }
                _ => {}
            },
            _ => {}
        }
        rest.extend(node.children.borrow().iter().rev().cloned());
    }
    (text.trim().to_owned(), links)
}

#[cfg(test)]
mod tests {
    use super::Status;
    use serde_json::json;

    fn status(content: &str) -> Status {
        serde_json::from_value(json!({
            "id": "1", "url": "https://social.example/@a/1", "uri": "https://social.example/1",
            "content": content, "in_reply_to_id": null, "reblog": null, "spoiler_text": "",
        }))
        .expect("a status")
    }

    /// As Mastodon 4 writes a link and a tag.
    const WRITTEN: &str = "<p>招聘 &amp; <a href=\"https://social.example/tags/jobs\" \
        class=\"mention hashtag\" rel=\"tag\">#<span>jobs</span></a><br />\
        <a href=\"https://example.org/jobs/welder/?utm_source=masto&amp;utm_medium=social\" \
        rel=\"nofollow\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">\
        example.org/jobs/welder/?utm_s</span><span class=\"invisible\">ource=masto&amp;\
        utm_medium=social</span></a></p>";

    #[test]
    fn a_status_tells_its_page_and_its_text() {
        let status = status(WRITTEN);
        let seen = status.seen();
        let page = "https://example.org/jobs/welder/";
        assert_eq!(seen.canonical.as_deref(), Some(page));
        assert_eq!(seen.title, "招聘 & #jobs");
        assert!(status.carries(page));
        assert!(!status.carries("https://example.org/jobs/"));
    }

    #[test]
    fn markup_around_the_same_text_is_no_change() {
        let plain = status(
            "<p>招聘 &amp; #jobs<br><a href=\"https://example.org/jobs/welder/?utm_source=masto&amp;\
             utm_medium=social\">https://example.org/jobs/welder/?utm_source=masto&amp;utm_medium=\
             social</a></p>",
        );
        assert_eq!(plain.seen().digest, status(WRITTEN).seen().digest);
        assert_ne!(status("<p>招聘</p>").seen().digest, plain.seen().digest);
    }

    #[test]
    fn deep_markup_is_read() {
        let deep = format!("{}text", "<b>".repeat(20_000));
        assert_eq!(status(&deep).seen().title, "text");
    }
}
