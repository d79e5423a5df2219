//! `site.yaml` in, settings and diagnostics out.

use super::{Config, parse};
use crate::config::{Language, SlugStyle, Taxonomy};
use crate::diag::{Code, Level};
use proptest::prelude::{any, proptest};
use std::sync::Arc;

const SITE: &str = "site:\n  url: https://example.org/blog/\n  title: { zh-Hans: 回响, en: Echo }\n  languages: [zh-Hans, { tag: EN, name: International }]\n  timezone: Asia/Shanghai\n";

fn read(more: &str) -> (Option<Config>, Vec<String>) {
    let (config, diagnostics) = parse(&Arc::from("site.yaml"), &format!("{SITE}{more}"));
    let lines = diagnostics
        .iter()
        .map(|found| {
            let position = found
                .place
                .as_ref()
                .map(|place| place.position)
                .unwrap_or_default();
            format!(
                "{}:{} {}: {}{}",
                position.line,
                position.column,
                found.code.as_str(),
                found.message,
                found
                    .hints
                    .iter()
                    .map(|hint| format!(" | {hint}"))
                    .collect::<String>()
            )
        })
        .collect();
    (config, lines)
}

#[test]
fn the_shortest_settings_have_sensible_defaults() {
    let (config, lines) = read("");
    assert_eq!(lines, Vec::<String>::new());
    let config = config.expect("settings");
    assert_eq!(config.url, "https://example.org/blog");
    assert_eq!(config.base_path, "/blog");
    assert_eq!(config.title.get("en"), "Echo");
    assert_eq!(
        config.languages,
        [
            Language {
                tag: "zh-Hans".into(),
                name: "简体中文".into(),
                prefix: String::new()
            },
            Language {
                tag: "en".into(),
                name: "International".into(),
                prefix: "en".into()
            },
        ]
    );
    assert_eq!(
        config.taxonomies,
        [Taxonomy::named("tags"), Taxonomy::named("categories")]
    );
    assert!(config.taxonomies[1].hierarchical);
    assert_eq!(
        (config.page_size, config.feeds.limit, config.summary_width),
        (20, 20, 160)
    );
}

#[test]
fn every_setting_is_read() {
    let (config, lines) = read(
        "theme: { name: dark, options: { accent: red } }\n\
         taxonomies: [tags, { name: areas, hierarchical: true, feed: no }]\n\
         menu:\n  - { title: { zh-Hans: 职位, en: Jobs }, url: /jobs/ }\n\
         permalinks: { articles: '/:year/:slug/', default: '/:slug/' }\n\
         slugs: pinyin\n\
         feeds: { formats: [atom], limit: 50, full: false, hub: https://hub.example.org/ }\n\
         pages: { size: 10 }\n\
         markdown: { math: true, line_numbers: true, smart_punctuation: true }\n\
         summary: { width: 200 }\n\
         checks: { '*': warn, missing-alt: off, missing-translation: error }\n\
         extra: { country: CN }\n\
         accounts: { blog: { platform: wordpress } }\n",
    );
    assert_eq!(lines, Vec::<String>::new());
    let config = config.expect("settings");
    assert_eq!(config.theme, "dark");
    let accent = config
        .theme_options
        .as_ref()
        .and_then(|node| node.get("accent"));
    assert_eq!(accent.and_then(|node| node.text()), Some("red"));
    let areas = Taxonomy {
        name: "areas".into(),
        hierarchical: true,
        feed: false,
    };
    assert_eq!(config.taxonomies, [Taxonomy::named("tags"), areas]);
    assert_eq!(config.menu[0].title.get("en"), "Jobs");
    assert_eq!(config.permalinks["articles"].text, "/:year/:slug/");
    assert_eq!(config.slugs, SlugStyle::Pinyin);
    assert!(config.feeds.atom && !config.feeds.rss && !config.feeds.full);
    assert_eq!(
        (config.page_size, config.feeds.limit, config.summary_width),
        (10, 50, 200)
    );
    assert!(config.markdown.math && config.markdown.line_numbers);
    assert_eq!(config.checks.level(Code::BrokenLink), Level::Warn);
    assert_eq!(config.checks.level(Code::MissingAlt), Level::Off);
    assert_eq!(config.checks.level(Code::MissingTranslation), Level::Error);
    assert!(config.extra.is_some() && config.accounts.is_some());
}

#[test]
fn all_mistakes_are_told_at_once_with_what_to_do() {
    let (config, lines) = read(
        "tehme: dark\n\
         slugs: pinjin\n\
         feeds: { formats: [atmo], limit: many, hubb: x }\n\
         checks: { broken-lnik: warn, missing-alt: loud, duplicate-output: off }\n\
         permalinks: { articles: ':slug' }\n\
         extra: text\n\
         menu: [{ title: x }]\n",
    );
    assert!(config.is_some());
    let told = lines.join("\n");
    for wanted in [
        "6:1 unknown-key: unknown key `tehme` | did you mean `theme`?",
        "7:8 invalid-value: `slugs` knows no style `pinjin` | did you mean `pinyin`?",
        "8:20 invalid-value: there is no feed format `atmo` | did you mean `atom`?",
        "8:34 invalid-value: `limit` must be a whole number from 1 to 1000 | without the line it is 20",
        "8:40 unknown-key: unknown key `hubb` | did you mean `hub`?",
        "9:11 unknown-key: there is no check `broken-lnik` | did you mean `broken-link`?",
        "9:43 invalid-value: `missing-alt` has no level `loud` | write `error`, `warn` or `off`",
        "9:49 invalid-value: `duplicate-output` is always an error | remove the line and mend the places that it names",
        "10:25 invalid-permalink: `:slug` is not a pattern for permalinks",
        "11:8 wrong-type: `extra` wants a mapping, not `text`",
        "12:8 invalid-value: a menu entry needs a `title` and a `url`",
    ] {
        assert!(told.contains(wanted), "{wanted}\n\nin\n{told}");
    }
    assert_eq!(lines.len(), 11, "{told}");
}

#[test]
fn the_site_part_is_checked_with_care() {
    let text = "site:\n  url: example.org\n  title: { fr: Écho }\n  languages: [zh, en, en]\n  timezone: Asia/Beijing\n  theme: ../other\n";
    let (config, found) = parse(&Arc::from("site.yaml"), text);
    assert!(config.is_some());
    let told: Vec<String> = found
        .iter()
        .map(|d| {
            format!(
                "{}: {} | {}",
                d.code.as_str(),
                d.message,
                d.hints.join(" | ")
            )
        })
        .collect();
    let told = told.join("\n");
    for wanted in [
        "invalid-config: `url` must begin with `https://` or `http://`",
        "invalid-config: `zh` does not say which Chinese script is meant | write `zh-Hans` (simplified) or `zh-Hant` (traditional)",
        "invalid-config: the language `en` stands twice",
        "invalid-config: there is no time zone `Asia/Beijing` | did you mean `Asia/Shanghai`?",
        "unknown-language: `title` has a text in `fr`",
        "invalid-config: `../other` is not a folder below the site's own",
    ] {
        assert!(told.contains(wanted), "{wanted}\n\nin\n{told}");
    }
}

#[test]
fn what_a_site_cannot_be_without_is_asked_for() {
    let (config, found) = parse(
        &Arc::from("site.yaml"),
        "site: { url: https://example.org }\n",
    );
    assert!(config.is_none());
    let messages: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "the site has no `languages`",
            "the site has no `timezone`, and dates without a zone would depend on the machine",
            "the site has no `title`",
        ]
    );
    for text in ["", "- a\n", "site:\n", "site: [\n", "\u{0}"] {
        let (config, found) = parse(&Arc::from("site.yaml"), text);
        assert!(config.is_none() && !found.is_empty(), "{text:?}");
        assert!(
            found.iter().all(|d| d.code.info().fixed),
            "{text:?} {found:?}"
        );
    }
}

#[test]
fn addresses_are_absolute_and_plain() {
    for (url, good) in [
        ("http://localhost:8080", true),
        ("https://例子.cn/博客/", true),
        ("https://", false),
        ("https://example.org/?a=1", false),
        ("https://example.org/a/../b", false),
        ("ftp://example.org", false),
        ("https://user@example.org", false),
    ] {
        let text = SITE.replace("https://example.org/blog/", &format!("\"{url}\""));
        let (_, found) = parse(&Arc::from("site.yaml"), &text);
        assert_eq!(found.is_empty(), good, "{url} {found:?}");
    }
}

proptest! {
    #[test]
    fn no_settings_panic(text in any::<String>()) {
        let _ = parse(&Arc::from("site.yaml"), &text);
        let _ = read(&text);
    }
}
