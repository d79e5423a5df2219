//! Raw HTML: takes what the author wrote, writes it with holes for its URLs and leaves all
//! else as it is. Comments go, tags that would break the page around the body go, and the
//! page's own heading level stays the page's.

use super::piece::Part;
use super::write::Writer;
use super::{escape, tag};
use crate::content::body::HoleKind;
use tag::{Attribute, Token};

/// Elements that only a whole document may hold; their content stays.
const DOCUMENT: &[&str] = &[
    "html",
    "head",
    "body",
    "base",
    "frameset",
    "frame",
    "plaintext",
    "meta",
];

const VOID: &[&str] = &[
    "area", "br", "col", "embed", "hr", "img", "input", "link", "param", "source", "track", "wbr",
];

/// Elements that end a paragraph and stand on their own.
const BLOCK: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dd",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "ul",
];

/// Parts of tables and the like: text of neighbours is apart, but no paragraph ends.
const APART: &[&str] = &[
    "td", "th", "tr", "br", "tbody", "thead", "caption", "option",
];

/// Elements whose text is not for readers.
const MUTE: &[&str] = &[
    "script", "style", "pre", "template", "svg", "textarea", "noscript", "math",
];

impl Writer<'_> {
    /// Writes raw HTML. `map` leads from offsets of `html` to the parsed text, ascending; an
    /// empty one means that all of it comes from `base`.
    pub(super) fn raw(&mut self, html: &str, map: &[(usize, usize)]) {
        let base = self.base;
        let place = |offset: usize| {
            if map.is_empty() {
                return base;
            }
            let at = map.partition_point(|(from, _)| *from <= offset).max(1) - 1;
            map.get(at)
                .map_or(0, |(from, to)| to + (offset - from.min(&offset)))
        };
        for token in tag::tokens(html) {
            match token {
                Token::Text(offset, text) => self.raw_text(text, place(offset)),
                Token::Verbatim(text) => self.verbatim(text),
                Token::Comment(text) => self.comment(text),
                Token::Instruction(offset, text) => self.instruction(text, place(offset)),
                Token::End(name) => {
                    let name = renamed(&name);
                    self.boundary(name);
                    if !DOCUMENT.contains(&name) && !VOID.contains(&name) {
                        self.end_element(name);
                    }
                }
                Token::Start {
                    offset,
                    name,
                    attributes,
                    closed,
                    end,
                } => {
                    let range = place(offset)..place(end);
                    self.start_tag(renamed(&name), &attributes, closed, range);
                }
            }
        }
        self.last = None;
    }

    fn raw_text(&mut self, text: &str, base: usize) {
        let scene = self.scene;
        let shown = !self.is_inside(&["script", "style"]);
        for part in scene.pieces.parts(text) {
            match part {
                Part::Text(_, text) => {
                    escape::verbatim(text, &mut self.out.html);
                    if shown {
                        self.plain.push(&escape::decode(text));
                    }
                }
                Part::Piece(number) => self.piece(number, base, true, false),
            }
        }
    }

    fn verbatim(&mut self, text: &str) {
        let scene = self.scene;
        self.out.html.push_str(&scene.pieces.restore(text));
    }

    /// Comments are for authors. `<!-- more -->` and Hexo's tabs mean something.
    fn comment(&mut self, text: &str) {
        let text = text.trim();
        if text.eq_ignore_ascii_case("more") {
            self.want_more();
        } else if let Some(name) = text.strip_prefix("tab ") {
            let name = name.split('@').next().unwrap_or_default().trim();
            self.end_paragraph_before();
            self.out.html.push_str("<p><strong>");
            escape::text(name, &mut self.out.html);
            self.out.html.push_str("</strong></p>\n");
        }
    }

    /// `<?…>`: one of our own tokens, or nothing that HTML knows.
    fn instruction(&mut self, text: &str, base: usize) {
        if self.scene.pieces.any(text)
            && let Some(Part::Piece(number)) = self.scene.pieces.parts(text).first().copied()
        {
            let block = self.floors.last().is_none_or(|floor| !floor.paragraph);
            self.piece(number, base, block, block);
        }
    }

    fn boundary(&mut self, name: &str) {
        if BLOCK.contains(&name) {
            self.plain.end_paragraph();
        } else if APART.contains(&name) {
            self.plain.push(" ");
        }
    }

    pub(super) fn start_tag(
        &mut self,
        name: &str,
        attributes: &[Attribute<'_>],
        closed: bool,
        range: std::ops::Range<usize>,
    ) {
        self.boundary(name);
        if DOCUMENT.contains(&name) {
            return;
        }
        if BLOCK.contains(&name) {
            self.end_paragraph_before();
        }
        let foreign = self.is_inside(&["svg", "math"]) || matches!(name, "svg" | "math");
        let leaf = VOID.contains(&name) || (closed && foreign);
        if !leaf && !self.open_element(name) {
            return;
        }
        self.has_code |= name == "pre";
        self.out.html.push('<');
        self.out.html.push_str(name);
        let mut id = None;
        for attribute in attributes {
            if attribute.name.eq_ignore_ascii_case("id")
                || (name == "a" && attribute.name.eq_ignore_ascii_case("name"))
            {
                id = attribute
                    .value
                    .map(|value| escape::decode(value).into_owned());
            }
            self.raw_attribute(name, attribute, &range);
        }
        if name == "img"
            && !attributes
                .iter()
                .any(|a| a.name.eq_ignore_ascii_case("alt"))
        {
            self.out.html.push_str(" alt=\"\"");
        }
        self.out
            .html
            .push_str(if closed && foreign { "/>" } else { ">" });
        if let Some(id) = id.filter(|id| !id.is_empty())
            && self.ids.claim(&id)
        {
            self.anchors.push(id);
        }
    }

    fn raw_attribute(
        &mut self,
        element: &str,
        attribute: &Attribute<'_>,
        range: &std::ops::Range<usize>,
    ) {
        let scene = self.scene;
        let name = attribute.name.to_ascii_lowercase();
        let Some(value) = attribute.value else {
            self.out.html.push(' ');
            self.verbatim(attribute.name);
            return;
        };
        let kind = match (element, name.as_str()) {
            ("a" | "area", "href") => Url::Link,
            ("link", "href")
            | (
                "img" | "video" | "audio" | "source" | "iframe" | "embed" | "track" | "script"
                | "input",
                "src",
            )
            | ("video", "poster")
            | ("object", "data") => Url::Source,
            ("img" | "source", "srcset") => Url::Set,
            _ => Url::None,
        };
        let data = value
            .trim_start()
            .get(..5)
            .is_some_and(|start| start.eq_ignore_ascii_case("data:"));
        if kind == Url::None || (kind != Url::Link && data) {
            self.out.html.push(' ');
            self.verbatim(attribute.name);
            self.out.html.push('=');
            let quote = if value.contains('"') { '\'' } else { '"' };
            self.out.html.push(quote);
            self.verbatim(value);
            self.out.html.push(quote);
            return;
        }
        let value = scene.pieces.url(value);
        let value = escape::decode(value.trim());
        if kind == Url::Link && self.is_unsafe(&value, range) {
            return;
        }
        self.out.html.push(' ');
        self.out.html.push_str(&name);
        self.out.html.push_str("=\"");
        match kind {
            Url::Link => self.hole(range.clone(), HoleKind::Href(value.into_owned())),
            Url::Set => self.candidates(&value, range),
            Url::Source | Url::None => {
                self.hole(range.clone(), HoleKind::Source(value.into_owned()));
            }
        }
        self.out.html.push('"');
    }

    /// `srcset`: each URL is a hole, its width or density stays.
    fn candidates(&mut self, value: &str, range: &std::ops::Range<usize>) {
        let mut rest = value.trim_start_matches([' ', '\t', '\n', '\r', ',']);
        let mut first = true;
        while !rest.is_empty() {
            if !first {
                self.out.html.push_str(", ");
            }
            first = false;
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(',');
            let ended = url.len() < end;
            self.hole(range.clone(), HoleKind::Source(url.to_owned()));
            rest = &rest[end..];
            if !ended {
                let comma = rest.find(',').unwrap_or(rest.len());
                let size = rest[..comma].trim();
                if !size.is_empty() {
                    self.out.html.push(' ');
                    escape::attribute(size, &mut self.out.html);
                }
                rest = &rest[comma..];
            }
            rest = rest.trim_start_matches([' ', '\t', '\n', '\r', ',']);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Url {
    None,
    Link,
    Source,
    Set,
}

/// Whether the text of an element is not for readers.
pub(super) fn is_mute(name: &str) -> bool {
    MUTE.contains(&name)
}

/// The page has its own level-1 heading.
fn renamed(name: &str) -> &str {
    if name == "h1" { "h2" } else { name }
}
