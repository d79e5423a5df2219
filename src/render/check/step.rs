//! The check of a single step of an expression: a field, an index, a filter, a call; and how
//! a mistake is reported at its place.

use super::infer::Walk;
use super::shape::{element, fields, kind};
use super::tree::{Argument, Step};
use crate::diag::{Code, Diagnostic, Place, did_you_mean, position};
use crate::render::contract::{FILTERS, Shape};
use crate::render::dates;
use crate::render::theme::cached;
use std::ops::Range;
use std::sync::Arc;

impl<'a> Walk<'a> {
    pub(super) fn step(
        &mut self,
        shape: Shape,
        step: &'a Step,
        root: Option<&str>,
        tolerant: bool,
    ) -> Shape {
        match step {
            Step::Field(name, range) => self.field(shape, name, range, root, tolerant),
            // An index may ask for what is not there: it gives nothing, and no error.
            Step::Key(name, range) => {
                let tolerant = tolerant || matches!(root, Some("t" | "theme"));
                self.field(shape, name, range, root, tolerant)
            }
            Step::Index(index) => {
                self.value(index, false);
                element(shape)
            }
            Step::Slice(values) => {
                for value in values {
                    self.value(value, false);
                }
                shape
            }
            Step::Filter(name, arguments) => self.filter(shape, name, arguments),
            Step::Test(_, arguments) => {
                for argument in arguments {
                    self.value(&argument.value, false);
                }
                Shape::Bool
            }
        }
    }

    fn field(
        &mut self,
        shape: Shape,
        name: &str,
        range: &Range<usize>,
        root: Option<&str>,
        tolerant: bool,
    ) -> Shape {
        match shape {
            Shape::Any => {
                if root == Some("theme") && !tolerant && !self.known.options.contains(name) {
                    let hint = did_you_mean(name, self.known.options.iter().map(String::as_str));
                    let message = format!("the theme has no option `{name}`");
                    self.report(Code::UnknownTemplateField, message, range, hint);
                }
                Shape::Any
            }
            Shape::Maybe(inner) => self.field(*inner, name, range, root, tolerant),
            Shape::Mapping(inner) => {
                if root == Some("t") && !tolerant && !self.known.words.contains(name) {
                    let hint = did_you_mean(name, self.known.words.iter().map(String::as_str))
                        .or_else(|| Some(format!("add `{name}:` to the theme's `i18n/` files")));
                    let message = format!("the theme has no word `{name}`");
                    self.report(Code::UnknownTemplateField, message, range, hint);
                }
                *inner
            }
            Shape::Record(record) => {
                let fields = fields(record);
                if let Some(field) = fields.iter().find(|field| field.name == name) {
                    return field.shape;
                }
                let names = || fields.iter().map(|field| field.name);
                let hint = did_you_mean(name, names()).or_else(|| all_of(names().collect()));
                let message = format!("`{record}` has no field `{name}`");
                self.report(Code::UnknownTemplateField, message, range, hint);
                Shape::Any
            }
            Shape::Text | Shape::Html | Shape::Number | Shape::Bool | Shape::Date => {
                let message = format!("{} has no fields, so no `{name}`", kind(shape));
                self.report(Code::UnknownTemplateField, message, range, None);
                Shape::Any
            }
            Shape::List(_) => {
                let message = format!("a list has no fields, so no `{name}`");
                let hint = Some("take one of its items, with `for`, `first` or `[0]`".to_owned());
                self.report(Code::UnknownTemplateField, message, range, hint);
                Shape::Any
            }
        }
    }

    fn filter(&mut self, shape: Shape, name: &str, arguments: &'a [Argument]) -> Shape {
        for argument in arguments {
            self.value(&argument.value, false);
        }
        if let Some(filter) = FILTERS.iter().find(|filter| filter.name == name) {
            self.arguments(name, filter.arguments, arguments);
            if name == "date" {
                self.date_form(arguments);
            }
            return filter.gives;
        }
        match name {
            "first" | "last" | "nth" => element(shape),
            "reverse" | "sort" | "unique" => shape,
            "length" | "wordcount" | "int" | "float" | "abs" | "round" => Shape::Number,
            "upper" | "lower" | "trim" | "capitalize" | "title" | "truncate" | "replace"
            | "join" | "str" => Shape::Text,
            "safe" | "escape" | "escape_html" | "newlines_to_br" => Shape::Html,
            _ => Shape::Any,
        }
    }

    pub(super) fn call(&mut self, name: &str, arguments: &'a [Argument]) {
        for argument in arguments {
            self.value(&argument.value, false);
        }
        match name {
            "asset" => self.asset(arguments),
            "cached" => self.cached(arguments),
            _ => {}
        }
    }

    fn asset(&mut self, arguments: &[Argument]) {
        let path = arguments.iter().find(|argument| argument.name == "path");
        let Some((path, range)) = path.and_then(|path| self.quoted(path)) else {
            return;
        };
        let path = path.trim_start_matches('/').to_owned();
        if !self.known.assets.contains(&path) {
            let hint = did_you_mean(&path, self.known.assets.iter().map(String::as_str));
            let message = format!("there is no static file `{path}`");
            self.report(Code::TemplateError, message, &range, hint);
        }
    }

    /// A component that is called by its name: it must be there, take what it is given and
    /// nothing from the page around it.
    fn cached(&mut self, arguments: &[Argument]) {
        let mut own = arguments.iter();
        let named = own.find(|argument| argument.name == cached::COMPONENT);
        let Some((name, range)) = named.and_then(|named| self.quoted(named)) else {
            return;
        };
        let Some(parameters) = self.known.component(&name) else {
            let hint = did_you_mean(&name, self.known.components());
            let message = format!("there is no component `{name}`");
            self.report(Code::TemplateError, message, &range, hint);
            return;
        };
        let foreign = parameters
            .iter()
            .filter(|own| own.implicit && !cached::GIVEN.contains(&own.name.as_str()));
        for parameter in foreign {
            let from = &parameter.name;
            self.report(
                Code::TemplateError,
                format!("component `{name}` takes `@{from}`, which `cached` cannot give it"),
                &range,
                Some(format!(
                    "make what it needs of `{from}` a parameter, and hand it over as an argument"
                )),
            );
        }
        if parameters.iter().any(|own| own.rest) {
            return;
        }
        let of_cached = [cached::COMPONENT, cached::EACH];
        let given = || {
            let arguments = arguments.iter();
            arguments.filter(move |own| !of_cached.contains(&own.name.as_str()))
        };
        let each = arguments.iter().find(|own| own.name == cached::EACH);
        if let Some((each, range)) = each.and_then(|each| self.quoted(each))
            && !given().any(|own| own.name == each)
        {
            let hint = did_you_mean(&each, given().map(|own| own.name.as_str()));
            let message = format!("`each` names `{each}`, which is not among the arguments");
            self.report(Code::TemplateError, message, &range, hint);
        }
        for argument in given() {
            let names = || parameters.iter().map(|own| own.name.as_str());
            if !names().any(|name| name == argument.name) {
                let hint = did_you_mean(&argument.name, names());
                let message = format!("component `{name}` takes no argument `{}`", argument.name);
                self.report(Code::UnknownTemplateField, message, &argument.range, hint);
            }
        }
    }

    fn arguments(
        &mut self,
        filter: &str,
        known: &[(&'static str, &'static str)],
        arguments: &[Argument],
    ) {
        if known.iter().any(|(name, _)| *name == "…") {
            return;
        }
        for argument in arguments {
            if !known.iter().any(|(name, _)| *name == argument.name) {
                let hint = did_you_mean(&argument.name, known.iter().map(|(name, _)| *name));
                let message = format!("`{filter}` takes no argument `{}`", argument.name);
                self.report(Code::UnknownTemplateField, message, &argument.range, hint);
            }
        }
    }

    fn date_form(&mut self, arguments: &[Argument]) {
        let form = arguments
            .iter()
            .find(|argument| argument.name == "format")
            .and_then(|argument| self.quoted(argument));
        if let Some((form, range)) = form
            && !dates::FORMS.contains(&form.as_str())
        {
            let hint = did_you_mean(&form, dates::FORMS)
                .or_else(|| Some(format!("it may be `{}`", dates::FORMS.join("`, `"))));
            let message = format!("`{form}` is no form of a date");
            self.report(Code::TemplateError, message, &range, hint);
        }
    }

    /// The quoted text of an argument and its place.
    fn quoted(&self, argument: &Argument) -> Option<(String, Range<usize>)> {
        if !argument.value.is_text() {
            return None;
        }
        let (_, text) = self.known.sources.get(self.current)?;
        let rest = text.get(argument.range.end..)?;
        let open = argument.range.end + rest.find(['"', '\'', '`'])?;
        let quote = text.get(open..)?.chars().next()?;
        let close = open + 1 + text.get(open + 1..)?.find(quote)?;
        Some((text.get(open + 1..close)?.to_owned(), open + 1..close))
    }

    pub(super) fn report(
        &mut self,
        code: Code,
        message: String,
        range: &Range<usize>,
        hint: Option<String>,
    ) {
        let Some((file, text)) = self.known.sources.get(self.current) else {
            return;
        };
        self.diagnostics.push(
            Diagnostic::new(code, message)
                .at(Place::at(Arc::clone(file), position(text, range.clone())))
                .maybe_hint(hint),
        );
    }
}

/// The names that exist, for a hint where none of them is near.
pub(super) fn all_of(mut names: Vec<&str>) -> Option<String> {
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| format!("there are `{}`", names.join("`, `")))
}
