//! The record `page`: takes a page and its filled body, gives everything its template sees.

use super::here::alternate;
use super::value::{maybe, of_fields, record, texts};
use super::{Contexts, card};
use crate::content::Heading;
use crate::render::address;
use crate::site::{Page, PageId, Site, Target, has_event_file};
use tera::value::Key;
use tera::{Map, Value};

/// The record; the fields of the card come first.
pub(super) fn value(contexts: &Contexts<'_>, id: PageId, content: &str) -> Value {
    let site = contexts.site;
    let page = &site.pages[id as usize];
    let source = &page.source;
    let meta = &source.meta;
    let cards = |ids: &[PageId]| contexts.cards_of(ids);
    let one = |id: Option<PageId>| id.map_or_else(Value::none, |id| contexts.card(id));
    let headings = flat(&source.body.headings);
    let toc = if meta.toc == Some(false) {
        Vec::new()
    } else {
        tree(&source.body.headings, &headings)
    };
    let own = [
        ("card", contexts.card(id)),
        ("content", Value::safe_string(content)),
        ("toc", Value::from(toc)),
        ("headings", Value::from(headings)),
        (
            "section",
            page.section
                .and_then(|section| contexts.section_link(section))
                .unwrap_or_else(Value::none),
        ),
        ("terms", terms(contexts, page)),
        ("author_links", author_links(contexts, page)),
        ("translations", translations(site, page)),
        ("newer", one(page.newer)),
        ("older", one(page.older)),
        ("related", cards(&page.related)),
        ("backlinks", cards(&page.backlinks)),
        ("series", series(contexts, page)),
        ("companies", cards(&page.companies)),
        ("policies", cards(&page.policies)),
        ("jobs", cards(&page.jobs)),
        ("articles", cards(&page.articles)),
        ("events", cards(&page.events)),
        ("collected", cards(&page.collected)),
        ("license", maybe(meta.license.as_deref())),
        ("source_url", maybe(meta.source_url.as_deref())),
        ("source_name", maybe(meta.source_name.as_deref())),
        ("cover_in_body", Value::from(cover_in_body(page))),
        ("has_code", Value::from(source.body.has_code)),
        ("has_math", Value::from(source.body.has_math)),
        (
            "ics",
            if has_event_file(page) {
                Value::from(address::beside(&page.url, address::EVENT))
            } else {
                Value::none()
            },
        ),
        (
            "audience",
            texts(meta.audience.iter().map(|reader| reader.value.as_str())),
        ),
        (
            "stage",
            maybe(meta.stage.as_ref().map(|stage| stage.value.as_str())),
        ),
    ];
    let card = contexts.card(id);
    let of_card = card.as_map().into_iter().flatten();
    let mut fields: Vec<(&'static str, Value)> = of_card
        .filter_map(|(name, value)| match name {
            Key::Str(name) => Some((*name, value.clone())),
            _ => None,
        })
        .collect();
    fields.extend(own);
    of_fields(&fields)
}

fn flat(headings: &[Heading]) -> Vec<Value> {
    headings
        .iter()
        .map(|found| heading(found, Vec::new()))
        .collect()
}

fn heading(heading: &Heading, children: Vec<Value>) -> Value {
    record([
        ("level", Value::from(u32::from(heading.level))),
        ("id", Value::from(heading.id.as_str())),
        ("text", Value::from(heading.text.as_str())),
        ("children", Value::from(children)),
    ])
}

/// Headings of the levels 2 and 3: the third below the second before it. Those with none below
/// are the records of the `flat` list.
fn tree(headings: &[Heading], flat: &[Value]) -> Vec<Value> {
    let mut tree: Vec<(&Heading, &Value, Vec<Value>)> = Vec::new();
    for (found, alone) in headings.iter().zip(flat) {
        match (found.level, tree.last_mut()) {
            (3, Some((above, _, children))) if above.level == 2 => children.push(alone.clone()),
            (2 | 3, _) => tree.push((found, alone, Vec::new())),
            _ => {}
        }
    }
    tree.into_iter()
        .map(|(found, alone, children)| match children.is_empty() {
            true => alone.clone(),
            false => heading(found, children),
        })
        .collect()
}

fn terms(contexts: &Contexts<'_>, page: &Page) -> Value {
    let site = contexts.site;
    let taxonomies = &site.config.taxonomies;
    let mut terms = Map::with_capacity(taxonomies.len());
    // Every taxonomy is there, so that a template may ask for any.
    for taxonomy in taxonomies {
        terms.insert(
            taxonomy.name.clone().into(),
            card::terms(site, page, &contexts.links, &taxonomy.name),
        );
    }
    Value::from(terms)
}

fn author_links(contexts: &Contexts<'_>, page: &Page) -> Value {
    Value::from(
        page.authors
            .iter()
            .filter_map(|list| contexts.links.get(*list as usize).cloned())
            .collect::<Vec<_>>(),
    )
}

fn translations(site: &Site, page: &Page) -> Value {
    Value::from(
        page.translations
            .iter()
            .filter_map(|id| site.pages.get(*id as usize))
            .filter(|other| other.url != page.url)
            .map(|other| {
                let language = usize::from(other.language);
                let tag = &site.config.languages[language].tag;
                alternate(site, tag, language, &other.url, false)
            })
            .collect::<Vec<_>>(),
    )
}

fn series(contexts: &Contexts<'_>, page: &Page) -> Value {
    let Some((index, place)) = page.series else {
        return Value::none();
    };
    let Some(series) = contexts.site.series.get(index as usize) else {
        return Value::none();
    };
    record([
        ("name", Value::from(series.name.as_str())),
        ("index", Value::from(place + 1)),
        ("pages", contexts.cards_of(&series.pages)),
    ])
}

/// Whether the body shows the cover itself: many old posts begin with the picture that their
/// front matter names too.
fn cover_in_body(page: &Page) -> bool {
    page.cover.as_ref().is_some_and(|cover| {
        page.targets
            .iter()
            .any(|target| matches!(target, Target::Picture(picture) if picture.url == cover.url))
    })
}
