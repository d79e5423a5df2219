//! What templates read against what the contract gives: takes the tree of a template and the
//! shapes of its variables, gives a diagnostic for every field that does not exist. What it
//! cannot know has any shape, and is not complained about.

use super::parse::Parsed;
use super::tree::{Argument, Head, Node, Operand, Step, Value};
use crate::diag::{Code, Diagnostic, Place, did_you_mean, position};
use crate::render::contract::{FILTERS, Field, RECORDS, Shape};
use crate::render::dates;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// What all templates of a theme share.
pub(super) struct Known<'a> {
    /// Parsed templates by the name under which the engine knows them.
    pub(super) parsed: &'a BTreeMap<String, Parsed>,
    /// Files and texts by the same names.
    pub(super) sources: &'a BTreeMap<String, (Arc<str>, Arc<str>)>,
    /// Finds a template's name as the engine does.
    pub(super) resolve: &'a dyn Fn(&str) -> Option<String>,
    /// Words of the default language.
    pub(super) words: BTreeSet<String>,
    /// The theme's options.
    pub(super) options: BTreeSet<String>,
    /// Static files.
    pub(super) assets: BTreeSet<String>,
}

/// Includes and blocks nest at most so deep.
const DEEPEST: usize = 48;

/// Walks templates with one set of variables.
pub(super) struct Walk<'a> {
    known: &'a Known<'a>,
    /// Templates that were walked, in the order of inheritance: the most derived first.
    chain: Vec<&'a str>,
    /// The template that is being walked now.
    current: &'a str,
    scopes: Vec<BTreeMap<String, Shape>>,
    /// Names that are set somewhere: they may be there.
    set: BTreeSet<String>,
    /// Whether a variable that nobody gives is a mistake.
    strict: bool,
    depth: usize,
    /// Every template that was reached.
    pub(super) reached: BTreeSet<&'a str>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    /// Starts with these variables; without `strict`, others may be there too.
    pub(super) fn new<'f>(
        known: &'a Known<'a>,
        variables: impl IntoIterator<Item = &'f Field>,
        strict: bool,
    ) -> Self {
        let scope = variables
            .into_iter()
            .map(|field| (field.name.to_owned(), field.shape))
            .collect();
        Self {
            known,
            chain: Vec::new(),
            current: "",
            scopes: vec![scope],
            set: BTreeSet::new(),
            strict,
            depth: 0,
            reached: BTreeSet::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Walks a template with everything that it extends and includes.
    pub(super) fn template(&mut self, name: &str) {
        let mut next = (self.known.resolve)(name);
        while let Some(name) = next.take() {
            let Some((name, parsed)) = self.known.parsed.get_key_value(&name) else {
                break;
            };
            if self.chain.contains(&name.as_str()) {
                break;
            }
            self.chain.push(name);
            self.reached.insert(name);
            collect_set(&parsed.nodes, &mut self.set);
            next = parsed
                .extends
                .as_deref()
                .and_then(|parent| (self.known.resolve)(parent));
        }
        if let Some(base) = self.chain.last().copied() {
            self.inside(base);
        }
        // The components that a template defines have scopes of their own.
        for name in self.chain.clone() {
            self.components(name);
        }
    }

    /// Walks the components that a template defines.
    pub(super) fn components(&mut self, name: &'a str) {
        let Some(parsed) = self.known.parsed.get(name) else {
            return;
        };
        let globals = self.scopes[0].clone();
        for node in &parsed.nodes {
            let Node::Component {
                parameters, body, ..
            } = node
            else {
                continue;
            };
            let mut scope = BTreeMap::from([("body".to_owned(), Shape::Html)]);
            for parameter in parameters {
                let shape = if parameter.implicit {
                    super::global(&parameter.name).unwrap_or(Shape::Any)
                } else {
                    Shape::Any
                };
                scope.insert(parameter.name.clone(), shape);
            }
            let set = std::mem::take(&mut self.set);
            collect_set(body, &mut self.set);
            let outer = std::mem::replace(&mut self.scopes, vec![scope]);
            let before = std::mem::replace(&mut self.current, name);
            let strict = std::mem::replace(&mut self.strict, true);
            self.nodes(body);
            self.strict = strict;
            self.current = before;
            self.scopes = outer;
            self.set = set;
        }
        self.scopes[0] = globals;
    }

    fn inside(&mut self, name: &'a str) {
        let Some(parsed) = self.known.parsed.get(name) else {
            return;
        };
        let before = std::mem::replace(&mut self.current, name);
        self.nodes(&parsed.nodes);
        self.current = before;
    }

    fn nodes(&mut self, nodes: &'a [Node]) {
        if self.depth > DEEPEST {
            return;
        }
        self.depth += 1;
        for node in nodes {
            self.node(node);
        }
        self.depth -= 1;
    }

    fn node(&mut self, node: &'a Node) {
        match node {
            Node::Value(value) => {
                self.value(value, false);
            }
            Node::Set(name, value) => {
                let shape = self.value(value, false);
                self.define(name, shape);
            }
            Node::SetBlock(name, body) => {
                self.nodes(body);
                self.define(name, Shape::Any);
            }
            Node::If(branches) => {
                for branch in branches {
                    self.nodes(branch);
                }
            }
            Node::For {
                key,
                value,
                target,
                body,
                otherwise,
            } => {
                let target = self.value(target, false);
                self.scopes.push(loop_scope(target, key.as_deref(), value));
                self.nodes(body);
                self.scopes.pop();
                self.nodes(otherwise);
            }
            Node::Block(name, body) => self.block(name, body),
            Node::Include(name) => {
                let found = (self.known.resolve)(name)
                    .and_then(|name| self.known.parsed.get_key_value(&name));
                if let Some((name, parsed)) = found {
                    self.reached.insert(name);
                    collect_set(&parsed.nodes, &mut self.set);
                    self.inside(name);
                }
            }
            Node::Component { .. } => {}
            Node::Group(nodes) => self.nodes(nodes),
        }
    }

    /// The most derived version of a block, and those that it calls with `super()`.
    fn block(&mut self, name: &str, own: &'a [Node]) {
        let versions: Vec<(&'a str, &'a [Node])> = self
            .chain
            .iter()
            .filter_map(|template| {
                let parsed = self.known.parsed.get(*template)?;
                Some((*template, find_block(&parsed.nodes, name)?))
            })
            .collect();
        if versions.is_empty() {
            self.nodes(own);
            return;
        }
        for (template, body) in versions {
            let before = std::mem::replace(&mut self.current, template);
            self.nodes(body);
            self.current = before;
            if !calls_super(body) {
                break;
            }
        }
    }

    fn define(&mut self, name: &str, shape: Shape) {
        // A branch may give it another shape: then nothing is known.
        let shape = match self.lookup(name) {
            Some(before) => join(before, shape),
            None => shape,
        };
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), shape);
        }
    }

    fn lookup(&self, name: &str) -> Option<Shape> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.get(name).copied())
    }

    /// Checks what an expression reads and gives its shape. `optional`: it may be missing.
    fn value(&mut self, value: &'a Value, optional: bool) -> Shape {
        let mut shapes = Vec::with_capacity(value.operands.len());
        for (number, operand) in value.operands.iter().enumerate() {
            let defaulted = value.operators.get(number) == Some(&"or");
            shapes.push(self.operand(operand, optional || defaulted));
        }
        let first = shapes.first().copied().unwrap_or(Shape::Any);
        if value.operators.is_empty() {
            return first;
        }
        if value.operators.iter().all(|operator| *operator == "or") {
            return shapes.into_iter().fold(first, join);
        }
        if value.operators == ["if", "else"]
            && let [yes, _, no] = shapes.as_slice()
        {
            return join(*yes, *no);
        }
        Shape::Any
    }

    fn operand(&mut self, operand: &'a Operand, optional: bool) -> Shape {
        let guarded = operand.steps.iter().any(|step| match step {
            Step::Filter(name, ..) => name == "default",
            Step::Test(name, _) => name == "defined" || name == "undefined",
            _ => false,
        });
        let tolerant = optional || guarded;
        let mut root = None;
        let mut shape = match &operand.head {
            Head::Variable(name, range) => {
                root = Some(name.as_str());
                if guarded {
                    // Who asks whether it is there may use it afterwards.
                    self.set.insert(name.clone());
                }
                self.variable(name, range, tolerant)
            }
            Head::Text => Shape::Text,
            Head::Constant | Head::Unknown => Shape::Any,
            Head::Call(name, arguments) => {
                self.call(name, arguments);
                Shape::Any
            }
            Head::Component(arguments) => {
                for argument in arguments {
                    self.value(&argument.value, true);
                }
                Shape::Html
            }
            Head::Group(value) => self.value(value, tolerant),
            Head::Items(items) => {
                for item in items {
                    self.value(item, false);
                }
                Shape::Any
            }
            Head::Each {
                item,
                key,
                value,
                target,
                condition,
            } => {
                let target = self.value(target, false);
                self.scopes.push(loop_scope(target, key.as_deref(), value));
                self.value(item, false);
                if let Some(condition) = condition {
                    self.value(condition, false);
                }
                self.scopes.pop();
                // The same items, fewer of them, when they are taken as they are.
                if is_variable(item, value) {
                    target
                } else {
                    Shape::Any
                }
            }
        };
        for (number, step) in operand.steps.iter().enumerate() {
            let named = (number == 0).then_some(root).flatten();
            shape = match step {
                Step::Field(name, _) | Step::Key(name, _) if guarded && !has(shape, name) => {
                    Shape::Any
                }
                _ => self.step(shape, step, named, tolerant),
            };
        }
        shape
    }

    fn variable(&mut self, name: &str, range: &Range<usize>, tolerant: bool) -> Shape {
        if let Some(shape) = self.lookup(name) {
            return shape;
        }
        let given = name == "loop" || name.starts_with("__tera") || self.set.contains(name);
        if self.strict && !tolerant && !given {
            let names: Vec<String> = self
                .scopes
                .iter()
                .flat_map(|scope| scope.keys().cloned())
                .collect();
            let hint = did_you_mean(name, names.iter().map(String::as_str)).or_else(|| {
                super::global(name)
                    .map(|_| format!("a component takes it with the parameter `@{name}`"))
            });
            self.report(
                Code::UnknownTemplateField,
                format!("no variable `{name}` is given here"),
                range,
                hint,
            );
        }
        Shape::Any
    }

    fn step(&mut self, shape: Shape, step: &'a Step, root: Option<&str>, tolerant: bool) -> Shape {
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
                let hint = did_you_mean(name, fields.iter().map(|field| field.name));
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

    fn call(&mut self, name: &str, arguments: &'a [Argument]) {
        for argument in arguments {
            self.value(&argument.value, false);
        }
        if name == "asset"
            && let Some(argument) = arguments.iter().find(|argument| argument.name == "path")
            && let Some((path, range)) = self.quoted(argument)
        {
            let path = path.trim_start_matches('/').to_owned();
            if !self.known.assets.contains(&path) {
                let hint = did_you_mean(&path, self.known.assets.iter().map(String::as_str));
                let message = format!("there is no static file `{path}`");
                self.report(Code::TemplateError, message, &range, hint);
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

    fn report(&mut self, code: Code, message: String, range: &Range<usize>, hint: Option<String>) {
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

/// Fields of a record; a page has those of its card too.
fn fields(record: &str) -> Vec<&'static Field> {
    let names: &[&str] = match record {
        "page" => &["page", "card"],
        other => &[other],
    };
    RECORDS
        .iter()
        .filter(|known| names.contains(&known.name))
        .flat_map(|known| known.fields)
        .collect()
}

/// Whether a shape surely has a field.
fn has(shape: Shape, name: &str) -> bool {
    match shape {
        Shape::Record(record) => fields(record).iter().any(|field| field.name == name),
        Shape::Maybe(inner) => has(*inner, name),
        _ => true,
    }
}

fn kind(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "text",
        Shape::Html => "HTML",
        Shape::Number => "a number",
        Shape::Bool => "a flag",
        Shape::Date => "a date",
        _ => "this",
    }
}

/// Shape of an item of a list.
fn element(shape: Shape) -> Shape {
    match shape {
        Shape::List(item) | Shape::Mapping(item) => *item,
        Shape::Maybe(inner) => element(*inner),
        _ => Shape::Any,
    }
}

fn loop_scope(target: Shape, key: Option<&str>, value: &str) -> BTreeMap<String, Shape> {
    let mut scope = BTreeMap::from([
        ("loop".to_owned(), Shape::Any),
        (value.to_owned(), element(target)),
    ]);
    if let Some(key) = key {
        scope.insert(key.to_owned(), Shape::Any);
    }
    scope
}

/// One shape for two, when they are the same.
fn join(a: Shape, b: Shape) -> Shape {
    match (a, b) {
        (Shape::Maybe(a), b) => join(*a, b),
        (a, Shape::Maybe(b)) => join(a, *b),
        (Shape::Record(one), Shape::Record(other)) if one == other => a,
        (Shape::Text, Shape::Text) => a,
        (Shape::List(one), Shape::List(other)) => match (one, other) {
            (Shape::Record(first), Shape::Record(second)) if first == second => a,
            _ => Shape::Any,
        },
        _ => Shape::Any,
    }
}

fn is_variable(value: &Value, name: &str) -> bool {
    matches!(
        value.operands.as_slice(),
        [Operand { head: Head::Variable(found, _), steps }] if found == name && steps.is_empty()
    )
}

/// Every name that is set somewhere below.
fn collect_set(nodes: &[Node], names: &mut BTreeSet<String>) {
    for node in nodes {
        match node {
            Node::Set(name, _) => {
                names.insert(name.clone());
            }
            Node::SetBlock(name, body) => {
                names.insert(name.clone());
                collect_set(body, names);
            }
            Node::If(branches) => {
                for branch in branches {
                    collect_set(branch, names);
                }
            }
            Node::For {
                body, otherwise, ..
            } => {
                collect_set(body, names);
                collect_set(otherwise, names);
            }
            Node::Block(_, body) | Node::Group(body) => collect_set(body, names),
            Node::Value(_) | Node::Include(_) | Node::Component { .. } => {}
        }
    }
}

fn find_block<'a>(nodes: &'a [Node], name: &str) -> Option<&'a [Node]> {
    nodes.iter().find_map(|node| match node {
        Node::Block(found, body) if found == name => Some(body.as_slice()),
        Node::Block(_, body) | Node::Group(body) | Node::SetBlock(_, body) => {
            find_block(body, name)
        }
        Node::If(branches) => branches.iter().find_map(|branch| find_block(branch, name)),
        _ => None,
    })
}

fn calls_super(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Value(value) | Node::Set(_, value) => value
            .operands
            .iter()
            .any(|operand| matches!(&operand.head, Head::Call(name, ..) if name == "super")),
        Node::SetBlock(_, body) | Node::Block(_, body) | Node::Group(body) => calls_super(body),
        Node::If(branches) => branches.iter().any(|branch| calls_super(branch)),
        Node::For {
            body, otherwise, ..
        } => calls_super(body) || calls_super(otherwise),
        Node::Include(_) | Node::Component { .. } => false,
    })
}
