//! What all pages of the desk are made of: frame, escaping, addresses.

use super::Look;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A whole page. `attributes` are those of its body, already escaped.
pub(super) fn page(look: &Look<'_>, title: &str, attributes: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"{address}/desk.css\">\n\
         <script src=\"{address}/desk.js\" defer></script>\n<body{attributes}>\n{body}\n</body>\n</html>\n",
        look.words.tag,
        escape(title),
        address = look.address,
    )
}

/// A text for content and for attributes in double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text inside of `<textarea>`, whose first line feed a browser would drop.
pub(super) fn in_textarea(text: &str) -> String {
    format!("\n{}", escape(text))
}

/// A value in a query.
pub(super) fn query(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// `http` and `https` addresses only: a ledger is a file that anybody may edit.
pub(super) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
