//! Chinese text: emphasis beside full-width punctuation, line ends, bare addresses, money.

use super::{check, rendered, shown};

/// Markdown and the HTML inside of its paragraph.
const EMPHASIS: &[(&str, &str)] = &[
    ("**注意：**正文", "<strong>注意：</strong>正文"),
    ("这是**「重要」**的", "这是<strong>「重要」</strong>的"),
    ("**“引用”**文字", "<strong>“引用”</strong>文字"),
    ("文字**“引用”**", "文字<strong>“引用”</strong>"),
    ("文字**“引用”**文字", "文字<strong>“引用”</strong>文字"),
    ("文字**（括号）**文字", "文字<strong>（括号）</strong>文字"),
    ("文字**(括号)**文字", "文字<strong>(括号)</strong>文字"),
    ("*强调。*后", "<em>强调。</em>后"),
    ("前*“强调”*后", "前<em>“强调”</em>后"),
    (
        "**第一，**正文**第二。**正文",
        "<strong>第一，</strong>正文<strong>第二。</strong>正文",
    ),
    (
        "他说：**“你好！”**，然后走了",
        "他说：<strong>“你好！”</strong>，然后走了",
    ),
    ("**《政策》**规定", "<strong>《政策》</strong>规定"),
    ("根据**《政策》**规定", "根据<strong>《政策》</strong>规定"),
    ("**重点**，其余", "<strong>重点</strong>，其余"),
    ("其余，**重点**", "其余，<strong>重点</strong>"),
    ("其余，**重点**，其余", "其余，<strong>重点</strong>，其余"),
    ("***注意：***正文", "<em><strong>注意：</strong></em>正文"),
    (
        "**A 公司（北京）**招人",
        "<strong>A 公司（北京）</strong>招人",
    ),
    ("**100%**的人", "<strong>100%</strong>的人"),
    ("约**100%**的人", "约<strong>100%</strong>的人"),
    ("~~删除，~~后", "<del>删除，</del>后"),
    ("前~~「旧」~~后", "前<del>「旧」</del>后"),
    ("3~5 天，约~~「旧」", "3~5 天，约~~「旧」"),
    ("**~~旧~~**新", "<strong><del>旧</del></strong>新"),
    (
        "**`code`**的用法",
        "<strong><code>code</code></strong>的用法",
    ),
    (
        "使用**`code`**的用法",
        "使用<strong><code>code</code></strong>的用法",
    ),
    (
        "**[链接](/a)**后",
        "<strong><a href=\"→/a\">链接</a></strong>后",
    ),
    (
        "见**[链接](/a)**后",
        "见<strong><a href=\"→/a\">链接</a></strong>后",
    ),
    ("**C++**语言", "<strong>C++</strong>语言"),
    ("学**C++**语言", "学<strong>C++</strong>语言"),
    (
        "**问：**答**问：**答",
        "<strong>问：</strong>答<strong>问：</strong>答",
    ),
    ("**粗*斜：*粗**后", "<strong>粗<em>斜：</em>粗</strong>后"),
    ("**注意！！**正文", "<strong>注意！！</strong>正文"),
    ("**……**之后", "<strong>……</strong>之后"),
    ("**한국어(Korean)**은", "<strong>한국어(Korean)</strong>은"),
    ("**テスト。**テスト", "<strong>テスト。</strong>テスト"),
    ("**表情😀**后", "<strong>表情😀</strong>后"),
    ("**$x$：**公式", "<strong>{math}：</strong>公式"),
    // What CommonMark says about everything else stays.
    ("a * b * c", "a * b * c"),
    ("2**3**4", "2<strong>3</strong>4"),
    ("**foo bar **", "**foo bar **"),
    ("**说明 **正文", "**说明 **正文"),
    ("\\*不是*强调", "*不是*强调"),
    ("\\**「强调」*后", "*<em>「强调」</em>后"),
    ("a**“x”**b", "a**“x”**b"),
    ("`**注意：**正文`", "<code>**注意：**正文</code>"),
    (
        "<span title=\"**注：**文\">x</span>",
        "<span title=\"**注：**文\">x</span>",
    ),
    ("[a](/b**「c」**d)", "<a href=\"→/b**「c」**d\">a</a>"),
    ("_强调_ 后", "<em>强调</em> 后"),
];

#[test]
fn emphasis_works_beside_full_width_punctuation() {
    let mut wrong = Vec::new();
    for (markdown, html) in EMPHASIS {
        let (body, _) = rendered(markdown);
        let mut seen = shown(&body);
        if let (Some(from), Some(to)) = (seen.find("<math"), seen.find("</math>")) {
            seen.replace_range(from..to + 7, "{math}");
        }
        let expected = format!("<p>{html}</p>");
        if seen.trim() != expected {
            wrong.push(format!(
                "{markdown}\n  wanted {expected}\n  got    {}",
                seen.trim()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn marks_never_reach_code_or_headings() {
    check(
        "```\n**注：**文\n```\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\"><code>**注：**文\n</code></pre>",
    );
    check(
        "    **注：**文\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\"><code>**注：**文\n</code></pre>",
    );
    check(
        "## **注：**文",
        "<h2 id=\"注文\"><strong>注：</strong>文</h2>",
    );
}

#[test]
fn line_ends_between_han_are_no_spaces() {
    check("第一行，\n第二行", "<p>第一行，第二行</p>");
    check(
        "第一行\nsecond line\nthird",
        "<p>第一行\nsecond line\nthird</p>",
    );
    check("见\n**重点**", "<p>见<strong>重点</strong></p>");
    check("见\n`代码`\n后", "<p>见\n<code>代码</code>\n后</p>");
    check("他说\n“好”\n就走", "<p>他说“好”就走</p>");
    check("한국어\n한국어", "<p>한국어\n한국어</p>");
    let (body, _) = rendered("一\n二\n\n三\nfour");
    assert_eq!(body.plain.get(), "一二\n三 four");
}

#[test]
fn ranges_with_one_tilde_are_not_struck_out() {
    check("1~2天，3~4天", "<p>1~2天，3~4天</p>");
    check("月薪~8k~起", "<p>月薪~8k~起</p>");
    check("~~旧~~新", "<p><del>旧</del>新</p>");
}

#[test]
fn bare_addresses_end_before_chinese() {
    check(
        "详见https://example.com/a，谢谢",
        "<p>详见<a href=\"→https://example.com/a\">https://example.com/a</a>，谢谢</p>",
    );
    check(
        "写信到hr@example.com。",
        "<p>写信到<a href=\"→mailto:hr@example.com\">hr@example.com</a>。</p>",
    );
    check(
        "`https://a.example`",
        "<p><code>https://a.example</code></p>",
    );
    check(
        "[https://a.example](https://b.example)",
        "<p><a href=\"→https://b.example\">https://a.example</a></p>",
    );
    check(
        "<https://a.example/?a=1&b=2>",
        "<p><a href=\"→https://a.example/?a=1&b=2\">https://a.example/?a=1&amp;b=2</a></p>",
    );
}

#[test]
fn money_is_no_formula_and_formulas_are_mathml() {
    check("$5 和 $6 元", "<p>$5 和 $6 元</p>");
    check("每月$5，每年$50。", "<p>每月$5，每年$50。</p>");
    let (body, _) = rendered("$5 和 $6 元；$a_1*b*$");
    assert_eq!(body.html.get().matches("<math").count(), 1);
    assert!(body.has_math);
    let (body, _) = rendered("$$\n\\frac{a}{b}\n$$\n");
    assert!(
        body.html.get().starts_with(
            "<div class=\"math\" role=\"group\" tabindex=\"0\" aria-label=\"公式\"><math"
        ),
        "{}",
        body.html.get()
    );
}

#[test]
fn brackets_with_backslashes_hold_formulas() {
    for (text, formulas) in [
        ("式 \\(a_1*b*\\) 与 \\(c\\)", 2),
        ("式 \\\\(a\\\\)", 1),
        ("\\[\na * b * c\n\\]", 1),
        ("- \\\\[ a \\\\]", 1),
        ("`\\(a\\)`", 0),
        ("\\(见注\\)", 0),
        ("句中的 \\[a\\] 留下", 0),
        ("\\(a", 0),
        ("\\(\\)", 0),
    ] {
        let (body, found) = rendered(text);
        assert_eq!(
            body.html.get().matches("<math").count(),
            formulas,
            "{}",
            body.html.get()
        );
        assert!(found.is_empty(), "{text}: {found:?}");
    }
    check("\\(见注\\) 与 \\[a\\]", "<p>(见注) 与 [a]</p>");
    let (body, _) = rendered("\\[\nx\n\\]\n");
    assert!(
        body.html.get().starts_with("<div class=\"math\""),
        "{}",
        body.html.get()
    );
}

#[test]
fn quotes_are_curled_in_latin_texts_only() {
    check(
        "他说\"好\"...",
        "<p>他说&quot;好&quot;...</p>"
            .replace("&quot;", "\"")
            .as_str(),
    );
    let (body, _) = super::rendered_with("\"Fine\" -- he said...", "en", None);
    assert_eq!(body.html.get(), "<p>“Fine” – he said…</p>\n");
}
