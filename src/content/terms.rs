//! Terms of a page: takes its fields and the site's taxonomies, gives names per taxonomy.
//!
//! Knows what `categories: [A, B]` means to Hexo, and that authors write several tags in one
//! text. Knows nothing of addresses: a term becomes a list when the site is resolved.

use super::Located;
use super::reading::{Reading, is_unset};
use crate::config::Config;
use crate::data::{Node, Value};
use crate::diag::{Code, Diagnostic, Position};

/// Terms of every taxonomy; Zola keeps them under `[taxonomies]`.
pub(super) fn read(
    reading: &mut Reading<'_>,
    config: &Config,
) -> Vec<(String, Vec<Located<String>>)> {
    let nested = reading.fields.node("taxonomies");
    let mut all = Vec::new();
    let mut names: Vec<(&str, bool)> = config
        .taxonomies
        .iter()
        .map(|taxonomy| (taxonomy.name.as_str(), taxonomy.hierarchical))
        .collect();
    // A site without these taxonomies still reads them: the words are in millions of files.
    for name in ["tags", "categories"] {
        if !names.iter().any(|(known, _)| *known == name) {
            names.push((name, name == "categories"));
        }
    }
    for (name, hierarchical) in names {
        let singular = match name {
            "tags" => "tag",
            "categories" => "category",
            "industries" => "industry",
            "districts" => "district",
            _ => "",
        };
        let own = reading.fields.named(name);
        let single = reading.fields.named(singular);
        let node = own
            .or(single)
            .or_else(|| nested.and_then(|map| map.get(name)));
        let Some(node) = node else { continue };
        let found = if hierarchical {
            paths(reading, name, node)
        } else {
            flat(reading, name, node)
        };
        if !found.is_empty() {
            all.push((name.to_owned(), found));
        }
    }
    all
}

/// `[A, B]` is the path A/B, `[[A, B], [C]]` are the paths A/B and C (Hexo's meaning).
fn paths(reading: &mut Reading<'_>, name: &str, node: &Node) -> Vec<Located<String>> {
    let Value::List(nodes) = &node.value else {
        return flat(reading, name, node);
    };
    let lists = nodes
        .iter()
        .any(|node| matches!(node.value, Value::List(_)));
    let mut found: Vec<Located<String>> = Vec::new();
    if lists {
        for node in nodes {
            let parts = flat(reading, name, node);
            push_path(&mut found, parts);
        }
    } else {
        let parts = flat(reading, name, node);
        push_path(&mut found, parts);
    }
    found
}

fn push_path(found: &mut Vec<Located<String>>, parts: Vec<Located<String>>) {
    let Some(position) = parts.first().map(|part| part.position) else {
        return;
    };
    let path = parts
        .iter()
        .map(|part| part.value.replace('/', "\u{2215}"))
        .collect::<Vec<_>>()
        .join("/");
    found.push(Located::new(path, position));
}

fn flat(reading: &mut Reading<'_>, name: &str, node: &Node) -> Vec<Located<String>> {
    let mut found: Vec<Located<String>> = Vec::new();
    let mut add = |text: &str, position: Position| {
        let text = text.trim();
        let repeated = found
            .iter()
            .any(|known: &Located<String>| known.value == text);
        if !text.is_empty() && !repeated {
            found.push(Located::new(text.to_owned(), position));
        }
    };
    match &node.value {
        Value::Null => {}
        Value::Scalar { text, plain } => {
            let parts = split(reading, name, text, *plain, node.position);
            parts.iter().for_each(|part| add(part, node.position));
        }
        Value::List(nodes) => {
            for node in nodes {
                match (&node.value, node.text()) {
                    (Value::Null, _) => {}
                    (_, Some(text)) => add(text, node.position),
                    _ => reading.fields.wrong_type(name, node, "text"),
                }
            }
        }
        Value::Map(_) => reading
            .fields
            .wrong_type(name, node, "text or a list of texts"),
    }
    found
}

/// Several terms in one scalar: commas separate them (with a warning, since YAML has lists);
/// in a Jekyll post spaces do.
fn split(
    reading: &mut Reading<'_>,
    name: &str,
    text: &str,
    plain: bool,
    position: Position,
) -> Vec<String> {
    if is_unset(text) {
        return Vec::new();
    }
    let parts: Vec<String> = text
        .split([',', '，', '、', ';', '；'])
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > 1 {
        reading.fields.report(
            Diagnostic::new(
                Code::RepairedFrontMatter,
                format!("`{name}` holds several terms in one text"),
            )
            .at(reading.fields.place(position))
            .hint(format!("write `{name}: [{}]`", parts.join(", "))),
        );
        return parts;
    }
    if plain && reading.jekyll {
        return text.split_whitespace().map(str::to_owned).collect();
    }
    parts
}
