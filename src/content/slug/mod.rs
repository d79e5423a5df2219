//! Names → slugs: takes any text, gives a path segment that is never empty.
//!
//! Knows nothing of paths or sites: two names with one slug are the site's to report.

mod readings;

use super::text::is_han;
use crate::config::SlugStyle;
use deunicode::deunicode_char;
use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest slug in bytes; file systems allow 255 for a name, and `.html` or a suffix follows.
const LONGEST: usize = 120;

/// Makes a slug. The same text always gives the same slug.
pub fn slug(text: &str, style: SlugStyle) -> String {
    let normal: String = text.nfc().collect();
    let named = name_symbols(&normal);
    let mut slug = Slug::default();
    match style {
        SlugStyle::Unicode => {
            for c in named.chars() {
                // The soft hyphen, joiners and other marks without a shape of their own.
                if matches!(
                    c,
                    '\'' | '’' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}'
                ) {
                    continue;
                }
                if c.is_alphanumeric() || is_combining_mark(c) {
                    slug.push_lower(c);
                } else {
                    slug.separate();
                }
            }
        }
        SlugStyle::Pinyin => pinyin(&named, &mut slug),
        SlugStyle::Ascii => {
            for c in named.chars() {
                transliterate(c, &mut slug);
            }
        }
    }
    let made = slug.text;
    if made.is_empty() {
        return format!("x{}", short_hash(text));
    }
    if made.len() <= LONGEST {
        return made;
    }
    let hash = short_hash(text);
    let mut end = LONGEST - hash.len() - 1;
    while !made.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{hash}", made[..end].trim_end_matches('-'))
}

/// A slug in the making: separators are written only between two characters.
#[derive(Default)]
struct Slug {
    text: String,
    pending: bool,
}

impl Slug {
    fn separate(&mut self) {
        self.pending = true;
    }

    fn push(&mut self, c: char) {
        if self.pending && !self.text.is_empty() {
            self.text.push('-');
        }
        self.pending = false;
        self.text.push(c);
    }

    fn push_lower(&mut self, c: char) {
        for c in c.to_lowercase() {
            self.push(c);
        }
    }

    fn push_ascii(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                self.push(c.to_ascii_lowercase());
            } else if c != '\'' {
                self.separate();
            }
        }
    }

    fn push_word(&mut self, word: &str) {
        self.separate();
        self.push_ascii(word);
        self.separate();
    }
}

/// Writes out the symbols that tell names such as C, C++, C#, F# and .NET apart.
fn name_symbols(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let behind_name = previous.is_ascii_alphanumeric() || (previous == c && c == '+');
        match c {
            '+' if behind_name && !next.is_alphanumeric() => out.push_str(" plus "),
            '#' if previous.is_ascii_alphabetic() && !next.is_alphanumeric() => {
                out.push_str(" sharp ");
            }
            '.' if !previous.is_alphanumeric()
                && next.is_ascii_alphabetic()
                && out.trim().is_empty() =>
            {
                out.push_str("dot ");
            }
            c => out.push(c),
        }
        previous = c;
    }
    out
}

/// Han as pinyin syllables, words of known reading first; other scripts transliterated.
fn pinyin(text: &str, slug: &mut Slug) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if is_han(c) {
            if let Some((word, reading)) = readings::known_word(rest) {
                slug.push_word(reading);
                rest = &rest[word.len()..];
                continue;
            }
            match c.to_pinyin() {
                // `plain` writes ü as it is; the usual ASCII spelling is v.
                Some(syllable) => slug.push_word(&syllable.plain().replace('ü', "v")),
                None => transliterate(c, slug),
            }
        } else {
            transliterate(c, slug);
        }
        rest = &rest[c.len_utf8()..];
    }
}

fn transliterate(c: char, slug: &mut Slug) {
    if c.is_ascii() {
        let mut buffer = [0; 4];
        slug.push_ascii(c.encode_utf8(&mut buffer));
        return;
    }
    // Russian letters have customary spellings that the general table misses.
    let cyrillic = match c {
        'ё' | 'Ё' => Some("yo"),
        'ъ' | 'Ъ' | 'ь' | 'Ь' => Some(""),
        'х' | 'Х' => Some("kh"),
        'щ' | 'Щ' => Some("shch"),
        'й' | 'Й' => Some("y"),
        'э' | 'Э' => Some("e"),
        _ => None,
    };
    if let Some(text) = cyrillic {
        slug.push_ascii(text);
        return;
    }
    if !c.is_alphanumeric() && !is_combining_mark(c) {
        // An emoji or symbol has a name in the table, and nobody wants it in an address.
        slug.separate();
        return;
    }
    match deunicode_char(c) {
        Some(text) if is_han(c) => slug.push_word(text),
        Some(text) => slug.push_ascii(text),
        None => slug.separate(),
    }
}

fn short_hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..8].to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;
    use crate::config::SlugStyle::{Ascii, Pinyin, Unicode};
    use proptest::prelude::{any, proptest};
    use std::collections::BTreeSet;

    #[test]
    fn letters_of_every_script_stay() {
        for (text, wanted) in [
            ("Hello, World!", "hello-world"),
            ("重庆银行", "重庆银行"),
            ("【译】Rust 异步：入门", "译-rust-异步-入门"),
            ("Ёлка и Йод", "ёлка-и-йод"),
            ("Don't Panic", "dont-panic"),
            ("HTTP/2", "http-2"),
            ("cafe\u{301}", "café"),
            ("अनुच्छेद", "अनुच्छेद"),
            ("İstanbul", "i̇stanbul"),
            ("a---b__c", "a-b-c"),
        ] {
            assert_eq!(slug(text, Unicode), wanted, "{text}");
        }
    }

    #[test]
    fn names_that_differ_in_a_symbol_have_different_readable_slugs() {
        for (text, wanted) in [
            ("C", "c"),
            ("C++", "c-plus-plus"),
            ("C#", "c-sharp"),
            ("F# 入门", "f-sharp-入门"),
            ("C++ & C#", "c-plus-plus-c-sharp"),
            (".NET", "dot-net"),
            ("a+b", "a-b"),
            ("Issue #12", "issue-12"),
        ] {
            assert_eq!(slug(text, Unicode), wanted, "{text}");
        }
    }

    #[test]
    fn pinyin_knows_words_with_a_reading_of_their_own() {
        for (text, wanted) in [
            ("重庆银行", "chong-qing-yin-hang"),
            ("长沙", "chang-sha"),
            ("厦门的行业", "xia-men-de-hang-ye"),
            ("成长", "cheng-zhang"),
            ("音乐会", "yin-yue-hui"),
            ("会计", "kuai-ji"),
            ("重要", "zhong-yao"),
            ("重新开始", "chong-xin-kai-shi"),
            ("绿色利率", "lv-se-li-lv"),
            ("长春长大", "chang-chun-zhang-da"),
            ("董事长", "dong-shi-zhang"),
            ("Rust语言", "rust-yu-yan"),
            ("Работа в городе", "rabota-v-gorode"),
        ] {
            assert_eq!(slug(text, Pinyin), wanted, "{text}");
        }
    }

    #[test]
    fn ascii_transliterates_everything() {
        for (text, wanted) in [
            ("Дорога домой", "doroga-domoy"),
            ("Café Müller", "cafe-muller"),
            ("北京", "bei-jing"),
        ] {
            assert_eq!(slug(text, Ascii), wanted, "{text}");
        }
    }

    #[test]
    fn a_slug_is_never_empty_and_never_too_long() {
        let smile = slug(";)", Unicode);
        assert!(smile.starts_with('x') && smile.len() == 9, "{smile}");
        assert_ne!(smile, slug(":)", Unicode));
        let long = "很长的标题".repeat(40);
        let cut = slug(&long, Unicode);
        assert!(cut.len() <= 120 && cut.starts_with("很长的标题"), "{cut}");
        assert_ne!(cut, slug(&format!("{long}二"), Unicode));
    }

    #[test]
    fn the_table_of_readings_has_each_word_once() {
        let words: BTreeSet<_> = super::readings::WORDS
            .iter()
            .map(|(word, _)| word)
            .collect();
        assert_eq!(words.len(), super::readings::WORDS.len());
        for (word, reading) in super::readings::WORDS {
            assert_eq!(word.chars().count(), reading.split(' ').count(), "{word}");
        }
    }

    proptest! {
        #[test]
        fn every_text_has_a_clean_slug(text in any::<String>()) {
            for style in [Unicode, Pinyin, Ascii] {
                let made = slug(&text, style);
                assert!(!made.is_empty() && made.len() <= 120, "{made}");
                assert!(!made.starts_with('-') && !made.ends_with('-') && !made.contains("--"));
                assert!(!made.contains(['/', '\\', '.', '%', '?', '#', ' ']));
                assert_eq!(made, slug(&text, style));
            }
        }
    }
}
