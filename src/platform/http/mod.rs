//! The one HTTP client of all adapters: time-outs, pace per host, patience where a platform
//! asks for it, repeats only where a repeat is harmless, answers of bounded size, and no secret
//! in any message.
//!
//! Takes a [`Request`], gives an [`Answer`] of any status or a [`Failure`]. Whether a failed
//! request may have been taken is decided here, for all adapters alike: no connection and
//! 429 mean that nothing was done; a lost or cut answer, a time-out and a 5xx mean `Lost`.

mod answer;
mod pace;
mod request;
mod tunnel;

pub use answer::Answer;
pub use pace::Pace;
pub use request::{Part, Request};
pub(super) use tunnel::tunnel;

use super::{Failure, FailureKind, Sieve};
use request::Body;
use reqwest::blocking::{Client, RequestBuilder, Response, multipart};
use reqwest::redirect;
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Most bytes of an answer. The largest honest one, a list of a hundred posts, has about 2 MB.
const LARGEST_ANSWER: u64 = 16 << 20;
/// Idle connections that are kept per host, where any are.
const KEPT: usize = 16;
/// How long they are; the least patient servers close idle ones after five seconds.
const KEPT_FOR: Duration = Duration::from_secs(4);
/// Redirects that a question follows, within one host.
const REDIRECTS: usize = 5;

/// How a client behaves.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Time in which an answer must have come.
    pub patience: Duration,
    /// Longest wait that a platform may ask for; beyond it the failure is told instead.
    pub longest_wait: Duration,
    /// First pause before a repeat; it doubles.
    pub pause: Duration,
    /// Repeats of a request that can be repeated.
    pub repeats: u32,
    /// A proxy for all requests, `http://host:port`.
    pub proxy: Option<String>,
    /// Whether connections are kept for the next request: only where every request may be
    /// repeated. A post on one that the server closes at that moment would be lost for nothing,
    /// and nobody could know.
    pub keep_connections: bool,
    /// The clock, for signatures.
    pub clock: fn() -> jiff::Timestamp,
}

/// The client of one account.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
    options: HttpOptions,
    pace: Pace,
    between: Duration,
    sieve: Arc<Mutex<Sieve>>,
}

impl Http {
    /// A client whose messages pass through the sieve. `between` is the least pause between two
    /// requests that change something on one host; `pace` is shared by all accounts.
    ///
    /// # Errors
    /// When the proxy's address is none, or the system cannot make a client.
    pub fn new(
        options: HttpOptions,
        pace: Pace,
        between: Duration,
        sieve: Sieve,
    ) -> Result<Self, Failure> {
        // Already installed: then another one of this process serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(concat!("guidepost/", env!("CARGO_PKG_VERSION")))
            .timeout(options.patience)
            .connect_timeout(options.patience / 2)
            .pool_max_idle_per_host(if options.keep_connections { KEPT } else { 0 })
            .pool_idle_timeout(KEPT_FOR)
            // Credentials stay with the host that they are for, and a changed request is never
            // sent twice on a server's word.
            .redirect(redirect::Policy::custom(same_host));
        if let Some(proxy) = &options.proxy {
            let proxy = reqwest::Proxy::all(proxy)
                .map_err(|_| Failure::new(FailureKind::Unreachable, "`proxy` is no address"))?;
            builder = builder.proxy(proxy);
        }
        let client = builder.build().map_err(|error| {
            Failure::new(
                FailureKind::Unreachable,
                format!("cannot make an HTTP client: {}", error.without_url()),
            )
        })?;
        Ok(Self {
            client,
            options,
            pace,
            between,
            sieve: Arc::new(Mutex::new(sieve)),
        })
    }

    /// The moment, for signatures with a time in them.
    pub fn now(&self) -> jiff::Timestamp {
        (self.options.clock)()
    }

    /// Waits before a platform is asked once more whether it is done; each turn waits longer.
    pub fn rest(&self, turn: u32) {
        let pause = self.options.pause.saturating_mul(1 << turn.min(16));
        std::thread::sleep(pause.min(self.options.longest_wait));
    }

    /// Time in which an answer must have come.
    pub fn patience(&self) -> Duration {
        self.options.patience
    }

    /// Waits for a host's turn, for protocols that are not HTTP.
    pub(super) fn wait_for_turn(&self, host: &str) {
        self.pace.wait(host, self.between);
    }

    /// Keeps a value that was made of a secret (a session's token) out of messages too.
    pub fn hide(&self, value: &str) {
        self.sieve
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .add(value);
    }

    /// A text without secrets.
    pub fn clean(&self, text: &str) -> String {
        self.sieve
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clean(text)
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// When there is no answer, see the module.
    pub fn send(&self, request: &Request) -> Result<Answer, Failure> {
        let mut pause = self.options.pause;
        let mut repeats = 0;
        loop {
            let result = self.once(request);
            let again = repeats < self.options.repeats
                && match &result {
                    Ok(answer) if answer.status == 429 => true,
                    Ok(answer) => request.repeatable && matches!(answer.status, 502..=504),
                    Err(failure) => request.repeatable || failure.kind == FailureKind::Unreachable,
                };
            let wait = match &result {
                Ok(answer) => answer.wait(self.now()).unwrap_or(pause),
                Err(_) => pause,
            };
            if !again || wait > self.options.longest_wait {
                return result;
            }
            std::thread::sleep(wait);
            repeats += 1;
            pause *= 2;
        }
    }

    fn once(&self, request: &Request) -> Result<Answer, Failure> {
        let url = reqwest::Url::parse(&request.url).map_err(|error| {
            Failure::refused(self.clean(&format!("`{}` is no address: {error}", request.url)))
        })?;
        if !request.is_question() {
            self.pace
                .wait(url.host_str().unwrap_or_default(), self.between);
        }
        let builder = self
            .client
            .request(request.method.clone(), url)
            .headers(request.headers(&self.sieve)?);
        let response = with_body(builder, request)?
            .send()
            .map_err(|error| self.failure(request, error))?;
        self.read(request, response)
    }

    fn read(&self, request: &Request, response: Response) -> Result<Answer, Failure> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let url = response.url().clone();
        let mut body = Vec::new();
        let length = response
            .take(LARGEST_ANSWER + 1)
            .read_to_end(&mut body)
            .map_err(|_| self.lost(request, "the answer was cut short"))?;
        if length as u64 > LARGEST_ANSWER {
            let reason = format!("the answer is longer than {} MiB", LARGEST_ANSWER >> 20);
            return Err(self.lost(request, &reason));
        }
        Ok(Answer {
            status,
            headers,
            body,
            what: self.clean(&format!("{} {}", request.method, short(&url))),
            is_question: request.is_question(),
            sieve: Arc::clone(&self.sieve),
        })
    }

    /// A failure after which a question is as good as unanswered, and a change may have happened.
    fn lost(&self, request: &Request, reason: &str) -> Failure {
        let kind = if request.is_question() {
            FailureKind::Unreachable
        } else {
            FailureKind::Lost
        };
        let target =
            reqwest::Url::parse(&request.url).map_or_else(|_| String::new(), |url| short(&url));
        Failure::new(
            kind,
            self.clean(&format!("{} {target}: {reason}", request.method)),
        )
    }

    fn failure(&self, request: &Request, error: reqwest::Error) -> Failure {
        let reason = chain(&error.without_url());
        if reason.1 {
            let target =
                reqwest::Url::parse(&request.url).map_or_else(|_| String::new(), |url| host(&url));
            return Failure::new(
                FailureKind::Unreachable,
                self.clean(&format!("no connection to {target}: {}", reason.0)),
            );
        }
        self.lost(request, &reason.0)
    }
}

/// The words of an error and its causes, and whether no connection was ever made.
fn chain(error: &reqwest::Error) -> (String, bool) {
    use std::error::Error as _;
    if error.is_timeout() && !error.is_connect() {
        return ("no answer in time".to_owned(), false);
    }
    let mut words = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        words.push(inner.to_string());
        cause = inner.source();
    }
    // The last cause is what the system said; the outer ones repeat it or add nothing.
    let words = words.pop().unwrap_or_else(|| error.to_string());
    (words, error.is_connect() || error.is_builder())
}

/// Follows a redirect only to the same host, and never from https to http.
fn same_host(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let Some(last) = attempt.previous().last() else {
        return attempt.stop();
    };
    let same = last.host_str() == attempt.url().host_str()
        && last.port_or_known_default() == attempt.url().port_or_known_default();
    let upgraded = last.host_str() == attempt.url().host_str()
        && last.scheme() == "http"
        && attempt.url().scheme() == "https";
    if (same || upgraded) && attempt.previous().len() <= REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// `host:port`.
fn host(url: &reqwest::Url) -> String {
    match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    }
}

/// Host and path, without the query, in which much is secret and nothing helps.
fn short(url: &reqwest::Url) -> String {
    format!("{}{}", host(url), url.path())
}

fn with_body(builder: RequestBuilder, request: &Request) -> Result<RequestBuilder, Failure> {
    Ok(match &request.body {
        Body::Empty => builder,
        Body::Bytes(bytes) => builder.body(bytes.clone()),
        Body::Multipart(parts) => {
            let mut form = multipart::Form::new();
            for part in parts {
                let mut piece = multipart::Part::bytes(part.bytes.clone());
                if let Some(name) = &part.file_name {
                    piece = piece.file_name(name.clone());
                }
                if let Some(media_type) = &part.media_type {
                    piece = piece.mime_str(media_type).map_err(|_| {
                        Failure::refused(format!("`{media_type}` is no media type"))
                    })?;
                }
                form = form.part(part.name.clone(), piece);
            }
            builder.multipart(form)
        }
    })
}
