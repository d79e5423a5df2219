//! The address that a page names by a relation, in a `Link` header or in its HTML (RFC 8288, HTML
//! `rel`): where it hears of links, where posts are made.
//!
//! Takes an answer and a relation's name, gives what the page names. Calls nobody.

use crate::platform::Answer;
use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// The address that a page names by this relation: in a header first, else in the first fitting
/// element. As it stands there: it may be relative, and empty for the page itself.
pub(in crate::platform) fn named(answer: &Answer, relation: &str) -> Option<String> {
    let headers = answer.headers_of("link");
    if let Some(found) = headers
        .iter()
        .find_map(|header| of_header(header, relation))
    {
        return Some(found);
    }
    let is_page = answer
        .header("content-type")
        .is_none_or(|kind| kind.contains("html"));
    if !is_page {
        return None;
    }
    let document = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default())
        .one(answer.text());
    of_element(&document.document, relation)
}

/// The first address of a `Link` header with the relation.
fn of_header(header: &str, relation: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (address, after) = after.split_once('>')?;
        // Parameters reach to the next comma outside of quotes.
        let mut quoted = false;
        let end = after
            .char_indices()
            .find(|(_, c)| {
                quoted ^= *c == '"';
                *c == ',' && !quoted
            })
            .map_or(after.len(), |(at, _)| at);
        let (parameters, next) = after.split_at(end);
        let is_it = parameters.split(';').any(|parameter| {
            let Some((name, value)) = parameter.split_once('=') else {
                return false;
            };
            name.trim().eq_ignore_ascii_case("rel")
                && has_relation(value.trim().trim_matches('"'), relation)
        });
        if is_it {
            return Some(address.trim().to_owned());
        }
        rest = next;
    }
    None
}

fn has_relation(words: &str, relation: &str) -> bool {
    words
        .split_ascii_whitespace()
        .any(|word| word.eq_ignore_ascii_case(relation))
}

/// The first `<link>` or `<a>` with the relation and an address, in the order of the document.
fn of_element(document: &Handle, relation: &str) -> Option<String> {
    let mut waiting = vec![document.clone()];
    while let Some(node) = waiting.pop() {
        if let NodeData::Element { name, attrs, .. } = &node.data
            && matches!(&*name.local, "a" | "link")
        {
            let attributes = attrs.borrow();
            let value = |wanted: &str| {
                let found = attributes
                    .iter()
                    .find(|attribute| &*attribute.name.local == wanted)?;
                Some(found.value.to_string())
            };
            if value("rel").is_some_and(|words| has_relation(&words, relation))
                && let Some(address) = value("href")
            {
                return Some(address);
            }
        }
        waiting.extend(node.children.borrow().iter().rev().cloned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{of_element, of_header};
    use html5ever::tendril::TendrilSink as _;
    use markup5ever_rcdom::RcDom;

    #[test]
    fn headers_of_every_form_are_read() {
        for (header, wanted) in [
            ("</receive>; rel=webmention", Some("/receive")),
            (
                "<https://e.org/a,b>; REL=\"other Webmention\"",
                Some("https://e.org/a,b"),
            ),
            (
                "</x>; rel=\"preload\"; title=\"a, b\", <>; rel=webmention",
                Some(""),
            ),
            ("</x>; rel=\"not-webmention\"", None),
            ("</x>; rev=webmention", None),
            ("nonsense", None),
            ("<unclosed", None),
        ] {
            assert_eq!(
                of_header(header, "webmention").as_deref(),
                wanted,
                "{header}"
            );
        }
    }

    #[test]
    fn the_first_element_with_an_address_counts() {
        for (html, wanted) in [
            (
                "<a rel=webmention>no address</a><link rel=webmention href=/two>",
                Some("/two"),
            ),
            (
                "<body><a rel='nofollow webmention' href=/a>x</a><link rel=webmention href=/b>",
                Some("/a"),
            ),
            (
                "<!-- <link rel=webmention href=/no> --><link rel=webmention href=''>",
                Some(""),
            ),
            (
                "<link rel=webmentions href=/no><p>&lt;a rel=webmention href=/no&gt;",
                None,
            ),
        ] {
            let document =
                html5ever::parse_document(RcDom::default(), Default::default()).one(html);
            assert_eq!(
                of_element(&document.document, "webmention").as_deref(),
                wanted,
                "{html}"
            );
        }
    }
}
