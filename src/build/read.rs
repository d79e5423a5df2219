//! Files → parsed pages: takes what was discovered, gives pages, data and diagnostics. A file
//! that a memo knows is not parsed again, and not even read when it was not touched.

use super::cascade::{Cascade, Cascades};
use crate::config::Config;
use crate::content::discover::{self, Found, FoundAsset, FoundPage};
use crate::content::personal::{self, Shown};
use crate::content::{self, Page, PageFile, rows};
use crate::data::{self, Node};
use crate::diag::{Code, Diagnostic, Place};
use crate::memo::{Memo, Parsed};
use crate::render::theme;
use crate::site::{self, Tally};
use crate::store::{self, Stat};
use crate::timing::Timings;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Discovers and parses everything that the site is made of.
pub(super) fn read(
    root: &Path,
    config: &Config,
    theme: Option<&theme::Theme>,
    (memo, timings): (&Memo, &Timings),
    diagnostics: &mut Vec<Diagnostic>,
) -> site::Input {
    let (found, more) = timings.stage("discover", || discover::discover(root, config));
    diagnostics.extend(more);
    let mut tally = Tally {
        files: found.files,
        skipped: found.skipped,
        ..Tally::default()
    };
    let mut pages = timings.stage("parse", || {
        pages(&found, config, memo, &mut tally, diagnostics)
    });
    let mut shown = Vec::new();
    let data = data_files(
        &found,
        config,
        (&mut pages, &mut shown),
        &mut tally,
        diagnostics,
    );
    shown.extend(timings.stage("look through", || published(root, &found, theme)));
    let mut assets = found.assets;
    let statics = timings.stage("pictures", || {
        assets.par_iter_mut().for_each(|asset| {
            asset.size = measured(memo, &asset.file, &root.join(&*asset.file));
        });
        theme.map_or_else(Vec::new, |theme| statics(theme, memo))
    });
    site::Input {
        pages,
        assets,
        statics,
        data,
        shown,
        tally,
    }
}

/// Looks through the texts that are published as they are; those without a finding are not kept.
fn published(root: &Path, found: &Found, theme: Option<&theme::Theme>) -> Vec<Shown> {
    let beside = found
        .assets
        .iter()
        .map(|asset| (Arc::clone(&asset.file), root.join(&*asset.file)));
    let mut files: BTreeMap<Arc<str>, PathBuf> = beside.collect();
    for (file, _) in theme.iter().flat_map(|theme| theme.statics()) {
        if let Some(path) = file.disk() {
            files.insert(Arc::clone(&file.file), path.to_owned());
        }
    }
    files.retain(|file, _| personal::is_text(file));
    let files: Vec<_> = files.into_iter().collect();
    files
        .into_par_iter()
        .filter_map(|(file, path)| {
            // What cannot be read cannot be copied either, and that is told.
            let personal = personal::of_file(&file, &std::fs::read(path).ok()?);
            (!personal.is_empty()).then_some(Shown { file, personal })
        })
        .collect()
}

fn statics(theme: &theme::Theme, memo: &Memo) -> Vec<FoundAsset> {
    let found = |(file, output): &(&theme::StaticFile, &str)| FoundAsset {
        file: Arc::clone(&file.file),
        path: (*output).into(),
        size: file
            .disk()
            .and_then(|path| measured(memo, &file.file, path)),
    };
    theme.statics().par_iter().map(found).collect()
}

/// The size of a picture, measured unless the memo knows it.
fn measured(memo: &Memo, file: &Arc<str>, path: &Path) -> Option<(u32, u32)> {
    if !discover::is_picture(file) {
        return None;
    }
    let stat = Stat::of(&std::fs::metadata(path).ok()?);
    memo.picture(file, stat, || discover::dimensions(path))
}

/// Whether a file by its path is a section's own page.
pub(super) fn is_section(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.starts_with("_index.")
}

/// Parses the sections' own pages first, because they hand fields down, then all others.
fn pages(
    found: &Found,
    config: &Config,
    memo: &Memo,
    tally: &mut Tally,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Arc<Page>> {
    let is_section = |page: &&FoundPage| is_section(&page.file.path);
    let mut cascades = Cascades::new(config.source);
    let mut pages = Vec::with_capacity(found.pages.len());
    let mut sections: Vec<&FoundPage> = found.pages.iter().filter(is_section).collect();
    sections.sort_by_key(|page| page.file.path.matches('/').count());
    let mut take = |parsed: Parsed| {
        diagnostics.extend(parsed.diagnostics);
        match &parsed.page {
            Some(page) => pages.push(Arc::clone(page)),
            None => tally.skipped += 1,
        }
        parsed.page
    };
    for section in sections {
        let parsed = parse(section, cascades.none(), config, memo);
        if let Some(page) = take(parsed) {
            cascades.add(&page);
        }
    }
    let others: Vec<&FoundPage> = found
        .pages
        .iter()
        .filter(|page| !is_section(page))
        .collect();
    let parsed: Vec<Parsed> = others
        .into_par_iter()
        .map(|page| parse(page, cascades.of(&page.file, config), config, memo))
        .collect();
    for parsed in parsed {
        take(parsed);
    }
    pages
}

/// Parses a page, unless the memo knows it.
pub(super) fn parse(page: &FoundPage, cascade: &Cascade, config: &Config, memo: &Memo) -> Parsed {
    // The stat comes before the bytes: a file that changes in between is read again next time.
    let stat = std::fs::metadata(&page.path).map(|metadata| Stat::of(&metadata));
    let known = memo.page(&page.file.file, stat.unwrap_or_default(), cascade.context);
    if let Some(parsed) = known.untouched() {
        return parsed;
    }
    let bytes = match std::fs::read(&page.path) {
        Ok(bytes) => bytes,
        Err(error) => {
            return Parsed {
                page: None,
                diagnostics: vec![unreadable(&page.file, &error)],
            };
        }
    };
    let hash = store::digest(&bytes);
    if let Some(parsed) = known.unchanged(hash) {
        return parsed;
    }
    let parsed = content::parse(&page.file, &bytes, &cascade.fields, config);
    known.learn(hash, parsed.page.map(|page| *page), parsed.diagnostics)
}

fn unreadable(file: &PageFile, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(
        Code::UnreadableFile,
        format!("the file cannot be read: {error}"),
    )
    .at(Place::file(Arc::clone(&file.file)))
    .hint("check its rights")
}

/// Reads the data files: trees for templates, and pages from those named after a kind.
fn data_files(
    found: &Found,
    config: &Config,
    (pages, shown): (&mut Vec<Arc<Page>>, &mut Vec<Shown>),
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
        } else {
            let personal = personal::of_data(&tree);
            if !personal.is_empty() {
                let file = Arc::clone(&entry.file.file);
                shown.push(Shown { file, personal });
            }
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
