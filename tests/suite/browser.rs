//! A real Chromium, driven over its debugging socket: opens pages, runs JavaScript in them as if
//! a person had clicked, takes pictures.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running browser with one page; ends with the test.
pub(crate) struct Browser {
    child: Child,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: String,
    count: u64,
    complaints: Vec<String>,
    /// Its profile.
    _folder: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// Starts `chromium`.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let program = "chromium";
        let mut child = Command::new(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
                "--lang=en",
            ])
            .arg(format!("--user-data-dir={}", folder.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Chromium runs");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr"));
        let mut seen = String::new();
        let address = loop {
            let before = seen.len();
            let read = stderr.read_line(&mut seen).expect("messages");
            assert!(read > 0, "Chromium did not start: {seen}");
            if let Some(address) = seen[before..].strip_prefix("DevTools listening on ") {
                break address.trim().to_owned();
            }
        };
        // Read on, so that the browser never waits for its own messages.
        std::thread::spawn(move || {
            let _ = stderr.read_to_end(&mut Vec::new());
        });
        let (socket, _) = tungstenite::connect(address).expect("the debugging socket");
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        }
        Self {
            child,
            socket,
            session: String::new(),
            count: 0,
            complaints: Vec::new(),
            _folder: folder,
        }
    }

    /// Opens a page that may use the clipboard, as after a person's yes.
    pub(crate) fn open(mut self, origin: &str) -> Self {
        let grant = json!({"origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        self.call("Browser.grantPermissions", &grant);
        let target = self.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attached = self.call(
            "Target.attachToTarget",
            &json!({"targetId": target["targetId"], "flatten": true}),
        );
        self.session = attached["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            self.call(&format!("{domain}.enable"), &json!({}));
        }
        self.call(
            "Emulation.setFocusEmulationEnabled",
            &json!({"enabled": true}),
        );
        self
    }

    /// Goes to an address and waits until the page is ready.
    pub(crate) fn go(&mut self, url: &str) {
        self.call("Page.navigate", &json!({"url": url}));
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// Runs an expression as if a person had clicked; gives its value, once a promise is kept.
    #[track_caller]
    pub(crate) fn run(&mut self, expression: &str) -> Value {
        let ran = self.try_run(expression);
        assert!(ran.get("exceptionDetails").is_none(), "{expression}: {ran}");
        ran["result"]["value"].clone()
    }

    fn try_run(&mut self, expression: &str) -> Value {
        self.call(
            "Runtime.evaluate",
            &json!({
                "expression": expression,
                "awaitPromise": true,
                "returnByValue": true,
                "userGesture": true,
                "allowUnsafeEvalBlockedByCSP": true,
            }),
        )
    }

    /// Pastes where the focus is, as by the keyboard.
    pub(crate) fn paste(&mut self) {
        let key = json!({"type": "keyDown", "key": "v", "code": "KeyV", "modifiers": 2, "commands": ["paste"]});
        self.call("Input.dispatchKeyEvent", &key);
        let key = json!({"type": "keyUp", "key": "v", "code": "KeyV", "modifiers": 2});
        self.call("Input.dispatchKeyEvent", &key);
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub(crate) fn wait(&mut self, expression: &str) {
        let begun = Instant::now();
        loop {
            let ran = self.try_run(&format!("!!({expression})"));
            if ran["result"]["value"] == true {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{expression}: {ran}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Pictures of the page at a phone's and a desk's width, light and dark, in the folder that
    /// `GUIDEPOST_SHOTS` names; without it none are taken.
    pub(crate) fn shots(&mut self, name: &str) {
        let Some(folder) = shots() else {
            return;
        };
        for (screen, width, height) in [("phone", 390, 844), ("desk", 1280, 900)] {
            let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": screen == "phone"});
            self.call("Emulation.setDeviceMetricsOverride", &metrics);
            let wide = self.run("document.documentElement.scrollWidth");
            assert!(wide.as_u64() <= Some(width), "{name} is too wide: {wide}");
            // Frames below the screen are not painted.
            let mut metrics = metrics;
            metrics["height"] = self.run("document.documentElement.scrollHeight");
            self.call("Emulation.setDeviceMetricsOverride", &metrics);
            for scheme in ["light", "dark"] {
                let features =
                    json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
                self.call("Emulation.setEmulatedMedia", &features);
                let picture = self.call(
                    "Page.captureScreenshot",
                    &json!({"format": "png", "captureBeyondViewport": true}),
                );
                let text = picture["data"].as_str().expect("a picture");
                let bytes =
                    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text)
                        .expect("base64");
                std::fs::create_dir_all(&folder).expect("a folder");
                std::fs::write(folder.join(format!("{name}-{screen}-{scheme}.png")), bytes)
                    .expect("a file");
            }
        }
    }

    /// What the browser complained of: refused resources, exceptions.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.complaints)
    }

    /// One call, and its answer.
    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.count += 1;
        let mut call = json!({"id": self.count, "method": method, "params": parameters});
        if !self.session.is_empty()
            && !method.starts_with("Target.")
            && !method.starts_with("Browser.")
        {
            call["sessionId"] = json!(self.session);
        }
        self.socket
            .send(Message::text(call.to_string()))
            .expect("a call");
        loop {
            let message = self
                .socket
                .read()
                .unwrap_or_else(|error| panic!("{method}: {error}"));
            let Message::Text(text) = message else {
                continue;
            };
            let value: Value = serde_json::from_str(&text).expect("JSON");
            if value["id"] == self.count {
                assert!(value.get("error").is_none(), "{method}: {value}");
                return value["result"].clone();
            }
            let entry = &value["params"]["entry"];
            // A page that answers 4xx is told too, and some tests want one.
            if value["method"] == "Log.entryAdded"
                && matches!(entry["level"].as_str(), Some("error" | "warning"))
                && !entry["text"]
                    .as_str()
                    .unwrap_or_default()
                    .contains("responded with a status of 4")
            {
                self.complaints.push(entry["text"].to_string());
            }
            if value["method"] == "Runtime.exceptionThrown" {
                self.complaints.push(value["params"].to_string());
            }
        }
    }
}

/// Where pictures go.
#[expect(clippy::disallowed_methods, reason = "a trial that a person starts")]
fn shots() -> Option<PathBuf> {
    std::env::var_os("GUIDEPOST_SHOTS").map(PathBuf::from)
}
