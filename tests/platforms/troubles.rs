//! Accounts in trouble, through the binary: one account has it, another one beside it posts all
//! the same; nothing is lost, nothing is sent twice, and no secret is shown. The servers are
//! fakes of the few parts of Mastodon's API that this takes.

use crate::harness::{Ran, SETTINGS, Site};
use crate::platforms::bench::CLOSED_PORT;
use crate::platforms::fake_listener::{Call, Listener, Reply};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const TOKEN: &str = "fake-token-5f1c7a90";

/// What is wrong with a server or with what it thinks of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Trouble {
    #[default]
    None,
    /// The token has ended.
    Expired,
    /// The token may no longer write.
    Revoked,
    /// A page for people, as a proxy or a login wall gives it.
    WebPage,
    /// An answer without an end in sight.
    Huge,
    /// An error under status 200.
    ErrorWith200,
    /// Fewer characters than elsewhere.
    Short,
}

#[derive(Default)]
struct State {
    trouble: Trouble,
    /// What was posted and is still there, as it was sent.
    posts: Vec<Value>,
    made: usize,
}

/// A fake server.
struct FakeServer {
    listener: Listener,
    state: Arc<Mutex<State>>,
}

impl FakeServer {
    fn start(trouble: Trouble) -> Self {
        let state = Arc::new(Mutex::new(State {
            trouble,
            ..State::default()
        }));
        let held = Arc::clone(&state);
        let listener = Listener::start(move |call| {
            held.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .answer(call)
        });
        Self { listener, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn texts(&self) -> Vec<String> {
        let posts = self.state();
        let text = |post: &Value| post["text"].as_str().unwrap_or_default().to_owned();
        posts.posts.iter().map(text).collect()
    }
}

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        let error = |status, words: &str| Reply::json(status, &json!({ "error": words }));
        match (self.trouble, call.method.as_str()) {
            (Trouble::Expired, _) => return error(401, "The access token expired"),
            (Trouble::Revoked, "POST" | "PUT") => {
                return error(403, "This action is outside the authorized scopes");
            }
            (Trouble::Huge, _) => {
                return Reply {
                    status: 200,
                    headers: vec![("content-type", "application/json".to_owned())],
                    body: "[".repeat(17 << 20),
                };
            }
            (Trouble::ErrorWith200, _) => return error(200, "Something went wrong"),
            (Trouble::WebPage, _) => {
                return Reply {
                    status: 200,
                    headers: vec![("content-type", "text/html".to_owned())],
                    body: "<!doctype html><title>Log in</title>".to_owned(),
                };
            }
            _ => {}
        }
        if call.header("authorization") != format!("Bearer {TOKEN}") {
            return error(401, "The access token is invalid");
        }
        let most = if self.trouble == Trouble::Short {
            60
        } else {
            500
        };
        let number = call.path.rsplit('/').next().unwrap_or_default().to_owned();
        let known = self.posts.iter().position(|post| post["id"] == *number);
        match (call.method.as_str(), call.path.as_str()) {
            ("GET", "/api/v1/accounts/verify_credentials") => Reply::json(
                200,
                &json!({ "id": "7", "username": "yunlan", "acct": "yunlan" }),
            ),
            ("GET", "/api/v2/instance") => Reply::json(
                200,
                &json!({ "version": "4.6.4", "configuration": { "statuses": {
                    "max_characters": most, "characters_reserved_per_url": 23,
                } } }),
            ),
            ("GET", "/api/v1/accounts/7/statuses") => {
                let all: Vec<&Value> = match call.query.contains_key("max_id") {
                    true => Vec::new(),
                    false => self.posts.iter().rev().collect(),
                };
                Reply::json(200, &json!(all))
            }
            ("POST", "/api/v1/statuses") => {
                self.made += 1;
                let post = status(self.made, &call.json());
                self.posts.push(post.clone());
                Reply::json(200, &post)
            }
            ("PUT", _) if known.is_some() => {
                let at = known.unwrap_or_default();
                self.posts[at] = status(number.parse().unwrap_or_default(), &call.json());
                Reply::json(200, &self.posts[at])
            }
            ("GET", _) if known.is_some() => {
                Reply::json(200, &self.posts[known.unwrap_or_default()])
            }
            _ => error(404, "Record not found"),
        }
    }
}

fn status(id: usize, fields: &Value) -> Value {
    let text = fields["status"].as_str().unwrap_or_default();
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| match word.starts_with("https://") {
            true => format!(
                "<a href=\"{word}\">{word}</a>",
                word = word.replace('&', "&amp;")
            ),
            false => word.to_owned(),
        })
        .collect();
    json!({
        "id": id.to_string(),
        "url": format!("https://social.example/@yunlan/{id}"),
        "content": format!("<p>{}</p>", words.join(" ")),
        "in_reply_to_id": fields["in_reply_to_id"],
        "text": text,
    })
}

/// A site with one article and two accounts; the first one has the trouble.
struct Trial {
    site: Site,
    bad: FakeServer,
    good: FakeServer,
    token: &'static str,
}

impl Trial {
    fn new(trouble: Trouble) -> Self {
        Self::with(trouble, "")
    }

    /// With more settings of the account in trouble.
    fn with(trouble: Trouble, more: &str) -> Self {
        let (bad, good) = (FakeServer::start(trouble), FakeServer::start(Trouble::None));
        let accounts = format!(
            "accounts:\n  bad: {{ platform: mastodon, url: '{}'{more} }}\n  good: {{ platform: mastodon, url: '{}' }}\n",
            bad.listener.url(),
            good.listener.url()
        );
        let trial = Self {
            site: Site::new(),
            bad,
            good,
            token: TOKEN,
        };
        trial.settings(&accounts);
        trial.page(&"一段很长的话，说清楚一件事。".repeat(20));
        trial
    }

    fn settings(&self, accounts: &str) {
        let rest = "publish: { grace: 1s, timeout: 10s }\n";
        self.site
            .write("site.yaml", format!("{SETTINGS}{accounts}{rest}"));
    }

    fn page(&self, text: &str) {
        self.site.write(
            "content/articles/new.md",
            format!("---\ntitle: 新文章\ndate: 2026-06-15\n---\n{text}\n"),
        );
    }

    fn publish(&self) -> Ran {
        self.publish_with(&["--backfill"])
    }

    fn publish_with(&self, more: &[&str]) -> Ran {
        let mut command = self.site.command(&["publish", "--date", "2026-06-15"]);
        command.args(["--skip-live-check", "--yes"]).args(more);
        command.env("GUIDEPOST_GOOD_TOKEN", TOKEN);
        if !self.token.is_empty() {
            command.env("GUIDEPOST_BAD_TOKEN", self.token);
        }
        let ran = self.site.ended(command);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(TOKEN), "a secret is shown: {said}");
        Ran {
            stderr: said,
            ..ran
        }
    }

    /// Holds that the trouble is told in these words, and the other account posts once.
    #[track_caller]
    fn others_go_on(&self, words: &[&str]) {
        for _ in 0..2 {
            let ran = self.publish();
            assert_eq!(ran.code, 1, "{}", ran.stderr);
            for word in words {
                assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
            }
            assert_eq!(self.good.texts().len(), 1, "{}", ran.stderr);
        }
    }

    /// The same, and when the trouble is over the post goes out once.
    #[track_caller]
    fn passes(mut self, words: &[&str]) {
        self.others_go_on(words);
        assert_eq!(self.bad.texts().len(), 0);
        self.bad.state().trouble = Trouble::None;
        self.token = TOKEN;
        let ran = self.publish();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        self.publish();
        assert_eq!((self.bad.state().made, self.good.state().made), (1, 1));
    }
}

#[test]
fn a_missing_secret_is_named() {
    let mut trial = Trial::new(Trouble::None);
    trial.token = "";
    trial.passes(&["set GUIDEPOST_BAD_TOKEN in the environment"]);
}

#[test]
fn a_wrong_secret_is_named_by_its_variable() {
    let mut trial = Trial::new(Trouble::None);
    trial.token = "fake-wrong-3b7e";
    assert!(!trial.publish().stderr.contains("3b7e"));
    trial.passes(&["401", "check GUIDEPOST_BAD_TOKEN"]);
}

#[test]
fn all_secrets_that_are_missing_are_named_at_once() {
    let trial = Trial::new(Trouble::None);
    trial.settings("accounts:\n  x: { platform: x, user: yunlan, paid: true }\n");
    let ran = trial.publish();
    let words = "set GUIDEPOST_X_API_KEY, GUIDEPOST_X_API_SECRET, GUIDEPOST_X_TOKEN, \
                 GUIDEPOST_X_TOKEN_SECRET in the environment";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
    assert!(!ran.stderr.contains("it costs"), "{}", ran.stderr);
}

#[test]
fn a_line_break_behind_a_secret_is_no_part_of_it() {
    let mut trial = Trial::new(Trouble::None);
    trial.token = concat!("fake-token-5f1c7a90", "\r\n");
    let ran = trial.publish();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut trial = Trial::new(Trouble::None);
    trial.token = "fake\ntwo-lines-8d21";
    assert!(!trial.publish().stderr.contains("8d21"));
    trial.passes(&["line break", "check GUIDEPOST_BAD_TOKEN"]);
}

#[test]
fn an_expired_token_is_told() {
    Trial::new(Trouble::Expired).passes(&["token expired", "GUIDEPOST_BAD_TOKEN"]);
}

#[test]
fn revoked_rights_are_told() {
    Trial::new(Trouble::Revoked).passes(&["403", "give the token the scopes"]);
}

#[test]
fn a_web_page_for_an_answer_is_told() {
    Trial::new(Trouble::WebPage).passes(&["verify_credentials", "a web page"]);
}

#[test]
fn an_error_with_status_200_is_told() {
    Trial::new(Trouble::ErrorWith200).passes(&["verify_credentials", "Something went wrong"]);
}

#[test]
fn an_answer_without_end_is_cut_off_and_told() {
    let trial = Trial::new(Trouble::Huge);
    let address = trial.bad.listener.url().trim_start_matches("http://");
    let words =
        format!("{address}/api/v1/accounts/verify_credentials: the answer is longer than 16 MiB");
    trial.passes(&[&words]);
}

#[test]
fn a_post_of_an_old_page_that_failed_is_finished_without_asking_again() {
    let trial = Trial::new(Trouble::Revoked);
    assert_eq!(trial.publish().code, 1);
    assert_eq!((trial.bad.state().made, trial.good.state().made), (0, 1));
    trial.bad.state().trouble = Trouble::None;
    trial.site.write(
        "content/articles/older.md",
        "---\ntitle: 旧文章\ndate: 2026-06-14\n---\n没有人要发。\n",
    );
    let ran = trial.publish_with(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("1 older than the account"),
        "{}",
        ran.stderr
    );
    assert_eq!((trial.bad.state().made, trial.good.state().made), (1, 1));
}

#[test]
fn a_platform_that_is_down_is_told() {
    let trial = Trial::new(Trouble::None);
    let address = format!("127.0.0.1:{CLOSED_PORT}");
    trial.settings(&format!(
        "accounts:\n  bad: {{ platform: mastodon, url: 'http://{address}' }}\n  good: {{ platform: mastodon, url: '{}' }}\n",
        trial.good.listener.url()
    ));
    trial.others_go_on(&["no connection to"]);
}

#[test]
fn a_post_that_cannot_be_looked_for_is_left_alone_and_the_others_go_out() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let held = Arc::clone(&asked);
    let listener = Listener::start(move |call| {
        let named = |text: &str| call.query.get("of").is_some_and(|of| of.contains(text));
        match call.method.as_str() {
            "GET" if named("new") => Reply::json(400, &json!({ "error": "no such word" })),
            "GET" => Reply::json(200, &json!({ "data": [] })),
            _ => {
                let mut made = held.lock().unwrap_or_else(PoisonError::into_inner);
                made.push(call.json()["of"].clone());
                Reply::json(200, &json!({ "id": made.len() }))
            }
        }
    });
    let url = listener.url();
    let trial = Trial::new(Trouble::None);
    trial.settings(&format!(
        "accounts:\n  board: {{ platform: webhook, create: {{ url: '{url}/posts', body: {{ of: '{{{{ canonical }}}}' }}, id: /id }}, \
         find: {{ url: '{url}/posts?of={{{{ canonical | url_encode }}}}', items: /data, id: /id }} }}\n"
    ));
    trial.site.write(
        "content/articles/other.md",
        "---\ntitle: 别的\ndate: 2026-06-15\n---\n没有麻烦。\n",
    );
    for _ in 0..2 {
        let ran = trial.publish();
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("the platform did not show it")
                && ran.stderr.contains("no such word"),
            "{}",
            ran.stderr
        );
        let made = asked.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(*made, [json!("https://example.org/articles/other/")]);
    }
}

#[test]
fn accounts_that_are_not_ready_are_not_counted_among_what_is_sent() {
    let mut trial = Trial::new(Trouble::None);
    trial.token = "";
    let ran = trial.publish();
    let words = "Plan: 2 to create; 1 of them cannot be sent, `bad` is not ready";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
}

#[test]
fn every_ledger_that_cannot_be_written_is_named() {
    let trial = Trial::new(Trouble::None);
    let words = [
        "publish",
        "--date",
        "2026-06-15",
        "--backfill",
        "--skip-live-check",
        "--yes",
    ];
    let inner = trial.site.command(&words);
    // The shell's limit for the size of files stands for a full disk.
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 0 && exec \"$0\" \"$@\""])
        .arg(inner.get_program())
        .args(inner.get_args())
        .current_dir(trial.site.path("."))
        .env("GUIDEPOST_GOOD_TOKEN", TOKEN)
        .env("GUIDEPOST_BAD_TOKEN", TOKEN);
    let ran = trial.site.ended(command);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for name in ["`bad` stopped", "`good` stopped"] {
        assert!(ran.stderr.contains(name), "{name}: {}", ran.stderr);
    }
    assert_eq!((trial.bad.state().made, trial.good.state().made), (0, 0));
}

#[test]
fn the_limit_of_the_instance_counts() {
    let trial = Trial::new(Trouble::Short);
    let ran = trial.publish();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let counted = |text: &str| -> usize {
        let words = text.split('\n');
        let length = |line: &str| match line.starts_with("https://") {
            true => 23,
            false => line.chars().count(),
        };
        words.clone().map(length).sum::<usize>() + words.count() - 1
    };
    let (bad, good) = (trial.bad.texts(), trial.good.texts());
    assert!(counted(&bad[0]) <= 60, "{}", bad[0]);
    assert!(counted(&good[0]) > 60, "{}", good[0]);
}

#[test]
fn a_post_that_was_deleted_there_is_told_and_not_made_again() {
    let trial = Trial::new(Trouble::None);
    assert_eq!(trial.publish().code, 0);
    trial.bad.state().posts.clear();
    trial.page("改过了。");
    let ran = trial.publish_with(&[]);
    assert!(
        ran.stderr.contains("somebody took it away there"),
        "{}",
        ran.stderr
    );
    assert!(trial.good.texts()[0].contains("改过了。"));
    assert_eq!((trial.bad.state().made, trial.good.state().made), (1, 1));
}

#[test]
fn a_reply_tells_of_an_edit_in_the_language_of_the_page() {
    let trial = Trial::with(Trouble::None, ", on_edit: reply");
    assert_eq!(trial.publish().code, 0);
    trial.page("改过了。");
    let ran = trial.publish();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let texts = trial.bad.texts();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].starts_with("新文章"), "{}", texts[0]);
    assert!(texts[1].starts_with("已更新：新文章"), "{}", texts[1]);
    assert_eq!(trial.bad.state().posts[1]["in_reply_to_id"], "1");
    assert_eq!(trial.publish().code, 0);
    assert_eq!(trial.bad.texts().len(), 2, "told once");
}

#[test]
fn a_damaged_ledger_stops_its_account_alone() {
    let trial = Trial::new(Trouble::None);
    trial.site.write("ledger/bad.jsonl", "<<<<<<< ours\n");
    trial.others_go_on(&["ledger/bad.jsonl:1:1", "`bad` took no part"]);
    assert_eq!(trial.bad.state().made, 0);
}

#[test]
fn a_broken_template_stops_its_account_alone() {
    let trial = Trial::with(Trouble::None, ", template: '{{ title'");
    trial.others_go_on(&["the template of the account `bad`", "`bad` took no part"]);
    let trial = Trial::with(Trouble::None, ", template: '{{ nothing }}'");
    trial.site.write(
        "content/articles/old.md",
        "---\ntitle: 旧文章\ndate: 2026-06-10\n---\n早就有了。\n",
    );
    let ran = trial.publish();
    assert_eq!(
        ran.stderr.matches("`nothing` is not defined").count(),
        1,
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("refused-post"), "{}", ran.stderr);
    assert_eq!(trial.bad.state().made, 0);
}

#[test]
fn of_two_accounts_for_one_place_the_second_posts_nothing() {
    let trial = Trial::new(Trouble::None);
    trial.settings(&format!(
        "accounts:\n  good: {{ platform: mastodon, url: '{url}' }}\n  bad: {{ platform: mastodon, url: '{url}' }}\n",
        url = trial.good.listener.url()
    ));
    trial.others_go_on(&["post the same pages to one place"]);
}

#[test]
fn wrong_settings_stop_their_account_alone() {
    let trial = Trial::new(Trouble::None);
    let address = trial.bad.listener.url().to_owned();
    let of_bad = |bad: &str| {
        let good = trial.good.listener.url();
        let settings =
            format!("accounts:\n  bad: {bad}\n  good: {{ platform: mastodon, url: '{good}' }}\n");
        trial.settings(&settings);
    };
    of_bad("mastodon");
    trial.others_go_on(&["`bad` wants a mapping"]);
    of_bad(&format!(
        "{{ platform: mastodon, url: '{address}', kind: [article] }}"
    ));
    trial.others_go_on(&["unknown key `kind`", "did you mean `kinds`?"]);
    of_bad(&format!(
        "{{ platform: mastodon, url: '{address}', languages: [xx] }}"
    ));
    trial.others_go_on(&["no language `xx`"]);
    let login = address.replace("http://", "http://anna:fake-word-77a0@");
    of_bad(&format!("{{ platform: mastodon, url: '{login}' }}"));
    trial.others_go_on(&["`url` of the account `bad` has a login in its address"]);
    assert!(!trial.publish().stderr.contains("77a0"));
    assert_eq!(trial.bad.state().made, 0);
}

#[test]
fn an_unknown_platform_stops_its_account_alone() {
    let trial = Trial::new(Trouble::None);
    trial.settings(&format!(
        "accounts:\n  bad: {{ platform: mastodonn }}\n  good: {{ platform: mastodon, url: '{}' }}\n",
        trial.good.listener.url()
    ));
    trial.others_go_on(&[
        "there is no platform `mastodonn`",
        "did you mean `mastodon`?",
    ]);
}
