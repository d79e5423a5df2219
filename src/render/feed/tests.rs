//! Feeds from outside: small sites in, documents out, read by an independent parser.

use super::{Known, has_feed, wanted, write};
use crate::content::Details;
use crate::content::kind::{Article, Job, Salary};
use crate::render::sample::{HOSTILE, Kept, change, config, list, page, site};
use crate::site::{ListOf, Page, PageId, Site};
use crate::store::{Digest, digest};
use proptest::prelude::{ProptestConfig, any, proptest};

fn article(path: &str, title: &str) -> Page {
    page(path, title, Details::Article(Article::default()))
}

/// A site with a home list of these titles.
fn titled(titles: &[&str]) -> Site {
    let mut site = site(config());
    site.pages = titles
        .iter()
        .enumerate()
        .map(|(number, title)| article(&format!("a/{number}"), title))
        .collect();
    let pages = (0..titles.len()).map(|id| id as PageId).collect();
    site.lists = vec![list(ListOf::Home, "", "", pages)];
    site
}

fn written(site: &Site, body: &str) -> Kept {
    let kept = Kept::default();
    let known = Known {
        icon: Some("favicon.svg"),
        statics: &[],
        bodies: &|_| body.to_owned(),
        body_keys: &|_| digest(body.as_bytes()),
        titles: &|list| list.title.clone(),
    };
    write(site, &wanted(site, |_| true), &known, &kept).unwrap();
    kept
}

fn read(bytes: &[u8]) -> feed_rs::model::Feed {
    feed_rs::parser::parse(bytes).unwrap()
}

#[test]
fn hostile_titles_come_back_in_every_format() {
    let kept = written(&titled(&HOSTILE), "<p>body</p>");
    for path in ["feed.json", "rss.xml", "atom.xml"] {
        let feed = read(&kept.bytes(path));
        assert_eq!(feed.entries.len(), HOSTILE.len());
        for title in HOSTILE {
            let wanted = crate::render::sanitise::line(title);
            let escaped = crate::render::sanitise::escape(&wanted);
            assert!(
                feed.entries.iter().any(|entry| {
                    let found = &entry.title.as_ref().unwrap().content;
                    *found == wanted.trim() || *found == escaped.trim()
                }),
                "{path}: {title:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_title_and_body_give_feeds_that_can_be_read(title in any::<String>(), body in any::<String>()) {
        let kept = written(&titled(&[&title]), &body);
        assert_eq!(read(&kept.bytes("atom.xml")).entries.len(), 1);
        assert_eq!(read(&kept.bytes("rss.xml")).entries.len(), 1);
        assert_eq!(read(&kept.bytes("feed.json")).entries.len(), 1);
    }
}

#[test]
fn atom_says_who_where_when_and_in_which_language() {
    let mut site = titled(&["甲"]);
    let config = std::sync::Arc::make_mut(&mut site.config);
    config.feeds.hub = Some("https://hub.example/".to_owned());
    config.image = Some("share.png".to_owned());
    change(&mut site.pages[0], |page| {
        page.meta.authors = vec!["李 & 王".to_owned()];
    });
    let atom = written(&site, "<p><a href=\"/x\">正文</a></p>").text("atom.xml");
    let (head, entry) = atom.split_once("<entry").unwrap();
    assert_eq!(
        head,
        r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-Hans">
<title>回响</title>
<subtitle>为准备回来的人</subtitle>
<id>https://example.org/</id>
<updated>2026-10-01T00:04:40+08:00</updated>
<link rel="self" type="application/atom+xml" href="https://example.org/atom.xml"/>
<link rel="alternate" type="text/html" href="https://example.org/"/>
<link rel="hub" href="https://hub.example/"/>
<author><name>回响</name>
</author>
<icon>https://example.org/favicon.svg</icon>
<logo>https://example.org/share.png</logo>
<generator>Guidepost</generator>
"#
    );
    assert_eq!(
        entry,
        r#" xml:lang="zh-Hans">
<title>甲</title>
<id>https://example.org/a/0/</id>
<link rel="alternate" type="text/html" href="https://example.org/a/0/"/>
<published>2026-10-01T00:00:00+08:00</published>
<updated>2026-10-01T00:04:40+08:00</updated>
<author><name>李 &amp; 王</name>
</author>
<summary>甲: 摘要</summary>
<content type="html">&lt;p&gt;&lt;a href="https://example.org/x"&gt;正文&lt;/a&gt;&lt;/p&gt;</content>
</entry>
</feed>
"#
    );
}

#[test]
fn the_newest_pages_are_taken_whatever_the_order_of_the_list() {
    let mut site = titled(&["old", "new", "undated"]);
    site.pages[0].date = Some(crate::render::sample::day("2020-01-01"));
    site.pages[2].date = None;
    site.pages[2].updated = None;
    site.lists[0].pages = vec![2, 0, 1];
    std::sync::Arc::make_mut(&mut site.config).feeds.limit = 2;
    let feed = read(&written(&site, "x").bytes("rss.xml"));
    let titles: Vec<_> = feed
        .entries
        .iter()
        .map(|entry| entry.title.as_ref().unwrap().content.as_str())
        .collect();
    assert_eq!(titles, ["new", "old"]);
}

#[test]
fn a_list_without_pages_has_no_feed_while_others_have_one_each() {
    let mut site = titled(&["甲"]);
    site.lists.push(list(
        ListOf::Author("无".to_owned()),
        "无",
        "authors/wu/",
        vec![],
    ));
    site.lists.push(list(
        ListOf::Author("李".to_owned()),
        "李",
        "authors/li/",
        vec![0],
    ));
    assert!(!has_feed(&site, &site.lists[1]));
    assert!(has_feed(&site, &site.lists[2]));
    let feed = read(&written(&site, "x").bytes("authors/li/atom.xml"));
    assert_eq!(feed.title.unwrap().content, "李 · 回响");
    assert_eq!(feed.id, "https://example.org/authors/li/");
    assert_eq!(
        written(&site, "x").paths(),
        [
            "atom.xml",
            "authors/li/atom.xml",
            "authors/li/feed.json",
            "authors/li/rss.xml",
            "feed.json",
            "rss.xml"
        ]
    );
}

#[test]
fn summaries_only_where_the_site_wants_it_so() {
    let mut site = titled(&["甲"]);
    std::sync::Arc::make_mut(&mut site.config).feeds.full = false;
    let kept = Kept::default();
    let known = Known {
        icon: None,
        statics: &[],
        bodies: &|_| panic!("no body is asked for"),
        body_keys: &|_| panic!("nor its digest"),
        titles: &|_| String::new(),
    };
    write(&site, &wanted(&site, |_| true), &known, &kept).unwrap();
    assert!(!kept.text("atom.xml").contains("<content"));
    assert!(!kept.text("rss.xml").contains("<content:encoded"));
    let json: serde_json::Value = serde_json::from_slice(&kept.bytes("feed.json")).unwrap();
    assert_eq!(json["items"][0]["content_text"], "甲: 摘要");
}

#[test]
fn a_job_shows_its_facts_before_its_body() {
    let mut site = titled(&[]);
    site.pages = vec![page(
        "jobs/welder",
        "焊工",
        Details::Job(Box::new(Job {
            city: Some("某市".to_owned()),
            salary: Some(Salary {
                min: Some(8000.0),
                max: Some(12000.0),
                currency: "CNY".to_owned(),
                period: "MONTH".to_owned(),
                months: None,
            }),
            ..Job::default()
        })),
    )];
    site.lists[0].pages = vec![0];
    let json: serde_json::Value =
        serde_json::from_slice(&written(&site, "<p>正文</p>").bytes("feed.json")).unwrap();
    assert_eq!(
        json["items"][0]["content_html"],
        "<p>某市 · 8,000–12,000 CNY</p>\n<p>正文</p>"
    );
}

#[test]
fn a_body_is_made_once_for_all_its_feeds() {
    let mut site = titled(&["甲", "乙"]);
    for number in 0..5 {
        site.lists.push(list(
            ListOf::Author(number.to_string()),
            "a",
            &format!("authors/{number}/"),
            vec![0, 1],
        ));
    }
    let made = std::sync::atomic::AtomicUsize::new(0);
    let known = Known {
        icon: None,
        statics: &[],
        bodies: &|_| {
            made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            "<p>x</p>".to_owned()
        },
        body_keys: &|_| Digest::default(),
        titles: &|list| list.title.clone(),
    };
    write(&site, &wanted(&site, |_| true), &known, &Kept::default()).unwrap();
    assert_eq!(made.into_inner(), 2);
}

#[test]
fn a_digest_lists_what_it_collected() {
    let mut site = titled(&["周报", "甲 & 乙"]);
    site.pages[0].collected = vec![1];
    let json: serde_json::Value =
        serde_json::from_slice(&written(&site, "<p>正文</p>").bytes("feed.json")).unwrap();
    let digest = json["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["title"] == "周报")
        .unwrap();
    assert_eq!(
        digest["content_html"],
        "<p>正文</p>\n<ul>\n<li><a href=\"https://example.org/a/1/\">甲 &amp; 乙</a> 甲 &amp; 乙: 摘要</li>\n</ul>"
    );
}
