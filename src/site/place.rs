//! Where a page belongs: takes a parsed page, gives its language, its folder and its name
//! without language, and says whether it speaks for a whole folder.

use super::LanguageId;
use super::url::composed;
use crate::config::Config;
use crate::content::{Kind, Page};
use crate::diag::{Code, Diagnostic, did_you_mean};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

/// A page with its place.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// The parsed page.
    pub(super) source: Arc<Page>,
    /// Its language.
    pub(super) language: LanguageId,
    /// Folder without a language folder at its top: `jobs` of `content/en/jobs/welder.md`.
    /// For a page that speaks for a folder, that folder.
    pub(super) folder: Arc<str>,
    /// File name without language and extension, with its date: `2024-05-20-welder`.
    pub(super) base: String,
    /// Speaks for its folder (`_index.md`, or `index.md` among other pages).
    pub(super) is_section: bool,
}

impl Placed {
    /// What all language versions of a page have in common: `jobs/welder`.
    pub(super) fn shared_path(&self) -> String {
        shared_path(&self.folder, &self.base)
    }

    /// A plain page without any text.
    pub(super) fn is_empty(&self) -> bool {
        let body = &self.source.body;
        self.source.kind == Kind::Page && body.holes.is_empty() && body.html.is_blank()
    }
}

/// `jobs` and `welder` → `jobs/welder`.
pub(super) fn shared_path(folder: &str, base: &str) -> String {
    if folder.is_empty() {
        base.to_owned()
    } else {
        format!("{folder}/{base}")
    }
}

/// Folder part of a path.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Takes a language folder off the top of a path: `en/jobs` → (`en`, `jobs`).
pub(super) fn split_language<'a>(path: &'a str, config: &Config) -> (Option<LanguageId>, &'a str) {
    if config.languages.len() < 2 {
        return (None, path);
    }
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let found = config.languages.iter().position(|language| {
        language.tag.eq_ignore_ascii_case(first)
            || (!language.prefix.is_empty() && language.prefix.eq_ignore_ascii_case(first))
    });
    match found.and_then(|index| LanguageId::try_from(index).ok()) {
        Some(language) => (Some(language), rest),
        None => (None, path),
    }
}

/// Places all pages.
pub(super) fn place(
    pages: Vec<Arc<Page>>,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Placed> {
    let mut placed: Vec<Placed> = pages
        .into_iter()
        .map(|page| one(page, config, diagnostics))
        .collect();
    let mut folders: HashSet<&str> = HashSet::new();
    for page in placed.iter().filter(|page| !page.source.bundle) {
        add_with_ancestors(&mut folders, &page.folder);
    }
    for page in placed.iter().filter(|page| page.source.bundle) {
        // A bundle stands in the folder above its own.
        add_with_ancestors(&mut folders, &page.folder);
    }
    let speaks: Vec<bool> = placed
        .iter()
        .map(|page| {
            page.source.bundle && {
                let own = page.shared_path();
                own.is_empty() || folders.contains(own.as_str())
            }
        })
        .collect();
    for (page, speaks) in placed.iter_mut().zip(speaks) {
        if speaks {
            page.folder = page.shared_path().into();
            page.is_section = true;
        }
    }
    placed
}

fn add_with_ancestors<'a>(folders: &mut HashSet<&'a str>, folder: &'a str) {
    let mut folder = folder;
    while !folder.is_empty() && folders.insert(folder) {
        folder = folder_of(folder);
    }
}

fn one(source: Arc<Page>, config: &Config, diagnostics: &mut Vec<Diagnostic>) -> Placed {
    let path = composed(&source.file.path);
    let base = if source.bundle {
        let folder = folder_of(&path);
        folder.rsplit('/').next().unwrap_or(folder).to_owned()
    } else {
        base_name(&source, &path)
    };
    let folder = match composed(&source.section) {
        Cow::Borrowed(_) => Arc::clone(&source.section),
        Cow::Owned(folder) => folder.into(),
    };
    let language = written_language(&source, config, diagnostics)
        .or_else(|| language_of(source.file_lang.as_deref()?, config))
        .unwrap_or(0);
    Placed {
        language,
        folder,
        base,
        is_section: source.is_section,
        source,
    }
}

/// File name without extension and language, with its date.
fn base_name(page: &Page, path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
    let without_language = page.file_lang.as_ref().and_then(|tag| {
        let (name, ending) = name.rsplit_once('.')?;
        ending.eq_ignore_ascii_case(tag).then_some(name)
    });
    without_language.unwrap_or(name).to_owned()
}

fn written_language(
    page: &Page,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<LanguageId> {
    let written = page.meta.lang.as_ref()?;
    let found = language_of(&written.value, config);
    if found.is_none() {
        let tags = config.languages.iter().map(|language| &*language.tag);
        let list: Vec<String> = tags.clone().map(|tag| format!("`{tag}`")).collect();
        diagnostics.push(
            Diagnostic::new(
                Code::UnknownLanguage,
                format!("`{}` is none of the site's languages", written.value),
            )
            .at(written.place(&page.file.file))
            .maybe_hint(did_you_mean(&written.value, tags))
            .hint(format!("the site has {}", list.join(", "))),
        );
    }
    found
}

/// The site's language that a tag means: itself, `zh-CN` for `zh-Hans`, `en-US` for `en`.
pub(super) fn language_of(tag: &str, config: &Config) -> Option<LanguageId> {
    let tag = tag.trim().replace('_', "-");
    let script = match tag.to_ascii_lowercase().as_str() {
        "zh-cn" | "zh-sg" | "zh-my" => "zh-Hans",
        "zh-tw" | "zh-hk" | "zh-mo" => "zh-Hant",
        _ => &tag,
    };
    config
        .language(&tag)
        .or_else(|| config.language(script))
        .or_else(|| {
            let mut known = config.languages.iter();
            known.position(|language| is_near(&language.tag, script))
        })
        .and_then(|index| LanguageId::try_from(index).ok())
}

/// Whether two tags are of one language and no two scripts: `en-US` and `en`, not `zh-Hant`
/// and `zh-Hans`.
fn is_near(known: &str, tag: &str) -> bool {
    let primary = |tag: &str| {
        tag.split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let has_script = |tag: &str| tag.split('-').nth(1).is_some_and(|part| part.len() == 4);
    primary(known) == primary(tag) && !(has_script(known) && has_script(tag))
}
