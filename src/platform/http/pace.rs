//! Pace: no two changing requests to one host closer than the host likes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When each host may be asked again; shared by all accounts.
#[derive(Debug, Clone, Default)]
pub struct Pace(Arc<Mutex<BTreeMap<String, Instant>>>);

impl Pace {
    /// Waits for this host's turn and takes it.
    pub(super) fn wait(&self, host: &str, between: Duration) {
        let turn = {
            let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = next.get(host).copied().unwrap_or(now).max(now);
            next.insert(host.to_owned(), turn + between);
            turn
        };
        std::thread::sleep(turn.saturating_duration_since(Instant::now()));
    }
}
