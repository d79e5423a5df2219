//! The desk's first page: what waits, by account.

use super::html::{escape, is_web, page};
use super::words::fill;
use super::{Look, Standing, boards, sheet_address};
use crate::diag;
use crate::platform::capability::Way;
use crate::publish::plan::{Change, Reason};
use crate::publishing::{AccountWork, Session, by_hand};
use std::fmt::Write as _;

/// The page.
pub fn list(look: &Look<'_>, session: &Session) -> String {
    let words = look.words;
    let mut body = format!(
        "<main>\n<h1>{}</h1>\n<p class=\"soft\">{}</p>\n",
        escape(words.desk),
        escape(words.intro)
    );
    if session.has_mistakes() {
        let count = diag::count(&session.diagnostics).0.to_string();
        let _ = writeln!(
            body,
            "<p class=\"note bad\">{}</p>",
            escape(&fill(words.mistakes, &[&count]))
        );
    }
    if boards(session).next().is_none() && !session.has_mistakes() {
        let _ = writeln!(
            body,
            "<p class=\"note warn\">{}</p>",
            escape(words.no_accounts)
        );
    }
    for work in boards(session) {
        board(look, work, &mut body);
    }
    body.push_str("</main>");
    page(look, words.desk, "", &body)
}

fn board(look: &Look<'_>, work: &AccountWork, body: &mut String) {
    let words = look.words;
    let _ = writeln!(
        body,
        "<section>\n<h2>{} <span class=\"key\">{}</span></h2>",
        escape(work.account.info.title),
        escape(&work.account.name)
    );
    if let Some(trouble) = by_hand::trouble(work) {
        let _ = writeln!(
            body,
            "<p class=\"note bad\">{}</p>",
            escape(&fill(words.not_ready, &[trouble]))
        );
    }
    if work.capabilities.way != Way::Hand {
        let missing = work.missing.join(", ");
        let _ = writeln!(
            body,
            "<p class=\"note warn\">{}</p>",
            escape(&fill(words.no_secrets, &[&missing]))
        );
    }
    let mut lines: Vec<(Standing, &Change)> = work
        .changes
        .iter()
        .filter_map(|change| Some((Standing::of(change)?, change)))
        .collect();
    // What waits longest stays first among what stands the same.
    lines.sort_by_key(|(standing, _)| *standing);
    let (posted, open): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .partition(|(standing, _)| *standing == Standing::Posted);
    let is_work = |(standing, _): &(Standing, &Change)| *standing < Standing::Later;
    if !open.iter().any(is_work) {
        let due = work.changes.iter().filter_map(|change| change.due).min();
        let next = due.map(|due| fill(words.next_due, &[&moment(look, due)]));
        let _ = writeln!(
            body,
            "<p class=\"soft\">{} {}</p>",
            escape(words.nothing),
            escape(&next.unwrap_or_default())
        );
    }
    lines_of(look, work, &open, body);
    if !posted.is_empty() {
        let _ = writeln!(
            body,
            "<details><summary>{} ({})</summary>",
            escape(words.posted_at),
            posted.len()
        );
        lines_of(look, work, &posted, body);
        body.push_str("</details>\n");
    }
    body.push_str("</section>\n");
}

fn lines_of(look: &Look<'_>, work: &AccountWork, lines: &[(Standing, &Change)], body: &mut String) {
    if lines.is_empty() {
        return;
    }
    body.push_str("<ul class=\"posts\">\n");
    for (standing, change) in lines {
        let title = if change.title.is_empty() {
            &change.post
        } else {
            &change.title
        };
        let has_sheet = work
            .composition
            .wanted
            .iter()
            .any(|composed| composed.post.key == change.post);
        let name = if has_sheet {
            format!(
                "<a href=\"{}\">{}</a>",
                escape(&sheet_address(look, &work.account.name, &change.post)),
                escape(title)
            )
        } else {
            format!("<span class=\"name\">{}</span>", escape(title))
        };
        let _ = write!(
            body,
            "<li>{name} <span class=\"badge {}\">{}</span> <span class=\"key\">{}</span>",
            standing.class(),
            escape(standing.word(look.words)),
            escape(&change.post)
        );
        if let Some(due) = change.due {
            let _ = write!(body, " <span class=\"soft\">{}</span>", moment(look, due));
        }
        if let Reason::Refused(reason) = &change.reason {
            let _ = write!(body, " <span class=\"soft\">{}</span>", escape(reason));
        }
        if let Some(url) = change.url.as_deref().filter(|url| is_web(url)) {
            let _ = write!(
                body,
                " <a class=\"soft\" href=\"{0}\" rel=\"noreferrer\">{0}</a>",
                escape(url)
            );
        }
        body.push_str("</li>\n");
    }
    body.push_str("</ul>\n");
}

/// `2026-06-30 09:00`, in the site's zone.
fn moment(look: &Look<'_>, at: jiff::Timestamp) -> String {
    at.to_zoned(look.zone.clone())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}
