//! The road back from end to end: join pages, doors, codes, redirects, and where tracking
//! parameters may not stand.

use crate::harness::{SETTINGS, Site};
use std::collections::BTreeMap;

const COMMUNITY: &str = "\
community:
  positioning: { zh-Hans: 写给想回来的人, en: For those who think of coming back }
  channels:
    wechat: { name: 公众号, qr: 'https://wx.example.org/x' }
    telegram:
      name: Telegram
      url: https://t.me/example?a=1
      invites: { zhihu: 'https://t.me/+zhihu' }
accounts: { zhihu: { platform: zhihu } }
";

fn site() -> Site {
    Site::new()
        .file("site.yaml", format!("{SETTINGS}{COMMUNITY}"))
        .file(
            "content/join.md",
            "---\ntitle: 加入\n---\n来。\n\n::join[所有渠道]{channel=all}\n",
        )
        .file(
            "content/articles/a.md",
            "---\ntitle: 甲\ndate: 2026-06-01\naliases: [/old/]\n---\n文。\n",
        )
        .file(
            "content/articles/b.md",
            "---\ntitle: 乙\ndate: 2026-06-02\n---\n文。\n\n::join[先问一句]{channel=telegram}\n",
        )
        .file(
            "content/articles/a.en.md",
            "---\ntitle: A\ndate: 2026-06-01\n---\nText.\n",
        )
}

fn text<'a>(tree: &'a BTreeMap<String, Vec<u8>>, path: &str) -> &'a str {
    let bytes = tree.get(path).unwrap_or_else(|| panic!("no {path}"));
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// What a phone reads in a picture.
pub(crate) fn decoded(png: &[u8]) -> String {
    let picture = image::load_from_memory(png).expect("a picture").to_luma8();
    let size = |side: u32| usize::try_from(side).expect("a size");
    let (width, height) = (size(picture.width()), size(picture.height()));
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        let at = |at: usize| u32::try_from(at).expect("a place");
        picture.get_pixel(at(x), at(y)).0[0]
    });
    picture.detect_grids()[0].decode().expect("a text").1
}

#[test]
fn pages_lead_to_the_join_page_and_doors_lead_on() {
    let site = site();
    site.build().fine();
    let tree = site.tree("public");
    // The site's own page shows all channels; the other language gets one made.
    let own = text(&tree, "join/index.html");
    assert!(own.contains("所有渠道") && own.contains("href=\"/go/telegram/\""));
    assert!(own.contains("src=\"/go/wechat/qr.svg\""));
    let made = text(&tree, "en/join/index.html");
    assert!(made.contains("For those who think of coming back"));
    assert!(made.contains("<link rel=\"canonical\" href=\"https://example.org/en/join/\">"));
    // An article ends with the way in, unless its text has one.
    let article = text(&tree, "articles/a/index.html");
    assert!(article.contains("class=\"join-end\"") && article.contains("href=\"/join/\""));
    let own_way = text(&tree, "articles/b/index.html");
    assert!(!own_way.contains("class=\"join-end\"") && own_way.contains("先问一句"));
    assert!(text(&tree, "en/articles/a/index.html").contains("href=\"/en/join/\""));
    // Doors work without JavaScript, say who they are for, and stay out of search engines.
    let door = text(&tree, "go/telegram/zhihu/index.html");
    assert!(door.contains("content=\"0; url=https://t.me/+zhihu\""));
    assert!(door.contains("noindex") && !door.contains("<script") && !door.contains("canonical"));
    let shown = text(&tree, "go/wechat/index.html");
    assert!(shown.contains("/go/wechat/qr.svg") && !shown.contains("refresh"));
    for list in ["sitemap.xml", "atom.xml", "rss.xml", "feed.json"] {
        assert!(!text(&tree, list).contains("/go/"), "{list}");
    }
    assert!(text(&tree, "sitemap.xml").contains("<loc>https://example.org/en/join/</loc>"));
    // The feed carries the invitation of a text as one line.
    assert!(text(&tree, "atom.xml").contains("https://example.org/join/"));
    let redirects = text(&tree, "_redirects");
    assert_eq!(
        redirects,
        "/old/ /articles/a/ 301\n\
         /go/telegram/ https://t.me/example?a=1 302\n\
         /go/telegram/zhihu/ https://t.me/+zhihu 302\n"
    );
}

#[test]
fn codes_are_read_by_a_decoder_as_the_tracked_address() {
    let site = site();
    site.build().fine();
    let tree = site.tree("public");
    let read = |path: &str| decoded(&tree[path]);
    assert_eq!(read("go/wechat/qr.png"), "https://wx.example.org/x");
    assert_eq!(
        read("go/telegram/zhihu/qr.png"),
        "https://example.org/go/telegram/zhihu/?utm_source=zhihu&utm_medium=qr&utm_campaign=join&utm_content=telegram"
    );
    assert!(tree.contains_key("go/telegram/zhihu/qr.svg"));
}

/// The picture of a code as pages show it: one path of black runs on white.
fn drawn(svg: &str) -> Vec<u8> {
    const SCALE: u32 = 8;
    let numbers = |text: &str| -> Vec<u32> {
        let parts = text.split(|c: char| !c.is_ascii_digit());
        parts.filter_map(|part| part.parse().ok()).collect()
    };
    let (_, view) = svg.split_once("viewBox=\"").expect("a size");
    let side = numbers(view)[2] * SCALE;
    let mut picture = image::GrayImage::from_pixel(side, side, image::Luma([255]));
    let path = svg.rsplit(" d=\"").next().expect("a path");
    for run in path.split('M').skip(1) {
        let run = numbers(run);
        for x in run[0] * SCALE..(run[0] + run[2]) * SCALE {
            for y in run[1] * SCALE..(run[1] + 1) * SCALE {
                picture.put_pixel(x, y, image::Luma([0]));
            }
        }
    }
    let mut png = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("a picture");
    png.into_inner()
}

/// Every code that a page shows leads to the tracked address of the door that it stands at.
#[test]
fn codes_on_pages_are_read_by_a_decoder_as_the_tracked_address() {
    let site = site();
    site.build().fine();
    let tree = site.tree("public");
    let mut codes: Vec<&str> = Vec::new();
    for path in [
        "join/index.html",
        "en/join/index.html",
        "go/wechat/index.html",
    ] {
        let parts = text(&tree, path).split("src=\"/go/").skip(1);
        codes.extend(parts.filter_map(|part| part.split('"').next()));
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes, ["telegram/qr.svg", "wechat/qr.svg"]);
    let read = |code: &str| decoded(&drawn(text(&tree, &format!("go/{code}"))));
    assert_eq!(
        read("telegram/qr.svg"),
        "https://example.org/go/telegram/?utm_source=site&utm_medium=qr&utm_campaign=join&utm_content=telegram"
    );
    assert_eq!(read("wechat/qr.svg"), "https://wx.example.org/x");
    assert!(tree.contains_key("go/telegram/index.html"));
}

/// A channel without a target stops the build; invitations that are over and a text that no phone
/// reads are told, and nothing is published that leads there.
#[test]
fn channels_that_lead_nowhere_are_told_with_place_and_hint() {
    let long = format!("https://example.com/{}", "a".repeat(600));
    let community = format!(
        "community:
  channels:
    empty: {{ name: 空 }}
    group: {{ url: 'https://t.me/group', expires: 2026-06-01 }}
    telegram: {{ url: 'https://t.me/x', invites: {{ zhihu: {{ url: 'https://t.me/+over', expires: 2026-06-01 }} }} }}
    long: {{ qr: '{long}' }}
accounts: {{ zhihu: {{ platform: zhihu }} }}
"
    );
    let site = site().file("site.yaml", format!("{SETTINGS}{community}"));
    let ran = site.build().mistakes();
    let told: Vec<&str> = ran
        .lines()
        .into_iter()
        .filter_map(|line| line.split(']').next())
        .collect();
    assert_eq!(
        told,
        [
            "site.yaml:9:5: error[missing-target",
            "site.yaml:10:50: warning[expired-invite",
            "site.yaml:11:96: warning[expired-invite",
            "site.yaml:12:17: warning[long-code",
        ]
    );
    assert!(!site.path("public").exists());
    for hint in [
        "add its `url`, or as `qr` the picture",
        "until then readers are led to the join page",
        "until then readers take the channel's general way",
        "use a shorter address",
    ] {
        let words = ["check", "--date", "2026-06-15"];
        let said = site.run(&words).mistakes().stderr;
        assert!(said.contains(hint), "{hint}: {said}");
    }
    let settings = site.read("site.yaml");
    site.write(
        "site.yaml",
        settings.replace("    empty: { name: 空 }\n", ""),
    );
    site.build().fine();
    let tree = site.tree("public");
    assert!(text(&tree, "go/group/index.html").contains("url=/join/"));
    assert!(text(&tree, "go/telegram/zhihu/index.html").contains("url=https://t.me/x"));
    assert!(!tree.contains_key("go/long/qr.svg") && !tree.contains_key("go/long/qr.png"));
    let over = ["https://t.me/group", "https://t.me/+over"];
    for (path, bytes) in tree.iter().filter(|(path, _)| path.ends_with(".html")) {
        let page = String::from_utf8_lossy(bytes);
        assert!(!over.iter().any(|link| page.contains(link)), "{path}");
    }
}

/// What a reader may fetch is looked through like a page: at its place, and silenced alike.
#[test]
fn personal_data_in_files_that_are_no_pages_is_told_at_its_place() {
    let site = site()
        .file("static/members.csv", "name,phone\r\n甲,13812345678\r\n")
        .file(
            "static/map.svg",
            "<svg viewBox=\"0 0 9 9\"><path d=\"138 1234 5678\"/>\n<text>138 1234 5679</text></svg>",
        )
        .file("static/old.txt", b"\xc1\xd0 me@qq.com\n")
        .file("static/script.js", "const number = 13812345678;")
        .file("content/articles/c/index.md", "---\ntitle: 丙\ndate: 2026-06-03\n---\n文。\n")
        .file("content/articles/c/li.vcf", "BEGIN:VCARD\r\nTEL:13812345670\r\n")
        .file("content/articles/d/index.md", "---\ntitle: 丁\ndate: 2026-06-03\ndraft: true\n---\n文。\n")
        .file("content/articles/d/li.vcf", "TEL:13812345671\n")
        .file("data/team.yaml", "# 13812345672\n- name: 甲\n  phone: 13812345673\n");
    let told = |site: &Site| -> Vec<String> {
        let ran = site.run(&["check", "--format", "short", "--date", "2026-06-15"]);
        let lines = ran
            .stderr
            .lines()
            .filter(|line| line.contains("personal-data"));
        lines
            .map(|line| line.split(" error[").next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(
        told(&site),
        [
            "content/articles/c/li.vcf:2:5:",
            "data/team.yaml:3:10:",
            "static/map.svg:2:7:",
            "static/members.csv:2:3:",
            "static/old.txt:1:4:",
        ]
    );
    let settings = site.read("site.yaml").replace(
        "  channels:\n",
        "  contacts: [13812345670, '+86 138-1234-5673', '13812345679', 138 1234 5678, me@qq.com]\n  channels:\n",
    );
    site.write("site.yaml", &settings);
    assert_eq!(told(&site), [""; 0]);
    let settings = site.read("site.yaml").replace("me@qq.com", "you@qq.com");
    site.write("site.yaml", &settings);
    assert_eq!(told(&site), ["static/old.txt:1:4:"]);
    site.write(
        "site.yaml",
        format!("{settings}checks: {{ personal-data: off }}\n"),
    );
    assert_eq!(told(&site), [""; 0]);
}

#[test]
fn tracking_parameters_stand_on_no_link_within_the_site() {
    let site = site();
    site.build().fine();
    for (path, bytes) in site.tree("public") {
        // A code is a picture; its text is for phones.
        if path.ends_with(".png") {
            continue;
        }
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(!text.contains("utm_"), "{path}");
    }
}

#[test]
fn posts_carry_the_way_in_with_their_own_road() {
    let site = site();
    let ran = site
        .run(&[
            "plan",
            "--date",
            "2026-06-15",
            "--format",
            "json",
            "--offline",
            "--backfill",
        ])
        .fine();
    assert!(
        ran.stdout.contains(
            "https://example.org/join/?utm_source=zhihu&amp;utm_medium=article&amp;utm_campaign=a&amp;utm_content=wechat"
        ),
        "{}",
        ran.stdout
    );
}

#[test]
fn servers_get_the_same_roads_in_their_words_and_only_on_request() {
    let site = site();
    let said = |server: &str| site.run(&["redirects", server]).fine().stdout;
    assert_eq!(
        said("nginx"),
        "location = /old/ { return 301 /articles/a/; }\n\
         location = /go/telegram/ { return 302 https://t.me/example?a=1; }\n\
         location = /go/telegram/zhihu/ { return 302 https://t.me/+zhihu; }\n"
    );
    assert_eq!(
        said("caddy"),
        "redir /old/ /articles/a/ 301\n\
         redir /go/telegram/ https://t.me/example?a=1 302\n\
         redir /go/telegram/zhihu/ https://t.me/+zhihu 302\n"
    );
    site.build().fine();
    assert_eq!(said("netlify"), site.read("public/_redirects"));
}

#[test]
fn a_theme_that_cannot_show_the_join_page_is_told() {
    let site = site();
    std::fs::remove_file(site.path("themes/default/templates/join.html")).expect("a template");
    let ran = site.build().mistakes();
    assert!(ran.stderr.contains("join.html"), "{}", ran.stderr);
    site.write("content/join.en.md", "# Join\n\nCome.\n");
    site.build().fine();
    // Without a template of its own a door is a redirect like any other.
    std::fs::remove_file(site.path("themes/default/templates/go.html")).expect("a template");
    site.build().fine();
    let door = site.read("public/go/wechat/index.html");
    assert!(door.contains("url=/join/"), "{door}");
}

/// What is kept from an earlier build never shows: not when only the readers of a page change,
/// and not when only time passes.
#[test]
fn a_build_after_a_build_gives_the_same_bytes_as_a_new_one() {
    let settings = format!("{SETTINGS}{COMMUNITY}").replace(
        "  channels:\n",
        "  stages: { acquire: { text: 先看看 }, convert: { text: 进来 } }\n  channels:\n    group: { url: 'https://t.me/group', expires: 2026-07-01 }\n",
    );
    let site = site().file("site.yaml", settings);
    site.build().fine();
    assert!(site.read("public/atom.xml").contains("先问一句"));
    let page = "---\ntitle: 乙\ndate: 2026-06-02\nstage: convert\n---\n文。\n\n::join\n";
    site.write("content/articles/b.md", page);
    for day in ["2026-06-15", "2026-07-02"] {
        let build = |more: &[&str]| {
            let words = ["build", "--format", "short", "--date", day];
            site.run(&[&words[..], more].concat()).fine();
        };
        build(&[]);
        build(&["--no-cache", "--out", "fresh"]);
        assert_eq!(site.tree("public"), site.tree("fresh"), "{day}");
        assert!(site.read("public/atom.xml").contains("进来"));
    }
    assert!(
        site.read("public/go/group/index.html")
            .contains("url=/join/")
    );
}
