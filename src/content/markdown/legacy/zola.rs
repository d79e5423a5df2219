//! Zola's shortcodes with a body, by the names that its common themes give them.

use super::super::escape::escaped;
use super::super::formula::mathml;
use super::super::piece::Chunk;
use super::embed::{code, details, html, note};
use super::{Meaning, read::Tag};

/// What a tag stands for.
pub(super) fn meaning(tag: &Tag<'_>) -> Option<Meaning> {
    Some(match tag.name {
        "katex" | "math" => Meaning::Capture(formula),
        "mermaid" => Meaning::Capture(|_, inner| code("mermaid".to_owned(), inner)),
        "quote" => {
            let close = match tag.get("author", None) {
                Some(author) => format!("<footer>{}</footer>\n</blockquote>\n", escaped(author)),
                None => "</blockquote>\n".to_owned(),
            };
            Meaning::Pair(vec![html("<blockquote>\n")], vec![html(close)])
        }
        "note" | "alert" | "admonition" | "callout" | "hint" => {
            let class = tag.get("type", None).or(tag.get("level", None));
            let (open, close) = note(class.unwrap_or(tag.name), tag.get("title", None));
            Meaning::Pair(open, close)
        }
        "details" | "detail" => {
            let summary = tag.get("summary", None).or(tag.get("title", None));
            let (open, close) = details(summary.unwrap_or("…"));
            Meaning::Pair(open, close)
        }
        _ => return None,
    })
}

/// A formula; as written when it makes no sense.
fn formula(tag: &Tag<'_>, tex: &str) -> Vec<Chunk> {
    let block = tag.get("block", None) == Some("true");
    match mathml(tex.trim(), block) {
        Ok(formula) if block => vec![html(format!("{formula}\n"))],
        Ok(formula) => vec![html(formula)],
        Err(_) => vec![Chunk::Text(tex.trim().to_owned())],
    }
}
