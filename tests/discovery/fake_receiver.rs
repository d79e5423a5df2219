//! A fake site whose pages want to hear of links, each in another of the ways that the
//! specification of Webmention names; like a real one it looks whether the link is there.

use super::host::{Reply, Served, body, field};
use crate::platforms::server::client;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Default)]
struct Kept {
    taken: Vec<(String, String)>,
    refused: Vec<(String, String)>,
}

pub(super) struct FakeReceiver {
    served: Served,
    kept: Arc<Mutex<Kept>>,
}

impl FakeReceiver {
    pub(super) fn start() -> Self {
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = Arc::clone(&kept);
        let served = Served::start(move |request| {
            let form = body(request);
            let page = |html: &str| {
                Reply::new(200, format!("<!doctype html><title>x</title>{html}"))
                    .header("Content-Type", "text/html; charset=utf-8")
            };
            match request.url() {
                "/header" => {
                    page("<p>a post").header("Link", "</receive?by=header>; rel=\"webmention\"")
                }
                "/element" => page("<link rel=webmention href=\"receive\">"),
                "/anchor" => {
                    page("<p><a rel=\"nofollow webmention\" href=\"/receive\">mention me</a>")
                }
                "/none" => page("<p>a post without a wish"),
                url if url.starts_with("/receive") => {
                    let (Some(source), Some(target)) =
                        (field(&form, "source"), field(&form, "target"))
                    else {
                        return Reply::new(400, "source and target are needed");
                    };
                    let shown = client().get(&source).send().and_then(|found| found.text());
                    let links = shown.is_ok_and(|shown| shown.contains(&target));
                    let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    if links && source != target {
                        kept.taken.push((source, target));
                        Reply::new(202, "")
                    } else {
                        kept.refused.push((source, target));
                        Reply::new(400, "the source does not link to the target")
                    }
                }
                _ => Reply::new(404, "nothing here"),
            }
        });
        Self { served, kept }
    }

    /// The address of one of its pages: `header`, `element`, `anchor` or `none`.
    pub(super) fn page(&self, name: &str) -> String {
        format!("{}/{name}", self.served.url())
    }

    /// Source and target of what was taken.
    pub(super) fn taken(&self) -> Vec<(String, String)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.taken.clone()
    }

    /// Source and target of what was refused, sorted.
    pub(super) fn refused(&self) -> Vec<(String, String)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut refused = kept.refused.clone();
        refused.sort();
        refused
    }
}
