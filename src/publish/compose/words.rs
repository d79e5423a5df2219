//! The few words that posts carry in the reader's language.

use super::article;
use crate::platform::capability::Links;

/// The last paragraph of an article elsewhere: where it was first published, or where the rest
/// is read. As HTML; empty where links are punished.
pub(super) fn closing(lang: &str, full: bool, site: &str, link: &str, links: Links) -> String {
    let lang = lang.to_ascii_lowercase();
    let (before, rest) = if lang.starts_with("zh-hant") || lang == "zh-tw" || lang == "zh-hk" {
        ("首發於「{}」：", "全文請讀「{}」：")
    } else if lang.starts_with("zh") {
        ("首发于「{}」：", "全文请读「{}」：")
    } else if lang.starts_with("ru") {
        (
            "Впервые опубликовано на сайте «{}»: ",
            "Читать полностью на сайте «{}»: ",
        )
    } else {
        ("First published at “{}”: ", "Read on at “{}”: ")
    };
    let words = if full { before } else { rest };
    let words = words.replace("{}", site);
    match links {
        Links::Allowed => article::with_link(&words, link),
        // The address stands in the platform's own field; the words alone would dangle.
        Links::OwnField | Links::Forbidden => String::new(),
    }
}

/// What a reply begins with that tells of a changed page.
pub(super) fn updated(lang: &str) -> &'static str {
    match lang.to_ascii_lowercase().split('-').next() {
        Some("zh") => "已更新：",
        Some("ru") => "Обновлено: ",
        _ => "Updated: ",
    }
}
