//! Pages from data: each row of `data/companies.csv` (or an entry of a YAML, TOML or JSON list
//! of that name) becomes a page of that kind.
//!
//! Takes the tree of one data file, gives pages and diagnostics. A row has the fields of its
//! kind; `body` is its markdown. Knows nothing of disks.

use super::page::{self, Source};
use super::personal;
use super::slug::slug;
use super::{Kind, Page, PageFile};
use crate::config::{Config, SlugStyle};
use crate::data::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Place};
use crate::store;
use std::sync::Arc;

/// Fields that are lists; in a table their cells hold several values with `;` between them.
const LISTS: &[&str] = &[
    "industry",
    "industries",
    "tags",
    "categories",
    "pros",
    "cons",
    "aliases",
    "authors",
    "policies",
    "companies",
    "speakers",
    "audience",
];

/// The kind and language that a data file's name stands for: `companies.en.csv`.
pub fn kind_of(path: &str, config: &Config) -> Option<(Kind, Option<String>)> {
    let (name, _) = path.rsplit_once('.')?;
    let (name, lang) = match name.rsplit_once('.') {
        Some((name, suffix)) => {
            let index = config.language(suffix)?;
            (name, Some(config.languages[index].tag.clone()))
        }
        None => (name, None),
    };
    let kind = Kind::ALL.into_iter().find(|kind| kind.plural() == name)?;
    Some((kind, lang))
}

/// Makes the pages of one data file.
pub fn pages(
    file: &Arc<str>,
    kind: Kind,
    lang: Option<&str>,
    tree: &Node,
    config: &Config,
) -> (Vec<Page>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let Value::List(rows) = &tree.value else {
        diagnostics.push(
            Diagnostic::new(
                Code::WrongType,
                format!(
                    "`{file}` wants a list of {}, not {}",
                    kind.plural(),
                    tree.kind()
                ),
            )
            .at(Place::at(Arc::clone(file), tree.position))
            .hint("begin each entry with `- `"),
        );
        return (Vec::new(), diagnostics);
    };
    let mut pages = Vec::new();
    for row in rows {
        if let Some(page) = page_of(file, kind, lang, row, config, &mut diagnostics) {
            pages.push(page);
        }
    }
    (pages, diagnostics)
}

fn page_of(
    file: &Arc<str>,
    kind: Kind,
    lang: Option<&str>,
    row: &Node,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Page> {
    let field = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| row.get(key))
            .and_then(Node::text)
    };
    let Some(name) = field(&["slug", "name", "title"]).or_else(|| localised_name(row)) else {
        diagnostics.push(
            Diagnostic::new(
                Code::MissingField,
                "a row needs `slug`, `name` or `title` to become a page",
            )
            .at(Place::at(Arc::clone(file), row.position))
            .hint("fill one of these columns"),
        );
        return None;
    };
    let stem = slug(name, SlugStyle::Unicode);
    let suffix = lang.map(|lang| format!(".{lang}")).unwrap_or_default();
    let names = PageFile {
        file: Arc::clone(file),
        path: format!("{}/{stem}{suffix}.md", kind.plural()).into(),
    };
    let body = row.get("body");
    let mut fields = structured(row);
    if let Value::Map(entries) = &mut fields.value {
        entries.retain(|entry| entry.key != "body");
    }
    let mut found = Vec::new();
    personal::of_node(row, &mut found);
    let source = Source {
        file: &names,
        personal: found,
        body: body.and_then(Node::text).unwrap_or_default(),
        body_line: body.map_or(row.position.line, |node| node.position.line),
        hash: store::digest(row.to_json().to_string().as_bytes()),
        fields,
    };
    Some(page::assemble(source, config, diagnostics))
}

fn localised_name(row: &Node) -> Option<&str> {
    row.get("name")?.entries().first()?.value.text()
}

/// A row with `salary.min` columns gathered into mappings and list cells taken apart.
fn structured(row: &Node) -> Node {
    let mut entries: Vec<Entry> = Vec::new();
    for entry in row.entries() {
        if let Some((outer, inner)) = entry.key.split_once('.') {
            let inner = Entry {
                key: inner.to_owned(),
                ..entry.clone()
            };
            let known = entries.iter_mut().find(|entry| entry.key == outer);
            match known.map(|entry| &mut entry.value.value) {
                Some(Value::Map(inside)) => inside.push(inner),
                Some(_) => {}
                None => entries.push(Entry {
                    key: outer.to_owned(),
                    position: entry.position,
                    value: Node {
                        position: entry.value.position,
                        value: Value::Map(vec![inner]),
                    },
                }),
            }
            continue;
        }
        let mut entry = entry.clone();
        if LISTS.contains(&entry.key.as_str())
            && let Value::Scalar { text, .. } = &entry.value.value
        {
            let position = entry.value.position;
            let cells = text
                .split([';', '；'])
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .map(|cell| Node {
                    position,
                    value: Value::Scalar {
                        text: cell.to_owned(),
                        plain: true,
                    },
                })
                .collect();
            entry.value.value = Value::List(cells);
        }
        entries.push(entry);
    }
    // An empty mapping of empty cells (`salary.min` and `salary.max` both blank) says nothing.
    entries.retain(|entry| {
        let inside = entry.value.entries();
        inside.is_empty() || inside.iter().any(|entry| entry.value.value != Value::Null)
    });
    Node {
        position: row.position,
        value: Value::Map(entries),
    }
}
