//! What fakes share: a small HTTP server in a thread of the test, with its state in memory.
//!
//! A fake is written from what the platform documents, request by request, and refuses what the
//! platform refuses. It shows that an adapter keeps to the documents, not that the documents are
//! right.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A running fake; ends with the test.
pub(crate) struct Fake<S> {
    url: String,
    state: Arc<Mutex<S>>,
    server: Arc<tiny_http::Server>,
}

/// A request.
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    /// Decoded.
    pub(crate) query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// An answer.
pub(crate) struct Told {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl<S: Send + 'static> Fake<S> {
    /// A fake that answers by this function, one request after the other.
    pub(crate) fn start(state: S, answer: fn(&mut S, &Asked) -> Told) -> Self {
        let server = tiny_http::Server::http("127.0.0.1:0").expect("a port");
        let port = server.server_addr().to_ip().expect("an address").port();
        let server = Arc::new(server);
        let state = Arc::new(Mutex::new(state));
        let (serving, kept) = (Arc::clone(&server), Arc::clone(&state));
        std::thread::spawn(move || {
            for mut request in serving.incoming_requests() {
                let asked = read(&mut request);
                let told = answer(
                    &mut kept.lock().unwrap_or_else(PoisonError::into_inner),
                    &asked,
                );
                let _ = request.respond(response(told));
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            state,
            server,
        }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// What it keeps.
    pub(crate) fn state(&self) -> MutexGuard<'_, S> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Drop for Fake<S> {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

impl Asked {
    /// A header's value; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// A parameter's value; empty when there is none.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// The body as JSON; nothing when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Method and parts of the path, for a `match`.
    pub(crate) fn route(&self) -> (&str, Vec<&str>) {
        let parts = self.path.trim_matches('/').split('/').collect();
        (&self.method, parts)
    }

    /// Parts of a form with files: name, file name, content.
    pub(crate) fn parts(&self) -> Vec<(String, Option<String>, Vec<u8>)> {
        let kind = self.header("content-type");
        let Some((_, boundary)) = kind.split_once("boundary=") else {
            return Vec::new();
        };
        let boundary = format!("--{boundary}");
        let text = String::from_utf8_lossy(&self.body).into_owned();
        text.split(&boundary)
            .filter_map(|part| {
                let (head, body) = part.split_once("\r\n\r\n")?;
                let value = |name: &str| {
                    let (_, rest) = head.split_once(&format!("; {name}=\""))?;
                    rest.split('"').next().map(str::to_owned)
                };
                let body = body.strip_suffix("\r\n").unwrap_or(body);
                Some((value("name")?, value("filename"), body.as_bytes().to_vec()))
            })
            .collect()
    }
}

impl Told {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string(),
        }
    }

    /// An answer in plain text.
    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", "text/plain".to_owned())],
            body: body.to_owned(),
        }
    }

    /// An answer without a body.
    pub(crate) fn nothing(status: u16) -> Self {
        Self::text(status, "")
    }

    /// The answer with this header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        self.headers.push((name, value.to_owned()));
        self
    }
}

fn read(request: &mut tiny_http::Request) -> Asked {
    let mut body = Vec::new();
    let _ = request.as_reader().read_to_end(&mut body);
    let url = request.url().to_owned();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    Asked {
        method: request.method().to_string(),
        path: path.to_owned(),
        query: query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), decoded(value)))
            .collect(),
        headers: request
            .headers()
            .iter()
            .map(|header| {
                let name = header.field.as_str().as_str().to_ascii_lowercase();
                (name, header.value.as_str().to_owned())
            })
            .collect(),
        body,
    }
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

fn response(told: Told) -> tiny_http::Response<std::io::Cursor<Vec<u8>>> {
    let mut response = tiny_http::Response::from_data(told.body).with_status_code(told.status);
    for (name, value) in told.headers {
        let header = tiny_http::Header::from_bytes(name, value.as_bytes());
        response.add_header(header.expect("a header"));
    }
    response
}
