//! Zones as they stand behind a time: offsets, abbreviations and names.

use super::DateError;
use jiff::tz::{Offset, TimeZone};

/// A zone that an author wrote.
pub(super) enum Written {
    Offset(Offset),
    Zone(TimeZone),
}

/// Reads what stands behind a time; `None` when nothing does.
pub(super) fn read(rest: &str) -> Result<Option<Written>, DateError> {
    let rest = rest.trim();
    if rest.is_empty() {
        return Ok(None);
    }
    // RFC 9557: an offset and then the zone in brackets; the offset says the instant.
    let rest = match rest.split_once('[') {
        Some(("", name)) => name.trim_end_matches(']'),
        Some((offset, _)) => offset.trim(),
        None => rest,
    };
    // Go prints both, `+0800 CST`; the offset says enough.
    let rest = match rest.split_once(' ') {
        Some((offset, name)) if offset.starts_with(['+', '-']) && is_abbreviation(name) => offset,
        _ => rest,
    };
    let bare = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let name = &rest[..rest.len() - bare.len()];
    if bare.starts_with(['+', '-', '\u{2212}']) && ["", "GMT", "UTC", "Z", "UT"].contains(&name) {
        return offset(bare).map(|offset| Some(Written::Offset(offset)));
    }
    if rest.contains('/') {
        return TimeZone::get(rest)
            .map(|zone| Some(Written::Zone(zone)))
            .map_err(|_| DateError::Zone(rest.to_owned()));
    }
    if !is_abbreviation(rest) {
        return Err(DateError::Unknown);
    }
    let name = rest.to_ascii_uppercase();
    let hours = match name.as_str() {
        "Z" | "UTC" | "GMT" | "UT" | "WET" => 0,
        "CET" | "WEST" => 1,
        "CEST" | "EET" | "SAST" => 2,
        "EEST" | "MSK" => 3,
        "HKT" | "SGT" | "AWST" => 8,
        "JST" | "KST" => 9,
        "AEST" => 10,
        "EDT" => -4,
        "EST" => -5,
        "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        // Among them CST, CDT, IST and BST, which have several meanings each.
        _ => return Err(DateError::Zone(name)),
    };
    Ok(Some(Written::Offset(Offset::constant(hours))))
}

fn is_abbreviation(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// `+08:00`, `+0800`, `+08`, `-5`.
fn offset(text: &str) -> Result<Offset, DateError> {
    let mut chars = text.chars();
    let sign = if chars.next() == Some('+') { 1 } else { -1 };
    let digits: String = chars.filter(|c| *c != ':').collect();
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DateError::Unknown);
    }
    let part = |range: std::ops::Range<usize>| -> i32 {
        digits
            .get(range)
            .and_then(|part| part.parse().ok())
            .unwrap_or(0)
    };
    let seconds = match digits.len() {
        1 => part(0..1) * 3600,
        3 => part(0..1) * 3600 + part(1..3) * 60,
        _ => part(0..2) * 3600 + part(2..4) * 60 + part(4..6),
    };
    Offset::from_seconds(sign * seconds).map_err(|_| DateError::Impossible)
}
