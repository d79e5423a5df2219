//! A template as a tree, as far as the check needs it: what is read, under which names, and
//! in which order. Precedence of operators is not kept, because it does not change what is
//! read.

use std::ops::Range;

/// A part of a template.
#[derive(Debug)]
pub(super) enum Node {
    /// `{{ … }}`, a condition, an argument: something is read.
    Value(Value),
    /// `{% set name = … %}`.
    Set(String, Value),
    /// `{% set name %} … {% endset %}`.
    SetBlock(String, Vec<Node>),
    /// The branches of `{% if %}`; each begins with its condition.
    If(Vec<Vec<Node>>),
    /// `{% for key, value in … %}`.
    For {
        key: Option<String>,
        value: String,
        target: Value,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
    /// `{% block name %}`.
    Block(String, Vec<Node>),
    /// `{% include "name" %}`.
    Include(String),
    /// `{% component name(…) %}`.
    Component {
        name: String,
        parameters: Vec<Parameter>,
        body: Vec<Node>,
    },
    /// Nodes in the scope around them: bodies of component calls and filter sections.
    Group(Vec<Node>),
}

/// A parameter of a component.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// `@name`: taken from the caller's scope.
    pub(super) implicit: bool,
    /// `...name`: takes all other arguments.
    pub(super) rest: bool,
}

/// What an expression reads: operands with the operators between them.
#[derive(Debug, Default)]
pub(super) struct Value {
    pub(super) operands: Vec<Operand>,
    /// The sign or word after each operand but the last.
    pub(super) operators: Vec<&'static str>,
}

/// An operand with what follows it.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) head: Head,
    pub(super) steps: Vec<Step>,
}

/// What an operand begins with.
#[derive(Debug)]
pub(super) enum Head {
    /// A variable.
    Variable(String, Range<usize>),
    /// A quoted text.
    Text,
    /// A number, flag or `none`.
    Constant,
    /// `name(argument=…)`.
    Call(String, Vec<Argument>),
    /// `<name attribute={…} />`.
    Component(Vec<Argument>),
    /// `( … )`.
    Group(Box<Value>),
    /// `[a, b]` and `{a: b}`.
    Items(Vec<Value>),
    /// `[a for key, value in b if c]`.
    Each {
        item: Box<Value>,
        key: Option<String>,
        value: String,
        target: Box<Value>,
        condition: Option<Box<Value>>,
    },
    /// Something unknown.
    Unknown,
}

/// What follows an operand.
#[derive(Debug)]
pub(super) enum Step {
    /// `.name`.
    Field(String, Range<usize>),
    /// `["name"]`.
    Key(String, Range<usize>),
    /// `[…]` with anything else.
    Index(Box<Value>),
    /// `[a:b]`.
    Slice(Vec<Value>),
    /// `| name(…)`.
    Filter(String, Vec<Argument>),
    /// `is name(…)`.
    Test(String, Vec<Argument>),
}

/// `name=value`; a spread has no name.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) range: Range<usize>,
    pub(super) value: Value,
}

impl Value {
    /// The quoted text that this is, if it is one.
    pub(super) fn is_text(&self) -> bool {
        matches!(
            self.operands.as_slice(),
            [Operand {
                head: Head::Text,
                steps
            }] if steps.is_empty()
        )
    }
}
