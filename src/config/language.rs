//! Language tags: takes a tag as an author writes it, gives its canonical form or says what
//! is wrong, and knows languages' own names. Knows nothing of sites.

/// The canonical spelling of a language tag: `ZH-hans` → `zh-Hans`.
///
/// # Errors
/// What is wrong, and what to write instead.
pub(super) fn canonical(tag: &str) -> Result<String, (String, Option<String>)> {
    let wrong = |what: &str, hint: Option<&str>| {
        Err((
            format!("`{tag}` {what}"),
            hint.map(|hint| format!("write {hint}")),
        ))
    };
    match tag.to_ascii_lowercase().as_str() {
        "zh" | "cn" | "chinese" => {
            return wrong(
                "does not say which Chinese script is meant",
                Some("`zh-Hans` (simplified) or `zh-Hant` (traditional)"),
            );
        }
        "tw" => return wrong("is a region, not a language", Some("`zh-Hant`")),
        "jp" => return wrong("is a region, not a language", Some("`ja`")),
        "kr" => return wrong("is a region, not a language", Some("`ko`")),
        "ua" => return wrong("is a region, not a language", Some("`uk`")),
        _ => {}
    }
    if tag.contains('_') {
        let hyphens = format!("`{}`", tag.replace('_', "-"));
        return wrong("is not a language tag", Some(&hyphens));
    }
    let mut out = String::with_capacity(tag.len());
    for (at, part) in tag.split('-').enumerate() {
        let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        let usual = part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if at > 0 {
            out.push('-');
        }
        match (at, part.len()) {
            (0, 2 | 3) if letters => out.push_str(&part.to_ascii_lowercase()),
            (1.., 4) if letters => {
                out.push_str(&part[..1].to_ascii_uppercase());
                out.push_str(&part[1..].to_ascii_lowercase());
            }
            (1.., 2) if letters => out.push_str(&part.to_ascii_uppercase()),
            (1.., 3) if digits => out.push_str(part),
            (1.., 4..=8) if usual => out.push_str(&part.to_ascii_lowercase()),
            _ => {
                return wrong(
                    "is not a language tag",
                    Some("a BCP 47 tag such as `zh-Hans`, `en` or `ru`"),
                );
            }
        }
    }
    Ok(out)
}

/// What speakers call a language.
pub(super) fn own_name(tag: &str) -> Option<&'static str> {
    let find = |wanted: &str| {
        NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(wanted))
            .map(|(_, name)| *name)
    };
    find(tag).or_else(|| find(tag.split('-').next()?))
}

const NAMES: &[(&str, &str)] = &[
    ("zh-Hans", "简体中文"),
    ("zh-Hant", "繁體中文"),
    ("zh-CN", "简体中文"),
    ("zh-SG", "简体中文（新加坡）"),
    ("zh-TW", "繁體中文（台灣）"),
    ("zh-HK", "繁體中文（香港）"),
    ("yue", "粵語"),
    ("en", "English"),
    ("en-GB", "English (UK)"),
    ("en-US", "English (US)"),
    ("ru", "Русский"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("pt", "Português"),
    ("pt-BR", "Português (Brasil)"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("cs", "Čeština"),
    ("sv", "Svenska"),
    ("da", "Dansk"),
    ("nb", "Norsk bokmål"),
    ("fi", "Suomi"),
    ("el", "Ελληνικά"),
    ("uk", "Українська"),
    ("be", "Беларуская"),
    ("bg", "Български"),
    ("sr", "Српски"),
    ("kk", "Қазақша"),
    ("uz", "Oʻzbekcha"),
    ("mn", "Монгол"),
    ("tr", "Türkçe"),
    ("vi", "Tiếng Việt"),
    ("th", "ไทย"),
    ("id", "Bahasa Indonesia"),
    ("ms", "Bahasa Melayu"),
    ("hi", "हिन्दी"),
    ("ar", "العربية"),
    ("fa", "فارسی"),
    ("he", "עברית"),
    ("ug", "ئۇيغۇرچە"),
    ("bo", "བོད་ཡིག"),
];

#[cfg(test)]
mod tests {
    use super::{canonical, own_name};

    #[test]
    fn tags_take_their_canonical_spelling() {
        for (tag, wanted) in [
            ("ZH-hans", "zh-Hans"),
            ("EN", "en"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
        ] {
            assert_eq!(canonical(tag).as_deref(), Ok(wanted));
        }
        for tag in ["zh", "zh_CN", "english", "e", "", "en-", "../x"] {
            assert!(canonical(tag).is_err(), "{tag}");
        }
    }

    #[test]
    fn a_regional_tag_without_own_entry_takes_the_language_name() {
        assert_eq!(own_name("ru-RU"), Some("Русский"));
        assert_eq!(own_name("zh-hant"), Some("繁體中文"));
        assert_eq!(own_name("tlh"), None);
    }
}
