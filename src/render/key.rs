//! What an output is made of, as a digest: takes the variables that a template will see, gives
//! the key under which the finished output is known.
//!
//! A template sees its variables and nothing else, so the digest of the variables, of all
//! templates that it reaches and of the settings is complete by construction. The one long variable, the body
//! of a page, is not made for the key: the digest of the parsed body and of what its holes lead
//! to stands for it.

use super::context::Contexts;
use super::context::card;
use super::context::texts;
use super::theme::Theme;
use crate::content::{Body, HoleKind};
use crate::site::{PageId, Site, Target};
use crate::store::{Digest, digest};
use std::collections::HashMap;
use tera::value::ValueKind;
use tera::{Context, Map, Value};

/// The variables of one output, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables(Vec<(&'static str, Value)>);

impl Variables {
    /// Adds a variable, or sets it anew.
    pub(crate) fn insert(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// Sets a field of a record.
    pub(crate) fn set(&mut self, name: &str, field: &'static str, value: Value) {
        let known = self.0.iter_mut().find(|(known, _)| *known == name);
        if let Some((_, record)) = known
            && let Some(map) = record.as_map()
        {
            let mut map = map.clone();
            map.insert(field.into(), value);
            *record = Value::from(map);
        }
    }

    /// A variable.
    #[cfg(test)]
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// As the engine wants them.
    pub(crate) fn into_context(self) -> Context {
        let mut context = Context::new();
        for (name, value) in self.0 {
            context.insert_value(name, value);
        }
        context
    }
}

/// Digests of records that many outputs share, by the address of the record in memory.
#[derive(Debug, Default)]
pub(crate) struct Shared(HashMap<usize, Digest>);

impl Shared {
    /// Remembers records; they must outlive the use of this.
    pub(crate) fn add<'a>(&mut self, records: impl IntoIterator<Item = &'a Value>) {
        for record in records {
            if let Some(map) = record.as_map() {
                let mut bytes = Vec::with_capacity(1024);
                self.write_map(&mut bytes, map);
                self.0.insert(address(map), digest(&bytes));
            }
        }
    }

    /// Digest of variables together with what else their output depends on.
    pub(crate) fn key(&self, variables: &Variables, rest: &[&[u8]]) -> Digest {
        let mut bytes = Vec::with_capacity(8192);
        for part in rest {
            text(&mut bytes, part);
        }
        for (name, value) in &variables.0 {
            text(&mut bytes, name.as_bytes());
            self.write(&mut bytes, value);
        }
        digest(&bytes)
    }

    /// A value's part of a digest.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>, value: &Value) {
        match value.kind() {
            ValueKind::String => {
                bytes.push(1);
                text(bytes, value.as_str().unwrap_or_default().as_bytes());
            }
            ValueKind::Bool => bytes.push(2 + u8::from(value.as_bool().unwrap_or_default())),
            ValueKind::Array => {
                let items = value.as_array().unwrap_or_default();
                bytes.push(4);
                bytes.extend(items.len().to_le_bytes());
                for item in items {
                    self.write(bytes, item);
                }
            }
            ValueKind::Map => {
                bytes.push(5);
                if let Some(map) = value.as_map() {
                    match self.0.get(&address(map)) {
                        Some(known) => bytes.extend(known),
                        None => self.write_map(bytes, map),
                    }
                }
            }
            ValueKind::None => bytes.push(6),
            ValueKind::Undefined => bytes.push(7),
            // Numbers print as what they are.
            _ => {
                bytes.push(8);
                text(bytes, value.to_string().as_bytes());
            }
        }
    }

    fn write_map(&self, bytes: &mut Vec<u8>, map: &Map) {
        bytes.extend(map.len().to_le_bytes());
        for (key, value) in map {
            match key.as_str() {
                Some(key) => text(bytes, key.as_bytes()),
                None => self.write(bytes, &key.as_value()),
            }
            self.write(bytes, value);
        }
    }
}

/// Where the record lies; copies of a value share it.
fn address(map: &Map) -> usize {
    std::ptr::from_ref(map).addr()
}

/// Digest of the settings and of everything of the theme that is neither a variable nor a
/// template; those are in an output's key as far as its own template reaches them.
pub(crate) fn salt(site: &Site, theme: &Theme) -> Digest {
    let config = &site.config;
    let mut bytes = config.source.to_vec();
    text(&mut bytes, config.url.as_bytes());
    for prefix in &theme.prefixes {
        text(&mut bytes, prefix.as_bytes());
    }
    for (file, output) in theme.statics() {
        text(&mut bytes, file.path.as_bytes());
        text(&mut bytes, output.as_bytes());
    }
    digest(&bytes)
}

/// Digest of a filled body without filling it. `seen` stands for all variables that its
/// components see: it is asked for only when the body has some.
pub(crate) fn body(
    site: &Site,
    theme: &Theme,
    body: &Body,
    targets: &[Target],
    seen: impl FnOnce() -> Digest,
) -> Digest {
    if targets.is_empty() {
        return body.digest;
    }
    let mut bytes = body.digest.to_vec();
    for target in targets {
        self::target(site, target, &mut bytes);
    }
    let mut components = body.holes.iter().filter_map(|hole| match &hole.kind {
        HoleKind::Open(component) => super::body::template(component, theme.components()),
        _ => None,
    });
    if let Some(first) = components.next() {
        bytes.extend(seen());
        for name in std::iter::once(first).chain(components) {
            bytes.extend(theme.reach(&format!("components/{name}.html")));
        }
    }
    digest(&bytes)
}

fn target(site: &Site, target: &Target, bytes: &mut Vec<u8>) {
    match target {
        Target::None => bytes.push(0),
        Target::Missing => bytes.push(1),
        Target::Url(url) => {
            bytes.push(2);
            text(bytes, url.as_bytes());
        }
        Target::Page(id, fragment) => {
            bytes.push(3);
            text(bytes, fragment.as_bytes());
            if let Some(page) = site.pages.get(*id as usize) {
                for part in [&*page.url, &*page.source.title, card::summary(page)] {
                    text(bytes, part.as_bytes());
                }
            }
        }
        Target::Picture(picture) => {
            bytes.push(4);
            text(bytes, picture.url.as_bytes());
            for side in [picture.width, picture.height] {
                bytes.extend(side.unwrap_or_default().to_le_bytes());
            }
        }
    }
}

/// Digest of a page's body as [`super::body::page`] would give it.
pub(crate) fn of_page(contexts: &Contexts<'_>, id: PageId) -> Digest {
    let page = &contexts.site.pages[id as usize];
    let (site, theme) = (contexts.site, contexts.theme);
    body(site, theme, &page.source.body, &page.targets, || {
        let mut seen = contexts.globals(usize::from(page.language), &page.url);
        seen.insert("page", contexts.card(id));
        // They decide which invitation the component `join` shows.
        let meta = &page.source.meta;
        let readers = meta.audience.iter().map(|word| word.value.as_str());
        let stage = meta.stage.iter().map(|stage| stage.value.as_str());
        seen.insert("readers", texts(readers));
        seen.insert("stage", texts(stage));
        contexts.shared.key(&seen, &[&contexts.salt])
    })
}

/// A text with its length, so that neighbours do not run together.
pub(crate) fn text(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text);
}
