//! `status` for machines: one object a line for each account, each post and page that waits for
//! somebody, and a summary with the next moment at which something becomes due.

use super::{Place, facts_are_old, silence};
use crate::cli::posting;
use crate::content::Kind;
use crate::publish::rhythm::{Concern, Matter};
use crate::publishing::Session;
use std::fmt::Write as _;

/// All lines.
pub(super) fn text(session: &Session) -> String {
    let mut text = String::new();
    let mut silent = 0;
    let mut count = [0_usize; 3];
    for work in &session.accounts {
        let silence = silence(session, work);
        silent += usize::from(silence.is_some());
        let mut account = posting::account_json(work);
        account["silent_days"] = silence.map(|silence| silence.days).into();
        account["cadence"] = work.account.cadence.map(|span| format!("{span:#}")).into();
        account["facts_are_old"] = facts_are_old(session, work).into();
        let _ = writeln!(text, "{account}");
        for change in &work.changes {
            match Place::of(change) {
                Place::Unknown => count[0] += 1,
                Place::Decide => count[1] += 1,
                Place::ByHand => count[2] += 1,
                Place::Later => {}
                Place::Ready | Place::Nowhere => continue,
            }
            let mut value = posting::change_json(change);
            value["type"] = "post".into();
            let _ = writeln!(text, "{value}");
        }
    }
    let concerns = session
        .upkeep
        .as_ref()
        .map_or(&[][..], |upkeep| &upkeep.concerns);
    for concern in concerns {
        let _ = writeln!(text, "{}", page(concern));
    }
    let of = |matters: &[Matter]| {
        concerns
            .iter()
            .filter(|concern| matters.contains(&concern.matter))
            .count()
    };
    let actions: serde_json::Map<String, serde_json::Value> = posting::counts(session)
        .into_iter()
        .map(|(step, count)| (step.word().to_owned(), count.into()))
        .collect();
    let change = session
        .upkeep
        .as_ref()
        .and_then(|upkeep| upkeep.next_change.as_ref());
    let [unknown, to_decide, by_hand] = count;
    let not_ready = |work: &&crate::publishing::AccountWork| work.trouble.is_some();
    let digests = session.upkeep.as_ref().map_or_else(Vec::new, |upkeep| {
        let object = |digest: &crate::publish::rhythm::Proposal| {
            serde_json::json!({
                "language": digest.language,
                "last": digest.last,
                "pages": digest.pages,
            })
        };
        upkeep.digests.iter().map(object).collect()
    });
    let summary = serde_json::json!({
        "type": "summary",
        "command": "status",
        "actions": actions,
        "unknown": unknown,
        "not_ready": session.accounts.iter().filter(not_ready).count(),
        "to_decide": to_decide,
        "late": of(&[Matter::Late]),
        "silent": silent,
        "by_hand": by_hand,
        "out_of_date": of(&[
            Matter::PolicyEnded,
            Matter::PolicyUnchecked,
            Matter::JobExpired,
            Matter::NoRecap,
        ]),
        "drafts": of(&[Matter::Late, Matter::Draft]),
        "digests": digests,
        "next_due": session.next_due().map(|due| due.to_string()),
        "next_change": change.map(|change| serde_json::json!({
            "at": change.at.to_string(),
            "file": &*change.file,
            "what": change.what.as_str(),
        })),
    });
    let _ = writeln!(text, "{summary}");
    text
}

fn page(concern: &Concern) -> serde_json::Value {
    let kind = match concern.kind {
        Kind::Job => "job",
        Kind::Policy => "policy",
        _ => "page",
    };
    serde_json::json!({
        "type": kind,
        "kind": concern.kind.as_str(),
        "matter": concern.matter.word(),
        "file": &*concern.file,
        "title": concern.title,
        "languages": concern.languages,
        "owner": concern.owner,
        "day": concern.day.map(|day| day.to_string()),
        "days": concern.days,
        "due": concern.due.map(|due| due.to_string()),
    })
}
