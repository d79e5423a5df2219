//! The record `here`: takes what an output is, gives its address and everything for its head.

use super::value::{link, maybe, maybe_date, picture, record};
use super::{Contexts, card, part_url, parts, titles, way};
use crate::content::Kind;
use crate::render::address;
use crate::render::context::site::{feeds, home};
use crate::render::filters::static_url;
use crate::render::theme::Theme;
use crate::site::community::Door;
use crate::site::{List, ListOf, Page, PageId, Redirect, Site};
use std::sync::Arc;
use tera::Value;

/// What an output is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HereKind<'a> {
    /// A page.
    Page(PageId),
    /// A part of a list, from 1.
    List(&'a List, usize),
    /// The overview of a taxonomy (index in `Site::taxonomies`).
    Taxonomy(usize),
    /// The page for addresses that do not exist.
    NotFound,
    /// An old address.
    Redirect(&'a Redirect),
    /// The join page of a language (index in `Config::languages`).
    Join(usize),
    /// A door of a channel (index in the community's channels).
    Door(usize, &'a Door),
}

/// An output and where it stands.
#[derive(Debug)]
pub(crate) struct Here<'a> {
    /// What it is.
    pub(crate) kind: HereKind<'a>,
    /// Language.
    pub(crate) language: usize,
    /// Path with the base path.
    pub(crate) url: String,
    /// The way to it from the home page: title and URL of each step, both ends included.
    pub(crate) trail: Vec<(String, String)>,
    /// The invitation into the community.
    pub(crate) call: Value,
    /// Structured data for the head.
    pub(crate) json_ld: String,
}

impl<'a> Here<'a> {
    /// An output at a path, its structured data still to come.
    pub(crate) fn new(
        contexts: &Contexts<'_>,
        kind: HereKind<'a>,
        language: usize,
        url: &str,
    ) -> Self {
        Self {
            kind,
            language,
            url: url.to_owned(),
            trail: steps(contexts, &kind, language),
            call: way::call(contexts, &kind, language, url),
            json_ld: String::new(),
        }
    }
}

/// Head data that depends on what the output is.
pub(super) struct Head {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) name: &'static str,
    pub(super) og_type: &'static str,
    pub(super) image: Value,
    pub(super) index: bool,
    /// Versions: language and URL, this one among them.
    pub(super) versions: Vec<(usize, String)>,
    pub(super) feeds: Vec<Value>,
    pub(super) neighbours: (Option<String>, Option<String>),
    pub(super) dates: (Value, Value),
}

/// The record.
pub(super) fn value(contexts: &Contexts<'_>, here: &Here<'_>) -> Value {
    let site = contexts.site;
    let config = &*site.config;
    let head = match here.kind {
        HereKind::Page(id) => of_page(contexts, &site.pages[id as usize], here),
        HereKind::List(list, part) => of_list(contexts, list, part, here),
        HereKind::Taxonomy(index) => of_taxonomy(contexts, index, here),
        HereKind::NotFound => of_missing(contexts, here),
        HereKind::Redirect(redirect) => of_redirect(contexts, redirect, here),
        HereKind::Join(_) => way::join(contexts, here),
        HereKind::Door(channel, door) => way::door(contexts, channel, door, here),
    };
    let image = if head.image.is_none() {
        share_picture(contexts, &head.title, here.language)
    } else {
        head.image
    };
    let alternates = alternates(site, here.language, head.versions);
    let (previous, next) = head.neighbours;
    record([
        ("url", Value::from(here.url.as_str())),
        (
            "absolute",
            Value::from(address::absolute(config, &here.url)),
        ),
        ("title", Value::from(head.title)),
        ("description", Value::from(head.description)),
        ("type", Value::from(head.name)),
        ("og_type", Value::from(head.og_type)),
        ("image", image),
        ("index", Value::from(head.index)),
        ("breadcrumbs", trail(here)),
        ("alternates", alternates),
        ("feeds", Value::from(head.feeds)),
        ("json_ld", Value::safe_string(&here.json_ld)),
        ("previous", maybe(previous.as_deref())),
        ("next", maybe(next.as_deref())),
        ("published", head.dates.0),
        ("modified", head.dates.1),
        ("call", here.call.clone()),
    ])
}

fn of_page(contexts: &Contexts<'_>, page: &Page, here: &Here<'_>) -> Head {
    let site = contexts.site;
    let config = &*site.config;
    let meta = &page.source.meta;
    let zone = &config.timezone;
    let title = page.source.title.clone();
    let summary = card::summary(page);
    let description = if summary.trim().is_empty() {
        with_site(site, here.language, &title)
    } else {
        one_line(summary)
    };
    let og_type = match page.kind {
        Kind::Article | Kind::Policy | Kind::Event | Kind::Digest => "article",
        Kind::Company => "profile",
        Kind::Job | Kind::Page => "website",
    };
    let image = page.cover.as_ref().map_or_else(Value::none, |cover| {
        picture(
            &address::absolute(config, &cover.url),
            meta.cover_alt.as_deref().unwrap_or(&title),
            cover.width,
            cover.height,
        )
    });
    let mut versions: Vec<(usize, String)> = page
        .translations
        .iter()
        .filter_map(|id| site.pages.get(*id as usize))
        .map(|other| (usize::from(other.language), other.url.clone()))
        .collect();
    if !versions.is_empty() {
        versions.push((here.language, page.url.clone()));
    }
    Head {
        title,
        description,
        name: "page",
        og_type,
        image,
        index: !(meta.draft || meta.hidden || page.expired),
        versions,
        feeds: contexts.languages[here.language].feeds.clone(),
        neighbours: (None, None),
        dates: (
            maybe_date(page.date.as_ref(), zone),
            maybe_date(page.updated.as_ref(), zone),
        ),
    }
}

fn of_list(contexts: &Contexts<'_>, list: &List, part: usize, here: &Here<'_>) -> Head {
    let (site, theme) = (contexts.site, contexts.theme);
    let mut title = titles::list_head(site, theme, list);
    let own = contexts
        .section_of(list)
        .and_then(|section| section.source.as_ref())
        .and_then(|source| {
            let written = source.meta.summary.as_deref();
            let text = written.or(source.body.excerpt.as_deref())?;
            Some(one_line(text))
        });
    let mut description = match (&list.of, own) {
        (_, Some(own)) if !own.is_empty() => own,
        (ListOf::Home, _) => {
            let tag = &site.config.languages[here.language].tag;
            site.config.description.get(tag).to_owned()
        }
        _ => with_site(site, here.language, &title),
    };
    if part > 1 {
        title = titles::part(theme, here.language, &title, part);
        description = titles::part(theme, here.language, &description, part);
    }
    let mut versions: Vec<(usize, String)> = Vec::new();
    if part == 1 {
        versions = list
            .translations
            .iter()
            .filter_map(|id| site.lists.get(*id as usize))
            .map(|other| (usize::from(other.language), other.url.clone()))
            .collect();
        if !versions.is_empty() {
            versions.push((here.language, list.url.clone()));
        }
    }
    let own_feeds = feeds(site, theme, list);
    Head {
        title,
        description,
        name: if list.of == ListOf::Home {
            "home"
        } else {
            "list"
        },
        og_type: "website",
        image: Value::none(),
        // Further parts hold nothing that the pages themselves and the sitemap do not.
        index: part == 1 && !address::is_thin(site, list),
        versions,
        feeds: if own_feeds.is_empty() {
            contexts.languages[here.language].feeds.clone()
        } else {
            own_feeds
        },
        neighbours: (
            (part > 1).then(|| part_url(list, part - 1)),
            (part < parts(list)).then(|| part_url(list, part + 1)),
        ),
        dates: (Value::none(), Value::none()),
    }
}

fn of_taxonomy(contexts: &Contexts<'_>, index: usize, here: &Here<'_>) -> Head {
    let site = contexts.site;
    let overview = &site.taxonomies[index];
    let title = titles::taxonomy(site, contexts.theme, overview);
    let mut versions: Vec<(usize, String)> = overview
        .translations
        .iter()
        .filter_map(|id| site.taxonomies.get(*id as usize))
        .map(|other| (usize::from(other.language), other.url.clone()))
        .collect();
    if !versions.is_empty() {
        versions.push((here.language, overview.url.clone()));
    }
    Head {
        description: with_site(site, here.language, &title),
        versions,
        index: address::has_pages(site, overview),
        name: "taxonomy",
        ..plain(contexts, here, title)
    }
}

fn of_missing(contexts: &Contexts<'_>, here: &Here<'_>) -> Head {
    let title = contexts
        .theme
        .word(here.language, "not_found")
        .unwrap_or("404")
        .to_owned();
    Head {
        name: "404",
        index: false,
        ..plain(contexts, here, title)
    }
}

fn of_redirect(contexts: &Contexts<'_>, redirect: &Redirect, here: &Here<'_>) -> Head {
    Head {
        name: "redirect",
        index: false,
        ..plain(contexts, here, redirect.to.clone())
    }
}

pub(super) fn plain(contexts: &Contexts<'_>, here: &Here<'_>, title: String) -> Head {
    Head {
        title,
        description: String::new(),
        name: "",
        og_type: "website",
        image: Value::none(),
        index: true,
        versions: Vec::new(),
        feeds: contexts.languages[here.language].feeds.clone(),
        neighbours: (None, None),
        dates: (Value::none(), Value::none()),
    }
}

/// A description for what has none of its own: no two outputs of a language share a title, so
/// none share it either.
pub(super) fn with_site(site: &Site, language: usize, title: &str) -> String {
    let tag = &site.config.languages[language].tag;
    let description = site.config.description.get(tag);
    let tail = if description.is_empty() {
        site.config.title.get(tag)
    } else {
        description
    };
    format!("{title} · {tail}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A section and those above it, from the top; the root is the home page.
fn section_trail(contexts: &Contexts<'_>, section: Option<u32>) -> Vec<(String, String)> {
    let sections = &contexts.site.sections;
    let mut trail = Vec::new();
    let mut next = section;
    // Sections form a tree; the bound only guards against a mistake in it.
    while let Some(section) = next.and_then(|index| sections.get(index as usize)) {
        if section.path.is_empty() || trail.len() > sections.len() {
            break;
        }
        trail.push((
            titles::section(contexts.theme, section),
            section.url.clone(),
        ));
        next = section.parent;
    }
    trail.reverse();
    trail
}

/// A list and those above it; a term has its taxonomy's overview above all.
fn list_trail(contexts: &Contexts<'_>, list: &List) -> Vec<(String, String)> {
    let (site, theme) = (contexts.site, contexts.theme);
    let mut trail = vec![(titles::list(site, theme, list), list.url.clone())];
    let mut next = list.parent;
    while let Some(above) = next.and_then(|index| site.lists.get(index as usize)) {
        if trail.len() > site.lists.len() {
            break;
        }
        trail.push((titles::list(site, theme, above), above.url.clone()));
        next = above.parent;
    }
    if let ListOf::Term { taxonomy, .. } = &list.of {
        let overview = site
            .taxonomies
            .iter()
            .find(|index| index.taxonomy == *taxonomy && index.language == list.language);
        trail.extend(
            overview.map(|index| (titles::taxonomy(site, theme, index), index.url.clone())),
        );
    }
    trail.reverse();
    trail
}

fn steps(contexts: &Contexts<'_>, kind: &HereKind<'_>, language: usize) -> Vec<(String, String)> {
    let (site, theme) = (contexts.site, contexts.theme);
    let config = &*site.config;
    let tag = &config.languages[language].tag;
    let title = theme
        .word(language, "home")
        .unwrap_or_else(|| config.title.get(tag));
    let mut steps = vec![(title.to_owned(), home(config, language))];
    match *kind {
        HereKind::Page(id) => {
            let page = &site.pages[id as usize];
            steps.extend(section_trail(contexts, page.section));
            steps.push((page.source.title.clone(), page.url.clone()));
        }
        HereKind::List(list, _) => match &list.of {
            ListOf::Home => {}
            ListOf::Section(index) => steps.extend(section_trail(contexts, Some(*index))),
            _ => steps.extend(list_trail(contexts, list)),
        },
        HereKind::Taxonomy(index) => {
            let overview = &site.taxonomies[index];
            steps.push((
                titles::taxonomy(site, theme, overview),
                overview.url.clone(),
            ));
        }
        HereKind::Join(language) => {
            let joins = site.community.iter().flat_map(|community| &community.joins);
            let title = titles::join(theme, language);
            let own = joins.skip(language).take(1);
            steps.extend(own.map(|join| (title.to_owned(), join.url.clone())));
        }
        HereKind::NotFound | HereKind::Redirect(_) | HereKind::Door(..) => {}
    }
    steps
}

fn trail(here: &Here<'_>) -> Value {
    let last = here.trail.len();
    Value::from(
        here.trail
            .iter()
            .enumerate()
            .map(|(number, (title, url))| {
                // A later part of the home page's list is not the home page.
                let current = number + 1 == last && (number > 0 || *url == here.url);
                link(title, url, current)
            })
            .collect::<Vec<_>>(),
    )
}

/// A version in another language.
pub(super) fn alternate(
    site: &Site,
    hreflang: &str,
    language: usize,
    url: &str,
    current: bool,
) -> Value {
    let known = &site.config.languages[language];
    record([
        ("hreflang", Value::from(hreflang)),
        ("lang", Value::from(known.tag.as_str())),
        ("name", Value::from(known.name.as_str())),
        ("url", Value::from(url)),
        (
            "absolute",
            Value::from(address::absolute(&site.config, url)),
        ),
        ("current", Value::from(current)),
    ])
}

/// All versions in the order of the languages; `x-default` is the first of them.
fn alternates(site: &Site, current: usize, mut versions: Vec<(usize, String)>) -> Value {
    versions.sort();
    versions.dedup_by_key(|version| version.0);
    if versions.len() < 2 {
        return Value::from(Vec::<Value>::new());
    }
    let mut alternates: Vec<Value> = versions
        .iter()
        .map(|(language, url)| {
            let tag = &site.config.languages[*language].tag;
            alternate(site, tag, *language, url, *language == current)
        })
        .collect();
    let (language, url) = &versions[0];
    alternates.push(alternate(
        site,
        "x-default",
        *language,
        url,
        *language == current,
    ));
    Value::from(alternates)
}

/// The picture of outputs without one: the site's, else the theme's.
fn share_picture(contexts: &Contexts<'_>, title: &str, language: usize) -> Value {
    let config = &*contexts.site.config;
    let alt = if title.is_empty() {
        config.title.get(&config.languages[language].tag)
    } else {
        title
    };
    if let Some((url, size)) = &contexts.picture {
        let url = address::absolute(config, url);
        return picture(&url, alt, size.map(|size| size.0), size.map(|size| size.1));
    }
    let Some((path, size)) = &contexts.theme.image else {
        return Value::none();
    };
    let url = address::absolute(config, &static_url(config, path));
    picture(&url, alt, size.map(|size| size.0), size.map(|size| size.1))
}

/// URL and size of `site.image`: a whole URL, a file of `static/`, or a file of `content/`.
pub(super) fn site_picture(site: &Site, theme: &Theme) -> Option<(String, Option<(u32, u32)>)> {
    let config = &*site.config;
    let image = config.image.as_deref()?;
    if image.contains("://") {
        return Some((image.to_owned(), None));
    }
    let path = image.trim_start_matches("./").trim_start_matches('/');
    let below_static = path.strip_prefix("static/").unwrap_or(path);
    if theme.statics.iter().any(|file| file.path == below_static) {
        return Some((static_url(config, below_static), None));
    }
    let below_content = path.strip_prefix("content/").unwrap_or(path);
    let file: Arc<str> = format!("content/{below_content}").into();
    site.assets
        .iter()
        .find(|asset| asset.file == file)
        .map(|asset| (static_url(config, &asset.output), None))
}
