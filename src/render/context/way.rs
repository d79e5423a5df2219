//! Heads of join pages and doors, and the invitation of every output: takes what an output is,
//! gives what its record `here` says of the way into the community.

use super::here::{Head, Here, HereKind, plain, with_site};
use super::{Contexts, titles};
use crate::content::{HoleKind, Kind};
use crate::site::LanguageId;
use crate::site::community::{Door, Wish};
use tera::Value;

/// Head of a join page that the site does not write itself.
pub(super) fn join(contexts: &Contexts<'_>, here: &Here<'_>) -> Head {
    let site = contexts.site;
    let title = titles::join(contexts.theme, here.language);
    let tag = &site.config.languages[here.language].tag;
    let settings = site.config.community.as_ref();
    let positioning = settings.map_or("", |own| own.positioning.get(tag));
    let joins = site.community.iter().flat_map(|community| &community.joins);
    Head {
        name: "join",
        description: if positioning.is_empty() {
            with_site(site, here.language, title)
        } else {
            format!("{title} · {positioning}")
        },
        versions: joins
            .enumerate()
            .filter(|(_, join)| join.made.is_some())
            .map(|(language, join)| (language, join.url.clone()))
            .collect(),
        ..plain(contexts, here, title.to_owned())
    }
}

/// Head of a door of a channel.
pub(super) fn door(contexts: &Contexts<'_>, channel: usize, door: &Door, here: &Here<'_>) -> Head {
    let config = &contexts.site.config;
    let tag = &config.languages[here.language].tag;
    let settings = config.community.as_ref();
    let channel = settings.and_then(|own| own.channels.get(channel));
    let title = channel.map_or("", |own| own.title(tag, door.source.as_deref()));
    // The doors of one channel are pages of their own.
    let title = match &door.source {
        Some(source) => format!("{title} · {source}"),
        None => title.to_owned(),
    };
    Head {
        name: "go",
        index: false,
        ..plain(contexts, here, title)
    }
}

/// The invitation of an output: what its page is for decides. None where the reader is on the
/// way in already, and where the text has one.
pub(super) fn call(
    contexts: &Contexts<'_>,
    kind: &HereKind<'_>,
    language: usize,
    url: &str,
) -> Value {
    let site = contexts.site;
    let general = || Wish {
        language: LanguageId::try_from(language).unwrap_or_default(),
        ..Wish::default()
    };
    let wish = match *kind {
        HereKind::Page(id) => {
            let page = &site.pages[id as usize];
            let holes = &page.source.body.holes;
            let invites = holes.iter().any(
                |hole| matches!(&hole.kind, HoleKind::Open(component) if component.name == "join"),
            );
            if invites {
                return Value::none();
            }
            Wish::of(page)
        }
        HereKind::List(list, _) => Wish {
            kind: contexts.kind_of(list).map_or("", Kind::as_str),
            ..general()
        },
        HereKind::Taxonomy(_) => general(),
        HereKind::NotFound | HereKind::Redirect(_) | HereKind::Join(_) | HereKind::Door(..) => {
            return Value::none();
        }
    };
    let lang = &site.config.languages[language].tag;
    match site.call(&wish) {
        Some(call) if call.join != url => super::call::value(&call, lang, &str::to_owned),
        _ => Value::none(),
    }
}
