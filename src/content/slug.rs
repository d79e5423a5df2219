//! Names → slugs: takes any text, gives a path segment that is never empty.

use crate::config::SlugStyle;

/// Makes a slug. The same text always gives the same slug.
pub fn slug(_text: &str, _style: SlugStyle) -> String {
    todo!()
}
