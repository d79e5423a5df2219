//! Headings: takes their text, gives ids that keep every script's letters, and levels without
//! a gap below the page's own `<h1>`.

use super::piece::{Part, PieceKind};
use super::plan::Plan;
use super::write::Writer;
use super::{attributes, escape};
use crate::content::body::Heading;
use crate::content::text::letters;
use pulldown_cmark::{CowStr, Event, Tag};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The ids of a body.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: BTreeSet<String>,
    next: BTreeMap<String, usize>,
}

impl Ids {
    /// Takes an id; adds `-2`, `-3` … when it is taken.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        if self.taken.insert(wanted.to_owned()) {
            return wanted.to_owned();
        }
        let next = self.next.entry(wanted.to_owned()).or_insert(2);
        loop {
            let id = format!("{wanted}-{next}");
            *next += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }

    /// Whether an id is new; it is taken now.
    pub(super) fn claim(&mut self, id: &str) -> bool {
        self.taken.insert(id.to_owned())
    }
}

/// Letters and digits of every script in lower case, `-` for spaces and between words.
pub(super) fn id(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_alphanumeric() || c == '_' || is_mark(c) {
            id.extend(c.to_lowercase());
        } else if (c.is_whitespace() || c == '-') && !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.truncate(id.trim_end_matches('-').len());
    if id.is_empty() {
        id.push_str("section");
    }
    id
}

/// Combining marks belong to the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{3099}' | '\u{309A}')
}

impl Writer<'_> {
    /// An id of the author for something that is no heading, made unique.
    pub(super) fn anchor(&mut self, wanted: &str) -> String {
        let id = self.ids.take(wanted);
        self.anchors.push(id.clone());
        id
    }

    /// Writes a heading's start; gives the index of the next event to write.
    pub(super) fn heading(
        &mut self,
        plan: &Plan<'_>,
        at: usize,
        written: u8,
        given: Option<&str>,
        classes: &[CowStr<'_>],
        list: &[(String, String)],
    ) -> usize {
        self.begin_block();
        let end = plan.partner[at];
        let text = self.text_of(plan, at + 1..end);
        let listed = list.iter().find(|(name, _)| name == "id");
        let wanted = match given.or(listed.map(|(_, id)| id.as_str())) {
            Some(given) => self.scene.pieces.restore(given).into_owned(),
            None => id(&text),
        };
        if plan.first_h1 == Some(at) && self.is_title(&text) {
            self.title = Some(text);
            // The page prints the title; a link to this heading still arrives.
            let target = format!("#{wanted}");
            let linked = plan.events.iter().any(|(event, _)| {
                matches!(event, Event::Start(Tag::Link { dest_url, .. }) if **dest_url == *target)
            });
            if linked && self.ids.claim(&wanted) {
                self.out.html.push_str("<span id=\"");
                escape::attribute(&wanted, &mut self.out.html);
                self.out.html.push_str("\"></span>\n");
                self.anchors.push(wanted);
            }
            return end + 1;
        }
        let id = self.ids.take(&wanted);
        let level = self.level(written);
        let mut open = format!("<h{level} id=\"");
        escape::attribute(&id, &mut open);
        open.push('"');
        let mut class = classes.join(" ");
        let mut rest = Vec::new();
        for (name, value) in list {
            match name.as_str() {
                "id" => {}
                "class" => class = format!("{class} {value}").trim().to_owned(),
                _ => rest.push((name.clone(), value.clone())),
            }
        }
        if !class.is_empty() {
            rest.insert(0, ("class".to_owned(), class));
        }
        attributes::write(&rest, &mut open);
        open.push('>');
        let close = ["</h2>\n", "</h3>\n", "</h4>\n", "</h5>\n", "</h6>\n"];
        self.enter(&open, close[usize::from(level.clamp(2, 6)) - 2]);
        // Headings are told apart from the text: a summary should not begin with one.
        self.plain.muted += 1;
        self.headings.push(Heading { level, id, text });
        let mut next = at + 1;
        while next < end {
            next = self.step(plan, next);
        }
        self.plain.muted -= 1;
        self.leave();
        self.end_of_block();
        end + 1
    }

    fn is_title(&self, text: &str) -> bool {
        match self.scene.input.title {
            None => !text.is_empty(),
            Some(title) => letters(title) == letters(text),
        }
    }

    /// The level below the heading above: the page's title is level 1, and no level is
    /// skipped, whatever levels the author likes.
    pub(super) fn level(&mut self, written: u8) -> u8 {
        while self
            .outline
            .last()
            .is_some_and(|(above, _)| *above >= written)
        {
            self.outline.pop();
        }
        let level = self
            .outline
            .last()
            .map_or(2, |(_, level)| (level + 1).min(6));
        self.outline.push((written, level));
        level
    }

    /// The plain text of a range of events.
    pub(super) fn text_of(&self, plan: &Plan<'_>, range: Range<usize>) -> String {
        let mut text = String::new();
        for at in range {
            match &plan.events[at].0 {
                Event::Text(part) => {
                    let skip = plan.skip.get(&at).copied().unwrap_or(0);
                    let mut part = part.to_string();
                    for (offset, _) in plan.marks.get(&at).into_iter().flatten().rev() {
                        part.replace_range(*offset..*offset + 2, "");
                    }
                    for part in self.scene.pieces.parts(&part[skip..]) {
                        match part {
                            Part::Text(_, part) => escape::verbatim(part, &mut text),
                            Part::Piece(number) => text.push_str(self.piece_text(number)),
                        }
                    }
                }
                Event::Code(code) => text.push_str(&self.scene.pieces.restore(code)),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn piece_text(&self, number: usize) -> &str {
        match self.scene.pieces.list.get(number).map(|piece| &piece.kind) {
            Some(PieceKind::Math { tex, .. }) => tex,
            Some(PieceKind::Wikilink { target, label, .. }) => label.as_deref().unwrap_or(target),
            Some(PieceKind::Tag(_)) => "",
            _ => self.scene.pieces.raw(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ids, id};

    #[test]
    fn ids_keep_letters_of_every_script() {
        assert_eq!(id("一、背景 与 目标！"), "一背景-与-目标");
        assert_eq!(id("Как найти Работу?"), "как-найти-работу");
        assert_eq!(id("C++ & C#  2.0"), "c-c-20");
        assert_eq!(id("！？"), "section");
        let mut ids = Ids::default();
        assert_eq!(ids.take("a"), "a");
        assert_eq!(ids.take("a-2"), "a-2");
        assert_eq!(ids.take("a"), "a-3");
        assert_eq!(ids.take("a"), "a-4");
    }
}
