//! Links that a template's text itself writes: takes a template, tells of those within the site
//! that carry the parameters of tracked links. A link of which a value decides where it leads
//! is not looked at.

use super::lex::{TAG, VALUE, literal};
use crate::content::markdown::{decoded, hrefs};
use crate::diag::{Diagnostic, Place, position};
use crate::render::theme::TemplateFile;
use crate::site::tracking;
use std::sync::Arc;

/// Tells of tracked links within the site at `site_url`.
pub(super) fn tracked(template: &TemplateFile, site_url: &str) -> Vec<Diagnostic> {
    // Most templates have none, and need not be taken apart for it.
    if !template.text.to_ascii_lowercase().contains("utm_") {
        return Vec::new();
    }
    let text = literal(&template.text);
    let links = hrefs(&text).into_iter().filter_map(|(offset, value)| {
        let link = value.split([VALUE, TAG]).next().unwrap_or_default();
        let start = offset + link.len() - link.trim_start().len();
        let link = link.trim();
        tracking::is_tracked_within(&decoded(link), site_url).then(|| {
            let place = position(&template.text, start..start + link.len());
            tracking::within(Place::at(Arc::clone(&template.file), place))
        })
    });
    links.collect()
}
