//! Dates in which the month is a word.

use super::{DateError, Moment, date, leading_number, with_time};
use jiff::tz::TimeZone;

/// Russian months as they stand in a date: of January, of February …
pub const RUSSIAN_MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// `Fri, 20 May 2022 00:00:00 GMT`, `May 20, 2022`, `Thu Jan 01 2024 08:00:00 GMT+0800`,
/// `20 мая 2024`: a day, a month by name and a year in any order, then a time and a zone.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Moment, DateError> {
    let (mut month, mut day, mut year) = (None, None, None);
    let mut time = "";
    let mut behind = Vec::new();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let bare = word.trim_end_matches('.');
        if word.contains(':') && time.is_empty() {
            time = word;
        } else if month.is_none() && month_number(bare).is_some() {
            month = month_number(bare);
        } else if is_weekday(bare) && day.is_none() && year.is_none() {
            // Says nothing that the date does not say.
        } else if bare.contains('-') && day.is_none() && month.is_none() {
            // `20-May-2022`, as old mail programs wrote it.
            let words = bare.replace('-', " ");
            if words.split(' ').any(|word| month_number(word).is_some()) {
                return parse(&text.replacen(bare, &words, 1), zone);
            }
            return Err(DateError::Unknown);
        } else if let Some((number, length, rest)) = leading_number(bare) {
            let ordinal = ["", "st", "nd", "rd", "th", "г"].contains(&rest);
            match length {
                1 | 2 if day.is_none() && ordinal => day = Some(number),
                2 if year.is_none() && rest.is_empty() => {
                    year = Some(number + if number < 50 { 2000 } else { 1900 });
                }
                4 if year.is_none() && ordinal => year = Some(number),
                _ => return Err(DateError::Unknown),
            }
        } else if month.is_some() && matches!(bare, "г" | "года" | "в" | "at" | "of") {
            // Words between the parts.
        } else if month.is_some() {
            behind.push(word);
        } else {
            return Err(DateError::Unknown);
        }
    }
    let (Some(month), Some(day), Some(year)) = (month, day, year) else {
        return Err(DateError::Unknown);
    };
    let rest = format!("{time} {}", behind.join(" "));
    with_time(date(year, month, day)?, rest.trim(), zone)
}

fn month_number(word: &str) -> Option<i16> {
    const ENGLISH: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_lowercase();
    let at = ENGLISH
        .iter()
        .position(|name| {
            *name == word || word == name[..3] || (word == "sept" && *name == "september")
        })
        .or_else(|| RUSSIAN_MONTHS.iter().position(|name| *name == word))?;
    i16::try_from(at + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let word = word.to_lowercase();
    word.len() >= 3 && word.is_ascii() && DAYS.iter().any(|day| day.starts_with(&word))
}
