//! Open positions. Search engines refuse a posting that lacks what they require, so such a
//! page gets no markup and its author a word.

use super::{Missing, Node, last_second, organization};
use crate::content::Details;
use crate::content::kind::{Job, Salary};
use crate::render::export::{company_name, exact};
use crate::render::{country, sanitise, summary};
use crate::site::{Page, Site};
use serde_json::{Value, json};

/// The node of an open job, or what it lacks.
pub(super) fn node(
    site: &Site,
    page: &Page,
    job: &Job,
    missing: &mut Vec<Missing>,
) -> Option<Value> {
    let mut lacks = |what, hint| {
        missing.push(Missing {
            of: "JobPosting",
            what,
            hint,
        });
    };
    let employer = page
        .companies
        .first()
        .and_then(|id| site.pages.get(*id as usize));
    let city = job.city.as_deref().or_else(|| match employer {
        Some(employer) => match &employer.source.details {
            Details::Company(company) => company.city.as_deref(),
            _ => None,
        },
        None => None,
    });
    let country = country::of(site, page);
    let description = description(page);
    if description.is_none() {
        lacks(
            "a description",
            "describe the work in the text below the front matter",
        );
    }
    if page.date.is_none() {
        lacks(
            "a `date`",
            "add the day on which the job was posted: `date: 2026-10-01`",
        );
    }
    if employer.is_none() {
        lacks(
            "a `company`",
            "add `company:` with the slug of the employer's page",
        );
    }
    if city.is_none() && !job.remote {
        lacks(
            "a place",
            "add `city:` here or on the company's page, or `remote: true`",
        );
    }
    if country.is_none() {
        lacks(
            "a country",
            "add `extra: {country: CN}` to the page or to `site.yaml`",
        );
    }
    if !missing.is_empty() {
        return None;
    }
    let (employer, country) = (employer?, country?);

    let mut node = Node::new("JobPosting");
    node.text("title", &page.source.title);
    node.set("description", json!(description?));
    node.moment("datePosted", page.date);
    node.maybe(
        "validThrough",
        job.valid_through
            .as_ref()
            .map(|until| json!(last_second(until.value, &site.config.timezone))),
    );
    node.maybe_text("employmentType", job.employment_type.as_deref());
    node.set(
        "hiringOrganization",
        organization::reference(site, employer, page.language),
    );
    if city.is_some() {
        node.set(
            "jobLocation",
            json!({
                "@type": "Place",
                "address": organization::address(site, page, city, street(employer)),
            }),
        );
    }
    if job.remote {
        node.set("jobLocationType", json!("TELECOMMUTE"));
        node.set(
            "applicantLocationRequirements",
            json!({ "@type": "Country", "name": country }),
        );
    }
    node.maybe("baseSalary", job.salary.as_ref().and_then(salary));
    node.set(
        "identifier",
        json!({
            "@type": "PropertyValue",
            "name": sanitise::line(company_name(site, employer, page.language)),
            "value": page.url.trim_matches('/'),
        }),
    );
    // One applies at the employer's, never on this page.
    node.set("directApply", json!(false));
    node.set(
        "url",
        json!(crate::render::address::absolute(&site.config, &page.url)),
    );
    Some(node.finish())
}

fn street(employer: &Page) -> Option<&str> {
    match &employer.source.details {
        Details::Company(company) => company.address.as_deref(),
        _ => None,
    }
}

/// The text of the page as HTML paragraphs; it may not just repeat the title.
fn description(page: &Page) -> Option<String> {
    let source = &page.source;
    let paragraphs: Vec<String> = source
        .body
        .plain
        .get()
        .lines()
        .map(sanitise::line)
        .filter(|line| !line.is_empty())
        .collect();
    let paragraphs = if paragraphs.is_empty() {
        vec![summary::of(page)]
    } else {
        paragraphs
    };
    let text = paragraphs.concat();
    if text.is_empty() || text == sanitise::line(&source.title) {
        return None;
    }
    Some(
        paragraphs
            .iter()
            .map(|paragraph| format!("<p>{}</p>", sanitise::escape(paragraph)))
            .collect(),
    )
}

fn salary(salary: &Salary) -> Option<Value> {
    let mut value = Node::new("QuantitativeValue");
    match (salary.min.and_then(exact), salary.max.and_then(exact)) {
        (Some(min), Some(max)) if min != max => {
            value.set("minValue", Value::Number(min));
            value.set("maxValue", Value::Number(max));
        }
        (Some(amount), _) | (None, Some(amount)) => value.set("value", Value::Number(amount)),
        (None, None) => return None,
    }
    value.text("unitText", &salary.period);
    Some(json!({
        "@type": "MonetaryAmount",
        "currency": salary.currency,
        "value": value.finish(),
    }))
}
