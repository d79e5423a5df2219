//! The generator from end to end: discover → parse → resolve → render, into any sink.
//!
//! Takes the site's folder, what to include and a [`Sink`]; gives every diagnostic of one run
//! and the figures of the summary. It reads files; writing is the sink's, printing and the
//! clock are the command line's. A run with errors still goes as far as it can, so that all
//! mistakes are told at once; whoever owns the sink commits only a run without errors.

mod again;
mod cascade;
pub mod inputs;
mod read;
mod window;

use crate::config::{self, Config};
use crate::diag::{self, Code, Diagnostic, Place, Severity};
use crate::memo::{Memo, Outcome, Whole};
use crate::render::{self, Sink, theme};
use crate::site::{self, NextChange, Selection, Site, Tally};
use crate::store::{self, Digest};
use crate::timing::Timings;
use anyhow::Context as _;
use inputs::Inputs;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What a build includes.
#[derive(Debug, Clone)]
pub struct Options {
    /// The build's moment; the command line reads the clock or `--date`.
    pub now: jiff::Timestamp,
    /// Drafts too.
    pub drafts: bool,
    /// Future pages too.
    pub future: bool,
    /// Address instead of `site.url` (a preview, the local server).
    pub base_url: Option<String>,
    /// Whether [`Resolved::to_come`] is wanted.
    pub to_come: bool,
    /// Where the time of each stage is told.
    pub timings: Arc<Timings>,
}

impl Options {
    /// Digest of all that a build's outputs depend on beside its inputs and its moment.
    pub fn digest(&self) -> Digest {
        let flags = [u8::from(self.drafts), u8::from(self.future)];
        let base = self.base_url.as_deref().unwrap_or_default();
        store::digest_all([&flags[..], base.as_bytes()])
    }
}

/// What a build found and did.
#[derive(Debug, Default)]
pub struct Built {
    /// All diagnostics with their levels applied, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// What became of the content files.
    pub tally: Tally,
    /// Published pages.
    pub pages: usize,
    /// The next moment at which the output changes without an edit.
    pub next_change: Option<NextChange>,
    /// Addresses of other sites that pages link to, with the place of the first link each;
    /// `check --external` asks them.
    pub external: Vec<(String, Place)>,
    /// The first moment after `now` for which the outputs may be others.
    pub valid_until: jiff::Timestamp,
    /// Those of `diagnostics` that were known before anything was rendered, for [`run_after`].
    pub resolved: Vec<Diagnostic>,
    /// The resolved site, for [`run_after`]; none after a mistake.
    pub site: Option<Box<Site>>,
    /// Whether the site was resolved now, and not taken over from an earlier build.
    pub is_new: bool,
}

impl Built {
    /// For the memo.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            diagnostics: self.diagnostics.clone(),
            tally: [
                self.tally.files,
                self.tally.skipped,
                self.tally.drafts,
                self.tally.future,
            ],
            pages: self.pages,
            next_change: self.next_change.clone(),
        }
    }

    /// Out of the memo.
    pub fn from_outcome(outcome: Outcome) -> Self {
        let [files, skipped, drafts, future] = outcome.tally;
        Self {
            diagnostics: outcome.diagnostics,
            tally: Tally {
                files,
                skipped,
                drafts,
                future,
            },
            pages: outcome.pages,
            next_change: outcome.next_change,
            ..Self::default()
        }
    }

    /// Whether an error forbids to publish the outputs.
    pub fn failed(&self) -> bool {
        diag::count(&self.diagnostics).0 > 0
    }
}

/// Builds the site in `root` into `sink`; what `memo` knows is not found out again.
///
/// # Errors
/// When the environment fails: the sink cannot store, `site.yaml` cannot be read. Mistakes of
/// the author are diagnostics.
pub fn run(root: &Path, options: &Options, memo: &Memo, sink: &dyn Sink) -> anyhow::Result<Built> {
    memo.set_partial(false);
    let resolved = resolve(root, options, memo)?;
    let mut diagnostics = resolved.diagnostics;
    let Some(site) = resolved.site else {
        return Ok(Built {
            diagnostics,
            ..Built::default()
        });
    };
    let before_rendering = diagnostics.clone();
    if let Some(theme) = &resolved.theme {
        // With a mistake nothing is published, and two outputs of one name would stop the sink
        // before the templates' mistakes are known.
        let failed = diag::count(&diagnostics).0 > 0;
        let sink = if failed { &Nowhere } else { sink };
        let found = render::render(&site, theme, root, &options.timings, sink)?;
        diagnostics.extend(told_once(site.config.checks.apply(found)));
    }
    diag::sort(&mut diagnostics);
    Ok(Built {
        diagnostics,
        tally: site.tally,
        pages: site.pages.len(),
        external: external(&site),
        valid_until: window::end(&site),
        next_change: site.next_change.clone(),
        resolved: before_rendering,
        site: Some(Box::new(site)),
        is_new: true,
    })
}

/// Builds as [`run`], and does no more than `inputs` say is to be done: when nothing but
/// templates and the texts of a few pages changed since the build that the memo knows, only
/// these are looked at.
/// Remembers the build, unless mistakes forbid it.
///
/// # Errors
/// As [`run`].
pub fn run_after(
    root: &Path,
    options: &Options,
    inputs: Option<&Inputs>,
    memo: &mut Memo,
    sink: &dyn Sink,
) -> anyhow::Result<Built> {
    let again = match inputs {
        Some(inputs) => again::run(root, options, inputs, memo, sink)?,
        None => None,
    };
    let mut built = match again {
        Some(built) => built,
        None => run(root, options, memo, sink)?,
    };
    // What a broken store gave may not be remembered, and after a mistake the pages that the memo
    // knows are no longer those of the build before.
    if built.failed() || memo.is_broken() {
        memo.forget_build();
    } else if let Some(site) = built.site.take() {
        memo.settle();
        let is_page = |name: &str| memo.is_page(name);
        let whole = Whole {
            options: options.digest(),
            inputs: inputs
                .filter(|inputs| inputs.are_at_rest())
                .map(Inputs::digest),
            rest: inputs.and_then(|inputs| inputs.digest_of_rest(is_page)),
            templates: inputs.and_then(Inputs::digest_of_templates),
            resolved: std::mem::take(&mut built.resolved),
            valid: (options.now, built.valid_until),
            outcome: built.outcome(),
        };
        memo.keep(whole, site, built.is_new);
    }
    Ok(built)
}

/// The theme, as long as neither its files nor the settings changed the one that is known.
fn theme(
    root: &Path,
    config: &Config,
    memo: &Memo,
) -> (Option<Arc<theme::Theme>>, Vec<Diagnostic>) {
    let files = inputs::below(root, &inputs::OF_THEME)
        .and_then(|files| files.at(memo.moment()))
        .filter(inputs::Inputs::are_at_rest)
        .map(|files| {
            store::digest_all([&files.digest()[..], &config.source, config.url.as_bytes()])
        });
    memo.theme(files, || theme::load(root, config))
}

/// A site before rendering.
#[derive(Debug, Default)]
pub struct Resolved {
    /// The site, unless its settings cannot be read.
    pub site: Option<Site>,
    /// The pages that are still to come, as a site that has them already; none when there are
    /// no such pages or they take part anyway.
    pub to_come: Option<Site>,
    /// Its theme, unless it cannot be loaded.
    pub theme: Option<Arc<theme::Theme>>,
    /// Diagnostics with their levels applied, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads and resolves the site in `root`; renders nothing.
///
/// # Errors
/// When `site.yaml` cannot be read.
pub fn resolve(root: &Path, options: &Options, memo: &Memo) -> anyhow::Result<Resolved> {
    let mut diagnostics = Vec::new();
    let Some(config) = settings(root, options, &mut diagnostics)? else {
        diag::sort(&mut diagnostics);
        return Ok(Resolved {
            diagnostics,
            ..Resolved::default()
        });
    };
    let config = Arc::new(config);
    let timings = &*options.timings;
    let (theme, found) = timings.stage("theme", || theme(root, &config, memo));
    diagnostics.extend(found);
    let input = read::read(
        root,
        &config,
        theme.as_deref(),
        (memo, timings),
        &mut diagnostics,
    );
    let selection = Selection {
        now: options.now,
        drafts: options.drafts,
        future: options.future,
    };
    let again = options.to_come.then(|| input.clone());
    let (site, found) = timings.stage("resolve", || {
        site::resolve(input, Arc::clone(&config), selection)
    });
    diagnostics.extend(found);
    let to_come = again.filter(|_| site.tally.future > 0).map(|input| {
        let selection = Selection {
            future: true,
            ..selection
        };
        site::resolve(input, Arc::clone(&config), selection).0
    });
    let mut diagnostics = config.checks.apply(diagnostics);
    diag::sort(&mut diagnostics);
    Ok(Resolved {
        site: Some(site),
        to_come,
        theme,
        diagnostics,
    })
}

/// The engine stumbles over what the check of the templates has found already, and the check
/// says it better. Only an error stands for the engine's: else a page would be missing in
/// silence.
fn told_once(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    // Only the engine knows what was rendered.
    let (stumbles, mut told): (Vec<_>, Vec<_>) = found.into_iter().partition(|diagnostic| {
        diagnostic.code == Code::TemplateError && !diagnostic.related.is_empty()
    });
    for stumble in stumbles {
        let same = told.iter_mut().find(|known| {
            let of_check = [Code::UnknownTemplateField, Code::TemplateError];
            of_check.contains(&known.code)
                && known.severity == Severity::Error
                && covers(&stumble, known)
        });
        match same {
            Some(known) => known.related.extend(stumble.related),
            None => told.push(stumble),
        }
    }
    told
}

/// Whether a diagnostic points at another's place, or at a call around it.
fn covers(wide: &Diagnostic, narrow: &Diagnostic) -> bool {
    if wide.place == narrow.place {
        return true;
    }
    let span = |diagnostic: &Diagnostic| {
        let Place { file, position } = diagnostic.place.as_ref()?;
        let end = position.column + position.length;
        Some((file.clone(), position.line, position.column, end))
    };
    let (Some(wide), Some(narrow)) = (span(wide), span(narrow)) else {
        return false;
    };
    wide.0 == narrow.0 && wide.1 == narrow.1 && wide.2 <= narrow.2 && narrow.3 <= wide.3
}

/// Keeps nothing: where the outputs of a run go that cannot be published anyway.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&self, _path: &str, _bytes: &[u8]) -> anyhow::Result<()> {
        Ok(())
    }

    fn copy(&self, _path: &str, _source: &Path) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Reads `site.yaml`. None when it cannot serve as settings.
fn settings(
    root: &Path,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> anyhow::Result<Option<Config>> {
    let path = root.join("site.yaml");
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: Arc<str> = "site.yaml".into();
    let Ok(text) = String::from_utf8(bytes) else {
        diagnostics.push(
            Diagnostic::new(Code::NotUtf8, "the settings are not in UTF-8")
                .at(Place::file(file))
                .hint("save the file as UTF-8"),
        );
        return Ok(None);
    };
    let (config, found) = config::parse(&file, &text);
    diagnostics.extend(found);
    let Some(mut config) = config else {
        return Ok(None);
    };
    if let Some(base) = &options.base_url {
        config.set_url(base);
    }
    Ok(Some(config))
}

/// Every address of another site with the first place that links to it.
fn external(site: &Site) -> Vec<(String, Place)> {
    let mut places: BTreeMap<&str, Place> = BTreeMap::new();
    for page in &site.pages {
        for (hole, target) in page.source.body.holes.iter().zip(&page.targets) {
            if let site::Target::Url(url) = target
                && (url.starts_with("http://") || url.starts_with("https://"))
                && !url.starts_with(&site.config.url)
            {
                places.entry(url).or_insert_with(|| {
                    Place::at(Arc::clone(&page.source.file.file), hole.position)
                });
            }
        }
    }
    places
        .into_iter()
        .map(|(url, place)| (url.to_owned(), place))
        .collect()
}
