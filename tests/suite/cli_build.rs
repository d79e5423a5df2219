//! `build` and `check` from outside: what is printed, written, kept and left alone.

use crate::harness::{Site, TODAY};

/// A page with a title and a text.
fn page(title: &str, text: &str) -> String {
    format!("---\ntitle: {title}\ndate: 2026-01-02\n---\n\n{text}\n")
}

fn small_site() -> Site {
    Site::new()
        .file("content/articles/one.md", page("一", "第一篇。"))
        .file(
            "content/articles/two.md",
            page("二", "第二篇，见[一](one.md)。"),
        )
        .file("content/articles/two.en.md", page("Two", "The second one."))
        .file("content/join.md", "---\ntitle: 加入\n---\n\n来。\n")
        .file("static/robots-note.txt", "hello")
}

#[test]
fn a_build_says_what_it_did_and_writes_the_site() {
    let site = small_site();
    let ran = site.build().fine();
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.starts_with("built: 4 files, 4 pages, "),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.ends_with(" written, 0 removed in [SECONDS]\n"),
        "{}",
        ran.stderr
    );
    let tree = site.tree("public");
    for path in [
        "index.html",
        "404.html",
        "articles/one/index.html",
        "en/articles/two/index.html",
        "join/index.html",
        "robots-note.txt",
        "sitemap.xml",
    ] {
        assert!(tree.contains_key(path), "{path}: {:?}", tree.keys());
    }
    let again = site.build().fine();
    assert!(
        again.stderr.contains(", 0 written, 0 removed"),
        "{}",
        again.stderr
    );
    assert_eq!(site.tree("public"), tree);
}

#[test]
fn a_list_tells_the_kinds_of_its_pages_when_they_differ() {
    let tagged = |title: &str, more: &str| {
        format!("---\ntitle: {title}\ndate: 2026-01-02\ntags: [同, {title}]\n{more}---\n\n文。\n")
    };
    let site = Site::new()
        .file("content/articles/one.md", tagged("一", ""))
        .file("content/articles/two.md", tagged("二", ""));
    let chips = |path: &str| {
        let tree = site.tree("public");
        let html = String::from_utf8_lossy(&tree[path]).into_owned();
        html.matches("<span class=\"chip\">").count()
    };
    site.build().fine();
    assert_eq!(chips("tags/同/index.html"), 0);
    let mine = "company: { name: 乙 }\n";
    site.write("content/companies/b.md", tagged("乙", mine));
    site.build().fine();
    assert_eq!(chips("tags/同/index.html"), 3);
    assert_eq!(chips("tags/一/index.html"), 0);
}

#[test]
fn the_same_input_gives_the_same_bytes_with_any_number_of_threads() {
    let site = small_site();
    for (folder, threads) in [("one", "1"), ("four", "4")] {
        let mut command = site.command(&["build", "--date", TODAY, "--out", folder]);
        command.env("RAYON_NUM_THREADS", threads);
        site.ended(command).fine();
    }
    let (one, four) = (site.tree("one"), site.tree("four"));
    assert!(one.len() > 10);
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        four.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in one {
        assert_eq!(four[&path], bytes, "{path}");
    }
}

#[test]
fn a_failing_build_changes_nothing_and_tells_every_mistake() {
    let site = small_site();
    site.build().fine();
    let before = site.tree("public");
    site.write(
        "content/articles/one.md",
        page("一", "改了，见[无](nowhere.md)。"),
    );
    site.write(
        "content/articles/three.md",
        "---\ntitle: 三\ndate: 2026-02-31\n---\n\n三。\n",
    );
    let ran = site.build().mistakes();
    assert_eq!(ran.lines().len(), 2, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("content/articles/one.md:6:5: error[broken-link]"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("content/articles/three.md:3:7: error[invalid-date]"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("nothing was written: 2 errors; "),
        "{}",
        ran.stderr
    );
    assert_eq!(site.tree("public"), before);
}

#[test]
fn a_removed_page_leaves_and_files_of_others_stay() {
    let site = small_site();
    site.build().fine();
    site.write("public/CNAME", "example.org");
    site.write("public/articles/two/notes.txt", "by hand");
    std::fs::remove_file(site.path("content/articles/two.md")).expect("removed");
    std::fs::remove_file(site.path("content/articles/one.md")).expect("removed");
    site.build().fine();
    assert!(!site.path("public/articles/one").exists());
    assert!(!site.path("public/articles/two/index.html").exists());
    assert_eq!(site.read("public/articles/two/notes.txt"), "by hand");
    assert_eq!(site.read("public/CNAME"), "example.org");
}

#[test]
fn check_tells_the_same_and_writes_nothing() {
    let site = small_site();
    let ran = site.run(&["check", "--date", TODAY]).fine();
    assert!(
        ran.stderr.starts_with("in order: 4 files, 4 pages, "),
        "{}",
        ran.stderr
    );
    site.write(
        "content/articles/one.md",
        page("一", "见[无](nowhere.md)。"),
    );
    let build = site.build().mistakes();
    let check = site
        .run(&["check", "--date", TODAY, "--format", "short"])
        .mistakes();
    assert_eq!(build.lines(), check.lines());
    assert!(!site.path("public").exists());
}

#[test]
fn formats_for_machines() {
    let site = small_site().file(
        "content/articles/bad.md",
        "---\ntitle: 坏\ndate: 2026-02-31\n---\n\n坏。\n",
    );
    let ran = site
        .run(&["build", "--date", TODAY, "--format", "json"])
        .mistakes();
    assert_eq!(ran.stderr, "");
    let lines: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 2, "{}", ran.stdout);
    assert_eq!(lines[0]["type"], "diagnostic");
    assert_eq!(lines[0]["code"], "invalid-date");
    assert_eq!(lines[0]["file"], "content/articles/bad.md");
    assert_eq!(lines[0]["line"], 3);
    assert_eq!(lines[0]["column"], 7);
    let summary = lines[1].as_object().expect("an object");
    for (key, value) in [("type", "summary"), ("command", "build")] {
        assert_eq!(summary[key], value);
    }
    for key in [
        "files", "pages", "outputs", "written", "removed", "skipped", "errors", "warnings",
        "seconds",
    ] {
        assert!(summary[key].is_number(), "{key}: {summary:?}");
    }

    let mut command = site.command(&["build", "--date", TODAY]);
    command.env("GITHUB_ACTIONS", "true");
    let ran = site.ended(command).mistakes();
    assert!(
        ran.stderr.starts_with(
            "::error file=content/articles/bad.md,line=3,col=7,endColumn=17,title=invalid-date::"
        ),
        "{}",
        ran.stderr
    );

    let ran = site
        .run(&["build", "--date", TODAY, "--color", "always"])
        .mistakes();
    assert!(ran.stderr.contains("\u{1b}["));
    let ran = site.run(&["build", "--date", TODAY]).mistakes();
    assert!(!ran.stderr.contains('\u{1b}'), "a pipe is not coloured");
    let ran = site.run(&["build", "--date", TODAY, "-q"]).mistakes();
    assert!(
        !ran.stderr.contains("nothing was written"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("invalid-date"), "{}", ran.stderr);
}

#[test]
fn drafts_future_pages_and_the_day_of_the_build() {
    let site = Site::new()
        .file(
            "content/articles/draft.md",
            "---\ntitle: 草稿\ndate: 2026-01-01\ndraft: true\n---\n\n稿。\n",
        )
        .file(
            "content/articles/later.md",
            "---\ntitle: 以后\ndate: 2026-12-24\n---\n\n后。\n",
        )
        .file("content/articles/now.md", page("现在", "今。"));
    let there = |name: &str| {
        site.path(&format!("public/articles/{name}/index.html"))
            .exists()
    };
    let ran = site.build().fine();
    assert!(
        ran.stderr
            .contains("1 draft left out, 1 page still to come"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("next: content/articles/later.md appears on 2026-12-24 00:00 +08:00"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        (there("draft"), there("later"), there("now")),
        (false, false, true)
    );
    site.build_with(&["--drafts"]).fine();
    assert_eq!((there("draft"), there("later")), (true, false));
    site.build_with(&["--future"]).fine();
    assert_eq!((there("draft"), there("later")), (false, true));
    site.run(&["build", "--date", "2026-12-23"]).fine();
    assert!(!there("later"));
    site.run(&["build", "--date", "2026-12-24"]).fine();
    assert!(there("later"));
}

#[test]
fn another_address_and_another_folder() {
    let site = small_site();
    site.build_with(&[
        "--base-url",
        "https://preview.example/x/",
        "--out",
        "out/site",
    ])
    .fine();
    let sitemap = site.read("out/site/sitemap.xml");
    assert!(
        sitemap.contains("https://preview.example/x/articles/one/"),
        "{sitemap}"
    );
    assert!(!sitemap.contains("https://example.org"), "{sitemap}");
    assert!(site.read("out/site/index.html").contains("\"/x/articles/"));
    assert!(!site.path("public").exists());
}

#[test]
fn the_site_is_found_from_a_folder_within_it() {
    let site = small_site();
    let mut command = site.command(&["build", "--date", TODAY]);
    command.current_dir(site.path("content/articles"));
    site.ended(command).fine();
    assert!(site.path("public/index.html").exists());
}

#[test]
fn the_site_that_init_writes_builds_without_a_warning() {
    let folder = Site::empty();
    folder.run(&["init", "site"]).fine();
    let ran = folder
        .run(&["build", "--root", "site", "--format", "short"])
        .fine();
    assert!(ran.lines().is_empty(), "{}", ran.stderr);
    assert!(folder.path("site/public/index.html").exists());
    for kind in [
        "article", "company", "job", "policy", "event", "digest", "page",
    ] {
        folder
            .run(&["new", kind, &format!("new-{kind}"), "--root", "site"])
            .fine();
    }
    let ran = folder
        .run(&["build", "--root", "site", "--format", "short"])
        .fine();
    assert!(
        ran.lines().is_empty(),
        "new pages are in order: {}",
        ran.stderr
    );
}

#[test]
fn two_sources_of_one_output_are_told_with_all_other_mistakes() {
    let ran = Site::new()
        .file(
            "content/one.md",
            "---\ntitle: 一\nurl: /same/\n---\n\n文。\n",
        )
        .file(
            "content/two.md",
            "---\ntitle: 二\nurl: /same/\n---\n\n[无](/nowhere/)\n",
        )
        .build();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for told in [
        "error[duplicate-output]: `content/one.md` and `content/two.md` would both write `same/index.html`",
        "error[broken-link]",
    ] {
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
}

#[test]
fn a_cover_that_opens_the_text_is_shown_once() {
    let picture = b"<svg xmlns='http://www.w3.org/2000/svg' width='8' height='6'/>";
    let post = |text: &str| {
        format!("---\ntitle: 图\ndate: 2026-01-02\ncover: /a.svg\nmindmap: false\n---\n\n{text}\n")
    };
    let site = Site::new()
        .file("static/a.svg", picture)
        .file("content/articles/twice.md", post("![甲](/a.svg)\n\n文。"))
        .file("content/articles/once.md", post("文。"))
        .file("content/articles/todo.md", "---\ndraft: true\n---\n");
    let ran = site.build().fine();
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    for name in ["twice", "once"] {
        let html = site.read(&format!("public/articles/{name}/index.html"));
        assert_eq!(html.matches("<img").count(), 1, "{html}");
    }
}
