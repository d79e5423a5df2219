//! Sites in the dialects of four generators and an aggregator's export, built where they stand.

use crate::harness::{self, Ran, Site};
use std::collections::BTreeMap;

fn build(name: &str) -> (Site, Ran) {
    let site = Site::empty();
    let from = harness::repository().join("tests/sites").join(name);
    harness::copy(&from, &site.path("."));
    harness::copy(&harness::repository().join("themes"), &site.path("themes"));
    let ran = site.build();
    (site, ran)
}

/// The pages of a tree that hold a text, as path → title, without lists and feeds.
fn articles(site: &Site) -> BTreeMap<String, String> {
    site.tree("public")
        .into_iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .filter_map(|(path, bytes)| {
            let html = String::from_utf8(bytes).ok()?;
            let title = between(&html, "<h1", "</h1>")?;
            html.contains("e-content").then(|| {
                (
                    path,
                    title
                        .split_once('>')
                        .map_or("", |(_, text)| text)
                        .trim()
                        .to_owned(),
                )
            })
        })
        .collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let from = text.find(start)? + start.len();
    let length = text[from..].find(end)?;
    Some(&text[from..from + length])
}

fn titles(site: &Site) -> Vec<(String, String)> {
    articles(site).into_iter().collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted
        .iter()
        .map(|(path, title)| ((*path).to_owned(), (*title).to_owned()))
        .collect()
}

#[test]
fn a_hexo_site_builds_where_it_stands() {
    let (site, ran) = build("hexo");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        titles(&site),
        pairs(&[
            ("2018/12/07/4a17b156/index.html", "[转] 第一个冬天：记录"),
            ("2019/03/02/hello-hexo/index.html", "没有开头的围栏"),
            ("2020/01/02/tabs/index.html", "制表符与重复键"),
            ("about/index.html", "关于"),
        ])
    );
    let hello = site.read("public/2019/03/02/hello-hexo/index.html");
    for part in [
        "<strong>注意：</strong>这样的强调，还有一个软换行。",
        "{{ 花括号 }} 和 {% 百分号 %} 原样保留。",
        "src=\"/2019/03/02/hello-hexo/snow.png\"",
        "width=\"40\" height=\"30\"",
        "<blockquote",
        "href=\"/2018/12/07/4a17b156/\"",
    ] {
        assert!(hello.contains(part), "{part} is missing in\n{hello}");
    }
    assert!(site.path("public/2019/03/02/hello-hexo/snow.png").is_file());
    assert!(site.path("public/images/winter.png").is_file());
    // The cover is the body's own picture: it is shown once.
    let winter = site.read("public/2018/12/07/4a17b156/index.html");
    assert_eq!(
        winter.matches("src=\"/images/winter.png\"").count(),
        1,
        "{winter}"
    );
    // The repair and the repeated key are told with their places.
    for line in [
        "source/_posts/first-winter.md:2:8: warning[repaired-front-matter]",
        "source/_posts/tabs.md:7:1: warning[duplicate-key]",
    ] {
        assert!(
            ran.stderr.contains(line),
            "{line} is missing in\n{}",
            ran.stderr
        );
    }
}

#[test]
fn a_hugo_site_builds_where_it_stands() {
    let (site, ran) = build("hugo");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        titles(&site),
        pairs(&[
            ("archives/toml-post.html", "TOML 写的文章"),
            ("en/posts/written-in-yaml/index.html", "Written: in YAML"),
            ("posts/bundle/index.html", "带图片的文章"),
            ("posts/json/index.html", "JSON 的头"),
            ("posts/windows/index.html", "Windows 的文件"),
        ])
    );
    let toml = site.read("public/archives/toml-post.html");
    for part in [
        "href=\"/blog/posts/bundle/\"",
        "href=\"/blog/en/posts/written-in-yaml/\"",
        "src=\"/blog/images/head.png\"",
        "图注",
        "hl-k",
    ] {
        assert!(toml.contains(part), "{part} is missing in\n{toml}");
    }
    assert!(
        site.read("public/old/toml/index.html")
            .contains("/blog/archives/toml-post.html")
    );
    assert!(
        site.read("public/_redirects")
            .contains("/blog/old/toml/ /blog/archives/toml-post.html")
    );
}

#[test]
fn a_jekyll_site_builds_where_it_stands() {
    let (site, ran) = build("jekyll");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        titles(&site),
        pairs(&[
            ("2015/03/09/dated-by-name/index.html", "dated by name"),
            ("2016/01/02/second/index.html", "Second"),
        ])
    );
    let first = site.read("public/2015/03/09/dated-by-name/index.html");
    for part in [
        "src=\"/assets/cat.png\"",
        "href=\"/2016/01/02/second/\"",
        "{{ kept as written }}",
        "href=\"/categories/tools/\"",
        "href=\"/categories/editing/\"",
    ] {
        assert!(first.contains(part), "{part} is missing in\n{first}");
    }
    assert!(!first.contains("{% "), "a tag is left in\n{first}");
    let second = site.read("public/2016/01/02/second/index.html");
    assert!(!second.contains("{:"), "kramdown is left in\n{second}");
}

#[test]
fn a_zola_site_builds_where_it_stands() {
    let (site, ran) = build("zola");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        titles(&site),
        pairs(&[
            ("files/here/index.html", "With files"),
            ("notes/first/index.html", "First note"),
            ("ru/notes/first/index.html", "Первая заметка"),
        ])
    );
    let first = site.read("public/notes/first/index.html");
    for part in [
        "href=\"/files/here/#what-is-there\"",
        "hreflang=\"ru\"",
        "href=\"/authors/anna/\"",
    ] {
        assert!(first.contains(part), "{part} is missing in\n{first}");
    }
    assert!(
        site.read("public/notes/index.html")
            .contains("Everything that was noted.")
    );
    assert!(site.path("public/files/here/map.png").is_file());
}

#[test]
fn an_aggregators_export_comes_out_right_in_page_feed_and_summary() {
    let (site, ran) = build("aggregator");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (path, title) = titles(&site).into_iter().next().expect("the page");
    assert_eq!(title, "一次采访：他说&quot;回来也行&quot;");
    let html = site.read(&format!("public/{path}"));
    let body = between(&html, "e-content", "</article>").expect("the body");
    assert_eq!(
        body.matches("<pre").count(),
        1,
        "deep indents became code in\n{body}"
    );
    for part in [
        "<p>记者上周走访了三家工厂。",
        "花括号",
        "<p>第一家说：“工资不高，但准时。”</p>",
        "src=\"https://img.example/one.jpg\"",
        "let attribute = \"<b>\"",
    ] {
        assert!(
            body.contains(part) || body.contains(&part.replace("\"<b>\"", "&quot;&lt;b&gt;&quot;")),
            "{part} is missing in\n{body}"
        );
    }
    assert!(
        html.contains("datetime=\"2022-05-20"),
        "the date is missing"
    );
    let description = between(&html, "<meta name=\"description\" content=\"", "\"");
    assert!(
        description.is_some_and(|text| text.starts_with("记者上周走访了三家工厂。")),
        "{description:?}"
    );
    let feed = site.tree("public").remove("atom.xml").expect("a feed");
    let feed = feed_rs::parser::parse(&feed[..]).expect("a feed that parses");
    let entry = &feed.entries[0];
    let title = entry.title.as_ref().map(|title| title.content.as_str());
    assert_eq!(title, Some("一次采访：他说\"回来也行\""));
    let content = entry
        .content
        .as_ref()
        .and_then(|content| content.body.as_deref());
    assert!(content.is_some_and(|text| text.contains("第一家说") && !text.contains("style=")));
    assert!(
        site.read("public/index.html")
            .contains("https://img.example/head.jpg")
            || html.contains("https://img.example/head.jpg")
    );
}
