//! Reading typed fields out of a mapping: takes a [`Node`], gives values, and says which keys
//! were wrong or never asked for.

use super::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Place, Position, did_you_mean};
use std::sync::Arc;

/// A mapping that is being read. Remembers which keys were asked for.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    file: &'a Arc<str>,
    entries: &'a [Entry],
    asked: Vec<&'static str>,
    named: Vec<&'a str>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    /// Starts reading a mapping of the named file.
    pub fn new(file: &'a Arc<str>, node: &'a Node) -> Self {
        Self {
            file,
            entries: node.entries(),
            asked: Vec::new(),
            named: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Starts reading a mapping inside this one.
    pub fn nested(&self, node: &'a Node) -> Fields<'a> {
        Fields::new(self.file, node)
    }

    /// The value of a key, unless it is missing or empty. Keys are compared without case.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.asked.push(key);
        self.entries
            .iter()
            .find(|entry| entry.key.eq_ignore_ascii_case(key))
            .map(|entry| &entry.value)
            .filter(|node| !matches!(node.value, Value::Null))
    }

    /// The value of a key that is only known at run time (a taxonomy's name); it counts as
    /// asked for. An empty name has no value.
    pub fn named(&mut self, key: &str) -> Option<&'a Node> {
        let entry = self
            .entries
            .iter()
            .find(|entry| !key.is_empty() && entry.key.eq_ignore_ascii_case(key))?;
        self.named.push(&entry.key);
        Some(&entry.value).filter(|node| !matches!(node.value, Value::Null))
    }

    /// The keys that were asked for so far.
    pub fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    /// The first of several keys that has a value: words of different dialects for one thing.
    pub fn any(&mut self, keys: &[&'static str]) -> Option<&'a Node> {
        let mut found = None;
        for key in keys {
            let node = self.node(key);
            found = found.or(node);
        }
        found
    }

    /// Text of a scalar, trimmed; an empty one counts as missing.
    pub fn text(&mut self, keys: &[&'static str]) -> Option<(String, Position)> {
        let node = self.any(keys)?;
        match node.text() {
            Some(text) if text.trim().is_empty() => None,
            Some(text) => Some((text.trim().to_owned(), node.position)),
            None => {
                self.wrong_type(keys[0], node, "text");
                None
            }
        }
    }

    /// `true`/`yes`/`on`/`1` or `false`/`no`/`off`/`0`.
    pub fn flag(&mut self, keys: &[&'static str]) -> Option<bool> {
        let node = self.any(keys)?;
        let word = node.text().map(str::to_ascii_lowercase);
        match word.as_deref().map(str::trim) {
            Some("true" | "yes" | "on" | "1") => Some(true),
            Some("false" | "no" | "off" | "0") => Some(false),
            _ => {
                self.wrong_type(keys[0], node, "`true` or `false`");
                None
            }
        }
    }

    /// A number.
    pub fn number(&mut self, keys: &[&'static str]) -> Option<f64> {
        let node = self.any(keys)?;
        let number = node
            .text()
            .map(|text| text.trim().replace(['_', ','], ""))
            .and_then(|text| text.parse().ok())
            .filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.wrong_type(keys[0], node, "a number");
        }
        number
    }

    /// The scalars of a list; a single scalar is a list of one.
    pub fn texts(&mut self, keys: &[&'static str]) -> Vec<(String, Position)> {
        let Some(node) = self.any(keys) else {
            return Vec::new();
        };
        let nodes = match &node.value {
            Value::List(nodes) => nodes.as_slice(),
            Value::Scalar { .. } => std::slice::from_ref(node),
            _ => {
                self.wrong_type(keys[0], node, "text or a list of texts");
                return Vec::new();
            }
        };
        let mut texts = Vec::with_capacity(nodes.len());
        for node in nodes {
            match (&node.value, node.text()) {
                (_, Some(text)) if !text.trim().is_empty() => {
                    texts.push((text.trim().to_owned(), node.position));
                }
                (_, Some(_)) | (Value::Null, _) => {}
                _ => self.wrong_type(keys[0], node, "text"),
            }
        }
        texts
    }

    /// Reports a value of the wrong type.
    pub fn wrong_type(&mut self, key: &str, node: &Node, wanted: &str) {
        let found = match node.text() {
            Some(text) => format!("`{}`", shortened(text)),
            None => node.kind().to_owned(),
        };
        self.report(
            Diagnostic::new(
                Code::WrongType,
                format!("`{key}` wants {wanted}, not {found}"),
            )
            .at(self.place(node.position)),
        );
    }

    /// Adds a diagnostic.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The place of a position in this file.
    pub fn place(&self, position: Position) -> Place {
        Place::at(Arc::clone(self.file), position)
    }

    /// Entries whose keys nobody asked for.
    pub fn rest(&self) -> Vec<&'a Entry> {
        self.entries
            .iter()
            .filter(|entry| {
                let asked = self
                    .asked
                    .iter()
                    .any(|asked| entry.key.eq_ignore_ascii_case(asked));
                !asked && !self.named.contains(&entry.key.as_str())
            })
            .collect()
    }

    /// Ends the reading; with `strict`, every key that nobody asked for is reported.
    pub fn finish(mut self, strict: Option<Code>) -> Vec<Diagnostic> {
        if let Some(code) = strict {
            for entry in self.rest() {
                let hint = did_you_mean(&entry.key, self.asked.iter().copied());
                self.diagnostics.push(
                    Diagnostic::new(code, format!("unknown key `{}`", shortened(&entry.key)))
                        .at(Place::at(Arc::clone(self.file), entry.position))
                        .maybe_hint(hint),
                );
            }
        }
        self.diagnostics
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
