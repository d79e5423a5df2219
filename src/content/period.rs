//! Periods of digests: takes `2026-10`, `2026-W41` or `2026-10-01/2026-10-15` and a time zone,
//! gives the first instant of the period and the first after it.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Reads a period; `None` when it is none or ends before it begins.
pub fn parse(text: &str, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let (first, after) = days(text.trim())?;
    let instant = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
    let (first, after) = (instant(first)?, instant(after)?);
    (first < after).then_some((first, after))
}

fn days(text: &str) -> Option<(Date, Date)> {
    if let Some((first, last)) = text.split_once('/') {
        let last: Date = last.trim().parse().ok()?;
        return Some((first.trim().parse().ok()?, last.tomorrow().ok()?));
    }
    let (year, rest) = text.split_once('-')?;
    let year: i16 = year.parse().ok()?;
    if let Some(week) = rest.strip_prefix(['W', 'w']) {
        let monday = ISOWeekDate::new(year, week.parse().ok()?, Weekday::Monday).ok()?;
        let first = monday.date();
        return Some((first, first.checked_add(1.week()).ok()?));
    }
    let first = Date::new(year, rest.parse().ok()?, 1).ok()?;
    Some((first, first.checked_add(1.month()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use jiff::tz::TimeZone;

    #[test]
    fn months_weeks_and_ranges_are_half_open() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let show = |text: &str| parse(text, &zone).map(|(a, b)| format!("{a} {b}"));
        let cases = [
            ("2026-10", Some("2026-09-30T16:00:00Z 2026-10-31T16:00:00Z")),
            (
                "2026-W41",
                Some("2026-10-04T16:00:00Z 2026-10-11T16:00:00Z"),
            ),
            (
                "2026-10-01/2026-10-15",
                Some("2026-09-30T16:00:00Z 2026-10-15T16:00:00Z"),
            ),
            ("2026-10-15/2026-10-01", None),
            ("October", None),
            ("2026-13", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(show(text).as_deref(), wanted, "{text}");
        }
    }
}
