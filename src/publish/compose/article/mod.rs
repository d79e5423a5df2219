//! Whole articles for other platforms: takes sanitised HTML with whole addresses, gives the
//! markup that a platform takes. Pure; knows no platform and uploads nothing.

mod markdown;
mod shorten;
mod tree;
mod wechat;

pub use markdown::markdown;
pub use shorten::shorten;
pub use wechat::wechat;

use tree::Node;

/// Paragraphs of a plain text, which blank lines part.
pub fn paragraphs(text: &str) -> String {
    let mut html = String::new();
    for part in text
        .split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        html.push_str("<p>");
        for (index, line) in part.lines().enumerate() {
            if index > 0 {
                html.push_str("<br>");
            }
            tree::escape(line.trim(), &mut html);
        }
        html.push_str("</p>\n");
    }
    html.trim_end().to_owned()
}

/// A paragraph of words that a link follows, shown as its address without tracking.
pub fn with_link(words: &str, url: &str) -> String {
    let mut html = "<p>".to_owned();
    tree::escape(words, &mut html);
    let link = [("href".to_owned(), url.to_owned())];
    tree::open("a", &link, &mut html);
    let shown = url.split(['?', '#']).next().unwrap_or(url);
    let shown = percent_encoding::percent_decode_str(shown).decode_utf8_lossy();
    tree::escape(&shown, &mut html);
    html.push_str("</a></p>");
    html
}

/// A picture that stands alone.
pub fn picture(url: &str, description: &str) -> String {
    let mut html = "<p>".to_owned();
    let attributes = [("src", url), ("alt", description)];
    let attributes = attributes.map(|(key, value)| (key.to_owned(), value.to_owned()));
    tree::open("img", &attributes, &mut html);
    html.push_str("</p>");
    html
}

/// The article without its links, whose words stay.
pub fn unlinked(html: &str) -> String {
    let mut plain = String::new();
    tree::write(&tree::without(tree::parse(html), "a"), &mut plain);
    plain
}

/// Addresses and descriptions of all images, in the order of the text.
pub fn images(html: &str) -> Vec<(String, String)> {
    let mut images = Vec::new();
    let nodes = tree::parse(html);
    let mut waiting: Vec<&Node> = nodes.iter().rev().collect();
    while let Some(node) = waiting.pop() {
        if node.name() == "img"
            && let Some(url) = node.attribute("src")
        {
            let alt = node.attribute("alt").unwrap_or_default();
            images.push((url.to_owned(), alt.to_owned()));
        }
        waiting.extend(node.children().iter().rev());
    }
    images
}

/// The article with its images from elsewhere: `at` gives the new address of each.
pub fn with_images_at(html: &str, at: &dyn Fn(&str) -> String) -> String {
    let mut moved = String::new();
    tree::write(&tree::with_images_at(tree::parse(html), at), &mut moved);
    moved
}

/// The text without any markup.
pub fn text(html: &str) -> String {
    tree::parse(html).iter().map(Node::text).collect()
}

/// Addresses that the text links to, in its order, each once.
pub fn links(html: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    let nodes = tree::parse(html);
    let mut waiting: Vec<&Node> = nodes.iter().rev().collect();
    while let Some(node) = waiting.pop() {
        if node.name() == "a"
            && let Some(url) = node.attribute("href")
            && !links.iter().any(|known| known == url)
        {
            links.push(url.to_owned());
        }
        waiting.extend(node.children().iter().rev());
    }
    links
}

#[cfg(test)]
mod tests {
    use super::{images, links, markdown, paragraphs, picture, unlinked, wechat, with_link};

    const ARTICLE: &str = "<h2>薪资 &amp; 福利</h2>\n<p>一句<strong>重点</strong>，见<a href=\"https://e.org/a_b\">这里</a>，2*3_x。</p>\n<ul>\n<li>甲<ul><li>乙</li></ul></li>\n<li>丙</li>\n</ul>\n<pre><code class=\"language-rust\">let a = \"`\";\n  b\n</code></pre>\n<table><thead><tr><th>城</th><th>薪</th></tr></thead><tbody><tr><td>云岚</td><td>1|2</td></tr></tbody></table>\n<p><img src=\"https://e.org/i.png\" alt=\"图\"> <ruby>字<rp>(</rp><rt>zì</rt><rp>)</rp></ruby></p>\n<blockquote><p>引文</p></blockquote>\n<ol start=\"3\"><li><p>三</p><p>续</p></li></ol><hr>";

    #[test]
    fn markdown_says_the_same() {
        insta::assert_snapshot!(markdown(ARTICLE), @r#"
        ## 薪资 \& 福利

        一句**重点**，见[这里](https://e.org/a_b)，2\*3\_x。

        - 甲
          - 乙
        - 丙

        ```rust
        let a = "`";
          b
        ```

        | 城 | 薪 |
        | --- | --- |
        | 云岚 | 1\|2 |

        ![图](https://e.org/i.png) 字(zì)

        > 引文

        3. 三

           续

        ***
        "#);
    }

    #[test]
    fn markdown_opens_neither_front_matter_nor_a_template() {
        assert_eq!(
            markdown(
                "<hr><p>--- {{ x }} {% if %} <a href=\"https://e.org/{{a}}\">b</a></p><pre><code>{{ x }}</code></pre>"
            ),
            "***\n\n\\--- \\{\\{ x }} \\{&#37; if %} [b](https://e.org/%7B%7Ba}})\n\n```\n{{ x }}\n```\n"
        );
    }

    /// HTML without its styles, which say nothing about what is kept.
    fn unstyled(html: &str) -> String {
        let mut plain = String::new();
        for (index, part) in html.split(" style=\"").enumerate() {
            let rest = part.split_once('"').map_or(part, |(_, rest)| rest);
            plain.push_str(if index == 0 { part } else { rest });
        }
        plain.replace("><", ">\n<")
    }

    #[test]
    fn wechat_gets_inline_styles_and_notes_for_links() {
        let html = wechat(ARTICLE);
        assert!(!html.contains("class=") && !html.contains("<a ") && !html.contains("<ul"));
        insta::assert_snapshot!(unstyled(&html), @r#"
        <p>薪资 &amp; 福利</p>
        <p>一句<strong>重点</strong>，见这里<sup>[1]</sup>，2*3_x。</p>
        <section>• 甲</section>
        <section>◦ 乙</section>
        <section>• 丙</section>
        <pre>
        <code>let&nbsp;a&nbsp;=&nbsp;&quot;`&quot;;<br>&nbsp;&nbsp;b</code>
        </pre>
        <section>
        <table>
        <tr>
        <th>城</th>
        <th>薪</th>
        </tr>
        <tr>
        <td>云岚</td>
        <td>1|2</td>
        </tr>
        </table>
        </section>
        <p>
        <img src="https://e.org/i.png" alt="图"> <ruby>字<rp>(</rp>
        <rt>zì</rt>
        <rp>)</rp>
        </ruby>
        </p>
        <section>
        <p>引文</p>
        </section>
        <section>3. 三<br>续</section>
        <hr>
        <section>
        <p>[1] https://e.org/a_b</p>
        </section>
        "#);
    }

    #[test]
    fn texts_become_paragraphs_and_links_show_their_address() {
        assert_eq!(
            paragraphs("一<b>\n二\n\n三"),
            "<p>一&lt;b&gt;<br>二</p>\n<p>三</p>"
        );
        assert_eq!(
            with_link("见：", "https://e.org/%E4%B8%80/?utm_source=a&b=1"),
            "<p>见：<a href=\"https://e.org/%E4%B8%80/?utm_source=a&amp;b=1\">https://e.org/一/</a></p>"
        );
    }

    #[test]
    fn links_can_be_taken_out_and_pictures_set_in() {
        assert_eq!(
            unlinked("<p>见<a href=\"https://e.org\">这<b>里</b></a>。</p>"),
            "<p>见这<b>里</b>。</p>"
        );
        assert_eq!(
            picture("https://e.org/qr.png?a=1&b=2", "\"群\""),
            "<p><img src=\"https://e.org/qr.png?a=1&amp;b=2\" alt=\"&quot;群&quot;\"></p>"
        );
    }

    #[test]
    fn images_are_found_in_order() {
        assert_eq!(
            images(ARTICLE),
            [("https://e.org/i.png".to_owned(), "图".to_owned())]
        );
    }

    #[test]
    fn links_are_found_once_and_in_order() {
        let html = "<p><a href=\"https://b.org/\">b</a> <a href=\"/a\">a</a><a href=\"https://b.org/\">b</a></p>";
        assert_eq!(links(html), ["https://b.org/", "/a"]);
    }

    #[test]
    fn hostile_depth_is_written_without_harm() {
        let deep = format!(
            "{}x{}",
            "<div><ul><li>".repeat(3000),
            "</li></ul></div>".repeat(3000)
        );
        assert!(markdown(&deep).contains('x'));
        assert!(wechat(&deep).contains('x'));
    }
}
