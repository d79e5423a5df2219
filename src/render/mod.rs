//! A resolved site × a theme → outputs, streamed to a sink one at a time.
//!
//! Takes a [`Site`] and a [`theme::Theme`]; gives each output to the [`Sink`] as soon as it
//! is made, and diagnostics. Every output is a pure function of what its context holds.
//! Knows nothing of disks (the sink does) and of platforms.

pub mod address;
mod body;
mod calendar;
pub mod check;
mod codes;
mod context;
pub mod contract;
mod country;
mod dates;
mod errors;
mod export;
mod feed;
mod filters;
mod fingerprint;
mod headers;
mod html;
mod json_ld;
mod key;
mod origin;
mod outputs;
pub mod qr;
pub mod redirect;
mod robots;
#[cfg(test)]
mod sample;
mod sanitise;
mod sitemap;
mod summary;
mod texts;
pub mod theme;
mod words;
mod xml;

pub use feed::addresses as feed_addresses;
pub use texts::PageTexts;

use crate::diag::Diagnostic;
use crate::site::Site;
use crate::store::Digest;
use crate::timing::Timings;
use body::Mode;
use context::{Contexts, titles};
use errors::Errors;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Takes outputs. Called from several threads.
pub trait Sink: Sync {
    /// An output made in memory. `path` is below the public folder, with `/`.
    ///
    /// # Errors
    /// When it cannot be stored; rendering stops.
    fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()>;

    /// Whether the output that is made of what this key digests is in place already. If so it
    /// is part of this build, and is not made again.
    fn has(&self, path: &str, key: Digest) -> bool {
        let _ = (path, key);
        false
    }

    /// An output made in memory, with the digest of everything that it was made of.
    ///
    /// # Errors
    /// When it cannot be stored; rendering stops.
    fn write_made(&self, path: &str, key: Digest, bytes: &[u8]) -> anyhow::Result<()> {
        let _ = key;
        self.write(path, bytes)
    }

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
    timings: &Timings,
    sink: &dyn Sink,
) -> anyhow::Result<Vec<Diagnostic>> {
    let contexts = timings.stage("contexts", || Contexts::new(site, theme));
    let mut diagnostics = body::unknown_components(&contexts);
    diagnostics.extend(theme.checked().iter().cloned());
    if !theme.is_whole() {
        // Loading said which templates do not compile.
        return Ok(diagnostics);
    }
    diagnostics.extend(theme.missing_templates());
    diagnostics.extend(html::unknown_templates(&contexts));
    diagnostics.extend(html::missing_join(&contexts));
    let errors = Errors::default();
    let lacking = Mutex::new(Vec::new());
    timings.stage("html", || {
        html::write(
            &contexts,
            &|kind, trail| {
                let (markup, found) = json_ld::of(site, theme, kind, trail);
                lacking
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend(found);
                markup
            },
            &errors,
            timings,
            sink,
        )
    })?;
    diagnostics.extend(lacking.into_inner().unwrap_or_else(PoisonError::into_inner));
    timings.stage("copy", || html::copy(&contexts, root, sink))?;
    timings.stage("feeds", || {
        outputs::write(
            site,
            &outputs::Known {
                icon: icon(theme),
                statics: &theme.statics,
                bodies: &|id| body::page(&contexts, id, Mode::Feed, &errors),
                body_keys: &|id| key::of_page(&contexts, id),
                titles: &|list| titles::list(site, theme, list),
            },
            sink,
        )
    })?;
    diagnostics.extend(errors.finish());
    Ok(diagnostics)
}

/// Output path of the site's icon, as feed readers show it.
fn icon(theme: &theme::Theme) -> Option<&str> {
    ["favicon.svg", "favicon.png", "favicon.ico"]
        .into_iter()
        .find_map(|name| theme.statics.iter().find(|file| file.path == name))
        .and_then(|file| file.outputs.first())
        .map(String::as_str)
}
