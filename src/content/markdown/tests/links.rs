//! Links, images, wikilinks, raw HTML and their holes.

use super::{check, complaints, rendered};

#[test]
fn links_and_images_are_holes() {
    check(
        "[a](/b \"t<\") ![c](d.png) [e]\n\n[e]: ../f.md#g\n",
        "<p><a href=\"→/b\" title=\"t&lt;\">a</a> ⟦image d.png “c”⟧ <a href=\"→../f.md#g\">e</a></p>",
    );
    check("![图 `x` *y*](a.png)", "⟦image a.png “图 x y” alone⟧");
    check(
        "[![a](b.png)](/c)",
        "<p><a href=\"→/c\">⟦image b.png “a”⟧</a></p>",
    );
    check("[](/c)", "<p><a href=\"→/c\">/c</a></p>");
    let (body, _) = rendered("一\n\n二 [三](四.md)");
    let position = body.holes[0].position;
    assert_eq!((position.line, position.column, position.length), (3, 3, 9));
}

#[test]
fn unsafe_links_lose_their_target() {
    check("[a](javascript:alert) b", "<p><a>a</a> b</p>");
    check(
        "<a href=\"JavaScript:;\" class=\"x\">a</a>",
        "<p><a class=\"x\">a</a></p>",
    );
    assert_eq!(
        complaints("文 [a](javascript:alert)"),
        "a.md:1:3: error[unsafe-link]: a link begins with `javascript:`; it is left out"
    );
}

#[test]
fn images_want_descriptions() {
    assert_eq!(
        complaints("![](a.png) ![b](b.png) [![](c.png) 文](/d)"),
        "a.md:1:1: warning[missing-alt]: the image `a.png` has no description"
    );
}

#[test]
fn wikilinks_are_holes_outside_of_code() {
    check(
        "见[[甲公司#薪资|那里]]和[[乙]]，![[图.png]]。",
        "<p>见⟦wiki 甲公司#薪资|那里 [[甲公司#薪资|那里]]⟧和⟦wiki 乙 [[乙]]⟧，⟦embed 图.png ![[图.png]]⟧。</p>",
    );
    check("![[页]]\n", "⟦embed 页 alone ![[页]]⟧");
    check(
        "`[[a]]` [[1]](/x) [[a],[b]] \\[[c]]",
        "<p><code>[[a]]</code> <a href=\"→/x\">[1]</a> [[a],[b]] [[c]]</p>",
    );
    check("| a |\n|---|\n| [[b\\|c]] |\n", &{
        let (body, _) = rendered("| a |\n|---|\n| x |\n");
        body.html.get().replace("<td>x", "<td>⟦wiki b|c [[b\\|c]]⟧")
    });
}

#[test]
fn raw_html_keeps_all_but_its_urls() {
    check(
        "<p>\n  <img src='a b.png' width=10 data-x>\n</p>\n",
        "<p>\n  <img src=\"⇐a b.png\" width=\"10\" data-x alt=\"\">\n</p>",
    );
    check(
        "<img srcset=\"a.png 1x, b.png 2x\" alt=\"&quot;x&quot;\">",
        "<img srcset=\"⇐a.png 1x, ⇐b.png 2x\" alt=\"&quot;x&quot;\">",
    );
    check(
        "<video src=v.mp4 poster=p.png><source src=\"w.webm\"></video>",
        "<p><video src=\"⇐v.mp4\" poster=\"⇐p.png\"><source src=\"⇐w.webm\"></video></p>",
    );
    check(
        "<details>\n<summary>S</summary>\n\n**b**\n\n</details>\n",
        "<details>\n<summary>S</summary>\n<p><strong>b</strong></p>\n</details>",
    );
    check("a <b>c</b> &#123; &copy; <i", "<p>a <b>c</b> { © &lt;i</p>");
    check("<div>&#123; &copy;</div>", "<div>&#123; &copy;</div>");
}

#[test]
fn raw_html_cannot_break_the_page() {
    check("a </div> b", "<p>a  b</p>");
    check("</div></article>\n\nb", "<p>b</p>");
    check(
        "x\n\n<div><b>a\n\nc",
        "<p>x</p>\n<div><b>a\n<p>c</p>\n</b></div>",
    );
    check(
        "> <div>\n\nc </div> d",
        "<blockquote>\n<div>\n</div></blockquote>\n<p>c  d</p>",
    );
    check("<div>\n\na</div>\n\nb", "<div>\n<p>a</p>\n</div>\n<p>b</p>");
    check("a <div>b</div> c", "<p>a </p>\n<div>b</div> c");
    check(
        "**a <span>b** c</span>",
        "<p><strong>a <span>b</span></strong> c</p>",
    );
    check(
        "<script>\nlet a = '</div><b>';\n</script>\n",
        "<script>\nlet a = '</div><b>';\n</script>",
    );
    check("<!-- a -- b\n\nc", "");
    check("<textarea>\n\na", "<textarea>\n\na\n</textarea>");
    check("<h1>x</h1>\n<body>y</body>", "<h2>x</h2>\ny");
    check(
        "<svg><path d=\"M0\"/></svg>",
        "<p><svg><path d=\"M0\"/></svg></p>",
    );
}

#[test]
fn bodies_that_are_html_are_no_markdown() {
    let export = "\n<div>   \n<div class=\"content\">\n\n                <p>甲 <a href=\"/x?a=1&amp;b=2\">乙</a></p>\n\n                                        <p>丙 &#123;%\n\n<img src=\"https://a.example/b.png\" referrerpolicy=\"no-referrer\">\n</div>\n</div></div>\n";
    check(
        export,
        "<div>   \n<div class=\"content\">\n\n                <p>甲 <a href=\"→/x?a=1&b=2\">乙</a></p>\n\n                                        <p>丙 &#123;%\n\n<img src=\"⇐https://a.example/b.png\" referrerpolicy=\"no-referrer\" alt=\"\">\n</div>\n</div>",
    );
    let (body, _) = rendered(export);
    assert_eq!(body.plain.get(), "甲 乙\n丙 {%");
}
