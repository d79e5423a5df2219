//! Anchors: takes the part of a link behind `#` and a body, says whether it exists.

use super::url::{composed, decode, encode};
use crate::content::Body;
use crate::diag::{Code, Diagnostic, did_you_mean};
use std::borrow::Cow;

/// A fragment as it is written into a URL.
pub(super) fn encoded(fragment: &str) -> String {
    decode(fragment).map_or_else(
        || fragment.to_owned(),
        |fragment| encode(&composed(&fragment)),
    )
}

/// A diagnostic without place when a body has no such anchor.
pub(super) fn missing(fragment: &str, body: &Body) -> Option<Diagnostic> {
    let decoded = decode(fragment).unwrap_or(Cow::Borrowed(fragment));
    let wanted = composed(&decoded);
    if wanted.is_empty() || wanted.eq_ignore_ascii_case("top") || wanted.contains(":~:") {
        return None;
    }
    let ids = || {
        let headings = body.headings.iter().map(|heading| heading.id.as_str());
        headings.chain(body.anchors.iter().map(String::as_str))
    };
    if ids().any(|id| composed(id) == wanted) {
        return None;
    }
    // A heading's words are often written where its anchor is meant.
    let by_words = body
        .headings
        .iter()
        .find(|heading| heading.text.trim().eq_ignore_ascii_case(wanted.trim()))
        .map(|heading| format!("did you mean `#{}`?", heading.id));
    Some(
        Diagnostic::new(
            Code::BrokenAnchor,
            format!("there is no heading or anchor `#{wanted}`"),
        )
        .maybe_hint(by_words.or_else(|| did_you_mean(&wanted, ids()))),
    )
}
