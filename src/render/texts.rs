//! A page's texts outside its own page: what feeds carry, for whoever carries pages elsewhere.

use super::body::{self, Mode};
use super::context::Contexts;
use super::errors::Errors;
use super::feed::facts;
use super::{address, sanitise, summary, theme};
use crate::diag::Diagnostic;
use crate::site::{PageId, Site};

/// Makes texts of the pages of one site.
pub struct PageTexts<'a> {
    site: &'a Site,
    contexts: Contexts<'a>,
    errors: Errors,
}

impl<'a> PageTexts<'a> {
    /// Prepares a site.
    pub fn new(site: &'a Site, theme: &'a theme::Theme) -> Self {
        Self {
            site,
            contexts: Contexts::new(site, theme),
            errors: Errors::default(),
        }
    }

    /// The body as sanitised HTML with whole addresses.
    pub fn body(&self, page: PageId) -> String {
        let html = body::page(&self.contexts, page, Mode::Post, &self.errors);
        let base = address::absolute(&self.site.config, &self.site.pages[page as usize].url);
        sanitise::html(&html, &base)
    }

    /// The summary as one line of plain text.
    pub fn summary(&self, page: PageId) -> String {
        summary::of(&self.site.pages[page as usize]).into_owned()
    }

    /// What the kind's own fields say, each short.
    pub fn facts(&self, page: PageId) -> Vec<String> {
        facts::facts(self.site, &self.site.pages[page as usize])
            .iter()
            .map(|fact| sanitise::line(fact).into_owned())
            .collect()
    }

    /// Mistakes of components that were met on the way.
    pub fn finish(self) -> Vec<Diagnostic> {
        self.errors.finish()
    }
}
