//! Versions of one page in several languages: takes pages with their shared paths and what
//! `translation_of` says, gives each page its other versions.

use super::list::number;
use super::place::{Placed, shared_path, split_language};
use super::url::composed;
use super::{LanguageId, Page, PageId};
use crate::config::Config;
use crate::diag::{Code, Diagnostic, Level, Place, did_you_mean};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Ties the versions together.
pub(super) fn translate(
    pages: &mut [Page],
    shared: &[String],
    absent: &[&Placed],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if config.languages.len() > 1
        || pages
            .iter()
            .any(|page| page.source.meta.translation_of.is_some())
    {
        let groups = groups(pages, shared, absent, config, diagnostics);
        for members in groups.values().filter(|members| members.len() > 1) {
            tie(pages, members, diagnostics);
        }
    }
    if config.checks.level(Code::MissingTranslation) != Level::Off {
        report_missing(pages, config, diagnostics);
    }
}

/// Pages by the smallest number of their group.
fn groups(
    pages: &[Page],
    shared: &[String],
    absent: &[&Placed],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<PageId, Vec<PageId>> {
    let mut by_path: HashMap<&str, PageId> = HashMap::with_capacity(pages.len());
    let mut leader: Vec<PageId> = (0..number(pages.len())).collect();
    for (id, path) in (0..).zip(shared) {
        let first = *by_path.entry(path).or_insert(id);
        union(&mut leader, first, id);
    }
    let mut keys: BTreeMap<&str, Vec<PageId>> = BTreeMap::new();
    let names = Names::of(pages);
    for (id, page) in (0..).zip(pages) {
        let Some(written) = &page.source.meta.translation_of else {
            continue;
        };
        match original(&written.value, id, page, &by_path, &names, pages, config) {
            Some(original) => union(&mut leader, original, id),
            None => keys.entry(written.value.trim()).or_default().push(id),
        }
    }
    for (key, members) in keys {
        for member in &members {
            union(&mut leader, members[0], *member);
        }
        let also_absent = || {
            absent.iter().any(|placed| {
                let meta = &placed.source.meta;
                let named = meta
                    .translation_of
                    .as_ref()
                    .is_some_and(|other| other.value.trim() == key);
                named || placed.shared_path() == path_form(key, config) || placed.source.stem == key
            })
        };
        if let [only] = members.as_slice()
            && !also_absent()
        {
            report_unknown(&pages[*only as usize], key, pages, diagnostics);
        }
    }
    let mut groups: BTreeMap<PageId, Vec<PageId>> = BTreeMap::new();
    for id in 0..number(pages.len()) {
        groups.entry(find(&mut leader, id)).or_default().push(id);
    }
    groups
}

fn report_unknown(page: &Page, key: &str, pages: &[Page], diagnostics: &mut Vec<Diagnostic>) {
    let Some(written) = &page.source.meta.translation_of else {
        return;
    };
    let names = pages
        .iter()
        .filter(|other| other.kind == page.kind && other.language != page.language)
        .map(|other| other.slug.as_str())
        .take(2000);
    diagnostics.push(
        Diagnostic::new(
            Code::UnknownReference,
            format!("`translation_of: {key}` names no page, and no other page has this key"),
        )
        .at(written.place(&page.source.file.file))
        .maybe_hint(did_you_mean(key, names))
        .hint("name the original by its path, such as `jobs/welder.md`, or by its slug"),
    );
}

/// Pages by stem and slug, lower case.
struct Names(HashMap<String, Vec<PageId>>);

impl Names {
    fn of(pages: &[Page]) -> Self {
        let mut names: HashMap<String, Vec<PageId>> = HashMap::new();
        if !pages
            .iter()
            .any(|page| page.source.meta.translation_of.is_some())
        {
            return Self(names);
        }
        for (id, page) in (0..).zip(pages) {
            for name in [page.source.stem.as_str(), page.slug.as_str()] {
                let ids = names.entry(name.to_lowercase()).or_default();
                if ids.last() != Some(&id) {
                    ids.push(id);
                }
            }
        }
        Self(names)
    }
}

/// `content/en/jobs/welder.ru.md` → `jobs/welder`, as far as the text allows.
fn path_form(written: &str, config: &Config) -> String {
    let path = written
        .trim()
        .trim_start_matches("@/")
        .trim_start_matches('/');
    let path = path
        .strip_prefix(&config.content_folder)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(path);
    let path = path.strip_suffix(".md").unwrap_or(path);
    let path = match path.rsplit_once('.') {
        Some((rest, tag)) if config.language_of_file(tag).is_some() => rest,
        _ => path,
    };
    let path = path.strip_suffix("/index").unwrap_or(path);
    let (_, path) = split_language(path, config);
    composed(path.trim_matches('/')).into_owned()
}

fn original(
    written: &str,
    id: PageId,
    page: &Page,
    by_path: &HashMap<&str, PageId>,
    names: &Names,
    pages: &[Page],
    config: &Config,
) -> Option<PageId> {
    let path = path_form(written, config);
    let beside = shared_path(&page.source.section, &path);
    if let Some(found) = [path.as_str(), beside.as_str()]
        .iter()
        .find_map(|path| by_path.get(path))
        .filter(|found| **found != id)
    {
        return Some(*found);
    }
    let candidates = names.0.get(&path.to_lowercase())?;
    candidates
        .iter()
        .copied()
        .filter(|other| *other != id)
        // Another language and the same kind first, then the default language.
        .min_by_key(|other| {
            let other_page = &pages[*other as usize];
            let strange = other_page.kind != page.kind;
            (
                other_page.language == page.language,
                strange,
                other_page.language,
                *other,
            )
        })
}

fn find(leader: &mut [PageId], id: PageId) -> PageId {
    let mut root = id;
    while leader[root as usize] != root {
        root = leader[root as usize];
    }
    let mut at = id;
    while leader[at as usize] != root {
        at = std::mem::replace(&mut leader[at as usize], root);
    }
    root
}

fn union(leader: &mut [PageId], a: PageId, b: PageId) {
    let (a, b) = (find(leader, a), find(leader, b));
    leader[a.max(b) as usize] = a.min(b);
}

fn tie(pages: &mut [Page], members: &[PageId], diagnostics: &mut Vec<Diagnostic>) {
    let mut versions: BTreeMap<LanguageId, PageId> = BTreeMap::new();
    let mut by_file: Vec<PageId> = members.to_vec();
    by_file.sort_by(|a, b| {
        pages[*a as usize]
            .source
            .file
            .file
            .cmp(&pages[*b as usize].source.file.file)
    });
    for id in by_file {
        let page = &pages[id as usize];
        let Some(first) = versions.get(&page.language).copied() else {
            versions.insert(page.language, id);
            continue;
        };
        let first = &pages[first as usize];
        // Two files with one output are told of as such.
        if first.output == page.output {
            continue;
        }
        let place = page.source.meta.translation_of.as_ref().map_or_else(
            || Place::file(Arc::clone(&page.source.file.file)),
            |written| written.place(&page.source.file.file),
        );
        diagnostics.push(
            Diagnostic::new(
                Code::DuplicateTranslation,
                format!(
                    "`{}` and `{}` are both the version of one page in the same language",
                    first.source.file.file, page.source.file.file
                ),
            )
            .at(place)
            .related(
                "the other version",
                Place::file(Arc::clone(&first.source.file.file)),
            )
            .hint("give one of them another `lang` or `translation_of`"),
        );
    }
    for id in versions.values() {
        pages[*id as usize].translations = versions
            .values()
            .copied()
            .filter(|other| other != id)
            .collect();
    }
}

fn report_missing(pages: &[Page], config: &Config, diagnostics: &mut Vec<Diagnostic>) {
    for page in pages.iter().filter(|page| !page.source.meta.hidden) {
        let missing: Vec<String> = config
            .languages
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != usize::from(page.language))
            .filter(|(index, _)| {
                !page
                    .translations
                    .iter()
                    .any(|other| usize::from(pages[*other as usize].language) == *index)
            })
            .map(|(_, language)| format!("`{}`", language.tag))
            .collect();
        if !missing.is_empty() {
            diagnostics.push(
                Diagnostic::new(
                    Code::MissingTranslation,
                    format!("the page has no version in {}", missing.join(", ")),
                )
                .at(Place::file(Arc::clone(&page.source.file.file))),
            );
        }
    }
}
