//! HTML → CommonMark with tables, without any HTML: what dev.to, Nostr and the editors of
//! Juejin and CSDN take.

use super::tree::{self, Node};

/// Writes an article as markdown.
pub fn markdown(html: &str) -> String {
    let mut out = String::new();
    blocks(&tree::parse(html), "", &mut out);
    let trimmed: Vec<&str> = out.lines().map(str::trim_end).collect();
    format!("{}\n", trimmed.join("\n").trim())
}

/// Writes blocks, each line behind the indent of the blocks around it.
fn blocks(nodes: &[Node], indent: &str, out: &mut String) {
    let mut run: Vec<&Node> = Vec::new();
    for node in nodes {
        if node.is_block() {
            paragraph(&std::mem::take(&mut run), indent, out);
            block(node, indent, out);
        } else {
            run.push(node);
        }
    }
    paragraph(&run, indent, out);
}

fn paragraph(run: &[&Node], indent: &str, out: &mut String) {
    let mut text = String::new();
    for node in run {
        inline(node, &mut text);
    }
    let text = text.trim();
    if !text.is_empty() {
        lines(&guarded(text), indent, out);
    }
}

/// A text whose first characters would begin a heading, a list or a quote.
fn guarded(text: &str) -> String {
    text.lines()
        .map(|line| {
            let digits = line.bytes().take_while(u8::is_ascii_digit).count();
            let behind = line[digits..].chars().next();
            match line.chars().next() {
                Some('#' | '+' | '-' | '=' | '|' | '~' | ':') => format!("\\{line}"),
                _ if digits > 0 && matches!(behind, Some('.' | ')')) => {
                    format!("{}\\{}", &line[..digits], &line[digits..])
                }
                _ => line.to_owned(),
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Writes lines behind the indent, and a blank line.
fn lines(text: &str, indent: &str, out: &mut String) {
    for line in text.lines() {
        out.push_str(indent);
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(indent);
    out.push('\n');
}

fn block(node: &Node, indent: &str, out: &mut String) {
    match node.name() {
        name @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => {
            let level = name[1..].parse().unwrap_or(2);
            let text = all_inline(node.children()).replace('\n', " ");
            lines(
                &format!("{} {}", "#".repeat(level), text.trim()),
                indent,
                out,
            );
        }
        "pre" => code(node, indent, out),
        // Not dashes: at the beginning of a text those open front matter.
        "hr" => lines("***", indent, out),
        "blockquote" => {
            let mut quote = String::new();
            let inner = format!("{indent}> ");
            blocks(node.children(), &inner, &mut quote);
            // The quote's own last blank line would join it to what follows.
            let quote = quote.trim_end_matches('\n');
            let quote = quote.strip_suffix(inner.as_str()).unwrap_or(quote);
            out.push_str(quote);
            out.push_str(indent);
            out.push('\n');
        }
        "ul" | "ol" => list(node, indent, out),
        "table" => table(node, indent, out),
        "dt" | "summary" => {
            let text = all_inline(node.children());
            lines(&format!("**{}**", text.trim()), indent, out);
        }
        _ => blocks(node.children(), indent, out),
    }
}

/// A fence that is longer than any in the code.
fn code(node: &Node, indent: &str, out: &mut String) {
    let text = node.text();
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let language = node
        .children()
        .iter()
        .find_map(|child| child.attribute("class"))
        .and_then(|class| {
            class
                .split_whitespace()
                .find_map(|word| word.strip_prefix("language-"))
        })
        .unwrap_or_default();
    lines(
        &format!(
            "{fence}{language}\n{}\n{fence}",
            text.trim_end_matches('\n')
        ),
        indent,
        out,
    );
}

fn list(node: &Node, indent: &str, out: &mut String) {
    let ordered = node.name() == "ol";
    let mut number: u64 = node
        .attribute("start")
        .and_then(|start| start.parse().ok())
        .unwrap_or(1);
    for item in node.children() {
        if item.name() != "li" {
            continue;
        }
        let marker = if ordered {
            format!("{number}. ")
        } else {
            "- ".to_owned()
        };
        number = number.saturating_add(1);
        let inner = format!("{indent}{}", " ".repeat(marker.len()));
        let mut text = String::new();
        blocks(item.children(), &inner, &mut text);
        // The first line carries the marker in the place of its indent.
        let text = text.trim_end();
        let body = text.strip_prefix(&inner).unwrap_or(text);
        // Items of one short line stand close together.
        let is_tight = !item.children().iter().any(|child| child.name() == "p");
        let body = if is_tight {
            let blank = format!("\n{}\n", inner.trim_end());
            body.replace(&format!("\n{inner}\n"), "\n")
                .replace(&blank, "\n")
        } else {
            body.to_owned()
        };
        out.push_str(indent);
        out.push_str(&marker);
        out.push_str(&body);
        out.push('\n');
        if !is_tight {
            out.push_str(indent);
            out.push('\n');
        }
    }
    if !out.ends_with("\n\n") {
        out.push_str(indent);
        out.push('\n');
    }
}

fn table(node: &Node, indent: &str, out: &mut String) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut waiting: Vec<&Node> = vec![node];
    while let Some(node) = waiting.pop() {
        if node.name() == "tr" {
            let cells = node
                .children()
                .iter()
                .filter(|cell| matches!(cell.name(), "td" | "th"))
                .map(|cell| {
                    let text = all_inline(cell.children());
                    text.split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" ")
                        .replace('|', "\\|")
                })
                .collect();
            rows.push(cells);
        } else {
            waiting.extend(node.children().iter().rev());
        }
    }
    let width = rows.iter().map(Vec::len).max().unwrap_or_default();
    if width == 0 {
        return;
    }
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let cells = (0..width).map(|column| row.get(column).map_or("", String::as_str));
        text.push_str(&format!("| {} |\n", cells.collect::<Vec<_>>().join(" | ")));
        if index == 0 {
            text.push_str(&format!("|{}\n", " --- |".repeat(width)));
        }
    }
    lines(text.trim_end(), indent, out);
}

fn all_inline(nodes: &[Node]) -> String {
    let mut text = String::new();
    for node in nodes {
        inline(node, &mut text);
    }
    text
}

fn inline(node: &Node, out: &mut String) {
    match node {
        Node::Text(text) => escaped(text, out),
        Node::Element { name, children, .. } => match name.as_str() {
            "br" => out.push_str("\\\n"),
            "strong" | "b" => around("**", children, out),
            "em" | "i" => around("*", children, out),
            "del" | "s" | "strike" => around("~~", children, out),
            "code" | "kbd" | "samp" => {
                let text = node.text().replace('\n', " ");
                let longest = text
                    .split(|c| c != '`')
                    .map(str::len)
                    .max()
                    .unwrap_or_default();
                let fence = "`".repeat(longest + 1);
                let pad = if text.starts_with('`') || text.ends_with('`') {
                    " "
                } else {
                    ""
                };
                out.push_str(&format!("{fence}{pad}{text}{pad}{fence}"));
            }
            "a" => {
                let text = all_inline(children);
                match node.attribute("href") {
                    Some(url) if !text.trim().is_empty() => {
                        out.push_str(&format!("[{}]({})", text.trim(), address(url)));
                    }
                    _ => out.push_str(&text),
                }
            }
            "img" => {
                if let Some(url) = node.attribute("src") {
                    let mut alt = String::new();
                    escaped(node.attribute("alt").unwrap_or_default(), &mut alt);
                    out.push_str(&format!("![{}]({})", alt.replace('\n', " "), address(url)));
                }
            }
            // `字(zì)`: the brackets for readers without ruby, once.
            "rp" => {}
            "rt" => {
                out.push('(');
                out.push_str(&all_inline(children));
                out.push(')');
            }
            _ => out.push_str(&all_inline(children)),
        },
    }
}

/// Marks around a text, without white space between them.
fn around(mark: &str, children: &[Node], out: &mut String) {
    let text = all_inline(children);
    let inner = text.trim();
    if inner.is_empty() {
        out.push_str(&text);
        return;
    }
    let start = text.len() - text.trim_start().len();
    out.push_str(&text[..start]);
    out.push_str(mark);
    out.push_str(inner);
    out.push_str(mark);
    out.push_str(&text[start + inner.len()..]);
}

fn escaped(text: &str, out: &mut String) {
    let mut space = false;
    for c in text.chars() {
        if c.is_ascii_whitespace() {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) && !out.ends_with('\n') {
            out.push(' ');
        }
        // dev.to and Buttondown fill in templates. A brace can be escaped, a percent sign cannot
        // everywhere.
        if c == '%' && out.ends_with('{') {
            out.push_str("&#37;");
            continue;
        }
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '{'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    if space {
        out.push(' ');
    }
}

/// An address inside brackets that it cannot close.
fn address(url: &str) -> String {
    url.replace(' ', "%20")
        .replace('{', "%7B")
        .replace('(', "%28")
        .replace(')', "%29")
        .replace(['\n', '\r'], "")
}
