//! Bodies with their holes filled: takes a parsed body and what each hole leads to, gives
//! final HTML for the site (paths) or for a feed (whole URLs).
//!
//! Links, pictures and wikilinks are written here; directives are rendered by the theme's
//! components. A body is never a template: only the components are.

use super::address;
use super::context::{Contexts, card};
use super::errors::Errors;
use crate::content::body::Component;
use crate::content::{Body, Hole, HoleKind};
use crate::diag::{Code, Diagnostic, Place, did_you_mean};
use crate::site::{PageId, Picture, Section, Site, Target};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::fmt::Write;
use std::sync::Arc;
use tera::{Context, Map, Value};

/// Where the HTML will be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// On the site: links are paths.
    Site,
    /// Elsewhere: links are whole URLs, components know that they are in a feed.
    Feed,
}

/// Directives nest at most so deep; deeper ones show their text without a component.
const DEEPEST: usize = 32;

/// The body of a page.
pub(crate) fn page(contexts: &Contexts<'_>, id: PageId, mode: Mode, errors: &Errors) -> String {
    let page = &contexts.site.pages[id as usize];
    let filler = Filler {
        contexts,
        language: usize::from(page.language),
        url: &page.url,
        card: contexts.card(id),
        file: &page.source.file.file,
        mode,
        errors,
    };
    filler.fill(&page.source.body, &page.targets)
}

/// The own text of a section; empty when it has none.
pub(crate) fn section(
    contexts: &Contexts<'_>,
    section: &Section,
    mode: Mode,
    errors: &Errors,
) -> String {
    let Some(source) = &section.source else {
        return String::new();
    };
    let filler = Filler {
        contexts,
        language: usize::from(section.language),
        url: &section.url,
        card: contexts.section_card(section),
        file: &source.file.file,
        mode,
        errors,
    };
    filler.fill(&source.body, &section.targets)
}

/// Every directive for which the theme has no component.
pub(crate) fn unknown_components(contexts: &Contexts<'_>) -> Vec<Diagnostic> {
    let known = contexts.theme.components();
    let check = |file: &Arc<str>, body: &Body| -> Vec<Diagnostic> {
        body.holes
            .iter()
            .filter_map(|hole| match &hole.kind {
                HoleKind::Open(component) if !known.contains(component.name.as_str()) => {
                    let name = &component.name;
                    Some(
                        Diagnostic::new(
                            Code::UnknownComponent,
                            format!("the theme has no component `{name}`"),
                        )
                        .at(Place::at(Arc::clone(file), hole.position))
                        .hint(
                            did_you_mean(name, known.iter().copied()).unwrap_or_else(|| {
                                format!("add `templates/components/{name}.html`")
                            }),
                        ),
                    )
                }
                _ => None,
            })
            .collect()
    };
    let site = contexts.site;
    let sections = site
        .sections
        .iter()
        .filter_map(|section| section.source.as_ref())
        .flat_map(|source| check(&source.file.file, &source.body));
    let mut found: Vec<Diagnostic> = site
        .pages
        .par_iter()
        .flat_map_iter(|page| check(&page.source.file.file, &page.source.body))
        .collect();
    found.extend(sections);
    found
}

/// What filling a body needs to know.
struct Filler<'a> {
    contexts: &'a Contexts<'a>,
    language: usize,
    url: &'a str,
    card: Value,
    file: &'a Arc<str>,
    mode: Mode,
    errors: &'a Errors,
}

/// An open directive and the HTML inside it so far.
struct Frame<'a> {
    component: Option<&'a Component>,
    hole: &'a Hole,
    html: String,
}

impl Filler<'_> {
    fn fill(&self, body: &Body, targets: &[Target]) -> String {
        if body.holes.is_empty() {
            return body.html.clone();
        }
        let known = self.contexts.theme.components();
        let mut html = String::with_capacity(body.html.len() + body.holes.len() * 64);
        let mut frames: Vec<Frame<'_>> = Vec::new();
        let mut globals: Option<Context> = None;
        let mut written = 0;
        for (index, hole) in body.holes.iter().enumerate() {
            let to = hole.offset.min(body.html.len());
            let out = frames.last_mut().map_or(&mut html, |frame| &mut frame.html);
            out.push_str(body.html.get(written..to).unwrap_or_default());
            written = written.max(to);
            match &hole.kind {
                HoleKind::Open(component) => {
                    let usable = frames.len() < DEEPEST && known.contains(component.name.as_str());
                    frames.push(Frame {
                        component: usable.then_some(component),
                        hole,
                        html: String::new(),
                    });
                }
                HoleKind::Close => self.close(&mut frames, &mut html, &mut globals),
                _ => {
                    let target = targets.get(index).unwrap_or(&Target::None);
                    let around = (
                        body.html.get(..to).unwrap_or_default(),
                        body.html.get(to..).unwrap_or_default(),
                    );
                    self.write(out, &hole.kind, target, around);
                }
            }
        }
        let out = frames.last_mut().map_or(&mut html, |frame| &mut frame.html);
        out.push_str(body.html.get(written..).unwrap_or_default());
        while !frames.is_empty() {
            self.close(&mut frames, &mut html, &mut globals);
        }
        html
    }

    fn close(&self, frames: &mut Vec<Frame<'_>>, html: &mut String, globals: &mut Option<Context>) {
        let Some(frame) = frames.pop() else {
            return;
        };
        let out = frames.last_mut().map_or(html, |above| &mut above.html);
        let Some(component) = frame.component else {
            out.push_str(&frame.html);
            return;
        };
        let globals = globals.get_or_insert_with(|| self.contexts.globals(self.language, self.url));
        let context = self.component_context(globals, component, &frame.html);
        let theme = self.contexts.theme;
        let name = format!("components/{}.html", component.name);
        let Some(engine) = theme.engine(self.language) else {
            return;
        };
        match engine.render(&name, &context) {
            Ok(rendered) => out.push_str(rendered.trim_end_matches('\n')),
            Err(error) => {
                let place = Place::at(Arc::clone(self.file), frame.hole.position);
                self.errors.add(theme, &name, &error, place);
                out.push_str(&frame.html);
            }
        }
    }

    fn component_context(&self, globals: &Context, component: &Component, body: &str) -> Context {
        let mut context = globals.clone();
        let mut attributes = Map::with_capacity(component.attributes.len());
        for (key, value) in &component.attributes {
            attributes.insert(key.clone().into(), Value::from(value.as_str()));
        }
        let html = |text: &str| {
            if text.trim().is_empty() {
                Value::none()
            } else {
                Value::safe_string(text)
            }
        };
        context.insert_value("name", Value::from(component.name.as_str()));
        context.insert_value(
            "label",
            component.label.as_deref().map_or_else(Value::none, html),
        );
        context.insert_value("body", html(body));
        context.insert_value("attributes", Value::from(attributes));
        context.insert_value("page", self.card.clone());
        context.insert_value("in_feed", Value::from(self.mode == Mode::Feed));
        context
    }

    fn write(&self, out: &mut String, kind: &HoleKind, target: &Target, around: (&str, &str)) {
        match kind {
            HoleKind::Href(written) => self.href(out, written, target, around),
            HoleKind::Source(written) => {
                let url = self.url_of(target).unwrap_or_else(|| written.clone());
                escape(out, &url);
            }
            HoleKind::Image {
                source,
                alt,
                title,
                alone,
                attributes,
            } => {
                let fallback;
                let picture = match target {
                    Target::Picture(picture) => picture,
                    _ => {
                        fallback = Picture {
                            url: self.url_of(target).unwrap_or_else(|| source.clone()),
                            width: None,
                            height: None,
                            file: None,
                        };
                        &fallback
                    }
                };
                if *alone {
                    self.figure(out, picture, alt, title.as_deref(), attributes);
                } else {
                    self.image(out, picture, alt, title.as_deref(), attributes);
                }
            }
            HoleKind::Wikilink {
                target: name,
                label,
                embed,
                alone,
                raw,
            } => self.wikilink(out, (name, label.as_deref(), raw), (*embed, *alone), target),
            HoleKind::Open(_) | HoleKind::Close => {}
        }
    }

    fn href(&self, out: &mut String, written: &str, target: &Target, around: (&str, &str)) {
        let url = self.url_of(target).unwrap_or_else(|| written.to_owned());
        escape(out, &url);
        if is_external(self.contexts.site, &url) && may_add_rel(around) {
            // The quote that closes `href` in the body closes `rel` instead.
            out.push_str("\" rel=\"noopener");
        }
    }

    /// The URL of a target in this mode; none when what the author wrote stays.
    fn url_of(&self, target: &Target) -> Option<String> {
        let site = self.contexts.site;
        let url = match target {
            Target::None | Target::Missing => return None,
            Target::Url(url) => url.clone(),
            Target::Page(id, fragment) => {
                format!("{}{fragment}", site.pages.get(*id as usize)?.url)
            }
            Target::Picture(picture) => picture.url.clone(),
        };
        Some(self.placed(&url))
    }

    fn placed(&self, url: &str) -> String {
        match self.mode {
            Mode::Site => url.to_owned(),
            Mode::Feed if url.starts_with('#') => {
                format!(
                    "{}{url}",
                    address::absolute(&self.contexts.site.config, self.url)
                )
            }
            Mode::Feed => address::absolute(&self.contexts.site.config, url),
        }
    }

    fn figure(
        &self,
        out: &mut String,
        picture: &Picture,
        alt: &str,
        title: Option<&str>,
        attributes: &[(String, String)],
    ) {
        out.push_str("<figure>");
        self.image(out, picture, alt, None, attributes);
        if let Some(title) = title.filter(|title| !title.trim().is_empty()) {
            out.push_str("<figcaption>");
            escape(out, title);
            out.push_str("</figcaption>");
        }
        out.push_str("</figure>\n");
    }

    fn image(
        &self,
        out: &mut String,
        picture: &Picture,
        alt: &str,
        title: Option<&str>,
        attributes: &[(String, String)],
    ) {
        out.push_str("<img");
        attribute(out, "src", &self.placed(&picture.url));
        attribute(out, "alt", alt);
        let own = |name: &str| attributes.iter().any(|(key, _)| key == name);
        if !own("width") && !own("height") {
            // Only both together keep the proportions.
            if let (Some(width), Some(height)) = (picture.width, picture.height) {
                let _ = write!(out, " width=\"{width}\" height=\"{height}\"");
            }
        }
        if self.mode == Mode::Site {
            if !own("loading") {
                out.push_str(" loading=\"lazy\"");
            }
            if !own("decoding") {
                out.push_str(" decoding=\"async\"");
            }
        }
        if let Some(title) = title.filter(|_| !own("title")) {
            attribute(out, "title", title);
        }
        for (key, value) in attributes {
            if is_safe_attribute(key) {
                attribute(out, key, value);
            }
        }
        out.push('>');
    }

    fn wikilink(
        &self,
        out: &mut String,
        (name, label, raw): (&str, Option<&str>, &str),
        (embed, alone): (bool, bool),
        target: &Target,
    ) {
        let site = self.contexts.site;
        match target {
            Target::Picture(picture) if embed => {
                let alt = label.map(plain).unwrap_or_default();
                if alone {
                    self.figure(out, picture, &alt, None, &[]);
                } else {
                    self.image(out, picture, &alt, None, &[]);
                }
            }
            Target::None | Target::Missing => out.push_str(raw),
            Target::Page(id, _) => {
                let Some(page) = site.pages.get(*id as usize) else {
                    out.push_str(raw);
                    return;
                };
                let url = self.url_of(target).unwrap_or_default();
                if !embed {
                    return link(out, &url, "", label, &page.source.title);
                }
                let summary = card::summary(site, page);
                let (open, middle, close) = if alone {
                    (
                        "<blockquote class=\"embed\"><p>",
                        "</p><p>",
                        "</p></blockquote>\n",
                    )
                } else {
                    ("<span class=\"embed\">", " <span>", "</span></span>")
                };
                out.push_str(open);
                link(out, &url, "", label, &page.source.title);
                out.push_str(middle);
                escape(out, &summary);
                out.push_str(close);
            }
            Target::Url(_) | Target::Picture(_) => {
                let url = self.url_of(target).unwrap_or_default();
                let rel = if is_external(site, &url) {
                    " rel=\"noopener\""
                } else {
                    ""
                };
                link(out, &url, rel, label, name);
                if alone {
                    out.push('\n');
                }
            }
        }
    }
}

fn link(out: &mut String, url: &str, rel: &str, label: Option<&str>, title: &str) {
    out.push_str("<a");
    attribute(out, "href", url);
    out.push_str(rel);
    out.push('>');
    match label {
        Some(label) => out.push_str(label),
        None => escape(out, title),
    }
    out.push_str("</a>");
}

fn is_external(site: &Site, url: &str) -> bool {
    let http = url.starts_with("http://") || url.starts_with("https://") || url.starts_with("//");
    let origin = address::origin(&site.config);
    let own = url
        .strip_prefix(origin)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    http && !own
}

/// Whether the hole is the whole value of a link's `href` in double quotes, in an element
/// that has no `rel` of its own.
fn may_add_rel((before, after): (&str, &str)) -> bool {
    let Some(start) = before.rfind('<') else {
        return false;
    };
    let before = &before[start..];
    let after = &after[..after.find('>').unwrap_or(after.len())];
    let element = before.get(..3).unwrap_or_default();
    element.eq_ignore_ascii_case("<a ")
        && before.ends_with("=\"")
        && after.starts_with('"')
        && !before.contains(" rel=")
        && !after.contains(" rel=")
}

/// Attributes that an author may put on an image; scripts are none of them.
fn is_safe_attribute(name: &str) -> bool {
    let plain = name
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "-_:".contains(character));
    plain
        && !name.is_empty()
        && !name.to_ascii_lowercase().starts_with("on")
        && !["src", "alt", "srcset", "style"].contains(&name)
}

fn attribute(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, " {name}=\"");
    escape(out, value);
    out.push('"');
}

/// Escapes text for element content and double-quoted attributes.
fn escape(out: &mut String, text: &str) {
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        out.push_str(escaped);
        plain_from = at + 1;
    }
    out.push_str(&text[plain_from..]);
}

/// The text of a label without its tags.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => text.push(character),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
