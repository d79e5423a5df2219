//! Bytes in long texts: takes bytes and what is looked for, gives the first place. Most texts
//! hold little of what a stage looks for, so sixteen bytes and more are asked at a time.
//! Knows nothing of what the bytes mean.

/// Bytes that are looked at together: the compiler turns a loop without an early end over
/// them into vector instructions.
const TOGETHER: usize = 64;

/// The first byte that is wanted, from an offset on.
pub fn position(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let is_in = |chunk: &&[u8]| {
        let found = |found: bool, byte: &u8| found | wanted(*byte);
        !chunk.iter().fold(false, found)
    };
    let without = rest.chunks_exact(TOGETHER).take_while(is_in).count();
    let from = from + without * TOGETHER;
    let at = bytes.get(from..)?.iter().position(|byte| wanted(*byte))?;
    Some(from + at)
}

/// Whether a text certainly holds no control characters but tab and line feed, and no
/// noncharacters. Texts with characters beyond the Basic Multilingual Plane, such as emoji, are
/// for others to judge, as are those with carriage returns.
pub fn is_surely_clean(text: &str) -> bool {
    // U+0080–U+009F begin with 0xC2; U+FDD0–U+FDEF and U+FFFE with 0xEF and one of two bytes.
    let is_suspicious = |byte: u8, next: u8| {
        (byte < 0x20 && byte != b'\t' && byte != b'\n')
            | (byte == 0x7F)
            | (byte == 0xC2 && next < 0xA0)
            | (byte == 0xEF && (next == 0xB7 || next == 0xBF))
            | (byte >= 0xF0)
    };
    let bytes = text.as_bytes();
    let Some((last, _)) = bytes.split_last() else {
        return true;
    };
    let next = bytes.get(1..).unwrap_or_default();
    let suspicious = |found: bool, (byte, next): (&u8, &u8)| found | is_suspicious(*byte, *next);
    !bytes.iter().zip(next).fold(false, suspicious) && !is_suspicious(*last, 0)
}

#[cfg(test)]
mod tests {
    use super::{is_surely_clean, position};
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn the_first_wanted_byte_is_found(
            bytes in proptest::collection::vec(0_u8..9, 0..300),
            from in 0_usize..320,
            wanted in 0_u8..12,
        ) {
            let rest = bytes.get(from..).unwrap_or_default();
            let plainly = rest.iter().position(|byte| *byte == wanted);
            let found = position(&bytes, from, |byte| byte == wanted);
            assert_eq!(found, plainly.map(|at| from + at));
        }

        #[test]
        fn what_is_surely_clean_holds_nothing_forbidden(text in any::<String>()) {
            let forbidden = |c: char| {
                (c.is_control() && !matches!(c, '\t' | '\n'))
                    || matches!(c, '\u{FDD0}'..='\u{FDEF}')
                    || u32::from(c) & 0xFFFE == 0xFFFE
            };
            assert!(!is_surely_clean(&text) || !text.contains(forbidden));
        }
    }

    #[test]
    fn every_character_alone_is_judged_rightly() {
        for c in '\0'..=char::MAX {
            let allowed = !(c.is_control() && !matches!(c, '\t' | '\n'))
                && !matches!(c, '\u{FDD0}'..='\u{FDEF}')
                && u32::from(c) & 0xFFFE != 0xFFFE;
            for text in [c.to_string(), format!("a{c}。")] {
                assert!(!is_surely_clean(&text) || allowed, "{c:?}");
            }
        }
        assert!(is_surely_clean("Статья，文章。\n\tcafé — “x”"));
    }
}
