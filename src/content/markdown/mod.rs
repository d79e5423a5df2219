//! Markdown → [`Body`].

use super::Body;
use crate::config::Markdown;
use crate::diag::Diagnostic;
use std::sync::Arc;

/// What the renderer needs to know beside the text.
#[derive(Debug)]
pub struct Input<'a> {
    /// File for messages.
    pub file: &'a Arc<str>,
    /// The body.
    pub text: &'a str,
    /// Line of the file on which the body begins.
    pub first_line: u32,
    /// Title from front matter, so that a first heading that repeats it is left out.
    pub title: Option<&'a str>,
    /// Language tag of the page, such as `zh-Hans`: names of alerts and tables, typography.
    pub language: &'a str,
    /// Switches of the site.
    pub options: &'a Markdown,
    /// Formulas on this page (front matter overrides the site).
    pub math: bool,
}

/// Renders a body.
pub fn render(_input: &Input<'_>) -> (Body, Vec<Diagnostic>) {
    todo!()
}
