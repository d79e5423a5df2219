//! Deploying from outside: the real binary, and places of every kind. What every place must do
//! stands in [`behaviour`], once; folders and git repositories are on this disk and tried always,
//! the others need a server and are ignored unless asked for:
//!
//! ```sh
//! tests/servers/all.sh start s3 webdav ssh
//! cargo test --test suite deploys -- --ignored
//! ```

mod behaviour;
mod fake_refusals;
mod fake_services;
mod folder;
mod git;
pub(crate) mod place;
mod s3;
mod settings;
mod sftp;
mod webdav;

/// Makes one test of every behaviour for a place.
macro_rules! deploys {
    ($place:expr) => {
        $crate::deploys::deploys!(@list $place, ());
    };
    ($place:expr, $reason:literal) => {
        $crate::deploys::deploys!(@list $place, (#[ignore = $reason]));
    };
    (@list $place:expr, $attributes:tt) => {
        $crate::deploys::deploys! { @each $place, $attributes,
            everything_arrives_and_a_second_run_sends_nothing
            an_edit_sends_only_what_changed
            another_machine_knows_what_is_there
            a_dry_run_changes_nothing
            nothing_is_taken_away_unasked_and_nothing_foreign_ever
            a_killed_run_leaves_the_next_one_the_rest
            somebody_elses_deploy_is_not_undone_unasked
            another_site_there_is_not_replaced
            a_damaged_record_is_told
        }
    };
    (@each $place:expr, $attributes:tt, $($name:ident)+) => {
        $($crate::deploys::deploys!(@one $place, $attributes, $name);)+
    };
    (@one $place:expr, ($($attribute:tt)*), $name:ident) => {
        #[test]
        $($attribute)*
        fn $name() {
            $crate::deploys::behaviour::$name(&$place);
        }
    };
}
pub(crate) use deploys;
