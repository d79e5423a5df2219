//! Outputs → the public folder: staged first, then committed together.
//!
//! Takes outputs from [`crate::render`] through its `Sink`, gives files on disk ([`Stage`]),
//! files in memory ([`MemoryStage`]) or nothing at all ([`Discard`]). Only what changed is
//! written, only what an earlier build wrote is removed. Knows nothing of pages or sites.

mod built;
mod commit;
mod lock;
mod manifest;
mod memory;
mod path;
mod record;
mod stage;

pub use built::{built, is_note};
pub use memory::{Content, Discard, Held, MemoryStage, Outputs};
pub use path::is_safe;
pub use record::Record;
pub use stage::{Committed, Stage};
