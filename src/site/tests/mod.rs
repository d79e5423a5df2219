//! Sites written as text and what becomes of them.

mod addresses;
mod collisions;
mod community;
mod links;
mod lists;
mod relations;

use super::{Input, Page, Selection, Site, Tally, Target, resolve};
use crate::content::discover::FoundAsset;
use crate::content::{PageFile, parse};
use crate::data::Node;
use crate::diag::{Code, Diagnostic, print::short};
use std::sync::Arc;

/// Settings in two languages below a base path.
const SETTINGS: &str = "\
site:
  url: https://example.org/blog
  title: { zh-Hans: 测试, en: Test }
  languages: [zh-Hans, en]
  timezone: Asia/Shanghai
";

/// A site and what was found wrong with it, apart from mistakes inside single pages.
pub(super) struct Resolved {
    pub(super) site: Site,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A site of two languages from files below `content/`; those that are no markdown are files
/// to copy, `static:` before a path puts one below `static/`.
pub(super) fn site_from(files: &[(&str, &str)]) -> Resolved {
    site_with(SETTINGS, files)
}

/// A site with settings of its own.
pub(super) fn site_with(settings: &str, files: &[(&str, &str)]) -> Resolved {
    resolved(settings, files, "2026-06-15T00:00:00Z", false)
}

/// A site at a moment.
pub(super) fn resolved(settings: &str, files: &[(&str, &str)], now: &str, all: bool) -> Resolved {
    let (config, diagnostics) = crate::config::parse(&"site.yaml".into(), settings);
    assert_eq!(diagnostics, [], "settings of a test are right");
    let config = config.unwrap();
    let mut pages = Vec::new();
    let mut assets = Vec::new();
    let mut statics = Vec::new();
    for (path, text) in files {
        let file: Arc<str> = format!("content/{path}").into();
        if let Some(path) = path.strip_prefix("static:") {
            statics.push(found(format!("static/{path}").into(), path));
        } else if path.ends_with(".md") {
            let file = PageFile {
                file,
                path: (*path).into(),
            };
            let parsed = parse(&file, text.as_bytes(), &Node::empty_map(), &config);
            pages.push(Arc::from(parsed.page.unwrap()));
        } else {
            assets.push(found(file, path));
        }
    }
    let input = Input {
        pages,
        assets,
        statics,
        data: Vec::new(),
        shown: Vec::new(),
        tally: Tally::default(),
    };
    let selection = Selection {
        now: now.parse().unwrap(),
        drafts: all,
        future: all,
    };
    let (site, diagnostics) = resolve(input, Arc::new(config), selection);
    Resolved { site, diagnostics }
}

fn found(file: Arc<str>, path: &str) -> FoundAsset {
    FoundAsset {
        file,
        path: path.into(),
        size: path.ends_with(".png").then_some((8, 6)),
    }
}

impl Resolved {
    /// The page of a file below `content/`.
    pub(super) fn page(&self, path: &str) -> &Page {
        let found = self
            .site
            .pages
            .iter()
            .find(|page| *page.source.file.path == *path);
        found.unwrap_or_else(|| panic!("no page {path}"))
    }

    /// File of a page by number.
    pub(super) fn files(&self, ids: &[u32]) -> Vec<&str> {
        ids.iter()
            .map(|id| &*self.site.pages[*id as usize].source.file.path)
            .collect()
    }

    /// What the links of a page lead to.
    pub(super) fn targets(&self, path: &str) -> Vec<String> {
        let targets = &self.page(path).targets;
        targets.iter().map(|target| self.shown(target)).collect()
    }

    fn shown(&self, target: &Target) -> String {
        match target {
            Target::None => "none".to_owned(),
            Target::Missing => "missing".to_owned(),
            Target::Url(url) => url.clone(),
            Target::Page(id, fragment) => {
                format!("{}{fragment}", self.site.pages[*id as usize].url)
            }
            Target::Picture(picture) => match (picture.width, picture.height) {
                (Some(width), Some(height)) => format!("{} {width}x{height}", picture.url),
                _ => picture.url.clone(),
            },
        }
    }

    /// The diagnostics, one line each, with hints.
    pub(super) fn told(&self) -> Vec<String> {
        self.diagnostics
            .iter()
            .map(|diagnostic| {
                let mut line = short(diagnostic);
                for hint in &diagnostic.hints {
                    line.push_str(" | ");
                    line.push_str(hint);
                }
                line
            })
            .collect()
    }

    /// The diagnostics of a code.
    pub(super) fn of(&self, code: Code) -> Vec<&Diagnostic> {
        let is_code = |diagnostic: &&Diagnostic| diagnostic.code == code;
        self.diagnostics.iter().filter(is_code).collect()
    }

    /// The files of the list at a URL.
    pub(super) fn list(&self, url: &str) -> Vec<&str> {
        let list = self.site.lists.iter().find(|list| list.url == url);
        self.files(&list.unwrap_or_else(|| panic!("no list {url}")).pages)
    }
}
