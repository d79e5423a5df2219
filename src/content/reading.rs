//! Front matter values that need more than their text: dates, addresses, words of a list.
//!
//! Takes [`Fields`] and the site's time zone; gives typed values and puts what is wrong on
//! the fields' list of diagnostics.

use super::Located;
use super::date::{self, DateError, Moment};
use crate::data::Node;
use crate::data::fields::Fields;
use crate::diag::{Code, Diagnostic, Position, did_you_mean};
use jiff::tz::TimeZone;

/// One page's fields while they are read.
pub(super) struct Reading<'a> {
    /// The fields.
    pub(super) fields: Fields<'a>,
    /// Zone for dates without one.
    pub(super) zone: TimeZone,
    /// A post by Jekyll's conventions (dated file name and `layout:`).
    pub(super) jekyll: bool,
}

impl<'a> Reading<'a> {
    /// Begins to read a mapping inside this one; [`Reading::end_nested`] takes its mistakes.
    pub(super) fn nested(&self, node: &'a Node) -> Reading<'a> {
        Reading {
            fields: self.fields.nested(node),
            zone: self.zone.clone(),
            jekyll: false,
        }
    }

    /// Ends a nested mapping: its unknown keys are mistakes.
    pub(super) fn end_nested(&mut self, inner: Reading<'a>) {
        for diagnostic in inner.fields.finish(Some(Code::UnknownKey)) {
            self.fields.report(diagnostic);
        }
    }

    /// The first of the keys as a moment.
    pub(super) fn moment(&mut self, keys: &[&'static str]) -> Option<Moment> {
        self.located_moment(keys).map(|located| located.value)
    }

    /// The same with its place.
    pub(super) fn located_moment(&mut self, keys: &[&'static str]) -> Option<Located<Moment>> {
        let (text, position) = self.fields.text(keys)?;
        match date::parse(&text, &self.zone) {
            Ok(moment) => Some(Located::new(moment, position)),
            Err(DateError::Unset) => None,
            Err(error) => {
                let diagnostic = explain(&text, &error).at(self.fields.place(position));
                self.fields.report(diagnostic);
                None
            }
        }
    }

    /// An address: `http(s)`, `mailto`, `tel` or a path of this site.
    pub(super) fn url(&mut self, key: &'static str) -> Option<String> {
        let (text, position) = self.fields.text(&[key])?;
        let lower = text.to_ascii_lowercase();
        let whole = ["http://", "https://", "mailto:", "tel:", "/"]
            .iter()
            .any(|start| lower.starts_with(start));
        if whole && !text.chars().any(char::is_whitespace) {
            return Some(text);
        }
        let (code, hint) = if lower.starts_with("javascript:") || lower.starts_with("data:") {
            (Code::UnsafeLink, "give the address of a page".to_owned())
        } else {
            (
                Code::InvalidValue,
                format!("write `https://{}`", text.trim_start_matches("//")),
            )
        };
        let diagnostic = Diagnostic::new(code, format!("`{key}` is not a web address: `{text}`"))
            .at(self.fields.place(position))
            .hint(hint);
        self.fields.report(diagnostic);
        None
    }

    /// One word out of a list.
    pub(super) fn word(&mut self, key: &'static str, words: &[&str]) -> Option<Located<String>> {
        let (text, position) = self.fields.text(&[key])?;
        if let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(&text)) {
            return Some(Located::new((*word).to_owned(), position));
        }
        self.invalid_word(key, &text, position, words);
        None
    }

    /// Reports a word that is not in its list.
    pub(super) fn invalid_word(
        &mut self,
        key: &str,
        text: &str,
        position: Position,
        words: &[&str],
    ) {
        let listed = words.join("`, `");
        let hint = did_you_mean(text, words.iter().copied())
            .unwrap_or_else(|| format!("it may be `{listed}`"));
        let diagnostic = Diagnostic::new(Code::InvalidValue, format!("`{key}` cannot be `{text}`"))
            .at(self.fields.place(position))
            .hint(hint);
        self.fields.report(diagnostic);
    }
}

/// Words and placeholders that stand for "nothing yet".
pub(super) fn is_unset(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text == "[]" || (text.starts_with("{{") && text.ends_with("}}"))
}

fn explain(text: &str, error: &DateError) -> Diagnostic {
    match error {
        DateError::Ambiguous(first, second) => Diagnostic::new(
            Code::AmbiguousDate,
            format!("the date `{text}` has two readings"),
        )
        .hint(format!("write `{first}` or `{second}`")),
        DateError::Impossible => Diagnostic::new(
            Code::InvalidDate,
            format!("the day `{text}` does not exist"),
        )
        .hint("write a day of the calendar, such as `2026-02-28`"),
        DateError::Zone(zone) => Diagnostic::new(
            Code::InvalidDate,
            format!("the time zone `{zone}` in `{text}` has more than one meaning"),
        )
        .hint("write an offset, such as `+0800`"),
        DateError::Unknown | DateError::Unset => {
            Diagnostic::new(Code::InvalidDate, format!("`{text}` is not a date"))
                .hint("write it as `2026-05-20` or `2026-05-20 08:00:00 +0800`")
        }
    }
}
