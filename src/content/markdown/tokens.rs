//! Pieces that arrived in prose → HTML and holes: formulas, wikilinks, directives, tags of
//! other generators.

use super::piece::{Chunk, PieceKind};
use super::write::Writer;
use super::{escape, formula};
use crate::content::body::HoleKind;
use crate::diag::{Code, Diagnostic, Position};

impl Writer<'_> {
    /// Writes a piece whose token stood at `base` of the parsed text. `block`: it stands
    /// between blocks; `alone`: it is a paragraph or line by itself.
    pub(super) fn piece(&mut self, number: usize, base: usize, block: bool, alone: bool) {
        let scene = self.scene;
        let Some(piece) = scene.pieces.list.get(number) else {
            return;
        };
        let position = scene.piece_position(number);
        match &piece.kind {
            _ if self.is_inside(&["code", "pre", "script", "style", "textarea"]) => {
                self.push_text(scene.pieces.raw(number));
            }
            PieceKind::Math { tex, display } => self.formula(tex, *display, alone, position),
            PieceKind::Wikilink { .. } if self.links > 0 || self.is_inside(&["a"]) => {
                self.push_text(scene.pieces.raw(number));
            }
            PieceKind::Wikilink {
                target,
                label,
                embed,
            } => {
                let kind = HoleKind::Wikilink {
                    target: target.clone(),
                    label: label.as_deref().map(super::inline_html),
                    embed: *embed,
                    alone: alone && *embed,
                    raw: escape::escaped(scene.pieces.raw(number)),
                };
                if !embed {
                    self.plain.push(label.as_deref().unwrap_or(target));
                }
                self.hole_at(position, kind);
                self.last = None;
            }
            PieceKind::Open(colons, component) if block => {
                self.open_directive(*colons, component.clone(), position);
            }
            PieceKind::Close(colons) if block => {
                if !self.close_directive(*colons, position) {
                    self.literal_line(number);
                }
            }
            PieceKind::Leaf(component) if block => {
                self.begin_block();
                self.component(component.clone(), position);
                self.hole_at(position, HoleKind::Close);
            }
            PieceKind::Tag(chunks) => {
                for chunk in chunks {
                    self.base = base;
                    self.chunk(chunk, position, block, alone);
                }
            }
            PieceKind::Literal if alone => self.literal_line(number),
            _ => self.push_text(scene.pieces.raw(number)),
        }
    }

    /// A line that turned out to be prose.
    fn literal_line(&mut self, number: usize) {
        let scene = self.scene;
        self.begin_block();
        self.enter("<p>", "</p>\n");
        self.push_text(scene.pieces.raw(number));
        self.leave();
        self.end_of_block();
    }

    fn formula(&mut self, tex: &str, display: bool, block: bool, position: Position) {
        self.has_math = true;
        let block = block && display;
        if block {
            self.begin_block();
            self.open_formula();
        }
        self.mathml(tex, display, position);
        self.plain.push(tex);
        self.last = None;
        if block {
            self.out.html.push_str("</div>\n");
            self.end_of_block();
        }
    }

    /// Opens the box of a formula on its own, which a keyboard can scroll.
    pub(super) fn open_formula(&mut self) {
        let name = self.scene.words.formula;
        self.out.html.push_str(&format!(
            "<div class=\"math\" role=\"group\" tabindex=\"0\" aria-label=\"{name}\">"
        ));
    }

    /// A formula as MathML, or its source with a report.
    pub(super) fn mathml(&mut self, tex: &str, display: bool, position: Position) {
        match formula::mathml(tex, display) {
            Ok(mathml) => self.out.html.push_str(&mathml),
            Err(reason) => {
                self.out.html.push_str("<code class=\"invalid-math\">");
                escape::text(tex, &mut self.out.html);
                self.out.html.push_str("</code>");
                self.report(
                    position,
                    Diagnostic::new(
                        Code::InvalidMath,
                        format!("the formula cannot be read: {reason}"),
                    )
                    .hint("mend it, or write `\\$` where a dollar is meant"),
                );
            }
        }
    }

    fn chunk(&mut self, chunk: &Chunk, position: Position, block: bool, alone: bool) {
        match chunk {
            Chunk::Html(html) => self.raw(html, &[]),
            Chunk::Text(text) => self.push_text(text),
            Chunk::Image {
                source,
                alt,
                title,
                attributes,
            } => {
                let kind = HoleKind::Image {
                    source: source.clone(),
                    alt: alt.clone(),
                    title: title.clone(),
                    alone,
                    attributes: attributes.clone(),
                };
                self.hole_at(position, kind);
                if block {
                    self.out.html.push('\n');
                }
            }
            Chunk::Page { target, label } => {
                self.plain.push(label.as_deref().unwrap_or(target));
                let kind = HoleKind::Wikilink {
                    target: target.clone(),
                    label: label.as_deref().map(escape::escaped),
                    embed: false,
                    alone: false,
                    raw: escape::escaped(label.as_deref().unwrap_or(target)),
                };
                self.hole_at(position, kind);
            }
            Chunk::Code { info, code } => {
                self.end_paragraph_before();
                self.begin_block();
                self.code(info, code, position);
            }
        }
        self.last = None;
    }
}
