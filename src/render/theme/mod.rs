//! A theme: `theme.yaml`, templates, static files, words.
//!
//! Takes the files of the site's own `templates/`, `static/` and `i18n/`, of the theme and of
//! its parents; gives one [`Theme`] in which the first of them wins, file by file, and
//! diagnostics. Knows nothing of pages. Reads disks only through [`files::DiskFiles`].

pub(crate) mod cached;
mod engine;
pub mod files;
mod manifest;
mod reach;
mod statics;

pub(crate) use engine::{place, sentence};
pub(crate) use manifest::value as manifest_value;
pub use statics::StaticFile;

use super::{check, words};
use crate::config::Config;
use crate::diag::{Code, Diagnostic, Place, did_you_mean};
use crate::store::Digest;
use engine::Engine;
use files::{Content, DiskFiles, ThemeFiles};
use manifest::Manifest;
use reach::Reach;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tera::value::Key;
use tera::{Tera, Value};

/// A loaded theme with everything that the site and its parents add.
pub struct Theme {
    /// Name of its folder.
    pub name: String,
    /// Address of the site that shows it.
    pub(crate) site_url: String,
    /// Names of the templates as they were registered, with their files.
    pub(crate) templates: BTreeMap<String, TemplateFile>,
    /// Prefixes under which templates of the theme and its parents are registered, nearest
    /// first: `child/`, `parent/`.
    pub(crate) prefixes: Vec<String>,
    components: BTreeSet<String>,
    reach: Reach,
    /// One engine per language of the site; none when a template does not compile.
    engines: Vec<Engine>,
    /// Words per language of the site.
    words: Vec<Value>,
    /// Values of the options.
    pub(crate) options: Value,
    /// Static files of all layers.
    pub(crate) statics: Vec<StaticFile>,
    /// Share picture of pages that have none: path below `static/` and its size.
    pub(crate) image: Option<(String, Option<(u32, u32)>)>,
    /// What the check of the templates found, once somebody asked.
    checked: OnceLock<Vec<Diagnostic>>,
}

impl std::fmt::Debug for Theme {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Theme")
            .field("name", &self.name)
            .field("templates", &self.templates.keys())
            .finish_non_exhaustive()
    }
}

/// Where a template comes from.
#[derive(Debug, Clone)]
pub(crate) struct TemplateFile {
    /// Path from the site's root.
    pub(crate) file: Arc<str>,
    /// Its text.
    pub(crate) text: Arc<str>,
}

impl Theme {
    /// What is wrong in the templates without any page being rendered.
    pub(crate) fn checked(&self) -> &[Diagnostic] {
        self.checked.get_or_init(|| check::check_templates(self))
    }

    /// The static files with each of their outputs, paths below the public folder.
    pub fn statics(&self) -> Vec<(&StaticFile, &str)> {
        self.statics
            .iter()
            .flat_map(|file| file.outputs.iter().map(move |output| (file, &**output)))
            .collect()
    }

    /// Whether every template compiles, so that pages can be rendered.
    pub fn is_whole(&self) -> bool {
        !self.engines.is_empty()
    }

    /// The engine whose filters speak a language of the site.
    pub(crate) fn engine(&self, language: usize) -> Option<&Tera> {
        let own = self.engines.get(language).or_else(|| self.engines.first());
        own.map(|engine| &*engine.tera)
    }

    /// Forgets what was rendered once for many pages: the next rendering makes its own values, at
    /// other addresses.
    pub(crate) fn forget_cached(&self) {
        for engine in &self.engines {
            engine.cache.clear();
        }
    }

    /// The words of a language of the site.
    pub(crate) fn words(&self, language: usize) -> &Value {
        &self.words[language.min(self.words.len().saturating_sub(1))]
    }

    /// One word as text, when the theme has it.
    pub(crate) fn word(&self, language: usize, key: &str) -> Option<&str> {
        self.words(language)
            .as_map()?
            .get(&Key::from(key.to_owned()))?
            .as_str()
    }

    /// The registered name of a template, the first layer's that has it.
    pub(crate) fn resolve(&self, name: &str) -> Option<&str> {
        if let Some((name, _)) = self.templates.get_key_value(name) {
            return Some(name);
        }
        self.prefixes.iter().find_map(|prefix| {
            self.templates
                .get_key_value(&format!("{prefix}{name}"))
                .map(|(name, _)| name.as_str())
        })
    }

    /// Digest of all texts that a template can show, by the name that an output asks for.
    pub(crate) fn reach(&self, name: &str) -> Digest {
        self.reach.of(name)
    }

    /// The templates without which a part of the site would be missing.
    pub(crate) fn missing_templates(&self) -> Vec<Diagnostic> {
        NEEDED
            .iter()
            .filter(|name| self.resolve(name).is_none())
            .map(|name| {
                Diagnostic::new(
                    Code::InvalidTheme,
                    format!("theme `{}` has no template `{name}`", self.name),
                )
                .at(Place::file(format!("themes/{}/theme.yaml", self.name)))
                .hint(format!(
                    "add `themes/{0}/templates/{name}`, or a `parent` that has it",
                    self.name
                ))
            })
            .collect()
    }

    /// Names of the components that directives may use, sorted.
    pub(crate) fn components(&self) -> &BTreeSet<String> {
        &self.components
    }
}

/// Names of the files below `components/`.
fn components(templates: &BTreeMap<String, TemplateFile>, prefixes: &[String]) -> BTreeSet<String> {
    templates
        .keys()
        .filter_map(|name| {
            let name = prefixes
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix.as_str()))
                .unwrap_or(name);
            let name = name.strip_prefix("components/")?.strip_suffix(".html")?;
            Some(name.to_owned())
        })
        .collect()
}

/// Templates that every theme has: all others fall back to them.
const NEEDED: [&str; 7] = [
    "home.html",
    "page.html",
    "list.html",
    "term.html",
    "taxonomy.html",
    "archive.html",
    "404.html",
];

/// Loads the site's theme.
pub fn load(root: &Path, config: &Config) -> (Option<Theme>, Vec<Diagnostic>) {
    assemble(&DiskFiles::new(root), config)
}

/// Loads the site's theme from any files.
pub fn assemble(files: &dyn ThemeFiles, config: &Config) -> (Option<Theme>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let Some(layers) = layers(files, config, &mut diagnostics) else {
        return (None, diagnostics);
    };
    let prefixes: Vec<String> = layers
        .iter()
        .filter_map(|layer| layer.name.as_ref().map(|name| format!("{name}/")))
        .collect();
    let templates = templates(&layers);
    let statics = statics::collect(&layers);
    let words = words::load(&layers, config, &mut diagnostics);
    let options = manifest::options(&layers, config, &mut diagnostics);
    let image = statics::share_picture(&layers, &statics, &mut diagnostics);
    let engines = engine::build(
        &templates,
        &prefixes,
        &statics,
        config,
        (&words, &options),
        &mut diagnostics,
    );
    let theme = Theme {
        name: config.theme.clone(),
        site_url: config.url.clone(),
        components: components(&templates, &prefixes),
        reach: Reach::new(&templates, &prefixes),
        templates,
        prefixes,
        engines,
        words,
        options,
        statics,
        image,
        checked: OnceLock::new(),
    };
    (Some(theme), diagnostics)
}

/// One folder with templates, static files and words.
pub(crate) struct Layer {
    /// Name of the theme; none for the site's own files.
    pub(crate) name: Option<String>,
    /// Folder from the site's root, empty or ending in `/`.
    pub(crate) folder: String,
    /// `theme.yaml`, which the site's own files do not have.
    pub(crate) manifest: Manifest,
    /// Files by their path below the folder.
    pub(crate) files: BTreeMap<String, Content>,
}

impl Layer {
    /// Path of a file from the site's root.
    pub(crate) fn file(&self, path: &str) -> Arc<str> {
        format!("{}{path}", self.folder).into()
    }
}

/// The site's own files, the theme, its parent and so on.
fn layers(
    files: &dyn ThemeFiles,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Layer>> {
    let mut layers = vec![Layer {
        name: None,
        folder: String::new(),
        manifest: Manifest::default(),
        files: files.read("", diagnostics),
    }];
    let mut seen: Vec<String> = Vec::new();
    let mut next = Some((config.theme.clone(), Place::file("site.yaml")));
    while let Some((name, place)) = next.take() {
        if seen.contains(&name) {
            seen.push(name);
            diagnostics.push(
                Diagnostic::new(
                    Code::InvalidTheme,
                    format!("themes are each other's parents: `{}`", seen.join("` → `")),
                )
                .at(place)
                .hint("remove `parent` from one of them"),
            );
            return None;
        }
        let folder = format!("themes/{name}/");
        let found = files.read(&folder, diagnostics);
        let Some(Content::Bytes(text)) = found.get("theme.yaml") else {
            diagnostics.push(missing(files, &name, place, found.is_empty()));
            return None;
        };
        let text = String::from_utf8_lossy(text).into_owned();
        let file: Arc<str> = format!("{folder}theme.yaml").into();
        let manifest = manifest::parse(&file, &text, diagnostics)?;
        next = manifest
            .parent
            .as_ref()
            .map(|parent| (parent.value.clone(), parent.place(&file)));
        seen.push(name.clone());
        layers.push(Layer {
            name: Some(name),
            folder,
            manifest,
            files: found,
        });
    }
    Some(layers)
}

fn missing(files: &dyn ThemeFiles, name: &str, place: Place, empty: bool) -> Diagnostic {
    if !empty {
        return Diagnostic::new(
            Code::InvalidTheme,
            format!("theme `{name}` has no `theme.yaml`"),
        )
        .at(place)
        .hint(format!(
            "write `themes/{name}/theme.yaml` with `name: {name}` and `contract: {}`",
            super::contract::VERSION
        ));
    }
    let themes = files.themes();
    let hint = did_you_mean(name, themes.iter().map(String::as_str)).unwrap_or_else(|| {
        if themes.is_empty() {
            format!(
                "put a theme into `themes/{name}/`; `guidepost init --theme` writes `themes/default/`"
            )
        } else {
            format!("there are these themes: `{}`", themes.join("`, `"))
        }
    });
    Diagnostic::new(Code::InvalidTheme, format!("there is no theme `{name}`"))
        .at(place)
        .hint(hint)
}

/// All templates under the names by which the engine knows them: the site's own by their
/// path, a theme's with the theme's name before it.
fn templates(layers: &[Layer]) -> BTreeMap<String, TemplateFile> {
    let mut templates = BTreeMap::new();
    for layer in layers {
        for (path, content) in &layer.files {
            let (Some(path_below), Content::Bytes(bytes)) =
                (path.strip_prefix("templates/"), content)
            else {
                continue;
            };
            let name = match &layer.name {
                Some(theme) => format!("{theme}/{path_below}"),
                None => path_below.to_owned(),
            };
            templates.entry(name).or_insert_with(|| TemplateFile {
                file: layer.file(path),
                text: String::from_utf8_lossy(bytes).into(),
            });
        }
    }
    templates
}

#[cfg(test)]
mod tests;
