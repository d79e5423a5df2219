//! The generator from end to end: discover → parse → resolve → render, into any sink.
//!
//! Takes the site's folder, what to include and a [`Sink`]; gives every diagnostic of one run
//! and the figures of the summary. It reads files; writing is the sink's, printing and the
//! clock are the command line's. A run with errors still goes as far as it can, so that all
//! mistakes are told at once; whoever owns the sink commits only a run without errors.

use crate::config::{self, Config};
use crate::content::discover::{self, Found, FoundAsset, FoundPage};
use crate::content::{self, Page, PageFile, rows};
use crate::data::{self, Entry, Node, Value};
use crate::diag::{self, Code, Diagnostic, Place, Severity};
use crate::render::{self, Sink, theme};
use crate::site::{self, NextChange, Selection, Site, Tally};
use crate::timing::Timings;
use anyhow::Context as _;
use rayon::prelude::*;
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
}

impl Built {
    /// Whether an error forbids to publish the outputs.
    pub fn failed(&self) -> bool {
        diag::count(&self.diagnostics).0 > 0
    }
}

/// Builds the site in `root` into `sink`.
///
/// # Errors
/// When the environment fails: the sink cannot store, `site.yaml` cannot be read. Mistakes of
/// the author are diagnostics.
pub fn run(root: &Path, options: &Options, sink: &dyn Sink) -> anyhow::Result<Built> {
    let resolved = resolve(root, options)?;
    let mut diagnostics = resolved.diagnostics;
    let Some(site) = resolved.site else {
        return Ok(Built {
            diagnostics,
            ..Built::default()
        });
    };
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
        next_change: site.next_change,
    })
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
    pub theme: Option<theme::Theme>,
    /// Diagnostics with their levels applied, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads and resolves the site in `root`; renders nothing.
///
/// # Errors
/// When `site.yaml` cannot be read.
pub fn resolve(root: &Path, options: &Options) -> anyhow::Result<Resolved> {
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
    let (theme, found) = timings.stage("theme", || theme::load(root, &config));
    diagnostics.extend(found);
    let input = read(root, &config, theme.as_ref(), timings, &mut diagnostics);
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
    let (stumbles, mut told): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|diagnostic| diagnostic.code == Code::TemplateError);
    for stumble in stumbles {
        let same = told.iter_mut().find(|known| {
            known.code == Code::UnknownTemplateField
                && known.severity == Severity::Error
                && known.place == stumble.place
        });
        match same {
            Some(known) => known.related.extend(stumble.related),
            None => told.push(stumble),
        }
    }
    told
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

/// Discovers and parses everything that the site is made of.
fn read(
    root: &Path,
    config: &Config,
    theme: Option<&theme::Theme>,
    timings: &Timings,
    diagnostics: &mut Vec<Diagnostic>,
) -> site::Input {
    let (found, more) = timings.stage("discover", || discover::discover(root, config));
    diagnostics.extend(more);
    let mut tally = Tally {
        files: found.files,
        skipped: found.skipped,
        ..Tally::default()
    };
    let mut pages = timings.stage("parse", || pages(&found, config, &mut tally, diagnostics));
    let data = data_files(&found, config, &mut pages, &mut tally, diagnostics);
    let statics = theme.map_or_else(Vec::new, |theme| {
        theme
            .statics()
            .par_iter()
            .map(|(file, output)| FoundAsset {
                file: Arc::clone(&file.file),
                path: (*output).into(),
                size: file.disk().and_then(discover::dimensions),
            })
            .collect()
    });
    site::Input {
        pages,
        assets: found.assets,
        statics,
        data,
        tally,
    }
}

/// Parses the sections' own pages first, because they hand fields down, then all others.
fn pages(
    found: &Found,
    config: &Config,
    tally: &mut Tally,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Arc<Page>> {
    let is_section = |page: &&FoundPage| {
        let name = page.file.path.rsplit('/').next().unwrap_or_default();
        name.starts_with("_index.")
    };
    let nothing = Node::empty_map();
    let mut cascades = Cascades::default();
    let mut pages = Vec::with_capacity(found.pages.len());
    let mut sections: Vec<&FoundPage> = found.pages.iter().filter(is_section).collect();
    sections.sort_by_key(|page| page.file.path.matches('/').count());
    for section in sections {
        let parsed = parse(section, &nothing, config);
        diagnostics.extend(parsed.diagnostics);
        match parsed.page {
            Some(page) => {
                cascades.add(&page);
                pages.push(Arc::from(page));
            }
            None => tally.skipped += 1,
        }
    }
    let others: Vec<&FoundPage> = found
        .pages
        .iter()
        .filter(|page| !is_section(page))
        .collect();
    let parsed: Vec<content::Parsed> = others
        .into_par_iter()
        .map(|page| parse(page, cascades.of(&page.file, config), config))
        .collect();
    for parsed in parsed {
        diagnostics.extend(parsed.diagnostics);
        match parsed.page {
            Some(page) => pages.push(Arc::from(page)),
            None => tally.skipped += 1,
        }
    }
    pages
}

fn parse(page: &FoundPage, cascade: &Node, config: &Config) -> content::Parsed {
    match std::fs::read(&page.path) {
        Ok(bytes) => content::parse(&page.file, &bytes, cascade, config),
        Err(error) => content::Parsed {
            page: None,
            diagnostics: vec![unreadable(&page.file, &error)],
        },
    }
}

fn unreadable(file: &PageFile, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(
        Code::UnreadableFile,
        format!("the file cannot be read: {error}"),
    )
    .at(Place::file(Arc::clone(&file.file)))
    .hint("check its rights")
}

/// What sections hand down, by folder and language (no language for a plain `_index.md`).
#[derive(Default)]
struct Cascades {
    by_folder: BTreeMap<(String, Option<String>), Node>,
}

impl Cascades {
    /// Adds a section below those that are known: it inherits from the folder above.
    fn add(&mut self, page: &Page) {
        let own = page.cascade.clone().unwrap_or_else(Node::empty_map);
        let folder = page.section.to_string();
        let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let inherited = (!folder.is_empty())
            .then(|| self.nearest(above, page.file_lang.as_deref()))
            .flatten();
        let entries = own
            .entries()
            .iter()
            .chain(inherited.map_or(&[][..], Node::entries));
        let mut merged: Vec<Entry> = Vec::new();
        for entry in entries {
            if !merged.iter().any(|known| known.key == entry.key) {
                merged.push(entry.clone());
            }
        }
        let node = Node {
            value: Value::Map(merged),
            ..own
        };
        self.by_folder
            .insert((folder, page.file_lang.clone()), node);
    }

    fn nearest(&self, folder: &str, lang: Option<&str>) -> Option<&Node> {
        let mut folder = folder;
        loop {
            for lang in [lang, None] {
                let key = (folder.to_owned(), lang.map(str::to_owned));
                if let Some(node) = self.by_folder.get(&key) {
                    return Some(node);
                }
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }

    fn of(&self, file: &PageFile, config: &Config) -> &Node {
        static NOTHING: Node = Node {
            position: diag::Position {
                line: 0,
                column: 0,
                length: 0,
            },
            value: Value::Map(Vec::new()),
        };
        if self.by_folder.is_empty() {
            return &NOTHING;
        }
        let (section, lang) = content::page::location(&file.path, config);
        self.nearest(&section, lang.as_deref()).unwrap_or(&NOTHING)
    }
}

/// Reads the data files: trees for templates, and pages from those named after a kind.
fn data_files(
    found: &Found,
    config: &Config,
    pages: &mut Vec<Arc<Page>>,
    tally: &mut Tally,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, serde_json::Value)> {
    let mut values = serde_json::Map::new();
    for entry in &found.data {
        let Some(tree) = data_file(entry, diagnostics) else {
            tally.skipped += 1;
            continue;
        };
        if let Some((kind, lang)) = rows::kind_of(&entry.file.path, config) {
            let (made, more) = rows::pages(&entry.file.file, kind, lang.as_deref(), &tree, config);
            diagnostics.extend(more);
            pages.extend(made.into_iter().map(Arc::new));
        }
        let name = entry
            .file
            .path
            .rsplit_once('.')
            .map_or(&*entry.file.path, |(name, _)| name);
        insert(&mut values, name, tree.to_json());
    }
    values.into_iter().collect()
}

fn data_file(entry: &FoundPage, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let bytes = std::fs::read(&entry.path)
        .map_err(|error| diagnostics.push(unreadable(&entry.file, &error)))
        .ok()?;
    let Ok(text) = String::from_utf8(bytes) else {
        diagnostics.push(
            Diagnostic::new(Code::NotUtf8, "the data file is not in UTF-8")
                .at(Place::file(Arc::clone(&entry.file.file)))
                .hint("save it as UTF-8 (from Excel: `CSV UTF-8`)"),
        );
        return None;
    };
    let format = data::Format::of(&entry.file.path)?;
    data::parse(&entry.file.file, format, &text, 1, diagnostics)
}

/// `rates/2026` stands below `rates`.
fn insert(
    values: &mut serde_json::Map<String, serde_json::Value>,
    name: &str,
    value: serde_json::Value,
) {
    match name.split_once('/') {
        None => {
            values.insert(name.to_owned(), value);
        }
        Some((folder, rest)) => {
            let below = values
                .entry(folder)
                .or_insert_with(|| serde_json::Value::Object(serde_json::Map::new()));
            if let serde_json::Value::Object(below) = below {
                insert(below, rest, value);
            }
        }
    }
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
