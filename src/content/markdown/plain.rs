//! Plain text of a body as it grows: takes stretches of text, gives paragraphs with folded
//! white space.

use super::emphasis::MARK;

/// Plain text.
#[derive(Debug, Default)]
pub(super) struct Plain {
    text: String,
    space: bool,
    line: bool,
    /// While above zero nothing is kept (code blocks, footnotes).
    pub(super) muted: usize,
}

impl Plain {
    /// Adds text.
    pub(super) fn push(&mut self, text: &str) {
        if self.muted > 0 {
            return;
        }
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if c.is_whitespace() || c == MARK {
                self.space |= c != MARK;
                rest = &rest[c.len_utf8()..];
                continue;
            }
            if self.line && !self.text.is_empty() {
                self.text.push('\n');
            } else if self.space && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.space = false;
            self.line = false;
            let (kept, behind) = rest.split_at(stretch(rest).max(c.len_utf8()));
            self.text.push_str(kept);
            rest = behind;
        }
    }

    /// What follows is another paragraph.
    pub(super) fn end_paragraph(&mut self) {
        if self.muted == 0 {
            self.line = true;
        }
    }

    /// The text so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The whole text.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Bytes at the beginning of a text that stay as they are: no mark, and no white space but
/// single spaces between words. Always ends between characters.
fn stretch(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        let is_plain = |byte: &&u8| !MAY_END[usize::from(**byte)];
        at += bytes[at..].iter().take_while(is_plain).count();
        let Some(byte) = bytes.get(at) else {
            return at;
        };
        if ends_stretch(text, at + usize::from(*byte == b' ')) {
            return at;
        }
        at += 1;
    }
}

/// The bytes with which white space and the mark begin, and many other characters.
const MAY_END: [bool; 256] = {
    let mut may_end = [false; 256];
    let mut byte = b'\t';
    while byte <= b'\r' {
        may_end[byte as usize] = true;
        byte += 1;
    }
    may_end[b' ' as usize] = true;
    may_end[0xC2] = true;
    may_end[0xE1] = true;
    may_end[0xE2] = true;
    may_end[0xE3] = true;
    may_end[0xEF] = true;
    may_end
};

/// Whether the text, or what may stay as it is, ends at an offset between characters.
fn ends_stretch(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at) {
        Some(b'!'..=b'~') => false,
        Some(_) => text[at..].starts_with(|c: char| c.is_whitespace() || c == MARK),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{MARK, Plain};
    use proptest::prelude::{Strategy, proptest};
    use proptest::sample::select;

    /// White space folded character by character.
    fn folded(texts: &[String]) -> String {
        let mut folded = String::new();
        let mut space = false;
        for c in texts.concat().chars().filter(|c| *c != MARK) {
            if c.is_whitespace() {
                space = true;
                continue;
            }
            if space && !folded.is_empty() {
                folded.push(' ');
            }
            space = false;
            folded.push(c);
        }
        folded
    }

    fn text() -> impl Strategy<Value = String> {
        let characters = [
            'a', 'ж', '字', '，', '。', 'é', '·', '\u{FDD2}', '😀', ' ', ' ', ' ', '\t', '\n',
            '\u{a0}', '\u{85}', '\u{1680}', '\u{2003}', '\u{3000}', MARK,
        ];
        proptest::collection::vec(select(characters.to_vec()), 0..30)
            .prop_map(|characters| characters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn white_space_is_folded(texts in proptest::collection::vec(text(), 0..5)) {
            let mut plain = Plain::default();
            for text in &texts {
                plain.push(text);
            }
            assert_eq!(plain.finish(), folded(&texts));
        }
    }
}
