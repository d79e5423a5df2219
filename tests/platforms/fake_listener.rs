//! The frame of fake servers: a port on this machine, requests read whole, answers by a function.
//!
//! Takes a function from a [`Call`] to a [`Reply`]; gives an address. Knows no platform.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Path without the query.
    pub(crate) path: String,
    /// Parameters of the query, decoded.
    pub(crate) query: BTreeMap<String, String>,
    /// Headers by their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// A part of a form with files.
#[derive(Debug, Clone)]
pub(crate) struct FormPart {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Call {
    /// A header, or an empty text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The JSON of the body; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The fields of a body in the form of a query.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        fields(&String::from_utf8_lossy(&self.body))
    }

    /// The parts of a body of fields and files; none when it is no such body.
    pub(crate) fn parts(&self) -> Vec<FormPart> {
        let Some((_, boundary)) = self.header("content-type").split_once("boundary=") else {
            return Vec::new();
        };
        let mark = format!("--{}", boundary.trim_matches('"')).into_bytes();
        let mut parts = Vec::new();
        let mut rest = self.body.as_slice();
        while let Some(start) = position(rest, &mark) {
            rest = &rest[start + mark.len()..];
            let Some(end) = position(rest, &mark) else {
                break;
            };
            let part = &rest[..end];
            let Some(head) = position(part, b"\r\n\r\n") else {
                continue;
            };
            let words = String::from_utf8_lossy(&part[..head]).into_owned();
            let value = |key: &str| {
                let (_, rest) = words.split_once(&format!(" {key}=\""))?;
                Some(rest.split_once('"')?.0.to_owned())
            };
            parts.push(FormPart {
                name: value("name").unwrap_or_default(),
                file_name: value("filename"),
                bytes: part[head + 4..part.len().saturating_sub(2)].to_vec(),
            });
        }
        parts
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

fn fields(text: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(key), decoded(value))
        })
        .collect()
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// JSON with a status.
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: value.to_string(),
        }
    }

    /// With a header more.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A fake server that listens; ends with its test.
pub(crate) struct Listener {
    server: Arc<tiny_http::Server>,
    address: String,
}

impl Listener {
    /// Answers every request by the function, one after the other.
    pub(crate) fn start(mut answer: impl FnMut(&Call) -> Reply + Send + 'static) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").expect("a port"));
        let address = format!("http://{}", server.server_addr());
        let held = Arc::clone(&server);
        std::thread::spawn(move || {
            for mut request in held.incoming_requests() {
                let mut body = Vec::new();
                if request.as_reader().read_to_end(&mut body).is_err() {
                    continue;
                }
                let (path, query) = match request.url().split_once('?') {
                    Some((path, query)) => (path.to_owned(), fields(query)),
                    None => (request.url().to_owned(), BTreeMap::new()),
                };
                let reply = answer(&Call {
                    method: request.method().to_string(),
                    path,
                    query,
                    headers: request
                        .headers()
                        .iter()
                        .map(|header| {
                            let name = header.field.as_str().as_str().to_ascii_lowercase();
                            (name, header.value.as_str().to_owned())
                        })
                        .collect(),
                    body,
                });
                let mut response =
                    tiny_http::Response::from_string(reply.body).with_status_code(reply.status);
                for (name, value) in reply.headers {
                    let header = tiny_http::Header::from_bytes(name, value).expect("a header");
                    response = response.with_header(header);
                }
                // Whoever asked may be gone already: that is what some trials are about.
                let _ = request.respond(response);
            }
        });
        Self { server, address }
    }

    /// Its address, `http://127.0.0.1:41234`.
    pub(crate) fn url(&self) -> &str {
        &self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.unblock();
    }
}
