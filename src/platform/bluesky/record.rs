//! Records: what is made of a post, and what a record of the repository says. Knows no requests.

use super::{BYTES, COLLECTION, GRAPHEMES};
use crate::platform::counting::count;
use crate::platform::rich::{MarkKind, Rich};
use crate::platform::{Content, Failure, Post, Remote, Seen, digest, marker};
use serde::Deserialize;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation as _;

/// Longest tag, in graphemes and in bytes.
const TAG: (usize, usize) = (64, 640);

/// A record as the repository keeps it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Record {
    pub(super) uri: String,
    pub(super) cid: String,
    pub(super) value: Value,
}

impl Record {
    pub(super) fn text(&self) -> &str {
        self.value
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// When it was made, as it says; in one form, such moments are in the order of their letters.
    pub(super) fn made(&self) -> &str {
        self.value
            .get("createdAt")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn is_answer(&self) -> bool {
        self.value.get("reply").is_some()
    }

    /// The address of the record that it answers.
    pub(super) fn above(&self) -> Option<&str> {
        self.value.pointer("/reply/parent/uri")?.as_str()
    }

    /// What an answer to it says of the thread: its beginning, and itself.
    pub(super) fn reply(&self) -> Value {
        let own = json!({ "uri": self.uri, "cid": self.cid });
        let root = self.value.pointer("/reply/root").unwrap_or(&own);
        json!({ "root": root, "parent": own })
    }

    fn card(&self, field: &str) -> Option<&str> {
        let pointer = format!("/embed/external/{field}");
        self.value.pointer(&pointer)?.as_str()
    }

    /// The addresses in it, the card's first.
    fn links(&self) -> impl Iterator<Item = &str> + Clone {
        let facets = self.value.get("facets").and_then(Value::as_array);
        let linked = facets
            .into_iter()
            .flatten()
            .filter_map(|facet| facet.pointer("/features/0/uri")?.as_str());
        self.card("uri").into_iter().chain(linked)
    }

    /// Whether it is of the page with that address.
    pub(super) fn carries(&self, canonical: &str) -> bool {
        self.links().any(|link| marker::carries(link, canonical))
            || marker::carries(self.text(), canonical)
    }

    /// The page that it is of.
    pub(super) fn page(&self) -> Option<String> {
        marker::linked(self.links())
    }

    pub(super) fn seen(&self, remote: Remote) -> Seen {
        let card = ["uri", "title", "description"].map(|field| self.card(field));
        Seen {
            remote,
            canonical: self.page(),
            digest: Some(digest(
                std::iter::once(self.text()).chain(card.map(Option::unwrap_or_default)),
            )),
            title: self
                .text()
                .lines()
                .find(|line| !line.trim().is_empty())
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

/// The text of a post, when it is one that fits.
pub(super) fn text(post: &Post) -> Result<&Rich, Failure> {
    let Content::Short(rich) = &post.content else {
        return Err(Failure::refused("a post there is a short text"));
    };
    for (limit, name) in [(GRAPHEMES, "characters"), (BYTES, "bytes")] {
        let length = count(&rich.text, limit.unit);
        if length > limit.most {
            return Err(Failure::refused(format!(
                "the text has {length} {name}, a post holds {}",
                limit.most
            )));
        }
    }
    Ok(rich)
}

/// The record of a post. `who` gives the identity behind a handle.
///
/// # Errors
/// Those of `who`.
pub(super) fn record(
    post: &Post,
    rich: &Rich,
    thumb: Option<Value>,
    at: jiff::Timestamp,
    who: impl FnMut(&str) -> Result<Option<String>, Failure>,
) -> Result<Value, Failure> {
    let mut record = json!({
        "$type": COLLECTION,
        "text": rich.text,
        "createdAt": at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
    });
    if !post.lang.is_empty() {
        record["langs"] = json!([post.lang]);
    }
    let facets = facets(rich, who)?;
    if !facets.is_empty() {
        record["facets"] = Value::Array(facets);
    }
    let link = if post.link.is_empty() {
        &post.canonical
    } else {
        &post.link
    };
    // The server reads no pages: what is not in the card is not shown.
    let mut card = json!({ "uri": link, "title": post.title, "description": post.summary });
    if let Some(thumb) = thumb {
        card["thumb"] = thumb;
    }
    record["embed"] = json!({ "$type": "app.bsky.embed.external", "external": card });
    Ok(record)
}

/// Links, tags and mentions of a text by the bytes that they stand at.
fn facets(
    rich: &Rich,
    mut who: impl FnMut(&str) -> Result<Option<String>, Failure>,
) -> Result<Vec<Value>, Failure> {
    let mut facets = Vec::new();
    for mark in &rich.marks {
        if rich.text.get(mark.range.clone()).is_none_or(str::is_empty) {
            continue;
        }
        let feature = match &mark.kind {
            MarkKind::Bold => continue,
            MarkKind::Link(uri) => json!({ "$type": "app.bsky.richtext.facet#link", "uri": uri }),
            MarkKind::Tag(tag) => {
                if tag.graphemes(true).count() > TAG.0 || tag.len() > TAG.1 {
                    continue;
                }
                json!({ "$type": "app.bsky.richtext.facet#tag", "tag": tag })
            }
            // A handle that nobody has stays plain text.
            MarkKind::Mention(handle) => match who(handle)? {
                Some(did) => json!({ "$type": "app.bsky.richtext.facet#mention", "did": did }),
                None => continue,
            },
        };
        facets.push(json!({
            "index": { "byteStart": mark.range.start, "byteEnd": mark.range.end },
            "features": [feature],
        }));
    }
    Ok(facets)
}

#[cfg(test)]
mod tests {
    use super::{Record, facets};
    use crate::platform::Remote;
    use crate::platform::rich::{Rich, bold, link, mention};
    use serde_json::json;

    #[test]
    fn facets_count_bytes() {
        let marked = format!(
            "{} 你好 {}\n#招聘 {} {}",
            bold("мир"),
            link("link", "https://e.org/a"),
            mention("@a.test"),
            mention("@nobody.test")
        );
        let rich = Rich::read(&marked);
        assert_eq!(rich.text, "мир 你好 link\n#招聘 @a.test @nobody.test");
        let who = |handle: &str| Ok((handle == "a.test").then(|| "did:plc:abc".to_owned()));
        // Offsets counted by Python: len("мир 你好 ".encode()) and so on.
        let expected = json!([
            { "index": { "byteStart": 14, "byteEnd": 18 },
              "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": "https://e.org/a" }] },
            { "index": { "byteStart": 19, "byteEnd": 26 },
              "features": [{ "$type": "app.bsky.richtext.facet#tag", "tag": "招聘" }] },
            { "index": { "byteStart": 27, "byteEnd": 34 },
              "features": [{ "$type": "app.bsky.richtext.facet#mention", "did": "did:plc:abc" }] },
        ]);
        assert_eq!(json!(facets(&rich, who).expect("facets")), expected);
    }

    #[test]
    fn a_tag_too_long_for_the_server_is_plain_text() {
        let rich = Rich::read(&format!("#{}", "я".repeat(65)));
        let facets = facets(&rich, |_| Ok(None)).expect("facets");
        assert!(facets.is_empty(), "{facets:?}");
    }

    #[test]
    fn a_record_tells_its_page_by_its_card_or_its_links() {
        let card = json!({
            "text": "Welder", "facets": [{ "features": [{ "uri": "https://other.example/" }] }],
            "embed": { "external": { "uri": "https://e.org/a/?utm_source=bsky", "title": "t" } },
        });
        let by_hand = json!({
            "text": "Welder", "facets": [{ "features": [{ "uri": "https://e.org/a/" }] }],
        });
        for value in [card, by_hand] {
            let record = Record {
                uri: "at://did:plc:abc/app.bsky.feed.post/3k".to_owned(),
                cid: "c".to_owned(),
                value,
            };
            let remote = Remote {
                id: record.uri.clone(),
                url: None,
            };
            assert_eq!(
                record.seen(remote).canonical.as_deref(),
                Some("https://e.org/a/")
            );
            assert!(record.carries("https://e.org/a/"));
        }
    }
}
