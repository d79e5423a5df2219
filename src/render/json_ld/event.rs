//! Events, at a place, from afar, or both.

use super::node::{Json, Node};
use super::{Missing, image, last_second, named, organization};
use crate::content::Kind;
use crate::content::kind::Event;
use crate::render::address::absolute;
use crate::render::{sanitise, summary};
use crate::site::{Page, Site};

/// The node of an event, or what it lacks.
pub(super) fn node(
    site: &Site,
    page: &Page,
    event: &Event,
    missing: &mut Vec<Missing>,
) -> Option<Json> {
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
    node.set("url", absolute(config, &page.url));
    node.line("description", &summary::of(page));
    node.moment("startDate", event.start.as_ref().map(|start| start.value));
    node.maybe(
        "endDate",
        event
            .end
            .as_ref()
            .map(|end| last_second(end.value, &config.timezone)),
    );
    let status = match event.status.as_deref() {
        Some("cancelled") => "https://schema.org/EventCancelled",
        Some("postponed") => "https://schema.org/EventPostponed",
        _ => "https://schema.org/EventScheduled",
    };
    node.set("eventStatus", status);
    let physical = place.map(|place| {
        let street = event.address.as_deref().or(Some(place));
        let mut node = Node::new("Place");
        node.set("name", sanitise::line(place));
        node.set("address", organization::address(site, page, None, street));
        node.finish()
    });
    let remote = event.online_url.as_deref().map(|url| {
        let mut node = Node::new("VirtualLocation");
        node.set("url", url);
        node.finish()
    });
    let mode = match (&physical, &remote) {
        (Some(_), Some(_)) => "Mixed",
        (Some(_), None) => "Offline",
        (None, _) => "Online",
    };
    node.set(
        "eventAttendanceMode",
        format!("https://schema.org/{mode}EventAttendanceMode"),
    );
    match (physical, remote) {
        (Some(physical), Some(remote)) => node.set("location", vec![physical, remote]),
        (physical, remote) => node.maybe("location", physical.or(remote)),
    }
    node.set("organizer", organizer(site, page, event));
    node.maybe("image", image(site, page));
    node.set(
        "inLanguage",
        &config.languages[usize::from(page.language)].tag,
    );
    let speakers = event.speakers.iter();
    let speakers: Vec<Json> = speakers.map(|speaker| named("Person", speaker)).collect();
    if !speakers.is_empty() {
        node.set("performer", speakers);
    }
    node.maybe("maximumAttendeeCapacity", event.capacity);
    Some(node.finish())
}

/// The company that invites, else whoever is named, else the site.
fn organizer(site: &Site, page: &Page, event: &Event) -> Json {
    let company = page
        .companies
        .first()
        .and_then(|id| site.pages.get(*id as usize))
        .filter(|company| company.kind == Kind::Company);
    match (company, event.host.as_deref()) {
        (Some(company), _) => organization::reference(site, company, page.language),
        (None, Some(host)) => {
            let mut node = Node::new("Organization");
            node.set("name", sanitise::line(host));
            node.set("url", absolute(&site.config, &page.url));
            node.finish()
        }
        (None, None) => super::organization(site, page.language),
    }
}
