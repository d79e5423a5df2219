//! Data for reuse by others: takes a resolved site, gives `jobs.json` (open jobs) and
//! `companies.json` in each language's folder. The fields are described in
//! `docs/outputs.md`; they may be added to, never renamed. A field without a value is left
//! out.

use super::address::absolute;
use super::{Sink, origin, summary};
use crate::content::Details;
use crate::content::date::Moment;
use crate::content::kind::{Company, Job};
use crate::site::{HOME_FILES, LanguageId, ListOf, Page, Site, has_data};
use serde_json::{Map, Number, Value, json};

/// Writes the files of every language that has jobs or companies, open or not.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(site: &Site, sink: &dyn Sink) -> anyhow::Result<()> {
    for (id, language) in (0..).zip(&site.config.languages) {
        for (file, kind) in HOME_FILES {
            if !has_data(&site.pages, id, kind) {
                continue;
            }
            let records: Vec<Value> = site
                .pages
                .iter()
                .filter(|page| page.language == id && page.kind == kind)
                .filter(|page| !page.expired && !page.source.meta.hidden)
                .filter_map(|page| record(site, page))
                .collect();
            let document = json!({
                "site": absolute(&site.config, &origin::home(&site.config, language)),
                "language": language.tag,
                kind.plural(): records,
            });
            let mut bytes = serde_json::to_vec_pretty(&document)?;
            bytes.push(b'\n');
            sink.write(&format!("{}{file}", origin::folder(language)), &bytes)?;
        }
    }
    Ok(())
}

/// The name of a company in a language: its name there, its official name, its title.
pub(crate) fn company_name<'a>(site: &Site, page: &'a Page, language: LanguageId) -> &'a str {
    let tag = &site.config.languages[usize::from(language)].tag;
    let Details::Company(company) = &page.source.details else {
        return &page.source.title;
    };
    company
        .names
        .iter()
        .find(|(name_tag, _)| name_tag.eq_ignore_ascii_case(tag))
        .map(|(_, name)| name)
        .or(company.name.as_ref())
        .unwrap_or(&page.source.title)
}

fn record(site: &Site, page: &Page) -> Option<Value> {
    let mut fields = Fields::default();
    fields.text("url", Some(&absolute(&site.config, &page.url)));
    fields.text("title", Some(&page.source.title));
    match &page.source.details {
        Details::Job(job) => of_job(&mut fields, site, page, job),
        Details::Company(company) => of_company(&mut fields, site, page, company),
        _ => return None,
    }
    fields.text("summary", Some(&summary::of(page)));
    for (taxonomy, terms) in &page.terms {
        let names: Vec<&str> = terms
            .iter()
            .filter_map(|term| match &site.lists.get(*term as usize)?.of {
                ListOf::Term { name, .. } => Some(name.as_str()),
                _ => None,
            })
            .collect();
        if let Some(taxonomy) = site.config.taxonomies.get(*taxonomy)
            && !fields.0.contains_key(&taxonomy.name)
        {
            fields.texts(&taxonomy.name, &names);
        }
    }
    fields.moment("published", page.date);
    fields.moment("updated", page.updated);
    Some(Value::Object(fields.0))
}

fn of_job(fields: &mut Fields, site: &Site, page: &Page, job: &Job) {
    let employer = page
        .companies
        .first()
        .and_then(|id| site.pages.get(*id as usize));
    if let Some(employer) = employer {
        fields.set(
            "company",
            json!({
                "name": company_name(site, employer, page.language),
                "url": absolute(&site.config, &employer.url),
            }),
        );
    }
    let employers_city = employer.and_then(|employer| match &employer.source.details {
        Details::Company(company) => company.city.as_deref(),
        _ => None,
    });
    fields.text("city", job.city.as_deref().or(employers_city));
    fields.set("remote", json!(job.remote));
    fields.text("employment_type", job.employment_type.as_deref());
    if let Some(salary) = &job.salary {
        let mut pay = Fields::default();
        pay.number("min", salary.min);
        pay.number("max", salary.max);
        pay.text("currency", Some(&salary.currency));
        pay.text("period", Some(&salary.period));
        pay.number("months", salary.months);
        fields.set("salary", Value::Object(pay.0));
    }
    fields.moment(
        "valid_through",
        job.valid_through.as_ref().map(|until| until.value),
    );
    fields.text("apply_url", job.apply_url.as_deref());
    fields.text("referral", job.referral.as_deref());
}

fn of_company(fields: &mut Fields, site: &Site, page: &Page, company: &Company) {
    fields.text("name", Some(company_name(site, page, page.language)));
    if !company.names.is_empty() {
        let names: Map<String, Value> = company
            .names
            .iter()
            .map(|(tag, name)| (tag.clone(), json!(name)))
            .collect();
        fields.set("names", Value::Object(names));
    }
    fields.text("city", company.city.as_deref());
    fields.text("district", company.district.as_deref());
    fields.texts(
        "industry",
        &company
            .industry
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    fields.text("size", company.size.as_deref());
    fields.text("stage", company.stage.as_deref());
    fields.text("founded", company.founded.as_deref());
    fields.text("website", company.website.as_deref());
    fields.text("careers_url", company.careers_url.as_deref());
    fields.text("address", company.address.as_deref());
    if let Some((latitude, longitude)) = company.geo {
        fields.number("latitude", Some(latitude));
        fields.number("longitude", Some(longitude));
    }
    fields.moment("verified_on", company.verified_on);
    fields.set("open_jobs", json!(page.jobs.len()));
}

/// An object whose empty fields are left out.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    fn text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.set(key, json!(text));
        }
    }

    fn texts(&mut self, key: &str, texts: &[&str]) {
        if !texts.is_empty() {
            self.set(key, json!(texts));
        }
    }

    /// Whole numbers are written without a fraction.
    fn number(&mut self, key: &str, number: Option<f64>) {
        if let Some(number) = number.and_then(exact) {
            self.set(key, Value::Number(number));
        }
    }

    /// A day stays a day: `2026-10-01`.
    fn moment(&mut self, key: &str, moment: Option<Moment>) {
        if let Some(moment) = moment {
            self.set(key, json!(moment.w3c()));
        }
    }
}

/// A JSON number that shows `8000`, not `8000.0`.
pub(crate) fn exact(number: f64) -> Option<Number> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole and within the range in which f64 is exact"
    )]
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Some(Number::from(number as i64));
    }
    Number::from_f64(number)
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::content::Details;
    use crate::content::kind::{Company, Job, Salary};
    use crate::render::sample::{Kept, config, page, site};

    #[test]
    fn open_jobs_and_companies_are_there_with_their_fields() {
        let mut site = site(config());
        let company = Company {
            name: Some("甲公司".to_owned()),
            names: vec![("en".to_owned(), "Acme".to_owned())],
            city: Some("某市".to_owned()),
            geo: Some((30.5, 104.0)),
            ..Company::default()
        };
        let job = || {
            Details::Job(Box::new(Job {
                salary: Some(Salary {
                    min: Some(8000.0),
                    max: None,
                    currency: "CNY".to_owned(),
                    period: "MONTH".to_owned(),
                    months: Some(13.0),
                }),
                ..Job::default()
            }))
        };
        let mut acme = page("companies/acme", "甲", Details::Company(Box::new(company)));
        acme.jobs = vec![1];
        let mut open = page("jobs/welder", "焊工", job());
        open.companies = vec![0];
        let mut closed = page("jobs/old", "旧", job());
        closed.companies = vec![0];
        closed.expired = true;
        site.pages = vec![acme, open, closed];
        let kept = Kept::default();
        write(&site, &kept).unwrap();
        assert_eq!(kept.paths(), ["companies.json", "jobs.json"]);
        assert_eq!(
            kept.text("jobs.json"),
            r#"{
  "site": "https://example.org/",
  "language": "zh-Hans",
  "jobs": [
    {
      "url": "https://example.org/jobs/welder/",
      "title": "焊工",
      "company": {
        "name": "甲公司",
        "url": "https://example.org/companies/acme/"
      },
      "city": "某市",
      "remote": false,
      "salary": {
        "min": 8000,
        "currency": "CNY",
        "period": "MONTH",
        "months": 13
      },
      "summary": "焊工: 摘要",
      "published": "2026-10-01",
      "updated": "2026-10-01"
    }
  ]
}
"#
        );
        site.pages.remove(1);
        let kept = Kept::default();
        write(&site, &kept).unwrap();
        let closed = kept.text("jobs.json");
        assert!(closed.contains(r#""jobs": []"#), "{closed}");

        let companies = kept.text("companies.json");
        assert!(companies.contains(r#""open_jobs": 1"#));
        assert!(companies.contains(r#""latitude": 30.5"#));
    }
}
