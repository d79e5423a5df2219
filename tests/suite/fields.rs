//! Front matter in, fields out: what pages of every dialect and kind are understood to say.

use guidepost::config::Config;
use guidepost::content::{self, Details, Page, PageFile};
use guidepost::data::Node;
use guidepost::diag::{Diagnostic, print};

fn parse_at(path: &str, text: &str) -> (Option<Box<Page>>, Vec<Diagnostic>) {
    let file = PageFile {
        file: format!("content/{path}").into(),
        path: path.into(),
    };
    let config = Config::minimal();
    let parsed = content::parse(&file, text.as_bytes(), &Node::empty_map(), &config);
    (parsed.page, parsed.diagnostics)
}

fn page(path: &str, text: &str) -> Page {
    let (page, diagnostics) = parse_at(path, text);
    *page.unwrap_or_else(|| panic!("no page: {}", shorts(&diagnostics)))
}

fn shorts(diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            let hints: String = diagnostic
                .hints
                .iter()
                .map(|hint| format!("\n  {hint}"))
                .collect();
            print::short(diagnostic) + &hints
        })
        .collect();
    lines.join("\n")
}

fn terms<'a>(page: &'a Page, taxonomy: &str) -> Vec<&'a str> {
    page.meta
        .terms
        .iter()
        .filter(|(name, _)| name == taxonomy)
        .flat_map(|(_, terms)| terms.iter().map(|term| term.value.as_str()))
        .collect()
}

#[test]
fn the_title_is_the_key_else_the_heading_else_the_file_name() {
    let titled = page("a/x.md", "---\ntitle: 甲\n---\n# 甲\n\n正文\n");
    assert_eq!(titled.title, "甲");
    assert!(
        !titled.body.html.get().contains("<h1"),
        "{}",
        titled.body.html.get()
    );
    assert_eq!(page("a/x.md", "# 乙\n\n正文\n").title, "乙");
    assert_eq!(page("a/2026-05-20-on-foot.md", "正文\n").title, "on foot");
}

#[test]
fn the_path_gives_section_name_date_language_and_kind() {
    let found = page("jobs/2026/2026-05-20-welder.md", "text\n");
    assert_eq!(&*found.section, "jobs/2026");
    assert_eq!(found.stem, "welder");
    assert_eq!(found.kind.as_str(), "job");
    assert_eq!(
        found.meta.date.map(|date| date.at.to_string()).as_deref(),
        Some("2026-05-19T16:00:00Z")
    );
    let bundle = page("articles/welder/index.md", "text\n");
    assert_eq!(
        (&*bundle.section, bundle.stem.as_str()),
        ("articles", "welder")
    );
    let hexo = page("_posts/welder.zh-hans.md", "text\n");
    assert_eq!((&*hexo.section, hexo.stem.as_str()), ("", "welder"));
    assert_eq!(hexo.file_lang.as_deref(), Some("zh-Hans"));
    assert_eq!(page("about.md", "text\n").kind.as_str(), "page");
}

#[test]
fn dates_of_all_dialects_are_read_in_the_zone_of_the_site() {
    let at = |date: &str| {
        let page = page("articles/x.md", &format!("---\ndate: {date}\n---\ntext\n"));
        page.meta.date.map(|date| date.at.to_string())
    };
    for (written, instant) in [
        ("Fri, 20 May 2022 00:00:00 GMT", "2022-05-20T00:00:00Z"),
        ("2018/12/7 9:05", "2018-12-07T01:05:00Z"),
        ("2019-03-02 21:08:33", "2019-03-02T13:08:33Z"),
        ("2024年5月20日", "2024-05-19T16:00:00Z"),
        ("2024-05-20 08:00:00 +0000", "2024-05-20T08:00:00Z"),
    ] {
        assert_eq!(at(written).as_deref(), Some(instant), "{written}");
    }
}

#[test]
fn a_permalink_with_a_day_dates_a_page_that_has_no_other_date() {
    let at = |front_matter: &str| {
        let page = page(
            "articles/x.md",
            &format!("+++\n{front_matter}\n+++\ntext\n"),
        );
        page.meta.date.map(|date| date.at.to_string())
    };
    let day = at("path = \"2025/04/08/notes\"");
    assert_eq!(day.as_deref(), Some("2025-04-07T16:00:00Z"));
    assert_eq!(at("path = \"2025/04/31/notes\""), None);
    assert_eq!(at("path = \"2025/notes\""), None);
}

#[test]
fn wrong_dates_say_what_is_wrong() {
    let (_, diagnostics) = parse_at(
        "articles/x.md",
        "---\ntitle: x\ndate: 05/06/2024\nupdated: 2018-02-31\n---\ntext\n",
    );
    assert_eq!(
        shorts(&diagnostics),
        "content/articles/x.md:3:7: error[ambiguous-date]: the date `05/06/2024` has two readings\n  \
         write `2024-05-06` or `2024-06-05`\n\
         content/articles/x.md:4:10: error[invalid-date]: the day `2018-02-31` does not exist\n  \
         write a day of the calendar, such as `2026-02-28`"
    );
}

#[test]
fn tags_stay_text_and_categories_are_paths() {
    let found = page(
        "articles/x.md",
        "---\ntags: [2024, 1.10, no, '0123', HTTP/2, 2024]\ncategories:\n- [生活, 返乡]\n- [工具]\n---\ntext\n",
    );
    assert_eq!(
        terms(&found, "tags"),
        ["2024", "1.10", "no", "0123", "HTTP/2"]
    );
    assert_eq!(terms(&found, "categories"), ["生活/返乡", "工具"]);
    let flat = page(
        "articles/x.md",
        "---\ncategories: [生活, 返乡]\n---\ntext\n",
    );
    assert_eq!(terms(&flat, "categories"), ["生活/返乡"]);
}

#[test]
fn terms_in_one_text_are_taken_apart_with_a_warning() {
    let (found, diagnostics) =
        parse_at("articles/x.md", "---\ntags: 租房，通勤、薪资\n---\ntext\n");
    assert_eq!(
        found.map(|page| terms(&page, "tags").join("|")).as_deref(),
        Some("租房|通勤|薪资")
    );
    assert_eq!(
        shorts(&diagnostics),
        "content/articles/x.md:2:7: warning[repaired-front-matter]: `tags` holds several terms in one text\n  \
         write `tags: [租房, 通勤, 薪资]`"
    );
}

#[test]
fn slips_of_the_pen_are_named_and_foreign_keys_are_kept_quietly() {
    let (found, diagnostics) = parse_at(
        "articles/x.md",
        "---\ntltle: x\ncomments: false\nmood: 好\n---\n# y\n\ntext\n",
    );
    assert_eq!(
        shorts(&diagnostics),
        "content/articles/x.md:2:1: warning[unknown-field]: unknown field `tltle`\n  did you mean `title`?\n\
         content/articles/x.md:4:1: warning[unknown-field]: unknown field `mood`\n  put fields of your own under `extra:`"
    );
    let extra: Vec<String> = found
        .map(|page| page.meta.extra.into_iter().map(|(key, _)| key).collect())
        .unwrap_or_default();
    assert_eq!(extra, ["tltle", "comments", "mood"]);
}

#[test]
fn words_of_four_generators_mean_the_same() {
    for front_matter in [
        "---\ntitle: x\ncover_image: a.png\nlastmod: 2024-01-02\n---\n",
        "---\ntitle: x\nthumbnail: a.png\nupdated: 2024-01-02\n---\n",
        "+++\ntitle = \"x\"\nupdated = 2024-01-02\n[extra]\nmood = 1\n[cover]\nimage = \"a.png\"\n+++\n",
        "{\"title\": \"x\", \"image\": \"a.png\", \"modified\": \"2024-01-02\"}\n",
        "title: x\nheadimg: a.png\nupdated: 2024-01-02\n---\n",
    ] {
        let page = page("articles/x.md", &format!("{front_matter}text\n"));
        let cover = page.meta.cover.as_ref().map(|cover| cover.value.as_str());
        assert_eq!(cover, Some("a.png"), "{front_matter}");
        let updated = page.meta.updated.map(|updated| updated.at.to_string());
        assert_eq!(
            updated.as_deref(),
            Some("2024-01-01T16:00:00Z"),
            "{front_matter}"
        );
        assert_eq!(page.body.plain.get().trim(), "text", "{front_matter}");
    }
}

#[test]
fn a_job_knows_its_pay_and_complains_precisely() {
    let (found, diagnostics) = parse_at(
        "jobs/welder.md",
        "---\ntitle: 焊工\ncompany: acme\nemployment_type: full-time\nsalary: {min: 9000, max: 7000, periot: month}\nvalid_through: 2026-12-31\napply_url: acme.example/jobs\n---\n",
    );
    let details = found.map(|page| page.details.clone());
    let Some(Details::Job(job)) = details else {
        panic!("not a job: {details:?}")
    };
    assert_eq!(job.employment_type.as_deref(), Some("FULL_TIME"));
    assert_eq!(
        job.salary.map(|salary| (salary.min, salary.period)),
        Some((Some(9000.0), "MONTH".to_owned()))
    );
    assert_eq!(
        shorts(&diagnostics),
        "content/jobs/welder.md:5:9: error[invalid-value]: the lowest salary 9000 is above the highest 7000\n  \
         exchange `min` and `max`\n\
         content/jobs/welder.md:5:32: error[unknown-key]: unknown key `periot`\n  did you mean `period`?\n\
         content/jobs/welder.md:7:12: error[invalid-value]: `apply_url` is not a web address: `acme.example/jobs`\n  \
         write `https://acme.example/jobs`"
    );
}

#[test]
fn an_event_needs_a_start_and_ends_with_its_recap() {
    let found = page(
        "events/salon.md",
        "---\ntitle: 沙龙\nstart: 2026-10-01 14:00\nend: 2026-10-01 16:00\nrecap: |\n  来了 **三十** 人。\n---\n欢迎。\n",
    );
    assert!(
        found.body.plain.get().ends_with("来了 三十 人。"),
        "{}",
        found.body.plain.get()
    );
    let (_, diagnostics) = parse_at(
        "events/link.md",
        "---\ntitle: 沙龙\nstart: 2026-10-01 14:00\nrecap: |\n  来了。\n\n  [坏](javascript:x)\n---\n欢迎。\n",
    );
    assert!(
        shorts(&diagnostics).starts_with("content/events/link.md:7:"),
        "{}",
        shorts(&diagnostics)
    );
    let (_, diagnostics) = parse_at("events/salon.md", "---\ntitle: 沙龙\n---\n欢迎。\n");
    assert_eq!(
        shorts(&diagnostics),
        "content/events/salon.md: error[missing-field]: a page of kind `event` needs `start`\n  \
         write `start: 2026-12-05 14:00`"
    );
}

#[test]
fn text_that_is_not_utf8_is_refused_with_its_place() {
    let file = PageFile {
        file: "content/gbk.md".into(),
        path: "gbk.md".into(),
    };
    let config = Config::minimal();
    let bytes = b"---\ntitle: x\n---\n\xc4\xe3\xba\xc3\n";
    let parsed = content::parse(&file, bytes, &Node::empty_map(), &config);
    assert!(parsed.page.is_none());
    assert_eq!(
        shorts(&parsed.diagnostics),
        "content/gbk.md:4:1: error[not-utf8]: the file is not in UTF-8\n  \
         save it as UTF-8 (old Chinese files are often in GBK, Russian ones in CP1251)"
    );
}
