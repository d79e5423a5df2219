//! What a site needs of its keeper: the board of `status`, and digests of what is new.

use crate::harness::{SETTINGS, Site};
use serde_json::Value;

const ACCOUNTS: &str = "accounts:
  zhihu: { platform: zhihu, kinds: [article], languages: [zh-Hans], cadence: 2 weeks }
  juejin: { platform: juejin, kinds: [article], languages: [en], cadence: 1mo }
";

const STATUS: &[&str] = &["status", "--offline", "--date", "2026-06-15"];

/// A site on which everything waits for somebody.
fn neglected() -> Site {
    Site::new()
        .file("site.yaml", format!("{SETTINGS}{ACCOUNTS}"))
        .file(
            "content/articles/old-draft.md",
            "---\ntitle: 旧稿\ndate: 2026-01-05\ndraft: true\n---\n写了一半。\n",
        )
        .file(
            "content/articles/late.md",
            "---\ntitle: 迟到\ndate: 2026-05-20\ndraft: true\ndue: 2026-06-01\nowner: 林知远\n---\n写了一半。\n",
        )
        .file(
            "content/articles/late.en.md",
            "---\ntitle: Late\ndate: 2026-05-20\ndraft: true\ndue: 2026-06-01\n---\nHalf.\n",
        )
        .file(
            "content/articles/on-time.md",
            "---\ntitle: 不急\ndate: 2026-06-10\ndraft: true\ndue: 2026-06-15\n---\n写了一半。\n",
        )
        .file(
            "content/articles/new.md",
            "---\ntitle: 新文章\ndate: 2026-06-15\n---\n第一段。\n",
        )
        .file(
            "content/articles/later.md",
            "---\ntitle: 以后\ndate: 2026-07-01\n---\n第一段。\n",
        )
        .file(
            "content/companies/acme.md",
            "---\ntitle: 某某机械\ndate: 2026-01-01\n---\n机械厂。\n",
        )
        .file(
            "content/jobs/welder.md",
            "---\ntitle: 焊工\ndate: 2026-05-01\ncompany: acme\nvalid_through: 2026-06-10\n---\n焊接。\n",
        )
        .file(
            "content/jobs/ancient.md",
            "---\ntitle: 老岗位\ndate: 2024-05-01\ncompany: acme\nvalid_through: 2024-06-10\n---\n焊接。\n",
        )
        .file(
            "content/policies/ended.md",
            "---\ntitle: 旧补贴\ndate: 2025-05-01\neffective_until: 2026-05-31\n---\n补贴。\n",
        )
        .file(
            "content/policies/unchecked.md",
            "---\ntitle: 老政策\ndate: 2025-05-01\nchecked_on: 2025-10-01\n---\n补贴。\n",
        )
        .file(
            "content/policies/fresh.md",
            "---\ntitle: 新政策\ndate: 2025-05-01\nchecked_on: 2026-06-01\n---\n补贴。\n",
        )
        .file(
            "content/events/talk.md",
            "---\ntitle: 讲座\ndate: 2026-05-01\nstart: 2026-06-05 19:00\n---\n讲座。\n",
        )
        .file(
            "content/events/told.md",
            "---\ntitle: 讲完了\ndate: 2026-05-01\nstart: 2026-06-06 19:00\nrecap: 来了十个人。\n---\n讲座。\n",
        )
        .file(
            "content/events/cancelled.md",
            "---\ntitle: 没办成\ndate: 2026-05-01\nstart: 2026-06-07 19:00\nstatus: cancelled\n---\n讲座。\n",
        )
        .file("ledger/zhihu.jsonl", posted("zhihu", "zh-Hans", "2026-05-02T04:00:00Z"))
        .file("ledger/juejin.jsonl", posted("juejin", "en", "2026-06-01T04:00:00Z"))
}

/// A ledger with one post made at that moment.
fn posted(platform: &str, lang: &str, at: &str) -> String {
    let post = format!("articles/gone@{lang}");
    let lines = [
        serde_json::json!({"serial": 1, "at": "2026-04-01T00:00:00Z", "event": "opened",
            "lineage": "0123456789abcdef", "platform": platform, "place": ""}),
        serde_json::json!({"serial": 2, "at": at, "event": "intended", "attempt": "a", "post": post,
            "action": "create", "hash": "h", "page": "https://example.org/articles/gone/"}),
        serde_json::json!({"serial": 3, "at": at, "event": "done", "attempt": "a", "remote": "1"}),
    ];
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_board_shows_the_worst_first_and_what_to_do() {
    let ran = neglected().run(STATUS).fine();
    insta::assert_snapshot!(ran.stdout, @r#"
    Posts that need a decision (2)
      zhihu:articles/gone@zh-Hans                   the page is gone: take the copy away by hand
      juejin:articles/gone@en                       the page is gone: take the copy away by hand
      → `guidepost plan --account zhihu` shows them in their plan

    Late drafts (1)
      content/articles/late.md                      due 2026-06-01, 14 days ago; 林知远; in zh-Hans, en
      → finish it and take `draft: true` out, or move its `due:`; `guidepost serve --drafts` shows it

    Silent accounts (1)
      zhihu                                         last post 44 days ago; wanted every 2 weeks; 1 post is ready for it
      → post what is ready, or begin something: `guidepost new article SLUG`

    To be posted by hand (1)
      zhihu:articles/new@zh-Hans                    新文章; new page
      → `guidepost serve`, page `/_desk`: copy it from there, and record where it is; or `guidepost publish --done zhihu:articles/new@zh-Hans URL`

    Policies that hold no longer (1)
      content/policies/ended.md                     held until 2026-05-31, 15 days ago
      → write what came after it, or set `expires:` to take it out of the lists

    Policies nobody has checked for half a year (1)
      content/policies/unchecked.md                 last checked 2025-10-01, 257 days ago
      → compare it with its source, then set `checked_on:`

    Jobs that are over (1)
      content/jobs/welder.md                        last day 2026-06-10, 5 days ago
      → ask the company: a new `valid_through:`, or leave it, it is out of the lists

    Events without a recap (1)
      content/events/talk.md                        was on 2026-06-05, 10 days ago
      → write `recap:`, or `status: cancelled` if it did not take place

    Drafts, the oldest first (2)
      content/articles/old-draft.md                 begun 2026-01-05, 161 days ago
      content/articles/on-time.md                   begun 2026-06-10, 5 days ago; due 2026-06-15
      → `guidepost serve --drafts` shows them; `due:` and `owner:` remind of one

    Not yet due (1)
      zhihu:articles/later@zh-Hans                  2026-07-01 00:00; 以后
      → a run of `guidepost publish` after that moment posts them

    Accounts
      zhihu — 知乎: by hand: a person pastes what is ready
        1 post; the last on 2026-05-02 12:00
      juejin — 掘金: by hand: a person pastes what is ready
        1 post; the last on 2026-06-01 12:00

    Plan: 1 for a person
    Next due: 2026-07-01 00:00
    The site changes next: 2026-07-01 00:00 content/articles/later.md appears
    "#);
}

#[test]
fn machines_get_every_matter_and_the_next_moment() {
    let mut words = STATUS.to_vec();
    words.extend(["--format", "json"]);
    let ran = neglected().run(&words).fine();
    let values: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let of = |file: &str| {
        let found = values.iter().find(|value| {
            value["file"]
                .as_str()
                .is_some_and(|known| known.ends_with(file))
        });
        found.unwrap_or_else(|| panic!("{file}: {}", ran.stdout))
    };
    let late = of("articles/late.md");
    assert_eq!(late["type"], "page");
    assert_eq!(late["matter"], "late");
    assert_eq!(late["owner"], "林知远");
    assert_eq!(late["days"], 14);
    assert_eq!(late["due"], "2026-06-01");
    assert_eq!(late["languages"], serde_json::json!(["zh-Hans", "en"]));
    assert_eq!(of("welder.md")["type"], "job");
    assert_eq!(of("welder.md")["matter"], "job-expired");
    assert_eq!(of("ended.md")["matter"], "policy-ended");
    assert_eq!(of("unchecked.md")["matter"], "policy-unchecked");
    assert_eq!(of("unchecked.md")["type"], "policy");
    assert_eq!(of("talk.md")["matter"], "event-without-recap");
    assert_eq!(of("old-draft.md")["matter"], "draft");
    for fine in [
        "fresh.md",
        "told.md",
        "cancelled.md",
        "ancient.md",
        "late.en.md",
        "new.md",
    ] {
        assert!(
            !values.iter().any(|value| value["file"]
                .as_str()
                .is_some_and(|file| file.ends_with(fine))),
            "{fine}: {}",
            ran.stdout
        );
    }
    let account = |name: &str| {
        let found = values
            .iter()
            .find(|value| value["type"] == "account" && value["account"] == name);
        found.expect("an account")
    };
    assert_eq!(account("zhihu")["silent_days"], 44);
    assert_eq!(account("juejin")["silent_days"], Value::Null);
    let summary = values.last().expect("a summary");
    assert_eq!(summary["type"], "summary");
    assert_eq!(summary["next_due"], "2026-06-30T16:00:00Z");
    assert_eq!(summary["next_change"]["at"], "2026-06-30T16:00:00Z");
    for (key, count) in [
        ("late", 1),
        ("silent", 1),
        ("by_hand", 1),
        ("out_of_date", 4),
        ("drafts", 3),
    ] {
        assert_eq!(summary[key], count, "{key}: {summary}");
    }
}

#[test]
fn a_site_in_order_says_so() {
    let ran = Site::new()
        .file(
            "content/articles/a.md",
            "---\ntitle: 一\ndate: 2026-06-01\n---\n文。\n",
        )
        .run(STATUS)
        .fine();
    assert!(
        ran.stdout.starts_with("Nothing needs you today."),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_edit_is_no_sign_of_life_and_a_new_account_is_not_silent() {
    let site = Site::new()
        .file("site.yaml", format!("{SETTINGS}{ACCOUNTS}"))
        .file("content/about.md", "---\ntitle: 关于\n---\n文。\n");
    let ran = site.run(STATUS).fine();
    assert!(!ran.stdout.contains("Silent"), "{}", ran.stdout);
    let update = "{\"serial\":4,\"at\":\"2026-06-14T00:00:00Z\",\"event\":\"intended\",\"attempt\":\"b\",\"post\":\"articles/gone@zh-Hans\",\"action\":\"update\",\"hash\":\"i\",\"page\":\"https://example.org/articles/gone/\"}\n{\"serial\":5,\"at\":\"2026-06-14T00:00:01Z\",\"event\":\"done\",\"attempt\":\"b\",\"remote\":\"1\"}\n";
    let ledger = posted("zhihu", "zh-Hans", "2026-05-02T04:00:00Z");
    site.write("ledger/zhihu.jsonl", format!("{ledger}{update}"));
    let ran = site.run(STATUS).fine();
    assert!(
        ran.stdout.contains("last post 44 days ago"),
        "{}",
        ran.stdout
    );
    let wrong = format!("{SETTINGS}{}", ACCOUNTS.replace("2 weeks", "often"));
    site.write("site.yaml", wrong);
    let ran = site.run(STATUS).mistakes();
    assert!(
        ran.stderr.contains("`cadence: often` is no length of time"),
        "{}",
        ran.stderr
    );
}

fn news() -> Site {
    Site::new()
        .file(
            "content/articles/old.md",
            "---\ntitle: 旧文\ndate: 2026-05-20\nsummary: 旧的。\n---\n文。\n",
        )
        .file(
            "content/articles/a b.md",
            "---\ntitle: \"[焊工] 的*一天*\"\ndate: 2026-06-10\nslug: day\nsummary: 从早到晚。\n---\n文。\n",
        )
        .file(
            "content/companies/acme.md",
            "---\ntitle: 某某机械\ndate: 2026-06-11\nsummary: 机械厂。\n---\n文。\n",
        )
        .file(
            "content/articles/hidden.md",
            "---\ntitle: 草稿\ndate: 2026-06-11\ndraft: true\n---\n文。\n",
        )
        .file("content/about.md", "---\ntitle: 关于\n---\n文。\n")
        .file(
            "content/articles/english.en.md",
            "---\ntitle: English\ndate: 2026-06-12\n---\nText.\n",
        )
        .file(
            "data/jobs.csv",
            "slug,title,company,date,summary\nwelder,焊工,acme,2026-06-12,焊接。\n",
        )
}

const DIGEST: &[&str] = &["new", "digest", "--date", "2026-06-15"];

#[test]
fn a_digest_names_the_new_pages_by_kind() {
    let site = news();
    let ran = site.run(DIGEST).fine();
    assert!(
        ran.stderr
            .contains("digests/digest-2026-06-15.md, a draft with 3 new pages"),
        "{}",
        ran.stderr
    );
    let text = site.read("content/digests/digest-2026-06-15.md");
    insta::assert_snapshot!(text, @r#"
    ---
    title: "汇总 2026-06-09 – 2026-06-15"
    date: 2026-06-15
    draft: true              # take this line out to publish
    period: 2026-06-09/2026-06-15         # a week, a month (2026-01), or two days (2026-01-01/2026-01-15)
    listed: true             # the text names the pages; without this line the site lists them below it
    # summary: One or two sentences for lists, feeds and search results
    # tags: [one, two]
    # authors: [Name]
    # cover: cover.jpg         # beside this file, or a path from static/
    # updated: 2026-12-24      # day of the last real change
    # aliases: [/old/path/]    # old addresses that lead here
    ---

    <!-- One or two sentences first: what matters most? -->

    ## 文章

    - [\[焊工\] 的\*一天\*](<../articles/a b.md>): 从早到晚。

    ## 公司

    - [某某机械](../companies/acme.md): 机械厂。

    ## 职位

    - [焊工](../jobs/welder.md): 焊接。
    "#);
    // The page builds as it is, its links lead to the pages, and nothing is listed twice.
    let published = text.replace("draft: true ", "# ");
    site.write("content/digests/digest-2026-06-15.md", published);
    site.build().fine();
    let page = site.read("public/digests/digest-2026-06-15/index.html");
    for link in ["/articles/day/", "/companies/acme/", "/jobs/welder/"] {
        assert_eq!(
            page.matches(&format!("href=\"{link}\"")).count(),
            1,
            "{link}: {page}"
        );
    }
    assert!(page.contains("[焊工] 的*一天*"), "{page}");
    let feed = site.read("public/digests/feed.json");
    assert_eq!(feed.matches("/articles/day/").count(), 1, "{feed}");
}

#[test]
fn the_next_digest_begins_where_the_last_one_ended() {
    let site = news();
    site.run(&["new", "digest", "--date", "2026-06-11"]).fine();
    let ran = site.run(DIGEST).fine();
    assert!(
        ran.stderr
            .contains("a draft with 1 new page (2026-06-12/2026-06-15)"),
        "{}",
        ran.stderr
    );
    let ran = site
        .run(&["new", "digest", "--date", "2026-06-14"])
        .refused();
    assert!(
        ran.stderr
            .contains("the last digest, of 2026-06-12/2026-06-15, reaches to 2026-06-15"),
        "{}",
        ran.stderr
    );
    let ran = site
        .run(&["new", "digest", "--date", "2026-06-16"])
        .refused();
    assert!(
        ran.stderr.contains(
            "nothing was published in zh-Hans from 2026-06-16 to 2026-06-16, and an empty digest \
             is not made; the newest page is of 2026-06-12: `--since 2026-06-12` begins there"
        ),
        "{}",
        ran.stderr
    );
    // In time, `status` proposes one.
    site.write(
        "content/articles/z.md",
        "---\ntitle: 末\ndate: 2026-06-20\n---\n文。\n",
    );
    let ran = site
        .run(&["status", "--offline", "--date", "2026-06-25"])
        .fine();
    assert!(
        ran.stdout.contains("A digest could be made (1)"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("1 new page since the one of 2026-06-12/2026-06-15"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_digest_is_of_any_period_and_language() {
    let site = news();
    for (words, path, period) in [
        (
            &["--since", "2026-06-01"][..],
            "digest-2026-06-15.md",
            "2026-06-01/2026-06-15",
        ),
        (&["--period", "2026-05"], "2026-05.md", "2026-05"),
        (&["--period", "2026-W24"], "2026-w24.md", "2026-W24"),
        (
            &["--period", "2026-W24", "--lang", "en"],
            "2026-w24.en.md",
            "2026-W24",
        ),
        (&["--period", "2026-06", "june"], "june.md", "2026-06"),
    ] {
        let words = [DIGEST, words].concat();
        site.run(&words).fine();
        let text = site.read(&format!("content/digests/{path}"));
        assert!(text.contains(&format!("\nperiod: {period} ")), "{text}");
    }
    let english = site.read("content/digests/2026-w24.en.md");
    assert!(
        english.contains("## Articles\n\n- [English](../articles/english.en.md)"),
        "{english}"
    );
    for (words, wanted) in [
        (&["--period", "2025-05"][..], "an empty digest is not made"),
        (&["--period", "summer"], "`--period summer` is no period"),
        (&["--since", "tomorrow"], "`--since tomorrow` is no date"),
        (&["--since", "2026-07-01"], "is still to come"),
        (
            &["--since", "2026-06-01", "--period", "2026-05"],
            "cannot be used with",
        ),
    ] {
        let words = [DIGEST, words].concat();
        let ran = site.run(&words).refused();
        assert!(ran.stderr.contains(wanted), "{words:?}: {}", ran.stderr);
    }
    let ran = site
        .run(&["new", "job", "x", "--since", "2026-06-01"])
        .refused();
    assert!(ran.stderr.contains("are for a digest"), "{}", ran.stderr);
    let ran = site.run(&["new", "job"]).refused();
    assert!(
        ran.stderr.contains("the page needs a name"),
        "{}",
        ran.stderr
    );
}
