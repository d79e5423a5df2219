//! Two sources for one output.

use super::site_from;
use crate::diag::Code;

const TEXT: &str = "正文";

fn duplicates(files: &[(&str, &str)]) -> Vec<String> {
    let site = site_from(files);
    site.of(Code::DuplicateOutput)
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.place.as_ref().map_or("", |place| &place.file);
            let other = diagnostic
                .related
                .first()
                .map_or("", |other| &other.place.file);
            format!("{place} < {other}: {}", diagnostic.message)
        })
        .collect()
}

#[test]
fn an_alias_in_the_way_is_to_be_removed() {
    let hints = |files: &[(&str, &str)]| -> Vec<String> {
        let site = site_from(files);
        let found = site.of(Code::DuplicateOutput);
        found.iter().flat_map(|one| one.hints.clone()).collect()
    };
    assert_eq!(
        hints(&[("a.md", "---\naliases: [/A/]\n---\nx")]),
        ["remove the alias, or give the page that it hides another `slug` or `permalink`"]
    );
    assert_eq!(
        hints(&[("a.md", "---\naliases: [/x/, /X/]\n---\nx")]),
        ["remove one of the two aliases"]
    );
}

#[test]
fn every_pair_is_named() {
    for (files, expected) in [
        (
            &[("a/x.md", TEXT), ("a/x/index.md", TEXT)][..],
            "content/a/x/index.md < content/a/x.md: `content/a/x.md` and `content/a/x/index.md` would both write `a/x/index.html`",
        ),
        (
            &[
                ("a.md", "---\nurl: /Über/\n---\nx"),
                ("b.md", "---\nurl: /über/\n---\nx"),
            ],
            "content/b.md < content/a.md: `content/a.md` writes `Über/index.html` and `content/b.md` writes `über/index.html`, which are one file where case does not count",
        ),
        (
            &[("jobs.md", TEXT), ("jobs/x.md", TEXT)],
            "content/jobs.md < : `content/jobs.md` and the list of the folder `content/jobs` would both write `jobs/index.html`",
        ),
        (
            &[
                ("a.md", "---\nurl: /tags/rust/\n---\nx"),
                ("b.md", "---\ntags: [rust]\n---\nx"),
            ],
            "content/a.md < : `content/a.md` and the list of `rust` in `tags` would both write `tags/rust/index.html`",
        ),
        (
            &[("a.md", TEXT), ("b.md", "---\naliases: [/a/]\n---\nx")],
            "content/b.md < content/a.md: `content/a.md` and the alias `/blog/a/` of `content/b.md` would both write `a/index.html`",
        ),
        (
            &[("jobs.json", ""), ("jobs/x.md", TEXT)],
            "content/jobs.json < : `content/jobs.json` and the data of jobs would both write `jobs.json`",
        ),
        (
            &[("static:companies.json", ""), ("companies/x.md", TEXT)],
            "static/companies.json < : `static/companies.json` and the data of companies would both write `companies.json`",
        ),
        (
            &[
                ("static:events/calendar.ics", ""),
                ("events/x.md", "---\nstart: 2026-07-01\n---\nx"),
            ],
            "static/events/calendar.ics < : `static/events/calendar.ics` and the calendar of the list of the folder `content/events` would both write `events/calendar.ics`",
        ),
        (
            &[
                ("static:events/x/event.ics", ""),
                ("events/x.md", "---\nstart: 2026-07-01\n---\nx"),
            ],
            "content/events/x.md < static/events/x/event.ics: `static/events/x/event.ics` and the calendar of `content/events/x.md` would both write `events/x/event.ics`",
        ),
        (
            &[
                ("a.md", "---\nurl: /calendar.ics\n---\nx"),
                ("policies/x.md", "---\ndeadline: 2026-07-01\n---\nx"),
            ],
            "content/a.md < : the calendar of the home page writes the file `calendar.ics`, which `content/a.md` needs as a folder for `calendar.ics/index.html`",
        ),
        (
            &[("a.md", "---\nurl: /sitemap.xml\n---\nx")],
            "content/a.md < : `content/a.md` and Guidepost itself would both write `sitemap.xml`",
        ),
        (
            &[("a.md", "---\nurl: /_headers\n---\nx")],
            "content/a.md < : Guidepost itself writes the file `_headers`, which `content/a.md` needs as a folder for `_headers/index.html`",
        ),
        (
            &[("x.txt", ""), ("static:x.txt", ""), ("a.md", TEXT)],
            "static/x.txt < content/x.txt: `content/x.txt` and `static/x.txt` would both write `x.txt`",
        ),
        (
            &[
                ("page/2.md", "---\nurl: /page/2/\n---\nx"),
                ("about", ""),
                ("about.md", TEXT),
            ],
            "content/about.md < content/about: `content/about` writes the file `about`, which `content/about.md` needs as a folder for `about/index.html`",
        ),
        (
            &[
                ("a/_index.md", TEXT),
                ("a/y.md", TEXT),
                ("a/index.md", TEXT),
                ("a/x.md", TEXT),
            ],
            "content/a/_index.md < content/a/index.md: `content/a/index.md` and `content/a/_index.md` would both write `a/index.html`",
        ),
    ] {
        assert_eq!(duplicates(files), [expected]);
    }
}

#[test]
fn parts_of_lists_are_outputs_too() {
    let many: Vec<(String, String)> = (0..30)
        .map(|number| {
            (
                format!("a/{number}.md"),
                "---\ndate: 2026-01-01\n---\nx".to_owned(),
            )
        })
        .collect();
    let mut files: Vec<(&str, &str)> = many.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    files.push(("p.md", "---\nurl: /a/page/2/\n---\nx"));
    let told = duplicates(&files);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("`a/page/2/index.html`"), "{told:?}");
}

#[test]
fn a_robots_file_of_ones_own_is_no_mistake() {
    for own in [
        ("static:robots.txt", ""),
        ("robots.txt", ""),
        ("static:404.html", ""),
        ("404.html", ""),
        ("404.md", "---\npermalink: /404.html\n---\n没有"),
        ("static:en/404.html", ""),
        ("static:jobs.json", ""),
        ("static:calendar.ics", ""),
        ("static:sitemap.xml", ""),
        ("_redirects", ""),
        ("static:_headers", ""),
    ] {
        assert_eq!(duplicates(&[own, ("a.md", TEXT)]), [""; 0], "{own:?}");
    }
}

#[test]
fn an_empty_page_gives_way_to_an_overview() {
    let site = site_from(&[
        ("tags/index.md", "---\ntitle: 标签\n---\n"),
        ("a.md", "---\ntags: [x]\n---\n正文"),
    ]);
    assert_eq!(site.site.pages.len(), 1);
    assert_eq!(site.site.tally.skipped, 1);
    assert_eq!(site.of(Code::DuplicateOutput).len(), 0);
    assert_eq!(site.of(Code::SkippedFile).len(), 1);
}

#[test]
fn companies_of_one_slug_cannot_be_told_apart() {
    let site = site_from(&[
        ("companies/a/acme.md", TEXT),
        ("companies/b/acme.md", TEXT),
        ("articles/2023/review.md", TEXT),
        ("articles/2024/review.md", TEXT),
    ]);
    assert_eq!(
        site.told(),
        [
            "content/companies/b/acme.md: error[duplicate-slug]: two pages of kind `company` have the slug `acme`, so a reference to it has two meanings | give one of them another `slug`"
        ]
    );
}

#[test]
fn an_empty_section_page_gives_way_to_an_overview() {
    let site = site_from(&[
        ("tags/_index.md", "---\ntitle: 标签\n---\n"),
        ("tags/rust/_index.md", "---\ntitle: Rust\n---\n"),
        ("posts/a.md", "---\ntags: [Rust]\n---\n文\n"),
    ]);
    assert_eq!(site.of(Code::DuplicateOutput).len(), 0);
    let skipped = site.of(Code::SkippedFile).len();
    assert_eq!((skipped, site.site.tally.skipped), (2, 2));
    assert_eq!(site.list("/blog/tags/rust/"), ["posts/a.md"]);
}
