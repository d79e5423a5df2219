//! The plain form of a letter: takes an article's HTML, gives the same as text, with the
//! addresses of links behind their words.

use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Deeper nesting than any text has; the rest of a hostile one is left out.
const DEEPEST: usize = 100;

/// The text of an article.
pub(super) fn plain(html: &str) -> String {
    let document =
        html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html);
    let mut out = String::new();
    write(&document.document, 0, false, &mut out);
    let mut text = String::new();
    let mut blank = 0;
    for line in out.lines().map(str::trim_end) {
        blank = if line.is_empty() { blank + 1 } else { 0 };
        if blank < 2 {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.trim().to_owned()
}

fn write(node: &Handle, depth: usize, is_code: bool, out: &mut String) {
    if depth > DEEPEST {
        return;
    }
    let children = |out: &mut String, is_code: bool| {
        for child in node.children.borrow().iter() {
            write(child, depth + 1, is_code, out);
        }
    };
    let NodeData::Element { name, .. } = &node.data else {
        if let NodeData::Text { contents } = &node.data {
            words(&contents.borrow(), is_code, out);
        } else {
            children(out, is_code);
        }
        return;
    };
    match &*name.local {
        "head" | "script" | "style" | "template" => {}
        "br" => out.push('\n'),
        "hr" => block(out, |out| out.push_str("* * *")),
        "img" => {
            let alt = attribute(node, "alt").unwrap_or_default();
            if !alt.trim().is_empty() {
                out.push_str(&format!("[{}]", alt.trim()));
            }
        }
        "a" => {
            let from = out.len();
            children(out, is_code);
            let shown = out.get(from..).unwrap_or_default().trim().to_owned();
            let target = attribute(node, "href").unwrap_or_default();
            if target.contains("://") && !target.ends_with(shown.as_str()) {
                out.push_str(&format!(" <{target}>"));
            }
        }
        "li" => {
            end_line(out);
            out.push_str("- ");
            children(out, is_code);
            end_line(out);
        }
        "td" | "th" => {
            children(out, is_code);
            out.push_str("  ");
        }
        "tr" => {
            end_line(out);
            children(out, is_code);
            end_line(out);
        }
        "pre" => block(out, |out| children(out, true)),
        "p" | "div" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table"
        | "blockquote" | "figure" | "figcaption" | "section" | "article" | "aside" | "details"
        | "summary" | "dl" | "dt" | "dd" => {
            block(out, |out| children(out, is_code));
        }
        _ => children(out, is_code),
    }
}

/// Text of a paragraph has its lines joined; that of code keeps them.
fn words(text: &str, is_code: bool, out: &mut String) {
    if is_code {
        out.push_str(text);
        return;
    }
    for c in text.chars() {
        if c.is_ascii_whitespace() {
            if !out.is_empty() && !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
}

fn end_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// A part between blank lines; one that begins an item of a list stays beside its mark.
fn block(out: &mut String, inner: impl FnOnce(&mut String)) {
    if !out.ends_with("- ") {
        end_line(out);
        out.push('\n');
    }
    inner(out);
    end_line(out);
    out.push('\n');
}

fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else {
        return None;
    };
    let attributes = attrs.borrow();
    let found = attributes
        .iter()
        .find(|attribute| &*attribute.name.local == wanted)?;
    Some(found.value.to_string())
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn an_article_reads_as_text() {
        let html = "<h2>薪资 &amp; 福利</h2>\n<p>一句<strong>重点</strong>，\n见<a href=\"https://e.org/a\">这里</a>，\
                    <a href=\"https://e.org/b\">https://e.org/b</a>。</p><ul><li>甲</li><li><p>乙</p></li></ul>\
                    <pre><code>let a = 1;\n  b</code></pre><p><img src=\"x\" alt=\"图\"> 末</p><style>p{}</style>";
        insta::assert_snapshot!(plain(html), @r"
        薪资 & 福利

        一句重点， 见这里 <https://e.org/a>，https://e.org/b。

        - 甲
        - 乙

        let a = 1;
          b

        [图] 末
        ");
    }

    #[test]
    fn hostile_depth_is_no_harm() {
        let deep = format!("<p>x</p>{}y", "<div>".repeat(5_000));
        assert!(plain(&deep).starts_with('x'));
    }
}
