//! Addresses of pages: takes a placed page and the patterns of `site.yaml`, gives the path
//! that it is written to. What front matter says comes first, then the pattern of the
//! longest section, then `/<language>/<section>/<slug>/`.

use super::LanguageId;
use super::place::Placed;
use super::url::{CleanPath, clean, encode, has_scheme, join, own_path, short_hash};
use crate::config::{Config, SlugStyle};
use crate::content::slug::slug;
use crate::content::{Kind, Page};
use crate::diag::{Code, Diagnostic, Place, did_you_mean};
use std::collections::HashMap;
use std::sync::Arc;

/// Names that may stand in a pattern.
const TOKENS: [&str; 31] = [
    "year",
    "short_year",
    "month",
    "i_month",
    "day",
    "i_day",
    "hour",
    "minute",
    "second",
    "timestamp",
    "yearday",
    "y_day",
    "title",
    "post_title",
    "slug",
    "slugorfilename",
    "slugorcontentbasename",
    "contentbasename",
    "name",
    "filename",
    "id",
    "abbrlink",
    "hash",
    "section",
    "sections",
    "category",
    "categories",
    "lang",
    "kind",
    "kinds",
    "output_ext",
];

/// Path of each section's folder, by language and folder.
pub(super) type FolderPaths = HashMap<(LanguageId, Arc<str>), String>;

/// One piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Token(&'static str),
}

/// The patterns of `site.yaml`, the longest section first.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    rows: Vec<(String, Vec<Piece>)>,
}

impl Patterns {
    /// Reads the settings; unknown names are reported once.
    pub(super) fn read(config: &Config, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut rows = Vec::new();
        for (section, pattern) in &config.permalinks {
            let written = &pattern.text;
            let (pieces, unknown) = pieces(written);
            for word in &unknown {
                diagnostics.push(
                    Diagnostic::new(
                        Code::InvalidPermalink,
                        format!("`:{word}` in the permalink pattern `{written}` is unknown"),
                    )
                    .at(pattern.place.clone())
                    .maybe_hint(did_you_mean(word, TOKENS)),
                );
            }
            if unknown.is_empty() {
                let section = section.trim_matches('/');
                let section = if section == "default" { "" } else { section };
                rows.push((section.to_owned(), pieces));
            }
        }
        rows.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(&b.0)));
        Self { rows }
    }

    fn of(&self, page: &Placed) -> Option<&[Piece]> {
        self.rows
            .iter()
            .find(|(section, _)| {
                // A pattern for everything is meant for dated texts, not for `about`.
                if section.is_empty() {
                    return page.source.kind != Kind::Page;
                }
                page.folder
                    .strip_prefix(section.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
            .map(|(_, pieces)| pieces.as_slice())
    }
}

/// Takes a pattern apart; the second part are names that do not exist.
fn pieces(pattern: &str) -> (Vec<Piece>, Vec<String>) {
    let mut pieces = Vec::new();
    let mut unknown = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(':') {
        if at > 0 {
            pieces.push(Piece::Text(rest[..at].to_owned()));
        }
        rest = &rest[at + 1..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphabetic() && c != '_')
            .unwrap_or(rest.len());
        let word = &rest[..end];
        match TOKENS.iter().find(|token| **token == word) {
            Some(token) => pieces.push(Piece::Token(token)),
            None => {
                if !word.is_empty() {
                    unknown.push(word.to_owned());
                }
                pieces.push(Piece::Text(format!(":{word}")));
            }
        }
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    (pieces, unknown)
}

/// What addresses are made of.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    /// Settings.
    pub(super) config: &'a Config,
    /// Patterns of the settings.
    pub(super) patterns: &'a Patterns,
    /// Paths of folders.
    pub(super) folders: &'a FolderPaths,
}

/// A page's path and its slug.
#[derive(Debug, Clone)]
pub(super) struct Permalink {
    /// Where it is written.
    pub(super) path: CleanPath,
    /// Its last segment as made from slug, `abbrlink` or file name.
    pub(super) slug: String,
}

/// The page's path. `dated` takes the file name with its date, for names that are not unique
/// without.
pub(super) fn permalink(
    page: &Placed,
    rules: &Rules<'_>,
    dated: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Permalink {
    let slug = page_slug(page, rules.config, dated);
    let path = written(page, rules, &slug, diagnostics)
        .or_else(|| by_pattern(page, rules, &slug, diagnostics))
        .unwrap_or_else(|| by_folder(page, rules, &slug));
    Permalink { path, slug }
}

/// The last segment of a page's address.
fn page_slug(page: &Placed, config: &Config, dated: bool) -> String {
    let meta = &page.source.meta;
    let text = meta
        .abbrlink
        .as_deref()
        .or(meta.slug.as_ref().map(|slug| slug.value.as_str()))
        .unwrap_or(if dated { &page.base } else { &page.source.stem });
    slug(text, config.slugs)
}

/// The language's path prefix.
pub(super) fn prefix(config: &Config, language: LanguageId) -> &str {
    config
        .languages
        .get(usize::from(language))
        .map_or("", |language| &language.prefix)
}

fn folder_path(page: &Placed, rules: &Rules<'_>) -> String {
    rules
        .folders
        .get(&(page.language, Arc::clone(&page.folder)))
        .cloned()
        .unwrap_or_default()
}

fn by_folder(page: &Placed, rules: &Rules<'_>, slug: &str) -> CleanPath {
    let folder = folder_path(page, rules);
    let prefix = prefix(rules.config, page.language);
    CleanPath::folder(join([prefix, &folder, slug]))
}

/// What front matter says: a path, a pattern, or a URL of this site.
pub(super) fn written(
    page: &Placed,
    rules: &Rules<'_>,
    slug: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<CleanPath> {
    let located = page.source.meta.permalink.as_ref()?;
    let text = located.value.trim();
    if text.is_empty() || text == "false" {
        return None;
    }
    let result = absolute(text, rules.config).and_then(|path| {
        let (pieces, _) = pieces(path);
        let expanded = expand(&pieces, page, rules, slug)?;
        let clean = clean(&expanded)?;
        // A path without a slash in front is relative to the language's home.
        if path.starts_with('/') || mentions(&pieces, "lang") {
            return Ok(clean);
        }
        let prefix = prefix(rules.config, page.language);
        Ok(CleanPath {
            path: join([prefix, &clean.path]),
            ..clean
        })
    });
    match result {
        Ok(path) => Some(path),
        Err(why) => {
            diagnostics.push(
                Diagnostic::new(
                    Code::InvalidPermalink,
                    format!("the permalink `{text}` cannot be used: {why}"),
                )
                .at(located.place(&page.source.file.file))
                .hint("write a path such as `/articles/name/`"),
            );
            None
        }
    }
}

fn absolute<'a>(text: &'a str, config: &Config) -> Result<&'a str, &'static str> {
    match own_path(text, &config.url) {
        Some("") => Ok("/"),
        Some(path) => Ok(path),
        None if has_scheme(text) || text.starts_with("//") => {
            Err("it is an address of another site")
        }
        None => Ok(text),
    }
}

fn mentions(pieces: &[Piece], name: &str) -> bool {
    pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Token(token) if *token == name))
}

fn by_pattern(
    page: &Placed,
    rules: &Rules<'_>,
    slug: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<CleanPath> {
    let pieces = rules.patterns.of(page)?;
    let path = expand(pieces, page, rules, slug).and_then(|expanded| {
        let clean = clean(&expanded)?;
        if clean.path.is_empty() {
            return Err("the pattern gives an empty path");
        }
        Ok(clean)
    });
    match path {
        Ok(path) if mentions(pieces, "lang") => Some(path),
        Ok(path) => Some(CleanPath {
            path: join([prefix(rules.config, page.language), &path.path]),
            ..path
        }),
        Err(why) => {
            let place = Place::file(Arc::clone(&page.source.file.file));
            diagnostics.push(
                Diagnostic::new(
                    Code::InvalidPermalink,
                    format!("the permalink pattern of `site.yaml` cannot be used here: {why}"),
                )
                .at(place)
                .hint("give the page what the pattern asks for, or a `permalink` of its own"),
            );
            None
        }
    }
}

fn expand(
    pieces: &[Piece],
    page: &Placed,
    rules: &Rules<'_>,
    slug: &str,
) -> Result<String, &'static str> {
    let mut path = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => path.push_str(text),
            Piece::Token(token) => path.push_str(&value(token, page, rules, slug)?),
        }
    }
    Ok(path)
}

/// The value of a name in a pattern, percent-encoded.
fn value(
    token: &str,
    page: &Placed,
    rules: &Rules<'_>,
    page_slug: &str,
) -> Result<String, &'static str> {
    let source = &page.source;
    let style = rules.config.slugs;
    let text = match token {
        "title" | "slug" | "slugorfilename" | "slugorcontentbasename" => page_slug.to_owned(),
        "post_title" => slug(&source.title, style),
        "name" | "filename" | "contentbasename" => slug(&source.stem, style),
        "id" | "abbrlink" => identity(source),
        "hash" => blake3::hash(source.file.path.as_bytes()).to_hex()[..12].to_owned(),
        "section" | "sections" => folder_path(page, rules),
        "category" | "categories" => categories(source, rules.config),
        "lang" => prefix(rules.config, page.language).to_owned(),
        "kind" => source.kind.as_str().to_owned(),
        "kinds" => source.kind.plural().to_owned(),
        "output_ext" => ".html".to_owned(),
        _ => {
            let date = source
                .meta
                .date
                .ok_or("it has a date and the page has none")?;
            let day = date.at.to_zoned(rules.config.timezone.clone());
            match token {
                "year" => format!("{:04}", day.year()),
                "short_year" => format!("{:02}", day.year().rem_euclid(100)),
                "month" => format!("{:02}", day.month()),
                "i_month" => day.month().to_string(),
                "day" => format!("{:02}", day.day()),
                "i_day" => day.day().to_string(),
                "hour" => format!("{:02}", day.hour()),
                "timestamp" => date.at.as_second().to_string(),
                "yearday" => day.day_of_year().to_string(),
                "y_day" => format!("{:03}", day.day_of_year()),
                "minute" => format!("{:02}", day.minute()),
                _ => format!("{:02}", day.second()),
            }
        }
    };
    Ok(encode(&text))
}

/// `abbrlink`, a free `id`, else a short hash of the path.
fn identity(page: &Page) -> String {
    let own = page.meta.abbrlink.clone().or_else(|| {
        let (_, id) = page.meta.extra.iter().find(|(key, _)| key == "id")?;
        match id {
            serde_json::Value::String(text) => Some(slug(text, SlugStyle::default())),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    });
    own.filter(|id| !id.is_empty())
        .unwrap_or_else(|| short_hash(&page.file.path))
}

/// The first category as a path of slugs.
fn categories(page: &Page, config: &Config) -> String {
    let first = page
        .meta
        .terms
        .iter()
        .find(|(taxonomy, _)| taxonomy == "categories")
        .and_then(|(_, terms)| terms.first());
    let Some(first) = first else {
        return String::new();
    };
    let slugs: Vec<String> = first
        .value
        .split('/')
        .map(|name| slug(name, config.slugs))
        .collect();
    slugs.join("/")
}
