//! Pages as lists show them: takes the site and a page, gives one value, which is made once and
//! shared by every list that shows the page.

use super::value::{count, maybe, maybe_date, picture, record, texts};
use super::{details, value};
use crate::content::Details;
use crate::render::address;
use crate::site::{Page, Site};
use tera::{Map, Value};

/// The card of a page. `links` are the links to all lists, `employer` is the card of a job's.
pub(super) fn card(site: &Site, page: &Page, links: &[Value], employer: Option<&Value>) -> Value {
    let config = &site.config;
    let source = &page.source;
    let meta = &source.meta;
    let zone = &config.timezone;
    let own = |wanted: &str| own_fields(site, page, wanted, employer);
    let pillar = match &source.details {
        Details::Article(article) => article.pillar.as_deref(),
        _ => None,
    };
    let updated = match (&page.date, &page.updated) {
        (Some(date), Some(updated)) if updated.at <= date.at => None,
        (_, updated) => updated.as_ref(),
    };
    record([
        ("title", Value::from(source.title.as_str())),
        ("url", Value::from(page.url.as_str())),
        (
            "absolute",
            Value::from(address::absolute(config, &page.url)),
        ),
        ("kind", Value::from(source.kind.as_str())),
        (
            "lang",
            Value::from(config.languages[usize::from(page.language)].tag.as_str()),
        ),
        ("date", maybe_date(page.date.as_ref(), zone)),
        ("updated", maybe_date(updated, zone)),
        ("summary", Value::from(summary(page))),
        ("cover", cover(page)),
        ("tags", terms(site, page, links, "tags")),
        ("categories", terms(site, page, links, "categories")),
        ("authors", texts(authors(site, page))),
        ("words", count(source.body.length.words as usize)),
        ("minutes", count(source.body.length.minutes as usize)),
        ("pinned", Value::from(meta.pin > 0)),
        ("draft", Value::from(meta.draft)),
        ("expired", Value::from(page.expired)),
        ("pillar", maybe(pillar)),
        ("company", own("company")),
        ("job", own("job")),
        ("policy", own("policy")),
        ("event", own("event")),
        ("extra", extra(&meta.extra)),
    ])
}

/// A page as a line of an archive, which may have a hundred thousand of them: what no edit of a
/// text changes.
pub(super) fn line(site: &Site, page: &Page) -> Value {
    let tag = &site.config.languages[usize::from(page.language)].tag;
    record([
        ("title", Value::from(page.source.title.as_str())),
        ("url", Value::from(page.url.as_str())),
        ("kind", Value::from(page.kind.as_str())),
        ("lang", Value::from(tag.as_str())),
        (
            "date",
            maybe_date(page.date.as_ref(), &site.config.timezone),
        ),
    ])
}

fn own_fields(site: &Site, page: &Page, wanted: &str, employer: Option<&Value>) -> Value {
    match (wanted, &page.source.details) {
        ("company", Details::Company(company)) => {
            details::company(site, page, company, page.jobs.len())
        }
        ("job", Details::Job(job)) => details::job(site, page, job, employer),
        ("policy", Details::Policy(policy)) => details::policy(site, policy),
        ("event", Details::Event(event)) => details::event(site, event),
        _ => Value::none(),
    }
}

/// The page's summary as plain text: the author's, else the text up to `<!-- more -->`, else
/// the beginning of the body. May be empty.
pub(crate) fn summary(page: &Page) -> &str {
    let source = &page.source;
    if let Some(written) = &source.meta.summary {
        return written;
    }
    &source.body.beginning
}

/// Names of the authors, the site's when the page has none.
pub(super) fn authors<'a>(site: &'a Site, page: &'a Page) -> Vec<&'a str> {
    let own = &page.source.meta.authors;
    if own.is_empty() {
        return site.config.author.as_deref().into_iter().collect();
    }
    own.iter().map(String::as_str).collect()
}

fn cover(page: &Page) -> Value {
    page.cover.as_ref().map_or_else(Value::none, |cover| {
        let alt = page.source.meta.cover_alt.as_deref().unwrap_or_default();
        picture(&cover.url, alt, cover.width, cover.height)
    })
}

/// Links to a page's terms in a taxonomy, as far as they have pages to show: a term of
/// nothing but expired pages leads nowhere.
pub(super) fn terms(site: &Site, page: &Page, links: &[Value], taxonomy: &str) -> Value {
    let lists = page
        .terms
        .iter()
        .filter(|(index, _)| {
            site.config
                .taxonomies
                .get(*index)
                .is_some_and(|known| known.name == taxonomy)
        })
        .flat_map(|(_, lists)| lists);
    let has_pages = |list: &&u32| {
        let list = site.lists.get(**list as usize);
        list.is_some_and(|list| !list.pages.is_empty())
    };
    let links: Vec<Value> = lists
        .filter(has_pages)
        .filter_map(|list| links.get(*list as usize).cloned())
        .collect();
    Value::from(links)
}

fn extra(fields: &[(String, serde_json::Value)]) -> Value {
    let mut map = Map::with_capacity(fields.len());
    for (key, field) in fields {
        map.insert(key.clone().into(), Value::from_serializable(field));
    }
    Value::from(map)
}

/// A card for a text that is no page: a section's own.
pub(super) fn of_section(title: &str, url: &str, absolute: &str, lang: &str) -> Value {
    let none = Value::none;
    let nothing = || Value::from(Vec::<Value>::new());
    record([
        ("title", Value::from(title)),
        ("url", Value::from(url)),
        ("absolute", Value::from(absolute)),
        ("kind", Value::from("page")),
        ("lang", Value::from(lang)),
        ("date", none()),
        ("updated", none()),
        ("summary", Value::from("")),
        ("cover", none()),
        ("tags", nothing()),
        ("categories", nothing()),
        ("authors", nothing()),
        ("words", value::count(0)),
        ("minutes", value::count(0)),
        ("pinned", Value::from(false)),
        ("draft", Value::from(false)),
        ("expired", Value::from(false)),
        ("pillar", none()),
        ("company", none()),
        ("job", none()),
        ("policy", none()),
        ("event", none()),
        ("extra", Value::from(Map::new())),
    ])
}
