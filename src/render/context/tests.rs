//! The contexts that are built, held against the contract: every field is there with its
//! type, and none that the contract does not know.

use super::{Contexts, Here, HereKind};
use crate::config::Config;
use crate::content::kind::{Article, Company, Event, Job, Policy, Salary};
use crate::content::{Details, Heading, Kind, Located};
use crate::diag::Position;
use crate::render::contract::{GLOBALS, RECORDS, Shape};
use crate::render::sample;
use crate::render::theme::files::MemoryFiles;
use crate::render::theme::{Theme, assemble};
use crate::site::community::{Channel, Community, Door, DoorCode, Join, Leads};
use crate::site::{ListOf, Picture, Redirect, Section, Series, Site, TaxonomyIndex};
use std::collections::BTreeSet;
use tera::Value;

fn theme(config: &Config) -> Theme {
    let mut config = config.clone();
    config.theme = "city".to_owned();
    let files = MemoryFiles::new([
        ("themes/city/theme.yaml", "contract: 1\nimage: share.png\n"),
        ("themes/city/static/share.png", "x"),
        (
            "themes/city/i18n/en.yaml",
            "jobs: Jobs\npage_of: Page {count}\n",
        ),
    ]);
    let (theme, diagnostics) = assemble(&files, &config);
    assert_eq!(diagnostics, []);
    theme.unwrap()
}

fn located<T>(value: T) -> Located<T> {
    Located::new(value, Position::default())
}

/// A site in which every record has something to show.
fn rich() -> Site {
    let mut site = sample::site(sample::config_at("https://example.org/blog"));
    let company = Company {
        name: Some("Acme".to_owned()),
        names: vec![("en".to_owned(), "Acme Ltd".to_owned())],
        city: Some("X".to_owned()),
        geo: Some((1.5, 2.0)),
        verified_on: Some(sample::day("2026-01-01")),
        pros: vec!["quiet".to_owned()],
        ..Company::default()
    };
    let job = Job {
        salary: Some(Salary {
            min: Some(15_000.0),
            max: Some(25_000.0),
            currency: "CNY".to_owned(),
            period: "MONTH".to_owned(),
            months: Some(13.0),
        }),
        valid_through: Some(located(sample::day("2026-12-31"))),
        ..Job::default()
    };
    let policy = Policy {
        deadline: Some(located(sample::day("2026-12-01"))),
        effective_until: Some(located(sample::day("2026-10-01"))),
        ..Policy::default()
    };
    let event = |start: &str| Event {
        start: Some(located(sample::moment(start))),
        speakers: vec!["Ann".to_owned()],
        capacity: Some(30),
        ..Event::default()
    };
    site.pages = vec![
        sample::page("articles/a", "A", Details::Article(Article::default())),
        sample::page("articles/b", "B", Details::Article(Article::default())),
        sample::page(
            "companies/acme",
            "Acme",
            Details::Company(Box::new(company)),
        ),
        sample::page("jobs/welder", "Welder", Details::Job(Box::new(job))),
        sample::page("policies/p", "P", Details::Policy(Box::new(policy))),
        sample::page(
            "events/old",
            "Old",
            Details::Event(Box::new(event("2026-09-01T19:00:00+08:00"))),
        ),
        sample::page(
            "events/new",
            "New",
            Details::Event(Box::new(event("2026-12-01T19:00:00+08:00"))),
        ),
        sample::page(
            "en/articles/a",
            "A in English",
            Details::Article(Article::default()),
        ),
    ];
    site.pages[7].language = 1;
    let first = &mut site.pages[0];
    first.translations = vec![7];
    first.newer = Some(1);
    first.older = Some(1);
    first.related = vec![1];
    first.backlinks = vec![1];
    first.companies = vec![2];
    first.policies = vec![4];
    first.series = Some((0, 0));
    first.section = Some(0);
    first.updated = Some(sample::moment("2026-10-05T10:00:00+08:00"));
    first.cover = Some(Picture {
        url: "/blog/cover.png".to_owned(),
        width: Some(10),
        height: Some(20),
        file: None,
    });
    first.terms = vec![(0, vec![1])];
    first.authors = vec![2];
    sample::change(first, |source| {
        let heading = |level, id: &str| Heading {
            level,
            id: id.to_owned(),
            text: id.to_owned(),
        };
        source.body.headings = vec![heading(2, "x"), heading(3, "y"), heading(2, "z")];
        source.meta.extra = vec![("mood".to_owned(), "calm".into())];
        source.meta.license = Some("CC0".to_owned());
        source.meta.audience = vec![located("coder".to_owned())];
    });
    site.pages[3].companies = vec![2];
    site.pages[6].companies = vec![2];
    site.sections = vec![Section {
        path: "articles".into(),
        language: 0,
        source: None,
        title: "articles".to_owned(),
        url: "/blog/articles/".to_owned(),
        parent: None,
        children: Vec::new(),
        targets: Vec::new(),
    }];
    site.lists = vec![
        sample::list(ListOf::Home, "", "", vec![0, 1, 3]),
        sample::list(
            ListOf::Term {
                taxonomy: 0,
                name: "rust".to_owned(),
            },
            "rust",
            "tags/rust/",
            vec![0],
        ),
        sample::list(
            ListOf::Author("Ann".to_owned()),
            "Ann",
            "authors/ann/",
            vec![0],
        ),
        sample::list(ListOf::Section(0), "articles", "articles/", vec![0, 1]),
        sample::list(ListOf::Kind(Kind::Event), "events", "events/", vec![6, 5]),
        sample::list(ListOf::Kind(Kind::Policy), "policies", "policies/", vec![4]),
        sample::list(ListOf::Archive, "archive", "archive/", vec![0, 1, 3]),
    ];
    for list in &mut site.lists {
        list.page_size = 1;
    }
    site.taxonomies = vec![TaxonomyIndex {
        taxonomy: 0,
        language: 0,
        url: "/blog/tags/".to_owned(),
        output: "tags/index.html".to_owned(),
        terms: vec![1],
        translations: Vec::new(),
    }];
    site.series = vec![Series {
        name: "Steps".to_owned(),
        language: 0,
        pages: vec![0, 1],
    }];
    site.redirects = vec![Redirect {
        from: "/blog/old/".to_owned(),
        output: "old/index.html".to_owned(),
        to: "/blog/articles/a/".to_owned(),
    }];
    let settings = "site: {url: 'https://example.org/blog', title: x, languages: [zh-Hans, en], timezone: UTC}\ncommunity:\n  positioning: x\n  audiences: {coder: {zh-Hans: 程序员}}\n  channels: {telegram: {url: 'https://t.me/x', text: y}}\n";
    let (config, found) = crate::config::parse(&"site.yaml".into(), settings);
    assert_eq!(found, []);
    std::sync::Arc::make_mut(&mut site.config).community = config.unwrap().community;
    let door = Door {
        source: None,
        url: "/blog/go/telegram/".to_owned(),
        folder: "go/telegram/".to_owned(),
        leads: Leads::To("https://t.me/x".to_owned()),
        code: DoorCode::Made("https://t.me/x".to_owned()),
    };
    let join = |url: &str| Join {
        url: url.to_owned(),
        made: Some(format!("{}index.html", &url[6..])),
    };
    site.community = Some(Community {
        channels: vec![Channel {
            index: 0,
            doors: vec![door],
        }],
        joins: vec![join("/blog/join/"), join("/blog/en/join/")],
    });
    site
}

/// Complains about everything in which a value differs from a shape; `seen` gathers records
/// that were met.
fn hold(path: &str, value: &Value, shape: &Shape, seen: &mut BTreeSet<String>) -> Vec<String> {
    let wrong = |wanted: &str| vec![format!("{path}: wants {wanted}, is {}", value.name())];
    match shape {
        Shape::Any => Vec::new(),
        Shape::Maybe(_) if value.is_none() => Vec::new(),
        Shape::Maybe(inner) => hold(path, value, inner, seen),
        Shape::Text | Shape::Date => match value.is_string() && !value.is_safe() {
            true => Vec::new(),
            false => wrong("text"),
        },
        Shape::Html => match value.is_safe() {
            true => Vec::new(),
            false => wrong("HTML"),
        },
        Shape::Number => match value.is_number() {
            true => Vec::new(),
            false => wrong("a number"),
        },
        Shape::Bool => match value.is_bool() {
            true => Vec::new(),
            false => wrong("a flag"),
        },
        Shape::List(inner) => match value.as_array() {
            Some(items) => items
                .iter()
                .flat_map(|item| hold(&format!("{path}[]"), item, inner, seen))
                .collect(),
            None => wrong("a list"),
        },
        Shape::Mapping(inner) => match value.as_map() {
            Some(map) => map
                .iter()
                .flat_map(|(key, item)| hold(&format!("{path}.{key}"), item, inner, seen))
                .collect(),
            None => wrong("a mapping"),
        },
        Shape::Record(name) => record(path, value, name, seen),
    }
}

fn record(path: &str, value: &Value, name: &str, seen: &mut BTreeSet<String>) -> Vec<String> {
    let Some(map) = value.as_map() else {
        return vec![format!("{path}: wants `{name}`, is {}", value.name())];
    };
    seen.insert(name.to_owned());
    let of = |name: &str| RECORDS.iter().find(|record| record.name == name).unwrap();
    let mut fields: Vec<_> = of(name).fields.iter().collect();
    if name == "page" {
        fields.extend(of("card").fields);
    }
    let mut complaints = Vec::new();
    for field in &fields {
        match map.iter().find(|(key, _)| key.as_str() == Some(field.name)) {
            Some((_, value)) => complaints.extend(hold(
                &format!("{path}.{}", field.name),
                value,
                &field.shape,
                seen,
            )),
            None => complaints.push(format!("{path}: lacks `{}`", field.name)),
        }
    }
    for key in map.keys().filter_map(|key| key.as_str()) {
        if !fields.iter().any(|field| field.name == key) {
            complaints.push(format!("{path}: the contract has no `{key}`"));
        }
    }
    complaints
}

#[test]
fn contexts_are_what_the_contract_says() {
    let site = rich();
    let theme = theme(&site.config);
    let contexts = Contexts::new(&site, &theme);
    let mut seen = BTreeSet::new();
    let mut complaints = Vec::new();
    let mut kinds: Vec<(HereKind<'_>, usize)> = (0..8)
        .map(|id| (HereKind::Page(id), usize::from(id == 7)))
        .collect();
    kinds.extend(site.lists.iter().map(|list| (HereKind::List(list, 1), 0)));
    kinds.push((HereKind::List(&site.lists[0], 2), 0));
    kinds.push((HereKind::Taxonomy(0), 0));
    kinds.push((HereKind::NotFound, 1));
    kinds.push((HereKind::Redirect(&site.redirects[0]), 0));
    kinds.push((HereKind::Join(1), 1));
    let door = &site.community.as_ref().unwrap().channels[0].doors[0];
    kinds.push((HereKind::Door(0, door), 0));
    for (kind, language) in kinds {
        let here = Here::new(&contexts, kind, language, "/blog/x/");
        let context = contexts.output(&here);
        for field in GLOBALS {
            let value = context.get(field.name).unwrap();
            complaints.extend(hold(field.name, value, &field.shape, &mut seen));
        }
        let (name, value) = match kind {
            HereKind::Page(id) => ("page", contexts.page(id, "<p>x</p>")),
            HereKind::List(list, part) => ("list", contexts.list(list, part, "")),
            HereKind::Taxonomy(index) => {
                let terms = Shape::List(&Shape::Record("term"));
                complaints.extend(hold("terms", &contexts.terms(index), &terms, &mut seen));
                continue;
            }
            HereKind::NotFound | HereKind::Redirect(_) | HereKind::Join(_) | HereKind::Door(..) => {
                continue;
            }
        };
        complaints.extend(record(name, &value, name, &mut seen));
    }
    complaints.sort();
    complaints.dedup();
    assert_eq!(complaints, [] as [&str; 0]);
    let all: BTreeSet<String> = RECORDS
        .iter()
        .map(|record| record.name.to_owned())
        .collect();
    assert_eq!(seen, all, "a record was never met");
}

#[test]
fn a_sections_card_has_the_fields_of_a_card() {
    let site = rich();
    let theme = theme(&site.config);
    let contexts = Contexts::new(&site, &theme);
    let card = contexts.section_card(&site.sections[0]);
    let complaints = record("card", &card, "card", &mut BTreeSet::new());
    assert_eq!(complaints, [] as [&str; 0]);
}

#[test]
fn heads_know_their_versions_titles_and_pictures() {
    let site = rich();
    let theme = theme(&site.config);
    let contexts = Contexts::new(&site, &theme);
    let field = |kind: HereKind<'_>, url: &str, path: &str| {
        let here = Here::new(&contexts, kind, 0, url);
        let context = contexts.output(&here);
        let value = context.get("here").unwrap().get_from_path(path).cloned();
        value.map(|value| value.to_string()).unwrap_or_default()
    };
    let page = HereKind::Page(0);
    let url = "/blog/articles/a/";
    assert_eq!(field(page, url, "alternates.0.hreflang"), "zh-Hans");
    assert_eq!(field(page, url, "alternates.1.hreflang"), "en");
    assert_eq!(field(page, url, "alternates.2.hreflang"), "x-default");
    assert_eq!(
        field(page, url, "image.url"),
        "https://example.org/blog/cover.png"
    );
    assert_eq!(field(page, url, "breadcrumbs.1.title"), "articles");
    let home = HereKind::List(&site.lists[0], 2);
    assert_eq!(field(home, "/blog/page/2/", "title"), "Page 2");
    assert_eq!(field(home, "/blog/page/2/", "previous"), site.lists[0].url);
    assert_eq!(
        field(home, "/blog/page/2/", "image.url"),
        "https://example.org/blog/share.png"
    );
    assert_eq!(field(home, "/blog/page/2/", "alternates"), "[]");
    assert_eq!(field(home, "/blog/page/2/", "index"), "false");
    let term = HereKind::List(&site.lists[1], 1);
    assert_eq!(field(term, "/blog/tags/rust/", "index"), "false");
    assert_eq!(field(term, "/blog/tags/rust/", "title"), "rust · tags");
}

#[test]
fn nothing_links_to_a_term_of_expired_pages() {
    let mut site = rich();
    let shown = |site: &Site| {
        let theme = theme(&site.config);
        let contexts = Contexts::new(site, &theme);
        let page = contexts.page(0, "");
        let missing = Here::new(&contexts, HereKind::NotFound, 0, "/blog/404.html");
        let here = contexts.output(&missing);
        let length = |value: Option<&Value>| value.and_then(Value::len);
        (
            length(page.get_from_path("tags")),
            contexts.terms(0).len(),
            length(here.get("site").unwrap().get_from_path("taxonomies")),
        )
    };
    assert_eq!(shown(&site), (Some(1), Some(1), Some(1)));
    site.lists[1].pages.clear();
    assert_eq!(shown(&site), (Some(0), Some(0), Some(0)));
}

#[test]
fn lists_of_events_and_policies_know_what_is_to_come() {
    let mut site = rich();
    site.pages[2].jobs = vec![3];
    site.pages[2].articles = vec![0];
    site.pages[2].events = vec![5];
    let theme = theme(&site.config);
    let contexts = Contexts::new(&site, &theme);
    let titles = |list: usize, field: &str| -> Vec<String> {
        let value = contexts.list(&site.lists[list], 1, "");
        let cards = value
            .get_from_path(field)
            .unwrap()
            .as_array()
            .unwrap()
            .to_vec();
        cards
            .iter()
            .map(|card| card.get_from_path("title").unwrap().to_string())
            .collect()
    };
    assert_eq!(titles(4, "upcoming"), ["New"]);
    assert_eq!(titles(4, "past"), ["Old"]);
    assert_eq!(titles(5, "deadlines"), ["P"]);
    assert_eq!(titles(0, "pages"), ["A"]);
    let company = contexts.page(2, "");
    let count = |path: &str| company.get_from_path(path).unwrap().len();
    assert_eq!(
        (count("jobs"), count("articles"), count("events")),
        (Some(1), Some(1), Some(1))
    );
}
