//! Links of bodies: takes the holes of a body, gives what each leads to, and says which
//! lead nowhere.

use super::lookup::{Destination, Lookup, joined, without_extension};
use super::picture::picture;
use super::place::folder_of;
use super::url::{composed, decode, has_scheme, own_path};
use super::{LanguageId, PageId, Picture, Target, anchor, asset, suggest, tracking, wikilink};
use crate::config::Config;
use crate::content::body::LINK_ATTRIBUTES;
use crate::content::{HoleKind, Page};
use crate::data::{Node, Value};
use crate::diag::{Code, Diagnostic, Place, Position};
use std::borrow::Cow;
use std::sync::Arc;

/// The text whose links are resolved.
#[derive(Debug)]
pub(super) struct Origin<'a> {
    /// Its file.
    pub(super) source: &'a Page,
    /// Its language.
    pub(super) language: LanguageId,
    /// Its page, unless it is a section's text.
    pub(super) page: Option<PageId>,
    /// Its URL.
    pub(super) url: &'a str,
    /// Its output.
    pub(super) output: &'a str,
}

impl Origin<'_> {
    /// Folder of its file below the content folder.
    pub(super) fn folder(&self) -> Cow<'_, str> {
        composed(folder_of(&self.source.file.path))
    }

    pub(super) fn place(&self, position: Position) -> Place {
        Place::at(Arc::clone(&self.source.file.file), position)
    }
}

/// One target for each hole of a body.
pub(super) fn targets(
    origin: &Origin<'_>,
    lookup: &Lookup<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Target> {
    origin
        .source
        .body
        .holes
        .iter()
        .map(|hole| match &hole.kind {
            HoleKind::Href(link) => href(link, hole.position, origin, lookup, diagnostics),
            HoleKind::Source(source) => {
                file(picture(source, hole.position, origin, lookup, diagnostics))
            }
            HoleKind::Image { source, .. } => {
                Target::Picture(picture(source, hole.position, origin, lookup, diagnostics))
            }
            HoleKind::Wikilink { target, embed, .. } => {
                wikilink::resolve(target, *embed, hole.position, origin, lookup, diagnostics)
            }
            HoleKind::Attribute { name, value } if LINK_ATTRIBUTES.contains(&name.as_str()) => {
                href(value, hole.position, origin, lookup, diagnostics)
            }
            HoleKind::Attribute { value, .. } => {
                file(picture(value, hole.position, origin, lookup, diagnostics))
            }
            HoleKind::Open(_) | HoleKind::Close => Target::None,
        })
        .collect()
}

/// What a `src` leads to: a picture when the file's size is known.
fn file(picture: Picture) -> Target {
    if picture.width.is_some() {
        Target::Picture(picture)
    } else {
        Target::Url(picture.url)
    }
}

/// A link taken apart.
pub(super) struct Parts<'a> {
    /// The path, percent-encoded or not.
    pub(super) path: &'a str,
    query: &'a str,
    fragment: Option<&'a str>,
}

impl Parts<'_> {
    /// Query and fragment, for the end of a URL.
    pub(super) fn suffix(&self) -> String {
        match self.fragment {
            Some(fragment) => format!("{}#{}", self.query, anchor::encoded(fragment)),
            None => self.query.to_owned(),
        }
    }
}

/// Ways to read `?` and `#`: as marks, or as part of a file's name.
fn readings(link: &str) -> Vec<Parts<'_>> {
    let (before, fragment) = match link.split_once('#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (link, None),
    };
    let cut = before.find('?').unwrap_or(before.len());
    let mut readings = vec![Parts {
        path: &before[..cut],
        query: &before[cut..],
        fragment,
    }];
    if fragment.is_some() || cut < before.len() {
        let (path, fragment) = match link.rsplit_once('#') {
            Some((path, fragment)) => (path, Some(fragment)),
            None => (link, None),
        };
        for (path, fragment) in [(path, fragment), (link, None)] {
            readings.push(Parts {
                path,
                query: "",
                fragment,
            });
        }
    }
    readings
}

/// Reports tracked links within the site in the menu and the theme's options, which stand on
/// every page.
pub(super) fn settings(config: &Config, diagnostics: &mut Vec<Diagnostic>) {
    let is_tracked = |url: &str| tracking::is_tracked_within(url, &config.url);
    let items = config.menu.iter().filter(|item| is_tracked(&item.url));
    diagnostics.extend(items.map(|item| tracking::within(item.place.clone())));
    let mut nodes: Vec<&Node> = config.theme_options.iter().collect();
    while let Some(node) = nodes.pop() {
        match &node.value {
            Value::Scalar { text, .. } if is_address(text) && is_tracked(text) => {
                let place = Place::at("site.yaml", node.position);
                diagnostics.push(tracking::within(place));
            }
            Value::List(list) => nodes.extend(list),
            Value::Map(entries) => nodes.extend(entries.iter().map(|entry| &entry.value)),
            Value::Scalar { .. } | Value::Null => {}
        }
    }
}

/// Whether a theme's option is an address and no other text: a path, or a whole address. A host
/// without a scheme may be completed by the theme.
fn is_address(option: &str) -> bool {
    let path = option.split(['?', '#']).next().unwrap_or_default();
    let is_path = path.split_once('/').is_some_and(|(first, _)| {
        first.is_empty() || matches!(first, "." | "..") || !first.contains('.')
    });
    !option.contains(char::is_whitespace) && (is_path || has_scheme(option))
}

fn href(
    written: &str,
    position: Position,
    origin: &Origin<'_>,
    lookup: &Lookup<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Target {
    let link = written.trim();
    if let Some((name, rest)) = link
        .strip_prefix("[[")
        .and_then(|rest| rest.split_once("]]"))
        .filter(|(_, rest)| rest.is_empty() || rest.starts_with('#'))
    {
        let name = format!("{name}{rest}");
        return wikilink::reference(&name, position, origin, lookup, diagnostics);
    }
    if link.is_empty() {
        diagnostics.push(
            Diagnostic::new(Code::BrokenLink, "the link has no address")
                .at(origin.place(position))
                .hint("write where it leads, or remove it"),
        );
        return Target::Url(String::new());
    }
    let Some(local) = local(link, lookup) else {
        return Target::Url(link.to_owned());
    };
    if tracking::is_tracked(&local) {
        diagnostics.push(tracking::within(origin.place(position)));
    }
    if let Some((parts, destination)) = meant(&local, origin, lookup) {
        let suffix = suffix(&parts, &destination, origin, lookup).unwrap_or_else(|mut error| {
            if !parts.path.is_empty() {
                error.message = format!("{} in `{link}`", error.message);
            }
            diagnostics.push(error.at(origin.place(position)));
            parts.suffix()
        });
        return match destination {
            Destination::Page(id) => Target::Page(id, suffix),
            other => Target::Url(format!("{}{suffix}", lookup.url(&other))),
        };
    }
    let path = readings(&local).swap_remove(0).path;
    diagnostics.push(broken(link, path, position, origin, lookup));
    Target::Url(link.to_owned())
}

/// The part of a link that is a matter of this site: a path with query and fragment. None
/// for addresses elsewhere.
pub(super) fn local<'a>(link: &'a str, lookup: &Lookup<'_>) -> Option<Cow<'a, str>> {
    if let Some(path) = own_path(link, &lookup.config.url) {
        let rooted = path.starts_with('/');
        let rest = if rooted {
            Cow::Borrowed(path)
        } else {
            Cow::Owned(format!("/{path}"))
        };
        return Some(rest);
    }
    if link.starts_with("//") || has_scheme(link) {
        return None;
    }
    // Windows authors write `..\images\a.png`.
    let cut = link.find(['?', '#']).unwrap_or(link.len());
    if link[..cut].contains('\\') {
        return Some(Cow::Owned(link.replace('\\', "/")));
    }
    Some(Cow::Borrowed(link))
}

/// How a link is to be read, and what it leads to.
pub(super) fn meant<'a>(
    link: &'a str,
    origin: &Origin<'_>,
    lookup: &Lookup<'_>,
) -> Option<(Parts<'a>, Destination)> {
    let readings = readings(link);
    // A file that is really called `what?.md` comes before any other meaning of the signs.
    let first = readings[0].path;
    let literal = readings.iter().position(|parts| {
        parts.path != first
            && joined(&origin.folder(), parts.path)
                .is_some_and(|path| lookup.sources.contains_key(&path))
    });
    let found = |index: usize| {
        let destination = destination(readings[index].path, origin, lookup)?;
        Some((index, destination))
    };
    let (index, destination) = literal
        .and_then(found)
        .or_else(|| (0..readings.len()).find_map(found))?;
    let parts = readings.into_iter().nth(index)?;
    Some((parts, destination))
}

/// What a path leads to, seen from a text.
fn destination(path: &str, origin: &Origin<'_>, lookup: &Lookup<'_>) -> Option<Destination> {
    if path.is_empty() {
        return Some(match origin.page {
            Some(id) => Destination::Page(id),
            None => Destination::Other(origin.url.to_owned()),
        });
    }
    let decoded = decode(path).map(|path| composed(&path).into_owned());
    let found = decoded
        .as_deref()
        .and_then(|path| find(path, origin, lookup));
    // A file may be called `100%25.png`, or really `100%25`.
    found.or_else(|| {
        let raw = composed(path);
        (decoded.as_deref() != Some(&*raw))
            .then(|| find(&raw, origin, lookup))
            .flatten()
    })
}

fn find(path: &str, origin: &Origin<'_>, lookup: &Lookup<'_>) -> Option<Destination> {
    let language = origin.language;
    if let Some(path) = path.strip_prefix("@/") {
        return lookup
            .source(path, language)
            .or_else(|| lookup.folder(path, language));
    }
    if let Some(path) = path.strip_prefix('/') {
        let base = lookup.config.base_path.trim_start_matches('/');
        let below_base = path
            .strip_prefix(base)
            .filter(|rest| !base.is_empty() && (rest.is_empty() || rest.starts_with('/')));
        return below_base
            .and_then(|path| lookup.address(path))
            .or_else(|| lookup.address(path))
            .or_else(|| lookup.source(path, language))
            .or_else(|| lookup.folder(path, language))
            .or_else(|| by_old_address(path, language, lookup));
    }
    let folder = origin.folder();
    if let Some(found) = joined(&folder, path).and_then(|path| {
        lookup
            .source(&path, language)
            .or_else(|| lookup.folder(&path, language))
    }) {
        return Some(found);
    }
    // Hexo keeps a post's files in a folder of the post's name.
    let own_path = composed(&origin.source.file.path);
    let own_folder = asset::asset_folder(&own_path, origin.source.file_lang.as_deref());
    let beside = joined(&own_folder, path).and_then(|path| lookup.sources.get(&path).cloned());
    beside
        .or_else(|| {
            let from = asset::output_folder(origin.output);
            lookup.address(&joined(&from, path)?)
        })
        .or_else(|| lookup.address(from_root(path)))
        .or_else(|| by_name(path, &folder, language, lookup))
        .or_else(|| by_old_address(path, language, lookup))
}

/// A path as it may be meant from the site's root: `../../static/a.png` is `a.png`.
fn from_root(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("../").or_else(|| path.strip_prefix("./")) {
        path = rest;
    }
    path.strip_prefix("static/").unwrap_or(path)
}

/// Hexo's `post_link` names a post by the end of its path, without extension.
fn by_name(
    path: &str,
    folder: &str,
    language: LanguageId,
    lookup: &Lookup<'_>,
) -> Option<Destination> {
    let name = path.rsplit('/').next().filter(|name| !name.contains('.'))?;
    let ids: Vec<PageId> = lookup
        .named(name)
        .iter()
        .copied()
        .filter(|id| {
            let page = &lookup.pages[*id as usize];
            let own = without_extension(&page.source.file.path);
            *page.source.stem == *name || page.slug == name || own.ends_with(name)
        })
        .filter(|id| {
            let page = &lookup.pages[*id as usize];
            folder_of(path).is_empty() || page.source.section.ends_with(folder_of(path))
        })
        .collect();
    lookup
        .nearest(&ids, folder, language)
        .map(Destination::Page)
}

/// `/2022/02/22/name.html` as Jekyll, Hexo and Zola wrote addresses: the only page of that
/// name, and of that day where the path tells one.
fn by_old_address(path: &str, language: LanguageId, lookup: &Lookup<'_>) -> Option<Destination> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let name = file
        .strip_suffix(".html")
        .or_else(|| file.strip_suffix(".htm"))?;
    let numbers: Vec<i16> = folder
        .split('/')
        .skip_while(|part| part.len() != 4 || part.parse::<i16>().is_err())
        .map_while(|part| part.parse().ok())
        .take(3)
        .collect();
    let mut ids = lookup.named(name).iter().copied().filter(|id| {
        let page = &lookup.pages[*id as usize];
        let called = page.slug == name
            || *page.source.stem == *name
            || without_extension(file_name(&page.source.file.path)) == name;
        let day = page.date.map(|date| {
            let day = date.at.to_zoned(lookup.config.timezone.clone());
            [day.year(), day.month().into(), day.day().into()]
        });
        let dated = numbers.is_empty() || day.is_some_and(|day| day.starts_with(&numbers));
        page.language == language && called && dated
    });
    let only = ids.next()?;
    ids.next().is_none().then_some(Destination::Page(only))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Where a link leads that lacks its `https://`: `example.org/a`.
fn without_scheme(link: &str) -> Option<String> {
    const ENDINGS: &[&str] = &[
        "com", "org", "net", "io", "cn", "dev", "me", "be", "gov", "edu", "ru",
    ];
    let host = link.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, host) = match host.rsplit_once('@') {
        Some((name, host)) if host.len() + name.len() + 1 == link.len() => (Some(name), host),
        Some(_) => return None,
        None => (None, host),
    };
    let (_, ending) = host.rsplit_once('.')?;
    let valid = host.split('.').all(|part| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    });
    let scheme = if name.is_some() {
        "mailto:"
    } else {
        "https://"
    };
    (valid && ENDINGS.contains(&ending)).then(|| format!("write `{scheme}{link}`"))
}

/// The diagnostic for a link that leads nowhere.
fn broken(
    link: &str,
    path: &str,
    position: Position,
    origin: &Origin<'_>,
    lookup: &Lookup<'_>,
) -> Diagnostic {
    let path = decode(path).unwrap_or(Cow::Borrowed(path));
    let path = composed(&path);
    let absent = if path.starts_with('/') || path.starts_with("@/") {
        lookup.absence(path.trim_start_matches('@'))
    } else {
        let whole = joined(&origin.folder(), &path);
        whole.and_then(|path| lookup.absence(&path))
    };
    match absent {
        Some(absence) => Diagnostic::new(
            Code::BrokenLink,
            format!(
                "the link `{link}` leads to a page that is {}",
                absence.words()
            ),
        )
        .at(origin.place(position))
        .hint("publish that page first, or take the link out"),
        None => Diagnostic::new(
            Code::BrokenLink,
            format!("the link `{link}` leads to nothing on this site"),
        )
        .at(origin.place(position))
        .maybe_hint(without_scheme(link).or_else(|| suggest::path(&path, origin, lookup))),
    }
}

/// Query and fragment of a link, the fragment as the id that it means.
fn suffix(
    parts: &Parts<'_>,
    destination: &Destination,
    origin: &Origin<'_>,
    lookup: &Lookup<'_>,
) -> Result<String, Diagnostic> {
    let body = match destination {
        Destination::Page(id) => &lookup.pages[*id as usize].source.body,
        // A section's own text stands among the theme's; only its own links are sure.
        Destination::Other(url) if url == origin.url => &origin.source.body,
        _ => return Ok(parts.suffix()),
    };
    let Some(fragment) = parts.fragment else {
        return Ok(parts.query.to_owned());
    };
    let found = anchor::resolve(fragment, body).map_err(|error| *error)?;
    Ok(format!("{}#{found}", parts.query))
}
