//! Articles, digests, policies and other texts.

use super::node::{Json, Node};
use super::{image, named, publisher};
use crate::content::{Details, Kind};
use crate::render::address::absolute;
use crate::render::{sanitise, summary};
use crate::site::{ListOf, Page, Site};
use std::borrow::Cow;

/// The node of a text.
pub(super) fn node(site: &Site, page: &Page) -> Json {
    let config = &*site.config;
    let source = &page.source;
    // A text without a date is a page like any other: the article types want one.
    let kind = match (source.kind, page.date) {
        (Kind::Article | Kind::Digest, Some(_)) => "BlogPosting",
        (Kind::Policy, Some(_)) => "Article",
        _ => "WebPage",
    };
    let url = absolute(config, &page.url);
    let mut node = Node::new(kind);
    node.text("headline", &source.title);
    if kind == "WebPage" {
        node.text("name", &source.title);
        node.set("url", &url);
    } else {
        node.set("mainEntityOfPage", &url);
        node.set("url", &url);
    }
    node.line("description", &summary::of(page));
    node.moment("datePublished", page.date);
    node.moment("dateModified", page.updated.or(page.date));
    node.set(
        "inLanguage",
        &config.languages[usize::from(page.language)].tag,
    );
    node.set("author", authors(site, page));
    publisher(&mut node, site, page.language);
    node.maybe("image", image(site, page));
    let keywords = keywords(site, page);
    if !keywords.is_empty() {
        node.set("keywords", keywords);
    }
    node.maybe("license", source.meta.license.as_deref().and_then(license));
    node.maybe_text("isBasedOn", source.meta.source_url.as_deref());
    if let Details::Policy(policy) = &source.details {
        node.maybe(
            "sourceOrganization",
            policy
                .issuer
                .as_deref()
                .map(|issuer| named("GovernmentOrganization", issuer)),
        );
        node.moment(
            "expires",
            policy.effective_until.as_ref().map(|until| until.value),
        );
    }
    node.finish()
}

/// The address of a licence: as written, or that of the Creative Commons licence with the
/// name; search engines can do nothing with other names.
fn license(written: &str) -> Option<String> {
    let written = written.trim();
    if written.starts_with("https://") || written.starts_with("http://") {
        return Some(written.to_owned());
    }
    let name = written.to_ascii_lowercase();
    let mut words = name
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
        .filter(|word| !word.is_empty());
    let first = words.next()?;
    if first == "cc0" {
        return Some("https://creativecommons.org/publicdomain/zero/1.0/".to_owned());
    }
    if first != "cc" {
        return None;
    }
    let (versions, parts): (Vec<&str>, Vec<&str>) =
        words.partition(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let parts = parts.join("-");
    let version = versions.first().copied().unwrap_or("4.0");
    let known = ["by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd"];
    (known.contains(&parts.as_str()) && ["1.0", "2.0", "2.5", "3.0", "4.0"].contains(&version))
        .then(|| format!("https://creativecommons.org/licenses/{parts}/{version}/"))
}

/// The authors as persons, else the site's author, else the site itself.
fn authors(site: &Site, page: &Page) -> Vec<Json> {
    let config = &*site.config;
    let names = &page.source.meta.authors;
    if names.is_empty() {
        return match &config.author {
            Some(name) => {
                let mut person = Node::new("Person");
                person.set("name", name);
                vec![person.finish()]
            }
            None => vec![super::organization(site, page.language)],
        };
    }
    names
        .iter()
        .map(|name| {
            let mut person = Node::new("Person");
            person.text("name", name);
            let list = page.authors.iter().find_map(|id| {
                let list = site.lists.get(*id as usize)?;
                matches!(&list.of, ListOf::Author(of) if of == name).then_some(list)
            });
            person.maybe("url", list.map(|list| absolute(config, &list.url)));
            person.finish()
        })
        .collect()
}

fn keywords<'a>(site: &'a Site, page: &Page) -> Vec<Cow<'a, str>> {
    page.terms
        .iter()
        .flat_map(|(_, terms)| terms)
        .filter_map(|term| match &site.lists.get(*term as usize)?.of {
            ListOf::Term { name, .. } => Some(sanitise::line(name)),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::license;

    #[test]
    fn a_licence_is_an_address_or_left_out() {
        for (written, expected) in [
            ("CC BY-SA 4.0", Some("licenses/by-sa/4.0/")),
            ("cc-by-nc-nd-3.0", Some("licenses/by-nc-nd/3.0/")),
            ("CC BY", Some("licenses/by/4.0/")),
            ("CC0 1.0", Some("publicdomain/zero/1.0/")),
            ("CC 9", None),
            ("保留所有权利", None),
            ("", None),
        ] {
            let expected = expected.map(|path| format!("https://creativecommons.org/{path}"));
            assert_eq!(license(written), expected, "{written}");
        }
        assert_eq!(
            license("https://a.example/l").as_deref(),
            Some("https://a.example/l")
        );
    }
}
