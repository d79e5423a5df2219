//! `{#id .class key=value key="two words"}`: takes the text between the braces, gives pairs.
//! Refuses (gives none) when anything else stands there, so that braces in prose stay prose.

/// Name and value; `#id` is `id`, classes are joined under `class`.
pub(super) type Attributes = Vec<(String, String)>;

/// Reads `{…}` or kramdown's `{: …}` at the start of a text; gives the pairs and the length.
pub(super) fn braced(text: &str) -> Option<(Attributes, usize)> {
    read(text, false)
}

/// The same behind the name of a directive, where a bare word (`{open}`) is an attribute too:
/// `open=true`.
pub(super) fn of_directive(text: &str) -> Option<(Attributes, usize)> {
    read(text, true)
}

fn read(text: &str, bare: bool) -> Option<(Attributes, usize)> {
    let inner = text.strip_prefix('{')?;
    let end = closing_brace(inner)?;
    let body = inner[..end].strip_prefix(':').unwrap_or(&inner[..end]);
    let attributes = parse(body, bare)?;
    (!attributes.is_empty()).then_some((attributes, end + 2))
}

/// Offset of the `}` that is outside of quotes, on the same line.
fn closing_brace(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices().take(1000) {
        match (quote, c) {
            (_, '\n') => return None,
            (None, '}') => return Some(at),
            (None, '{') => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Reads the inside; `bare` words are attributes without a value.
fn parse(text: &str, bare: bool) -> Option<Attributes> {
    let mut attributes = Attributes::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('#') {
            let (id, after) = word(after);
            set(&mut attributes, "id", id)?;
            rest = after.trim_start();
        } else if let Some(after) = rest.strip_prefix('.') {
            let (class, after) = word(after);
            set(&mut attributes, "class", class)?;
            rest = after.trim_start();
        } else {
            let end = rest
                .find(|c: char| c == '=' || c.is_whitespace())
                .unwrap_or(rest.len());
            let key = &rest[..end];
            if !is_name(key) {
                return None;
            }
            let Some(after) = rest[end..].strip_prefix('=') else {
                if !bare {
                    return None;
                }
                put(&mut attributes, key, "true");
                rest = rest[end..].trim_start();
                continue;
            };
            let (value, after) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let close = after[1..].find(quote)?;
                    (&after[1..=close], &after[close + 2..])
                }
                _ => {
                    let end = after.find(char::is_whitespace).unwrap_or(after.len());
                    after.split_at(end)
                }
            };
            put(&mut attributes, key, value);
            rest = after.trim_start();
        }
    }
    Some(attributes)
}

/// A list of attributes as HTML, each with a space before it. Names that start with `on` and
/// `style` do nothing here: an attribute list is for names and sizes.
pub(super) fn write(attributes: &[(String, String)], html: &mut String) {
    for (name, value) in attributes {
        if name.starts_with("on") || matches!(name.as_str(), "href" | "src" | "srcset" | "style") {
            continue;
        }
        html.push(' ');
        html.push_str(name);
        html.push_str("=\"");
        super::escape::attribute(value, html);
        html.push('"');
    }
}

fn word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, '#' | '.' | '=' | '"' | '\'' | '<' | '>'))
        .unwrap_or(text.len());
    text.split_at(end)
}

fn set(attributes: &mut Attributes, key: &str, value: &str) -> Option<()> {
    (!value.is_empty()).then(|| put(attributes, key, value))
}

fn put(attributes: &mut Attributes, key: &str, value: &str) {
    match attributes.iter_mut().find(|(name, _)| name == key) {
        Some((_, classes)) if key == "class" => {
            classes.push(' ');
            classes.push_str(value);
        }
        Some((_, old)) => value.clone_into(old),
        None => attributes.push((key.to_owned(), value.to_owned())),
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::braced;

    #[test]
    fn ids_classes_and_pairs_are_read_and_prose_is_not() {
        let pairs = |text| {
            braced(text).map(|(pairs, length)| {
                let pairs: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect();
                (pairs.join(","), length)
            })
        };
        assert_eq!(
            pairs("{#图 .a .b width=300 t='x } y'} rest"),
            Some(("id=图,class=a b,width=300,t=x } y".to_owned(), 32))
        );
        assert_eq!(pairs("{: .lead}"), Some(("class=lead".to_owned(), 9)));
        assert_eq!(pairs("{a, b}"), None);
        assert_eq!(pairs("{}"), None);
        assert_eq!(pairs("{{ x }}"), None);
    }
}
