//! The build after the commonest edits: the text of a page changed, and nothing that any other
//! page can see of it; a template changed; the outputs are gone, but not the store.
//!
//! Takes what was found of the files and what the memo kept of the last build; gives a build
//! that parses those pages, puts them into the resolved site of the last build and renders what
//! shows their texts or what the templates reach. Gives nothing as soon as anything else may be
//! different: then all is built. The proof that both ways give the same bytes is a test of
//! random edits.

use super::cascade::Cascades;
use super::inputs::Inputs;
use super::{Built, Options, read, settings, theme, told_once};
use crate::config::Config;
use crate::content::discover::FoundPage;
use crate::content::{Page, Source};
use crate::diag::{self, Diagnostic};
use crate::memo::Memo;
use crate::render::{self, Sink};
use crate::site::{PageId, Site};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// Builds again; none when all has to be built.
///
/// # Errors
/// As [`super::run`].
pub(super) fn run(
    root: &Path,
    options: &Options,
    inputs: &Inputs,
    memo: &mut Memo,
    sink: &dyn Sink,
) -> anyhow::Result<Option<Built>> {
    let timings = &*options.timings;
    let Some(rest) = inputs.digest_of_rest(|name| memo.is_page(name)) else {
        return Ok(None);
    };
    let Some((whole, files)) = memo.same_but(options.digest(), rest, options.now, inputs.files())
    else {
        return Ok(None);
    };
    // A mistake has its place in a text, and these texts have moved.
    let is_changed = |file: &Arc<str>| files.contains(file);
    let before = whole.outcome.diagnostics.iter();
    if before.flat_map(places).any(is_changed) {
        return Ok(None);
    }
    let Some(config) = settings(root, options, &mut Vec::new())?.map(Arc::new) else {
        return Ok(None);
    };
    let here = memo.take_site(options.now);
    let memo = &*memo;
    let templates = inputs.digest_of_templates();
    let only_texts = templates.is_some() && templates == whole.templates;
    // Most outputs will be taken over: to look at them is work beside that of reading.
    let look = || {
        if only_texts {
            sink.look();
        }
    };
    let (recalled, ((theme, _), ())) = timings.stage("recall", || {
        rayon::join(
            || here.or_else(|| memo.read_site(Arc::clone(&config), options.now)),
            || rayon::join(|| theme(root, &config, memo), look),
        )
    });
    let Some(mut site) = recalled else {
        return Ok(None);
    };
    let parsed = timings.stage("parse", || parse(root, &files, &site, &config, memo));
    let Some(parsed) = parsed else {
        return Ok(None);
    };
    let changed: BTreeSet<PageId> = parsed.iter().map(|(id, _)| *id).collect();
    for (id, page) in parsed {
        site.pages[id as usize].source = Source::from(page);
    }
    let Some(theme) = theme.filter(|theme| theme.is_whole()) else {
        return Ok(None);
    };
    let few = if only_texts {
        render::render_again(&site, &theme, &changed, timings, sink)?
    } else {
        None
    };
    let (mut diagnostics, found) = match few {
        Some(found) => (whole.outcome.diagnostics.clone(), found),
        None => {
            let found = render::render(&site, &theme, root, timings, sink)?;
            (whole.resolved.clone(), found)
        }
    };
    diagnostics.extend(told_once(config.checks.apply(found)));
    diag::sort(&mut diagnostics);
    memo.set_partial(true);
    Ok(Some(Built {
        diagnostics,
        resolved: whole.resolved,
        valid_until: whole.valid.1,
        site: Some(site),
        ..Built::from_outcome(whole.outcome)
    }))
}

/// The files that a diagnostic speaks of.
fn places(diagnostic: &Diagnostic) -> impl Iterator<Item = &Arc<str>> {
    let related = diagnostic.related.iter().map(|related| &related.place);
    let places = diagnostic.place.iter().chain(related);
    places.map(|place| &place.file)
}

/// Parses the changed files. None when one of them is no page that readers see, when it has a
/// mistake, or when other pages may see the change.
fn parse(
    root: &Path,
    files: &[Arc<str>],
    site: &Site,
    config: &Config,
    memo: &Memo,
) -> Option<Vec<(PageId, Arc<Page>)>> {
    let ids: HashMap<&str, PageId> = (0..)
        .zip(&site.pages)
        .map(|(id, page)| (&**page.source.file(), id))
        .collect();
    let cascades = cascades(config, memo);
    let mut parsed = Vec::with_capacity(files.len());
    for file in files {
        let id = *ids.get(&**file)?;
        let page = &site.pages[id as usize];
        if !render::is_plain(page.kind) {
            return None;
        }
        let found = FoundPage {
            file: page.source.file.clone(),
            path: root.join(&**file),
        };
        let told = read::parse(&found, cascades.of(&found.file, config), config, memo);
        let new = told.page.filter(|_| told.diagnostics.is_empty())?;
        if new.hash != page.source.hash {
            page.source.looks_the_same_to_others(&new).then_some(())?;
            parsed.push((id, new));
        }
    }
    Some(parsed)
}

/// What sections hand down, from their own pages as the last build knew them.
fn cascades(config: &Config, memo: &Memo) -> Cascades {
    let mut cascades = Cascades::new(config.source);
    let mut sections = memo.known_pages(read::is_section);
    sections.sort_by(|a, b| {
        let depth = |page: &Page| page.file.path.matches('/').count();
        (depth(a), &a.file.path).cmp(&(depth(b), &b.file.path))
    });
    for section in sections {
        cascades.add(&section);
    }
    cascades
}
