//! `[[name]]`: takes a page's name, path or title as Obsidian has it, gives the nearest page
//! or file of that name.

use super::anchor;
use super::link::Origin;
use super::lookup::{Destination, Lookup, common, joined, without_extension};
use super::picture::shown;
use super::place::folder_of;
use super::url::composed;
use super::{PageId, Target};
use crate::diag::{Code, Diagnostic, Position, did_you_mean};

/// The target of a wikilink or an embed; text that only looks like one stays as it is.
pub(super) fn resolve(
    target: &str,
    embed: bool,
    position: Position,
    origin: &Origin<'_>,
    lookup: &Lookup<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Target {
    let (name, fragment) = split(target);
    if name.is_empty()
        && let Some(page) = origin.page
    {
        return to_page(page, fragment, position, origin, lookup, diagnostics);
    }
    if let Some(page) = page(name, origin, lookup) {
        return to_page(page, fragment, position, origin, lookup, diagnostics);
    }
    if let Some(index) = file(name, origin, lookup) {
        let picture = shown(&lookup.assets[index as usize], "");
        return if embed {
            Target::Picture(picture)
        } else {
            Target::Url(picture.url)
        };
    }
    if is_meant_as_name(name) {
        diagnostics.push(unknown(name, position, origin, lookup));
    }
    Target::Missing
}

/// The target of a link by name (`{% post_link name %}`, `ref "name"`), which is always meant.
pub(super) fn reference(
    target: &str,
    position: Position,
    origin: &Origin<'_>,
    lookup: &Lookup<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Target {
    let (name, fragment) = split(target);
    let found = if name.is_empty() {
        origin.page
    } else {
        page(name, origin, lookup)
    };
    if let Some(page) = found {
        return to_page(page, fragment, position, origin, lookup, diagnostics);
    }
    if let Some(Destination::Section(index)) = lookup.folder(name, origin.language) {
        return Target::Url(lookup.sections.list[index as usize].url.clone());
    }
    diagnostics.push(unknown(name, position, origin, lookup));
    Target::Url(target.to_owned())
}

fn split(target: &str) -> (&str, Option<&str>) {
    match target.split_once('#') {
        Some((name, anchor)) => (name.trim(), Some(anchor.trim())),
        None => (target.trim(), None),
    }
}

fn to_page(
    id: PageId,
    fragment: Option<&str>,
    position: Position,
    origin: &Origin<'_>,
    lookup: &Lookup<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Target {
    let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) else {
        return Target::Page(id, String::new());
    };
    let body = &lookup.pages[id as usize].source.body;
    // Obsidian names headings by their words, the deepest of a path last.
    let words = fragment.rsplit('#').next().unwrap_or(fragment).trim();
    let found = anchor::resolve(words, body).unwrap_or_else(|error| {
        diagnostics.push(error.at(origin.place(position)));
        anchor::encoded(words)
    });
    Target::Page(id, format!("#{found}"))
}

/// The page of a name, seen from a text.
fn page(name: &str, origin: &Origin<'_>, lookup: &Lookup<'_>) -> Option<PageId> {
    let decoded = composed(name);
    let path = decoded.trim_matches('/');
    let folder = origin.folder();
    let found = lookup.source(path, origin.language).or_else(|| {
        let beside = joined(&folder, path)?;
        lookup.source(&beside, origin.language)
    });
    if let Some(Destination::Page(id)) = found {
        return Some(id);
    }
    let stem = path.strip_suffix(".md").unwrap_or(path);
    let whole = lookup.named(stem);
    if !whole.is_empty() {
        return lookup.nearest(whole, &folder, origin.language);
    }
    // `folder/name` matches the end of a path.
    let (above, last) = stem.rsplit_once('/')?;
    let ids: Vec<PageId> = lookup
        .named(last)
        .iter()
        .copied()
        .filter(|id| {
            let own = folder_of(&lookup.pages[*id as usize].source.file.path);
            own.to_lowercase().ends_with(&above.to_lowercase())
        })
        .collect();
    lookup.nearest(&ids, &folder, origin.language)
}

/// A file of the content folder by path or name, the nearest first.
fn file(name: &str, origin: &Origin<'_>, lookup: &Lookup<'_>) -> Option<u32> {
    let name = composed(name);
    let folder = origin.folder();
    let exact = lookup.sources.get(name.trim_matches('/'));
    let beside = joined(&folder, &name).and_then(|path| lookup.sources.get(&path));
    if let Some(Destination::Asset(index)) = exact.or(beside) {
        return Some(*index);
    }
    let last = name.rsplit('/').next().unwrap_or(&name);
    lookup
        .files_named(last)
        .iter()
        .copied()
        .filter(|index| {
            lookup.assets[*index as usize]
                .path
                .ends_with(name.trim_matches('/'))
                || !name.contains('/')
        })
        .min_by_key(|index| {
            let path = &lookup.assets[*index as usize].path;
            let near = common(folder_of(path), &folder);
            (std::cmp::Reverse(near), path.matches('/').count(), *index)
        })
}

/// Whether unknown text in double brackets is a page's name and not code or a list.
fn is_meant_as_name(name: &str) -> bool {
    name.chars().any(char::is_alphabetic)
        && !name.contains([
            '$', '=', '"', '\'', '<', '>', '{', '}', '(', ')', ';', ',', '`',
        ])
        && !name.starts_with(['-', '!', ':', '.'])
}

fn unknown(name: &str, position: Position, origin: &Origin<'_>, lookup: &Lookup<'_>) -> Diagnostic {
    if let Some(absence) = lookup.absence(name) {
        return Diagnostic::new(
            Code::BrokenLink,
            format!("`[[{name}]]` leads to a page that is {}", absence.words()),
        )
        .at(origin.place(position))
        .hint("publish that page first, or take the link out");
    }
    let folder = origin.folder();
    let near = lookup.siblings().pages.get(&*folder);
    let near = near.into_iter().flatten().take(500);
    let near = near.map(|file| without_extension(file));
    Diagnostic::new(Code::BrokenLink, format!("there is no page `{name}`"))
        .at(origin.place(position))
        .maybe_hint(did_you_mean(name, near))
}
