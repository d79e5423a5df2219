//! The local server: serves the last good build from memory, builds again when a file
//! changes, reloads open pages, and shows mistakes in the page.
//!
//! Takes a function that builds and one that answers below `/_desk`; knows nothing of how. Binds 127.0.0.1 only, and answers only
//! requests that name this machine as their host, so that no other site can read drafts
//! through the author's browser.

mod answer;
mod live;
mod overlay;
mod types;
mod watch;

use crate::diag::Diagnostic;
use crate::output::{Content, Outputs};
use anyhow::Context as _;
use live::Listeners;
use std::io::{ErrorKind, Read as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

/// Port when none is asked for.
pub const DEFAULT_PORT: u16 = 1111;
/// Ports that are tried after a taken one.
const TRIES: u16 = 50;
/// Requests answered at the same time.
const THREADS: usize = 4;
/// Address below which the desk answers.
pub const DESK: &str = "/_desk";
/// Longest body of a request to the desk: a form with an address.
const LONGEST_BODY: u64 = 64 * 1024;
/// Pause after which waiting pages get a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What one build gave.
#[derive(Debug, Default)]
pub struct Build {
    /// Outputs by path.
    pub files: Arc<Outputs>,
    /// Everything to tell the author.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the outputs may be shown.
    pub good: bool,
    /// Path part of the site's address: empty or `/blog`.
    pub base_path: String,
    /// Folder of the content, from the root; empty when the settings cannot be read.
    pub content_folder: String,
}

/// A request to the desk. It names this machine as its host, and a form that it carries was sent
/// by a page of this server.
#[derive(Debug)]
pub struct Asked<'a> {
    /// `GET`, `HEAD` or `POST`.
    pub method: &'a str,
    /// What follows [`DESK`] in the path: nothing, or `/` and more.
    pub below: &'a str,
    /// The query, as sent.
    pub query: &'a str,
    /// The languages that the reader prefers: `zh-CN,zh;q=0.9`.
    pub languages: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What the desk says.
#[derive(Debug, Default)]
pub struct Told {
    /// HTTP status.
    pub status: u16,
    /// Content type.
    pub kind: &'static str,
    /// Where to go instead.
    pub location: Option<String>,
    /// More headers.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body.
    pub body: Vec<u8>,
}

/// Answers requests to the desk. It may take its time: no build waits for it.
pub type Desk = dyn Fn(&Asked<'_>) -> Told + Send + Sync;

/// A server that is bound and not yet answering.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    /// Its port.
    pub port: u16,
}

/// What the answering threads see.
struct State {
    files: Arc<Outputs>,
    base_path: String,
    /// The overlay of a build that failed.
    overlay: Option<String>,
    generation: u64,
}

/// Binds a port of this machine: the given one, else the default or the next free one.
///
/// # Errors
/// When the given port is taken, or none is free.
pub fn bind(port: Option<u16>) -> anyhow::Result<Bound> {
    let first = port.unwrap_or(DEFAULT_PORT);
    let last = if port.is_some() { first } else { first + TRIES };
    for candidate in first..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)) {
            Ok(listener) => {
                let port = listener.local_addr()?.port();
                return Ok(Bound { listener, port });
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse && candidate < last => {}
            Err(error) => {
                let free = match port {
                    Some(_) => "; leave `--port` out and a free one is taken",
                    None => "",
                };
                return Err(error)
                    .with_context(|| format!("cannot listen on 127.0.0.1:{candidate}{free}"));
            }
        }
    }
    anyhow::bail!("no port between {first} and {last} is free")
}

/// Answers requests and builds again at every change below `root`, until the process ends.
/// `ready` is called once, after the first build.
///
/// # Errors
/// When the server cannot start or nothing can be watched.
pub fn run(
    bound: Bound,
    root: &Path,
    mut build: impl FnMut() -> Build,
    desk: Arc<Desk>,
    ready: impl FnOnce(&str),
) -> anyhow::Result<()> {
    let mut changes = watch::start(root)?;
    let server = tiny_http::Server::from_listener(bound.listener, None)
        .map_err(|error| anyhow::anyhow!("cannot start the server: {error}"))?;
    let server = Arc::new(server);
    let listeners = Arc::new(Listeners::new(bound.port));
    let state = Arc::new(RwLock::new(State {
        files: Arc::default(),
        base_path: String::new(),
        overlay: None,
        generation: 0,
    }));
    let first = build();
    changes.include(&first.content_folder);
    take(&state, first, root);
    for _ in 0..THREADS {
        let (server, state, listeners) = (server.clone(), state.clone(), listeners.clone());
        let desk = Arc::clone(&desk);
        std::thread::spawn(move || answer_all(&server, &state, &listeners, &*desk, bound.port));
    }
    let home = format!("{}/", read(&state, |state| state.base_path.clone()));
    ready(&home);
    loop {
        match changes.next(HEARTBEAT)? {
            watch::Change::Files => {
                let next = build();
                changes.include(&next.content_folder);
                take(&state, next, root);
                listeners.announce(read(&state, |state| state.generation));
            }
            watch::Change::None => listeners.heartbeat(),
        }
    }
}

/// Puts a build in place of the last one; a failed one leaves the last good outputs there.
fn take(state: &RwLock<State>, build: Build, root: &Path) {
    let overlay = (!build.good).then(|| overlay::html(&build.diagnostics, root));
    let mut differs = overlay.is_some();
    let mut before = None;
    {
        let mut state = write(state);
        differs |= state.overlay.is_some();
        state.overlay = overlay;
        if build.good {
            before = Some(std::mem::replace(
                &mut state.files,
                Arc::clone(&build.files),
            ));
            state.base_path = build.base_path;
        }
    }
    // Readers have the new outputs by now; whether their pages have to be loaded again takes a
    // look at all of them.
    if let Some(before) = before {
        let mut held = build.files.values();
        differs |=
            before != build.files || held.any(|held| matches!(held.content, Content::File(_)));
    }
    if differs {
        write(state).generation += 1;
    }
}

fn write(state: &RwLock<State>) -> RwLockWriteGuard<'_, State> {
    state.write().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(state: &RwLock<State>, look: impl FnOnce(&State) -> T) -> T {
    look(&state.read().unwrap_or_else(PoisonError::into_inner))
}

fn answer_all(
    server: &tiny_http::Server,
    state: &RwLock<State>,
    listeners: &Listeners,
    desk: &Desk,
    port: u16,
) {
    while let Ok(mut request) = server.recv() {
        let (host, origin) = (header(&request, "Host"), header(&request, "Origin"));
        let relation = header(&request, "Sec-Fetch-Site");
        let wanted = answer::Wanted {
            method: request.method().as_str(),
            url: request.url(),
            host: host.as_deref(),
            origin: origin.as_deref(),
            relation: relation.as_deref(),
            port,
        };
        let answer = read(state, |state| answer::answer(state, &wanted, listeners));
        let reply = match answer {
            answer::Answer::Events => {
                let generation = read(state, |state| state.generation);
                listeners.add(request.into_writer(), generation);
                continue;
            }
            answer::Answer::Desk => ask(desk, &mut request),
            answer::Answer::Reply(reply) => reply,
        };
        // A browser that went away is no concern of the server.
        let _ = request.respond(reply.into_response());
    }
}

/// Hands a request to the desk.
fn ask(desk: &Desk, request: &mut tiny_http::Request) -> answer::Reply {
    let mut body = Vec::new();
    let read = request
        .as_reader()
        .take(LONGEST_BODY + 1)
        .read_to_end(&mut body);
    if read.is_err() {
        return answer::Reply::text(400, "The request broke off.\n");
    }
    if body.len() as u64 > LONGEST_BODY {
        return answer::Reply::text(413, "The form is too long.\n");
    }
    let languages = header(request, "Accept-Language").unwrap_or_default();
    let url = request.url();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let told = desk(&Asked {
        method: request.method().as_str(),
        below: path.strip_prefix(DESK).unwrap_or_default(),
        query,
        languages: &languages,
        body: &body,
    });
    told.into()
}

fn header(request: &tiny_http::Request, name: &'static str) -> Option<String> {
    request
        .headers()
        .iter()
        .find(|header| header.field.equiv(name))
        .map(|header| header.value.as_str().to_owned())
}
