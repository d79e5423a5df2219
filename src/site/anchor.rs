//! Anchors: takes a fragment as an author wrote it and the body that it points into, gives the
//! id that is meant, or a diagnostic.
//!
//! Generators make ids in different ways (`#Query String`, `#1-31-0`, `#query-string` for one
//! heading). An old link still leads there when the letters and digits agree with one id only.

use super::url::{composed, decode, encode};
use crate::content::Body;
use crate::content::text::letters;
use crate::diag::{Code, Diagnostic, did_you_mean};
use std::borrow::Cow;

/// A fragment as it is written into a URL, whatever it leads to.
pub(super) fn encoded(fragment: &str) -> String {
    decode(fragment).map_or_else(
        || fragment.to_owned(),
        |fragment| encode(&composed(&fragment)),
    )
}

/// The fragment to write, percent-encoded and without `#`.
///
/// # Errors
/// A diagnostic without place, when the body has no such anchor.
pub(super) fn resolve(fragment: &str, body: &Body) -> Result<String, Box<Diagnostic>> {
    let decoded = decode(fragment).unwrap_or(Cow::Borrowed(fragment));
    let wanted = composed(&decoded);
    let special = wanted.is_empty() || wanted.eq_ignore_ascii_case("top") || wanted.contains(":~:");
    if special || ids(body).any(|id| composed(id) == wanted) {
        return Ok(if wanted.contains(":~:") {
            fragment.to_owned()
        } else {
            encode(&wanted)
        });
    }
    let by_words = body
        .headings
        .iter()
        .find(|heading| heading.text.trim().eq_ignore_ascii_case(wanted.trim()));
    if let Some(heading) = by_words {
        return Ok(encode(&heading.id));
    }
    // What every generator keeps of a heading.
    let kept = letters(&wanted);
    let mut alike = ids(body).filter(|id| !kept.is_empty() && letters(id) == kept);
    if let (Some(id), None) = (alike.next(), alike.next()) {
        return Ok(encode(id));
    }
    Err(Box::new(
        Diagnostic::new(
            Code::BrokenAnchor,
            format!("there is no heading or anchor `#{wanted}`"),
        )
        .maybe_hint(did_you_mean(&wanted, ids(body))),
    ))
}

fn ids(body: &Body) -> impl Iterator<Item = &str> {
    let headings = body.headings.iter().map(|heading| heading.id.as_str());
    headings.chain(body.anchors.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::content::{Body, Heading};

    fn body(ids: &[(&str, &str)]) -> Body {
        Body {
            headings: ids
                .iter()
                .map(|(id, text)| Heading {
                    level: 2,
                    id: (*id).to_owned(),
                    text: (*text).to_owned(),
                })
                .collect(),
            ..Body::default()
        }
    }

    #[test]
    fn the_ways_of_other_generators_lead_to_the_same_heading() {
        let body = body(&[
            ("query-string", "Query String"),
            ("contributors-to-1310", "Contributors to 1.31.0"),
            ("申请-材料", "申请 / 材料"),
        ]);
        for (written, found) in [
            ("query-string", "query-string"),
            ("Query String", "query-string"),
            ("query_string", "query-string"),
            ("contributors-to-1-31-0", "contributors-to-1310"),
            ("申请材料", "%E7%94%B3%E8%AF%B7-%E6%9D%90%E6%96%99"),
            (
                "%E7%94%B3%E8%AF%B7-%E6%9D%90%E6%96%99",
                "%E7%94%B3%E8%AF%B7-%E6%9D%90%E6%96%99",
            ),
            ("top", "top"),
        ] {
            assert_eq!(resolve(written, &body).as_deref(), Ok(found), "{written}");
        }
        let error = resolve("query-strin", &body).expect_err("no such anchor");
        assert_eq!(error.hints, ["did you mean `query-string`?"]);
    }

    #[test]
    fn two_headings_alike_are_not_guessed_between() {
        let body = body(&[("a-b", "A B"), ("ab", "AB")]);
        assert!(resolve("a.b", &body).is_err());
    }
}
