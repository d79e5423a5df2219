//! JSON front matter: Hugo's object in braces, Hexo's with or without them.

use super::lines::{Line, Lines, Start};
use super::{Taken, is_fence, read, unclosed};
use crate::data::Format;
use crate::diag::Diagnostic;
use std::borrow::Cow;
use std::sync::Arc;

/// Hugo's JSON ends with its closing brace, Hexo's with a line of semicolons behind it.
pub(super) fn braced(
    file: &Arc<str>,
    text: &str,
    first: Line<'_>,
    found: &mut Vec<Diagnostic>,
) -> Taken {
    let rest = &text[first.offset..];
    let inside = rest[1..].trim_start();
    if !inside.starts_with(['"', '}']) {
        return Taken::Nothing;
    }
    let Some(length) = length(rest) else {
        return unclosed(file, first, "{", found);
    };
    let (json, behind) = rest.split_at(length);
    let line = behind.lines().next().unwrap_or_default();
    if !line.trim().trim_matches(';').is_empty()
        || (inside.starts_with('}') && !line.trim().is_empty())
    {
        return Taken::Nothing;
    }
    let breaks = u32::try_from(json.matches('\n').count()).unwrap_or(u32::MAX);
    let mut end = Start {
        offset: first.offset + length,
        number: first.number.saturating_add(breaks),
    };
    // The rest of the brace's line, and Hexo's line of semicolons.
    let lines: Vec<Line<'_>> = Lines::at(behind, end.number).take(2).collect();
    let semicolons = lines
        .get(1)
        .is_some_and(|line| is_fence(line.text.trim_end(), ';'));
    if let Some(last) = lines.get(usize::from(semicolons)) {
        end = Start {
            offset: end.offset + last.next,
            number: last.number + u32::from(last.ended),
        };
    }
    let column = first.text.len() - first.text.trim_start().len();
    let json = format!("{}{json}", " ".repeat(column));
    read(file, Format::Json, &json, first.number, end, found)
}

/// Length of the JSON object at the start of a text, by its braces.
fn length(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    let mut quoted = false;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if quoted => {
                bytes.next();
            }
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a line begins with `"key":`.
pub(super) fn is_member(line: &str) -> bool {
    line.trim_start()
        .strip_prefix('"')
        .and_then(|rest| rest.split_once('"'))
        .is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
}

/// The members of an object, as Hexo takes them between lines of semicolons.
pub(super) fn without_braces(
    file: &Arc<str>,
    inner: &str,
    line: u32,
    end: Start,
    found: &mut Vec<Diagnostic>,
) -> Taken {
    let trimmed = inner.trim();
    let inner = if trimmed.starts_with('{') || trimmed.is_empty() {
        Cow::Borrowed(inner)
    } else {
        // The added brace gets a line of its own, so that no column moves.
        Cow::Owned(format!(
            "{{\n{}\n}}",
            inner.trim_end().trim_end_matches(',')
        ))
    };
    let line = if matches!(inner, Cow::Owned(_)) {
        line - 1
    } else {
        line
    };
    read(file, Format::Json, &inner, line, end, found)
}
