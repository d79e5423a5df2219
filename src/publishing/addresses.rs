//! What a site has that others may be told of: takes a resolved site and its texts, gives every
//! page and feed with a digest of what it says. Asks nobody and remembers nothing.

use super::discovery::host;
use super::texts::SiteTexts;
use crate::content::Details;
use crate::platform::digest;
use crate::publish::compose::{Texts as _, article};
use crate::publish::discovery::{Address, Addresses};
use crate::render;
use crate::site::{PageId, Site};

/// What the site has. A page that is hidden or expired is there, and nobody is told of it.
pub(super) fn addresses(site: &Site, texts: &SiteTexts<'_>) -> Addresses {
    use rayon::prelude::*;
    let own = host(&site.config.url);
    let pages: Vec<Address> = site
        .pages
        .par_iter()
        .enumerate()
        .map(|(index, page)| {
            let id = PageId::try_from(index).unwrap_or_default();
            let body = texts.body(id);
            let facts = texts.facts(id).join("\n");
            let links: Vec<String> = article::links(&body)
                .into_iter()
                .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
                .filter(|url| host(url) != own)
                .collect();
            let meta = &page.source.meta;
            // A digest of other pages changes with them, without news of its own.
            let is_collection = matches!(page.source.details, Details::Digest(_));
            Address {
                url: render::address::absolute(&site.config, &page.url),
                // Of what the page says, not of its markup: a newer Guidepost that writes other
                // HTML is no news of any page.
                digest: digest([
                    page.source.title.as_str(),
                    &texts.summary(id),
                    article::text(&body).trim(),
                    &links.join("\n"),
                    &facts,
                ]),
                date: page.date.map(|date| date.at),
                shown: !page.expired && !meta.hidden && !meta.draft,
                links: if is_collection { Vec::new() } else { links },
            }
        })
        .collect();
    let feeds = render::feed_addresses(site)
        .into_iter()
        .map(|(url, ids)| {
            let within: Vec<&Address> = ids
                .iter()
                .filter_map(|id| pages.get(usize::try_from(*id).ok()?))
                .collect();
            let parts = within
                .iter()
                .flat_map(|page| [page.url.as_str(), page.digest.as_str()]);
            Address {
                url,
                digest: digest(parts),
                date: within.iter().filter_map(|page| page.date).max(),
                shown: true,
                links: Vec::new(),
            }
        })
        .collect();
    Addresses { pages, feeds }
}
