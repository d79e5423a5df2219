//! `guidepost plan`: what publishing would do and why. Sends nothing, changes nothing.

use super::view::{self, View};
use super::{End, args, notices, plan_file, posting, settings};
use crate::diag;
use crate::publishing::{AccountWork, Refresh, Session};
use anyhow::Context as _;
use std::path::Path;

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Plan) -> anyhow::Result<End> {
    let root = settings::root(root)?;
    let refresh = match (words.offline, words.choice.refresh) {
        (true, _) => Refresh::Offline,
        (false, true) => Refresh::All,
        (false, false) => Refresh::Needed,
    };
    let session = posting::session(view, &root, &words.choice, refresh, false)?;
    view.diagnostics(&root, &session.diagnostics)?;
    if session.broken {
        summary(view, &session)?;
        return Ok(End::Mistakes);
    }
    if let Some(path) = &words.out {
        let text = plan_file::write(&session, &words.choice, settings::now())?;
        std::fs::write(path, text)
            .with_context(|| format!("cannot write the plan to `{}`", path.display()))?;
    }
    show(view, &session)?;
    summary(view, &session)?;
    let troubled = |work: &AccountWork| work.trouble.is_some();
    let troubled = session.accounts.iter().any(troubled);
    if session.has_mistakes() || troubled || session.has_unseen() {
        return Ok(End::Mistakes);
    }
    let changes = session.changes().any(|change| change.step.is_work());
    if words.exit_code && (changes || !session.notices().is_empty()) {
        return Ok(End::Changes);
    }
    Ok(End::Fine)
}

/// Prints the plan.
pub(super) fn show(view: &View, session: &Session) -> anyhow::Result<()> {
    if view.is_json() {
        let mut text = String::new();
        for change in session.changes() {
            text.push_str(&format!("{}\n", posting::change_json(change)));
        }
        for notice in session.notices() {
            text.push_str(&format!("{}\n", notices::json(notice)));
        }
        view::out(&text)
    } else {
        view::out(&posting::plan_text(view, session, view.is_verbose()))
    }
}

fn summary(view: &View, session: &Session) -> anyhow::Result<()> {
    let (errors, warnings) = diag::count(&session.diagnostics);
    if view.is_json() {
        let counts: serde_json::Map<String, serde_json::Value> = posting::counts(session)
            .into_iter()
            .map(|(step, count)| (step.word().to_owned(), count.into()))
            .collect();
        let not_ready: Vec<&str> = session
            .accounts
            .iter()
            .filter(|work| work.trouble.is_some())
            .map(|work| work.account.name.as_str())
            .collect();
        let summary = serde_json::json!({
            "type": "summary",
            "command": "plan",
            "actions": counts,
            "notices": session.notices().len(),
            "not_ready": not_ready,
            "next_due": session.next_due().map(|due| due.to_string()),
            "errors": errors,
            "warnings": warnings,
        });
        return view::out(&format!("{summary}\n"));
    }
    let mut text = format!(
        "Plan: {}{}",
        posting::counted(session),
        posting::costs(session)
    );
    if let Some(due) = session.next_due() {
        text.push_str(&format!("; next due {}", posting::moment(session, due)));
    }
    if session.broken {
        text = "Plan: none, because the content has mistakes".to_owned();
    } else {
        text.push_str(&posting::not_ready(session));
    }
    view.say(&text);
    Ok(())
}
