//! What a server has: the source of one post, and a list of all where it gives one.
//!
//! Takes addresses, gives entries. Changes nothing there.

use super::door::Door;
use super::entry::Entry;
use super::{Micropub, encoded, error};
use crate::platform::{Failure, FailureKind, Request};
use reqwest::Url;
use serde_json::Value;
use std::collections::BTreeSet;

/// Posts that we ask for at once; servers that give fewer are asked on.
const PAGE: usize = 100;
/// Most requests for one list.
const PAGES: usize = 200;
/// How often a server that is still at work on a post is asked for it.
const LOOKS: u32 = 5;

impl Micropub {
    /// The source of a post; none when it is gone.
    pub(super) fn kept(&self, door: &Door, url: &str) -> Result<Option<Entry>, Failure> {
        let query = format!("q=source&url={}", encoded(url));
        let answer = self.ask(&door.endpoint, &query)?;
        let is_unknown = match answer.status {
            400 => true,
            // Of an endpoint that is no longer there a 404 says nothing of the post.
            404 | 410 => error(&answer).is_some(),
            _ => false,
        };
        if is_unknown {
            let failure = self.failure(&answer);
            let page = self.http.send(&Request::get(url))?;
            return match page.status {
                404 | 410 => Ok(None),
                _ if failure.kind != FailureKind::Refused
                    && failure.kind != FailureKind::Missing =>
                {
                    Err(failure)
                }
                _ => Err(Failure::refused(format!(
                    "{url} answers {}, but the server does not tell its source: {failure}",
                    page.status
                ))),
            };
        }
        let said = self.accepted(answer.clone())?.ok_json()?;
        match Entry::read(&said, Some(url)) {
            Some(entry) => Ok(Some(entry).filter(Entry::is_there)),
            None => Err(answer.senseless("the answer is no entry")),
        }
    }

    /// Entries that are chosen, in the server's order, until there are so many.
    pub(super) fn listed(
        &self,
        door: &Door,
        most: usize,
        choose: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<Entry>, Failure> {
        let mut chosen = Vec::new();
        let mut known = BTreeSet::new();
        let mut offset = 0;
        let mut next = String::new();
        for _ in 0..PAGES {
            let answer = self.ask(&door.endpoint, &format!("q=source&limit={PAGE}{next}"))?;
            let said = self.accepted(answer.clone())?.ok_json()?;
            let Some(items) = said.get("items").and_then(Value::as_array) else {
                return Err(answer.senseless("the answer is no list"));
            };
            let before = known.len();
            for entry in items.iter().filter_map(|item| Entry::read(item, None)) {
                let is_new = known.insert(entry.url().to_owned());
                if is_new && entry.is_there() && choose(&entry) {
                    chosen.push(entry);
                }
            }
            // A server that knows no pages gives the same one again.
            if chosen.len() >= most || known.len() == before {
                chosen.truncate(most);
                return Ok(chosen);
            }
            offset += items.len();
            next = match said.pointer("/paging/after") {
                Some(Value::String(after)) => format!("&after={}", encoded(after)),
                Some(Value::Number(after)) => format!("&after={after}"),
                _ => format!("&offset={offset}"),
            };
        }
        Err(Failure::refused(format!(
            "{} has more posts than can be looked through ({}); set `posts`",
            self.place,
            known.len()
        )))
    }

    /// Waits a while for a post that the server promised to make. That it is not there then
    /// changes nothing: a server checks a request before it gives its promise.
    pub(super) fn wait_for(&self, door: &Door, url: &Url) {
        for turn in 0..LOOKS {
            if matches!(self.kept(door, url.as_str()), Ok(Some(_))) {
                return;
            }
            self.http.rest(turn);
        }
    }
}
