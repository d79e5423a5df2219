//! Dates as authors write them: takes a text and the site's time zone, gives a [`Moment`].
//!
//! Nothing depends on the machine: a date without a zone is read in the site's.

mod named;
mod zone;

pub use named::RUSSIAN_MONTHS;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

/// A point in time as an author gave it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Moment {
    /// The instant. A date without a time of day is its first moment in the zone.
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    pub at: Timestamp,
    /// Offset from UTC that the author wrote, or that the site's zone had then.
    #[serde(with = "offset_seconds")]
    pub offset: Offset,
    /// Whether a time of day was given.
    pub has_time: bool,
}

/// An offset from UTC as seconds, for the store.
mod offset_seconds {
    use jiff::tz::Offset;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(offset: &Offset, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i32(offset.seconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Offset, D::Error> {
        let seconds = i32::deserialize(from)?;
        Offset::from_seconds(seconds).map_err(D::Error::custom)
    }
}

impl Moment {
    /// The instant at which a deadline written like this is over: a bare date lasts until
    /// the end of its day in `zone`.
    pub fn end(&self, zone: &TimeZone) -> Timestamp {
        if self.has_time {
            return self.at;
        }
        let day = self.at.to_zoned(zone.clone());
        day.tomorrow()
            .and_then(|next| next.start_of_day())
            .map_or(self.at, |next| next.timestamp())
    }

    /// The instant in whole seconds with its offset: `2026-10-01T08:00:00+08:00` (RFC 3339).
    pub fn rfc3339(&self) -> String {
        let whole = Timestamp::from_second(self.at.as_second()).unwrap_or(self.at);
        whole.display_with_offset(self.offset).to_string()
    }

    /// A day without a time of day as `2026-10-01`, else as [`Moment::rfc3339`].
    pub fn w3c(&self) -> String {
        if self.has_time {
            return self.rfc3339();
        }
        self.offset.to_datetime(self.at).date().to_string()
    }
}

/// Why a date could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateError {
    /// Not a date in any form that is known.
    Unknown,
    /// The form is right, the day does not exist (2018-02-31).
    Impossible,
    /// `05/06/2024`: both readings, as `YYYY-MM-DD`.
    Ambiguous(String, String),
    /// A zone abbreviation with more than one meaning, such as `CST`.
    Zone(String),
    /// A word that stands for "no date" (`Last Modified`, a template placeholder).
    Unset,
}

/// Reads a date in any of the known forms.
///
/// # Errors
/// Says why, so that the caller can explain it at the right place.
pub fn parse(text: &str, zone: &TimeZone) -> Result<Moment, DateError> {
    // A date is short; a longer text is none, and need not be looked at.
    if text.len() > 200 {
        return Err(DateError::Unknown);
    }
    let text = tidy(text);
    if is_unset(&text) {
        return Err(DateError::Unset);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits_only(&text, zone);
    }
    if let Some((date, rest)) = numeric_date(&text)? {
        return with_time(date, rest, zone);
    }
    named::parse(&text, zone)
}

/// Folds spaces and full-width forms, takes Chinese units apart, drops what is no date:
/// comments after `#` and in brackets.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_u32;
    let mut previous = ' ';
    for c in text.trim().chars() {
        // Full-width ASCII and the ideographic space, as typed with a Chinese keyboard.
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c if c.is_whitespace() => ' ',
            c => c,
        };
        match c {
            '#' => break,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '年' | '月' | '时' | '時' | '点' | '點' | '分' => {
                out.truncate(out.trim_end().len());
                out.push(if c == '年' || c == '月' { '-' } else { ':' });
                previous = ' ';
                continue;
            }
            '日' | '号' | '號' | '秒' => {
                out.push(' ');
                previous = ' ';
                continue;
            }
            '"' | '\'' | '\u{feff}' | '\u{200b}' => {}
            ' ' if previous == ' ' => {}
            c => out.push(c),
        }
        previous = c;
    }
    // `2024年5月` and `8时30分` leave their unit's mark at the end.
    out.trim()
        .trim_end_matches(['-', ':'])
        .trim_end()
        .to_owned()
}

fn is_unset(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words = [
        "",
        "last modified",
        "git last modified",
        "created",
        "git created",
        "null",
        "~",
        "none",
        "n/a",
        "tbd",
        "待定",
        "未定",
    ];
    words.contains(&lower.as_str())
        || lower.contains("{{")
        || lower.contains("{%")
        || lower.contains("<%")
        || lower.starts_with("yyyy")
}

fn digits_only(text: &str, zone: &TimeZone) -> Result<Moment, DateError> {
    let part = |range: std::ops::Range<usize>| text[range].parse::<i16>().unwrap_or(-1);
    let day = || date(part(0..4), part(4..6), part(6..8));
    match text.len() {
        8 => in_zone(day()?.at(0, 0, 0, 0), false, zone),
        12 => in_zone(
            at_time(day()?, part(8..10), part(10..12), 0, 0)?,
            true,
            zone,
        ),
        14 => {
            let moment = at_time(day()?, part(8..10), part(10..12), part(12..14), 0)?;
            in_zone(moment, true, zone)
        }
        10 | 13 => {
            let number: i64 = text.parse().map_err(|_| DateError::Unknown)?;
            let stamp = if text.len() == 10 {
                Timestamp::from_second(number)
            } else {
                Timestamp::from_millisecond(number)
            };
            let at = stamp.map_err(|_| DateError::Impossible)?;
            Ok(Moment {
                at,
                offset: zone.to_offset(at),
                has_time: true,
            })
        }
        _ => Err(DateError::Unknown),
    }
}

/// `2024-5-2`, `2024/05/20`, `2024.5`, `20.05.2024`, `05/06/2024`: the day and what follows.
fn numeric_date(text: &str) -> Result<Option<(civil::Date, &str)>, DateError> {
    let Some((first, length, rest)) = leading_number(text) else {
        return Ok(None);
    };
    let Some(separator) = rest.chars().next().filter(|c| ['-', '/', '.'].contains(c)) else {
        return Ok(None);
    };
    let Some((second, second_length, rest)) = leading_number(&rest[1..]) else {
        return Ok(None);
    };
    let third = rest
        .strip_prefix(separator)
        .and_then(leading_number)
        .filter(|(_, length, _)| *length <= 4);
    if length == 4 && second_length <= 2 {
        return Ok(match third {
            Some((third, 1 | 2, rest)) => Some((date(first, second, third)?, rest)),
            Some(_) => None,
            // A month alone means its first day.
            None => Some((date(first, second, 1)?, rest)),
        });
    }
    let (2.., Some((year, 4, rest))) = (length + second_length, third) else {
        return Ok(None);
    };
    if length > 2 || second_length > 2 {
        return Ok(None);
    }
    // Points are the European way, day first; slashes and dashes are used both ways.
    let day_first = separator == '.' || first > 12 || first == second;
    if day_first {
        return Ok(Some((date(year, second, first)?, rest)));
    }
    if second > 12 {
        return Ok(Some((date(year, first, second)?, rest)));
    }
    Err(DateError::Ambiguous(
        format!("{year:04}-{first:02}-{second:02}"),
        format!("{year:04}-{second:02}-{first:02}"),
    ))
}

/// Reads `[T ]8:00[:00[.5]] [am] [zone]` behind a date.
fn with_time(day: civil::Date, rest: &str, zone: &TimeZone) -> Result<Moment, DateError> {
    let mut rest = rest;
    if let Some(after) = rest.strip_prefix(['T', 't', '_', ' ', ',']) {
        rest = after.trim_start();
    } else if rest.starts_with("年") {
        return Err(DateError::Unknown);
    }
    let mut half = None;
    for (word, is_afternoon) in [
        ("凌晨", false),
        ("早上", false),
        ("上午", false),
        ("中午", true),
        ("下午", true),
        ("晚上", true),
    ] {
        if let Some(after) = rest.strip_prefix(word) {
            half = Some(is_afternoon);
            rest = after.trim_start();
        }
    }
    if rest.is_empty() {
        return in_zone(day.at(0, 0, 0, 0), false, zone);
    }
    let (time, rest) = match clock(rest)? {
        Some(found) => found,
        None => {
            // `2024-05-20 +08:00`, `2024-05-20Z`: a zone without a time.
            let moment = day.at(0, 0, 0, 0);
            return placed(moment, false, rest.trim(), zone);
        }
    };
    let mut hour = time.hour;
    let mut rest = rest.trim_start();
    for (word, is_afternoon) in [("am", false), ("pm", true), ("a.m.", false), ("p.m.", true)] {
        if let Some(after) = strip_word(rest, word) {
            half = Some(is_afternoon);
            rest = after.trim_start();
            break;
        }
    }
    match half {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    let moment = at_time(day, hour, time.minute, time.second, time.nanosecond)?;
    placed(moment, true, rest, zone)
}

struct Clock {
    hour: i16,
    minute: i16,
    second: i16,
    nanosecond: i32,
}

/// Reads `8:00`, `08:00:00`, `08:00:00.123456789`; `None` when there is no time here.
fn clock(text: &str) -> Result<Option<(Clock, &str)>, DateError> {
    let Some((hour, 1 | 2, rest)) = leading_number(text) else {
        return Ok(None);
    };
    let mut clock = Clock {
        hour,
        minute: 0,
        second: 0,
        nanosecond: 0,
    };
    let Some(rest) = rest.strip_prefix(':') else {
        // `8 pm`, or a lone `8` as the Chinese `8时` leaves it.
        let next = rest.trim_start().to_ascii_lowercase();
        let alone = next.is_empty() || next.starts_with("am") || next.starts_with("pm");
        return Ok(alone.then_some((clock, rest)));
    };
    let Some((minute, 1 | 2, rest)) = leading_number(rest) else {
        return Err(DateError::Unknown);
    };
    clock.minute = minute;
    let Some(after) = rest.strip_prefix(':') else {
        return Ok(Some((clock, without_zeros(rest))));
    };
    let Some((second, 1 | 2, rest)) = leading_number(after) else {
        return Err(DateError::Unknown);
    };
    clock.second = second;
    let Some(fraction) = rest.strip_prefix('.') else {
        return Ok(Some((clock, rest)));
    };
    let end = fraction
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(fraction.len());
    if end == 0 {
        return Err(DateError::Unknown);
    }
    let nine: String = fraction[..end]
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    clock.nanosecond = nine.parse().unwrap_or(0);
    Ok(Some((clock, &fraction[end..])))
}

/// What follows minutes without the fraction of nothing that some editors write behind them:
/// `20:00.000000000`.
fn without_zeros(text: &str) -> &str {
    match text.strip_prefix(".0") {
        Some(rest) => {
            let rest = rest.trim_start_matches('0');
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                text
            } else {
                rest
            }
        }
        None => text,
    }
}

/// Puts a civil time into the zone that is written behind it, or into the site's.
fn placed(
    moment: civil::DateTime,
    has_time: bool,
    rest: &str,
    zone: &TimeZone,
) -> Result<Moment, DateError> {
    match zone::read(rest)? {
        None => in_zone(moment, has_time, zone),
        Some(zone::Written::Zone(zone)) => in_zone(moment, has_time, &zone),
        Some(zone::Written::Offset(offset)) => Ok(Moment {
            at: offset
                .to_timestamp(moment)
                .map_err(|_| DateError::Impossible)?,
            offset,
            has_time,
        }),
    }
}

fn date(year: i16, month: i16, day: i16) -> Result<civil::Date, DateError> {
    let small = |number: i16| i8::try_from(number).map_err(|_| DateError::Impossible);
    civil::Date::new(year, small(month)?, small(day)?).map_err(|_| DateError::Impossible)
}

/// A time of that day; `24:00` is the end of the day, a leap second the second before it.
fn at_time(
    day: civil::Date,
    hour: i16,
    minute: i16,
    second: i16,
    nanosecond: i32,
) -> Result<civil::DateTime, DateError> {
    if (hour, minute, second) == (24, 0, 0) {
        let next = day.tomorrow().map_err(|_| DateError::Impossible)?;
        return Ok(next.at(0, 0, 0, 0));
    }
    let second = if second == 60 { 59 } else { second };
    let small = |number: i16| i8::try_from(number).map_err(|_| DateError::Impossible);
    civil::Time::new(small(hour)?, small(minute)?, small(second)?, nanosecond)
        .map(|time| day.to_datetime(time))
        .map_err(|_| DateError::Impossible)
}

/// Times that a clock change skips or repeats are read as most calendars do: the skipped hour
/// moves forward, of the repeated one the first is meant.
fn in_zone(moment: civil::DateTime, has_time: bool, zone: &TimeZone) -> Result<Moment, DateError> {
    let zoned = zone
        .to_ambiguous_zoned(moment)
        .compatible()
        .map_err(|_| DateError::Impossible)?;
    Ok(Moment {
        at: zoned.timestamp(),
        offset: zoned.offset(),
        has_time,
    })
}

/// A number at the start: its value, its digits (at most four) and what follows.
fn leading_number(text: &str) -> Option<(i16, usize, &str)> {
    let length = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    if length == 0 || length > 4 {
        return None;
    }
    let number = text[..length].parse().ok()?;
    Some((number, length, &text[length..]))
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let whole = !rest.starts_with(char::is_alphanumeric);
    (whole && start.eq_ignore_ascii_case(word)).then_some(rest)
}

#[cfg(test)]
mod tests;
