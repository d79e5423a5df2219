//! `$…$` and `$$…$$`, `\(…\)` and `\[…\]`: takes text from a dollar or backslash to the end of
//! its paragraph, says whether a formula begins there. TeX → MathML for those that do.
//!
//! Money is the hazard: in `$5 和 $6 元` nothing is a formula.

use super::script::is_cjk;
use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};

/// What stands at a dollar.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'t> {
    /// Nothing: so many bytes are text.
    Text(usize),
    /// A formula of so many bytes, its source, and whether it is displayed.
    Math(usize, &'t str, bool),
}

/// Reads from a dollar; `before` is the character in front of it.
pub(super) fn read(text: &str, before: Option<char>) -> Found<'_> {
    if let Some(rest) = text.strip_prefix("$$") {
        return match closing(rest, "$$") {
            Some(end) if !rest[..end].trim().is_empty() => {
                Found::Math(end + 4, rest[..end].trim(), true)
            }
            _ => Found::Text(2),
        };
    }
    let rest = &text[1..];
    if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return Found::Text(1);
    }
    match closing(rest, "$") {
        Some(end) if is_formula(&rest[..end], &rest[end + 1..]) => {
            Found::Math(end + 2, &rest[..end], false)
        }
        _ => Found::Text(1),
    }
}

/// Reads from a backslash. Where a markdown parser comes before MathJax, authors write the
/// backslash twice.
pub(super) fn read_bracketed(text: &str) -> Found<'_> {
    for (open, close, display) in [
        ("\\(", "\\)", false),
        ("\\\\(", "\\\\)", false),
        ("\\[", "\\]", true),
        ("\\\\[", "\\\\]", true),
    ] {
        let Some(rest) = text.strip_prefix(open) else {
            continue;
        };
        // None holds another: stopping there keeps this linear.
        let end = rest
            .match_indices('\\')
            .map(|(at, _)| at)
            .find(|at| rest[*at..].starts_with(close) || rest[*at..].starts_with(open))
            .filter(|at| rest[*at..].starts_with(close));
        let Some(end) = end else { break };
        let tex = rest[..end].trim();
        if !tex.is_empty() && (display || !is_prose(tex)) {
            return Found::Math(open.len() + end + close.len(), tex, display);
        }
        break;
    }
    Found::Text(2)
}

fn closing(text: &str, mark: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'$' if text[at..].starts_with(mark) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn is_formula(tex: &str, after: &str) -> bool {
    let Some(first) = tex.chars().next() else {
        return false;
    };
    if first.is_whitespace()
        || tex.ends_with(char::is_whitespace)
        || after.starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return false;
    }
    if is_prose(tex) {
        return false;
    }
    !first.is_ascii_digit()
        || tex.contains(['\\', '^', '_', '=', '{'])
        || (tex.len() <= 12 && !tex.contains([' ', '\n', ',']))
}

/// Whether words stand in it that TeX would need to be told of.
fn is_prose(tex: &str) -> bool {
    let worded = tex.contains("\\text") || tex.contains("\\mbox") || tex.contains("\\mathrm");
    !worded && tex.chars().any(|c| is_cjk(c) || is_cyrillic(c))
}

fn is_cyrillic(c: char) -> bool {
    ('\u{400}'..='\u{52F}').contains(&c)
}

/// Longest formula that is read.
const LONGEST: usize = 20_000;
/// Deepest nesting of groups.
const DEEPEST: usize = 120;
/// Most events: a formula of that size is no formula.
const MOST_EVENTS: usize = 60_000;

/// TeX → MathML, or why not. Where MathJax reads what a markdown parser left, as with Hexo and
/// Jekyll, authors write `\*` for `*` and `\\{` for `\{`; a formula that makes no sense
/// otherwise is read so.
pub(super) fn mathml(tex: &str, display: bool) -> Result<String, String> {
    read_tex(tex, display).or_else(|error| match unescaped(tex) {
        Some(tex) => read_tex(&tex, display).map_err(|_| error),
        None => Err(error),
    })
}

/// A text without markdown's backslashes. None if it has none.
fn unescaped(tex: &str) -> Option<String> {
    let mut plain = String::with_capacity(tex.len());
    let mut characters = tex.chars().peekable();
    while let Some(c) = characters.next() {
        match characters.peek() {
            Some(next) if c == '\\' && "\\*_{}[]()#+-.!`".contains(*next) => {
                plain.extend(characters.next());
            }
            _ => plain.push(c),
        }
    }
    (plain.len() < tex.len()).then_some(plain)
}

fn read_tex(tex: &str, display: bool) -> Result<String, String> {
    if tex.len() > LONGEST {
        return Err("the formula is too long".to_owned());
    }
    if depth(tex) > DEEPEST {
        return Err("the formula is nested too deeply".to_owned());
    }
    // Definitions may double themselves without end.
    for definition in [
        "\\def",
        "\\newcommand",
        "\\renewcommand",
        "\\providecommand",
        "\\let",
    ] {
        if let Some(at) = tex.find(definition)
            && !tex[at + definition.len()..].starts_with(|c: char| c.is_ascii_alphabetic())
        {
            return Err(format!("`{definition}` is not supported"));
        }
    }
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(tex, &storage) {
        match event {
            Ok(_) if events.len() >= MOST_EVENTS => {
                return Err("the formula is too long".to_owned());
            }
            Ok(event) => events.push(Ok::<_, std::convert::Infallible>(event)),
            Err(error) => return Err(first_line(&error.to_string())),
        }
    }
    // The renderer writes the annotation as it is.
    let annotation = super::escape::escaped(tex);
    let config = RenderConfig {
        display_mode: if display {
            DisplayMode::Block
        } else {
            DisplayMode::Inline
        },
        annotation: Some(&annotation),
        ..RenderConfig::default()
    };
    let mut mathml = String::new();
    push_mathml(&mut mathml, events.into_iter(), config).map_err(|error| error.to_string())?;
    Ok(tidied(&mathml))
}

/// The renderer's MathML as a strict page can hold it: it writes `<` and `&` as they are where
/// they are signs of the formula, and colours as inline styles, which a content security policy
/// without `unsafe-inline` refuses.
fn tidied(mathml: &str) -> String {
    let mut html = String::with_capacity(mathml.len());
    let mut rest = mathml;
    while let Some(at) = rest.find(['<', '&']) {
        html.push_str(&rest[..at]);
        rest = &rest[at..];
        let after = &rest[1..];
        if rest.starts_with('&') {
            let entity = after.split(';').next().filter(|name| {
                name.len() < after.len()
                    && !name.is_empty()
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
            });
            html.push_str(if entity.is_some() { "&" } else { "&amp;" });
            rest = after;
        } else if after.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()) {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            tag(&rest[..end], &mut html);
            rest = &rest[end..];
        } else {
            html.push_str("&lt;");
            rest = after;
        }
    }
    html.push_str(rest);
    html
}

/// A tag without inline styles; colours become the attributes that MathML has for them.
fn tag(tag: &str, html: &mut String) {
    let parts = tag.split_once(" style=\"").and_then(|(before, rest)| {
        let (style, after) = rest.split_once('"')?;
        Some((before, style, after))
    });
    let Some((before, style, after)) = parts else {
        return html.push_str(tag);
    };
    html.push_str(before);
    for declaration in style.split(';') {
        let (property, value) = declaration.split_once(':').unwrap_or((declaration, ""));
        let attribute = match property.trim() {
            "color" => "mathcolor",
            "background-color" => "mathbackground",
            _ => continue,
        };
        html.push_str(&format!(" {attribute}=\"{}\"", value.trim()));
    }
    html.push_str(after);
}

fn depth(tex: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in tex.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    // `\left` and `\begin` nest without braces.
    deepest.max(
        tex.matches("\\left")
            .count()
            .max(tex.matches("\\begin").count()),
    )
}

fn first_line(error: &str) -> String {
    error
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("parsing error: ")
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Found, mathml, read};

    #[test]
    fn money_is_no_formula() {
        for text in [
            "$5 和 $6 元",
            "$5，约合$36",
            "$10,$20",
            "$ a$",
            "$a $",
            "$甲$",
            "$5-$10",
            "$$",
            "$$ $$",
            "$100k/год и $120k",
            "$HOME/bin:$PATH",
        ] {
            assert!(matches!(read(text, None), Found::Text(_)), "{text}");
        }
        assert_eq!(read("$a$，", None), Found::Math(3, "a", false));
        assert_eq!(read("$2^n$", None), Found::Math(5, "2^n", false));
        assert_eq!(read(r"$\$5 = x$", None), Found::Math(9, r"\$5 = x", false));
        assert_eq!(read("$$\na\n$$", None), Found::Math(7, "a", true));
        assert_eq!(
            read(r"$\text{速度}=v$", None),
            Found::Math(17, r"\text{速度}=v", false)
        );
    }

    #[test]
    fn markdowns_backslashes_are_read_where_they_make_sense_only() {
        for (written, meant) in [
            (r"\Sigma^{\*}", r"\Sigma^{*}"),
            (r"\\{0, 1\\}", r"\{0, 1\}"),
        ] {
            assert_eq!(mathml(written, false), mathml(meant, false), "{written}");
        }
        assert!(mathml(r"\{a\}", false).unwrap().contains('{'));
        assert!(mathml(r"\nonsense\*", false).is_err());
    }

    #[test]
    fn signs_of_html_are_escaped_and_no_style_is_inline() {
        let html = mathml(r"\begin{cases} a & b < c \\ \& & d > e \end{cases}", true).unwrap();
        assert!(html.contains("<mo>&lt;</mo>"), "{html}");
        assert!(html.contains(">&amp;</mi>"), "{html}");
        let html = mathml(r"\textcolor{red}{x}\!\text{a\ b}", false).unwrap();
        assert!(html.contains(" mathcolor=\"rgb(255 0 0)\""), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn bad_formulas_are_refused() {
        assert!(mathml(r"\frac{1}{2}", false).is_ok_and(|html| html.contains("<mfrac>")));
        assert!(mathml(r"\frac{1}{2", false).is_err());
        assert!(mathml(&"{".repeat(5000), false).is_err());
        assert!(mathml(r"\def\a{\a\a}\a", false).is_err());
    }
}
