//! Markdown → [`Body`].
//!
//! Takes one body and the switches of the site, gives HTML with holes and diagnostics. Pure
//! and linear; no text makes it panic or recurse. The way of a text:
//!
//! 1. `clean` drops control characters.
//! 2. `scan` takes out what the parser must not see (formulas, wikilinks, directives, tags of
//!    other generators) and leaves tokens; see `piece`.
//! 3. `emphasis` marks asterisks beside Chinese characters.
//! 4. pulldown-cmark parses; `plan` pairs its events.
//! 5. `write` and its siblings write HTML, holes, headings and plain text.
//!
//! Each rewriting keeps the way back, so that every position is one in the author's file.

mod alert;
mod attributes;
mod balance;
mod clean;
mod code;
mod directive;
mod emphasis;
mod escape;
mod footnotes;
mod formula;
mod headings;
mod html_body;
mod inline;
mod label;
mod legacy;
mod linkify;
mod piece;
mod plain;
mod plan;
mod quote;
mod raw;
mod scan;
mod script;
mod source;
mod tables;
mod tag;
mod tokens;
mod write;

#[cfg(test)]
mod tests;

use super::{Body, text};
use crate::config::Markdown;
use crate::diag::{Code, Diagnostic, Place};
use crate::store::Digest;
use label::inline_html;
use source::{Edits, Locator};
use std::sync::Arc;
use write::{Scene, Writer};

/// What the renderer needs to know beside the text.
#[derive(Debug)]
pub struct Input<'a> {
    /// File for messages.
    pub file: &'a Arc<str>,
    /// The body.
    pub text: &'a str,
    /// Line of the file on which the body begins.
    pub first_line: u32,
    /// Title from front matter, so that a first heading that repeats it is left out.
    pub title: Option<&'a str>,
    /// Language tag of the page, such as `zh-Hans`: names of alerts and tables, typography.
    pub language: &'a str,
    /// Switches of the site.
    pub options: &'a Markdown,
    /// Formulas on this page (front matter overrides the site).
    pub math: bool,
}

/// The `href` of every start tag of a text in HTML, entities as written, each with its offset.
pub fn hrefs(html: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    for token in tag::tokens(html) {
        let tag::Token::Start { attributes, .. } = token else {
            continue;
        };
        for attribute in attributes {
            if attribute.name.eq_ignore_ascii_case("href")
                && let Some(value) = attribute.value
            {
                // The value is a part of the text.
                links.push((value.as_ptr() as usize - html.as_ptr() as usize, value));
            }
        }
    }
    links
}

/// A text of HTML with its entities decoded, as far as prose uses them.
pub fn decoded(html: &str) -> std::borrow::Cow<'_, str> {
    escape::decode(html)
}

/// Renders a body.
pub fn render(input: &Input<'_>) -> (Body, Vec<Diagnostic>) {
    let locator = Locator::new(input.text, input.first_line);
    let (clean, cleaned, dropped) = clean::clean(input.text);
    let html = html_body::is_html(&clean);
    let scanned = if html {
        scan::Scanned::untouched(&clean)
    } else {
        scan::scan(&clean, input.math)
    };
    let pieces = piece::Pieces {
        source: &clean,
        list: scanned.pieces,
    };
    let (marked, marks) = if html {
        (scanned.text, Edits::default())
    } else {
        emphasis::mark(&scanned.text)
    };
    let scene = Scene {
        input,
        pieces: &pieces,
        ways: [&marks, &scanned.edits, &cleaned],
        locator: &locator,
        words: alert::words(input.language),
    };
    let mut writer = Writer::new(&scene, marked.len() + marked.len() / 4);
    let at = |range| Place::at(Arc::clone(input.file), locator.position(range));
    if let Some(dropped) = dropped {
        let (first, code) = (dropped.first, dropped.character as u32);
        let left_out = match dropped.count {
            1 => "cannot be shown and is left out".to_owned(),
            count => format!("and {} more cannot be shown and are left out", count - 1),
        };
        writer.diagnostics.push(
            Diagnostic::new(
                Code::ControlCharacter,
                format!("the character U+{code:04X} {left_out}"),
            )
            .at(at(first..first + dropped.character.len_utf8()))
            .hint(match dropped.count {
                1 => "delete it",
                _ => "delete them",
            }),
        );
    }
    for (range, name) in scanned.unknown {
        writer.diagnostics.push(
            Diagnostic::new(
                Code::UnknownTag,
                format!("the tag `{name}` is not known or not closed"),
            )
            .at(at(cleaned.back(range.start)..cleaned.back(range.end)))
            .hint("write markdown in its place, or put it between backticks to show it"),
        );
    }
    if html {
        writer.raw(&marked, &[(0, 0)]);
        writer.settle_more();
    } else {
        let smart = input.options.smart_punctuation && !script::mostly_han(&marked);
        let plan = plan::plan(&marked, smart);
        writer.run(&plan);
    }
    writer.finish()
}

impl Writer<'_> {
    fn finish(mut self) -> (Body, Vec<Diagnostic>) {
        self.close_all();
        if self.more_wanted {
            self.settle_more();
        }
        self.write_notes();
        let plain = self.plain.finish();
        let body = Body {
            has_frame: self.out.html.contains("<iframe"),
            html: self.out.html.into(),
            holes: self.out.holes,
            headings: self.headings,
            anchors: self.anchors,
            more: self.more,
            length: text::length(&plain),
            plain: plain.into(),
            beginning: String::new(),
            digest: Digest::default(),
            excerpt: self.excerpt,
            title: self.title,
            has_code: self.has_code,
            has_math: self.has_math,
        };
        (body, self.diagnostics)
    }
}
