//! The sitemap: takes a resolved site, gives `sitemap.xml` with every address that search
//! engines should know, its versions in other languages, and the day of its last change as
//! the content tells it. More than 50,000 addresses (or 45 MB) go to parts behind an index.

use super::address::absolute;
use super::xml::Document;
use super::{Sink, address, origin};
use crate::config::Config;
use crate::content::date::Moment;
use crate::site::{LanguageId, List, Page, Site, TaxonomyIndex};
use std::borrow::Cow;
use std::collections::HashSet;
use std::io;

/// Addresses in one file, as sitemaps.org allows.
const MOST_URLS: usize = 50_000;
/// Bytes in one file; the limit is 50 MiB.
const MOST_BYTES: usize = 45_000_000;

/// Writes the sitemap. Hidden and expired pages, redirects, lists that say next to nothing and
/// further parts of lists are not in it.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(site: &Site, sink: &dyn Sink) -> anyhow::Result<()> {
    write_parts(site, sink, MOST_URLS, MOST_BYTES)
}

/// One address.
struct Place<'a> {
    url: Cow<'a, str>,
    language: LanguageId,
    modified: Option<Moment>,
    translations: Vec<(LanguageId, &'a str)>,
}

fn write_parts(
    site: &Site,
    sink: &dyn Sink,
    most_urls: usize,
    most_bytes: usize,
) -> anyhow::Result<()> {
    let config = &*site.config;
    let mut parts = 0_usize;
    let mut part = open()?;
    let mut urls = 0_usize;
    let mut seen = HashSet::new();
    for place in places(site) {
        if !seen.insert(place.url.clone()) {
            continue;
        }
        if urls == most_urls || part.len() >= most_bytes {
            parts += 1;
            sink.write(&part_file(parts), &close(part)?)?;
            part = open()?;
            urls = 0;
        }
        write_place(&mut part, config, &place)?;
        urls += 1;
    }
    let last = close(part)?;
    if parts == 0 {
        return sink.write("sitemap.xml", &last);
    }
    parts += 1;
    sink.write(&part_file(parts), &last)?;
    sink.write("sitemap.xml", &index(config, parts)?)
}

fn part_file(number: usize) -> String {
    format!("sitemap-{number}.xml")
}

fn open() -> io::Result<Document> {
    let mut part = Document::new(16 << 10)?;
    part.open(
        "urlset",
        &[
            ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"),
            ("xmlns:xhtml", "http://www.w3.org/1999/xhtml"),
        ],
    )?;
    part.end_line();
    Ok(part)
}

fn close(mut part: Document) -> io::Result<Vec<u8>> {
    part.close("urlset")?;
    Ok(part.finish())
}

fn index(config: &Config, parts: usize) -> io::Result<Vec<u8>> {
    let mut index = Document::new(16 << 10)?;
    index.open(
        "sitemapindex",
        &[("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")],
    )?;
    index.end_line();
    for number in 1..=parts {
        index.open("sitemap", &[])?;
        let path = origin::of_output(config, &part_file(number));
        index.text("loc", &[], &absolute(config, &path))?;
        index.close("sitemap")?;
    }
    index.close("sitemapindex")?;
    Ok(index.finish())
}

/// Lists, taxonomy overviews, pages and join pages, in this order.
fn places(site: &Site) -> impl Iterator<Item = Place<'_>> {
    let lists = site
        .lists
        .iter()
        .filter(|list| !address::is_thin(site, list))
        .map(|list| Place {
            url: list.url.as_str().into(),
            language: list.language,
            modified: newest(site, list.pages.iter()),
            translations: translations(site, list),
        });
    let filled = |taxonomy: &&TaxonomyIndex| address::has_pages(site, taxonomy);
    let taxonomies = site.taxonomies.iter().filter(filled).map(|taxonomy| Place {
        url: taxonomy.url.as_str().into(),
        language: taxonomy.language,
        modified: newest(
            site,
            taxonomy
                .terms
                .iter()
                .filter_map(|id| site.lists.get(*id as usize))
                .flat_map(|list| &list.pages),
        ),
        translations: taxonomy
            .translations
            .iter()
            .filter_map(|id| site.taxonomies.get(*id as usize))
            .map(|taxonomy| (taxonomy.language, taxonomy.url.as_str()))
            .collect(),
    });
    let pages = site
        .pages
        .iter()
        .filter(|page| shown(page))
        .map(|page| Place {
            url: page.url.as_str().into(),
            language: page.language,
            modified: modified(site, page),
            translations: page
                .translations
                .iter()
                .filter_map(|id| site.pages.get(*id as usize))
                .filter(|page| shown(page))
                .map(|page| (page.language, page.url.as_str()))
                .collect(),
        });
    let made: Vec<(LanguageId, &str)> = (0..)
        .zip(site.community.iter().flat_map(|community| &community.joins))
        .filter(|(_, join)| join.made.is_some())
        .map(|(language, join)| (language, join.url.as_str()))
        .collect();
    let joins = made.clone().into_iter().map(move |(language, url)| Place {
        url: url.into(),
        language,
        modified: None,
        translations: made
            .iter()
            .copied()
            .filter(|one| one.0 != language)
            .collect(),
    });
    lists.chain(taxonomies).chain(pages).chain(joins)
}

fn translations<'a>(site: &'a Site, list: &List) -> Vec<(LanguageId, &'a str)> {
    list.translations
        .iter()
        .filter_map(|id| site.lists.get(*id as usize))
        .filter(|list| !address::is_thin(site, list))
        .map(|list| (list.language, list.url.as_str()))
        .collect()
}

/// Whether search engines should know the page.
fn shown(page: &Page) -> bool {
    !page.expired && !page.source.meta.hidden && !page.source.meta.draft
}

fn modified(site: &Site, page: &Page) -> Option<Moment> {
    [page.updated, page.date]
        .into_iter()
        .flatten()
        .find(|moment| moment.at <= site.now)
}

fn newest<'a>(site: &Site, pages: impl Iterator<Item = &'a u32>) -> Option<Moment> {
    pages
        .filter_map(|id| modified(site, site.pages.get(*id as usize)?))
        .max_by_key(|moment| moment.at)
}

fn write_place(part: &mut Document, config: &Config, place: &Place<'_>) -> io::Result<()> {
    part.open("url", &[])?;
    part.text("loc", &[], &absolute(config, &place.url))?;
    if let Some(modified) = place.modified {
        part.text("lastmod", &[], &modified.w3c())?;
    }
    if !place.translations.is_empty() {
        let mut versions = place.translations.clone();
        versions.push((place.language, &place.url));
        versions.sort_unstable();
        versions.dedup();
        for (language, url) in &versions {
            let tag = &config.languages[usize::from(*language)].tag;
            alternate(part, tag, &absolute(config, url))?;
        }
        // The versions are in the order of the languages, so the first is the default
        // language's when there is one.
        let (_, default) = versions[0];
        alternate(part, "x-default", &absolute(config, default))?;
    }
    part.close("url")
}

fn alternate(part: &mut Document, hreflang: &str, url: &str) -> io::Result<()> {
    part.empty(
        "xhtml:link",
        &[("rel", "alternate"), ("hreflang", hreflang), ("href", url)],
    )
}

/// Whole URL of the sitemap, for `robots.txt`.
pub(crate) fn url(config: &Config) -> String {
    address::absolute(config, &origin::of_output(config, "sitemap.xml"))
}

#[cfg(test)]
mod tests {
    use super::{write, write_parts};
    use crate::content::{Details, Kind};
    use crate::render::sample::{Kept, change, config_at, list, moment, page, site};
    use crate::site::{ListOf, Site, TaxonomyIndex};

    fn sample() -> Site {
        let mut site = site(config_at("https://example.org/b"));
        let mut english = page("b/en/about", "About", Details::Page);
        english.language = 1;
        english.updated = Some(moment("2026-10-03T09:30:00.25+02:00"));
        english.translations = vec![0];
        let mut chinese = page("b/about", "关于 & 我们", Details::Page);
        chinese.translations = vec![1];
        let mut expired = page("b/jobs/old", "旧", Details::Page);
        expired.expired = true;
        let mut hidden = page("b/hidden", "藏", Details::Page);
        change(&mut hidden, |page| page.meta.hidden = true);
        site.pages = vec![chinese, english, expired, hidden];
        site.lists = vec![list(ListOf::Home, "", "b/", vec![0])];
        site
    }

    #[test]
    fn shown_pages_stand_with_their_versions_and_days() {
        let kept = Kept::default();
        write(&sample(), &kept).unwrap();
        let versions = r#"<xhtml:link rel="alternate" hreflang="zh-Hans" href="https://example.org/b/about/"/>
<xhtml:link rel="alternate" hreflang="en" href="https://example.org/b/en/about/"/>
<xhtml:link rel="alternate" hreflang="x-default" href="https://example.org/b/about/"/>"#;
        assert_eq!(
            kept.text("sitemap.xml"),
            format!(
                r#"<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
<url><loc>https://example.org/b/</loc>
<lastmod>2026-10-01</lastmod>
</url>
<url><loc>https://example.org/b/about/</loc>
<lastmod>2026-10-01</lastmod>
{versions}
</url>
<url><loc>https://example.org/b/en/about/</loc>
<lastmod>2026-10-03T09:30:00+02:00</lastmod>
{versions}
</url>
</urlset>
"#
            )
        );
    }

    #[test]
    fn later_parts_and_empty_lists_stay_out() {
        let mut site = sample();
        site.lists[0].pages = vec![0, 1, 0];
        site.lists[0].page_size = 2;
        let tag = ListOf::Term {
            taxonomy: 0,
            name: "x".to_owned(),
        };
        site.lists.push(list(tag, "x", "b/tags/x/", vec![]));
        site.lists
            .push(list(ListOf::Kind(Kind::Job), "", "b/jobs/", vec![]));
        site.taxonomies.push(TaxonomyIndex {
            taxonomy: 0,
            language: 0,
            url: "/b/tags/".to_owned(),
            output: "tags/index.html".to_owned(),
            terms: vec![1],
            translations: Vec::new(),
        });
        let kept = Kept::default();
        write(&site, &kept).unwrap();
        let map = kept.text("sitemap.xml");
        assert!(map.contains("<loc>https://example.org/b/</loc>"));
        for out in ["/b/page/2/", "/b/tags/x/", "/b/jobs/", "/b/tags/"] {
            assert!(!map.contains(&format!("{out}</loc>")), "{out}");
        }
    }

    #[test]
    fn many_addresses_go_to_parts_behind_an_index() {
        let kept = Kept::default();
        write_parts(&sample(), &kept, 2, usize::MAX).unwrap();
        assert_eq!(
            kept.paths(),
            ["sitemap-1.xml", "sitemap-2.xml", "sitemap.xml"]
        );
        assert_eq!(kept.text("sitemap-1.xml").matches("<url>").count(), 2);
        assert_eq!(kept.text("sitemap-2.xml").matches("<url>").count(), 1);
        assert!(
            kept.text("sitemap.xml")
                .contains("<loc>https://example.org/b/sitemap-2.xml</loc>")
        );
    }
}
