//! A resolved site as bytes, so that the next process need not resolve it again: takes a
//! [`Site`], gives bytes, and the other way round. Settings are not among them, and of the
//! pages' sources only the names: whoever reads a site back knows both.

use super::community::Community;
use super::{
    Asset, List, NextChange, Page, Redirect, Section, Series, Site, Tally, TaxonomyIndex, Waiting,
};
use crate::config::Config;
use crate::content::Source;
use std::io::{self, Write};
use std::sync::Arc;

/// The fields of a [`Site`], in its order; the data as JSON.
type Parts = (
    Vec<Page>,
    Vec<Waiting>,
    Vec<Section>,
    Vec<List>,
    Vec<TaxonomyIndex>,
    Vec<Series>,
    Vec<Redirect>,
    Option<Community>,
    Vec<Asset>,
    String,
    Option<NextChange>,
    Tally,
);

impl Site {
    /// Writes the site as bytes.
    ///
    /// # Errors
    /// When the output fails.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        let data = serde_json::to_string(&self.data)?;
        let parts = (
            &self.pages,
            &self.waiting,
            &self.sections,
            &self.lists,
            &self.taxonomies,
            &self.series,
            &self.redirects,
            &self.community,
            &self.assets,
            data,
            &self.next_change,
            self.tally,
        );
        let written = postcard::to_io(&parts, out);
        written.map(|_| ()).map_err(io::Error::other)
    }

    /// The site at the beginning of bytes, as it stands at a moment for which the same holds,
    /// and what follows it. Its sources must be told where they lie.
    pub fn from_bytes(
        bytes: &[u8],
        config: Arc<Config>,
        now: jiff::Timestamp,
    ) -> Option<(Self, &[u8])> {
        let (parts, rest): (Parts, _) = postcard::take_from_bytes(bytes).ok()?;
        let site = Self {
            config,
            now,
            pages: parts.0,
            waiting: parts.1,
            sections: parts.2,
            lists: parts.3,
            taxonomies: parts.4,
            series: parts.5,
            redirects: parts.6,
            community: parts.7,
            assets: parts.8,
            data: serde_json::from_str(&parts.9).ok()?,
            next_change: parts.10,
            tally: parts.11,
        };
        Some((site, rest))
    }

    /// The sources of all pages, of those that wait, and of the sections.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        let pages = self.pages.iter().map(|page| &page.source);
        let waiting = self.waiting.iter().map(|page| &page.source);
        let sections = self.sections.iter().filter_map(|own| own.source.as_ref());
        pages.chain(waiting).chain(sections)
    }

    /// The same in the same order, to say where they lie.
    pub fn sources_mut(&mut self) -> impl Iterator<Item = &mut Source> {
        let pages = self.pages.iter_mut().map(|page| &mut page.source);
        let waiting = self.waiting.iter_mut().map(|page| &mut page.source);
        let sections = self
            .sections
            .iter_mut()
            .filter_map(|own| own.source.as_mut());
        pages.chain(waiting).chain(sections)
    }
}
