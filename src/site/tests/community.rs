//! Channels, their doors, join pages and invitations.

use super::{SETTINGS, resolved, site_with};
use crate::diag::{Code, Diagnostic};
use crate::site::Site;
use crate::site::community::{DoorCode, Leads, Wish};

const COMMUNITY: &str = "\
accounts:
  Zhihu: { platform: zhihu }
  masto: { platform: mastodon }
community:
  audiences: [returning, employer]
  stages:
    acquire: { text: { zh-Hans: 先看看, en: Have a look }, channels: [list] }
    convert: { text: 进来 }
  offers:
    - { text: 招人, audiences: [employer], kinds: [job], channels: [form] }
    - { text: 回来, audiences: [returning] }
  channels:
    wechat: { name: 公众号, qr: images/wechat.png, accounts: { zhihu: false } }
    list:
      name: { zh-Hans: 邮件, en: Letter }
      url: https://lists.example.org/x
      invites:
        poster: https://lists.example.org/poster
        masto: { url: 'https://lists.example.org/masto', expires: 2026-06-20 }
    form: { url: 'https://form.example.org/', stages: [convert] }
";

fn settings() -> String {
    format!("{SETTINGS}{COMMUNITY}")
}

fn codes(found: &[Diagnostic]) -> Vec<Code> {
    found.iter().map(|one| one.code).collect()
}

#[test]
fn an_option_of_the_theme_is_told_when_it_is_a_tracked_link_within_the_site() {
    let settings =
        |link: &str| format!("{SETTINGS}theme_options: {{ foot: [{{ to: '{link}' }}] }}\n");
    let told = |link: &str| codes(&site_with(&settings(link), &[]).diagnostics);
    for link in [
        "/join/?utm_source=x",
        "./?utm_source=x",
        "join/?a=1&UTM_medium=x",
        "https://example.org/blog/join?utm_source=x",
    ] {
        assert_eq!(told(link), [Code::TrackedLink], "{link}");
    }
    for text in [
        "/join/",
        "https://example.com/?utm_source=x",
        "//cdn.example.org/?utm_source=x",
        // What a theme completes may lead anywhere.
        "example.com/join/?utm_source=x",
        "?utm_source=x",
        "see /join/?utm_source=x",
    ] {
        assert_eq!(told(text), [] as [Code; 0], "{text}");
    }
}

const PICTURE: (&str, &str) = ("static:images/wechat.png", "");

fn site(files: &[(&str, &str)]) -> Site {
    let files: Vec<(&str, &str)> = files.iter().copied().chain([PICTURE]).collect();
    site_with(&settings(), &files).site
}

/// A door as text: where it stands, where it leads, what its code says.
fn doors(site: &Site, channel: usize) -> Vec<String> {
    let community = site.community.as_ref().unwrap();
    let doors = community.channels[channel].doors.iter();
    doors
        .map(|door| {
            let leads = match &door.leads {
                Leads::To(to) => to.as_str(),
                Leads::Shown => "shown",
                Leads::Closed => "closed",
            };
            let code = match &door.code {
                DoorCode::None => "-",
                DoorCode::Picture(picture) => picture.url.as_str(),
                DoorCode::Made(text) => text.as_str(),
            };
            format!("{} > {leads} | {code}", door.url)
        })
        .collect()
}

#[test]
fn every_channel_has_a_door_for_all_and_one_for_each_source() {
    let site = site(&[]);
    insta::assert_snapshot!(doors(&site, 0).join("\n"), @r"
    /blog/go/wechat/ > shown | /blog/images/wechat.png
    /blog/go/wechat/masto/ > shown | /blog/images/wechat.png
    ");
    insta::assert_snapshot!(doors(&site, 1).join("\n"), @r"
    /blog/go/list/ > https://lists.example.org/x | https://example.org/blog/go/list/?utm_source=site&utm_medium=qr&utm_campaign=join&utm_content=list
    /blog/go/list/zhihu/ > https://lists.example.org/x | https://example.org/blog/go/list/zhihu/?utm_source=zhihu&utm_medium=qr&utm_campaign=join&utm_content=list
    /blog/go/list/masto/ > https://lists.example.org/masto | https://example.org/blog/go/list/masto/?utm_source=masto&utm_medium=qr&utm_campaign=join&utm_content=list
    /blog/go/list/poster/ > https://lists.example.org/poster | https://example.org/blog/go/list/poster/?utm_source=poster&utm_medium=qr&utm_campaign=join&utm_content=list
    ");
}

#[test]
fn an_invitation_that_is_over_gives_way_and_is_told() {
    let files = [PICTURE];
    let before = resolved(&settings(), &files, "2026-06-20T15:59:59Z", false);
    assert_eq!(codes(&before.diagnostics), []);
    let change = before.site.next_change.expect("a change to come");
    assert_eq!(
        (change.at.to_string().as_str(), &*change.file),
        ("2026-06-20T16:00:00Z", "site.yaml")
    );
    let after = resolved(&settings(), &files, "2026-06-20T16:00:00Z", false);
    assert_eq!(codes(&after.diagnostics), [Code::ExpiredInvite]);
    assert!(doors(&after.site, 1)[2].contains("/masto/ > https://lists.example.org/x |"));
    assert_eq!(after.site.next_change, None);

    let only = format!(
        "{SETTINGS}community: {{ channels: {{ group: {{ url: 'https://t.me/x', expires: 2026-06-01 }} }} }}\n"
    );
    let closed = site_with(&only, &[]);
    assert_eq!(codes(&closed.diagnostics), [Code::ExpiredInvite]);
    assert_eq!(doors(&closed.site, 0), ["/blog/go/group/ > closed | -"]);
    assert!(closed.site.offered(0, None).is_empty());
}

#[test]
fn a_join_page_is_made_where_the_site_has_none() {
    let joins = |files: &[(&str, &str)]| -> Vec<String> {
        let site = site(files);
        let joins = site.community.unwrap().joins.into_iter();
        joins
            .map(|join| format!("{} {}", join.url, join.made.unwrap_or_default()))
            .collect()
    };
    assert_eq!(
        joins(&[]),
        [
            "/blog/join/ join/index.html",
            "/blog/en/join/ en/join/index.html"
        ]
    );
    assert_eq!(
        joins(&[("join.md", "# 加入\n\n来。")]),
        ["/blog/join/ ", "/blog/en/join/ en/join/index.html"]
    );
    let elsewhere = "---\ntitle: 加入\nurl: /come.html\nslug: join\n---\n来。";
    assert_eq!(joins(&[("come.md", elsewhere)])[0], "/blog/come.html ");
    let alias = "---\ntitle: 关于\naliases: [/join/]\n---\n来。";
    assert_eq!(joins(&[("about.md", alias)])[0], "/blog/join/ ");
    // Pages may link to what is made.
    let page = "# 甲\n\n[加入](/join/)、[进群](/go/list/)、[码](/go/list/qr.png)。";
    let files = [("a.md", page), PICTURE];
    assert_eq!(codes(&site_with(&settings(), &files).diagnostics), []);
}

#[test]
fn doors_collide_with_pages_as_everything_does() {
    let page = ("x.md", "---\ntitle: 甲\nurl: /go/List/\n---\n文。");
    let found = site_with(&settings(), &[page, PICTURE]).diagnostics;
    assert_eq!(codes(&found), [Code::DuplicateOutput]);
}

#[test]
fn the_invitation_that_fits_best_is_chosen() {
    let site = site(&[]);
    let called = |wish: Wish<'_>| {
        let call = site.call(&wish).expect("an invitation");
        let names = call.channels.iter().map(|one| one.settings.name.as_str());
        format!(
            "{} {} {}",
            call.text,
            names.collect::<Vec<_>>().join("+"),
            call.join
        )
    };
    let plain = Wish::default;
    assert_eq!(called(plain()), "先看看 list /blog/join/");
    let english = Wish {
        language: 1,
        ..plain()
    };
    assert_eq!(called(english), "Have a look list /blog/en/join/");
    let convert = Wish {
        stage: Some("convert"),
        ..plain()
    };
    assert_eq!(called(convert), "进来 wechat+list+form /blog/join/");
    let employer = Wish {
        kind: "job",
        audiences: vec!["employer"],
        ..plain()
    };
    assert_eq!(called(employer), "招人 form /blog/join/");
    let returning = Wish {
        audiences: vec!["returning"],
        source: Some("zhihu"),
        ..plain()
    };
    assert_eq!(called(returning), "回来 list /blog/join/");
    let zhihu = site.offered(0, Some("Zhihu"));
    assert_eq!(zhihu.len(), 2, "the official account is not offered there");
}

#[test]
fn what_the_pages_do_for_the_community_is_told() {
    let files = [
        ("articles/a.md", "# 甲\n\n文。"),
        ("articles/b.md", "---\npillar: policy\n---\n# 乙\n\n文。"),
        (
            "articles/c.md",
            "---\naudience: [returnin]\n---\n# 丙\n\n文。",
        ),
        (
            "events/e.md",
            "---\ntitle: 会\nstart: 2026-07-01\n---\n文。",
        ),
        PICTURE,
    ];
    let found = site_with(&settings(), &files).diagnostics;
    let told: Vec<String> = found
        .iter()
        .map(|one| format!("{} {}", one.place.as_ref().unwrap().file, one.code.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            "content/articles/a.md unserved-page",
            "content/articles/c.md invalid-value"
        ]
    );
    let limited = format!(
        "{SETTINGS}community:\n  channels:\n    a: {{ url: 'https://a.example/', stages: [retain] }}\n    b: {{ url: 'https://b.example/', languages: [en] }}\n"
    );
    let joins = [
        ("join.md", "# 加入\n\n来。"),
        ("join.en.md", "# Join\n\nCome."),
    ];
    assert_eq!(
        codes(&site_with(&limited, &joins).diagnostics),
        [Code::UnreachedChannel]
    );
    for link in [
        "[甲](/go/a/)",
        "<https://a.example/>",
        "::join{channel=a}",
        "::join{channel=all}",
    ] {
        let page = format!("# 加入\n\n{link}");
        let joins = [("join.md", page.as_str()), joins[1]];
        assert_eq!(
            codes(&site_with(&limited, &joins).diagnostics),
            [],
            "{link}"
        );
    }
}

#[test]
fn personal_data_is_told_unless_it_is_meant_for_the_public() {
    let text = "# 甲\n\n13812345678，editor@example.com.cn，li@sub.example.org，me@qq.com";
    let page = [("a.md", text), PICTURE];
    let count = |settings: &str| {
        let found = site_with(settings, &page).diagnostics;
        found
            .iter()
            .filter(|one| one.code == Code::PersonalData)
            .count()
    };
    assert_eq!(count(&settings()), 2);
    let declared = settings().replace(
        "community:\n",
        "community:\n  contacts: ['138 1234 5678']\n",
    );
    assert_eq!(count(&declared), 1);
    let channel = declared.replace("https://form.example.org/", "mailto:me@qq.com");
    assert_eq!(count(&channel), 0);
    let draft = [
        ("a.md", "---\ndraft: true\n---\n# 甲\n\n13812345678"),
        PICTURE,
    ];
    assert_eq!(codes(&site_with(&settings(), &draft).diagnostics), []);
}

#[test]
fn mistakes_in_the_settings_are_told_at_their_places() {
    let text = format!(
        "{SETTINGS}accounts: {{ zhihu: {{ platform: zhihu }} }}
community:
  audiences: [returning]
  pillars: [polici]
  stages: {{ aquire: {{ text: x }}, retain: {{ channels: [lst] }} }}
  offers: [{{ audiences: [retuning] }}]
  contacts: a@qq.com
  channels:
    Chat: {{ url: 'https://t.me/x' }}
    list: {{ url: javascript:x, qr: 'no picture', expires: soon, kind: telegramm, languages: [fr] }}
    form: {{ url: 'https://f.example/', accounts: {{ zhihuu: false }}, invites: {{ 'a b': x, c: [] }}, txt: x }}
  chanels: 1
"
    );
    let (_, found) = crate::config::parse(&"site.yaml".into(), &text);
    let told: Vec<String> = found.iter().map(crate::diag::print::short).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    site.yaml:9:13: error[invalid-value]: there is no pillar `polici`
    site.yaml:10:13: error[invalid-value]: there is no stage `aquire`
    site.yaml:11:12: error[invalid-value]: an offer needs a `text`
    site.yaml:14:5: error[invalid-value]: `Chat` cannot be the name of a channel
    site.yaml:15:18: error[invalid-value]: `javascript:x` is not the address of a channel
    site.yaml:15:36: error[invalid-value]: `qr: no picture` is neither a picture nor an address
    site.yaml:15:59: error[invalid-date]: `expires: soon` is no date
    site.yaml:15:71: error[invalid-value]: there is no kind of channel `telegramm`
    site.yaml:15:94: error[unknown-language]: the site has no language `fr`
    site.yaml:16:52: error[unknown-account]: there is no account `zhihuu`
    site.yaml:16:80: error[invalid-value]: `a b` cannot be the name of a source
    site.yaml:16:93: error[wrong-type]: `c` wants an address, or `{ url, expires }`, not a list
    site.yaml:16:99: error[unknown-key]: unknown key `txt`
    site.yaml:10:55: error[invalid-value]: there is no channel `lst`
    site.yaml:11:26: error[invalid-value]: there is no audience `retuning`
    site.yaml:17:3: error[unknown-key]: unknown key `chanels`
    ");
}
