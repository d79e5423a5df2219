//! Planning of notices: first contact, edits, removals, and what a crash leaves behind.

use super::{Address, Addresses, Event, Input, News, Notice, Told, Way, before, plan};
use crate::publish::ledger::{Ledger, Line, Sum as _};
use std::sync::Arc;

const ENGINE: &str = "engine.example.org";
const THEIRS: &str = "https://theirs.example.org/post";

fn day(number: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_790_000_000 + number * 86_400).expect("a moment")
}

fn page(name: &str, digest: &str, date: i64) -> Address {
    Address {
        url: format!("https://example.org/{name}/"),
        digest: digest.to_owned(),
        date: Some(day(date)),
        shown: true,
        links: Vec::new(),
    }
}

fn linking(name: &str, digest: &str, date: i64) -> Address {
    Address {
        links: vec![THEIRS.to_owned()],
        ..page(name, digest, date)
    }
}

fn site(pages: &[Address]) -> Addresses {
    Addresses {
        pages: pages.to_vec(),
        feeds: Vec::new(),
    }
}

/// A ledger in memory and the plans on it; today is the tenth day.
#[derive(Default)]
struct Trial {
    told: Told,
    serial: u64,
    backfill: bool,
}

impl Trial {
    fn plan(&self, way: Way, addresses: &Addresses) -> Vec<Notice> {
        plan(&Input {
            ways: &[(way, ENGINE.to_owned())],
            addresses,
            told: &self.told,
            since: &|way| self.told.begun(way).unwrap_or_else(|| day(10)),
            backfill: self.backfill,
        })
    }

    fn add(&mut self, event: Event) {
        self.serial += 1;
        self.told.add(&Line {
            serial: self.serial,
            at: day(10),
            event,
        });
    }

    /// What is told, as `news address`, and carried out.
    fn tell(&mut self, way: Way, addresses: &Addresses) -> Vec<String> {
        let notices = self.plan(way, addresses);
        if self.told.begun(way).is_none() {
            let before = before(way, addresses, &notices);
            self.add(Event::Begun { way, before });
        }
        for notice in &notices {
            self.add(Event::Intended {
                attempt: notice.attempt(),
                way,
                to: notice.to.clone(),
                addresses: notice.digests(),
            });
            self.add(Event::Done {
                attempt: notice.attempt(),
                left: Vec::new(),
                note: None,
            });
        }
        words(&notices)
    }
}

fn words(notices: &[Notice]) -> Vec<String> {
    let items = notices.iter().flat_map(|notice| &notice.items);
    items
        .map(|item| {
            format!(
                "{} {}",
                item.news.word(),
                item.url.trim_start_matches("https://example.org")
            )
        })
        .collect()
}

#[test]
fn an_old_site_floods_nobody_and_every_change_is_told_once() {
    let mut trial = Trial::default();
    let way = Way::IndexNow;
    let first = site(&[page("new", "1", 11), page("old", "1", 3)]);
    assert_eq!(trial.tell(way, &first), ["new /new/"]);
    assert_eq!(trial.tell(way, &first), [""; 0]);
    let second = site(&[
        page("new", "1", 11),
        page("old", "2", 3),
        page("late", "1", 2),
    ]);
    assert_eq!(trial.tell(way, &second), ["changed /old/", "new /late/"]);
    assert_eq!(trial.tell(way, &second), [""; 0]);
    let third = site(&[page("late", "1", 2)]);
    assert_eq!(trial.tell(way, &third), ["gone /new/", "gone /old/"]);
    assert_eq!(trial.tell(way, &third), [""; 0]);
    assert_eq!(trial.tell(way, &second), ["new /new/", "new /old/"]);
}

#[test]
fn old_pages_are_told_when_a_person_asks_for_them() {
    let mut trial = Trial::default();
    let old = site(&[page("old", "1", 3)]);
    assert_eq!(trial.tell(Way::Baidu, &old), [""; 0]);
    trial.backfill = true;
    assert_eq!(trial.tell(Way::Baidu, &old), ["new /old/"]);
    assert_eq!(trial.tell(Way::Baidu, &old), [""; 0]);
}

#[test]
fn hidden_pages_are_told_neither_as_new_nor_as_gone() {
    let mut trial = Trial::default();
    let mut hidden = page("a", "1", 11);
    assert_eq!(
        trial.tell(Way::IndexNow, &site(&[hidden.clone()])),
        ["new /a/"]
    );
    hidden.shown = false;
    hidden.digest = "2".to_owned();
    assert_eq!(trial.tell(Way::IndexNow, &site(&[hidden])), [""; 0]);
}

#[test]
fn a_linked_page_hears_of_the_link_its_change_and_its_end() {
    let mut trial = Trial::default();
    let way = Way::Webmention;
    assert_eq!(
        trial.tell(way, &site(&[linking("a", "1", 11), linking("old", "1", 3)])),
        ["new /a/"]
    );
    let old = || linking("old", "1", 3);
    assert_eq!(
        trial.tell(way, &site(&[linking("a", "1", 11), old()])),
        [""; 0]
    );
    assert_eq!(
        trial.tell(way, &site(&[linking("a", "2", 11), old()])),
        ["changed /a/"]
    );
    // The link is gone, the page is not.
    let without = site(&[page("a", "3", 11), old()]);
    assert_eq!(trial.tell(way, &without), ["changed /a/"]);
    assert_eq!(trial.tell(way, &without), [""; 0]);
    assert_eq!(trial.tell(way, &site(&[old()])), ["gone /a/"]);
    assert_eq!(trial.tell(way, &site(&[old()])), [""; 0]);
}

#[test]
fn a_notice_that_never_ended_failed_or_had_no_room_is_told_again() {
    let addresses = site(&[page("a", "1", 11), page("b", "1", 11)]);
    for end in 0..3 {
        let mut trial = Trial::default();
        let notices = trial.plan(Way::Baidu, &addresses);
        let before = before(Way::Baidu, &addresses, &notices);
        trial.add(Event::Begun {
            way: Way::Baidu,
            before,
        });
        let attempt = notices[0].attempt();
        trial.add(Event::Intended {
            attempt: attempt.clone(),
            way: Way::Baidu,
            to: ENGINE.to_owned(),
            addresses: notices[0].digests(),
        });
        match end {
            0 => {}
            1 => trial.add(Event::Failed {
                attempt,
                message: "busy".to_owned(),
            }),
            _ => trial.add(Event::Done {
                attempt,
                left: vec!["https://example.org/b/".to_owned()],
                note: None,
            }),
        }
        let again = words(&trial.plan(Way::Baidu, &addresses));
        if end == 2 {
            assert_eq!(again, ["new /b/"]);
        } else {
            assert_eq!(again, ["new /a/", "new /b/"]);
        }
    }
}

#[test]
fn notices_keep_to_the_most_that_is_taken_at_once() {
    let trial = Trial::default();
    let pages: Vec<Address> = (0..4_001)
        .map(|number| page(&number.to_string(), "1", 11))
        .collect();
    let sizes: Vec<usize> = trial
        .plan(Way::Baidu, &site(&pages))
        .iter()
        .map(|notice| notice.items.len())
        .collect();
    assert_eq!(sizes, [2_000, 2_000, 1]);
}

#[test]
fn what_is_written_is_read_and_a_torn_line_does_not_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger/discovery/told.jsonl");
    let name: Arc<str> = "ledger/discovery/told.jsonl".into();
    let addresses = site(&[page("a", "1", 11)]);
    let trial = Trial::default();
    let notices = trial.plan(Way::IndexNow, &addresses);
    let (mut ledger, _) = Ledger::<Told>::open_as(&path, &name).expect("a ledger");
    let attempt = notices[0].attempt();
    for event in [
        Event::Begun {
            way: Way::IndexNow,
            before: super::Digests::new(),
        },
        Event::Intended {
            attempt: attempt.clone(),
            way: Way::IndexNow,
            to: ENGINE.to_owned(),
            addresses: notices[0].digests(),
        },
        Event::Done {
            attempt,
            left: Vec::new(),
            note: Some("taken".to_owned()),
        },
    ] {
        ledger.append(day(10), event).expect("an append");
    }
    let state = ledger.state.clone();
    drop(ledger);
    let text = std::fs::read_to_string(&path).expect("a ledger");
    let (ledger, _) = Ledger::<Told>::open_as(&path, &name).expect("a ledger");
    assert_eq!(ledger.state, state);
    drop(ledger);
    std::fs::write(&path, &text[..text.len() - 10]).expect("a torn ledger");
    let (ledger, read) = Ledger::<Told>::open_as(&path, &name).expect("a ledger");
    assert!(read.torn && read.diagnostics.is_empty());
    let trial = Trial {
        told: ledger.state,
        ..Trial::default()
    };
    assert_eq!(
        trial.plan(Way::IndexNow, &addresses)[0].items[0].news,
        News::New
    );
}
