//! Tags of Hexo, Hugo and Jekyll.

use super::{check, complaints};

#[test]
fn hexo_tags_become_what_they_stand_for() {
    check(
        "{% asset_img a.png 说明 %}\n",
        "⟦image a.png “说明” title=说明 alone⟧",
    );
    check(
        "文 {% img left /a.png 300 200 %} 后",
        "<p>文 ⟦image /a.png “” class=left width=300 height=200⟧ 后</p>",
    );
    check(
        "{% asset_link a.pdf 下载 %}",
        "<p><a href=\"→a.pdf\">下载</a></p>",
    );
    check(
        "[下载]({% asset_path a.pdf %})",
        "<p><a href=\"→a.pdf\">下载</a></p>",
    );
    check(
        "见{% post_link my-post '那篇' %}",
        "<p>见⟦wiki my-post|那篇 那篇⟧</p>",
    );
    check(
        "{% blockquote 鲁迅, 《热风》 %}\n正文 **粗**\n{% endblockquote %}\n",
        "<blockquote>\n<p>正文 <strong>粗</strong></p>\n<footer><cite>鲁迅, 《热风》</cite></footer>\n</blockquote>",
    );
    check(
        "{% codeblock lang:js %}\nlet a = **1**;\n\n# x\n{% endcodeblock %}\n\n后",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码: js\"><code class=\"language-js\">\
         <span class=\"hl-k\">let</span> a <span class=\"hl-o\">=</span> <span class=\"hl-o\">**</span>\
         <span class=\"hl-n\">1</span><span class=\"hl-o\">**</span>;\n\n# x\n</code></pre>\n<p>后</p>",
    );
    check(
        "{% note warning %}\n当心\n{% endnote %}\n",
        "<div class=\"alert alert-warning\" role=\"note\">\n<p>当心</p>\n</div>",
    );
    check(
        "{% youtube abc_1 %}\n",
        "<iframe src=\"⇐https://www.youtube-nocookie.com/embed/abc_1\" title=\"YouTube\" loading=\"lazy\" allowfullscreen></iframe>",
    );
    check(
        "{% raw %}{{ x }} {% y %}{% endraw %}",
        "<p>{{ x }} {% y %}</p>",
    );
    check(
        "{% link 官网 https://a.example %}",
        "<p><a href=\"→https://a.example\">官网</a></p>",
    );
}

#[test]
fn hugo_shortcodes_become_what_they_stand_for() {
    check(
        "{{< figure src=\"a.png\" alt=\"图\" caption=\"说明\" >}}\n",
        "⟦image a.png “图” title=说明 alone⟧",
    );
    check(
        "[看]({{< ref \"posts/a.md#b\" >}})",
        "<p><a href=\"→[[posts/a.md#b]]\">看</a></p>",
    );
    check(
        "{{% notice tip %}}\n正文\n{{% /notice %}}\n",
        "<div class=\"alert alert-tip\" role=\"note\">\n<p>正文</p>\n</div>",
    );
    check(
        "{{< highlight text >}}\na < b\n{{< /highlight >}}\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\"><code>a &lt; b\n</code></pre>",
    );
    check("{{</* ref \"a\" */>}}", "<p>{{&lt; ref \"a\" &gt;}}</p>");
}

#[test]
fn liquid_counts_in_links() {
    check(
        "[关于]({{ site.baseurl }}/about/)",
        "<p><a href=\"→/about/\">关于</a></p>",
    );
    check(
        "![图]({{ \"/a.png\" | relative_url }})",
        "⟦image /a.png “图” alone⟧",
    );
    check(
        "[旧文]({% post_url 2020-01-02-old %})",
        "<p><a href=\"→[[2020-01-02-old]]\">旧文</a></p>",
    );
    check(
        "<a href=\"{{ site.baseurl }}/x\">y</a>",
        "<p><a href=\"→/x\">y</a></p>",
    );
    check(
        "网址 {{ site.url }} 是变量",
        "<p>网址 {{ site.url }} 是变量</p>",
    );
}

#[test]
fn braces_in_prose_and_code_stay() {
    check(
        "用 {{ name }} 和 {% if x %} 写模板 {% endif %}",
        "<p>用 {{ name }} 和 {% if x %} 写模板 {% endif %}</p>",
    );
    check(
        "`{% asset_img a.png %}`",
        "<p><code>{% asset_img a.png %}</code></p>",
    );
    check(
        "```\n{% raw %}{{ x }}{% endraw %}\n```\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\"><code>{% raw %}{{ x }}{% endraw %}\n</code></pre>",
    );
    check(
        "    {% asset_img a.png %}\n",
        "<pre tabindex=\"0\" role=\"group\" aria-label=\"代码\"><code>{% asset_img a.png %}\n</code></pre>",
    );
}

#[test]
fn unknown_tags_keep_their_text_and_are_named() {
    check(
        "{% mystery a %}\n里面 **粗**\n{% endmystery %}\n",
        "<p>里面 <strong>粗</strong></p>",
    );
    check("文 {% mystery a %} 后", "<p>文 {% mystery a %} 后</p>");
    assert_eq!(
        complaints("一\n\n{% mystery a %}\n里面\n{% endmystery %}\n\n{{< odd >}}\n"),
        "a.md:3:1: warning[unknown-tag]: the tag `mystery` is not known or not closed\n\
         a.md:7:1: warning[unknown-tag]: the tag `odd` is not known or not closed"
    );
}

#[test]
fn zola_shortcodes_end_alike() {
    check(
        "{% quote(author=\"鲁迅\") %}\n正文 **粗**\n{% end %}\n",
        "<blockquote>\n<p>正文 <strong>粗</strong></p>\n<footer>鲁迅</footer>\n</blockquote>",
    );
    check(
        "{% section(name=\"外\") %}\n前\n\n{% alert(type=\"warning\", title=\"小心\") %}\n里\n{% end %}\n\n后\n{% end %}\n",
        "<p>前</p>\n<div class=\"alert alert-warning\" role=\"note\">\n<p class=\"alert-title\">小心</p>\n<p>里</p>\n</div>\n<p>后</p>",
    );
    check(
        "{% katex(block=true) %}\nx\n{% end %}\n",
        "<math display=\"block\"><semantics><mrow><mi>x</mi></mrow><annotation encoding=\"application/x-tex\">x</annotation></semantics></math>",
    );
    check(
        "当 {% katex() %}x{% end %} 时",
        "<p>当 <math display=\"inline\"><semantics><mrow><mi>x</mi></mrow><annotation encoding=\"application/x-tex\">x</annotation></semantics></math> 时</p>",
    );
    check("{% card() %} 没有结尾", "<p>{% card() %} 没有结尾</p>");
    check("只有结尾 {% end %}", "<p>只有结尾 {% end %}</p>");
    assert_eq!(
        complaints("{% card(kind=\"a\") %}\n里面\n{% end %}\n"),
        "a.md:1:1: warning[unknown-tag]: the tag `card` is not known or not closed"
    );
}

#[test]
fn a_place_for_the_contents_is_left_out() {
    check("* TOC\n{:toc}\n\n后\n", "<p>后</p>");
    check("1. 目录\n{:toc}\n\n后\n", "<p>后</p>");
    check("前\n\n[TOC]\n\n后\n", "<p>前</p>\n<p>后</p>");
    for place in ["[[toc]]", "[[_TOC_]]", "@[TOC]", "@[toc](目录)"] {
        check(&format!("前\n\n{place}\n\n后\n"), "<p>前</p>\n<p>后</p>");
        check(
            &format!("`{place}`"),
            &format!("<p><code>{place}</code></p>"),
        );
    }
    check("@[TOC](a) 后\n", "<p>@<a href=\"→a\">TOC</a> 后</p>");
    check("句中的 [TOC] 留下\n", "<p>句中的 [TOC] 留下</p>");
}
