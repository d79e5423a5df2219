//! What a template can show: takes the texts of all templates, gives for each the digest of its
//! own text and of the texts of all templates that it can reach by inheriting, including or
//! calling their components.
//!
//! An edit of one template makes only those outputs anew whose template reaches it. Too much is
//! counted as reached rather than too little: every string that is a template's or a component's
//! name, and everything behind a `<` that is a component's.

use super::TemplateFile;
use crate::store::{Digest, digest, digest_all};
use std::collections::{BTreeMap, BTreeSet};

/// Longest name of a template that is looked for.
const LONGEST: usize = 256;

/// Digests by the names of templates, as outputs ask for them: without the theme's prefix.
#[derive(Debug, Default)]
pub(super) struct Reach(BTreeMap<String, Digest>);

impl Reach {
    pub(super) fn new(templates: &BTreeMap<String, TemplateFile>, prefixes: &[String]) -> Self {
        let short = |name: &str| short(name, prefixes).to_owned();
        let mut known: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let mut components: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, template) in templates {
            for name_in_use in [short(name), name.clone()] {
                known.entry(name_in_use).or_default().insert(name);
            }
            for component in words_after(&template.text, "component") {
                components.entry(component).or_default().insert(name);
            }
        }
        let mentions: BTreeMap<&str, BTreeSet<&str>> = templates
            .iter()
            .map(|(name, template)| {
                let text = &*template.text;
                if names_are_hidden(text) {
                    return (&**name, templates.keys().map(|name| &**name).collect());
                }
                let called = words_after(text, "<").filter_map(|word| components.get(word));
                let named = quoted(text).filter_map(|word| known.get(word));
                // `cached` names a component so; `ui.card` is found by its first word.
                let cached =
                    quoted(text).filter_map(|word| components.get(word.split('.').next()?));
                let mentioned = called.chain(named).chain(cached);
                (&**name, mentioned.flatten().copied().collect())
            })
            .collect();
        let own: BTreeMap<&str, Digest> = templates
            .iter()
            .map(|(name, template)| (&**name, digest(template.text.as_bytes())))
            .collect();
        let all = |files| {
            let reached = closure(files, &mentions);
            let parts = reached
                .iter()
                .flat_map(|name| [name.as_bytes(), &own[name][..]]);
            digest_all(parts)
        };
        Self(
            known
                .into_iter()
                .map(|(name, files)| (name, all(files)))
                .collect(),
        )
    }

    /// The digest of everything that a template can show; of nothing when there is none of that
    /// name.
    pub(super) fn of(&self, name: &str) -> Digest {
        self.0.get(name).copied().unwrap_or_default()
    }
}

/// A template's name without the prefix of its theme.
fn short<'a>(name: &'a str, prefixes: &[String]) -> &'a str {
    let mut prefixes = prefixes.iter();
    prefixes
        .find_map(|prefix| name.strip_prefix(prefix.as_str()))
        .unwrap_or(name)
}

fn closure<'a>(
    from: BTreeSet<&'a str>,
    mentions: &BTreeMap<&'a str, BTreeSet<&'a str>>,
) -> BTreeSet<&'a str> {
    let mut waiting: Vec<&str> = from.iter().copied().collect();
    let mut reached = from;
    while let Some(name) = waiting.pop() {
        for other in mentions.get(name).into_iter().flatten() {
            if reached.insert(other) {
                waiting.push(other);
            }
        }
    }
    reached
}

/// Every string between two equal quotation marks that are neighbours.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let openings = text.match_indices(['"', '\'', '`']);
    openings.filter_map(|(at, quote)| {
        let rest = &text[at + 1..];
        let length = rest
            .bytes()
            .take(LONGEST)
            .position(|byte| byte == quote.as_bytes()[0])?;
        rest.get(..length)
    })
}

/// Every identifier that follows a sign or word, white space between them or not.
fn words_after<'a>(text: &'a str, sign: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(sign).filter_map(move |(at, _)| {
        let rest = text[at + sign.len()..].trim_start();
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        (length > 0).then(|| &rest[..length])
    })
}

/// Whether the name of another template is written with escapes, or that of a component is not
/// written as such, so that it cannot be seen.
fn names_are_hidden(text: &str) -> bool {
    let in_tags = ["include", "extends"].into_iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let rest = &text[at..];
            let end = rest.find("%}").unwrap_or(rest.len());
            rest[..end].contains('\\')
        })
    });
    let mut calls = text.match_indices("cached").filter_map(|(at, word)| {
        let rest = text[at + word.len()..].trim_start();
        rest.strip_prefix('(')
    });
    in_tags || calls.any(|arguments| !names_its_component(arguments))
}

/// Whether arguments begin with `component="name"`.
fn names_its_component(arguments: &str) -> bool {
    let name = || {
        let from = arguments.trim_start().strip_prefix("component")?;
        let from = from.trim_start().strip_prefix('=')?.trim_start();
        from.starts_with(['"', '\'', '`']).then_some(())?;
        let name = quoted(from).next()?;
        let rest = from[name.len() + 2..].trim_start();
        Some((name, rest))
    };
    name().is_some_and(|(name, rest)| !name.contains('\\') && rest.starts_with([',', ')']))
}

#[cfg(test)]
mod tests {
    use super::{Reach, TemplateFile};
    use std::collections::BTreeMap;

    const SITE: [(&str, &str); 10] = [
        ("own.html", "{% include \"parts/note.html\" %}"),
        ("child/page.html", "{% extends 'base.html' %}"),
        ("parent/page.html", "plain"),
        (
            "parent/base.html",
            "{% block all %}{{ < ui.card page={page} /> }}{% endblock %}",
        ),
        (
            "parent/parts/ui.html",
            "{% component ui.card(page) %}<b>{% endcomponent ui.card %}",
        ),
        ("parent/parts/note.html", "a note"),
        ("parent/odd.html", "{% include \"parts\\u{2f}note.html\" %}"),
        ("parent/alone.html", "<p>page.html 'base.html"),
        (
            "parent/once.html",
            "{{ cached(component=\"ui.card\", page=page) }}",
        ),
        ("parent/any.html", "{{ cached(component=\"ui.\" ~ name) }}"),
    ];

    fn reach(edited: Option<&str>) -> Reach {
        let template = |(name, text): (&str, &str)| {
            let mark = if edited == Some(name) { " edited" } else { "" };
            let file = TemplateFile {
                file: name.into(),
                text: format!("{text}{mark}").into(),
            };
            (name.to_owned(), file)
        };
        let templates: BTreeMap<_, _> = SITE.into_iter().map(template).collect();
        Reach::new(&templates, &["child/".to_owned(), "parent/".to_owned()])
    }

    /// The names whose outputs an edit makes anew.
    fn touched(edited: &str) -> Vec<&'static str> {
        let (before, after) = (reach(None), reach(Some(edited)));
        let names = [
            "own.html",
            "page.html",
            "base.html",
            "odd.html",
            "alone.html",
            "once.html",
            "any.html",
        ];
        let differ = |name: &&str| before.of(name) != after.of(name);
        names.into_iter().filter(differ).collect()
    }

    #[test]
    fn an_edit_reaches_what_inherits_includes_and_calls() {
        let table = [
            ("own.html", vec!["own.html", "odd.html", "any.html"]),
            ("child/page.html", vec!["page.html", "odd.html", "any.html"]),
            (
                "parent/page.html",
                vec!["page.html", "odd.html", "any.html"],
            ),
            (
                "parent/base.html",
                vec!["page.html", "base.html", "odd.html", "any.html"],
            ),
            (
                "parent/parts/ui.html",
                vec![
                    "page.html",
                    "base.html",
                    "odd.html",
                    "once.html",
                    "any.html",
                ],
            ),
            (
                "parent/parts/note.html",
                vec!["own.html", "odd.html", "any.html"],
            ),
            (
                "parent/alone.html",
                vec!["odd.html", "alone.html", "any.html"],
            ),
        ];
        for (edited, expected) in table {
            assert_eq!(touched(edited), expected, "{edited}");
        }
    }
}
