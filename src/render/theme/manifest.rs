//! `theme.yaml`: takes its text, gives a [`Manifest`] and diagnostics; and the values of the
//! theme's options after the site's own.

use super::Layer;
use crate::config::Config;
use crate::content::Located;
use crate::data::fields::Fields;
use crate::data::{Node, yaml};
use crate::diag::{Code, Diagnostic, Place, did_you_mean};
use crate::render::contract;
use serde_json::Value as Json;
use std::sync::Arc;
use tera::{Map, Value};

/// What a theme says of itself.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    /// Theme whose files are used where this one has none.
    pub(crate) parent: Option<Located<String>>,
    /// Options with their default values.
    pub(crate) options: Vec<(String, Node)>,
    /// Languages that it has words for.
    pub(crate) languages: Vec<Located<String>>,
    /// Share picture below `static/`.
    pub(crate) image: Option<Located<String>>,
}

/// Reads `theme.yaml`; none when the theme cannot be used.
pub(super) fn parse(
    file: &Arc<str>,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Manifest> {
    let node = match yaml::parse(file, text, 1, diagnostics) {
        Ok(node) => node,
        Err(diagnostic) => {
            diagnostics.push(Diagnostic {
                code: Code::InvalidTheme,
                ..*diagnostic
            });
            return None;
        }
    };
    let mut fields = Fields::new(file, &node);
    let _name = fields.text(&["name"]);
    let contract = fields.node("contract");
    let version = fields.number(&["contract"]);
    let located = |(value, position)| Located::new(value, position);
    let manifest = Manifest {
        parent: fields.text(&["parent"]).map(located),
        options: fields
            .node("options")
            .map(|options| {
                options
                    .entries()
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.clone()))
                    .collect()
            })
            .unwrap_or_default(),
        languages: fields
            .texts(&["languages"])
            .into_iter()
            .map(located)
            .collect(),
        image: fields.text(&["image"]).map(located),
    };
    diagnostics.extend(fields.finish(Some(Code::UnknownKey)));
    let ours = contract::VERSION;
    match (contract, version) {
        (Some(node), Some(version)) if version > ours as f64 => {
            diagnostics.push(
                Diagnostic::new(
                    Code::InvalidTheme,
                    format!(
                        "the theme wants version {version} of the theme contract, this Guidepost knows versions up to {ours}"
                    ),
                )
                .at(Place::at(Arc::clone(file), node.position))
                .hint("use a newer Guidepost or an older release of the theme"),
            );
            None
        }
        (Some(node), Some(version)) if version < 1.0 || version.fract() != 0.0 => {
            diagnostics.push(
                Diagnostic::new(
                    Code::InvalidTheme,
                    format!("`contract` is the number of a contract version, not `{version}`"),
                )
                .at(Place::at(Arc::clone(file), node.position))
                .hint(format!("write `contract: {ours}`")),
            );
            None
        }
        (Some(_), _) => Some(manifest),
        (None, _) => {
            diagnostics.push(
                Diagnostic::new(
                    Code::InvalidTheme,
                    "the theme does not say which version of the theme contract it is written for",
                )
                .at(Place::file(Arc::clone(file)))
                .hint(format!("add `contract: {ours}`")),
            );
            None
        }
    }
}

/// The options of all layers with the site's values.
pub(super) fn options(
    layers: &[Layer],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Value {
    let mut options = Map::new();
    let mut defaults: Vec<(&str, &Node)> = Vec::new();
    // Parents first, so that a child's default replaces its parent's.
    for layer in layers.iter().rev() {
        for (name, node) in &layer.manifest.options {
            defaults.retain(|(known, _)| known != name);
            defaults.push((name, node));
            options.insert(name.clone().into(), value(node));
        }
    }
    let site: Arc<str> = "site.yaml".into();
    for entry in config.theme_options.iter().flat_map(Node::entries) {
        let place = Place::at(Arc::clone(&site), entry.position);
        let Some((_, default)) = defaults.iter().find(|(name, _)| *name == entry.key) else {
            let hint = did_you_mean(&entry.key, defaults.iter().map(|(name, _)| *name));
            diagnostics.push(
                Diagnostic::new(
                    Code::UnknownKey,
                    format!("theme `{}` has no option `{}`", config.theme, entry.key),
                )
                .at(place)
                .maybe_hint(hint),
            );
            continue;
        };
        let (default, given) = (default.to_json(), entry.value.to_json());
        if !fits(&default, &given) {
            diagnostics.push(
                Diagnostic::new(
                    Code::WrongType,
                    format!(
                        "theme option `{}` wants {}, not {}",
                        entry.key,
                        sort_of(&default),
                        sort_of(&given)
                    ),
                )
                .at(Place::at(Arc::clone(&site), entry.value.position)),
            );
            continue;
        }
        options.insert(
            entry.key.clone().into(),
            Value::from_serializable(&merged(default, given)),
        );
    }
    Value::from(options)
}

/// A tree of a YAML file as a value for templates.
pub(crate) fn value(node: &Node) -> Value {
    Value::from_serializable(&node.to_json())
}

/// Whether a value may stand where the default does; one of them may be none.
fn fits(default: &Json, given: &Json) -> bool {
    match (default, given) {
        // A number may stand where text is wanted: `2024` is a fine text.
        (Json::Null, _) | (_, Json::Null) | (Json::String(_), Json::Number(_)) => true,
        _ => sort_of(default) == sort_of(given),
    }
}

/// What the site says, and of a mapping what it leaves out.
fn merged(default: Json, given: Json) -> Json {
    match (default, given) {
        (Json::Object(mut all), Json::Object(given)) => {
            for (key, value) in given {
                let default = all.remove(&key).unwrap_or_default();
                all.insert(key, merged(default, value));
            }
            Json::Object(all)
        }
        (_, given) => given,
    }
}

fn sort_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "`true` or `false`",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    }
}
