//! A host that shows a folder, with the headers that its `_headers` file asks for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tiny_http::{Header, Request, Response, Server, StatusCode};

/// A server within the test; ends with it.
pub(super) struct Served {
    server: Arc<Server>,
}

impl Served {
    /// Answers every request by the function.
    pub(super) fn start(mut answer: impl FnMut(&mut Request) -> Reply + Send + 'static) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a port"));
        let listening = Arc::clone(&server);
        std::thread::spawn(move || {
            for mut request in listening.incoming_requests() {
                let reply = answer(&mut request);
                let mut response =
                    Response::from_data(reply.body).with_status_code(StatusCode(reply.status));
                for (name, value) in reply.headers {
                    let header = Header::from_bytes(name.as_bytes(), value.as_bytes());
                    response.add_header(header.expect("a header"));
                }
                let _ = request.respond(response);
            }
        });
        Self { server }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

/// An answer.
#[derive(Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The whole body of a request as text.
pub(super) fn body(request: &mut Request) -> String {
    let mut text = String::new();
    request
        .as_reader()
        .read_to_string(&mut text)
        .expect("a body");
    text
}

/// A field of a form, decoded.
pub(super) fn field(form: &str, name: &str) -> Option<String> {
    let pair = form.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (decoded(key) == name).then_some(value)
    })?;
    Some(decoded(pair))
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8_lossy()
        .into_owned()
}

/// A host that shows one folder.
pub(super) struct Host {
    served: Served,
    folder: Arc<Mutex<Option<PathBuf>>>,
}

impl Host {
    pub(super) fn start() -> Self {
        let folder: Arc<Mutex<Option<PathBuf>>> = Arc::default();
        let shown = Arc::clone(&folder);
        let served = Served::start(move |request| {
            let folder = shown.lock().unwrap_or_else(PoisonError::into_inner);
            match folder.as_deref() {
                Some(folder) => show(folder, request.url()),
                None => Reply::new(404, "nothing here"),
            }
        });
        Self { served, folder }
    }

    pub(super) fn url(&self) -> String {
        self.served.url()
    }

    /// Shows that folder from now on.
    pub(super) fn show(&self, folder: &Path) {
        let mut shown = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = Some(folder.to_path_buf());
    }
}

fn show(folder: &Path, url: &str) -> Reply {
    let path = decoded(url.split('?').next().unwrap_or_default());
    let mut file = folder.join(path.trim_start_matches('/'));
    if file.is_dir() {
        file = file.join("index.html");
    }
    let Ok(bytes) = fs::read(&file) else {
        return Reply::new(404, "no such page");
    };
    let kind = match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    let mut reply = Reply::new(200, bytes).header("Content-Type", kind);
    let rules = fs::read_to_string(folder.join("_headers")).unwrap_or_default();
    let mut applies = false;
    for line in rules.lines() {
        match line.strip_prefix("  ") {
            Some(header) if applies => {
                let (name, value) = header.split_once(": ").expect("a header");
                reply.headers.retain(|(known, _)| known != name);
                reply = reply.header(name, value);
            }
            Some(_) => {}
            None => applies = line == path,
        }
    }
    reply
}
