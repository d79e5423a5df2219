//! The cards of a site: takes how a card is made, gives a page's card, made when it is first
//! wanted and kept as long as it was made lately.
//!
//! Outputs that show the same pages are rendered one after the other, so a card is wanted often
//! and soon or not for long; those of a hundred thousand pages would take a quarter of a gigabyte.
//! A card that was forgotten is made again, and says the same.

use crate::site::PageId;
use crate::store::Digest;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use tera::Value;

/// Cards that are kept.
const KEPT: usize = 1 << 15;

/// Cards by page.
pub(super) struct Cards {
    slots: Vec<Mutex<Option<Value>>>,
    digests: Vec<OnceLock<Digest>>,
    /// Pages whose cards are kept, the oldest first.
    kept: Mutex<VecDeque<PageId>>,
    most: usize,
}

impl Cards {
    /// No cards yet for so many pages.
    pub(super) fn new(pages: usize) -> Self {
        Self::keeping(KEPT, pages)
    }

    fn keeping(most: usize, pages: usize) -> Self {
        let mut slots = Vec::new();
        slots.resize_with(pages, Mutex::default);
        let mut digests = Vec::new();
        digests.resize_with(pages, OnceLock::default);
        Self {
            slots,
            digests,
            kept: Mutex::default(),
            most,
        }
    }

    /// A page's card; none when there is no such page.
    pub(super) fn value(&self, id: PageId, make: impl FnOnce() -> Value) -> Value {
        let Some(slot) = self.slots.get(id as usize) else {
            return Value::none();
        };
        let mut slot = lock(slot);
        if let Some(card) = &*slot {
            return card.clone();
        }
        let card = slot.insert(make()).clone();
        drop(slot);
        let oldest = {
            let mut kept = lock(&self.kept);
            kept.push_back(id);
            if kept.len() > self.most {
                kept.pop_front()
            } else {
                None
            }
        };
        if let Some(oldest) = oldest {
            let forgotten = lock(&self.slots[oldest as usize]).take();
            drop(forgotten);
        }
        card
    }

    /// Digest of all that a page's card says.
    pub(super) fn digest(&self, id: PageId, make: impl FnOnce() -> Digest) -> Digest {
        let digest = self.digests.get(id as usize);
        digest.map_or_else(Digest::default, |digest| *digest.get_or_init(make))
    }
}

impl Drop for Cards {
    /// Ten thousand cards are many small pieces of memory, which one thread gives back slowly.
    fn drop(&mut self) {
        let slots = std::mem::take(&mut self.slots);
        slots.into_par_iter().for_each(drop);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Cards;
    use std::cell::Cell;
    use tera::Value;

    #[test]
    fn a_card_is_made_once_as_long_as_it_is_kept() {
        let cards = Cards::keeping(2, 4);
        let made = Cell::new(0);
        let show = |id: u32| {
            let make = || {
                made.set(made.get() + 1);
                Value::from(id)
            };
            assert_eq!(cards.value(id, make), Value::from(id));
            made.get()
        };
        assert_eq!([0, 1, 0, 1].map(show), [1, 2, 2, 2]);
        // The third pushes out the first, which then pushes out the second.
        assert_eq!([2, 1, 0, 2, 1].map(show), [3, 3, 4, 4, 5]);
        assert!(cards.value(9, || Value::from(9)).is_none());
    }

    #[test]
    fn a_digest_outlives_its_card() {
        let cards = Cards::keeping(1, 2);
        assert_eq!(cards.digest(0, || [1; 16]), [1; 16]);
        cards.value(0, || Value::from(0));
        cards.value(1, || Value::from(1));
        assert_eq!(cards.digest(0, || [2; 16]), [1; 16]);
        assert_eq!(cards.digest(7, || [2; 16]), [0; 16]);
    }
}
