//! What others can see of a page: takes two parses of one file, says whether any page, list,
//! link or check but those that show the page's own text could tell them apart.

use super::{LongText, Page};
use crate::diag::Position;
use crate::store::Digest;

impl Page {
    /// Whether nothing but the text itself is different: fields, title, headings, links and
    /// pictures are the same, whatever their places in the text.
    pub fn looks_the_same_to_others(&self, other: &Self) -> bool {
        let blank = |page: &Self| page.body.html.is_blank();
        seen(self) == seen(other) && blank(self) == blank(other)
    }
}

/// The page without what only its own text, its card and its feed entries show.
fn seen(page: &Page) -> Page {
    let mut seen = page.clone();
    seen.hash = Digest::default();
    let body = &mut seen.body;
    body.html = LongText::default();
    body.plain = LongText::default();
    body.digest = Digest::default();
    body.length = Default::default();
    body.beginning.clear();
    body.excerpt = None;
    body.more = None;
    for hole in &mut body.holes {
        hole.offset = 0;
        hole.position = Position::default();
    }
    seen
}
