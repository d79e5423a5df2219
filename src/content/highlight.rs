//! Code → HTML with token classes. The one module that knows the highlighter.

/// Highlights code in the named language.
pub fn highlight(_code: &str, _language: &str) -> Option<String> {
    todo!()
}
