//! The record `language`: takes the settings, gives a language's tag, names and home page.

use super::site::home;
use super::value::record;
use crate::config::Config;
use tera::Value;

/// The record of a language, by its place in the settings, on a page in the language `current`.
pub(crate) fn language(config: &Config, index: usize, current: usize) -> Value {
    let language = &config.languages[index];
    record([
        ("tag", Value::from(language.tag.as_str())),
        ("name", Value::from(language.name.as_str())),
        ("locale", Value::from(locale(&language.tag))),
        ("direction", Value::from(direction(&language.tag))),
        ("home", Value::from(home(config, index))),
        ("current", Value::from(index == current)),
    ])
}

/// `zh-Hans` → `zh_CN`: OpenGraph wants a language and a territory.
fn locale(tag: &str) -> String {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default().to_ascii_lowercase();
    let rest: Vec<&str> = parts.collect();
    if let Some(region) = rest.iter().find(|part| part.len() == 2) {
        return format!("{language}_{}", region.to_ascii_uppercase());
    }
    let traditional = rest.iter().any(|part| part.eq_ignore_ascii_case("hant"));
    let territory = match language.as_str() {
        "zh" if traditional => "TW",
        "zh" => "CN",
        "en" => "US",
        "ja" => "JP",
        "ko" => "KR",
        "uk" => "UA",
        "be" => "BY",
        "kk" => "KZ",
        "vi" => "VN",
        "pt" => "BR",
        "ar" => "AR",
        other => return format!("{other}_{}", other.to_ascii_uppercase()),
    };
    format!("{language}_{territory}")
}

fn direction(tag: &str) -> &'static str {
    let language = tag.split('-').next().unwrap_or_default();
    if ["ar", "he", "fa", "ur", "ug", "yi"].contains(&language) {
        "rtl"
    } else {
        "ltr"
    }
}

#[cfg(test)]
mod tests {
    use super::locale;

    #[test]
    fn locales_have_a_territory() {
        let locales = ["zh-Hans", "zh-Hant", "zh-Hant-HK", "en", "en-GB", "ru"].map(locale);
        assert_eq!(
            locales,
            ["zh_CN", "zh_TW", "zh_HK", "en_US", "en_GB", "ru_RU"]
        );
    }
}
