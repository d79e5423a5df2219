//! What a kind's own fields say, in one line for feed readers, without words of any
//! language: names, places, amounts and dates only.

use crate::content::Details;
use crate::content::date::Moment;
use crate::content::kind::{Company, Event, Job, Policy, Salary};
use crate::site::{Page, Site};

/// The facts in the order in which a reader asks for them.
pub(crate) fn facts(site: &Site, page: &Page) -> Vec<String> {
    let facts = match &page.source.details {
        Details::Company(company) => of_company(company),
        Details::Job(job) => of_job(site, page, job),
        Details::Policy(policy) => of_policy(site, policy),
        Details::Event(event) => of_event(site, event),
        Details::Article(_) | Details::Digest(_) | Details::Page => Vec::new(),
    };
    facts
        .into_iter()
        .flatten()
        .filter(|fact| !fact.trim().is_empty())
        .collect()
}

/// `15,000–25,000 CNY`.
pub(crate) fn salary(salary: &Salary) -> Option<String> {
    let range = match (salary.min, salary.max) {
        (Some(min), Some(max)) if min < max => format!("{}–{}", number(min), number(max)),
        (Some(amount), _) | (None, Some(amount)) => number(amount),
        (None, None) => return None,
    };
    Some(format!("{range} {}", salary.currency))
}

fn of_company(company: &Company) -> Vec<Option<String>> {
    vec![
        company.name.clone(),
        company.city.clone(),
        company.district.clone(),
        (!company.industry.is_empty()).then(|| company.industry.join(", ")),
        company.size.clone(),
        company.stage.clone(),
        company.founded.clone(),
        company.website.clone(),
        company.address.clone(),
    ]
}

fn of_job(site: &Site, page: &Page, job: &Job) -> Vec<Option<String>> {
    let employer = page.companies.first().map(|id| &site.pages[*id as usize]);
    let city = job.city.clone().or_else(|| match employer {
        Some(employer) => match &employer.source.details {
            Details::Company(company) => company.city.clone(),
            _ => None,
        },
        None => None,
    });
    vec![
        employer.map(|employer| employer.source.title.clone()),
        city,
        job.salary.as_ref().and_then(salary),
        job.valid_through
            .as_ref()
            .map(|until| format!("→ {}", shown(site, until.value))),
        job.apply_url.clone(),
    ]
}

fn of_policy(site: &Site, policy: &Policy) -> Vec<Option<String>> {
    vec![
        policy.issuer.clone(),
        policy.document_number.clone(),
        policy.region.clone(),
        policy.amount.clone(),
        policy
            .deadline
            .as_ref()
            .map(|deadline| format!("→ {}", shown(site, deadline.value))),
    ]
}

fn of_event(site: &Site, event: &Event) -> Vec<Option<String>> {
    let start = event.start.as_ref().map(|start| shown(site, start.value));
    let end = event.end.as_ref().map(|end| shown(site, end.value));
    vec![
        match (start, end) {
            (Some(start), Some(end)) => Some(format!("{start} – {end}")),
            (start, _) => start,
        },
        event.place.clone(),
        event.address.clone(),
        event.online_url.clone(),
        event.signup_url.clone(),
    ]
}

fn shown(site: &Site, moment: Moment) -> String {
    let form = if moment.has_time {
        "%Y-%m-%d %H:%M"
    } else {
        "%Y-%m-%d"
    };
    moment
        .at
        .to_zoned(site.config.timezone.clone())
        .strftime(form)
        .to_string()
}

fn number(value: f64) -> String {
    let text = if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = whole.trim_start_matches('-').len();
    let sign = whole.len() - digits;
    let mut grouped = whole[..sign].to_owned();
    for (index, digit) in whole[sign..].chars().enumerate() {
        if index > 0 && (digits - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::salary;
    use crate::content::kind::Salary;

    fn shown(min: Option<f64>, max: Option<f64>) -> Option<String> {
        salary(&Salary {
            min,
            max,
            currency: "CNY".to_owned(),
            period: "MONTH".to_owned(),
            months: None,
        })
    }

    #[test]
    fn pay_is_a_range_or_one_amount() {
        assert_eq!(
            shown(Some(15_000.0), Some(1_250_000.0)).as_deref(),
            Some("15,000–1,250,000 CNY")
        );
        assert_eq!(shown(None, Some(900.5)).as_deref(), Some("900.50 CNY"));
        assert_eq!(shown(None, None), None);
    }
}
