//! What most outputs are made of, without making their records: takes a page or a part of a
//! list, gives the digest of everything that its variables are built from.
//!
//! Of ten thousand outputs an edit changes a few, and building the records of all the others
//! only to see that they are the same takes longer than rendering those few. So a page is
//! known by its own file, by the cards of the pages that it shows and by the links around it.
//! Outputs that depend on more (the home page, calendars of a kind, pages whose structured data
//! may lack something that has to be told) have none, and are known by their variables.

use super::context::{Contexts, Here, HereKind, parts, shown};
use super::key::text;
use crate::content::Kind;
use crate::site::{List, ListOf, Page, PageId, Picture};
use crate::store::{Digest, digest};

/// The fingerprint of an output; none when its variables have to be looked at.
pub(super) fn of(contexts: &Contexts<'_>, here: &Here<'_>, template: &str) -> Option<Digest> {
    let mut bytes = Vec::with_capacity(2048);
    match here.kind {
        HereKind::Page(id) => page(contexts, id, &mut bytes)?,
        HereKind::List(list, part) => self::list(contexts, list, part, &mut bytes)?,
        _ => return None,
    }
    bytes.extend(contexts.salt);
    bytes.extend(contexts.global_digests.get(here.language)?);
    text(&mut bytes, template.as_bytes());
    bytes.extend(contexts.theme.reach(template));
    text(&mut bytes, here.url.as_bytes());
    for (title, url) in &here.trail {
        text(&mut bytes, title.as_bytes());
        text(&mut bytes, url.as_bytes());
    }
    contexts.shared.write(&mut bytes, &here.call);
    Some(digest(&bytes))
}

fn page(contexts: &Contexts<'_>, id: PageId, bytes: &mut Vec<u8>) -> Option<()> {
    let site = contexts.site;
    let page = site.pages.get(id as usize)?;
    // What their structured data lacks is found, and told, when it is made.
    if matches!(page.kind, Kind::Job | Kind::Event) {
        return None;
    }
    bytes.push(0);
    own(page, bytes);
    card(contexts, id, bytes);
    bytes.extend(contexts.body_digest(id));
    for (taxonomy, lists) in &page.terms {
        bytes.extend(taxonomy.to_le_bytes());
        links(contexts, lists, bytes);
    }
    links(contexts, &page.authors, bytes);
    for shown in around(page) {
        cards(contexts, shown, bytes);
    }
    // Structured data tells more of these than their cards do.
    for other in page.companies.iter().chain(&page.policies) {
        own(site.pages.get(*other as usize)?, bytes);
    }
    if let Some((index, place)) = page.series {
        let series = site.series.get(index as usize)?;
        bytes.extend(place.to_le_bytes());
        text(bytes, series.name.as_bytes());
        cards(contexts, &series.pages, bytes);
    }
    Some(())
}

/// Pages whose cards a page shows, those of its series aside.
pub(super) fn around(page: &Page) -> [&[PageId]; 11] {
    [
        page.newer.as_slice(),
        page.older.as_slice(),
        &page.translations,
        &page.related,
        &page.backlinks,
        &page.companies,
        &page.policies,
        &page.jobs,
        &page.articles,
        &page.events,
        &page.collected,
    ]
}

fn list(contexts: &Contexts<'_>, list: &List, part: usize, bytes: &mut Vec<u8>) -> Option<()> {
    let kind = contexts.kind_of(list);
    let is_calendar = matches!(kind, Some(Kind::Event | Kind::Policy));
    let is_front = part == 1 && (list.of == ListOf::Home || contexts.section_of(list).is_some());
    if is_calendar || is_front || list.of == ListOf::Archive {
        return None;
    }
    bytes.push(1);
    let kinds = contexts.kinds_of(list);
    text(
        bytes,
        format!("{:?} {kind:?} {kinds:?}", list.of).as_bytes(),
    );
    let counts = [list.pages.len(), part, parts(list), list.page_size];
    for count in counts {
        bytes.extend(count.to_le_bytes());
    }
    bytes.push(u8::from(list.feed));
    bytes.push(u8::from(contexts.has_calendar(list)));
    let parent: Vec<u32> = list.parent.into_iter().collect();
    for around in [&parent, &list.children, &list.translations] {
        links(contexts, around, bytes);
    }
    if let ListOf::Section(index) = list.of {
        let section = contexts.site.sections.get(index as usize)?;
        for child in section.parent.iter().chain(&section.children) {
            let child = contexts.site.sections.get(*child as usize)?;
            text(bytes, child.title.as_bytes());
            text(bytes, child.url.as_bytes());
        }
    }
    // The first part shows its text, all of them describe themselves by it.
    if let Some(section) = contexts.section_of(list) {
        bytes.extend(
            section
                .source
                .as_ref()
                .map_or_else(Digest::default, |own| own.hash),
        );
    }
    cards(contexts, shown(list, part), bytes);
    Some(())
}

/// What a page's own file and the resolved site say of it.
fn own(page: &Page, bytes: &mut Vec<u8>) {
    bytes.extend(page.source.hash);
    bytes.extend(page.source.body.digest);
    for part in [&*page.source.file.path, &*page.source.title, &page.url] {
        text(bytes, part.as_bytes());
    }
    bytes.push(u8::from(page.expired));
    bytes.push(u8::from(page.outdated));
    let cover = page.cover.as_ref();
    text(bytes, cover.map_or("", |cover| &cover.url).as_bytes());
    let sides = |cover: &Picture| [cover.width, cover.height];
    for side in cover.map(sides).into_iter().flatten() {
        bytes.extend(side.unwrap_or_default().to_le_bytes());
    }
}

fn cards(contexts: &Contexts<'_>, pages: &[PageId], bytes: &mut Vec<u8>) {
    bytes.extend(pages.len().to_le_bytes());
    for id in pages {
        card(contexts, *id, bytes);
    }
}

fn card(contexts: &Contexts<'_>, id: PageId, bytes: &mut Vec<u8>) {
    bytes.extend(contexts.card_digest(id));
}

/// Links to lists; one without pages is not shown.
fn links(contexts: &Contexts<'_>, lists: &[u32], bytes: &mut Vec<u8>) {
    bytes.extend(lists.len().to_le_bytes());
    for index in lists {
        let list = contexts.site.lists.get(*index as usize);
        bytes.push(u8::from(list.is_some_and(|list| !list.pages.is_empty())));
        if let Some(link) = contexts.links.get(*index as usize) {
            contexts.shared.write(bytes, link);
        }
    }
}
