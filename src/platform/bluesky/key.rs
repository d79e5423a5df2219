//! Record keys that we choose: takes a moment and a seed, gives a TID, the form of key that
//! Bluesky's posts have. The same input gives the same key.

/// The letters of a TID in their order.
const LETTERS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
/// What pages without a date count from: 1 January 2024.
const UNDATED: u64 = 1_704_067_200;
/// How many seconds they are spread over: a year.
const SPREAD: u64 = 366 * 86_400;

/// The key of the post of a page: of its date, so that keys are in the order of the pages, and
/// of its address. Many pages have the same date, so all below the second is the address's.
pub(super) fn of_page(canonical: &str, published: Option<jiff::Timestamp>) -> String {
    let second = published.and_then(|at| u64::try_from(at.as_second()).ok());
    tid(second, canonical)
}

/// The key of an answer: of the moment in which it was intended, and of its attempt.
pub(super) fn of_answer(attempt: &str, at: jiff::Timestamp) -> String {
    tid(u64::try_from(at.as_second()).ok(), attempt)
}

/// A zero, 53 bits of microseconds, 10 bits of the clock's number, in letters of 5 bits.
fn tid(second: Option<u64>, seed: &str) -> String {
    let hash = blake3::hash(seed.as_bytes());
    let number = |from: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hash.as_bytes()[from..from + 8]);
        u64::from_le_bytes(bytes)
    };
    let second = second.unwrap_or(UNDATED + number(16) % SPREAD);
    let micros = second
        .wrapping_mul(1_000_000)
        .wrapping_add(number(0) % 1_000_000);
    let value = (micros & ((1 << 53) - 1)) << 10 | (number(8) & 0x3ff);
    (0..13)
        .map(|place| {
            let index = (value >> (60 - 5 * place)) & 31;
            char::from(LETTERS[usize::try_from(index).unwrap_or_default()])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{LETTERS, of_answer, of_page};
    use std::collections::BTreeSet;

    fn at(second: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_second(second).expect("a moment")
    }

    /// The microseconds in a key, read back as the specification of TIDs says.
    fn micros(key: &str) -> u64 {
        let value = key.bytes().fold(0_u64, |value, letter| {
            let index = LETTERS.iter().position(|known| *known == letter);
            value << 5 | index.expect("a letter of a TID") as u64
        });
        value >> 10
    }

    #[test]
    fn a_key_holds_its_second_and_is_the_same_again() {
        let key = of_page("https://example.org/a/", Some(at(1_764_400_000)));
        assert_eq!(key.len(), 13);
        assert!(key.starts_with(|c: char| "234567abcdefghij".contains(c)));
        assert_eq!(micros(&key) / 1_000_000, 1_764_400_000);
        let again = of_page("https://example.org/a/", Some(at(1_764_400_000)));
        assert_eq!(key, again);
        let later = of_page("https://example.org/a/", Some(at(1_764_400_001)));
        assert!(later > key, "keys are in the order of time");
    }

    #[test]
    fn many_pages_of_one_day_have_keys_of_their_own() {
        for published in [None, Some(at(1_764_400_000)), Some(at(-5))] {
            let keys: BTreeSet<String> = (0..2000)
                .map(|number| of_page(&format!("https://example.org/{number}/"), published))
                .collect();
            assert_eq!(keys.len(), 2000, "{published:?}");
        }
    }

    #[test]
    fn answers_differ_by_attempt() {
        let first = of_answer("0123", at(1_764_400_000));
        assert_eq!(first, of_answer("0123", at(1_764_400_000)));
        assert_ne!(first, of_answer("4567", at(1_764_400_000)));
    }
}
