//! Webmention: finds where a page wants to hear of links to it, and tells it of one.
//!
//! Takes two addresses, gives whether anybody listened. A page elsewhere names the address that
//! is called, so nothing on this machine or in its network is called on a stranger's word.

use super::relation;
use crate::platform::{Answer, Failure, FailureKind, Http, Request};
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
    let Some(found) = relation::named(&answer, "webmention") else {
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

#[cfg(test)]
mod tests {
    use super::may_be_called;
    use reqwest::Url;

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
