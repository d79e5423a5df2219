//! `site.yaml` → [`Config`]: takes the text of the settings, gives typed settings and
//! diagnostics with places. Unknown keys are errors with a suggestion. Reads no files and
//! no environment; knows nothing of pages.

pub mod community;
mod language;
mod read;
mod site;
mod switches;

pub use read::parse;

use crate::data::Node;
use crate::diag::{Levels, Place};
use std::collections::BTreeMap;

/// The settings of a site.
#[derive(Debug, Clone)]
pub struct Config {
    /// Half of the BLAKE3 hash of the text that the settings were read from.
    pub source: [u8; 16],
    /// Where the site will be served, `https://example.org` or `https://example.org/blog`,
    /// without a slash at the end.
    pub url: String,
    /// Path part of `url`: empty or `/blog`.
    pub base_path: String,
    /// Folder of the pages from the site's root: `content`, or `source` of a Hexo site that
    /// stays where it is (`site: {content: source}`).
    pub content_folder: String,
    /// Site title per language.
    pub title: Localized,
    /// One sentence about the site per language.
    pub description: Localized,
    /// Author of pages that name none.
    pub author: Option<String>,
    /// Picture for share cards of pages without a cover, from the content or static folder.
    pub image: Option<String>,
    /// Languages; the first is the default and has no prefix in its URLs.
    pub languages: Vec<Language>,
    /// Time zone of every date without one, and of every date shown.
    pub timezone: jiff::tz::TimeZone,
    /// Name of the theme's folder.
    pub theme: String,
    /// Values of the theme's options that the site sets, by name.
    pub theme_options: Option<Node>,
    /// Taxonomies in the order of the file; `tags` and `categories` unless the site says else.
    pub taxonomies: Vec<Taxonomy>,
    /// Menu entries; built from the sections when empty.
    pub menu: Vec<MenuItem>,
    /// Permalink pattern per section (`articles: /:year/:slug/`); `''` or `default` is for all.
    pub permalinks: BTreeMap<String, Pattern>,
    /// How slugs are made of names.
    pub slugs: SlugStyle,
    /// Feeds.
    pub feeds: Feeds,
    /// Pages in one list page.
    pub page_size: usize,
    /// Markdown switches.
    pub markdown: Markdown,
    /// Most that a summary made from the body is wide, in columns (a Han character is two).
    pub summary_width: usize,
    /// Levels of diagnostics.
    pub checks: Levels,
    /// Free values for templates.
    pub extra: Option<Node>,
    /// `community:`: the road back from a page to the people.
    pub community: Option<community::Community>,
    /// `accounts:` as written; read by the publisher.
    pub accounts: Option<Node>,
    /// `publish:` as written.
    pub publish: Option<Node>,
    /// `deploy:` as written.
    pub deploy: Option<Node>,
    /// `ledger:` as written.
    pub ledger: Option<Node>,
}

impl Config {
    /// The key of `publish.indexnow`, when it can be one: the name and content of a file of the
    /// output.
    pub fn indexnow_key(&self) -> Option<&str> {
        let entry = self
            .publish
            .as_ref()?
            .entries()
            .iter()
            .find(|entry| entry.key.eq_ignore_ascii_case("indexnow"))?;
        let written = entry.value.text();
        let key = written.or_else(|| entry.value.get("key")?.text())?.trim();
        let fits = (8..=128).contains(&key.len())
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then_some(key)
    }
}

/// A text per language tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Localized(pub Vec<(String, String)>);

impl Localized {
    /// The text for a language, else the first one, else nothing.
    pub fn get(&self, lang: &str) -> &str {
        self.0
            .iter()
            .find(|(tag, _)| tag == lang || tag.is_empty())
            .or_else(|| self.0.first())
            .map_or("", |(_, text)| text)
    }
}

/// A language of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// BCP 47 tag as it stands in `lang` attributes: `zh-Hans`, `en`.
    pub tag: String,
    /// Its own name, for the language switch: `简体中文`.
    pub name: String,
    /// Path prefix: empty for the default language, else the tag in lower case: `zh-hant`.
    pub prefix: String,
}

/// A taxonomy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    /// Front matter key and path: `tags`.
    pub name: String,
    /// Whether terms are paths (`categories`).
    pub hierarchical: bool,
    /// Whether its terms have feeds.
    pub feed: bool,
}

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    /// Shown text per language.
    pub title: Localized,
    /// A path of this site (`/jobs/`, prefixed for other languages) or any URL.
    pub url: String,
    /// Where the address stands.
    pub place: Place,
}

/// A pattern for permalinks as it stands in `site.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// `/:year/:slug/`.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// How a slug is made of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SlugStyle {
    /// Letters of every script stay.
    #[default]
    Unicode,
    /// Han characters become pinyin, other scripts are transliterated.
    Pinyin,
    /// Everything is transliterated to ASCII, Han included.
    Ascii,
}

/// Feed settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feeds {
    /// Atom wanted.
    pub atom: bool,
    /// RSS 2.0 wanted.
    pub rss: bool,
    /// JSON Feed 1.1 wanted.
    pub json: bool,
    /// Newest pages in a feed.
    pub limit: usize,
    /// Whole bodies, not only summaries.
    pub full: bool,
    /// WebSub hub.
    pub hub: Option<String>,
}

/// Markdown switches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Markdown {
    /// `$…$` and `$$…$$` are formulas on every page, not only where front matter says so.
    pub math: bool,
    /// Line numbers in code blocks.
    pub line_numbers: bool,
    /// Straight quotes become curly, `--` becomes a dash (Latin and Cyrillic texts only).
    pub smart_punctuation: bool,
}

impl Default for Feeds {
    /// Every format, the newest twenty pages, whole bodies.
    fn default() -> Self {
        Self {
            atom: true,
            rss: true,
            json: true,
            limit: 20,
            full: true,
            hub: None,
        }
    }
}

impl Taxonomy {
    /// A taxonomy as a bare name in `site.yaml` means it: only `categories` are paths, and
    /// every term has feeds.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            hierarchical: name == "categories",
            feed: true,
        }
    }
}

impl Language {
    /// A language of which only the tag is known; `first` when it is the default one.
    pub fn new(tag: &str, first: bool) -> Self {
        Self {
            tag: tag.to_owned(),
            name: language::own_name(tag).unwrap_or(tag).to_owned(),
            prefix: if first {
                String::new()
            } else {
                tag.to_lowercase()
            },
        }
    }
}

impl Config {
    /// The smallest settings that make a site: `https://example.org` in Chinese, read in
    /// Shanghai's time. Everything else as it is when `site.yaml` is silent; tests of other
    /// modules start from it and change the fields that they are about.
    pub fn minimal() -> Self {
        Self {
            source: [0; 16],
            url: "https://example.org".to_owned(),
            base_path: String::new(),
            content_folder: "content".to_owned(),
            title: Localized(vec![(String::new(), "Example".to_owned())]),
            description: Localized::default(),
            author: None,
            image: None,
            languages: vec![Language::new("zh-Hans", true)],
            timezone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap_or(jiff::tz::TimeZone::UTC),
            theme: "default".to_owned(),
            theme_options: None,
            taxonomies: vec![Taxonomy::named("tags"), Taxonomy::named("categories")],
            menu: Vec::new(),
            permalinks: BTreeMap::new(),
            slugs: SlugStyle::default(),
            feeds: Feeds::default(),
            page_size: 20,
            markdown: Markdown {
                math: false,
                line_numbers: false,
                smart_punctuation: false,
            },
            summary_width: 160,
            checks: Levels::default(),
            extra: None,
            community: None,
            accounts: None,
            publish: None,
            deploy: None,
            ledger: None,
        }
    }

    /// Sets the site's address, as `--base-url` does; a slash at the end is dropped.
    pub fn set_url(&mut self, url: &str) {
        let url = url.trim_end_matches('/');
        let after_host = url.find("://").map_or(0, |at| at + 3);
        self.base_path = url[after_host..]
            .find('/')
            .map_or_else(String::new, |at| url[after_host + at..].to_owned());
        self.url = url.to_owned();
    }

    /// Index of a language tag, ignoring case.
    pub fn language(&self, tag: &str) -> Option<usize> {
        self.languages
            .iter()
            .position(|language| language.tag.eq_ignore_ascii_case(tag))
    }

    /// Index of the language that a file's name ends with: a tag of the site, or one by which
    /// other generators call its Chinese, such as `zh` where only one script is in use.
    pub fn language_of_file(&self, suffix: &str) -> Option<usize> {
        self.language(suffix).or_else(|| {
            let chinese: Vec<usize> = (0..self.languages.len())
                .filter(|index| self.languages[*index].tag.starts_with("zh-"))
                .collect();
            match (suffix.to_ascii_lowercase().as_str(), chinese.as_slice()) {
                ("zh", [only]) => Some(*only),
                ("zh-cn" | "zh-sg", _) => self.language("zh-Hans"),
                ("zh-tw" | "zh-hk", _) => self.language("zh-Hant"),
                _ => None,
            }
        })
    }
}
