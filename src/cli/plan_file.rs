//! A plan in a file: what a person has seen and agreed to, and nothing else.
//!
//! `publish FILE` plans anew, with the options that the plan was made with, and refuses when any
//! line differs, any ledger has moved on, or the site is another one.

use super::args::{Choice, OnEdit};
use crate::publish::discovery::Notice;
use crate::publish::plan::{Change, Step};
use crate::publishing::Session;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the form.
const VERSION: u32 = 1;

/// The file.
#[derive(Debug, Serialize, Deserialize)]
struct PlanFile {
    guidepost_plan: u32,
    site: String,
    made_at: jiff::Timestamp,
    /// What was asked for and allowed.
    #[serde(default)]
    asked: Asked,
    /// Lineage and serial of each ledger that the plan was made on.
    ledgers: BTreeMap<String, (Option<String>, u64)>,
    changes: Vec<Change>,
    /// Who is told of pages.
    #[serde(default)]
    notices: Vec<Notice>,
}

/// The options that a plan was made with.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    account: Vec<String>,
    page: Option<String>,
    backfill: bool,
    allow_delete: bool,
    overwrite: bool,
    on_edit: Option<OnEdit>,
    refresh: bool,
    date: Option<String>,
}

/// The text of a plan's file.
///
/// # Errors
/// When it cannot be serialised.
pub(super) fn write(
    session: &Session,
    choice: &Choice,
    now: jiff::Timestamp,
) -> anyhow::Result<String> {
    let file = PlanFile {
        guidepost_plan: VERSION,
        site: session.url.clone(),
        made_at: now,
        asked: Asked {
            account: choice.account.clone(),
            page: choice.page.clone(),
            backfill: choice.backfill,
            allow_delete: choice.allow_delete,
            overwrite: choice.overwrite,
            on_edit: choice.on_edit,
            refresh: choice.refresh,
            date: choice.date.clone(),
        },
        ledgers: session
            .accounts
            .iter()
            .map(|work| {
                let ledger = (work.state.lineage.clone(), work.state.serial);
                (work.account.name.clone(), ledger)
            })
            .collect(),
        changes: session
            .changes()
            .filter(|change| change.step != Step::Keep)
            .cloned()
            .collect(),
        notices: session.notices().to_vec(),
    };
    let text = serde_json::to_string_pretty(&file).context("the plan cannot be written")?;
    Ok(text + "\n")
}

/// Reads a plan's file.
fn read(text: &str) -> anyhow::Result<PlanFile> {
    let file: PlanFile = serde_json::from_str(text)
        .context("this is no plan of `guidepost plan --out`, or of another version")?;
    anyhow::ensure!(
        file.guidepost_plan == VERSION,
        "the plan has version {}, this program reads {VERSION}; plan again",
        file.guidepost_plan
    );
    Ok(file)
}

/// Asks for what the plan was made for: whoever sends a plan has agreed to all of it.
///
/// # Errors
/// When the text is no plan, or the command line asks for something else.
pub(super) fn ask_again(choice: &mut Choice, text: &str) -> anyhow::Result<()> {
    let asked = read(text)?.asked;
    let differs = !choice.account.is_empty() && choice.account != asked.account
        || choice.page.is_some() && choice.page != asked.page
        || choice.on_edit.is_some() && choice.on_edit != asked.on_edit
        || choice.backfill && !asked.backfill
        || choice.allow_delete && !asked.allow_delete
        || choice.overwrite && !asked.overwrite;
    anyhow::ensure!(
        !differs,
        "`publish FILE` sends what the plan says and nothing else; leave out the options that it \
         was not made with, or plan again with them"
    );
    if let Some(date) = &asked.date
        && choice.date.is_none()
    {
        anyhow::bail!("the plan was made as on {date}; add `--date {date}` to send it now");
    }
    choice.account = asked.account;
    choice.page = asked.page;
    choice.backfill = asked.backfill;
    choice.allow_delete = asked.allow_delete;
    choice.overwrite = asked.overwrite;
    choice.on_edit = asked.on_edit;
    choice.refresh |= asked.refresh;
    Ok(())
}

/// Reduces the session to the file's plan.
///
/// # Errors
/// When the plan is stale, of another site, or no plan at all; the message says which line.
pub(super) fn restrict(session: &mut Session, text: &str) -> anyhow::Result<()> {
    let file = read(text)?;
    anyhow::ensure!(
        file.site == session.url,
        "the plan is for {}, this site is {}",
        file.site,
        session.url
    );
    for (name, (lineage, serial)) in &file.ledgers {
        let Some(work) = session
            .accounts
            .iter()
            .find(|work| work.account.name == *name)
        else {
            anyhow::bail!("the plan is stale: there is no account `{name}` any more; plan again");
        };
        anyhow::ensure!(
            work.state.lineage == *lineage,
            "the plan was made on another ledger of `{name}`; plan again"
        );
        anyhow::ensure!(
            work.state.serial == *serial,
            "the plan is stale: the ledger of `{name}` moved on from {serial} to {}; plan again",
            work.state.serial
        );
    }
    for work in &mut session.accounts {
        work.changes.retain(|change| {
            file.changes
                .iter()
                .any(|known| known.account == change.account && known.post == change.post)
        });
    }
    for known in &file.changes {
        let now = session
            .accounts
            .iter()
            .flat_map(|work| &work.changes)
            .find(|change| change.account == known.account && change.post == known.post);
        let stale = now.is_none_or(|now| now.step != known.step || now.hash != known.hash);
        anyhow::ensure!(
            !stale,
            "the plan is stale: `{}` for `{}` is no longer what it was; plan again",
            known.post,
            known.account
        );
    }
    let stale = file
        .notices
        .iter()
        .any(|known| !session.notices().contains(known));
    anyhow::ensure!(
        !stale,
        "the plan is stale: who is told of which page is no longer what it was; plan again"
    );
    if let Some(discovery) = &mut session.discovery {
        discovery
            .notices
            .retain(|notice| file.notices.contains(notice));
    }
    Ok(())
}
