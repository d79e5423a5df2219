//! Mistakes in `deploy:` and in what is asked for, from outside.

use crate::deploys::place::article;
use crate::harness::{SETTINGS, Site};

fn site(deploy: &str) -> Site {
    Site::new()
        .file("site.yaml", format!("{SETTINGS}{deploy}"))
        .file("content/articles/one.md", article("一"))
}

const TWO: &str =
    "deploy:\n  one: { to: folder, folder: out-one }\n  two: { to: folder, folder: out-two }\n";

#[test]
fn all_targets_are_served_unless_one_is_named() {
    let site = site(TWO);
    site.build().fine();
    let one = site.run(&["deploy", "two"]).fine();
    assert!(
        one.stderr.contains("two: ") && !one.stderr.contains("one: "),
        "{one:?}"
    );
    assert!(!site.path("out-one").exists());
    site.run(&["deploy"]).fine();
    assert_eq!(site.tree("out-one").len(), site.tree("out-two").len());
    let typo = site.run(&["deploy", "tow"]).refused();
    assert!(typo.stderr.contains("did you mean `two`?"), "{typo:?}");
}

#[test]
fn nothing_is_deployed_without_a_finished_build() {
    let site = site(TWO);
    let none = site.run(&["deploy"]).refused();
    assert!(none.stderr.contains("no finished build"), "{none:?}");
    site.build().fine();
    std::fs::remove_file(site.path("public/404.html")).expect("half a site");
    let half = site.run(&["deploy"]).refused();
    assert!(half.stderr.contains("`404.html` is missing"), "{half:?}");
    assert!(!site.path("out-one").exists());
}

#[test]
fn mistakes_in_the_settings_have_a_place() {
    let site = site("deploy:\n  one: { to: folder, foldr: out }\n");
    site.build().fine();
    for command in ["deploy", "check"] {
        let ran = site.run(&[command, "--format", "short"]).mistakes();
        assert!(
            ran.stderr.contains("site.yaml:8:") && ran.stderr.contains("error[invalid-target]"),
            "{ran:?}"
        );
    }
    let empty = self::site("");
    empty.build().fine();
    let none = empty.run(&["deploy"]).refused();
    assert!(none.stderr.contains("lists no targets"), "{none:?}");
}

#[test]
#[cfg(unix)]
fn links_that_lead_out_are_not_deployed() {
    let site = site(TWO);
    site.build().fine();
    std::os::unix::fs::symlink(site.path("site.yaml"), site.path("public/leak.txt"))
        .expect("a link");
    let ran = site.run(&["deploy"]).refused();
    assert!(
        ran.stderr.contains("leads out of the output folder"),
        "{ran:?}"
    );
}
