//! Elements that close what they open: takes the writer's own elements, raw tags and
//! directives as they come, and keeps their tree well-formed, so that no body can close the
//! page around it. A raw end tag closes only what was opened in the same block; what a block
//! leaves open is closed with it.

use super::write::Writer;
use super::{attributes, raw};
use crate::content::body::{Component, FILE_ATTRIBUTES, HoleKind, LINK_ATTRIBUTES};
use crate::diag::{Code, Diagnostic, Position};

/// An element of the writer itself.
#[derive(Debug)]
pub(super) struct Floor {
    /// Number of open things below it.
    height: usize,
    close: &'static str,
    /// A `<p>`, which a block inside of it ends.
    pub(super) paragraph: bool,
    /// The label of a task.
    pub(super) label: bool,
    /// Text between single tildes.
    pub(super) single_tilde: bool,
}

/// Something that the author opened.
#[derive(Debug)]
pub(super) enum Opened {
    /// A raw element.
    Element(String),
    /// A directive: number of colons, name, where.
    Directive(usize, String, Position),
}

/// Elements nested deeper than this are left out (their content stays): no browser shows more.
const DEEPEST: usize = 256;

/// Elements whose end tag may be left out.
const OPTIONAL_END: &[&str] = &[
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup",
    "colgroup", "caption", "rt", "rp",
];

impl Writer<'_> {
    /// Opens an element of the writer.
    pub(super) fn enter(&mut self, open: &str, close: &'static str) {
        let deep = self.floors.len() >= DEEPEST && is_nestable(close);
        if !deep {
            self.out.html.push_str(open);
        }
        self.floors.push(Floor {
            height: self.open.len(),
            close: if deep { "" } else { close },
            paragraph: false,
            label: false,
            single_tilde: false,
        });
    }

    /// Opens an element with the author's attributes.
    pub(super) fn enter_with(
        &mut self,
        open: &str,
        list: &[(String, String)],
        end: &str,
        close: &'static str,
    ) {
        if list.is_empty() {
            let mut whole = String::with_capacity(open.len() + end.len());
            whole.push_str(open);
            whole.push_str(end);
            return self.enter(&whole, close);
        }
        let mut whole = open.to_owned();
        let mut kept = Vec::with_capacity(list.len());
        for (name, value) in list {
            if name == "id" {
                kept.push((name.clone(), self.anchor(value)));
            } else {
                kept.push((name.clone(), value.clone()));
            }
        }
        attributes::write(&kept, &mut whole);
        whole.push_str(end);
        self.enter(&whole, close);
    }

    /// Closes the last element of the writer and what the author left open in it.
    pub(super) fn leave(&mut self) {
        if let Some(floor) = self.floors.pop() {
            self.close_above(floor.height);
            self.out.html.push_str(floor.close);
            if floor.paragraph && floor.close.is_empty() && !self.out.html.ends_with('\n') {
                self.out.html.push('\n');
            }
        }
    }

    /// Closes everything.
    pub(super) fn close_all(&mut self) {
        while !self.floors.is_empty() {
            self.leave();
        }
        self.close_above(0);
    }

    fn close_above(&mut self, height: usize) {
        while self.open.len() > height {
            match self.open.pop() {
                Some(Opened::Element(name)) => {
                    self.close_element(&name);
                    self.unmute(&name);
                }
                Some(Opened::Directive(colons, name, position)) => {
                    self.report(
                        position,
                        Diagnostic::new(
                            Code::UnclosedDirective,
                            format!("`:::{name}` is never closed"),
                        )
                        .hint(format!(
                            "write `{}` on a line of its own where it ends",
                            ":".repeat(colons.min(40))
                        )),
                    );
                    self.hole_at(position, HoleKind::Close);
                }
                None => {}
            }
        }
    }

    fn close_element(&mut self, name: &str) {
        if !OPTIONAL_END.contains(&name) {
            self.out.html.push_str("</");
            self.out.html.push_str(name);
            self.out.html.push('>');
        }
    }

    fn floor_height(&self) -> usize {
        self.floors.last().map_or(0, |floor| floor.height)
    }

    fn unmute(&mut self, name: &str) {
        if raw::is_mute(name) {
            self.plain.muted = self.plain.muted.saturating_sub(1);
        }
    }

    /// Notes a raw start tag; false when it is nested too deeply to be written.
    pub(super) fn open_element(&mut self, name: &str) -> bool {
        if self.open.len() >= DEEPEST {
            return false;
        }
        self.open.push(Opened::Element(name.to_owned()));
        if raw::is_mute(name) {
            self.plain.muted += 1;
        }
        true
    }

    /// What a block element ends by its mere begin: the paragraph around it.
    pub(super) fn end_paragraph_before(&mut self) {
        if let Some(Opened::Element(name)) = self.open.last()
            && name == "p"
            && self.open.len() > self.floor_height()
        {
            self.open.pop();
        }
        let height = self.open.len();
        if let Some(floor) = self.floors.last_mut()
            && floor.paragraph
            && floor.height == height
            && !floor.close.is_empty()
        {
            floor.close = "";
            if self.out.html.ends_with("<p>") {
                let length = self.out.html.len() - 3;
                let held = self
                    .out
                    .holes
                    .last()
                    .is_some_and(|hole| hole.offset > length);
                if !held {
                    self.out.html.truncate(length);
                    return;
                }
            }
            self.out.html.push_str("</p>\n");
        }
    }

    /// Writes a raw end tag if it closes something of this block (or of the block around a
    /// paragraph); drops it otherwise.
    pub(super) fn end_element(&mut self, name: &str) {
        let floor = self.floor_height();
        let in_paragraph = self.floors.last().is_some_and(|floor| floor.paragraph);
        let lowest = if in_paragraph {
            self.floors
                .len()
                .checked_sub(2)
                .and_then(|at| self.floors.get(at))
                .map_or(0, |floor| floor.height)
        } else {
            floor
        };
        let mut found = None;
        for (at, opened) in self.open.iter().enumerate().skip(lowest).rev() {
            match opened {
                Opened::Element(open) if open == name => {
                    found = Some(at);
                    break;
                }
                Opened::Element(_) => {}
                Opened::Directive(..) => break,
            }
        }
        let Some(at) = found else {
            return;
        };
        if at < floor {
            // `<div>`, a blank line, `text</div>`: the paragraph ends before its container.
            self.close_above(floor);
            if let Some(floor) = self.floors.last_mut() {
                self.out.html.push_str(floor.close);
                floor.close = "";
                floor.height = at;
            }
        }
        self.close_above(at + 1);
        self.open.pop();
        self.unmute(name);
        self.out.html.push_str("</");
        self.out.html.push_str(name);
        self.out.html.push('>');
    }

    /// Whether an element of this name is open around the current place.
    pub(super) fn is_inside(&self, names: &[&str]) -> bool {
        // Only the innermost few matter: nobody writes formulas ten elements below `<pre>`.
        self.open.iter().rev().take(10).any(|opened| match opened {
            Opened::Element(name) => names.contains(&name.as_str()),
            Opened::Directive(..) => false,
        })
    }

    /// Opens a directive.
    pub(super) fn open_directive(&mut self, colons: usize, component: Component, at: Position) {
        if self.open.len() >= DEEPEST {
            return;
        }
        self.begin_block();
        let name = component.name.clone();
        self.component(component, at);
        self.open.push(Opened::Directive(colons, name, at));
    }

    /// Writes the holes of a component's begin: its own, and those of its addresses.
    pub(super) fn component(&mut self, component: Component, at: Position) {
        let addresses: Vec<HoleKind> = component
            .attributes
            .iter()
            .filter(|(name, _)| {
                LINK_ATTRIBUTES.contains(&name.as_str()) || FILE_ATTRIBUTES.contains(&name.as_str())
            })
            .map(|(name, value)| HoleKind::Attribute {
                name: name.clone(),
                value: value.clone(),
            })
            .collect();
        self.hole_at(at, HoleKind::Open(component));
        for address in addresses {
            self.hole_at(at, address);
        }
    }

    /// Closes a directive: the innermost one with as many colons, else the innermost one that
    /// has fewer. False when there is none.
    pub(super) fn close_directive(&mut self, colons: usize, at: Position) -> bool {
        let floor = self.floor_height();
        let mut same = None;
        let mut fewer = None;
        for (index, opened) in self.open.iter().enumerate().skip(floor).rev() {
            if let Opened::Directive(open, ..) = opened {
                if *open == colons {
                    same = Some(index);
                    break;
                }
                if *open < colons && fewer.is_none() {
                    fewer = Some(index);
                }
            }
        }
        let Some(index) = same.or(fewer) else {
            return false;
        };
        self.begin_block();
        self.close_above(index + 1);
        self.open.pop();
        self.hole_at(at, HoleKind::Close);
        true
    }
}

fn is_nestable(close: &str) -> bool {
    matches!(
        close.trim_end(),
        "</blockquote>"
            | "</ul>"
            | "</ol>"
            | "</li>"
            | "</em>"
            | "</strong>"
            | "</del>"
            | "</dl>"
            | "</dd>"
            | "</dt>"
    )
}
