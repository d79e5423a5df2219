//! Everything that is made without templates: feeds, sitemap, `robots.txt`, `_headers`,
//! `_redirects`, calendars, QR codes and data files. Takes the site and what the theme knows; gives
//! each output to the sink as soon as it is made.

use super::feed::{BodyKeyOf, BodyOf, TitleOf};
use super::theme::StaticFile;
use super::{Sink, calendar, codes, export, feed, headers, redirect, robots, sitemap};
use crate::site::Site;

/// What the theme and its templates know.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Output path of the site's icon.
    pub(crate) icon: Option<&'a str>,
    /// Static files with the names under which they are written.
    pub(crate) statics: &'a [StaticFile],
    /// The body of a page as HTML, with whole addresses where it can.
    pub(crate) bodies: BodyOf<'a>,
    /// The digest of such a body, without making it.
    pub(crate) body_keys: BodyKeyOf<'a>,
    /// The title of a list in the words of the theme.
    pub(crate) titles: TitleOf<'a>,
}

/// Writes them all. A `sitemap.xml`, `robots.txt`, `_headers` or `_redirects` of the site's own
/// stays as its author wrote it.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(site: &Site, known: &Known<'_>, sink: &dyn Sink) -> anyhow::Result<()> {
    feed::write(site, &feed::wanted(site, |_| true), known, sink)?;
    calendar::write(site, known.titles, sink)?;
    export::write(site, sink)?;
    codes::write(site, sink)?;
    let is_own = |name: &str| {
        let of_theme = known.statics.iter().flat_map(|file| &file.outputs);
        let of_content = site.assets.iter().map(|asset| &asset.output);
        of_theme.chain(of_content).any(|output| output == name)
    };
    if !is_own("sitemap.xml") {
        sitemap::write(site, sink)?;
    }
    if !is_own("robots.txt") {
        robots::write(site, sink)?;
    }
    // By this file the receivers of IndexNow know that the site's owner sends.
    if let Some(key) = site.config.indexnow_key() {
        sink.write(&format!("{key}.txt"), key.as_bytes())?;
    }
    if !is_own("_headers") {
        let fingerprinted: Vec<String> = known
            .statics
            .iter()
            .filter_map(|file| file.outputs.first().filter(|output| **output != file.path))
            .cloned()
            .collect();
        headers::write(site, &fingerprinted, sink)?;
    }
    if !is_own("_redirects") {
        redirect::write(site, sink)?;
    }
    Ok(())
}
