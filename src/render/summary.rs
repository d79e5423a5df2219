//! The summary of a page as plain text, for feeds, calendars and structured data.

use crate::content::text;
use crate::render::sanitise;
use crate::site::{Page, Site};

/// The author's summary, else the text up to `<!-- more -->`, else the body's beginning.
pub(crate) fn of(site: &Site, page: &Page) -> String {
    let source = &page.source;
    let summary = source
        .meta
        .summary
        .as_deref()
        .or(source.body.excerpt.as_deref());
    match summary {
        Some(summary) => sanitise::line(summary),
        None => sanitise::line(&text::summary(
            &source.body.plain,
            site.config.summary_width,
        )),
    }
}
