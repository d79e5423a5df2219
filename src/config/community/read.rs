//! Reads `community:`: takes the node and the languages of the site, gives the community and
//! every mistake with its place.

use super::super::read::Reader;
use super::target::{address, target};
use super::{Audience, Channel, ChannelKind, Community, Invitation, Offer, STAGES, Source, Target};
use super::{PILLARS, check};
use crate::config::Localized;
use crate::data::fields::Fields;
use crate::data::{Entry, Node, Value};
use crate::diag::{Code as Mistake, Diagnostic, did_you_mean};

/// Kinds of pages, for `kinds:` of an offer.
const KINDS: [&str; 7] = [
    "article", "company", "job", "policy", "event", "digest", "page",
];

/// Reads it.
pub(in crate::config) fn read<'a>(
    reader: &mut Reader<'a>,
    root: &Fields<'a>,
    node: &'a Node,
) -> Community {
    let mut fields = root.nested(node);
    let positioning = text(reader, &mut fields, "positioning");
    let audiences = audiences(reader, &mut fields);
    let pillars = words(reader, &mut fields, "pillars", &PILLARS, "pillar");
    let stages = stages(reader, &mut fields);
    let offers = offers(reader, &mut fields);
    let channels = channels(reader, &mut fields);
    let contacts = fields.texts(&["contacts"]);
    let community = Community {
        positioning,
        audiences,
        pillars,
        stages,
        offers,
        channels,
        contacts: contacts.into_iter().map(|(text, _)| text).collect(),
    };
    check::names(reader, &fields, node, &community);
    finish(reader, fields);
    community
}

fn finish(reader: &mut Reader<'_>, fields: Fields<'_>) {
    reader
        .diagnostics
        .extend(fields.finish(Some(Mistake::UnknownKey)));
}

/// A text per language; missing is empty.
fn text<'a>(reader: &mut Reader<'a>, fields: &mut Fields<'a>, key: &'static str) -> Localized {
    match fields.node(key) {
        Some(node) => reader.localized(fields, key, node),
        None => Localized::default(),
    }
}

fn texts(fields: &mut Fields<'_>, key: &'static str) -> Vec<String> {
    let texts = fields.texts(&[key]);
    texts.into_iter().map(|(text, _)| text).collect()
}

/// Words from a list of known ones.
fn words(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    key: &'static str,
    known: &[&'static str],
    name: &str,
) -> Vec<String> {
    let mut words = Vec::new();
    for (word, position) in fields.texts(&[key]) {
        if known.contains(&word.as_str()) {
            words.push(word);
            continue;
        }
        let hint = did_you_mean(&word, known.iter().copied())
            .unwrap_or_else(|| format!("it may be `{}`", known.join("`, `")));
        reader.invalid(position, format!("there is no {name} `{word}`"), &hint);
    }
    words
}

/// A list of words, or a mapping from words to what readers are shown.
fn audiences<'a>(reader: &mut Reader<'a>, fields: &mut Fields<'a>) -> Vec<Audience> {
    let Some(node) = fields.node("audiences") else {
        return Vec::new();
    };
    match &node.value {
        Value::Map(entries) => {
            let mut audiences = Vec::with_capacity(entries.len());
            for entry in entries {
                let title = match entry.value.value {
                    Value::Null => Localized::default(),
                    _ => reader.localized(fields, &entry.key, &entry.value),
                };
                audiences.push(Audience {
                    name: entry.key.trim().to_owned(),
                    title,
                });
            }
            audiences
        }
        _ => texts(fields, "audiences")
            .into_iter()
            .map(|name| Audience {
                name,
                title: Localized::default(),
            })
            .collect(),
    }
}

fn invitation<'a>(reader: &mut Reader<'a>, fields: &mut Fields<'a>) -> Invitation {
    Invitation {
        text: text(reader, fields, "text"),
        button: text(reader, fields, "button"),
        channels: texts(fields, "channels"),
    }
}

fn stages<'a>(reader: &mut Reader<'a>, fields: &mut Fields<'a>) -> Vec<(String, Invitation)> {
    let Some(node) = fields.node("stages") else {
        return Vec::new();
    };
    let mut stages = Vec::new();
    if !matches!(node.value, Value::Map(_)) {
        fields.wrong_type(
            "stages",
            node,
            "a mapping of `acquire`, `retain` and `convert`",
        );
    }
    for entry in node.entries() {
        let name = entry.key.trim();
        if !STAGES.contains(&name) {
            let hint = did_you_mean(name, STAGES)
                .unwrap_or_else(|| format!("it may be `{}`", STAGES.join("`, `")));
            reader.invalid(entry.position, format!("there is no stage `{name}`"), &hint);
            continue;
        }
        let Some(mut own) = mapping(
            fields,
            entry,
            "a mapping, such as `{ text: …, channels: [] }`",
        ) else {
            continue;
        };
        stages.push((name.to_owned(), invitation(reader, &mut own)));
        finish(reader, own);
    }
    stages
}

/// The fields of an entry that is a mapping; anything else is reported.
fn mapping<'a>(fields: &mut Fields<'a>, entry: &'a Entry, wanted: &str) -> Option<Fields<'a>> {
    if matches!(entry.value.value, Value::Map(_)) {
        return Some(fields.nested(&entry.value));
    }
    fields.wrong_type(&entry.key, &entry.value, wanted);
    None
}

fn offers<'a>(reader: &mut Reader<'a>, fields: &mut Fields<'a>) -> Vec<Offer> {
    let Some(node) = fields.node("offers") else {
        return Vec::new();
    };
    let Value::List(nodes) = &node.value else {
        fields.wrong_type("offers", node, "a list of `{ text, audiences, channels }`");
        return Vec::new();
    };
    let mut offers = Vec::with_capacity(nodes.len());
    for node in nodes {
        let mut own = fields.nested(node);
        let offer = Offer {
            invitation: invitation(reader, &mut own),
            audiences: texts(&mut own, "audiences"),
            stages: words(reader, &mut own, "stages", &STAGES, "stage"),
            kinds: words(reader, &mut own, "kinds", &KINDS, "kind"),
        };
        if offer.invitation.text == Localized::default() {
            reader.invalid(
                node.position,
                "an offer needs a `text`".to_owned(),
                "write what the reader gets, such as `text: 进群问具体问题`",
            );
        }
        finish(reader, own);
        offers.push(offer);
    }
    offers
}

fn channels<'a>(reader: &mut Reader<'a>, fields: &mut Fields<'a>) -> Vec<Channel> {
    let Some(node) = fields.node("channels") else {
        return Vec::new();
    };
    if !matches!(node.value, Value::Map(_)) {
        fields.wrong_type("channels", node, "a mapping from names to channels");
    }
    let mut channels = Vec::new();
    for entry in node.entries() {
        let name = entry.key.trim();
        if !is_name(name) {
            reader.invalid(
                entry.position,
                format!("`{name}` cannot be the name of a channel"),
                "use small letters, digits and `-`: the name stands in addresses, `/go/telegram/`",
            );
            continue;
        }
        let Some(own) = mapping(fields, entry, "a mapping, such as `{ name: …, url: … }`")
        else {
            continue;
        };
        channels.push(channel(reader, own, entry));
    }
    channels
}

/// Whether a name may stand in addresses and tracked links as it is.
fn is_name(name: &str) -> bool {
    let usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    !name.is_empty() && name.chars().all(usual)
}

fn channel<'a>(reader: &mut Reader<'a>, mut fields: Fields<'a>, entry: &'a Entry) -> Channel {
    let target = target(reader, &mut fields);
    let mut channel = Channel {
        name: entry.key.trim().to_owned(),
        title: text(reader, &mut fields, "name"),
        text: text(reader, &mut fields, "text"),
        button: text(reader, &mut fields, "button"),
        kind: kind(reader, &mut fields, entry.key.trim(), &target),
        target,
        audiences: texts(&mut fields, "audiences"),
        stages: words(reader, &mut fields, "stages", &STAGES, "stage"),
        languages: languages(reader, &mut fields),
        sources: Vec::new(),
        place: reader.place(entry.position),
    };
    variants(reader, &mut fields, &mut channel.sources);
    invites(reader, &mut fields, &mut channel.sources);
    finish(reader, fields);
    channel
}

fn languages(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Vec<String> {
    let mut tags = Vec::new();
    for (tag, position) in fields.texts(&["languages"]) {
        let found = reader.config.language(&tag);
        if let Some(index) = found {
            tags.push(reader.config.languages[index].tag.clone());
            continue;
        }
        let known: Vec<&str> = reader
            .config
            .languages
            .iter()
            .map(|own| &*own.tag)
            .collect();
        let hint = did_you_mean(&tag, known.iter().copied());
        let diagnostic = Diagnostic::new(
            Mistake::UnknownLanguage,
            format!("the site has no language `{tag}`"),
        )
        .at(reader.place(position))
        .maybe_hint(hint);
        reader.diagnostics.push(diagnostic);
    }
    tags
}

/// `kind:`, else what the name or the address says.
fn kind(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    name: &str,
    target: &Target,
) -> ChannelKind {
    let known = ChannelKind::WORDS;
    if let Some((word, position)) = fields.text(&["kind"]) {
        if let Some((_, kind)) = known.iter().find(|(known, _)| *known == word) {
            return *kind;
        }
        let names = known.map(|(known, _)| known);
        let hint = did_you_mean(&word, names)
            .unwrap_or_else(|| format!("it may be `{}`", names.join("`, `")));
        reader.invalid(
            position,
            format!("there is no kind of channel `{word}`"),
            &hint,
        );
    }
    if let Some((_, kind)) = known.iter().find(|(known, _)| *known == name) {
        return *kind;
    }
    let url = target.url.as_ref().map_or("", |url| url.text.as_str());
    let host = url.split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', '?']).next().unwrap_or_default();
    match host {
        "t.me" | "telegram.me" => ChannelKind::Telegram,
        "discord.gg" | "discord.com" => ChannelKind::Discord,
        "matrix.to" => ChannelKind::Matrix,
        _ if url.starts_with("mailto:") => ChannelKind::MailingList,
        _ if name.starts_with("wechat") => ChannelKind::OfficialAccount,
        _ => ChannelKind::Link,
    }
}

/// `accounts:`: a mapping per account, or `false` where the channel is not offered.
fn variants<'a>(reader: &mut Reader<'a>, fields: &mut Fields<'a>, sources: &mut Vec<Source>) {
    let Some(node) = fields.node("accounts") else {
        return;
    };
    if !matches!(node.value, Value::Map(_)) {
        fields.wrong_type(
            "accounts",
            node,
            "a mapping from accounts to what differs there",
        );
    }
    let known: Vec<String> = reader
        .config
        .accounts
        .as_ref()
        .map_or_else(Vec::new, |node| {
            let entries = node.entries().iter();
            entries.map(|entry| entry.key.trim().to_owned()).collect()
        });
    for entry in node.entries() {
        let name = entry.key.trim();
        if !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let hint = did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_else(|| {
                "write it under `accounts:` first; other sources stand under `invites`".to_owned()
            });
            let diagnostic = Diagnostic::new(
                Mistake::UnknownAccount,
                format!("there is no account `{name}`"),
            )
            .at(reader.place(entry.position))
            .hint(hint);
            reader.diagnostics.push(diagnostic);
            continue;
        }
        let mut source = empty(reader, entry);
        match entry.value.text() {
            Some("false" | "no" | "off") => source.hidden = true,
            _ => {
                let Some(mut own) = mapping(fields, entry, "`false`, or a mapping") else {
                    continue;
                };
                source.title = own
                    .node("name")
                    .map(|node| reader.localized(&mut own, "name", node));
                source.text = own
                    .node("text")
                    .map(|node| reader.localized(&mut own, "text", node));
                source.target = target(reader, &mut own);
                finish(reader, own);
            }
        }
        sources.push(source);
    }
}

fn empty(reader: &Reader<'_>, entry: &Entry) -> Source {
    Source {
        name: entry.key.trim().to_lowercase(),
        hidden: false,
        title: None,
        text: None,
        target: Target::default(),
        place: reader.place(entry.position),
    }
}

/// `invites:`: an address per source, alone or with the day on which it expires.
fn invites<'a>(reader: &mut Reader<'a>, fields: &mut Fields<'a>, sources: &mut Vec<Source>) {
    let Some(node) = fields.node("invites") else {
        return;
    };
    if !matches!(node.value, Value::Map(_)) {
        fields.wrong_type("invites", node, "a mapping from sources to addresses");
    }
    for entry in node.entries() {
        let name = entry.key.trim().to_lowercase();
        if !is_name(&name) {
            reader.invalid(
                entry.position,
                format!("`{name}` cannot be the name of a source"),
                "use small letters, digits and `-`: the name stands in addresses",
            );
            continue;
        }
        let target = match entry.value.text() {
            Some(url) => Target {
                url: address(reader, url.trim().to_owned(), entry.value.position),
                ..Target::default()
            },
            None => {
                let Some(mut own) = mapping(fields, entry, "an address, or `{ url, expires }`")
                else {
                    continue;
                };
                let target = target(reader, &mut own);
                finish(reader, own);
                target
            }
        };
        match sources.iter_mut().find(|source| source.name == name) {
            Some(source) => source.target = target,
            None => sources.push(Source {
                target,
                ..empty(reader, entry)
            }),
        }
    }
}
