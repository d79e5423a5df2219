//! What every place must do, whatever it is.

use crate::deploys::place::{Held, Machine, Place, RECORD, article, same, there, until};
use crate::platforms::flaky::Mishap;

pub(crate) fn everything_arrives_and_a_second_run_sends_nothing(place: &Place) {
    let machine = Machine::new(place);
    let first = machine.run(&[]).fine();
    let built = machine.built();
    same(&there(place), &built);
    assert_eq!(first.number("/sent"), built.len());
    assert!(first.number("/sampled") > 0, "{first:?}");
    let before = place.inside.files();
    let second = machine.run(&[]).fine();
    assert_eq!(second.number("/sent"), 0, "{second:?}");
    assert_eq!(second.number("/actions/keep"), built.len());
    same(&place.inside.files(), &before);
}

pub(crate) fn an_edit_sends_only_what_changed(place: &Place) {
    let machine = Machine::new(place);
    machine.run(&[]).fine();
    let before = machine.built();
    machine.edit("改过了");
    let after = machine.built();
    let changed = after
        .iter()
        .filter(|(path, bytes)| before.get(*path) != Some(bytes))
        .count();
    assert!(changed > 0 && changed < after.len());
    let said = machine.run(&[]).fine();
    assert_eq!(said.number("/sent"), changed, "{said:?}");
    same(&there(place), &after);
}

pub(crate) fn another_machine_knows_what_is_there(place: &Place) {
    Machine::new(place).run(&[]).fine();
    let other = Machine::new(place);
    let said = other.run(&[]).fine();
    assert_eq!(said.number("/sent"), 0, "{said:?}");
    other.edit("别处改的");
    let said = other.run(&[]).fine();
    assert!(said.number("/sent") > 0 && said.number("/sent") < other.built().len());
    same(&there(place), &other.built());
}

pub(crate) fn a_dry_run_changes_nothing(place: &Place) {
    let machine = Machine::new(place);
    let said = machine.run(&["--dry-run"]).fine();
    assert_eq!(said.paths("upload").len(), machine.built().len());
    assert!(place.inside.files().is_empty());
    machine.run(&[]).fine();
    let before = place.inside.files();
    machine.edit("改过了");
    let said = machine.run(&["--dry-run"]).fine();
    assert!(said.paths("update").contains(&"articles/one/index.html"));
    assert_eq!(said.number("/sent"), 0);
    same(&place.inside.files(), &before);
}

pub(crate) fn nothing_is_taken_away_unasked_and_nothing_foreign_ever(place: &Place) {
    let machine = Machine::new(place);
    place.inside.put("theirs/读我.txt", b"somebody else's");
    machine.run(&[]).fine();
    std::fs::remove_file(machine.site.path("content/articles/two.md")).expect("a page less");
    machine.site.build().fine();
    let kept = machine.run(&[]).fine();
    assert_eq!(kept.number("/deleted"), 0);
    assert!(there(place).contains_key("articles/two/index.html"));
    let gone = machine.run(&["--allow-delete"]).fine();
    assert!(gone.paths("delete").contains(&"articles/two/index.html"));
    let mut wanted = machine.built();
    wanted.insert("theirs/读我.txt".to_owned(), b"somebody else's".to_vec());
    same(&there(place), &wanted);
    // Most of a site at once is a mistake until it is said to be none.
    let built = machine.built().len();
    for page in ["one", "three"] {
        let _ = std::fs::remove_file(machine.site.path(&format!("content/articles/{page}.md")));
    }
    std::fs::remove_dir_all(machine.site.path("static")).expect("no pictures");
    machine
        .site
        .write("content/about.md", "# 关于\n\n只有这一页。\n");
    machine.site.build().fine();
    let fewer = machine.run(&["--allow-delete", "--max-deletes", "1"]);
    let fewer = fewer.trouble("--max-deletes");
    assert_eq!(fewer.number("/sent"), 0);
    machine
        .run(&["--allow-delete", "--max-deletes", &built.to_string()])
        .fine();
    let mut wanted = machine.built();
    wanted.insert("theirs/读我.txt".to_owned(), b"somebody else's".to_vec());
    same(&there(place), &wanted);
}

/// The front page comes after all others.
fn has_other_pages(place: &Place, machine: &Machine) -> bool {
    let files = there(place);
    machine
        .built()
        .keys()
        .filter(|path| path.ends_with(".html") && *path != "index.html")
        .all(|path| files.contains_key(path))
}

/// One upload at a time: what was sent before the one that is held is known.
fn slowly(settings: &str) -> String {
    format!("{settings}, parallel: 1")
}

pub(crate) fn a_killed_run_leaves_the_next_one_the_rest(place: &Place) {
    let machine = Machine::new(place);
    let (settings, held) = place.inside.hold(&slowly(&place.settings), "index.html");
    machine.reach(&settings);
    let mut child = machine.start(&[]);
    held.wait();
    let atomic = settings.contains("to: git");
    if !atomic {
        until("the other pages", || has_other_pages(place, &machine));
    }
    child.kill().expect("a kill");
    child.wait().expect("an end");
    let arrived = there(place).len();
    held.let_go(None);
    let built = machine.built();
    machine.reach(&place.settings);
    if atomic {
        // Nothing of a commit shows before its push, which goes on after the kill.
        assert_eq!(arrived, 0);
        until("the push", || !there(place).is_empty());
        assert_eq!(machine.run(&[]).fine().number("/sent"), 0);
        same(&there(place), &built);
        return;
    }
    let dry = machine.told(&["--dry-run"]).fine();
    let said = machine.run(&[]).fine();
    same(&there(place), &built);
    assert!(dry.stdout.contains("was stopped half-way"), "{dry:?}");
    assert!(arrived > 32 && arrived < built.len(), "{arrived}");
    if place.is_listed {
        assert_eq!(said.number("/sent"), built.len() - arrived, "{said:?}");
    } else {
        // What the last record before the kill did not know of is sent again.
        assert!(said.number("/sent") <= built.len() - 32, "{said:?}");
    }
    assert_eq!(machine.run(&[]).fine().number("/sent"), 0);
}

pub(crate) fn somebody_elses_deploy_is_not_undone_unasked(place: &Place) {
    let (here, elsewhere) = (Machine::new(place), Machine::new(place));
    here.run(&[]).fine();
    elsewhere.edit("别处的新文章");
    elsewhere.run(&[]).fine();
    let theirs = place.inside.files();
    here.edit("这里的");
    let refused = here.run(&[]).trouble("somebody else deployed since");
    assert_eq!(refused.number("/sent"), 0);
    same(&place.inside.files(), &theirs);
    here.run(&["--overwrite"]).fine();
    same(&there(place), &here.built());
    here.edit("这里的又一次");
    here.run(&[]).fine();
}

pub(crate) fn of_two_runs_at_once_one_stops(place: &Place) {
    let (first, second) = (Machine::new(place), Machine::new(place));
    second.edit("第二台机器");
    let (settings, held) = place.inside.hold(&slowly(&place.settings), "index.html");
    first.reach(&settings);
    let child = first.start(&[]);
    held.wait();
    let commit = settings.contains("to: git");
    if !commit {
        until("the other pages", || has_other_pages(place, &first));
    }
    if matches!(held, Held::Pipe(_)) {
        // The second run would wait at the same pipe; so its record is put there.
        let record = place.inside.files().remove(RECORD).expect("a record");
        let mut value: serde_json::Value = serde_json::from_slice(&record).expect("JSON");
        value["run"] = "another".into();
        place.inside.put(RECORD, value.to_string().as_bytes());
    } else {
        second.run(&[]).fine();
    }
    held.let_go(Some(&first.built()["index.html"]));
    let ended = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    let words = if commit {
        "somebody else was faster"
    } else {
        "another deploy began there meanwhile"
    };
    assert!(said.contains(words), "{said}");
    first.reach(&place.settings);
    first.run(&["--overwrite"]).fine();
    same(&there(place), &first.built());
}

pub(crate) fn another_site_there_is_not_replaced(place: &Place) {
    let machine = Machine::new(place);
    machine.run(&[]).fine();
    let before = place.inside.files();
    let other = Machine::new(place);
    let settings = other.site.read("site.yaml");
    other.site.write(
        "site.yaml",
        settings.replace("example.org", "other.example"),
    );
    other.site.build().fine();
    other
        .run(&[])
        .trouble("another site is there, https://example.org");
    same(&place.inside.files(), &before);
    // A file that no deploy put there is not replaced either, where one can see it.
    if place.is_listed {
        place
            .inside
            .put("articles/four/index.html", b"a page of somebody");
        machine
            .site
            .write("content/articles/four.md", article("四"));
        machine.site.build().fine();
        let refused = machine.run(&[]).trouble("articles/four/index.html");
        assert_eq!(refused.number("/sent"), 0);
        machine.run(&["--overwrite"]).fine();
        same(&there(place), &machine.built());
    }
}

pub(crate) fn a_damaged_record_is_told(place: &Place) {
    let machine = Machine::new(place);
    machine.run(&[]).fine();
    place.inside.put(RECORD, b"<<<<<<< ours");
    machine.run(&[]).trouble("is damaged");
    let said = machine.run(&["--overwrite"]).fine();
    if place.is_listed && !place.settings.contains("to: git") {
        assert_eq!(said.number("/sent"), 0, "{said:?}");
    }
    same(&there(place), &machine.built());
    assert_eq!(machine.run(&[]).fine().number("/sent"), 0);
}

/// What is lost on the way is asked again; of nothing comes a second version of the record.
pub(crate) fn mishaps_on_the_way_are_overcome(make: impl Fn() -> Place) {
    for path in ["index.html", RECORD] {
        for mishap in [
            Mishap::DropBefore,
            Mishap::DropAfter,
            Mishap::Cut,
            Mishap::Busy(1),
        ] {
            let place = make();
            let machine = Machine::new(&place);
            let (settings, proxy) = place.inside.trouble(&place.settings, path, mishap);
            machine.reach(&settings);
            machine.run(&[]).fine();
            assert!(proxy.is_done(), "{path} {mishap:?}: it never came");
            same(&there(&place), &machine.built());
        }
    }
}
