//! The template check: takes a theme, gives a diagnostic for every field, variable, word,
//! option and static file that a template asks for and nobody gives, and for tracked links
//! within the site that its text writes.
//!
//! Templates are read statically, each with the variables that the contract gives it and
//! along its whole chain of inheritance, so that mistakes show before a page happens to
//! reach them. Never wrong about a right template: what it cannot know may be anything.

mod expression;
mod find;
mod infer;
mod lex;
mod links;
mod parse;
mod shape;
mod step;
mod tree;

use super::contract::{COMPONENT_VARIABLES, Field, GLOBALS, Shape, TEMPLATES};
use super::theme::Theme;
use crate::diag::{self, Diagnostic};
use infer::{Known, Walk};
use parse::Parsed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tera::Value;

/// Checks all templates of a theme.
pub fn check_templates(theme: &Theme) -> Vec<Diagnostic> {
    let parsed: BTreeMap<String, Parsed> = theme
        .templates
        .iter()
        .map(|(name, template)| (name.clone(), parse::parse(&template.text)))
        .collect();
    let sources: BTreeMap<String, (Arc<str>, Arc<str>)> = theme
        .templates
        .iter()
        .map(|(name, template)| {
            (
                name.clone(),
                (Arc::clone(&template.file), Arc::clone(&template.text)),
            )
        })
        .collect();
    let resolve = |name: &str| theme.resolve(name).map(str::to_owned);
    let known = Known {
        parsed: &parsed,
        sources: &sources,
        resolve: &resolve,
        words: keys(theme.words(0)),
        options: keys(&theme.options),
        assets: theme.statics.iter().map(|file| file.path.clone()).collect(),
    };
    let mut diagnostics = Vec::new();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    for template in TEMPLATES {
        let variables = GLOBALS.iter().chain(template.variables);
        let mut walk = Walk::new(&known, variables, true);
        walk.template(template.name);
        reached.extend(walk.reached);
        diagnostics.extend(walk.diagnostics);
    }
    for name in theme.components() {
        let mut walk = Walk::new(&known, component_variables(), true);
        walk.template(&format!("components/{name}.html"));
        reached.extend(walk.reached);
        diagnostics.extend(walk.diagnostics);
    }
    // Templates that pages name themselves, and parts that only define components.
    let page = TEMPLATES
        .iter()
        .find(|template| template.name == "page.html")
        .map_or(&[][..], |template| template.variables);
    for name in parsed
        .keys()
        .filter(|name| !reached.contains(name.as_str()))
    {
        let mut walk = Walk::new(&known, GLOBALS.iter().chain(page), false);
        walk.template(name);
        diagnostics.extend(walk.diagnostics);
    }
    let pages = theme
        .templates
        .iter()
        .filter(|(name, _)| name.ends_with(".html"));
    diagnostics.extend(pages.flat_map(|(_, template)| links::tracked(template, &theme.site_url)));
    diag::sort(&mut diagnostics);
    diagnostics.dedup_by(is_same);
    diagnostics
}

/// Whether a mistake is told already: a template that many extend is walked for each of them.
/// Of two hints that list what there is, the shorter one holds for more of them.
fn is_same(next: &mut Diagnostic, first: &mut Diagnostic) -> bool {
    let is_same =
        (next.code, &next.place, &next.message) == (first.code, &first.place, &first.message);
    let length = |told: &Diagnostic| told.hints.iter().map(String::len).sum::<usize>();
    if is_same && length(next) < length(first) {
        std::mem::swap(&mut next.hints, &mut first.hints);
    }
    is_same
}

/// Variables of a directive's component: its own, and the globals without `here`.
fn component_variables() -> impl Iterator<Item = &'static Field> {
    GLOBALS
        .iter()
        .filter(|field| field.name != "here")
        .chain(COMPONENT_VARIABLES)
}

/// Shape of a global variable.
fn global(name: &str) -> Option<Shape> {
    GLOBALS
        .iter()
        .find(|field| field.name == name)
        .map(|field| field.shape)
}

fn keys(value: &Value) -> BTreeSet<String> {
    value
        .as_map()
        .into_iter()
        .flat_map(|map| map.keys().filter_map(|key| key.as_str()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
