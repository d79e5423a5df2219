//! `guidepost publish`: plan, show, ask, send; or record what a person did.

use super::view::{self, View};
use super::{End, args, notices, plan, plan_file, posting, settings, trust};
use crate::publish::apply::{self, Half, Outcome};
use crate::publish::ledger::Event;
use crate::publish::plan::Step;
use crate::publishing::{self, AccountWork, Heard, Live, Published, Refresh, Session, by_hand};
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// How often the plan is made anew because another run was faster.
const TURNS: usize = 4;

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Publish) -> anyhow::Result<End> {
    trust::require("publish")?;
    let root = settings::root(root)?;
    let wait = words.wait.as_deref().map(waiting).transpose()?;
    for turn in 0..TURNS {
        if let Some(end) = once(view, &root, words, wait.unwrap_or_default(), turn > 0)? {
            return Ok(end);
        }
        // What it wrote to its ledger is part of the next plan.
        publishing::catch_up(&root)?;
        view.say("another run was faster: planning anew");
    }
    anyhow::bail!("other runs were faster {TURNS} times; nothing was sent, run it again later")
}

/// `--wait 10m`.
fn waiting(text: &str) -> anyhow::Result<Duration> {
    let span = text.parse::<jiff::SignedDuration>().ok();
    span.and_then(|span| Duration::try_from(span).ok())
        .with_context(|| {
            format!("`--wait {text}` is no length of time; write it as `90s`, `10m` or `1h`")
        })
}

/// One try; none when another run was faster. `again` after such a run, which may still be at
/// work on what it reserved: settling that is left to it.
fn once(
    view: &View,
    root: &Path,
    words: &args::Publish,
    wait: Duration,
    again: bool,
) -> anyhow::Result<Option<End>> {
    let by_hand = words.done.is_some() || words.not_done.is_some();
    let plan = words.file.as_deref().map(plan_text).transpose()?;
    let mut choice = words.choice.clone();
    if let Some(text) = &plan {
        plan_file::ask_again(&mut choice, text)?;
    }
    let refresh = match (by_hand, choice.refresh) {
        (true, _) => Refresh::Offline,
        (false, true) => Refresh::All,
        (false, false) => Refresh::Needed,
    };
    let mut session = posting::session(view, root, &choice, refresh, true)?;
    session.publishing.sync_git |= words.push;
    if again {
        session.discovery = None;
        for work in &mut session.accounts {
            let settles = |step| matches!(step, Step::Confirm | Step::Adopt);
            work.changes.retain(|change| !settles(change.step));
        }
    }
    view.diagnostics(root, &session.diagnostics)?;
    if let Some(done) = &words.done
        && let [post, url] = done.as_slice()
    {
        return record_done(view, &mut session, post, url).map(Some);
    }
    if let Some(post) = &words.not_done {
        return record_not_done(view, &mut session, post).map(Some);
    }
    if session.broken {
        view.say("nothing is posted while the content has mistakes");
        return Ok(Some(End::Mistakes));
    }
    if let Some(text) = &plan {
        plan_file::restrict(&mut session, text)?;
    }
    let sent = session
        .accounts
        .iter()
        .filter(|work| work.trouble.is_none())
        .flat_map(|work| &work.changes)
        .filter(|change| change.step.is_sent())
        .count();
    let work = session
        .accounts
        .iter()
        .filter(|work| work.trouble.is_none())
        .flat_map(|work| &work.changes)
        .filter(|change| change.step.is_work())
        .count();
    let most = words.max_changes.unwrap_or(session.publishing.max_changes);
    if !view.is_json() {
        plan::show(view, &session)?;
        view.say(&format!(
            "Plan: {}{}{}",
            posting::counted(&session),
            posting::costs(&session),
            posting::not_ready(&session)
        ));
    }
    anyhow::ensure!(
        sent <= most,
        "the plan has {sent} changes and {most} are allowed at once; look at it with `guidepost \
         plan`, then allow them with `--max-changes {sent}`, or choose with `--account` and \
         `--page`"
    );
    let nothing = work == 0 && session.notices().is_empty();
    if !nothing && !words.yes && words.file.is_none() && !view.confirm("Send this?")? {
        view.say("nothing was sent");
        return Ok(Some(End::Fine));
    }
    let half = match (words.reserve, words.send) {
        (true, _) => Half::Reserve,
        (false, true) => Half::Send,
        (false, false) => Half::Both,
    };
    let live_check = !words.skip_live_check;
    let tell = |account: &str, outcome: &Outcome| tell(view, account, outcome);
    let outcomes = if work == 0 {
        BTreeMap::new()
    } else {
        let live = Live {
            wait,
            tell: &|count| view.say(&format!("waiting for {count} pages that do not answer yet")),
        };
        let live = live_check.then_some(&live);
        match publishing::publish(&mut session, half, live, settings::now, &tell)? {
            Published::Outcomes(outcomes) => outcomes,
            Published::Behind { content: false } => return Ok(None),
            Published::Behind { content: true } => return behind(view).map(Some),
        }
    };
    // Reserving sends nothing; whoever listens hears when the posts go out.
    let heard = if half == Half::Reserve {
        Vec::new()
    } else {
        let tell = |heard: &Heard| notices::tell(view, heard);
        publishing::tell(&mut session, live_check, settings::now, &tell)?
    };
    finish(view, &session, &outcomes, &heard).map(Some)
}

/// The text of a plan's file.
fn plan_text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the plan `{}`", path.display()))
}

/// A newer state of the site is there, which this run has neither built nor put online.
fn behind(view: &View) -> anyhow::Result<End> {
    view.say("nothing was sent: the site has moved on since, and the newer run posts");
    if view.is_json() {
        let summary = serde_json::json!({
            "type": "summary",
            "command": "publish",
            "behind": true,
        });
        view::out(&format!("{summary}\n"))?;
    }
    Ok(End::Fine)
}

/// Prints one outcome.
fn tell(view: &View, account: &str, outcome: &Outcome) {
    if view.is_json() {
        let result = serde_json::json!({
            "type": "result",
            "account": account,
            "post": outcome.post,
            "action": outcome.step.word(),
            "outcome": outcome.end.word(),
            "remote": outcome.remote,
            "url": outcome.url,
            "message": outcome.message,
        });
        // The posts go on whoever listens; the summary tells of a stdout that is full.
        let _ = view::out(&format!("{result}\n"));
        return;
    }
    let style = match outcome.end {
        apply::End::Done | apply::End::Reserved => "32",
        apply::End::Skipped => "33",
        apply::End::Failed | apply::End::Unknown => "1;31",
    };
    let mut text = format!(
        "{} {} {} {}",
        view.paint(style, outcome.end.word()),
        account,
        outcome.step.word(),
        outcome.post
    );
    if let Some(url) = &outcome.url {
        text.push_str(&format!(" → {url}"));
    }
    if let Some(message) = &outcome.message {
        text.push_str(&format!(": {message}"));
    }
    view.say(&text);
}

/// Prints the last line and chooses the end.
fn finish(
    view: &View,
    session: &Session,
    outcomes: &BTreeMap<String, Vec<Outcome>>,
    heard: &[Heard],
) -> anyhow::Result<End> {
    let held = session.accounts.iter().flat_map(|work| &work.held);
    let all: Vec<&Outcome> = outcomes.values().flatten().chain(held).collect();
    let count = |end: apply::End| all.iter().filter(|outcome| outcome.end == end).count();
    let hand = session
        .changes()
        .filter(|change| change.step == Step::HandOff)
        .count();
    let not_ready: Vec<&AccountWork> = session
        .accounts
        .iter()
        .filter(|work| work.trouble.is_some())
        .collect();
    let (told, not_told) = notices::counts(heard);
    let held_back = session.accounts.iter().any(|work| !work.held.is_empty());
    if view.is_json() {
        let summary = serde_json::json!({
            "type": "summary",
            "command": "publish",
            "done": count(apply::End::Done),
            "reserved": count(apply::End::Reserved),
            "failed": count(apply::End::Failed),
            "unknown": count(apply::End::Unknown),
            "skipped": count(apply::End::Skipped),
            "by_hand": hand,
            "told": told,
            "not_told": not_told,
            "not_ready": not_ready.iter().map(|work| work.account.name.as_str()).collect::<Vec<_>>(),
            "next_due": session.next_due().map(|due| due.to_string()),
        });
        view::out(&format!("{summary}\n"))?;
    } else {
        let mut words = Vec::new();
        for (end, phrase) in [
            (apply::End::Done, "done"),
            (apply::End::Reserved, "reserved"),
            (apply::End::Failed, "failed"),
            (apply::End::Unknown, "unknown"),
            (apply::End::Skipped, "skipped"),
        ] {
            if count(end) > 0 {
                words.push(format!("{} {phrase}", count(end)));
            }
        }
        if told > 0 {
            words.push(format!("{told} told"));
        }
        if not_told > 0 {
            words.push(format!("{not_told} not told"));
        }
        if words.is_empty() {
            words.push("nothing to send".to_owned());
        }
        if hand > 0 {
            words.push(format!("{hand} wait for a person"));
        }
        for work in &not_ready {
            words.push(format!("`{}` took no part", work.account.name));
        }
        view.say(&words.join(", "));
    }
    let bad = count(apply::End::Failed) + count(apply::End::Unknown);
    let mistakes = session.has_mistakes() || session.has_unseen();
    Ok(
        if bad > 0 || held_back || mistakes || !not_ready.is_empty() {
            End::Mistakes
        } else {
            End::Fine
        },
    )
}

/// The account and post that a person names: `zhihu:articles/x@zh-Hans`, or a post alone where
/// only one account waits for it.
fn named<'a>(
    session: &'a mut Session,
    asked: &str,
    waits: impl Fn(&AccountWork, &str) -> bool,
) -> anyhow::Result<(&'a mut AccountWork, String)> {
    let (account, post) = match asked.split_once(':') {
        Some((account, post)) => (Some(account), post),
        None => (None, asked),
    };
    let mut found: Vec<(usize, String)> = Vec::new();
    for (index, work) in session.accounts.iter().enumerate() {
        if account.is_some_and(|account| account != work.account.name) {
            continue;
        }
        let known = work
            .changes
            .iter()
            .map(|change| change.post.as_str())
            .chain(work.state.posts.keys().map(String::as_str));
        let matching = known.filter(|key| {
            *key == post || key.rsplit_once('@').is_some_and(|(page, _)| page == post)
        });
        let mut keys: Vec<&str> = matching.filter(|key| waits(work, key)).collect();
        keys.sort_unstable();
        keys.dedup();
        found.extend(keys.into_iter().map(|key| (index, key.to_owned())));
    }
    match found.as_slice() {
        [(index, post)] => Ok((&mut session.accounts[*index], post.clone())),
        [] => anyhow::bail!(
            "no account waits for `{asked}`; `guidepost status` lists what waits, as `ACCOUNT:POST`, \
             and a page older than its account waits only with `--backfill`"
        ),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|(index, post)| format!("{}:{post}", session.accounts[*index].account.name))
                .collect();
            anyhow::bail!("`{asked}` may be `{}`; name one", names.join("`, `"))
        }
    }
}

fn record_done(view: &View, session: &mut Session, asked: &str, url: &str) -> anyhow::Result<End> {
    let (work, post) = named(session, asked, by_hand::waits)?;
    by_hand::record_done(work, &post, Some(url), None, settings::now)?;
    view.say(&format!(
        "recorded: {}:{post} is at {url}",
        work.account.name
    ));
    Ok(End::Fine)
}

fn record_not_done(view: &View, session: &mut Session, asked: &str) -> anyhow::Result<End> {
    let waits = |work: &AccountWork, post: &str| {
        work.state
            .posts
            .get(post)
            .is_some_and(|state| state.open.is_some())
    };
    let (work, post) = named(session, asked, waits)?;
    let attempt = work
        .state
        .posts
        .get(&post)
        .and_then(|state| Some(state.open.as_ref()?.attempt.clone()))
        .unwrap_or_default();
    let event = Event::Failed {
        attempt,
        message: "a person looked: it is not there".to_owned(),
    };
    work.record(event, settings::now)?;
    view.say(&format!(
        "recorded: {}:{post} is not there; the next run posts it",
        work.account.name
    ));
    Ok(End::Fine)
}
