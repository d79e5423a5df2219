//! What is planned for every state of a place.

use super::{Action, Consent, Local, Plan, Reason, Seen, There, plan};
use crate::deploy::state::{STATE, State};
use std::collections::{BTreeMap, BTreeSet};

const SITE: &str = "https://example.org";

fn local(path: &str, mark: &str) -> Local {
    Local {
        path: path.to_owned(),
        size: 4,
        mark: mark.to_owned(),
    }
}

fn state(files: &[(&str, &str)], moving: &[(&str, &str)]) -> State {
    let mut state = State::begin(None, "run", SITE, "2026-06-15");
    state.whole = moving.is_empty();
    let pairs = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        let owned = pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        owned.collect()
    };
    state.files = pairs(files);
    state.moving = pairs(moving);
    state
}

/// A listing of files of four bytes, written at these seconds.
fn listing(files: &[(&str, i64)]) -> Option<BTreeMap<String, Seen>> {
    let seen = |second: i64| Seen {
        size: 4,
        written: jiff::Timestamp::from_second(second).ok(),
        md5: None,
    };
    Some(
        files
            .iter()
            .map(|(path, second)| ((*path).to_owned(), seen(*second)))
            .collect(),
    )
}

fn same(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

fn lines(plan: &Plan) -> Vec<(Action, &str, Reason)> {
    plan.changes
        .iter()
        .map(|change| (change.action, change.path.as_str(), change.reason))
        .collect()
}

#[test]
fn assets_come_before_pages_and_deletes_last() {
    let files = [
        local("atom.xml", "2.-"),
        local("index.html", "2.-"),
        local("jobs/index.html", "1.-"),
        local("new.css", "1.-"),
        local("old.css", "2.-"),
    ];
    let there = There {
        state: Some(state(
            &[
                ("a-gone.css", "1.-"),
                ("atom.xml", "1.-"),
                ("index.html", "1.-"),
                ("old.css", "1.-"),
            ],
            &[],
        )),
        ..There::default()
    };
    let consent = Consent {
        delete: true,
        ..Consent::default()
    };
    let plan = plan(&files, &there, consent, SITE);
    assert_eq!(
        lines(&plan),
        [
            (Action::Upload, "new.css", Reason::New),
            (Action::Update, "old.css", Reason::Changed),
            (Action::Upload, "jobs/index.html", Reason::New),
            (Action::Update, "index.html", Reason::Changed),
            (Action::Update, "atom.xml", Reason::Changed),
            (Action::Delete, "a-gone.css", Reason::Gone),
        ]
    );
    assert_eq!((plan.refusal.as_deref(), plan.bytes()), (None, 20));
}

#[test]
fn only_what_changed_is_sent() {
    let files = [local("a", "1.x"), local("b", "1.y"), local("c", "1.x")];
    let there = There {
        state: Some(state(&[("a", "1.x"), ("b", "1.x"), ("gone", "1.x")], &[])),
        ..There::default()
    };
    let plan = plan(&files, &there, Consent::default(), SITE);
    assert_eq!(
        lines(&plan),
        [
            (Action::Update, "b", Reason::Headers),
            (Action::Upload, "c", Reason::New),
            (Action::Keep, "a", Reason::Same),
            (Action::Keep, "gone", Reason::GoneKept),
        ]
    );
}

#[test]
fn what_somebody_did_there_is_noticed() {
    let files = [
        local("as-it-was.css", "1.-"),
        local("edited.css", "1.-"),
        local("edited-and-back.css", "1.-"),
        local("removed.css", "1.-"),
    ];
    let marks: Vec<(&str, &str)> = files
        .iter()
        .map(|file| (file.path.as_str(), "1.-"))
        .chain([("gone-edited.css", "1.-"), ("gone-removed.css", "1.-")])
        .collect();
    let there = There {
        state: Some(state(&marks, &[])),
        listing: listing(&[
            (STATE, 100),
            ("as-it-was.css", 100),
            ("edited.css", 101),
            ("edited-and-back.css", 101),
            ("gone-edited.css", 101),
            ("theirs.html", 50),
        ]),
        same: same(&["edited-and-back.css"]),
        known_runs: None,
    };
    let consent = Consent {
        delete: true,
        ..Consent::default()
    };
    let plan = plan(&files, &there, consent, SITE);
    assert_eq!(
        lines(&plan),
        [
            (Action::Upload, "removed.css", Reason::Vanished),
            (Action::Update, "edited.css", Reason::ChangedThere),
            (Action::Keep, "as-it-was.css", Reason::Same),
            (Action::Keep, "edited-and-back.css", Reason::Same),
            (Action::Keep, "gone-edited.css", Reason::GoneChanged),
        ]
    );
    assert_eq!(plan.notes, ["1 file there is somebody else's and stays"]);
}

#[test]
fn after_a_kill_only_the_rest_is_sent() {
    let files = [
        local("arrived.css", "2.x"),
        local("headers-only.css", "1.y"),
        local("lost.css", "2.x"),
        local("never.css", "2.x"),
        local("reverted.css", "1.x"),
    ];
    let state = state(
        &[
            ("arrived.css", "1.x"),
            ("headers-only.css", "1.x"),
            ("reverted.css", "1.x"),
        ],
        &[
            ("arrived.css", "2.x"),
            ("headers-only.css", "1.y"),
            ("lost.css", "2.x"),
            ("never.css", "2.x"),
            ("reverted.css", "2.x"),
        ],
    );
    let mut there = There {
        state: Some(state),
        listing: listing(&[
            ("arrived.css", 1),
            ("headers-only.css", 1),
            ("lost.css", 1),
            ("reverted.css", 1),
        ]),
        same: same(&["arrived.css", "headers-only.css", "reverted.css"]),
        known_runs: None,
    };
    let seen = plan(&files, &there, Consent::default(), SITE);
    assert_eq!(
        lines(&seen),
        [
            (Action::Upload, "never.css", Reason::Unfinished),
            (Action::Update, "headers-only.css", Reason::Unfinished),
            (Action::Update, "lost.css", Reason::Unfinished),
            (Action::Keep, "arrived.css", Reason::Found),
            (Action::Keep, "reverted.css", Reason::Found),
        ]
    );
    assert!(seen.notes[0].contains("5 files are not known to have arrived"));
    // A place that cannot be asked gets all that was under way again.
    there.listing = None;
    there.same.clear();
    let unseen = plan(&files, &there, Consent::default(), SITE);
    assert_eq!(unseen.count(Action::Update), 5);
}

#[test]
fn without_a_record_the_place_is_looked_at() {
    let files = [local("a.css", "1.-"), local("b.css", "1.-")];
    let mut there = There {
        listing: listing(&[("a.css", 1)]),
        same: same(&["a.css"]),
        ..There::default()
    };
    let seen = plan(&files, &there, Consent::default(), SITE);
    assert_eq!(
        lines(&seen),
        [
            (Action::Upload, "b.css", Reason::New),
            (Action::Keep, "a.css", Reason::Found),
        ]
    );
    there.listing = None;
    let unseen = plan(&files, &there, Consent::default(), SITE);
    assert_eq!(unseen.changes[0].reason, Reason::Unknown);
    assert_eq!(unseen.count(Action::Upload), 2);
}

#[test]
fn other_peoples_work_is_not_replaced_unasked() {
    let files = [local("index.html", "2.-")];
    let known = |run: &str| Some(same(&[run]));
    let with = |state: Option<State>, shown: Option<BTreeMap<String, Seen>>, runs| There {
        state,
        listing: shown,
        known_runs: runs,
        ..There::default()
    };
    let mut other = state(&[("index.html", "1.-")], &[]);
    other.site = "https://other.example".to_owned();
    let old = Some(state(&[("index.html", "1.-")], &[]));
    let cases = [
        (with(Some(other), None, None), "another site is there"),
        (
            with(old.clone(), None, known("elsewhere")),
            "somebody else deployed",
        ),
        (
            with(None, listing(&[("index.html", 1)]), None),
            "no deploy put there",
        ),
    ];
    for (there, said) in cases {
        let refused = plan(&files, &there, Consent::default(), SITE);
        let sentence = refused.refusal.unwrap_or_default();
        assert!(sentence.contains(said), "{sentence}");
        assert!(sentence.contains("--overwrite"), "{sentence}");
        let consent = Consent {
            overwrite: true,
            ..Consent::default()
        };
        assert_eq!(plan(&files, &there, consent, SITE).refusal, None);
    }
    let ours = with(old, None, known("run"));
    assert_eq!(plan(&files, &ours, Consent::default(), SITE).refusal, None);
}

#[test]
fn many_deletes_want_a_word_more() {
    let names: Vec<String> = (0..40).map(|number| format!("{number:02}.html")).collect();
    let marks: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1.-")).collect();
    let there = There {
        state: Some(state(&marks, &[])),
        ..There::default()
    };
    let refusal = |kept: usize, most_deletes| {
        let files: Vec<Local> = names[..kept]
            .iter()
            .map(|name| local(name, "1.-"))
            .collect();
        let consent = Consent {
            delete: true,
            most_deletes,
            overwrite: true,
        };
        plan(&files, &there, consent, SITE).refusal
    };
    assert_eq!(refusal(30, None), None);
    let sentence = refusal(29, None).unwrap_or_default();
    assert!(
        sentence.contains("11 of 40 files") && sentence.contains("--max-deletes 11"),
        "{sentence}"
    );
    assert_eq!(refusal(29, Some(11)), None);
    assert!(refusal(38, Some(1)).is_some());
}
