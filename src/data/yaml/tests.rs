//! YAML in, trees and diagnostics out.

use super::parse;
use crate::data::{Node, Value};
use proptest::prelude::{any, proptest};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn read(text: &str) -> (Result<Node, String>, Vec<String>) {
    let mut found = Vec::new();
    let result = parse(&Arc::from("a.yaml"), text, 1, &mut found);
    let words = |d: &crate::diag::Diagnostic| {
        let at = d
            .place
            .as_ref()
            .map(|place| place.position)
            .unwrap_or_default();
        format!("{}:{} {}", at.line, at.column, d.message)
    };
    (
        result.map_err(|error| words(&error)),
        found.iter().map(words).collect(),
    )
}

fn json(text: &str) -> String {
    match read(text).0 {
        Ok(node) => node.to_json().to_string(),
        Err(error) => error,
    }
}

#[test]
fn scalars_keep_their_written_form() {
    let (node, _) = read(
        "a: no\nb: 0123\nc: 1.10\nd: 2024-05-20\ne: '12'\nf: ~\ng:\nh: 1_000\ni: 0x1F\nj: !!str 12\n",
    );
    let node = node.expect("valid");
    for (key, text, plain) in [
        ("a", Some("no"), true),
        ("b", Some("0123"), true),
        ("c", Some("1.10"), true),
        ("d", Some("2024-05-20"), true),
        ("e", Some("12"), false),
        ("f", None, true),
        ("g", None, true),
        ("h", Some("1_000"), true),
        ("i", Some("0x1F"), true),
        ("j", Some("12"), false),
    ] {
        let value = &node.get(key).expect(key).value;
        match (value, text) {
            (
                Value::Scalar {
                    text: found,
                    plain: is_plain,
                },
                Some(text),
            ) => {
                assert_eq!((found.as_str(), *is_plain), (text, plain), "{key}");
            }
            (Value::Null, None) => {}
            _ => panic!("{key}: {value:?}"),
        }
    }
}

#[test]
fn places_count_characters_of_the_whole_file() {
    let mut found = Vec::new();
    let text = "标题: 你好\ntags:\n  - \"甲 乙\"\nbody: |\n  long\n  text\n";
    let node = parse(&Arc::from("a.md"), text, 3, &mut found).expect("valid");
    let at = |node: &Node| {
        (
            node.position.line,
            node.position.column,
            node.position.length,
        )
    };
    assert_eq!(at(node.get("标题").expect("key")), (3, 5, 2));
    let Value::List(tags) = &node.get("tags").expect("key").value else {
        panic!("a list")
    };
    assert_eq!(at(&tags[0]), (5, 5, 5));
    assert_eq!(node.entries()[2].position.line, 6);
    assert_eq!(node.get("body").and_then(Node::text), Some("long\ntext\n"));
}

#[test]
fn the_last_of_two_equal_keys_counts_and_both_are_named() {
    let mut found = Vec::new();
    let node = parse(&Arc::from("a.md"), "a: 1\nb: 2\na: 3\n", 2, &mut found).expect("valid");
    assert_eq!(node.to_json().to_string(), r#"{"a":3,"b":2}"#);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.as_str(), "duplicate-key");
    assert_eq!(found[0].place.as_ref().map(|p| p.position.line), Some(4));
    assert_eq!(found[0].related[0].place.position.line, 2);
    let many: String = (0..200).map(|n| format!("k{}: {n}\n", n % 100)).collect();
    let (node, found) = read(&many);
    assert_eq!(node.expect("valid").entries().len(), 100);
    assert_eq!(found.len(), 100);
}

#[test]
fn aliases_merges_and_odd_keys_are_read() {
    assert_eq!(json("a: &x [1, 2]\nb: *x\n"), r#"{"a":[1,2],"b":[1,2]}"#);
    assert_eq!(
        json("base: &b {x: 1, y: 2}\nown:\n  <<: *b\n  y: 3\n"),
        r#"{"base":{"x":1,"y":2},"own":{"y":3,"x":1}}"#
    );
    assert_eq!(json("2024: x\ntrue: y\n"), r#"{"2024":"x","true":"y"}"#);
    assert_eq!(json(""), "null");
    assert_eq!(json("# only a comment\n"), "null");
    assert_eq!(
        json("{\"a\":\"\\u4f60\\/\", \"b\": [1,\n2]}"),
        r#"{"a":"你/","b":[1,2]}"#
    );
}

#[test]
fn mistakes_have_a_place_and_plain_words() {
    let tenfold: String = (1..9)
        .map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{}, ", n - 1).repeat(10)))
        .collect();
    let tenfold = format!("a0: &a0 [x, x]\n{tenfold}");
    for (text, wanted) in [
        (
            tenfold.as_str(),
            "the aliases of this document stand for too many values",
        ),
        (
            "title: a: b\n",
            "1:9 a colon followed by a space ends a key",
        ),
        (
            "title: {{ title }}\n",
            "1:9 a list or mapping stands where a key should",
        ),
        ("a: [1, 2\n", "a bracket is opened and never closed"),
        ("a: \"x\n", "a quote is opened and never closed"),
        ("a: @x\n", "1:4 a value cannot begin with `@`"),
        (
            "a: *x\n",
            "1:4 a value that begins with `*` names an anchor",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "2:1 a second YAML document begins here",
        ),
        (
            "a: &x [*x]\n",
            "1:8 this alias stands within the value that it names",
        ),
    ] {
        let error = json(text);
        assert!(error.contains(wanted), "{text:?}: {error}");
    }
}

#[test]
fn hostile_documents_are_refused_quickly() {
    let deep =
        |open: &str, close: &str| format!("a: {}{}", open.repeat(20_000), close.repeat(20_000));
    let lists: String = (0..20_000)
        .map(|n| format!("{}-\n", " ".repeat(n % 3000)))
        .collect();
    let blocks: String = (0..300).map(|n| format!("{}k:\n", " ".repeat(n))).collect();
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let before = format!("*a{}", n - 1);
        let list = vec![before; 10].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{list}]\n"));
    }
    let dashes = format!("a:\n  {}x\n", "- ".repeat(20_000));
    for text in [
        deep("[", "]"),
        deep("{a: ", "}"),
        deep("[", ""),
        lists,
        blocks,
        bomb,
        dashes,
        "? ".repeat(20_000),
    ] {
        let begin = Instant::now();
        assert!(read(&text).0.is_err(), "{}", &text[..40]);
        assert!(begin.elapsed() < Duration::from_secs(2), "{}", &text[..40]);
    }
}

#[test]
fn long_lines_take_linear_time() {
    let time = |count: usize| {
        let begin = Instant::now();
        for line in [
            "字".repeat(count),
            "word ".repeat(count),
            "a: ".repeat(count),
        ] {
            let _ = read(&format!("title: {line}\n"));
            let _ = read(&line);
        }
        begin.elapsed()
    };
    // Generous, for a loaded machine: quadratic time would be a thousandfold.
    assert!(time(60_000) < time(3_000) * 100 + Duration::from_secs(2));
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = read(&text);
    }

    #[test]
    fn nothing_yaml_like_panics(text in "([ a-c:#&*!|>'\"%@`{},?\\[\\]\t-]|\n|：|译|- |: ){0,60}") {
        let _ = read(&text);
    }
}
