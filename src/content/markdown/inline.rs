//! Inline events → HTML: text with bare addresses and marks, code spans, links, images, soft
//! breaks between scripts.

use super::emphasis::MARK;
use super::piece::{Part, PieceKind};
use super::plan::Plan;
use super::write::Writer;
use super::{attributes, escape, linkify};
use crate::content::body::HoleKind;
use crate::content::text::joins_without_space;
use crate::diag::Code;
use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

impl Writer<'_> {
    /// A text event.
    pub(super) fn text(
        &mut self,
        plan: &Plan<'_>,
        at: usize,
        text: &str,
        range: &std::ops::Range<usize>,
    ) {
        let skip = plan.skip.get(&at).copied().unwrap_or(0).min(text.len());
        self.running_text(plan, at, text, skip, range.start);
    }

    /// The text of an event from an offset on.
    pub(super) fn running_text(
        &mut self,
        plan: &Plan<'_>,
        at: usize,
        text: &str,
        skip: usize,
        base: usize,
    ) {
        let mut done = skip;
        if let Some(marks) = plan.marks.get(&at) {
            for (offset, opens) in marks {
                if *offset < done {
                    continue;
                }
                self.segment(&text[done..*offset], base + done);
                if *opens {
                    self.enter("<mark>", "</mark>");
                } else {
                    self.leave();
                }
                done = offset + 2;
            }
        }
        self.segment(&text[done..], base + done);
    }

    fn segment(&mut self, text: &str, base: usize) {
        if text.is_empty() {
            return;
        }
        let scene = self.scene;
        if !scene.pieces.any(text) {
            return self.linked(text, base);
        }
        for part in scene.pieces.parts(text) {
            match part {
                Part::Text(offset, text) => self.linked(text, base + offset),
                Part::Piece(number) => self.piece(number, base, false, false),
            }
        }
    }

    /// Text with links for its bare addresses.
    fn linked(&mut self, text: &str, base: usize) {
        let bare = self.links == 0
            && linkify::may_hold(text)
            && !self.is_inside(&["a", "code", "pre", "script", "style", "textarea"]);
        if !bare {
            return self.push_text(text);
        }
        let mut done = 0;
        for address in linkify::find(text) {
            let range = address.range;
            self.push_text(&text[done..range.start]);
            self.out.html.push_str("<a href=\"");
            let url = format!("{}{}", address.scheme, &text[range.clone()]);
            self.hole(base + range.start..base + range.end, HoleKind::Href(url));
            self.out.html.push_str("\">");
            self.push_text(&text[range.clone()]);
            self.out.html.push_str("</a>");
            done = range.end;
        }
        self.push_text(&text[done..]);
    }

    /// Text, escaped.
    pub(super) fn push_text(&mut self, text: &str) {
        escape::text(text, &mut self.out.html);
        self.plain.push(text);
        if let Some(last) = text.chars().rev().find(|c| *c != MARK) {
            self.last = Some(last);
        }
    }

    pub(super) fn code_span(&mut self, code: &str) {
        let scene = self.scene;
        let code = scene.pieces.restore(code);
        self.out.html.push_str("<code>");
        escape::text(&code, &mut self.out.html);
        self.out.html.push_str("</code>");
        self.plain.push(&code);
        self.last = None;
    }

    /// A line end within a paragraph: nothing between wide characters, else white space.
    pub(super) fn soft_break(&mut self, plan: &Plan<'_>, at: usize) {
        let next = self.next_character(plan, at + 1);
        let joined = self
            .last
            .zip(next)
            .is_some_and(|(before, after)| joins_without_space(before, after));
        if !joined {
            self.out.html.push('\n');
            self.plain.push(" ");
        }
    }

    /// The character that a reader sees next, when it is running text.
    fn next_character(&self, plan: &Plan<'_>, from: usize) -> Option<char> {
        for (at, (event, _)) in plan.events.iter().enumerate().skip(from).take(8) {
            match event {
                Event::Start(
                    Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. },
                ) => {}
                Event::Text(text) => {
                    let skip = plan.skip.get(&at).copied().unwrap_or(0);
                    let text = text[skip..].strip_prefix("==").unwrap_or(&text[skip..]);
                    return text.chars().find(|c| *c != MARK);
                }
                _ => return None,
            }
        }
        None
    }

    pub(super) fn link(
        &mut self,
        plan: &Plan<'_>,
        at: usize,
        kind: LinkType,
        url: &str,
        title: &str,
    ) {
        let scene = self.scene;
        let range = plan.events[at].1.clone();
        let mut url = scene.pieces.url(url).into_owned();
        if kind == LinkType::Email && !url.starts_with("mailto:") {
            url.insert_str(0, "mailto:");
        }
        self.links += 1;
        let empty = plan.partner[at] == at + 1;
        if self.is_unsafe(&url, &range) {
            self.enter("<a", "</a>");
        } else {
            self.enter("<a href=\"", "</a>");
            self.hole(range, HoleKind::Href(url.clone()));
            self.out.html.push('"');
        }
        if !title.is_empty() {
            self.out.html.push_str(" title=\"");
            escape::attribute(&scene.pieces.restore(title), &mut self.out.html);
            self.out.html.push('"');
        }
        if let Some(list) = plan.attributes.get(&at) {
            attributes::write(list, &mut self.out.html);
        }
        self.out.html.push('>');
        if empty {
            self.push_text(&url);
        }
    }

    /// Reports a link that would run a program.
    pub(super) fn is_unsafe(&mut self, url: &str, range: &std::ops::Range<usize>) -> bool {
        let scheme: String = url
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control())
            .take(16)
            .flat_map(char::to_lowercase)
            .collect();
        let bad = [
            "javascript:",
            "vbscript:",
            "data:text/html",
            "data:text/htm",
        ]
        .into_iter()
        .find(|bad| scheme.starts_with(bad));
        if let Some(bad) = bad {
            self.warn(
                range.clone(),
                Code::UnsafeLink,
                format!("a link begins with `{bad}`; it is left out"),
                "link to a page or a file",
            );
        }
        bad.is_some()
    }

    /// A markdown image.
    pub(super) fn image(
        &mut self,
        plan: &Plan<'_>,
        at: usize,
        url: &str,
        title: &str,
        alone: bool,
    ) {
        let scene = self.scene;
        let range = plan.events[at].1.clone();
        let alt = self.text_of(plan, at + 1..plan.partner[at]);
        let source = scene.pieces.url(url).into_owned();
        if alt.is_empty() && title.is_empty() && !self.is_in_worded_link(plan, at) {
            self.warn(
                range.clone(),
                Code::MissingAlt,
                format!("the image `{}` has no description", shortened(&source)),
                "write what it shows between the square brackets",
            );
        }
        let kind = HoleKind::Image {
            source,
            alt,
            title: (!title.is_empty()).then(|| scene.pieces.restore(title).into_owned()),
            alone,
            attributes: plan.attributes.get(&at).cloned().unwrap_or_default(),
        };
        self.hole(range, kind);
        self.last = None;
    }

    /// Whether the image stands in a link that has text too.
    fn is_in_worded_link(&self, plan: &Plan<'_>, at: usize) -> bool {
        if self.links == 0 {
            return false;
        }
        let worded = |event: &Event<'_>| match event {
            Event::Text(text) => Some(!text.trim().is_empty()),
            Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link) => Some(false),
            _ => None,
        };
        let before = plan.events[..at].iter().rev().take(20);
        let after = plan.events[plan.partner[at]..].iter().take(20);
        before.map(|(event, _)| event).find_map(worded) == Some(true)
            || after.map(|(event, _)| event).find_map(worded) == Some(true)
    }

    /// A paragraph that is one image or one embed: it becomes a block.
    pub(super) fn alone(&mut self, plan: &Plan<'_>, at: usize) -> Option<usize> {
        let end = plan.partner[at];
        match &plan.events.get(at + 1)?.0 {
            Event::Start(Tag::Image {
                dest_url, title, ..
            }) => {
                let after = plan.partner[at + 1] + 1;
                let rest_is_list = after + 1 == end
                    && match &plan.events[after].0 {
                        Event::Text(text) => {
                            let skip = plan.skip.get(&after).copied().unwrap_or(0);
                            text[skip..].trim_matches(MARK).trim().is_empty()
                        }
                        _ => false,
                    };
                if after != end && !rest_is_list {
                    return None;
                }
                self.image(plan, at + 1, dest_url, title, true);
            }
            Event::Text(text) if end == at + 2 && self.scene.pieces.any(text) => {
                let [Part::Piece(number)] = self.scene.pieces.parts(text.trim())[..] else {
                    return None;
                };
                let embed = matches!(
                    self.scene.pieces.list.get(number).map(|piece| &piece.kind),
                    Some(PieceKind::Wikilink { embed: true, .. })
                );
                if !embed {
                    return None;
                }
                self.piece(number, plan.events[at + 1].1.start, true, true);
            }
            _ => return None,
        }
        self.out.html.push('\n');
        self.end_of_block();
        Some(end + 1)
    }
}

/// The first characters of a long URL.
fn shortened(url: &str) -> String {
    if url.chars().count() <= 60 {
        return url.to_owned();
    }
    url.chars().take(57).chain("...".chars()).collect()
}
