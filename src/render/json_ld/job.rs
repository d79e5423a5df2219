//! Open positions. Search engines refuse a posting that lacks what they require, so such a
//! page gets no markup and its author a word.

use super::node::{Json, Node};
use super::{Missing, last_second, organization};
use crate::content::Details;
use crate::content::kind::{Job, Salary};
use crate::render::export::{company_name, exact};
use crate::render::{country, sanitise, summary};
use crate::site::{Page, Site};

/// The node of an open job, or what it lacks.
pub(super) fn node(
    site: &Site,
    page: &Page,
    job: &Job,
    missing: &mut Vec<Missing>,
) -> Option<Json> {
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
    node.set("description", description?);
    node.moment("datePosted", page.date);
    node.maybe(
        "validThrough",
        job.valid_through
            .as_ref()
            .map(|until| last_second(until.value, &site.config.timezone)),
    );
    node.maybe_text("employmentType", job.employment_type.as_deref());
    node.set(
        "hiringOrganization",
        organization::reference(site, employer, page.language),
    );
    if city.is_some() {
        let mut place = Node::new("Place");
        place.set(
            "address",
            organization::address(site, page, city, street(employer)),
        );
        node.set("jobLocation", place.finish());
    }
    if job.remote {
        node.set("jobLocationType", "TELECOMMUTE");
        let mut from = Node::new("Country");
        from.set("name", country);
        node.set("applicantLocationRequirements", from.finish());
    }
    node.maybe("baseSalary", job.salary.as_ref().and_then(salary));
    let mut identifier = Node::new("PropertyValue");
    identifier.set(
        "name",
        sanitise::line(company_name(site, employer, page.language)),
    );
    identifier.set("value", page.url.trim_matches('/'));
    node.set("identifier", identifier.finish());
    // One applies at the employer's, never on this page.
    node.set("directApply", false);
    node.set(
        "url",
        crate::render::address::absolute(&site.config, &page.url),
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
    let plain = source.body.plain.get();
    let paragraphs: Vec<_> = plain
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

fn salary(salary: &Salary) -> Option<Json> {
    let mut value = Node::new("QuantitativeValue");
    match (salary.min.and_then(exact), salary.max.and_then(exact)) {
        (Some(min), Some(max)) if min != max => {
            value.set("minValue", min);
            value.set("maxValue", max);
        }
        (Some(amount), _) | (None, Some(amount)) => value.set("value", amount),
        (None, None) => return None,
    }
    value.text("unitText", &salary.period);
    let mut node = Node::new("MonetaryAmount");
    node.set("currency", &salary.currency);
    node.set("value", value.finish());
    Some(node.finish())
}
