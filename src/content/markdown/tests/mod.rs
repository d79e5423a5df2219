//! What a body becomes, text in → HTML out, with the holes shown where they are.

mod blocks;
mod chinese;
mod hostile;
mod links;
mod old_sites;
mod structure;

use super::{Input, render};
use crate::config::Markdown;
use crate::content::body::{Body, Hole, HoleKind};
use crate::diag::{Diagnostic, print};
use std::sync::Arc;

/// Renders Chinese text with formulas on.
pub(super) fn rendered(text: &str) -> (Body, Vec<Diagnostic>) {
    rendered_with(text, "zh-Hans", None)
}

pub(super) fn rendered_with(
    text: &str,
    language: &str,
    title: Option<&str>,
) -> (Body, Vec<Diagnostic>) {
    let options = Markdown {
        math: true,
        line_numbers: false,
        smart_punctuation: true,
    };
    render(&Input {
        file: &Arc::from("a.md"),
        text,
        first_line: 1,
        title,
        language,
        options: &options,
        math: true,
    })
}

/// The HTML with each hole shown in its place.
pub(super) fn shown(body: &Body) -> String {
    let mut html = String::new();
    let mut done = 0;
    for hole in &body.holes {
        html.push_str(&body.html.get()[done..hole.offset]);
        done = hole.offset;
        html.push_str(&show(hole));
    }
    html.push_str(&body.html.get()[done..]);
    html
}

fn show(hole: &Hole) -> String {
    match &hole.kind {
        HoleKind::Href(url) => format!("→{url}"),
        HoleKind::Source(url) => format!("⇐{url}"),
        HoleKind::Image {
            source,
            alt,
            title,
            alone,
            attributes,
        } => {
            let mut text = format!("⟦image {source} “{alt}”");
            if let Some(title) = title {
                text.push_str(&format!(" title={title}"));
            }
            if *alone {
                text.push_str(" alone");
            }
            for (name, value) in attributes {
                text.push_str(&format!(" {name}={value}"));
            }
            text + "⟧"
        }
        HoleKind::Wikilink {
            target,
            label,
            embed,
            alone,
            raw,
        } => format!(
            "⟦{}{target}{}{} {raw}⟧",
            if *embed { "embed " } else { "wiki " },
            label
                .as_ref()
                .map(|label| format!("|{label}"))
                .unwrap_or_default(),
            if *alone { " alone" } else { "" },
        ),
        HoleKind::Open(component) => {
            let mut text = format!("⟦{}", component.name);
            if let Some(label) = &component.label {
                text.push_str(&format!(" “{label}”"));
            }
            for (name, value) in &component.attributes {
                text.push_str(&format!(" {name}={value}"));
            }
            text + "⟧"
        }
        HoleKind::Attribute { name, .. } => format!("⟦{name}⟧"),
        HoleKind::Close => "⟦/⟧".to_owned(),
    }
}

/// Checks the HTML of a text; white space at the ends does not count.
#[track_caller]
pub(super) fn check(markdown: &str, html: &str) {
    let (body, _) = rendered(markdown);
    assert_eq!(shown(&body).trim(), html.trim(), "\n--- of ---\n{markdown}");
}

/// The diagnostics of a text, one a line.
pub(super) fn complaints(markdown: &str) -> String {
    let (_, diagnostics) = rendered(markdown);
    diagnostics
        .iter()
        .map(print::short)
        .collect::<Vec<_>>()
        .join("\n")
}
