//! HTML by everything that it depends on: takes and gives values of the template engine, keeps
//! those that were asked for lately. Knows nothing of components.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tera::Value;

/// Threads seldom meet in one of so many parts.
const PARTS: usize = 16;

/// Bytes that a generation of a part holds, by a guess that rather overrates.
const GENERATION_BYTES: usize = 512 << 10;

/// What an entry takes beside its text and its key.
const ENTRY_BYTES: usize = 256;

/// Bytes that are never exceeded.
#[cfg(test)]
pub(super) const MOST: usize = 2 * PARTS * GENERATION_BYTES;

/// The HTML of calls.
#[derive(Default)]
pub(in crate::render::theme) struct Cache {
    parts: [Mutex<Part>; PARTS],
}

/// Two generations: when the new one is full it becomes the old one, and what is asked for in
/// time moves on.
#[derive(Default)]
struct Part {
    new: HashMap<Vec<u8>, Made>,
    old: HashMap<Vec<u8>, Made>,
    /// Of the new generation.
    bytes: usize,
}

struct Made {
    html: Value,
    /// Never read: as long as they are here, their addresses are theirs.
    _arguments: Box<[Value]>,
}

impl Cache {
    /// Forgets everything.
    pub(in crate::render::theme) fn clear(&self) {
        for part in &self.parts {
            *part.lock().unwrap_or_else(PoisonError::into_inner) = Part::default();
        }
    }

    fn part(&self, key: &[u8]) -> MutexGuard<'_, Part> {
        // Addresses go in equal steps, so every byte has to count (FNV-1a).
        let mixed = key.iter().fold(0x811c_9dc5_u32, |mixed, byte| {
            (mixed ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        self.parts[(mixed >> 16) as usize % PARTS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a call.
    pub(super) fn get(&self, key: &[u8]) -> Option<Value> {
        let mut part = self.part(key);
        if let Some(made) = part.new.get(key) {
            return Some(made.html.clone());
        }
        let (key, made) = part.old.remove_entry(key)?;
        let html = made.html.clone();
        part.add(key, made);
        Some(html)
    }

    /// Remembers what a call gave. `arguments` are those that stand in the key by address.
    pub(super) fn put<'a>(
        &self,
        key: &[u8],
        arguments: impl Iterator<Item = &'a Value>,
        html: &Value,
    ) {
        let made = Made {
            html: html.clone(),
            _arguments: arguments.cloned().collect(),
        };
        self.part(key).add(key.to_vec(), made);
    }
}

impl Part {
    fn add(&mut self, key: Vec<u8>, made: Made) {
        let bytes = ENTRY_BYTES + key.len() + made.html.as_str().map_or(0, str::len);
        if self.bytes + bytes > GENERATION_BYTES {
            self.old = std::mem::take(&mut self.new);
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.new.insert(key, made);
    }
}
