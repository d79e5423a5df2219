//! What `plan`, `publish`, `status` and `adopt` share: the wish, the secrets of the environment,
//! and the text of a plan.

use super::args::{Choice, OnEdit};
use super::view::View;
use super::{notices, settings, trust};
use crate::build::Options;
use crate::diag::print::visible;
use crate::platform::capability::{Recovery, Way};
use crate::platform::{Secret, variable};
use crate::publish::account;
use crate::publish::plan::{Change, Consent, Step};
use crate::publishing::{AccountWork, Refresh, Session, Wish, prepare};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr as _;

/// Columns of a plan's names and titles; longer ones push the rest aside.
const NAME_WIDTH: usize = 40;
const TITLE_WIDTH: usize = 36;
/// Limits from here on say nothing to a person: no text comes near them.
const ROOMY: usize = 100_000;

/// Prepares a session out of the words of the command line.
///
/// # Errors
/// As [`prepare`], and when `--date` is no date.
pub(super) fn session(
    view: &View,
    root: &Path,
    choice: &Choice,
    refresh: Refresh,
    lock: bool,
) -> anyhow::Result<Session> {
    let stranger = trust::stranger();
    if let Some(sign) = &stranger {
        view.note(&format!(
            "this run is for a pull request ({sign}): no platform is asked and no secret is read"
        ));
    }
    let refresh = if stranger.is_some() {
        Refresh::Offline
    } else {
        refresh
    };
    let wish = Wish {
        options: Options {
            now: settings::moment(root, choice.date.as_deref())?,
            drafts: false,
            future: false,
            base_url: None,
            to_come: true,
            timings: Arc::default(),
        },
        accounts: &choice.account,
        page: choice.page.as_deref(),
        consent: Consent {
            backfill: choice.backfill,
            delete: choice.allow_delete,
            overwrite: choice.overwrite,
        },
        on_edit: choice.on_edit.map(|on_edit| match on_edit {
            OnEdit::Update => account::OnEdit::Update,
            OnEdit::Reply => account::OnEdit::Reply,
            OnEdit::Ignore => account::OnEdit::Ignore,
        }),
        refresh,
        lock,
        secret: &secret,
        clock: settings::now,
    };
    let progress = view.progress(if refresh == Refresh::Offline {
        "planning …"
    } else {
        "asking the platforms …"
    });
    let session = prepare(root, &wish);
    drop(progress);
    session
}

/// A secret of the environment, without the line break that files and consoles put behind it;
/// none in a run for a pull request, which may be anybody's.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
pub(super) fn secret(name: &str) -> Option<Secret> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.is_empty() && trust::stranger().is_none())
        .map(|value| Secret::new(value.trim_end_matches(['\r', '\n'])))
}

/// The plan as text for people. With `whole`, lines of which nothing comes are shown too, and
/// the text of every new post.
pub(super) fn plan_text(view: &View, session: &Session, whole: bool) -> String {
    let mut text = String::new();
    for work in &session.accounts {
        account_head(view, work, &mut text);
        let mut silent = 0;
        for change in &work.changes {
            if whole || change.is_notable() {
                line(view, session, change, whole, &mut text);
            } else {
                silent += 1;
            }
        }
        if silent > 0 {
            let older = work
                .changes
                .iter()
                .filter(|change| change.reason == crate::publish::plan::Reason::OlderThanAccount)
                .count();
            let mut words = Vec::new();
            if silent > older {
                words.push(format!("{} as they are", silent - older));
            }
            if older > 0 {
                words.push(format!(
                    "{older} older than the account (`--backfill` posts them)"
                ));
            }
            let _ = writeln!(
                text,
                "  {}",
                view.paint("2", &format!(". {}", words.join(", ")))
            );
        }
        text.push('\n');
    }
    text.push_str(&notices::group(view, session, whole));
    if session.accounts.is_empty() {
        text.push_str("`site.yaml` lists no accounts; add one under `accounts:`\n");
    }
    text
}

/// `blog — WordPress, blog.example.org, as editor`.
fn account_head(view: &View, work: &AccountWork, text: &mut String) {
    let mut parts = vec![work.account.info.title.to_owned()];
    let place = work.account.place();
    if !place.is_empty() {
        parts.push(place);
    }
    if let Some(name) = &work.identity {
        parts.push(format!("as {name}"));
    }
    let _ = writeln!(
        text,
        "{} — {}",
        view.paint("1", &work.account.name),
        visible(&parts.join(", "))
    );
    if let Some(trouble) = &work.trouble {
        let _ = writeln!(
            text,
            "  {} {}",
            view.paint("1;31", "not ready:"),
            visible(&trouble.message)
        );
    }
    if work.torn {
        let _ = writeln!(
            text,
            "  {} the ledger's last line was torn by a crash and does not count",
            view.paint("1;36", "note:")
        );
    }
}

fn line(view: &View, session: &Session, change: &Change, whole: bool, text: &mut String) {
    let style = match change.step {
        Step::Create | Step::Adopt => "32",
        Step::Update | Step::Reply => "33",
        Step::Delete => "31",
        Step::Confirm => "1;35",
        Step::HandOff => "36",
        Step::Keep => "2",
    };
    let name = visible(&change.post);
    let title = visible(&change.title);
    let mut words = vec![reason(session, change)];
    if change.length > 0 && change.step.is_sent() && change.limit < ROOMY {
        let unit = change.unit.split(',').next().unwrap_or_default();
        words.push(format!("{} of {} {unit}", change.length, change.limit));
    }
    if change.shortened && change.step.is_sent() {
        words.push("shortened".to_owned());
    }
    if let Some(price) = change.price {
        words.push(money(price));
    }
    let _ = writeln!(
        text,
        "  {} {}  {}  {}",
        view.paint(style, &change.step.sign().to_string()),
        padded(&name, NAME_WIDTH),
        padded(&title, TITLE_WIDTH),
        view.paint("2", &visible(&words.join("; "))),
    );
    if let Some(url) = &change.url
        && change.step != Step::Keep
    {
        let _ = writeln!(text, "      {}", visible(url));
    }
    if whole && change.step.is_sent() && !change.text.is_empty() {
        for row in change.text.lines() {
            let _ = writeln!(text, "      {} {}", view.paint("2", "│"), visible(row));
        }
    }
}

/// The reason, with the moment of what is not yet due.
fn reason(session: &Session, change: &Change) -> String {
    let sentence = change.reason.sentence();
    match change.due {
        Some(due) => format!("{sentence}: {}", moment(session, due)),
        None => sentence,
    }
}

/// A moment in the site's time zone.
pub(super) fn moment(session: &Session, at: jiff::Timestamp) -> String {
    let Some(upkeep) = &session.upkeep else {
        return at.to_string();
    };
    let local = at.to_zoned(upkeep.zone.clone());
    local.strftime("%Y-%m-%d %H:%M").to_string()
}

/// `$0.20`.
pub(super) fn money(thousandths: u32) -> String {
    format!("${}.{:03}", thousandths / 1000, thousandths % 1000)
}

/// Filled up to a width in columns; Han characters take two.
pub(super) fn padded(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// How many lines have each step, in words: `2 to create, 1 for a person`.
pub(super) fn counted(session: &Session) -> String {
    let mut words = Vec::new();
    let counts = counts(session);
    for (step, phrase) in [
        (Step::Create, "to create"),
        (Step::Update, "to update"),
        (Step::Reply, "to answer"),
        (Step::Delete, "to take away"),
        (Step::Confirm, "to settle"),
        (Step::Adopt, "to take up"),
        (Step::HandOff, "for a person"),
    ] {
        if let Some(count) = counts.get(&step) {
            words.push(format!("{count} {phrase}"));
        }
    }
    match session.notices().len() {
        0 => {}
        1 => words.push("1 notice".to_owned()),
        count => words.push(format!("{count} notices")),
    }
    if words.is_empty() {
        "nothing to do".to_owned()
    } else {
        words.join(", ")
    }
}

/// `; it costs $0.200`, where a platform charges.
pub(super) fn costs(session: &Session) -> String {
    let ready = session
        .accounts
        .iter()
        .filter(|work| work.trouble.is_none());
    let changes = ready.flat_map(|work| &work.changes);
    match changes.filter_map(|change| change.price).sum() {
        0 => String::new(),
        price => format!("; it costs {}", money(price)),
    }
}

/// Which of the counted lines stay behind: those of accounts that are not ready.
pub(super) fn not_ready(session: &Session) -> String {
    let mut lines = 0;
    let mut names = Vec::new();
    for work in session
        .accounts
        .iter()
        .filter(|work| work.trouble.is_some())
    {
        let waiting = work.changes.iter().filter(|change| change.step.is_work());
        match waiting.count() {
            0 => {}
            count => {
                lines += count;
                names.push(format!("`{}`", work.account.name));
            }
        }
    }
    match names.as_slice() {
        [] => String::new(),
        [name] => format!("; {lines} of them cannot be sent, {name} is not ready"),
        _ => format!(
            "; {lines} of them cannot be sent, {} are not ready",
            names.join(", ")
        ),
    }
}

/// How many lines have each step.
pub(super) fn counts(session: &Session) -> BTreeMap<Step, usize> {
    let mut counts = BTreeMap::new();
    for change in session.changes() {
        *counts.entry(change.step).or_default() += 1;
    }
    counts
}

/// A line of the plan for machines.
pub(super) fn change_json(change: &Change) -> serde_json::Value {
    serde_json::json!({
        "type": "change",
        "action": change.step.word(),
        "account": change.account,
        "post": change.post,
        "reason": change.reason.word(),
        "message": change.reason.sentence(),
        "title": change.title,
        "text": change.text,
        "length": change.length,
        "limit": change.limit,
        "unit": change.unit,
        "shortened": change.shortened,
        "price": change.price.map(|price| f64::from(price) / 1000.0),
        "due": change.due.map(|due| due.to_string()),
        "remote": change.remote,
        "url": change.url,
    })
}

/// An account for machines.
pub(super) fn account_json(work: &AccountWork) -> serde_json::Value {
    let capabilities = &work.capabilities;
    serde_json::json!({
        "type": "account",
        "account": work.account.name,
        "platform": work.account.info.name,
        "place": work.account.place(),
        "identity": work.identity,
        "ready": work.trouble.is_none(),
        "trouble": work.trouble.as_ref().map(|trouble| trouble.message.clone()),
        "missing": work.missing,
        "secrets": work.account.info.secrets.iter()
            .map(|secret| variable(&work.account.name, secret.name))
            .collect::<Vec<_>>(),
        "by_hand": capabilities.way == Way::Hand,
        "recovery": capabilities.recovery.class().to_string(),
        "verified_at": capabilities.verified_at.to_string(),
        "posts": work.state.posts.values().filter(|post| post.live.is_some()).count(),
        "last_post": work.state.last_post.map(|at| at.to_string()),
    })
}

/// The recovery class in words.
pub(super) fn recovery(recovery: Recovery) -> &'static str {
    match recovery {
        Recovery::ChosenKey => "a repeat makes the same post",
        Recovery::DedupeKey(_) => "a repeat is suppressed for a while",
        Recovery::NaturalKey => "a second post of one page is refused",
        Recovery::LookUp => "posts can be looked up",
        Recovery::AskPerson => "a lost answer needs a person's look",
    }
}
