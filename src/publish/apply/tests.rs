//! Applying over the platform in memory: every recovery class, every misfortune, a run that is
//! killed at every line of its ledger, and a disk that is lost.

use super::{Desk, End, Half, Outcome, apply};
use crate::platform::capability::{ImageLimit, Recovery};
use crate::platform::memory::{Fault, Memory, capabilities};
use crate::platform::{Attempt, Failure, Image, Images, Platform as _, Rendition};
use crate::publish::compose::Composed;
use crate::publish::ledger::{Event, Ledger, attempt_key};
use crate::publish::plan::{self, Consent, Input, Observed, Step};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const CLASSES: [Recovery; 5] = [
    Recovery::ChosenKey,
    Recovery::DedupeKey(Duration::from_secs(3600)),
    Recovery::NaturalKey,
    Recovery::LookUp,
    Recovery::AskPerson,
];

struct NoImages;

impl Images for NoImages {
    fn rendition(&self, _: &Image, _: &ImageLimit) -> Result<Rendition, Failure> {
        Err(Failure::refused("no images here"))
    }
}

/// A moment on the second day of the account.
fn clock() -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_790_000_000 + 86_400).expect("a moment")
}

/// A site with one account on a platform in memory.
struct Site {
    folder: tempfile::TempDir,
    memory: Memory,
    recovery: Recovery,
    posts: Vec<Composed>,
    reserved: BTreeSet<String>,
    consent: Consent,
}

impl Site {
    fn new(recovery: Recovery, posts: &[(&str, &str)]) -> Self {
        let mut site = Self {
            folder: tempfile::tempdir().expect("a folder"),
            memory: Memory::new(capabilities(recovery)),
            recovery,
            posts: Vec::new(),
            reserved: BTreeSet::new(),
            consent: Consent::default(),
        };
        for (key, text) in posts {
            site.write(key, text);
        }
        site
    }

    fn write(&mut self, key: &str, text: &str) {
        self.posts.retain(|post| post.post.key != key);
        let composed = crate::publish::plan::tests::composed(key, Some(clock()), text);
        self.posts.push(composed);
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ledger/blog.jsonl")
    }

    /// One run of `publish`, and what became of each change.
    fn publish(&self, half: Half) -> Vec<Outcome> {
        let name: Arc<str> = "ledger/blog.jsonl".into();
        let (mut ledger, read) = Ledger::open(&self.path(), &name).expect("a ledger");
        assert!(read.diagnostics.is_empty());
        let capabilities = capabilities(self.recovery);
        let changes = plan::plan(&Input {
            account: "blog",
            capabilities: &capabilities,
            on_edit: None,
            wanted: &self.posts,
            unwanted: &BTreeMap::new(),
            state: &ledger.state,
            observed: &Observed::default(),
            reserved: &self.reserved,
            consent: self.consent,
            now: clock(),
            added: jiff::Timestamp::UNIX_EPOCH,
        });
        let posts: BTreeMap<&str, &Composed> = self
            .posts
            .iter()
            .map(|composed| (composed.post.key.as_str(), composed))
            .collect();
        let desk = Desk {
            account: "blog",
            platform: &self.memory,
            capabilities: &capabilities,
            posts: &posts,
            images: &NoImages,
            clock,
            pause: Duration::ZERO,
            grace: Duration::ZERO,
            tell: &|_| {},
            sending: &|_| Ok(()),
        };
        apply(&desk, &mut ledger, &changes, half).expect("a run")
    }

    fn ends(&self, half: Half) -> Vec<End> {
        self.publish(half)
            .iter()
            .map(|outcome| outcome.end)
            .collect()
    }

    fn texts(&self) -> Vec<String> {
        self.memory
            .posts()
            .into_iter()
            .map(|post| post.text)
            .collect()
    }
}

#[test]
fn a_second_run_changes_nothing_and_an_edit_updates_in_place() {
    for recovery in CLASSES {
        let mut site = Site::new(recovery, &[("a/x@ru", "one"), ("a/y@ru", "two")]);
        assert_eq!(site.ends(Half::Both), [End::Done, End::Done]);
        let calls = site.memory.calls().len();
        assert_eq!(site.ends(Half::Both), [], "{recovery:?}");
        assert_eq!(site.memory.calls().len(), calls);
        site.write("a/x@ru", "one, mended");
        assert_eq!(site.ends(Half::Both), [End::Done]);
        assert_eq!(site.texts(), ["one, mended", "two"]);
    }
}

#[test]
fn a_removed_page_takes_its_copy_along_when_allowed() {
    let mut site = Site::new(Recovery::LookUp, &[("a/x@ru", "one")]);
    site.publish(Half::Both);
    site.posts.clear();
    assert_eq!(site.ends(Half::Both), []);
    site.consent.delete = true;
    assert_eq!(site.ends(Half::Both), [End::Done]);
    assert_eq!(site.texts(), Vec::<String>::new());
}

#[test]
fn an_answer_that_is_lost_makes_no_second_post() {
    for recovery in CLASSES {
        for fault in [Fault::LostAfter, Fault::LostBefore] {
            let site = Site::new(recovery, &[("a/x@ru", "one")]);
            site.memory.order(&[fault]);
            site.publish(Half::Both);
            site.publish(Half::Both);
            let made = site.texts().len();
            let wanted = match (recovery, fault) {
                (Recovery::AskPerson, Fault::LostBefore) => 0,
                _ => 1,
            };
            assert_eq!(made, wanted, "{recovery:?} {fault:?}");
        }
    }
}

#[test]
fn where_nobody_can_be_asked_the_outcome_stays_unknown_until_a_person_says() {
    let site = Site::new(Recovery::AskPerson, &[("a/x@ru", "one")]);
    site.memory.order(&[Fault::LostAfter]);
    assert_eq!(site.ends(Half::Both), [End::Unknown]);
    let again = site.publish(Half::Both);
    assert_eq!((again[0].step, again[0].end), (Step::Confirm, End::Unknown));
    assert_eq!(site.texts().len(), 1);
}

#[test]
fn a_failure_that_all_posts_share_stops_the_account() {
    let site = Site::new(Recovery::LookUp, &[("a/x@ru", "one"), ("a/y@ru", "two")]);
    site.memory.order(&[Fault::Credentials]);
    assert_eq!(site.ends(Half::Both), [End::Failed, End::Skipped]);
    site.memory.order(&[Fault::Refused]);
    assert_eq!(site.ends(Half::Both), [End::Failed, End::Done]);
    assert_eq!(site.ends(Half::Both), [End::Done]);
}

#[test]
fn a_copy_that_is_gone_is_told_once_and_not_made_again() {
    let mut site = Site::new(Recovery::LookUp, &[("a/x@ru", "one")]);
    let id = site.publish(Half::Both)[0].remote.clone().expect("a copy");
    site.memory.remove(&id);
    site.write("a/x@ru", "one, mended");
    assert_eq!(site.ends(Half::Both), [End::Failed]);
    assert_eq!(site.ends(Half::Both), []);
    assert_eq!(site.texts(), Vec::<String>::new());
}

/// Runs a first publish with a fault, cuts its ledger after every line as a kill there would
/// leave it, publishes again until nothing is left to do, and counts.
#[test]
fn killed_after_any_line_a_run_is_put_right_by_the_next() {
    for recovery in CLASSES {
        for lost in [None, Some(Fault::LostAfter), Some(Fault::LostBefore)] {
            let first = Site::new(recovery, &[("a/x@ru", "one")]);
            if let Some(fault) = lost {
                first.memory.order(&[fault]);
            }
            first.publish(Half::Both);
            let text = std::fs::read_to_string(first.path()).expect("a ledger");
            let lines = text.lines().count();
            // With no line at all the disk would be another one: the next test.
            for kept in 1..=lines {
                let site = Site {
                    folder: tempfile::tempdir().expect("a folder"),
                    memory: first.memory.clone(),
                    recovery,
                    posts: first.posts.clone(),
                    reserved: BTreeSet::new(),
                    consent: Consent::default(),
                };
                let before = site.texts().len();
                std::fs::create_dir_all(site.path().parent().expect("a folder")).expect("a folder");
                let cut: String = text.split_inclusive('\n').take(kept).collect();
                std::fs::write(site.path(), cut).expect("a ledger");
                site.publish(Half::Both);
                site.publish(Half::Both);
                let made = site.texts().len();
                if recovery == Recovery::AskPerson {
                    assert!(made <= 1, "{recovery:?} {lost:?} {kept}");
                    assert_eq!(made, before, "nothing was posted without knowing");
                } else {
                    assert_eq!(made, 1, "{recovery:?} {lost:?} {kept} of {lines}");
                }
            }
        }
    }
}

#[test]
fn a_lost_disk_makes_no_second_post_where_the_platform_helps() {
    for recovery in CLASSES {
        if recovery == Recovery::AskPerson {
            continue;
        }
        let site = Site::new(recovery, &[("a/x@ru", "one")]);
        site.publish(Half::Both);
        std::fs::remove_file(site.path()).expect("the ledger");
        site.publish(Half::Both);
        assert_eq!(site.texts().len(), 1, "{recovery:?}");
    }
}

/// A runner reserves, pushes, and is killed while it sends; the next one has only what was
/// pushed.
#[test]
fn reserved_and_pushed_nothing_is_posted_twice_even_on_another_disk() {
    for recovery in CLASSES {
        for lost in [None, Some(Fault::LostAfter), Some(Fault::LostBefore)] {
            let mut first = Site::new(recovery, &[("a/x@ru", "one")]);
            assert_eq!(first.ends(Half::Reserve), [End::Reserved]);
            assert_eq!(first.memory.calls(), Vec::<String>::new());
            let pushed = std::fs::read_to_string(first.path()).expect("a ledger");
            let hash = first.posts[0].hash.clone();
            let key = attempt_key(
                "blog",
                "a/x@ru",
                crate::publish::ledger::Action::Create,
                &hash,
                0,
            );
            first.reserved.insert(key);
            if let Some(fault) = lost {
                first.memory.order(&[fault]);
            }
            first.publish(Half::Send);

            let second = Site {
                folder: tempfile::tempdir().expect("a folder"),
                memory: first.memory.clone(),
                recovery,
                posts: first.posts.clone(),
                reserved: BTreeSet::new(),
                consent: Consent::default(),
            };
            std::fs::create_dir_all(second.path().parent().expect("a folder")).expect("a folder");
            std::fs::write(second.path(), pushed).expect("a ledger");
            let ends = second.ends(Half::Send);
            let made = second.texts().len();
            if recovery == Recovery::AskPerson {
                assert_eq!(ends, [End::Unknown]);
                assert!(made <= 1);
            } else {
                assert_eq!((ends, made), (vec![End::Done], 1), "{recovery:?} {lost:?}");
            }
        }
    }
}

#[test]
fn a_full_disk_sends_nothing() {
    let site = Site::new(Recovery::LookUp, &[("a/x@ru", "one")]);
    // A folder where the ledger should be stands for a disk that does not take it.
    std::fs::create_dir_all(site.path()).expect("a folder");
    let name: Arc<str> = "ledger/blog.jsonl".into();
    assert!(Ledger::open(&site.path(), &name).is_err());
    assert_eq!(site.memory.calls(), Vec::<String>::new());
}

#[test]
fn a_clock_that_was_set_back_changes_no_order() {
    let site = Site::new(Recovery::LookUp, &[("a/x@ru", "one")]);
    site.publish(Half::Both);
    let name: Arc<str> = "ledger/blog.jsonl".into();
    let (mut ledger, _) = Ledger::open(&site.path(), &name).expect("a ledger");
    let serial = ledger.state.serial;
    let event = Event::Gone {
        post: "a/x@ru".to_owned(),
    };
    ledger
        .append(jiff::Timestamp::UNIX_EPOCH, event)
        .expect("an append");
    assert_eq!(ledger.state.serial, serial + 1);
    assert!(ledger.state.posts["a/x@ru"].live.is_none());
}

#[test]
fn the_same_key_is_given_in_every_repeat() {
    let memory = Memory::new(capabilities(Recovery::DedupeKey(Duration::from_secs(3600))));
    let composed = crate::publish::plan::tests::composed("a/x@ru", None, "one");
    let attempt = Attempt {
        key: "k",
        at: clock(),
        images: &NoImages,
    };
    let first = memory.create(&composed.post, attempt).expect("a post");
    let second = memory.create(&composed.post, attempt).expect("a post");
    assert_eq!(first, second);
}
