//! Splits a file into front matter and body, in every dialect.

use crate::data::Node;
use crate::diag::Diagnostic;
use std::sync::Arc;

/// A file taken apart.
#[derive(Debug)]
pub struct Split<'a> {
    /// Front matter as a tree; an empty mapping when there is none.
    pub fields: Node,
    /// The body.
    pub body: &'a str,
    /// Line of the file (from 1) on which the body begins.
    pub body_line: u32,
}

/// Takes a file apart. `None` when the front matter cannot be read at all.
pub fn split<'a>(
    _file: &Arc<str>,
    _text: &'a str,
    _diagnostics: &mut Vec<Diagnostic>,
) -> Option<Split<'a>> {
    todo!()
}
