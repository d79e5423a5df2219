//! Reads the fields that a kind has of its own: takes one page's fields, gives [`Details`].
//! A missing required field is a diagnostic at the front matter.

use super::date::Moment;
use super::kind::{Article, Company, Details, Digest, Event, Job, Kind, Policy, Salary};
use super::reading::Reading;
use super::{Located, period};
use crate::config::community::PILLARS;
use crate::data::{Node, Value};
use crate::diag::{Code, Diagnostic, Place};

/// schema.org's words for the kinds of employment, in the order of frequency.
const EMPLOYMENT: &[&str] = &[
    "FULL_TIME",
    "PART_TIME",
    "CONTRACTOR",
    "TEMPORARY",
    "INTERN",
    "VOLUNTEER",
    "PER_DIEM",
    "OTHER",
];
const PERIODS: &[&str] = &["HOUR", "DAY", "WEEK", "MONTH", "YEAR"];
const STATUSES: &[&str] = &["scheduled", "postponed", "cancelled", "done"];

/// Reads the own fields of a kind.
pub(super) fn read(reading: &mut Reading<'_>, kind: Kind, file: &Place) -> Details {
    match kind {
        Kind::Article => Details::Article(Article {
            pillar: reading.word("pillar", &PILLARS).map(|word| word.value),
            companies: references(reading, &["companies"]),
            policies: references(reading, &["policies"]),
        }),
        Kind::Company => Details::Company(Box::new(company(reading))),
        Kind::Job => Details::Job(Box::new(job(reading, file))),
        Kind::Policy => Details::Policy(Box::new(policy(reading))),
        Kind::Event => Details::Event(Box::new(event(reading, file))),
        Kind::Digest => Details::Digest(digest(reading, file)),
        Kind::Page => Details::Page,
    }
}

fn text(reading: &mut Reading<'_>, key: &'static str) -> Option<String> {
    reading.fields.text(&[key]).map(|(text, _)| text)
}

fn texts(reading: &mut Reading<'_>, keys: &[&'static str]) -> Vec<String> {
    let texts = reading.fields.texts(keys);
    texts.into_iter().map(|(text, _)| text).collect()
}

fn references(reading: &mut Reading<'_>, keys: &[&'static str]) -> Vec<Located<String>> {
    let texts = reading.fields.texts(keys);
    texts
        .into_iter()
        .map(|(text, at)| Located::new(text, at))
        .collect()
}

fn missing(reading: &mut Reading<'_>, kind: Kind, key: &str, file: &Place, hint: &str) {
    let message = format!("a page of kind `{}` needs `{key}`", kind.as_str());
    reading.fields.report(
        Diagnostic::new(Code::MissingField, message)
            .at(file.clone())
            .hint(hint),
    );
}

fn company(reading: &mut Reading<'_>) -> Company {
    let (name, names) = names(reading);
    Company {
        name,
        names,
        city: text(reading, "city"),
        district: district(reading),
        industry: texts(reading, &["industry", "industries"]),
        size: text(reading, "size"),
        stage: text(reading, "stage"),
        founded: text(reading, "founded"),
        website: reading.url("website"),
        careers_url: reading.url("careers_url"),
        address: text(reading, "address"),
        geo: geo(reading),
        verified_on: reading.moment(&["verified_on"]),
        pros: texts(reading, &["pros"]),
        cons: texts(reading, &["cons"]),
    }
}

/// `name: 云岚精工` or `name: {zh-Hans: 云岚精工, en: Yunlan Precision}`.
fn names(reading: &mut Reading<'_>) -> (Option<String>, Vec<(String, String)>) {
    match reading.fields.node("name") {
        Some(node) if matches!(node.value, Value::Map(_)) => {
            let names: Vec<(String, String)> = node
                .entries()
                .iter()
                .filter_map(|entry| Some((entry.key.clone(), entry.value.text()?.to_owned())))
                .collect();
            (names.first().map(|(_, name)| name.clone()), names)
        }
        _ => (text(reading, "name"), Vec::new()),
    }
}

fn district(reading: &mut Reading<'_>) -> Option<String> {
    let found = reading.fields.texts(&["district", "districts"]);
    found.into_iter().next().map(|(text, _)| text)
}

/// `geo: [30.1, 120.2]`, `geo: 30.1, 120.2` or `geo: {lat: 30.1, lng: 120.2}`.
fn geo(reading: &mut Reading<'_>) -> Option<(f64, f64)> {
    let node = reading.fields.node("geo")?;
    let number = |node: &Node| node.text().and_then(|text| text.trim().parse::<f64>().ok());
    let pair = match &node.value {
        Value::List(nodes) => match nodes.as_slice() {
            [first, second] => number(first).zip(number(second)),
            _ => None,
        },
        Value::Scalar { text, .. } => text.split_once(',').and_then(|(first, second)| {
            Some((first.trim().parse().ok()?, second.trim().parse().ok()?))
        }),
        Value::Map(_) => {
            let of = |keys: [&str; 3]| keys.iter().find_map(|key| node.get(key)).and_then(number);
            of(["lat", "latitude", "y"]).zip(of(["lng", "lon", "longitude"]))
        }
        Value::Null => None,
    };
    let valid = pair.filter(|(latitude, longitude)| {
        (-90.0..=90.0).contains(latitude) && (-180.0..=180.0).contains(longitude)
    });
    if valid.is_none() {
        reading.fields.wrong_type(
            "geo",
            node,
            "latitude and longitude, such as `[30.25, 120.16]`",
        );
    }
    valid
}

fn job(reading: &mut Reading<'_>, file: &Place) -> Job {
    let company = references(reading, &["company"]).into_iter().next();
    if company.is_none() {
        let hint = "name the employer's page, such as `company: acme`";
        missing(reading, Kind::Job, "company", file, hint);
    }
    Job {
        company,
        employment_type: upper_word(reading, "employment_type", EMPLOYMENT),
        remote: reading.fields.flag(&["remote"]) == Some(true),
        city: text(reading, "city"),
        salary: salary(reading),
        valid_through: reading.located_moment(&["valid_through"]),
        apply_url: reading.url("apply_url"),
        referral: text(reading, "referral"),
        policies: references(reading, &["policies"]),
    }
}

/// A word of schema.org, which authors may write as `full-time` or `full time`.
fn upper_word(
    reading: &mut Reading<'_>,
    key: &'static str,
    words: &'static [&'static str],
) -> Option<String> {
    let (text, position) = reading.fields.text(&[key])?;
    let word = text.to_ascii_uppercase().replace(['-', ' '], "_");
    let word = match word.as_str() {
        "MONTHLY" => "MONTH",
        "YEARLY" | "ANNUAL" | "ANNUALLY" => "YEAR",
        "DAILY" => "DAY",
        "WEEKLY" => "WEEK",
        "HOURLY" => "HOUR",
        "INTERNSHIP" => "INTERN",
        "CONTRACT" => "CONTRACTOR",
        other => other,
    };
    if words.contains(&word) {
        return Some(word.to_owned());
    }
    reading.invalid_word(key, &text, position, words);
    None
}

fn salary(reading: &mut Reading<'_>) -> Option<Salary> {
    let node = reading.fields.node("salary")?;
    if !matches!(node.value, Value::Map(_)) {
        let wanted = "a mapping, such as `{min: 15000, max: 25000, currency: CNY, period: month}`";
        reading.fields.wrong_type("salary", node, wanted);
        return None;
    }
    let mut inner = reading.nested(node);
    let salary = Salary {
        min: inner.fields.number(&["min"]),
        max: inner.fields.number(&["max"]),
        currency: inner
            .fields
            .text(&["currency"])
            .map_or_else(|| "CNY".to_owned(), |(text, _)| text.to_ascii_uppercase()),
        period: upper_word(&mut inner, "period", PERIODS).unwrap_or_else(|| "MONTH".to_owned()),
        months: inner.fields.number(&["months"]),
    };
    if let (Some(min), Some(max)) = (salary.min, salary.max)
        && min > max
    {
        let place = inner.fields.place(node.position);
        inner.fields.report(
            Diagnostic::new(
                Code::InvalidValue,
                format!("the lowest salary {min} is above the highest {max}"),
            )
            .at(place)
            .hint("exchange `min` and `max`"),
        );
    }
    reading.end_nested(inner);
    (salary.min.is_some() || salary.max.is_some()).then_some(salary)
}

fn policy(reading: &mut Reading<'_>) -> Policy {
    Policy {
        issuer: text(reading, "issuer"),
        document_number: text(reading, "document_number"),
        region: text(reading, "region"),
        effective_from: reading.moment(&["effective_from"]),
        effective_until: reading.located_moment(&["effective_until"]),
        deadline: reading.located_moment(&["deadline"]),
        amount: text(reading, "amount"),
        checked_on: reading.moment(&["checked_on"]),
    }
}

fn event(reading: &mut Reading<'_>, file: &Place) -> Event {
    if let Some((name, position)) = reading.fields.text(&["timezone"]) {
        match jiff::tz::TimeZone::get(&name) {
            Ok(zone) => reading.zone = zone,
            Err(_) => {
                let place = reading.fields.place(position);
                reading.fields.report(
                    Diagnostic::new(Code::InvalidValue, format!("unknown time zone `{name}`"))
                        .at(place)
                        .hint("write a name of the IANA list, such as `Asia/Shanghai`"),
                );
            }
        }
    }
    let start = reading.located_moment(&["start"]);
    let end = reading.located_moment(&["end"]);
    if start.is_none() {
        let hint = "write `start: 2026-12-05 14:00`";
        missing(reading, Kind::Event, "start", file, hint);
    }
    if let (Some(start), Some(end)) = (&start, &end)
        && last(&end.value, reading) < start.value.at
    {
        let place = reading.fields.place(end.position);
        reading.fields.report(
            Diagnostic::new(Code::InvalidValue, "the event ends before it starts")
                .at(place)
                .hint("check `start` and `end`"),
        );
    }
    Event {
        start,
        end,
        place: text(reading, "place"),
        address: text(reading, "address"),
        online_url: reading.url("online_url"),
        capacity: capacity(reading),
        signup_url: reading.url("signup_url"),
        host: text(reading, "host"),
        speakers: texts(reading, &["speakers"]),
        status: reading.word("status", STATUSES).map(|word| word.value),
        // Rendered by the parser of the page, which knows the markdown switches.
        recap: text(reading, "recap"),
    }
}

fn last(moment: &Moment, reading: &Reading<'_>) -> jiff::Timestamp {
    moment.end(&reading.zone)
}

fn capacity(reading: &mut Reading<'_>) -> Option<u32> {
    let node = reading.fields.node("capacity")?;
    let seats = node.text().and_then(|text| text.trim().parse().ok());
    if seats.is_none() {
        reading
            .fields
            .wrong_type("capacity", node, "a whole number");
    }
    seats
}

fn digest(reading: &mut Reading<'_>, file: &Place) -> Digest {
    let listed = reading.fields.flag(&["listed"]) == Some(true);
    let Some((label, position)) = reading.fields.text(&["period"]) else {
        let hint = "write `period: 2026-10`, `2026-W41` or `2026-10-01/2026-10-15`";
        missing(reading, Kind::Digest, "period", file, hint);
        return Digest::default();
    };
    let period = period::parse(&label, &reading.zone);
    if period.is_none() {
        let place = reading.fields.place(position);
        reading.fields.report(
            Diagnostic::new(Code::InvalidValue, format!("`{label}` is not a period"))
                .at(place)
                .hint("write a month `2026-10`, a week `2026-W41` or `2026-10-01/2026-10-15`"),
        );
    }
    Digest {
        period,
        label: Some(label),
        listed,
    }
}
