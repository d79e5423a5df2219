//! What kind of character: takes one `char`, says whether it is Han, wide, CJK. Knows nothing
//! of markdown.

/// A Han character.
pub(super) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{2FDF}' | '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3038}'..='\u{303B}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7FF}' | '\u{FFA0}'..='\u{FFDC}')
}

/// Chinese, Japanese or Korean: letters, full-width forms and their punctuation.
pub(super) fn is_cjk(c: char) -> bool {
    is_wide(c) || is_hangul(c)
}

/// Written without spaces between words: a line break beside it is no space.
pub(super) fn is_wide(c: char) -> bool {
    if c < '\u{2E80}' {
        return false;
    }
    is_han(c)
        || matches!(c, '\u{2FF0}'..='\u{312F}' | '\u{3190}'..='\u{33FF}' | '\u{A000}'..='\u{A4CF}'
            | '\u{FE10}'..='\u{FE1F}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF01}'..='\u{FF9F}'
            | '\u{FFE0}'..='\u{FFE6}')
            && c != '\u{3164}'
}

/// Quotes, dashes and ellipses that Latin and Chinese texts share: they belong to the script
/// of their neighbour.
pub(super) fn is_shared_punctuation(c: char) -> bool {
    matches!(c, '‘' | '’' | '“' | '”' | '…' | '—' | '·' | '–')
}

/// Whether the letters of a text are mostly Han (looks at its first 20,000 bytes).
pub(super) fn mostly_han(text: &str) -> bool {
    let mut han = 0_usize;
    let mut other = 0_usize;
    for c in text.chars().take(20_000) {
        if is_wide(c) {
            han += 1;
        } else if c.is_alphabetic() {
            other += 1;
        }
    }
    // A Han character says as much as a word of several letters.
    han * 8 > other
}

#[cfg(test)]
mod tests {
    use super::{is_cjk, is_wide, mostly_han};

    #[test]
    fn full_width_punctuation_is_wide_and_hangul_is_not() {
        assert!("中，。：「】あ（！".chars().all(is_wide));
        assert!("a1 .“한я".chars().all(|c| !is_wide(c)));
        assert!(is_cjk('한'));
        assert!(mostly_han("Rust 工程师"));
        assert!(!mostly_han("The word 道 is short for something longer"));
    }
}
