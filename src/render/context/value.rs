//! Building blocks of contexts: takes plain values, gives template values without going
//! through serde. Knows the shapes of small records (`link`, `picture`) and nothing else.

use crate::content::date::Moment;
use jiff::tz::TimeZone;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use tera::Value;

/// A record of the contract. Field names are static, so they are never copied.
pub(super) fn record<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    of_fields(&fields)
}

/// A record of any number of fields.
pub(super) fn of_fields(fields: &[(&'static str, Value)]) -> Value {
    Value::try_from_serializable(&Fields(fields)).unwrap_or_else(|_| Value::none())
}

/// Fields on their way into a record. The engine makes a value of a map by putting every entry
/// into another map; a struct becomes one at once.
struct Fields<'a>(&'a [(&'static str, Value)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("record", self.0.len())?;
        for (name, value) in self.0 {
            // A value goes through the serializer by a detour, which these can do without.
            match value.as_bool() {
                Some(flag) => record.serialize_field(name, &flag)?,
                None if value.is_none() => record.serialize_field(name, &())?,
                None => record.serialize_field(name, value)?,
            }
        }
        record.end()
    }
}

/// Text, or none.
pub(super) fn maybe(text: Option<&str>) -> Value {
    text.map_or_else(Value::none, Value::from)
}

/// A list of texts.
pub(crate) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value {
    Value::from(texts.into_iter().map(Value::from).collect::<Vec<_>>())
}

/// A number of pages, words and the like.
pub(super) fn count(count: usize) -> Value {
    Value::from(count as u64)
}

/// A fractional number; whole ones print without a point.
pub(super) fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// A date of the contract: with time and offset as the author gave them, or a bare day.
pub(super) fn date(moment: &Moment, zone: &TimeZone) -> Value {
    Value::from(date_text(moment, zone))
}

/// A date, or none.
pub(super) fn maybe_date(moment: Option<&Moment>, zone: &TimeZone) -> Value {
    moment.map_or_else(Value::none, |moment| date(moment, zone))
}

fn date_text(moment: &Moment, zone: &TimeZone) -> String {
    if moment.has_time {
        moment.rfc3339()
    } else {
        moment.at.to_zoned(zone.clone()).date().to_string()
    }
}

/// A link.
pub(super) fn link(title: &str, url: &str, current: bool) -> Value {
    record([
        ("title", Value::from(title)),
        ("url", Value::from(url)),
        ("current", Value::from(current)),
    ])
}

/// A picture.
pub(super) fn picture(url: &str, alt: &str, width: Option<u32>, height: Option<u32>) -> Value {
    record([
        ("url", Value::from(url)),
        ("alt", Value::from(alt)),
        ("width", Value::from(width)),
        ("height", Value::from(height)),
    ])
}
