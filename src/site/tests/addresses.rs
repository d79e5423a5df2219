//! Where pages, sections and files are written.

use super::{resolved, site_from, site_with};
use crate::diag::Code;
use crate::site::Happening;

const TEXT: &str = "正文";

#[test]
fn pages_stand_below_their_section_and_language() {
    let site = site_from(&[
        ("about.md", TEXT),
        ("about.en.md", TEXT),
        ("en/guides/tax/first-year.md", TEXT),
        ("jobs/焊工.md", TEXT),
        ("jobs/welder/index.md", TEXT),
        ("jobs/2026-05-01-fitter.md", TEXT),
        ("Big News/Hello World.md", TEXT),
    ]);
    let url = |path: &str| site.page(path).url.as_str();
    assert_eq!(url("about.md"), "/blog/about/");
    assert_eq!(url("about.en.md"), "/blog/en/about/");
    assert_eq!(
        url("en/guides/tax/first-year.md"),
        "/blog/en/guides/tax/first-year/"
    );
    assert_eq!(url("jobs/焊工.md"), "/blog/jobs/%E7%84%8A%E5%B7%A5/");
    assert_eq!(site.page("jobs/焊工.md").output, "jobs/焊工/index.html");
    assert_eq!(url("jobs/welder/index.md"), "/blog/jobs/welder/");
    assert_eq!(url("jobs/2026-05-01-fitter.md"), "/blog/jobs/fitter/");
    assert_eq!(
        url("Big News/Hello World.md"),
        "/blog/big-news/hello-world/"
    );
}

#[test]
fn front_matter_decides_about_the_address() {
    for (front_matter, expected) in [
        ("slug: Hallo", "a/hallo/index.html"),
        ("abbrlink: 4a17b156", "a/4a17b156/index.html"),
        ("url: /x/y", "x/y/index.html"),
        ("permalink: /x/y.html", "x/y.html"),
        (
            "permalink: /:year/:i_month/:slug/",
            "2026/5/name/index.html",
        ),
        ("permalink: https://example.org/blog/x/", "x/index.html"),
        ("permalink: false", "a/name/index.html"),
        ("permalink: /%2e%2e/x/", "a/name/index.html"),
        (
            "permalink: https://elsewhere.example/x/",
            "a/name/index.html",
        ),
    ] {
        let text = format!("---\ndate: 2026-05-20\n{front_matter}\n---\n正文");
        let site = site_from(&[("a/name.md", &text)]);
        assert_eq!(site.page("a/name.md").output, expected, "{front_matter}");
        let refused = front_matter.contains("%2e") || front_matter.contains("elsewhere");
        assert_eq!(
            site.of(Code::InvalidPermalink).len(),
            usize::from(refused),
            "{front_matter}"
        );
    }
}

#[test]
fn a_relative_permalink_belongs_to_the_language() {
    let site = site_from(&[("a/b.en.md", "---\nurl: x/y/\n---\n正文")]);
    assert_eq!(site.page("a/b.en.md").url, "/blog/en/x/y/");
}

#[test]
fn patterns_are_chosen_by_the_longest_section() {
    let settings = "\
site: { url: 'https://example.org', title: T, languages: [zh-Hans, en], timezone: Asia/Shanghai }
permalinks:
  default: /:year/:slug/
  notes: /n/:name.html
  notes/old: /:lang/:section/:categories/:title/
";
    let dated = "---\ndate: 2026-05-20 23:30\ncategories: [甲, 乙]\n---\n正文";
    let site = site_with(
        settings,
        &[
            ("a/x.md", dated),
            ("a/x.en.md", dated),
            ("notes/y.md", dated),
            ("notes/old/z.en.md", dated),
            ("about.md", TEXT),
        ],
    );
    assert_eq!(site.page("a/x.md").output, "2026/x/index.html");
    assert_eq!(site.page("a/x.en.md").output, "en/2026/x/index.html");
    assert_eq!(site.page("notes/y.md").output, "n/y.html");
    assert_eq!(
        site.page("notes/old/z.en.md").output,
        "en/notes/old/甲/乙/z/index.html"
    );
    assert_eq!(site.page("about.md").output, "about/index.html");
    assert_eq!(site.told(), [""; 0]);
}

#[test]
fn patterns_of_other_generators_mean_what_they_mean_there() {
    let url = |pattern: &str| {
        let settings = format!(
            "\
site: {{ url: 'https://example.org', title: T, languages: [zh-Hans], timezone: Asia/Shanghai }}
permalinks: {{ posts: '{pattern}' }}
"
        );
        let text =
            "---\ntitle: Пара слов\ndate: 2026-02-03 04:05:06\ncategories: [Life]\n---\n正文";
        let site = site_with(&settings, &[("posts/2026-02-03-hello.md", text)]);
        assert_eq!(site.told(), [""; 0]);
        site.page("posts/2026-02-03-hello.md").output.clone()
    };
    for (pattern, expected) in [
        (
            "/:year/:month/:day/:hour:minute:second/:title/",
            "2026/02/03/040506/hello/index.html",
        ),
        ("/:short_year-:i_month-:i_day", "26-2-3/index.html"),
        ("/:timestamp.html", "1770062706.html"),
        (
            "/:sections/:slugorcontentbasename/",
            "posts/hello/index.html",
        ),
        (
            "/:categories/:year/:y_day/:title:output_ext",
            "life/2026/034/hello.html",
        ),
        ("/:yearday/:post_title/", "34/пара-слов/index.html"),
        (
            "/:kind/:kinds/:lang/:filename",
            "article/articles/hello/index.html",
        ),
    ] {
        assert_eq!(url(pattern), expected, "{pattern}");
    }
}

#[test]
fn mistakes_of_patterns_are_told_where_they_are_made() {
    let settings = "\
site: { url: 'https://example.org', title: T, languages: [zh-Hans], timezone: Asia/Shanghai }
permalinks: { a: '/:yaer/:slug/', b: '/:year/:slug/' }
";
    let site = site_with(settings, &[("a/x.md", TEXT), ("b/y.md", TEXT)]);
    assert_eq!(
        site.told(),
        [
            "content/b/y.md: error[invalid-permalink]: the permalink pattern of `site.yaml` cannot be used here: it has a date and the page has none | give the page what the pattern asks for, or a `permalink` of its own",
            "site.yaml:2:18: error[invalid-permalink]: `:yaer` in the permalink pattern `/:yaer/:slug/` is unknown | did you mean `year`?",
        ]
    );
    assert_eq!(site.page("b/y.md").output, "b/y/index.html");
}

#[test]
fn the_language_comes_from_front_matter_then_file_then_folder() {
    let site = site_from(&[
        ("en/a.md", "---\nlang: zh-CN\n---\n正文"),
        ("b.en.md", TEXT),
        ("en/c.md", TEXT),
        ("d.md", "---\nlang: fr\n---\n正文"),
        ("e.md", "---\nlang: en-US\n---\n正文"),
    ]);
    let language = |path: &str| site.page(path).language;
    assert_eq!(language("en/a.md"), 0);
    assert_eq!(language("b.en.md"), 1);
    assert_eq!(language("en/c.md"), 1);
    assert_eq!(language("d.md"), 0);
    assert_eq!(language("e.md"), 1);
    assert_eq!(
        site.told(),
        [
            "content/d.md:2:7: error[unknown-language]: `fr` is none of the site's languages | the site has `zh-Hans`, `en`"
        ]
    );
}

#[test]
fn a_file_name_may_call_chinese_as_other_generators_do() {
    let settings = |languages: &str| {
        format!(
            "site: {{ url: 'https://example.org', title: T, languages: [{languages}], timezone: Asia/Shanghai }}"
        )
    };
    let site = site_with(
        &settings("en, zh-Hans"),
        &[("a.md", TEXT), ("a.zh.md", TEXT), ("b.zh-cn.md", TEXT)],
    );
    assert_eq!(site.page("a.zh.md").output, "zh-hans/a/index.html");
    assert_eq!(site.page("b.zh-cn.md").output, "zh-hans/b/index.html");
    let site = site_with(
        &settings("zh-Hans, zh-Hant"),
        &[("a.zh-TW.md", TEXT), ("b.zh.md", TEXT)],
    );
    assert_eq!(site.page("a.zh-TW.md").output, "zh-hant/a/index.html");
    assert_eq!(site.page("b.zh.md").output, "b-zh/index.html");
}

#[test]
fn names_that_are_only_unique_with_their_date_keep_it() {
    let site = site_from(&[
        ("a/2023-01-01-news.md", TEXT),
        ("a/2024-01-01-news.md", TEXT),
        ("a/2024-01-02-other.md", TEXT),
    ]);
    assert_eq!(
        site.page("a/2023-01-01-news.md").url,
        "/blog/a/2023-01-01-news/"
    );
    assert_eq!(
        site.page("a/2024-01-01-news.md").url,
        "/blog/a/2024-01-01-news/"
    );
    assert_eq!(site.page("a/2024-01-02-other.md").url, "/blog/a/other/");
    assert_eq!(site.told(), [""; 0]);
}

#[test]
fn folders_become_sections_with_their_own_text_and_address() {
    let site = site_from(&[
        (
            "talent-policy/_index.md",
            "---\ntitle: 人才\nslug: talent\n---\n导言",
        ),
        ("talent-policy/grants/one.md", TEXT),
        ("docs/index.md", "---\ntitle: 文档\n---\n导言"),
        ("docs/start.md", TEXT),
        ("_index.md", "欢迎"),
    ]);
    let shown: Vec<(&str, &str, &str, Option<u32>)> = site
        .site
        .sections
        .iter()
        .map(|section| {
            (
                &*section.path,
                &*section.title,
                &*section.url,
                section.parent,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("", "测试", "/blog/", None),
            ("docs", "文档", "/blog/docs/", None),
            ("talent-policy", "人才", "/blog/talent/", None),
            (
                "talent-policy/grants",
                "Grants",
                "/blog/talent/grants/",
                Some(2)
            ),
        ]
    );
    assert_eq!(
        site.page("talent-policy/grants/one.md").url,
        "/blog/talent/grants/one/"
    );
    assert_eq!(site.page("talent-policy/grants/one.md").section, Some(3));
}

#[test]
fn drafts_and_future_pages_are_left_out_and_counted() {
    let files = [
        ("a.md", "---\ndraft: true\n---\n正文"),
        ("b.md", "---\ndate: 2027-01-01\n---\n正文"),
        ("c.md", "---\ndate: 2026-01-01\n---\n正文"),
    ];
    let site = site_from(&files);
    assert_eq!(site.site.pages.len(), 1);
    assert_eq!((site.site.tally.drafts, site.site.tally.future), (1, 1));
    let next = site.site.next_change.as_ref().unwrap();
    assert_eq!(
        (&*next.file, next.what),
        ("content/b.md", Happening::Appears)
    );
    assert_eq!(next.at.to_string(), "2026-12-31T16:00:00Z");
    let all = resolved(super::SETTINGS, &files, "2026-06-15T00:00:00Z", true);
    assert_eq!(all.site.pages.len(), 3);
}

#[test]
fn files_go_beside_their_page_or_keep_their_path() {
    let site = site_from(&[
        ("jobs/welder/index.md", "---\nslug: schweisser\n---\n正文"),
        ("jobs/welder/photo 1.png", ""),
        ("jobs/welder/more/b.png", ""),
        ("jobs/map.pdf", ""),
        (
            "posts/2024-01-01-hexo.md",
            "---\npermalink: /2024/hexo.html\n---\n正文",
        ),
        ("posts/2024-01-01-hexo/c.png", ""),
        ("draft/index.md", "---\ndraft: true\n---\n正文"),
        ("draft/secret.png", ""),
        ("images/Ünï & 😀.png", ""),
    ]);
    let outputs: Vec<&str> = site
        .site
        .assets
        .iter()
        .map(|asset| &*asset.output)
        .collect();
    assert_eq!(
        outputs,
        [
            "jobs/schweisser/photo 1.png",
            "jobs/schweisser/more/b.png",
            "jobs/map.pdf",
            "2024/hexo/c.png",
            "images/Ünï & 😀.png",
        ]
    );
}
