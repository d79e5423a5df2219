//! Makes a hashtag of a tag: takes a tag as authors write it, gives the word that platforms
//! link, without `#`. Knows no platform.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The tag as one word of letters, digits and `_`; none when no letter is in it.
///
/// Several words become one, each with a capital where its script has them. `C#`, `C++` and
/// `.NET` keep their names.
pub fn hashtag(tag: &str) -> Option<String> {
    let tag: String = tag.trim().trim_start_matches(['#', '＃']).nfc().collect();
    let tag = spelt_out(&tag);
    let mut words: Vec<String> = vec![String::new()];
    for c in tag.chars() {
        match words.last_mut() {
            Some(word) if c == '_' || c.is_alphanumeric() => word.push(c),
            Some(word) if is_combining_mark(c) && !word.is_empty() => word.push(c),
            // Nothing is parted in `don't` and `Node.js`, and invisible characters part nothing.
            Some(word) if matches!(c, '\'' | '’' | '.') || is_invisible(c) || word.is_empty() => {
            }
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    let hashtag: String = match words.as_slice() {
        [word] => word.clone(),
        words => words.iter().map(|word| capitalised(word)).collect(),
    };
    // Parts that met only now are composed too.
    let hashtag: String = hashtag.nfc().collect();
    hashtag.chars().any(char::is_alphabetic).then_some(hashtag)
}

/// Marks that belong to a name, as words: `C#`, `C++`, `.NET`.
fn spelt_out(tag: &str) -> String {
    let mut spelt = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some(c) = rest.chars().next() {
        let behind_letter = spelt.ends_with(|c: char| c.is_ascii_alphabetic());
        let behind_word = spelt.ends_with(|c: char| c.is_alphanumeric());
        let (written, length) = if behind_letter && rest.starts_with("++") {
            ("pp", 2)
        } else if behind_letter && matches!(c, '#' | '♯') && !goes_on(rest) {
            ("Sharp", c.len_utf8())
        } else if !behind_word && c == '.' && goes_on(rest) {
            ("Dot", 1)
        } else {
            (&rest[..c.len_utf8()], c.len_utf8())
        };
        spelt.push_str(written);
        rest = &rest[length..];
    }
    spelt
}

/// Whether a letter follows the first character.
fn goes_on(text: &str) -> bool {
    text.chars().nth(1).is_some_and(char::is_alphabetic)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// With a capital, unless the word has its own way (`iOS`).
fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) if !word.chars().any(char::is_uppercase) => {
            first.to_uppercase().chain(chars).collect()
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::hashtag;
    use proptest::prelude::proptest;

    #[test]
    fn tags_become_one_word() {
        for (tag, expected) in [
            ("C#", "CSharp"),
            ("F# 程序员", "FSharp程序员"),
            ("C++", "Cpp"),
            ("C++17", "Cpp17"),
            (".NET", "DotNET"),
            ("ASP.NET", "ASPNET"),
            ("Node.js", "Nodejs"),
            ("HTTP/2", "HTTP2"),
            ("новая работа", "НоваяРабота"),
            ("full-stack iOS developer", "FullStackiOSDeveloper"),
            ("rust", "rust"),
            ("深圳 人才·补贴", "深圳人才补贴"),
            ("AI 招聘", "AI招聘"),
            ("snake_case", "snake_case"),
            ("#уже", "уже"),
            ("#话题#", "话题"),
            ("don't panic", "DontPanic"),
            ("cafe\u{301} 🎉", "café"),
            ("straße", "straße"),
            ("5G", "5G"),
        ] {
            assert_eq!(hashtag(tag).as_deref(), Some(expected), "{tag}");
        }
        for tag in ["", "2026", "24/7", "#", "🎉", "___", "+ +", "_1"] {
            assert_eq!(hashtag(tag), None, "{tag}");
        }
    }

    proptest! {
        #[test]
        fn a_hashtag_is_a_word_with_a_letter_and_stays_itself(tag in "\\PC{0,20}|[a-cA#+. /'_字1-]{0,12}") {
            if let Some(word) = hashtag(&tag) {
                assert!(!word.contains('#') && !word.contains(char::is_whitespace), "{word}");
                assert!(word.chars().any(char::is_alphabetic));
                assert_eq!(hashtag(&word).as_deref(), Some(word.as_str()));
            }
        }
    }
}
