//! Events → HTML with holes: takes a plan, writes blocks. Inline events are written by
//! [`super::inline`], raw HTML by [`super::raw`], the rest by siblings; this file holds the
//! state that they share and the walk over the events. No recursion over the author's
//! nesting, so that no text can overflow the stack.

use super::alert::Words;
use super::balance::{Floor, Opened};
use super::headings::Ids;
use super::piece::Pieces;
use super::plain::Plain;
use super::plan::Plan;
use super::source::{Edits, Locator};
use super::tables::Table;
use super::{Input, footnotes::Notes};
use crate::content::body::{Heading, Hole, HoleKind};
use crate::diag::{Code, Diagnostic, Place, Position};
use pulldown_cmark::{Event, Tag, TagEnd};
use std::ops::Range;
use std::sync::Arc;

/// What stays the same while a body is written.
pub(super) struct Scene<'s> {
    /// What was asked for.
    pub(super) input: &'s Input<'s>,
    /// Pieces that were taken out of the source.
    pub(super) pieces: &'s Pieces<'s>,
    /// From the parsed text back to the author's, the last rewriting first.
    pub(super) ways: [&'s Edits; 3],
    /// Lines and columns in the author's text.
    pub(super) locator: &'s Locator<'s>,
    /// Words in the page's language.
    pub(super) words: Words,
}

/// HTML and its holes.
#[derive(Debug, Default)]
pub(super) struct Out {
    /// HTML.
    pub(super) html: String,
    /// Holes in the order of their offsets.
    pub(super) holes: Vec<Hole>,
}

/// Everything that grows while a body is written.
pub(super) struct Writer<'s> {
    pub(super) scene: &'s Scene<'s>,
    pub(super) out: Out,
    pub(super) plain: Plain,
    pub(super) floors: Vec<Floor>,
    pub(super) open: Vec<Opened>,
    pub(super) headings: Vec<Heading>,
    /// Written and given level of the headings above the current place.
    pub(super) outline: Vec<(u8, u8)>,
    pub(super) ids: Ids,
    pub(super) anchors: Vec<String>,
    pub(super) notes: Notes,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) title: Option<String>,
    pub(super) more: Option<usize>,
    pub(super) more_wanted: bool,
    pub(super) excerpt: Option<String>,
    pub(super) has_code: bool,
    pub(super) has_math: bool,
    /// Open links.
    pub(super) links: usize,
    /// The last character of running text, for the next soft break.
    pub(super) last: Option<char>,
    /// Where raw HTML that has no offsets of its own comes from.
    pub(super) base: usize,
    pub(super) tables: Vec<Table>,
}

impl<'s> Writer<'s> {
    pub(super) fn new(scene: &'s Scene<'s>, capacity: usize) -> Self {
        Self {
            scene,
            out: Out {
                html: String::with_capacity(capacity),
                holes: Vec::new(),
            },
            plain: Plain::default(),
            floors: Vec::new(),
            open: Vec::new(),
            headings: Vec::new(),
            outline: Vec::new(),
            ids: Ids::default(),
            anchors: Vec::new(),
            notes: Notes::default(),
            diagnostics: Vec::new(),
            title: None,
            more: None,
            more_wanted: false,
            excerpt: None,
            has_code: false,
            has_math: false,
            links: 0,
            last: None,
            base: 0,
            tables: Vec::new(),
        }
    }

    /// Writes all events.
    pub(super) fn run(&mut self, plan: &Plan<'_>) {
        let mut at = 0;
        while at < plan.events.len() {
            at = self.step(plan, at);
            self.settle_more();
        }
    }

    /// Writes one event; gives the index of the next one.
    pub(super) fn step(&mut self, plan: &Plan<'_>, at: usize) -> usize {
        let (event, range) = &plan.events[at];
        if plan.dropped.contains(&at) {
            return at + 1;
        }
        match event {
            Event::Start(tag) => return self.start(plan, at, tag, range),
            Event::End(tag) => self.end(*tag),
            Event::Text(text) => self.text(plan, at, text, range),
            Event::Code(code) => self.code_span(code),
            Event::InlineHtml(html) | Event::Html(html) => {
                self.raw(html, &[(0, range.start)]);
            }
            Event::FootnoteReference(name) => self.footnote_mark(name),
            Event::SoftBreak => self.soft_break(plan, at),
            Event::HardBreak => {
                self.out.html.push_str("<br>\n");
                self.plain.push(" ");
                self.last = None;
            }
            Event::Rule => {
                self.begin_block();
                self.out.html.push_str("<hr>\n");
            }
            Event::TaskListMarker(checked) => self.checkbox(*checked),
            Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
        at + 1
    }

    fn start(&mut self, plan: &Plan<'_>, at: usize, tag: &Tag<'_>, range: &Range<usize>) -> usize {
        let attributes = plan.attributes.get(&at).map_or(&[][..], Vec::as_slice);
        match tag {
            Tag::Paragraph => return self.paragraph(plan, at),
            Tag::Heading {
                level, id, classes, ..
            } => {
                let given = id.as_deref();
                return self.heading(plan, at, *level as u8, given, classes, attributes);
            }
            Tag::BlockQuote(_) => {
                if let Some(next) = self.alert(plan, at) {
                    return next;
                }
                self.begin_block();
                self.enter_with("<blockquote", attributes, ">\n", "</blockquote>\n");
            }
            Tag::CodeBlock(kind) => {
                self.begin_block();
                return self.code_block(plan, at, kind, range);
            }
            Tag::HtmlBlock => return self.html_block(plan, at),
            Tag::List(None) => {
                self.begin_block();
                self.enter_with("<ul", attributes, ">\n", "</ul>\n");
            }
            Tag::List(Some(first)) => {
                self.begin_block();
                let start = match first {
                    1 => String::new(),
                    first => format!(" start=\"{first}\""),
                };
                self.enter_with(&format!("<ol{start}"), attributes, ">\n", "</ol>\n");
            }
            Tag::Item => {
                self.begin_block();
                let task = plan.events[at + 1..]
                    .iter()
                    .take(2)
                    .find(|(event, _)| !matches!(event, Event::Start(Tag::Paragraph)))
                    .is_some_and(|(event, _)| matches!(event, Event::TaskListMarker(_)));
                self.enter(if task { "<li class=\"task\">" } else { "<li>" }, "</li>\n");
            }
            Tag::FootnoteDefinition(name) => self.begin_note(name),
            Tag::DefinitionList => {
                self.begin_block();
                self.enter("<dl>\n", "</dl>\n");
            }
            Tag::DefinitionListTitle => {
                self.begin_block();
                self.enter("<dt>", "</dt>\n");
            }
            Tag::DefinitionListDefinition => {
                self.begin_block();
                self.enter("<dd>", "</dd>\n");
            }
            Tag::Table(alignments) => self.begin_table(alignments, attributes),
            Tag::TableHead => self.begin_head(),
            Tag::TableRow => self.begin_row(),
            Tag::TableCell => self.cell(),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => self.link(plan, at, *link_type, dest_url, title),
            Tag::Image {
                dest_url, title, ..
            } => {
                self.image(plan, at, dest_url, title, false);
                return plan.partner[at] + 1;
            }
            Tag::Emphasis => self.enter("<em>", "</em>"),
            Tag::Strong => self.enter("<strong>", "</strong>"),
            Tag::Strikethrough => {
                // `1~2天，3~4天` holds ranges: only two tildes strike out.
                let double = self.scene_text_is_double_tilde(plan, at);
                if double {
                    self.enter("<del>", "</del>");
                } else {
                    self.push_text("~");
                    self.enter("", "");
                    if let Some(floor) = self.floors.last_mut() {
                        floor.single_tilde = true;
                    }
                }
            }
            Tag::Superscript => self.enter("<sup>", "</sup>"),
            Tag::Subscript => self.enter("<sub>", "</sub>"),
            Tag::MetadataBlock(_) => return plan.partner[at] + 1,
        }
        at + 1
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Table => self.end_table(),
            TagEnd::TableHead => self.end_head(),
            TagEnd::FootnoteDefinition => self.end_note(),
            TagEnd::Link => {
                self.links = self.links.saturating_sub(1);
                self.leave();
            }
            TagEnd::Strikethrough => {
                let single = self.floors.last().is_some_and(|floor| floor.single_tilde);
                self.leave();
                if single {
                    self.push_text("~");
                }
            }
            TagEnd::HtmlBlock | TagEnd::CodeBlock | TagEnd::Image | TagEnd::MetadataBlock(_) => {}
            TagEnd::TableCell => {
                self.plain.push(" ");
                self.leave();
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Superscript | TagEnd::Subscript => {
                self.leave()
            }
            _ => {
                self.end_label();
                self.leave();
                self.end_of_block();
            }
        }
    }

    fn paragraph(&mut self, plan: &Plan<'_>, at: usize) -> usize {
        self.begin_block();
        if let Some(next) = self.alone(plan, at) {
            return next;
        }
        let attributes = plan.attributes.get(&at).map_or(&[][..], Vec::as_slice);
        self.enter_with("<p", attributes, ">", "</p>\n");
        if let Some(floor) = self.floors.last_mut() {
            floor.paragraph = true;
        }
        at + 1
    }

    fn checkbox(&mut self, checked: bool) {
        let checked = if checked { " checked" } else { "" };
        self.enter(
            &format!("<label><input type=\"checkbox\" disabled{checked}> "),
            "</label>",
        );
        if let Some(floor) = self.floors.last_mut() {
            floor.label = true;
        }
    }

    /// Closes the label of a task, which holds the task's own line only.
    pub(super) fn end_label(&mut self) {
        if self.floors.last().is_some_and(|floor| floor.label) {
            self.leave();
        }
    }

    /// To be called before a block is written.
    pub(super) fn begin_block(&mut self) {
        self.end_label();
        self.end_of_block();
    }

    /// To be called after a block was written.
    pub(super) fn end_of_block(&mut self) {
        self.plain.end_paragraph();
        self.last = None;
    }

    /// Opens a hole at the end of what was written.
    pub(super) fn hole(&mut self, range: Range<usize>, kind: HoleKind) {
        let position = self.scene.position(range);
        self.hole_at(position, kind);
    }

    /// Opens a hole that came from a position.
    pub(super) fn hole_at(&mut self, position: Position, kind: HoleKind) {
        self.out.holes.push(Hole {
            offset: self.out.html.len(),
            position,
            kind,
        });
    }

    /// Reports a mistake.
    pub(super) fn report(&mut self, position: Position, diagnostic: Diagnostic) {
        let place = Place::at(Arc::clone(self.scene.input.file), position);
        self.diagnostics.push(diagnostic.at(place));
    }

    /// `<!-- more -->` was met.
    pub(super) fn want_more(&mut self) {
        if self.more.is_none() && !self.more_wanted && !self.notes.inside() {
            self.more_wanted = true;
            self.excerpt = Some(self.plain.text().to_owned());
        }
    }

    pub(super) fn settle_more(&mut self) {
        if self.more_wanted && self.floors.is_empty() && self.open.is_empty() {
            self.more_wanted = false;
            self.more = Some(self.out.html.len());
        }
    }

    /// Reports a mistake at a range of the parsed text.
    pub(super) fn warn(&mut self, range: Range<usize>, code: Code, message: String, hint: &str) {
        let position = self.scene.position(range);
        self.report(position, Diagnostic::new(code, message).hint(hint));
    }

    fn scene_text_is_double_tilde(&self, plan: &Plan<'_>, at: usize) -> bool {
        // The parser gives one tag to `~` and `~~`; the range of the first event inside tells.
        let outer = &plan.events[at].1;
        plan.events
            .get(at + 1)
            .is_some_and(|(_, inner)| inner.start >= outer.start + 2)
    }
}

impl Scene<'_> {
    /// The position of a range of the parsed text.
    pub(super) fn position(&self, range: Range<usize>) -> Position {
        let back = |offset| {
            self.ways
                .iter()
                .fold(offset, |offset, way| way.back(offset))
        };
        self.locator.position(back(range.start)..back(range.end))
    }

    /// The position of a piece.
    pub(super) fn piece_position(&self, number: usize) -> Position {
        let range = self
            .pieces
            .list
            .get(number)
            .map_or(0..0, |piece| piece.range.clone());
        // Pieces were taken out of the text that only the first rewriting had touched.
        let clean = self.ways[2];
        self.locator
            .position(clean.back(range.start)..clean.back(range.end))
    }
}
