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
        for c in text.chars() {
            if c.is_whitespace() {
                self.space = true;
            } else if c != MARK {
                if self.line && !self.text.is_empty() {
                    self.text.push('\n');
                } else if self.space && !self.text.is_empty() {
                    self.text.push(' ');
                }
                self.space = false;
                self.line = false;
                self.text.push(c);
            }
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
