//! Structured data from outside: small sites in, the script element and diagnostics out.

use super::{home, list, page};
use crate::content::kind::{Article, Company, Event, Job, Policy, Salary};
use crate::content::{Details, Located};
use crate::diag::{Position, print};
use crate::render::sample::{self, HOSTILE, change, config, day, moment, site};
use crate::site::{ListOf, Page, Site};
use jiff::tz::TimeZone;
use proptest::prelude::{any, proptest};
use serde_json::{Value, json};
use std::sync::Arc;

fn at<T>(value: T) -> Option<Located<T>> {
    Some(Located::new(value, Position::default()))
}

fn of(pages: Vec<Page>) -> Site {
    let mut site = site(config());
    site.pages = pages;
    site
}

fn read(script: &str) -> Value {
    let json = script
        .strip_prefix("<script type=\"application/ld+json\">")
        .unwrap()
        .strip_suffix("</script>")
        .unwrap();
    assert!(!json.contains(['<', '>', '&']), "{json}");
    serde_json::from_str(json).unwrap()
}

/// The markup of the first page, and its diagnostics in short form.
fn marked(site: &Site) -> (Value, Vec<String>) {
    let (script, diagnostics) = page(site, 0, &[]);
    (
        read(&script),
        diagnostics.iter().map(print::short).collect(),
    )
}

fn job() -> Page {
    let mut page = sample::page(
        "jobs/welder",
        "焊工",
        Details::Job(Box::new(Job {
            employment_type: Some("FULL_TIME".to_owned()),
            salary: Some(Salary {
                min: Some(8000.0),
                max: Some(12000.5),
                currency: "CNY".to_owned(),
                period: "MONTH".to_owned(),
                months: None,
            }),
            valid_through: at(day("2026-12-31")),
            ..Job::default()
        })),
    );
    page.companies = vec![1];
    page
}

fn employer() -> Page {
    sample::page(
        "companies/acme",
        "甲公司",
        Details::Company(Box::new(Company {
            city: Some("某市".to_owned()),
            ..Company::default()
        })),
    )
}

#[test]
fn an_open_job_has_all_that_is_required_and_recommended() {
    let (markup, diagnostics) = marked(&of(vec![job(), employer()]));
    assert_eq!(diagnostics, Vec::<String>::new());
    assert_eq!(
        markup,
        json!({
            "@context": "https://schema.org",
            "@type": "JobPosting",
            "title": "焊工",
            "description": "<p>正文第一段。</p><p>正文第二段。</p>",
            "datePosted": "2026-10-01T00:00:00+08:00",
            "validThrough": "2026-12-31T23:59:59+08:00",
            "employmentType": "FULL_TIME",
            "hiringOrganization": {
                "@type": "Organization",
                "name": "甲公司",
                "url": "https://example.org/companies/acme/",
            },
            "jobLocation": {
                "@type": "Place",
                "address": {
                    "@type": "PostalAddress",
                    "addressLocality": "某市",
                    "addressCountry": "CN",
                },
            },
            "baseSalary": {
                "@type": "MonetaryAmount",
                "currency": "CNY",
                "value": {
                    "@type": "QuantitativeValue",
                    "minValue": 8000,
                    "maxValue": 12000.5,
                    "unitText": "MONTH",
                },
            },
            "identifier": {
                "@type": "PropertyValue",
                "name": "甲公司",
                "value": "jobs/welder",
            },
            "directApply": false,
            "url": "https://example.org/jobs/welder/",
        })
    );
}

#[test]
fn a_job_that_lacks_something_is_not_offered_and_says_all_that_is_missing() {
    let mut bare = job();
    bare.companies.clear();
    bare.date = None;
    change(&mut bare, |page| {
        page.body.plain.make_mut().clear();
        page.meta.summary = Some("焊工".to_owned());
    });
    let mut site = of(vec![bare]);
    Arc::make_mut(&mut site.config).timezone = TimeZone::UTC;
    let (markup, diagnostics) = marked(&site);
    assert_eq!(markup["@type"], "WebPage");
    let lacks = |what: &str| {
        format!(
            "content/jobs/welder.md: warning[structured-data]: a job without {what}, \
             which search engines require for `JobPosting`"
        )
    };
    assert_eq!(
        diagnostics,
        [
            lacks("a description"),
            lacks("a `date`"),
            lacks("a `company`"),
            lacks("a place"),
            lacks("a country"),
        ]
    );
}

#[test]
fn a_remote_job_says_where_people_may_live() {
    let mut remote = job();
    let mut employer = employer();
    change(&mut employer, |page| {
        page.details = Details::Company(Box::default());
    });
    change(&mut remote, |page| {
        if let Details::Job(job) = &mut page.details {
            job.remote = true;
        }
    });
    let (markup, _) = marked(&of(vec![remote, employer]));
    assert_eq!(markup["jobLocationType"], "TELECOMMUTE");
    assert_eq!(markup["applicantLocationRequirements"]["name"], "CN");
    assert_eq!(markup["jobLocation"], Value::Null);
}

#[test]
fn an_expired_job_is_a_page_like_any_other() {
    let mut expired = job();
    expired.expired = true;
    let (markup, diagnostics) = marked(&of(vec![expired, employer()]));
    assert_eq!(markup["@type"], "WebPage");
    assert!(diagnostics.is_empty());
}

#[test]
fn an_event_says_when_where_and_who() {
    let event = sample::page(
        "events/meetup",
        "聚会",
        Details::Event(Box::new(Event {
            start: at(moment("2026-12-05T14:00:00+08:00")),
            end: at(day("2026-12-05")),
            place: Some("老厂房".to_owned()),
            online_url: Some("https://meet.example/x".to_owned()),
            status: Some("cancelled".to_owned()),
            ..Event::default()
        })),
    );
    let (markup, diagnostics) = marked(&of(vec![event]));
    assert!(diagnostics.is_empty());
    assert_eq!(markup["startDate"], "2026-12-05T14:00:00+08:00");
    assert_eq!(markup["endDate"], "2026-12-05T23:59:59+08:00");
    assert_eq!(markup["eventStatus"], "https://schema.org/EventCancelled");
    assert_eq!(
        markup["eventAttendanceMode"],
        "https://schema.org/MixedEventAttendanceMode"
    );
    assert_eq!(
        markup["location"][0]["address"],
        json!({ "@type": "PostalAddress", "streetAddress": "老厂房", "addressCountry": "CN" })
    );
    assert_eq!(markup["location"][1]["url"], "https://meet.example/x");
    assert_eq!(markup["organizer"]["name"], "回响");
}

#[test]
fn an_event_without_a_place_is_reported() {
    let event = sample::page(
        "events/x",
        "x",
        Details::Event(Box::new(Event {
            start: at(moment("2026-12-05T14:00:00+08:00")),
            ..Event::default()
        })),
    );
    let (markup, diagnostics) = marked(&of(vec![event]));
    assert_eq!(markup["@type"], "WebPage");
    assert_eq!(
        diagnostics,
        [
            "content/events/x.md: warning[structured-data]: an event without a place, \
             which search engines require for `Event`"
        ]
    );
}

#[test]
fn texts_are_articles_when_they_have_a_date() {
    let mut article = sample::page("a", "甲", Details::Article(Article::default()));
    let (markup, _) = marked(&of(vec![article]));
    assert_eq!(markup["@type"], "BlogPosting");
    assert_eq!(markup["author"][0]["name"], "回响");
    article = sample::page("a", "甲", Details::Article(Article::default()));
    article.date = None;
    article.updated = None;
    assert_eq!(marked(&of(vec![article])).0["@type"], "WebPage");
    let policy = sample::page(
        "p",
        "乙",
        Details::Policy(Box::new(Policy {
            issuer: Some("人社局".to_owned()),
            effective_until: at(day("2027-01-01")),
            ..Policy::default()
        })),
    );
    let (markup, _) = marked(&of(vec![policy]));
    assert_eq!(markup["@type"], "Article");
    assert_eq!(markup["sourceOrganization"]["name"], "人社局");
}

#[test]
fn home_and_lists_say_what_they_are() {
    let mut site = of(vec![sample::page("a/b", "甲", Details::Page)]);
    let home = read(&home(&site, 1));
    assert_eq!(home["@type"], "WebSite");
    assert_eq!(home["url"], "https://example.org/en/");
    site.lists = vec![sample::list(
        ListOf::Author("李".to_owned()),
        "李",
        "authors/li/",
        vec![0],
    )];
    let trail = [
        ("回响".to_owned(), "/".to_owned()),
        ("李".to_owned(), "/authors/li/".to_owned()),
    ];
    let markup = read(&list(
        &site,
        &site.lists[0],
        "李",
        "/authors/li/",
        &[0],
        &trail,
    ));
    let [collection, crumbs] = markup["@graph"].as_array().unwrap().as_slice() else {
        panic!("{markup}");
    };
    assert_eq!(
        collection["mainEntity"]["itemListElement"][0]["url"],
        "https://example.org/a/b/"
    );
    assert_eq!(
        crumbs["itemListElement"][1],
        json!({
            "@type": "ListItem",
            "position": 2,
            "name": "李",
            "item": "https://example.org/authors/li/",
        })
    );
}

#[test]
fn hostile_titles_cannot_end_the_script() {
    for title in HOSTILE {
        let (markup, _) = marked(&of(vec![sample::page(
            "a",
            title,
            Details::Article(Article::default()),
        )]));
        assert_eq!(
            markup["headline"],
            json!(crate::render::sanitise::line(title))
        );
    }
}

proptest! {
    #[test]
    fn any_title_gives_json_without_markup(title in any::<String>()) {
        let mut titled = job();
        change(&mut titled, |page| page.title.clone_from(&title));
        let (script, _) = page(&of(vec![titled, employer()]), 0, &[]);
        read(&script);
    }
}
