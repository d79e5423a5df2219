//! One slip of an author per diagnostic code: what was written, and where the mistake is told.

use crate::harness::{SETTINGS, Site};
use guidepost::diag::CODES;
use std::collections::BTreeSet;

/// Code, file, its text, and how the line of the diagnostic begins.
const SLIPS: &[(&str, &str, &str, &str)] = &[
    ("invalid-config", "site.yaml", "site: [", "site.yaml:1:"),
    (
        "unknown-key",
        "site.yaml",
        "+titel: x",
        "site.yaml:7:1: error",
    ),
    (
        "invalid-value",
        "site.yaml",
        "+feeds: { limit: many }",
        "site.yaml:7:17: error",
    ),
    (
        "wrong-type",
        "content/a.md",
        "---\ntitle: 甲\ndraft: maybe\n---\n文。",
        "content/a.md:3:8: error",
    ),
    (
        "missing-field",
        "content/jobs/焊工.md",
        "---\ntitle: 焊工\ndate: 2026-01-02\n---\n文。",
        "content/jobs/焊工.md",
    ),
    ("not-utf8", "content/a.md", "\u{1}GBK", "content/a.md"),
    (
        "control-character",
        "content/a.md",
        "# 题\n\n文\0。",
        "content/a.md:3:2: warning",
    ),
    (
        "invalid-front-matter",
        "content/a.md",
        "---\ntitle: x\n",
        "content/a.md:1:1: error",
    ),
    (
        "repaired-front-matter",
        "content/a.md",
        "---\ntitle: 甲: 乙\n---\n文。",
        "content/a.md:2:",
    ),
    (
        "duplicate-key",
        "content/a.md",
        "---\ntitle: 甲\ntitle: 乙\n---\n文。",
        "content/a.md:3:1: warning",
    ),
    (
        "invalid-date",
        "content/a.md",
        "---\ntitle: 甲\ndate: 2026-02-31\n---\n文。",
        "content/a.md:3:7: error",
    ),
    (
        "ambiguous-date",
        "content/a.md",
        "---\ntitle: 甲\ndate: 05/06/2024\n---\n文。",
        "content/a.md:3:7: error",
    ),
    (
        "unknown-field",
        "content/a.md",
        "---\ntitle: 甲\ncolour: red\n---\n文。",
        "content/a.md:3:1: warning",
    ),
    (
        "unknown-kind",
        "content/a.md",
        "---\ntitle: 甲\nkind: jbo\n---\n文。",
        "content/a.md:3:7: error",
    ),
    (
        "unknown-reference",
        "content/articles/a.md",
        "---\ntitle: 甲\ndate: 2026-01-02\ncompanies: [某公司, 另一家]\n---\n文。",
        "content/articles/a.md:4:13: error",
    ),
    (
        "unknown-language",
        "content/a.md",
        "---\ntitle: 甲\nlang: fr\n---\n文。",
        "content/a.md:3:7: error",
    ),
    (
        "empty-page",
        "content/a.md",
        "---\ntitle: 甲\n---\n",
        "content/a.md",
    ),
    (
        "unclosed-directive",
        "content/a.md",
        "# 题\n\n:::note\n文。",
        "content/a.md:3:",
    ),
    (
        "unknown-component",
        "content/a.md",
        "# 题\n\n:::nosuchthing\n文。\n:::",
        "content/a.md:3:",
    ),
    (
        "unknown-tag",
        "content/a.md",
        "# 题\n\n{% nosuchtag x %}文。{% endnosuchtag %}",
        "content/a.md:3:",
    ),
    (
        "invalid-math",
        "content/a.md",
        "---\ntitle: 甲\nmath: true\n---\n式 $\\frac{1$ 。",
        "content/a.md:5:",
    ),
    (
        "missing-alt",
        "content/a.md",
        "# 题\n\n![](https://example.org/x.png)",
        "content/a.md:3:",
    ),
    (
        "broken-link",
        "content/a.md",
        "# 题\n\n见[那里](nowhere.md)。",
        "content/a.md:3:2: error",
    ),
    (
        "broken-anchor",
        "content/a.md",
        "# 题\n\n见[那里](#nowhere)。",
        "content/a.md:3:2: error",
    ),
    (
        "missing-image",
        "content/a.md",
        "# 题\n\n图![图](nowhere.png)",
        "content/a.md:3:2: error",
    ),
    (
        "unsafe-link",
        "content/a.md",
        "# 题\n\n见[那里](javascript:alert(1))。",
        "content/a.md:3:",
    ),
    (
        "duplicate-output",
        "content/b.md",
        "---\ntitle: 乙\nurl: /join/\n---\n文。",
        "content/",
    ),
    (
        "template-error",
        "templates/404.html",
        "{% if %}",
        "templates/404.html:1:",
    ),
    (
        "unknown-template-field",
        "templates/404.html",
        "{{ nosuchthing }}",
        "templates/404.html:1:",
    ),
    (
        "tag-case",
        "content/articles/a.md",
        "---\ntitle: 甲\ndate: 2026-01-02\ntags: [Rust, rust]\n---\n文。",
        "content/articles/a.md:4:",
    ),
];

/// Codes whose slip takes more than one file, a link on disk, or the network, with the test
/// that shows them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("external-link", "cli::external"),
    ("symlink-loop", "bad_input"),
    ("outside-root", "bad_input"),
    ("unreadable-file", "bad_input"),
    ("invalid-theme", "bad_input"),
];

fn site(file: &str, text: &str) -> Site {
    let site = Site::new().file("content/join.md", "---\ntitle: 加入\n---\n\n来。\n");
    match text.strip_prefix('+') {
        Some(more) => site.file(file, format!("{SETTINGS}{more}\n")),
        None if text.starts_with('\u{1}') => site.file(file, b"# \xc4\xe3\xba\xc3\n"),
        None => site.file(file, format!("{text}\n")),
    }
}

#[test]
fn every_slip_is_told_at_its_place() {
    let mut complaints = Vec::new();
    for (code, file, text, begin) in SLIPS {
        let ran = site(file, text).run(&["check", "--date", "2026-06-15", "--format", "short"]);
        let told = ran
            .lines()
            .iter()
            .any(|line| line.starts_with(begin) && line.contains(&format!("[{code}]")));
        if !told || !matches!(ran.code, 0 | 1) {
            complaints.push(format!(
                "{code} at {begin} (exit {}):\n{}",
                ran.code, ran.stderr
            ));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn slips_and_codes_go_together() {
    let known: BTreeSet<&str> = CODES.iter().map(|(_, info)| info.word).collect();
    let shown = SLIPS
        .iter()
        .map(|slip| slip.0)
        .chain(ELSEWHERE.iter().map(|slip| slip.0));
    for code in shown {
        assert!(known.contains(code), "there is no code `{code}`");
    }
}
