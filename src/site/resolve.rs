//! The order of the work: takes everything that the earlier stages found, gives the site.

use super::address::{Addressed, addresses};
use super::collision::{self, Outputs};
use super::index::{Known, lookup};
use super::link::{self, Origin};
use super::lookup::Lookup;
use super::permalink::{Patterns, Rules};
use super::place::{Placed, place};
use super::reference::{self, Named};
use super::section::Sections;
use super::select::Absence;
use super::{
    Asset, Input, NextChange, Page, Picture, Section, Selection, Site, Target, Waiting, asset,
    community, expiry, list, picture, redirect, related, relation, section, select, taxonomy,
    translation,
};
use crate::config::Config;
use crate::content::personal::Shown;
use crate::diag::{self, Diagnostic};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::sync::Arc;

/// Resolves a site. Every mistake is reported and passed over, so that one run tells all.
pub fn resolve(input: Input, config: Arc<Config>, selection: Selection) -> (Site, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut tally = input.tally;
    let placed = place(input.pages, &config, &mut diagnostics);
    let mut chosen = select::choose(placed, &config, selection, &mut tally, &mut diagnostics);
    let own_pages = std::mem::take(&mut chosen.sections);
    let mut sections = section::sections(own_pages, &chosen.pages, &config, &mut diagnostics);
    let patterns = Patterns::read(&config, &mut diagnostics);
    let rules = Rules {
        config: &config,
        patterns: &patterns,
        folders: &sections.folders,
    };
    let addressed = addresses(&mut chosen, &rules, &mut tally, &mut diagnostics);
    let (mut pages, shared) = numbered(addressed, &sections, &config, selection);
    let absent: Vec<&Placed> = chosen.absent.iter().map(|(page, _)| page).collect();
    translation::translate(&mut pages, &shared, &absent, &config, &mut diagnostics);

    let mut lists = Vec::new();
    list::homes(&pages, &config, &mut lists);
    list::sections(&pages, &sections, &config, selection.now, &mut lists);
    list::kinds(&pages, &config, selection.now, &mut lists);
    let taxonomies = taxonomy::taxonomies(&mut pages, &config, &mut lists, &mut diagnostics);
    list::authors(&mut pages, &config, &mut lists);
    list::archives(&pages, &config, &mut lists);
    list::translations(&mut lists, &sections.list);

    let assets = asset::files(&input.assets, &pages, &absent, &config.base_path);
    let statics = asset::statics(&input.statics, &config.base_path);
    let redirects = redirect::redirects(&pages, &sections, &config, &mut diagnostics);
    let community = community::resolve(
        &community::Known {
            config: &config,
            now: selection.now,
            pages: &pages,
            sections: &sections,
            lists: &lists,
            redirects: &redirects,
            assets: &assets,
            statics: &statics,
        },
        &mut diagnostics,
    );
    collision::check(
        &Outputs {
            config: &config,
            pages: &pages,
            sections: &sections,
            lists: &lists,
            overviews: &taxonomies,
            redirects: &redirects,
            community: community.as_ref(),
            assets: &assets,
            statics: &statics,
        },
        &mut diagnostics,
    );
    let links = {
        let lookup = lookup(&Known {
            config: &config,
            pages: &pages,
            shared: &shared,
            sections: &sections,
            lists: &lists,
            overviews: &taxonomies,
            redirects: &redirects,
            community: community.as_ref(),
            assets: &assets,
            statics: &statics,
            absent: &chosen.absent,
        });
        links(&lookup)
    };
    fill(&mut pages, &mut sections.list, links, &mut diagnostics);
    let series = relation::relate(&mut pages);
    related::relate(&mut pages, &lists);
    let waiting = chosen
        .absent
        .iter()
        .filter(|(_, absence)| matches!(absence, Absence::Draft | Absence::Future))
        .map(|(page, _)| Waiting {
            source: Arc::clone(&page.source).into(),
            language: page.language,
        })
        .collect();
    let site = Site {
        now: selection.now,
        pages,
        waiting,
        sections: sections.list,
        lists,
        taxonomies,
        series,
        redirects: redirects
            .into_iter()
            .map(|(redirect, _, _)| redirect)
            .collect(),
        assets: assets
            .into_iter()
            .map(|file| Asset {
                file: file.file,
                output: file.output,
            })
            .collect(),
        community,
        data: input.data,
        next_change: sooner(
            chosen.next_change,
            community::next_change(&config, selection.now),
        ),
        tally,
        config,
    };
    let is_left_out = |shown: &Shown| {
        input.assets.iter().any(|asset| asset.file == shown.file)
            && !site.assets.iter().any(|asset| asset.file == shown.file)
    };
    let mut shown = input.shown;
    shown.retain(|shown| !is_left_out(shown));
    link::settings(&site.config, &mut diagnostics);
    community::report::report(&site, &shown, &mut diagnostics);
    diag::sort(&mut diagnostics);
    (site, diagnostics)
}

/// The earlier of two changes.
fn sooner(one: Option<NextChange>, other: Option<NextChange>) -> Option<NextChange> {
    one.into_iter().chain(other).min_by_key(|change| change.at)
}

/// Numbers the pages from the newest to the oldest; gives them with their shared paths.
fn numbered(
    addressed: Vec<Addressed>,
    sections: &Sections,
    config: &Config,
    selection: Selection,
) -> (Vec<Page>, Vec<String>) {
    let mut addressed = addressed;
    addressed.par_sort_by(|a, b| {
        let key = |page: &Addressed| {
            let date = page.placed.source.meta.date.map(|date| date.at);
            (date.is_none(), Reverse(date))
        };
        (key(a), &a.address.url, &a.placed.source.file.file).cmp(&(
            key(b),
            &b.address.url,
            &b.placed.source.file.file,
        ))
    });
    addressed
        .into_iter()
        .map(|page| {
            let shared = page.placed.shared_path();
            (unrelated(page, sections, config, selection), shared)
        })
        .unzip()
}

/// A page without anything that depends on others.
fn unrelated(page: Addressed, sections: &Sections, config: &Config, selection: Selection) -> Page {
    let Addressed {
        placed,
        address,
        slug,
    } = page;
    let zone = &config.timezone;
    let meta = &placed.source.meta;
    let key = (placed.language, Arc::clone(&placed.folder));
    Page {
        language: placed.language,
        slug,
        url: address.url,
        output: address.output,
        date: meta.date,
        updated: meta.updated.or(meta.date),
        expired: expiry::expired(&placed.source, zone, selection.now),
        outdated: expiry::outdated(&placed.source, zone, selection.now),
        section: sections
            .index
            .get(&key)
            .copied()
            .filter(|_| !placed.folder.is_empty()),
        terms: Vec::new(),
        authors: Vec::new(),
        translations: Vec::new(),
        backlinks: Vec::new(),
        newer: None,
        older: None,
        related: Vec::new(),
        series: None,
        companies: Vec::new(),
        policies: Vec::new(),
        jobs: Vec::new(),
        articles: Vec::new(),
        events: Vec::new(),
        collected: Vec::new(),
        targets: Vec::new(),
        cover: None,
        kind: placed.source.kind,
        source: placed.source.into(),
    }
}

/// What one text's links and references lead to.
#[derive(Default)]
struct Resolved {
    targets: Vec<Target>,
    cover: Option<Picture>,
    named: Named,
    diagnostics: Vec<Diagnostic>,
}

/// Links of all pages and of all sections.
fn links(lookup: &Lookup<'_>) -> (Vec<Resolved>, Vec<Resolved>) {
    let pages = lookup
        .pages
        .par_iter()
        .enumerate()
        .map(|(index, page)| {
            let origin = Origin {
                source: &page.source,
                language: page.language,
                page: Some(list::number(index)),
                url: &page.url,
                output: &page.output,
            };
            let mut resolved = of_text(&origin, lookup);
            resolved.named = reference::named(
                &page.source,
                page.language,
                lookup,
                &mut resolved.diagnostics,
            );
            resolved
        })
        .collect();
    let sections = lookup
        .sections
        .list
        .par_iter()
        .zip(&lookup.sections.addresses)
        .map(|(section, address)| match &section.source {
            Some(source) => of_text(
                &Origin {
                    source,
                    language: section.language,
                    page: None,
                    url: &section.url,
                    output: &address.output,
                },
                lookup,
            ),
            None => Resolved::default(),
        })
        .collect();
    (pages, sections)
}

fn of_text(origin: &Origin<'_>, lookup: &Lookup<'_>) -> Resolved {
    let mut resolved = Resolved::default();
    resolved.targets = link::targets(origin, lookup, &mut resolved.diagnostics);
    resolved.cover = origin.source.meta.cover.as_ref().map(|cover| {
        picture::picture(
            &cover.value,
            cover.position,
            origin,
            lookup,
            &mut resolved.diagnostics,
        )
    });
    resolved
}

fn fill(
    pages: &mut [Page],
    sections: &mut [Section],
    links: (Vec<Resolved>, Vec<Resolved>),
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (page, resolved) in pages.iter_mut().zip(links.0) {
        page.targets = resolved.targets;
        page.cover = resolved.cover;
        page.companies = resolved.named.companies;
        page.policies = resolved.named.policies;
        diagnostics.extend(resolved.diagnostics);
    }
    for (section, resolved) in sections.iter_mut().zip(links.1) {
        section.targets = resolved.targets;
        diagnostics.extend(resolved.diagnostics);
    }
}
