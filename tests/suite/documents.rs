//! Pages of documentation that are written from the code. `UPDATE_DOCS=1 cargo test` writes
//! them anew.

use crate::harness::repository;
use guidepost::diag::{CODES, Level};
use std::fmt::Write as _;
use std::fs;

/// Fails when a page is not what the code says, or writes it when asked to.
fn same(path: &str, wanted: &str) {
    let file = repository().join(path);
    if update() {
        fs::write(&file, wanted).expect("a writable page");
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "{path} is not what the code says; `UPDATE_DOCS=1 cargo test documents` writes it"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a person asks for it at the terminal"
)]
fn update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

#[test]
fn the_list_of_diagnostics_is_up_to_date() {
    let mut page = String::from(
        "# Diagnostics\n\n\
         Every mistake has a code. `checks:` in `site.yaml` sets the level of a code to `error`,\n\
         `warn` or `off`; `'*': warn` lowers all errors at once, so that an old site builds on its\n\
         first day. Codes marked *fixed* cannot be lowered: a site cannot be built over them.\n\n\
         | code | level | means |\n|---|---|---|\n",
    );
    for (_, info) in CODES {
        let level = match info.level {
            Level::Error => "error",
            Level::Warn => "warn",
            Level::Off => "off",
        };
        let fixed = if info.fixed { ", *fixed*" } else { "" };
        let _ = writeln!(
            page,
            "| `{}` | {level}{fixed} | {} |",
            info.word, info.meaning
        );
    }
    same("docs/diagnostics.md", &page);
}
