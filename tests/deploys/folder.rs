//! A folder of this machine.

use crate::deploys::deploys;
use crate::deploys::place::{Inside, Machine, Place, there};

fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("www");
    Place {
        settings: format!("to: folder, folder: {}", root.display()),
        secrets: Vec::new(),
        inside: Inside::Disk(root),
        is_listed: true,
        _folder: Some(folder),
    }
}

deploys!(place());

#[test]
fn of_two_runs_at_once_one_stops() {
    crate::deploys::behaviour::of_two_runs_at_once_one_stops(&place());
}

#[test]
fn what_somebody_changed_or_took_away_there_is_put_right() {
    let place = place();
    let machine = Machine::new(&place);
    machine.run(&[]).fine();
    place.inside.put("articles/one/index.html", b"vandalised");
    let Inside::Disk(root) = &place.inside else {
        panic!("a folder");
    };
    std::fs::remove_file(root.join("404.html")).expect("a file less");
    let said = machine.run(&["--dry-run"]).fine();
    assert_eq!(said.paths("update"), ["articles/one/index.html"]);
    assert_eq!(said.paths("upload"), ["404.html"]);
    machine.run(&[]).fine();
    crate::deploys::place::same(&there(&place), &machine.built());
}

#[test]
fn a_lost_record_costs_no_upload() {
    let place = place();
    let machine = Machine::new(&place);
    machine.run(&[]).fine();
    let Inside::Disk(root) = &place.inside else {
        panic!("a folder");
    };
    std::fs::remove_file(root.join(crate::deploys::place::RECORD)).expect("no record");
    let said = machine.run(&[]).fine();
    assert_eq!(said.number("/sent"), 0, "{said:?}");
    assert!(
        place
            .inside
            .files()
            .contains_key(crate::deploys::place::RECORD)
    );
}

#[test]
fn a_mistyped_folder_is_not_made() {
    let place = place();
    let machine = Machine::new(&place);
    machine.reach("to: folder, folder: /nowhere/at/all");
    machine
        .run(&[])
        .trouble("there is no folder `/nowhere/at/all`");
}

#[test]
fn a_folder_in_the_place_of_a_file_is_told() {
    let place = place();
    place.inside.put("404.html/x", b"somebody's");
    let machine = Machine::new(&place);
    machine.run(&[]).trouble("404.html");
}

#[test]
fn people_read_a_plan_and_a_last_line() {
    let place = place();
    let machine = Machine::new(&place);
    machine.run(&[]).fine();
    machine.edit("改过了");
    std::fs::remove_file(machine.site.path("content/articles/two.md")).expect("a page less");
    machine.site.build().fine();
    let dry = machine.told(&["--dry-run"]).fine();
    assert!(dry.stdout.starts_with("trial — folder "), "{dry:?}");
    assert!(
        dry.stdout.contains("  ~ articles/one/index.html  "),
        "{dry:?}"
    );
    assert!(
        dry.stdout
            .contains("  . articles/two/index.html  the site no longer has it"),
        "{dry:?}"
    );
    assert!(dry.stderr.contains("to send ("), "{dry:?}");
    let done = machine.told(&["--allow-delete"]).fine();
    assert!(
        done.stderr.contains("taken away") && done.stderr.contains("read back"),
        "{done:?}"
    );
    assert!(done.stdout.is_empty(), "{done:?}");
}
