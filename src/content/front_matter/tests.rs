//! Files in, front matter and bodies out.

use super::split;
use proptest::prelude::{any, proptest};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Fields as JSON, body with its line, and every diagnostic on a line of its own.
fn show(text: &str) -> String {
    let mut found = Vec::new();
    let split = split(&Arc::from("a.md"), text, &mut found);
    let mut out = match split {
        Some(split) => format!(
            "{} {:?}@{}",
            split.fields.to_json(),
            split.body,
            split.body_line
        ),
        None => "unreadable".to_owned(),
    };
    for d in found {
        let at = d
            .place
            .as_ref()
            .map(|place| place.position)
            .unwrap_or_default();
        out.push_str(&format!(
            "\n{}:{} {}: {}",
            at.line,
            at.column,
            d.code.as_str(),
            d.message
        ));
        for hint in d.hints {
            out.push_str(&format!(" | {hint}"));
        }
    }
    out
}

#[test]
fn every_fence_is_known() {
    for (text, wanted) in [
        (
            "---\ntitle: 甲\n---\n正文\n",
            r#"{"title":"甲"} "正文\n"@4"#,
        ),
        (
            "---\r\ntitle: a\r\n---\r\nb\r\n",
            r#"{"title":"a"} "b\r\n"@4"#,
        ),
        ("---\rtitle: a\r---\rb", r#"{"title":"a"} "b"@4"#),
        ("\u{feff}---\ntitle: a\n---\nb", r#"{"title":"a"} "b"@4"#),
        ("\n \n---\ntitle: a\n---\nb", r#"{"title":"a"} "b"@6"#),
        ("---\ntitle: a\n...\nb", r#"{"title":"a"} "b"@4"#),
        ("-----  \ntitle: a\n----\nb", r#"{"title":"a"} "b"@4"#),
        ("---\ntitle: a\n---", r#"{"title":"a"} ""@4"#),
        ("---\n---\nb", r#"{} "b"@3"#),
        ("---\n# nothing yet\n\n---\nb", r#"{} "b"@5"#),
        (
            "+++\ntitle = \"a\"\n[extra]\nx = 1\n+++\nb",
            r#"{"title":"a","extra":{"x":1}} "b"@6"#,
        ),
        ("\n+++\r\ntitle = 'a'\r\n+++\r\nb", r#"{"title":"a"} "b"@5"#),
        (
            "{\n\t\"title\": \"a } b\",\n\t\"x\": {\"y\": [1]}\n}\nb",
            r#"{"title":"a } b","x":{"y":[1]}} "b"@5"#,
        ),
        ("{\"title\": \"a\"}\n;;;\nb", r#"{"title":"a"} "b"@3"#),
        (
            "\"title\": \"a\",\n\"tags\": [\"b\"]\n;;;\nc",
            r#"{"title":"a","tags":["b"]} "c"@4"#,
        ),
        (";;;\n\"title\": \"a\"\n;;;\nc", r#"{"title":"a"} "c"@4"#),
    ] {
        assert_eq!(show(text), wanted, "{text:?}");
    }
}

#[test]
fn lines_without_a_fence_are_fields_when_they_all_fit() {
    assert_eq!(
        show("Title: A: b\nDate: 2010-12-03 10:20\nTags: x, y\nSummary: long\n    text\n\nBody\n"),
        r#"{"Title":"A: b","Date":"2010-12-03 10:20","Tags":["x","y"],"Summary":"long text"} "\nBody\n"@6"#
    );
    assert_eq!(
        show(
            "[#]: collector: (lujun9972)\n[#]: translator: ( )\n[#]: subject: (How: to)\n[#]: via: (https://example.org/a)\n[#]: author: (Alan Smithee https://example.org/alan)\n[#]: url: \"https://example.org/b\"\n\nHow\n===\n"
        ),
        r#"{"collector":"lujun9972","translator":null,"subject":"How: to","source_url":"https://example.org/a","author":"Alan Smithee","extra":{"published_url":"https://example.org/b"}} "\nHow\n===\n"@7"#
    );
}

#[test]
fn a_missing_opening_fence_is_told() {
    assert_eq!(
        show("title: A\ndate: 2014-01-02\ntags:\n- x\n---\nBody\n"),
        "{\"title\":\"A\",\"date\":\"2014-01-02\",\"tags\":[\"x\"]} \"Body\\n\"@6\n1:1 repaired-front-matter: no `---` stands above the fields; they were read as front matter | write `---` on a line of its own above this one"
    );
}

#[test]
fn prose_is_no_front_matter() {
    for text in [
        "",
        "\n\n",
        "Text",
        "---\n\nA rule opens the text.\n\n---\n\nAnother.\n",
        "---\nno fields here\n---\n",
        "---\n\nA rule and nothing else",
        "----",
        "* * *\n",
        "Note: this is prose\nand goes on\n\nmore\n",
        "Title: a heading\n\nwith text\n",
        "{{< shortcode >}}\n",
        "{: .class }\ntext",
        "{a}\n",
        "\"Quoted\": said he.\n",
        "[#]\n",
        "https://example.org: a link\n---\n",
    ] {
        assert_eq!(show(text), format!("{{}} {text:?}@1"));
    }
}

#[test]
fn unclosed_front_matter_is_an_error_at_its_fence() {
    assert_eq!(
        show("\n---\ntitle: a\n\nText\n"),
        "unreadable\n2:1 invalid-front-matter: front matter begins with `---` and is never closed | write `---` on a line of its own behind the last field"
    );
    for text in [
        "+++\ntitle = 'a'\n",
        "{\"title\": \"a\n",
        ";;;\n\"title\": 1\n",
    ] {
        assert!(show(text).contains("is never closed"), "{text:?}");
    }
}

#[test]
fn what_can_be_read_in_one_way_only_is_read_with_a_warning() {
    for (line, json, hint) in [
        (
            "title: a: b",
            r#""title":"a: b""#,
            r#"write: `title: "a: b"`"#,
        ),
        (
            "title: [译] 甲",
            r#""title":"[译] 甲""#,
            r#"write: `title: "[译] 甲"`"#,
        ),
        ("title: @x", r#""title":"@x""#, r#"write: `title: "@x"`"#),
        (
            "title: \"a\" b",
            r#""title":"\"a\" b""#,
            r#"write: `title: '"a" b'`"#,
        ),
        ("title：甲", r#""title":"甲""#, "write: `title: 甲`"),
        (
            "title：甲: 乙",
            r#""title":"甲: 乙""#,
            r#"write: `title: "甲: 乙"`"#,
        ),
        (
            "title: 【x】: y",
            r#""title":"【x】: y""#,
            r#"write: `title: "【x】: y"`"#,
        ),
        (
            "title: `x` y",
            r#""title":"`x` y""#,
            r#"write: `title: "`x` y"`"#,
        ),
        ("title: %x", r#""title":"%x""#, r#"write: `title: "%x"`"#),
        ("title:甲", r#""title":"甲""#, "write: `title: 甲`"),
        (
            "title: *甲* 乙",
            r#""title":"*甲* 乙""#,
            r#"write: `title: "*甲* 乙"`"#,
        ),
        ("title: [甲", r#""title":"[甲""#, r#"write: `title: "[甲"`"#),
        (
            "title: \"甲",
            r#""title":"\"甲""#,
            r#"write: `title: '"甲'`"#,
        ),
        ("tags:\n - @x", r#""tags":["@x"]"#, r#"write: `- "@x"`"#),
    ] {
        for text in [
            format!("---\ndate: 2024\n{line}\nend: 1\n---\n"),
            format!("---\n{line}\nend: 1\n---\n"),
        ] {
            let shown = show(&text);
            assert!(shown.contains(json), "{text:?}\n{shown}");
            assert!(shown.contains(r#""end":1"#), "{text:?}\n{shown}");
            assert!(
                shown.contains("repaired-front-matter: "),
                "{text:?}\n{shown}"
            );
            assert!(shown.contains(hint), "{text:?}\n{shown}");
            assert_eq!(shown.lines().count(), 2, "{text:?}\n{shown}");
        }
    }
}

#[test]
fn a_repair_names_its_place() {
    let shown = show("\n---\ndate: 2024\ntitle: a: b\nauthor: 甲 @\ncover: @x\n---\n");
    let places: Vec<&str> = shown
        .lines()
        .skip(1)
        .map(|line| line.split(' ').next().unwrap_or(""))
        .collect();
    assert_eq!(places, ["4:8", "6:8"], "{shown}");
}

#[test]
fn harmless_habits_are_read_silently() {
    for (text, json) in [
        ("---\ntitle:\ta\n---\n", r#"{"title":"a"}"#),
        (
            "---\ncategories: \n - 编程\n - 读书\ntitle: 'a'\n---\n",
            r#"{"categories":["编程","读书"],"title":"a"}"#,
        ),
        (
            "---\ntitle: a  \n\n\ndate: b\n---\n",
            r#"{"title":"a","date":"b"}"#,
        ),
        ("---\n\u{a0}\ntitle: a\n\u{3000}\n---\n", r#"{"title":"a"}"#),
        (
            "---\ndesc: |\n  a: b: c\n  @x\ntitle: x\n---\n",
            r#"{"desc":"a: b: c\n@x\n","title":"x"}"#,
        ),
        (
            "---\nURL: /a/\ntags: [2024, 1.10, no, 0123]\n---\n",
            r#"{"URL":"/a/","tags":[2024,1.1,"no","0123"]}"#,
        ),
    ] {
        let shown = show(text);
        assert!(shown.starts_with(json), "{shown}");
        assert_eq!(shown.lines().count(), 1, "{shown}");
    }
}

#[test]
fn control_characters_are_left_out_and_named() {
    assert_eq!(
        show("---\ntitle: 甲\u{8}乙\nsay: \"a\\u0000b\"\n---\n"),
        "{\"title\":\"甲乙\",\"say\":\"ab\"} \"\"@5\n2:9 control-character: the control character U+0008 stands in the front matter; it is left out | remove it"
    );
}

#[test]
fn tabs_do_not_move_places() {
    let mut found = Vec::new();
    let split = split(&Arc::from("a.md"), "---\na:\n\tb: x\n---\n", &mut found).expect("readable");
    let inner = split.fields.get("a").and_then(|a| a.get("b")).expect("b");
    assert_eq!((inner.position.line, inner.position.column), (3, 5));
}

#[test]
fn indentation_by_tabs_is_told_once_and_only_where_it_counts() {
    assert_eq!(
        show("---\ntags:\n\t- a\n\t- b\n---\n"),
        "{\"tags\":[\"a\",\"b\"]} \"\"@6\n3:1 repaired-front-matter: a tab indents this line, where YAML wants spaces; it was read as two | write: `  - a`"
    );
    assert_eq!(
        show("---\ntags: [\n\ta,\n\tb ]\n---\n"),
        "{\"tags\":[\"a\",\"b\"]} \"\"@6\n3:1 repaired-front-matter: a tab indents this line, where YAML wants spaces; it was read as two | write: `  a,`"
    );
    assert_eq!(
        show("---\ntitle:\tA\n\t\n\t# note\n---\n"),
        "{\"title\":\"A\"} \"\"@6"
    );
}

#[test]
fn what_cannot_be_mended_is_an_error_with_its_place() {
    for (text, wanted) in [
        (
            "---\ntitle: {{ title }}\ndate: {{ date }}\n---\n",
            "unreadable\n2:8 invalid-front-matter: `{{ title }}` is a placeholder, so this file is a template for new pages and not a page | move the file out of the content folder, or put the value in quotes",
        ),
        ("---\na: 1\n  b: 2\n c\n---\n", "unreadable\n"),
        ("+++\na = \n+++\n", "unreadable\n2:"),
        (
            "{\"a\": 1,}\nx",
            "unreadable\n1:9 invalid-front-matter: invalid JSON",
        ),
    ] {
        let shown = show(text);
        assert!(shown.starts_with(wanted), "{text:?}\n{shown}");
        assert!(shown.contains("invalid-front-matter"), "{text:?}\n{shown}");
    }
}

#[test]
fn hostile_front_matter_is_refused_quickly() {
    for inner in [
        format!("a: {}", "[".repeat(20_000)),
        "a: b: c\n".repeat(8_000),
        "x\n".repeat(30_000),
        format!("title: {}", "字".repeat(3_400_000)),
        format!("title: {}\n@", "a: ".repeat(20_000)),
    ] {
        let begin = Instant::now();
        let shown = show(&format!("---\nkey: 1\n{inner}\n---\n"));
        let head: String = shown.chars().take(60).collect();
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "{head} {:?}",
            begin.elapsed()
        );
    }
}

proptest! {
    #[test]
    fn no_file_panics(text in any::<String>()) {
        let _ = show(&text);
        let _ = show(&format!("---\n{text}\n---\n"));
    }

    #[test]
    fn nothing_like_front_matter_panics(text in "(---\n|;;;\n|\\+\\+\\+\n|\r\n?|\u{feff}|title|：|: |\\{|\"|\\}|\\[#\\]: |[ a-c@*&\t-]|\n){0,40}") {
        let mut found = Vec::new();
        if let Some(split) = split(&Arc::from("a.md"), &text, &mut found) {
            assert!(text.ends_with(split.body));
        } else {
            assert!(!found.is_empty());
        }
    }
}
