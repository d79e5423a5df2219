//! The summary of a page as plain text, for feeds, calendars and structured data.

use crate::render::sanitise;
use crate::site::Page;
use std::borrow::Cow;

/// The author's summary, else the text up to `<!-- more -->`, else the body's beginning.
pub(crate) fn of(page: &Page) -> Cow<'_, str> {
    let source = &page.source;
    let summary = source
        .meta
        .summary
        .as_deref()
        .or(source.body.excerpt.as_deref())
        .unwrap_or(&source.body.beginning);
    sanitise::line(summary)
}
