//! References in fields: takes what an author wrote after `company:` or `policies:`, gives
//! the page that is meant.

use super::lookup::{Destination, Lookup, without_extension};
use super::place::split_language;
use super::url::{composed, own_path};
use super::{LanguageId, PageId};
use crate::content::{Details, Kind, Located, Page};
use crate::diag::{Code, Diagnostic, did_you_mean};
use std::sync::Arc;

/// Companies and policies that a page names.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Companies, in the order of the fields.
    pub(super) companies: Vec<PageId>,
    /// Policies.
    pub(super) policies: Vec<PageId>,
}

/// Resolves the fields of one page.
pub(super) fn named(
    source: &Page,
    language: LanguageId,
    lookup: &Lookup<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Named {
    let mut all = |kind: Kind, written: &[Located<String>]| {
        let mut ids: Vec<PageId> = Vec::new();
        for located in written {
            match find(&located.value, kind, language, lookup) {
                Some(id) if ids.contains(&id) => {}
                Some(id) => ids.push(id),
                None => diagnostics.push(unknown(located, kind, source, lookup)),
            }
        }
        ids
    };
    match &source.details {
        Details::Article(article) => Named {
            companies: all(Kind::Company, &article.companies),
            policies: all(Kind::Policy, &article.policies),
        },
        Details::Job(job) => Named {
            companies: all(Kind::Company, job.company.as_slice()),
            policies: all(Kind::Policy, &job.policies),
        },
        // Whoever invites may be anybody, so a name without a page is no mistake.
        Details::Event(event) => Named {
            companies: event
                .host
                .as_deref()
                .and_then(|host| find(host, Kind::Company, language, lookup))
                .into_iter()
                .collect(),
            policies: Vec::new(),
        },
        _ => Named::default(),
    }
}

/// The page of a kind that a text names: by path, `kind/slug`, slug, file name or title.
fn find(written: &str, kind: Kind, language: LanguageId, lookup: &Lookup<'_>) -> Option<PageId> {
    let text = composed(written.trim());
    let text = text
        .strip_prefix("[[")
        .and_then(|rest| rest.strip_suffix("]]"))
        .unwrap_or(&text);
    let of_kind = |ids: &[PageId]| -> Vec<PageId> {
        let is_kind = |id: &PageId| lookup.pages[*id as usize].kind == kind;
        ids.iter().copied().filter(is_kind).collect()
    };
    let by_name = of_kind(lookup.named(text));
    if !by_name.is_empty() {
        return best(&by_name, text, language, lookup);
    }
    let path = own_path(text, &lookup.config.url).unwrap_or(text);
    let path = path.trim_start_matches('@').trim_matches('/');
    let path = path
        .strip_prefix(lookup.config.content_folder.as_str())
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(path);
    if !path.contains('/') && without_extension(path) == path {
        return None;
    }
    if let Some(Destination::Page(id)) = lookup
        .source(path, language)
        .or_else(|| lookup.address(path))
        && lookup.pages[id as usize].kind == kind
    {
        return Some(id);
    }
    let (_, path) = split_language(without_extension(path), lookup.config);
    let by_path = of_kind(lookup.at_path(path));
    if !by_path.is_empty() {
        return best(&by_path, path, language, lookup);
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = folder.rsplit('/').next().unwrap_or(folder);
    if !folder.is_empty() && Kind::from_word(folder) != Some(kind) {
        return None;
    }
    best(&of_kind(lookup.named(name)), name, language, lookup)
}

/// The version of the same language, else of the default one; a slug before a title.
fn best(ids: &[PageId], name: &str, language: LanguageId, lookup: &Lookup<'_>) -> Option<PageId> {
    ids.iter().copied().min_by_key(|id| {
        let page = &lookup.pages[*id as usize];
        let by_slug = page.slug.eq_ignore_ascii_case(name) || page.source.stem == name;
        (page.language != language, page.language, !by_slug, *id)
    })
}

fn unknown(
    located: &Located<String>,
    kind: Kind,
    source: &Page,
    lookup: &Lookup<'_>,
) -> Diagnostic {
    let place = located.place(&Arc::clone(&source.file.file));
    let written = located.value.trim();
    if let Some(absence) = lookup.absence(written) {
        return Diagnostic::new(
            Code::UnknownReference,
            format!("the {} `{written}` is {}", kind.as_str(), absence.words()),
        )
        .at(place)
        .hint("publish that page first, or take the reference out");
    }
    let name = without_extension(written.trim_matches('/'));
    let name = name.rsplit('/').next().unwrap_or(name);
    let known = lookup
        .pages
        .iter()
        .filter(|page| page.kind == kind)
        .take(2000)
        .flat_map(|page| [page.slug.as_str(), page.source.title.as_str()]);
    let hint = did_you_mean(name, known).unwrap_or_else(|| {
        let folder = format!("{}/{}", lookup.config.content_folder, kind.plural());
        format!("add `{folder}/{name}.md`, or name one that exists")
    });
    Diagnostic::new(
        Code::UnknownReference,
        format!("there is no {} `{written}`", kind.as_str()),
    )
    .at(place)
    .hint(hint)
}
