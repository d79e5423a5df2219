//! Which pages an account carries: its filters, the page's own word, and the rights to the text.

use super::overrides::Overrides;
use crate::content::Kind;
use crate::publish::account::Account;
use crate::publish::plan::Reason;
use crate::site::{Page, Site};

/// What may be carried of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    /// Nothing.
    No,
    /// Title, summary and the way to the text.
    Summary,
    /// All of it.
    Full,
}

/// `republish:`; a text from elsewhere (`source_url:`) is only summed up unless it says more.
pub(super) fn rights(page: &Page) -> Rights {
    let meta = &page.source.meta;
    match meta.republish.as_ref().map(|word| word.value.as_str()) {
        Some("no") => Rights::No,
        Some("summary") => Rights::Summary,
        Some(_) => Rights::Full,
        None if meta.source_url.is_some() => Rights::Summary,
        None => Rights::Full,
    }
}

/// Whether the account carries the page.
///
/// # Errors
/// The reason why not.
pub(super) fn select(
    account: &Account,
    site: &Site,
    page: &Page,
    overrides: &Overrides,
) -> Result<(), Reason> {
    let own = overrides.of(&account.name);
    if overrides.forbids_all && !own.wants || own.forbids {
        return Err(Reason::PageForbids);
    }
    if rights(page) == Rights::No {
        return Err(Reason::RightsForbid);
    }
    if !own.wants && !passes(account, site, page) {
        return Err(Reason::FilteredOut);
    }
    if page.expired {
        return Err(Reason::Expired);
    }
    Ok(())
}

fn passes(account: &Account, site: &Site, page: &Page) -> bool {
    let filter = &account.filter;
    let meta = &page.source.meta;
    let kind = page.kind;
    // Standing pages (about, privacy) are news to nobody.
    let kinds = if filter.kinds.is_empty() {
        kind != Kind::Page
    } else {
        filter.kinds.contains(&kind)
    };
    let lang = site
        .config
        .languages
        .get(usize::from(page.language))
        .map_or("", |language| language.tag.as_str());
    let section = &*page.source.section;
    let in_section = |wanted: &String| {
        section
            .strip_prefix(wanted.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || wanted.is_empty())
    };
    let has_tag = |wanted: &String| {
        meta.terms
            .iter()
            .flat_map(|(_, names)| names)
            .any(|name| name.value.eq_ignore_ascii_case(wanted))
    };
    kinds
        && !meta.hidden
        && (filter.languages.is_empty() || filter.languages.iter().any(|tag| tag == lang))
        && (filter.sections.is_empty() || filter.sections.iter().any(in_section))
        && (filter.tags.is_empty() || filter.tags.iter().any(has_tag))
        && (filter.audience.is_empty()
            || meta.audience.is_empty()
            || meta
                .audience
                .iter()
                .any(|one| filter.audience.contains(&one.value)))
        && (filter.stages.is_empty()
            || meta
                .stage
                .as_ref()
                .is_some_and(|stage| filter.stages.contains(&stage.value)))
}
