//! Templates → engines: takes the texts of all templates, gives one Tera instance per language
//! of the site (filters know the language by that), and a diagnostic at its place for every
//! template that does not compile.

use super::cached::{self, Cache};
use super::{StaticFile, TemplateFile};
use crate::config::Config;
use crate::diag::{Code, Diagnostic, Place, Position, did_you_mean};
use crate::render::context::language::language;
use crate::render::{contract, filters};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use tera::{Context, ErrorKind, ReportError, Tera, Value};

/// The engine of a language.
pub(super) struct Engine {
    /// It.
    pub(super) tera: Arc<Tera>,
    /// What it rendered once.
    pub(super) cache: Arc<Cache>,
}

/// Builds the engines; none when a template does not compile. `words` are those of each language,
/// `options` the theme's.
pub(super) fn build(
    templates: &BTreeMap<String, TemplateFile>,
    prefixes: &[String],
    statics: &[StaticFile],
    config: &Config,
    (words, options): (&[Value], &Value),
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Engine> {
    let before = diagnostics.len();
    for (name, template) in templates {
        diagnostics.extend(syntax_error(name, template));
    }
    if diagnostics.len() > before {
        return Vec::new();
    }
    let shared = filters::Shared::new(config, statics);
    let mut tera = Tera::new();
    tera.autoescape_on([".html", ".xml"]);
    if let Err(error) = tera.set_fallback_prefixes(prefixes.to_vec()) {
        diagnostics.push(Diagnostic::new(Code::InvalidTheme, error.to_string()));
        return Vec::new();
    }
    filters::register(&mut tera, &shared, &config.languages[0].tag);
    cached::register(&mut tera, Weak::new(), Context::new(), Arc::default());
    let texts = templates
        .iter()
        .map(|(name, template)| (name.as_str(), &*template.text));
    if let Err(error) = tera.add_raw_templates(texts) {
        diagnostics.extend(whole_errors(&error, templates));
        return Vec::new();
    }
    let languages = config.languages.iter().enumerate();
    languages
        .map(|(index, language)| {
            let given = [
                &words[index],
                options,
                &self::language(config, index, index),
            ];
            let given = cached::GIVEN.into_iter().zip(given.map(Value::clone));
            let given = given.fold(Context::new(), |mut context, (name, value)| {
                context.insert_value(name, value);
                context
            });
            let cache = Arc::<Cache>::default();
            let tera = Arc::new_cyclic(|engine| {
                let mut tera = tera.clone();
                filters::register(&mut tera, &shared, &language.tag);
                cached::register(&mut tera, Weak::clone(engine), given, Arc::clone(&cache));
                tera
            });
            Engine { tera, cache }
        })
        .collect()
}

/// The place of an error that the engine reports.
pub(crate) fn place(report: &ReportError, templates: &BTreeMap<String, TemplateFile>) -> Place {
    let span = report.span();
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let length = if span.end_line == span.start_line {
        span.end_col.saturating_sub(span.start_col)
    } else {
        0
    };
    Place::at(
        file(report.filename(), templates),
        Position {
            line: number(span.start_line),
            column: number(span.start_col + 1),
            length: number(length),
        },
    )
}

/// A message of the engine as one sentence.
pub(crate) fn sentence(message: &str) -> String {
    let message = message
        .trim()
        .trim_end_matches('.')
        .replace(['\n', '\r'], " ");
    message.replace('\'', "`")
}

fn file(name: &str, templates: &BTreeMap<String, TemplateFile>) -> Arc<str> {
    templates
        .get(name)
        .map_or_else(|| name.into(), |template| Arc::clone(&template.file))
}

fn syntax_error(name: &str, template: &TemplateFile) -> Option<Diagnostic> {
    let mut alone = Tera::new();
    let error = alone.add_raw_template(name, &template.text).err()?;
    let ErrorKind::SyntaxError(report) = error.kind() else {
        return None;
    };
    let mut place = place(report, &BTreeMap::new());
    place.file = Arc::clone(&template.file);
    Some(Diagnostic::new(Code::TemplateError, sentence(report.message())).at(place))
}

/// Errors that show only when all templates are together.
fn whole_errors(
    error: &tera::Error,
    templates: &BTreeMap<String, TemplateFile>,
) -> Vec<Diagnostic> {
    match error.kind() {
        ErrorKind::CircularExtend {
            tpl,
            inheritance_chain,
        } => vec![
            Diagnostic::new(
                Code::TemplateError,
                format!(
                    "`{tpl}` extends itself: `{}`",
                    inheritance_chain.join("` → `")
                ),
            )
            .at(tag_place(tpl, "extends", templates)),
        ],
        ErrorKind::CircularInclude { tpl, include_chain } => vec![
            Diagnostic::new(
                Code::TemplateError,
                format!("`{tpl}` includes itself: `{}`", include_chain.join("` → `")),
            )
            .at(tag_place(tpl, "include", templates)),
        ],
        ErrorKind::MissingParent { current, parent } => vec![
            Diagnostic::new(
                Code::TemplateError,
                format!("there is no template `{parent}` to extend"),
            )
            .at(tag_place(current, "extends", templates))
            .maybe_hint(did_you_mean(parent, names(templates))),
        ],
        ErrorKind::Msg(message) => message
            .split("\n\nerror: ")
            .map(|report| printed_report(report, templates))
            .collect(),
        _ => vec![Diagnostic::new(
            Code::TemplateError,
            sentence(&error.to_string()),
        )],
    }
}

fn tag_place(name: &str, tag: &str, templates: &BTreeMap<String, TemplateFile>) -> Place {
    let Some(template) = templates.get(name) else {
        return Place::file(name);
    };
    let at = template
        .text
        .match_indices(tag)
        .map(|(at, _)| at)
        .find(|at| {
            template.text[..*at]
                .trim_end_matches(['-', ' ', '\t', '\n', '\r'])
                .ends_with("{%")
        });
    match at {
        Some(at) => Place::at(
            Arc::clone(&template.file),
            crate::diag::position(&template.text, at..at + tag.len()),
        ),
        None => Place::file(Arc::clone(&template.file)),
    }
}

/// The engine gives the mistakes that it finds across templates only as printed text:
/// `error: message`, `--> template:line:column`, the source line, carets.
fn printed_report(report: &str, templates: &BTreeMap<String, TemplateFile>) -> Diagnostic {
    let report = report.trim_start_matches("error: ");
    let mut lines = report.lines();
    let message = lines.next().unwrap_or_default();
    let diagnostic = Diagnostic::new(Code::TemplateError, sentence(message));
    let Some(target) = report
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("--> "))
    else {
        return diagnostic;
    };
    let mut parts = target.rsplitn(3, ':');
    let column = parts.next().and_then(|part| part.parse().ok());
    let line = parts.next().and_then(|part| part.parse().ok());
    let (Some(column), Some(line), Some(name)) = (column, line, parts.next()) else {
        return diagnostic;
    };
    let length = report.lines().find_map(|line| {
        let carets = line.matches('^').count();
        let only = line.chars().all(|c| matches!(c, '^' | ' ' | '\t' | '|'));
        (carets > 0 && only).then_some(carets)
    });
    let position = Position {
        line,
        column,
        length: length
            .and_then(|length| u32::try_from(length).ok())
            .unwrap_or(0),
    };
    diagnostic
        .at(Place::at(file(name, templates), position))
        .maybe_hint(suggestion(message, templates))
}

/// Names by which templates may be extended and included: whole, and without the theme's.
fn names(templates: &BTreeMap<String, TemplateFile>) -> impl Iterator<Item = &str> {
    templates.iter().flat_map(|(name, template)| {
        let below = template
            .file
            .rsplit_once("templates/")
            .map(|(_, below)| below);
        [Some(name.as_str()), below].into_iter().flatten()
    })
}

fn suggestion(message: &str, templates: &BTreeMap<String, TemplateFile>) -> Option<String> {
    let word = message.split('`').nth(1)?;
    if message.starts_with("Unknown filter") {
        let own = contract::FILTERS.iter().map(|filter| filter.name);
        return did_you_mean(word, own.chain(filters::BUILT_IN.iter().copied()));
    }
    if message.starts_with("Unknown function") {
        let own = contract::FUNCTIONS.iter().map(|function| function.name);
        return did_you_mean(word, own.chain(["range", "throw"]));
    }
    if message.starts_with("Unknown template") {
        return did_you_mean(word, names(templates));
    }
    None
}
