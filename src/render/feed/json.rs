//! A feed in JSON Feed 1.1.

use super::Feed;
use super::entry::Entry;
use crate::render::address::FeedForm;
use crate::render::sanitise;
use serde_json::{Map, Value, json};

/// Writes the document.
pub(super) fn document(feed: &Feed<'_>) -> serde_json::Result<Vec<u8>> {
    let mut document = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            document.insert(key.to_owned(), value);
        }
    };
    set("version", Some(json!("https://jsonfeed.org/version/1.1")));
    set("title", Some(json!(sanitise::line(&feed.title))));
    set("home_page_url", Some(json!(feed.home)));
    set("feed_url", Some(json!(feed.file(FeedForm::Json))));
    let description = sanitise::line(feed.subtitle);
    set(
        "description",
        (!description.is_empty()).then(|| json!(description)),
    );
    set("icon", feed.image.as_ref().map(|image| json!(image)));
    set("favicon", feed.icon.as_ref().map(|icon| json!(icon)));
    set("language", Some(json!(feed.language)));
    set(
        "authors",
        Some(json!([{ "name": sanitise::line(feed.author) }])),
    );
    set(
        "hubs",
        feed.hub
            .map(|hub| json!([{ "type": "WebSub", "url": hub }])),
    );
    let items: Vec<Value> = feed
        .entries
        .iter()
        .map(|entry| item(entry, feed.language))
        .collect();
    set("items", Some(Value::Array(items)));
    serde_json::to_vec(&Value::Object(document))
}

fn item(entry: &Entry<'_>, language: &str) -> Value {
    let mut item = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            item.insert(key.to_owned(), value);
        }
    };
    set("id", Some(json!(entry.url)));
    set("url", Some(json!(entry.url)));
    set("title", Some(json!(entry.title)));
    let summary = (!entry.summary.is_empty()).then(|| json!(entry.summary));
    match &entry.content {
        Some(content) => {
            set("summary", summary);
            set("content_html", Some(json!(&**content)));
        }
        // An item without any content is not valid.
        None => set(
            "content_text",
            Some(summary.unwrap_or_else(|| json!(entry.title))),
        ),
    }
    set("image", entry.image.as_ref().map(|image| json!(image)));
    set(
        "date_published",
        entry.published.map(|published| json!(published.rfc3339())),
    );
    set("date_modified", Some(json!(entry.updated.rfc3339())));
    let names = |names: &[&str]| -> Vec<_> {
        names
            .iter()
            .map(|name| sanitise::line(name).into_owned())
            .collect()
    };
    set(
        "authors",
        (!entry.authors.is_empty()).then(|| {
            names(&entry.authors)
                .into_iter()
                .map(|name| json!({ "name": name }))
                .collect()
        }),
    );
    set(
        "tags",
        (!entry.categories.is_empty()).then(|| json!(names(&entry.categories))),
    );
    set("language", Some(json!(language)));
    Value::Object(item)
}
