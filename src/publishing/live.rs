//! Whether pages answer before posts lead to them: a site that was just put online may need a
//! moment.

use super::Session;
use crate::platform::{Http, HttpOptions, Pace, Request, Sieve};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Pause between two looks at pages that do not answer yet.
const PAUSE: Duration = Duration::from_secs(5);

/// How pages are waited for.
pub struct Live<'a> {
    /// For how long; zero looks once.
    pub wait: Duration,
    /// Told how many pages do not answer yet, when waiting begins.
    pub tell: &'a dyn Fn(usize),
}

/// A client that asks the site itself.
///
/// # Errors
/// When no client can be made at all.
pub(super) fn client(session: &Session) -> anyhow::Result<Http> {
    let options = HttpOptions {
        patience: session.publishing.timeout,
        longest_wait: Duration::from_secs(30),
        pause: Duration::from_millis(300),
        repeats: 2,
        proxy: session.publishing.proxy.clone(),
        keep_connections: true,
        clock: || jiff::Timestamp::UNIX_EPOCH,
    };
    Ok(Http::new(
        options,
        Pace::default(),
        Duration::ZERO,
        Sieve::default(),
    )?)
}

/// Whether an address answers 200; if not, how it answers.
pub(super) fn answers(http: &Http, url: &str) -> Result<(), String> {
    match http.send(&Request::get(url)) {
        Ok(answer) if answer.status == 200 => Ok(()),
        Ok(answer) => Err(format!("answers {}", answer.status)),
        Err(failure) => Err(format!("does not answer ({failure})")),
    }
}

/// Whether an address shows exactly this text; if not, what is wrong with it.
pub(super) fn shows(http: &Http, url: &str, text: &str) -> Result<(), String> {
    match http.send(&Request::get(url)) {
        Ok(answer) if answer.status == 200 && answer.text().trim() == text => Ok(()),
        Ok(answer) if answer.status == 200 => Err(format!("{url} shows something else")),
        Ok(answer) => Err(format!("{url} answers {}", answer.status)),
        Err(failure) => Err(format!("{url} does not answer ({failure})")),
    }
}

/// Pages that do not answer 200, with the reason in words.
///
/// # Errors
/// When no client can be made at all.
pub(super) fn dead(session: &Session, live: &Live<'_>) -> anyhow::Result<BTreeMap<String, String>> {
    let mut pages: BTreeSet<&str> = session
        .accounts
        .iter()
        .filter(|work| work.trouble.is_none())
        .flat_map(|work| work.pages())
        .collect();
    if pages.is_empty() {
        return Ok(BTreeMap::new());
    }
    let http = client(session)?;
    let began = Instant::now();
    let mut told = false;
    loop {
        let dead = ask(&http, &pages);
        let left = live.wait.saturating_sub(began.elapsed());
        if dead.is_empty() || left.is_zero() {
            return Ok(dead);
        }
        if !told {
            (live.tell)(dead.len());
            told = true;
        }
        pages.retain(|page| dead.contains_key(*page));
        std::thread::sleep(PAUSE.min(left));
    }
}

fn ask(http: &Http, pages: &BTreeSet<&str>) -> BTreeMap<String, String> {
    let mut dead = BTreeMap::new();
    for page in pages.iter().copied() {
        if let Err(reason) = answers(http, page) {
            dead.insert(
                page.to_owned(),
                format!(
                    "its page {page} {reason}; put the site online first, or use \
                     `--skip-live-check`"
                ),
            );
        }
    }
    dead
}
