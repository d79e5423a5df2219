//! The `site:` part of `site.yaml`: what no site can be without.

use super::read::{Reader, SITE_HINT, mapping_node};
use super::{Language, language};
use crate::data::Value;
use crate::data::fields::Fields;
use crate::diag::{Code, Diagnostic, Position, closest};
use jiff::tz::TimeZone;

impl<'a> Reader<'a> {
    /// Reads the part; without languages the settings cannot be used.
    pub(super) fn site(&mut self, root: &mut Fields<'a>) {
        let Some(node) = mapping_node(root, "site") else {
            self.fatal(
                Position::default(),
                "the settings have no `site:` part",
                SITE_HINT,
            );
            self.usable = false;
            return;
        };
        let mut fields = root.nested(node);
        self.url(&mut fields, node.position);
        self.languages(&mut fields, node.position);
        self.timezone(&mut fields, node.position);
        match fields.node("title") {
            Some(title) => self.config.title = self.localized(&mut fields, "title", title),
            None => self.fatal(
                node.position,
                "the site has no `title`",
                "write a text, or one text per language: `title: { zh-Hans: …, en: … }`",
            ),
        }
        if let Some(description) = fields.node("description") {
            self.config.description = self.localized(&mut fields, "description", description);
        }
        self.config.author = fields.text(&["author"]).map(|(text, _)| text);
        self.config.image = fields.text(&["image"]).map(|(text, _)| text);
        if let Some((theme, position)) = fields.text(&["theme"])
            && self.is_below(&theme, position)
        {
            self.config.theme = theme;
        }
        if let Some((folder, position)) = fields.text(&["content"])
            && self.is_below(&folder, position)
        {
            self.config.content_folder = folder.trim_matches('/').to_owned();
        }
        self.diagnostics
            .extend(fields.finish(Some(Code::UnknownKey)));
    }

    fn url(&mut self, fields: &mut Fields<'a>, site: Position) {
        let hint =
            "write the address at which the site will be served, such as `https://example.org`";
        let Some((url, position)) = fields.text(&["url"]) else {
            if fields.node("url").is_none() {
                self.fatal(site, "the site has no `url`", hint);
            }
            return;
        };
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"));
        let host = rest.map_or("", |rest| rest.split('/').next().unwrap_or_default());
        let path = rest
            .and_then(|rest| rest.split_once('/'))
            .map_or("", |(_, path)| path);
        let odd = |c: char| c.is_whitespace() || c.is_control() || "\"'<>\\^`{|}@".contains(c);
        let message = if rest.is_none() {
            "`url` must begin with `https://` or `http://`"
        } else if host.is_empty() || host.starts_with(':') || url.contains(odd) {
            "`url` is not an address"
        } else if url.contains(['?', '#']) {
            "`url` must have no query and no fragment"
        } else if path.split('/').any(|part| part == "." || part == "..") {
            "`url` must have no `.` or `..` in its path"
        } else {
            self.config.set_url(&url);
            return;
        };
        self.fatal(position, message, hint);
    }

    fn languages(&mut self, fields: &mut Fields<'a>, site: Position) {
        let hint = "list the languages, the default one first: `languages: [zh-Hans, en]`";
        let Some(node) = fields.any(&["languages", "language"]) else {
            self.fatal(site, "the site has no `languages`", hint);
            self.usable = false;
            return;
        };
        let nodes = match &node.value {
            Value::List(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut languages: Vec<Language> = Vec::new();
        for node in nodes {
            let (tag, name) = match &node.value {
                Value::Map(_) => {
                    let mut inner = fields.nested(node);
                    let tag = inner.text(&["tag"]);
                    let name = inner.text(&["name"]).map(|(name, _)| name);
                    self.diagnostics
                        .extend(inner.finish(Some(Code::UnknownKey)));
                    (tag, name)
                }
                Value::Scalar { text, .. } => (Some((text.trim().to_owned(), node.position)), None),
                _ => (None, None),
            };
            let Some((written, position)) = tag else {
                self.fatal(node.position, "this language has no tag", hint);
                continue;
            };
            match language::canonical(&written) {
                Ok(tag) if languages.iter().any(|known| known.tag == tag) => {
                    self.fatal(
                        position,
                        &format!("the language `{tag}` stands twice"),
                        "remove one of the two",
                    );
                }
                Ok(tag) => {
                    let mut language = Language::new(&tag, languages.is_empty());
                    language.name = name.unwrap_or(language.name);
                    languages.push(language);
                }
                Err((message, hint)) => {
                    self.diagnostics.push(
                        Diagnostic::new(Code::InvalidConfig, message)
                            .at(self.place(position))
                            .maybe_hint(hint),
                    );
                }
            }
        }
        if languages.is_empty() {
            if nodes.is_empty() {
                self.fatal(node.position, "the site has no `languages`", hint);
            }
            self.usable = false;
        } else {
            self.config.languages = languages;
        }
    }

    fn timezone(&mut self, fields: &mut Fields<'a>, site: Position) {
        let usual = "write the name of a time zone, such as `Asia/Shanghai` or `Europe/Moscow`";
        let Some((name, position)) = fields.text(&["timezone"]) else {
            if fields.node("timezone").is_none() {
                self.fatal(
                    site,
                    "the site has no `timezone`, and dates without a zone would depend on the machine",
                    usual,
                );
            }
            return;
        };
        match TimeZone::get(&name) {
            Ok(zone) => self.config.timezone = zone,
            Err(_) => {
                let hint = similar_zone(&name).unwrap_or_else(|| usual.to_owned());
                self.fatal(position, &format!("there is no time zone `{name}`"), &hint);
            }
        }
    }
}

/// A zone of that city, or one with a similar name.
fn similar_zone(name: &str) -> Option<String> {
    let names: Vec<String> = jiff::tz::db()
        .available()
        .map(|zone| zone.to_string())
        .collect();
    let city = name.rsplit('/').next().unwrap_or(name).replace(' ', "_");
    // Time zones are named after one city of their area, in China not the capital.
    let city = match city.to_ascii_lowercase().as_str() {
        "beijing" | "peking" | "shenzhen" | "guangzhou" | "china" => "Shanghai".to_owned(),
        _ => city,
    };
    names
        .iter()
        .find(|zone| {
            zone.rsplit('/')
                .next()
                .is_some_and(|last| last.eq_ignore_ascii_case(&city))
        })
        .map(String::as_str)
        .or_else(|| closest(name, names.iter().map(String::as_str)))
        .map(|zone| format!("did you mean `{zone}`?"))
}
