//! The line between the storage library and the network: takes the requests that the library made
//! and signed, sends them on the one HTTP client that everything here shares (its proxy, patience,
//! repeats and silence about secrets), and keeps what was said, so that a refusal is told in words
//! of ours. Asks no other server than the place itself. Knows nothing of services.

use crate::platform::{Answer, Failure, Http, Request};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport, HttpTransporter, Operator};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

/// First bytes of a success that are kept for messages.
const KEPT: usize = 512;

/// A place as the library reaches it.
#[derive(Debug)]
pub(super) struct Line {
    operator: Operator,
    http: Http,
    /// Host and port that may be asked.
    server: Server,
}

/// Host and port.
type Server = (String, Option<u16>);

/// How a call of the library ended.
#[derive(Debug)]
pub(super) struct Ended<T> {
    /// What it gave.
    pub(super) result: Result<T, Error>,
    /// The last answer of the place, or why there was none; nothing when it was not asked.
    pub(super) said: Option<Result<Answer, Failure>>,
}

impl Line {
    /// `url` is an address of the place; its server alone is asked.
    pub(super) fn new(operator: Operator, http: Http, url: &str) -> Result<Self, Failure> {
        let server = server(url)
            .ok_or_else(|| Failure::refused(http.clean(&format!("`{url}` is no address"))))?;
        Ok(Self {
            operator,
            http,
            server,
        })
    }

    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// What the library can do at the place.
    pub(super) fn can(&self) -> opendal::Capability {
        self.operator.info().capability()
    }

    /// Lets the library do something and waits for it. `condition` is a header that the library
    /// itself cannot send there.
    pub(super) fn call<T, F>(
        &self,
        condition: Option<(&'static str, String)>,
        work: impl FnOnce(Operator) -> F,
    ) -> Ended<T>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let said = Arc::new(Mutex::new(None));
        let wire = Wire {
            http: self.http.clone(),
            server: self.server.clone(),
            condition,
            last: Mutex::default(),
            said: Arc::clone(&said),
        };
        let context = self.operator.base_context();
        let context = context.with_http_transport(HttpTransporter::new(wire));
        // The client waits in this thread, so nothing else has to drive the call.
        let result = futures::executor::block_on(work(self.operator.clone().with_context(context)));
        let said = said.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ended { result, said }
    }

    /// Reads a file, with the tag by which the place knows its version.
    pub(super) fn read(&self, path: &str) -> (Ended<Buffer>, Option<String>) {
        let ended = self.call(None, async |operator| operator.read(path).await);
        let tag = ended.answer().and_then(|answer| answer.header("etag"));
        let tag = tag.map(str::to_owned);
        (ended, tag)
    }

    /// Takes a file away.
    pub(super) fn remove(&self, path: &str) -> Ended<()> {
        self.call(None, async |operator| operator.delete(path).await)
    }

    /// A failure of which the place said nothing.
    pub(super) fn unsaid(&self, error: &Error) -> Failure {
        Failure::refused(self.http.clean(error.message()))
    }
}

impl<T> Ended<T> {
    /// The last answer.
    pub(super) fn answer(&self) -> Option<&Answer> {
        self.said.as_ref()?.as_ref().ok()
    }

    /// The status of the last answer.
    pub(super) fn status(&self) -> Option<u16> {
        Some(self.answer()?.status)
    }

    /// Whether the place said that it is done, whatever the library makes of it.
    pub(super) fn is_done(&self) -> bool {
        self.result.is_ok() || matches!(self.status(), Some(200..300))
    }

    /// What it gave, or the failure; `refusal` tells what an answer means that is no success.
    pub(super) fn or_told(
        self,
        line: &Line,
        refusal: impl FnOnce(&Answer) -> Failure,
    ) -> Result<T, Failure> {
        let error = match self.result {
            Ok(given) => return Ok(given),
            Err(error) => error,
        };
        Err(match self.said {
            Some(Err(failure)) => failure,
            Some(Ok(answer)) if (200..300).contains(&answer.status) => {
                answer.senseless("the answer is not what was asked for")
            }
            Some(Ok(answer)) => refusal(&answer),
            None => line.unsaid(&error),
        })
    }
}

/// The transport of one call.
struct Wire {
    http: Http,
    server: Server,
    condition: Option<(&'static str, String)>,
    /// The address that was asked last.
    last: Mutex<String>,
    said: Arc<Mutex<Option<Result<Answer, Failure>>>>,
}

impl HttpTransport for Wire {
    async fn fetch(
        &self,
        request: http::Request<Buffer>,
    ) -> Result<http::Response<HttpBody>, Error> {
        let sent = self.send(request);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let mut answer = match sent {
            Ok(answer) => answer,
            Err(failure) => {
                let error = Error::new(ErrorKind::Unexpected, failure.message.clone());
                *said = Some(Err(failure));
                return Err(error);
            }
        };
        let body = if (200..300).contains(&answer.status) {
            let start = answer.body[..answer.body.len().min(KEPT)].to_vec();
            std::mem::replace(&mut answer.body, start)
        } else {
            answer.body.clone()
        };
        let size = body.len() as u64;
        let body = HttpBody::new(futures::stream::iter([Ok(Buffer::from(body))]), Some(size));
        let mut response = http::Response::new(body);
        *response.status_mut() = http::StatusCode::from_u16(answer.status)
            .map_err(|_| Error::new(ErrorKind::Unexpected, "a status that is none"))?;
        *response.headers_mut() = answer.all_headers().clone();
        *said = Some(Ok(answer));
        Ok(response)
    }
}

impl Wire {
    fn send(&self, request: http::Request<Buffer>) -> Result<Answer, Failure> {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string();
        if server(&url).as_ref() != Some(&self.server) {
            let host = parts.uri.host().unwrap_or_default();
            return Err(Failure::refused(format!(
                "`{host}` is not the server that was named; check `endpoint` and `style`"
            )));
        }
        // A service that repeats its mark of the next page would be asked for ever.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == url {
            return Err(Failure::refused(
                "the listing of the bucket does not end: the service tells the same page again",
            ));
        }
        last.clone_from(&url);
        drop(last);
        let mut sending = Request::with_method(parts.method.as_str(), url)?.repeatable();
        if matches!(parts.method.as_str(), "PUT" | "POST") || !body.is_empty() {
            sending = sending.body(body.to_vec());
        }
        for (name, value) in &parts.headers {
            // The client counts the bytes itself.
            if *name != http::header::CONTENT_LENGTH {
                let text = std::str::from_utf8(value.as_bytes()).map_err(|_| {
                    Failure::refused(format!("the header `{name}` cannot be sent: it is no text"))
                })?;
                sending = sending.header(name.as_str(), text);
            }
        }
        if let Some((name, value)) = &self.condition
            && parts.method == http::Method::PUT
        {
            sending = sending.header(name, value);
        }
        self.http.send(&sending)
    }
}

/// Refuses a path that the library would take for another one: it removes spaces at the ends.
pub(super) fn whole_name(path: &str) -> Result<(), Failure> {
    if path.trim() == path {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "`{path}` cannot be sent: its name begins or ends with a space; give it another"
    )))
}

fn server(url: &str) -> Option<Server> {
    let url = reqwest::Url::parse(url).ok()?;
    Some((url.host_str()?.to_owned(), url.port_or_known_default()))
}
