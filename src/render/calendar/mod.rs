//! Calendars (RFC 5545): takes a resolved site, gives `event.ics` beside each event's page,
//! and `calendar.ics` beside each list of events or policies and at each language's home:
//! events, and the deadlines of policies as whole days. Nothing in a calendar depends on the
//! moment of the build.

mod line;

use super::address::{self, CALENDAR, EVENT, absolute};
use super::feed::TitleOf;
use super::{Sink, origin, sanitise, summary};
use crate::content::date::Moment;
use crate::content::kind::{Event, Policy};
use crate::content::{Details, Located};
use crate::site::{ListOf, Page, Site, has_calendar, has_event_file, is_in_calendar};
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use line::Lines;

/// Writes all calendars. `titles` gives a list's title.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(site: &Site, titles: TitleOf<'_>, sink: &dyn Sink) -> anyhow::Result<()> {
    for page in site.pages.iter().filter(|page| has_event_file(page)) {
        let calendar = calendar(site, page.language, &page.source.title, [page]);
        let file = format!("{}{EVENT}", address::folder(&page.output));
        sink.write(&file, calendar.as_bytes())?;
    }
    for list in &site.lists {
        if !has_calendar(&site.pages, list) {
            continue;
        }
        let calendar = if list.of == ListOf::Home {
            let pages = site.pages.iter();
            let pages = pages.filter(|page| is_in_calendar(page, list.language));
            calendar(site, list.language, "", pages)
        } else {
            let pages = list.pages.iter();
            let pages = pages.filter_map(|id| site.pages.get(*id as usize));
            calendar(site, list.language, &titles(list), pages)
        };
        sink.write(&format!("{}{CALENDAR}", list.folder), calendar.as_bytes())?;
    }
    Ok(())
}

fn calendar<'a>(
    site: &Site,
    language: u8,
    title: &str,
    pages: impl IntoIterator<Item = &'a Page>,
) -> String {
    let config = &*site.config;
    let name = config
        .title
        .get(&config.languages[usize::from(language)].tag);
    let name = if title.is_empty() {
        name.to_owned()
    } else {
        format!("{title} · {name}")
    };
    let mut lines = Lines::default();
    lines.plain("BEGIN", "VCALENDAR");
    lines.plain("VERSION", "2.0");
    lines.plain("PRODID", "-//Guidepost//Guidepost//EN");
    lines.plain("CALSCALE", "GREGORIAN");
    lines.plain("METHOD", "PUBLISH");
    lines.text("X-WR-CALNAME", &sanitise::line(&name));
    if let Some(zone) = config.timezone.iana_name() {
        lines.plain("X-WR-TIMEZONE", zone);
    }
    lines.plain("REFRESH-INTERVAL;VALUE=DURATION", "P1D");
    lines.plain("X-PUBLISHED-TTL", "P1D");
    for page in pages {
        match &page.source.details {
            Details::Event(event) => write_event(&mut lines, site, page, event),
            Details::Policy(policy) => write_deadline(&mut lines, site, page, policy),
            _ => {}
        }
    }
    lines.plain("END", "VCALENDAR");
    lines.finish()
}

fn write_event(lines: &mut Lines, site: &Site, page: &Page, event: &Event) {
    let Some(Located { value: start, .. }) = event.start else {
        return;
    };
    let zone = &site.config.timezone;
    let end = event
        .end
        .as_ref()
        .map(|end| end.value)
        .filter(|end| end.end(zone) > start.at);
    lines.plain("BEGIN", "VEVENT");
    head(lines, site, page, "", start);
    if start.has_time {
        lines.plain("DTSTART", &utc(start.at));
        if let Some(end) = end {
            lines.plain("DTEND", &utc(end.end(zone)));
        }
    } else {
        whole_days(lines, zone, start, end.unwrap_or(start));
    }
    lines.text("SUMMARY", &sanitise::line(&page.source.title));
    let urls = [&event.online_url, &event.signup_url];
    describe(lines, &summary::of(page), &urls);
    let place: Vec<_> = [&event.place, &event.address]
        .into_iter()
        .flatten()
        .map(|part| sanitise::line(part))
        .collect();
    if !place.is_empty() {
        lines.text("LOCATION", &place.join(", "));
    } else if let Some(url) = &event.online_url {
        lines.text("LOCATION", &sanitise::line(url));
    }
    let status = match event.status.as_deref() {
        Some("cancelled") => "CANCELLED",
        Some("postponed") => "TENTATIVE",
        _ => "CONFIRMED",
    };
    lines.plain("STATUS", status);
    lines.plain("END", "VEVENT");
}

fn write_deadline(lines: &mut Lines, site: &Site, page: &Page, policy: &Policy) {
    let Some(Located {
        value: deadline, ..
    }) = policy.deadline
    else {
        return;
    };
    lines.plain("BEGIN", "VEVENT");
    head(lines, site, page, "deadline-", deadline);
    whole_days(lines, &site.config.timezone, deadline, deadline);
    lines.text("SUMMARY", &sanitise::line(&page.source.title));
    describe(lines, &summary::of(page), &[&policy.amount, &policy.issuer]);
    // A deadline does not make anybody busy.
    lines.plain("TRANSP", "TRANSPARENT");
    lines.plain("STATUS", "CONFIRMED");
    lines.plain("END", "VEVENT");
}

/// What every entry has: identity, stamp and address. The stamp is the page's last change
/// (its own moment when it tells none), so that the same content gives the same bytes.
fn head(lines: &mut Lines, site: &Site, page: &Page, prefix: &str, own: Moment) {
    let host = origin::host(&site.config);
    let path = page.url.trim_matches('/');
    lines.text("UID", &format!("{prefix}{path}@{host}"));
    let stamp = page.updated.or(page.date).unwrap_or(own);
    lines.plain("DTSTAMP", &utc(stamp.at));
    lines.plain("LAST-MODIFIED", &utc(stamp.at));
    lines.plain("URL", &absolute(&site.config, &page.url));
}

fn describe(lines: &mut Lines, summary: &str, more: &[&Option<String>]) {
    let more = more.iter().filter_map(|part| part.as_deref());
    let parts: Vec<_> = std::iter::once(summary)
        .chain(more)
        .map(sanitise::line)
        .filter(|part| !part.is_empty())
        .collect();
    if !parts.is_empty() {
        lines.text("DESCRIPTION", &parts.join("\n"));
    }
}

/// Days as authors write them include the last one; a calendar wants the day after it.
fn whole_days(lines: &mut Lines, zone: &TimeZone, first: Moment, last: Moment) {
    let first = day(zone, first);
    let last = day(zone, last).max(first);
    lines.plain("DTSTART;VALUE=DATE", &first.strftime("%Y%m%d").to_string());
    if let Ok(after) = last.tomorrow() {
        lines.plain("DTEND;VALUE=DATE", &after.strftime("%Y%m%d").to_string());
    }
}

fn day(zone: &TimeZone, moment: Moment) -> Date {
    moment.at.to_zoned(zone.clone()).date()
}

fn utc(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::content::kind::{Event, Policy};
    use crate::content::{Details, Kind, Located};
    use crate::diag::Position;
    use crate::render::sample::{HOSTILE, Kept, config, day, list, moment, page, site};
    use crate::site::{ListOf, Page, Site};
    use icalendar::{Calendar, CalendarComponent, Component};

    fn at<T>(value: T) -> Option<Located<T>> {
        Some(Located::new(value, Position::default()))
    }

    fn meetup(title: &str) -> Page {
        page(
            "events/meetup",
            title,
            Details::Event(Box::new(Event {
                start: at(moment("2026-12-05T14:00:00+08:00")),
                end: at(moment("2026-12-05T17:30:00+08:00")),
                place: Some("老厂房; 3 楼, 甲".to_owned()),
                status: Some("postponed".to_owned()),
                ..Event::default()
            })),
        )
    }

    fn of(pages: Vec<Page>) -> Site {
        let mut site = site(config());
        site.lists = vec![
            list(ListOf::Home, "", "", vec![]),
            list(ListOf::Kind(Kind::Event), "活动", "events/", vec![0]),
        ];
        site.pages = pages;
        site
    }

    fn written(site: &Site) -> Kept {
        let kept = Kept::default();
        write(site, &|list| list.title.clone(), &kept).unwrap();
        kept
    }

    #[test]
    fn an_event_has_a_file_beside_its_page() {
        let kept = written(&of(vec![meetup("聚会")]));
        assert_eq!(
            kept.paths(),
            [
                "calendar.ics",
                "events/calendar.ics",
                "events/meetup/event.ics"
            ]
        );
        assert_eq!(
            kept.text("events/meetup/event.ics").replace("\r\n", "\n"),
            "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Guidepost//Guidepost//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:聚会 · 回响
X-WR-TIMEZONE:Asia/Shanghai
REFRESH-INTERVAL;VALUE=DURATION:P1D
X-PUBLISHED-TTL:P1D
BEGIN:VEVENT
UID:events/meetup@example.org
DTSTAMP:20260930T160000Z
LAST-MODIFIED:20260930T160000Z
URL:https://example.org/events/meetup/
DTSTART:20261205T060000Z
DTEND:20261205T093000Z
SUMMARY:聚会
DESCRIPTION:聚会: 摘要
LOCATION:老厂房\\; 3 楼\\, 甲
STATUS:TENTATIVE
END:VEVENT
END:VCALENDAR
"
        );
    }

    #[test]
    fn days_end_on_the_day_after_and_deadlines_are_days() {
        let fair = page(
            "events/fair",
            "招聘会",
            Details::Event(Box::new(Event {
                start: at(day("2026-12-31")),
                end: at(day("2027-01-02")),
                ..Event::default()
            })),
        );
        let grant = page(
            "policies/grant",
            "补贴",
            Details::Policy(Box::new(Policy {
                deadline: at(moment("2026-11-30T18:00:00+08:00")),
                ..Policy::default()
            })),
        );
        let text = written(&of(vec![fair, grant])).text("calendar.ics");
        assert!(text.contains("DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270103\r\n"));
        assert!(text.contains("UID:deadline-policies/grant@example.org\r\n"));
        assert!(text.contains("DTSTART;VALUE=DATE:20261130\r\nDTEND;VALUE=DATE:20261201\r\n"));
    }

    #[test]
    fn an_end_before_the_beginning_is_left_out() {
        let wrong = page(
            "events/wrong",
            "x",
            Details::Event(Box::new(Event {
                start: at(moment("2026-12-05T14:00:00+08:00")),
                end: at(moment("2026-12-05T13:00:00+08:00")),
                ..Event::default()
            })),
        );
        assert!(
            !written(&of(vec![wrong]))
                .text("calendar.ics")
                .contains("DTEND")
        );
    }

    #[test]
    fn hostile_titles_stay_texts() {
        for title in HOSTILE {
            let text = written(&of(vec![meetup(title)])).text("calendar.ics");
            for line in text.split("\r\n") {
                assert!(line.len() <= 75, "{line}");
                assert!(!line.contains('\n'));
            }
            let calendar: Calendar = text.parse().unwrap();
            let [CalendarComponent::Event(event)] = calendar.components.as_slice() else {
                panic!("one event: {text}");
            };
            let wanted = crate::render::sanitise::line(title);
            assert_eq!(event.get_summary().unwrap().trim(), wanted.trim());
        }
    }
}
