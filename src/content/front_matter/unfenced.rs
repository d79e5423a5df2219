//! Fields without an opening fence: Hexo's old form, Pelican's lines, `[#]: key:` lines.
//!
//! All of these look like prose, so each is taken only when every line fits.

use super::lines::{Line, Lines, Start};
use super::{Taken, is_fence, yaml};
use crate::data::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Place};
use std::sync::Arc;

/// LCTT's and others' `[#]: key: (value)` or `[#]: key: "value"`: link definitions that no
/// renderer shows. Their word for the source is put into ours; their `url` is the address of
/// the translation elsewhere, which would be this page's path under our name for it.
pub(super) fn link_definitions(text: &str, first: Line<'_>) -> Taken {
    let mut entries: Vec<Entry> = Vec::new();
    let mut extra: Vec<Entry> = Vec::new();
    let mut end = Start {
        offset: first.offset,
        number: first.number,
    };
    for line in Lines::at(&text[first.offset..], first.number) {
        let Some(rest) = line.text.strip_prefix("[#]:") else {
            break;
        };
        end = Start {
            offset: first.offset + line.next,
            number: line.number + u32::from(line.ended),
        };
        let Some((key, value)) = rest.split_once(':') else {
            continue;
        };
        let value = value.trim();
        let bare = [('(', ')'), ('"', '"'), ('\'', '\'')]
            .into_iter()
            .find_map(|(open, close)| value.strip_prefix(open)?.strip_suffix(close))
            .unwrap_or(value)
            .trim();
        match key.trim() {
            "" => {}
            "url" if bare.is_empty() => {}
            "url" => extra.push(line.entry("published_url", bare)),
            "via" if is_address(bare) => entries.push(line.entry("source_url", bare)),
            "author" => entries.push(line.entry("author", without_address(bare))),
            key => entries.push(line.entry(key, bare)),
        }
    }
    if let Some(position) = extra.first().map(|entry| entry.position) {
        let value = Value::Map(extra);
        entries.push(Entry {
            key: "extra".to_owned(),
            position,
            value: Node { position, value },
        });
    }
    unique(&mut entries);
    let position = first.position();
    let value = Value::Map(entries);
    Taken::Fields(Node { position, value }, end)
}

fn is_address(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://"))
        && !text.contains(char::is_whitespace)
}

/// `Alan Smithee https://example.org/alan` → the name.
fn without_address(author: &str) -> &str {
    let at = author.find("http").unwrap_or(author.len());
    match author[..at].trim_end_matches([' ', '(', '[', '<', ',', '|']) {
        "" => author,
        name => name,
    }
}

/// Hexo's fields without an opening fence, or Pelican's lines up to a blank one. Both look
/// like prose, so the first key must be a known one and every line must fit.
pub(super) fn fields(
    file: &Arc<str>,
    text: &str,
    first: Line<'_>,
    found: &mut Vec<Diagnostic>,
) -> Taken {
    let known = key_of(first.text)
        .is_some_and(|key| KNOWN.iter().any(|known| known.eq_ignore_ascii_case(key)));
    if !known {
        return Taken::Nothing;
    }
    let rest = &text[first.offset..];
    let mut blank = None;
    let mut keys = 0;
    for line in Lines::at(rest, first.number) {
        let told = line.text.trim_end();
        if is_fence(told, '-') {
            let end = Start {
                offset: first.offset + line.next,
                number: line.number + u32::from(line.ended),
            };
            let taken = yaml(file, &rest[..line.offset], first.number, end, found);
            if matches!(taken, Taken::Fields(..)) {
                found.push(missing_fence(file, first, told));
            }
            return taken;
        }
        if told.is_empty() {
            blank = blank.or(Some(line.offset));
        } else if key_of(told).is_some() {
            keys += usize::from(blank.is_none());
        } else if !told.starts_with([' ', '\t', '-', '#']) {
            break;
        }
    }
    let head = &rest[..blank.unwrap_or(rest.len())];
    let titled = Lines::new(head)
        .filter_map(|line| key_of(line.text))
        .any(|key| key.eq_ignore_ascii_case("title"));
    if keys >= 2 && titled {
        pelican(rest, first, head.len())
    } else {
        Taken::Nothing
    }
}

fn missing_fence(file: &Arc<str>, first: Line<'_>, fence: &str) -> Diagnostic {
    Diagnostic::new(
        Code::RepairedFrontMatter,
        format!("no `{fence}` stands above the fields; they were read as front matter"),
    )
    .at(Place::at(Arc::clone(file), first.position()))
    .hint(format!(
        "write `{fence}` on a line of its own above this one"
    ))
}

fn pelican(rest: &str, first: Line<'_>, length: usize) -> Taken {
    let mut entries: Vec<Entry> = Vec::new();
    let mut end = Start {
        offset: first.offset + length,
        number: first.number,
    };
    for line in Lines::at(&rest[..length], first.number) {
        end.number = line.number + u32::from(line.ended);
        if let Some(key) = key_of(line.text) {
            let value = line.text[key.len() + 1..].trim();
            let mut entry = line.entry(key, value);
            if LISTS.iter().any(|list| list.eq_ignore_ascii_case(key)) {
                entry.value = listed(entry.value);
            }
            entries.push(entry);
        } else if line.text.starts_with([' ', '\t'])
            && let Some(entry) = entries.last_mut()
            && let Value::Scalar { text, .. } = &mut entry.value.value
        {
            text.push(' ');
            text.push_str(line.text.trim());
        } else {
            // Something that is neither: prose after all.
            return Taken::Nothing;
        }
    }
    unique(&mut entries);
    let position = first.position();
    let value = Value::Map(entries);
    Taken::Fields(Node { position, value }, end)
}

/// `a, b` as the list that it is here, where there is no other way to write one.
fn listed(node: Node) -> Node {
    let Some(text) = node.text().filter(|text| text.contains(',')) else {
        return node;
    };
    let position = node.position;
    let items = text
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    let nodes = items.map(|item| Node {
        position,
        value: Value::Scalar {
            text: item.to_owned(),
            plain: true,
        },
    });
    Node {
        position,
        value: Value::List(nodes.collect()),
    }
}

/// Pelican's fields that hold several names.
const LISTS: [&str; 3] = ["tags", "keywords", "authors"];

/// Keeps the last of entries with one key.
fn unique(entries: &mut Vec<Entry>) {
    let mut at = 0;
    while at < entries.len() {
        if entries[at + 1..]
            .iter()
            .any(|later| later.key == entries[at].key)
        {
            entries.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Keys with which front matter without a fence may begin.
const KNOWN: [&str; 22] = [
    "title",
    "date",
    "modified",
    "updated",
    "tags",
    "tag",
    "category",
    "categories",
    "slug",
    "author",
    "authors",
    "summary",
    "status",
    "lang",
    "layout",
    "permalink",
    "abbrlink",
    "id",
    "comments",
    "toc",
    "cover",
    "description",
];

/// The key of a line `key: value` or `key:` that begins in the first column.
fn key_of(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let fits = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    (fits && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some(key)
}
