//! Files that nobody should have written: a diagnostic or a good page, never a panic, never a
//! silent drop.

use crate::harness::{Ran, SETTINGS, Site, TODAY};

/// A site with one good page beside whatever the test adds.
fn site() -> Site {
    Site::new().file(
        "content/articles/good.md",
        "---\ntitle: 好\ndate: 2026-01-02\n---\n\n好的。\n",
    )
}

/// Builds, and fails the test if the program did anything but end by itself.
#[track_caller]
fn build(site: &Site) -> Ran {
    let ran = site.build();
    assert!(matches!(ran.code, 0..=2), "{ran:?}");
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

/// Builds, and wants one mistake of a code in a file.
#[track_caller]
fn told(site: &Site, file: &str, code: &str) -> Ran {
    let ran = build(site);
    let found = ran
        .lines()
        .iter()
        .any(|line| line.starts_with(file) && line.contains(&format!("[{code}]")));
    assert!(found, "no {code} at {file}:\n{}", ran.stderr);
    ran
}

#[test]
fn other_encodings_are_named() {
    let gbk = b"---\ntitle: \xc4\xe3\xba\xc3\n---\n\n\xc4\xe3\xba\xc3\n";
    let site = site().file("content/articles/gbk.md", gbk);
    let ran = told(&site, "content/articles/gbk.md", "not-utf8").mistakes();
    assert!(ran.stderr.contains("1 file skipped"), "{}", ran.stderr);
    let site = Site::new().file("site.yaml", b"site:\n  title: \xc4\xe3\n");
    told(&site, "site.yaml", "not-utf8").mistakes();
}

#[test]
fn byte_order_marks_and_carriage_returns_are_nothing_special() {
    let site = site().file(
        "content/articles/windows.md",
        "\u{feff}\r\n---\r\ntitle: 记事本\r\ndate: 2026-01-02\r\n---\r\n\r\n第一行\r\n第二行。\r\n",
    );
    build(&site).fine();
    let page = site.read("public/articles/windows/index.html");
    assert!(page.contains("<title>记事本"), "{page}");
    assert!(!page.contains('\r') && !page.contains('\u{feff}'));
}

#[test]
fn control_characters_reach_no_output() {
    let site = site().file(
        "content/articles/nul.md",
        "---\ntitle: 空\u{1}字符\ndate: 2026-01-02\n---\n\n前\0后\u{8}。\n",
    );
    told(&site, "content/articles/nul.md", "control-character");
    for (path, bytes) in site.tree("public") {
        let is_text = [".html", ".xml", ".json"]
            .iter()
            .any(|end| path.ends_with(end));
        let bad = bytes
            .iter()
            .find(|byte| **byte < 0x20 && !b"\n\r\t".contains(byte));
        assert!(!is_text || bad.is_none(), "{path}: {bad:?}");
    }
}

#[test]
fn long_lines_and_long_words() {
    let long = "字".repeat(700_000);
    let site = site()
        .file(
            "content/articles/line.md",
            format!("---\ntitle: 长\ndate: 2026-01-02\n---\n\n{long}\n"),
        )
        .file(
            "content/articles/title.md",
            format!(
                "---\ntitle: {}\ndate: 2026-01-02\n---\n\n短。\n",
                &long[..60_000]
            ),
        );
    build(&site);
}

#[test]
fn deep_nesting_overflows_nothing() {
    const DEPTH: usize = 20_000;
    let bodies = [
        "> ".repeat(DEPTH) + "quote",
        "[".repeat(DEPTH) + "link" + &"](x)".repeat(DEPTH),
        "*a **b ".repeat(DEPTH),
        "<div>".repeat(DEPTH) + "html" + &"</div>".repeat(DEPTH),
        ":::note\n".repeat(DEPTH),
        "![".repeat(DEPTH),
        "<b><i>".repeat(DEPTH),
        "- ".repeat(DEPTH) + "list",
    ];
    for (number, body) in bodies.iter().enumerate() {
        let site = site().file(
            "content/articles/deep.md",
            format!("---\ntitle: 深\ndate: 2026-01-02\n---\n\n{body}\n"),
        );
        let ran = site.build();
        assert!(matches!(ran.code, 0 | 1), "body {number}: {ran:?}");
    }
    let flow = "[".repeat(DEPTH) + &"]".repeat(DEPTH);
    let maps = "{a: ".repeat(DEPTH) + &"}".repeat(DEPTH);
    let json = "{\"a\":".repeat(DEPTH) + "1" + &"}".repeat(DEPTH);
    let toml = format!("a = {flow}");
    let site = site()
        .file(
            "content/articles/flow.md",
            format!("---\ntitle: 深\nextra: {flow}\n---\n\n深。\n"),
        )
        .file(
            "content/articles/maps.md",
            format!("---\ntitle: 深\nextra: {maps}\n---\n\n深。\n"),
        )
        .file("content/articles/json.md", format!("{json}\n\n深。\n"))
        .file(
            "content/articles/toml.md",
            format!("+++\n{toml}\n+++\n\n深。\n"),
        )
        .file("data/deep.yaml", format!("a: {flow}\n"))
        .file("data/deep.json", &json);
    let ran = build(&site).mistakes();
    for file in [
        "flow.md",
        "maps.md",
        "json.md",
        "toml.md",
        "data/deep.yaml",
        "data/deep.json",
    ] {
        assert!(ran.stderr.contains(file), "{file}: {}", ran.stderr);
    }
    let site = Site::new().file("site.yaml", format!("{SETTINGS}extra: {flow}\n"));
    build(&site).mistakes();
}

#[cfg(unix)]
#[test]
fn links_in_circles_out_of_the_site_and_to_nowhere() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("secret.md"), "# 秘密\n\n秘密。\n").expect("a file");
    let site = site();
    let content = site.path("content");
    symlink(&content, content.join("loop")).expect("a link");
    let ran = build(&site).mistakes();
    assert!(ran.stderr.contains("[symlink-loop]"), "{}", ran.stderr);
    std::fs::remove_file(content.join("loop")).expect("removed");
    symlink(outside.path(), content.join("away")).expect("a link");
    let ran = build(&site).mistakes();
    assert!(ran.stderr.contains("[outside-root]"), "{}", ran.stderr);
    std::fs::remove_file(content.join("away")).expect("removed");
    symlink("nowhere.md", content.join("articles/gone.md")).expect("a link");
    told(&site, "content/articles/gone.md", "unreadable-file").mistakes();
}

#[test]
fn file_names_of_all_kinds_become_pages() {
    let names = [
        "空 格",
        "emoji🎉",
        "a&b",
        "引'号",
        "percent%20sign",
        "问?号",
        "井#号",
        "加+号",
        "点.点",
        "Ünïcödé",
        "город",
        "-dash",
        "quote\"s",
        "<b>",
    ];
    let names: Vec<&str> = names
        .into_iter()
        .filter(|name| cfg!(unix) || !name.contains(['?', '"', '<', '>']))
        .collect();
    let mut site = site();
    for (number, name) in names.iter().enumerate() {
        site = site.file(
            &format!("content/articles/{name}.md"),
            format!("---\ntitle: 第{number}篇\ndate: 2026-01-02\n---\n\n文。\n"),
        );
    }
    let ran = build(&site).fine();
    let wanted = format!("{} pages", names.len() + 1);
    assert!(ran.stderr.contains(&wanted), "{}", ran.stderr);
    let sitemap = site.read("public/sitemap.xml");
    quick_xml_is_well_formed(&sitemap);
    for url in sitemap.split("<loc>").skip(1) {
        let url = url.split('<').next().unwrap_or_default();
        assert!(!url.contains([' ', '"', '\'', '#']), "{url}");
    }
}

#[cfg(unix)]
#[test]
fn names_and_titles_do_not_move_the_cursor() {
    let site = site().file(
        "content/articles/a\n\u{1b}[31m\u{202e}.md",
        "---\ntitle: 甲\ndate: 2026-01-02\n---\n\n[x](no\u{1b}[2Jwhere.md)\n",
    );
    let ran = build(&site).mistakes();
    assert!(
        ran.stderr
            .starts_with("content/articles/a\\n\\u{1b}[31m\\u{202e}.md:6:1: error[broken-link]"),
        "{}",
        ran.stderr
    );
    let ran = site
        .run(&["build", "--date", TODAY, "--color", "never"])
        .mistakes();
    assert!(
        !ran.stderr.contains(['\u{1b}', '\u{202e}']),
        "{}",
        ran.stderr
    );
}

/// Fails the test when a text is no XML.
#[track_caller]
fn quick_xml_is_well_formed(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return,
            Ok(_) => {}
            Err(error) => panic!("{error}: {text}"),
        }
    }
}

#[test]
fn titles_are_text_wherever_they_appear() {
    let title = r#"</title><script>alert(1)</script> ]]> "x" & 'y' {{ site.url }} {% raw %}"#;
    let quoted = title.replace('\'', "''");
    let site = site().file(
        "content/articles/hostile.md",
        format!(
            "---\ntitle: '{quoted}'\nsummary: '{quoted}'\ntags: ['<i>&amp;', '../..', '{{{{x}}}}']\n\
             date: 2026-01-02\n---\n\n文。\n"
        ),
    );
    build(&site).fine();
    assert!(
        !site.path("index.html").exists(),
        "a tag leads out of the folder"
    );
    for (path, bytes) in site.tree("public") {
        let text = String::from_utf8_lossy(&bytes);
        if path.ends_with(".html") {
            assert!(!text.contains("<script>alert(1)"), "{path}: {text}");
        }
        if path.ends_with(".xml") {
            quick_xml_is_well_formed(&text);
            if !path.contains("sitemap") {
                feed_rs::parser::parse(&bytes[..]).unwrap_or_else(|e| panic!("{path}: {e}"));
            }
        }
        if path.ends_with(".json") {
            serde_json::from_slice::<serde_json::Value>(&bytes)
                .unwrap_or_else(|e| panic!("{path}: {e}"));
        }
    }
}

#[test]
fn settings_that_cannot_be_read() {
    for text in [
        "",
        "\0",
        "[]",
        "site",
        "site: [",
        "site:\n\ttitle: x\n",
        "- a\n- b\n",
        "{{{{",
    ] {
        let site = Site::new().file("site.yaml", text);
        let ran = build(&site).mistakes();
        assert!(
            ran.lines().iter().any(|line| line.starts_with("site.yaml")),
            "{text:?}: {}",
            ran.stderr
        );
    }
    let site = Site::new().file("site.yaml", SETTINGS.replace("default", "nowhere"));
    let ran = build(&site).mistakes();
    assert!(ran.stderr.contains("[invalid-theme]"), "{}", ran.stderr);
    let site = Site::new().file(
        "site.yaml",
        SETTINGS.replace("default", "../themes/default"),
    );
    build(&site).mistakes();
    // The folder above is not even looked into.
    let site = site.file("site.yaml", format!("{SETTINGS}  content: ../../..\n"));
    let ran = build(&site).mistakes();
    assert_eq!(ran.lines().len(), 2, "{}", ran.stderr);
}

#[test]
fn a_site_without_content_is_a_small_site() {
    let ran = build(&Site::new());
    assert!(matches!(ran.code, 0 | 1), "{}", ran.stderr);
    let site = Site::new()
        .file("content/.hidden.md", "# 藏\n")
        .file("content/articles/.keep", "");
    build(&site);
}

#[test]
fn an_old_site_builds_on_its_first_day_and_is_told_everything() {
    let settings = format!("{SETTINGS}checks: {{ '*': warn }}\n");
    let site = site()
        .file("site.yaml", settings)
        .file(
            "content/articles/old.md",
            "---\ntitle: 旧\ndate: 2026-02-31\ncompanies: [nowhere]\n---\n\n旧。\n",
        )
        .file(
            "content/articles/gbk.md",
            b"---\ntitle: \xc4\xe3\n---\n\n\xc4\xe3\n",
        );
    let ran = build(&site).fine();
    for code in ["invalid-date", "unknown-reference", "not-utf8"] {
        assert!(
            ran.stderr.contains(&format!("warning[{code}]")),
            "{}",
            ran.stderr
        );
    }
    assert!(ran.stderr.contains("1 file skipped"), "{}", ran.stderr);
    assert!(site.path("public/articles/good/index.html").exists());
}

#[test]
fn a_wide_line_is_drawn_with_its_mark_below_the_mistake() {
    let site = site().file(
        "content/articles/错.md",
        "---\ntitle: 公司\ndate: 2026-01-02\ncompanies: [云岚机械厂, 另一家]\n---\n\n文。\n",
    );
    let ran = site.run(&["build", "--date", TODAY]).mistakes();
    let text = ran.stderr.replace('\u{a0}', " ");
    assert!(
        text.contains(
            "error[unknown-reference]: there is no company `云岚机械厂`\n \
             --> content/articles/错.md:4:13\n  \
             |\n\
             4 | companies: [云岚机械厂, 另一家]\n  \
             |             ^^^^^^^^^^\n"
        ),
        "{text}"
    );
    assert!(text.contains("--> content/articles/错.md:4:20\n"), "{text}");
}

#[test]
fn rows_that_would_be_one_page_are_named_by_their_lines() {
    let site = Site::new()
        .file("content/about.md", "# 关于\n\n文。\n")
        .file("data/companies.csv", "slug,name\na,甲\nb,乙\na,丙\n");
    assert_eq!(
        site.build().mistakes().lines(),
        [
            "data/companies.csv:4:1: error[duplicate-output]: `data/companies.csv` (line 2) and `data/companies.csv` (line 4) would both write `companies/a/index.html`"
        ]
    );
}
