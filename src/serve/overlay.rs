//! Mistakes as a layer over the page: takes diagnostics and the root where their files lie,
//! gives HTML in which nothing of the author's text is markup.

use crate::diag::{Diagnostic, Place, Severity};
use std::fmt::Write as _;
use std::path::Path;

/// Diagnostics that are shown; more than a screen helps nobody.
const SHOWN: usize = 30;
/// Characters of a line around a mistake.
const WINDOW: usize = 100;
/// Lines before and after a mistake.
const AROUND: usize = 2;

const STYLE: &str = "\
:host{all:initial}\
section{position:fixed;inset:auto 0 0 0;max-height:70vh;overflow:auto;z-index:2147483647;\
box-sizing:border-box;padding:1rem 1.25rem 1.5rem;background:#1d1f24;color:#eceff4;\
border-top:3px solid #e5534b;font:15px/1.6 system-ui,sans-serif}\
h1{font-size:1.05rem;margin:0 0 .25rem}p{margin:.25rem 0}\
article{border-top:1px solid #3b4048;margin-top:.9rem;padding-top:.7rem}\
b{font-weight:600}.error b{color:#ff7b72}.warning b{color:#e3b341}\
code,pre{font:13px/1.6 ui-monospace,monospace}\
pre{margin:.4rem 0;padding:.5rem .75rem;background:#14161a;border-radius:6px;overflow:auto;\
white-space:pre}\
i{color:#8b949e;font-style:normal;user-select:none}\
mark{background:#5a1e1b;color:inherit;box-shadow:0 2px 0 #ff7b72}\
.hint{color:#7ee787}.place{color:#9fc3ff}";

/// The overlay.
pub(super) fn html(diagnostics: &[Diagnostic], root: &Path) -> String {
    let mut shown: Vec<&Diagnostic> = diagnostics.iter().collect();
    shown.sort_by_key(|diagnostic| diagnostic.severity);
    let errors = shown
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count();
    let mut html = format!(
        "<div id=\"guidepost-overlay\"><template shadowrootmode=\"open\"><style>{STYLE}</style>\
         <section role=\"alert\" tabindex=\"0\"><h1>{errors} {} to mend</h1>\
         <p>You see the last build that was in order. Save, and this page reloads.</p>",
        if errors == 1 { "mistake" } else { "mistakes" }
    );
    for diagnostic in shown.iter().take(SHOWN) {
        one(&mut html, diagnostic, root);
    }
    if shown.len() > SHOWN {
        let _ = write!(
            html,
            "<article>… and {} more</article>",
            shown.len() - SHOWN
        );
    }
    html.push_str("</section></template></div>");
    html
}

fn one(html: &mut String, diagnostic: &Diagnostic, root: &Path) {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let _ = write!(
        html,
        "<article class=\"{word}\"><p><b>{word}[{}]</b> {}</p>",
        diagnostic.code.as_str(),
        escape(&diagnostic.message)
    );
    if let Some(place) = &diagnostic.place {
        at(html, place, root);
    }
    for hint in &diagnostic.hints {
        let _ = write!(html, "<p class=\"hint\">→ {}</p>", escape(hint));
    }
    for related in &diagnostic.related {
        let _ = write!(html, "<p>{}</p>", escape(&related.label));
        at(html, &related.place, root);
    }
    html.push_str("</article>");
}

fn at(html: &mut String, place: &Place, root: &Path) {
    let position = place.position;
    let _ = write!(html, "<p><code class=\"place\">{}", escape(&place.file));
    if position.line == 0 {
        html.push_str("</code></p>");
        return;
    }
    let _ = write!(html, ":{}:{}</code></p>", position.line, position.column);
    let Ok(bytes) = std::fs::read(root.join(&*place.file)) else {
        return;
    };
    let text = String::from_utf8_lossy(&bytes);
    let wanted = position.line as usize;
    let first = wanted.saturating_sub(AROUND).max(1);
    let lines = text
        .split('\n')
        .enumerate()
        .skip(first - 1)
        .take(wanted + AROUND + 1 - first);
    html.push_str("<pre>");
    for (index, line) in lines {
        let number = index + 1;
        let _ = write!(html, "<i>{number:>4} </i>");
        if number == wanted {
            marked(
                html,
                line,
                position.column as usize,
                position.length as usize,
            );
        } else {
            html.push_str(&escape(&cut(line, 0, WINDOW * 2)));
        }
        html.push('\n');
    }
    html.push_str("</pre>");
}

fn marked(html: &mut String, line: &str, column: usize, length: usize) {
    let start = column.saturating_sub(1);
    let length = length.clamp(1, WINDOW);
    let before = cut(line, start.saturating_sub(WINDOW), start.min(WINDOW));
    let inner = cut(line, start, length);
    let after = cut(line, start + length, WINDOW);
    let _ = write!(
        html,
        "{}<mark>{}</mark>{}",
        escape(&before),
        if inner.is_empty() {
            " ".to_owned()
        } else {
            escape(&inner)
        },
        escape(&after)
    );
}

/// Some characters of a line.
fn cut(line: &str, skip: usize, take: usize) -> String {
    line.trim_end_matches('\r')
        .chars()
        .skip(skip)
        .take(take)
        .collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() && c != '\t' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Offset of the last `</body`, in any case, or the end of the page.
pub(super) fn end_of_body(page: &[u8]) -> usize {
    const END: &[u8] = b"</body";
    page.windows(END.len())
        .rposition(|window| window.eq_ignore_ascii_case(END))
        .unwrap_or(page.len())
}

#[cfg(test)]
mod tests {
    use super::html;
    use crate::diag::{Code, Diagnostic, Place, Position};

    #[test]
    fn the_authors_text_stays_text_and_the_mistake_is_marked() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(
            root.path().join("a.md"),
            "一\n见<b>[这里](x.md)</b>\n三\n四\n五\n",
        )
        .unwrap();
        let place = Place::at(
            "a.md",
            Position {
                line: 2,
                column: 5,
                length: 4,
            },
        );
        let diagnostic = Diagnostic::new(Code::BrokenLink, "no page `<script>`")
            .at(place)
            .hint("did you mean `y.md`?");
        let html = html(&[diagnostic], root.path());
        assert!(html.contains("no page `&lt;script&gt;`"), "{html}");
        assert!(html.contains("a.md:2:5"), "{html}");
        assert!(
            html.contains("见&lt;b&gt;<mark>[这里]</mark>(x.md)&lt;/b&gt;"),
            "{html}"
        );
        assert!(html.contains("→ did you mean `y.md`?"), "{html}");
        assert!(!html.contains('五'), "{html}");
    }
}
