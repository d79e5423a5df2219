//! Where a channel is: reads `url`, `qr` and `expires`, says which cannot be used.

use super::super::read::Reader;
use super::{Code, Target, Written};
use crate::data::fields::Fields;
use crate::diag::{Code as Mistake, Diagnostic, Place, Position};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

/// Reads them.
pub(super) fn target(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Target {
    let url = fields.text(&["url"]);
    let url = url.and_then(|(text, position)| address(reader, text, position));
    let code = fields.text(&["qr"]).map(|(text, position)| {
        let place = reader.place(position);
        let written = Written { text, place };
        if is_picture(&written.text) {
            Code::Picture(written)
        } else {
            Code::Text(written)
        }
    });
    if let Some(Code::Text(written)) = &code
        && !is_address(&written.text)
    {
        let message = format!(
            "`qr: {}` is neither a picture nor an address",
            written.text.chars().take(60).collect::<String>()
        );
        reader.diagnostics.push(
            Diagnostic::new(Mistake::InvalidValue, message)
                .at(written.place.clone())
                .hint(
                    "write a picture of the site (`images/wechat.png`), or the address to encode",
                ),
        );
        return Target {
            url,
            code: None,
            expires: expires(reader, fields),
        };
    }
    Target {
        url,
        code,
        expires: expires(reader, fields),
    }
}

fn is_picture(text: &str) -> bool {
    let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending);
    let ending = ending.to_ascii_lowercase();
    !text.contains("://") && matches!(&*ending, "png" | "jpg" | "jpeg" | "svg" | "webp" | "gif")
}

/// Whether a text is an address that a reader may be sent to.
fn is_address(text: &str) -> bool {
    const SCHEMES: [&str; 8] = [
        "https://", "http://", "mailto:", "tg:", "matrix:", "xmpp:", "weixin:", "tel:",
    ];
    let rest = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme));
    let odd = |c: char| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(c);
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(odd))
}

/// An address that a reader may be sent to; anything else is reported.
pub(super) fn address(
    reader: &mut Reader<'_>,
    text: String,
    position: Position,
) -> Option<Written> {
    if is_address(&text) {
        let place = reader.place(position);
        return Some(Written { text, place });
    }
    reader.invalid(
        position,
        format!("`{text}` is not the address of a channel"),
        "write where the reader is to land, such as `https://t.me/example` or `mailto:list@example.org`",
    );
    None
}

/// The end of a day, or a moment.
fn expires(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<(Timestamp, Place)> {
    let (text, position) = fields.text(&["expires"])?;
    match moment(&text, &reader.config.timezone) {
        Some(at) => Some((at, reader.place(position))),
        None => {
            let diagnostic = Diagnostic::new(
                Mistake::InvalidDate,
                format!("`expires: {text}` is no date"),
            )
            .at(reader.place(position))
            .hint("write it as `2026-12-24`, or with a time of day as `2026-12-24 18:00`");
            reader.diagnostics.push(diagnostic);
            None
        }
    }
}

fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let at = if text.contains([':']) {
        text.parse::<civil::DateTime>().ok()?
    } else {
        let day = text.parse::<civil::Date>().ok()?;
        day.tomorrow().ok()?.to_datetime(civil::Time::midnight())
    };
    at.to_zoned(zone.clone()).ok().map(|at| at.timestamp())
}
