//! Where a site takes posts and pictures, and what it says it can: from its front page, `Link`
//! header first, and from the answers to `q=config` and `q=source`.
//!
//! Takes the site's address and a client, gives a [`Door`]. Sends the token to nobody but the
//! endpoint that the site names.

use super::Micropub;
use crate::platform::discovery::relation;
use crate::platform::{Answer, Failure, FailureKind, Request};
use reqwest::Url;
use serde_json::Value;

/// Where requests go.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Door {
    /// Where posts are made, changed and asked for.
    pub(super) endpoint: Url,
    /// Where pictures are uploaded, where there is such a place.
    pub(super) media: Option<Url>,
    /// Whether posts can be listed, an extension that many servers have.
    pub(super) lists: bool,
}

impl Door {
    /// Finds the door of a site and asks what it can.
    pub(super) fn find(micropub: &Micropub) -> Result<Self, Failure> {
        let endpoint = match &micropub.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => discovered(micropub)?,
        };
        let config = config(micropub, &endpoint)?;
        let media = match config.get("media-endpoint").and_then(Value::as_str) {
            None | Some("") => None,
            Some(named) => Some(joined(&endpoint, named, "its media endpoint")?),
        };
        let known = match config.get("syndicate-to") {
            Some(known) => known.clone(),
            None if micropub.targets.is_empty() => Value::Null,
            None => {
                let answer = micropub.ask(&endpoint, "q=syndicate-to")?;
                let said = micropub.accepted(answer)?.ok_json()?;
                said.get("syndicate-to").cloned().unwrap_or_default()
            }
        };
        same_targets(&micropub.targets, &known)?;
        let lists = lists(micropub, &endpoint)?;
        Ok(Self {
            endpoint,
            media,
            lists,
        })
    }
}

/// The address that the site's page names.
fn discovered(micropub: &Micropub) -> Result<Url, Failure> {
    let site = parsed(&micropub.site, "url")?;
    let answer = micropub.http.send(&Request::get(site.as_str()));
    let answer = answer
        .and_then(Answer::ok)
        .map_err(|failure| failure.during("looking for the endpoint"))?;
    let named = relation::named(&answer, "micropub").ok_or_else(|| {
        Failure::new(
            FailureKind::Missing,
            format!(
                "{site} names no Micropub endpoint (`rel=\"micropub\"`); set `endpoint`, or add the \
                 link to that page"
            ),
        )
    })?;
    joined(&site, &named, "its endpoint")
}

/// What the server says of itself; nothing where it does not know the question, which the
/// Recommendation allows.
fn config(micropub: &Micropub, endpoint: &Url) -> Result<Value, Failure> {
    let answer = micropub.ask(endpoint, "q=config")?;
    let is_none = |reason: &str| {
        let mut failure = answer.failure(Some(reason));
        failure.kind = FailureKind::Missing;
        failure.message.push_str("; check `url` or set `endpoint`");
        failure
    };
    match answer.status {
        200..=299 if is_page(&answer) => Err(is_none("a web page, not a Micropub endpoint")),
        404 | 405 | 410 => Err(is_none("there is no Micropub endpoint")),
        // Known to everybody, known to us, or too busy to say.
        401 | 403 | 408 | 429 | 300..=399 | 500..=599 => Err(micropub.failure(&answer)),
        _ => Ok(answer
            .json()
            .filter(Value::is_object)
            .unwrap_or(Value::Null)),
    }
}

/// Whether posts can be listed: asked for one, the server gives a list.
fn lists(micropub: &Micropub, endpoint: &Url) -> Result<bool, Failure> {
    let answer = micropub.ask(endpoint, "q=source&limit=1")?;
    match answer.status {
        401 | 403 | 408 | 429 | 502..=504 => Err(micropub.failure(&answer)),
        200 => Ok(answer
            .json()
            .is_some_and(|said| said.get("items").is_some_and(Value::is_array))),
        _ => Ok(false),
    }
}

/// Refuses targets that the site does not have: some servers would drop them silently.
fn same_targets(wanted: &[String], known: &Value) -> Result<(), Failure> {
    let known: Vec<&str> = known
        .as_array()
        .map(|targets| {
            targets
                .iter()
                .filter_map(|target| target.get("uid")?.as_str())
        })
        .into_iter()
        .flatten()
        .collect();
    match wanted
        .iter()
        .find(|target| !known.contains(&target.as_str()))
    {
        None => Ok(()),
        Some(target) if known.is_empty() => Err(Failure::refused(format!(
            "`syndicate_to`: the site passes posts on to nobody, and so not to `{target}`"
        ))),
        Some(target) => Err(Failure::refused(format!(
            "`syndicate_to`: the site does not pass posts on to `{target}`; it knows `{}`",
            known.join("`, `")
        ))),
    }
}

fn is_page(answer: &Answer) -> bool {
    answer
        .header("content-type")
        .is_some_and(|kind| kind.contains("html"))
}

/// A setting that is a whole address.
pub(super) fn parsed(text: &str, setting: &str) -> Result<Url, Failure> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| Failure::refused(format!("`{setting}: {text}` is no address")))
}

/// An address that a server names, whole. One in the open is refused where the server itself is
/// not: the token would be.
fn joined(base: &Url, named: &str, what: &str) -> Result<Url, Failure> {
    let refused = |why: &str| Failure::refused(format!("{base} names {what} `{named}`, {why}"));
    let url = base
        .join(named)
        .map_err(|_| refused("which is no address"))?;
    match (base.scheme(), url.scheme()) {
        (_, "https") | ("http", "http") => Ok(url),
        _ => Err(refused("to which no token is sent: it is not `https`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{joined, same_targets};
    use reqwest::Url;
    use serde_json::json;

    #[test]
    fn a_token_is_never_sent_where_it_could_be_read() {
        let secure = Url::parse("https://blog.example.org/a/").expect("an address");
        let open = Url::parse("http://127.0.0.1:8080/").expect("an address");
        for (base, named, wanted) in [
            (
                &secure,
                "/micropub",
                Some("https://blog.example.org/micropub"),
            ),
            (
                &secure,
                "micropub?x=1",
                Some("https://blog.example.org/a/micropub?x=1"),
            ),
            (&secure, "", Some("https://blog.example.org/a/")),
            (
                &secure,
                "https://posts.example.net/m",
                Some("https://posts.example.net/m"),
            ),
            (&secure, "http://blog.example.org/micropub", None),
            (&secure, "file:///etc/passwd", None),
            (&open, "/micropub", Some("http://127.0.0.1:8080/micropub")),
            (&open, "javascript:alert(1)", None),
        ] {
            let found = joined(base, named, "its endpoint").ok();
            assert_eq!(found.as_ref().map(Url::as_str), wanted, "{named}");
        }
    }

    #[test]
    fn targets_are_those_that_the_site_knows() {
        let known = json!([{ "uid": "https://a.example/", "name": "A" }, { "name": "no uid" }]);
        let wanted = |uid: &str| vec![uid.to_owned()];
        assert_eq!(same_targets(&wanted("https://a.example/"), &known), Ok(()));
        assert_eq!(same_targets(&[], &json!(null)), Ok(()));
        let failure = same_targets(&wanted("b"), &known).expect_err("unknown");
        assert!(failure.message.contains("https://a.example/"), "{failure}");
        assert!(same_targets(&wanted("b"), &json!(null)).is_err());
    }
}
