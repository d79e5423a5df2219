//! Whether pages answer before posts lead to them.

use super::Session;
use crate::platform::{Http, HttpOptions, Pace, Request, Sieve};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Pages that do not answer 200, with the reason in words.
///
/// # Errors
/// When no client can be made at all.
pub(super) fn dead(session: &Session) -> anyhow::Result<BTreeMap<String, String>> {
    let pages: BTreeSet<&str> = session
        .accounts
        .iter()
        .filter(|work| work.trouble.is_none())
        .flat_map(|work| work.pages())
        .collect();
    if pages.is_empty() {
        return Ok(BTreeMap::new());
    }
    let options = HttpOptions {
        patience: session.publishing.timeout,
        longest_wait: Duration::from_secs(30),
        pause: Duration::from_millis(300),
        repeats: 2,
        proxy: session.publishing.proxy.clone(),
        clock: || jiff::Timestamp::UNIX_EPOCH,
    };
    let http = Http::new(options, Pace::default(), Duration::ZERO, Sieve::default())?;
    let mut dead = BTreeMap::new();
    for page in pages {
        let reason = match http.send(&Request::get(page)) {
            Ok(answer) if answer.status == 200 => continue,
            Ok(answer) => format!("answers {}", answer.status),
            Err(failure) => format!("does not answer ({failure})"),
        };
        dead.insert(
            page.to_owned(),
            format!(
                "its page {page} {reason}; put the site online first, or use `--skip-live-check`"
            ),
        );
    }
    Ok(dead)
}
