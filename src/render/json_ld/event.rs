//! Events, at a place, from afar, or both.

use super::{Missing, Node, image, last_second, organization, publisher};
use crate::content::Kind;
use crate::content::kind::Event;
use crate::render::address::absolute;
use crate::render::{sanitise, summary};
use crate::site::{Page, Site};
use serde_json::{Value, json};

/// The node of an event, or what it lacks.
pub(super) fn node(
    site: &Site,
    page: &Page,
    event: &Event,
    missing: &mut Vec<Missing>,
) -> Option<Value> {
    let config = &*site.config;
    let place = event.place.as_deref().or(event.address.as_deref());
    if place.is_none() && event.online_url.is_none() {
        missing.push(Missing {
            of: "Event",
            what: "a place",
            hint: "add `place:` and `address:`, or `online_url:`",
        });
    }
    if event.start.is_none() {
        missing.push(Missing {
            of: "Event",
            what: "a `start`",
            hint: "add its beginning: `start: 2026-10-01 14:00`",
        });
    }
    if !missing.is_empty() {
        return None;
    }

    let mut node = Node::new("Event");
    node.text("name", &page.source.title);
    node.set("url", json!(absolute(config, &page.url)));
    node.text("description", &summary::of(page));
    node.moment("startDate", event.start.as_ref().map(|start| start.value));
    node.maybe(
        "endDate",
        event
            .end
            .as_ref()
            .map(|end| json!(last_second(end.value, &config.timezone))),
    );
    let status = match event.status.as_deref() {
        Some("cancelled") => "https://schema.org/EventCancelled",
        Some("postponed") => "https://schema.org/EventPostponed",
        _ => "https://schema.org/EventScheduled",
    };
    node.set("eventStatus", json!(status));
    let physical = place.map(|place| {
        json!({
            "@type": "Place",
            "name": sanitise::line(place),
            "address": organization::address(site, page, None, event.address.as_deref().or(Some(place))),
        })
    });
    let remote = event
        .online_url
        .as_deref()
        .map(|url| json!({ "@type": "VirtualLocation", "url": url }));
    let (mode, location) = match (physical, remote) {
        (Some(physical), Some(remote)) => ("Mixed", json!([physical, remote])),
        (Some(physical), None) => ("Offline", physical),
        (None, remote) => ("Online", remote.unwrap_or_default()),
    };
    node.set(
        "eventAttendanceMode",
        json!(format!("https://schema.org/{mode}EventAttendanceMode")),
    );
    node.set("location", location);
    node.set("organizer", organizer(site, page, event));
    node.maybe("image", image(site, page));
    node.set(
        "inLanguage",
        json!(config.languages[usize::from(page.language)].tag),
    );
    let speakers: Vec<Value> = event
        .speakers
        .iter()
        .map(|speaker| json!({ "@type": "Person", "name": sanitise::line(speaker) }))
        .collect();
    if !speakers.is_empty() {
        node.set("performer", Value::Array(speakers));
    }
    if let Some(capacity) = event.capacity {
        node.set("maximumAttendeeCapacity", json!(capacity));
    }
    Some(node.finish())
}

/// The company that invites, else whoever is named, else the site.
fn organizer(site: &Site, page: &Page, event: &Event) -> Value {
    let company = page
        .companies
        .first()
        .and_then(|id| site.pages.get(*id as usize))
        .filter(|company| company.kind == Kind::Company);
    match (company, event.host.as_deref()) {
        (Some(company), _) => organization::reference(site, company, page.language),
        (None, Some(host)) => json!({
            "@type": "Organization",
            "name": sanitise::line(host),
            "url": absolute(&site.config, &page.url),
        }),
        (None, None) => publisher(site, page.language),
    }
}
