//! Lists, terms and their order.

use super::{site_from, site_with};
use crate::diag::Code;
use crate::site::{Happening, ListOf};

fn urls(site: &super::Resolved) -> Vec<&str> {
    site.site.lists.iter().map(|list| &*list.url).collect()
}

#[test]
fn every_language_has_its_lists() {
    let site = site_from(&[
        (
            "articles/a.md",
            "---\ndate: 2026-01-01\ntags: [甲]\nauthors: [李]\n---\nx",
        ),
        (
            "articles/a.en.md",
            "---\ndate: 2026-01-01\ntags: [one]\n---\nx",
        ),
        ("notes/job.md", "---\nkind: job\ndate: 2026-01-02\n---\nx"),
        ("about.md", "x"),
    ]);
    assert_eq!(
        urls(&site),
        [
            "/blog/",
            "/blog/en/",
            "/blog/articles/",
            "/blog/en/articles/",
            "/blog/notes/",
            "/blog/jobs/",
            "/blog/tags/%E7%94%B2/",
            "/blog/en/tags/one/",
            "/blog/authors/%E6%9D%8E/",
            "/blog/archive/",
            "/blog/en/archive/",
        ]
    );
    assert_eq!(site.list("/blog/"), ["notes/job.md", "articles/a.md"]);
    assert_eq!(site.list("/blog/jobs/"), ["notes/job.md"]);
    assert_eq!(
        site.list("/blog/archive/"),
        ["notes/job.md", "articles/a.md"]
    );
    let articles = &site.site.lists[2];
    assert_eq!(
        (articles.folder.as_str(), articles.translations.as_slice()),
        ("articles/", &[3][..])
    );
    let overviews: Vec<&str> = site.site.taxonomies.iter().map(|one| &*one.url).collect();
    assert_eq!(overviews, ["/blog/tags/", "/blog/en/tags/"]);
}

#[test]
fn pinned_pages_come_first_then_weights_then_the_newest() {
    let site = site_from(&[
        ("a/old.md", "---\ndate: 2020-01-01\n---\nx"),
        ("a/new.md", "---\ndate: 2026-01-01\n---\nx"),
        ("a/undated.md", "x"),
        ("a/pinned.md", "---\ndate: 2019-01-01\npin: true\n---\nx"),
        ("a/heavy.md", "---\ndate: 2019-01-01\nweight: 2\n---\nx"),
        ("a/light.md", "---\ndate: 2019-01-01\nweight: 1\n---\nx"),
        ("a/hidden.md", "---\ndate: 2026-01-01\nhidden: true\n---\nx"),
        ("a/sub/below.md", "---\ndate: 2025-01-01\n---\nx"),
    ]);
    assert_eq!(
        site.list("/blog/a/"),
        [
            "a/pinned.md",
            "a/light.md",
            "a/heavy.md",
            "a/new.md",
            "a/sub/below.md",
            "a/old.md",
            "a/undated.md",
        ]
    );
    assert_eq!(site.list("/blog/a/sub/"), ["a/sub/below.md"]);
}

#[test]
fn companies_stand_by_sound_and_events_by_time() {
    let site = site_from(&[
        ("companies/b.md", "---\ntitle: 云岚\n---\nx"),
        ("companies/a.md", "---\ntitle: 阿里\n---\nx"),
        ("companies/c.md", "---\ntitle: Beta\n---\nx"),
        ("events/past.md", "---\nstart: 2026-05-01 10:00\n---\nx"),
        ("events/longpast.md", "---\nstart: 2025-05-01 10:00\n---\nx"),
        ("events/later.md", "---\nstart: 2026-09-01 10:00\n---\nx"),
        ("events/soon.md", "---\nstart: 2026-07-01 10:00\n---\nx"),
    ]);
    assert_eq!(
        site.list("/blog/companies/"),
        ["companies/a.md", "companies/c.md", "companies/b.md"]
    );
    assert_eq!(
        site.list("/blog/events/"),
        [
            "events/soon.md",
            "events/later.md",
            "events/past.md",
            "events/longpast.md"
        ]
    );
}

#[test]
fn expired_jobs_leave_lists_and_old_policies_leave_home() {
    let site = site_from(&[
        (
            "jobs/open.md",
            "---\ndate: 2026-01-01\nvalid_through: 2026-06-30\n---\nx",
        ),
        (
            "jobs/today.md",
            "---\ndate: 2026-01-01\nvalid_through: 2026-06-15\n---\nx",
        ),
        (
            "jobs/over.md",
            "---\ndate: 2026-01-01\nvalid_through: 2026-06-14\n---\nx",
        ),
        (
            "policies/old.md",
            "---\ndate: 2020-01-01\neffective_until: 2021-01-01\n---\nx",
        ),
    ]);
    assert_eq!(site.list("/blog/jobs/"), ["jobs/open.md", "jobs/today.md"]);
    assert!(site.page("jobs/over.md").expired);
    assert_eq!(site.list("/blog/policies/"), ["policies/old.md"]);
    assert!(site.page("policies/old.md").outdated);
    assert_eq!(site.list("/blog/"), ["jobs/open.md", "jobs/today.md"]);
    let next = site.site.next_change.as_ref().unwrap();
    assert_eq!(
        (&*next.file, next.what),
        ("content/jobs/today.md", Happening::Expires)
    );
    assert_eq!(next.at.to_string(), "2026-06-15T16:00:00Z");
}

#[test]
fn spellings_of_one_term_are_merged_with_a_warning() {
    let site = site_from(&[
        ("a.md", "---\ntags: [Rust]\n---\nx"),
        ("b.md", "---\ntags: [Rust, RUST]\n---\nx"),
        ("c.md", "---\ntags: [rust]\n---\nx"),
    ]);
    assert_eq!(
        site.told(),
        [
            "content/b.md:2:14: warning[tag-case]: `RUST` in `tags` is elsewhere spelt `Rust`; both are one term | write `Rust`",
            "content/c.md:2:8: warning[tag-case]: `rust` in `tags` is elsewhere spelt `Rust`; both are one term | write `Rust`",
        ]
    );
    assert_eq!(site.list("/blog/tags/rust/").len(), 3);
    assert_eq!(
        site.page("b.md").terms,
        [(0, vec![site.page("c.md").terms[0].1[0]])]
    );
}

#[test]
fn categories_are_paths_and_slugs_never_meet() {
    let settings = "\
site: { url: 'https://example.org', title: T, languages: [zh-Hans], timezone: Asia/Shanghai }
taxonomies: [tags, categories]
";
    let site = site_with(
        settings,
        &[
            (
                "a.md",
                "---\ncategories: [技术, Rust]\ntags: ['A&B', 'A B', a-b]\n---\nx",
            ),
            ("b.md", "---\ncategories: 技术\n---\nx"),
        ],
    );
    assert_eq!(site.list("/categories/%E6%8A%80%E6%9C%AF/").len(), 2);
    assert_eq!(site.list("/categories/%E6%8A%80%E6%9C%AF/rust/"), ["a.md"]);
    let find = |url: &str| {
        let found = site.site.lists.iter().position(|list| list.url == url);
        u32::try_from(found.unwrap()).unwrap()
    };
    let above = find("/categories/%E6%8A%80%E6%9C%AF/");
    let below = find("/categories/%E6%8A%80%E6%9C%AF/rust/");
    assert_eq!(site.site.lists[below as usize].parent, Some(above));
    assert_eq!(site.site.lists[above as usize].children, [below]);
    assert_eq!(site.list("/tags/a-b/"), ["a.md"]);
    assert_eq!(site.of(Code::DuplicateOutput).len(), 0);
    let tags = site
        .site
        .lists
        .iter()
        .filter(|list| list.url.starts_with("/tags/"));
    assert_eq!(tags.count(), 3);
}

#[test]
fn spellings_of_an_author_are_one() {
    let site = site_from(&[
        (
            "posts/a.md",
            "---\ndate: 2026-01-03\nauthor: ann lee\n---\n文",
        ),
        (
            "posts/b.md",
            "---\ndate: 2026-01-02\nauthor: Ann Lee\n---\n文",
        ),
        (
            "posts/c.md",
            "---\ndate: 2026-01-01\nauthor: Ann Lee\n---\n文",
        ),
    ]);
    assert_eq!(site.of(Code::DuplicateOutput).len(), 0);
    let all = ["posts/a.md", "posts/b.md", "posts/c.md"];
    assert_eq!(site.list("/blog/authors/ann-lee/"), all);
    let name = ListOf::Author("Ann Lee".to_owned());
    assert!(site.site.lists.iter().any(|list| list.of == name));
}
