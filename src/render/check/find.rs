//! Questions to a template's tree: which names it sets, where a block stands, whether a block
//! calls its parent's.

use super::tree::{Head, Node, Operand, Value};
use std::collections::BTreeSet;

/// Whether an expression is a variable and nothing else.
pub(super) fn is_variable(value: &Value, name: &str) -> bool {
    matches!(
        value.operands.as_slice(),
        [Operand { head: Head::Variable(found, _), steps }] if found == name && steps.is_empty()
    )
}

/// Every name that is set somewhere below.
pub(super) fn collect_set(nodes: &[Node], names: &mut BTreeSet<String>) {
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

/// The body of a block, wherever it stands.
pub(super) fn find_block<'a>(nodes: &'a [Node], name: &str) -> Option<&'a [Node]> {
    nodes.iter().find_map(|node| match node {
        Node::Block(found, body) if found == name => Some(body.as_slice()),
        Node::Block(_, body) | Node::Group(body) | Node::SetBlock(_, body) => {
            find_block(body, name)
        }
        Node::If(branches) => branches.iter().find_map(|branch| find_block(branch, name)),
        _ => None,
    })
}

/// Whether a block shows its parent's version.
pub(super) fn calls_super(nodes: &[Node]) -> bool {
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
