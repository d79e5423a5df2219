//! Reads the text of `site.yaml` into [`Config`]: every key, its type and its meaning, and
//! every mistake in one pass.

use super::{Config, Localized, MenuItem, Pattern, Taxonomy, community};
use crate::data::fields::Fields;
use crate::data::{Format, Node, Value, parse as parse_data};
use crate::diag::{Code, Diagnostic, Place, Position, did_you_mean};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Reads the text of `site.yaml`. `None` when it cannot serve as settings at all; with other
/// mistakes the rest is still read, so that the content's mistakes can be told in the same run.
pub fn parse(file: &Arc<str>, text: &str) -> (Option<Config>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let Some(root) = parse_data(file, Format::Yaml, text, 1, &mut diagnostics) else {
        return (None, diagnostics);
    };
    let Value::Map(_) = root.value else {
        diagnostics.push(
            Diagnostic::new(
                Code::InvalidConfig,
                format!("the settings must be a mapping, not {}", root.kind()),
            )
            .at(Place::at(Arc::clone(file), root.position))
            .hint(SITE_HINT),
        );
        return (None, diagnostics);
    };
    let mut fields = Fields::new(file, &root);
    let mut reader = Reader {
        file,
        diagnostics: Vec::new(),
        config: Config::minimal(),
        usable: true,
    };
    reader.site(&mut fields);
    reader.theme(&mut fields);
    reader.taxonomies(&mut fields);
    reader.menu(&mut fields);
    reader.permalinks(&mut fields);
    reader.slugs(&mut fields);
    reader.feeds(&mut fields);
    reader.sizes(&mut fields);
    reader.markdown(&mut fields);
    reader.checks(&mut fields);
    let config = &mut reader.config;
    config
        .source
        .copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    config.theme_options = config
        .theme_options
        .take()
        .or(mapping(&mut fields, "theme_options"));
    config.extra = mapping(&mut fields, "extra");
    config.accounts = mapping(&mut fields, "accounts");
    config.publish = mapping(&mut fields, "publish");
    config.deploy = mapping(&mut fields, "deploy");
    config.ledger = mapping(&mut fields, "ledger");
    if let Some(node) = mapping_node(&mut fields, "community") {
        reader.config.community = Some(community::read(&mut reader, &fields, node));
    }
    diagnostics.extend(fields.finish(Some(Code::UnknownKey)));
    diagnostics.append(&mut reader.diagnostics);
    (reader.usable.then_some(reader.config), diagnostics)
}

pub(super) const SITE_HINT: &str =
    "begin with `site:` and, indented below it, `url`, `title`, `languages` and `timezone`";

/// Settings in the making.
pub(super) struct Reader<'a> {
    file: &'a Arc<str>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) config: Config,
    /// Whether the settings can be used for reading content.
    pub(super) usable: bool,
}

impl<'a> Reader<'a> {
    /// `theme: name` or `theme: {name, options}`.
    fn theme(&mut self, root: &mut Fields<'a>) {
        let Some(node) = root.node("theme") else {
            return;
        };
        if let Some(name) = node.text() {
            let name = name.trim();
            if self.is_below(name, node.position) {
                self.config.theme = name.to_owned();
            }
            return;
        }
        let Some(node) = mapping_node(root, "theme") else {
            return;
        };
        let mut fields = root.nested(node);
        if let Some((name, position)) = fields.text(&["name"])
            && self.is_below(&name, position)
        {
            self.config.theme = name;
        }
        self.config.theme_options = mapping(&mut fields, "options");
        self.diagnostics
            .extend(fields.finish(Some(Code::UnknownKey)));
    }

    /// A list of names and of mappings `{name, hierarchical, feed}`, or a mapping by name.
    fn taxonomies(&mut self, root: &mut Fields<'a>) {
        let Some(node) = root.node("taxonomies") else {
            return;
        };
        let mut taxonomies: Vec<Taxonomy> = Vec::new();
        let mut take =
            |reader: &mut Self, name: &str, position: Position, options: Option<&'a Node>| {
                let mut taxonomy = Taxonomy::named(name);
                if let Some(node) = options {
                    let mut fields = root.nested(node);
                    let _ = fields.node("name");
                    taxonomy.hierarchical = fields
                        .flag(&["hierarchical"])
                        .unwrap_or(taxonomy.hierarchical);
                    taxonomy.feed = fields.flag(&["feed", "feeds"]).unwrap_or(taxonomy.feed);
                    reader
                        .diagnostics
                        .extend(fields.finish(Some(Code::UnknownKey)));
                }
                let usual = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                if name.is_empty() || !name.chars().all(usual) {
                    reader.invalid(
                    position,
                    format!("`{name}` cannot be the name of a taxonomy"),
                    "use letters, digits, `-` and `_`: the name is a front matter key and a folder",
                );
                } else if taxonomies.iter().any(|known| known.name == name) {
                    reader.invalid(
                        position,
                        format!("the taxonomy `{name}` stands twice"),
                        "remove one of the two",
                    );
                } else {
                    taxonomies.push(taxonomy);
                }
            };
        match &node.value {
            Value::List(nodes) => {
                for node in nodes {
                    if let Some(name) = node.text() {
                        take(self, name.trim(), node.position, None);
                    } else if let Some(name) = node.get("name") {
                        take(
                            self,
                            name.text().unwrap_or_default().trim(),
                            name.position,
                            Some(node),
                        );
                    } else {
                        self.invalid(
                            node.position,
                            "this taxonomy has no name".to_owned(),
                            "write `- tags` or `- { name: tags, hierarchical: false, feed: true }`",
                        );
                    }
                }
            }
            Value::Map(entries) => {
                for entry in entries {
                    let options =
                        Some(&entry.value).filter(|node| !matches!(node.value, Value::Null));
                    take(self, entry.key.trim(), entry.position, options);
                }
            }
            _ => {
                root.wrong_type("taxonomies", node, "a list of names");
                return;
            }
        }
        self.config.taxonomies = taxonomies;
    }

    /// A list of `{title, url}`, or a mapping of titles to addresses as in Hexo's themes.
    fn menu(&mut self, root: &mut Fields<'a>) {
        let Some(node) = root.node("menu") else {
            return;
        };
        let mut menu = Vec::new();
        match &node.value {
            Value::List(nodes) => {
                for node in nodes {
                    let mut fields = root.nested(node);
                    let title = fields.any(&["title", "name"]);
                    let title = title.map(|title| self.localized(&mut fields, "title", title));
                    let url = fields.text(&["url"]);
                    if !matches!(node.value, Value::Map(_)) || title.is_none() || url.is_none() {
                        self.invalid(
                            node.position,
                            "a menu entry needs a `title` and a `url`".to_owned(),
                            "write `- { title: Jobs, url: /jobs/ }`",
                        );
                    }
                    self.diagnostics
                        .extend(fields.finish(Some(Code::UnknownKey)));
                    if let (Some(title), Some((url, position))) = (title, url) {
                        let place = self.place(position);
                        menu.push(MenuItem { title, url, place });
                    }
                }
            }
            Value::Map(entries) => {
                for entry in entries {
                    match entry.value.text() {
                        Some(url) => menu.push(MenuItem {
                            title: Localized(vec![(String::new(), entry.key.clone())]),
                            url: url.trim().to_owned(),
                            place: self.place(entry.value.position),
                        }),
                        None => root.wrong_type(&entry.key, &entry.value, "an address"),
                    }
                }
            }
            _ => root.wrong_type("menu", node, "a list of `{ title, url }`"),
        }
        self.config.menu = menu;
    }

    /// A pattern per section, or one for all.
    fn permalinks(&mut self, root: &mut Fields<'a>) {
        let Some(node) = root.node("permalinks") else {
            return;
        };
        let mut permalinks = BTreeMap::new();
        let mut take = |reader: &mut Self, section: &str, node: &Node| {
            let Some(pattern) = node.text().map(str::trim).filter(|text| !text.is_empty()) else {
                reader.invalid(
                    node.position,
                    format!(
                        "the permalink of `{section}` must be a pattern, not {}",
                        node.kind()
                    ),
                    PERMALINK_HINT,
                );
                return;
            };
            if !pattern.starts_with('/')
                || pattern
                    .contains(|c: char| c.is_whitespace() || c.is_control() || "?#\\".contains(c))
                || pattern.split('/').any(|part| part == "." || part == "..")
            {
                reader.diagnostics.push(
                    Diagnostic::new(
                        Code::InvalidPermalink,
                        format!("`{pattern}` is not a pattern for permalinks"),
                    )
                    .at(reader.place(node.position))
                    .hint(PERMALINK_HINT),
                );
                return;
            }
            let pattern = Pattern {
                text: pattern.to_owned(),
                place: reader.place(node.position),
            };
            permalinks.insert(section.trim_matches('/').to_owned(), pattern);
        };
        match &node.value {
            Value::Map(entries) => {
                for entry in entries {
                    take(self, &entry.key, &entry.value);
                }
            }
            _ => take(self, "default", node),
        }
        self.config.permalinks = permalinks;
    }

    /// One text, or a mapping from languages to texts.
    pub(super) fn localized(
        &mut self,
        fields: &mut Fields<'a>,
        key: &str,
        node: &Node,
    ) -> Localized {
        match &node.value {
            Value::Scalar { text, .. } => Localized(vec![(String::new(), text.trim().to_owned())]),
            Value::Map(entries) => {
                let mut texts = Vec::with_capacity(entries.len());
                for entry in entries {
                    let Some(text) = entry.value.text() else {
                        fields.wrong_type(&entry.key, &entry.value, "text");
                        continue;
                    };
                    match self.config.language(&entry.key) {
                        Some(at) => {
                            texts.push((
                                self.config.languages[at].tag.clone(),
                                text.trim().to_owned(),
                            ));
                        }
                        // Without a readable list every tag would be wrong.
                        None if !self.usable => {}
                        None => {
                            let tags = self
                                .config
                                .languages
                                .iter()
                                .map(|language| language.tag.as_str());
                            let hint = did_you_mean(&entry.key, tags).unwrap_or_else(|| {
                                "add it to `languages`, or remove the text".to_owned()
                            });
                            self.diagnostics.push(
                                Diagnostic::new(
                                    Code::UnknownLanguage,
                                    format!("`{key}` has a text in `{}`, which is not among the site's languages", entry.key),
                                )
                                .at(self.place(entry.position))
                                .hint(hint),
                            );
                        }
                    }
                }
                Localized(texts)
            }
            _ => {
                fields.wrong_type(key, node, "a text, or a mapping from languages to texts");
                Localized::default()
            }
        }
    }

    pub(super) fn whole(
        &mut self,
        fields: &mut Fields<'a>,
        key: &'static str,
        range: RangeInclusive<usize>,
        usual: usize,
    ) -> usize {
        let Some((text, position)) = fields.text(&[key]) else {
            return usual;
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let message = format!(
                    "`{key}` must be a whole number from {} to {}",
                    range.start(),
                    range.end()
                );
                self.invalid(
                    position,
                    message,
                    &format!("without the line it is {usual}"),
                );
                usual
            }
        }
    }

    /// Whether the name of a folder stays below the site's root; tells when not.
    pub(super) fn is_below(&mut self, name: &str, position: Position) -> bool {
        let leaves = name.starts_with('/')
            || name.contains(['\\', ':'])
            || name.split('/').any(|part| part == ".." || part == ".");
        if leaves || name.is_empty() {
            self.fatal(
                position,
                &format!("`{name}` is not a folder below the site's own"),
                "write a path without `..` and without a `/` at its start",
            );
            return false;
        }
        true
    }

    pub(super) fn invalid(&mut self, position: Position, message: String, hint: &str) {
        self.diagnostics.push(
            Diagnostic::new(Code::InvalidValue, message)
                .at(self.place(position))
                .hint(hint),
        );
    }

    /// A mistake over which no site can be built, whatever `checks:` says.
    pub(super) fn fatal(&mut self, position: Position, message: &str, hint: &str) {
        self.diagnostics.push(
            Diagnostic::new(Code::InvalidConfig, message)
                .at(self.place(position))
                .hint(hint),
        );
    }

    pub(super) fn place(&self, position: Position) -> Place {
        Place::at(Arc::clone(self.file), position)
    }
}

const PERMALINK_HINT: &str =
    "a pattern is a path such as `/:section/:slug/` or `/:year/:month/:slug/`";

/// The mapping behind a key; anything else is reported.
pub(super) fn mapping_node<'a>(fields: &mut Fields<'a>, key: &'static str) -> Option<&'a Node> {
    let node = fields.node(key)?;
    if matches!(node.value, Value::Map(_)) {
        return Some(node);
    }
    fields.wrong_type(key, node, "a mapping");
    None
}

fn mapping(fields: &mut Fields<'_>, key: &'static str) -> Option<Node> {
    mapping_node(fields, key).cloned()
}

#[cfg(test)]
mod tests;
