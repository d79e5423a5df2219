//! Relations: references, translations, backlinks, neighbours, series, digests, redirects.

use super::site_from;
use crate::diag::Code;

#[test]
fn references_find_pages_by_every_name() {
    for written in [
        "acme",
        "ACME",
        "companies/acme",
        "companies/acme.md",
        "content/companies/acme.md",
        "company/acme",
        "/companies/acme/",
        "云岚精工",
        "Yunlan Precision",
    ] {
        let job = format!("---\ndate: 2026-01-01\ncompany: {written}\n---\nx");
        let site = site_from(&[
            (
                "companies/acme.md",
                "---\ntitle: 云岚精工\nname: { zh-Hans: 云岚精工, en: Yunlan Precision }\n---\nx",
            ),
            ("jobs/welder.md", &job),
        ]);
        assert_eq!(site.told(), [""; 0], "{written}");
        assert_eq!(
            site.files(&site.page("jobs/welder.md").companies),
            ["companies/acme.md"]
        );
        assert_eq!(
            site.files(&site.page("companies/acme.md").jobs),
            ["jobs/welder.md"]
        );
        assert_eq!(
            site.files(&site.page("companies/acme.md").backlinks),
            ["jobs/welder.md"]
        );
    }
}

#[test]
fn unknown_references_are_told_with_the_nearest_name() {
    let site = site_from(&[
        ("companies/acme.md", "x"),
        ("policies/grant.md", "---\ndraft: true\n---\nx"),
        (
            "jobs/welder.md",
            "---\ncompany: acne\npolicies: [grant]\n---\nx",
        ),
    ]);
    assert_eq!(
        site.told(),
        [
            "content/jobs/welder.md:2:10: error[unknown-reference]: there is no company `acne` | did you mean `acme`?",
            "content/jobs/welder.md:3:12: error[unknown-reference]: the policy `grant` is a draft and not published | publish that page first, or take the reference out",
        ]
    );
}

#[test]
fn a_reference_prefers_its_own_language() {
    let site = site_from(&[
        ("companies/acme.md", "x"),
        ("companies/acme.en.md", "x"),
        ("companies/only.md", "x"),
        ("jobs/a.md", "---\ncompany: acme\n---\nx"),
        ("jobs/a.en.md", "---\ncompany: acme\n---\nx"),
        ("jobs/b.en.md", "---\ncompany: only\n---\nx"),
    ]);
    assert_eq!(
        site.files(&site.page("companies/acme.md").jobs),
        ["jobs/a.md"]
    );
    assert_eq!(
        site.files(&site.page("companies/acme.en.md").jobs),
        ["jobs/a.en.md"]
    );
    assert_eq!(
        site.files(&site.page("companies/only.md").jobs),
        ["jobs/b.en.md"]
    );
}

#[test]
fn versions_are_tied_by_path_reference_or_key() {
    let site = site_from(&[
        ("a/one.md", "x"),
        ("a/one.en.md", "x"),
        ("a/two.md", "x"),
        ("en/b/zwei.md", "---\ntranslation_of: a/two.md\n---\nx"),
        ("a/three.md", "---\ntranslationKey: k3\n---\nx"),
        ("a/trois.en.md", "---\ntranslationKey: k3\n---\nx"),
        ("a/four.md", "x"),
        ("en/a/four.md", "x"),
    ]);
    assert_eq!(site.told(), [""; 0]);
    for (page, other) in [
        ("a/one.md", "a/one.en.md"),
        ("a/two.md", "en/b/zwei.md"),
        ("a/trois.en.md", "a/three.md"),
        ("en/a/four.md", "a/four.md"),
    ] {
        assert_eq!(site.files(&site.page(page).translations), [other], "{page}");
    }
}

#[test]
fn two_versions_in_one_language_and_unknown_originals_are_told() {
    let site = site_from(&[
        ("a/one.md", "x"),
        ("a/one.en.md", "x"),
        ("a/uno.en.md", "---\ntranslation_of: a/one.md\n---\nx"),
        ("a/two.en.md", "---\ntranslation_of: nothing\n---\nx"),
    ]);
    assert_eq!(
        site.told(),
        [
            "content/a/two.en.md:2:17: error[unknown-reference]: `translation_of: nothing` names no page, and no other page has this key | name the original by its path, such as `jobs/welder.md`, or by its slug",
            "content/a/uno.en.md:2:17: error[duplicate-translation]: `content/a/one.en.md` and `content/a/uno.en.md` are both the version of one page in the same language | give one of them another `lang` or `translation_of`",
        ]
    );
}

#[test]
fn links_come_back_newest_first_and_neighbours_stay_in_the_section() {
    let site = site_from(&[
        ("a/one.md", "---\ndate: 2026-01-01\n---\nx"),
        (
            "a/two.md",
            "---\ndate: 2026-01-02\n---\n[x](one.md) [x](one.md)",
        ),
        ("a/three.md", "---\ndate: 2026-01-03\n---\n[[one]]"),
        ("b/four.md", "---\ndate: 2026-01-04\n---\nx"),
        ("a/five.en.md", "---\ndate: 2026-01-05\n---\n[x](one.md)"),
    ]);
    assert_eq!(
        site.files(&site.page("a/one.md").backlinks),
        ["a/three.md", "a/two.md"]
    );
    let two = site.page("a/two.md");
    assert_eq!(site.files(two.newer.as_slice()), ["a/three.md"]);
    assert_eq!(site.files(two.older.as_slice()), ["a/one.md"]);
    assert_eq!(site.page("a/three.md").newer, None);
}

#[test]
fn related_pages_share_rare_terms_first() {
    let site = site_from(&[
        (
            "a.md",
            "---\ndate: 2026-01-01\ntags: [rare, common]\n---\nx",
        ),
        ("b.md", "---\ndate: 2026-01-02\ntags: [common]\n---\nx"),
        ("c.md", "---\ndate: 2026-01-03\ntags: [common]\n---\nx"),
        ("d.md", "---\ndate: 2026-01-04\ntags: [rare]\n---\nx"),
        ("e.md", "---\ndate: 2026-01-05\ntags: [common]\n---\nx"),
        ("f.md", "---\ndate: 2026-01-06\ntags: [other]\n---\nx"),
        ("g.en.md", "---\ndate: 2026-01-06\ntags: [rare]\n---\nx"),
    ]);
    let related = site.files(&site.page("a.md").related);
    assert_eq!(related, ["d.md", "b.md", "c.md", "e.md"]);
}

#[test]
fn series_run_by_weight_then_date() {
    let site = site_from(&[
        ("a.md", "---\ndate: 2026-01-03\nseries: S\n---\nx"),
        ("b.md", "---\ndate: 2026-01-02\nseries: S\n---\nx"),
        (
            "c.md",
            "---\ndate: 2026-01-04\nseries: S\nweight: 1\n---\nx",
        ),
    ]);
    assert_eq!(site.site.series.len(), 1);
    assert_eq!(
        site.files(&site.site.series[0].pages),
        ["c.md", "b.md", "a.md"]
    );
    assert_eq!(site.page("a.md").series, Some((0, 2)));
}

#[test]
fn a_digest_collects_its_period_and_an_empty_one_is_not_made() {
    let site = site_from(&[
        (
            "digests/full.md",
            "---\ndate: 2026-02-01\nperiod: 2026-01\n---\nx",
        ),
        (
            "digests/empty.md",
            "---\ndate: 2026-03-01\nperiod: 2026-02\n---\nx",
        ),
        ("articles/first.md", "---\ndate: 2026-01-01\n---\nx"),
        ("articles/last.md", "---\ndate: 2026-01-31 23:59\n---\nx"),
        ("articles/after.md", "---\ndate: 2026-03-01\n---\nx"),
        ("about.md", "---\nkind: page\ndate: 2026-01-05\n---\nx"),
    ]);
    let digest = site.page("digests/full.md");
    assert_eq!(
        site.files(&digest.collected),
        ["articles/last.md", "articles/first.md"]
    );
    assert_eq!(site.of(Code::EmptyPage).len(), 1);
    assert_eq!(site.site.tally.skipped, 1);
    assert!(
        site.site
            .pages
            .iter()
            .all(|page| &*page.source.file.path != "digests/empty.md")
    );
}

#[test]
fn aliases_become_redirects() {
    let site = site_from(&[(
        "a/new.md",
        "---\naliases: [/old.html, older, /a/new/, 'https://example.org/blog/oldest/', /x/../y/]\n---\nx",
    )]);
    let redirects: Vec<(&str, &str, &str)> = site
        .site
        .redirects
        .iter()
        .map(|redirect| (&*redirect.from, &*redirect.output, &*redirect.to))
        .collect();
    assert_eq!(
        redirects,
        [
            ("/blog/old.html", "old.html", "/blog/a/new/"),
            ("/blog/a/older/", "a/older/index.html", "/blog/a/new/"),
            ("/blog/oldest/", "oldest/index.html", "/blog/a/new/"),
        ]
    );
    assert_eq!(site.of(Code::InvalidPermalink).len(), 1);
}

#[test]
fn missing_versions_are_told_when_asked_for() {
    let settings = format!(
        "{}checks: {{ missing-translation: warn }}\n",
        super::SETTINGS
    );
    let site = super::site_with(&settings, &[("a.md", "x"), ("b.md", "x"), ("b.en.md", "x")]);
    assert_eq!(site.of(Code::MissingTranslation).len(), 1);
}
