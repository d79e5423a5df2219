//! Composing by the example of one site: which pages an account carries, and what becomes of
//! their texts within its limits.

use super::{Composition, Texts, check_overrides, compose};
use crate::config::{Config, parse as parse_settings};
use crate::content::{PageFile, parse};
use crate::data::Node;
use crate::diag::print;
use crate::platform::capability::{BodyImages, ImageLimit, Limit, Links, Markup, Recovery};
use crate::platform::counting::{Unit, count};
use crate::platform::memory;
use crate::publish::account::{self, Account};
use crate::site::{self, Input, PageId, Selection, Site, Tally};
use std::sync::Arc;

const SETTINGS: &str = "site: {url: 'https://example.org', title: 云岚回响, languages: [zh-Hans, ru], timezone: Asia/Shanghai}\naccounts:\n  zhihu: {platform: zhihu, kinds: [article]}\n  moments: {platform: moments, languages: [ru], hashtags: 1}\n";

struct Plain<'a>(&'a Site);

impl Texts for Plain<'_> {
    fn body(&self, page: PageId) -> String {
        self.0.pages[page as usize]
            .source
            .body
            .html
            .get()
            .into_owned()
    }

    fn summary(&self, page: PageId) -> String {
        self.0.pages[page as usize]
            .source
            .body
            .plain
            .get()
            .replace('\n', " ")
    }

    fn facts(&self, _: PageId) -> Vec<String> {
        Vec::new()
    }

    fn digest(&self, _: &str) -> Option<String> {
        None
    }
}

fn settings(text: &str) -> (Arc<Config>, Vec<Account>) {
    let (config, found) = parse_settings(&"site.yaml".into(), text);
    assert_eq!(found, []);
    let config = config.expect("settings");
    let account::Read {
        accounts,
        of_accounts,
        ..
    } = account::read(&config);
    let found: Vec<_> = of_accounts
        .into_iter()
        .flat_map(|(_, found)| found)
        .collect();
    assert_eq!(found, []);
    (Arc::new(config), accounts)
}

fn site(config: &Arc<Config>, pages: &[(&str, &str)]) -> Site {
    let pages = pages
        .iter()
        .map(|(path, text)| {
            let file = PageFile {
                file: format!("content/{path}").into(),
                path: (*path).into(),
            };
            let parsed = parse(&file, text.as_bytes(), &Node::empty_map(), config);
            Arc::from(parsed.page.expect("a page"))
        })
        .collect();
    let input = Input {
        pages,
        assets: Vec::new(),
        statics: Vec::new(),
        data: Vec::new(),
        shown: Vec::new(),
        tally: Tally::default(),
    };
    let selection = Selection {
        now: "2026-11-24T00:00:00Z".parse().expect("a moment"),
        drafts: false,
        future: false,
    };
    site::resolve(input, Arc::clone(config), selection).0
}

const PAGES: &[(&str, &str)] = &[
    (
        "articles/salary.md",
        "---\ntitle: 薪资地图\ndate: 2026-11-01\ntags: [薪资, 落户]\n---\n第一段。\n\n第二段。\n",
    ),
    (
        "articles/salary.ru.md",
        "---\ntitle: Карта зарплат\ndate: 2026-11-02\ntags: [новая работа, ЖКХ]\n---\nСколько платят.\n",
    ),
    (
        "articles/quoted.md",
        "---\ntitle: 转载\ndate: 2026-11-03\nsource_url: https://other.example/x\n---\n别人的全文。\n",
    ),
    (
        "articles/no.md",
        "---\ntitle: 不发\ndate: 2026-11-04\npublish: {zhihu: false, zhihuu: true}\n---\n只在本站。\n",
    ),
    ("about.md", "---\ntitle: 关于\n---\n我们。\n"),
];

fn composed(name: &str) -> (Site, Composition) {
    let (config, accounts) = settings(SETTINGS);
    let site = site(&config, PAGES);
    let account = accounts
        .iter()
        .find(|account| account.name == name)
        .expect("an account");
    let capabilities = account.capabilities();
    let composition = compose(
        account,
        &["zhihu", "moments"],
        &capabilities,
        &site,
        &Plain(&site),
    );
    (site, composition)
}

/// Posts and reasons as text.
fn shown(composition: &Composition) -> String {
    let mut lines: Vec<String> = composition
        .wanted
        .iter()
        .map(|composed| {
            format!(
                "== {}\n{}",
                composed.post.key,
                composed.post.content.text().trim_end()
            )
        })
        .collect();
    for (post, reason) in &composition.unwanted {
        lines.push(format!("-- {post}: {}", reason.word()));
    }
    lines.join("\n")
}

#[test]
fn an_account_carries_what_its_filters_and_the_rights_let_through() {
    insta::assert_snapshot!(shown(&composed("zhihu").1), @r#"
    == articles/salary@zh-Hans
    <p>第一段。</p>
    <p>第二段。</p>
    <p>首发于「云岚回响」：<a href="https://example.org/articles/salary/?utm_source=zhihu&amp;utm_medium=article&amp;utm_campaign=salary&amp;utm_content=page">https://example.org/articles/salary/</a></p>
    == articles/salary@ru
    <p>Сколько платят.</p>
    <p>Впервые опубликовано на сайте «云岚回响»: <a href="https://example.org/ru/articles/salary/?utm_source=zhihu&amp;utm_medium=article&amp;utm_campaign=salary&amp;utm_content=page">https://example.org/ru/articles/salary/</a></p>
    == articles/quoted@zh-Hans
    <p>别人的全文。</p>
    <p>全文请读「云岚回响」：<a href="https://example.org/articles/quoted/?utm_source=zhihu&amp;utm_medium=article&amp;utm_campaign=quoted&amp;utm_content=page">https://example.org/articles/quoted/</a></p>
    -- about@zh-Hans: filtered-out
    -- articles/no@zh-Hans: page-forbids
    "#);
}

#[test]
fn short_posts_have_title_text_road_and_tags() {
    insta::assert_snapshot!(shown(&composed("moments").1), @r#"
    == articles/salary@ru
    Карта зарплат

    Сколько платят.

    https://example.org/ru/articles/salary/?utm_source=moments&utm_medium=social&utm_campaign=salary&utm_content=page

    #НоваяРабота
    -- about@zh-Hans: filtered-out
    -- articles/no@zh-Hans: filtered-out
    -- articles/quoted@zh-Hans: filtered-out
    -- articles/salary@zh-Hans: filtered-out
    "#);
}

#[test]
fn a_reply_says_that_it_tells_of_a_change_and_keeps_the_limit() {
    let (config, accounts) = settings(SETTINGS);
    let site = site(&config, PAGES);
    let account = accounts.last().expect("an account");
    let mut capabilities = memory::capabilities(Recovery::LookUp);
    capabilities.markup = Markup::Plain;
    let whole = compose(account, &[], &capabilities, &site, &Plain(&site));
    assert!(whole.wanted[0].reply.is_none(), "nothing can be answered");
    capabilities.reply = true;
    for most in [400, whole.wanted[0].length] {
        capabilities.text = Limit::new(most, Unit::Graphemes);
        let composition = compose(account, &[], &capabilities, &site, &Plain(&site));
        let composed = &composition.wanted[0];
        assert_eq!(composed.hash, whole.wanted[0].hash, "the post is the same");
        let reply = composed.reply.as_ref().expect("a reply").content.text();
        assert!(reply.starts_with("Обновлено: Карта зарплат"), "{reply}");
        assert!(reply.contains("utm_source=moments"), "{reply}");
        assert!(count(&reply, Unit::Graphemes) <= most, "{reply}");
    }
}

#[test]
fn what_gives_way_is_the_summary_then_the_tags_then_the_title_and_never_the_road() {
    let (config, accounts) = settings(SETTINGS);
    let site = site(&config, PAGES);
    let account = accounts.last().expect("an account");
    for most in [417, 197, 167, 147, 137] {
        let mut capabilities = memory::capabilities(Recovery::LookUp);
        capabilities.markup = Markup::Plain;
        capabilities.text = Limit::new(most, Unit::Graphemes);
        let composition = compose(account, &[], &capabilities, &site, &Plain(&site));
        let post = &composition.wanted[0];
        assert!(
            post.length <= most && post.refusal.is_none(),
            "{most}: {post:?}"
        );
        assert!(post.post.content.text().contains("utm_source=moments"));
        assert_eq!(
            post.shortened,
            post.post.content.text().lines().count() < 7,
            "{most}"
        );
    }
    let mut capabilities = memory::capabilities(Recovery::LookUp);
    capabilities.text = Limit::new(60, Unit::Graphemes);
    let composition = compose(account, &[], &capabilities, &site, &Plain(&site));
    assert!(composition.wanted[0].refusal.is_some());
    assert!(print::short(&composition.diagnostics[0]).contains("refused-post"));
}

#[test]
fn what_counts_is_the_form_that_is_sent() {
    let settings_text =
        SETTINGS.replace("zhihu: {platform: zhihu", "a: {platform: wechat, appid: wx");
    let (config, accounts) = settings(&settings_text);
    let page = format!(
        "---\ntitle: 长文\ndate: 2026-11-01\n---\n{}",
        "一段[话](https://example.org/a)。\n\n- 一\n\n".repeat(600)
    );
    let site = site(&config, &[("articles/long.md", &page)]);
    let account = &accounts[0];
    let capabilities = account.capabilities();
    let composition = compose(account, &["a"], &capabilities, &site, &Plain(&site));
    let post = &composition.wanted[0];
    let sent = count(&post.post.content.text(), capabilities.text.unit);
    assert_eq!(post.length, sent);
    assert!(sent <= capabilities.text.most, "{sent}");
    assert!(sent > capabilities.text.most * 9 / 10, "{sent}");
    assert!(post.shortened && post.refusal.is_none());
}

#[test]
fn where_links_are_punished_their_words_stay() {
    let settings_text = SETTINGS.replace("platform: zhihu", "platform: toutiao");
    let (config, accounts) = settings(&settings_text);
    let page =
        "---\ntitle: 题\ndate: 2026-11-01\n---\n见[**别处**](https://example.org/a)的 `x<y`。\n";
    let site = site(&config, &[("articles/a.md", page)]);
    let capabilities = accounts[0].capabilities();
    let composition = compose(
        &accounts[0],
        &["zhihu"],
        &capabilities,
        &site,
        &Plain(&site),
    );
    assert_eq!(
        composition.wanted[0].post.content.text().trim(),
        "<p>见<strong>别处</strong>的 <code>x&lt;y</code>。</p>"
    );
}

#[test]
fn an_account_that_does_not_exist_is_told_at_its_place() {
    let (site, _) = composed("zhihu");
    let told: Vec<String> = check_overrides(&["zhihu", "moments"], &site)
        .iter()
        .map(print::short)
        .collect();
    insta::assert_snapshot!(told.join(""), @r"
    content/articles/no.md:4:25: error[unknown-account]: there is no account `zhihuu`
    ");
}

#[test]
fn settings_of_accounts_are_checked_with_their_places() {
    let text = "site: {url: 'https://example.org', title: x, languages: [zh-Hans], timezone: UTC}\naccounts:\n  a: {platform: zhihuu}\n  b: {kinds: [articel]}\n  c: {platform: zhihu, languages: [fr], on_edit: updat, stages: [x], sinc: 1}\n  'd e': {platform: zhihu}\npublish: {max_change: 3, pause: soon}\nledger: {folder: ../x}\n";
    let (config, _) = parse_settings(&"site.yaml".into(), text);
    let account::Read {
        accounts,
        diagnostics,
        of_accounts,
        ..
    } = account::read(&config.expect("settings"));
    let of_accounts = of_accounts.into_iter().flat_map(|(_, found)| found);
    let found: Vec<_> = diagnostics.into_iter().chain(of_accounts).collect();
    assert_eq!(accounts.len(), 1);
    let told: Vec<String> = found.iter().map(print::short).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    site.yaml:7:33: error[invalid-value]: `pause: soon` is no length of time
    site.yaml:7:11: error[unknown-key]: unknown key `max_change`
    site.yaml:8:18: error[outside-root]: the ledgers must lie in the site's folder
    site.yaml:3:17: error[invalid-account]: there is no platform `zhihuu`
    site.yaml:4:3: error[invalid-account]: the account `b` names no `platform`
    site.yaml:5:36: error[unknown-language]: the site has no language `fr`
    site.yaml:5:66: error[invalid-value]: there is no stage `x`
    site.yaml:5:50: error[invalid-value]: `on_edit` cannot be `updat`
    site.yaml:5:70: error[unknown-key]: unknown key `sinc`
    site.yaml:6:3: error[invalid-account]: `d e` cannot be the name of an account
    ");
}

const COMMUNITY: &str = "community:\n  stages: {acquire: {text: {zh-Hans: 回云岚的人都在这里。, ru: Мы возвращаемся вместе.}, button: {zh-Hans: 进群, ru: Войти}}}\n  channels:\n    wechat: {name: 公众号「云岚回响」, qr: 'https://wx.example.org/x', accounts: {moments: false}}\n    telegram: {name: Telegram, url: 'https://t.me/example'}\n";

/// The first post of an account within abilities that a test changes.
fn invited(
    name: &str,
    change: impl FnOnce(&mut crate::platform::Capabilities),
) -> crate::platform::Post {
    let (config, accounts) = settings(&format!("{SETTINGS}{COMMUNITY}"));
    let site = site(&config, PAGES);
    let account = accounts.iter().find(|account| account.name == name);
    let account = account.expect("an account");
    let mut capabilities = (account.info.capabilities)(&account.settings);
    change(&mut capabilities);
    let mut composition = compose(account, &[], &capabilities, &site, &Plain(&site));
    composition.wanted.swap_remove(0).post
}

#[test]
fn the_way_into_the_community_is_shown_as_the_platform_allows() {
    let text = |post: &crate::platform::Post| post.content.text();
    let last = |post: &crate::platform::Post| {
        let text = text(post);
        text.lines().last().unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(last(&invited("zhihu", |_| {})), @r#"<p>回云岚的人都在这里。 <a href="https://example.org/join/?utm_source=zhihu&amp;utm_medium=article&amp;utm_campaign=salary&amp;utm_content=wechat">https://example.org/join/</a></p>"#);
    insta::assert_snapshot!(text(&invited("moments", |_| {})), @r"
    Карта зарплат

    Сколько платят.

    https://example.org/ru/articles/salary/?utm_source=moments&utm_medium=social&utm_campaign=salary&utm_content=page
    Мы возвращаемся вместе. https://example.org/ru/join/?utm_source=moments&utm_medium=social&utm_campaign=salary&utm_content=telegram

    #НоваяРабота
    ");
    let button = invited("moments", |able| able.markup = Markup::Telegram);
    assert!(!text(&button).contains("/join/"));
    let call = button.call.expect("a button");
    assert_eq!(call.button, "Войти");
    assert!(call.link.expect("a link").contains(
        "/ru/join/?utm_source=moments&utm_medium=social&utm_campaign=salary&utm_content=telegram"
    ));
    let scanned = invited("zhihu", |able| able.links = Links::OwnField);
    insta::assert_snapshot!(last(&scanned), @r#"<p><img src="https://example.org/go/wechat/zhihu/qr.png" alt="公众号「云岚回响」"></p>"#);
    let code = scanned.call.and_then(|call| call.code).expect("a code");
    assert_eq!(code.text.as_deref(), Some("https://wx.example.org/x"));
    let plain = invited("zhihu", |able| able.links = Links::Forbidden);
    insta::assert_snapshot!(last(&plain), @"<p>回云岚的人都在这里。 公众号「云岚回响」</p>");
    assert!(
        plain
            .call
            .is_some_and(|call| call.link.is_none() && call.code.is_none())
    );
}

#[test]
fn a_code_in_a_post_tells_its_page() {
    let own = COMMUNITY.replace(
        "qr: 'https://wx.example.org/x'",
        "url: 'https://wx.example.org/x'",
    );
    let (config, accounts) = settings(&format!("{SETTINGS}{own}"));
    let site = site(&config, PAGES);
    let mut capabilities = (accounts[0].info.capabilities)(&accounts[0].settings);
    capabilities.links = Links::OwnField;
    capabilities.images = BodyImages::Uploaded(ImageLimit {
        bytes: 1_000_000,
        side: 1_000,
        types: &["image/png"],
    });
    let composition = compose(&accounts[0], &[], &capabilities, &site, &Plain(&site));
    let post = &composition.wanted[0].post;
    let code = post.call.as_ref().and_then(|call| call.code.as_ref());
    let code = code.expect("a code");
    let tracked = "utm_source=zhihu&utm_medium=qr&utm_campaign=salary&utm_content=wechat";
    assert_eq!(
        code.text,
        Some(format!("https://example.org/go/wechat/zhihu/?{tracked}"))
    );
    assert_eq!(
        code.image.url,
        format!("https://example.org/go/wechat/zhihu/qr.png?{tracked}")
    );
    assert_eq!(post.images, std::slice::from_ref(&code.image));
}

#[test]
fn room_for_the_way_in_is_kept_before_the_text_is_cut() {
    let lengths = [700, 330, 290, 260];
    for most in lengths {
        let post = invited("moments", |able| {
            able.text = Limit::new(most, Unit::Graphemes);
        });
        let text = post.content.text();
        assert!(
            text.contains("/ru/join/") && text.contains("/ru/articles/salary/"),
            "{most}: {text}"
        );
        assert!(text.chars().count() <= most, "{most}: {text}");
    }
    // Before nothing is posted at all, the way in gives way.
    let post = invited("moments", |able| {
        able.text = Limit::new(130, Unit::Graphemes)
    });
    assert!(!post.content.text().contains("/join/"));
    let long = "字".repeat(3_000);
    let page = (
        "articles/long.md",
        format!("---\ntitle: 长\ndate: 2026-11-05\n---\n{long}\n\n{long}"),
    );
    let (config, accounts) = settings(&format!("{SETTINGS}{COMMUNITY}"));
    let site = site(&config, &[(page.0, &page.1)]);
    let mut capabilities = (accounts[0].info.capabilities)(&accounts[0].settings);
    capabilities.text = Limit::new(4_000, Unit::CodePoints);
    let composition = compose(&accounts[0], &[], &capabilities, &site, &Plain(&site));
    let text = composition.wanted[0].post.content.text();
    assert!(
        text.chars().count() <= 4_000 && text.ends_with("/join/</a></p>"),
        "{text}"
    );
}

#[test]
fn the_media_of_platforms_are_words_of_the_vocabulary() {
    use crate::platform::capability::Medium;
    use crate::site::tracking::MEDIA;
    for medium in [Medium::Chat, Medium::Social, Medium::Article, Medium::Email] {
        assert!(MEDIA.contains(&medium.as_str()));
    }
}
