//! What a build does not do again, and what it does.

use super::{append, build, same_as_clean, site};
use crate::harness::Site;
use std::fs;

#[test]
fn a_second_build_touches_nothing_and_an_edit_touches_what_shows_it() {
    let site = site();
    build(&site, 15, &[]).fine();
    let times = |site: &Site| {
        let tree = site.tree("public");
        tree.into_keys()
            .map(|path| {
                let metadata = fs::metadata(site.path(&format!("public/{path}"))).expect("a file");
                (path, metadata.modified().expect("a time"))
            })
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let before = times(&site);
    let ran = build(&site, 15, &[]).fine();
    assert!(ran.stderr.contains(" 0 written"), "{}", ran.stderr);
    assert_eq!(before, times(&site));

    let page = "content/about.md";
    site.write(page, site.read(page).replace("我们是谁", "我们是谁呢"));
    build(&site, 15, &[]).fine();
    let after = times(&site);
    let touched: Vec<&String> = before
        .keys()
        .filter(|path| before[*path] != after[*path])
        .collect();
    assert!(
        touched.iter().any(|path| *path == "about/index.html"),
        "{touched:?}"
    );
    assert!(
        !touched.iter().any(|path| path.contains("jobs/welder")),
        "{touched:?}"
    );
}

#[test]
fn later_parts_of_a_list_tell_of_their_section_too() {
    let site = site();
    build(&site, 15, &[]).fine();
    for (page, from, to) in [
        ("content/_index.md", "写给想回来的人", "写给还在想的人"),
        (
            "content/articles/_index.md",
            "title: 文章",
            "summary: 都在这里\ntitle: 文章",
        ),
    ] {
        let text = site.read(page);
        assert!(text.contains(from), "{text}");
        site.write(page, text.replace(from, to));
        same_as_clean(&site, 15).expect("the same");
    }
    assert!(
        site.read("public/page/2/index.html")
            .contains("写给还在想的人")
    );
}

#[test]
fn a_mistake_that_a_new_text_brings_out_is_told_until_it_is_mended() {
    let site = site();
    let template = "themes/default/templates/page.html";
    let text = site.read(template).replace(
        "{% block main %}",
        "{% block main %}{% if page.words > 100 %}{{ page.title | int }}{% endif %}",
    );
    site.write(template, text);
    build(&site, 15, &[]).fine();
    std::thread::sleep(std::time::Duration::from_millis(60));
    let page = "content/articles/铣工.md";
    let text = "---\ntitle: 铣工\ndate: 2026-03-03\ntags: [制造]\n---\n";
    site.write(page, format!("{text}安全第一。\n"));
    build(&site, 15, &[]).fine();
    site.write(page, format!("{text}{}\n", "安全第一。".repeat(40)));
    for _ in 0..2 {
        let ran = build(&site, 15, &[]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("page.html"), "{}", ran.stderr);
    }
    site.write(page, format!("{text}安全第一，真的。\n"));
    build(&site, 15, &[]).fine();
    same_as_clean(&site, 15).expect("the same");
}

/// Stages of a build that was told to say them.
fn stages(site: &Site) -> Vec<String> {
    let words = ["build", "--date", "2026-06-15", "--timings", "--format"];
    let ran = site.run(&[&words[..], &["json"]].concat()).fine();
    let timings: serde_json::Value = ran
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .find(|value: &serde_json::Value| value["stages"].is_array())
        .unwrap_or_else(|| panic!("no timings in {}", ran.stdout));
    let stages = timings["stages"].as_array().expect("an array");
    let name = |stage: &serde_json::Value| stage["stage"].as_str().expect("a name").to_owned();
    stages.iter().map(name).collect()
}

#[test]
fn a_new_text_needs_no_new_site_and_whatever_others_see_does() {
    let site = site();
    let page = "content/articles/铣工.md";
    let text = "---\ntitle: 铣工\ndate: 2026-03-03\ntags: [制造]\n---\n";
    site.write(page, format!("{text}安全第一。\n"));
    build(&site, 15, &[]).fine();
    // Whatever was written just now is looked at once more.
    std::thread::sleep(std::time::Duration::from_millis(60));
    site.write(page, format!("{text}安全最要紧。\n"));
    build(&site, 15, &[]).fine();
    for (body, is_new) in [
        ("安全最要紧，真的。\n", false),
        ("换了开头。\n\n安全最要紧。\n", false),
        ("见[车工](车工.md)。\n", true),
        ("又一句，见[车工](车工.md)。\n", false),
        ("## 节\n\n又一句，见[车工](车工.md)。\n", true),
    ] {
        site.write(page, format!("{text}{body}"));
        let resolves = stages(&site).iter().any(|stage| stage == "resolve");
        assert_eq!(resolves, is_new, "{body}");
        same_as_clean(&site, 15).expect("the same");
    }
    // The page that embeds this one shows the beginning of its text.
    let embeds = site.read("public/articles/焊工/index.html");
    assert!(embeds.contains("又一句"), "{embeds}");
    site.write(
        page,
        format!("{}另一句。\n", text.replace("铣工", "铣床工")),
    );
    assert!(stages(&site).iter().any(|stage| stage == "resolve"));
    same_as_clean(&site, 15).expect("the same");
}

/// The outputs that a build wrote, as it tells their number, and whether it resolved the site.
fn written(site: &Site) -> (u64, bool) {
    let words = [
        "build",
        "--date",
        "2026-06-15",
        "--timings",
        "--format",
        "json",
    ];
    let ran = site.run(&words).fine();
    let line = |key: &str| {
        let lines = ran.stdout.lines();
        let mut values = lines.filter_map(|line| serde_json::from_str(line).ok());
        values
            .find(|value: &serde_json::Value| !value[key].is_null())
            .unwrap_or_else(|| panic!("no `{key}` in {}", ran.stdout))
    };
    let stages = line("stages")["stages"].to_string();
    let written = line("written")["written"].as_u64().expect("a number");
    (written, stages.contains("\"resolve\""))
}

#[test]
fn a_template_needs_no_new_site_and_touches_what_reaches_it() {
    let site = site();
    build(&site, 15, &[]).fine();
    std::thread::sleep(std::time::Duration::from_millis(60));
    build(&site, 15, &[]).fine();
    let pages_with = |text: &str| {
        let tree = site.tree("public").into_iter();
        let html = tree.filter(|(path, _)| path.ends_with(".html"));
        html.filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains(text))
            .count() as u64
    };
    for (template, from, to) in [
        ("event.html", "{% extends", "{# once #}{% extends"),
        ("parts/page.html", "class=\"cover\"", "class=\"cover mine\""),
        (
            "job.html",
            "{% block after_text %}",
            "{% block after_text %}<b>mark-job</b>",
        ),
        ("components/note.html", "<div", "<div data-mark-note"),
        ("base.html", "<body>", "<body data-mark-base>"),
    ] {
        let path = format!("themes/default/templates/{template}");
        let text = site.read(&path);
        assert!(text.contains(from), "{template}: {text}");
        site.write(&path, text.replacen(from, to, 1));
        let (written, resolves) = written(&site);
        assert!(!resolves, "{template}");
        let mark = to.find("mark-").map(|at| &to[at..at + 8]);
        let shown = mark.map_or(0, pages_with);
        // Texts with components stand in feeds too.
        let feeds = if template.starts_with("components/") {
            12
        } else {
            0
        };
        assert!(
            written >= shown && written <= shown + feeds,
            "{template}: {written}, {shown}"
        );
        assert_eq!(mark.is_some(), shown > 0, "{template}");
        same_as_clean(&site, 15).expect("the same");
    }
}

#[test]
fn lost_outputs_are_made_of_what_the_store_has() {
    let site = site();
    build(&site, 15, &[]).fine();
    std::thread::sleep(std::time::Duration::from_millis(60));
    build(&site, 15, &[]).fine();
    fs::remove_dir_all(site.path("public")).expect("the outputs");
    let (written, resolves) = written(&site);
    assert!(written > 50 && !resolves, "{written}");
    // And what was made is known again, as is one file that somebody touched.
    assert!(!stages(&site).iter().any(|stage| stage == "html"));
    let page = "public/about/index.html";
    site.write(page, site.read(page));
    assert!(stages(&site).iter().any(|stage| stage == "html"));
    assert!(!stages(&site).iter().any(|stage| stage == "html"));
    same_as_clean(&site, 15).expect("the same");
}

#[test]
fn what_the_check_of_the_templates_found_is_told_until_it_is_mended() {
    let site = site();
    site.write(
        "site.yaml",
        format!(
            "{}checks: {{ unknown-template-field: warn }}\n",
            site.read("site.yaml")
        ),
    );
    let base = "themes/default/templates/base.html";
    let with_mistake = "{% if not site %}{{ nosuchthing }}{% endif %}";
    append(&site, base, with_mistake);
    // The outputs are gone each time, so the templates are wanted again.
    for _ in 0..3 {
        let ran = build(&site, 15, &[]).fine();
        let told = ran.stderr.matches("nosuchthing").count();
        assert_eq!(told, 1, "{}", ran.stderr);
        fs::remove_dir_all(site.path("public")).expect("outputs");
    }
    site.write(base, site.read(base).replace(with_mistake, ""));
    let ran = build(&site, 15, &[]).fine();
    assert!(!ran.stderr.contains("nosuchthing"), "{}", ran.stderr);
}
