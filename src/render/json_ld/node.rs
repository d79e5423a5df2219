//! JSON as it is written: takes names and values of properties, gives the text of an object.
//!
//! The text may stand in a script element as it is: `<`, `>` and `&` are written as escapes, so
//! that no text can end it, and so are the two characters that end lines of JavaScript only.
//! Values are written at once where they belong; a tree of them would be built and thrown away
//! for every output. Knows no types of schema.org.

use crate::content::bytes;
use crate::content::date::Moment;
use crate::render::sanitise;
use serde_json::Number;
use std::borrow::Cow;
use std::fmt::Write as _;

/// What a property may have.
pub(super) trait Written {
    /// Appends the JSON.
    fn write(&self, json: &mut String);
}

/// An object that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Json(String);

impl Json {
    /// A document with a context for the properties of one object or for several objects.
    pub(super) fn document(context: &str, objects: &[Self]) -> Self {
        let mut json = String::with_capacity(objects.iter().map(|Self(own)| own.len() + 64).sum());
        json.push_str("{\"@context\":");
        context.write(&mut json);
        match objects {
            [Self(object)] => {
                json.push(',');
                json.push_str(object.strip_prefix('{').unwrap_or(object));
            }
            objects => {
                json.push_str(",\"@graph\":");
                objects.write(&mut json);
                json.push('}');
            }
        }
        Self(json)
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// An object under construction.
#[derive(Debug)]
pub(super) struct Node(String);

impl Node {
    /// An object of a type.
    pub(super) fn new(name: &str) -> Self {
        let mut json = String::with_capacity(256);
        json.push_str("{\"@type\":");
        name.write(&mut json);
        Self(json)
    }

    /// Adds a property. A name is written as it is, and once.
    pub(super) fn set(&mut self, name: &'static str, value: impl Written) {
        self.name(name);
        value.write(&mut self.0);
    }

    /// Adds an object of a type, filled where it stands.
    pub(super) fn object(&mut self, name: &'static str, of: &str, fill: impl FnOnce(&mut Self)) {
        self.name(name);
        self.nested(of, fill);
    }

    /// Adds a list of objects of a type, each filled where it stands.
    pub(super) fn objects<T>(
        &mut self,
        name: &'static str,
        of: &str,
        items: impl IntoIterator<Item = T>,
        fill: impl Fn(&mut Self, T),
    ) {
        self.name(name);
        self.0.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            self.nested(of, |node| fill(node, item));
        }
        self.0.push(']');
    }

    fn nested(&mut self, of: &str, fill: impl FnOnce(&mut Self)) {
        self.0.push_str("{\"@type\":");
        of.write(&mut self.0);
        fill(self);
        self.0.push('}');
    }

    fn name(&mut self, name: &'static str) {
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    /// Adds a property that may be missing.
    pub(super) fn maybe(&mut self, name: &'static str, value: Option<impl Written>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// A text on one line; an empty one is left out.
    pub(super) fn text(&mut self, name: &'static str, text: &str) {
        self.line(name, &sanitise::line(text));
    }

    /// A text that is one clean line already; an empty one is left out.
    pub(super) fn line(&mut self, name: &'static str, line: &str) {
        if !line.is_empty() {
            self.set(name, line);
        }
    }

    /// A text on one line, unless there is none.
    pub(super) fn maybe_text(&mut self, name: &'static str, text: Option<&str>) {
        self.text(name, text.unwrap_or_default());
    }

    /// A moment with its offset.
    pub(super) fn moment(&mut self, name: &'static str, moment: Option<Moment>) {
        self.maybe(name, moment.map(|moment| moment.rfc3339()));
    }

    /// The object.
    pub(super) fn finish(mut self) -> Json {
        self.0.push('}');
        Json(self.0)
    }
}

impl Written for Json {
    fn write(&self, json: &mut String) {
        json.push_str(&self.0);
    }
}

impl Written for str {
    fn write(&self, json: &mut String) {
        // U+2028 and U+2029 begin with 0xE2.
        let is_special = |byte: u8| {
            let ends_script = (byte == b'<') | (byte == b'>') | (byte == b'&') | (byte == 0xE2);
            (byte < 0x20) | (byte == b'"') | (byte == b'\\') | ends_script
        };
        json.push('"');
        let mut copied = 0;
        let mut from = 0;
        while let Some(at) = bytes::position(self.as_bytes(), from, is_special) {
            let Some(c) = self[at..].chars().next() else {
                break;
            };
            from = at + c.len_utf8();
            if matches!(c, '\u{2000}'..='\u{2027}' | '\u{202a}'..) {
                continue;
            }
            json.push_str(&self[copied..at]);
            copied = from;
            match c {
                '"' => json.push_str("\\\""),
                '\\' => json.push_str("\\\\"),
                '\n' => json.push_str("\\n"),
                '\r' => json.push_str("\\r"),
                '\t' => json.push_str("\\t"),
                '\u{8}' => json.push_str("\\b"),
                '\u{c}' => json.push_str("\\f"),
                // A text takes more text.
                c => drop(write!(json, "\\u{:04x}", u32::from(c))),
            }
        }
        json.push_str(&self[copied..]);
        json.push('"');
    }
}

impl Written for String {
    fn write(&self, json: &mut String) {
        self.as_str().write(json);
    }
}

impl Written for Cow<'_, str> {
    fn write(&self, json: &mut String) {
        (**self).write(json);
    }
}

impl Written for bool {
    fn write(&self, json: &mut String) {
        json.push_str(if *self { "true" } else { "false" });
    }
}

impl Written for u32 {
    fn write(&self, json: &mut String) {
        // A text takes more text.
        let _ = write!(json, "{self}");
    }
}

impl Written for Number {
    fn write(&self, json: &mut String) {
        // A text takes more text.
        let _ = write!(json, "{self}");
    }
}

impl<T: Written> Written for [T] {
    fn write(&self, json: &mut String) {
        json.push('[');
        for (index, value) in self.iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            value.write(json);
        }
        json.push(']');
    }
}

impl<T: Written> Written for Vec<T> {
    fn write(&self, json: &mut String) {
        self.as_slice().write(json);
    }
}

impl<T: Written + ?Sized> Written for &T {
    fn write(&self, json: &mut String) {
        (**self).write(json);
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, Node, Written};
    use crate::render::filters::script_safe;
    use proptest::prelude::{any, proptest};

    fn written(value: &(impl Written + ?Sized)) -> String {
        let mut json = String::new();
        value.write(&mut json);
        json
    }

    proptest! {
        #[test]
        fn texts_are_written_as_any_json_and_safe_in_scripts(text in any::<String>()) {
            let expected = script_safe(&serde_json::to_string(&text).unwrap());
            assert_eq!(written(text.as_str()), expected);
        }
    }

    #[test]
    fn every_character_alone_is_written_rightly() {
        for c in '\0'..='\u{ffff}' {
            let text = format!("a{c}b");
            let expected = script_safe(&serde_json::to_string(&text).unwrap());
            assert_eq!(written(text.as_str()), expected, "{c:?}");
        }
    }

    #[test]
    fn objects_and_lists_are_joined() {
        let mut node = Node::new("A");
        node.set("list", vec!["1", "2"]);
        node.set("number", 3);
        node.maybe("none", None::<bool>);
        node.text("line", " a \n b ");
        let node = node.finish();
        let one = r#"{"@type":"A","list":["1","2"],"number":3,"line":"a b"}"#;
        assert_eq!(node.as_str(), one);
        let object = || Node::new("B").finish();
        assert_eq!(
            Json::document("c", &[object()]).as_str(),
            r#"{"@context":"c","@type":"B"}"#
        );
        assert_eq!(
            Json::document("c", &[object(), object()]).as_str(),
            r#"{"@context":"c","@graph":[{"@type":"B"},{"@type":"B"}]}"#
        );
    }
}
