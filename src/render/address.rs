//! Names of the outputs that stand beside pages and lists: takes a list or page of the site,
//! gives URL paths and output files. The one place that knows these names, so that the head
//! of a page links exactly what is written. Writes nothing.

use crate::config::Config;
use crate::site::{List, ListOf, Site, TaxonomyIndex};

/// A form of feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedForm {
    /// Atom 1.0.
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl FeedForm {
    /// File name below the list's folder.
    pub fn file(self) -> &'static str {
        match self {
            Self::Atom => "atom.xml",
            Self::Rss => "rss.xml",
            Self::Json => "feed.json",
        }
    }

    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml",
            Self::Rss => "application/rss+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// Name for link titles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Atom => "Atom",
            Self::Rss => "RSS",
            Self::Json => "JSON",
        }
    }
}

/// The forms that the site wants.
pub fn feed_forms(config: &Config) -> Vec<FeedForm> {
    let feeds = &config.feeds;
    [
        (feeds.atom, FeedForm::Atom),
        (feeds.rss, FeedForm::Rss),
        (feeds.json, FeedForm::Json),
    ]
    .into_iter()
    .filter_map(|(wanted, form)| wanted.then_some(form))
    .collect()
}

/// File of a list's calendar below the list's folder.
pub const CALENDAR: &str = "calendar.ics";

/// File of an event's own calendar below the page's folder.
pub const EVENT: &str = "event.ics";

/// Whether a list says so little that search engines should stay out: a term or author with
/// a single page, a section or kind with nothing to show. It stays out of the sitemap too.
pub fn is_thin(site: &Site, list: &List) -> bool {
    match list.of {
        ListOf::Term { .. } | ListOf::Author(_) => list.pages.len() < 2,
        ListOf::Section(index) => {
            let section = site.sections.get(index as usize);
            list.pages.is_empty() && section.is_none_or(|section| section.source.is_none())
        }
        ListOf::Kind(_) => list.pages.is_empty(),
        ListOf::Home | ListOf::Archive => false,
    }
}

/// Whether a taxonomy has a term with pages to show; else nothing links to its overview.
pub fn has_pages(site: &Site, taxonomy: &TaxonomyIndex) -> bool {
    taxonomy
        .terms
        .iter()
        .filter_map(|term| site.lists.get(*term as usize))
        .any(|term| !term.pages.is_empty())
}

/// URL path of a file beside a page or list whose URL ends in `/`; a page with a file name
/// (`/a/b.html`) has its files in a folder of that name without the extension.
pub fn beside(url: &str, file: &str) -> String {
    format!("{}{file}", folder(url))
}

/// The folder of an output or URL, empty or ending in `/`: `jobs/welder/index.html` and
/// `jobs/welder/` give `jobs/welder/`, `jobs/welder.html` gives `jobs/welder/`.
pub fn folder(path: &str) -> String {
    let path = path.strip_suffix("index.html").unwrap_or(path);
    if path.is_empty() || path.ends_with('/') {
        return path.to_owned();
    }
    let stem = path.strip_suffix(".html").unwrap_or(path);
    format!("{stem}/")
}

/// The whole URL of a path that begins with the base path; whole URLs stay as they are.
pub fn absolute(config: &Config, path: &str) -> String {
    if let [b'/', rest @ ..] = path.as_bytes()
        && rest.first() != Some(&b'/')
    {
        return [origin(config), path].concat();
    }
    path.to_owned()
}

/// Scheme and host of the site.
pub fn origin(config: &Config) -> &str {
    config
        .url
        .strip_suffix(config.base_path.as_str())
        .unwrap_or(&config.url)
}

#[cfg(test)]
mod tests {
    use super::{beside, folder};

    #[test]
    fn files_stand_in_the_folder_of_their_page() {
        assert_eq!(
            beside("/blog/events/meetup/", "event.ics"),
            "/blog/events/meetup/event.ics"
        );
        assert_eq!(
            beside("/2024/meetup.html", "event.ics"),
            "/2024/meetup/event.ics"
        );
        assert_eq!(folder("index.html"), "");
        assert_eq!(folder("events/meetup/index.html"), "events/meetup/");
    }
}
