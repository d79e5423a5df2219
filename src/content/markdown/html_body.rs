//! Bodies that are HTML and not markdown, such as exports of aggregators: one big `<div>` with
//! blank lines and deep indents, which markdown would take for code. Takes a body, says
//! whether it is one.

/// Elements that such a body begins with.
const FIRST: &[&str] = &[
    "div",
    "section",
    "article",
    "table",
    "p",
    "main",
    "header",
    "figure",
    "ul",
    "ol",
    "center",
    "blockquote",
    "h1",
    "h2",
    "h3",
];

/// Whether a body is to be read as HTML.
pub(super) fn is_html(text: &str) -> bool {
    let start = text.trim_start();
    let Some(rest) = start.strip_prefix('<') else {
        return false;
    };
    let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let name = rest[..length].to_ascii_lowercase();
    if !FIRST.contains(&name.as_str()) {
        return false;
    }
    let (mut lines, mut html, mut markdown) = (0_usize, 0_usize, 0_usize);
    let (mut inside, mut outside) = (0_usize, 0_usize);
    let mut depth = 0_usize;
    let mut code = false;
    for line in start.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        lines += 1;
        let before = depth;
        let tags = count_tags(trimmed, &mut depth);
        if before > 0 || depth > 0 || tags > 0 {
            inside += line.len();
        } else {
            outside += line.len();
        }
        if code {
            code = !trimmed.contains("</pre");
            html += 1;
            continue;
        }
        code = trimmed.contains("<pre") && !trimmed.contains("</pre");
        html += usize::from(tags > 0);
        // An image or link of markdown is one among tags too; other signs mean little there.
        if trimmed.contains("](") || tags == 0 && is_markdown(trimmed) {
            markdown += 1;
        }
    }
    let mostly_inside = outside * 20 <= inside;
    mostly_inside && markdown * 20 <= lines && html * 3 >= lines
}

/// Counts tags in a line and follows how deep they nest.
fn count_tags(line: &str, depth: &mut usize) -> usize {
    let mut tags = 0;
    for (at, _) in line.match_indices('<') {
        let rest = &line.as_bytes()[at + 1..];
        match rest.first() {
            Some(b'/') => {
                *depth = depth.saturating_sub(1);
                tags += 1;
            }
            Some(b'!') => tags += 1,
            Some(c) if c.is_ascii_alphabetic() => {
                let name: Vec<u8> = rest
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric())
                    .map(u8::to_ascii_lowercase)
                    .collect();
                let void = matches!(
                    &*name,
                    b"br" | b"img" | b"hr" | b"input" | b"source" | b"wbr"
                );
                *depth += usize::from(!void);
                tags += 1;
            }
            _ => {}
        }
    }
    tags
}

fn is_markdown(line: &str) -> bool {
    let marker = |marks: &[char]| {
        let rest = line.trim_start_matches(marks);
        rest.len() < line.len() && rest.starts_with(' ')
    };
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    marker(&['#'])
        || line.starts_with("```")
        || line.starts_with(">")
        || line.starts_with("- ")
        || line.starts_with("* ")
        || line.starts_with("+ ")
        || line.starts_with('|')
        || (digits > 0 && line[digits..].starts_with(". "))
        || line.contains("**")
}

#[cfg(test)]
mod tests {
    use super::is_html;

    #[test]
    fn exports_are_html_and_readmes_are_not() {
        assert!(is_html(
            "\n<div>   \n<div class=\"content\">\n\n      <p>甲</p>\n\n          <p>乙 &#123;\n\n</div></div>\n"
        ));
        assert!(is_html("<p>一段</p>\n<p>又一段</p>\n"));
        assert!(!is_html(
            "<div align=\"center\">\n\n# Title\n\n</div>\n\nText of **markdown**.\n"
        ));
        assert!(!is_html(
            "<div class=\"x\">\n\n- one\n- two\n- three\n\n</div>\n"
        ));
        assert!(!is_html(
            "<div>![](a.png)<b>int</b>\n\n![](b.png)<b>main</b>\n\n</div>\n"
        ));
        assert!(!is_html("<b>bold</b> text"));
        assert!(!is_html("# 标题\n\n<div>x</div>\n"));
    }
}
