//! `guidepost adopt`: takes up posts that are already on a platform, by the canonical address in
//! them, so that they are not posted again.

use super::view::{self, View};
use super::{End, args, posting, settings, trust};
use crate::diag::print::visible;
use crate::platform::Seen;
use crate::publish::ledger::Event;
use crate::publishing::{Refresh, Session};
use anyhow::Context as _;
use std::path::Path;

/// Most posts that are looked through.
const MOST: usize = 1000;

/// A post there and the page that it is of.
struct Found {
    post: String,
    page: String,
    hash: String,
    seen: Seen,
}

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Adopt) -> anyhow::Result<End> {
    trust::require("adopt")?;
    let root = settings::root(root)?;
    let choice = args::Choice::of_account(&words.account);
    let mut session = posting::session(view, &root, &choice, Refresh::Needed, true)?;
    view.diagnostics(&root, &session.diagnostics)?;
    if session.has_mistakes() {
        return Ok(End::Mistakes);
    }
    let (found, strangers) = look(&session)?;
    for known in &found {
        line(view, known)?;
    }
    if found.is_empty() {
        view.say(&format!(
            "nothing to take up: {strangers} posts there lead to no page of this site that is not known already"
        ));
        return Ok(End::Fine);
    }
    if !words.yes && !view.confirm(&format!("Take up these {}?", found.len()))? {
        view.say("nothing was taken up");
        return Ok(End::Fine);
    }
    let count = found.len();
    for known in found {
        let event = Event::Adopted {
            post: known.post,
            remote: known.seen.remote.id,
            url: known.seen.remote.url,
            seen: known.seen.digest,
            page: known.page,
            hash: known.hash,
        };
        if let Some(work) = session.accounts.first_mut() {
            work.record(event, settings::now)?;
        }
    }
    view.say(&format!("{count} taken up, {strangers} others left alone"));
    Ok(End::Fine)
}

/// Our pages' posts there that the ledger does not know, and how many others there are.
fn look(session: &Session) -> anyhow::Result<(Vec<Found>, usize)> {
    let work = session
        .accounts
        .first()
        .context("there is no such account")?;
    if let Some(trouble) = &work.trouble {
        anyhow::bail!("`{}` is not ready: {}", work.account.name, trouble.message);
    }
    let platform = work
        .platform()
        .filter(|_| work.capabilities.list)
        .with_context(|| {
            format!(
                "posts on {} cannot be listed; record each with \
                 `publish --backfill --done {}:PAGE URL`",
                work.account.info.title, work.account.name
            )
        })?;
    let seen = platform
        .list(MOST)
        .map_err(|failure| anyhow::anyhow!(failure.message))?;
    let mut found: Vec<Found> = Vec::new();
    let mut strangers = 0;
    for seen in seen {
        let composed = work.composition.wanted.iter().find(|composed| {
            let pages = std::iter::once(&composed.post.canonical).chain(&composed.former);
            seen.canonical
                .as_ref()
                .is_some_and(|canonical| pages.into_iter().any(|page| same(page, canonical)))
        });
        let known = |post: &str| {
            let state = work.state.posts.get(post);
            state.is_some_and(|state| state.live.is_some())
                || found.iter().any(|found| found.post == post)
        };
        match composed {
            Some(composed) if !known(&composed.post.key) => found.push(Found {
                post: composed.post.key.clone(),
                page: composed.post.canonical.clone(),
                hash: composed.hash.clone(),
                seen,
            }),
            Some(_) => {}
            None => strangers += 1,
        }
    }
    Ok((found, strangers))
}

/// Addresses are the same but for scheme, slash at the end and tracking.
fn same(page: &str, other: &str) -> bool {
    fn bare(address: &str) -> &str {
        let address = address.split(['?', '#']).next().unwrap_or(address);
        address
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_end_matches('/')
    }
    bare(page) == bare(other)
}

fn line(view: &View, found: &Found) -> anyhow::Result<()> {
    if view.is_json() {
        let value = serde_json::json!({
            "type": "change",
            "action": "adopt",
            "post": found.post,
            "remote": found.seen.remote.id,
            "url": found.seen.remote.url,
            "title": found.seen.title,
        });
        return view::out(&format!("{value}\n"));
    }
    view::out(&format!(
        "  {} {}  {}  {}\n",
        view.paint("32", "="),
        visible(&found.post),
        visible(&found.seen.title),
        visible(
            found
                .seen
                .remote
                .url
                .as_deref()
                .unwrap_or(&found.seen.remote.id)
        ),
    ))
}
