//! What templates read against what the contract gives: takes the tree of a template and the
//! shapes of its variables, gives a diagnostic for every field that does not exist. What it
//! cannot know has any shape, and is not complained about.

use super::find::{calls_super, collect_set, find_block, is_variable};
use super::parse::Parsed;
use super::shape::{has, join, loop_scope};
use super::step::all_of;
use super::tree::{Head, Node, Operand, Parameter, Step, Value};
use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::render::contract::{Field, Shape};
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

impl<'a> Known<'a> {
    /// The parameters of a component.
    pub(super) fn component(&self, name: &str) -> Option<&'a [Parameter]> {
        self.definitions()
            .find_map(|(known, parameters)| (known == name).then_some(parameters))
    }

    /// The names of all components.
    pub(super) fn components(&self) -> impl Iterator<Item = &'a str> {
        self.definitions().map(|(name, _)| name)
    }

    fn definitions(&self) -> impl Iterator<Item = (&'a str, &'a [Parameter])> {
        let nodes = self.parsed.values().flat_map(|parsed| &parsed.nodes);
        nodes.filter_map(|node| match node {
            Node::Component {
                name, parameters, ..
            } => Some((name.as_str(), parameters.as_slice())),
            _ => None,
        })
    }
}

/// Includes and blocks nest at most so deep.
const DEEPEST: usize = 48;

/// Walks templates with one set of variables.
pub(super) struct Walk<'a> {
    pub(super) known: &'a Known<'a>,
    /// Templates that were walked, in the order of inheritance: the most derived first.
    chain: Vec<&'a str>,
    /// The template that is being walked now.
    pub(super) current: &'a str,
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
    pub(super) fn value(&mut self, value: &'a Value, optional: bool) -> Shape {
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
                    .or_else(|| all_of(names.iter().map(String::as_str).collect()))
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
}
