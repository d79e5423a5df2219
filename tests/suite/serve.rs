//! `guidepost serve` from outside: over a real socket, with real edits.

use crate::harness::{SETTINGS, Site};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for anything: a slow machine is no failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    /// Read on by a thread, so that the server never waits for its own messages.
    _reader: std::thread::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(crate) fn start(site: &Site) -> Self {
        let mut command = site.command(&["serve", "--port", "0", "--date", "2026-06-15"]);
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr"));
        let port = port(&mut stderr);
        let reader = std::thread::spawn(move || {
            let _ = stderr.read_to_end(&mut Vec::new());
        });
        Self {
            child,
            port,
            _reader: reader,
        }
    }

    fn connect(&self, path: &str, host: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .expect("a request");
        BufReader::new(stream)
    }

    pub(crate) fn get_as(&self, path: &str, host: &str) -> String {
        let mut answer = Vec::new();
        let _ = self.connect(path, host).read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.get_as(path, "localhost")
    }

    /// Asks again and again until the page has (or lacks) a text.
    #[track_caller]
    pub(crate) fn wait_for(&self, path: &str, text: &str, there: bool) -> String {
        let begun = Instant::now();
        loop {
            let page = self.get(path);
            if page.contains(text) == there {
                return page;
            }
            assert!(begun.elapsed() < PATIENCE, "{path}: {text:?} in {page}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The port out of the line that says that the server is ready.
fn port(stderr: &mut BufReader<ChildStderr>) -> u16 {
    let mut seen = String::new();
    while stderr.read_line(&mut seen).expect("messages") > 0 {
        let last = seen.lines().last().unwrap_or_default();
        if let Some(rest) = last.strip_prefix("serving http://127.0.0.1:") {
            let digits = rest.split('/').next().unwrap_or_default();
            return digits.parse().expect("a port");
        }
    }
    panic!("it did not start: {seen}");
}

#[test]
fn pages_are_served_rebuilt_and_reloaded_and_mistakes_are_shown() {
    let site = Site::new()
        .file("content/join.md", "---\ntitle: 加入\n---\n\n第一版。\n")
        .file("static/a b.txt", "static");
    let server = Server::start(&site);
    assert!(!site.path("public").exists(), "serving writes nothing");

    let page = server.get("/join/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(
        page.contains("第一版") && page.contains("/_events"),
        "{page}"
    );
    assert!(server.get("/join").contains("Location: /join/"));
    assert!(server.get("/a%20b.txt").ends_with("static"));
    assert!(server.get("/nowhere/").starts_with("HTTP/1.1 404"));
    for outside in ["/../site.yaml", "/%2e%2e/site.yaml", "/..%2fsite.yaml"] {
        let answer = server.get(outside);
        assert!(!answer.contains("timezone"), "{outside}: {answer}");
    }
    let stranger = server.get_as("/join/", "evil.example");
    assert!(stranger.starts_with("HTTP/1.1 403"), "{stranger}");
    assert!(!stranger.contains("第一版"));

    let mut events = server.connect("/_events", "localhost");
    let first = next_event(&mut events);
    site.write("content/join.md", "---\ntitle: 加入\n---\n\n第二版。\n");
    server.wait_for("/join/", "第二版", true);
    let second = next_event(&mut events);
    assert_ne!(first, second);

    site.write(
        "content/join.md",
        "---\ntitle: 加入\ndate: 2026-02-31\n---\n\n第三版。\n",
    );
    let page = server.wait_for("/join/", "guidepost-overlay", true);
    assert!(page.contains("第二版"), "the last good build stays: {page}");
    assert!(page.contains("invalid-date"), "{page}");
    assert!(page.contains("content/join.md:3:7"), "{page}");
    assert!(page.contains("<mark>2026-02-31</mark>"), "{page}");

    site.write("content/join.md", "---\ntitle: 加入\n---\n\n第四版。\n");
    let page = server.wait_for("/join/", "guidepost-overlay", false);
    assert!(page.contains("第四版"), "{page}");
}

/// The data of the next event of a stream.
fn next_event(events: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    while events.read_line(&mut line).expect("an event") > 0 {
        if let Some(data) = line.strip_prefix("data: ") {
            return data.trim().to_owned();
        }
        line.clear();
    }
    panic!("the stream ended");
}

#[test]
fn a_site_that_cannot_be_built_yet_is_served_with_its_mistakes() {
    let site = Site::new().file("content/join.md", "---\ntitle: [\n");
    let server = Server::start(&site);
    let page = server.get("/");
    assert!(page.starts_with("HTTP/1.1 500"), "{page}");
    assert!(page.contains("guidepost-overlay"), "{page}");
    assert!(page.contains("content/join.md:"), "{page}");
    site.write("content/join.md", "---\ntitle: 加入\n---\n\n好了。\n");
    server.wait_for("/join/", "好了", true);
}

#[test]
fn a_content_folder_of_another_name_is_watched_as_soon_as_the_settings_name_it() {
    let post = |text: &str| format!("---\ntitle: 加入\n---\n\n{text}。\n");
    let site = Site::new()
        .file("content/join.md", post("旧处"))
        .file("source/_posts/join.md", post("第一版"));
    let server = Server::start(&site);
    server.wait_for("/join/", "旧处", true);
    let settings = SETTINGS.replace("  theme:", "  content: source/_posts\n  theme:");
    site.write("site.yaml", settings);
    server.wait_for("/join/", "第一版", true);
    site.write("source/_posts/join.md", post("第二版"));
    server.wait_for("/join/", "第二版", true);
    std::fs::rename(site.path("source"), site.path("elsewhere")).expect("a new name");
    server.wait_for("/join/", "guidepost-overlay", true);
    std::fs::rename(site.path("elsewhere"), site.path("source")).expect("the old name");
    server.wait_for("/join/", "guidepost-overlay", false);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let site = Site::new().file("content/join.md", "# 加入\n\n来。\n");
    let server = Server::start(&site);
    let port = server.port.to_string();
    let ran = site.run(&["serve", "--port", &port]).refused();
    assert!(
        ran.stderr.contains(&format!(
            "cannot listen on 127.0.0.1:{port}; leave `--port` out"
        )),
        "{}",
        ran.stderr
    );
}
