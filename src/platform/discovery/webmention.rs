//! Webmention: finds where a page wants to hear of links to it, and tells it of one.
//!
//! Takes two addresses, gives whether anybody listened. A page elsewhere names the address that
//! is called, so nothing on this machine or in its network is called on a stranger's word.

use crate::platform::{Answer, Failure, FailureKind, Http, Request};
use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use reqwest::Url;

/// Redirects from a page that are followed; most lead to `https` or from `www`.
const REDIRECTS: usize = 5;

/// What became of a mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mention {
    /// It was taken.
    Taken,
    /// The page does not want to hear of links.
    Unwanted,
    /// It was refused, for this reason; the same mention again would be too.
    Refused(String),
}

/// Tells the page `target` that `source` links to it, or no longer does.
///
/// # Errors
/// When the page or its receiver does not answer, or asks for patience.
pub fn mention(http: &Http, source: &str, target: &str) -> Result<Mention, Failure> {
    match tell(http, source, target) {
        Err(failure)
            if matches!(
                failure.kind,
                FailureKind::Refused
                    | FailureKind::Forbidden
                    | FailureKind::Missing
                    | FailureKind::Credentials
                    | FailureKind::Conflict
            ) =>
        {
            Ok(Mention::Refused(failure.message))
        }
        other => other,
    }
}

fn tell(http: &Http, source: &str, target: &str) -> Result<Mention, Failure> {
    let (page, answer) = fetch(http, target)?;
    // A page that is gone hears of nothing, and need not be asked again.
    if matches!(answer.status, 404 | 410) {
        return Ok(Mention::Unwanted);
    }
    let answer = answer.ok()?;
    let Some(found) = receiver(&answer) else {
        return Ok(Mention::Unwanted);
    };
    let endpoint = page
        .join(&found)
        .map_err(|_| Failure::refused(format!("{target} names no address: `{found}`")))?;
    if !may_be_called(&endpoint, &page) {
        return Err(Failure::refused(format!(
            "{target} names a receiver that is none of its business: `{endpoint}`"
        )));
    }
    let fields = [("source", source), ("target", target)];
    let request = Request::post(endpoint.as_str()).form(&fields).repeatable();
    http.send(&request)?.ok()?;
    Ok(Mention::Taken)
}

/// The page behind its redirects.
fn fetch(http: &Http, target: &str) -> Result<(Url, Answer), Failure> {
    let none = |_| Failure::refused(format!("`{target}` is no address"));
    let mut url = Url::parse(target).map_err(none)?;
    let mut redirects = 0;
    loop {
        let answer = http.send(&Request::get(url.as_str()))?;
        let next = answer
            .header("location")
            .filter(|_| (300..400).contains(&answer.status) && redirects < REDIRECTS)
            .and_then(|location| url.join(location).ok())
            .filter(|next| may_be_called(next, &url));
        match next {
            Some(next) => url = next,
            None => return Ok((url, answer)),
        }
        redirects += 1;
    }
}

/// Whether an address that a stranger names may be called: in the open net, or on the very host
/// that names it.
fn may_be_called(named: &Url, by: &Url) -> bool {
    if !matches!(named.scheme(), "http" | "https") {
        return false;
    }
    let Some(host) = named.host_str() else {
        return false;
    };
    if Some(host) == by.host_str() {
        return true;
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => {
            !(address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified())
        }
        Ok(std::net::IpAddr::V6(address)) => {
            !(address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.to_ipv4_mapped().is_some())
        }
        Err(_) => host != "localhost" && host.contains('.') && !host.ends_with(".localhost"),
    }
}

/// The receiver as the page names it: in a header first, else in the first fitting element.
fn receiver(answer: &Answer) -> Option<String> {
    let headers = answer.headers_of("link");
    if let Some(found) = headers.iter().find_map(|header| of_header(header)) {
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
    of_element(&document.document)
}

/// The first address of a `Link` header with the relation.
fn of_header(header: &str) -> Option<String> {
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
            name.trim().eq_ignore_ascii_case("rel") && has_relation(value.trim().trim_matches('"'))
        });
        if is_it {
            return Some(address.trim().to_owned());
        }
        rest = next;
    }
    None
}

fn has_relation(words: &str) -> bool {
    words
        .split_ascii_whitespace()
        .any(|word| word.eq_ignore_ascii_case("webmention"))
}

/// The first `<link>` or `<a>` with the relation and an address, in the order of the document.
fn of_element(document: &Handle) -> Option<String> {
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
            if value("rel").is_some_and(|words| has_relation(&words))
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
    use super::{may_be_called, of_element, of_header};
    use html5ever::tendril::TendrilSink as _;
    use markup5ever_rcdom::RcDom;
    use reqwest::Url;

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
            assert_eq!(of_header(header).as_deref(), wanted, "{header}");
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
            assert_eq!(of_element(&document.document).as_deref(), wanted, "{html}");
        }
    }

    #[test]
    fn strangers_do_not_name_what_is_inside() {
        let by = Url::parse("https://blog.example.org/").expect("an address");
        for inside in [
            "http://localhost/",
            "http://127.0.0.1:8080/",
            "http://10.0.0.5/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://printer/",
            "ftp://blog.example.org/",
        ] {
            let inside = Url::parse(inside).expect("an address");
            assert!(!may_be_called(&inside, &by), "{inside}");
        }
        for open in [
            "https://receiver.example.net/x",
            "http://blog.example.org/y",
            "http://8.8.8.8/",
        ] {
            let open = Url::parse(open).expect("an address");
            assert!(may_be_called(&open, &by), "{open}");
        }
        let local = Url::parse("http://127.0.0.1:1/").expect("an address");
        assert!(may_be_called(
            &Url::parse("http://127.0.0.1:2/x").expect("an address"),
            &local
        ));
    }
}
