//! A resolved site × a theme → outputs, streamed to a sink one at a time.
//!
//! Takes a [`Site`] and a [`theme::Theme`]; gives each output to the [`Sink`] as soon as it
//! is made, and diagnostics. Every output is a pure function of what its context holds.
//! Knows nothing of disks (the sink does) and of platforms.

pub mod address;
mod body;
mod context;
pub mod contract;
mod dates;
mod errors;
mod filters;
mod html;
pub mod theme;
mod words;

use crate::diag::Diagnostic;
use crate::site::Site;
use context::Contexts;
use errors::Errors;
use std::path::Path;

/// Takes outputs. Called from several threads.
pub trait Sink: Sync {
    /// An output made in memory. `path` is below the public folder, with `/`.
    ///
    /// # Errors
    /// When it cannot be stored; rendering stops.
    fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()>;

    /// An output that is a copy of a file. `source` is absolute.
    ///
    /// # Errors
    /// When it cannot be stored; rendering stops.
    fn copy(&self, path: &str, source: &Path) -> anyhow::Result<()>;
}

/// Renders everything.
///
/// # Errors
/// When the sink fails. Mistakes of content and templates are diagnostics.
pub fn render(
    site: &Site,
    theme: &theme::Theme,
    root: &Path,
    sink: &dyn Sink,
) -> anyhow::Result<Vec<Diagnostic>> {
    let contexts = Contexts::new(site, theme);
    let mut diagnostics = body::unknown_components(&contexts);
    if !theme.is_whole() {
        // Loading said which templates do not compile.
        return Ok(diagnostics);
    }
    diagnostics.extend(theme.missing_templates());
    let errors = Errors::default();
    html::write(&contexts, &|_| String::new(), &errors, sink)?;
    html::copy(&contexts, root, sink)?;
    diagnostics.extend(errors.finish());
    Ok(diagnostics)
}
