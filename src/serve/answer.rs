//! One request → one answer: takes the method, the URL, the host and the origin that the browser
//! named, and the outputs; gives a reply. Opens no file but those that a build would copy.

use super::live::Listeners;
use super::types::content_type;
use super::{DESK, State, Told, overlay};
use crate::output::Content;
use percent_encoding::percent_decode_str;
use std::io::Cursor;

/// Address of the stream that tells pages to reload.
pub(super) const EVENTS: &str = "/_events";

/// A request.
pub(super) struct Wanted<'a> {
    pub(super) method: &'a str,
    /// Path and query as sent.
    pub(super) url: &'a str,
    pub(super) host: Option<&'a str>,
    /// `Origin`: whose page sends it.
    pub(super) origin: Option<&'a str>,
    /// `Sec-Fetch-Site`: how that page is related to us, as newer browsers say.
    pub(super) relation: Option<&'a str>,
    pub(super) port: u16,
}

/// What to do with a request.
pub(super) enum Answer {
    /// Keep it open for events.
    Events,
    /// Ask the desk.
    Desk,
    /// Reply.
    Reply(Reply),
}

/// A whole reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) location: Option<String>,
    /// More headers.
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) body: Vec<u8>,
}

impl From<Told> for Reply {
    fn from(told: Told) -> Self {
        Self {
            status: told.status,
            kind: told.kind,
            location: told.location,
            headers: told.headers,
            body: told.body,
        }
    }
}

impl Reply {
    pub(super) fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            kind: "text/plain; charset=utf-8",
            location: None,
            headers: &[],
            body: text.as_bytes().to_vec(),
        }
    }

    fn redirect(to: String) -> Self {
        Self {
            location: Some(to),
            ..Self::text(302, "")
        }
    }

    /// As the server library wants it.
    pub(super) fn into_response(self) -> tiny_http::Response<Cursor<Vec<u8>>> {
        let mut response = tiny_http::Response::from_data(self.body).with_status_code(self.status);
        let headers = [
            ("Content-Type", Some(self.kind)),
            ("Cache-Control", Some("no-store")),
            ("X-Content-Type-Options", Some("nosniff")),
            ("Location", self.location.as_deref()),
        ];
        let more = self
            .headers
            .iter()
            .map(|(name, value)| (*name, Some(*value)));
        for (name, value) in headers.into_iter().chain(more) {
            let header = value.map(|value| tiny_http::Header::from_bytes(name, value));
            if let Some(Ok(header)) = header {
                response.add_header(header);
            }
        }
        response
    }
}

/// Answers a request.
pub(super) fn answer(state: &State, wanted: &Wanted<'_>, listeners: &Listeners) -> Answer {
    if !is_this_machine(wanted.host, wanted.port) {
        return Answer::Reply(Reply::text(
            403,
            "This server answers only as localhost or 127.0.0.1.\n",
        ));
    }
    let (path, query) = match wanted.url.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (wanted.url, None),
    };
    let is_desk = path
        .strip_prefix(DESK)
        .is_some_and(|below| below.is_empty() || below.starts_with('/'));
    if is_desk && wanted.method == "POST" {
        return if is_own_page(wanted) {
            Answer::Desk
        } else {
            Answer::Reply(Reply::text(
                403,
                "Only a page of this server may send this.\n",
            ))
        };
    }
    if !matches!(wanted.method, "GET" | "HEAD") {
        return Answer::Reply(Reply::text(405, "Only GET and HEAD.\n"));
    }
    if is_desk {
        return Answer::Desk;
    }
    if path == EVENTS {
        return Answer::Events;
    }
    Answer::Reply(page(state, path, query, listeners))
}

fn page(state: &State, path: &str, query: Option<&str>, listeners: &Listeners) -> Reply {
    let base = state.base_path.as_str();
    let Some(below) = path
        .strip_prefix(base)
        .filter(|below| below.is_empty() || below.starts_with('/'))
    else {
        return Reply::redirect(format!("{base}/"));
    };
    let Ok(below) = percent_decode_str(below).decode_utf8() else {
        return Reply::text(400, "The address is not UTF-8.\n");
    };
    let with_query = |path: String| match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    if below.is_empty() {
        return Reply::redirect(with_query(format!("{base}/")));
    }
    let name = &below[1..];
    let file = if name.is_empty() || name.ends_with('/') {
        format!("{name}index.html")
    } else {
        name.to_owned()
    };
    // Outputs are looked up by name, so that no path of a request ever reaches the disk.
    if let Some(held) = state.files.get(&file) {
        return found(state, &file, &held.content, 200, listeners);
    }
    if !name.is_empty() && state.files.contains_key(&format!("{file}/index.html")) {
        // `//host` at the start of a path would lead elsewhere.
        let path = format!("/{}", path.trim_start_matches('/'));
        return Reply::redirect(with_query(format!("{path}/")));
    }
    not_found(state, name, listeners)
}

/// The nearest `404.html` upwards, which is the one in the reader's language.
fn not_found(state: &State, name: &str, listeners: &Listeners) -> Reply {
    let mut folder = name;
    loop {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let file = if folder.is_empty() {
            "404.html".to_owned()
        } else {
            format!("{folder}/404.html")
        };
        if let Some(held) = state.files.get(&file) {
            return found(state, &file, &held.content, 404, listeners);
        }
        if folder.is_empty() {
            break;
        }
    }
    let page = b"<!doctype html><meta charset=utf-8><title>404</title><p>Nothing is here.</p>";
    Reply {
        status: if state.overlay.is_some() { 500 } else { 404 },
        kind: content_type("x.html"),
        location: None,
        headers: &[],
        body: dressed(state, page.to_vec(), listeners),
    }
}

fn found(
    state: &State,
    file: &str,
    content: &Content,
    status: u16,
    listeners: &Listeners,
) -> Reply {
    let kind = content_type(file);
    let bytes = match content {
        Content::Bytes(bytes) => bytes.to_vec(),
        Content::File(source) => match std::fs::read(source) {
            Ok(bytes) => bytes,
            Err(error) => {
                return Reply::text(404, &format!("`{}`: {error}\n", source.display()));
            }
        },
    };
    Reply {
        status,
        kind,
        location: None,
        headers: &[],
        body: if kind.starts_with("text/html") {
            dressed(state, bytes, listeners)
        } else {
            bytes
        },
    }
}

/// A page with the script that reloads it and, after a failed build, the overlay.
fn dressed(state: &State, mut page: Vec<u8>, listeners: &Listeners) -> Vec<u8> {
    let mut extra = String::new();
    if let Some(overlay) = &state.overlay {
        extra.push_str(overlay);
    }
    extra.push_str(&listeners.script(state.generation));
    let at = overlay::end_of_body(&page);
    page.splice(at..at, extra.into_bytes());
    page
}

/// A page of another site can make a name of its own point to 127.0.0.1; the browser then
/// sends that name.
fn is_this_machine(host: Option<&str>, port: u16) -> bool {
    let Some(host) = host else {
        return false;
    };
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| {
        host.eq_ignore_ascii_case(name) || host.eq_ignore_ascii_case(&format!("{name}:{port}"))
    })
}

/// Whether the page that sends a form is one of ours. Browsers name a form's origin; a request
/// without one comes from no page.
fn is_own_page(wanted: &Wanted<'_>) -> bool {
    let (Some(host), Some(origin)) = (wanted.host, wanted.origin) else {
        return false;
    };
    origin.eq_ignore_ascii_case(&format!("http://{host}"))
        && wanted
            .relation
            .is_none_or(|relation| relation == "same-origin")
}

#[cfg(test)]
mod tests {
    use super::{Answer, Reply, Wanted, answer};
    use crate::output::{Content, Held, Outputs};
    use crate::serve::State;
    use crate::serve::live::Listeners;
    use std::sync::Arc;

    fn state(base_path: &str) -> State {
        let file = |text: &str| Held {
            key: None,
            content: Content::Bytes(Arc::from(text.as_bytes())),
        };
        let files: Outputs = [
            ("index.html", "<body>home</BODY >"),
            ("标签/index.html", "<body>tags</body></html>"),
            ("en/404.html", "<p>gone"),
            ("a.css", "a{}"),
        ]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), file(text)))
        .collect();
        State {
            files: Arc::new(files),
            base_path: base_path.to_owned(),
            overlay: None,
            generation: 3,
        }
    }

    fn get(state: &State, url: &str) -> Reply {
        let wanted = Wanted {
            method: "GET",
            url,
            host: Some("localhost:1111"),
            origin: None,
            relation: None,
            port: 1111,
        };
        match answer(state, &wanted, &Listeners::new(1111)) {
            Answer::Reply(reply) => reply,
            Answer::Events | Answer::Desk => panic!("{url} is a page"),
        }
    }

    #[test]
    fn pages_folders_and_unknown_paths() {
        let state = state("");
        let home = get(&state, "/");
        assert_eq!(home.status, 200);
        let body = String::from_utf8(home.body).unwrap();
        assert!(body.starts_with("<body>home<script>"), "{body}");
        assert!(body.ends_with("</script></BODY >"), "{body}");
        assert_eq!(get(&state, "/%E6%A0%87%E7%AD%BE/?x=1").status, 200);
        let folder = get(&state, "/%E6%A0%87%E7%AD%BE?x=1");
        assert_eq!(folder.location.as_deref(), Some("/%E6%A0%87%E7%AD%BE/?x=1"));
        let style = get(&state, "/a.css");
        assert_eq!((style.status, style.kind), (200, "text/css; charset=utf-8"));
        assert_eq!(style.body, b"a{}");
        let missing = get(&state, "/en/jobs/x/");
        assert_eq!(missing.status, 404);
        assert!(missing.body.starts_with(b"<p>gone"));
        for outside in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "//etc/passwd",
            "/a.css/",
            "/%ff",
        ] {
            assert!(get(&state, outside).status >= 400, "{outside}");
        }
    }

    #[test]
    fn a_base_path_is_the_sites_root() {
        let state = state("/blog");
        assert_eq!(get(&state, "/blog/").status, 200);
        assert_eq!(get(&state, "/blog").location.as_deref(), Some("/blog/"));
        assert_eq!(get(&state, "/blogger").location.as_deref(), Some("/blog/"));
        assert_eq!(get(&state, "/").location.as_deref(), Some("/blog/"));
    }

    #[test]
    fn other_hosts_and_methods_are_turned_away() {
        let state = state("");
        let reply = |host: Option<&str>, method: &str| {
            let wanted = Wanted {
                method,
                url: "/",
                host,
                origin: None,
                relation: None,
                port: 1111,
            };
            match answer(&state, &wanted, &Listeners::new(1111)) {
                Answer::Reply(reply) => reply.status,
                Answer::Events | Answer::Desk => 0,
            }
        };
        assert_eq!(reply(Some("127.0.0.1:1111"), "GET"), 200);
        assert_eq!(reply(Some("LOCALHOST"), "HEAD"), 200);
        assert_eq!(reply(Some("evil.example:1111"), "GET"), 403);
        assert_eq!(reply(Some("localhost:80"), "GET"), 403);
        assert_eq!(reply(None, "GET"), 403);
        assert_eq!(reply(Some("localhost"), "POST"), 405);
    }

    #[test]
    fn only_our_own_pages_send_forms_to_the_desk() {
        let state = state("");
        let is_heard = |origin: Option<&str>, relation: Option<&str>| {
            let wanted = Wanted {
                method: "POST",
                url: "/_desk/done",
                host: Some("127.0.0.1:1111"),
                origin,
                relation,
                port: 1111,
            };
            match answer(&state, &wanted, &Listeners::new(1111)) {
                Answer::Desk => true,
                Answer::Reply(reply) => {
                    assert_eq!(reply.status, 403);
                    false
                }
                Answer::Events => panic!("no stream"),
            }
        };
        let own = Some("http://127.0.0.1:1111");
        assert!(is_heard(own, None));
        assert!(is_heard(own, Some("same-origin")));
        assert!(!is_heard(own, Some("cross-site")));
        assert!(!is_heard(None, Some("same-origin")));
        for other in [
            "null",
            "http://127.0.0.1:1112",
            "http://localhost:1111",
            "https://127.0.0.1:1111",
            "http://evil.example",
        ] {
            assert!(!is_heard(Some(other), None), "{other}");
        }
    }
}
