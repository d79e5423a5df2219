//! Reads the text of `site.yaml` into [`Config`]: every key, its type and its meaning, and
//! every mistake in one pass.

use super::language;
use super::{Config, Feeds, Language, Localized, Markdown, MenuItem, SlugStyle, Taxonomy};
use crate::data::fields::Fields;
use crate::data::{Format, Node, Value, parse as parse_data};
use crate::diag::{CODES, Code, Diagnostic, Level, Levels, Place, Position, closest, did_you_mean};
use jiff::tz::TimeZone;
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
    config.theme_options = config
        .theme_options
        .take()
        .or(mapping(&mut fields, "theme_options"));
    config.extra = mapping(&mut fields, "extra");
    config.community = mapping(&mut fields, "community");
    config.accounts = mapping(&mut fields, "accounts");
    config.publish = mapping(&mut fields, "publish");
    config.deploy = mapping(&mut fields, "deploy");
    config.ledger = mapping(&mut fields, "ledger");
    diagnostics.extend(fields.finish(Some(Code::UnknownKey)));
    diagnostics.append(&mut reader.diagnostics);
    (reader.usable.then_some(reader.config), diagnostics)
}

const SITE_HINT: &str =
    "begin with `site:` and, indented below it, `url`, `title`, `languages` and `timezone`";

struct Reader<'a> {
    file: &'a Arc<str>,
    diagnostics: Vec<Diagnostic>,
    config: Config,
    /// Whether the settings can be used for reading content.
    usable: bool,
}

impl<'a> Reader<'a> {
    fn site(&mut self, root: &mut Fields<'a>) {
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
        if let Some((theme, position)) = fields.text(&["theme"]) {
            self.folder(&theme, position);
            self.config.theme = theme;
        }
        if let Some((folder, position)) = fields.text(&["content"]) {
            self.folder(&folder, position);
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

    /// `theme: name` or `theme: {name, options}`.
    fn theme(&mut self, root: &mut Fields<'a>) {
        let Some(node) = root.node("theme") else {
            return;
        };
        if let Some(name) = node.text() {
            let name = name.trim();
            self.folder(name, node.position);
            self.config.theme = name.to_owned();
            return;
        }
        let Some(node) = mapping_node(root, "theme") else {
            return;
        };
        let mut fields = root.nested(node);
        if let Some((name, position)) = fields.text(&["name"]) {
            self.folder(&name, position);
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
                    let url = fields.text(&["url"]).map(|(url, _)| url);
                    if !matches!(node.value, Value::Map(_)) || title.is_none() || url.is_none() {
                        self.invalid(
                            node.position,
                            "a menu entry needs a `title` and a `url`".to_owned(),
                            "write `- { title: Jobs, url: /jobs/ }`",
                        );
                    }
                    self.diagnostics
                        .extend(fields.finish(Some(Code::UnknownKey)));
                    if let (Some(title), Some(url)) = (title, url) {
                        menu.push(MenuItem { title, url });
                    }
                }
            }
            Value::Map(entries) => {
                for entry in entries {
                    match entry.value.text() {
                        Some(url) => menu.push(MenuItem {
                            title: Localized(vec![(String::new(), entry.key.clone())]),
                            url: url.trim().to_owned(),
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
            permalinks.insert(section.trim_matches('/').to_owned(), pattern.to_owned());
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

    fn slugs(&mut self, root: &mut Fields<'a>) {
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

    fn feeds(&mut self, root: &mut Fields<'a>) {
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

    fn sizes(&mut self, root: &mut Fields<'a>) {
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

    fn markdown(&mut self, root: &mut Fields<'a>) {
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

    fn checks(&mut self, root: &mut Fields<'a>) {
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

    /// One text, or a mapping from languages to texts.
    fn localized(&mut self, fields: &mut Fields<'a>, key: &str, node: &Node) -> Localized {
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

    fn whole(
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

    /// Names of folders below the site's root stay below it.
    fn folder(&mut self, name: &str, position: Position) {
        let leaves = name.starts_with('/')
            || name.contains(['\\', ':'])
            || name.split('/').any(|part| part == ".." || part == ".");
        if leaves || name.is_empty() {
            self.fatal(
                position,
                &format!("`{name}` is not a folder below the site's own"),
                "write a path without `..` and without a `/` at its start",
            );
        }
    }

    fn invalid(&mut self, position: Position, message: String, hint: &str) {
        self.diagnostics.push(
            Diagnostic::new(Code::InvalidValue, message)
                .at(self.place(position))
                .hint(hint),
        );
    }

    /// A mistake over which no site can be built, whatever `checks:` says.
    fn fatal(&mut self, position: Position, message: &str, hint: &str) {
        self.diagnostics.push(
            Diagnostic::new(Code::InvalidConfig, message)
                .at(self.place(position))
                .hint(hint),
        );
    }

    fn place(&self, position: Position) -> Place {
        Place::at(Arc::clone(self.file), position)
    }
}

const PERMALINK_HINT: &str =
    "a pattern is a path such as `/:section/:slug/` or `/:year/:month/:slug/`";

/// The mapping behind a key; anything else is reported.
fn mapping_node<'a>(fields: &mut Fields<'a>, key: &'static str) -> Option<&'a Node> {
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

#[cfg(test)]
mod tests {
    use super::{Config, parse};
    use crate::config::{Language, SlugStyle, Taxonomy};
    use crate::diag::{Code, Level};
    use proptest::prelude::{any, proptest};
    use std::sync::Arc;

    const SITE: &str = "site:\n  url: https://example.org/blog/\n  title: { zh-Hans: 回响, en: Echo }\n  languages: [zh-Hans, { tag: EN, name: International }]\n  timezone: Asia/Shanghai\n";

    fn read(more: &str) -> (Option<Config>, Vec<String>) {
        let (config, diagnostics) = parse(&Arc::from("site.yaml"), &format!("{SITE}{more}"));
        let lines = diagnostics
            .iter()
            .map(|found| {
                let position = found
                    .place
                    .as_ref()
                    .map(|place| place.position)
                    .unwrap_or_default();
                format!(
                    "{}:{} {}: {}{}",
                    position.line,
                    position.column,
                    found.code.as_str(),
                    found.message,
                    found
                        .hints
                        .iter()
                        .map(|hint| format!(" | {hint}"))
                        .collect::<String>()
                )
            })
            .collect();
        (config, lines)
    }

    #[test]
    fn the_shortest_settings_have_sensible_defaults() {
        let (config, lines) = read("");
        assert_eq!(lines, Vec::<String>::new());
        let config = config.expect("settings");
        assert_eq!(config.url, "https://example.org/blog");
        assert_eq!(config.base_path, "/blog");
        assert_eq!(config.title.get("en"), "Echo");
        assert_eq!(
            config.languages,
            [
                Language {
                    tag: "zh-Hans".into(),
                    name: "简体中文".into(),
                    prefix: String::new()
                },
                Language {
                    tag: "en".into(),
                    name: "International".into(),
                    prefix: "en".into()
                },
            ]
        );
        assert_eq!(
            config.taxonomies,
            [Taxonomy::named("tags"), Taxonomy::named("categories")]
        );
        assert!(config.taxonomies[1].hierarchical);
        assert_eq!(
            (config.page_size, config.feeds.limit, config.summary_width),
            (20, 20, 160)
        );
    }

    #[test]
    fn every_setting_is_read() {
        let (config, lines) = read(
            "theme: { name: dark, options: { accent: red } }\n\
             taxonomies: [tags, { name: areas, hierarchical: true, feed: no }]\n\
             menu:\n  - { title: { zh-Hans: 职位, en: Jobs }, url: /jobs/ }\n\
             permalinks: { articles: '/:year/:slug/', default: '/:slug/' }\n\
             slugs: pinyin\n\
             feeds: { formats: [atom], limit: 50, full: false, hub: https://hub.example.org/ }\n\
             pages: { size: 10 }\n\
             markdown: { math: true, line_numbers: true, smart_punctuation: true }\n\
             summary: { width: 200 }\n\
             checks: { '*': warn, missing-alt: off, missing-translation: error }\n\
             extra: { country: CN }\n\
             accounts: { blog: { platform: wordpress } }\n",
        );
        assert_eq!(lines, Vec::<String>::new());
        let config = config.expect("settings");
        assert_eq!(config.theme, "dark");
        let accent = config
            .theme_options
            .as_ref()
            .and_then(|node| node.get("accent"));
        assert_eq!(accent.and_then(|node| node.text()), Some("red"));
        let areas = Taxonomy {
            name: "areas".into(),
            hierarchical: true,
            feed: false,
        };
        assert_eq!(config.taxonomies, [Taxonomy::named("tags"), areas]);
        assert_eq!(config.menu[0].title.get("en"), "Jobs");
        assert_eq!(config.permalinks["articles"], "/:year/:slug/");
        assert_eq!(config.slugs, SlugStyle::Pinyin);
        assert!(config.feeds.atom && !config.feeds.rss && !config.feeds.full);
        assert_eq!(
            (config.page_size, config.feeds.limit, config.summary_width),
            (10, 50, 200)
        );
        assert!(config.markdown.math && config.markdown.line_numbers);
        assert_eq!(config.checks.level(Code::BrokenLink), Level::Warn);
        assert_eq!(config.checks.level(Code::MissingAlt), Level::Off);
        assert_eq!(config.checks.level(Code::MissingTranslation), Level::Error);
        assert!(config.extra.is_some() && config.accounts.is_some());
    }

    #[test]
    fn all_mistakes_are_told_at_once_with_what_to_do() {
        let (config, lines) = read(
            "tehme: dark\n\
             slugs: pinjin\n\
             feeds: { formats: [atmo], limit: many, hubb: x }\n\
             checks: { broken-lnik: warn, missing-alt: loud, duplicate-output: off }\n\
             permalinks: { articles: ':slug' }\n\
             extra: text\n\
             menu: [{ title: x }]\n",
        );
        assert!(config.is_some());
        let told = lines.join("\n");
        for wanted in [
            "6:1 unknown-key: unknown key `tehme` | did you mean `theme`?",
            "7:8 invalid-value: `slugs` knows no style `pinjin` | did you mean `pinyin`?",
            "8:20 invalid-value: there is no feed format `atmo` | did you mean `atom`?",
            "8:34 invalid-value: `limit` must be a whole number from 1 to 1000 | without the line it is 20",
            "8:40 unknown-key: unknown key `hubb` | did you mean `hub`?",
            "9:11 unknown-key: there is no check `broken-lnik` | did you mean `broken-link`?",
            "9:43 invalid-value: `missing-alt` has no level `loud` | write `error`, `warn` or `off`",
            "9:49 invalid-value: `duplicate-output` is always an error | remove the line and mend the places that it names",
            "10:25 invalid-permalink: `:slug` is not a pattern for permalinks",
            "11:8 wrong-type: `extra` wants a mapping, not `text`",
            "12:8 invalid-value: a menu entry needs a `title` and a `url`",
        ] {
            assert!(told.contains(wanted), "{wanted}\n\nin\n{told}");
        }
        assert_eq!(lines.len(), 11, "{told}");
    }

    #[test]
    fn the_site_part_is_checked_with_care() {
        let text = "site:\n  url: example.org\n  title: { fr: Écho }\n  languages: [zh, en, en]\n  timezone: Asia/Beijing\n  theme: ../other\n";
        let (config, found) = parse(&Arc::from("site.yaml"), text);
        assert!(config.is_some());
        let told: Vec<String> = found
            .iter()
            .map(|d| {
                format!(
                    "{}: {} | {}",
                    d.code.as_str(),
                    d.message,
                    d.hints.join(" | ")
                )
            })
            .collect();
        let told = told.join("\n");
        for wanted in [
            "invalid-config: `url` must begin with `https://` or `http://`",
            "invalid-config: `zh` does not say which Chinese script is meant | write `zh-Hans` (simplified) or `zh-Hant` (traditional)",
            "invalid-config: the language `en` stands twice",
            "invalid-config: there is no time zone `Asia/Beijing` | did you mean `Asia/Shanghai`?",
            "unknown-language: `title` has a text in `fr`",
            "invalid-config: `../other` is not a folder below the site's own",
        ] {
            assert!(told.contains(wanted), "{wanted}\n\nin\n{told}");
        }
    }

    #[test]
    fn what_a_site_cannot_be_without_is_asked_for() {
        let (config, found) = parse(
            &Arc::from("site.yaml"),
            "site: { url: https://example.org }\n",
        );
        assert!(config.is_none());
        let messages: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "the site has no `languages`",
                "the site has no `timezone`, and dates without a zone would depend on the machine",
                "the site has no `title`",
            ]
        );
        for text in ["", "- a\n", "site:\n", "site: [\n", "\u{0}"] {
            let (config, found) = parse(&Arc::from("site.yaml"), text);
            assert!(config.is_none() && !found.is_empty(), "{text:?}");
            assert!(
                found.iter().all(|d| d.code.info().fixed),
                "{text:?} {found:?}"
            );
        }
    }

    #[test]
    fn addresses_are_absolute_and_plain() {
        for (url, good) in [
            ("http://localhost:8080", true),
            ("https://例子.cn/博客/", true),
            ("https://", false),
            ("https://example.org/?a=1", false),
            ("https://example.org/a/../b", false),
            ("ftp://example.org", false),
            ("https://user@example.org", false),
        ] {
            let text = SITE.replace("https://example.org/blog/", &format!("\"{url}\""));
            let (_, found) = parse(&Arc::from("site.yaml"), &text);
            assert_eq!(found.is_empty(), good, "{url} {found:?}");
        }
    }

    proptest! {
        #[test]
        fn no_settings_panic(text in any::<String>()) {
            let _ = parse(&Arc::from("site.yaml"), &text);
            let _ = read(&text);
        }
    }
}
