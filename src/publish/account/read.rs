//! Reads `accounts:`, `publish:` and `ledger:`: takes the nodes as the settings kept them, gives
//! accounts and every mistake with its place.

mod common;

use super::{Account, BodyWish, Filter, Located, OnEdit, Publishing};
use crate::config::Config;
use crate::content::{Kind, date};
use crate::data::fields::Fields;
use crate::data::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Place, Position, did_you_mean};
use crate::platform::{self, Info};
use std::collections::BTreeMap;
use std::sync::Arc;

/// File that the settings stand in, for places.
const SETTINGS: &str = "site.yaml";

/// What the settings say, and what is wrong with them.
pub struct Read {
    /// The accounts that can be used.
    pub accounts: Vec<Account>,
    /// What holds for all of them.
    pub publishing: Publishing,
    /// Mistakes that concern all accounts.
    pub diagnostics: Vec<Diagnostic>,
    /// Mistakes of one account each, by its name.
    pub of_accounts: Vec<(String, Vec<Diagnostic>)>,
}

/// Reads both parts.
pub fn read(config: &Config) -> Read {
    let file: Arc<str> = SETTINGS.into();
    let mut reader = Reader {
        file: &file,
        config,
        diagnostics: Vec::new(),
        of_accounts: Vec::new(),
    };
    let publishing = reader.publishing();
    let mut accounts = Vec::new();
    if let Some(node) = &config.accounts {
        for entry in node.entries() {
            let before = reader.diagnostics.len();
            accounts.extend(reader.account(entry));
            let found = reader.diagnostics.split_off(before);
            let name = entry.key.trim().to_owned();
            reader.of_accounts.push((name, found));
        }
    }
    reader.shared_places(&mut accounts);
    Read {
        accounts,
        publishing,
        diagnostics: reader.diagnostics,
        of_accounts: reader.of_accounts,
    }
}

struct Reader<'a> {
    file: &'a Arc<str>,
    config: &'a Config,
    diagnostics: Vec<Diagnostic>,
    of_accounts: Vec<(String, Vec<Diagnostic>)>,
}

impl Reader<'_> {
    fn invalid(&mut self, position: Position, message: String, hint: impl Into<String>) {
        self.diagnostics.push(
            Diagnostic::new(Code::InvalidAccount, message)
                .at(Place::at(Arc::clone(self.file), position))
                .hint(hint),
        );
    }

    fn account(&mut self, entry: &Entry) -> Option<Account> {
        let name = entry.key.trim().to_owned();
        let usual = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(usual) {
            self.invalid(
                entry.position,
                format!("`{name}` cannot be the name of an account"),
                "use letters, digits, `-` and `_`: the name is a file and part of a variable",
            );
            return None;
        }
        let node = &entry.value;
        let mut fields = Fields::new(self.file, node);
        if !matches!(node.value, Value::Map(_)) {
            fields.wrong_type(
                &name,
                node,
                "a mapping, such as `{ platform: mastodon, url: … }`",
            );
            self.diagnostics.extend(fields.finish(None));
            return None;
        }
        let info = self.platform(&name, &mut fields, entry.position)?;
        let settings = self.settings(info, &name, &mut fields, entry.position);
        let account = Account {
            filter: self.filter(&mut fields),
            on_edit: self.word(&mut fields, "on_edit", &ON_EDIT),
            body: self
                .word(&mut fields, "body", &BODY)
                .unwrap_or(BodyWish::Full),
            template: fields
                .text(&["template"])
                .map(|(text, position)| Located { text, position }),
            hashtags: fields
                .number(&["hashtags"])
                .map_or(3, |number| whole(number).min(30)),
            mentions: mentions(&mut fields),
            delay: self.delay(&mut fields),
            cadence: self.span(&mut fields, "cadence"),
            track: fields.flag(&["track"]).unwrap_or(true),
            position: entry.position,
            name,
            info,
            settings: settings?,
        };
        self.diagnostics
            .extend(fields.finish(Some(Code::UnknownKey)));
        Some(account)
    }

    fn platform(
        &mut self,
        name: &str,
        fields: &mut Fields<'_>,
        position: Position,
    ) -> Option<&'static Info> {
        let known = || platform::ALL.iter().map(|info| info.name);
        let Some((word, at)) = fields.text(&["platform"]) else {
            self.invalid(
                position,
                format!("the account `{name}` names no `platform`"),
                format!("it may be `{}`", known().collect::<Vec<_>>().join("`, `")),
            );
            return None;
        };
        let found = platform::info(&word);
        if found.is_none() {
            let hint = did_you_mean(&word, known()).unwrap_or_else(|| {
                format!(
                    "it may be `{}`; `webhook` reaches any HTTP API",
                    known().collect::<Vec<_>>().join("`, `")
                )
            });
            self.invalid(at, format!("there is no platform `{word}`"), hint);
        }
        found
    }

    /// The platform's own settings as texts; lists are joined by commas.
    fn settings(
        &mut self,
        info: &'static Info,
        name: &str,
        fields: &mut Fields<'_>,
        position: Position,
    ) -> Option<BTreeMap<String, String>> {
        let mut settings = BTreeMap::new();
        let mut whole = true;
        for setting in info.settings {
            let Some(node) = fields.node(setting.name) else {
                if setting.required {
                    self.invalid(
                        position,
                        format!("the account `{name}` has no `{}`", setting.name),
                        setting.meaning,
                    );
                    whole = false;
                }
                continue;
            };
            let text = match &node.value {
                // A call with its templates is handed on as JSON.
                Value::Map(_) => node.to_json().to_string(),
                _ => {
                    let texts = fields.texts(&[setting.name]);
                    let texts: Vec<String> = texts.into_iter().map(|(text, _)| text).collect();
                    texts.join(",")
                }
            };
            if setting.name == "url"
                && !text.starts_with("https://")
                && !text.starts_with("http://")
            {
                self.invalid(
                    node.position,
                    format!("`url` of the account `{name}` must begin with `https://`"),
                    setting.meaning,
                );
                whole = false;
            }
            if has_login(&text) {
                let message = format!(
                    "`{}` of the account `{name}` has a login in its address",
                    setting.name
                );
                // Without a position, so that its line is not shown.
                self.diagnostics.push(
                    Diagnostic::new(Code::InvalidAccount, message)
                        .at(Place::file(Arc::clone(self.file)))
                        .hint("take it out: secrets come from the environment only"),
                );
                whole = false;
            }
            // Only what is the beginning of other addresses loses the slash at its end.
            let text = match setting.name {
                "endpoint" | "posts" | "syndicate_to" => text,
                _ => text.trim_end_matches('/').to_owned(),
            };
            settings.insert(setting.name.to_owned(), text);
        }
        for mistake in (info.mistakes)(&settings) {
            let at = position_of(fields, &mistake.path).unwrap_or(position);
            let message = format!("the account `{name}`: {}", mistake.message);
            self.invalid(at, message, mistake.hint);
            whole = false;
        }
        whole.then_some(settings)
    }

    fn filter(&mut self, fields: &mut Fields<'_>) -> Filter {
        let mut filter = Filter::default();
        for (word, position) in fields.texts(&["kinds"]) {
            let word = word.to_ascii_lowercase();
            match Kind::from_word(&word) {
                Some(kind) => filter.kinds.push(kind),
                None => {
                    let hint = did_you_mean(&word, Kind::ALL.map(Kind::as_str));
                    self.diagnostics.push(
                        Diagnostic::new(Code::UnknownKind, format!("there is no kind `{word}`"))
                            .at(fields.place(position))
                            .maybe_hint(hint),
                    );
                }
            }
        }
        for (tag, position) in fields.texts(&["languages"]) {
            match self.config.language(&tag) {
                Some(index) => filter
                    .languages
                    .push(self.config.languages[index].tag.clone()),
                None => {
                    let known = self.config.languages.iter().map(|known| known.tag.as_str());
                    let hint = did_you_mean(&tag, known);
                    self.diagnostics.push(
                        Diagnostic::new(
                            Code::UnknownLanguage,
                            format!("the site has no language `{tag}`"),
                        )
                        .at(fields.place(position))
                        .maybe_hint(hint),
                    );
                }
            }
        }
        let texts = |fields: &mut Fields<'_>, key: &'static str| {
            let texts = fields.texts(&[key]);
            texts.into_iter().map(|(text, _)| text).collect::<Vec<_>>()
        };
        filter.sections = texts(fields, "sections")
            .into_iter()
            .map(|section| section.trim_matches('/').to_owned())
            .collect();
        filter.tags = texts(fields, "tags");
        filter.audience = texts(fields, "audience");
        for (word, position) in fields.texts(&["stages"]) {
            if STAGES.contains(&word.as_str()) {
                filter.stages.push(word);
            } else {
                let hint = did_you_mean(&word, STAGES)
                    .unwrap_or_else(|| format!("it may be `{}`", STAGES.join("`, `")));
                self.diagnostics.push(
                    Diagnostic::new(Code::InvalidValue, format!("there is no stage `{word}`"))
                        .at(fields.place(position))
                        .hint(hint),
                );
            }
        }
        if let Some((text, position)) = fields.text(&["since"]) {
            match date::parse(&text, &self.config.timezone) {
                Ok(moment) => filter.since = Some(moment.at),
                Err(_) => self.diagnostics.push(
                    Diagnostic::new(Code::InvalidDate, format!("`since: {text}` is no date"))
                        .at(fields.place(position))
                        .hint("write it as `2026-12-24`"),
                ),
            }
        }
        filter
    }

    fn word<T: Copy>(
        &mut self,
        fields: &mut Fields<'_>,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let (text, position) = fields.text(&[key])?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let hint = did_you_mean(&text, known.iter().copied())
                .unwrap_or_else(|| format!("it may be `{}`", known.join("`, `")));
            self.diagnostics.push(
                Diagnostic::new(Code::InvalidValue, format!("`{key}` cannot be `{text}`"))
                    .at(fields.place(position))
                    .hint(hint),
            );
        }
        found.map(|(_, value)| *value)
    }

    /// `delay: 2d`, `90m`, `1h 30m`.
    fn delay(&mut self, fields: &mut Fields<'_>) -> jiff::Span {
        self.span(fields, "delay").unwrap_or_default()
    }

    fn span(&mut self, fields: &mut Fields<'_>, key: &'static str) -> Option<jiff::Span> {
        let (text, position) = fields.text(&[key])?;
        let span = text
            .parse::<jiff::Span>()
            .ok()
            .filter(|span| !span.is_negative());
        if span.is_none() {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::InvalidValue,
                    format!("`{key}: {text}` is no length of time"),
                )
                .at(fields.place(position))
                .hint("write it as `30s`, `90m`, `2h`, `3d` or `2 weeks`"),
            );
        }
        span
    }

    /// Of two accounts that post the same pages to one place the second is left out.
    fn shared_places(&mut self, accounts: &mut Vec<Account>) {
        let mut kept: Vec<Account> = Vec::new();
        for account in accounts.drain(..) {
            let first = kept.iter().find(|first| first.shares_pages(&account));
            let Some(first) = first else {
                kept.push(account);
                continue;
            };
            self.of_accounts.push((
                account.name.clone(),
                vec![
                    Diagnostic::new(
                        Code::InvalidAccount,
                        format!(
                            "the accounts `{}` and `{}` post the same pages to one place, `{}`",
                            first.name,
                            account.name,
                            account.place()
                        ),
                    )
                    .at(Place::at(Arc::clone(self.file), account.position))
                    .related(
                        "the other one",
                        Place::at(Arc::clone(self.file), first.position),
                    )
                    .hint("remove one of them, or give them different `kinds:` or `languages:`"),
                ],
            ));
        }
        *accounts = kept;
    }
}

const ON_EDIT: [(&str, OnEdit); 4] = [
    ("update", OnEdit::Update),
    ("reply", OnEdit::Reply),
    ("ignore", OnEdit::Ignore),
    ("ask", OnEdit::Ask),
];
const BODY: [(&str, BodyWish); 2] = [("full", BodyWish::Full), ("summary", BodyWish::Summary)];
const STAGES: [&str; 3] = ["acquire", "retain", "convert"];

fn mentions(fields: &mut Fields<'_>) -> BTreeMap<String, String> {
    let Some(node) = fields.node("mentions") else {
        return BTreeMap::new();
    };
    if !matches!(node.value, Value::Map(_)) {
        fields.wrong_type("mentions", node, "a mapping of names to handles");
    }
    node.entries()
        .iter()
        .filter_map(|entry| Some((entry.key.clone(), text_of(&entry.value)?)))
        .collect()
}

/// Where the value stands to which keys lead, as far as they do.
fn position_of(fields: &mut Fields<'_>, path: &[String]) -> Option<Position> {
    let (first, inner) = path.split_first()?;
    let mut node = fields.named(first)?;
    for key in inner {
        match node.get(key) {
            Some(value) => node = value,
            None => break,
        }
    }
    Some(node.position)
}

/// Whether an address has a name or password before its host, as in `https://anna:…@host`.
fn has_login(text: &str) -> bool {
    let mut addresses = text.split(',').filter_map(|one| one.split_once("://"));
    addresses.any(|(_, rest)| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !text.starts_with('{') && host.contains('@')
    })
}

fn text_of(node: &Node) -> Option<String> {
    let text = node.text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range first"
)]
fn whole(number: f64) -> usize {
    number.clamp(0.0, 1e9) as usize
}
