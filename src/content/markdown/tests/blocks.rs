//! Blocks of CommonMark, GFM and the extensions.

use super::{check, complaints, rendered, rendered_with, shown};

#[test]
fn tables_can_be_scrolled_and_named() {
    check(
        "| 甲 | 乙 |\n|---|--:|\n| 1 | $a|b$ |\n",
        &format!(
            "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"表格\"><table>\n\
             <thead>\n<tr><th scope=\"col\">甲</th><th scope=\"col\" class=\"right\">乙</th></tr>\n</thead>\n\
             <tbody>\n<tr><td>1</td><td class=\"right\">{}</td></tr>\n</tbody>\n</table></div>",
            {
                let html = rendered("$a|b$").0.html.get().into_owned();
                html.trim()
                    .trim_start_matches("<p>")
                    .trim_end_matches("</p>")
                    .to_owned()
            }
        ),
    );
}

#[test]
fn footnotes_are_collected_with_links_back() {
    check(
        "甲[^a]乙[^b]丙[^a]\n\n[^b]: 二\n[^a]: 一\n\n末",
        "<p>甲<sup class=\"footnote-ref\" id=\"fnref-1\"><a href=\"#fn-1\" role=\"doc-noteref\">1</a></sup>\
         乙<sup class=\"footnote-ref\" id=\"fnref-2\"><a href=\"#fn-2\" role=\"doc-noteref\">2</a></sup>\
         丙<sup class=\"footnote-ref\" id=\"fnref-1-2\"><a href=\"#fn-1\" role=\"doc-noteref\">1</a></sup></p>\n\
         <p>末</p>\n\
         <section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"脚注\">\n<ol>\n\
         <li id=\"fn-1\"><p>一 <a href=\"#fnref-1\" class=\"footnote-back\" role=\"doc-backlink\" aria-label=\"返回正文 1\">↩</a> \
         <a href=\"#fnref-1-2\" class=\"footnote-back\" role=\"doc-backlink\" aria-label=\"返回正文 1-2\">↩</a></p></li>\n\
         <li id=\"fn-2\"><p>二 <a href=\"#fnref-2\" class=\"footnote-back\" role=\"doc-backlink\" aria-label=\"返回正文 2\">↩</a></p></li>\n\
         </ol>\n</section>",
    );
    let (body, _) = rendered("甲[^a]\n\n[^a]: 见[这](/b)。\n");
    assert_eq!(body.plain.get(), "甲");
    assert!(shown(&body).contains("<a href=\"→/b\">这</a>"));
    assert!(body.anchors.contains(&"fn-1".to_owned()));
}

#[test]
fn tasks_have_labels() {
    check(
        "- [x] 做完\n- [ ] 没做\n  - 子项\n",
        "<ul>\n<li class=\"task\"><label><input type=\"checkbox\" disabled checked> 做完</label></li>\n\
         <li class=\"task\"><label><input type=\"checkbox\" disabled> 没做</label><ul>\n<li>子项</li>\n</ul>\n</li>\n</ul>",
    );
}

#[test]
fn alerts_are_read_in_any_language() {
    check(
        "> [!NOTE]\n> 正文",
        "<div class=\"alert alert-note\" role=\"note\">\n<p class=\"alert-title\">说明</p>\n<p>正文</p>\n</div>",
    );
    check(
        "> [!重要]\n> 正文\n>\n> 又一段",
        "<div class=\"alert alert-important\" role=\"note\">\n<p class=\"alert-title\">重要</p>\n<p>正文</p>\n<p>又一段</p>\n</div>",
    );
    check(
        "> [!Важно] **Срок**\n> Текст",
        "<div class=\"alert alert-important\" role=\"note\">\n<p class=\"alert-title\"><strong>Срок</strong></p>\n<p>Текст</p>\n</div>",
    );
    check(
        "> [!nope]\n> x",
        "<blockquote>\n<p>[!nope]\nx</p>\n</blockquote>",
    );
    let (body, _) = rendered_with("> [!warning]\n> x", "ru", None);
    assert!(body.html.get().contains(">Внимание</p>"));
}

#[test]
fn attributes_reach_their_element() {
    check(
        "## 标题 {#t .c}\n\n![图](a.png \"说明\"){.wide width=300}\n\n[链](/a){.b} 后\n\n一段\n{.lead}\n",
        "<h2 id=\"t\" class=\"c\">标题</h2>\n⟦image a.png “图” title=说明 alone class=wide width=300⟧\n\
         <p><a href=\"→/a\" class=\"b\">链</a> 后</p>\n<p class=\"lead\">一段</p>",
    );
    check("集合 {a, b}", "<p>集合 {a, b}</p>");
}

#[test]
fn marks_ruby_and_definitions() {
    check("这是==重点==。", "<p>这是<mark>重点</mark>。</p>");
    check("a == b, c == d; x==y==z", "<p>a == b, c == d; x==y==z</p>");
    check("`==x==`", "<p><code>==x==</code></p>");
    check(
        "<ruby>漢<rt>かん</rt></ruby>字",
        "<p><ruby>漢<rt>かん</rt></ruby>字</p>",
    );
    check("词\n: 解释\n", "<dl>\n<dt>词</dt>\n<dd>解释</dd>\n</dl>");
}

#[test]
fn code_blocks_are_painted_numbered_and_marked() {
    check(
        "```golang\nx := 1\n```\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码: go\"><code class=\"language-go\">\
         x <span class=\"hl-o\">:=</span> <span class=\"hl-n\">1</span>\n</code></pre>",
    );
    check(
        "```text {2}\na\n<b>\n```\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\"><code><span class=\"line\">a</span>\n\
         <span class=\"line mark\">&lt;b&gt;</span>\n</code></pre>",
    );
    check(
        "``` {linenos=true}\na\n```\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\" class=\"numbered\"><code>\
         <span class=\"line\" data-line=\"1\">a</span>\n</code></pre>",
    );
    check(
        "```text {linenos=true, linenostart=9}\na\nb\n```\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\" class=\"numbered\"><code>\
         <span class=\"line\" data-line=\"9\">a</span>\n\
         <span class=\"line\" data-line=\"10\">b</span>\n</code></pre>",
    );
    assert_eq!(
        complaints("\n```pyton\nx\n```\n"),
        "a.md:2:1: warning[unknown-code-language]: there is no grammar for `pyton`; the code stays plain"
    );
    let (body, _) = rendered("```math\na^2\n```\n");
    assert!(body.html.get().starts_with(
        "<div class=\"math\" role=\"group\" tabindex=\"0\" aria-label=\"公式\"><math"
    ));
}

#[test]
fn bad_formulas_are_shown_and_reported() {
    check(
        "$\\frac{a$",
        "<p><code class=\"invalid-math\">\\frac{a</code></p>",
    );
    assert!(complaints("第一\n\n式子 $\\frac{a$").starts_with("a.md:3:4: warning[invalid-math]: "));
}

#[test]
fn directives_open_and_close() {
    check(
        ":::note[标题 *一*]{.big n=\"1 2\"}\n正文 **粗**\n:::\n后",
        "⟦note “标题 <em>一</em>” class=big n=1 2⟧<p>正文 <strong>粗</strong></p>\n⟦/⟧<p>后</p>",
    );
    check(
        "::::outer\n:::inner\n- a\n:::\n::::\n",
        "⟦outer⟧⟦inner⟧<ul>\n<li>a</li>\n</ul>\n⟦/⟧⟦/⟧",
    );
    check("::: tip 小贴士\nx\n:::\n", "⟦tip “小贴士”⟧<p>x</p>\n⟦/⟧");
    check("文\n\n::qr[扫码]{to=a}\n", "<p>文</p>\n⟦qr “扫码” to=a⟧⟦/⟧");
    check("| a |\n|---|\n| b |\n:::x\n:::\n", &{
        let (body, _) = rendered("| a |\n|---|\n| b |\n");
        format!("{}⟦x⟧⟦/⟧", body.html.get())
    });
    check(
        "```\n:::note\n```\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\"><code>:::note\n</code></pre>",
    );
    check(
        "    :::note\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\"><code>:::note\n</code></pre>",
    );
    check(
        "> :::note\n> x\n> :::\n",
        "<blockquote>\n⟦note⟧<p>x</p>\n⟦/⟧</blockquote>",
    );
    check("文\n:::\n", "<p>文</p>\n<p>:::</p>");
    assert_eq!(
        complaints("一\n\n::::note\n二\n"),
        "a.md:3:1: warning[unclosed-directive]: `:::note` is never closed"
    );
    check(
        "- :::note\n  x\n\n二",
        "<ul>\n<li>⟦note⟧x⟦/⟧</li>\n</ul>\n<p>二</p>",
    );
}
