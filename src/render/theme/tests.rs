//! Themes from memory: what is found, what wins, and what is said of mistakes.

use super::files::MemoryFiles;
use super::{Theme, assemble};
use crate::config::{self, Config};
use crate::diag::{Diagnostic, print};
use tera::Context;

const SETTINGS: &str = "site:
  url: https://example.org/blog
  title: { zh-Hans: 回响, en: Homeward, ru: Домой }
  languages: [zh-Hans, en, ru]
  timezone: Asia/Shanghai
  theme: city
";

fn config(more: &str) -> Config {
    let (config, diagnostics) = config::parse(&"site.yaml".into(), &format!("{SETTINGS}{more}"));
    assert_eq!(diagnostics, []);
    config.unwrap()
}

fn load(files: &[(&str, &str)], more: &str) -> (Option<Theme>, Vec<Diagnostic>) {
    assemble(&MemoryFiles::new(files.iter().copied()), &config(more))
}

fn said(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let mut line = print::short(diagnostic).trim_end().to_owned();
            for hint in &diagnostic.hints {
                line.push_str(" | ");
                line.push_str(hint);
            }
            line
        })
        .collect()
}

fn render(theme: &Theme, language: usize, template: &str) -> String {
    let mut context = Context::new();
    context.insert_value("t", theme.words(language).clone());
    context.insert_value("theme", theme.options.clone());
    context.insert("date", "2026-05-01T20:30:00Z");
    context.insert("number", &12345);
    theme
        .engine(language)
        .unwrap()
        .render(template, &context)
        .unwrap()
}

const MANIFEST: (&str, &str) = ("themes/city/theme.yaml", "name: city\ncontract: 1\n");

#[test]
fn the_sites_own_file_wins_over_the_child_and_the_child_over_its_parent() {
    let (theme, diagnostics) = load(
        &[
            (
                "themes/city/theme.yaml",
                "name: city\ncontract: 1\nparent: plain\noptions: { color: red }\n",
            ),
            (
                "themes/city/templates/page.html",
                "{% extends \"plain/page.html\" %}{% block body %}city{% endblock %}",
            ),
            ("themes/city/templates/list.html", "city list"),
            (
                "themes/plain/theme.yaml",
                "name: plain\ncontract: 1\noptions: { color: blue, size: 3 }\n",
            ),
            (
                "themes/plain/templates/page.html",
                "<{% block body %}plain{% endblock %}> {{ theme.color }} {{ theme.size }}",
            ),
            ("themes/plain/templates/list.html", "plain list"),
            ("themes/plain/templates/term.html", "plain term"),
            ("templates/list.html", "site list"),
        ],
        "",
    );
    assert_eq!(said(&diagnostics), [] as [&str; 0]);
    let theme = theme.unwrap();
    assert_eq!(render(&theme, 0, "page.html"), "<city> red 3");
    assert_eq!(render(&theme, 0, "list.html"), "site list");
    assert_eq!(render(&theme, 0, "term.html"), "plain term");
    assert_eq!(theme.resolve("term.html"), Some("plain/term.html"));
}

#[test]
fn parents_that_are_each_others_parents_are_refused() {
    let (theme, diagnostics) = load(
        &[
            (
                "themes/city/theme.yaml",
                "name: city\ncontract: 1\nparent: plain\n",
            ),
            (
                "themes/plain/theme.yaml",
                "name: plain\ncontract: 1\nparent: city\n",
            ),
        ],
        "",
    );
    assert!(theme.is_none());
    assert_eq!(
        said(&diagnostics),
        [
            "themes/plain/theme.yaml:3:9: error[invalid-theme]: themes are each other's parents: `city` → `plain` → `city` | remove `parent` from one of them"
        ]
    );
}

#[test]
fn a_theme_that_is_missing_or_too_new_is_refused_with_a_hint() {
    let (theme, diagnostics) = load(&[("themes/citty/theme.yaml", "contract: 1\n")], "");
    assert!(theme.is_none());
    assert_eq!(
        said(&diagnostics),
        ["site.yaml: error[invalid-theme]: there is no theme `city` | did you mean `citty`?"]
    );
    let (theme, diagnostics) = load(&[("themes/city/theme.yaml", "name: x\ncontract: 7\n")], "");
    assert!(theme.is_none());
    assert_eq!(
        said(&diagnostics),
        [
            "themes/city/theme.yaml:2:11: error[invalid-theme]: the theme wants version 7 of the theme contract, this Guidepost knows versions up to 1 | use a newer Guidepost or an older release of the theme"
        ]
    );
}

#[test]
fn options_of_the_site_are_checked_against_the_themes() {
    let (theme, diagnostics) = load(
        &[(
            "themes/city/theme.yaml",
            "name: city\ncontract: 1\nnaem: x\noptions:\n  palette: lake\n  wide: false\n  count: 3\n  year: ''\n  colors: { line: red, text: black }\n",
        )],
        "theme_options:\n  palete: ink\n  wide: maybe\n  palette: brick\n  count: many\n  year: 2024\n  colors: { line: blue }\n",
    );
    assert_eq!(
        said(&diagnostics),
        [
            "themes/city/theme.yaml:3:1: error[unknown-key]: unknown key `naem` | did you mean `name`?",
            "site.yaml:8:3: error[unknown-key]: theme `city` has no option `palete` | did you mean `palette`?",
            "site.yaml:9:9: error[wrong-type]: theme option `wide` wants `true` or `false`, not text",
            "site.yaml:11:10: error[wrong-type]: theme option `count` wants a number, not text",
        ]
    );
    let options = theme.unwrap().options;
    assert_eq!(
        options.get_from_path("palette").and_then(|v| v.as_str()),
        Some("brick")
    );
    let colors = ["colors.line", "colors.text"].map(|path| options.get_from_path(path));
    assert_eq!(
        colors.map(|color| color.and_then(|v| v.as_str())),
        [Some("blue"), Some("black")]
    );
}

#[test]
fn every_template_that_does_not_compile_is_named_with_its_own_file() {
    let (theme, diagnostics) = load(
        &[
            MANIFEST,
            ("themes/city/templates/a.html", "第一行\n汉字 {% if %}"),
            ("templates/b.html", "{{ x | }}"),
        ],
        "",
    );
    assert!(!theme.unwrap().is_whole());
    let said = said(&diagnostics);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("templates/b.html:1:8: error[template-error]: "));
    assert!(said[1].starts_with("themes/city/templates/a.html:2:10: error[template-error]: "));
}

#[test]
fn mistakes_between_templates_have_their_place_and_a_suggestion() {
    let (_, diagnostics) = load(
        &[
            MANIFEST,
            (
                "themes/city/templates/a.html",
                "x\n{{ y | dat }} {{ <card /> }} {{ aset(path=\"x\") }}",
            ),
        ],
        "",
    );
    assert_eq!(
        said(&diagnostics),
        [
            "themes/city/templates/a.html:2:8: error[template-error]: Unknown filter `dat` | did you mean `date`?",
            "themes/city/templates/a.html:2:18: error[template-error]: Unknown component `card`",
            "themes/city/templates/a.html:2:33: error[template-error]: Unknown function `aset` | did you mean `asset`?",
        ]
    );
    let (_, diagnostics) = load(
        &[
            MANIFEST,
            ("themes/city/templates/a.html", "{% extends \"bse.html\" %}"),
            ("themes/city/templates/base.html", ""),
        ],
        "",
    );
    assert_eq!(
        said(&diagnostics),
        [
            "themes/city/templates/a.html:1:4: error[template-error]: there is no template `bse.html` to extend | did you mean `base.html`?"
        ]
    );
}

#[test]
fn words_fall_back_to_the_default_language_and_then_to_english() {
    let (theme, diagnostics) = load(
        &[
            MANIFEST,
            (
                "themes/city/i18n/en.yaml",
                "more: Read on\nonly: English\nno: No\nminutes: { one: '{count} minute', other: '{count} minutes' }\n",
            ),
            (
                "themes/city/i18n/zh-Hans.yaml",
                "more: 阅读\nminutes: '{count} 分钟'\nboth: 默认\n",
            ),
            (
                "themes/city/i18n/ru.yaml",
                "more: Дальше\nminutes: '{count} минута | {count} минуты | {count} минут'\n",
            ),
            ("i18n/ru.yaml", "more: Ещё\n"),
            (
                "themes/city/templates/a.html",
                "{{ t.more }} {{ t.both }} {{ t.only }} {{ t.no }} {{ t.minutes | plural(count=22) }}",
            ),
        ],
        "",
    );
    assert_eq!(said(&diagnostics), [] as [&str; 0]);
    let theme = theme.unwrap();
    assert_eq!(render(&theme, 0, "a.html"), "阅读 默认 English No 22 分钟");
    assert_eq!(
        render(&theme, 1, "a.html"),
        "Read on 默认 English No 22 minutes"
    );
    assert_eq!(render(&theme, 2, "a.html"), "Ещё 默认 English No 22 минуты");
}

#[test]
fn filters_speak_the_language_of_the_page_inside_components_too() {
    let (theme, _) = load(
        &[
            MANIFEST,
            (
                "themes/city/templates/a.html",
                "{% component when(day) %}{{ day | date }}{% endcomponent when %}{{ <when day={date} /> }} {{ number | number }} {{ '/x' | absolute }} {{ '{n}<' | fill(n='<b>' | safe) }} {{ [1, '</script>'] | json }} {{ 'a b/ё' | url_encode }}",
            ),
        ],
        "",
    );
    let theme = theme.unwrap();
    assert_eq!(
        render(&theme, 2, "a.html"),
        "2 мая 2026\u{a0}г. 12\u{a0}345 https://example.org/x <b>&lt; [1,\"\\u003c/script\\u003e\"] a%20b%2F%D1%91"
    );
    assert!(render(&theme, 0, "a.html").starts_with("2026年5月2日 12,345"));
}

#[test]
fn style_sheets_and_scripts_have_a_hash_in_their_name() {
    let (theme, diagnostics) = load(
        &[
            (
                "themes/city/theme.yaml",
                "name: city\ncontract: 1\nimage: og.pgn\n",
            ),
            ("themes/city/static/style.css", "a{}"),
            ("themes/city/static/og.png", "x"),
            ("static/style.css", "b{}"),
            ("static/js/own.js", "1"),
            (
                "themes/city/templates/a.html",
                "{{ asset(path='style.css') }} {{ asset(path='og.png') }}",
            ),
        ],
        "",
    );
    assert_eq!(
        said(&diagnostics),
        [
            "themes/city/theme.yaml:3:8: error[invalid-theme]: the theme's `image` is `og.pgn`, and `static/` has no such file | did you mean `og.png`?"
        ]
    );
    let theme = theme.unwrap();
    let outputs: Vec<&str> = theme.statics().into_iter().map(|(_, path)| path).collect();
    // A script of the site itself keeps its own name too: its pages may name it.
    assert_eq!(outputs[1..3], ["js/own.js", "og.png"]);
    assert_eq!(outputs.len(), 4);
    assert!(outputs[0].starts_with("js/own.") && outputs[0].ends_with(".js"));
    assert!(outputs[3].starts_with("style.") && outputs[3].len() == "style.12345678.css".len());
    assert_eq!(
        render(&theme, 0, "a.html"),
        format!("/blog/{} /blog/og.png", outputs[3])
    );
}
