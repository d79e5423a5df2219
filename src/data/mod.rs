//! Structured text with places: YAML, TOML, JSON and CSV → one tree of [`Node`]s.
//!
//! Takes a text, gives a tree in which every value knows where it stands, and diagnostics.
//! Scalars keep their written form (`0123`, `1.10`, `no`), so that the reader of a field
//! decides what they mean. Knows nothing of front matter, pages or settings; reads no files.

pub mod fields;
mod normalise;
pub mod repair;
pub mod table;
pub mod toml;
pub mod yaml;

use crate::diag::{Code, Diagnostic, Place, Position, position};
use std::borrow::Cow;
use std::sync::Arc;

/// The kinds of structured text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `.yaml`, `.yml`
    Yaml,
    /// `.toml`
    Toml,
    /// `.json`
    Json,
    /// `.csv`, `.tsv`
    Csv,
}

impl Format {
    /// The format that a file's name stands for.
    pub fn of(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            "csv" | "tsv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// Reads a text that begins at line `first_line` (from 1) of the file. `None` when it cannot
/// be read at all; the reason is among the diagnostics. A byte order mark is passed over.
pub fn parse(
    file: &Arc<str>,
    format: Format,
    text: &str,
    first_line: u32,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let result = match format {
        Format::Yaml => yaml::parse(file, &unix(text), first_line, diagnostics),
        Format::Toml => toml::parse(file, text, first_line),
        Format::Json => json(file, text, first_line, diagnostics),
        Format::Csv => {
            let (node, found) = table::parse(file, text);
            diagnostics.extend(found);
            Ok(node)
        }
    };
    result.map_err(|error| diagnostics.push(*error)).ok()
}

/// JSON is checked by serde's parser and then read as the YAML that it is, for the places.
fn json(
    file: &Arc<str>,
    text: &str,
    first_line: u32,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Node, Box<Diagnostic>> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let line = error.line().max(1) - 1;
        let start = text
            .split_inclusive('\n')
            .take(line)
            .map(str::len)
            .sum::<usize>();
        let at = start + error.column().saturating_sub(1);
        let mut found = position(text, at..at);
        found.line = found.line.saturating_add(first_line).saturating_sub(1);
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        return Err(Box::new(
            Diagnostic::new(Code::InvalidConfig, format!("invalid JSON: {words}"))
                .at(Place::at(Arc::clone(file), found)),
        ));
    }
    // A tab is white space in JSON and cannot stand within a string.
    let text = unix(text);
    let text = if text.contains('\t') {
        Cow::Owned(text.replace('\t', " "))
    } else {
        text
    };
    yaml::parse(file, &text, first_line, diagnostics)
}

/// A text without the control characters that an escape may bring in and no page may have.
fn printable(mut text: String) -> String {
    let odd = |c: char| {
        (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if text.contains(odd) {
        text.retain(|c| !odd(c));
    }
    text
}

/// Lines ended by one line feed each.
fn unix(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// One value and its place in the file.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Node {
    /// Where the value stands.
    pub position: Position,
    /// The value.
    pub value: Value,
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Value {
    /// Nothing after the colon, `null` or `~`.
    Null,
    /// A scalar. `plain` when it stood without quotes, so that `2024` may be a number or a
    /// tag, as the field wants; a quoted scalar is always text.
    Scalar {
        /// The text without quotes.
        text: String,
        /// Whether it stood without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping in the order of the file; keys are unique.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// The key as text.
    pub key: String,
    /// Where the key stands.
    pub position: Position,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// An empty mapping, as a file without front matter has.
    pub fn empty_map() -> Self {
        Self {
            position: Position::default(),
            value: Value::Map(Vec::new()),
        }
    }

    /// The value of a key, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// The entries of a mapping; none for any other value.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The written text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What the value is, in words for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Scalar { .. } => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The tree as JSON, plain scalars resolved by YAML 1.2's core schema (`true`, `12`,
    /// `1.5`; never `no` or `0123`).
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Scalar { text, plain: false } => serde_json::Value::String(text.clone()),
            Value::Scalar { text, plain: true } => resolve(text),
            Value::List(nodes) => nodes.iter().map(Node::to_json).collect(),
            Value::Map(entries) => serde_json::Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.to_json()))
                    .collect(),
            ),
        }
    }
}

fn resolve(text: &str) -> serde_json::Value {
    let unsigned = text.trim_start_matches(['-', '+']);
    let leading_zero =
        unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit();
    let numeric = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') && !leading_zero;
    match text {
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ => {
            if numeric && let Ok(number) = text.parse::<i64>() {
                number.into()
            } else if numeric && let Ok(number) = text.parse::<f64>() {
                serde_json::Number::from_f64(number)
                    .map_or_else(|| text.into(), serde_json::Value::Number)
            } else {
                text.into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, parse};
    use std::sync::Arc;

    fn read(format: Format, text: &str) -> String {
        let mut found = Vec::new();
        let node = parse(&Arc::from("data/a"), format, text, 1, &mut found);
        let mut out = node.map_or_else(|| "none".to_owned(), |node| node.to_json().to_string());
        for d in found {
            let at = d.place.map(|place| place.position).unwrap_or_default();
            out.push_str(&format!("\n{}:{} {}", at.line, at.column, d.message));
        }
        out
    }

    #[test]
    fn json_is_read_with_its_escapes_and_checked_strictly() {
        assert_eq!(
            read(
                Format::Json,
                "\u{feff}{\r\n\t\"a\": \"x\\ty\\u4f60\\ud83d\\ude00\\/\",\r\n\t\"b\": [1, 2.5, true, null, \"no\", {}],\r\n\t\"a b\": \"# c: d\"\r\n}\r\n"
            ),
            r##"{"a":"x\ty你😀/","b":[1,2.5,true,null,"no",{}],"a b":"# c: d"}"##
        );
        assert!(read(Format::Json, "{\"甲\": 乙}").starts_with("none\n1:7 invalid JSON"));
        assert!(read(Format::Json, "{a: 1}").starts_with("none\n1:2 invalid JSON"));
        assert!(read(Format::Json, &"[".repeat(100_000)).starts_with("none\n1:"));
        let long = format!("{{\"{}\": 1}}", "k".repeat(5000));
        assert!(
            read(Format::Json, &long).ends_with(":1}"),
            "{}",
            read(Format::Json, &long)
        );
    }

    #[test]
    fn a_name_tells_its_format() {
        for (name, format) in [
            ("companies.CSV", Some(Format::Csv)),
            ("a.b.yml", Some(Format::Yaml)),
            ("x.toml", Some(Format::Toml)),
            ("x.json", Some(Format::Json)),
            ("x.txt", None),
            ("yaml", None),
        ] {
            assert_eq!(Format::of(name), format, "{name}");
        }
    }

    #[test]
    fn windows_line_ends_and_marks_do_not_matter() {
        assert_eq!(
            read(Format::Yaml, "\u{feff}a: 1\r\nb: x\r\n"),
            r#"{"a":1,"b":"x"}"#
        );
        assert_eq!(
            read(Format::Toml, "a = 1\r\nb = \"x\"\r\n"),
            r#"{"a":1,"b":"x"}"#
        );
        assert_eq!(read(Format::Csv, "a,b\r\n1,x\r\n"), r#"[{"a":1,"b":"x"}]"#);
    }
}
