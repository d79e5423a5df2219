//! Plans as text: what the ledger knows and what pages want, to one line per post.

use super::{Change, Consent, Input, Observed, Reason, plan};
use crate::platform::capability::{Price, Recovery, Update, Way};
use crate::platform::rich::Rich;
use crate::platform::{Capabilities, Content, Post, Remote, Seen, memory};
use crate::publish::account::OnEdit;
use crate::publish::compose::Composed;
use crate::publish::ledger::{Action, Event, Line, State};
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 86_400;

/// So many days after the account was added.
fn day(day: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_790_000_000 + day * DAY).expect("a moment")
}

/// A post of a page of that day with that text.
pub(crate) fn composed(key: &str, date: Option<jiff::Timestamp>, text: &str) -> Composed {
    let canonical = format!(
        "https://example.org/{}/",
        key.split('@').next().unwrap_or(key)
    );
    let post = Post {
        key: key.to_owned(),
        link: canonical.clone(),
        canonical,
        slug: "slug".to_owned(),
        lang: "zh-Hans".to_owned(),
        title: "标题".to_owned(),
        summary: "摘要".to_owned(),
        content: Content::Short(Rich {
            text: text.to_owned(),
            marks: Vec::new(),
        }),
        tags: Vec::new(),
        authors: Vec::new(),
        published: date,
        cover: None,
        call: None,
        images: Vec::new(),
    };
    Composed {
        hash: text.to_owned(),
        length: text.chars().count(),
        post,
        reply: None,
        shortened: false,
        due: date,
        former: Vec::new(),
        since: None,
        refusal: None,
    }
}

/// An account added on day 0, seen on day 10.
struct Case {
    capabilities: Capabilities,
    on_edit: Option<OnEdit>,
    wanted: Vec<Composed>,
    unwanted: BTreeMap<String, Reason>,
    events: Vec<Event>,
    observed: Observed,
    reserved: BTreeSet<String>,
    consent: Consent,
}

impl Case {
    fn new(recovery: Recovery) -> Self {
        Self {
            capabilities: memory::capabilities(recovery),
            on_edit: None,
            wanted: Vec::new(),
            unwanted: BTreeMap::new(),
            events: vec![Event::Opened {
                lineage: "a1".to_owned(),
                platform: "memory".to_owned(),
                place: String::new(),
                before: vec!["companies/old@ru".to_owned()],
            }],
            observed: Observed::default(),
            reserved: BTreeSet::new(),
            consent: Consent::default(),
        }
    }

    fn wants(mut self, key: &str, date: i64, text: &str) -> Self {
        self.wanted.push(composed(key, Some(day(date)), text));
        self
    }

    fn posted(mut self, key: &str, text: &str) -> Self {
        let attempt = format!("{key}-{}", self.events.len());
        self.events
            .push(intended(&attempt, key, Action::Create, text));
        self.events.push(Event::Done {
            attempt,
            remote: "7".to_owned(),
            url: Some("https://there/7".to_owned()),
            seen: Some("as sent".to_owned()),
        });
        self
    }

    fn sent(mut self, key: &str, action: Action, text: &str) -> Self {
        self.events.push(intended("open", key, action, text));
        self
    }

    fn failed(mut self, key: &str, action: Action, text: &str) -> Self {
        self = self.sent(key, action, text);
        self.events.push(Event::Failed {
            attempt: "open".to_owned(),
            message: "forbidden".to_owned(),
        });
        self
    }

    fn changes(&self) -> Vec<Change> {
        let lines: Vec<Line> = self
            .events
            .iter()
            .zip(1..)
            .map(|(event, serial)| Line {
                serial,
                at: day(0),
                event: event.clone(),
            })
            .collect();
        let state = State::of(&lines);
        assert_eq!(state.oddities, Vec::<String>::new());
        plan(&Input {
            account: "blog",
            capabilities: &self.capabilities,
            on_edit: self.on_edit,
            wanted: &self.wanted,
            unwanted: &self.unwanted,
            state: &state,
            observed: &self.observed,
            reserved: &self.reserved,
            consent: self.consent,
            now: day(10),
            added: day(0),
        })
    }

    fn plan(&self) -> String {
        self.changes()
            .iter()
            .map(|change| {
                let moved = change
                    .moved_from
                    .as_ref()
                    .map_or_else(String::new, |from| format!(" (was {from})"));
                format!(
                    "{} {} {}{moved}",
                    change.step.sign(),
                    change.post,
                    change.reason.word()
                )
            })
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn intended(attempt: &str, post: &str, action: Action, hash: &str) -> Event {
    Event::Intended {
        attempt: attempt.to_owned(),
        post: post.to_owned(),
        action,
        hash: hash.to_owned(),
        page: format!(
            "https://example.org/{}/",
            post.split('@').next().unwrap_or(post)
        ),
    }
}

fn seen(digest: &str) -> Seen {
    Seen {
        remote: Remote {
            id: "7".to_owned(),
            url: None,
        },
        canonical: None,
        digest: Some(digest.to_owned()),
        title: String::new(),
    }
}

#[test]
fn new_pages_are_posted_and_old_ones_are_not() {
    let mut case = Case::new(Recovery::LookUp)
        .wants("a/new@ru", 3, "x")
        .wants("a/old@ru", -3, "x")
        .wants("a/later@ru", 20, "x");
    case.wanted.push(composed("companies/new@ru", None, "x"));
    case.wanted.push(composed("companies/old@ru", None, "x"));
    insta::assert_snapshot!(case.plan(), @r"
    + a/new@ru new-page
    . a/old@ru older-than-account
    . a/later@ru not-yet-due
    + companies/new@ru new-page
    . companies/old@ru older-than-account
    ");
    case.consent.backfill = true;
    insta::assert_snapshot!(case.plan(), @r"
    + a/new@ru new-page
    + a/old@ru new-page
    . a/later@ru not-yet-due
    + companies/new@ru new-page
    + companies/old@ru new-page
    ");
}

#[test]
fn what_was_begun_is_not_older_than_the_account_any_more() {
    let mut case = Case::new(Recovery::LookUp)
        .wants("a/failed@ru", -3, "edited since")
        .wants("a/open@ru", -3, "x")
        .failed("a/failed@ru", Action::Create, "x")
        .sent("a/open@ru", Action::Create, "x");
    case.wanted.push(composed("companies/old@ru", None, "x"));
    let mut undated = Case::new(Recovery::LookUp).failed("companies/old@ru", Action::Create, "x");
    undated.wanted.push(composed("companies/old@ru", None, "x"));
    insta::assert_snapshot!(case.plan(), @r"
    + a/failed@ru failed-before
    ? a/open@ru outcome-unknown
    . companies/old@ru older-than-account
    ");
    assert_eq!(undated.plan(), "+ companies/old@ru failed-before");
}

#[test]
fn a_second_copy_that_was_begun_is_finished_and_no_other_is() {
    let gone = |case: Case, action| {
        let mut case = case.wants("a/x@ru", 1, "y").posted("a/x@ru", "x");
        case = case.failed("a/x@ru", action, "y");
        case.events.push(Event::Gone {
            post: "a/x@ru".to_owned(),
        });
        case
    };
    // An edit found the copy gone: nobody has asked for another one.
    let case = gone(Case::new(Recovery::LookUp), Action::Update);
    assert_eq!(case.plan(), ". a/x@ru gone-there");
    let case = case.failed("a/x@ru", Action::Create, "y");
    assert_eq!(case.plan(), "+ a/x@ru failed-before");
    // The ledger still has the copy that the platform shows no more.
    let mut case = Case::new(Recovery::LookUp)
        .wants("a/x@ru", 1, "x")
        .posted("a/x@ru", "x")
        .failed("a/x@ru", Action::Create, "x");
    case.observed.read.insert("a/x@ru".to_owned(), None);
    assert_eq!(case.plan(), "+ a/x@ru failed-before");
}

#[test]
fn a_first_plan_posts_no_undated_page() {
    let mut case = Case::new(Recovery::LookUp);
    case.events.clear();
    case.wanted.push(composed("companies/new@ru", None, "x"));
    insta::assert_snapshot!(case.plan(), @". companies/new@ru older-than-account");
}

#[test]
fn edits_follow_the_account_and_the_platform() {
    let mut case = Case::new(Recovery::LookUp)
        .posted("a/same@ru", "x")
        .posted("a/edited@ru", "x")
        .wants("a/same@ru", 1, "x")
        .wants("a/edited@ru", 1, "y");
    insta::assert_snapshot!(case.plan(), @r"
    . a/same@ru unchanged
    ~ a/edited@ru page-changed
    ");
    let only_edited = |case: &Case| case.plan().lines().nth(1).unwrap_or_default().to_owned();
    case.on_edit = Some(OnEdit::Ignore);
    assert_eq!(only_edited(&case), ". a/edited@ru edit-ignored");
    case.on_edit = Some(OnEdit::Ask);
    assert_eq!(only_edited(&case), ". a/edited@ru edit-asks");
    case.on_edit = Some(OnEdit::Reply);
    assert_eq!(only_edited(&case), ". a/edited@ru cannot-reply");
    case.capabilities.reply = true;
    assert_eq!(only_edited(&case), "^ a/edited@ru page-changed");
    case.on_edit = None;
    case.capabilities.update = Update::Never;
    assert_eq!(only_edited(&case), ". a/edited@ru cannot-update");
    case.capabilities.update = Update::Within(std::time::Duration::from_secs(1800));
    assert_eq!(only_edited(&case), ". a/edited@ru too-late-to-update");
}

#[test]
fn what_others_did_there_is_shown_and_not_undone() {
    let mut case = Case::new(Recovery::LookUp)
        .posted("a/changed@ru", "x")
        .posted("a/gone@ru", "x")
        .wants("a/changed@ru", 1, "x")
        .wants("a/gone@ru", 1, "y");
    let observed = &mut case.observed.read;
    observed.insert("a/changed@ru".to_owned(), Some(seen("by another hand")));
    observed.insert("a/gone@ru".to_owned(), None);
    insta::assert_snapshot!(case.plan(), @r"
    . a/changed@ru drifted
    . a/gone@ru gone-there
    ");
    case.consent = Consent {
        backfill: true,
        overwrite: true,
        delete: false,
    };
    insta::assert_snapshot!(case.plan(), @r"
    ~ a/changed@ru drifted
    + a/gone@ru gone-there
    ");
}

#[test]
fn a_post_that_the_platform_did_not_show_is_left_alone() {
    let mut case = Case::new(Recovery::LookUp)
        .posted("a/edited@ru", "x")
        .wants("a/edited@ru", 1, "y")
        .wants("a/new@ru", 2, "z")
        .wants("a/other@ru", 3, "z");
    for post in ["a/edited@ru", "a/new@ru"] {
        let failed = &mut case.observed.failed;
        failed.insert(post.to_owned(), "400 no such word".to_owned());
    }
    insta::assert_snapshot!(case.plan(), @r"
    . a/edited@ru cannot-look
    . a/new@ru cannot-look
    + a/other@ru new-page
    ");
}

#[test]
fn what_is_sent_has_its_price_and_nothing_else_has() {
    let mut case = Case::new(Recovery::LookUp)
        .posted("a/gone@ru", "x")
        .posted("a/same@ru", "x")
        .wants("a/new@ru", 1, "без ссылки")
        .wants("a/same@ru", 1, "x");
    case.capabilities.price = Some(Price {
        plain: 15,
        link: 200,
        delete: 10,
    });
    let prices = |case: &Case| -> Vec<(String, Option<u32>)> {
        let changes = case.changes().into_iter();
        changes.map(|change| (change.post, change.price)).collect()
    };
    let priced = |gone| {
        [
            ("a/new@ru", Some(15)),
            ("a/same@ru", None),
            ("a/gone@ru", gone),
        ]
        .map(|(post, price)| (post.to_owned(), price))
    };
    assert_eq!(prices(&case), priced(None));
    case.consent.delete = true;
    assert_eq!(prices(&case), priced(Some(10)));
}

#[test]
fn copies_of_pages_that_are_gone_leave_only_when_allowed() {
    let mut case = Case::new(Recovery::LookUp)
        .posted("a/gone@ru", "x")
        .posted("a/forbidden@ru", "x")
        .posted("a/expired@ru", "x");
    let unwanted = &mut case.unwanted;
    unwanted.insert("a/forbidden@ru".to_owned(), Reason::PageForbids);
    unwanted.insert("a/expired@ru".to_owned(), Reason::Expired);
    insta::assert_snapshot!(case.plan(), @r"
    . a/expired@ru expired
    . a/forbidden@ru delete-not-allowed
    . a/gone@ru delete-not-allowed
    ");
    case.consent.delete = true;
    insta::assert_snapshot!(case.plan(), @r"
    . a/expired@ru expired
    - a/forbidden@ru page-forbids
    - a/gone@ru page-removed
    ");
    case.capabilities.delete = false;
    insta::assert_snapshot!(case.plan(), @r"
    . a/expired@ru expired
    . a/forbidden@ru cannot-delete
    . a/gone@ru cannot-delete
    ");
}

#[test]
fn a_lost_answer_is_settled_or_asks_a_person() {
    let lost = |recovery, action, text| {
        let case = Case::new(recovery)
            .sent("a/lost@ru", action, "x")
            .wants("a/lost@ru", 1, text);
        case.plan()
    };
    assert_eq!(
        lost(Recovery::LookUp, Action::Create, "x"),
        "? a/lost@ru outcome-unknown"
    );
    assert_eq!(
        lost(Recovery::AskPerson, Action::Create, "x"),
        "? a/lost@ru ask-person"
    );
    assert_eq!(
        lost(Recovery::AskPerson, Action::Update, "x"),
        "? a/lost@ru outcome-unknown"
    );
    assert_eq!(
        lost(Recovery::AskPerson, Action::Update, "y"),
        "~ a/lost@ru page-changed"
    );
    assert_eq!(
        lost(Recovery::LookUp, Action::Reply, "x"),
        "? a/lost@ru ask-person"
    );
}

#[test]
fn what_this_disk_reserved_is_simply_sent() {
    let mut case = Case::new(Recovery::AskPerson)
        .sent("a/lost@ru", Action::Create, "x")
        .wants("a/lost@ru", 1, "x");
    case.reserved.insert("open".to_owned());
    assert_eq!(case.plan(), "+ a/lost@ru reserved");
    case.events.push(Event::Sending {
        attempt: "open".to_owned(),
    });
    assert_eq!(case.plan(), "? a/lost@ru ask-person");
}

#[test]
fn what_is_there_already_is_taken_up() {
    let mut case = Case::new(Recovery::LookUp).wants("a/new@ru", 3, "x");
    case.observed
        .found
        .insert("a/new@ru".to_owned(), Some(seen("x")));
    assert_eq!(case.plan(), "= a/new@ru found-there");
}

#[test]
fn a_renamed_page_keeps_its_copy() {
    let mut case = Case::new(Recovery::LookUp)
        .posted("a/before@ru", "x")
        .wants("a/after@ru", 1, "x");
    case.wanted[0].former = vec!["https://example.org/a/before/".to_owned()];
    assert_eq!(case.plan(), ". a/after@ru unchanged (was a/before@ru)");
}

#[test]
fn hands_are_given_new_and_changed_pages() {
    let mut case = Case::new(Recovery::AskPerson)
        .posted("a/there@ru", "x")
        .wants("a/there@ru", 1, "y")
        .wants("a/new@ru", 2, "x");
    case.capabilities.way = Way::Hand;
    insta::assert_snapshot!(case.plan(), @r"
    > a/there@ru page-changed
    > a/new@ru new-page
    ");
}
