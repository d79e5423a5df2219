//! `check --external`: takes addresses of other sites with the place of a link to each, asks
//! every address once, gives a diagnostic for each that does not answer.
//!
//! Several hosts are asked at once, each host one question after the other with a pause, and
//! a host that asks for patience gets it.

use crate::diag::{Code, Diagnostic, Place};
use anyhow::Context as _;
use reqwest::blocking::{Client, Response};
use reqwest::{Method, StatusCode, Url, header, redirect};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Hosts asked at the same time.
const THREADS: usize = 8;
/// Pause between two questions to one host.
const PAUSE: Duration = Duration::from_millis(300);
/// Time in which an answer must begin and end.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest wait that a host may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Redirects that are followed.
const REDIRECTS: usize = 10;

/// Asks all addresses.
///
/// # Errors
/// When no client can be made at all.
pub(super) fn check(links: &[(String, Place)]) -> anyhow::Result<Vec<Diagnostic>> {
    let (hosts, mut diagnostics) = by_host(links);
    if hosts.is_empty() {
        return Ok(diagnostics);
    }
    let client = client()?;
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS.min(hosts.len()) {
            scope.spawn(|| {
                while let Some(links) = hosts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut dead = ask_host(&client, links);
                    found
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .append(&mut dead);
                }
            });
        }
    });
    diagnostics.append(&mut found.into_inner().unwrap_or_else(PoisonError::into_inner));
    Ok(diagnostics)
}

/// An address without its fragment, and where the site links to it.
struct Link<'a> {
    url: Url,
    shown: &'a str,
    place: &'a Place,
}

/// Every address once, grouped by host and port; those that are no addresses are told.
fn by_host(links: &[(String, Place)]) -> (Vec<Vec<Link<'_>>>, Vec<Diagnostic>) {
    let mut hosts: BTreeMap<String, BTreeMap<String, Link<'_>>> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (shown, place) in links {
        match Url::parse(shown) {
            Ok(mut url) => {
                url.set_fragment(None);
                let host = format!(
                    "{}:{}",
                    url.host_str().unwrap_or_default(),
                    url.port_or_known_default().unwrap_or_default()
                );
                let key = url.to_string();
                let link = Link { url, shown, place };
                hosts.entry(host).or_default().entry(key).or_insert(link);
            }
            Err(error) => diagnostics.push(dead(shown, place, &error.to_string())),
        }
    }
    let hosts = hosts
        .into_values()
        .map(|links| links.into_values().collect())
        .collect();
    (hosts, diagnostics)
}

fn client() -> anyhow::Result<Client> {
    // Already installed: then another one of this process serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!(
            "guidepost/",
            env!("CARGO_PKG_VERSION"),
            " (link check)"
        ))
        .timeout(PATIENCE)
        .connect_timeout(PATIENCE / 2)
        .redirect(redirect::Policy::limited(REDIRECTS))
        .build()
        .context("cannot make an HTTP client")
}

fn ask_host(client: &Client, links: &[Link<'_>]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (index, link) in links.iter().enumerate() {
        if index > 0 {
            thread::sleep(PAUSE);
        }
        if let Err(reason) = ask(client, &link.url) {
            diagnostics.push(dead(link.shown, link.place, &reason));
        }
    }
    diagnostics
}

/// Asks for the head only; a server that knows no such question is asked for the page.
fn ask(client: &Client, url: &Url) -> Result<(), String> {
    match patiently(client, &Method::HEAD, url) {
        Ok(status) if is_alive(status) => Ok(()),
        _ => {
            thread::sleep(PAUSE);
            let status = patiently(client, &Method::GET, url)?;
            if is_alive(status) {
                Ok(())
            } else {
                Err(format!("its answer is {status}"))
            }
        }
    }
}

/// Asks, and once more after the pause that the host asks for.
fn patiently(client: &Client, method: &Method, url: &Url) -> Result<StatusCode, String> {
    let answer = once(client, method, url)?;
    let status = answer.status();
    let busy = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let Some(wait) = wait(&answer).filter(|_| busy) else {
        return Ok(status);
    };
    drop(answer);
    thread::sleep(wait);
    once(client, method, url).map(|answer| answer.status())
}

fn once(client: &Client, method: &Method, url: &Url) -> Result<Response, String> {
    client
        .request(method.clone(), url.clone())
        .send()
        .map_err(|error| reason(&error))
}

/// `Retry-After` in seconds, if it is bearable.
fn wait(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    let wait = Duration::from_secs(seconds.trim().parse().ok()?);
    (wait <= LONGEST_WAIT).then_some(wait)
}

/// Whether a person would find something there: a host that turns programs away, or wants a
/// password, is alive.
fn is_alive(status: StatusCode) -> bool {
    status.is_success()
        || status.is_redirection()
        || matches!(status.as_u16(), 401 | 402 | 403 | 407 | 429 | 451 | 999)
}

fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", PATIENCE.as_secs());
    }
    if error.is_redirect() {
        return "it redirects in circles".to_owned();
    }
    // The innermost cause is the one that says something: "connection refused".
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn dead(shown: &str, place: &Place, reason: &str) -> Diagnostic {
    Diagnostic::new(
        Code::ExternalLink,
        format!("`{shown}` does not work: {reason}"),
    )
    .at(place.clone())
    .hint("link to where it is now, or to a copy in a web archive")
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::diag::Place;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};

    /// A server that answers by the path; gives its address and what it was asked.
    fn server() -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let Some(Ok(first)) = lines.next() else {
                    continue;
                };
                let rest = lines.take_while(|line| line.as_ref().is_ok_and(|l| !l.is_empty()));
                assert!(rest.count() > 0);
                let question = first.trim_end_matches(" HTTP/1.1").to_owned();
                let before = {
                    let mut log = log.lock().unwrap();
                    log.push(question.clone());
                    log.iter().filter(|known| **known == question).count()
                };
                let answer = match question.as_str() {
                    "HEAD /busy" if before == 1 => "429 Busy\r\nRetry-After: 1",
                    "HEAD /get-only" => "405 No",
                    "HEAD /gone" | "GET /gone" => "404 Gone",
                    "HEAD /members" | "GET /members" => "403 No",
                    "HEAD /moved" => "301 Moved\r\nLocation: /fine",
                    _ => "200 OK",
                };
                let _ = write!(
                    stream,
                    "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
            }
        });
        (origin, asked)
    }

    #[test]
    fn dead_links_are_told_and_every_address_is_asked_once() {
        let (origin, asked) = server();
        let links: Vec<_> = [
            "/fine",
            "/fine#part",
            "/gone",
            "/get-only",
            "/members",
            "/moved",
            "/busy",
        ]
        .iter()
        .map(|path| (format!("{origin}{path}"), Place::file("content/a.md")))
        .chain([
            (
                "http://127.0.0.1:1/".to_owned(),
                Place::file("content/b.md"),
            ),
            ("https://[bad".to_owned(), Place::file("content/c.md")),
        ])
        .collect();
        let mut found: Vec<String> = check(&links)
            .unwrap()
            .iter()
            .map(|diagnostic| {
                let place = diagnostic.place.as_ref().map(|place| &*place.file);
                let message = diagnostic.message.replace(&origin, "[ORIGIN]");
                format!("{}: {message}", place.unwrap_or_default())
            })
            .collect();
        found.sort();
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(
            found[0],
            "content/a.md: `[ORIGIN]/gone` does not work: its answer is 404 Not Found"
        );
        assert!(found[1].contains("refused"), "{found:?}");
        assert!(found[2].contains("`https://[bad`"), "{found:?}");
        let asked = asked.lock().unwrap();
        let times = |question: &str| asked.iter().filter(|known| *known == question).count();
        assert_eq!(
            times("HEAD /fine"),
            2,
            "once itself, once behind `/moved`: {asked:?}"
        );
        assert_eq!((times("HEAD /get-only"), times("GET /get-only")), (1, 1));
        assert_eq!(
            (times("HEAD /busy"), times("GET /busy")),
            (2, 0),
            "{asked:?}"
        );
    }
}
