//! Servers that run on this machine: what their scripts under `tests/servers` wrote of them, and
//! plain requests to them, by which benches look at a server without the adapter under test.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// What a server's script says of it: its address, its account.
#[derive(Debug, Clone)]
pub(crate) struct Server(BTreeMap<String, String>);

impl Server {
    /// The running server of that name.
    ///
    /// # Panics
    /// When its script was not started: without a server a trial fails, it does not pass.
    pub(crate) fn named(name: &str) -> Self {
        let file = folder().join(name);
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| {
            panic!(
                "{}: {error}; run tests/servers/all.sh start {name}",
                file.display()
            )
        });
        Self(
            text.lines()
                .filter_map(|line| line.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    /// A value that the script gave.
    pub(crate) fn get(&self, key: &str) -> &str {
        self.0
            .get(key)
            .unwrap_or_else(|| panic!("the server's script gives no {key}"))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "servers are named by the environment"
)]
fn folder() -> PathBuf {
    let base = std::env::var_os("SERVERS_DIR").map_or_else(
        || {
            let home = std::env::var_os("HOME").expect("a home folder");
            PathBuf::from(home).join(".cache/guidepost-servers")
        },
        PathBuf::from,
    );
    base.join("env")
}

/// A client that is none of ours.
pub(crate) fn client() -> reqwest::blocking::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::blocking::Client::builder()
        .timeout(Duration::from_secs(60))
        .build()
        .expect("a client")
}

/// The JSON of an answer of success; tells what came else.
#[track_caller]
pub(crate) fn json(request: reqwest::blocking::RequestBuilder) -> Value {
    let answer = request.send().expect("the server answers");
    let status = answer.status();
    let text = answer.text().expect("a whole answer");
    assert!(status.is_success(), "{status}: {text}");
    if text.trim().is_empty() {
        return Value::Null;
    }
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What a reader sees of HTML: text without tags, blocks and `<br>` as line breaks.
pub(crate) fn visible(html: &str) -> String {
    use html5ever::tendril::TendrilSink as _;
    let document =
        html5ever::parse_document(markup5ever_rcdom::RcDom::default(), Default::default())
            .one(html);
    let mut text = String::new();
    walk(&document.document, &mut text);
    text.trim().to_owned()
}

fn walk(node: &markup5ever_rcdom::Handle, text: &mut String) {
    use markup5ever_rcdom::NodeData;
    let mut is_block = false;
    match &node.data {
        NodeData::Text { contents } => text.push_str(&contents.borrow()),
        NodeData::Element { name, .. } => match &*name.local {
            "br" => text.push('\n'),
            "p" | "div" | "li" | "h1" | "h2" | "h3" | "blockquote" => is_block = true,
            _ => {}
        },
        _ => {}
    }
    for child in node.children.borrow().iter() {
        walk(child, text);
    }
    if is_block {
        text.push('\n');
    }
}
