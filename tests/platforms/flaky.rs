//! A proxy within the test that loses, cuts and replaces answers on order, one for each login,
//! so that trials can run side by side.
//!
//! Takes requests on a port of its own, sends each to the target on a fresh connection, and
//! gives the whole answer back. Speaks as much HTTP/1.1 as one client needs, and for targets of
//! other schemes as much of a relay's and a mail server's language.

mod mail;
mod relay;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// The connection is closed; the target never sees the request.
    DropBefore,
    /// The target does it; the connection is closed without an answer.
    DropAfter,
    /// The target does it; half of the answer arrives.
    Cut,
    /// The target does it; a web page comes for an answer.
    WebPage,
    /// The target never sees it: 429, with so many seconds to wait.
    Busy(u64),
    /// It waits before the target sees it until [`Flaky::let_go`], and is dropped then.
    HoldBefore,
    /// The target does it; the answer waits until [`Flaky::let_go`], and is dropped then.
    HoldAfter,
}

/// Which request an order is for: its method, and a part of its path. For a relay, the first word
/// of a message and a part of it; for a mail server, `DATA`.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) mishap: Mishap,
}

/// A running proxy; ends with the test.
pub(crate) struct Flaky {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// Whether a body is that of a post.
pub(crate) type IsPost = fn(&[u8]) -> bool;

struct Shared {
    scheme: String,
    target: String,
    /// Whether the target sees the proxy's name, as the client signed it.
    keeps_host: bool,
    order: Mutex<Option<Order>>,
    is_post: IsPost,
    ended: AtomicBool,
    hold: Mutex<Hold>,
    changed: Condvar,
}

/// Whether a request waits, and whether it may go.
#[derive(Default)]
struct Hold {
    waits: bool,
    gone: bool,
}

impl Flaky {
    /// A proxy before a target (`http://127.0.0.1:18340`, `ws://…`, `smtp://…`) that does this once.
    pub(crate) fn start(target: &str, order: Order) -> Self {
        Self::begin(target, order, |_| true, false)
    }

    /// The same, where requests with other bodies go to the same place and are none of ours.
    pub(crate) fn start_for(target: &str, order: Order, is_post: IsPost) -> Self {
        Self::begin(target, order, is_post, false)
    }

    /// The same, for requests whose signature covers the name of the host.
    pub(crate) fn start_for_signed(target: &str, order: Order) -> Self {
        Self::begin(target, order, |_| true, true)
    }

    fn begin(target: &str, order: Order, is_post: IsPost, keeps_host: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (scheme, rest) = target.split_once("://").expect("an address");
        assert!(
            ["http", "ws", "smtp"].contains(&scheme),
            "{target} is not in the open"
        );
        let shared = Arc::new(Shared {
            scheme: scheme.to_owned(),
            target: rest.split('/').next().unwrap_or_default().to_owned(),
            keeps_host,
            order: Mutex::new(Some(order)),
            is_post,
            ended: AtomicBool::new(false),
            hold: Mutex::default(),
            changed: Condvar::new(),
        });
        let held = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if held.ended.load(Ordering::Relaxed) {
                    return;
                }
                let held = Arc::clone(&held);
                std::thread::spawn(move || held.serve(&stream));
            }
        });
        Self { address, shared }
    }

    /// Its address in the place of the target's.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.shared.scheme, self.address)
    }

    /// Waits until a request waits; none within half a minute is a failed trial.
    #[track_caller]
    pub(crate) fn wait_for_one(&self) {
        let hold = self
            .shared
            .hold
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (hold, _) = self
            .shared
            .changed
            .wait_timeout_while(hold, Duration::from_secs(30), |hold| !hold.waits)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(hold.waits, "no request was the one that makes a post");
    }

    /// Drops the request that waits; later ones pass.
    pub(crate) fn let_go(&self) {
        let mut hold = self
            .shared
            .hold
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        hold.gone = true;
        self.shared.changed.notify_all();
    }

    /// Whether the order was carried out: a trial whose mishap never came shows nothing.
    pub(crate) fn is_done(&self) -> bool {
        self.shared.order().is_none()
    }
}

impl Drop for Flaky {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn order(&self) -> std::sync::MutexGuard<'_, Option<Order>> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was ordered for this request; each order is carried out once.
    fn mishap(&self, method: &str, path: &str, body: &[u8]) -> Option<Mishap> {
        let mut order = self.order();
        let mine = order.as_ref().is_some_and(|order| {
            order.method == method && path.contains(&order.path) && (self.is_post)(body)
        });
        if mine { order.take() } else { None }.map(|order| order.mishap)
    }

    /// One request and its answer; what fails on the way ends the connection.
    fn serve(&self, stream: &TcpStream) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
        if self.scheme == "smtp" {
            mail::serve(self, stream);
        } else if self.scheme == "ws" && relay::is_wanted(stream) {
            relay::serve(self, stream);
        } else if let Some(answer) = self.answer(stream) {
            let mut out = stream;
            let _ = out.write_all(&answer);
        }
        let _ = stream.shutdown(Shutdown::Both);
    }

    fn answer(&self, stream: &TcpStream) -> Option<Vec<u8>> {
        let mut reader = BufReader::new(stream);
        let head = head(&mut reader)?;
        let body = body(&mut reader, stream, &head)?;
        let mut words = head.first()?.split(' ');
        let (method, path) = (words.next()?, words.next()?);
        let mishap = self.mishap(method, path, &body);
        match mishap {
            Some(Mishap::DropBefore) => return None,
            Some(Mishap::HoldBefore) => {
                self.wait();
                return None;
            }
            Some(Mishap::Busy(seconds)) => {
                return Some(
                    format!(
                        "HTTP/1.1 429 Too Many Requests\r\nretry-after: {seconds}\r\n\
                         content-type: application/json\r\ncontent-length: 2\r\n\
                         connection: close\r\n\r\n{{}}"
                    )
                    .into_bytes(),
                );
            }
            _ => {}
        }
        let mut answer = self.forward(&head, &body)?;
        match mishap {
            Some(Mishap::DropAfter) => None,
            Some(Mishap::HoldAfter) => {
                self.wait();
                None
            }
            Some(Mishap::Cut) => {
                let start = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
                answer.truncate(start + (answer.len() - start) / 2);
                Some(answer)
            }
            Some(Mishap::WebPage) => {
                let page = "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>";
                Some(
                    format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\
                         connection: close\r\n\r\n{page}",
                        page.len()
                    )
                    .into_bytes(),
                )
            }
            _ => Some(answer),
        }
    }

    /// Says that a request waits, and waits until it may go.
    fn wait(&self) {
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        hold.waits = true;
        self.changed.notify_all();
        while !hold.gone && !self.ended.load(Ordering::Relaxed) {
            let waited = self.changed.wait_timeout(hold, Duration::from_millis(200));
            hold = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The target's whole answer to the same request.
    fn forward(&self, head: &[String], body: &[u8]) -> Option<Vec<u8>> {
        let mut target = TcpStream::connect(&self.target).ok()?;
        let own = head[1..].iter().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim())
        });
        let host = own
            .filter(|_| self.keeps_host)
            .unwrap_or(self.target.as_str());
        let mut request = format!("{}\r\nhost: {host}\r\n", head.first()?);
        for line in &head[1..] {
            let name = line.split(':').next()?.to_ascii_lowercase();
            if name == "host" {
                // Signatures are over the address that the client knows.
                request.push_str(&format!("x-signed-{line}\r\n"));
            }
            if ![
                "host",
                "connection",
                "content-length",
                "transfer-encoding",
                "expect",
            ]
            .contains(&name.as_str())
            {
                request.push_str(line);
                request.push_str("\r\n");
            }
        }
        request.push_str(&format!(
            "content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        ));
        target.write_all(request.as_bytes()).ok()?;
        target.write_all(body).ok()?;
        let mut answer = Vec::new();
        target.read_to_end(&mut answer).ok()?;
        // The connection ends with the answer, so the client must not keep it for another request.
        let line = answer.windows(2).position(|two| two == b"\r\n")? + 2;
        answer.splice(line..line, *b"connection: close\r\n");
        Some(answer)
    }
}

/// Lines of a request's head.
fn head(reader: &mut BufReader<&TcpStream>) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Some(lines);
        }
        lines.push(line.to_owned());
    }
}

/// A request's body, by its length or in chunks.
fn body(
    reader: &mut BufReader<&TcpStream>,
    mut stream: &TcpStream,
    head: &[String],
) -> Option<Vec<u8>> {
    let value = |name: &str| {
        head.iter().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    };
    if value("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    if value("transfer-encoding").is_none() {
        let length = value("content-length").map_or(Some(0), |text| text.parse().ok())?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        return Some(body);
    }
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        reader.read_exact(&mut chunk).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend(&chunk[..length]);
    }
}
