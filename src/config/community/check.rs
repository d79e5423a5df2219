//! Names within `community:`: takes what was read, reports audiences and channels that are
//! named and not there, and channels that lead nowhere.

use super::super::read::Reader;
use super::{Channel, Community};
use crate::data::Node;
use crate::data::fields::Fields;
use crate::diag::{Code, Diagnostic, did_you_mean};

/// Reports them at the words.
pub(super) fn names(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    node: &Node,
    community: &Community,
) {
    let audiences: Vec<&str> = community
        .audiences
        .iter()
        .map(|audience| audience.name.as_str())
        .collect();
    let channels: Vec<&str> = community
        .channels
        .iter()
        .map(|channel| channel.name.as_str())
        .collect();
    let mut check = |node: &Node| {
        let mut own = fields.nested(node);
        if !audiences.is_empty() {
            for (word, position) in own.texts(&["audiences"]) {
                unknown(reader, "audience", &word, position, &audiences);
            }
        }
        for (word, position) in own.texts(&["channels"]) {
            unknown(reader, "channel", &word, position, &channels);
        }
    };
    for key in ["stages", "channels"] {
        let parts = node.get(key).map_or(&[][..], Node::entries);
        parts.iter().for_each(|entry| check(&entry.value));
    }
    if let Some(crate::data::Value::List(offers)) = node.get("offers").map(|node| &node.value) {
        offers.iter().for_each(check);
    }
    for channel in &community.channels {
        // An address that cannot be used was told where it stands.
        let own = node.get("channels").and_then(|all| all.get(&channel.name));
        let tried = own.is_some_and(|own| own.get("url").is_some() || own.get("qr").is_some());
        if !tried {
            target(reader, channel);
        }
    }
}

fn unknown(
    reader: &mut Reader<'_>,
    what: &str,
    word: &str,
    position: crate::diag::Position,
    known: &[&str],
) {
    if known.contains(&word) {
        return;
    }
    let hint = did_you_mean(word, known.iter().copied()).unwrap_or_else(|| {
        if known.is_empty() {
            format!("write it under `{what}s:` of `community:` first")
        } else {
            format!("there are `{}`", known.join("`, `"))
        }
    });
    reader.invalid(position, format!("there is no {what} `{word}`"), &hint);
}

fn target(reader: &mut Reader<'_>, channel: &Channel) {
    reader.diagnostics.push(
        Diagnostic::new(
            Code::MissingTarget,
            format!("the channel `{}` leads nowhere", channel.name),
        )
        .at(channel.place.clone())
        .hint("add its `url`, or as `qr` the picture or the address of its code"),
    );
}
