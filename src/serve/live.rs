//! Pages that wait for news: takes their connections, tells them the number of the newest
//! build by server-sent events. A page that was made by an older one reloads itself.

use super::answer::EVENTS;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Waiting pages.
pub(super) struct Listeners {
    /// Tells builds of this run from those of an earlier one, so that pages left open reload
    /// after a restart.
    run: String,
    writers: Mutex<Vec<Box<dyn Write + Send>>>,
}

impl Listeners {
    /// No pages yet.
    pub(super) fn new(port: u16) -> Self {
        Self {
            run: format!("{port}-{}", std::process::id()),
            writers: Mutex::default(),
        }
    }

    /// The script that a page of this build carries.
    pub(super) fn script(&self, generation: u64) -> String {
        format!(
            "<script>new EventSource(\"{EVENTS}\").onmessage=e=>\
             {{if(e.data!==\"{}-{generation}\")location.reload()}}</script>",
            self.run
        )
    }

    /// Keeps a connection and tells it the newest build at once.
    pub(super) fn add(&self, mut writer: Box<dyn Write + Send>, generation: u64) {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                    Cache-Control: no-store\r\nConnection: close\r\n\r\nretry: 500\n\n";
        let begun = writer
            .write_all(head.as_bytes())
            .and_then(|()| writer.write_all(self.event(generation).as_bytes()))
            .and_then(|()| writer.flush());
        if begun.is_ok() {
            self.lock().push(writer);
        }
    }

    /// Tells everybody the newest build.
    pub(super) fn announce(&self, generation: u64) {
        self.send(&self.event(generation));
    }

    /// Keeps connections open, and finds out which are gone.
    pub(super) fn heartbeat(&self) {
        self.send(": still here\n\n");
    }

    fn event(&self, generation: u64) -> String {
        format!("data: {}-{generation}\n\n", self.run)
    }

    fn send(&self, text: &str) {
        self.lock().retain_mut(|writer| {
            writer
                .write_all(text.as_bytes())
                .and_then(|()| writer.flush())
                .is_ok()
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Write + Send>>> {
        self.writers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
