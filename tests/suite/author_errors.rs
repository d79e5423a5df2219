//! One slip of an author per diagnostic code: what was written, and where the mistake is told.

use crate::harness::{SETTINGS, Site};
use guidepost::diag::CODES;
use std::collections::BTreeSet;

/// Code, file, its text, and how the line of the diagnostic begins.
const SLIPS: &[(&str, &str, &str, &str)] = &[
    ("invalid-config", "site.yaml", "site: [", "site.yaml:1:"),
    (
        "invalid-account",
        "site.yaml",
        "+accounts: { blog: { platform: wordpres } }",
        "site.yaml:7:31: error",
    ),
    (
        "invalid-target",
        "site.yaml",
        "+deploy: { live: { to: nowhere } }",
        "site.yaml:7:23: error",
    ),
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
        "unknown-template",
        "content/a.md",
        "---\ntitle: 甲\ntemplate: nosuchpage\n---\n文。",
        "content/a.md:3:11: warning",
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
        "missing-target",
        "site.yaml",
        "+community: { channels: { wechat: { name: 公众号 } } }",
        "site.yaml:7:26: error",
    ),
    (
        "long-code",
        "site.yaml",
        "+community: { channels: { chat: { qr: 'https://t.me/LONG' } } }",
        "site.yaml:7:38: warning",
    ),
    (
        "expired-invite",
        "site.yaml",
        "+community: { channels: { chat: { url: 'https://t.me/x', expires: 2026-06-01 } } }",
        "site.yaml:7:66: warning",
    ),
    (
        "personal-data",
        "content/a.md",
        "# 题\n\n打 13812345678 找我。",
        "content/a.md:3:3: error",
    ),
    (
        "tracked-link",
        "content/a.md",
        "# 题\n\n见[那里](/join/?utm_source=x)。",
        "content/a.md:3:2: warning",
    ),
    (
        "tracked-link",
        "site.yaml",
        "+menu: [{ title: 职位, url: '/jobs/?utm_source=x' }]",
        "site.yaml:7:26: warning",
    ),
    (
        "tracked-link",
        "site.yaml",
        "+theme_options: { footer: { en: ok, zh-Hans: 'https://example.org/join/?utm_source=x' } }",
        "site.yaml:7:45: warning",
    ),
    (
        "tracked-link",
        "templates/notice.html",
        "<nav>\n<a class=\"{{ page.kind }}\" href=\"/join/?a=1&amp;utm_source=x\">来</a></nav>",
        "templates/notice.html:2:34: warning",
    ),
    (
        "tracked-link",
        "themes/default/templates/part.html",
        "{% if page %}<a href='join/?utm_source={{ page.kind }}'>来</a>{% endif %}",
        "themes/default/templates/part.html:1:23: warning",
    ),
    (
        "tag-case",
        "content/articles/a.md",
        "---\ntitle: 甲\ndate: 2026-01-02\ntags: [Rust, rust]\n---\n文。",
        "content/articles/a.md:4:",
    ),
];

/// What a site is made of whose mistake takes more than one file.
type Files = &'static [(&'static str, &'static str)];

/// Code, files, and how the line of the diagnostic begins.
const SLIPS_OF_SEVERAL_FILES: &[(&str, Files, &str)] = &[
    (
        "unknown-account",
        &[
            ("site.yaml", "+accounts: { zhihu: { platform: zhihu } }"),
            (
                "content/a.md",
                "---\ntitle: 甲\npublish: { zhihuu: false }\n---\n文。",
            ),
        ],
        "content/a.md:3:12: error",
    ),
    (
        "shortened-post",
        &[
            ("site.yaml", "+accounts: { red: { platform: xiaohongshu } }"),
            (
                "content/articles/a.md",
                "---\ntitle: 一二三四五六七八九十一二三四五六七八九十又一\n---\n文。",
            ),
        ],
        "content/articles/a.md:2:8: warning",
    ),
    (
        "refused-post",
        &[
            (
                "site.yaml",
                "+accounts: { circle: { platform: moments, template: '{% for n in range(end=1600) %}字{% endfor %}{{ link }}' } }",
            ),
            ("content/articles/a.md", "# 甲\n\n文。"),
        ],
        "content/articles/a.md: warning",
    ),
    (
        "invalid-ledger",
        &[
            ("site.yaml", "+accounts: { zhihu: { platform: zhihu } }"),
            ("ledger/zhihu.jsonl", "<<<<<<< ours"),
        ],
        "ledger/zhihu.jsonl:1:1: error",
    ),
    (
        "missing-translation",
        &[("site.yaml", "+checks: { missing-translation: error }")],
        "content/join.md: error",
    ),
    (
        "unknown-code-language",
        &[
            ("site.yaml", "+checks: { unknown-code-language: warn }"),
            ("content/a.md", "# 题\n\n```brainfog\n+\n```"),
        ],
        "content/a.md:3:1: warning",
    ),
    (
        "unserved-page",
        &[
            (
                "site.yaml",
                "+community: { audiences: [returning], pillars: [policy] }",
            ),
            ("content/articles/a.md", "# 甲\n\n文。"),
        ],
        "content/articles/a.md: warning",
    ),
    (
        "unreached-channel",
        &[
            (
                "site.yaml",
                "+community: { channels: { chat: { url: 'https://t.me/x', stages: [retain] } } }",
            ),
            ("content/join.en.md", "# Join\n\nCome."),
        ],
        "site.yaml:7:26: warning",
    ),
    (
        "duplicate-slug",
        &[
            (
                "content/companies/甲.md",
                "---\ntitle: 甲\nslug: one\n---\n文。",
            ),
            (
                "content/guides/乙.md",
                "---\ntitle: 乙\nkind: company\nslug: one\n---\n文。",
            ),
        ],
        "content/guides/乙.md:4:7: error",
    ),
    (
        "duplicate-translation",
        &[
            (
                "content/a.md",
                "---\ntitle: A\nlang: en\ntranslation_of: join.md\n---\nText.",
            ),
            (
                "content/b.md",
                "---\ntitle: B\nlang: en\ntranslation_of: join.md\n---\nText.",
            ),
        ],
        "content/b.md:4:17: error",
    ),
    (
        "invalid-permalink",
        &[(
            "content/a.md",
            "---\ntitle: 甲\nurl: /../../etc/passwd\n---\n文。",
        )],
        "content/a.md:3:6: error",
    ),
    (
        "untitled-page",
        &[("content/---.md", "文。")],
        "content/---.md: warning",
    ),
    (
        "structured-data",
        &[(
            "content/events/会.md",
            "---\ntitle: 会\nstart: 2026-07-01 19:00\n---\n文。",
        )],
        "content/events/会.md: warning",
    ),
    (
        "skipped-file",
        &[("data/notes.txt", "并非数据")],
        "data/notes.txt: warning",
    ),
    (
        "invalid-theme",
        &[("themes/default/theme.yaml", "contract: [")],
        "themes/default/theme.yaml:1:",
    ),
    (
        "external-link",
        // Nothing listens on port 1, and no packet leaves the machine.
        &[("content/a.md", "# 题\n\n见[那里](http://127.0.0.1:1/)。")],
        "content/a.md:3:2: warning",
    ),
];

fn site(files: &[(&str, &str)]) -> Site {
    let mut site = Site::new().file("content/join.md", "---\ntitle: 加入\n---\n\n来。\n");
    for (file, text) in files {
        site = match text.strip_prefix('+') {
            Some(more) => {
                let more = more.replace("LONG", &"x".repeat(700));
                site.file(file, format!("{SETTINGS}{more}\n"))
            }
            None if text.starts_with('\u{1}') => site.file(file, b"# \xc4\xe3\xba\xc3\n"),
            None => site.file(file, format!("{text}\n")),
        };
    }
    site
}

/// A complaint unless the check of the site tells of the mistake at its place.
fn complaint(site: &Site, code: &str, begin: &str) -> Option<String> {
    let mut words = vec!["check", "--date", "2026-06-15", "--format", "short"];
    if code == "external-link" {
        words.push("--external");
    }
    let ran = site.run(&words);
    let told = ran
        .lines()
        .iter()
        .any(|line| line.starts_with(begin) && line.contains(&format!("[{code}]")));
    (!told || !matches!(ran.code, 0 | 1))
        .then(|| format!("{code} at {begin} (exit {}):\n{}", ran.code, ran.stderr))
}

#[test]
fn every_slip_is_told_at_its_place() {
    let mut complaints = Vec::new();
    for (code, file, text, begin) in SLIPS {
        complaints.extend(complaint(&site(&[(file, text)]), code, begin));
    }
    for (code, files, begin) in SLIPS_OF_SEVERAL_FILES {
        complaints.extend(complaint(&site(files), code, begin));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn two_sources_of_one_output_stop_a_build_as_mistakes() {
    let page = "---\ntitle: 乙\nurl: /join/\n---\n文。";
    let site = site(&[("content/b.md", page)]).file("content/c.md", "[那里](nowhere.md)\n");
    let ran = site.build().mistakes();
    for code in ["duplicate-output", "broken-link"] {
        assert!(ran.stderr.contains(&format!("[{code}]")), "{}", ran.stderr);
    }
    assert!(!site.path("public").exists());
}

#[test]
fn a_page_that_is_too_large_is_told() {
    let site = site(&[]).file("content/a.md", "字\n".repeat(1_400_000));
    assert_eq!(complaint(&site, "too-large", "content/a.md: error"), None);
}

#[cfg(unix)]
#[test]
fn links_on_disk_that_lead_astray_are_told() {
    for (code, target) in [
        ("symlink-loop", "../content"),
        ("outside-root", "/"),
        ("unreadable-file", "nowhere.md"),
    ] {
        let site = site(&[]);
        std::os::unix::fs::symlink(target, site.path("content/a.md")).expect("a link");
        assert_eq!(complaint(&site, code, "content/a.md: error"), None);
    }
}

#[test]
fn every_code_has_a_slip_that_shows_it() {
    let beside = [
        "too-large",
        "symlink-loop",
        "outside-root",
        "unreadable-file",
    ];
    let shown: BTreeSet<&str> = SLIPS
        .iter()
        .map(|slip| slip.0)
        .chain(SLIPS_OF_SEVERAL_FILES.iter().map(|slip| slip.0))
        .chain(beside)
        .collect();
    let known: BTreeSet<&str> = CODES.iter().map(|(_, info)| info.word).collect();
    assert_eq!(shown, known);
}

/// The engine stumbles over what the check of the templates has found: one mistake, one line.
#[test]
fn a_mistake_in_a_template_is_told_once() {
    let site = Site::new()
        .file("content/join.md", "# 加入\n\n来。\n")
        .file("templates/404.html", "{{ nosuchthing }}");
    let ran = site.build().mistakes();
    let lines = ran.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("unknown-template-field"), "{lines:?}");
    // Where the check only warns, the page that cannot be made is still an error.
    let lenient = format!("{SETTINGS}checks: {{ unknown-template-field: warn }}\n");
    site.write("site.yaml", lenient);
    let ran = site.build().mistakes();
    let lines = ran.lines();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("error[template-error]")),
        "{lines:?}"
    );
}

/// The check points at the word inside the call over which the engine stumbles.
#[test]
fn a_mistake_in_a_call_is_told_once() {
    let calls = [
        ("asset(path=\"nosuch.css\")", "no static file `nosuch.css`"),
        ("cached(component=\"nosuch\")", "no component `nosuch`"),
    ];
    for (call, told) in calls {
        let site = Site::new()
            .file("content/join.md", "# 加入\n\n来。\n")
            .file("templates/404.html", format!("{{{{ {call} }}}}"));
        let ran = site.build().mistakes();
        let lines = ran.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains(told), "{lines:?}");
    }
}
