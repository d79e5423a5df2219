//! Composing: one page of the resolved site → one post within one account's limits.
//!
//! Pure. Takes the site, an account and the texts that rendering made (through [`Texts`]);
//! gives finished posts, the reasons for pages that are not carried, and a diagnostic for
//! everything that was cut or cannot be posted. Knows no ledgers and sends nothing.

pub mod article;
mod call;
pub mod cut;
pub mod hashtag;
mod overrides;
mod select;
mod short;
#[cfg(test)]
mod tests;
mod words;
mod work;

use super::account::Account;
use super::plan::Reason;
use crate::diag::{Code, Diagnostic};
use crate::platform::{Capabilities, Post};
use crate::site::{Page, PageId, Site};
use std::collections::BTreeMap;
use work::Work;

/// What rendering made of pages; composing has no templates of the theme and no disk.
pub trait Texts: Sync {
    /// The body as sanitised HTML with whole addresses.
    fn body(&self, page: PageId) -> String;
    /// One line of plain text.
    fn summary(&self, page: PageId) -> String;
    /// What the kind's own fields say, each short: `15,000–25,000 CNY`.
    fn facts(&self, page: PageId) -> Vec<String>;
    /// Digest of a file of the site, by its path from the root.
    fn digest(&self, file: &str) -> Option<String>;
}

/// A post and what the plan must know of it.
#[derive(Debug, Clone)]
pub struct Composed {
    /// The post.
    pub post: Post,
    /// The same as a reply that tells of the page's change, where posts can be answered.
    pub reply: Option<Post>,
    /// The post's digest.
    pub hash: String,
    /// Length of the text in the platform's unit.
    pub length: usize,
    /// Whether something was left out to keep a limit.
    pub shortened: bool,
    /// When it may go out, when the page or account says so.
    pub due: Option<jiff::Timestamp>,
    /// Canonical addresses that the page had before.
    pub former: Vec<String>,
    /// The account's `since:`.
    pub since: Option<jiff::Timestamp>,
    /// Why it cannot be posted as it is.
    pub refusal: Option<String>,
}

/// All posts of one account.
#[derive(Debug, Default)]
pub struct Composition {
    /// Posts of the pages that the account carries, oldest page first.
    pub wanted: Vec<Composed>,
    /// Why the other pages are not carried, by post.
    pub unwanted: BTreeMap<String, Reason>,
    /// What was cut, refused or written wrongly.
    pub diagnostics: Vec<Diagnostic>,
}

/// Composes the posts of one account. `accounts` are all names, for mistakes in front matter.
pub fn compose(
    account: &Account,
    accounts: &[&str],
    capabilities: &Capabilities,
    site: &Site,
    texts: &dyn Texts,
) -> Composition {
    let mut composition = Composition::default();
    let short = (!capabilities.markup.is_article())
        .then(|| short::Template::compile(account))
        .transpose();
    let short = match short {
        Ok(short) => short,
        Err(diagnostic) => {
            composition.diagnostics.push(*diagnostic);
            return composition;
        }
    };
    for (id, page) in site.pages.iter().enumerate().rev() {
        let Ok(id) = PageId::try_from(id) else {
            continue;
        };
        let key = key(site, page);
        // Mistakes in `publish:` are told once, by whoever composes for the first account.
        let (overrides, _) = overrides::read(page, accounts, &site.config.timezone);
        if let Err(reason) = select::select(account, site, page, &overrides) {
            composition.unwanted.insert(key, reason);
            continue;
        }
        let own = overrides.of(&account.name);
        let work = Work {
            account,
            capabilities,
            site,
            page,
            id,
            texts,
            own,
        };
        let (composed, diagnostics) = work.compose(key, short.as_ref());
        for found in diagnostics {
            // What is wrong with a template is told for the first page only.
            let is_told =
                |told: &Diagnostic| told.code == found.code && told.message == found.message;
            if found.code != Code::TemplateError || !composition.diagnostics.iter().any(is_told) {
                composition.diagnostics.push(found);
            }
        }
        composition.wanted.push(composed);
    }
    composition
}

/// Mistakes in the `publish:` fields of all pages.
pub fn check_overrides(accounts: &[&str], site: &Site) -> Vec<Diagnostic> {
    site.pages
        .iter()
        .flat_map(|page| overrides::read(page, accounts, &site.config.timezone).1)
        .collect()
}

/// The name of a page's posts: its file without endings and its language, `jobs/acme-welder@ru`.
pub fn key(site: &Site, page: &Page) -> String {
    let lang = site
        .config
        .languages
        .get(usize::from(page.language))
        .map_or("", |language| language.tag.as_str());
    let path = &*page.source.file.path;
    let path = path.rsplit_once('.').map_or(path, |(path, _)| path);
    let path = match path.rsplit_once('.') {
        Some((rest, suffix)) if suffix.eq_ignore_ascii_case(lang) => rest,
        _ => path,
    };
    let path = path.strip_suffix("/index").unwrap_or(path);
    format!("{path}@{lang}")
}

/// Whole address of a path of the site.
fn absolute(site: &Site, path: &str) -> String {
    if path.contains("://") {
        return path.to_owned();
    }
    let host = site
        .config
        .url
        .strip_suffix(&site.config.base_path)
        .unwrap_or(&site.config.url);
    format!("{host}{path}")
}
