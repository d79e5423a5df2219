//! The few words that posts carry in the reader's language.

use super::article;
use crate::platform::capability::Links;

/// What is said where the settings of the community say nothing.
pub(super) fn invitation(lang: &str, site: &str) -> String {
    let words = match tongue(lang) {
        Tongue::Hans | Tongue::Hant => "加入「{}」：",
        Tongue::Ru => "Присоединяйтесь к «{}»:",
        Tongue::En => "Join “{}”:",
    };
    words.replace("{}", site)
}

/// Words of a button that leads to the join page.
pub(super) fn join(lang: &str) -> &'static str {
    match tongue(lang) {
        Tongue::Hans => "加入我们",
        Tongue::Hant => "加入我們",
        Tongue::Ru => "Присоединиться",
        Tongue::En => "Join us",
    }
}

/// What stands above a QR code.
pub(super) fn scan(lang: &str, channel: &str) -> String {
    let words = match tongue(lang) {
        Tongue::Hans => "扫码：{}",
        Tongue::Hant => "掃碼：{}",
        Tongue::Ru => "Отсканируйте код: {}",
        Tongue::En => "Scan the code: {}",
    };
    words.replace("{}", channel)
}

/// Languages in which there are words; all others read English.
enum Tongue {
    Hans,
    Hant,
    Ru,
    En,
}

fn tongue(lang: &str) -> Tongue {
    let lang = lang.to_ascii_lowercase();
    if lang.starts_with("zh-hant") || lang == "zh-tw" || lang == "zh-hk" {
        Tongue::Hant
    } else if lang.starts_with("zh") {
        Tongue::Hans
    } else if lang.starts_with("ru") {
        Tongue::Ru
    } else {
        Tongue::En
    }
}

/// The last paragraph of an article elsewhere: where it was first published, or where the rest
/// is read. As HTML; empty where links are punished.
pub(super) fn closing(lang: &str, full: bool, site: &str, link: &str, links: Links) -> String {
    let (before, rest) = match tongue(lang) {
        Tongue::Hant => ("首發於「{}」：", "全文請讀「{}」："),
        Tongue::Hans => ("首发于「{}」：", "全文请读「{}」："),
        Tongue::Ru => (
            "Впервые опубликовано на сайте «{}»: ",
            "Читать полностью на сайте «{}»: ",
        ),
        Tongue::En => ("First published at “{}”: ", "Read on at “{}”: "),
    };
    let words = if full { before } else { rest };
    let words = words.replace("{}", site);
    match links {
        Links::Allowed => article::with_link(&words, link),
        // The address stands in the platform's own field; the words alone would dangle.
        Links::OwnField | Links::Forbidden => String::new(),
    }
}
