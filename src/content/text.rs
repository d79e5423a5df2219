//! Words, widths and summaries of plain text in any script.
//!
//! Takes text without markup, gives counts and cuts. Knows nothing of markdown or pages.

use super::body::Length;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Whether a character is a Han ideograph (`々` and `〇` included, punctuation not).
pub fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{2e80}'..='\u{2fdf}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

/// Whether a character is hiragana, katakana or bopomofo: written without spaces, as Han is.
pub fn is_kana(c: char) -> bool {
    matches!(c,
        '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}'
        | '\u{30fc}'..='\u{30ff}' | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}'
        | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}')
}

/// Whether a character is punctuation as wide as a Han character: `，。「」（）！`.
pub fn is_wide_punctuation(c: char) -> bool {
    matches!(c,
        '\u{3000}'..='\u{3004}' | '\u{3006}' | '\u{3008}'..='\u{3020}' | '\u{3030}'
        | '\u{303d}' | '\u{30a0}' | '\u{30fb}' | '\u{fe10}'..='\u{fe1f}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}'
        | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}')
}

/// As [`char::is_alphanumeric`], which looks in tables, without them for the characters of
/// which most texts are made.
fn is_alphanumeric(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}' | '\u{4e00}'..='\u{9fff}' => true,
        '\u{2010}'..='\u{203e}'
        | '\u{3001}'..='\u{3004}'
        | '\u{3008}'..='\u{3020}'
        | '\u{ff01}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff20}' => false,
        _ => c.is_alphanumeric(),
    }
}

/// The letters and digits of a text in lower case: what stays of a title or heading whatever
/// signs and spaces it is written with.
pub fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a line break between these two characters stands for nothing, not for a space:
/// both are written without spaces, or one is and the other is a quote or dash that Chinese
/// and Latin texts share. Hangul is written with spaces.
pub fn joins_without_space(before: char, after: char) -> bool {
    let east = |c: char| is_han(c) || is_kana(c) || is_wide_punctuation(c);
    let shared = |c: char| matches!(c, '“' | '”' | '‘' | '’' | '…' | '—' | '·');
    (east(before) && (east(after) || shared(after))) || (shared(before) && east(after))
}

/// Counts Han characters and words, and the minutes to read them.
pub fn length(plain: &str) -> Length {
    let (mut han, mut kana, mut hangul, mut cyrillic, mut other) = (0_u32, 0_u32, 0, 0, 0);
    let mut chars = plain.chars();
    while let Some(c) = chars.next() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            continue;
        }
        if is_han(c) {
            han += 1;
        } else if is_kana(c) {
            kana += 1;
        } else if is_alphanumeric(c) {
            loop {
                let rest = chars.as_str();
                chars = rest[common_letters(rest)..].chars();
                let mut behind = chars.clone();
                let Some(next) = behind.next().filter(|next| continues_word(*next)) else {
                    break;
                };
                chars = behind.clone();
                // `don't`, `well-known`, `3.14` are one word each; a joiner at the end is none.
                let goes_on = |c: char| is_alphanumeric(c) && !is_han(c);
                if is_joiner(next) && !behind.next().is_some_and(goes_on) {
                    break;
                }
            }
            match c {
                '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}' => hangul += 1,
                '\u{400}'..='\u{52f}' => cyrillic += 1,
                _ => other += 1,
            }
        }
    }
    let words = [han, kana, hangul, cyrillic, other]
        .into_iter()
        .fold(0_u32, u32::saturating_add);
    // Customary silent reading speeds per minute: characters, characters, words, words, words.
    let minutes = f64::from(han) / 400.0
        + f64::from(kana) / 500.0
        + f64::from(hangul) / 200.0
        + f64::from(cyrillic) / 200.0
        + f64::from(other) / 230.0;
    let minutes = if words == 0 {
        0
    } else {
        (minutes.round() as u32).max(1)
    };
    Length { words, minutes }
}

/// Bytes at the beginning of a text that are Latin letters, digits and Cyrillic letters: most
/// words are, and need not be decoded.
fn common_letters(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => 1,
            // U+0400–U+047F, of two bytes each.
            0xD0 | 0xD1 => 2,
            _ => break,
        };
    }
    at
}

fn continues_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || is_joiner(c);
    }
    if is_alphanumeric(c) {
        return (!is_han(c) && !is_kana(c)) || is_combining_mark(c);
    }
    is_joiner(c) || is_combining_mark(c)
}

fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '\'' | '’' | '-' | '.' | ',' | '_' | '\u{ad}' | '\u{200d}'
    )
}

/// Cuts plain text at a sentence end so that it is at most `width` columns wide (a Han
/// character is two); an ellipsis shows where a sentence had to be cut.
///
/// Lines of `plain` are paragraphs. Whole sentences are taken as long as they fit; when they
/// would leave more than half of the room empty, the next one is cut.
pub fn summary(plain: &str, width: usize) -> String {
    let text = joined(plain, width);
    let mut end = 0;
    let mut used = 0;
    for sentence in Sentences(&text) {
        let wide = sentence.trim_end().width();
        if used + wide > width {
            if used * 2 < width {
                cut(&text[end..], width - used, &text[..end], &mut end);
                let mut short = text[..end].trim_end().to_owned();
                short.truncate(clean_end(&short));
                if short.width() < width {
                    short.push('…');
                }
                return short;
            }
            break;
        }
        used += sentence.width();
        end += sentence.len();
    }
    text[..end].trim_end().to_owned()
}

/// The beginning of the text as one line: somewhat more than a summary can hold.
fn joined(plain: &str, width: usize) -> String {
    let enough = width.saturating_mul(4).saturating_add(400);
    let mut out = String::with_capacity(enough.min(plain.len()));
    let mut columns = 0;
    let mut space = false;
    for c in plain.chars() {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        if c.is_control() {
            continue;
        }
        if space
            && let Some(last) = out.chars().next_back()
            && !joins_without_space(last, c)
        {
            out.push(' ');
            columns += 1;
        }
        space = false;
        out.push(c);
        columns += c.width().unwrap_or(0);
        if columns > enough || out.len() > enough.saturating_mul(16) {
            break;
        }
    }
    out
}

/// Advances `end` over as many graphemes as fit beside the ellipsis; a Latin word that would
/// be cut is left out when that costs little.
fn cut(rest: &str, room: usize, _taken: &str, end: &mut usize) {
    let room = room.saturating_sub(1);
    let mut used = 0;
    let mut at = 0;
    let mut last_space = None;
    for (offset, grapheme) in rest.grapheme_indices(true) {
        let wide = grapheme.width();
        if used + wide > room {
            let inside_word = grapheme
                .chars()
                .all(|c| c.is_alphanumeric() && !is_han(c) && !is_kana(c))
                && rest[..offset]
                    .chars()
                    .next_back()
                    .is_some_and(|c| c.is_alphanumeric() && !is_han(c));
            if inside_word
                && let Some((space, space_used)) = last_space
                && used - space_used <= 24
            {
                at = space;
            }
            break;
        }
        if grapheme == " " {
            last_space = Some((offset, used));
        }
        used += wide;
        at = offset + grapheme.len();
    }
    *end += at;
}

/// Length of the text without what should not stand before an ellipsis.
fn clean_end(text: &str) -> usize {
    text.trim_end_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';'
                    | ':'
                    | '，'
                    | '、'
                    | '；'
                    | '：'
                    | '('
                    | '（'
                    | '「'
                    | '『'
                    | '《'
                    | '“'
                    | '‘'
                    | '['
                    | '【'
                    | '—'
                    | '-'
                    | '…'
            )
    })
    .len()
}

/// The sentences of one line, each with the white space behind it.
struct Sentences<'a>(&'a str);

impl<'a> Iterator for Sentences<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0;
        if text.is_empty() {
            return None;
        }
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if !is_end(c) {
                continue;
            }
            let mut last = c;
            let mut end = at + c.len_utf8();
            while let Some((next_at, next)) =
                chars.next_if(|(_, next)| is_end(*next) || is_closing(*next))
            {
                if is_end(next) {
                    last = next;
                }
                end = next_at + next.len_utf8();
            }
            let rest = &text[end..];
            if ends_sentence(&text[..at], last, at + c.len_utf8() < end, rest) {
                let space = rest.len() - rest.trim_start().len();
                let (sentence, rest) = text.split_at(end + space);
                self.0 = rest;
                return Some(sentence);
            }
        }
        self.0 = "";
        Some(text)
    }
}

fn is_end(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '!' | '?' | '…' | '.' | '｡' | '．')
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        '”' | '’' | '」' | '』' | '）' | '】' | '》' | '〉' | '〕' | '"' | '\'' | ')' | ']' | '»'
    )
}

/// Whether the mark behind `before` ends a sentence, and not a number, name or abbreviation.
fn ends_sentence(before: &str, mark: char, several: bool, rest: &str) -> bool {
    let Some(next) = rest.chars().next() else {
        return true;
    };
    // A mark or joiner belongs to the character before it.
    if is_combining_mark(next) || next.width() == Some(0) {
        return false;
    }
    if matches!(mark, '。' | '！' | '？' | '｡') {
        return true;
    }
    if !next.is_whitespace() {
        // `3.14`, `example.org`, `Yahoo!Mail`; but `OK!然后` goes on in another script.
        let east = is_han(next) || is_kana(next);
        return east && mark != '.' && mark != '．';
    }
    let following = rest.trim_start().chars().next();
    if following.is_some_and(char::is_lowercase) {
        return false;
    }
    if mark != '.' || several {
        return true;
    }
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '«'))
        .next()
        .unwrap_or_default();
    // An initial or `т.е`, `e.g`: a point before the point, or one letter alone.
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 1 && word.chars().count() == 1 {
        return false;
    }
    if word.contains('.') && word.split('.').all(|part| part.chars().count() <= 2) && letters > 0 {
        return false;
    }
    !ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

const ABBREVIATIONS: [&str; 34] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "no", "vs", "fig", "eq", "vol", "ed", "inc", "ltd",
    "co", "corp", "approx", "cf", "al", "jr", "sr", "ул", "г", "гг", "руб", "тыс", "млн", "млрд",
    "им", "стр", "рис", "табл", "см", "напр",
];

#[cfg(test)]
mod tests {
    use super::{
        is_alphanumeric, is_combining_mark, is_han, is_joiner, is_kana, is_wide_punctuation,
        joins_without_space, length, summary,
    };
    use proptest::prelude::{any, proptest};
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn letters_and_digits_are_those_of_the_standard() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn words_are_counted_by_script() {
        for (text, words) in [
            ("", 0),
            ("你好，世界。", 4),
            ("Hello, big world!", 3),
            ("用 Rust 写 3.14 版", 5),
            ("don't well-known e-mail", 3),
            ("Привет, мир", 2),
            ("안녕 세계", 2),
            ("カタカナ", 4),
            ("...", 0),
            ("中文English混排", 5),
        ] {
            assert_eq!(length(text).words, words, "{text}");
        }
    }

    #[test]
    fn minutes_follow_the_script_and_are_never_zero_for_a_text() {
        assert_eq!(length("").minutes, 0);
        assert_eq!(length("短").minutes, 1);
        assert_eq!(length(&"字".repeat(2000)).minutes, 5);
        assert_eq!(length(&"word ".repeat(2300)).minutes, 10);
        assert_eq!(length(&"слово ".repeat(2000)).minutes, 10);
    }

    #[test]
    fn a_summary_ends_with_a_sentence() {
        for (text, width, wanted) in [
            ("短文。", 20, "短文。"),
            ("没有句号的短文", 20, "没有句号的短文"),
            (
                "第一句话说完了。第二句话太长了放不下。",
                20,
                "第一句话说完了。",
            ),
            (
                "他说：“好！”然后走了。还有很多很多很多话。",
                24,
                "他说：“好！”然后走了。",
            ),
            (
                "Pi is 3.14 today. The rest does not fit here.",
                20,
                "Pi is 3.14 today.",
            ),
            (
                "Use tools, e.g. Rust. Then more and more text.",
                24,
                "Use tools, e.g. Rust.",
            ),
            (
                "Это важно, т.е. Нужно. Остальное не поместится.",
                26,
                "Это важно, т.е. Нужно.",
            ),
            (
                "Is it so?! Yes, it is, and this is too long.",
                14,
                "Is it so?!",
            ),
            ("第一段\n第二段", 40, "第一段第二段"),
            ("First line\nsecond line", 40, "First line second line"),
            ("甲。\nBeta is next.", 40, "甲。 Beta is next."),
        ] {
            assert_eq!(summary(text, width), wanted, "{text}");
        }
    }

    #[test]
    fn an_ellipsis_stands_only_where_a_sentence_was_cut() {
        assert_eq!(summary("这句话实在太长了，长得放不下。", 11), "这句话实在…");
        assert_eq!(summary("这句话，实在太长了。", 9), "这句话…");
        assert_eq!(
            summary("A sentence that is much too long to fit", 20),
            "A sentence that is…"
        );
        assert_eq!(
            summary("好。后面这句话实在太长了放不下了。", 17),
            "好。后面这句话实…"
        );
        assert_eq!(summary("文", 0), "");
        assert_eq!(summary("文字", 1), "…");
    }

    #[test]
    fn lines_join_as_their_scripts_do() {
        assert!(joins_without_space('汉', '字'));
        assert!(joins_without_space('，', '字'));
        assert!(joins_without_space('字', '“'));
        assert!(joins_without_space('か', 'な'));
        assert!(!joins_without_space('字', 'a'));
        assert!(!joins_without_space('a', '“'));
        assert!(!joins_without_space('한', '글'));
        assert!(is_han('々') && !is_han('，') && is_wide_punctuation('，'));
    }

    /// The words of a text, every character decoded and looked up.
    fn words_one_by_one(text: &str) -> u32 {
        let is_wide = |c: char| is_han(c) || is_kana(c);
        let continues =
            |c: char| (c.is_alphanumeric() && !is_wide(c)) || is_combining_mark(c) || is_joiner(c);
        let mut words = 0;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if !is_wide(c) && !c.is_alphanumeric() {
                continue;
            }
            words += 1;
            if is_wide(c) {
                continue;
            }
            while let Some(next) = chars.next_if(|next| continues(*next)) {
                let goes_on = |c: &char| c.is_alphanumeric() && !is_han(*c);
                if is_joiner(next) && !chars.peek().is_some_and(goes_on) {
                    break;
                }
            }
        }
        words
    }

    proptest! {
        #[test]
        fn words_are_those_of_one_character_after_the_other(
            text in "[aZ7жЀѿ҃字々かサ한é\u{301}\u{200d}ा'’.,_ -]{0,40}",
        ) {
            assert_eq!(length(&text).words, words_one_by_one(&text), "{text:?}");
        }

        #[test]
        fn a_summary_is_never_wider_than_asked_and_cuts_no_cluster(
            text in any::<String>(),
            width in 0_usize..60,
        ) {
            let short = summary(&text, width);
            assert!(short.width() <= width, "{short:?} is wider than {width}");
        }

        #[test]
        fn mixed_scripts_are_cut_between_clusters(text in "[a-z。.! 中文é👩‍👩‍👧🇨🇳\n]{0,80}", width in 1_usize..40) {
            let short = summary(&text, width);
            assert!(short.width() <= width);
            let whole: String = summary(&text, 10_000);
            let kept = short.trim_end_matches('…');
            let clusters: Vec<&str> = whole.graphemes(true).collect();
            let mut at = 0;
            let ends: Vec<usize> = clusters.iter().map(|c| { at += c.len(); at }).collect();
            assert!(kept.is_empty() || !whole.starts_with(kept) || ends.contains(&kept.len()));
            let _ = length(&text);
        }
    }
}
