//! The buffer into which a thread renders: room for an output is found once, and bytes are not
//! looked through once more to be called a text. Knows nothing of templates.

use std::cell::Cell;

/// Kept up to this size.
const LARGEST: usize = 1 << 20;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Does some work with an empty buffer.
pub(super) fn with<T>(work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let mut buffer = BUFFER.take();
    buffer.clear();
    let result = work(&mut buffer);
    if buffer.capacity() <= LARGEST {
        BUFFER.set(buffer);
    }
    result
}
