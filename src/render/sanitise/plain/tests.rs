//! Whatever the pass gives is what the cleaner gives, and it gives something for what plain
//! markdown becomes.

use super::super::{CLEANER, cleaned};
use super::{element, html, is_kept, is_unwrapped};
use crate::content::{self, PageFile};
use crate::data::Node;
use crate::render::sample::config;
use ammonia::Url;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use std::collections::BTreeSet;

const BASE: &str = "https://example.org/a/b/";

const ELEMENTS: [&str; 35] = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "div",
    "section",
    "blockquote",
    "figure",
    "figcaption",
    "ul",
    "ol",
    "dl",
    "table",
    "hr",
    "a",
    "em",
    "strong",
    "del",
    "code",
    "sup",
    "sub",
    "mark",
    "span",
    "br",
    "img",
    "li",
    "dt",
    "dd",
    "thead",
    "tbody",
    "label",
];

fn base() -> Option<Url> {
    Url::parse(BASE).ok()
}

/// What the pass gives, held against the cleaner.
fn both(source: &str) -> Option<String> {
    let passed = html(source, base().as_ref());
    if let Some(passed) = &passed {
        assert_eq!(*passed, cleaned(source, base()), "of {source}");
    }
    passed
}

#[test]
fn the_same_elements_and_attributes_are_kept() {
    let tags = CLEANER.clone_tags();
    let generic = CLEANER.clone_generic_attributes();
    let of_tags = CLEANER.clone_tag_attributes();
    let mut attributes: BTreeSet<&str> = of_tags.values().flatten().copied().collect();
    attributes.extend(&generic);
    attributes.extend([
        "class",
        "id",
        "style",
        "tabindex",
        "role",
        "onclick",
        "aria-label",
    ]);
    for name in ELEMENTS.into_iter().chain(["tr", "td", "th"]) {
        assert!(element(name).is_some(), "{name}");
        assert_eq!(tags.contains(name), !is_unwrapped(name), "{name}");
        for attribute in &attributes {
            let own = of_tags.get(name);
            let kept =
                generic.contains(attribute) || own.is_some_and(|own| own.contains(attribute));
            assert_eq!(is_kept(name, attribute), kept, "{name} {attribute}");
        }
    }
    for name in BTreeSet::from_iter(CLEANER.clone_clean_content_tags()) {
        assert!(element(name).is_none(), "{name}");
    }
}

#[test]
fn what_plain_markdown_becomes_needs_no_tree() {
    let source = "\
第一段，**重点**、*斜体*、~~删去~~、`code <b>`、[链接](https://a.example/?a=1&b=2 \"题\")、https://b.example 和
换行  \n\"引号\" & 'one' a\u{a0}b <https://c.example/>[^1]

## 标题 `x` {#own}

- 一
- 二

  段
  1. 内

3. 从三开始

> 引

| a | b |
|:--|--:|
| 1 | `2` |

```rust
fn main() { show(\"<&>\"); }
```

```
plain

text
```

- [ ] 未
- [x] 已

---

词
: 释义

[^1]: 脚注 *文*。
";
    let file = PageFile {
        file: "content/articles/a.md".into(),
        path: "articles/a.md".into(),
    };
    let parsed = content::parse(&file, source.as_bytes(), &Node::empty_map(), &config());
    let page = parsed.page.unwrap();
    let body = super::super::checkboxes(&page.body.html.get()).into_owned();
    assert!(
        body.contains("<table>") && body.contains("<section"),
        "{body}"
    );
    let passed = both(&body);
    assert!(passed.is_some(), "{body}");
}

#[test]
fn what_a_parser_would_move_is_left_to_the_cleaner() {
    for source in [
        "<p>a<p>b</p></p>",
        "<p>a<div>b</div></p>",
        "<a href=\"x\">a<em><a href=\"y\">b</a></em></a>",
        "<table>a<tbody></tbody></table>",
        "<table><tr><td>a</td></tr></table>",
        "<ul>a</ul>",
        "<li>a</li>",
        "<em>a<p>b</p></em>",
        "<p>a",
        "a</p>",
        "<pre>\na</pre>",
        "<p>a &eacute; b</p>",
        "<p>a & b</p>",
        "<p>a < b</p>",
        "<P>a</P>",
        "<p title='a'>b</p>",
        "<p title=\"a\"title=\"b\">c</p>",
        "<p title=\"a\" title=\"b\">c</p>",
        "<br/>",
        "<!-- a -->",
        "<a href=\"javascript:alert(1)\">a</a>",
        "<a href=\" https://a.example/\">a</a>",
        "<a href=\"https://\">a</a>",
        "<script>a</script>",
        "<svg></svg>",
        "a\u{1}b",
    ] {
        assert_eq!(html(source, base().as_ref()), None, "{source}");
    }
}

/// Well-formed HTML of known elements, in places that are often wrong.
fn tree() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[a字 \\n\u{a0}é>\"']{0,6}",
        select(vec![
            "&amp;", "&lt;", "&quot;", "&#39;", "&nbsp;", "\n", "&", "&euro;"
        ])
        .prop_map(str::to_owned),
    ];
    let attribute = prop_oneof![
        select(vec![
            "",
            "",
            " class=\"a\"",
            " id=\"b\" lang=\"zh\"",
            " title=\"&quot;x&amp;y\u{a0}<>\"",
            " href=\"../c/?q=1&amp;r=字\"",
            " href=\"#d\"",
            " src=\"/x.png\" alt",
            " start=\"3\"",
            " href=\"mailto:a@b.example\"",
            " href=\"ftp://a.example\"",
            " href=\"//e.example\"",
            " cite=\"f\"",
            " srcset=\"a 2x\"",
            " width=\"1\" width=\"2\"",
            " align=\"right\" scope=\"col\"",
        ])
        .prop_map(str::to_owned),
    ];
    let void = (select(vec!["br", "img", "hr"]), attribute.clone())
        .prop_map(|(name, attribute)| format!("<{name}{attribute}>"));
    let leaf = prop_oneof![text, void];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let names: Vec<&str> = ELEMENTS.into_iter().chain(["tr", "td", "th"]).collect();
        let children = proptest::collection::vec(inner, 0..4);
        (select(names), attribute.clone(), children).prop_map(|(name, attribute, children)| {
            format!("<{name}{attribute}>{}</{name}>", children.concat())
        })
    })
}

/// Trees whose elements stand where they belong.
fn ordered() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("字 &amp; “x”".to_owned()),
        Just("<a href=\"../c/\" class=\"k\">c</a>".to_owned()),
        Just("<img src=\"d.png\" alt=\"e\" loading=\"lazy\">".to_owned()),
        "[a-c \u{a0}]{0,4}".prop_map(|text| format!("<strong><em>{text}</em></strong>")),
    ];
    let lines = proptest::collection::vec(line, 0..4).prop_map(|lines| lines.concat());
    let block = prop_oneof![
        lines.clone().prop_map(|text| format!("<p>{text}</p>\n")),
        lines.clone().prop_map(|text| format!("<pre tabindex=\"0\"><code>{text}</code></pre>\n")),
        lines.prop_map(|text| {
            format!("<table>\n<thead>\n<tr><th scope=\"col\">{text}</th></tr>\n</thead>\n<tbody>\n<tr><td>{text}</td></tr>\n</tbody>\n</table>")
        }),
    ];
    block.prop_recursive(4, 30, 3, |inner| {
        let inside = proptest::collection::vec(inner, 0..3);
        let around = select(vec![
            ("<ul>\n<li>", "</li>\n</ul>\n"),
            ("<ol start=\"2\"><li>", "</li></ol>"),
            ("<blockquote>", "</blockquote>"),
            ("<div class=\"x\">", "</div>"),
            ("<dl><dt>a</dt><dd>", "</dd></dl>"),
            ("<section>", "</section><hr>\n"),
        ]);
        (inside, around)
            .prop_map(|(inside, (before, after))| format!("{before}{}{after}", inside.concat()))
    })
}

proptest! {
    #[test]
    fn the_pass_and_the_cleaner_agree(pieces in proptest::collection::vec(tree(), 0..4)) {
        both(&pieces.concat());
    }

    #[test]
    fn what_stands_where_it_belongs_is_passed(source in ordered()) {
        assert!(both(&source).is_some(), "{source}");
    }

    #[test]
    fn any_text_is_survived(text in any::<String>(), tags in "[<>/a-c&;= \"pre\n]{0,30}") {
        both(&text);
        both(&tags);
    }
}
