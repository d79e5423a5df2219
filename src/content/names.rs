//! What a file's path says of its page: section, name, date, language.
//!
//! Takes a path below the content folder, gives [`Names`]. Reads no file.

use super::date::{self, Moment};
use crate::config::Config;

/// What a path says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Names {
    pub(super) section: String,
    pub(super) stem: String,
    pub(super) bundle: bool,
    pub(super) is_section: bool,
    /// Below `_drafts/`, as Hexo and Jekyll keep them.
    pub(super) draft: bool,
    /// Below `_posts/` or `_drafts/`: a text, never a page like `about`.
    pub(super) post: bool,
    pub(super) lang: Option<String>,
    pub(super) date: Option<Moment>,
}

/// Reads a path such as `articles/2026-05-20-welder.ru.md`.
pub(super) fn read(path: &str, config: &Config) -> Names {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let mut folders: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let mut name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let mut lang = None;
    if let Some((rest, suffix)) = name.rsplit_once('.')
        && let Some(index) = config.language_of_file(suffix)
    {
        name = rest;
        lang = Some(config.languages[index].tag.clone());
    }
    if let Some(first) = folders.first()
        && let Some(index) = config.language(first)
    {
        folders.remove(0);
        lang = lang.or_else(|| Some(config.languages[index].tag.clone()));
    }
    let draft = folders.contains(&"_drafts");
    let post = draft || folders.contains(&"_posts");
    folders.retain(|part| !matches!(*part, "_posts" | "_drafts"));
    let is_section = name == "_index" || (name == "index" && folders.is_empty());
    let bundle = name == "index" && !is_section;
    if bundle && let Some(folder) = folders.pop() {
        name = folder;
    }
    let (date, stem) = if is_section {
        (None, "_index")
    } else {
        dated(name, config)
    };
    Names {
        section: folders.join("/"),
        stem: stem.to_owned(),
        bundle,
        is_section,
        draft,
        post,
        lang,
        date,
    }
}

/// The day that a permalink such as `/2026/05/20/welder/` names, for posts that tell it nowhere
/// else.
pub(super) fn dated_path(path: &str, config: &Config) -> Option<Moment> {
    let mut parts = path.trim_start_matches('/').split('/');
    let mut digits = |length: usize| {
        let part = parts.next()?;
        let number = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        number.then_some(part)
    };
    let (year, month, day) = (digits(4)?, digits(2)?, digits(2)?);
    parts.next().filter(|name| !name.is_empty())?;
    date::parse(&format!("{year}-{month}-{day}"), &config.timezone).ok()
}

/// Takes `2026-05-20-` or `2026-05-20-08-30-00-` off a name. A name that is only a date keeps it.
fn dated<'a>(name: &'a str, config: &Config) -> (Option<Moment>, &'a str) {
    let parts: Vec<&str> = name.splitn(4, '-').collect();
    let [year, month, day, rest] = parts.as_slice() else {
        let moment = (parts.len() == 3)
            .then(|| date::parse(name, &config.timezone).ok())
            .flatten();
        return (moment, name);
    };
    let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
        length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(year, 4..=4) || !digits(month, 1..=2) || !digits(day, 1..=2) {
        return (None, name);
    }
    let mut text = format!("{year}-{month}-{day}");
    let mut stem = *rest;
    let clock: Vec<&str> = rest.splitn(4, '-').collect();
    if let [hour, minute, second, after] = clock.as_slice()
        && [hour, minute, second]
            .iter()
            .all(|part| digits(part, 2..=2))
    {
        text = format!("{text} {hour}:{minute}:{second}");
        stem = after;
    }
    match date::parse(&text, &config.timezone) {
        Ok(moment) if !stem.is_empty() => (Some(moment), stem),
        _ => (None, name),
    }
}
