//! Bytes in long texts: takes bytes and what is looked for, gives the first place. Most texts
//! hold little of what a stage looks for, so sixteen bytes and more are asked at a time.
//! Knows nothing of what the bytes mean.

/// Bytes that are looked at together.
const TOGETHER: usize = 32;

/// The first byte that is wanted, from an offset on.
///
/// The compiler turns the loop over bytes that are looked at together into vector
/// instructions, as long as it has no branch: what is wanted is best said with `|` and `&`.
pub fn position(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let (chunks, _) = rest.as_chunks::<TOGETHER>();
    let is_without = |chunk: &&[u8; TOGETHER]| {
        let mut found = 0;
        for byte in *chunk {
            found |= u8::from(wanted(*byte));
        }
        found == 0
    };
    let without = chunks.iter().take_while(is_without).count() * TOGETHER;
    let at = rest.get(without..)?.iter().position(|byte| wanted(*byte))?;
    Some(from + without + at)
}

/// Whether a text certainly is one line: no white space but single spaces between words. Texts
/// with characters that begin as white space of other scripts does are for others to judge.
pub fn is_surely_one_line(text: &str) -> bool {
    let is_suspicious = |byte: u8| {
        (byte < 0x20) | (byte == 0xC2) | (byte == 0xE1) | (byte == 0xE2) | (byte == 0xE3)
    };
    !text.starts_with(' ')
        && !text.ends_with(' ')
        && position(text.as_bytes(), 0, is_suspicious).is_none()
        && !text.contains("  ")
}

/// Whether a text certainly holds no control characters but tab and line feed, and no
/// noncharacters. Texts with characters beyond the Basic Multilingual Plane, such as emoji, are
/// for others to judge, as are those with carriage returns.
pub fn is_surely_clean(text: &str) -> bool {
    // U+0080–U+009F begin with 0xC2; U+FDD0–U+FDEF and U+FFFE with 0xEF and one of two bytes.
    let is_suspicious = |byte: u8, next: u8| {
        ((byte < 0x20) & (byte != b'\t') & (byte != b'\n'))
            | (byte == 0x7F)
            | ((byte == 0xC2) & (next < 0xA0))
            | ((byte == 0xEF) & ((next == 0xB7) | (next == 0xBF)))
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
    use super::{is_surely_clean, is_surely_one_line, position};
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
        fn what_is_surely_one_line_is_its_words(text in "[a字。\u{a0}\u{3000} \n]{0,6}| ?b c{0,40}  ?d") {
            let words: Vec<&str> = text.split_whitespace().collect();
            assert!(!is_surely_one_line(&text) || text == words.join(" "));
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
            let is_kept = !c.is_control() || matches!(c, '\t' | '\n');
            let is_character =
                u32::from(c) & 0xFFFE != 0xFFFE && !matches!(c, '\u{FDD0}'..='\u{FDEF}');
            let allowed = is_kept && is_character;
            for text in [c.to_string(), format!("a{c}。")] {
                assert!(!is_surely_clean(&text) || allowed, "{c:?}");
                assert!(!is_surely_one_line(&text) || !c.is_whitespace(), "{c:?}");
            }
        }
        assert!(is_surely_one_line("第2步， a 字"));
        assert!(is_surely_clean("Статья，文章。\n\tcafé — “x”"));
    }
}
