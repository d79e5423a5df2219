//! `:::name[label]{key=value}`: takes one line without indentation, says which directive it
//! opens or closes. Also reads VuePress's `::: tip Title`. Knows nothing of nesting.

use super::attributes;
use super::piece::PieceKind;
use crate::content::body::Component;

/// Reads a line that begins with two colons or more.
pub(super) fn read(line: &str) -> Option<PieceKind> {
    let line = line.trim_end();
    let colons = line.bytes().take_while(|byte| *byte == b':').count();
    let rest = &line[colons..];
    if colons < 2 {
        return None;
    }
    if colons == 2 {
        return component(rest, false).map(PieceKind::Leaf);
    }
    if rest.trim().is_empty() {
        return Some(PieceKind::Close(colons));
    }
    component(rest.trim_start(), true).map(|component| PieceKind::Open(colons, component))
}

fn component(text: &str, titled: bool) -> Option<Component> {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')))
        .unwrap_or(text.len());
    let name = &text[..end];
    if !name.starts_with(char::is_alphabetic) {
        return None;
    }
    let mut rest = &text[end..];
    let mut label = None;
    if rest.starts_with('[') {
        let close = closing_bracket(rest)?;
        label = Some(&rest[1..close]);
        rest = &rest[close + 1..];
    }
    let mut pairs = Vec::new();
    let trimmed = rest.trim_start();
    if trimmed.starts_with('{') {
        let (found, length) = match attributes::of_directive(trimmed) {
            Some(found) => found,
            None if trimmed.starts_with("{}") => (Vec::new(), 2),
            None => return None,
        };
        pairs = found;
        rest = &trimmed[length..];
    }
    let title = rest.trim().trim_end_matches(':').trim();
    if !title.is_empty() {
        // A second label, or prose after a leaf, is no directive.
        if !titled || label.is_some() || !rest.starts_with(char::is_whitespace) {
            return None;
        }
        label = Some(title);
    }
    Some(Component {
        name: name.to_lowercase(),
        label: label
            .filter(|label| !label.is_empty())
            .map(super::inline_html),
        attributes: pairs,
    })
}

fn closing_bracket(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => depth += 1,
            b']' if depth == 1 => return Some(at),
            b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::content::markdown::piece::PieceKind;

    fn seen(line: &str) -> String {
        match read(line) {
            Some(PieceKind::Open(colons, c)) => {
                format!("open {colons} {} {:?} {:?}", c.name, c.label, c.attributes)
            }
            Some(PieceKind::Leaf(c)) => format!("leaf {} {:?} {:?}", c.name, c.label, c.attributes),
            Some(PieceKind::Close(colons)) => format!("close {colons}"),
            _ => "prose".to_owned(),
        }
    }

    #[test]
    fn directives_of_all_writings_are_read() {
        assert_eq!(seen(":::note"), "open 3 note None []");
        assert_eq!(
            seen("::::note[看 *这里*]{.big n=1}"),
            r#"open 4 note Some("看 <em>这里</em>") [("class", "big"), ("n", "1")]"#
        );
        assert_eq!(seen("::: tip 小贴士"), r#"open 3 tip Some("小贴士") []"#);
        assert_eq!(
            seen(":::details[看]{open .wide}"),
            r#"open 3 details Some("看") [("open", "true"), ("class", "wide")]"#
        );
        assert_eq!(seen(":::"), "close 3");
        assert_eq!(
            seen("::qr[扫码]{to=wechat}"),
            r#"leaf qr Some("扫码") [("to", "wechat")]"#
        );
        assert_eq!(seen("::before is a pseudo-element"), "prose");
        assert_eq!(seen("::1"), "prose");
        assert_eq!(seen(":name"), "prose");
    }
}
