//! Lines of a calendar: names and values in, text out with CRLF, escapes, and folds after at
//! most 75 octets that never split a character.

use crate::render::sanitise;

const MOST_OCTETS: usize = 75;

/// Lines written so far.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A value that has its own syntax (a date, a URL, a word).
    pub(super) fn plain(&mut self, name: &str, value: &str) {
        let mut line = String::with_capacity(name.len() + value.len() + 1);
        line.push_str(name);
        line.push(':');
        line.extend(value.chars().filter(|character| !character.is_control()));
        self.fold(&line);
    }

    /// A text: backslash, semicolon, comma and line feed are escaped.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let mut line = format!("{name}:");
        for character in sanitise::text(value).chars() {
            match character {
                '\\' | ';' | ',' => {
                    line.push('\\');
                    line.push(character);
                }
                '\n' => line.push_str("\\n"),
                _ => line.push(character),
            }
        }
        self.fold(&line);
    }

    /// The whole text.
    pub(super) fn finish(self) -> String {
        self.0
    }

    fn fold(&mut self, line: &str) {
        let mut octets = 0;
        for character in line.chars() {
            if octets + character.len_utf8() > MOST_OCTETS {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(character);
            octets += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn folds_keep_within_the_limit_and_lose_nothing(value in any::<String>()) {
            let mut lines = Lines::default();
            lines.text("SUMMARY", &value);
            let text = lines.finish();
            assert!(text.ends_with("\r\n"));
            for line in text.split("\r\n") {
                assert!(line.len() <= 75);
            }
            let unfolded = text.replace("\r\n ", "");
            let read = unfolded
                .trim_end_matches("\r\n")
                .strip_prefix("SUMMARY:")
                .unwrap()
                .replace("\\\\", "\u{1}")
                .replace("\\;", ";")
                .replace("\\,", ",")
                .replace("\\n", "\n")
                .replace('\u{1}', "\\");
            assert_eq!(read, crate::render::sanitise::text(&value));
        }
    }
}
