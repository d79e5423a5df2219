//! Footnotes: takes marks and definitions wherever they stand, writes them at the end in the
//! order of their marks, with links back.

use super::write::{Out, Writer};
use std::collections::BTreeMap;

/// Footnotes of a body.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Names in the order of their first marks.
    order: Vec<String>,
    /// Number and marks so far, by name.
    marks: BTreeMap<String, (usize, usize)>,
    definitions: BTreeMap<String, Out>,
    /// Definitions that are being written, with what waits outside of them.
    writing: Vec<(String, Out)>,
}

impl Notes {
    /// Whether a definition is being written.
    pub(super) fn inside(&self) -> bool {
        !self.writing.is_empty()
    }
}

impl Writer<'_> {
    /// The mark of a footnote in the text.
    pub(super) fn footnote_mark(&mut self, name: &str) {
        let next = self.notes.order.len() + 1;
        let (number, marks) = self.notes.marks.entry(name.to_owned()).or_insert((next, 0));
        *marks += 1;
        let (number, mark) = (*number, *marks);
        if mark == 1 {
            self.notes.order.push(name.to_owned());
        }
        let id = self.anchor(&mark_id(number, mark));
        let mark = format!(
            "<sup class=\"footnote-ref\" id=\"{id}\"><a href=\"#fn-{number}\" \
             role=\"doc-noteref\">{number}</a></sup>"
        );
        self.out.html.push_str(&mark);
        self.last = None;
    }

    /// Begins a definition; what is written now goes to the end of the body.
    pub(super) fn begin_note(&mut self, name: &str) {
        self.end_label();
        let outer = std::mem::take(&mut self.out);
        self.notes.writing.push((name.to_owned(), outer));
        self.plain.muted += 1;
        self.enter("", "");
    }

    /// Ends it.
    pub(super) fn end_note(&mut self) {
        self.leave();
        self.plain.muted = self.plain.muted.saturating_sub(1);
        if let Some((name, outer)) = self.notes.writing.pop() {
            let note = std::mem::replace(&mut self.out, outer);
            self.notes.definitions.entry(name).or_insert(note);
        }
    }

    /// Writes all footnotes at the end of the body.
    pub(super) fn write_notes(&mut self) {
        if self.notes.definitions.is_empty() {
            return;
        }
        let words = self.scene.words;
        let mut definitions = std::mem::take(&mut self.notes.definitions);
        let order = std::mem::take(&mut self.notes.order);
        let open = format!(
            "<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"{}\">\n<ol>\n",
            words.footnotes
        );
        self.out.html.push_str(&open);
        for name in order {
            let Some(note) = definitions.remove(&name) else {
                continue;
            };
            let Some((number, marks)) = self.notes.marks.get(&name).copied() else {
                continue;
            };
            let id = self.anchor(&format!("fn-{number}"));
            let mut back = String::new();
            for mark in 1..=marks.min(100) {
                let target = mark_id(number, mark);
                back.push_str(&format!(
                    " <a href=\"#{target}\" class=\"footnote-back\" role=\"doc-backlink\" \
                     aria-label=\"{} {}\">↩</a>",
                    words.back,
                    target.trim_start_matches("fnref-")
                ));
            }
            self.write_note(&format!("<li id=\"{id}\">"), note, &back);
        }
        // A note without a mark is kept: its author may still look for it.
        for (_, note) in definitions {
            self.write_note("<li>", note, "");
        }
        self.out.html.push_str("</ol>\n</section>\n");
    }

    fn write_note(&mut self, open: &str, mut note: Out, back: &str) {
        self.out.html.push_str(open);
        let length = note.html.trim_end().len();
        note.html.truncate(length);
        let paragraph = note.html.ends_with("</p>");
        if paragraph {
            note.html.truncate(length - 4);
        }
        let base = self.out.html.len();
        let end = note.html.len();
        self.out.html.push_str(&note.html);
        self.out
            .holes
            .extend(note.holes.into_iter().map(|mut hole| {
                hole.offset = base + hole.offset.min(end);
                hole
            }));
        self.out.html.push_str(back);
        self.out
            .html
            .push_str(if paragraph { "</p></li>\n" } else { "</li>\n" });
    }
}

fn mark_id(number: usize, mark: usize) -> String {
    if mark == 1 {
        format!("fnref-{number}")
    } else {
        format!("fnref-{number}-{mark}")
    }
}
