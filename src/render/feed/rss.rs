//! A feed in RSS 2.0 with whole bodies in `content:encoded`.

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
        "rss",
        &[
            ("version", "2.0"),
            ("xmlns:atom", "http://www.w3.org/2005/Atom"),
            ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ],
    )?;
    xml.open("channel", &[])?;
    xml.end_line();
    let title = sanitise::line(&feed.title);
    xml.text("title", &[], &title)?;
    xml.text("link", &[], &feed.home)?;
    let description = sanitise::line(feed.subtitle);
    let description = if description.is_empty() {
        &title
    } else {
        &description
    };
    xml.text("description", &[], description)?;
    xml.text("language", &[], feed.language)?;
    xml.text("lastBuildDate", &[], &feed.updated.rfc2822())?;
    xml.text("generator", &[], "Guidepost")?;
    xml.empty(
        "atom:link",
        &[
            ("rel", "self"),
            ("type", FeedForm::Rss.media_type()),
            ("href", &feed.file(FeedForm::Rss)),
        ],
    )?;
    if let Some(hub) = feed.hub {
        xml.empty("atom:link", &[("rel", "hub"), ("href", hub)])?;
    }
    for entry in &feed.entries {
        item(&mut xml, entry, feed.author)?;
    }
    xml.close("channel")?;
    xml.close("rss")?;
    Ok(xml.finish())
}

fn item(xml: &mut Document, entry: &Entry<'_>, author: &str) -> io::Result<()> {
    xml.open("item", &[])?;
    xml.end_line();
    xml.text("title", &[], &entry.title)?;
    xml.text("link", &[], &entry.url)?;
    xml.text("guid", &[("isPermaLink", "true")], &entry.url)?;
    xml.text(
        "pubDate",
        &[],
        &entry.published.unwrap_or(entry.updated).rfc2822(),
    )?;
    if entry.authors.is_empty() {
        xml.text("dc:creator", &[], &sanitise::line(author))?;
    }
    for author in &entry.authors {
        xml.text("dc:creator", &[], &sanitise::line(author))?;
    }
    for category in &entry.categories {
        xml.text("category", &[], &sanitise::line(category))?;
    }
    // A description is HTML by custom, so the text is escaped once more.
    xml.text("description", &[], &sanitise::escape(&entry.summary))?;
    if let Some(content) = &entry.content {
        xml.text("content:encoded", &[], content)?;
    }
    xml.close("item")
}
