//! Events of a room: what is made of a post, and what an event of the room says.

use super::{LONGEST, MARK};
use crate::platform::capability::Markup;
use crate::platform::counting::count;
use crate::platform::{Content, Failure, Image, Post, marker};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

/// An event of a room.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) event_id: String,
    #[serde(default)]
    pub(super) content: Value,
    #[serde(default)]
    pub(super) unsigned: Value,
}

/// A redacted event is there without its content.
pub(super) fn is_empty(event: &Event) -> bool {
    event
        .content
        .as_object()
        .is_none_or(serde_json::Map::is_empty)
}

pub(super) fn is_edit(event: &Event) -> bool {
    event.content.pointer("/m.relates_to/rel_type") == Some(&json!("m.replace"))
}

/// The content that clients show: that of the last edit.
pub(super) fn latest(event: &Event) -> &Value {
    event
        .unsigned
        .pointer("/m.relations/m.replace/content/m.new_content")
        .unwrap_or(&event.content)
}

/// Whether a message is of that page: by our field, or by the address in its text.
pub(super) fn carries(event: &Event, canonical: &str) -> bool {
    [latest(event), &event.content].into_iter().any(|content| {
        let text = |name: &str| content.get(name).and_then(Value::as_str);
        text(MARK) == Some(canonical)
            || (text(MARK).is_none()
                && ["body", "formatted_body"]
                    .into_iter()
                    .filter_map(text)
                    .any(|text| marker::carries(text, canonical)))
    })
}

/// A picture with its description, to which the text is added.
pub(super) fn picture(name: &str, uri: &str, image: &Image, info: &Value) -> Value {
    json!({
        "msgtype": "m.image",
        "filename": name,
        "url": uri,
        "info": info,
        // The name that the proposal for descriptions (MSC3552) has until it is accepted.
        "org.matrix.msc1767.alt_text": [{ "body": image.alt }],
    })
}

/// The content of a message; a picture carries the text as its caption, so that a post is one
/// event in any case.
pub(super) fn content(post: &Post, cover: Option<Value>) -> Result<Value, Failure> {
    let Content::Short(rich) = &post.content else {
        return Err(Failure::refused("a Matrix message is a short text"));
    };
    let plain = rich.plain();
    // The longer of its two forms counts, as it does when the post is composed.
    let length = count(&rich.counted(Markup::ShortHtml), LONGEST.unit);
    if length > LONGEST.most {
        return Err(Failure::refused(format!(
            "the text has {length} bytes, a message holds {}",
            LONGEST.most
        )));
    }
    let mut content = cover.unwrap_or_else(|| json!({ "msgtype": "m.text" }));
    content["body"] = json!(plain);
    content["format"] = json!("org.matrix.custom.html");
    content["formatted_body"] = json!(rich.html().replace('\n', "<br>"));
    // Said outright: a name in the text calls nobody.
    content["m.mentions"] = json!({});
    content[MARK] = json!(post.canonical);
    Ok(content)
}

/// A new content for an event. Old clients show the outer text.
pub(super) fn edit(event: &str, content: &Value) -> Value {
    let mut outer = content.clone();
    if let Some(body) = content.get("body").and_then(Value::as_str) {
        outer["body"] = json!(format!("* {body}"));
    }
    outer["m.new_content"] = content.clone();
    outer["m.relates_to"] = json!({ "rel_type": "m.replace", "event_id": event });
    outer
}

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
