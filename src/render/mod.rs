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
mod shows;
mod sitemap;
mod summary;
mod texts;
pub mod theme;
mod words;
mod xml;

pub use feed::addresses as feed_addresses;
pub use shows::is_plain;
pub use texts::PageTexts;

use crate::diag::Diagnostic;
use crate::site::{PageId, Site};
use crate::store::Digest;
use crate::timing::Timings;
use body::Mode;
use context::{Contexts, HereKind, titles};
use errors::Errors;
use shows::Shows;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Takes outputs. Called from several threads.
pub trait Sink: Sync {
    /// An output made in memory. `path` is below the public folder, with `/`.
    ///
    /// # Errors
    /// When it cannot be stored; rendering stops.
    fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()>;

    /// Whether there is an earlier build to take outputs over from.
    fn has_earlier(&self) -> bool {
        false
    }

    /// Looks at all outputs of the earlier build, for [`Sink::keep_all_but`] to know them when it
    /// is asked.
    fn look(&self) {}

    /// Takes over all outputs of the earlier build but these. False when there was none, or not
    /// all of its outputs are in place as it left them; then none is taken over.
    fn keep_all_but(&self, paths: &BTreeSet<String>) -> bool {
        let _ = paths;
        false
    }

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
    let mut diagnostics = timings.stage("components", || body::unknown_components(&contexts));
    diagnostics.extend(timings.stage("theme", || theme.checked().iter().cloned()));
    if !theme.is_whole() {
        // Loading said which templates do not compile.
        return Ok(diagnostics);
    }
    diagnostics.extend(theme.missing_templates());
    diagnostics.extend(html::unknown_templates(&contexts));
    diagnostics.extend(html::missing_join(&contexts));
    let work = Work::new(&contexts, timings, sink);
    work.html(html::outputs(&contexts))?;
    timings.stage("copy", || html::copy(&contexts, root, sink))?;
    timings.stage("feeds", || {
        work.with_known(|known| outputs::write(site, known, sink))
    })?;
    diagnostics.extend(work.finish());
    Ok(diagnostics)
}

/// Renders what may look different when nothing but the texts of some pages changed, all of them
/// [plain](is_plain), and takes over everything else. None, with nothing done, when the sink
/// has nothing to take over.
///
/// # Errors
/// As [`render`].
pub fn render_again(
    site: &Site,
    theme: &theme::Theme,
    changed: &BTreeSet<PageId>,
    timings: &Timings,
    sink: &dyn Sink,
) -> anyhow::Result<Option<Vec<Diagnostic>>> {
    if !sink.has_earlier() {
        return Ok(None);
    }
    let contexts = timings.stage("contexts", || Contexts::new(site, theme));
    let shows = Shows::new(site, changed);
    let mut html = html::outputs(&contexts);
    html.retain(|output| shows.output(&output.kind));
    let feeds = feed::wanted(site, |pages| shows.feed(pages));
    let of_feeds = feeds
        .iter()
        .flat_map(|(list, _)| feed::outputs(site, list))
        .map(|(_, path)| path);
    let paths = html.iter().map(|output| output.path.to_string());
    let paths: BTreeSet<String> = paths.chain(of_feeds).collect();
    if !timings.stage("keep", || sink.keep_all_but(&paths)) {
        return Ok(None);
    }
    let work = Work::new(&contexts, timings, sink);
    work.html(html)?;
    timings.stage("feeds", || {
        work.with_known(|known| feed::write(site, &feeds, known, sink))
    })?;
    Ok(Some(work.finish()))
}

/// One run of the renderer, and the mistakes that it comes upon.
struct Work<'a> {
    contexts: &'a Contexts<'a>,
    errors: Errors,
    /// What structured data lacks.
    lacking: Mutex<Vec<Diagnostic>>,
    timings: &'a Timings,
    sink: &'a dyn Sink,
}

impl<'a> Work<'a> {
    fn new(contexts: &'a Contexts<'a>, timings: &'a Timings, sink: &'a dyn Sink) -> Self {
        Self {
            contexts,
            errors: Errors::default(),
            lacking: Mutex::default(),
            timings,
            sink,
        }
    }

    fn html(&self, outputs: Vec<html::Output<'_>>) -> anyhow::Result<()> {
        let (site, theme) = (self.contexts.site, self.contexts.theme);
        let json_ld = |kind: &HereKind<'_>, trail: &[(String, String)]| {
            let (markup, found) = json_ld::of(site, theme, kind, trail);
            let mut lacking = self.lacking.lock().unwrap_or_else(PoisonError::into_inner);
            lacking.extend(found);
            markup
        };
        self.timings.stage("html", || {
            let written = html::write(
                self.contexts,
                outputs,
                &json_ld,
                &self.errors,
                self.timings,
                self.sink,
            );
            theme.forget_cached();
            written
        })
    }

    fn with_known<T>(&self, work: impl FnOnce(&outputs::Known<'_>) -> T) -> T {
        let (site, theme) = (self.contexts.site, self.contexts.theme);
        work(&outputs::Known {
            icon: icon(theme),
            statics: &theme.statics,
            bodies: &|id| body::page(self.contexts, id, Mode::Feed, &self.errors),
            body_keys: &|id| self.contexts.body_digest(id),
            titles: &|list| titles::list(site, theme, list),
        })
    }

    fn finish(self) -> Vec<Diagnostic> {
        let lacking = self.lacking.into_inner();
        let mut diagnostics = lacking.unwrap_or_else(PoisonError::into_inner);
        diagnostics.extend(self.errors.finish());
        diagnostics
    }
}

/// Output path of the site's icon, as feed readers show it.
fn icon(theme: &theme::Theme) -> Option<&str> {
    ["favicon.svg", "favicon.png", "favicon.ico"]
        .into_iter()
        .find_map(|name| theme.statics.iter().find(|file| file.path == name))
        .and_then(|file| file.outputs.first())
        .map(String::as_str)
}
