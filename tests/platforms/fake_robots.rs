//! The robots of Feishu, DingTalk and WeCom groups: a fake of each, with the signatures, limits
//! and codes that their documents name. They answer nearly everything with 200.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::fake::{Asked, Fake, Told};
use crate::platforms::flaky::IsPost;
use crate::platforms::posts::{WORDS, attempt, key, now, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guidepost::platform::rich::{Rich, bold};
use guidepost::platform::{Content, Failure, FailureKind, Remote, info};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

const KEY: &str = "7d2b4f19-kQ8x-4Wc2-9LrT-5vBm7YpA";
const SECRET: &str = "SEC51e0c7aa9b2d";
/// The robots take signatures that are at most an hour old.
const SKEW: i64 = 3600;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Feishu,
    DingTalk,
    WeCom,
}

struct Group {
    kind: Kind,
    /// What every text must hold; empty when nothing.
    keyword: &'static str,
    /// Texts, newest last.
    messages: Vec<String>,
    /// What every message is answered with, when it is set.
    trouble: Option<Value>,
}

pub(super) struct Robot {
    fake: Fake<Group>,
    kind: Kind,
    keyword: &'static str,
    secret: &'static str,
}

pub(super) fn feishu_bench() -> Robot {
    bench(Kind::Feishu)
}

pub(super) fn dingtalk_bench() -> Robot {
    bench(Kind::DingTalk)
}

pub(super) fn wecom_bench() -> Robot {
    bench(Kind::WeCom)
}

fn bench(kind: Kind) -> Robot {
    with(kind, "", SECRET)
}

fn with(kind: Kind, keyword: &'static str, secret: &'static str) -> Robot {
    let group = Group {
        kind,
        keyword,
        messages: Vec::new(),
        trouble: None,
    };
    Robot {
        fake: Fake::start(group, answer),
        kind,
        keyword,
        secret,
    }
}

fn signature(key: &str, words: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key of any length");
    mac.update(words.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn answer(group: &mut Group, asked: &Asked) -> Told {
    let told = match group.kind {
        Kind::Feishu => feishu(group, asked),
        Kind::DingTalk => dingtalk(group, asked),
        Kind::WeCom => wecom(group, asked),
    };
    Told::json(200, &told)
}

fn is_recent(moment: Option<i64>, now: i64, skew: i64) -> bool {
    moment.is_some_and(|moment| (now - moment).abs() <= skew)
}

fn feishu(group: &mut Group, asked: &Asked) -> Value {
    let no = |code: u32, words: &str| json!({ "code": code, "msg": words, "data": {} });
    if asked.path != format!("/open-apis/bot/v2/hook/{KEY}") {
        return no(
            19_001,
            "param invalid: incoming webhook access token invalid",
        );
    }
    if asked.body.len() > 20_480 {
        return no(11_246, "request body too large");
    }
    let body = asked.json();
    let moment = body["timestamp"].as_str().unwrap_or_default();
    let is_signed = body["sign"] == signature(&format!("{moment}\n{SECRET}"), "");
    if !is_signed || !is_recent(moment.parse().ok(), now().as_second(), SKEW) {
        return no(
            19_021,
            "sign match fail or timestamp is not within one hour from current time",
        );
    }
    if body["msg_type"] != "post" {
        return no(19_002, "params error, msg_type need");
    }
    if let Some(trouble) = &group.trouble {
        return trouble.clone();
    }
    let content = &body["content"]["post"];
    let Some(post) = content.as_object().and_then(|langs| langs.values().next()) else {
        return no(9499, "Bad Request");
    };
    let mut lines = vec![post["title"].as_str().unwrap_or_default().to_owned()];
    for line in post["content"].as_array().into_iter().flatten() {
        let mut text = String::new();
        for piece in line.as_array().into_iter().flatten() {
            let words = piece["text"].as_str().unwrap_or_default();
            match piece["tag"].as_str() {
                Some("text") => text.push_str(words),
                Some("a") => text.push_str(&format!(
                    "{words} {}",
                    piece["href"].as_str().unwrap_or_default()
                )),
                _ => return no(9499, "Bad Request"),
            }
        }
        lines.push(text);
    }
    let text = lines.join("\n");
    if !text.contains(group.keyword) {
        return no(19_024, "Key Words Not Found");
    }
    group.messages.push(text);
    json!({ "StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success" })
}

fn dingtalk(group: &mut Group, asked: &Asked) -> Value {
    let no = |code: i64, words: &str| json!({ "errcode": code, "errmsg": words });
    if asked.path != "/robot/send" || asked.parameter("access_token") != KEY {
        return no(300_005, "token is not exist");
    }
    let moment = asked.parameter("timestamp");
    let is_signed = asked.parameter("sign") == signature(SECRET, &format!("{moment}\n{SECRET}"));
    if !is_signed || !is_recent(moment.parse().ok(), now().as_millisecond(), SKEW * 1000) {
        return no(310_000, "sign not match");
    }
    let body = asked.json();
    if !asked.header("content-type").starts_with("application/json") {
        return no(43_004, "invalid header");
    }
    let field = |name: &str| body["markdown"][name].as_str().unwrap_or_default();
    if body["msgtype"] != "markdown" || field("title").is_empty() || field("text").is_empty() {
        return no(40_035, "missing parameter");
    }
    if let Some(trouble) = &group.trouble {
        return trouble.clone();
    }
    if !field("text").contains(group.keyword) && !field("title").contains(group.keyword) {
        return no(310_000, "keywords not in content");
    }
    group.messages.push(field("text").to_owned());
    json!({ "errcode": 0, "errmsg": "ok" })
}

fn wecom(group: &mut Group, asked: &Asked) -> Value {
    let no = |code: i64, words: &str| json!({ "errcode": code, "errmsg": words });
    if asked.path != "/cgi-bin/webhook/send" || asked.parameter("key") != KEY {
        return no(
            93_000,
            "invalid webhook url, hint: [1764457200_31_0a], from ip: 192.0.2.7",
        );
    }
    let body = asked.json();
    if body["msgtype"] != "markdown" {
        return no(40_008, "invalid message type");
    }
    if let Some(trouble) = &group.trouble {
        return trouble.clone();
    }
    let content = body["markdown"]["content"].as_str().unwrap_or_default();
    if content.is_empty() || content.len() > 4096 {
        return no(
            40_058,
            "markdown.content exceed max length 4096. invalid Request Parameter, hint: [1]",
        );
    }
    group.messages.push(content.to_owned());
    json!({ "errcode": 0, "errmsg": "ok" })
}

impl Robot {
    /// One post after which the group is looked at, and how it ended.
    fn posts(&self) -> Result<Remote, Failure> {
        let session = self.open(Trouble::None);
        let abilities = session.verify().expect("we are known").capabilities;
        let post = post(WORDS, &abilities);
        session.create(&post, attempt(&key(&post, "create")))
    }
}

impl Bench for Robot {
    fn account(&self) -> Option<Account> {
        let (name, path) = match self.kind {
            Kind::Feishu => ("feishu", "/open-apis/bot/v2/hook/"),
            Kind::DingTalk => ("dingtalk", "/robot/send"),
            Kind::WeCom => ("wecom", "/cgi-bin/webhook/send"),
        };
        let mut settings = vec![("api", self.fake.url())];
        let mut secrets = vec![("WEBHOOK", KEY.to_owned())];
        if self.kind != Kind::WeCom {
            settings.push(("keyword", self.keyword.to_owned()));
            secrets.push(("SECRET", self.secret.to_owned()));
        }
        Some(Account {
            info: info(name).expect("the platform"),
            server: self.fake.url(),
            settings,
            secrets,
            makes: ("POST", path),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let group = self.fake.state();
        let messages = group.messages.iter();
        messages.filter(|text| text.contains(canonical)).count()
    }

    /// A robot's messages have no names; each trial has a group of its own.
    fn text(&self, _remote: &Remote) -> String {
        let group = self.fake.state();
        let text = group.messages.last().expect("a message");
        text.replace('\u{200b}', "").replace("  \n", "\n")
    }

    /// A robot is asked who we are by a message of no kind.
    fn is_post(&self) -> IsPost {
        |body| {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            body.get("msg_type").or(body.get("msgtype")).is_some()
        }
    }

    fn edit(&self, _remote: &Remote, _text: &str) {}

    fn remove(&self, _remote: &Remote) {}

    fn cover(&self, _remote: &Remote) -> Option<String> {
        None
    }
}

behaviours!(feishu_behaves, super::bench(super::Kind::Feishu));
behaviours!(dingtalk_behaves, super::bench(super::Kind::DingTalk));
behaviours!(wecom_behaves, super::bench(super::Kind::WeCom));

#[test]
fn asking_who_we_are_posts_nothing() {
    for kind in [Kind::Feishu, Kind::DingTalk, Kind::WeCom] {
        let bench = bench(kind);
        bench.open(Trouble::None).verify().expect("we are known");
        assert!(bench.fake.state().messages.is_empty());
    }
}

#[test]
fn a_keyword_that_the_robot_asks_for_is_added_to_a_text_that_lacks_it() {
    for kind in [Kind::Feishu, Kind::DingTalk] {
        with(kind, "云岚返乡", SECRET)
            .posts()
            .expect("the keyword is in it");
        let bench = with(kind, "云岚返乡", SECRET);
        bench.fake.state().keyword = "别的词";
        let failure = bench.posts().expect_err("another keyword is asked for");
        assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
        assert!(failure.message.contains("set `keyword`"), "{failure}");
    }
}

#[test]
fn a_title_on_the_first_line_becomes_the_title_of_the_message() {
    let bench = bench(Kind::Feishu);
    let session = bench.open(Trouble::None);
    let abilities = session.verify().expect("we are known").capabilities;
    let mut titled = post(WORDS, &abilities);
    let text = format!("{}\n\n正文", bold(&titled.title));
    titled.content = Content::Short(Rich::read(&text));
    session
        .create(&titled, attempt(&key(&titled, "create")))
        .expect("a message");
    let group = bench.fake.state();
    assert_eq!(group.messages, [format!("{}\n\n正文", titled.title)]);
}

#[test]
fn a_wrong_signature_names_its_secret_and_the_clock() {
    for kind in [Kind::Feishu, Kind::DingTalk] {
        let bench = with(kind, "", "SEC0000000000");
        let failure = bench
            .open(Trouble::None)
            .verify()
            .expect_err("a wrong signature");
        assert_eq!(failure.kind, FailureKind::Credentials, "{failure}");
        for words in ["GUIDEPOST_TRIAL_SECRET", "clock"] {
            assert!(failure.message.contains(words), "{failure}");
        }
        assert!(!failure.message.contains("SEC0000000000"), "{failure}");
    }
}

#[test]
fn what_a_robot_says_against_a_message_tells_what_to_do() {
    let cases = [
        (
            Kind::Feishu,
            json!({ "code": 19_022, "msg": "Ip Not Allowed" }),
            FailureKind::Forbidden,
            "IP 白名单",
        ),
        (
            Kind::Feishu,
            json!({ "code": 11_232, "msg": "frequency limited psm" }),
            FailureKind::Limited,
            "11232",
        ),
        (
            Kind::Feishu,
            json!({ "code": 9499, "msg": "Bad Request" }),
            FailureKind::Refused,
            "9499",
        ),
        (
            Kind::Feishu,
            json!({ "msg": "?" }),
            FailureKind::Lost,
            "neither yes nor no",
        ),
        (
            Kind::DingTalk,
            json!({ "errcode": 410_100, "errmsg": "send too fast" }),
            FailureKind::Limited,
            "410100",
        ),
        (
            Kind::DingTalk,
            json!({ "errcode": 310_000, "errmsg": "ip 192.0.2.7 not in whitelist" }),
            FailureKind::Forbidden,
            "IP 地址段",
        ),
        (
            Kind::DingTalk,
            json!({ "errcode": 400_102, "errmsg": "robot is stopped" }),
            FailureKind::Forbidden,
            "stopped",
        ),
        (
            Kind::DingTalk,
            json!({ "errcode": -1, "errmsg": "system busy" }),
            FailureKind::Lost,
            "system busy",
        ),
        (
            Kind::DingTalk,
            json!({ "errcode": 430_102, "errmsg": "unsuitable text" }),
            FailureKind::Refused,
            "430102",
        ),
        (
            Kind::WeCom,
            json!({ "errcode": 45_009, "errmsg": "api freq out of limit, hint: [1]" }),
            FailureKind::Limited,
            "45009",
        ),
        (
            Kind::WeCom,
            json!({ "errcode": 40_058, "errmsg": "invalid, hint: [1]" }),
            FailureKind::Refused,
            "4096",
        ),
        (
            Kind::WeCom,
            json!({ "errcode": -1, "errmsg": "system busy" }),
            FailureKind::Lost,
            "system busy",
        ),
    ];
    for (kind, said, expected, words) in cases {
        let bench = bench(kind);
        bench.fake.state().trouble = Some(said.clone());
        let failure = bench.posts().expect_err("it is refused");
        assert_eq!(failure.kind, expected, "{said}: {failure}");
        assert!(failure.message.contains(words), "{said}: {failure}");
        if expected == FailureKind::Limited {
            assert!(failure.after.is_some(), "{said}: how long to wait is told");
        }
        for noise in [KEY, "hint: ["] {
            assert!(!failure.message.contains(noise), "{failure}");
        }
    }
}
