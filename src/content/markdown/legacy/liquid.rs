//! Jekyll's Liquid tags and the variables that stand in its links.

use super::embed::code;
use super::{Meaning, read::Tag};

/// Words of template languages: a text that shows them outside of code means them as text.
const CONTROL: &[&str] = &[
    "if",
    "else",
    "elif",
    "elsif",
    "unless",
    "for",
    "case",
    "when",
    "set",
    "assign",
    "capture",
    "comment",
    "block",
    "extends",
    "macro",
    "import",
    "from",
    "cycle",
    "tablerow",
    "increment",
    "decrement",
    "filter",
    "call",
    "do",
    "break",
    "continue",
    "with",
    "autoescape",
    "trans",
];

/// Whether a name is a control word.
pub(super) fn is_control(name: &str) -> bool {
    CONTROL.contains(&name)
}

/// What a tag stands for.
pub(super) fn meaning(tag: &Tag<'_>) -> Option<Meaning> {
    Some(match tag.name {
        "highlight" => Meaning::Capture(|tag, inner| {
            let language = tag.words().first().copied().unwrap_or_default();
            let options = tag.rest.get(language.len()..).unwrap_or_default().trim();
            code(format!("{language} {options}"), inner)
        }),
        "post_url" => Meaning::Url(format!("[[{}]]", tag.words().first()?)),
        "link" => {
            let path = tag.words().first().copied()?;
            let path = path.trim_start_matches("_posts/");
            Meaning::Url(format!("[[{}]]", path.trim_end_matches(".md")))
        }
        _ => return None,
    })
}

/// What `{{ … }}` gives when it is a known part of a URL.
pub(super) fn output(tag: &Tag<'_>) -> Option<String> {
    let mut parts = tag.rest.split('|').map(str::trim);
    let value = parts.next()?;
    let filters: Vec<&str> = parts.collect();
    let known = |filter: &&str| {
        let name = filter.split([':', ' ']).next().unwrap_or_default();
        matches!(
            name,
            "relative_url" | "absolute_url" | "prepend" | "url_for" | "append"
        )
    };
    match value {
        "site.baseurl" | "site.url" | "BASE_PATH" | "site.BASE_PATH"
            if filters.iter().all(known) =>
        {
            Some(String::new())
        }
        _ => {
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
            (!filters.is_empty() && filters.iter().all(known)).then(|| inner.to_owned())
        }
    }
}
