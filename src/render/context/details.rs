//! Own fields of the kinds as records: takes a page's details and the site's moment, gives
//! `company`, `job`, `policy` and `event`.

use super::value::{count, date, maybe, maybe_date, number, record, texts};
use crate::content::Details;
use crate::content::kind::{Company, Event, Job, Policy, Salary};
use crate::render::filters::grouped;
use crate::site::{Page, Site};
use tera::{Map, Value};

/// The record `company`.
pub(super) fn company(site: &Site, page: &Page, company: &Company, open_jobs: usize) -> Value {
    let zone = &site.config.timezone;
    let tag = &site.config.languages[usize::from(page.language)].tag;
    let mut names = Map::with_capacity(company.names.len());
    for (tag, name) in &company.names {
        names.insert(tag.clone().into(), Value::from(name.as_str()));
    }
    record([
        ("name", Value::from(company_name(page, company, tag))),
        ("names", Value::from(names)),
        ("city", maybe(company.city.as_deref())),
        ("district", maybe(company.district.as_deref())),
        (
            "industry",
            texts(company.industry.iter().map(String::as_str)),
        ),
        ("size", maybe(company.size.as_deref())),
        ("stage", maybe(company.stage.as_deref())),
        ("founded", maybe(company.founded.as_deref())),
        ("website", maybe(company.website.as_deref())),
        ("careers_url", maybe(company.careers_url.as_deref())),
        ("address", maybe(company.address.as_deref())),
        ("latitude", Value::from(company.geo.map(|geo| geo.0))),
        ("longitude", Value::from(company.geo.map(|geo| geo.1))),
        (
            "verified_on",
            maybe_date(company.verified_on.as_ref(), zone),
        ),
        ("pros", texts(company.pros.iter().map(String::as_str))),
        ("cons", texts(company.cons.iter().map(String::as_str))),
        ("open_jobs", count(open_jobs)),
    ])
}

fn company_name<'a>(page: &'a Page, company: &'a Company, tag: &str) -> &'a str {
    company
        .names
        .iter()
        .find(|(language, _)| language.eq_ignore_ascii_case(tag))
        .map(|(_, name)| name.as_str())
        .or(company.name.as_deref())
        .unwrap_or(&page.source.title)
}

/// The record `job`. `employer` is the company's card.
pub(super) fn job(site: &Site, page: &Page, job: &Job, employer: Option<&Value>) -> Value {
    let zone = &site.config.timezone;
    let tag = &site.config.languages[usize::from(page.language)].tag;
    let city = job.city.as_deref().or_else(|| {
        let company = site.pages.get(*page.companies.first()? as usize)?;
        match &company.source.details {
            Details::Company(company) => company.city.as_deref(),
            _ => None,
        }
    });
    let last_day = job.valid_through.as_ref().map(|moment| &moment.value);
    record([
        ("company", employer.cloned().unwrap_or_else(Value::none)),
        ("employment_type", maybe(job.employment_type.as_deref())),
        ("remote", Value::from(job.remote)),
        ("city", maybe(city)),
        (
            "salary",
            job.salary
                .as_ref()
                .map_or_else(Value::none, |pay| salary(pay, tag)),
        ),
        ("valid_through", maybe_date(last_day, zone)),
        ("apply_url", maybe(job.apply_url.as_deref())),
        ("referral", maybe(job.referral.as_deref())),
        (
            "closed",
            Value::from(
                page.expired || last_day.is_some_and(|moment| moment.end(zone) <= site.now),
            ),
        ),
    ])
}

fn salary(salary: &Salary, tag: &str) -> Value {
    record([
        ("min", salary.min.map_or_else(Value::none, number)),
        ("max", salary.max.map_or_else(Value::none, number)),
        ("currency", Value::from(salary.currency.as_str())),
        ("period", Value::from(salary.period.as_str())),
        ("months", salary.months.map_or_else(Value::none, number)),
        ("text", Value::from(salary_text(salary, tag))),
    ])
}

fn salary_text(salary: &Salary, tag: &str) -> String {
    let range = match (salary.min, salary.max) {
        (Some(min), Some(max)) if min < max => {
            format!("{}–{}", grouped(min, tag), grouped(max, tag))
        }
        (Some(min), None) => format!("{}+", grouped(min, tag)),
        (None, Some(max)) => format!("≤ {}", grouped(max, tag)),
        (Some(only), Some(_)) => grouped(only, tag),
        (None, None) => return String::new(),
    };
    format!("{range} {}", currency(&salary.currency, tag))
}

/// A currency as people of a language write it behind a sum, else its code.
fn currency<'a>(code: &'a str, tag: &str) -> &'a str {
    let language = tag.split('-').next().unwrap_or_default();
    match (code, language) {
        ("CNY", "zh") => "元",
        ("CNY", "ru") => "юаней",
        ("RUB", "ru") => "₽",
        _ => code,
    }
}

/// The record `policy`.
pub(super) fn policy(site: &Site, policy: &Policy) -> Value {
    let zone = &site.config.timezone;
    let until = policy.effective_until.as_ref().map(|until| &until.value);
    let deadline = policy.deadline.as_ref().map(|deadline| &deadline.value);
    record([
        ("issuer", maybe(policy.issuer.as_deref())),
        ("document_number", maybe(policy.document_number.as_deref())),
        ("region", maybe(policy.region.as_deref())),
        (
            "effective_from",
            maybe_date(policy.effective_from.as_ref(), zone),
        ),
        ("effective_until", maybe_date(until, zone)),
        ("deadline", maybe_date(deadline, zone)),
        ("amount", maybe(policy.amount.as_deref())),
        ("checked_on", maybe_date(policy.checked_on.as_ref(), zone)),
        (
            "outdated",
            Value::from(until.is_some_and(|until| until.end(zone) <= site.now)),
        ),
        (
            "upcoming",
            Value::from(
                policy
                    .effective_from
                    .as_ref()
                    .is_some_and(|from| from.at > site.now),
            ),
        ),
    ])
}

/// The record `event`.
pub(super) fn event(site: &Site, event: &Event) -> Value {
    let zone = &site.config.timezone;
    record([
        (
            "start",
            event
                .start
                .as_ref()
                .map_or_else(Value::none, |start| date(&start.value, zone)),
        ),
        (
            "end",
            event
                .end
                .as_ref()
                .map_or_else(Value::none, |end| date(&end.value, zone)),
        ),
        ("place", maybe(event.place.as_deref())),
        ("address", maybe(event.address.as_deref())),
        ("online_url", maybe(event.online_url.as_deref())),
        ("capacity", Value::from(event.capacity)),
        ("signup_url", maybe(event.signup_url.as_deref())),
        ("host", maybe(event.host.as_deref())),
        ("speakers", texts(event.speakers.iter().map(String::as_str))),
        (
            "status",
            Value::from(event.status.as_deref().unwrap_or("scheduled")),
        ),
        ("past", Value::from(is_past(site, event))),
        ("has_recap", Value::from(event.recap.is_some())),
    ])
}

/// Whether an event is over: it says so, or its last moment lies before the build's.
pub(crate) fn is_past(site: &Site, event: &Event) -> bool {
    let last = event.end.as_ref().or(event.start.as_ref());
    event.status.as_deref() == Some("done")
        || last.is_some_and(|last| last.value.end(&site.config.timezone) <= site.now)
}

#[cfg(test)]
mod tests {
    use super::currency;

    #[test]
    fn currencies_are_written_as_their_readers_write_them() {
        assert_eq!(currency("CNY", "zh-Hant"), "元");
        assert_eq!(currency("RUB", "ru"), "₽");
        assert_eq!(currency("CNY", "en"), "CNY");
        assert_eq!(currency("USD", "zh-Hans"), "USD");
    }
}
