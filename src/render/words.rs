//! The theme's words: takes `i18n/<language>.yaml` of all layers, gives one mapping of words
//! per language of the site, and fills gaps and chooses plural forms. Knows nothing of pages.
//!
//! A language that lacks a word takes it from its shorter tag (`en-GB` from `en`), then from
//! the site's default language, then from English.

use super::theme::files::Content;
use super::theme::{Layer, manifest_value};
use crate::config::Config;
use crate::data::{Value as Written, yaml};
use crate::diag::{Code, Diagnostic, Place};
use std::collections::BTreeMap;
use std::sync::Arc;
use tera::{Map, Value, value::Key};

/// Words per language of the site.
pub(crate) fn load(
    layers: &[Layer],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Value> {
    let mut files: BTreeMap<String, Map> = BTreeMap::new();
    // Parents first: a child's words replace its parent's.
    for layer in layers.iter().rev() {
        for (path, content) in &layer.files {
            let Some(tag) = path
                .strip_prefix("i18n/")
                .and_then(|name| name.strip_suffix(".yaml"))
            else {
                continue;
            };
            if let Content::Bytes(bytes) = content {
                let file = layer.file(path);
                let text = String::from_utf8_lossy(bytes);
                let words = read(&file, &text, diagnostics);
                files.entry(tag.to_lowercase()).or_default().extend(words);
            }
        }
        for language in &layer.manifest.languages {
            if !files.contains_key(&language.value.to_lowercase()) {
                diagnostics.push(
                    Diagnostic::new(
                        Code::InvalidTheme,
                        format!(
                            "the theme names language `{0}` and has no `i18n/{0}.yaml`",
                            language.value
                        ),
                    )
                    .at(language.place(&layer.file("theme.yaml"))),
                );
            }
        }
    }
    let default = config
        .languages
        .first()
        .map_or("en", |language| language.tag.as_str());
    config
        .languages
        .iter()
        .map(|language| {
            let mut words = Map::new();
            for tag in ["en", default, language.tag.as_str()] {
                for tag in shorter(tag).into_iter().rev() {
                    if let Some(found) = files.get(&tag.to_lowercase()) {
                        words.extend(found.iter().map(|(key, word)| (key.clone(), word.clone())));
                    }
                }
            }
            Value::from(words)
        })
        .collect()
}

/// `zh-Hant-TW` → `zh-Hant-TW`, `zh-Hant`, `zh`.
fn shorter(tag: &str) -> Vec<&str> {
    std::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(rest, _)| rest)).collect()
}

fn read(file: &Arc<str>, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Map {
    let mut words = Map::new();
    let node = match yaml::parse(file, text, 1, diagnostics) {
        Ok(node) => node,
        Err(diagnostic) => {
            diagnostics.push(Diagnostic {
                code: Code::InvalidTheme,
                ..*diagnostic
            });
            return words;
        }
    };
    for entry in node.entries() {
        let word = match &entry.value.value {
            // `no`, `12` and the like are words here, not flags or numbers.
            Written::Scalar { text, .. } => Value::from(text.as_str()),
            Written::Map(entries) => {
                let mut forms = Map::new();
                for form in entries {
                    match form.value.text() {
                        Some(text) => forms.insert(form.key.clone().into(), Value::from(text)),
                        None => forms.insert(form.key.clone().into(), manifest_value(&form.value)),
                    };
                }
                Value::from(forms)
            }
            Written::Null => Value::from(""),
            Written::List(_) => {
                diagnostics.push(
                    Diagnostic::new(
                        Code::WrongType,
                        format!("`{}` wants text or plural forms, not a list", entry.key),
                    )
                    .at(Place::at(Arc::clone(file), entry.value.position)),
                );
                continue;
            }
        };
        words.insert(entry.key.clone().into(), word);
    }
    words
}

/// The plural form that a language uses for a number (CLDR's rules for whole numbers and
/// fractions of the languages we know; one/other for all else).
pub(crate) fn form(tag: &str, count: f64) -> &'static str {
    let language = tag
        .split('-')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let count = count.abs();
    let whole = count.fract() == 0.0;
    let last = count % 10.0;
    let last_two = count % 100.0;
    let teens = (11.0..=14.0).contains(&last_two);
    match language.as_str() {
        "zh" | "ja" | "ko" | "vi" | "th" | "id" => "other",
        "ru" | "uk" | "be" => {
            if !whole {
                "other"
            } else if last == 1.0 && last_two != 11.0 {
                "one"
            } else if (2.0..=4.0).contains(&last) && !teens {
                "few"
            } else {
                "many"
            }
        }
        "pl" => {
            if !whole {
                "other"
            } else if count == 1.0 {
                "one"
            } else if (2.0..=4.0).contains(&last) && !teens {
                "few"
            } else {
                "many"
            }
        }
        "fr" | "pt" => {
            if count < 2.0 {
                "one"
            } else {
                "other"
            }
        }
        _ => {
            if count == 1.0 {
                "one"
            } else {
                "other"
            }
        }
    }
}

/// The forms of a language in the order in which they stand between bars.
fn order(tag: &str) -> &'static [&'static str] {
    match (form(tag, 0.0), form(tag, 1.0)) {
        ("other", "other") => &["other"],
        ("many", _) => &["one", "few", "many", "other"],
        _ => &["one", "other"],
    }
}

/// The text of a word for a number: the form that the language wants, else `other`, else any.
pub(crate) fn choose<'a>(word: &'a Value, tag: &str, count: f64) -> Option<&'a str> {
    if let Some(text) = word.as_str() {
        let place = order(tag)
            .iter()
            .position(|known| *known == form(tag, count))
            .unwrap_or(usize::MAX);
        let forms = text.split(" | ").map(str::trim);
        // A fraction wants `other`, which a language may leave out: its last form serves.
        return forms.clone().nth(place).or_else(|| forms.last());
    }
    let forms = word.as_map()?;
    [form(tag, count), "other", "many"]
        .iter()
        .find_map(|form| forms.get(&Key::Str(form)))
        .or_else(|| forms.values().next())
        .and_then(Value::as_str)
}

/// Replaces `{name}` by what `gap` gives for the name; unknown gaps stay as they are.
pub(crate) fn fill(word: &str, mut gap: impl FnMut(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(word.len() + 16);
    let mut rest = word;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        rest = &rest[open..];
        let replaced = rest.find('}').and_then(|close| {
            let text = gap(rest[1..close].trim())?;
            Some((text, close + 1))
        });
        match replaced {
            Some((text, end)) => {
                filled.push_str(&text);
                rest = &rest[end..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::{choose, fill, form, shorter};
    use tera::Value;

    #[test]
    fn gaps_are_filled_and_unknown_ones_stay() {
        let gap = |name: &str| (name == "count").then(|| "5".to_owned());
        assert_eq!(fill("{count} из {total} {", gap), "5 из {total} {");
        assert_eq!(fill("{ count }页", gap), "5页");
    }

    #[test]
    fn russian_has_four_forms_and_chinese_one() {
        let forms = |tag| [0.0, 1.0, 2.0, 5.0, 11.0, 21.0, 22.0, 111.0, 1.5].map(|n| form(tag, n));
        assert_eq!(
            forms("ru"),
            [
                "many", "one", "few", "many", "many", "one", "few", "many", "other"
            ]
        );
        assert_eq!(forms("zh-Hant"), ["other"; 9]);
        assert_eq!(
            forms("en-GB"),
            [
                "other", "one", "other", "other", "other", "other", "other", "other", "other"
            ]
        );
    }

    #[test]
    fn forms_may_stand_between_bars() {
        let word = Value::from("{count} минута | {count} минуты | {count} минут");
        let chosen = |count| choose(&word, "ru", count).unwrap();
        assert_eq!(chosen(21.0), "{count} минута");
        assert_eq!(chosen(3.0), "{count} минуты");
        assert_eq!(chosen(5.0), "{count} минут");
        assert_eq!(chosen(1.5), "{count} минут");
        let word = Value::from("{count} 页");
        assert_eq!(choose(&word, "zh-Hans", 2.0), Some("{count} 页"));
    }

    #[test]
    fn a_tag_falls_back_to_its_beginning() {
        assert_eq!(shorter("zh-Hant-TW"), ["zh-Hant-TW", "zh-Hant", "zh"]);
    }
}
