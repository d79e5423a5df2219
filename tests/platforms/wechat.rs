//! WeChat: a fake within the test, in both of its manners, and what is WeChat's own: tokens that
//! end, pictures that move, publications that take their time or fail.

use crate::harness::{SETTINGS, Site};
use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, capabilities, open_http};
use crate::platforms::fake_listener::{Listener, Reply};
use crate::platforms::fake_wechat::{APPID, COVER, FakeWechat, SECRET};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded, with_cover};
use crate::platforms::server::visible;
use guidepost::platform::capability::{ImageLimit, Update};
use guidepost::platform::{
    Attempt, Content, Failure, FailureKind, Image, Images, Post, Remote, Rendition, info,
};
use serde_json::{Value, json};

pub(super) struct Wechat {
    fake: FakeWechat,
    publish: bool,
}

pub(super) fn bench() -> Wechat {
    Wechat {
        fake: FakeWechat::start(),
        publish: false,
    }
}

pub(super) fn publishing_bench() -> Wechat {
    Wechat {
        publish: true,
        ..bench()
    }
}

impl Wechat {
    /// Does something with the article that a remote names, in the fake's memory.
    fn with<T>(&self, remote: &Remote, act: impl FnOnce(&mut Value) -> T) -> T {
        let id = remote.id.split('/').nth(1).unwrap_or_default();
        let mut state = self.fake.state();
        let state = &mut *state;
        let kept = state
            .drafts
            .iter_mut()
            .chain(&mut state.published)
            .find(|kept| kept.id == id);
        act(&mut kept.expect("the article is there").item)
    }

    fn made(&self) -> (Session, Post, Remote) {
        let session = self.open(Trouble::None);
        let post = post(WORDS, &capabilities(self));
        let remote = made(&session, &post).expect("an article");
        (session, post, remote)
    }

    fn calls(&self, path: &str) -> usize {
        let state = self.fake.state();
        state.calls.iter().filter(|call| *call == path).count()
    }
}

fn made(session: &Session, post: &Post) -> Result<Remote, Failure> {
    session.create(post, attempt(&key(post, "create")))
}

impl Bench for Wechat {
    fn account(&self) -> Option<Account> {
        let status = if self.publish { "publish" } else { "draft" };
        Some(Account {
            info: info("wechat").expect("the platform"),
            server: self.fake.url().to_owned(),
            settings: vec![
                ("api", self.fake.url().to_owned()),
                ("appid", APPID.to_owned()),
                ("status", status.to_owned()),
                ("cover", COVER.to_owned()),
            ],
            secrets: vec![("SECRET", SECRET.to_owned())],
            makes: if self.publish {
                ("POST", "/cgi-bin/freepublish/submit")
            } else {
                ("POST", "/cgi-bin/draft/add")
            },
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        self.fake.settle();
        let state = self.fake.state();
        // Where articles are published, nobody sees a draft.
        let drafts = if self.publish { &[][..] } else { &state.drafts };
        drafts
            .iter()
            .chain(&state.published)
            .filter(|kept| kept.item["content_source_url"] == canonical)
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        self.with(remote, |item| {
            visible(item["content"].as_str().expect("a text"))
        })
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.with(remote, |item| {
            item["content"] = json!(format!("<p>{text}</p>"))
        });
    }

    fn remove(&self, remote: &Remote) {
        let id = remote.id.split('/').nth(1).unwrap_or_default();
        let mut state = self.fake.state();
        state.drafts.retain(|kept| kept.id != id);
        state.published.retain(|kept| kept.id != id);
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let cover = self.with(remote, |item| item["thumb_media_id"].clone());
        (cover != COVER).then(String::new)
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "a_cover_arrives_with_its_description",
            "the cover arrives; WeChat has no field for its description",
        )]
    }
}

behaviours!(drafts, super::bench());
behaviours!(publishes, super::publishing_bench());

#[test]
fn a_token_serves_many_calls_and_another_one_is_asked_for_when_it_ends() {
    let bench = bench();
    let (session, post, remote) = bench.made();
    session.read(&remote).expect("an answer");
    // One of `capabilities`, one of the session.
    assert_eq!(bench.calls("stable_token"), 2);
    bench.fake.end_tokens();
    let edited = reworded(&post, "第二版", &capabilities(&publishing_bench()));
    let update = session.update(&remote, &edited, attempt("k"));
    update.expect("the call is made again with another token");
    // The ordinary manner gives the ended one again, so one is forced.
    assert_eq!(bench.calls("stable_token"), 4);
    assert!(bench.text(&remote).contains("第二版"));
}

#[test]
fn a_token_that_is_refused_again_is_told_and_not_asked_for_without_end() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    bench.fake.state().ordered = vec![("draft/batchget", 42001), ("draft/batchget", 42001)];
    let failure = session.verify().expect_err("no token serves");
    assert_eq!(failure.kind, FailureKind::Credentials);
    assert!(
        failure.message.contains("GUIDEPOST_TRIAL_SECRET"),
        "{failure}"
    );
    assert_eq!(bench.calls("draft/batchget"), 2);
}

#[test]
fn half_an_answer_does_not_give_a_token_away() {
    let strange = Listener::start(|_| Reply::json(200, &json!({ "access_token": "half-a-token" })));
    let bench = bench();
    let mut account = bench.account().expect("an account");
    account.settings[0].1 = strange.url().to_owned();
    let failure = open_http(&account, Trouble::None)
        .verify()
        .expect_err("no time");
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(!failure.message.contains("half-a-token"), "{failure}");
}

#[test]
fn every_number_says_what_is_to_be_done() {
    for (path, code, kind, hint) in [
        ("stable_token", 40164, FailureKind::Forbidden, "IP白名单"),
        ("stable_token", 40013, FailureKind::Credentials, "appid"),
        ("draft/add", -1, FailureKind::Lost, "run again later"),
        ("draft/add", 40007, FailureKind::Refused, "`cover`"),
        ("draft/add", 44003, FailureKind::Refused, "empty"),
        ("draft/add", 45002, FailureKind::Refused, "shorten"),
        ("draft/add", 45003, FailureKind::Refused, "title"),
        ("draft/add", 45004, FailureKind::Refused, "summary"),
        ("draft/add", 45009, FailureKind::Limited, "tomorrow"),
        ("draft/add", 45011, FailureKind::Limited, "minute"),
        ("draft/add", 45166, FailureKind::Refused, "links"),
        ("draft/add", 48001, FailureKind::Forbidden, "right"),
        ("draft/add", 48004, FailureKind::Forbidden, "banned"),
        ("draft/add", 50002, FailureKind::Forbidden, "limited"),
        ("draft/add", 99999, FailureKind::Refused, "99999"),
        (
            "material/batchget_material",
            -1,
            FailureKind::Unreachable,
            "cover",
        ),
        (
            "material/add_material",
            45001,
            FailureKind::Refused,
            "smaller",
        ),
        ("material/add_material", 40137, FailureKind::Refused, "JPEG"),
    ] {
        let bench = bench();
        let post = with_cover(post(WORDS, &capabilities(&bench)), "焊工");
        bench.fake.state().ordered = vec![(path, code); 3];
        let failure = made(&bench.open(Trouble::None), &post).expect_err("it is refused");
        assert!(bench.calls("draft/add") <= 1, "{code}: it was sent twice");
        assert_eq!(failure.kind, kind, "{code}: {failure}");
        assert!(failure.message.contains(hint), "{code}: {failure}");
        assert_eq!(bench.count(&post.canonical), 0);
    }
}

/// Pictures that differ as their files do.
struct Files;

impl Images for Files {
    fn rendition(&self, image: &Image, _limit: &ImageLimit) -> Result<Rendition, Failure> {
        let file = image.file.as_deref().unwrap_or_default();
        Ok(Rendition {
            bytes: [b"\xff\xd8\xff", file.as_bytes()].concat(),
            media_type: "image/jpeg",
            name: format!("{file}.jpg"),
            width: 64,
            height: 48,
        })
    }
}

fn illustrated(session: &Session, files: &[Option<&str>]) -> Result<Remote, Failure> {
    let mut post = post(WORDS, &capabilities(&bench()));
    let mut html = String::from("<p>图文</p>");
    for (number, file) in files.iter().enumerate() {
        let url = format!("https://example.org/images/{number}.png?a=1&b=2");
        let written = url.replace('&', "&amp;");
        html.push_str(&format!("<p><img src=\"{written}\" alt=\"图\"></p>"));
        post.images.push(Image {
            url,
            alt: "图".to_owned(),
            file: file.map(str::to_owned),
            digest: None,
        });
    }
    post.content = Content::Html(html);
    let attempt = Attempt {
        images: &Files,
        ..attempt("k")
    };
    session.create(&post, attempt)
}

#[test]
fn a_busy_moment_is_waited_for_where_a_repeat_is_harmless() {
    let bench = bench();
    let busy = [
        "draft/batchget",
        "material/batchget_material",
        "material/add_material",
    ];
    bench.fake.state().ordered = busy.iter().flat_map(|path| [(*path, -1); 2]).collect();
    let session = bench.open(Trouble::None);
    session.verify().expect("the third answer");
    let post = with_cover(post(WORDS, &capabilities(&bench)), "焊工");
    made(&session, &post).expect("a draft");
    assert_eq!(bench.calls("material/add_material"), 3);
}

#[test]
fn pictures_of_a_text_move_to_wechat_each_once() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let files = [Some("a"), Some("b"), Some("a")];
    for round in 1..=2 {
        let remote = illustrated(&session, &files).expect("an article");
        let content = bench.with(&remote, |item| item["content"].to_string());
        assert_eq!(
            content.matches("https://mmbiz.qpic.cn/").count(),
            3,
            "{content}"
        );
        assert!(!content.contains("example.org/images"), "{content}");
        assert_eq!(bench.fake.state().hosted.len(), 2, "round {round}");
        // Without a cover of its own, the article has its first picture for one.
        let cover = bench.with(&remote, |item| item["thumb_media_id"].clone());
        assert_ne!(cover, COVER);
    }
    assert_eq!(bench.calls("material/add_material"), 1);
}

#[test]
fn a_picture_from_elsewhere_is_told_before_anything_is_made() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let failure = illustrated(&session, &[None]).expect_err("it would be dropped");
    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(failure.message.contains("images/0.png"), "{failure}");
    assert_eq!(bench.calls("draft/add"), 0);
}

#[test]
fn a_cover_that_the_library_has_is_not_uploaded_again() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let post = with_cover(post(WORDS, &capabilities(&bench)), "焊工");
    let remote = made(&session, &post).expect("an article");
    let again = bench.open(Trouble::None);
    again
        .update(&remote, &post, attempt("k"))
        .expect("it can be edited");
    assert_eq!(bench.calls("material/add_material"), 1);
}

#[test]
fn an_article_without_any_picture_asks_for_one() {
    let bench = bench();
    let mut account = bench.account().expect("an account");
    account.settings.retain(|(name, _)| *name != "cover");
    let session = open_http(&account, Trouble::None);
    let post = post(WORDS, &capabilities(&bench));
    let failure = made(&session, &post).expect_err("WeChat takes none");
    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(failure.message.contains("`cover`"), "{failure}");
}

#[test]
fn a_draft_that_a_person_sent_out_is_found_among_the_articles() {
    let bench = bench();
    let (session, post, remote) = bench.made();
    {
        let mut state = bench.fake.state();
        let mut sent = state.drafts.remove(0);
        sent.id = "article-1".to_owned();
        state.published.push(sent);
    }
    let seen = session
        .read(&remote)
        .expect("an answer")
        .expect("it is there");
    assert_eq!(seen.canonical.as_deref(), Some(post.canonical.as_str()));
    assert!(seen.remote.id.starts_with("article/"), "{}", seen.remote.id);
    let failure = session
        .update(&remote, &post, attempt("k"))
        .expect_err("articles stay as they are");
    assert_eq!(failure.kind, FailureKind::Unsupported, "{failure}");
    session
        .delete(&remote, attempt("k"))
        .expect("it is taken away");
    assert_eq!(bench.count(&post.canonical), 0);
}

#[test]
fn an_account_without_the_right_to_publish_makes_drafts_and_is_told_when_it_shall_publish() {
    let bench = bench();
    bench.fake.state().may_not_publish = true;
    let (session, post, remote) = bench.made();
    let found = session.find(&post, attempt("k")).expect("an answer");
    assert_eq!(found.expect("the draft").remote.id, remote.id);
    assert_eq!(session.list(10).expect("an answer").len(), 1);
    // Gone from the box, sent out or not: nobody can tell, so nobody says that it is gone.
    bench.remove(&remote);
    assert_eq!(session.read(&remote).expect("an answer"), None);
    let failure = session
        .delete(&remote, attempt("k"))
        .expect_err("who knows");
    assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
    assert!(failure.message.contains("in the console"), "{failure}");
    let bench = publishing_bench();
    bench.fake.state().may_not_publish = true;
    let failure = bench.open(Trouble::None).verify().expect_err("it may not");
    assert_eq!(failure.kind, FailureKind::Forbidden);
    assert!(failure.message.contains("`status: draft`"), "{failure}");
}

#[test]
fn a_publication_that_fails_says_why_and_leaves_one_draft_for_the_next_try() {
    let bench = publishing_bench();
    let post = post(WORDS, &capabilities(&bench));
    for (verdict, hint) in [
        (2, "original"),
        (3, "console"),
        (4, "sensitive"),
        (6, "took it away"),
    ] {
        bench.fake.state().verdict = verdict;
        let failure = made(&bench.open(Trouble::None), &post).expect_err("it is refused");
        assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
        assert!(failure.message.contains(hint), "{failure}");
    }
    assert_eq!(bench.fake.state().drafts.len(), 1);
    assert_eq!(bench.count(&post.canonical), 0);
    bench.fake.state().verdict = 0;
    let remote = made(&bench.open(Trouble::None), &post).expect("it passes now");
    assert!(
        remote
            .url
            .is_some_and(|url| url.starts_with("https://mp.weixin.qq.com/"))
    );
    assert_eq!(bench.count(&post.canonical), 1);
    assert!(bench.fake.state().drafts.is_empty());
}

#[test]
fn a_publication_that_cannot_be_followed_was_made_all_the_same() {
    let bench = publishing_bench();
    let session = bench.open(Trouble::None);
    let abilities = capabilities(&bench);
    assert_eq!(abilities.update, Update::Never);
    let post = post(WORDS, &abilities);
    bench.fake.state().ordered = vec![("freepublish/get", 45011)];
    let remote = made(&session, &post).expect("it was queued");
    assert!(remote.id.starts_with("job/"), "{}", remote.id);
    let seen = session
        .read(&remote)
        .expect("an answer")
        .expect("it is there");
    assert!(seen.remote.id.starts_with("article/"), "{}", seen.remote.id);
    session
        .delete(&remote, attempt("k"))
        .expect("it is taken away");
    assert_eq!(bench.count(&post.canonical), 0);
}

#[test]
fn a_page_of_a_site_arrives_with_its_picture_its_notes_and_its_road_back() {
    let bench = bench();
    let mut picture = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(40, 30, image::Rgb([200, 10, 10]))
        .write_to(&mut picture, image::ImageFormat::Png)
        .expect("a picture");
    let site = Site::new()
        .file(
            "site.yaml",
            format!(
                "{SETTINGS}accounts:\n  wx: {{ platform: wechat, appid: {APPID}, api: '{}' }}\n",
                bench.fake.url()
            ),
        )
        .file("static/images/map.png", picture.into_inner())
        .file(
            "content/articles/a.md",
            "---\ntitle: 试发\ndate: 2026-06-15\n---\n见[政策](https://example.com/p)。\n\n![地图](/images/map.png)\n",
        );
    let mut command = site.command(&["publish", "--skip-live-check", "--yes"]);
    command.args(["--date", "2026-06-16", "--backfill"]);
    command.env("GUIDEPOST_WX_SECRET", SECRET);
    let ran = site.ended(command);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let state = bench.fake.state();
    assert_eq!((state.drafts.len(), state.hosted.len()), (1, 1));
    let item = &state.drafts[0].item;
    assert_eq!(item["title"], "试发");
    assert_eq!(
        item["content_source_url"],
        "https://example.org/articles/a/"
    );
    assert_ne!(item["thumb_media_id"], COVER);
    let content = item["content"].as_str().expect("a text");
    assert!(
        content.contains("<img src=\"https://mmbiz.qpic.cn/"),
        "{content}"
    );
    assert!(!content.contains("<a "), "{content}");
    assert_eq!(visible(content), "见政策[1]。\n\n[1] https://example.com/p");
}
