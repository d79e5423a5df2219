//! The store: foreign, damaged, lost in part, bounded, and shared by two builds.

use super::{append, build, same_as_clean, site};
use crate::harness::Site;
use std::fs;

#[test]
fn a_store_of_another_program_or_a_damaged_one_is_left_aside_with_one_line() {
    let site = site();
    build(&site, 15, &[]).fine();
    let tree = site.tree("public");
    let index = site.path(".guidepost/store/index");
    let whole = fs::read(&index).expect("an index");

    let end = whole
        .iter()
        .position(|byte| *byte == b'\n')
        .expect("a head");
    let mut foreign = b"guidepost store 99.0.0-abc".to_vec();
    foreign.extend(&whole[end..]);
    fs::write(&index, foreign).expect("an index");
    let ran = build(&site, 15, &[]).fine();
    assert!(!ran.stderr.contains("store"), "{}", ran.stderr);

    fs::write(&index, &whole[..whole.len() / 2]).expect("an index");
    let ran = build(&site, 15, &[]).fine();
    assert_eq!(
        ran.stderr.matches("is damaged").count(),
        1,
        "{}",
        ran.stderr
    );

    fs::remove_dir_all(site.path(".guidepost")).expect("a store");
    fs::write(site.path(".guidepost"), "no folder").expect("a file in its place");
    build(&site, 15, &["--out", "elsewhere/public"]).fine();
    assert_eq!(site.tree("elsewhere/public"), tree);
}

#[test]
fn a_text_that_the_store_lost_is_made_again() {
    let site = site();
    build(&site, 15, &[]).fine();
    let tree = site.tree("public");
    let folder = site.path(".guidepost/store");
    for entry in fs::read_dir(&folder).expect("a store").flatten() {
        if entry.file_name().to_string_lossy().starts_with("texts-") {
            let length = fs::metadata(entry.path()).expect("a file").len() as usize;
            fs::write(entry.path(), vec![0; length]).expect("zeros");
        }
    }
    // The template is new, so every body is wanted.
    append(&site, "themes/default/templates/base.html", "{# x #}");
    let ran = build(&site, 15, &[]).fine();
    assert!(ran.stderr.contains("lost a text"), "{}", ran.stderr);
    assert_eq!(site.tree("public"), tree);
    build(&site, 15, &[]).fine();
}

#[test]
fn a_store_grows_with_the_site_and_not_with_its_edits() {
    let site = site();
    build(&site, 15, &[]).fine();
    let size = |site: &Site| {
        let files = fs::read_dir(site.path(".guidepost/store")).expect("a store");
        let lengths = files
            .flatten()
            .map(|file| file.metadata().map_or(0, |it| it.len()));
        let lengths: Vec<u64> = lengths.collect();
        (lengths.len(), lengths.iter().sum::<u64>())
    };
    let (_, first) = size(&site);
    let page = "content/articles/铣工.md";
    let text = site.read(page);
    let long = "安全第一。".repeat(4000);
    for number in 0..40 {
        site.write(page, format!("{text}{number}：{long}\n"));
        build(&site, 15, &[]).fine();
    }
    let (files, last) = size(&site);
    // An index, a site, and the files of texts.
    assert!(files <= 16, "{files} files");
    assert!(last < first + (2 << 20), "{first} bytes became {last}");
    same_as_clean(&site, 15).expect("the same");
}

#[test]
fn two_builds_at_once_leave_a_whole_site_and_a_store_that_can_be_used() {
    let site = site();
    let mut running: Vec<_> = ["one", "two", "three"]
        .into_iter()
        .map(|out| {
            site.command(&["build", "--date", "2026-06-15", "--out", out])
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .expect("a build")
        })
        .collect();
    for child in &mut running {
        assert!(child.wait().expect("an end").success());
    }
    assert_eq!(site.tree("one"), site.tree("two"));
    assert_eq!(site.tree("one"), site.tree("three"));
    same_as_clean(&site, 15).expect("the same");
}
