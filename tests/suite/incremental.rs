//! A build after any edits gives what a clean build gives, byte for byte; the store may be
//! lost, damaged or old at any time.

mod spared;
mod store;

use crate::harness::{Ran, Site};
use proptest::prelude::*;
use std::fs;

const SETTINGS: &str = "\
site:
  url: https://example.org
  title: { zh-Hans: 云岚回乡, en: Homeward }
  languages: [zh-Hans, en]
  timezone: Asia/Shanghai
  theme: default
taxonomies: [tags, categories]
feeds: { formats: [atom, json], limit: 5 }
pages: { size: 3 }
";

/// Pages that refer to each other in every way that a page can.
fn site() -> Site {
    let site = Site::new();
    site.write("site.yaml", SETTINGS);
    for (path, text) in [
        (
            "articles/_index.md",
            "---\ntitle: 文章\ncascade: {categories: [回乡]}\n---\n见 [[焊工]]。\n",
        ),
        (
            "articles/焊工.md",
            "---\ntitle: 焊工\ndate: 2026-03-01\ntags: [焊接, 制造]\ncompanies: [yunlan]\n---\n看[车工](车工.md#工资)，![图](图.svg)\n\n![[铣工]]\n\n```rust\nfn main() {}\n```\n",
        ),
        (
            "articles/车工.md",
            "---\ntitle: 车工\ndate: 2026-03-02\ntags: [制造]\n---\n## 工资\n\n五千[^1]。\n\n[^1]: 税前。\n",
        ),
        (
            "articles/铣工.md",
            "---\ntitle: 铣工\ndate: 2026-03-03\ntags: [制造]\nseries: 工种\n---\n:::note[注意]{url=车工.md}\n安全第一。\n:::\n",
        ),
        (
            "articles/铣工.en.md",
            "---\ntitle: Miller\ndate: 2026-03-03\ntags: [making]\n---\nSafety first, see [welder](焊工.md).\n",
        ),
        (
            "companies/yunlan.md",
            "---\ntitle: 云岚精工\ncity: 云岚\n---\n做轴承。\n",
        ),
        (
            "jobs/welder.md",
            "---\ntitle: 招焊工\ncompany: yunlan\ndate: 2026-05-01\nvalid_through: 2026-06-20\n---\n月薪八千。\n",
        ),
        (
            "policies/housing.md",
            "---\ntitle: 安家补贴\ndate: 2026-01-05\neffective_from: 2026-02-01\neffective_until: 2026-07-01\ndeadline: 2026-06-18\n---\n补贴三万。\n",
        ),
        (
            "events/salon.md",
            "---\ntitle: 沙龙\ndate: 2026-06-01\nstart: 2026-06-17 19:00\n---\n欢迎。\n",
        ),
        (
            "digests/w24.md",
            "---\ntitle: 六月上\ndate: 2026-06-15\nperiod: 2026-05\n---\n",
        ),
        (
            "articles/未来.md",
            "---\ntitle: 将来\ndate: 2026-06-25\ntags: [制造]\n---\n还没到。\n",
        ),
        ("about.md", "---\ntitle: 关于\n---\n我们是谁。\n"),
        (
            "_index.md",
            "---\ntitle: 首页\nsummary: 写给想回来的人\n---\n从这里开始。\n",
        ),
    ] {
        site.write(&format!("content/{path}"), text);
    }
    site.write(
        "content/articles/图.svg",
        "<svg width=\"40\" height=\"20\"></svg>",
    );
    site.write("data/companies.csv", "name,city\n远山,云岚\n近水,青川\n");
    site
}

/// Kinds of changes.
const EDITS: u8 = 30;

/// One change to the site, or to what surrounds it. `number` picks among the targets.
fn edit(site: &Site, what: u8, number: u8, day: &mut u8) {
    let pages = pages(site);
    let page = pages[usize::from(number) % pages.len()].as_str();
    let change = |from: &str, to: &str| {
        let text = site.read(page);
        site.write(page, text.replacen(from, to, 1));
    };
    match what % EDITS {
        0 => site.write(page, format!("{}\n又一段 {number}。\n", site.read(page))),
        1 => change("title: ", &format!("title: 新{number}")),
        2 => change("date: 2026-0", &format!("date: 2026-0{}-10 # 2026-0", number % 7 + 1)),
        3 => change("tags: [", &format!("tags: [标签{}, ", number % 3)),
        4 => change("title: ", &format!("slug: 段{number}\ntitle: ")),
        5 => {
            let name = page.rsplit('/').next().expect("a name");
            let target = format!("content/articles/深/{name}");
            if !name.starts_with('_') && !site.path(&target).exists() {
                site.write(&target, site.read(page));
                fs::remove_file(site.path(page)).expect("a page to move");
            }
        }
        6 if pages.len() > 6 => fs::remove_file(site.path(page)).expect("a page to delete"),
        7 => site.write(
            &format!("content/articles/新-{number}.md"),
            format!("---\ntitle: 新文 {number}\ndate: 2026-04-0{}\ntags: [制造]\n---\n[[焊工]]和[关于](../about.md)\n", number % 9 + 1),
        ),
        8 => append(site, "themes/default/templates/base.html", &format!("{{# {number} #}}")),
        9 => append(site, "themes/default/templates/components/note.html", &format!("<i>{number}</i>")),
        10 => site.write("site.yaml", SETTINGS.replace("回乡", &format!("回乡{number}"))),
        11 => site.write("site.yaml", format!("{SETTINGS}markdown: {{ line_numbers: {} }}\n", number.is_multiple_of(2))),
        12 => site.write("data/companies.csv", format!("name,city\n远山,云岚{number}\n")),
        13 => append(site, "themes/default/static/style.css", &format!("/* {number} */\n")),
        14 => *day = (*day + number % 5).min(28),
        15 => site.write("content/articles/图.svg", format!("<svg width=\"{}\" height=\"9\"></svg>", number + 1)),
        16 => site.write(page, site.read(page)),
        17 => tamper(site, number),
        18 => site.write(
            "content/articles/_index.md",
            format!("---\ntitle: 文章{number}\ncascade: {{categories: [类{}]}}\n---\n", number % 3),
        ),
        19 => change("title: ", &format!("aliases: [/old/{number}/]\ntitle: ")),
        20 => damage(site, number),
        21 => change("---\n\n", &format!("---\n开头 {number}，\n\n")),
        22 => change("---\n", "---\n见[焊工](/articles/焊工/)。\n\n"),
        23 => site.write(page, format!("{}\n## 节 {number}\n", site.read(page))),
        24 => site.write(page, format!("{}\n[没有](没有.md)\n", site.read(page))),
        25 => site.write("templates/partials/mine.html", format!("{number}")),
        26 | 27 => mark(site, number),
        28 => overrule(site, number),
        _ => drop(fs::remove_dir_all(site.path("public"))),
    }
}

/// One template shows something new, and with it all that reach it.
fn mark(site: &Site, number: u8) {
    let templates: Vec<String> = site.tree("themes/default/templates").into_keys().collect();
    let name = &templates[usize::from(number) % templates.len()];
    let path = format!("themes/default/templates/{name}");
    let mark = format!("data-mark=\"{number}\" class=\"");
    site.write(&path, site.read(&path).replacen("class=\"", &mark, 1));
}

/// A template of the site's own comes before one of the theme, or goes again.
fn overrule(site: &Site, number: u8) {
    let names = [
        "article.html",
        "parts/entries.html",
        "components/note.html",
        "term.html",
    ];
    let name = names[usize::from(number) % names.len()];
    let own = format!("templates/{name}");
    if site.path(&own).exists() {
        fs::remove_file(site.path(&own)).expect("a template");
    } else {
        let text = site.read(&format!("themes/default/templates/{name}"));
        site.write(&own, format!("{text}{{# {number} #}}"));
    }
}

fn pages(site: &Site) -> Vec<String> {
    let mut pages: Vec<String> = site
        .tree("content")
        .into_keys()
        .filter(|path| path.ends_with(".md"))
        .map(|path| format!("content/{path}"))
        .collect();
    pages.sort();
    pages
}

fn append(site: &Site, path: &str, text: &str) {
    if site.path(path).exists() {
        site.write(path, format!("{}{text}", site.read(path)));
    }
}

/// Somebody changes or removes a file of the public folder by hand.
fn tamper(site: &Site, number: u8) {
    let outputs: Vec<String> = site.tree("public").into_keys().collect();
    let Some(path) = outputs.get(usize::from(number) % outputs.len().max(1)) else {
        return;
    };
    let path = format!("public/{path}");
    if number.is_multiple_of(2) {
        fs::remove_file(site.path(&path)).expect("an output");
    } else if !path.ends_with(".guidepost-manifest") {
        site.write(&path, "by hand");
    }
}

/// A file of the store is cut short, changed or lost.
fn damage(site: &Site, number: u8) {
    let folder = site.path(".guidepost/store");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.sort();
    let Some(file) = files.get(usize::from(number) % files.len().max(1)) else {
        return;
    };
    let mut bytes = fs::read(file).expect("a file of the store");
    match number % 3 {
        0 => fs::remove_file(file).expect("a file of the store"),
        1 => fs::write(file, &bytes[..bytes.len() / 2]).expect("a file of the store"),
        _ => {
            let at = bytes.len() / 3;
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 0x55;
            }
            fs::write(file, bytes).expect("a file of the store");
        }
    }
}

fn build(site: &Site, day: u8, more: &[&str]) -> Ran {
    let date = format!("2026-06-{day:02}");
    let mut words = vec!["build", "--date", &date, "--format", "short"];
    words.extend(more);
    site.run(&words)
}

/// Builds with what earlier builds left and from nothing, and compares.
fn same_as_clean(site: &Site, day: u8) -> Result<(), TestCaseError> {
    let warm = build(site, day, &[]);
    let clean = build(site, day, &["--no-cache", "--out", "clean"]);
    prop_assert_eq!(warm.code, clean.code, "{}\n{}", warm.stderr, clean.stderr);
    prop_assert_eq!(told(&warm), told(&clean));
    if warm.code == 0 {
        let (warm, clean) = (site.tree("public"), site.tree("clean"));
        let names = |tree: &std::collections::BTreeMap<String, Vec<u8>>| {
            tree.keys().cloned().collect::<Vec<_>>()
        };
        prop_assert_eq!(names(&warm), names(&clean));
        // The list of outputs comes last: what differs in it differs by itself.
        let list_last = |path: &&String| path.contains("manifest");
        let (lists, files): (Vec<&String>, Vec<_>) = clean.keys().partition(list_last);
        for path in files.into_iter().chain(lists) {
            let bytes = &clean[path];
            prop_assert!(
                warm[path] == *bytes,
                "{} differs:\n{}\n--- clean ---\n{}",
                path,
                String::from_utf8_lossy(&warm[path]),
                String::from_utf8_lossy(bytes)
            );
        }
    }
    let _ = fs::remove_dir_all(site.path("clean"));
    Ok(())
}

/// The diagnostics of a run.
fn told(ran: &Ran) -> Vec<String> {
    let text = format!("{}{}", ran.stdout, ran.stderr);
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| line.contains("warning[") || line.contains("error["))
        .map(str::to_owned)
        .collect();
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8,
        max_shrink_iters: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_edits_give_what_a_clean_build_gives(
        edits in prop::collection::vec((0..EDITS, any::<u8>()), 1..9)
    ) {
        let site = site();
        let mut day = 15;
        same_as_clean(&site, day)?;
        for (what, number) in edits {
            edit(&site, what, number, &mut day);
            same_as_clean(&site, day)?;
        }
    }
}

#[test]
fn every_kind_of_edit_gives_what_a_clean_build_gives() {
    let site = site();
    let mut day = 15;
    build(&site, day, &[]).fine();
    for what in 0..EDITS {
        edit(&site, what, what.wrapping_mul(7), &mut day);
        same_as_clean(&site, day).unwrap_or_else(|error| panic!("edit {what}: {error}"));
    }
}
