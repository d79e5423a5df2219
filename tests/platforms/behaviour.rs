//! What every platform must do, each once. A platform that cannot do something says so in its
//! capabilities, and the behaviour then holds it to its word: the call must be refused.

use crate::platforms::bench::{Bench, Session, Trouble, capabilities};
use crate::platforms::posts::{
    HOSTILE, WORDS, attempt, counted, filled, key, post, reworded, with_cover,
};
use guidepost::platform::capability::{Capabilities, Limit, Recovery, Update};
use guidepost::platform::counting::count;
use guidepost::platform::{Failure, FailureKind, Post, Remote, Seen};
use std::time::{Duration, Instant};

/// A post that was made, and all that was needed for it.
struct Made {
    session: Session,
    abilities: Capabilities,
    post: Post,
    remote: Remote,
}

fn make(bench: &dyn Bench, words: &str) -> Made {
    let abilities = capabilities(bench);
    let session = bench.open(Trouble::None);
    let post = post(words, &abilities);
    let remote = create(&session, &post).unwrap_or_else(|failure| panic!("create: {failure}"));
    Made {
        session,
        abilities,
        post,
        remote,
    }
}

fn create(session: &Session, post: &Post) -> Result<Remote, Failure> {
    session.create(post, attempt(&key(post, "create")))
}

#[track_caller]
fn read(made: &Made) -> Seen {
    made.session
        .read(&made.remote)
        .unwrap_or_else(|failure| panic!("read: {failure}"))
        .expect("the post is there")
}

#[track_caller]
fn kind<T: std::fmt::Debug>(result: Result<T, Failure>) -> FailureKind {
    match result {
        Ok(done) => panic!("it was done: {done:?}"),
        Err(failure) => failure.kind,
    }
}

pub(crate) fn verify_tells_who_we_are(bench: &dyn Bench) {
    let identity = bench.open(Trouble::None).verify().expect("we are known");
    assert!(!identity.name.trim().is_empty());
    assert!(identity.capabilities.text.most > 0);
}

pub(crate) fn a_wrong_secret_is_named_and_not_shown(bench: &dyn Bench) {
    let abilities = capabilities(bench);
    let session = bench.open(Trouble::WrongSecret);
    let post = post(WORDS, &abilities);
    for failure in [
        session.verify().map(|_| ()).expect_err("verify"),
        create(&session, &post).map(|_| ()).expect_err("create"),
    ] {
        assert_eq!(failure.kind, FailureKind::Credentials, "{failure}");
        assert!(!session.shows_a_secret(&failure.message), "{failure}");
    }
    assert_eq!(bench.count(&post.canonical), 0);
}

pub(crate) fn a_post_is_found_read_and_listed(bench: &dyn Bench) {
    let made = make(bench, WORDS);
    assert_eq!(bench.count(&made.post.canonical), 1);
    let canonical = Some(made.post.canonical.clone());
    let found = made
        .session
        .find(&made.post, attempt(&key(&made.post, "create")));
    if made.abilities.find {
        let found = found.expect("an answer").expect("the post is found");
        assert_eq!(found.remote.id, made.remote.id);
        assert_eq!(found.canonical, canonical);
    } else {
        assert_eq!(kind(found), FailureKind::Unsupported);
    }
    if made.abilities.read {
        let seen = read(&made);
        assert_eq!(seen.remote.id, made.remote.id);
        assert_eq!(seen.canonical, canonical);
        assert!(seen.digest.is_some(), "drift needs a digest");
        assert!(!seen.title.is_empty());
    } else {
        assert_eq!(
            kind(made.session.read(&made.remote)),
            FailureKind::Unsupported
        );
    }
    let listed = made.session.list(40);
    if made.abilities.list {
        let listed = listed.expect("an answer");
        let ours = listed.iter().find(|seen| seen.remote.id == made.remote.id);
        assert_eq!(ours.expect("the post is listed").canonical, canonical);
    } else {
        assert_eq!(kind(listed), FailureKind::Unsupported);
    }
    bench.remove(&made.remote);
}

pub(crate) fn every_script_and_hostile_characters_arrive_unharmed(bench: &dyn Bench) {
    let made = make(bench, &HOSTILE.join("\n"));
    let text = bench.text(&made.remote);
    for line in HOSTILE {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
    bench.remove(&made.remote);
}

pub(crate) fn a_text_of_the_full_length_is_taken(bench: &dyn Bench) {
    let abilities = capabilities(bench);
    let start = post(WORDS, &abilities);
    let Some(post) = filled(&start, abilities.text, &abilities) else {
        return;
    };
    assert_eq!(
        count(&counted(&post, &abilities), abilities.text.unit),
        abilities.text.most
    );
    let session = bench.open(Trouble::None);
    let remote = create(&session, &post).expect("it is within the limit");
    let last_word = post.content.text();
    let last_word = last_word
        .split_whitespace()
        .rfind(|word| word.starts_with('x'))
        .unwrap_or_default()
        .trim_end_matches("</p>");
    let text = bench.text(&remote);
    assert!(text.contains(last_word), "{last_word} is not in {text}");
    bench.remove(&remote);
}

pub(crate) fn a_text_beyond_the_length_is_refused(bench: &dyn Bench) {
    let abilities = capabilities(bench);
    let start = post(WORDS, &abilities);
    let beyond = Limit::new(abilities.text.most.saturating_add(1), abilities.text.unit);
    let Some(post) = filled(&start, beyond, &abilities) else {
        return;
    };
    let session = bench.open(Trouble::None);
    assert_eq!(kind(create(&session, &post)), FailureKind::Refused);
    assert_eq!(bench.count(&post.canonical), 0);
}

pub(crate) fn a_title_beyond_the_length_is_refused(bench: &dyn Bench) {
    let abilities = capabilities(bench);
    let Some(limit) = abilities.title.filter(|limit| limit.most < 10_000) else {
        return;
    };
    let session = bench.open(Trouble::None);
    let mut long = post(WORDS, &abilities);
    long.title = "t".repeat(limit.most);
    let remote = create(&session, &long).expect("it is within the limit");
    bench.remove(&remote);
    let mut longer = post(WORDS, &abilities);
    longer.title = "t".repeat(limit.most + 1);
    assert_eq!(kind(create(&session, &longer)), FailureKind::Refused);
    assert_eq!(bench.count(&longer.canonical), 0);
}

pub(crate) fn an_edit_changes_the_same_post(bench: &dyn Bench) {
    let made = make(bench, WORDS);
    let edited = reworded(&made.post, "第二版 вторая редакция", &made.abilities);
    let update = attempt_update(&made, &edited);
    if made.abilities.update == Update::Never {
        assert_eq!(kind(update), FailureKind::Unsupported);
        assert!(bench.text(&made.remote).contains("Сварщик"));
        bench.remove(&made.remote);
        return;
    }
    let remote = update.expect("it can be edited");
    let text = bench.text(&remote);
    assert!(text.contains("第二版 вторая редакция"), "{text}");
    assert!(!text.contains("Сварщик"), "{text}");
    assert_eq!(bench.count(&made.post.canonical), 1);
    bench.remove(&remote);
}

fn attempt_update(made: &Made, post: &Post) -> Result<Remote, Failure> {
    made.session
        .update(&made.remote, post, attempt(&key(post, "update")))
}

pub(crate) fn an_edit_to_the_same_content_is_fine(bench: &dyn Bench) {
    let made = make(bench, WORDS);
    let mut remote = made.remote.clone();
    if made.abilities.update != Update::Never {
        remote = attempt_update(&made, &made.post).expect("nothing to change is no failure");
        assert!(bench.text(&remote).contains("Сварщик"));
    }
    bench.remove(&remote);
}

pub(crate) fn a_post_is_taken_away_and_taking_it_again_is_fine(bench: &dyn Bench) {
    let made = make(bench, WORDS);
    let key = key(&made.post, "delete");
    let delete = || made.session.delete(&made.remote, attempt(&key));
    if !made.abilities.delete {
        assert_eq!(kind(delete()), FailureKind::Unsupported);
        bench.remove(&made.remote);
        return;
    }
    delete().expect("it is taken away");
    assert_eq!(bench.count(&made.post.canonical), 0);
    delete().expect("one that is gone is fine");
}

pub(crate) fn an_edit_of_a_vanished_post_is_missing(bench: &dyn Bench) {
    let made = make(bench, WORDS);
    bench.remove(&made.remote);
    if made.abilities.update != Update::Never {
        let edited = reworded(&made.post, "第二版", &made.abilities);
        assert_eq!(kind(attempt_update(&made, &edited)), FailureKind::Missing);
        assert_eq!(bench.count(&made.post.canonical), 0);
    }
}

pub(crate) fn a_vanished_post_reads_as_none(bench: &dyn Bench) {
    let made = make(bench, WORDS);
    bench.remove(&made.remote);
    if made.abilities.read {
        assert_eq!(made.session.read(&made.remote).expect("an answer"), None);
    }
    if made.abilities.find {
        let found = made
            .session
            .find(&made.post, attempt(&key(&made.post, "create")));
        assert_eq!(found.expect("an answer"), None);
    }
}

pub(crate) fn a_post_is_found_after_all_local_state_is_lost(bench: &dyn Bench) {
    let made = make(bench, WORDS);
    if made.abilities.find {
        // Another process, another day: no session and no ledger, and the page was edited since.
        let edited = reworded(&made.post, "第二版", &made.abilities);
        let session = bench.open(Trouble::None);
        let found = session.find(&edited, attempt(&key(&edited, "create")));
        let found = found.expect("an answer").expect("the post is found");
        assert_eq!(found.remote.id, made.remote.id);
    }
    bench.remove(&made.remote);
}

/// What the publisher does when it does not know what became of a post: by the class. Gives
/// the post's copy; none where only a person can tell.
fn settle(session: &Session, post: &Post, recovery: Recovery) -> Option<Remote> {
    let find = || {
        let found = session.find(post, attempt(&key(post, "create")));
        found
            .unwrap_or_else(|failure| panic!("find: {failure}"))
            .map(|seen| seen.remote)
    };
    let again = || create(session, post);
    match recovery {
        Recovery::ChosenKey | Recovery::DedupeKey(_) => Some(again().expect("a repeat is safe")),
        Recovery::NaturalKey => match again() {
            Ok(remote) => Some(remote),
            Err(failure) => {
                assert_eq!(failure.kind, FailureKind::Conflict, "{failure}");
                Some(find().expect("what is taken is found"))
            }
        },
        Recovery::LookUp => find().or_else(|| Some(again().expect("it is not there yet"))),
        Recovery::AskPerson => None,
    }
}

pub(crate) fn the_same_attempt_twice_makes_one_post(bench: &dyn Bench) {
    let made = make(bench, WORDS);
    let session = bench.open(Trouble::None);
    if let Some(again) = settle(&session, &made.post, made.abilities.recovery) {
        assert_eq!(again.id, made.remote.id);
    }
    assert_eq!(bench.count(&made.post.canonical), 1);
    bench.remove(&made.remote);
}

pub(crate) fn the_same_attempt_twice_at_once_makes_one_post(bench: &dyn Bench) {
    let abilities = capabilities(bench);
    if !matches!(
        abilities.recovery,
        Recovery::ChosenKey | Recovery::DedupeKey(_)
    ) {
        return;
    }
    let post = post(WORDS, &abilities);
    let sessions = [bench.open(Trouble::None), bench.open(Trouble::None)];
    let results: Vec<Result<Remote, Failure>> = std::thread::scope(|scope| {
        let running: Vec<_> = sessions
            .iter()
            .map(|session| scope.spawn(|| create(session, &post)))
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    assert_eq!(bench.count(&post.canonical), 1, "{results:?}");
    // One of the two may be told to try again; then it must come to the same post.
    let ids: Vec<String> = results
        .into_iter()
        .zip(&sessions)
        .map(|(result, session)| match result {
            Ok(remote) => remote.id,
            Err(_) => create(session, &post).expect("a repeat is safe").id,
        })
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(bench.count(&post.canonical), 1);
    bench.remove(&Remote {
        id: ids[0].clone(),
        url: None,
    });
}

pub(crate) fn a_cover_arrives_with_its_description(bench: &dyn Bench) {
    let abilities = capabilities(bench);
    if abilities.cover.is_none() {
        return;
    }
    let alt = "焊工 — сварщик \"at work\"";
    let post = with_cover(post(WORDS, &abilities), alt);
    let session = bench.open(Trouble::None);
    let remote = create(&session, &post).expect("a post with a cover");
    assert_eq!(bench.cover(&remote).as_deref(), Some(alt));
    bench.remove(&remote);
}

pub(crate) fn only_an_edit_by_another_hand_changes_the_digest(bench: &dyn Bench) {
    let made = make(bench, WORDS);
    if made.abilities.read {
        let first = read(&made).digest;
        assert_eq!(read(&made).digest, first);
        bench.edit(&made.remote, "改过的文字 чужая правка");
        assert_ne!(read(&made).digest, first);
    }
    bench.remove(&made.remote);
}

pub(crate) fn a_server_that_is_down_is_unreachable(bench: &dyn Bench) {
    let abilities = capabilities(bench);
    let post = post(WORDS, &abilities);
    let session = bench.open(Trouble::Down);
    assert_eq!(kind(create(&session, &post)), FailureKind::Unreachable);
    assert_eq!(bench.count(&post.canonical), 0);
}

/// A create under trouble after which nobody can know, and what comes of it.
fn lost(bench: &dyn Bench, trouble: Trouble, was_made: bool) {
    let abilities = capabilities(bench);
    let post = post(WORDS, &abilities);
    let session = bench.open(trouble);
    let failure = match create(&session, &post) {
        // A request that is harmless to repeat was repeated at once.
        Ok(remote) => {
            let harmless = matches!(
                abilities.recovery,
                Recovery::ChosenKey | Recovery::DedupeKey(_)
            );
            assert!(harmless, "it was repeated blindly");
            session.had_its_trouble();
            assert_eq!(bench.count(&post.canonical), 1);
            bench.remove(&remote);
            return;
        }
        Err(failure) => failure,
    };
    session.had_its_trouble();
    assert_eq!(failure.kind, FailureKind::Lost, "{failure}");
    assert!(!session.shows_a_secret(&failure.message), "{failure}");
    let before = usize::from(was_made);
    assert_eq!(bench.count(&post.canonical), before);
    // The publisher starts again, with nothing in memory.
    let session = bench.open(Trouble::None);
    match settle(&session, &post, abilities.recovery) {
        Some(remote) => {
            assert_eq!(bench.count(&post.canonical), 1);
            bench.remove(&remote);
        }
        None => assert!(before <= 1, "at most one"),
    }
}

pub(crate) fn a_request_lost_on_its_way_ends_in_one_post(bench: &dyn Bench) {
    lost(bench, Trouble::LostBefore, false);
}

pub(crate) fn an_answer_lost_on_its_way_ends_in_one_post(bench: &dyn Bench) {
    lost(bench, Trouble::LostAfter, true);
}

pub(crate) fn a_web_page_for_an_answer_ends_in_one_post(bench: &dyn Bench) {
    lost(bench, Trouble::WebPage, true);
}

pub(crate) fn an_answer_cut_short_ends_in_one_post(bench: &dyn Bench) {
    lost(bench, Trouble::Cut, true);
}

pub(crate) fn a_busy_server_is_given_the_time_it_asks_for(bench: &dyn Bench) {
    let abilities = capabilities(bench);
    let post = post(WORDS, &abilities);
    let session = bench.open(Trouble::Busy);
    let start = Instant::now();
    let remote = match create(&session, &post) {
        Ok(remote) => {
            session.had_its_trouble();
            assert!(start.elapsed() >= Duration::from_secs(1), "it did not wait");
            remote
        }
        Err(failure) => {
            assert_eq!(failure.kind, FailureKind::Limited, "{failure}");
            assert!(failure.after.is_some(), "how long to wait is told");
            assert_eq!(bench.count(&post.canonical), 0);
            create(&session, &post).expect("after the wait")
        }
    };
    assert_eq!(bench.count(&post.canonical), 1);
    bench.remove(&remote);
}
