//! Reads what holds for all accounts: `publish:` and `ledger:`. Takes the settings' nodes, gives
//! [`Publishing`] and every mistake with its place.

use super::{Reader, whole};
use crate::data::Value;
use crate::data::fields::Fields;
use crate::diag::{Code, Diagnostic};
use crate::publish::account::{Door, Publishing};
use std::time::Duration;

const SYNC: [(&str, bool); 2] = [("git", true), ("none", false)];

impl Reader<'_> {
    pub(super) fn publishing(&mut self) -> Publishing {
        let mut publishing = Publishing::default();
        let config = self.config;
        if let Some(node) = &config.publish {
            let mut fields = Fields::new(self.file, node);
            if let Some(number) = fields.number(&["max_changes"]) {
                publishing.max_changes = whole(number);
            }
            if let Some(span) = self.span(&mut fields, "pause") {
                publishing.pause = short(span);
            }
            if let Some(span) = self.span(&mut fields, "timeout") {
                publishing.timeout = short(span);
            }
            if let Some(span) = self.span(&mut fields, "grace") {
                publishing.grace = short(span);
            }
            publishing.proxy = fields.text(&["proxy"]).map(|(text, _)| text);
            publishing.baidu = self.door(&mut fields, "baidu", "site");
            publishing.webmention = fields.flag(&["webmention"]) == Some(true);
            publishing.indexnow = self.door(&mut fields, "indexnow", "key");
            if let Some(door) = &publishing.indexnow
                && config.indexnow_key() != Some(door.name.as_str())
            {
                publishing.indexnow = None;
                let position = fields.node("indexnow").map(|node| node.position);
                self.diagnostics.push(
                    Diagnostic::new(Code::InvalidValue, "this is no key for IndexNow")
                        .at(fields.place(position.unwrap_or_default()))
                        .hint("write 8 to 128 letters, digits and `-`; you choose it, it is no secret"),
                );
            }
            self.diagnostics
                .extend(fields.finish(Some(Code::UnknownKey)));
        }
        if let Some(node) = &config.ledger {
            let mut fields = Fields::new(self.file, node);
            publishing.sync_git = self.word(&mut fields, "sync", &SYNC).unwrap_or(false);
            if let Some((folder, position)) = fields.text(&["folder"]) {
                let below = !folder.starts_with('/')
                    && folder
                        .split('/')
                        .all(|part| !matches!(part, "" | "." | ".."));
                if below {
                    publishing.ledger = folder;
                } else {
                    self.diagnostics.push(
                        Diagnostic::new(
                            Code::OutsideRoot,
                            "the ledgers must lie in the site's folder",
                        )
                        .at(fields.place(position))
                        .hint("write a folder from the site's root, such as `ledger`"),
                    );
                }
            }
            self.diagnostics
                .extend(fields.finish(Some(Code::UnknownKey)));
        }
        publishing
    }

    /// `indexnow: KEY`, or `indexnow: { key: KEY, endpoint: https://… }`.
    fn door(
        &mut self,
        fields: &mut Fields<'_>,
        key: &'static str,
        name: &'static str,
    ) -> Option<Door> {
        let node = fields.node(key)?;
        if !matches!(node.value, Value::Map(_)) {
            let (name, _) = fields.text(&[key])?;
            return Some(Door {
                name,
                endpoint: None,
            });
        }
        let mut inner = fields.nested(node);
        let found = inner.text(&[name]);
        let endpoint = inner.text(&["endpoint"]);
        self.diagnostics
            .extend(inner.finish(Some(Code::UnknownKey)));
        let is_address = |text: &str| text.starts_with("https://") || text.starts_with("http://");
        if let Some((text, position)) = &endpoint
            && !is_address(text)
        {
            self.diagnostics.push(
                Diagnostic::new(Code::InvalidValue, format!("`{text}` is no address"))
                    .at(fields.place(*position))
                    .hint("write it as `https://…`, or leave `endpoint` out"),
            );
            return None;
        }
        let Some((name, _)) = found else {
            self.diagnostics.push(
                Diagnostic::new(Code::InvalidValue, format!("`{key}` has no `{name}`"))
                    .at(fields.place(node.position))
                    .hint(format!("write `{key}: {{ {name}: … }}`")),
            );
            return None;
        };
        Some(Door {
            name,
            endpoint: endpoint.map(|(text, _)| text.trim_end_matches('/').to_owned()),
        })
    }
}

/// A span of hours at most as a duration; longer ones are no pause.
fn short(span: jiff::Span) -> Duration {
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .unwrap_or_default()
}
