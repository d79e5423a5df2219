//! Telling others of new and changed pages, from outside: the binary on a small site that is
//! served on this machine. The hub is a real one; Baidu, the engines behind IndexNow and the
//! receiver of mentions are fakes, because no real one runs on a machine of one's own.

mod fake_baidu;
mod fake_engine;
mod fake_receiver;
mod host;

use crate::harness::{Ran, Site};
use crate::platforms::server::{Server, client, json};
use fake_baidu::FakeBaidu;
use fake_engine::FakeEngine;
use fake_receiver::FakeReceiver;
use host::{Host, Reply, Served};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const KEY: &str = "d41d8cd98f00b204-yunlan";

/// A site with an old and a new article, on a host of its own.
struct Trial {
    site: Site,
    host: Host,
}

impl Trial {
    fn new(publish: &str, more: &str) -> Self {
        let host = Host::start();
        let site = Site::new().file(
            "site.yaml",
            format!(
                "site:\n  url: {}\n  title: 测试\n  languages: [zh-Hans]\n  timezone: Asia/Shanghai\n  \
                 theme: default\npublish: {{ {publish} }}\n{more}",
                host.url()
            ),
        );
        let trial = Self { site, host };
        trial.article("old", "2026-01-01", "旧文。");
        trial.article("new", "2026-06-15", "新文。");
        trial
    }

    fn article(&self, name: &str, date: &str, text: &str) {
        self.site.write(
            &format!("content/articles/{name}.md"),
            format!("---\ntitle: 文章 {name}\ndate: {date}\n---\n{text}\n"),
        );
    }

    /// Builds the site and puts it online.
    fn deploy(&self) {
        let built = self.site.build();
        assert_eq!(built.code, 0, "{}", built.stderr);
        self.host.show(&self.site.path("public"));
    }

    fn run(&self, words: &[&str]) -> Ran {
        let mut command = self.site.command(words);
        command.args(["--date", "2026-06-15"]);
        command.env("GUIDEPOST_BAIDU_PUSH_TOKEN", fake_baidu::TOKEN);
        self.site.ended(command)
    }

    #[track_caller]
    fn publish(&self) -> Ran {
        let ran = self.run(&["publish", "--yes"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran
    }

    fn page(&self, name: &str) -> String {
        format!("{}/articles/{name}/", self.host.url())
    }
}

#[test]
fn engines_hear_of_every_change_once_and_find_the_key() {
    let engine = FakeEngine::start();
    let settings = format!("indexnow: {{ key: {KEY}, endpoint: {} }}", engine.url());
    let trial = Trial::new(&settings, "");
    trial.deploy();
    assert_eq!(trial.site.read(&format!("public/{KEY}.txt")), KEY);

    let plan = trial.run(&["plan"]);
    assert!(
        plan.stdout.contains("+ IndexNow    1 page at 127.0.0.1:"),
        "{}",
        plan.stdout
    );
    assert_eq!(trial.run(&["plan", "--exit-code"]).code, 3);
    assert_eq!(engine.heard(), [[""; 0]; 0], "a plan sends nothing");

    trial.publish();
    assert_eq!(engine.heard(), [[trial.page("new")]]);
    trial.publish();
    assert_eq!(engine.heard().len(), 1, "nothing changed");
    assert_eq!(trial.run(&["plan", "--exit-code"]).code, 0);

    trial.article("old", "2026-01-01", "旧文，改过。");
    std::fs::remove_file(trial.site.path("content/articles/new.md")).expect("a page");
    trial.deploy();
    trial.publish();
    assert_eq!(
        engine.heard().last(),
        Some(&vec![trial.page("old"), trial.page("new")]),
        "one changed, one is gone"
    );
    trial.publish();
    assert_eq!(engine.heard().len(), 2);
}

#[test]
fn a_run_that_was_killed_tells_again_and_a_page_that_is_not_online_waits() {
    let engine = FakeEngine::start();
    let settings = format!("indexnow: {{ key: {KEY}, endpoint: {} }}", engine.url());
    let trial = Trial::new(&settings, "");
    // Nothing is online yet: neither the key nor the page.
    let ran = trial.publish();
    assert!(
        ran.stderr.contains("not told yet IndexNow"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("put the site online first"),
        "{}",
        ran.stderr
    );
    assert_eq!(engine.heard().len(), 0);
    trial.deploy();
    trial.publish();
    assert_eq!(engine.heard().len(), 1);
    // As a kill between the request and the ledger's line leaves it.
    let ledger = trial.site.read("ledger/discovery/told.jsonl");
    let cut: String = ledger
        .split_inclusive('\n')
        .filter(|line| !line.contains("\"done\""))
        .collect();
    assert!(cut.contains("\"intended\"") && cut.len() < ledger.len());
    trial.site.write("ledger/discovery/told.jsonl", cut);
    trial.publish();
    assert_eq!(engine.heard(), [[trial.page("new")], [trial.page("new")]]);
}

#[test]
fn what_an_engine_refuses_is_a_warning_and_told_again_next_time() {
    let engine = FakeEngine::start();
    let settings = format!("indexnow: {{ key: {KEY}, endpoint: {} }}", engine.url());
    let trial = Trial::new(&settings, "");
    trial.deploy();
    engine.answer_next(429);
    let ran = trial.run(&["publish", "--yes", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let lines: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let told = lines.iter().find(|line| line["type"] == "told");
    let told = told.expect("what became of it");
    assert_eq!(told["outcome"], "done", "429 is given time: {told}");
    engine.answer_next(403);
    trial.article("newer", "2026-06-15", "更新的。");
    trial.deploy();
    let ran = trial.publish();
    assert!(
        ran.stderr.contains("warning: not told IndexNow"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("the key is not accepted"),
        "{}",
        ran.stderr
    );
    trial.publish();
    assert_eq!(engine.heard().last(), Some(&vec![trial.page("newer")]));
}

/// A site has hundreds of feeds; each failing for itself would hold a run up for hours.
#[test]
fn a_hub_that_does_not_answer_is_asked_once_in_a_run() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let hub = Served::start(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Reply {
            status: 503,
            headers: Vec::new(),
            body: Vec::new(),
        }
    });
    let trial = Trial::new("", &format!("feeds: {{ hub: {} }}\n", hub.url()));
    trial.deploy();
    let ran = trial.run(&["publish", "--yes"]);
    // The first notice and its repeats.
    assert_eq!(asked.load(Ordering::SeqCst), 4, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("not told").count(), 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("not asked again in this run"),
        "{}",
        ran.stderr
    );
    trial.run(&["publish", "--yes"]);
    assert_eq!(asked.load(Ordering::SeqCst), 8, "told again next time");
}

#[test]
fn a_key_that_a_file_of_the_site_has_is_a_collision() {
    let trial = Trial::new(&format!("indexnow: {KEY}"), "");
    trial.site.write(&format!("static/{KEY}.txt"), "other");
    let built = trial.site.build();
    assert_eq!(built.code, 1);
    assert!(
        built.stderr.contains("duplicate-output") && built.stderr.contains("publish.indexnow"),
        "{}",
        built.stderr
    );
    let trial = Trial::new("indexnow: short", "");
    let checked = trial.run(&["check"]);
    assert!(
        checked.stderr.contains("this is no key for IndexNow"),
        "{}",
        checked.stderr
    );
}

#[test]
fn baidu_is_told_within_its_quota_and_its_token_is_never_shown() {
    let baidu = FakeBaidu::start("www.example.org", 2);
    let settings = format!(
        "baidu: {{ site: www.example.org, endpoint: {} }}",
        baidu.url()
    );
    let trial = Trial::new(&settings, "");
    baidu.host_is(&trial.host.url());
    for name in ["b", "c", "d"] {
        trial.article(name, "2026-06-15", "新。");
    }
    trial.deploy();
    let ran = trial.publish();
    assert_eq!(baidu.taken().len(), 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("0 left of the day's quota"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("2 wait for another day"),
        "{}",
        ran.stderr
    );
    let ran = trial.publish();
    assert!(ran.stderr.contains("over quota"), "{}", ran.stderr);
    baidu.new_day(2);
    trial.publish();
    assert_eq!(baidu.taken().len(), 4);
    let plan = trial.run(&["plan"]);
    assert!(!plan.stdout.contains("Baidu"), "{}", plan.stdout);

    trial.article("e", "2026-06-15", "新。");
    trial.deploy();
    let mut command = trial
        .site
        .command(&["publish", "--yes", "--date", "2026-06-15"]);
    command.env("GUIDEPOST_BAIDU_PUSH_TOKEN", "wrong-token-1");
    let ran = trial.site.ended(command);
    assert_eq!(ran.code, 0, "the posts are what matters: {}", ran.stderr);
    assert!(ran.stderr.contains("token is not valid"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("GUIDEPOST_BAIDU_PUSH_TOKEN"),
        "{}",
        ran.stderr
    );
    let ledger = trial.site.read("ledger/discovery/told.jsonl");
    for secret in ["wrong-token-1", fake_baidu::TOKEN] {
        assert!(!ran.stderr.contains(secret) && !ledger.contains(secret));
    }
    let mut command = trial.site.command(&["plan", "--date", "2026-06-15"]);
    command.env_remove("GUIDEPOST_BAIDU_PUSH_TOKEN");
    let ran = trial.site.ended(command);
    assert!(
        ran.stdout
            .contains("Baidu: set GUIDEPOST_BAIDU_PUSH_TOKEN in the environment"),
        "{}",
        ran.stdout
    );
}

#[test]
fn linked_pages_hear_of_new_and_changed_links_only() {
    let theirs = FakeReceiver::start();
    let trial = Trial::new("webmention: true", "");
    let links = |names: &[&str]| -> String {
        let links = names
            .iter()
            .map(|name| format!("[{name}]({})\n", theirs.page(name)));
        links.collect()
    };
    trial.article("old", "2026-01-01", &links(&["header", "element"]));
    let own = format!("[自己]({})\n", trial.page("old"));
    trial.article(
        "new",
        "2026-06-15",
        &(links(&["header", "element", "anchor", "none"]) + &own),
    );
    trial.deploy();
    let plan = trial.run(&["plan", "--verbose"]);
    assert!(
        plan.stdout.contains("+ Webmention  4 links"),
        "{}",
        plan.stdout
    );
    trial.publish();
    let expected: Vec<(String, String)> = ["header", "element", "anchor"]
        .map(|name| (trial.page("new"), theirs.page(name)))
        .to_vec();
    assert_eq!(theirs.taken(), expected);
    trial.publish();
    assert_eq!(theirs.taken().len(), 3, "nothing changed");
    // One link less: who was told before is told of the end, and of the change.
    trial.article("new", "2026-06-15", &links(&["header"]));
    trial.deploy();
    trial.publish();
    let later: Vec<(String, String)> = theirs.taken().into_iter().skip(3).collect();
    assert_eq!(later, [(trial.page("new"), theirs.page("header"))]);
    assert_eq!(
        theirs.refused(),
        ["anchor", "element"].map(|name| (trial.page("new"), theirs.page(name))),
        "the link is no longer there, which is what they look for"
    );
    trial.publish();
    assert_eq!(theirs.taken().len() + theirs.refused().len(), 6);
}

#[test]
#[ignore = "needs tests/servers/all.sh start websub"]
fn a_hub_hands_on_the_feed_that_changed() {
    let server = Server::named("websub");
    let hub = server.get("WEBSUB_HUB");
    let trial = Trial::new(
        "webmention: false",
        &format!("feeds: {{ formats: [atom], hub: {hub} }}\n"),
    );
    trial.deploy();
    let topic = format!("{}/atom.xml", trial.host.url());
    let subscribed = client()
        .post(hub)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "hub.mode=subscribe&hub.topic={topic}&hub.callback={}",
            server.get("WEBSUB_SUBSCRIBER")
        ))
        .send()
        .expect("the hub answers");
    assert_eq!(subscribed.status(), 202);
    let came = || -> Vec<String> {
        let received = json(client().get(server.get("WEBSUB_RECEIVED")));
        let all = received.as_array().expect("a list").clone();
        all.iter()
            .filter_map(|delivery| delivery["body"].as_str().map(str::to_owned))
            .filter(|body| body.contains(&trial.host.url()))
            .collect()
    };
    let ran = trial.publish();
    assert!(ran.stderr.contains("told WebSub"), "{}", ran.stderr);
    let wait = || {
        for _ in 0..50 {
            if !came().is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    wait();
    assert_eq!(came().len(), 1, "the home feed, once");
    assert!(came()[0].contains("文章 new"));
    trial.publish();
    assert_eq!(came().len(), 1, "nothing changed");
}
