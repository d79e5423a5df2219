//! One list of behaviours over every platform: the in-memory one in every recovery class, the
//! others against a server that runs on this machine.
//!
//! # How to add a platform
//!
//! 1. Write `tests/platforms/<name>.rs` with a type that implements [`bench::Bench`]: how to log
//!    in, and how to look at the server by its own means, not by the adapter under test.
//!    `wordpress.rs` is a good one to copy.
//! 2. End it with `behaviours!(name, YourBench, "needs tests/servers/all.sh start NAME");`,
//!    or without the last argument where no server is needed (a fake within the test).
//! 3. Add `mod <name>;` below.
//!
//! What a platform cannot do comes from its `Capabilities`: the behaviour then checks that the
//! call is refused. What one server does wrong stands in [`bench::Bench::exceptions`] with its
//! reason, and an exception that is none any more fails.

mod baijiahao;
mod behaviour;
mod bench;
mod bluesky;
mod connections;
mod crash;
mod fake;
mod fake_baijiahao;
mod fake_bluesky;
mod fake_buttondown;
mod fake_devto;
mod fake_discord;
mod fake_linkedin;
mod fake_listener;
mod fake_mastodon;
mod fake_micropub;
mod fake_robots;
mod fake_slack;
mod fake_vk;
mod fake_webhook;
mod fake_wechat;
mod fake_x;
pub(crate) mod flaky;
mod ghost;
mod linkedin;
mod mastodon;
mod matrix;
mod memory;
mod micropub;
mod nostr;
pub(crate) mod posts;
#[cfg(unix)]
mod push;
pub(crate) mod server;
mod smtp;
mod snac;
mod telegram;
mod troubles;
mod vk;
mod wechat;
mod wordpress;
mod x;

/// Makes one test of every behaviour for a bench: `behaviours!(module, bench)`, or with the
/// reason for which they are ignored unless asked for.
macro_rules! behaviours {
    ($module:ident, $bench:expr) => {
        $crate::platforms::behaviours!(@list $module, $bench, ());
    };
    ($module:ident, $bench:expr, $reason:literal) => {
        $crate::platforms::behaviours!(@list $module, $bench, (#[ignore = $reason]));
    };
    (@list $module:ident, $bench:expr, $attributes:tt) => {
        mod $module {
            $crate::platforms::behaviours! { @each $bench, $attributes,
                verify_tells_who_we_are
                a_wrong_secret_is_named_and_not_shown
                a_post_is_found_read_and_listed
                every_script_and_hostile_characters_arrive_unharmed
                a_text_of_the_full_length_is_taken
                a_text_beyond_the_length_is_refused
                a_title_beyond_the_length_is_refused
                an_edit_changes_the_same_post
                an_edit_to_the_same_content_is_fine
                a_post_is_taken_away_and_taking_it_again_is_fine
                an_edit_of_a_vanished_post_is_missing
                a_vanished_post_reads_as_none
                a_post_is_found_after_all_local_state_is_lost
                the_same_attempt_twice_makes_one_post
                the_same_attempt_twice_at_once_makes_one_post
                a_cover_arrives_with_its_description
                only_an_edit_by_another_hand_changes_the_digest
                a_server_that_is_down_is_unreachable
                a_request_lost_on_its_way_ends_in_one_post
                an_answer_lost_on_its_way_ends_in_one_post
                a_web_page_for_an_answer_ends_in_one_post
                an_answer_cut_short_ends_in_one_post
                a_busy_server_is_given_the_time_it_asks_for
            }
        }
    };
    (@each $bench:expr, $attributes:tt, $($name:ident)+) => {
        $($crate::platforms::behaviours!(@one $bench, $attributes, $name);)+
    };
    (@one $bench:expr, ($($attribute:tt)*), $name:ident) => {
        #[test]
        $($attribute)*
        fn $name() {
            $crate::platforms::bench::hold(
                &$bench,
                stringify!($name),
                $crate::platforms::behaviour::$name,
            );
        }
    };
}
pub(crate) use behaviours;
