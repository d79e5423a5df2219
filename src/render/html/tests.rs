//! A site and a theme in, files out.

use crate::content::kind::Article;
use crate::content::{Details, Kind, Located};
use crate::diag::{Position, print};
use crate::render::render;
use crate::render::sample::{self, Kept};
use crate::render::theme::assemble;
use crate::render::theme::files::MemoryFiles;
use crate::site::{ListOf, Redirect, Site};
use crate::timing::Timings;
use std::path::Path;

const BARE: [(&str, &str); 9] = [
    ("themes/city/theme.yaml", "contract: 1\n"),
    (
        "themes/city/templates/home.html",
        "{{ here.title }}|{% for page in list.pages %}{{ page.title }} {% endfor %}{{ list.page }}/{{ list.last }}",
    ),
    (
        "themes/city/templates/page.html",
        "{{ page.title }}|{{ page.content }}|{{ lang.tag }}|{{ here.absolute }}",
    ),
    ("themes/city/templates/list.html", "{{ list.title }}"),
    ("themes/city/templates/term.html", "{{ list.title }}"),
    ("themes/city/templates/taxonomy.html", "{{ taxonomy }}"),
    ("themes/city/templates/archive.html", "x"),
    ("themes/city/templates/404.html", "{{ lang.tag }}"),
    (
        "themes/city/templates/redirect.html",
        "{{ target_absolute }}",
    ),
];

fn site() -> Site {
    let mut config = sample::config();
    config.theme = "city".to_owned();
    let mut site = sample::site(config);
    site.pages = vec![
        sample::page("articles/a", "A", Details::Article(Article::default())),
        sample::page(
            "articles/b",
            "B & <C>",
            Details::Article(Article::default()),
        ),
        sample::page("about", "About", Details::Page),
    ];
    site.lists = vec![
        sample::list(ListOf::Home, "", "", vec![0, 1]),
        sample::list(ListOf::Kind(Kind::Job), "jobs", "jobs/", Vec::new()),
    ];
    site.lists[0].page_size = 1;
    site.redirects = vec![Redirect {
        from: "/old/".to_owned(),
        output: "old/index.html".to_owned(),
        to: "/articles/a/".to_owned(),
    }];
    site
}

fn run(site: &Site, more: &[(&str, &str)]) -> (Kept, Vec<String>) {
    let files = BARE.iter().chain(more).copied();
    let (theme, diagnostics) = assemble(&MemoryFiles::new(files), &site.config);
    assert_eq!(diagnostics, []);
    let kept = Kept::default();
    let diagnostics = render(
        site,
        &theme.unwrap(),
        Path::new("/nowhere"),
        &Timings::default(),
        &kept,
    )
    .unwrap();
    let said = diagnostics
        .iter()
        .map(|diagnostic| {
            let mut line = print::short(diagnostic).trim_end().to_owned();
            for related in &diagnostic.related {
                line.push_str(&format!(" | {}: {}", related.label, related.place.file));
            }
            line
        })
        .collect();
    (kept, said)
}

#[test]
fn every_page_list_and_redirect_becomes_a_file() {
    let (kept, said) = run(
        &site(),
        &[
            ("themes/city/templates/jobs.html", "jobs: {{ list.total }}"),
            ("themes/city/templates/wide.html", "wide {{ page.title }}"),
            ("static/robots-extra.txt", "x"),
            ("themes/city/static/style.css", "a{}"),
        ],
    );
    assert_eq!(said, [] as [&str; 0]);
    let pages: Vec<String> = kept
        .paths()
        .into_iter()
        .filter(|path| path.ends_with(".html"))
        .collect();
    assert_eq!(
        pages,
        [
            "404.html",
            "about/index.html",
            "articles/a/index.html",
            "articles/b/index.html",
            "en/404.html",
            "index.html",
            "jobs/index.html",
            "old/index.html",
            "page/2/index.html",
        ]
    );
    assert_eq!(
        kept.text("articles/b/index.html"),
        "B &amp; &lt;C&gt;|<p>articles/b</p>|zh-Hans|https://example.org/articles/b/"
    );
    assert_eq!(kept.text("index.html"), "|A 1/2");
    assert_eq!(kept.text("page/2/index.html"), "2|B &amp; &lt;C&gt; 2/2");
    assert_eq!(kept.text("jobs/index.html"), "jobs: 0");
    assert_eq!(kept.text("en/404.html"), "en");
    assert_eq!(
        kept.text("old/index.html"),
        "https://example.org/articles/a/"
    );
    let style: Vec<String> = kept
        .paths()
        .into_iter()
        .filter(|path| path.ends_with(".css"))
        .collect();
    assert!(style.len() == 1 && style[0] != "style.css", "{style:?}");
}

#[test]
fn what_a_site_brings_itself_is_not_made_again() {
    let own = [
        "404.html",
        "_headers",
        "_redirects",
        "robots.txt",
        "sitemap.xml",
    ];
    let files: Vec<(String, &str)> = own
        .iter()
        .map(|name| (format!("static/{name}"), "own"))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    let (kept, said) = run(&site(), &files);
    assert_eq!(said, [] as [&str; 0]);
    for name in own {
        assert_eq!(kept.text(name), "own", "{name}");
    }
    assert_eq!(kept.text("en/404.html"), "en");
}

fn named(template: &str) -> Option<Located<String>> {
    let position = Position {
        line: 3,
        column: 11,
        length: 4,
    };
    Some(Located::new(template.to_owned(), position))
}

#[test]
fn a_page_may_name_its_template_and_hears_of_one_that_does_not_exist() {
    let mut site = site();
    sample::change(&mut site.pages[0], |page| {
        page.meta.template = named("wide");
    });
    sample::change(&mut site.pages[1], |page| {
        page.meta.template = named("list.html");
    });
    sample::change(&mut site.pages[2], |page| {
        page.meta.template = named("post");
    });
    let (kept, said) = run(
        &site,
        &[("themes/city/templates/wide.html", "wide {{ page.title }}")],
    );
    assert_eq!(
        said,
        [
            "content/articles/b.md:3:11: warning[unknown-template]: the theme has no template `list.html` for pages",
            "content/about.md:3:11: warning[unknown-template]: the theme has no template `post.html` for pages",
        ]
    );
    assert_eq!(kept.text("articles/a/index.html"), "wide A");
    assert!(kept.text("articles/b/index.html").starts_with("B &amp;"));
    assert!(kept.text("about/index.html").starts_with("About|"));
}

#[test]
fn one_mistake_of_a_template_is_told_once_and_the_other_pages_are_rendered() {
    let (kept, said) = run(
        &site(),
        &[(
            "themes/city/templates/article.html",
            "{{ page.title }}\n汉 {{ page.extra.mood }}",
        )],
    );
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("themes/city/templates/article.html:2:17: error[template-error]: ")
            && said[0].ends_with("| while this and 1 more were rendered: content/articles/a.md"),
        "{}",
        said[0]
    );
    assert!(kept.paths().contains(&"about/index.html".to_owned()));
}

#[test]
fn a_mistake_in_a_component_that_is_rendered_once_is_told_at_its_place() {
    let (kept, said) = run(
        &site(),
        &[
            (
                "themes/city/templates/article.html",
                "{{ cached(component=\"foot\", card=page) }}",
            ),
            (
                "themes/city/templates/parts.html",
                "{% component foot(card, @lang) %}\n{{ lang.tag }} {{ card.mood }}{% endcomponent foot %}",
            ),
        ],
    );
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("themes/city/templates/parts.html:2:24: error[template-error]: ")
            && said[0].ends_with("| while this and 1 more were rendered: content/articles/a.md"),
        "{}",
        said[0]
    );
    assert!(kept.paths().contains(&"about/index.html".to_owned()));
}

#[test]
fn a_template_that_every_theme_has_is_missed() {
    let site = site();
    let files = BARE
        .iter()
        .filter(|(path, _)| !path.ends_with("term.html"))
        .copied();
    let (theme, _) = assemble(&MemoryFiles::new(files), &site.config);
    let said = render(
        &site,
        &theme.unwrap(),
        Path::new("/nowhere"),
        &Timings::default(),
        &Kept::default(),
    )
    .unwrap();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].message, "theme `city` has no template `term.html`");
}

#[test]
fn a_template_that_does_not_compile_hides_no_mistake_of_another() {
    let site = site();
    let files = BARE.into_iter().chain([
        ("themes/city/templates/wide.html", "{% if %}"),
        ("themes/city/templates/article.html", "{{ page.titel }}"),
    ]);
    let (theme, diagnostics) = assemble(&MemoryFiles::new(files), &site.config);
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    let kept = Kept::default();
    let said = render(
        &site,
        &theme.unwrap(),
        Path::new("/nowhere"),
        &Timings::default(),
        &kept,
    )
    .unwrap();
    let said: Vec<String> = said.iter().map(print::short).collect();
    assert_eq!(
        said,
        [
            "themes/city/templates/article.html:1:9: error[unknown-template-field]: `page` has no field `titel`"
        ]
    );
}
