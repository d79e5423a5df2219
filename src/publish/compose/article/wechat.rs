//! HTML → what WeChat's editor keeps: every style inline, no classes, links as numbered notes,
//! nested lists flattened, code with its spaces and line ends. Read from its documentation and
//! from what converters do (2026-09); not tried on the live editor.

use super::tree::{self, Node};
use std::fmt::Write as _;

const TEXT: &str = "margin:0 0 1em;line-height:1.75;color:#333";
const HEADING: &str = "margin:1.6em 0 .8em;font-weight:bold;line-height:1.4;color:#222;font-size:";
const QUOTE: &str = "margin:0 0 1em;padding:.5em 1em;border-left:3px solid #bbb;color:#555";
const CODE: &str = "margin:0 0 1em;padding:.8em 1em;overflow-x:auto;background:#f6f8fa;color:#24292f;font-size:.875em;line-height:1.6;font-family:Menlo,Consolas,monospace";
const INLINE_CODE: &str = "padding:.1em .3em;background:#f6f8fa;color:#24292f;font-size:.9em;font-family:Menlo,Consolas,monospace";
const CELL: &str = "padding:.4em .6em;border:1px solid #ccc;color:#333";
const NOTE: &str =
    "margin:0 0 .4em;line-height:1.6;color:#777;font-size:.875em;word-break:break-all";

/// Writes an article for WeChat.
pub fn wechat(html: &str) -> String {
    let mut writer = Writer {
        html: String::new(),
        notes: Vec::new(),
    };
    writer.blocks(&tree::parse(html), 0);
    let Writer { mut html, notes } = writer;
    if !notes.is_empty() {
        html.push_str("<section style=\"margin:2em 0 0\">");
        for (index, url) in notes.iter().enumerate() {
            let _ = write!(html, "<p style=\"{NOTE}\">[{}] ", index + 1);
            tree::escape(url, &mut html);
            html.push_str("</p>");
        }
        html.push_str("</section>");
    }
    html
}

struct Writer {
    html: String,
    /// Addresses of links, each once.
    notes: Vec<String>,
}

impl Writer {
    fn blocks(&mut self, nodes: &[Node], depth: usize) {
        let mut run: Vec<&Node> = Vec::new();
        for node in nodes {
            if node.is_block() {
                self.paragraph(&std::mem::take(&mut run), TEXT);
                self.block(node, depth);
            } else {
                run.push(node);
            }
        }
        self.paragraph(&run, TEXT);
    }

    fn paragraph(&mut self, run: &[&Node], style: &str) {
        let is_blank = |node: &&Node| matches!(node, Node::Text(text) if text.trim().is_empty());
        if run.iter().all(is_blank) {
            return;
        }
        let _ = write!(self.html, "<p style=\"{style}\">");
        for node in run {
            self.inline(node);
        }
        self.html.push_str("</p>");
    }

    fn block(&mut self, node: &Node, depth: usize) {
        match node.name() {
            "p" | "dt" | "summary" | "figcaption" | "address" => {
                let children: Vec<&Node> = node.children().iter().collect();
                self.paragraph(&children, TEXT);
            }
            name @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => {
                let size = match name {
                    "h1" | "h2" => "1.3em",
                    "h3" => "1.15em",
                    _ => "1em",
                };
                let children: Vec<&Node> = node.children().iter().collect();
                self.paragraph(&children, &format!("{HEADING}{size}"));
            }
            "blockquote" => {
                let _ = write!(self.html, "<section style=\"{QUOTE}\">");
                self.blocks(node.children(), depth);
                self.html.push_str("</section>");
            }
            "pre" => {
                let _ = write!(self.html, "<pre style=\"{CODE}\"><code>");
                let mut code = String::new();
                tree::escape(node.text().trim_end_matches('\n'), &mut code);
                let code = code.replace(' ', "&nbsp;").replace('\n', "<br>");
                self.html.push_str(&code);
                self.html.push_str("</code></pre>");
            }
            "ul" | "ol" => self.list(node, depth),
            "table" => self.table(node),
            "hr" => self
                .html
                .push_str("<hr style=\"margin:2em 0;border:0;border-top:1px solid #ddd\">"),
            _ => self.blocks(node.children(), depth),
        }
    }

    /// Items as indented paragraphs: the editor adds bullets of its own to nested lists.
    fn list(&mut self, node: &Node, depth: usize) {
        let ordered = node.name() == "ol";
        let mut number: u64 = node
            .attribute("start")
            .and_then(|start| start.parse().ok())
            .unwrap_or(1);
        for item in node.children().iter().filter(|item| item.name() == "li") {
            let marker = if ordered {
                format!("{number}. ")
            } else if depth == 0 {
                "• ".to_owned()
            } else {
                "◦ ".to_owned()
            };
            number = number.saturating_add(1);
            let _ = write!(
                self.html,
                "<section style=\"margin:0 0 .5em;padding-left:{}em;line-height:1.75;color:#333\">",
                1 + depth
            );
            self.html.push_str(&marker);
            let mut first = true;
            for child in item.children() {
                if matches!(child.name(), "ul" | "ol") {
                    continue;
                }
                if child.is_block() && !matches!(child.name(), "p") {
                    self.block(child, depth);
                } else if child.name() == "p" {
                    if !std::mem::take(&mut first) {
                        self.html.push_str("<br>");
                    }
                    for part in child.children() {
                        self.inline(part);
                    }
                } else {
                    self.inline(child);
                }
            }
            self.html.push_str("</section>");
            for child in item.children() {
                if matches!(child.name(), "ul" | "ol") {
                    self.list(child, depth + 1);
                }
            }
        }
    }

    fn table(&mut self, node: &Node) {
        self.html.push_str("<section style=\"margin:0 0 1em;overflow-x:auto\"><table style=\"border-collapse:collapse;width:100%\">");
        let mut waiting: Vec<&Node> = vec![node];
        while let Some(node) = waiting.pop() {
            if node.name() != "tr" {
                waiting.extend(node.children().iter().rev());
                continue;
            }
            self.html.push_str("<tr>");
            for cell in node.children() {
                let (name, more) = match cell.name() {
                    "th" => ("th", ";background:#f3f3f3;font-weight:bold"),
                    "td" => ("td", ""),
                    _ => continue,
                };
                let _ = write!(self.html, "<{name} style=\"{CELL}{more}\">");
                for part in cell.children() {
                    self.inline(part);
                }
                let _ = write!(self.html, "</{name}>");
            }
            self.html.push_str("</tr>");
        }
        self.html.push_str("</table></section>");
    }

    fn inline(&mut self, node: &Node) {
        let Node::Element { name, children, .. } = node else {
            if let Node::Text(text) = node {
                tree::escape(text, &mut self.html);
            }
            return;
        };
        match name.as_str() {
            "br" => self.html.push_str("<br>"),
            "img" => {
                if let Some(url) = node.attribute("src") {
                    let attributes = [
                        ("src".to_owned(), url.to_owned()),
                        (
                            "alt".to_owned(),
                            node.attribute("alt").unwrap_or_default().to_owned(),
                        ),
                        ("style".to_owned(), "max-width:100%;height:auto".to_owned()),
                    ];
                    tree::open("img", &attributes, &mut self.html);
                }
            }
            "a" => {
                for child in children {
                    self.inline(child);
                }
                // Links to elsewhere are dropped there, their words are not.
                if let Some(url) = node.attribute("href")
                    && (url.starts_with("http://") || url.starts_with("https://"))
                    && node.text().trim() != url
                {
                    let known = self.notes.iter().position(|known| known == url);
                    let number = known.unwrap_or_else(|| {
                        self.notes.push(url.to_owned());
                        self.notes.len() - 1
                    });
                    let _ = write!(self.html, "<sup>[{}]</sup>", number + 1);
                }
            }
            "code" | "kbd" | "samp" => {
                let _ = write!(self.html, "<code style=\"{INLINE_CODE}\">");
                tree::escape(&node.text(), &mut self.html);
                self.html.push_str("</code>");
            }
            "strong" | "b" | "em" | "i" | "del" | "s" | "sub" | "sup" | "u" | "ruby" | "rt"
            | "rp" | "mark" => {
                let _ = write!(self.html, "<{name}>");
                for child in children {
                    self.inline(child);
                }
                let _ = write!(self.html, "</{name}>");
            }
            _ => {
                for child in children {
                    self.inline(child);
                }
            }
        }
    }
}
