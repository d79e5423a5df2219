//! Old addresses: takes the aliases of pages and sections, gives redirects.

use super::asset::output_folder;
use super::place::folder_of;
use super::section::Sections;
use super::url::{CleanPath, clean, composed, has_scheme, join, key, own_path};
use super::{Page, PageId, Redirect};
use crate::config::Config;
use crate::content;
use crate::diag::{Code, Diagnostic, Place};
use std::collections::HashSet;

/// A redirect, its page if it leads to one, and where it was written.
pub(super) type Placed = (Redirect, Option<PageId>, Place);

/// The redirects of all pages and sections, in their order.
pub(super) fn redirects(
    pages: &[Page],
    sections: &Sections,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Placed> {
    let mut redirects = Vec::new();
    for (id, page) in (0..).zip(pages) {
        let to = To {
            source: &page.source,
            output: &page.output,
            url: &page.url,
            page: Some(id),
        };
        of(&to, config, &mut redirects, diagnostics);
    }
    for (section, address) in sections.list.iter().zip(&sections.addresses) {
        if let Some(source) = &section.source {
            let to = To {
                source,
                output: &address.output,
                url: &section.url,
                page: None,
            };
            of(&to, config, &mut redirects, diagnostics);
        }
    }
    redirects
}

/// Where aliases lead.
struct To<'a> {
    source: &'a content::Page,
    output: &'a str,
    url: &'a str,
    page: Option<PageId>,
}

fn of(
    to: &To<'_>,
    config: &Config,
    redirects: &mut Vec<Placed>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut seen: HashSet<String> = HashSet::new();
    for alias in &to.source.meta.aliases {
        let place = alias.place(&to.source.file.file);
        let address = match path(&alias.value, to, config) {
            Ok(path) => path.address(&config.base_path),
            Err(why) => {
                diagnostics.push(
                    Diagnostic::new(
                        Code::InvalidPermalink,
                        format!("the alias `{}` cannot be used: {why}", alias.value),
                    )
                    .at(place)
                    .hint("write an old path of this page, such as `/old/name/`"),
                );
                continue;
            }
        };
        if address.output == to.output || !seen.insert(address.output.clone()) {
            continue;
        }
        let redirect = Redirect {
            from: address.url,
            output: address.output,
            to: to.url.to_owned(),
        };
        redirects.push((redirect, to.page, place));
    }
}

/// The path of an alias; one without a slash in front stands beside the page.
fn path(written: &str, to: &To<'_>, config: &Config) -> Result<CleanPath, &'static str> {
    let text = composed(written.trim());
    if let Some(path) = own_path(&text, &config.url) {
        return clean(path);
    }
    if has_scheme(&text) || text.starts_with("//") {
        return Err("it is an address of another site");
    }
    let alias = clean(&text)?;
    if text.starts_with('/') {
        return Ok(alias);
    }
    let beside = output_folder(to.output);
    let above = folder_of(key(beside.trim_end_matches('/')));
    Ok(CleanPath {
        path: join([above, &alias.path]),
        file: alias.file,
    })
}
