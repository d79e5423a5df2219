//! Diagnostics as text: takes a list and a way to read source lines, gives strings for people
//! (`human`, `short`) and machines (`json`, `github`). Writes nothing itself.

use super::{Diagnostic, Place, Severity};
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters of a long line that are shown around a mistake.
const WINDOW: usize = 120;

/// Gives the text of a file by its path from the site's root, if it can be read.
pub type Sources<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A diagnostic with its source line and carets, as rustc shows it.
pub fn human(diagnostic: &Diagnostic, sources: &Sources<'_>, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let excerpts: Vec<Option<Excerpt>> = diagnostic
        .place
        .iter()
        .chain(diagnostic.related.iter().map(|related| &related.place))
        .map(|place| excerpt(place, sources))
        .collect();
    let mut group = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.as_str())
        .elements(std::iter::empty::<annotate_snippets::Element<'_>>());
    let mut shown = excerpts.iter();
    if let Some(place) = &diagnostic.place
        && let Some(excerpt) = shown.next()
    {
        group = match excerpt {
            Some(excerpt) => group.element(excerpt.snippet(AnnotationKind::Primary)),
            None => group.element(Origin::path(visible(&place.file))),
        };
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    let mut report = vec![group];
    for (related, excerpt) in diagnostic.related.iter().zip(shown) {
        let group = Level::NOTE.secondary_title(related.label.as_str());
        report.push(match excerpt {
            Some(excerpt) => group.element(excerpt.snippet(AnnotationKind::Context)),
            None => group.element(Origin::path(visible(&related.place.file))),
        });
    }
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut text = renderer.render(&report);
    for excerpt in excerpts.iter().flatten().filter(|excerpt| excerpt.is_cut) {
        text = excerpt.with_true_column(&text);
    }
    text
}

/// `file:line:column: error[code]: message`, one line.
pub fn short(diagnostic: &Diagnostic) -> String {
    let mut line = String::new();
    if let Some(place) = &diagnostic.place {
        line.push_str(&visible(&place.file));
        if place.position.line > 0 {
            let _ = write!(line, ":{}:{}", place.position.line, place.position.column);
        }
        line.push_str(": ");
    }
    let _ = write!(
        line,
        "{}[{}]: {}",
        severity(diagnostic.severity),
        diagnostic.code.as_str(),
        visible(&diagnostic.message.replace('\n', " "))
    );
    line
}

/// One JSON object, as product.md describes it.
pub fn json(diagnostic: &Diagnostic) -> String {
    let position = diagnostic
        .place
        .as_ref()
        .map(|place| place.position)
        .filter(|position| position.line > 0);
    serde_json::json!({
        "type": "diagnostic",
        "severity": severity(diagnostic.severity),
        "code": diagnostic.code.as_str(),
        "message": diagnostic.message,
        "file": diagnostic.place.as_ref().map(|place| &*place.file),
        "line": position.map(|position| position.line),
        "column": position.map(|position| position.column),
        "length": position.map(|position| position.length),
        "hints": diagnostic.hints,
        "related": diagnostic.related.iter().map(|related| serde_json::json!({
            "label": related.label,
            "file": &*related.place.file,
            "line": related.place.position.line,
            "column": related.place.position.column,
        })).collect::<Vec<_>>(),
    })
    .to_string()
}

/// A workflow command that GitHub shows beside the line in a pull request. `below` is the site's
/// folder from the top of its repository, empty or ending in `/`.
pub fn github(diagnostic: &Diagnostic, below: &str) -> String {
    let data = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut line = format!("::{} ", severity(diagnostic.severity));
    if let Some(place) = &diagnostic.place {
        let _ = write!(line, "file={}{},", property(below), property(&place.file));
        if place.position.line > 0 {
            let end = place.position.column + place.position.length;
            let _ = write!(
                line,
                "line={},col={},endColumn={end},",
                place.position.line, place.position.column
            );
        }
    }
    let mut message = diagnostic.message.clone();
    for hint in &diagnostic.hints {
        let _ = write!(message, "\nhint: {hint}");
    }
    let _ = write!(
        line,
        "title={}::{}",
        property(diagnostic.code.as_str()),
        data(&message)
    );
    line
}

/// The text with control characters, and those that turn the direction of reading, spelled out:
/// no file name or title moves the cursor or breaks the line.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The part of a source line that is drawn, with the byte range of the mistake within it.
struct Excerpt {
    path: String,
    line: usize,
    /// Counted in the whole line, in characters from 1.
    column: usize,
    /// Whether the line begins before the part.
    is_cut: bool,
    text: String,
    span: std::ops::Range<usize>,
}

impl Excerpt {
    fn snippet(&self, kind: AnnotationKind) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        Snippet::source(self.text.as_str())
            .path(self.path.as_str())
            .line_start(self.line)
            .annotation(kind.span(self.span.clone()))
    }

    /// The renderer counts the column in the part of the line that it is given.
    fn with_true_column(&self, report: &str) -> String {
        let column = self.text[..self.span.start].chars().count() + 1;
        let place = |column: usize| format!("{}:{}:{column}", self.path, self.line);
        report.replacen(&place(column), &place(self.column), 1)
    }
}

/// None for a file as a whole.
fn excerpt(place: &Place, sources: &Sources<'_>) -> Option<Excerpt> {
    let position = place.position;
    if position.line == 0 {
        return None;
    }
    let line = position.line as usize;
    let full = sources(&place.file)
        .and_then(|text| text.split('\n').nth(line - 1).map(str::to_owned))
        .unwrap_or_default();
    let characters: Vec<char> = full.trim_end_matches('\r').chars().collect();
    let column = (position.column.max(1) as usize - 1).min(characters.len());
    let length = (position.length as usize).min(characters.len() - column);
    // A line of megabytes is shown by the stretch around the mistake only.
    let first = column.saturating_sub(WINDOW);
    let last = (column + length.min(WINDOW) + WINDOW).min(characters.len());
    let text: String = characters[first..last].iter().collect();
    let bytes = |characters: &[char]| characters.iter().map(|c| c.len_utf8()).sum::<usize>();
    let start = bytes(&characters[first..column]);
    let end = start + bytes(&characters[column..(column + length).min(last)]);
    Some(Excerpt {
        path: visible(&place.file).into_owned(),
        line,
        column: column + 1,
        is_cut: first > 0,
        text,
        span: start..end.max(start),
    })
}

#[cfg(test)]
mod tests {
    use super::human;
    use crate::diag::{Code, Diagnostic, Place, Position};

    #[test]
    fn a_mistake_far_right_in_a_line_is_shown_with_the_column_that_it_has() {
        let line = format!(
            "{}这里[错](nowhere.md){}",
            "字".repeat(300),
            "尾".repeat(300)
        );
        let place = Place {
            file: "content/a.md".into(),
            position: Position {
                line: 1,
                column: 303,
                length: 15,
            },
        };
        let diagnostic = Diagnostic::new(Code::BrokenLink, "no such file").at(place);
        let shown = human(&diagnostic, &|_| Some(line.clone()), false);
        assert!(shown.contains("content/a.md:1:303"), "{shown}");
        assert!(shown.contains("[错](nowhere.md)"), "{shown}");
        assert!(
            shown.lines().all(|line| line.chars().count() < 300),
            "{shown}"
        );
    }
}
