//! Ledgers: what was sent to each account, in files that are only ever appended to.
//!
//! A ledger is the memory that keeps a post from going out twice: `intended` is on disk before
//! anything is sent, an end (`done`, `failed`, `unknown`) after it. Knows no platforms.

mod event;
mod file;
mod state;
#[cfg(test)]
mod tests;

pub use event::{Action, Event, Line, attempt_key};
pub use file::{Ledger, Read, Sum, read, read_as};
pub use state::{End, Failed, Live, Open, PostState, State};
