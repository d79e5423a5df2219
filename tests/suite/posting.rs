//! Planning and posting from outside: the binary on small sites, with accounts that a person
//! posts to, so that nothing is sent anywhere.

use crate::harness::{SETTINGS, Site};

fn site() -> Site {
    Site::new()
        .file(
            "site.yaml",
            format!("{SETTINGS}accounts:\n  zhihu: {{ platform: zhihu, kinds: [article], languages: [zh-Hans] }}\n"),
        )
        .file(
            "content/articles/new.md",
            "---\ntitle: 新文章\ndate: 2026-06-15\n---\n第一段。\n",
        )
        .file(
            "content/articles/old.md",
            "---\ntitle: 旧文章\ndate: 2026-01-01\n---\n第一段。\n",
        )
        .file(
            "content/articles/later.md",
            "---\ntitle: 以后\ndate: 2026-07-01\n---\n第一段。\n",
        )
}

const PLAN: &[&str] = &["plan", "--date", "2026-06-15"];

#[test]
fn a_plan_says_what_is_done_what_is_not_and_why() {
    let ran = site().run(PLAN);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @r"
    zhihu — 知乎
      > articles/new@zh-Hans                      新文章                                new page
      . articles/later@zh-Hans                    以后                                  not yet due: 2026-07-01 00:00
      . 1 older than the account (`--backfill` posts them)
    ");
    assert!(
        ran.stderr
            .contains("Plan: 1 for a person; next due 2026-07-01 00:00"),
        "{}",
        ran.stderr
    );
}

#[test]
fn machines_read_one_object_a_line() {
    let ran = site().run(&["plan", "--date", "2026-06-15", "--format", "json"]);
    let values: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let handed = values
        .iter()
        .find(|value| value["action"] == "handoff")
        .expect("a hand-off");
    assert_eq!(handed["post"], "articles/new@zh-Hans");
    assert_eq!(handed["reason"], "new-page");
    assert!(
        handed["text"]
            .as_str()
            .is_some_and(|text| text.contains("utm_source=zhihu"))
    );
    let summary = values.last().expect("a summary");
    assert_eq!(summary["type"], "summary");
    assert_eq!(summary["next_due"], "2026-06-30T16:00:00Z");
}

#[test]
fn what_a_person_posted_is_recorded_and_an_edit_shows() {
    let site = site();
    let url = "https://zhuanlan.zhihu.com/p/1";
    let date = ["--date", "2026-06-15"];
    let done = site.run(&["publish", "--done", "articles/new", url, date[0], date[1]]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(site.read("ledger/zhihu.jsonl").contains(url));
    let after = site.run(PLAN);
    assert!(after.stderr.contains("nothing to do"), "{}", after.stderr);
    site.write(
        "content/articles/new.md",
        "---\ntitle: 新文章\ndate: 2026-06-15\n---\n改过了。\n",
    );
    let edited = site.run(PLAN);
    assert!(
        edited.stdout.contains("the page changed"),
        "{}",
        edited.stdout
    );
    let removed = std::fs::remove_file(site.path("content/articles/new.md"));
    assert!(removed.is_ok());
    let gone = site.run(PLAN);
    assert!(
        gone.stdout.contains("take the copy away by hand"),
        "{}",
        gone.stdout
    );
}

#[test]
fn an_address_on_another_host_is_no_proof() {
    let ran = site().run(&[
        "publish",
        "--done",
        "articles/new",
        "https://zhihu.com.evil.example/p/1",
        "--date",
        "2026-06-15",
    ]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("is not 知乎"), "{}", ran.stderr);
}

#[test]
fn a_plan_in_a_file_is_refused_when_anything_has_changed() {
    let site = site();
    let written = site.run(&["plan", "--date", "2026-06-15", "--out", "plan.json"]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    let same = site.run(&["publish", "plan.json", "--date", "2026-06-15"]);
    assert_eq!(same.code, 0, "{}", same.stderr);
    site.write(
        "content/articles/new.md",
        "---\ntitle: 新文章\ndate: 2026-06-15\n---\n改过了。\n",
    );
    let stale = site.run(&["publish", "plan.json", "--date", "2026-06-15"]);
    assert_eq!(stale.code, 2);
    assert!(
        stale.stderr.contains("the plan is stale"),
        "{}",
        stale.stderr
    );
    let foreign = site
        .read("plan.json")
        .replace("https://example.org\"", "https://other.example\"");
    site.write("plan.json", foreign);
    let foreign = site.run(&["publish", "plan.json", "--date", "2026-06-15"]);
    assert!(
        foreign
            .stderr
            .contains("the plan is for https://other.example"),
        "{}",
        foreign.stderr
    );
}

#[test]
fn a_plan_in_a_file_is_sent_as_it_was_asked_for() {
    let site = site();
    let asked = ["--backfill", "--page", "articles/old"];
    let mut words = vec!["plan", "--date", "2026-06-15", "--out", "plan.json"];
    words.extend(asked);
    let written = site.run(&words);
    assert!(
        written.stdout.contains("articles/old"),
        "{}",
        written.stdout
    );
    let later = site.run(&["publish", "plan.json"]);
    assert_eq!(later.code, 2);
    assert!(
        later.stderr.contains("--date 2026-06-15"),
        "{}",
        later.stderr
    );
    let other = [
        "publish",
        "plan.json",
        "--date",
        "2026-06-15",
        "--allow-delete",
    ];
    let more = site.run(&other);
    assert_eq!(more.code, 2);
    assert!(
        more.stderr.contains("sends what the plan says"),
        "{}",
        more.stderr
    );
    let same = site.run(&["publish", "plan.json", "--date", "2026-06-15"]);
    assert_eq!(same.code, 0, "{}", same.stderr);
    assert!(
        same.stdout.contains("articles/old") && !same.stdout.contains("articles/new"),
        "{}",
        same.stdout
    );
}

#[test]
fn a_damaged_ledger_stops_its_account_and_is_told_with_its_line() {
    let site = site();
    site.write("ledger/zhihu.jsonl", "<<<<<<< ours\n");
    let ran = site.run(PLAN);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("ledger/zhihu.jsonl:1:1"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("Plan: nothing to do"), "{}", ran.stderr);
}

#[test]
fn accounts_that_are_not_there_are_suggested() {
    let ran = site().run(&["plan", "--account", "zhihuu"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("did you mean `zhihu`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_is_known_of_a_platform_is_old_after_half_a_year() {
    let site = site();
    for (date, is_old) in [("2027-02-01", false), ("2027-09-01", true)] {
        let ran = site.run(&["status", "--date", date]);
        let words = "what is known of 知乎 was last checked on";
        assert_eq!(ran.stdout.contains(words), is_old, "{date}: {}", ran.stdout);
    }
}

#[test]
fn pages_that_are_not_there_are_suggested() {
    let site = site();
    let ran = site.run(&["plan", "--date", "2026-06-15", "--page", "articles/nwe"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("no page `articles/nwe`; did you mean `articles/new`?"),
        "{}",
        ran.stderr
    );
    for page in [
        "articles/new",
        "content/articles/new.md",
        "articles/later@zh-Hans",
    ] {
        let ran = site.run(&["plan", "--date", "2026-06-15", "--page", page]);
        assert_eq!(ran.code, 0, "{page}: {}", ran.stderr);
    }
}

#[test]
fn a_copy_that_shall_go_says_what_the_page_says() {
    let site = site();
    let url = "https://zhuanlan.zhihu.com/p/1";
    let done = site.run(&[
        "publish",
        "--done",
        "articles/new",
        url,
        "--date",
        "2026-06-15",
    ]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    site.write(
        "content/articles/new.md",
        "---\ntitle: 新文章\ndate: 2026-06-15\npublish: false\n---\n第一段。\n",
    );
    let ran = site.run(PLAN);
    assert!(
        ran.stdout
            .contains("the page says `publish: false`: take the copy away by hand"),
        "{}",
        ran.stdout
    );
}

#[test]
fn status_shows_what_waits() {
    let ran = site().run(&["status"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("by hand: a person pastes what is ready"),
        "{}",
        ran.stdout
    );
    let adopted = site().run(&["adopt", "zhihu", "--yes"]);
    assert_eq!(adopted.code, 2);
    assert!(
        adopted.stderr.contains("cannot be listed"),
        "{}",
        adopted.stderr
    );
}
