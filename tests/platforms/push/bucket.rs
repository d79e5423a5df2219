//! The site's bucket on a real S3 server, and the web server that readers ask: it gives what the
//! bucket gives to somebody without a key, as a host in front of a bucket does.

use crate::platforms::server::{Server, client};
use std::sync::Arc;

/// A folder of the bucket that the world may look into.
pub(super) struct Bucket {
    server: Server,
    folder: String,
}

impl Bucket {
    pub(super) fn new(name: &str) -> Self {
        let server = Server::named("s3");
        let folder = format!("{}/{name}", server.get("S3_PUBLIC"));
        Self { server, folder }
    }

    /// Its API.
    pub(super) fn endpoint(&self) -> &str {
        self.server.get("S3_ENDPOINT")
    }

    /// What stands under `deploy:`.
    pub(super) fn settings(&self) -> String {
        format!(
            "{{ to: s3, bucket: {}, region: {}, endpoint: '{}', path: {} }}",
            self.server.get("S3_BUCKET"),
            self.server.get("S3_REGION"),
            self.endpoint(),
            self.folder
        )
    }

    /// The secrets of the target `live`.
    pub(super) fn secrets(&self) -> [(String, String); 2] {
        ["KEY", "SECRET"].map(|name| {
            let value = self.server.get(&format!("S3_{name}")).to_owned();
            (format!("GUIDEPOST_LIVE_{name}"), value)
        })
    }

    /// The method and the path of the upload of one file.
    pub(super) fn upload(&self, path: &str) -> String {
        format!("{}/{path}", self.folder)
    }

    /// Shows it to readers; gives the site's address. Ends with the process.
    pub(super) fn shown(&self) -> String {
        let web = tiny_http::Server::http("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", web.server_addr());
        let place = format!(
            "{}/{}/{}",
            self.endpoint(),
            self.server.get("S3_BUCKET"),
            self.folder
        );
        let web = Arc::new(web);
        for _ in 0..4 {
            let (web, place) = (Arc::clone(&web), place.clone());
            std::thread::spawn(move || {
                for request in web.incoming_requests() {
                    let _ = answer(request, &place);
                }
            });
        }
        address
    }
}

fn answer(request: tiny_http::Request, place: &str) -> std::io::Result<()> {
    let path = request.url().split('?').next().unwrap_or_default();
    let index = if path.ends_with('/') {
        "index.html"
    } else {
        ""
    };
    let found = client().get(format!("{place}{path}{index}")).send();
    match found.and_then(reqwest::blocking::Response::error_for_status) {
        Ok(found) => {
            let kind = found.headers().get("content-type");
            let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let header = format!("content-type: {kind}").parse::<tiny_http::Header>();
            let bytes = found.bytes().unwrap_or_default().to_vec();
            let answer = tiny_http::Response::from_data(bytes);
            request.respond(answer.with_header(header.expect("a header")))
        }
        Err(_) => request.respond(tiny_http::Response::from_string("none").with_status_code(404)),
    }
}
