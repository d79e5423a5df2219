//! Code blocks: takes the info string and the source, writes a `<pre>` that a keyboard can
//! scroll, with token classes, and line numbers and marked lines where they are wanted.

use super::escape;
use super::plan::Plan;
use super::write::Writer;
use crate::content::highlight;
use crate::diag::{Code, Diagnostic, Position, did_you_mean};
use pulldown_cmark::{CodeBlockKind, Event};
use std::ops::Range;

/// What an info string says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Info {
    language: String,
    title: Option<String>,
    numbers: Option<bool>,
    first: usize,
    marked: Vec<(usize, usize)>,
}

impl Writer<'_> {
    /// Writes a code block of markdown; gives the index behind it.
    pub(super) fn code_block(
        &mut self,
        plan: &Plan<'_>,
        at: usize,
        kind: &CodeBlockKind<'_>,
        range: &Range<usize>,
    ) -> usize {
        let scene = self.scene;
        let end = plan.partner[at];
        let mut code = String::new();
        for (event, _) in &plan.events[at + 1..end] {
            if let Event::Text(text) = event {
                code.push_str(text);
            }
        }
        let code = scene.pieces.restore(&code);
        let info = match kind {
            CodeBlockKind::Fenced(info) => scene.pieces.restore(info),
            CodeBlockKind::Indented => "".into(),
        };
        let position = scene.position(range.clone());
        self.code(&info, &code, position);
        end + 1
    }

    /// Writes code.
    pub(super) fn code(&mut self, info: &str, code: &str, position: Position) {
        let info = read_info(info);
        if info.language == "math" {
            self.has_math = true;
            self.open_formula();
            self.mathml(code.trim(), true, position);
            self.out.html.push_str("</div>\n");
            return self.end_of_block();
        }
        self.has_code = true;
        let language = highlight::canonical(&info.language);
        if !language.is_empty() && !highlight::is_known(&language) {
            let names = highlight::names();
            self.report(
                position,
                Diagnostic::new(
                    Code::UnknownCodeLanguage,
                    format!("there is no grammar for `{language}`; the code stays plain"),
                )
                .maybe_hint(did_you_mean(&language, names.iter().map(String::as_str))),
            );
        }
        let numbers = info
            .numbers
            .unwrap_or(self.scene.input.options.line_numbers);
        let html = &mut self.out.html;
        if let Some(title) = &info.title {
            html.push_str("<figure class=\"code\">\n<figcaption>");
            escape::text(title, html);
            html.push_str("</figcaption>\n");
        }
        html.push_str("<pre tabindex=\"0\" role=\"group\" aria-label=\"");
        html.push_str(self.scene.words.code);
        if !language.is_empty() {
            html.push_str(": ");
            escape::attribute(&language, html);
        }
        html.push('"');
        if numbers {
            html.push_str(" class=\"numbered\"");
        }
        html.push_str("><code");
        if !language.is_empty() {
            html.push_str(" class=\"language-");
            escape::attribute(&language, html);
            html.push('"');
        }
        html.push('>');
        let code = code.strip_suffix('\n').unwrap_or(code);
        let painted = highlight::highlight(code, &language);
        let plain = || escape_lines(code);
        let body = painted.unwrap_or_else(plain);
        if numbers || !info.marked.is_empty() {
            for (index, line) in body.split('\n').enumerate() {
                let number = index + 1;
                let marked = info
                    .marked
                    .iter()
                    .any(|(from, to)| (*from..=*to).contains(&number));
                html.push_str(if marked {
                    "<span class=\"line mark\""
                } else {
                    "<span class=\"line\""
                });
                if numbers {
                    // Shown by the theme's style sheet, so that nobody copies the numbers.
                    html.push_str(&format!(" data-line=\"{}\"", info.first + index));
                }
                html.push('>');
                html.push_str(line);
                html.push_str("</span>\n");
            }
        } else {
            html.push_str(&body);
            html.push('\n');
        }
        html.push_str("</code></pre>\n");
        if info.title.is_some() {
            html.push_str("</figure>\n");
        }
        self.end_of_block();
    }

    /// Writes a block of raw HTML; gives the index behind it.
    pub(super) fn html_block(&mut self, plan: &Plan<'_>, at: usize) -> usize {
        self.begin_block();
        let end = plan.partner[at];
        let mut html = String::new();
        let mut map = Vec::new();
        for (event, range) in &plan.events[at + 1..end] {
            if let Event::Html(text) | Event::Text(text) = event {
                map.push((html.len(), range.start));
                html.push_str(text);
            }
        }
        let before = self.out.html.len();
        self.raw(html.trim_end(), &map);
        if self.out.html.len() > before && !self.out.html.ends_with('\n') {
            self.out.html.push('\n');
        }
        self.end_of_block();
        end + 1
    }
}

fn escape_lines(code: &str) -> String {
    let mut html = String::with_capacity(code.len() + code.len() / 16);
    escape::text(code, &mut html);
    html
}

/// Reads `rust {1,3-5} linenos=true title="a.rs"` and the writings of other generators.
fn read_info(info: &str) -> Info {
    let info = info.trim();
    let end = info
        .find(|c: char| c.is_whitespace() || matches!(c, '{' | ','))
        .unwrap_or(info.len());
    let first = info[..end].trim_start_matches('.');
    let (language, mut rest) = if let Some(pandoc) = info.strip_prefix("{.") {
        let end = pandoc.find([' ', '}']).unwrap_or(pandoc.len());
        pandoc.split_at(end)
    } else if first.contains('=') {
        ("", info)
    } else {
        (first, &info[end..])
    };
    let mut read = Info {
        language: language.trim_start_matches("language-").to_lowercase(),
        first: 1,
        ..Info::default()
    };
    loop {
        // Every white space goes, the ideographic one too: what ends a word must not begin one.
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ",;}".contains(c));
        if rest.is_empty() {
            return read;
        }
        if let Some(inner) = rest.strip_prefix('{') {
            // `{1,3-5}` are lines; anything else in braces is options.
            let end = inner.find('}').unwrap_or(inner.len());
            if inner[..end]
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, ',' | '-' | ' '))
            {
                lines(&inner[..end], &mut read.marked);
                rest = &inner[end..];
            } else {
                rest = inner;
            }
            continue;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | ',' | '}' | '{'))
            .unwrap_or(rest.len());
        let key = rest[..end].trim_start_matches('.').to_lowercase();
        rest = &rest[end..];
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let (found, left) = option_value(after);
            value = found;
            rest = left;
        }
        option(&mut read, &key, value);
    }
}

fn option_value(text: &str) -> (&str, &str) {
    let close = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map(|at| (1, at + 1, at + 2)),
        Some('[') => text.find(']').map(|at| (1, at, at + 1)),
        _ => None,
    };
    if let Some((from, to, after)) = close {
        return (&text[from..to], &text[after..]);
    }
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, ',' | '}'))
        .unwrap_or(text.len());
    text.split_at(end)
}

fn option(info: &mut Info, key: &str, value: &str) {
    let on = !matches!(value, "false" | "no" | "off" | "0");
    match key {
        "linenos" | "line_number" | "line-numbers" | "linenumbers" | "numberlines"
        | "showlinenumbers" => {
            info.numbers = Some(on);
        }
        "hl_lines" | "mark" | "highlight" | "emphasize-lines" => {
            lines(&value.replace('"', ""), &mut info.marked);
        }
        "linenostart" | "first_line" | "startfrom" => {
            info.first = value.parse::<u32>().map_or(1, |first| first as usize);
        }
        "title" | "name" | "filename" | "file" if !value.is_empty() => {
            info.title = Some(value.to_owned());
        }
        _ => {}
    }
}

fn lines(text: &str, marked: &mut Vec<(usize, usize)>) {
    for part in text
        .split([',', ' '])
        .filter(|part| !part.is_empty())
        .take(200)
    {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(from), Ok(to)) = (from.trim().parse(), to.trim().parse()) {
            marked.push((from, to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read_info;

    #[test]
    fn white_space_of_any_kind_parts_the_options() {
        let info = read_info("rust\u{3000}linenos=true\u{a0}\u{2028}{2}\u{3000}");
        assert_eq!((&*info.language, info.numbers), ("rust", Some(true)));
        assert_eq!(info.marked, [(2, 2)]);
    }

    #[test]
    fn info_strings_of_all_generators_are_read() {
        let seen = |info| {
            let info = read_info(info);
            format!(
                "{} {:?} {:?} {:?}",
                info.language, info.numbers, info.marked, info.title
            )
        };
        assert_eq!(seen("Rust"), "rust None [] None");
        assert_eq!(seen("js {1,3-5}"), "js None [(1, 1), (3, 5)] None");
        assert_eq!(
            seen(r#"go {linenos=table, hl_lines=[2,"4-6"], linenostart=9}"#),
            "go Some(true) [(2, 2), (4, 6)] None"
        );
        assert_eq!(
            seen("rust,linenos=false title='a b.rs'"),
            r#"rust Some(false) [] Some("a b.rs")"#
        );
        assert_eq!(seen("{.python .numberLines}"), "python Some(true) [] None");
        assert_eq!(seen(""), " None [] None");
        assert_eq!(seen("js\u{3000}{1}\u{a0}"), "js None [(1, 1)] None");
    }
}
