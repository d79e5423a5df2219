//! Characters that no page may hold: takes the author's text, gives it without control
//! characters and noncharacters, and where the first one stood. Tabs and line ends stay.

use super::source::{Edits, Rewritten};
use crate::content::bytes;
use std::borrow::Cow;

/// What was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dropped {
    /// Offset of the first one.
    pub(super) first: usize,
    /// The first one.
    pub(super) character: char,
    /// How many.
    pub(super) count: usize,
}

/// Leaves out what must not be in a page. The marks that this module's siblings put into the
/// text are noncharacters, so no author can forge them.
pub(super) fn clean(text: &str) -> (Cow<'_, str>, Edits, Option<Dropped>) {
    if bytes::is_surely_clean(text) {
        return (Cow::Borrowed(text), Edits::default(), None);
    }
    let mut rewritten = Rewritten::new(text);
    let mut dropped: Option<Dropped> = None;
    // Every forbidden character begins with one of these bytes.
    let suspicious = |byte: u8| {
        (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))
            || matches!(byte, 0x7F | 0xC2 | 0xEF | 0xF0..=0xF4)
    };
    let mut offset = 0;
    while let Some(found) = text.as_bytes()[offset..]
        .iter()
        .position(|b| suspicious(*b))
    {
        let at = offset + found;
        let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) else {
            break;
        };
        let end = at + character.len_utf8();
        if is_forbidden(character) {
            rewritten.replace(at..end, "");
            let entry = dropped.get_or_insert(Dropped {
                first: at,
                character,
                count: 0,
            });
            entry.count += 1;
        }
        offset = end;
    }
    let (text, edits) = rewritten.finish();
    (text, edits, dropped)
}

fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{84}'
        | '\u{86}'..='\u{9F}' | '\u{FDD0}'..='\u{FDEF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}
