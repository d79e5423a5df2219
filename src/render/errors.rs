//! Errors of templates while rendering: takes them from any thread, gives one diagnostic per
//! mistake with the page that was being rendered. One mistake in a template that ten thousand
//! pages use is one diagnostic, not ten thousand.

use super::theme::{self, Theme, cached};
use crate::diag::{Code, Diagnostic, Place};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tera::ErrorKind;

/// The errors so far.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    found: Mutex<BTreeMap<(Place, String), Seen>>,
}

/// Where an error was met.
#[derive(Debug)]
struct Seen {
    /// The first page by path, so that the report does not depend on threads.
    first: Place,
    times: usize,
}

impl Errors {
    /// Adds an error of the named template, met while `page` was rendered.
    pub(crate) fn add(&self, theme: &Theme, template: &str, error: &tera::Error, page: Place) {
        let inner = cached::failure();
        let error = inner.as_ref().unwrap_or(error);
        let (place, message) = match error.kind() {
            ErrorKind::RenderingError(report) | ErrorKind::SyntaxError(report) => (
                theme::place(report, &theme.templates),
                theme::sentence(report.message()),
            ),
            _ => {
                let file = theme
                    .resolve(template)
                    .and_then(|name| theme.templates.get(name))
                    .map_or_else(|| template.into(), |template| Arc::clone(&template.file));
                (Place::file(file), theme::sentence(&error.to_string()))
            }
        };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = found.entry((place, message)).or_insert_with(|| Seen {
            first: page.clone(),
            times: 0,
        });
        seen.times += 1;
        if page < seen.first {
            seen.first = page;
        }
    }

    /// One diagnostic per mistake.
    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let found = self
            .found
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        found
            .into_iter()
            .map(|((place, message), seen)| {
                let label = match seen.times {
                    1 => "while this was rendered".to_owned(),
                    times => format!("while this and {} more were rendered", times - 1),
                };
                Diagnostic::new(Code::TemplateError, message)
                    .at(place)
                    .related(label, seen.first)
            })
            .collect()
    }
}
