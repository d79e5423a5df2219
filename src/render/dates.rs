//! Dates in words: takes a contract date (RFC 3339, or a bare day), a form and a language,
//! gives text. Knows nothing of pages and templates.

use crate::content::date::RUSSIAN_MONTHS;
use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

/// The forms of the filter `date`.
pub(crate) const FORMS: [&str; 9] = [
    "long", "short", "day", "month", "year", "weekday", "time", "datetime", "iso",
];

/// A day and, if it was given, a time of day in the site's zone.
struct Moment {
    date: Date,
    time: Option<Time>,
}

/// Writes a date.
///
/// # Errors
/// When the text is not a date or the form is unknown; the message is one sentence.
pub(crate) fn in_words(
    text: &str,
    form: &str,
    tag: &str,
    zone: &TimeZone,
) -> Result<String, String> {
    let moment = read(text, zone).ok_or_else(|| format!("`{text}` is not a date"))?;
    if form == "iso" {
        return Ok(text.to_owned());
    }
    let language = tag
        .split('-')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let words = match language.as_str() {
        "zh" | "ja" => han(&moment, form),
        "en" => english(&moment, form),
        "ru" => russian(&moment, form),
        _ => plain(&moment, form),
    };
    words.ok_or_else(|| {
        let hint = crate::diag::did_you_mean(form, FORMS).unwrap_or_default();
        format!("`{form}` is no form of a date; {hint}")
            .trim_end_matches([';', ' '])
            .to_owned()
    })
}

fn read(text: &str, zone: &TimeZone) -> Option<Moment> {
    if let Ok(at) = text.parse::<Timestamp>() {
        let local = at.to_zoned(zone.clone()).datetime();
        return Some(Moment {
            date: local.date(),
            time: Some(local.time()),
        });
    }
    Some(Moment {
        date: text.parse().ok()?,
        time: None,
    })
}

impl Moment {
    fn clock(&self) -> String {
        self.time.map_or_else(String::new, |time| {
            format!("{:02}:{:02}", time.hour(), time.minute())
        })
    }

    fn with_clock(&self, long: String, between: &str) -> String {
        match self.time {
            Some(_) => format!("{long}{between}{}", self.clock()),
            None => long,
        }
    }

    fn weekday(&self, words: [&str; 7]) -> String {
        words[weekday_index(self.date.weekday())].to_owned()
    }

    fn month_of(&self, words: [&str; 12]) -> String {
        words[usize::from(self.date.month().unsigned_abs()).saturating_sub(1) % 12].to_owned()
    }
}

fn weekday_index(weekday: Weekday) -> usize {
    usize::from(weekday.to_monday_zero_offset().unsigned_abs())
}

fn han(moment: &Moment, form: &str) -> Option<String> {
    let (year, month, day) = parts(moment);
    let long = || format!("{year}年{month}月{day}日");
    Some(match form {
        "long" => long(),
        "short" => format!("{year}-{month:02}-{day:02}"),
        "day" => format!("{month}月{day}日"),
        "month" => format!("{year}年{month}月"),
        "year" => format!("{year}年"),
        "weekday" => moment.weekday([
            "星期一",
            "星期二",
            "星期三",
            "星期四",
            "星期五",
            "星期六",
            "星期日",
        ]),
        "time" => moment.clock(),
        "datetime" => moment.with_clock(long(), " "),
        _ => return None,
    })
}

fn english(moment: &Moment, form: &str) -> Option<String> {
    let (year, _, day) = parts(moment);
    let month = moment.month_of([
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]);
    let short: String = month.chars().take(3).collect();
    let long = || format!("{day} {month} {year}");
    Some(match form {
        "long" => long(),
        "short" => format!("{day} {short} {year}"),
        "day" => format!("{day} {month}"),
        "month" => format!("{month} {year}"),
        "year" => year.to_string(),
        "weekday" => moment.weekday([
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ]),
        "time" => moment.clock(),
        "datetime" => moment.with_clock(long(), ", "),
        _ => return None,
    })
}

fn russian(moment: &Moment, form: &str) -> Option<String> {
    let (year, month, day) = parts(moment);
    let of_month = moment.month_of(RUSSIAN_MONTHS);
    let long = || format!("{day} {of_month} {year}\u{a0}г.");
    Some(match form {
        "long" => long(),
        "short" => format!("{day:02}.{month:02}.{year}"),
        "day" => format!("{day} {of_month}"),
        "month" => {
            let month = moment.month_of([
                "январь",
                "февраль",
                "март",
                "апрель",
                "май",
                "июнь",
                "июль",
                "август",
                "сентябрь",
                "октябрь",
                "ноябрь",
                "декабрь",
            ]);
            format!("{month} {year}")
        }
        "year" => year.to_string(),
        "weekday" => moment.weekday([
            "понедельник",
            "вторник",
            "среда",
            "четверг",
            "пятница",
            "суббота",
            "воскресенье",
        ]),
        "time" => moment.clock(),
        "datetime" => moment.with_clock(long(), ", "),
        _ => return None,
    })
}

/// Languages whose words we do not know get numbers that everybody reads.
fn plain(moment: &Moment, form: &str) -> Option<String> {
    let (year, month, day) = parts(moment);
    let long = || format!("{year}-{month:02}-{day:02}");
    Some(match form {
        "long" | "short" => long(),
        "day" => format!("{month:02}-{day:02}"),
        "month" => format!("{year}-{month:02}"),
        "year" => year.to_string(),
        // The name of a weekday is a word; a language that we do not know has none.
        "weekday" => String::new(),
        "time" => moment.clock(),
        "datetime" => moment.with_clock(long(), " "),
        _ => return None,
    })
}

fn parts(moment: &Moment) -> (i16, i8, i8) {
    (moment.date.year(), moment.date.month(), moment.date.day())
}

#[cfg(test)]
mod tests {
    use super::in_words;
    use jiff::tz::TimeZone;

    fn all(text: &str, tag: &str) -> Vec<String> {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        [
            "long", "short", "day", "month", "year", "weekday", "datetime",
        ]
        .iter()
        .map(|form| in_words(text, form, tag, &zone).unwrap())
        .collect()
    }

    #[test]
    fn each_language_has_its_words_and_the_zone_is_the_sites() {
        let text = "2026-05-01T20:30:00Z";
        assert_eq!(
            all(text, "zh-Hans").join("|"),
            "2026年5月2日|2026-05-02|5月2日|2026年5月|2026年|星期六|2026年5月2日 04:30"
        );
        assert_eq!(
            all(text, "en").join("|"),
            "2 May 2026|2 May 2026|2 May|May 2026|2026|Saturday|2 May 2026, 04:30"
        );
        assert_eq!(
            all(text, "ru").join("|"),
            "2 мая 2026\u{a0}г.|02.05.2026|2 мая|май 2026|2026|суббота|2 мая 2026\u{a0}г., 04:30"
        );
    }

    #[test]
    fn a_bare_day_has_no_time() {
        assert_eq!(all("2026-09-30", "en")[6], "30 September 2026");
        assert_eq!(all("2026-09-30", "de")[0], "2026-09-30");
    }

    #[test]
    fn mistakes_are_named() {
        let zone = TimeZone::UTC;
        assert_eq!(
            in_words("soon", "long", "en", &zone),
            Err("`soon` is not a date".to_owned())
        );
        assert_eq!(
            in_words("2026-09-30", "lnog", "en", &zone),
            Err("`lnog` is no form of a date; did you mean `long`?".to_owned())
        );
    }
}
