//! The parts of `site.yaml` that choose among given possibilities: slugs, feeds, sizes,
//! markdown switches, levels of checks.

use super::read::{Reader, mapping_node};
use super::{Feeds, Markdown, SlugStyle};
use crate::data::fields::Fields;
use crate::diag::{CODES, Code, Diagnostic, Level, Levels, did_you_mean};

impl<'a> Reader<'a> {
    pub(super) fn slugs(&mut self, root: &mut Fields<'a>) {
        let Some((word, position)) = root.text(&["slugs"]) else {
            return;
        };
        self.config.slugs = match word.as_str() {
            "unicode" => SlugStyle::Unicode,
            "pinyin" => SlugStyle::Pinyin,
            "ascii" => SlugStyle::Ascii,
            _ => {
                let hint = did_you_mean(&word, ["unicode", "pinyin", "ascii"])
                    .unwrap_or_else(|| "write `unicode`, `pinyin` or `ascii`".to_owned());
                self.invalid(position, format!("`slugs` knows no style `{word}`"), &hint);
                return;
            }
        };
    }

    pub(super) fn feeds(&mut self, root: &mut Fields<'a>) {
        let Some(node) = mapping_node(root, "feeds") else {
            return;
        };
        let mut fields = root.nested(node);
        let mut feeds = Feeds::default();
        if fields.node("formats").is_some() {
            (feeds.atom, feeds.rss, feeds.json) = (false, false, false);
            for (word, position) in fields.texts(&["formats"]) {
                match word.to_ascii_lowercase().as_str() {
                    "atom" => feeds.atom = true,
                    "rss" => feeds.rss = true,
                    "json" => feeds.json = true,
                    _ => {
                        let hint = did_you_mean(&word, ["atom", "rss", "json"])
                            .unwrap_or_else(|| "choose from `atom`, `rss` and `json`".to_owned());
                        self.invalid(position, format!("there is no feed format `{word}`"), &hint);
                    }
                }
            }
        }
        feeds.limit = self.whole(&mut fields, "limit", 1..=1000, feeds.limit);
        feeds.full = fields.flag(&["full"]).unwrap_or(feeds.full);
        if let Some((hub, position)) = fields.text(&["hub"]) {
            if hub.starts_with("https://") || hub.starts_with("http://") {
                feeds.hub = Some(hub);
            } else {
                self.invalid(
                    position,
                    format!("`{hub}` is not the address of a hub"),
                    "write an address that begins with `https://`",
                );
            }
        }
        self.diagnostics
            .extend(fields.finish(Some(Code::UnknownKey)));
        self.config.feeds = feeds;
    }

    pub(super) fn sizes(&mut self, root: &mut Fields<'a>) {
        if let Some(node) = mapping_node(root, "pages") {
            let mut fields = root.nested(node);
            self.config.page_size =
                self.whole(&mut fields, "size", 1..=1000, self.config.page_size);
            self.diagnostics
                .extend(fields.finish(Some(Code::UnknownKey)));
        }
        if let Some(node) = mapping_node(root, "summary") {
            let mut fields = root.nested(node);
            self.config.summary_width =
                self.whole(&mut fields, "width", 20..=4000, self.config.summary_width);
            self.diagnostics
                .extend(fields.finish(Some(Code::UnknownKey)));
        }
    }

    pub(super) fn markdown(&mut self, root: &mut Fields<'a>) {
        let Some(node) = mapping_node(root, "markdown") else {
            return;
        };
        let mut fields = root.nested(node);
        self.config.markdown = Markdown {
            math: fields.flag(&["math"]).unwrap_or(false),
            line_numbers: fields.flag(&["line_numbers"]).unwrap_or(false),
            smart_punctuation: fields.flag(&["smart_punctuation"]).unwrap_or(false),
        };
        self.diagnostics
            .extend(fields.finish(Some(Code::UnknownKey)));
    }

    pub(super) fn checks(&mut self, root: &mut Fields<'a>) {
        let Some(node) = mapping_node(root, "checks") else {
            return;
        };
        let mut levels = Levels::default();
        for entry in node.entries() {
            let word = entry
                .value
                .text()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase();
            let Some(level) = Level::from_word(&word) else {
                self.invalid(
                    entry.value.position,
                    format!("`{}` has no level `{word}`", entry.key),
                    "write `error`, `warn` or `off`",
                );
                continue;
            };
            if entry.key == "*" {
                levels.all = Some(level);
                continue;
            }
            match Code::from_word(entry.key.trim()) {
                Some(code) if code.info().fixed && level != Level::Error => self.invalid(
                    entry.position,
                    format!("`{}` is always an error", entry.key),
                    "remove the line and mend the places that it names",
                ),
                Some(code) => {
                    levels.codes.insert(code, level);
                }
                None => {
                    let words = CODES.iter().map(|(_, info)| info.word);
                    self.diagnostics.push(
                        Diagnostic::new(
                            Code::UnknownKey,
                            format!("there is no check `{}`", entry.key),
                        )
                        .at(self.place(entry.position))
                        .maybe_hint(did_you_mean(&entry.key, words)),
                    );
                }
            }
        }
        self.config.checks = levels;
    }
}
