//! A feed in Atom (RFC 4287).

use super::Feed;
use super::entry::Entry;
use crate::render::address::FeedForm;
use crate::render::sanitise;
use crate::render::xml::Document;
use std::io;

/// Writes the document.
pub(super) fn document(feed: &Feed<'_>) -> io::Result<Vec<u8>> {
    let mut xml = Document::new(feed.room())?;
    xml.open(
        "feed",
        &[
            ("xmlns", "http://www.w3.org/2005/Atom"),
            ("xml:lang", feed.language),
        ],
    )?;
    xml.end_line();
    title(&mut xml, "title", &feed.title)?;
    if !feed.subtitle.is_empty() {
        title(&mut xml, "subtitle", feed.subtitle)?;
    }
    xml.text("id", &[], &feed.home)?;
    xml.text("updated", &[], &feed.updated.rfc3339())?;
    link(
        &mut xml,
        "self",
        FeedForm::Atom.media_type(),
        &feed.file(FeedForm::Atom),
    )?;
    link(&mut xml, "alternate", "text/html", &feed.home)?;
    if let Some(hub) = feed.hub {
        xml.empty("link", &[("rel", "hub"), ("href", hub)])?;
    }
    person(&mut xml, feed.author)?;
    if let Some(icon) = &feed.icon {
        xml.text("icon", &[], icon)?;
    }
    if let Some(image) = &feed.image {
        xml.text("logo", &[], image)?;
    }
    xml.text("generator", &[], "Guidepost")?;
    for entry in &feed.entries {
        write_entry(&mut xml, entry, feed.language)?;
    }
    xml.close("feed")?;
    Ok(xml.finish())
}

fn write_entry(xml: &mut Document, entry: &Entry<'_>, language: &str) -> io::Result<()> {
    xml.open("entry", &[("xml:lang", language)])?;
    xml.end_line();
    title(xml, "title", &entry.title)?;
    xml.text("id", &[], &entry.url)?;
    link(xml, "alternate", "text/html", &entry.url)?;
    if let Some(published) = entry.published {
        xml.text("published", &[], &published.rfc3339())?;
    }
    xml.text("updated", &[], &entry.updated.rfc3339())?;
    for author in &entry.authors {
        person(xml, author)?;
    }
    for category in &entry.categories {
        xml.empty("category", &[("term", category)])?;
    }
    if !entry.summary.is_empty() {
        title(xml, "summary", &entry.summary)?;
    }
    if let Some(content) = &entry.content {
        xml.text("content", &[("type", "html")], content)?;
    }
    xml.close("entry")
}

/// A text construct. Readers guess whether a text with `<` is HTML, so such a text is sent
/// as HTML, about which there is nothing to guess.
fn title(xml: &mut Document, name: &str, text: &str) -> io::Result<()> {
    let text = sanitise::line(text);
    if text.contains(['<', '>', '&']) {
        xml.text(name, &[("type", "html")], &sanitise::escape(&text))
    } else {
        xml.text(name, &[], &text)
    }
}

fn link(xml: &mut Document, relation: &str, media_type: &str, url: &str) -> io::Result<()> {
    xml.empty(
        "link",
        &[("rel", relation), ("type", media_type), ("href", url)],
    )
}

fn person(xml: &mut Document, name: &str) -> io::Result<()> {
    xml.open("author", &[])?;
    xml.text("name", &[], &sanitise::line(name))?;
    xml.close("author")
}
