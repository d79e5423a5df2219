//! Shapes of the contract, reckoned with: takes shapes, gives the shapes of their parts and of
//! what is made of two of them.

use crate::render::contract::{Field, RECORDS, Shape};
use std::collections::BTreeMap;

/// Fields of a record; a page has those of its card too.
pub(super) fn fields(record: &str) -> Vec<&'static Field> {
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
pub(super) fn has(shape: Shape, name: &str) -> bool {
    match shape {
        Shape::Record(record) => fields(record).iter().any(|field| field.name == name),
        Shape::Maybe(inner) => has(*inner, name),
        _ => true,
    }
}

/// What a value is, in words for messages.
pub(super) fn kind(shape: Shape) -> &'static str {
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
pub(super) fn element(shape: Shape) -> Shape {
    match shape {
        Shape::List(item) | Shape::Mapping(item) => *item,
        Shape::Maybe(inner) => element(*inner),
        _ => Shape::Any,
    }
}

/// Variables inside a loop over a value.
pub(super) fn loop_scope(target: Shape, key: Option<&str>, value: &str) -> BTreeMap<String, Shape> {
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
pub(super) fn join(a: Shape, b: Shape) -> Shape {
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
