//! The filters and functions that [`contract`](super::contract) promises, for one language.
//!
//! Takes an engine and a language, registers them. Each is a pure function of its arguments
//! and the site's settings.

use super::theme::StaticFile;
use super::{address, dates, words};
use crate::config::Config;
use crate::diag::did_you_mean;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;
use std::sync::Arc;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

/// Filters of the template engine itself, for suggestions.
pub(crate) const BUILT_IN: &[&str] = &[
    "abs",
    "capitalize",
    "default",
    "escape",
    "escape_html",
    "escape_xml",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "keys",
    "last",
    "length",
    "lower",
    "newlines_to_br",
    "nth",
    "pairs",
    "pluralize",
    "replace",
    "reverse",
    "round",
    "safe",
    "sort",
    "split",
    "str",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "values",
    "wordcount",
];

/// What may stand unencoded in one part of a URL.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What the filters of all languages know.
pub(crate) struct Shared {
    origin: String,
    zone: TimeZone,
    /// URL path by path below `static/`.
    assets: BTreeMap<String, String>,
}

impl Shared {
    /// Gathers it from the settings and the static files.
    pub(crate) fn new(config: &Config, statics: &[StaticFile]) -> Arc<Self> {
        Arc::new(Self {
            origin: address::origin(config).to_owned(),
            zone: config.timezone.clone(),
            assets: statics
                .iter()
                .map(|file| (file.path.clone(), static_url(config, &file.outputs[0])))
                .collect(),
        })
    }
}

/// URL path of a static file's output.
pub(crate) fn static_url(config: &Config, output: &str) -> String {
    let mut url = format!("{}/", config.base_path);
    for (number, part) in output.split('/').enumerate() {
        if number > 0 {
            url.push('/');
        }
        url.extend(utf8_percent_encode(part, UNRESERVED));
    }
    url
}

/// Registers all filters and functions for a language.
pub(crate) fn register(tera: &mut Tera, shared: &Arc<Shared>, tag: &str) {
    let tag: Arc<str> = tag.into();

    let (language, known) = (Arc::clone(&tag), Arc::clone(shared));
    tera.register_filter(
        "date",
        move |value: Value, arguments: Kwargs, _: &State| -> TeraResult<Value> {
            if value.is_none() {
                return Ok(Value::from(""));
            }
            let text = value.as_str().ok_or_else(|| {
                Error::message(format!("`date` wants a date, not {}", value.name()))
            })?;
            let form = arguments.get::<&str>("format")?.unwrap_or("long");
            let tag = arguments.get::<&str>("lang")?.unwrap_or(&language);
            dates::in_words(text, form, tag, &known.zone)
                .map(Value::from)
                .map_err(Error::message)
        },
    );

    tera.register_filter(
        "fill",
        |word: Value, arguments: Kwargs, state: &State| -> TeraResult<Value> {
            let text = word.as_str().ok_or_else(|| {
                Error::message("`fill` wants one of the theme's words; a word with plural forms wants `plural`")
            })?;
            filled(text, &arguments, None, state)
        },
    );

    let language = Arc::clone(&tag);
    tera.register_filter(
        "plural",
        move |word: Value, arguments: Kwargs, state: &State| -> TeraResult<Value> {
            let count = arguments.must_get::<f64>("count")?;
            let text = words::choose(&word, &language, count)
                .ok_or_else(|| Error::message("`plural` wants one of the theme's words"))?;
            filled(text, &arguments, Some(grouped(count, &language)), state)
        },
    );

    let language = Arc::clone(&tag);
    tera.register_filter(
        "number",
        move |value: Value, arguments: Kwargs, _: &State| -> TeraResult<Value> {
            if value.is_none() {
                return Ok(Value::from(""));
            }
            let tag = arguments.get::<&str>("lang")?.unwrap_or(&language);
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
            let number = number.ok_or_else(|| {
                Error::message(format!("`number` wants a number, not {}", value.name()))
            })?;
            Ok(Value::from(grouped(number, tag)))
        },
    );

    let known = Arc::clone(shared);
    tera.register_filter(
        "absolute",
        move |path: &str, _: Kwargs, _: &State| -> String {
            if path.starts_with('/') && !path.starts_with("//") {
                format!("{}{path}", known.origin)
            } else {
                path.to_owned()
            }
        },
    );

    tera.register_filter(
        "json",
        |value: Value, _: Kwargs, _: &State| -> TeraResult<Value> {
            let json = serde_json::to_string(&value)
                .map_err(|error| Error::message(format!("cannot be written as JSON: {error}")))?;
            Ok(Value::safe_string(&script_safe(&json)))
        },
    );

    tera.register_filter("url_encode", |text: &str, _: Kwargs, _: &State| -> String {
        utf8_percent_encode(text, UNRESERVED).to_string()
    });

    let known = Arc::clone(shared);
    tera.register_function(
        "asset",
        move |arguments: Kwargs, _: &State| -> TeraResult<String> {
            let path = arguments.must_get::<&str>("path")?;
            let path = path.trim_start_matches('/');
            known.assets.get(path).cloned().ok_or_else(|| {
                let hint = did_you_mean(path, known.assets.keys().map(String::as_str))
                    .map(|hint| format!("; {hint}"))
                    .unwrap_or_default();
                Error::message(format!("there is no static file `{path}`{hint}"))
            })
        },
    );
}

/// JSON in which nothing can end a script element or a line of JavaScript.
pub(crate) fn script_safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            _ => safe.push(character),
        }
    }
    safe
}

/// A number with its thousands set apart: `25,000`, in Russian `25 000` with a space that does
/// not break.
pub(crate) fn grouped(number: f64, tag: &str) -> String {
    let language = tag.split('-').next().unwrap_or_default();
    let (thousands, point) = match language {
        "ru" | "uk" | "be" | "fr" => ("\u{a0}", ','),
        "de" | "es" | "it" | "pt" => (".", ','),
        _ => (",", '.'),
    };
    // Two decimals are enough for people; zeros at the end are noise.
    let text = if number.fract() == 0.0 && number.abs() < 1e15 {
        // Counts are whole, and whole numbers need no search for the right digits.
        (number.abs() as u64).to_string()
    } else if number.fract() == 0.0 {
        format!("{:.0}", number.abs())
    } else {
        format!("{:.2}", number.abs())
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::with_capacity(text.len() + 4);
    if number < 0.0 {
        grouped.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push_str(thousands);
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push(point);
        grouped.push_str(fraction);
    }
    grouped
}

/// A word with its gaps filled. One HTML argument makes the whole HTML: then the word and all
/// other arguments are escaped.
fn filled(
    word: &str,
    arguments: &Kwargs,
    count: Option<String>,
    state: &State,
) -> TeraResult<Value> {
    let html = arguments.iter().any(|(_, value)| value.is_safe());
    let escape = |text: &str| {
        if html {
            state.escape(text)
        } else {
            Ok(text.to_owned())
        }
    };
    // Only what the word has a gap for is written.
    let mut failed = None;
    let text = words::fill(&escape(word)?, |name| {
        if name == "count"
            && let Some(count) = &count
        {
            return Some(count.clone());
        }
        let mut of_name = arguments
            .iter()
            .filter(|(key, _)| key.as_str() == Some(name));
        let (_, value) = of_name.next()?;
        let text = value.to_string();
        if value.is_safe() {
            return Some(text);
        }
        escape(&text).map_err(|error| failed = Some(error)).ok()
    });
    if let Some(error) = failed {
        return Err(error);
    }
    Ok(if html {
        Value::safe_string(&text)
    } else {
        Value::from(text)
    })
}

#[cfg(test)]
mod tests {
    use super::{grouped, script_safe};

    #[test]
    fn thousands_are_set_apart_as_the_language_does() {
        assert_eq!(grouped(1_234_567.0, "en"), "1,234,567");
        assert_eq!(grouped(25_000.5, "ru"), "25\u{a0}000,5");
        assert_eq!(grouped(-999.0, "zh-Hans"), "-999");
        assert_eq!(grouped(0.0, "en"), "0");
    }

    #[test]
    fn json_cannot_end_a_script() {
        assert_eq!(
            script_safe(r#"{"a":"</script>&"}"#),
            r#"{"a":"\u003c/script\u003e\u0026"}"#
        );
    }
}
