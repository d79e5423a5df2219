//! TOML → [`Node`]: the one module that knows the TOML crate.

use super::{Entry, Node, Value, printable};
use crate::diag::{Code, Diagnostic, Place, Position, position};
use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};
use std::ops::Range;
use std::sync::Arc;

/// Reads TOML that begins at line `first_line` (from 1) of the file. Dates stay as written.
///
/// # Errors
/// One diagnostic with the place.
pub fn parse(file: &Arc<str>, text: &str, first_line: u32) -> Result<Node, Box<Diagnostic>> {
    let lines = Lines::new(text, first_line);
    let table = DeTable::parse(text).map_err(|error| {
        let mut range = error.span().unwrap_or_default();
        // An error that points past the line break means the line before it.
        if range.is_empty() && range.start > 0 && text.is_char_boundary(range.start - 1) {
            range = range.start - 1..range.start;
        }
        let message = error.message().lines().next().unwrap_or_default();
        Box::new(
            Diagnostic::new(Code::InvalidConfig, format!("invalid TOML: {message}"))
                .at(Place::at(Arc::clone(file), lines.position(range))),
        )
    })?;
    Ok(Node {
        position: lines.position(0..0),
        value: entries(table.into_inner(), &lines),
    })
}

/// The offsets of line starts, so that a thousand positions do not scan the text each.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    first_line: u32,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, first_line: u32) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            text,
            starts,
            first_line,
        }
    }

    fn position(&self, range: Range<usize>) -> Position {
        let line = self
            .starts
            .partition_point(|start| *start <= range.start)
            .max(1)
            - 1;
        let start = self.starts[line];
        let within = range.start.saturating_sub(start)..range.end.saturating_sub(start);
        let mut found = position(self.text.get(start..).unwrap_or_default(), within);
        found.line = u32::try_from(line)
            .unwrap_or(u32::MAX)
            .saturating_add(self.first_line);
        found
    }
}

fn entries(table: DeTable<'_>, lines: &Lines<'_>) -> Value {
    // The crate sorts by key; the author's order is the order of the places.
    let mut pairs: Vec<_> = table.into_iter().collect();
    pairs.sort_by_key(|(key, _)| key.span().start);
    Value::Map(
        pairs
            .into_iter()
            .map(|(key, value)| Entry {
                position: lines.position(key.span()),
                key: key.into_inner().into_owned(),
                value: node(value, lines),
            })
            .collect(),
    )
}

fn node(value: Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Node {
    let position = lines.position(value.span());
    let plain = |text: String| Value::Scalar { text, plain: true };
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Scalar {
            text: printable(text.into_owned()),
            plain: false,
        },
        DeValue::Integer(number) => plain(match number.radix() {
            10 => number.as_str().to_owned(),
            radix => i64::from_str_radix(number.as_str(), radix)
                .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()),
        }),
        DeValue::Float(number) => plain(number.as_str().to_owned()),
        DeValue::Boolean(flag) => plain(flag.to_string()),
        DeValue::Datetime(moment) => plain(moment.to_string()),
        DeValue::Array(values) => {
            Value::List(values.into_iter().map(|value| node(value, lines)).collect())
        }
        DeValue::Table(table) => entries(table, lines),
    };
    Node { position, value }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::sync::Arc;

    #[test]
    fn values_keep_their_order_their_places_and_their_written_form() {
        let text = "title = \"甲\"\ndate = 2024-05-20T08:00:00+08:00\nbig = 1_000\n[extra]\nweight = 0x10\ntags = [\"a\", 'b']\n";
        let node = parse(&Arc::from("a.md"), text, 2).expect("valid");
        assert_eq!(
            node.to_json().to_string(),
            r#"{"title":"甲","date":"2024-05-20T08:00:00+08:00","big":1000,"extra":{"weight":16,"tags":["a","b"]}}"#
        );
        let date = node.get("date").expect("date");
        assert_eq!((date.position.line, date.position.column), (3, 8));
        let tags = node
            .get("extra")
            .and_then(|extra| extra.get("tags"))
            .expect("tags");
        assert_eq!((tags.position.line, tags.position.column), (7, 8));
    }

    #[test]
    fn a_mistake_has_its_place() {
        let error = parse(&Arc::from("a.md"), "a = 1\nb = = 2\n", 5).expect_err("invalid");
        let place = error.place.expect("place");
        assert_eq!(place.position.line, 6);
        assert!(
            error.message.starts_with("invalid TOML"),
            "{}",
            error.message
        );
    }

    #[test]
    fn deep_nesting_is_refused_quickly() {
        let text = format!("a = {}1{}", "[".repeat(20_000), "]".repeat(20_000));
        assert!(parse(&Arc::from("a.md"), &text, 1).is_err());
        let keys = format!("{}a = 1", "a.".repeat(20_000));
        assert!(parse(&Arc::from("a.md"), &keys, 1).is_err());
    }
}
