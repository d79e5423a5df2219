//! A post as a Micropub server tells its source: takes microformats as JSON, gives what we look
//! for in them. Servers keep to the form loosely: a property may be a list or a single value, a
//! text may stand in an object. Knows no requests.

use crate::platform::{Post, Remote, Seen, digest, marker};
use serde_json::{Map, Value};

/// Letters of a text that stand for a title where there is none.
const TITLE: usize = 80;

/// A post's source.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    url: String,
    properties: Map<String, Value>,
}

impl Entry {
    /// Reads an entry; `asked` is the address that was asked for, if one was. None when it is no
    /// entry, or one of a list without its address.
    pub(super) fn read(value: &Value, asked: Option<&str>) -> Option<Self> {
        let properties = value.get("properties")?.as_object()?.clone();
        let url = match asked {
            Some(url) => url.to_owned(),
            None => first(properties.get("url")?)?.to_owned(),
        };
        Some(Self { url, properties })
    }

    /// Where it is read.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Whether readers can see it; some servers keep a record of what was deleted.
    pub(super) fn is_there(&self) -> bool {
        !self.has("deleted")
    }

    /// Whether a property has a value.
    pub(super) fn has(&self, name: &str) -> bool {
        match self.properties.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Array(values)) => !values.is_empty(),
            Some(Value::String(text)) => !text.is_empty(),
            Some(_) => true,
        }
    }

    /// Whether it is the copy of this post. A link to a page is no mark, since articles link to
    /// each other; the tracked one that ends our copy is.
    pub(super) fn is_of(&self, post: &Post) -> bool {
        if let Some(marked) = marker::marked(self.content()) {
            return marked == post.canonical;
        }
        let is_tracked = post.link != post.canonical;
        self.elsewhere().any(|url| url == post.canonical)
            || is_tracked && links(self.content()).any(|link| link == post.link)
    }

    /// As the publisher sees it.
    pub(super) fn seen(&self) -> Seen {
        let text = |name: &str| self.properties.get(name).and_then(first).unwrap_or("");
        let title = match text("name") {
            "" => self.content().chars().take(TITLE).collect(),
            name => name.to_owned(),
        };
        Seen {
            remote: Remote {
                id: self.url.clone(),
                url: Some(self.url.clone()),
            },
            canonical: marker::marked(self.content())
                .or_else(|| {
                    let mut tracked =
                        links(self.content()).filter(|link| link.contains("utm_source="));
                    tracked.next().map(|link| marker::untracked(&link))
                })
                .or_else(|| self.elsewhere().next().map(str::to_owned)),
            digest: Some(digest([text("name"), self.content(), text("summary")])),
            title,
        }
    }

    /// Its text as the server keeps it, HTML where it was written so.
    fn content(&self) -> &str {
        self.properties
            .get("content")
            .and_then(first)
            .unwrap_or_default()
    }

    /// Where it says that it stands too.
    fn elsewhere(&self) -> impl Iterator<Item = &str> {
        let values = match self.properties.get("syndication") {
            Some(Value::Array(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        values.iter().filter_map(first)
    }
}

/// The addresses that a text in HTML links to.
fn links(html: &str) -> impl Iterator<Item = String> {
    html.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|link| link.replace("&amp;", "&"))
}

/// The text of a value: of the first one of a list, of the HTML or the plain text of an object.
fn first(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(values) => values.first().and_then(first),
        Value::Object(parts) => ["html", "value", "text"]
            .iter()
            .find_map(|name| parts.get(*name)?.as_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Entry;
    use serde_json::json;

    /// A function of its own: the canonical address of an entry with these properties.
    fn canonical(properties: serde_json::Value) -> Option<String> {
        let entry = Entry::read(
            &json!({ "properties": properties }),
            Some("https://b.example/1"),
        );
        entry.expect("an entry").seen().canonical
    }

    #[test]
    fn properties_are_read_in_every_form_that_servers_give() {
        for content in [
            json!([{ "html": "<p>Text</p>" }]),
            json!(["<p>Text</p>"]),
            json!("<p>Text</p>"),
            json!([{ "value": "Text", "html": "<p>Text</p>" }]),
        ] {
            let value = json!({ "type": ["h-entry"], "properties": {
                "content": content, "url": ["https://blog.example.org/1"],
            }});
            let entry = Entry::read(&value, None).expect("an entry");
            assert_eq!(entry.url(), "https://blog.example.org/1");
            assert_eq!(entry.seen().title, "<p>Text</p>", "{content}");
        }
    }

    #[test]
    fn what_is_no_entry_is_none() {
        for value in [
            json!({}),
            json!([]),
            json!({ "properties": [] }),
            json!({ "properties": { "name": ["no address"] } }),
            json!({ "properties": { "url": [] } }),
        ] {
            assert_eq!(Entry::read(&value, None), None, "{value}");
        }
    }

    #[test]
    fn a_record_of_a_deleted_post_is_no_post() {
        let of = |properties| {
            let entry = Entry::read(
                &json!({ "properties": properties }),
                Some("https://b.example/1"),
            );
            entry.expect("an entry").is_there()
        };
        assert!(of(json!({ "name": ["x"], "deleted": [] })));
        assert!(!of(json!({ "deleted": "2026-11-30T00:00:00Z" })));
        assert!(!of(json!({ "deleted": ["2026-11-30T00:00:00Z"] })));
    }

    #[test]
    fn the_mark_names_the_page_before_other_places_do() {
        let page = "https://example.org/a/";
        let marked = format!("<p>x</p><!-- canonical: {page} -->");
        assert_eq!(
            canonical(
                json!({ "content": [{ "html": marked }], "syndication": ["https://s.example/9"] })
            ),
            Some(page.to_owned())
        );
        assert_eq!(
            canonical(json!({ "content": ["x"], "syndication": [page] })),
            Some(page.to_owned())
        );
        let linked = format!(
            "<p><a href=\"https://example.org/b/\">b</a> <a rel=\"x\" \
             href=\"{page}?utm_source=own&amp;utm_medium=article\">a</a></p>"
        );
        assert_eq!(
            canonical(
                json!({ "content": [{ "html": linked }], "syndication": ["https://s.example/9"] })
            ),
            Some(page.to_owned())
        );
        assert_eq!(canonical(json!({ "content": ["x"] })), None);
    }
}
