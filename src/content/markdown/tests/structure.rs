//! Title, headings, the "more" mark, plain text.

use super::{check, complaints, rendered, rendered_with, shown};

fn outline(text: &str) -> String {
    rendered(text)
        .0
        .headings
        .iter()
        .map(|heading| format!("{}{} ", heading.level, heading.id))
        .collect()
}

#[test]
fn the_first_heading_is_the_title_once() {
    let (body, _) = rendered("# 标题\n\n文");
    assert_eq!(
        (&*body.html.get(), body.title.as_deref()),
        ("<p>文</p>\n", Some("标题"))
    );
    let (body, _) = rendered_with("标题！\n===\n\n文", "zh", Some("标题"));
    assert_eq!(
        (&*body.html.get(), body.title.as_deref()),
        ("<p>文</p>\n", Some("标题！"))
    );
    let (body, _) = rendered_with("# 别的\n\n## 二", "zh", Some("标题"));
    assert_eq!(
        body.html.get(),
        "<h2 id=\"别的\">别的</h2>\n<h3 id=\"二\">二</h3>\n"
    );
    assert_eq!(body.title, None);
    check(
        "# 标题 $a$\n\n[回](#标题-a)",
        "<span id=\"标题-a\"></span>\n<p><a href=\"→#标题-a\">回</a></p>",
    );
}

#[test]
fn levels_follow_each_other_below_the_title() {
    assert_eq!(outline("# T\n\n## a\n\n### b\n\n## c"), "2a 3b 2c ");
    assert_eq!(outline("# T\n\n# a\n\n## b\n\n# c"), "2a 3b 2c ");
    assert_eq!(outline("### a\n\n###### b\n\n### c"), "2a 3b 2c ");
    assert_eq!(
        outline("## a\n\n## a\n\n## ！\n\n## ？"),
        "2a 2a-2 2section 2section-2 "
    );
    assert_eq!(
        outline("## Как *это*\n\n## `fn` **重点：**二"),
        "2как-это 2fn-重点二 "
    );
}

#[test]
fn more_is_a_place_between_blocks() {
    let cut = |text: &str| {
        let (body, _) = rendered(text);
        let more = body.more.map(|at| body.html.get()[..at].trim().to_owned());
        (more, body.excerpt)
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        cut("甲\n\n<!-- more -->\n\n乙"),
        (some("<p>甲</p>"), some("甲"))
    );
    assert_eq!(
        cut("甲 <!--MORE--> 丙\n\n乙"),
        (some("<p>甲  丙</p>"), some("甲"))
    );
    assert_eq!(
        cut("- 甲\n  <!--more-->\n- 乙\n\n丙"),
        (some("<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>"), some("甲"))
    );
    assert_eq!(cut("甲\n\n`<!-- more -->`"), (None, None));
    assert!(
        !rendered("甲\n\n<!-- more -->\n")
            .0
            .html
            .get()
            .contains("more")
    );
}

#[test]
fn plain_text_is_what_a_reader_reads() {
    let (body, _) = rendered(
        "# T\n\n## 一\n\n甲 **乙** `丙` ![丁](a.png) [戊](/a)[^1]\n\n```\ncode\n```\n\n<div>己 &amp; <b>庚</b></div>\n\n| 辛 | 壬 |\n|--|--|\n| 1 | 2 |\n\n[^1]: 注\n",
    );
    assert_eq!(body.plain.get(), "甲 乙 丙 戊\n己 & 庚\n辛 壬 1 2");
    assert!(body.has_code && !body.has_math);
}

#[test]
fn control_characters_are_left_out_and_named() {
    check("a\0b\u{FDD2}0\u{FDD3}\u{8}", "<p>ab0</p>");
    assert_eq!(
        complaints("好\0的\u{1}"),
        "a.md:1:2: warning[control-character]: the character U+0000 and 1 more cannot be shown and are left out"
    );
    let (body, _) = rendered("x\r\ny\tz");
    assert_eq!(shown(&body), "<p>x\ny\tz</p>\n");
}
