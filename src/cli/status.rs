//! `guidepost status`: accounts and their credentials; posts that wait, are unknown or were
//! changed there; what is due next.

use super::view::{self, View};
use super::{End, args, posting, settings};
use crate::diag::print::visible;
use crate::platform::capability::Way;
use crate::platform::variable;
use crate::publish::plan::{Change, Reason, Step};
use crate::publishing::{AccountWork, Refresh, Session};
use std::fmt::Write as _;
use std::path::Path;

/// Days after which a platform's facts should be compared with its documentation again.
const STALE_AFTER_DAYS: i64 = 180;

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Status) -> anyhow::Result<End> {
    let root = settings::root(root)?;
    let choice = args::Choice {
        account: words.account.clone(),
        refresh: words.refresh,
        ..args::Choice::of_account("")
    };
    let refresh = match (words.offline, words.refresh) {
        (true, _) => Refresh::Offline,
        (false, true) => Refresh::All,
        (false, false) => Refresh::Needed,
    };
    let session = posting::session(view, &root, &choice, refresh, false)?;
    view.diagnostics(&root, &session.diagnostics)?;
    if view.is_json() {
        view::out(&json(&session))?;
    } else {
        view::out(&text(view, &session))?;
    }
    let troubled = session.accounts.iter().any(|work| {
        work.trouble.is_some()
            || work
                .changes
                .iter()
                .any(|change| matches!(change.reason, Reason::AskPerson))
    });
    Ok(if session.failed() || troubled {
        End::Mistakes
    } else {
        End::Fine
    })
}

/// Lines of a plan that wait for somebody or something.
fn waits(change: &Change) -> bool {
    matches!(change.step, Step::Confirm | Step::HandOff)
        || matches!(
            change.reason,
            Reason::Drifted
                | Reason::GoneThere
                | Reason::EditAsks
                | Reason::NotYetDue
                | Reason::CannotUpdate
                | Reason::TooLateToUpdate
                | Reason::RemoveByHand
                | Reason::DeleteNotAllowed
                | Reason::Refused(_)
                | Reason::FailedBefore(_)
        )
}

fn text(view: &View, session: &Session) -> String {
    let mut text = String::new();
    for work in &session.accounts {
        account(view, work, &mut text);
        for change in work.changes.iter().filter(|change| waits(change)) {
            let _ = writeln!(
                text,
                "  {} {}:{}  {}",
                view.paint("33", &change.step.sign().to_string()),
                work.account.name,
                visible(&change.post),
                view.paint("2", &visible(&change.reason.sentence())),
            );
        }
        text.push('\n');
    }
    if session.accounts.is_empty() {
        text.push_str("`site.yaml` lists no accounts; add one under `accounts:`\n");
    }
    let _ = writeln!(text, "Plan: {}", posting::counted(session));
    if let Some(due) = session.next_due() {
        let _ = writeln!(text, "Next due: {due}");
    }
    text
}

fn account(view: &View, work: &AccountWork, text: &mut String) {
    let capabilities = &work.capabilities;
    let info = work.account.info;
    let _ = writeln!(
        text,
        "{} — {}",
        view.paint("1", &work.account.name),
        visible([info.title, &work.account.place()].join(" ").trim()),
    );
    match (&work.trouble, &work.identity, capabilities.way) {
        (Some(trouble), _, _) => {
            let _ = writeln!(
                text,
                "  {} {}",
                view.paint("1;31", "not ready:"),
                visible(&trouble.message)
            );
        }
        (None, Some(name), _) => {
            let _ = writeln!(text, "  {} as {}", view.paint("32", "ready"), visible(name));
        }
        (None, None, Way::Hand) => text.push_str("  by hand: a person pastes what is ready\n"),
        (None, None, Way::Api) => text.push_str("  not asked\n"),
    }
    for secret in info.secrets {
        let name = variable(&work.account.name, secret.name);
        if work.missing.contains(&name) {
            let _ = writeln!(text, "  {name}: {}", secret.meaning);
        }
    }
    let live = work.state.posts.values().filter(|post| post.live.is_some());
    let mut facts = vec![format!("{} posts", live.count())];
    if let Some(at) = work.state.last_post {
        facts.push(format!("the last on {}", at.strftime("%Y-%m-%d")));
    }
    if capabilities.way == Way::Api {
        facts.push(format!(
            "class {}: {}",
            capabilities.recovery.class(),
            posting::recovery(capabilities.recovery)
        ));
    }
    if let Some(price) = capabilities.price {
        facts.push(format!(
            "a post costs {}, with a link {}",
            posting::money(price.plain),
            posting::money(price.link)
        ));
    }
    let _ = writeln!(text, "  {}", view.paint("2", &facts.join("; ")));
    let today = settings::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let age = today
        .since(capabilities.verified_at)
        .map(|span| i64::from(span.get_days()))
        .unwrap_or_default();
    if age > STALE_AFTER_DAYS {
        let _ = writeln!(
            text,
            "  {} what is known of {} was last checked on {}",
            view.paint("33", "old:"),
            info.title,
            capabilities.verified_at
        );
    }
}

fn json(session: &Session) -> String {
    let mut text = String::new();
    for work in &session.accounts {
        let _ = writeln!(text, "{}", posting::account_json(work));
        for change in work.changes.iter().filter(|change| waits(change)) {
            let mut value = posting::change_json(change);
            value["type"] = "post".into();
            let _ = writeln!(text, "{value}");
        }
    }
    let counts: serde_json::Map<String, serde_json::Value> = posting::counts(session)
        .into_iter()
        .map(|(step, count)| (step.word().to_owned(), count.into()))
        .collect();
    let summary = serde_json::json!({
        "type": "summary",
        "command": "status",
        "actions": counts,
        "next_due": session.next_due().map(|due| due.to_string()),
    });
    let _ = writeln!(text, "{summary}");
    text
}
