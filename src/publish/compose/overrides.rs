//! `publish:` in front matter: what one page says for one account.
//!
//! `publish: false` · `publish: { blog: false }` · `publish: { masto: { text: …, at: … } }` ·
//! `publish: { zhihu: true }` (past the account's filters).

use crate::content::date;
use crate::data::fields::Fields;
use crate::data::{Node, Value};
use crate::diag::{Code, Diagnostic, Position, did_you_mean};
use crate::site::Page;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What a page says.
#[derive(Debug, Clone, Default)]
pub(super) struct Overrides {
    /// `publish: false`.
    pub(super) forbids_all: bool,
    /// By account.
    pub(super) accounts: BTreeMap<String, Override>,
}

/// What a page says for one account.
#[derive(Debug, Clone, Default)]
pub(super) struct Override {
    /// `false`.
    pub(super) forbids: bool,
    /// `true`, or anything but `false`: wanted, whatever the account's filters say.
    pub(super) wants: bool,
    /// The text instead of the template's.
    pub(super) text: Option<String>,
    /// The title instead of the page's.
    pub(super) title: Option<String>,
    /// The summary instead of the page's.
    pub(super) summary: Option<String>,
    /// When it may go out.
    pub(super) at: Option<jiff::Timestamp>,
    /// Where it stands.
    pub(super) position: Option<Position>,
}

impl Override {
    /// What is said by saying nothing.
    pub(super) const NOTHING: Self = Self {
        forbids: false,
        wants: false,
        text: None,
        title: None,
        summary: None,
        at: None,
        position: None,
    };
}

/// The overrides of one page for one account, when it says nothing.
static NOTHING: Override = Override::NOTHING;

impl Overrides {
    /// What the page says for one account.
    pub(super) fn of(&self, account: &str) -> &Override {
        self.accounts.get(account).unwrap_or(&NOTHING)
    }
}

/// Reads a page's `publish:`.
pub(super) fn read(
    page: &Page,
    accounts: &[&str],
    zone: &TimeZone,
) -> (Overrides, Vec<Diagnostic>) {
    let mut overrides = Overrides::default();
    let Some(node) = &page.source.meta.publish else {
        return (overrides, Vec::new());
    };
    let file = &page.source.file.file;
    let mut fields = Fields::new(file, node);
    if !matches!(node.value, Value::Map(_)) {
        match switch(node) {
            Some(wanted) => overrides.forbids_all = !wanted,
            None => fields.wrong_type("publish", node, "`false`, or a mapping by account"),
        }
        return (overrides, fields.finish(None));
    }
    for entry in node.entries() {
        let name = entry.key.trim();
        if !accounts.contains(&name) {
            let hint = did_you_mean(name, accounts.iter().copied())
                .unwrap_or_else(|| "accounts stand in `site.yaml` under `accounts:`".to_owned());
            let place = fields.place(entry.position);
            fields.report(
                Diagnostic::new(
                    Code::UnknownAccount,
                    format!("there is no account `{name}`"),
                )
                .at(place)
                .hint(hint),
            );
            continue;
        }
        let own = one(&mut fields, name, &entry.value, zone);
        overrides.accounts.insert(name.to_owned(), own);
    }
    (overrides, fields.finish(None))
}

fn one(fields: &mut Fields<'_>, name: &str, node: &Node, zone: &TimeZone) -> Override {
    let mut own = Override {
        wants: true,
        position: Some(node.position),
        ..Override::default()
    };
    if !matches!(node.value, Value::Map(_)) {
        match switch(node) {
            Some(wanted) => {
                own.wants = wanted;
                own.forbids = !wanted;
            }
            None if matches!(node.value, Value::Null) => {}
            None => fields.wrong_type(name, node, "`true`, `false` or a mapping"),
        }
        return own;
    }
    let mut inner = fields.nested(node);
    own.text = inner.text(&["text"]).map(|(text, _)| text);
    own.title = inner.text(&["title"]).map(|(text, _)| text);
    own.summary = inner.text(&["summary"]).map(|(text, _)| text);
    if let Some((text, position)) = inner.text(&["at"]) {
        match date::parse(&text, zone) {
            Ok(moment) => own.at = Some(moment.at),
            Err(_) => {
                let place = inner.place(position);
                inner.report(
                    Diagnostic::new(Code::InvalidDate, format!("`at: {text}` is no moment"))
                        .at(place)
                        .hint("write it as `2026-12-24 09:00`"),
                );
            }
        }
    }
    for diagnostic in inner.finish(Some(Code::UnknownKey)) {
        fields.report(diagnostic);
    }
    own
}

fn switch(node: &Node) -> Option<bool> {
    match node.text()?.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}
