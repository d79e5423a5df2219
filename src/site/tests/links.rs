//! Links, images and wikilinks of bodies.

use super::site_from;
use crate::diag::Code;

/// Pages, files and lists that links may lead to.
const FILES: &[(&str, &str)] = &[
    ("about.md", "## 关于 我们\n\n## Contact"),
    ("about.en.md", "## Contact"),
    (
        "jobs/welder.md",
        "---\ntags: [C#]\naliases: [/old/welder.html]\n---\n正文",
    ),
    (
        "jobs/2026-01-02-焊 工.md",
        "---\ntitle: 焊工招聘\n---\n正文",
    ),
    ("jobs/photo.png", ""),
    ("en/guides/tax.md", "正文"),
    ("articles/bundle/index.md", "正文"),
    ("articles/bundle/a b.png", ""),
    ("articles/what?.md", "正文"),
    ("articles/draft.md", "---\ndraft: true\n---\n正文"),
    ("images/map.png", ""),
    ("static:favicon.svg", ""),
];

/// Resolves one link in a file; gives the target and what was said.
fn link(file: &str, body: &str) -> (String, Vec<String>) {
    let mut files = FILES.to_vec();
    files.retain(|(path, _)| *path != file);
    files.push((file, body));
    let site = site_from(&files);
    let target = site.targets(file).into_iter().next().unwrap();
    (target, site.told())
}

#[test]
fn links_lead_where_their_authors_mean() {
    for (file, written, expected) in [
        // files
        ("jobs/x.md", "welder.md", "/blog/jobs/welder/"),
        (
            "jobs/x.md",
            "./welder.md?a=1#top",
            "/blog/jobs/welder/?a=1#top",
        ),
        ("jobs/x.md", "../about.md", "/blog/about/"),
        ("jobs/x.md", "..\\about.md", "/blog/about/"),
        ("jobs/x.md", "/jobs/welder.md", "/blog/jobs/welder/"),
        ("jobs/x.md", "@/jobs/welder.md", "/blog/jobs/welder/"),
        (
            "jobs/x.md",
            "2026-01-02-焊 工.md",
            "/blog/jobs/%E7%84%8A-%E5%B7%A5/",
        ),
        (
            "jobs/x.md",
            "2026-01-02-%E7%84%8A%20%E5%B7%A5.md",
            "/blog/jobs/%E7%84%8A-%E5%B7%A5/",
        ),
        ("articles/x.md", "bundle/index.md", "/blog/articles/bundle/"),
        ("articles/x.md", "bundle/", "/blog/articles/bundle/"),
        ("articles/x.md", "what?.md", "/blog/articles/what/"),
        ("articles/x.md", "what%3F.md", "/blog/articles/what/"),
        ("articles/x.md", "../jobs/", "/blog/jobs/"),
        ("articles/x.md", "welder", "/blog/jobs/welder/"),
        // anchors
        (
            "jobs/x.md",
            "../about.md#关于-我们",
            "/blog/about/#%E5%85%B3%E4%BA%8E-%E6%88%91%E4%BB%AC",
        ),
        (
            "jobs/x.md",
            "../about.md#%E5%85%B3%E4%BA%8E-%E6%88%91%E4%BB%AC",
            "/blog/about/#%E5%85%B3%E4%BA%8E-%E6%88%91%E4%BB%AC",
        ),
        // addresses
        ("jobs/x.md", "/jobs/welder/", "/blog/jobs/welder/"),
        ("jobs/x.md", "/jobs/welder", "/blog/jobs/welder/"),
        ("jobs/x.md", "/blog/jobs/welder/", "/blog/jobs/welder/"),
        (
            "jobs/x.md",
            "https://example.org/blog/jobs/welder/",
            "/blog/jobs/welder/",
        ),
        ("jobs/x.md", "https://example.org/blog", "/blog/"),
        ("jobs/x.md", "/old/welder.html", "/blog/jobs/welder/"),
        ("jobs/x.md", "../welder/", "/blog/jobs/welder/"),
        ("jobs/x.md", "/tags/c-sharp/", "/blog/tags/c-sharp/"),
        ("jobs/x.md", "/tags/", "/blog/tags/"),
        ("jobs/x.md", "/atom.xml", "/blog/atom.xml"),
        ("jobs/x.md", "/jobs/feed.json", "/blog/jobs/feed.json"),
        ("jobs/x.md", "/sitemap.xml", "/blog/sitemap.xml"),
        ("jobs/x.md", "/favicon.svg", "/blog/favicon.svg"),
        ("jobs/x.md", "/", "/blog/"),
        ("jobs/x.md", "/en/", "/blog/en/"),
        ("jobs/x.md", "photo.png", "/blog/jobs/photo.png"),
        // languages
        ("jobs/x.en.md", "../about.md", "/blog/en/about/"),
        ("jobs/x.md", "../about.en.md", "/blog/en/about/"),
        ("jobs/x.en.md", "welder.md", "/blog/jobs/welder/"),
        ("jobs/x.md", "../en/guides/tax.md", "/blog/en/guides/tax/"),
        ("en/guides/x.md", "tax.md", "/blog/en/guides/tax/"),
        ("en/guides/x.md", "/about/", "/blog/about/"),
        // elsewhere
        (
            "jobs/x.md",
            "https://example.org/other/",
            "https://example.org/other/",
        ),
        ("jobs/x.md", "//cdn.example/x.js", "//cdn.example/x.js"),
        ("jobs/x.md", "mailto:a@example.org", "mailto:a@example.org"),
        ("jobs/x.md", "tel:+86123", "tel:+86123"),
    ] {
        let (target, told) = link(file, &format!("[x](<{written}>)"));
        assert_eq!(
            (target.as_str(), told),
            (expected, vec![]),
            "{written} in {file}"
        );
    }
}

#[test]
fn images_are_found_beside_the_text_or_from_the_root() {
    for (file, written, expected) in [
        ("jobs/x.md", "photo.png", "/blog/jobs/photo.png 8x6"),
        ("jobs/x.md", "/images/map.png", "/blog/images/map.png 8x6"),
        ("jobs/x.md", "images/map.png", "/blog/images/map.png 8x6"),
        ("jobs/x.md", "../../static/favicon.svg", "/blog/favicon.svg"),
        (
            "jobs/x.md",
            "../articles/bundle/a b.png",
            "/blog/articles/bundle/a%20b.png 8x6",
        ),
        (
            "articles/bundle/index.md",
            "a%20b.png",
            "/blog/articles/bundle/a%20b.png 8x6",
        ),
        (
            "articles/bundle.en.md",
            "a b.png",
            "/blog/articles/bundle/a%20b.png 8x6",
        ),
        (
            "jobs/x.md",
            "https://cdn.example/a.png",
            "https://cdn.example/a.png",
        ),
        ("jobs/x.md", "photo.png?v=2", "/blog/jobs/photo.png?v=2 8x6"),
    ] {
        let (target, told) = link(file, &format!("![x](<{written}>)"));
        assert_eq!(
            (target.as_str(), told),
            (expected, vec![]),
            "{written} in {file}"
        );
    }
}

#[test]
fn a_file_of_another_language_means_itself() {
    let files = [
        ("a.md", "甲"),
        ("a-english.md", "---\nlang: en\ntranslation_of: a\n---\nA"),
        ("b.md", "[1](a.md) [2](a-english.md)"),
        ("b.en.md", "[1](a.md) [2](a-english.md) [3](b.md)"),
    ];
    let site = site_from(&files);
    assert_eq!(site.targets("b.md"), ["/blog/a/", "/blog/en/a-english/"]);
    let english = ["/blog/en/a-english/", "/blog/en/a-english/", "/blog/en/b/"];
    assert_eq!(site.targets("b.en.md"), english);
}

#[test]
fn addresses_in_directives_lead_somewhere_or_are_told() {
    let (target, told) = link("jobs/x.md", "::card[甲]{href=welder.md}");
    assert_eq!((target.as_str(), told.len()), ("none", 0));
    let mut files = FILES.to_vec();
    files.push((
        "jobs/x.md",
        "::card[甲]{url=\"../about.md#contact\"}\n\n:::video{src=/images/map.png poster=photo.png}\n:::\n\n\
         ::button[乙]{href=https://a.example/}\n\n::card{url=weldr.md}\n\n::video{src=clip.mp4}\n",
    ));
    let site = site_from(&files);
    assert_eq!(
        site.targets("jobs/x.md"),
        [
            "none",
            "/blog/about/#contact",
            "none",
            "none",
            "/blog/images/map.png 8x6",
            "/blog/jobs/photo.png 8x6",
            "none",
            "none",
            "https://a.example/",
            "none",
            "none",
            "weldr.md",
            "none",
            "none",
            "clip.mp4",
            "none",
        ]
    );
    assert_eq!(
        site.told(),
        [
            "content/jobs/x.md:8:1: error[broken-link]: the link `weldr.md` leads to nothing on this site | did you mean `welder.md`?",
            "content/jobs/x.md:10:1: error[missing-image]: there is no file `clip.mp4`",
        ]
    );
}

#[test]
fn wikilinks_find_names_titles_and_files() {
    for (written, expected) in [
        ("[[welder]]", "/blog/jobs/welder/"),
        ("[[Welder]]", "/blog/jobs/welder/"),
        ("[[焊工招聘]]", "/blog/jobs/%E7%84%8A-%E5%B7%A5/"),
        ("[[jobs/welder]]", "/blog/jobs/welder/"),
        (
            "[[about#关于 我们]]",
            "/blog/about/#%E5%85%B3%E4%BA%8E-%E6%88%91%E4%BB%AC",
        ),
        ("![[map.png]]", "/blog/images/map.png 8x6"),
        ("[[1, 2]]", "missing"),
    ] {
        let (target, told) = link("articles/x.md", written);
        assert_eq!((target.as_str(), told), (expected, vec![]), "{written}");
    }
}

#[test]
fn files_beside_pages_and_lists_are_found_where_they_are_written() {
    let found = |files: &[(&str, &str)], link: &str| {
        let text = format!("[x]({link})");
        let mut files = files.to_vec();
        files.push(("x.md", &text));
        site_from(&files).of(Code::BrokenLink).is_empty()
    };
    let full = &[
        ("events/a.md", "---\nstart: 2026-07-01\n---\nx"),
        ("events/b.md", "x"),
        ("jobs/c.md", "x"),
    ];
    for (link, exists) in [
        ("/events/a/event.ics", true),
        ("/events/b/event.ics", false),
        ("/events/calendar.ics", true),
        ("/jobs/calendar.ics", false),
        ("/calendar.ics", true),
        ("/en/calendar.ics", false),
        ("/jobs.json", true),
        ("/en/jobs.json", false),
        ("/companies.json", false),
        ("/404.html", true),
        ("/en/404.html", true),
        ("/jobs/404.html", false),
    ] {
        assert_eq!(found(full, link), exists, "{link}");
    }
    assert!(!found(&[("events/b.md", "x")], "/events/calendar.ics"));
    assert!(!found(&[("a.md", "x")], "/calendar.ics"));
}

#[test]
fn what_leads_nowhere_is_told_with_the_nearest_name() {
    for (body, expected) in [
        (
            "[x](weldr.md)",
            "content/jobs/x.md:1:1: error[broken-link]: the link `weldr.md` leads to nothing on this site | did you mean `welder.md`?",
        ),
        (
            "[x](../articles/welder.md)",
            "content/jobs/x.md:1:1: error[broken-link]: the link `../articles/welder.md` leads to nothing on this site | did you mean `/jobs/welder.md`?",
        ),
        (
            "[x](/jobs/weldr/)",
            "content/jobs/x.md:1:1: error[broken-link]: the link `/jobs/weldr/` leads to nothing on this site | did you mean `/jobs/welder/`?",
        ),
        (
            "[x](../articles/draft.md)",
            "content/jobs/x.md:1:1: error[broken-link]: the link `../articles/draft.md` leads to a page that is a draft and not published | publish that page first, or take the link out",
        ),
        (
            "[x](../about.md#contct)",
            "content/jobs/x.md:1:1: error[broken-anchor]: there is no heading or anchor `#contct` in `../about.md#contct` | did you mean `contact`?",
        ),
        (
            "[x](#none)",
            "content/jobs/x.md:1:1: error[broken-anchor]: there is no heading or anchor `#none`",
        ),
        (
            "![x](foto.png)",
            "content/jobs/x.md:1:1: error[missing-image]: there is no image `foto.png` | did you mean `photo.png`?",
        ),
        (
            "![x](map.png)",
            "content/jobs/x.md:1:1: error[missing-image]: there is no image `map.png` | did you mean `/images/map.png`?",
        ),
        (
            "[[nobody]]",
            "content/jobs/x.md:1:1: error[broken-link]: there is no page `nobody`",
        ),
        (
            "[x](../../../etc/passwd)",
            "content/jobs/x.md:1:1: error[broken-link]: the link `../../../etc/passwd` leads to nothing on this site",
        ),
    ] {
        let (_, told) = link("jobs/x.md", body);
        assert_eq!(told, [expected]);
    }
}

#[test]
fn addresses_of_old_generators_lead_to_the_page_of_that_name_and_day() {
    for (written, expected) in [
        ("/2026/01/02/welding.html", "/blog/jobs/welding/"),
        ("/news/2026/01/02/welding.html#a", "/blog/jobs/welding/#a"),
        ("./welding.html", "/blog/jobs/welding/"),
        ("/2025/01/02/welding.html", "/2025/01/02/welding.html"),
        ("/welding.php", "/welding.php"),
        ("/twice.html", "/twice.html"),
    ] {
        let site = site_from(&[
            ("jobs/2026-01-02-welding.md", "## a"),
            ("jobs/twice.md", "x"),
            ("articles/twice.md", "x"),
            ("articles/a.md", &format!("[x]({written})")),
        ]);
        assert_eq!(site.targets("articles/a.md"), [expected], "{written}");
        assert_eq!(site.told().is_empty(), written != expected, "{written}");
    }
}

#[test]
fn a_link_without_its_scheme_is_told_so() {
    for (written, hint) in [
        ("example.org/a", "write `https://example.org/a`"),
        ("me@example.org", "write `mailto:me@example.org`"),
    ] {
        let told = link("articles/a.md", &format!("[x]({written})")).1;
        assert_eq!(told.len(), 1);
        assert!(told[0].ends_with(hint), "{told:?}");
    }
}

#[test]
fn a_post_named_in_an_attribute_may_have_an_anchor() {
    let body = "<a href=\"{% post_path 'about' %}#Contact\">x</a>";
    let (target, told) = link("articles/a.md", body);
    assert_eq!(
        (target.as_str(), told.len()),
        ("/blog/about/#contact", 0),
        "{told:?}"
    );
}
