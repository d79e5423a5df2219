//! Who is told of new and changed pages, as text and JSON: one compact group of a plan, and a
//! line for each notice that was sent.

use super::view::{self, View};
use crate::diag::print::visible;
use crate::publish::discovery::{News, Notice, Way};
use crate::publishing::{Heard, HeardEnd, Session};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The group of a plan; empty when nobody is told of anything. With `whole`, every address.
pub(super) fn group(view: &View, session: &Session, whole: bool) -> String {
    let Some(discovery) = &session.discovery else {
        return String::new();
    };
    if discovery.notices.is_empty() && discovery.troubles.is_empty() {
        return String::new();
    }
    let mut text = format!("{} — who is told of pages\n", view.paint("1", "discovery"));
    for (way, trouble) in &discovery.troubles {
        let _ = writeln!(
            text,
            "  {} {}: {}",
            view.paint("1;31", "not ready:"),
            way.title(),
            visible(trouble)
        );
    }
    let mut ways: BTreeMap<Way, Vec<&Notice>> = BTreeMap::new();
    for notice in &discovery.notices {
        ways.entry(notice.way).or_default().push(notice);
    }
    for (way, notices) in ways {
        let mut counts: BTreeMap<News, usize> = BTreeMap::new();
        for item in notices.iter().flat_map(|notice| &notice.items) {
            *counts.entry(item.news).or_default() += 1;
        }
        let counts: Vec<String> = counts
            .into_iter()
            .map(|(news, count)| format!("{count} {}", news.word()))
            .collect();
        let _ = writeln!(
            text,
            "  {} {:<10}  {}  {}",
            view.paint("32", "+"),
            way.title(),
            subject(way, &notices),
            view.paint("2", &counts.join(", ")),
        );
        for notice in notices.iter().filter(|_| whole) {
            for item in &notice.items {
                let target = if way == Way::Webmention {
                    format!(" → {}", notice.to)
                } else {
                    String::new()
                };
                let _ = writeln!(
                    text,
                    "      {} {}{}",
                    item.news.word(),
                    visible(&item.url),
                    visible(&target)
                );
            }
        }
    }
    text.push('\n');
    text
}

/// `3 pages at api.indexnow.org`.
fn subject(way: Way, notices: &[&Notice]) -> String {
    let items: usize = notices.iter().map(|notice| notice.items.len()).sum();
    let noun = match way {
        Way::WebSub => "feed",
        Way::IndexNow | Way::Baidu => "page",
        Way::Webmention => "link",
    };
    let ending = if items == 1 { "" } else { "s" };
    let to = notices.first().map_or("", |notice| notice.to.as_str());
    match way {
        Way::Webmention => format!("{items} {noun}{ending}"),
        Way::Baidu => format!("{items} {noun}{ending} of {}", visible(to)),
        Way::WebSub | Way::IndexNow => format!("{items} {noun}{ending} at {}", visible(to)),
    }
}

/// A notice for machines.
pub(super) fn json(notice: &Notice) -> serde_json::Value {
    let items = notice.items.iter();
    serde_json::json!({
        "type": "notice",
        "way": notice.way.word(),
        "to": notice.to,
        "addresses": items
            .map(|item| serde_json::json!({ "url": item.url, "news": item.news.word() }))
            .collect::<Vec<_>>(),
    })
}

/// Prints what became of a notice.
pub(super) fn tell(view: &View, heard: &Heard) {
    if view.is_json() {
        let mut value = json(&heard.notice);
        value["type"] = "told".into();
        value["outcome"] = heard.end.word().into();
        value["message"] = heard.message.clone().into();
        // The notices go on whoever listens; the summary tells of a stdout that is full.
        let _ = view::out(&format!("{value}\n"));
        return;
    }
    let notice = &heard.notice;
    let what = match notice.items.as_slice() {
        [one] if notice.way == Way::Webmention => format!("{} → {}", one.url, notice.to),
        [one] => one.url.clone(),
        several => format!("{} addresses", several.len()),
    };
    let message = heard
        .message
        .as_ref()
        .map(|message| format!(": {message}"))
        .unwrap_or_default();
    let (style, word) = match heard.end {
        HeardEnd::Done => ("32", "told"),
        HeardEnd::Failed => ("33", "warning: not told"),
        HeardEnd::Skipped => ("33", "not told yet"),
    };
    view.say(&format!(
        "{} {} {}{}",
        view.paint(style, word),
        notice.way.title(),
        visible(&what),
        visible(&message)
    ));
}

/// How many notices ended in either way: heard, not heard.
pub(super) fn counts(heard: &[Heard]) -> (usize, usize) {
    let done = heard
        .iter()
        .filter(|heard| heard.end == HeardEnd::Done)
        .count();
    (done, heard.len() - done)
}
