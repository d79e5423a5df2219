//! snac: a real server of another kind that speaks Mastodon's client API, without its limits and
//! without idempotency keys.

use crate::platforms::behaviours;
use crate::platforms::bench::{Bench as _, Trouble, capabilities};
use crate::platforms::mastodon::{
    Mastodon, a_text_is_kept_letter_by_letter,
    an_edit_is_told_in_a_thread_and_the_thread_is_taken_away, other,
};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded};
use guidepost::platform::Remote;
use guidepost::platform::capability::Recovery;

pub(super) fn bench() -> Mastodon {
    other(
        "mastodon",
        &[(
            "every_script_and_hostile_characters_arrive_unharmed",
            "snac takes HTML, asterisks and backticks in a text for markup",
        )],
    )
}

behaviours!(
    behaves,
    super::bench(),
    "needs tests/servers/all.sh start mastodon"
);

#[test]
#[ignore = "needs tests/servers/all.sh start mastodon"]
fn an_edit_is_told_in_a_thread() {
    an_edit_is_told_in_a_thread_and_the_thread_is_taken_away(&bench());
}

#[test]
#[ignore = "needs tests/servers/all.sh start mastodon"]
fn a_text_is_kept_as_it_was_sent() {
    a_text_is_kept_letter_by_letter(&bench());
}

#[test]
#[ignore = "needs tests/servers/all.sh start mastodon"]
fn a_server_that_ignores_keys_is_looked_through() {
    let abilities = capabilities(&bench());
    assert_eq!(abilities.recovery, Recovery::LookUp);
    assert_eq!(abilities.text.most, 100_000, "its limit is read from it");
}

#[test]
#[ignore = "needs tests/servers/all.sh start mastodon"]
fn a_post_settled_by_its_address_is_edited_and_taken_away() {
    let bench = bench();
    let abilities = capabilities(&bench);
    let session = bench.open(Trouble::None);
    let post = post(WORDS, &abilities);
    let made = session
        .create(&post, attempt(&key(&post, "create")))
        .expect("a post");
    let by_hand = Remote {
        id: made.url.clone().expect("an address"),
        url: made.url,
    };
    let edited = reworded(&post, "第二版", &abilities);
    session
        .update(&by_hand, &edited, attempt("0123"))
        .expect("it is edited");
    assert_eq!(bench.count(&post.canonical), 1);
    session
        .delete(&by_hand, attempt("0123"))
        .expect("it is taken away");
    assert_eq!(bench.count(&post.canonical), 0);
}
