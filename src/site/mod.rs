//! All pages → one resolved site: permalinks, links, taxonomies, relations, lists.
//!
//! Takes parsed pages and settings and the build's moment; gives a [`Site`] in which every
//! question a template may ask is answered, and diagnostics. Pure. Knows nothing of HTML
//! templates and disks: URLs are paths, files are names.

mod address;
mod anchor;
mod asset;
mod beside;
mod collision;
pub mod community;
mod digest;
mod expiry;
mod index;
mod kept;
mod link;
mod list;
mod lookup;
mod order;
mod permalink;
mod picture;
mod place;
mod redirect;
mod reference;
mod related;
mod relation;
mod resolve;
mod section;
mod select;
mod suggest;
mod taxonomy;
#[cfg(test)]
mod tests;
pub mod tracking;
mod translation;
mod url;
mod wikilink;

pub use beside::{has_calendar, has_data, has_event_file, is_in_calendar, list_kind, list_kinds};
pub use digest::{LastDigest, collect, last_digest};
pub use expiry::past_event;
pub use resolve::resolve;
pub use url::encode as encode_path;

use crate::config::Config;
use crate::content;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Feed files below a list's folder: Atom, RSS, JSON Feed. They are written by the renderer;
/// links may lead to them and nothing else may take their place.
pub const FEED_FILES: [&str; 3] = ["atom.xml", "rss.xml", "feed.json"];
/// Files below a list's folder beside feeds.
pub const LIST_FILES: [&str; 1] = ["calendar.ics"];
/// Files below a page's folder.
pub const PAGE_FILES: [&str; 1] = ["event.ics"];
/// Files below the home page of a language, with the kind of page that they tell of.
pub const HOME_FILES: [(&str, content::Kind); 2] = [
    ("companies.json", content::Kind::Company),
    ("jobs.json", content::Kind::Job),
];
/// The page for addresses that do not exist, below the home page of each language.
pub const NOT_FOUND_FILE: &str = "404.html";
/// Other files that every site has at its top.
pub const ROOT_FILES: [&str; 4] = ["_headers", "_redirects", "robots.txt", "sitemap.xml"];

/// Index of a page in [`Site::pages`].
pub type PageId = u32;
/// Index of a language in [`Config::languages`].
pub type LanguageId = u8;

/// A resolved site.
#[derive(Debug)]
pub struct Site {
    /// The settings it was resolved with.
    pub config: Arc<Config>,
    /// The build's moment: what is future, expired or past depends on it.
    pub now: jiff::Timestamp,
    /// Published pages (drafts, future pages and section pages are not among them), newest
    /// first, then by URL.
    pub pages: Vec<Page>,
    /// Pages that are not published yet: drafts, and those whose date is to come.
    pub waiting: Vec<Waiting>,
    /// Sections of every language that have a page of their own or pages in them, by URL.
    pub sections: Vec<Section>,
    /// Lists that become pages with feeds: home, sections, kinds, terms, authors, archives.
    pub lists: Vec<List>,
    /// Per taxonomy and language: its terms. Source of the overview pages (`/tags/`).
    pub taxonomies: Vec<TaxonomyIndex>,
    /// Series by language and name.
    pub series: Vec<Series>,
    /// Aliases: from old path to page.
    pub redirects: Vec<Redirect>,
    /// Channels and join pages, when the site has channels.
    pub community: Option<community::Community>,
    /// Files that are copied as they are.
    pub assets: Vec<Asset>,
    /// Data files by name (`data/rates.csv` is `rates`), for templates.
    pub data: Vec<(String, serde_json::Value)>,
    /// The next moment at which the output changes without an edit (a job or policy expires,
    /// a future page comes out), with the page's URL path and what will happen.
    pub next_change: Option<NextChange>,
    /// Content files by what became of them.
    pub tally: Tally,
}

/// A page that is not published yet.
#[derive(Debug, Serialize, Deserialize)]
pub struct Waiting {
    /// What its file tells.
    pub source: content::Source,
    /// Language.
    pub language: LanguageId,
}

/// A page and what the site knows of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Page {
    /// What its file tells.
    pub source: content::Source,
    /// What it is; the source says so too, but would have to be read for it.
    pub kind: content::Kind,
    /// Language.
    pub language: LanguageId,
    /// Slug, `abbrlink` or file name as it stands in addresses; other pages may name the
    /// page by it.
    pub slug: String,
    /// Path on the site with the base path, percent-encoded, directory URLs end in `/`:
    /// `/blog/en/jobs/welder/`.
    pub url: String,
    /// Output file from the public folder: `en/jobs/welder/index.html`.
    pub output: String,
    /// Date of publication, if any.
    pub date: Option<content::date::Moment>,
    /// Last change: `updated`, else `date`.
    pub updated: Option<content::date::Moment>,
    /// The moment has passed after which the page leaves lists, feeds and sitemap.
    pub expired: bool,
    /// A policy that no longer holds: it keeps its lists and leaves the home page.
    pub outdated: bool,
    /// Section it belongs to (index in [`Site::sections`]).
    pub section: Option<u32>,
    /// Terms: index into [`Site::lists`], in the order of the front matter, by taxonomy.
    pub terms: Vec<(usize, Vec<u32>)>,
    /// Author lists (index into [`Site::lists`]).
    pub authors: Vec<u32>,
    /// The same page in other languages, in the order of the languages.
    pub translations: Vec<PageId>,
    /// Pages of this language whose text or fields link here, newest first.
    pub backlinks: Vec<PageId>,
    /// Newer and older page of the same section.
    pub newer: Option<PageId>,
    /// See `newer`.
    pub older: Option<PageId>,
    /// Pages that share most terms, best first, at most five.
    pub related: Vec<PageId>,
    /// Series and the place in it, from 0.
    pub series: Option<(u32, u32)>,
    /// Company of a job; companies of an article, event host.
    pub companies: Vec<PageId>,
    /// Policies that the page names.
    pub policies: Vec<PageId>,
    /// Of a company: its open jobs, newest first.
    pub jobs: Vec<PageId>,
    /// Of a company or policy: articles that name it, newest first.
    pub articles: Vec<PageId>,
    /// Of a company: events that it hosts.
    pub events: Vec<PageId>,
    /// For a digest: the pages of its period, unless its text lists them.
    pub collected: Vec<PageId>,
    /// What fills the body's holes: one target for each hole of the body, in order.
    pub targets: Vec<Target>,
    /// Cover image.
    pub cover: Option<Picture>,
}

/// What a hole of the body leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// Nothing to fill (`Open`, `Close`).
    None,
    /// A URL to write as it is: external, broken (left as written), or resolved with the
    /// base path, query and fragment.
    Url(String),
    /// A page of this site, with `#fragment` (or an empty string).
    Page(PageId, String),
    /// An image of this site or elsewhere.
    Picture(Picture),
    /// No such page: the text stays as written.
    Missing,
}

/// An image as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// URL path with the base path, or a whole URL.
    pub url: String,
    /// Width in pixels, when the file is known.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// Source file from the site's root, when it is a file of the site.
    pub file: Option<Arc<str>>,
}

/// A section of one language.
#[derive(Debug, Serialize, Deserialize)]
pub struct Section {
    /// Folder from the content folder: `guides/tax`; empty for the root.
    pub path: Arc<str>,
    /// Language.
    pub language: LanguageId,
    /// Its `_index.md`, if there is one.
    pub source: Option<content::Source>,
    /// Title: the `_index.md`'s, else the folder's name.
    pub title: String,
    /// Path on the site.
    pub url: String,
    /// Section above, none for the top level.
    pub parent: Option<u32>,
    /// Sections directly below.
    pub children: Vec<u32>,
    /// What fills the holes of its own body.
    pub targets: Vec<Target>,
}

/// A list of pages that becomes one or more pages with feeds.
#[derive(Debug, Serialize, Deserialize)]
pub struct List {
    /// What it lists.
    pub of: ListOf,
    /// Language of the list; its pages are of this language.
    pub language: LanguageId,
    /// Title without the site's name.
    pub title: String,
    /// Path on the site, ends in `/`.
    pub url: String,
    /// Output folder from the public folder, empty or ending in `/`: `en/tags/rust/`.
    pub folder: String,
    /// Pages, in the order shown; expired and hidden ones are not among them.
    pub pages: Vec<PageId>,
    /// Pages in one list page; 0 puts all on one.
    pub page_size: usize,
    /// Whether it has feeds, as long as it has pages.
    pub feed: bool,
    /// For hierarchical terms: the list above and the lists below.
    pub parent: Option<u32>,
    /// See `parent`.
    pub children: Vec<u32>,
    /// The same list in other languages (index into [`Site::lists`]).
    pub translations: Vec<u32>,
}

/// What a list is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListOf {
    /// The newest pages of the language.
    Home,
    /// A section (index in [`Site::sections`]), with the pages of sections below.
    Section(u32),
    /// All pages of a kind, where no section stands at that path.
    Kind(content::Kind),
    /// A term: taxonomy (index in [`Config::taxonomies`]) and name.
    Term {
        /// Taxonomy.
        taxonomy: usize,
        /// Whole name; a path for hierarchical ones.
        name: String,
    },
    /// An author by name.
    Author(String),
    /// Everything by year.
    Archive,
}

/// All terms of a taxonomy in one language.
#[derive(Debug, Serialize, Deserialize)]
pub struct TaxonomyIndex {
    /// Index in [`Config::taxonomies`].
    pub taxonomy: usize,
    /// Language.
    pub language: LanguageId,
    /// Path on the site: `/tags/`.
    pub url: String,
    /// Output file.
    pub output: String,
    /// Its terms (index into [`Site::lists`]), by name.
    pub terms: Vec<u32>,
    /// The same overview in other languages (index into [`Site::taxonomies`]).
    pub translations: Vec<u32>,
}

/// A series of one language.
#[derive(Debug, Serialize, Deserialize)]
pub struct Series {
    /// Name.
    pub name: String,
    /// Language.
    pub language: LanguageId,
    /// Pages in reading order.
    pub pages: Vec<PageId>,
}

/// An old path that leads to a page.
#[derive(Debug, Serialize, Deserialize)]
pub struct Redirect {
    /// Old path with the base path, percent-encoded.
    pub from: String,
    /// Output file of the redirect page.
    pub output: String,
    /// Where it leads, with the base path.
    pub to: String,
}

/// A file to copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// File from the site's root: `content/jobs/welder/photo.jpg`.
    pub file: Arc<str>,
    /// Output file from the public folder.
    pub output: String,
}

/// The next change without an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextChange {
    /// When.
    pub at: jiff::Timestamp,
    /// Source file of the page.
    pub file: Arc<str>,
    /// What will happen.
    pub what: Happening,
}

/// What happens to a page without an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Happening {
    /// It comes out.
    Appears,
    /// What it tells of begins.
    Begins,
    /// It, or what it tells of, is over.
    Expires,
}

impl Happening {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Appears => "appears",
            Self::Begins => "begins",
            Self::Expires => "expires",
        }
    }
}

/// What became of the content files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Files under `content/` and `data/`.
    pub files: usize,
    /// Page files that were left out for a mistake.
    pub skipped: usize,
    /// Drafts left out.
    pub drafts: usize,
    /// Future pages left out.
    pub future: usize,
}

/// Which pages take part.
#[derive(Debug, Clone, Copy)]
pub struct Selection {
    /// The build's moment.
    pub now: jiff::Timestamp,
    /// Drafts too.
    pub drafts: bool,
    /// Future pages too.
    pub future: bool,
}

/// Everything that the earlier stages found.
#[derive(Debug, Clone)]
pub struct Input {
    /// Parsed pages, `_index.md` among them.
    pub pages: Vec<Arc<content::Page>>,
    /// Files to copy.
    pub assets: Vec<content::discover::FoundAsset>,
    /// Files below the theme's and the site's `static/`, for links and pictures; they are
    /// written by the renderer, so they are no assets. `path` is the output: `favicon.svg`.
    pub statics: Vec<content::discover::FoundAsset>,
    /// Data for templates.
    pub data: Vec<(String, serde_json::Value)>,
    /// Personal data in files that are shown though they are no pages.
    pub shown: Vec<content::personal::Shown>,
    /// Files seen and pages left out for a mistake.
    pub tally: Tally,
}
