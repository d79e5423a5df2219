//! The command line as a newcomer meets it: wrong words, missing folders, help, pipes.

use crate::harness::{SETTINGS, Site};
use std::process::Stdio;

#[test]
fn without_a_site_the_way_to_one_is_shown() {
    let nowhere = Site::empty();
    for words in [&["build"][..], &["check"], &["serve"], &["new", "job", "x"]] {
        let ran = nowhere.run(words).refused();
        assert_eq!(ran.stdout, "");
        assert_eq!(
            ran.stderr,
            "error: no `site.yaml` here or in a folder above; `guidepost init DIR` writes an \
             example site, `--root DIR` names the folder of yours\n"
        );
    }
    let ran = nowhere.run(&["build", "--root", "there"]).refused();
    assert!(
        ran.stderr.starts_with("error: `there` has no `site.yaml`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn wrong_words_are_answered_with_the_right_ones() {
    let site = Site::empty();
    let ran = site.run(&["biuld"]).refused();
    assert!(ran.stderr.contains("'build'"), "{}", ran.stderr);
    assert!(
        site.run(&["build", "--drafst"])
            .refused()
            .stderr
            .contains("--drafts")
    );
    assert!(site.run(&[]).refused().stderr.contains("Usage:"));
    assert!(site.run(&["--help"]).fine().stdout.contains("Exit codes"));
    assert!(
        site.run(&["--version"])
            .fine()
            .stdout
            .starts_with("guidepost ")
    );
}

#[test]
fn completions_are_data_on_stdout() {
    let site = Site::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = site.run(&["completions", shell]).fine();
        assert!(ran.stdout.contains("guidepost"), "{shell}");
        assert_eq!(ran.stderr, "");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let site = Site::empty();
    let mut command = site.command(&["completions", "zsh"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn data_that_a_full_disk_swallows_is_a_failure() {
    let site = Site::new().file("content/a.md", "# A\n\nText.\n");
    for words in [
        &["completions", "zsh"][..],
        &["check", "--format", "json"],
        &["build", "--format", "json"],
    ] {
        let full = std::fs::File::create("/dev/full").expect("a device that is always full");
        let mut command = site.command(words);
        command.stdout(full);
        let ran = site.ended(command).refused();
        assert!(
            ran.stderr.contains("cannot write to standard output"),
            "{words:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn an_old_site_is_given_the_default_theme_alone() {
    let site = Site::empty();
    site.write("site.yaml", SETTINGS);
    site.write("content/a.md", "# 焊工\n");
    let ran = site.run(&["build"]).mistakes();
    assert!(
        ran.stderr.contains("`guidepost init --theme`"),
        "{}",
        ran.stderr
    );

    let ran = site.run(&["init", "--theme"]).fine();
    assert!(ran.stderr.contains("`themes/default`"), "{}", ran.stderr);
    site.run(&["build"]).fine();
    assert_eq!(site.read("content/a.md"), "# 焊工\n");
    let ran = site.run(&["init", "--theme"]).refused();
    assert!(
        ran.stderr.contains("`themes/default` is there already"),
        "{}",
        ran.stderr
    );
}

#[test]
fn init_writes_a_site_once() {
    let folder = Site::empty();
    let ran = folder.run(&["init", "my site"]).fine();
    assert!(
        ran.stderr.contains("cd 'my site' && guidepost serve"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        folder.read("my site/.gitignore"),
        "/public/\n/.guidepost/\n"
    );
    assert!(folder.read("my site/site.yaml").contains("timezone:"));
    let before = folder.tree("my site");
    let ran = folder.run(&["init", "my site"]).refused();
    assert!(
        ran.stderr.contains("`my site` is not empty"),
        "{}",
        ran.stderr
    );
    assert_eq!(folder.tree("my site"), before);
    // The folder of the site may be named the way every other command names it, but once.
    folder.run(&["init", "--root", "other"]).fine();
    assert!(folder.path("other/site.yaml").exists());
    let ran = folder.run(&["init", "third", "--root", "fourth"]).refused();
    assert!(ran.stderr.contains("name one of them"), "{}", ran.stderr);
    assert!(!folder.path("third").exists() && !folder.path("fourth").exists());
    // A repository that was just made is as good as empty.
    let fresh = Site::empty().file(".git/HEAD", "ref: refs/heads/main\n");
    fresh.run(&["init"]).fine();
}

#[test]
fn new_writes_a_page_in_its_place_and_never_over_another() {
    let site = Site::empty().file("site.yaml", SETTINGS);
    let ran = site.run(&["new", "job", "senior-welder"]).fine();
    assert_eq!(
        ran.stderr,
        "wrote content/jobs/senior-welder.md, a draft; name its company, then `guidepost serve \
         --drafts` shows it\n"
    );
    let page = site.read("content/jobs/senior-welder.md");
    assert!(
        page.starts_with("---\ntitle: \"senior welder\"\ndate: 2"),
        "{page}"
    );
    assert!(page.contains("\ncompany: your-company "), "{page}");
    let ran = site.run(&["new", "jobs", "senior-welder"]).refused();
    assert!(
        ran.stderr.contains("nothing is overwritten"),
        "{}",
        ran.stderr
    );
    assert_eq!(site.read("content/jobs/senior-welder.md"), page);
    site.run(&["new", "company", "某某机械", "--lang", "EN"])
        .fine();
    assert!(site.path("content/companies/某某机械.en.md").exists());
    site.run(&["new", "page", "join", "--lang", "zh-hans"])
        .fine();
    assert!(site.path("content/join.md").exists());
}

/// What `new` promises at its end: that `serve --drafts` shows the page.
#[test]
fn new_pages_of_every_kind_build_as_they_are() {
    let site = Site::new();
    for kind in [
        "article", "company", "job", "policy", "event", "digest", "page",
    ] {
        let slug = format!("my-{kind}");
        site.run(&["new", kind, &slug]).fine();
        if kind == "article" {
            // A digest needs something that is published.
            let page = site.read("content/articles/my-article.md");
            let published = page.replace("draft: true ", "# ");
            site.write("content/articles/my-article.md", published);
        }
    }
    // The one field that only the author knows, and the message says so.
    let job = site.read("content/jobs/my-job.md");
    site.write(
        "content/jobs/my-job.md",
        job.replace("your-company", "my-company"),
    );
    site.run(&["build", "--drafts"]).fine();
    for page in [
        "articles/my-article",
        "companies/my-company",
        "jobs/my-job",
        "policies/my-policy",
        "events/my-event",
        "digests/my-digest",
        "my-page",
    ] {
        let file = format!("public/{page}/index.html");
        assert!(site.path(&file).exists(), "{file}");
    }
}

#[test]
fn new_writes_where_the_site_keeps_its_content() {
    let settings = SETTINGS.replace("  theme:", "  content: source/_posts\n  theme:");
    let site = Site::empty().file("site.yaml", settings);
    let ran = site.run(&["new", "job", "welder"]).fine();
    assert!(
        ran.stderr
            .starts_with("wrote source/_posts/jobs/welder.md,"),
        "{}",
        ran.stderr
    );
    assert!(site.path("source/_posts/jobs/welder.md").exists());
    let ran = site.run(&["build", "--out", "source/_posts/x"]).refused();
    assert!(
        ran.stderr.contains("lies in `source/_posts/`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn new_says_what_it_cannot_do() {
    let site = Site::empty().file("site.yaml", SETTINGS);
    for (words, wanted) in [
        (
            &["new", "jbo", "x"][..],
            "there is no kind `jbo`; did you mean `job`?",
        ),
        (&["new", "thing", "x"], "the kinds are article, company"),
        (&["new", "job", "../x"], "cannot be a file name"),
        (&["new", "job", "a/b"], "cannot be a file name"),
        (&["new", "job", "_index"], "cannot be a file name"),
        (&["new", "job", "x.en"], "cannot be a file name"),
        (&["new", "job", "x", "--lang", "fr"], "it has zh-Hans, en"),
        (
            &["new", "job", "x", "--lang", "zh-Hant"],
            "did you mean `zh-Hans`?",
        ),
    ] {
        let ran = site.run(words).refused();
        assert!(ran.stderr.contains(wanted), "{words:?}: {}", ran.stderr);
    }
    assert!(!site.path("content").exists());
}

#[test]
fn options_that_make_no_sense_are_refused_before_anything_is_done() {
    let site = Site::new().file("content/a.md", "# A\n\nText.\n");
    for (words, wanted) in [
        (
            &["build", "--date", "05/06/2024"][..],
            "`--date 05/06/2024` is no date",
        ),
        (&["build", "--base-url", "example.org"], "is no address"),
        (&["build", "--base-url", "https://a b"], "is no address"),
        (&["build", "--out", "."], "is the folder of the site itself"),
        (&["build", "--out", ".."], "or one above it"),
        (&["build", "--out", "content/x"], "lies in `content/`"),
        (&["build", "--out", "site.yaml"], "is not a folder"),
        (&["serve", "--date", "never"], "is no date"),
    ] {
        let ran = site.run(words).refused();
        assert!(ran.stderr.contains(wanted), "{words:?}: {}", ran.stderr);
    }
    assert!(!site.path("public").exists());
}
