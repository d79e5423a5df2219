//! Written dates in, instants out.

use super::{DateError, parse};
use jiff::tz::TimeZone;
use proptest::prelude::{any, proptest};

fn read(text: &str) -> String {
    let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
    match parse(text, &zone) {
        Ok(moment) => format!(
            "{}{}",
            moment.at.display_with_offset(moment.offset),
            if moment.has_time { "" } else { " day" }
        ),
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn every_known_form_is_read() {
    let day = "2024-05-20T00:00:00+08:00 day";
    let eight = "2024-05-20T08:00:00+08:00";
    for (text, wanted) in [
        // 1 to 4
        ("2024-05-20", day),
        ("2024-5-2", "2024-05-02T00:00:00+08:00 day"),
        ("2024/5/20", day),
        ("2024.5.20", day),
        ("20240520", day),
        // 5 to 9
        ("2024-05-20 08:00", eight),
        ("2024-05-20 08:00:00", eight),
        ("2024-05-20 08:00:00.250", "2024-05-20T08:00:00.25+08:00"),
        ("2024-5-2 8:0:0", "2024-05-02T08:00:00+08:00"),
        (
            "2024-05-02 20:00.000000000 +09:00",
            "2024-05-02T20:00:00+09:00",
        ),
        ("2024/05/20 8:00", eight),
        ("2024/05/20 8:00:00", eight),
        ("2024-05-20T08:00", eight),
        ("2024-05-20T8:00:00", eight),
        // 10 to 12
        ("2024-05-20T00:00:00Z", "2024-05-20T00:00:00+00:00"),
        ("2024-05-20T08:00:00+08:00", eight),
        (
            "2024-05-20T08:00:00.123456789-05:30",
            "2024-05-20T08:00:00.123456789-05:30",
        ),
        ("2024-05-20T08:00:00+0800", eight),
        ("2024-05-20T08:00:00+08", eight),
        ("2024-05-20 08:00:00 +0800", eight),
        ("2024-05-20 08:00:00 +08:00", eight),
        ("2024-05-20 00:00 UTC", "2024-05-20T00:00:00+00:00"),
        ("2024-05-20 00:00:00 GMT", "2024-05-20T00:00:00+00:00"),
        ("2024-05-20 08:00:00 +0800 CST", eight),
        ("2024-05-20 08:00:00 CST", "Zone(\"CST\")"),
        // 13 to 15
        ("Fri, 20 May 2022 00:00:00 GMT", "2022-05-20T00:00:00+00:00"),
        (
            "Fri, 20 May 2022 00:00:00 +0800",
            "2022-05-20T00:00:00+08:00",
        ),
        ("Fri, 20 May 2022 00:00:00 EST", "2022-05-20T00:00:00-05:00"),
        ("5 May 22 08:00 GMT", "2022-05-05T08:00:00+00:00"),
        ("20-May-2022", "2022-05-20T00:00:00+08:00 day"),
        (
            "Mon Jan 01 2024 08:00:00 GMT+0800 (中国标准时间)",
            "2024-01-01T08:00:00+08:00",
        ),
        ("20 May 2024", day),
        ("May 20, 2024", day),
        ("May 20th, 2024 8:00 PM", "2024-05-20T20:00:00+08:00"),
        ("20 мая 2024 г.", day),
        // 16 to 17
        ("2024年5月20日", day),
        ("2024年5月20日 8:00", eight),
        (
            "2024 年 5 月 20 日 下午 3 点 30 分",
            "2024-05-20T15:30:00+08:00",
        ),
        ("2024年5月", "2024-05-01T00:00:00+08:00 day"),
        ("1716163200", eight),
        ("1716163200000", eight),
        // 18 to 20
        ("2024-05-20T08:00:00", eight),
        ("2001-12-14 21:59:43.10 -5", "2001-12-14T21:59:43.1-05:00"),
        (
            "2019-08-31 23:59:56 America/New_York",
            "2019-08-31T23:59:56-04:00",
        ),
        ("2024-05-20T08:00:00+08:00[Asia/Shanghai]", eight),
        // 21 to 22
        ("Last Modified", "Unset"),
        ("git Last Modified", "Unset"),
        ("{{ date }}", "Unset"),
        // what real files hold besides
        ("2024-05-20#发布", day),
        ("2024-05-20 # 发布", day),
        ("2024-05-20  08:00:00", eight),
        ("２０２４－０５－２０", day),
        ("2024-05-20 24:00", "2024-05-21T00:00:00+08:00"),
        ("20.05.2024", day),
        ("5/20/2024", day),
        ("20/5/2024", day),
        ("05/05/2024", "2024-05-05T00:00:00+08:00 day"),
    ] {
        assert_eq!(read(text), wanted, "{text}");
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    for (text, wanted) in [
        ("05/06/2024", "Ambiguous(\"2024-05-06\", \"2024-06-05\")"),
        ("2018-02-31", "Impossible"),
        ("2017-16-26", "Impossible"),
        ("2024-05-20 25:00", "Impossible"),
        ("2024-05-20 08:00:00 Asia/Nowhere", "Zone(\"Asia/Nowhere\")"),
        ("2024-05-20 及 2024-05-21", "Unknown"),
        ("soon", "Unknown"),
        ("12", "Unknown"),
        ("", "Unset"),
    ] {
        assert_eq!(read(text), wanted, "{text}");
    }
}

#[test]
fn clock_changes_move_forward_or_take_the_first() {
    let zone = TimeZone::get("Europe/Berlin").expect("bundled");
    let gap = parse("2024-03-31 02:30", &zone).expect("a gap is readable");
    assert_eq!(gap.at.to_string(), "2024-03-31T01:30:00Z");
    let fold = parse("2024-10-27 02:30", &zone).expect("a fold is readable");
    assert_eq!(fold.at.to_string(), "2024-10-27T00:30:00Z");
}

#[test]
fn a_bare_day_ends_with_its_day() {
    let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
    let day = parse("2024-05-20", &zone).expect("a date");
    assert_eq!(day.end(&zone).to_string(), "2024-05-20T16:00:00Z");
    let time = parse("2024-05-20 12:00", &zone).expect("a date");
    assert_eq!(time.end(&zone), time.at);
    assert_eq!(parse("x", &zone), Err(DateError::Unknown));
}

#[test]
fn a_moment_is_told_in_whole_seconds_with_its_offset() {
    let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
    for (written, rfc3339, w3c) in [
        ("2024-05-20", "2024-05-20T00:00:00+08:00", "2024-05-20"),
        (
            "2024-05-20T01:02:03.987-03:30",
            "2024-05-20T01:02:03-03:30",
            "2024-05-20T01:02:03-03:30",
        ),
        (
            "2024-05-20T01:02:03Z",
            "2024-05-20T01:02:03+00:00",
            "2024-05-20T01:02:03+00:00",
        ),
    ] {
        let moment = parse(written, &zone).expect("a date");
        assert_eq!(
            (&*moment.rfc3339(), &*moment.w3c()),
            (rfc3339, w3c),
            "{written}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = parse(&text, &TimeZone::UTC);
    }

    #[test]
    fn nothing_that_looks_like_a_date_panics(text in "[0-9年月日/:T+. -]{0,24}( ?[A-Za-z]{0,4})?") {
        let _ = parse(&text, &TimeZone::UTC);
    }
}
