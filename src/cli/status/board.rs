//! `status` for people: a board of what needs somebody. The worst stands at the top, and under
//! each heading what to do about it; empty headings are left out.

use super::{Place, facts_are_old, silence};
use crate::cli::posting::{self, moment, padded};
use crate::cli::view::View;
use crate::diag::print::visible;
use crate::platform::capability::Way;
use crate::platform::variable;
use crate::publish::plan::{Change, Step};
use crate::publish::rhythm::{Concern, Matter};
use crate::publishing::{AccountWork, Session};
use crate::serve;
use jiff::fmt::friendly::{Designator, Spacing, SpanPrinter};
use std::fmt::Write as _;

/// Rows of a heading unless all are asked for.
const ROWS: usize = 6;
/// Columns of a row's name; longer ones push the rest aside.
const NAME_WIDTH: usize = 44;

/// What stands under one heading.
struct Heading {
    title: &'static str,
    style: &'static str,
    /// Name and what is the matter with it.
    rows: Vec<(String, String)>,
    /// What to do, with a command.
    next: String,
}

/// The whole board.
pub(super) fn text(view: &View, session: &Session) -> String {
    let mut headings = vec![
        unknown(session),
        not_ready(session),
        decide(session),
        late(session),
        silent(session),
        by_hand(session),
    ];
    headings.extend(out_of_date(session));
    headings.extend([
        drafts(session),
        digests(session),
        ready(session),
        later(session),
    ]);
    headings.retain(|heading| !heading.rows.is_empty());
    let mut text = String::new();
    if headings.is_empty() {
        let _ = writeln!(text, "{}", view.paint("32", "Nothing needs you today."));
        text.push('\n');
    }
    for heading in &headings {
        write(view, heading, &mut text);
    }
    accounts(view, session, &mut text);
    let _ = writeln!(text, "Plan: {}", posting::counted(session));
    if let Some(due) = session.next_due() {
        let _ = writeln!(text, "Next due: {}", moment(session, due));
    }
    if let Some(change) = session
        .upkeep
        .as_ref()
        .and_then(|upkeep| upkeep.next_change.as_ref())
    {
        let _ = writeln!(
            text,
            "The site changes next: {} {} {}",
            moment(session, change.at),
            visible(&change.file),
            change.what.as_str()
        );
    }
    text
}

fn write(view: &View, heading: &Heading, text: &mut String) {
    let _ = writeln!(
        text,
        "{} ({})",
        view.paint(heading.style, heading.title),
        heading.rows.len()
    );
    let shown = if view.is_verbose() {
        heading.rows.len()
    } else {
        ROWS
    };
    for (name, matter) in heading.rows.iter().take(shown) {
        let _ = writeln!(
            text,
            "  {}  {}",
            padded(&visible(name), NAME_WIDTH),
            view.paint("2", &visible(matter))
        );
    }
    if heading.rows.len() > shown {
        let _ = writeln!(
            text,
            "  … and {} more (`-v` shows all)",
            heading.rows.len() - shown
        );
    }
    let _ = writeln!(text, "  {} {}\n", view.paint("36", "→"), heading.next);
}

/// Lines of all plans at a place.
fn lines(session: &Session, place: Place) -> Vec<&Change> {
    session
        .changes()
        .filter(|change| Place::of(change) == place)
        .collect()
}

fn name(change: &Change) -> String {
    format!("{}:{}", change.account, change.post)
}

/// `` `blog` `` or `` `--account blog` `` of the first line, for an example that works as it is.
fn example(changes: &[&Change]) -> String {
    changes
        .first()
        .map_or_else(String::new, |change| name(change))
}

fn unknown(session: &Session) -> Heading {
    let changes = lines(session, Place::Unknown);
    let row = |change: &&Change| {
        (
            name(change),
            "sent, and its answer was lost: look there".to_owned(),
        )
    };
    let one = example(&changes);
    Heading {
        title: "Nobody knows whether these are posted",
        style: "1;31",
        rows: changes.iter().map(row).collect(),
        next: format!(
            "`guidepost publish --done {one} URL` if it is there, else `guidepost publish \
             --not-done {one}`"
        ),
    }
}

fn not_ready(session: &Session) -> Heading {
    let troubled = session
        .accounts
        .iter()
        .filter_map(|work| Some((work, work.trouble.as_ref()?)));
    let row = |(work, trouble): (&AccountWork, &crate::publishing::Trouble)| {
        let meaning = work.account.info.secrets.iter().find(|secret| {
            let name = variable(&work.account.name, secret.name);
            work.missing.first() == Some(&name)
        });
        let matter = match meaning {
            Some(secret) => format!("{}: {}", trouble.message, secret.meaning),
            None => trouble.message.clone(),
        };
        (work.account.name.clone(), matter)
    };
    Heading {
        title: "Accounts that cannot post",
        style: "1;31",
        rows: troubled.map(row).collect(),
        next: "mend the cause, then `guidepost status` asks again".to_owned(),
    }
}

fn decide(session: &Session) -> Heading {
    let changes = lines(session, Place::Decide);
    let row = |change: &&Change| (name(change), change.reason.sentence());
    let account = changes
        .first()
        .map_or_else(String::new, |change| change.account.clone());
    Heading {
        title: "Posts that need a decision",
        style: "1;31",
        rows: changes.iter().map(row).collect(),
        next: format!("`guidepost plan --account {account}` shows them in their plan"),
    }
}

/// Concerns of some matters as rows.
fn rows(session: &Session, matters: &[Matter]) -> Vec<(String, String)> {
    let Some(upkeep) = &session.upkeep else {
        return Vec::new();
    };
    upkeep
        .concerns
        .iter()
        .filter(|concern| matters.contains(&concern.matter))
        .map(|concern| (concern.file.to_string(), matter(concern)))
        .collect()
}

fn matter(concern: &Concern) -> String {
    let ago = ago(concern.days.unwrap_or_default());
    let mut words = match (concern.matter, concern.day) {
        (Matter::Late, Some(day)) => format!("due {day}, {ago}"),
        (Matter::PolicyEnded, Some(day)) => format!("held until {day}, {ago}"),
        (Matter::PolicyUnchecked, Some(day)) => format!("last checked {day}, {ago}"),
        (Matter::PolicyUnchecked, None) => "never checked".to_owned(),
        (Matter::JobExpired, Some(day)) => format!("last day {day}, {ago}"),
        (Matter::NoRecap, Some(day)) => format!("was on {day}, {ago}"),
        (_, Some(day)) if concern.days.is_some_and(|days| days < 0) => format!("for {day}"),
        (_, Some(day)) => format!("begun {day}, {ago}"),
        (_, None) => "without a date".to_owned(),
    };
    if concern.matter == Matter::Draft
        && let Some(due) = concern.due
    {
        let _ = write!(words, "; due {due}");
    }
    if let Some(owner) = &concern.owner {
        let _ = write!(words, "; {owner}");
    }
    if concern.languages.len() > 1 {
        let _ = write!(words, "; in {}", concern.languages.join(", "));
    }
    words
}

fn ago(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    }
}

fn late(session: &Session) -> Heading {
    Heading {
        title: "Late drafts",
        style: "1;33",
        rows: rows(session, &[Matter::Late]),
        next: "finish it and take `draft: true` out, or move its `due:`; `guidepost serve \
               --drafts` shows it"
            .to_owned(),
    }
}

fn silent(session: &Session) -> Heading {
    let silent = session
        .accounts
        .iter()
        .filter_map(|work| Some((work, silence(session, work)?)));
    let rows = silent.map(|(work, silence)| {
        let what = if silence.posted {
            "last post"
        } else {
            "no post since it was added,"
        };
        let every = work.account.cadence.map_or_else(String::new, |cadence| {
            format!("; wanted every {}", in_words(&cadence))
        });
        let waits = work
            .changes
            .iter()
            .filter(|change| matches!(Place::of(change), Place::ByHand | Place::Ready))
            .count();
        let waits = match waits {
            0 => "; nothing is ready for it".to_owned(),
            1 => "; 1 post is ready for it".to_owned(),
            count => format!("; {count} posts are ready for it"),
        };
        let matter = format!("{what} {}{every}{waits}", ago(silence.days));
        (work.account.name.clone(), matter)
    });
    Heading {
        title: "Silent accounts",
        style: "1;33",
        rows: rows.collect(),
        next: "post what is ready, or begin something: `guidepost new article SLUG`".to_owned(),
    }
}

/// `2 weeks`.
fn in_words(span: &jiff::Span) -> String {
    SpanPrinter::new()
        .designator(Designator::Verbose)
        .spacing(Spacing::BetweenUnitsAndDesignators)
        .span_to_string(span)
}

fn by_hand(session: &Session) -> Heading {
    let changes = lines(session, Place::ByHand);
    let row = |change: &&Change| {
        let why = change.reason.sentence();
        (name(change), format!("{}; {why}", change.title))
    };
    let one = example(&changes);
    Heading {
        title: "To be posted by hand",
        style: "1;36",
        rows: changes.iter().map(row).collect(),
        next: format!(
            "`guidepost serve`, page `{}`: copy it from there, and record where it is; or \
             `guidepost publish --done {one} URL`",
            serve::DESK
        ),
    }
}

fn out_of_date(session: &Session) -> [Heading; 4] {
    let of = |title: &'static str, matter: Matter, next: &str| Heading {
        title,
        style: "1;36",
        rows: rows(session, &[matter]),
        next: next.to_owned(),
    };
    [
        of(
            "Policies that hold no longer",
            Matter::PolicyEnded,
            "write what came after it, or set `expires:` to take it out of the lists",
        ),
        of(
            "Policies nobody has checked for half a year",
            Matter::PolicyUnchecked,
            "compare it with its source, then set `checked_on:`",
        ),
        of(
            "Jobs that are over",
            Matter::JobExpired,
            "ask the company: a new `valid_through:`, or leave it, it is out of the lists",
        ),
        of(
            "Events without a recap",
            Matter::NoRecap,
            "write `recap:`, or `status: cancelled` if it did not take place",
        ),
    ]
}

fn drafts(session: &Session) -> Heading {
    Heading {
        title: "Drafts, the oldest first",
        style: "1",
        rows: rows(session, &[Matter::Draft]),
        next: "`guidepost serve --drafts` shows them; `due:` and `owner:` remind of one".to_owned(),
    }
}

fn digests(session: &Session) -> Heading {
    let proposals = session
        .upkeep
        .as_ref()
        .map_or(&[][..], |upkeep| &upkeep.digests);
    let rows = proposals.iter().map(|digest| {
        let pages = if digest.pages == 1 { "page" } else { "pages" };
        let matter = format!(
            "{} new {pages} since the one of {}",
            digest.pages, digest.last
        );
        (digest.language.clone(), matter)
    });
    Heading {
        title: "A digest could be made",
        style: "1",
        rows: rows.collect(),
        next: proposals.first().map_or_else(String::new, |digest| {
            format!(
                "`guidepost new digest --lang {}` writes a draft",
                digest.language
            )
        }),
    }
}

fn ready(session: &Session) -> Heading {
    let changes = lines(session, Place::Ready);
    let row = |change: &&Change| {
        let what = match change.step {
            Step::Create => "a new post",
            Step::Update => "the page changed",
            Step::Reply => "an answer that tells of the change",
            Step::Delete => "will be taken away",
            Step::Adopt => "is there already and will be taken up",
            _ => "its outcome will be asked for",
        };
        (name(change), format!("{what}; {}", change.title))
    };
    Heading {
        title: "Ready to be posted",
        style: "1;32",
        rows: changes.iter().map(row).collect(),
        next: "`guidepost publish`".to_owned(),
    }
}

fn later(session: &Session) -> Heading {
    let mut changes = lines(session, Place::Later);
    changes.sort_by_key(|change| change.due);
    let row = |change: &&Change| {
        let due = change
            .due
            .map_or_else(String::new, |due| moment(session, due));
        (name(change), format!("{due}; {}", change.title))
    };
    Heading {
        title: "Not yet due",
        style: "1",
        rows: changes.iter().map(row).collect(),
        next: "a run of `guidepost publish` after that moment posts them".to_owned(),
    }
}

fn accounts(view: &View, session: &Session, text: &mut String) {
    if session.accounts.is_empty() {
        text.push_str("`site.yaml` lists no accounts; add one under `accounts:`\n");
        return;
    }
    let _ = writeln!(text, "{}", view.paint("1", "Accounts"));
    for work in &session.accounts {
        account(view, session, work, text);
    }
    text.push('\n');
}

fn account(view: &View, session: &Session, work: &AccountWork, text: &mut String) {
    let capabilities = &work.capabilities;
    let info = work.account.info;
    let state = match (&work.trouble, &work.identity, capabilities.way) {
        (Some(_), _, _) => view.paint("1;31", "not ready"),
        (None, Some(name), _) => format!("{} as {}", view.paint("32", "ready"), visible(name)),
        (None, None, Way::Hand) => "by hand: a person pastes what is ready".to_owned(),
        (None, None, Way::Api) => "not asked".to_owned(),
    };
    let _ = writeln!(
        text,
        "  {} — {}: {state}",
        view.paint("1", &work.account.name),
        visible([info.title, &work.account.place()].join(" ").trim()),
    );
    let live = work.state.posts.values().filter(|post| post.live.is_some());
    let mut facts = vec![match live.count() {
        1 => "1 post".to_owned(),
        count => format!("{count} posts"),
    }];
    if let Some(at) = work.state.last_post {
        facts.push(format!("the last on {}", moment(session, at)));
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
    let _ = writeln!(text, "    {}", view.paint("2", &facts.join("; ")));
    for secret in info.secrets {
        let name = variable(&work.account.name, secret.name);
        if work.missing.contains(&name) {
            let _ = writeln!(text, "    {name}: {}", secret.meaning);
        }
    }
    if facts_are_old(session, work) {
        let _ = writeln!(
            text,
            "    {} what is known of {} was last checked on {}",
            view.paint("33", "old:"),
            info.title,
            capabilities.verified_at
        );
    }
}
