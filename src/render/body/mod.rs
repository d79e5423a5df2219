//! Bodies with their holes filled: takes a parsed body and what each hole leads to, gives
//! final HTML for the site (paths) or for a feed (whole URLs).
//!
//! Links, pictures and wikilinks are written here; directives are rendered by the theme's
//! components. A body is never a template: only the components are.

mod hole;

use super::context::{Contexts, call};
use super::errors::Errors;
use crate::content::body::Component;
use crate::content::{Body, Hole, HoleKind};
use crate::diag::{Code, Diagnostic, Place, did_you_mean};
use crate::site::community::Wish;
use crate::site::{PageId, Section, Target};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::BTreeSet;
use std::sync::Arc;
use tera::{Context, Map, Value};

/// Where the HTML will be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// On the site: links are paths.
    Site,
    /// Elsewhere: links are whole URLs, components know that they are in a feed.
    Feed,
    /// In a post, which has an invitation of its own: as in a feed, without the text's.
    Post,
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
        wish: Wish::of(page),
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
        wish: Wish {
            language: section.language,
            ..Wish::default()
        },
        file: &source.file.file,
        mode,
        errors,
    };
    filler.fill(&source.body, &section.targets)
}

/// The theme's component for a directive: that of its name, or the one that means the same
/// where HackMD, Docusaurus and others have words of their own for a notice.
pub(super) fn template<'a>(component: &'a Component, known: &BTreeSet<String>) -> Option<&'a str> {
    let name = component.name.as_str();
    let same = match name {
        "info" => "note",
        "success" | "hint" => "tip",
        "attention" => "warning",
        "error" => "danger",
        _ => name,
    };
    [name, same].into_iter().find(|name| known.contains(*name))
}

/// Every directive for which the theme has no component.
pub(crate) fn unknown_components(contexts: &Contexts<'_>) -> Vec<Diagnostic> {
    let known = contexts.theme.components();
    let check = |file: &Arc<str>, body: &Body| -> Vec<Diagnostic> {
        body.holes
            .iter()
            .filter_map(|hole| match &hole.kind {
                HoleKind::Open(component) if template(component, known).is_none() => {
                    let name = &component.name;
                    Some(
                        Diagnostic::new(
                            Code::UnknownComponent,
                            format!("the theme has no component `{name}`"),
                        )
                        .at(Place::at(Arc::clone(file), hole.position))
                        .hint(
                            did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_else(
                                || format!("add `templates/components/{name}.html`"),
                            ),
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
    /// For whom an invitation in the text is.
    wish: Wish<'a>,
    file: &'a Arc<str>,
    mode: Mode,
    errors: &'a Errors,
}

/// An open directive and the HTML inside it so far.
struct Frame<'a> {
    component: Option<&'a Component>,
    hole: &'a Hole,
    /// Attributes that are addresses: name and what they lead to.
    addresses: Vec<(&'a str, &'a Target)>,
    html: String,
}

impl Filler<'_> {
    fn fill(&self, body: &Body, targets: &[Target]) -> String {
        let text = body.html.get();
        if body.holes.is_empty() {
            return text.into_owned();
        }
        let known = self.contexts.theme.components();
        let mut html = String::with_capacity(text.len() + body.holes.len() * 64);
        let mut frames: Vec<Frame<'_>> = Vec::new();
        let mut globals: Option<Context> = None;
        let mut written = 0;
        for (index, hole) in body.holes.iter().enumerate() {
            let to = hole.offset.min(text.len());
            let out = frames.last_mut().map_or(&mut html, |frame| &mut frame.html);
            out.push_str(text.get(written..to).unwrap_or_default());
            written = written.max(to);
            match &hole.kind {
                HoleKind::Open(component) => {
                    let usable = frames.len() < DEEPEST && template(component, known).is_some();
                    frames.push(Frame {
                        component: usable.then_some(component),
                        hole,
                        addresses: Vec::new(),
                        html: String::new(),
                    });
                }
                HoleKind::Attribute { name, .. } => {
                    if let (Some(frame), Some(target)) = (frames.last_mut(), targets.get(index)) {
                        frame.addresses.push((name, target));
                    }
                }
                HoleKind::Close => self.close(&mut frames, &mut html, &mut globals),
                _ => {
                    let target = targets.get(index).unwrap_or(&Target::None);
                    let around = (
                        text.get(..to).unwrap_or_default(),
                        text.get(to..).unwrap_or_default(),
                    );
                    self.write(out, &hole.kind, target, around);
                }
            }
        }
        let out = frames.last_mut().map_or(&mut html, |frame| &mut frame.html);
        out.push_str(text.get(written..).unwrap_or_default());
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
        let globals = globals.get_or_insert_with(|| {
            self.contexts
                .globals(self.language, self.url)
                .into_context()
        });
        let context = self.component_context(globals, component, &frame);
        if self.mode == Mode::Post && component.name == "join" {
            return;
        }
        let theme = self.contexts.theme;
        let (Some(name), Some(engine)) = (
            template(component, theme.components()),
            theme.engine(self.language),
        ) else {
            return;
        };
        let name = format!("components/{name}.html");
        match engine.render(&name, &context) {
            Ok(rendered) => out.push_str(rendered.trim_end_matches('\n')),
            Err(error) => {
                let place = Place::at(Arc::clone(self.file), frame.hole.position);
                self.errors.add(theme, &name, &error, place);
                out.push_str(&frame.html);
            }
        }
    }

    /// The invitation of the page, with what the directive says otherwise.
    fn call(&self, component: &Component) -> Value {
        if component.name != "join" {
            return Value::none();
        }
        let site = self.contexts.site;
        let said = |key: &str| {
            let mut attributes = component.attributes.iter();
            attributes
                .find(|(name, _)| name == key)
                .map(|(_, value)| value.as_str())
        };
        let mut wish = self.wish.clone();
        if let Some(audience) = said("audience") {
            wish.audiences = audience.split(',').map(str::trim).collect();
        }
        wish.stage = said("stage").or(wish.stage);
        let Some(mut call) = site.call(&wish) else {
            return Value::none();
        };
        if let Some(name) = said("channel") {
            call.channels = site.offered(wish.language, None);
            if name != "all" {
                call.channels
                    .retain(|offered| offered.settings.name == name);
            }
        }
        let lang = &site.config.languages[self.language].tag;
        call::value(&call, lang, &|path| self.placed(path))
    }

    fn component_context(
        &self,
        globals: &Context,
        component: &Component,
        frame: &Frame<'_>,
    ) -> Context {
        let mut context = globals.clone();
        let mut attributes = Map::with_capacity(component.attributes.len());
        for (key, value) in &component.attributes {
            attributes.insert(key.clone().into(), Value::from(value.as_str()));
        }
        let sized = component
            .attributes
            .iter()
            .any(|(key, _)| key == "width" || key == "height");
        for (name, target) in &frame.addresses {
            if let Some(url) = self.url_of(target) {
                attributes.insert((*name).to_owned().into(), Value::from(url));
            }
            // Only both together keep the proportions.
            if let ("src", false, Target::Picture(picture)) = (*name, sized, target)
                && let (Some(width), Some(height)) = (picture.width, picture.height)
            {
                attributes.insert("width".into(), Value::from(width.to_string()));
                attributes.insert("height".into(), Value::from(height.to_string()));
            }
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
        context.insert_value("body", html(&frame.html));
        context.insert_value("attributes", Value::from(attributes));
        context.insert_value("page", self.card.clone());
        context.insert_value("in_feed", Value::from(self.mode != Mode::Site));
        context.insert_value("call", self.call(component));
        context
    }
}

#[cfg(test)]
mod tests;
