//! Companies, on their own pages and as employers and hosts.

use super::image;
use super::node::{Json, Node};
use crate::content::Details;
use crate::content::kind::Company;
use crate::render::address::absolute;
use crate::render::export::{company_name, exact};
use crate::render::{country, sanitise, summary};
use crate::site::{LanguageId, Page, Site};

/// The node of a company's own page.
pub(super) fn node(site: &Site, page: &Page, company: &Company) -> Json {
    let config = &*site.config;
    let mut node = Node::new("Organization");
    let url = absolute(config, &page.url);
    let name = company_name(site, page, page.language);
    node.text("name", name);
    let others: Vec<_> = company
        .name
        .iter()
        .chain(company.names.iter().map(|(_, name)| name))
        .filter(|other| other.as_str() != name)
        .map(|other| sanitise::line(other))
        .collect();
    if !others.is_empty() {
        node.set("alternateName", others);
    }
    node.set("url", company.website.as_deref().unwrap_or(&url));
    node.set("mainEntityOfPage", &url);
    node.line("description", &summary::of(page));
    match &page.cover {
        Some(cover) => node.set("logo", absolute(config, &cover.url)),
        None => node.maybe("image", image(site, page)),
    }
    let (city, street) = (company.city.as_deref(), company.address.as_deref());
    let address = address(site, page, city, street);
    node.set("address", &address);
    if let Some((latitude, longitude)) = company.geo
        && let (Some(latitude), Some(longitude)) = (exact(latitude), exact(longitude))
    {
        let mut geo = Node::new("GeoCoordinates");
        geo.set("latitude", latitude);
        geo.set("longitude", longitude);
        let mut place = Node::new("Place");
        place.set("name", sanitise::line(name));
        place.set("address", address);
        place.set("geo", geo.finish());
        node.set("location", place.finish());
    }
    node.maybe(
        "foundingDate",
        company.founded.as_deref().and_then(founding),
    );
    node.maybe(
        "numberOfEmployees",
        company.size.as_deref().and_then(employees),
    );
    node.finish()
}

/// A company as another page's employer or host.
pub(super) fn reference(site: &Site, page: &Page, language: LanguageId) -> Json {
    let config = &*site.config;
    let mut node = Node::new("Organization");
    node.text("name", company_name(site, page, language));
    let url = absolute(config, &page.url);
    match &page.source.details {
        Details::Company(company) if company.website.is_some() => {
            node.maybe_text("sameAs", company.website.as_deref());
        }
        _ => {}
    }
    node.set("url", &url);
    node.maybe(
        "logo",
        page.cover
            .as_ref()
            .map(|cover| absolute(config, &cover.url)),
    );
    node.finish()
}

/// A postal address of what is known.
pub(super) fn address(site: &Site, page: &Page, city: Option<&str>, street: Option<&str>) -> Json {
    let mut node = Node::new("PostalAddress");
    node.maybe_text("streetAddress", street);
    node.maybe_text("addressLocality", city);
    node.maybe("addressCountry", country::of(site, page));
    node.finish()
}

/// A year or a day; anything else (`about 2010`) is not for machines.
fn founding(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_day = text.parse::<jiff::civil::Date>().is_ok();
    (is_year || is_day).then_some(text)
}

/// `50-200` or `120`.
fn employees(text: &str) -> Option<Json> {
    let mut numbers = text.split(['-', '–', '—', '~', '～', '至']).map(|part| {
        part.trim()
            .trim_end_matches(['人', '+'])
            .trim()
            .parse::<u32>()
            .ok()
    });
    let first = numbers.next()??;
    let mut node = Node::new("QuantitativeValue");
    match (numbers.next(), numbers.next()) {
        (None, _) => node.set("value", first),
        (Some(Some(last)), None) => {
            node.set("minValue", first);
            node.set("maxValue", last);
        }
        _ => return None,
    }
    Some(node.finish())
}

#[cfg(test)]
mod tests {
    use super::{employees, founding};

    #[test]
    fn only_plain_numbers_and_dates_are_for_machines() {
        assert_eq!(
            employees("50-200人").unwrap().as_str(),
            r#"{"@type":"QuantitativeValue","minValue":50,"maxValue":200}"#
        );
        assert_eq!(
            employees("120").unwrap().as_str(),
            r#"{"@type":"QuantitativeValue","value":120}"#
        );
        assert_eq!(employees("a few"), None);
        assert_eq!(founding("2010"), Some("2010"));
        assert_eq!(founding("2010-05-01"), Some("2010-05-01"));
        assert_eq!(founding("大约 2010"), None);
    }
}
