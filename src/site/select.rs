//! Which pages take part: takes placed pages and a selection, gives those that are
//! published and those that are not, with the reason.

use super::expiry::{is_future, next_change};
use super::place::Placed;
use super::{LanguageId, NextChange, Selection, Tally};
use crate::config::Config;
use crate::content::slug::slug;
use crate::content::{Details, Kind, Page};
use crate::diag::{Code, Diagnostic, Place};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Why a page is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absence {
    /// A draft.
    Draft,
    /// Its date has not come.
    Future,
    /// A digest of a period without pages.
    EmptyDigest,
    /// An empty page at the place of a list.
    Replaced,
}

impl Absence {
    /// Words that follow "which is".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Draft => "a draft and not published",
            Self::Future => "dated in the future and not yet published",
            Self::EmptyDigest => "an empty digest and not published",
            Self::Replaced => "left out in favour of a list",
        }
    }
}

/// Pages by what becomes of them.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Published pages.
    pub(super) pages: Vec<Placed>,
    /// Published pages that speak for a folder.
    pub(super) sections: Vec<Placed>,
    /// The others.
    pub(super) absent: Vec<(Placed, Absence)>,
    /// The next change without an edit.
    pub(super) next_change: Option<NextChange>,
}

/// Chooses.
pub(super) fn choose(
    placed: Vec<Placed>,
    config: &Config,
    selection: Selection,
    tally: &mut Tally,
    diagnostics: &mut Vec<Diagnostic>,
) -> Chosen {
    let mut chosen = Chosen::default();
    let mut changes: Vec<NextChange> = Vec::new();
    for page in placed {
        let meta = &page.source.meta;
        if meta.draft && !selection.drafts {
            tally.drafts += 1;
            chosen.absent.push((page, Absence::Draft));
            continue;
        }
        if !page.is_section {
            changes.extend(next_change(&page.source, &config.timezone, selection.now));
        }
        if page.is_section {
            chosen.sections.push(page);
        } else if is_future(&page.source, selection.now) && !selection.future {
            tally.future += 1;
            chosen.absent.push((page, Absence::Future));
        } else {
            chosen.pages.push(page);
        }
    }
    chosen.next_change = changes
        .into_iter()
        .min_by(|a, b| (a.at, &a.file).cmp(&(b.at, &b.file)));
    leave_out_empty_digests(&mut chosen, tally, diagnostics);
    leave_out_empty_overviews(&mut chosen, config, tally, diagnostics);
    chosen
}

/// Whether a digest may carry the page.
pub(super) fn is_collectable(page: &Page) -> bool {
    !matches!(page.kind, Kind::Digest | Kind::Page) && !page.meta.hidden
}

fn leave_out_empty_digests(
    chosen: &mut Chosen,
    tally: &mut Tally,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut dates: BTreeMap<LanguageId, Vec<Timestamp>> = BTreeMap::new();
    for page in &chosen.pages {
        if is_collectable(&page.source)
            && let Some(date) = page.source.meta.date
        {
            dates.entry(page.language).or_default().push(date.at);
        }
    }
    for list in dates.values_mut() {
        list.sort_unstable();
    }
    let is_empty = |page: &Placed| match &page.source.details {
        Details::Digest(digest) => digest.period.is_some_and(|(from, until)| {
            dates.get(&page.language).is_none_or(|dates| {
                let first = dates.partition_point(|date| *date < from);
                dates.get(first).is_none_or(|date| *date >= until)
            })
        }),
        _ => false,
    };
    let pages = std::mem::take(&mut chosen.pages);
    for page in pages {
        if !is_empty(&page) {
            chosen.pages.push(page);
            continue;
        }
        tally.skipped += 1;
        diagnostics.push(
            Diagnostic::new(
                Code::EmptyPage,
                "the digest's period has no pages in its language, so it is not made",
            )
            .at(Place::file(page.source.file.file.clone()))
            .hint("check `period`, or remove the file"),
        );
        chosen.absent.push((page, Absence::EmptyDigest));
    }
}

/// Hugo's sites keep an empty `tags/_index.md` for its title where a list is made by itself;
/// it gives way unless pages lie below it.
fn leave_out_empty_overviews(
    chosen: &mut Chosen,
    config: &Config,
    tally: &mut Tally,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let overviews: Vec<String> = config
        .taxonomies
        .iter()
        .map(|taxonomy| slug(&taxonomy.name, config.slugs))
        .collect();
    let top = |page: &Placed| {
        let top = page.folder.split('/').next().unwrap_or_default();
        (page.language, slug(top, config.slugs))
    };
    let filled: HashSet<(LanguageId, String)> = chosen
        .sections
        .iter()
        .filter(|page| !page.is_empty())
        .chain(&chosen.pages)
        .map(top)
        .collect();
    let sections = std::mem::take(&mut chosen.sections);
    for page in sections {
        let top = top(&page);
        if !overviews.contains(&top.1) || filled.contains(&top) {
            chosen.sections.push(page);
            continue;
        }
        tally.skipped += 1;
        diagnostics.push(replaced(&page));
        chosen.absent.push((page, Absence::Replaced));
    }
}

/// Says that an empty page gives way to a list.
pub(super) fn replaced(page: &Placed) -> Diagnostic {
    Diagnostic::new(
        Code::SkippedFile,
        "the page has no text and stands where a list is made by itself, so it is left out",
    )
    .at(Place::file(Arc::clone(&page.source.file.file)))
    .hint("remove the file; the list stays")
}
