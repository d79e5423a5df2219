//! Texts that want to break the renderer: deep, long, unclosed, random.

use super::rendered;
use proptest::prelude::{ProptestConfig, proptest};
use std::time::{Duration, Instant};

fn fast(name: &str, text: &str) -> Option<String> {
    let start = Instant::now();
    let (body, _) = rendered(text);
    let taken = start.elapsed();
    let mut last = 0;
    for hole in &body.holes {
        assert!(
            hole.offset >= last && body.html.get().is_char_boundary(hole.offset),
            "{name}"
        );
        last = hole.offset;
    }
    // Quadratic work on these sizes takes minutes; linear work takes a moment even on a busy
    // machine without optimisation.
    (taken > Duration::from_secs(60)).then(|| format!("{name} took {taken:?}"))
}

#[test]
fn depth_and_length_cost_no_more_than_their_size() {
    let deep = 20_000;
    let cases: Vec<(&str, String)> = vec![
        ("quotes", ">".repeat(deep)),
        ("lists", "- ".repeat(deep)),
        ("brackets", "[".repeat(50_000)),
        ("images", "![".repeat(50_000)),
        ("links", "[a](".repeat(20_000)),
        ("emphasis", "*a **中：".repeat(20_000)),
        ("stars", "*".repeat(100_000)),
        ("spaced stars", "**中：** ".repeat(20_000)),
        ("backticks", (1..400).map(|n| "`".repeat(n) + " ").collect()),
        ("ticks", "`a``b```c".repeat(20_000)),
        ("divs", "<div>".repeat(deep)),
        ("end divs", "</div>".repeat(50_000)),
        ("spans", format!("a {}", "<span>".repeat(deep))),
        ("divs and ends", "<div></p></b></i>\n\n".repeat(10_000)),
        ("comments", "<!-- ".repeat(50_000)),
        ("comments inline", format!("a {}", "<!-- ".repeat(50_000))),
        ("tags", "a <b c='".repeat(20_000)),
        ("processing", "a <?".repeat(20_000)),
        ("declarations", "a <!X".repeat(20_000)),
        ("cdata", "a <![CDATA[".repeat(20_000)),
        ("dollars", "$a".repeat(100_000)),
        ("double dollars", "$$a ".repeat(6_000)),
        ("bracket formulas", "\\(a ".repeat(50_000)),
        ("bracket formulas on lines", "\\[\n".repeat(50_000)),
        ("tildes", "天~~「".repeat(20_000)),
        ("formulas", "$a$ ".repeat(1_000)),
        ("deep formula", format!("${}$", "{".repeat(20_000))),
        ("wikilinks", "[[a".repeat(50_000)),
        ("wikilinks closed", "[[a]] ".repeat(20_000)),
        ("directives", ":::a\n".repeat(5_000)),
        ("directive ends", ":::\n".repeat(20_000)),
        ("tag opens", "{% note %}\n".repeat(10_000)),
        ("captures", "{% codeblock %} ".repeat(10_000)),
        ("raws", "{% raw %} ".repeat(20_000)),
        ("braces", "{{".repeat(50_000)),
        ("percent braces", "{% a ".repeat(50_000)),
        ("marks", "==a ".repeat(50_000)),
        ("headings", "# a\n\n".repeat(20_000)),
        (
            "footnotes",
            (0..5_000)
                .map(|n| format!("a[^{n}]\n\n[^{n}]: b\n\n"))
                .collect(),
        ),
        (
            "same footnote",
            format!("{}\n\n[^a]: b", "[^a]".repeat(20_000)),
        ),
        ("addresses", "a@b.c:http://".repeat(20_000)),
        ("ats", "a@".repeat(50_000)),
        ("w", "www.".repeat(50_000)),
        (
            "references",
            (0..5_000).map(|n| format!("[a{n}]: b\n")).collect(),
        ),
        ("tables", format!("|a|\n|-|\n{}", "|".repeat(50_000))),
        (
            "wide table",
            format!(
                "{}\n{}\n{}",
                "|a".repeat(500),
                "|-".repeat(500),
                "|\n".repeat(500)
            ),
        ),
        ("attributes", "[a](b){".repeat(10_000)),
        ("entities", "&#".repeat(100_000)),
        ("fences", "```a\n".repeat(20_000)),
        ("definition", "a\n: b\n".repeat(10_000)),
        ("tasks", "- [ ] a\n".repeat(10_000)),
        ("alerts", "> [!NOTE]\n\n".repeat(10_000)),
        (
            "html body",
            format!("<div>{}", "<p>a<br>\n   b".repeat(20_000)),
        ),
        (
            "one line",
            "中文 **重点：**正文 https://a.example/b ".repeat(15_000),
        ),
        ("code", format!("```js\n{}\n```\n", "a".repeat(2_000_000))),
        ("lines", "中\n".repeat(100_000)),
    ];
    let slow: Vec<String> = cases
        .iter()
        .filter_map(|(name, text)| fast(name, text))
        .collect();
    assert!(slow.is_empty(), "{slow:?}");
}

const PIECES: &[&str] = &[
    "*",
    "**",
    "_",
    "`",
    "```",
    "~~",
    "==",
    "[",
    "](",
    ")",
    "![",
    "[[",
    "]]",
    "|",
    "\n",
    "\n\n",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n    ",
    "\n# ",
    "\n---\n",
    "|a|\n|-|\n",
    "中",
    "：",
    "“",
    "a",
    " ",
    "\\",
    "$",
    "$$",
    "{",
    "}",
    "{{",
    "}}",
    "{%",
    "%}",
    "{% raw %}",
    "{% endraw %}",
    "{% note %}",
    "{% asset_link %}",
    "{% post_link",
    "{% img x",
    "{% endnote %}",
    "{{< figure src=\"a\" >}}",
    "{{< /x >}}",
    ":::a\n",
    "\n:::\n",
    "::b[c]{d=e}\n",
    "<div>",
    "</div>",
    "<p>",
    "</p>",
    "<a href=\"",
    "\">",
    "<img src=x>",
    "<script>",
    "<!--",
    "-->",
    "<!-- more -->",
    "<?",
    "?>",
    "&amp;",
    "&#0;",
    "\0",
    "\u{FDD1}",
    "\u{FDD2}0\u{FDD3}",
    "[^1]",
    "\n[^1]: ",
    "https://a.b/",
    "@b.co",
    "- [ ] ",
    "> [!NOTE]\n",
    "\r",
    "\r\n",
    "\t",
    "😀",
    "{.a #b}",
    "\n: ",
    "é",
    "{: .x}",
    "<!-- tab a -->",
    "<svg/>",
    "<h1>",
    "{% codeblock %}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_panics_and_holes_ascend(picks in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = picks.iter().map(|pick| PIECES[*pick]).collect();
        let (body, _) = rendered(&text);
        let mut last = 0;
        let mut open = 0_i32;
        for hole in &body.holes {
            assert!(hole.offset >= last, "{text:?}");
            assert!(body.html.get().is_char_boundary(hole.offset), "{text:?}");
            last = hole.offset;
            match hole.kind {
                crate::content::body::HoleKind::Open(_) => open += 1,
                crate::content::body::HoleKind::Close => open -= 1,
                _ => {}
            }
            assert!(open >= 0, "{text:?}");
        }
        assert_eq!(open, 0, "{text:?}");
        assert!(last <= body.html.get().len());
        for token in ['\u{FDD1}', '\u{FDD2}', '\u{FDD3}', '\0'] {
            assert!(!body.html.get().contains(token), "{text:?}\n{}", body.html.get());
            assert!(!body.plain.get().contains(token), "{text:?}");
        }
        if let Some(more) = body.more {
            assert!(body.html.get().is_char_boundary(more), "{text:?}");
        }
    }
}
