//! Addresses of all pages at once: names that are only unique with their date get it back,
//! and an empty page at the place of a generated overview gives way to it.

use super::permalink::{Permalink, Rules, permalink, prefix};
use super::place::Placed;
use super::select::{Absence, Chosen, replaced};
use super::url::{Address, join};
use super::{LanguageId, Tally};
use crate::config::Config;
use crate::content::slug::slug;
use crate::diag::Diagnostic;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

/// A page with its address.
#[derive(Debug)]
pub(super) struct Addressed {
    /// The page.
    pub(super) placed: Placed,
    /// Its address.
    pub(super) address: Address,
    /// Its slug.
    pub(super) slug: String,
}

/// Gives every published page its address.
pub(super) fn addresses(
    chosen: &mut Chosen,
    rules: &Rules<'_>,
    tally: &mut Tally,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Addressed> {
    let pages = std::mem::take(&mut chosen.pages);
    let mut found: Vec<Addressed> = pages
        .into_par_iter()
        .map(|placed| {
            let mut own = Vec::new();
            let addressed = addressed(placed, rules, false, &mut own);
            (addressed, own)
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(addressed, own)| {
            diagnostics.extend(own);
            addressed
        })
        .collect();
    put_dates_back(&mut found, rules);
    let overviews = overviews(rules.config);
    let (empty, kept): (Vec<Addressed>, Vec<Addressed>) = found.into_iter().partition(|page| {
        page.placed.is_empty() && overviews.contains(page.address.output.as_str())
    });
    for page in empty {
        tally.skipped += 1;
        diagnostics.push(replaced(&page.placed));
        chosen.absent.push((page.placed, Absence::Replaced));
    }
    kept
}

fn addressed(
    placed: Placed,
    rules: &Rules<'_>,
    dated: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Addressed {
    let Permalink { path, slug } = permalink(&placed, rules, dated, diagnostics);
    Addressed {
        address: path.address(&rules.config.base_path),
        placed,
        slug,
    }
}

/// Jekyll's `2023-01-01-news.md` and `2024-01-01-news.md` are two pages.
fn put_dates_back(pages: &mut Vec<Addressed>, rules: &Rules<'_>) {
    let mut count: HashMap<String, u32> = HashMap::with_capacity(pages.len());
    for page in pages.iter() {
        *count.entry(page.address.output.to_lowercase()).or_default() += 1;
    }
    if count.len() == pages.len() {
        return;
    }
    let repeated: Vec<bool> = pages
        .iter()
        .map(|page| {
            count.get(&page.address.output.to_lowercase()).copied() > Some(1)
                && page.placed.base != page.placed.source.stem
        })
        .collect();
    let old = std::mem::take(pages);
    pages.extend(old.into_iter().zip(repeated).map(|(page, repeated)| {
        if repeated {
            // Anything to say about the permalink was said the first time.
            addressed(page.placed, rules, true, &mut Vec::new())
        } else {
            page
        }
    }));
}

/// Outputs of the overviews that are made whether or not a page stands there: Hexo's themes
/// want an empty `tags/index.md` for each.
fn overviews(config: &Config) -> HashSet<String> {
    let mut outputs = HashSet::new();
    for language in 0..config.languages.len() {
        let language = LanguageId::try_from(language).unwrap_or(0);
        let names = config
            .taxonomies
            .iter()
            .map(|taxonomy| slug(&taxonomy.name, config.slugs));
        for name in names.chain(["archive".to_owned()]) {
            let path = join([prefix(config, language), &name]);
            outputs.insert(format!("{path}/index.html"));
        }
    }
    outputs
}
