//! The example site, built by the real binary and read by parsers that are not ours.

use crate::harness::{self, Site};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::OnceLock;

/// The day on which the example site is built in tests; its content was written for it.
const DAY: &str = "2026-11-21";

struct Built {
    site: Site,
    tree: BTreeMap<String, Vec<u8>>,
    stderr: String,
    code: i32,
}

fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let site = Site::empty();
        for part in ["content", "data", "static", "templates", "themes"] {
            harness::copy(&harness::repository().join(part), &site.path(part));
        }
        let settings = std::fs::read(harness::repository().join("site.yaml"));
        site.write("site.yaml", settings.expect("the example's settings"));
        let ran = site.run(&["build", "--date", DAY, "--format", "short"]);
        let tree = site.tree("public");
        Built {
            tree,
            stderr: ran.stderr,
            code: ran.code,
            site,
        }
    })
}

fn texts(ending: &str) -> Vec<(&'static str, &'static str)> {
    let found: Vec<_> = built()
        .tree
        .iter()
        .filter(|(path, _)| path.ends_with(ending))
        .map(|(path, bytes)| {
            let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{path} is not UTF-8"));
            (path.as_str(), text)
        })
        .collect();
    assert!(!found.is_empty(), "no {ending} among the outputs");
    found
}

/// A tab, a bookmark and a search result show the title alone. Pages that lead on at once are
/// seen by nobody.
#[test]
fn no_two_pages_have_one_title() {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, html) in texts(".html") {
        if html.contains("http-equiv=\"refresh\"") || path.ends_with("404.html") {
            continue;
        }
        let title = html.split("<title>").nth(1).expect("a title");
        let title = title.split("</title>").next().expect("its end");
        let other = seen.insert(title, path);
        assert_eq!(other, None, "{path} is called `{title}` too");
    }
}

/// Who opens the example site to see how something is written has to find it there.
#[test]
fn it_shows_every_dialect_and_component() {
    let content = built().site.tree("content");
    let texts: Vec<&str> = content
        .values()
        .filter_map(|bytes| std::str::from_utf8(bytes).ok())
        .collect();
    for fence in ["---\n", "+++\n", "{\n", "\n---\n"] {
        assert!(
            texts.iter().any(|text| text.starts_with(fence)),
            "{fence:?}"
        );
    }
    // There is no film about an invented city; a recap is a field of its event.
    let aside = ["recap", "video"];
    let components = built().site.path("themes/default/templates/components");
    for entry in std::fs::read_dir(components).expect("components") {
        let name = entry.expect("a component").file_name();
        let name = name.to_string_lossy().replace(".html", "");
        let uses = [format!("::{name}"), format!("[!{}]", name.to_uppercase())];
        let used = texts
            .iter()
            .any(|text| uses.iter().any(|way| text.contains(way)));
        assert!(used || aside.contains(&&*name), "nothing shows `{name}`");
    }
}

#[test]
fn it_builds_without_a_warning() {
    let built = built();
    assert_eq!(built.code, 0, "{}", built.stderr);
    let complaints: Vec<&str> = built
        .stderr
        .lines()
        .filter(|line| line.contains("warning[") || line.contains("error["))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn check_is_clean() {
    let ran = built()
        .site
        .run(&["check", "--date", DAY, "--format", "short"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("warning["), "{}", ran.stderr);
}

#[test]
fn every_internal_link_image_and_anchor_exists() {
    let tree = &built().tree;
    let mut ids: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, html) in texts(".html") {
        ids.insert(path, attributes(html, " id=\"").into_iter().collect());
    }
    let mut broken = Vec::new();
    let mut seen = 0;
    for (path, html) in texts(".html") {
        let mut links = attributes(html, " href=\"");
        links.extend(attributes(html, " src=\""));
        for link in links {
            let link = link.strip_prefix("https://yunlan.example").unwrap_or(&link);
            let (address, anchor) = link.split_once('#').unwrap_or((link, ""));
            if address.contains(':') || address.starts_with("//") {
                continue;
            }
            seen += 1;
            let file = if address.is_empty() {
                Some(path.to_owned())
            } else {
                file_of(tree, address)
            };
            match file {
                None => broken.push(format!("{path}: {link}")),
                Some(file) if !anchor.is_empty() => {
                    let anchor = decoded(anchor);
                    if !ids
                        .get(file.as_str())
                        .is_some_and(|ids| ids.contains(&anchor))
                    {
                        broken.push(format!("{path}: {link} (no such anchor)"));
                    }
                }
                Some(_) => {}
            }
        }
    }
    assert!(seen > 2000, "only {seen} links were found");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn file_of(tree: &BTreeMap<String, Vec<u8>>, address: &str) -> Option<String> {
    let path = decoded(address.split('?').next().unwrap_or_default());
    let path = path.strip_prefix('/')?;
    let file = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    };
    tree.contains_key(&file).then_some(file)
}

fn attributes(html: &str, start: &str) -> Vec<String> {
    html.match_indices(start)
        .filter_map(|(at, _)| html[at + start.len()..].split('"').next())
        .map(|value| {
            value
                .replace("&quot;", "\"")
                .replace("&#x27;", "'")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
        })
        .collect()
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

#[test]
fn every_feed_is_read_by_an_independent_parser() {
    let mut feeds = 0;
    for ending in ["atom.xml", "rss.xml", "feed.json"] {
        for (path, text) in texts(ending) {
            let feed = feed_rs::parser::parse(text.as_bytes())
                .unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(!feed.entries.is_empty(), "{path} has no entries");
            assert!(feed.entries.len() <= 20, "{path} is longer than its limit");
            let mut ids = BTreeSet::new();
            let mut times = BTreeSet::new();
            for entry in &feed.entries {
                assert!(
                    ids.insert(entry.id.clone()),
                    "{path}: {} stands twice",
                    entry.id
                );
                let time = entry.updated.or(entry.published);
                assert!(time.is_some(), "{path}: {} has no time", entry.id);
                if ending == "atom.xml" {
                    assert!(times.insert(time), "{path}: two entries of one time");
                }
                assert!(
                    entry
                        .links
                        .iter()
                        .all(|link| link.href.starts_with("https://")),
                    "{path}: {} has a relative link",
                    entry.id
                );
                let full = entry
                    .content
                    .as_ref()
                    .and_then(|content| content.body.as_deref())
                    .unwrap_or_default();
                for relative in ["href=\"/", "src=\"/", "href=\"#", "<script", "style="] {
                    assert!(
                        !full.contains(relative),
                        "{path}: {} has {relative}",
                        entry.id
                    );
                }
            }
            feeds += 1;
        }
    }
    assert!(feeds > 100, "only {feeds} feeds");
}

#[test]
fn every_calendar_is_read_by_an_independent_parser() {
    for (path, text) in texts(".ics") {
        assert!(
            text.split("\r\n").all(|line| line.len() <= 75),
            "{path}: a line is too long"
        );
        assert!(
            !text.replace("\r\n", "").contains('\n'),
            "{path}: a bare line feed"
        );
        let calendar: icalendar::Calendar = text
            .parse()
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(!calendar.components.is_empty(), "{path} is empty");
    }
}

#[test]
fn structured_data_is_json_and_jobs_have_what_search_engines_require() {
    let mut jobs = 0;
    for (path, html) in texts(".html") {
        for part in html.split("<script type=\"application/ld+json\">").skip(1) {
            let json = part.split("</script>").next().unwrap_or_default();
            let value: serde_json::Value =
                serde_json::from_str(json).unwrap_or_else(|error| panic!("{path}: {error}"));
            for node in nodes(&value) {
                if node.get("@type").and_then(|kind| kind.as_str()) == Some("JobPosting") {
                    jobs += 1;
                    for key in ["title", "description", "datePosted", "hiringOrganization"] {
                        assert!(node.get(key).is_some(), "{path}: a job without {key}");
                    }
                    let through = node.get("validThrough").and_then(|date| date.as_str());
                    assert!(
                        through.is_none_or(|date| date >= DAY),
                        "{path}: an expired job"
                    );
                }
            }
        }
    }
    assert!(jobs >= 5, "only {jobs} jobs are marked up");
}

fn nodes(value: &serde_json::Value) -> Vec<&serde_json::Value> {
    let mut all = vec![value];
    match value {
        serde_json::Value::Array(values) => all.extend(values.iter().flat_map(nodes)),
        serde_json::Value::Object(map) => all.extend(map.values().flat_map(nodes)),
        _ => {}
    }
    all
}

#[test]
fn the_sitemap_is_valid_and_lists_pages_that_exist() {
    let [(_, sitemap)] = texts("sitemap.xml")[..] else {
        panic!("one sitemap is wanted")
    };
    let places: Vec<&str> = sitemap
        .split("<loc>")
        .skip(1)
        .filter_map(|part| part.split("</loc>").next())
        .collect();
    assert!(places.len() > 100, "only {} addresses", places.len());
    let distinct: BTreeSet<&&str> = places.iter().collect();
    assert_eq!(distinct.len(), places.len(), "an address stands twice");
    for place in places {
        let path = place
            .strip_prefix("https://yunlan.example")
            .unwrap_or(place);
        assert!(
            file_of(&built().tree, path).is_some(),
            "{place} does not exist"
        );
    }
}

#[test]
#[ignore = "needs xmllint (Debian: libxml2-utils); .ci/run installs it and runs this"]
fn the_sitemap_follows_the_schema_of_the_protocol() {
    let output = Command::new("xmllint")
        .arg("--noout")
        .arg("--schema")
        .arg(harness::repository().join("tests/schemas/sitemap.xsd"))
        .arg(built().site.path("public/sitemap.xml"))
        .output()
        .expect("xmllint runs");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
}

#[test]
fn every_kind_and_language_has_its_pages() {
    let tree = &built().tree;
    for language in ["", "zh-hant/", "en/", "ru/"] {
        for list in [
            "",
            "articles/",
            "companies/",
            "jobs/",
            "policies/",
            "events/",
        ] {
            let page = format!("{language}{list}index.html");
            assert!(tree.contains_key(&page), "{page} is missing");
        }
    }
    for file in [
        "404.html",
        "robots.txt",
        "_redirects",
        "atom.xml",
        "archive/index.html",
    ] {
        assert!(tree.contains_key(file), "{file} is missing");
    }
}

#[test]
fn building_twice_gives_the_same_bytes_with_any_number_of_threads() {
    let built = built();
    for threads in ["1", "7"] {
        let mut command = built.site.command(&[
            "build", "--date", DAY, "--format", "short", "--out", "again",
        ]);
        command.env("RAYON_NUM_THREADS", threads);
        built.site.ended(command).fine();
        let again = built.site.tree("again");
        let differing: Vec<&String> = again
            .iter()
            .filter(|(path, bytes)| built.tree.get(*path) != Some(*bytes))
            .map(|(path, _)| path)
            .collect();
        assert!(
            differing.is_empty(),
            "with {threads} threads: {differing:?}"
        );
        assert_eq!(again.len(), built.tree.len());
        std::fs::remove_dir_all(built.site.path("again")).expect("the second output");
    }
}
