//! Webhooks: a small API of posts that nobody has an adapter for, reached by templates in three
//! ways, from one that can only post to one that can do all.

use crate::harness::{SETTINGS, Site};
use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::fake::{Asked, Fake, Told};
use crate::platforms::posts::{WORDS, attempt, key, post};
use guidepost::platform::{FailureKind, Remote, Settings, info};
use serde_json::{Value, json};

const TOKEN: &str = "7d2b4f19kQ8x4Wc29LrT";
const PASSWORD: &str = "kQ8xWc2LrT5vBm7Yp";

/// How the account speaks to the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// All calls.
    Whole,
    /// Only making posts, under keys that the API knows again.
    Keyed,
    /// Only making posts.
    Bare,
}

#[derive(Default)]
struct Board {
    made: u64,
    posts: Vec<Value>,
}

pub(super) struct Webhook {
    fake: Fake<Board>,
    way: Way,
}

pub(super) fn bench() -> Webhook {
    with(Way::Whole)
}

pub(super) fn keyed_bench() -> Webhook {
    with(Way::Keyed)
}

fn with(way: Way) -> Webhook {
    Webhook {
        fake: Fake::start(Board::default(), answer),
        way,
    }
}

/// The API: errors of the login by status, all others in a 200.
fn answer(board: &mut Board, asked: &Asked) -> Told {
    if asked.header("x-token") != TOKEN && asked.parameter("token") != TOKEN {
        // Some APIs say too much.
        let login = asked.header("authorization");
        let words = format!("who is {}? ({login})", asked.parameter("token"));
        return Told::json(401, &json!({ "code": 1, "message": words }));
    }
    let fine = |data: Value| Told::json(200, &json!({ "code": 0, "data": data }));
    let no = |words: &str| Told::json(200, &json!({ "code": 7, "message": words }));
    let body = asked.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (method, path) = asked.route();
    match (method, path.as_slice()) {
        ("GET", ["v1", "me"]) => fine(json!({ "name": "yunlan" })),
        ("GET", ["v1", "posts"]) => {
            let wanted = asked.parameter("source");
            let found = board.posts.iter().filter(|post| post["source"] == wanted);
            fine(found.cloned().collect())
        }
        ("POST", ["v1", "posts"]) => {
            if text("title").is_empty() || text("text").is_empty() || text("source").is_empty() {
                return no("a title, a text and a source are needed");
            }
            let key = asked.header("x-key");
            let known = board
                .posts
                .iter()
                .find(|post| !key.is_empty() && post["key"] == key);
            if let Some(known) = known {
                return fine(known.clone());
            }
            board.made += 1;
            let mut post = body;
            post["id"] = json!(board.made);
            post["key"] = json!(key);
            post["url"] = json!(format!("https://board.example.org/{}", board.made));
            board.posts.push(post.clone());
            fine(post)
        }
        (_, ["v1", "posts", id]) => {
            let at = board
                .posts
                .iter()
                .position(|post| post["id"].as_u64() == number(id));
            let Some(at) = at else {
                return Told::json(404, &json!({ "code": 4, "message": "no such post" }));
            };
            if method == "DELETE" {
                board.posts.remove(at);
                return fine(Value::Null);
            }
            for (name, value) in body.as_object().expect("fields") {
                board.posts[at][name] = value.clone();
            }
            fine(board.posts[at].clone())
        }
        _ => no("no such call"),
    }
}

fn number(id: &str) -> Option<u64> {
    id.parse().ok()
}

impl Webhook {
    fn post<T>(&self, remote: &Remote, look: impl FnOnce(&mut Value) -> T) -> T {
        let mut board = self.fake.state();
        // A bare account does not learn the post's name; each trial has a board of its own.
        let bare = self.way == Way::Bare;
        let mut found = board.posts.iter_mut();
        let found = found.find(|post| bare || post["id"].as_u64() == number(&remote.id));
        look(found.expect("the post is there"))
    }
}

impl Bench for Webhook {
    fn account(&self) -> Option<Account> {
        let url = self.fake.url();
        let posts = format!("{url}/v1/posts");
        let headers = json!({ "x-token": "{{ secret.TOKEN }}" });
        // As a mapping, whose texts are templates.
        let fields = json!({
            "title": "{{ title }}", "text": "{{ text }}", "source": "{{ canonical }}",
            "cover": { "src": "{{ cover }}", "alt": "{{ cover_alt }}" },
        });
        let success = json!({ "at": "/code", "is": 0 });
        let create = match self.way {
            Way::Whole => json!({
                "url": posts, "headers": headers, "body": fields,
                "success": success, "id": "/data/id", "link": "/data/url",
            }),
            Way::Keyed => json!({
                "url": posts, "headers": { "x-token": "{{ secret.TOKEN }}", "x-key": "{{ key }}" },
                "body": fields, "success": success, "id": "/data/id", "repeatable": true,
            }),
            // As a text, which is a template as a whole.
            Way::Bare => json!({
                "url": format!("{posts}?token={{{{ secret.TOKEN | url_encode }}}}"),
                "headers": { "authorization": "Basic {{ secret.PASSWORD | base64 }}" },
                "body": "{ \"title\": {{ title | json }}, \"text\": {{ text | json }}, \
                          \"source\": {{ canonical | json }}, \"tags\": {{ tags | json }}, \
                          \"cover\": { \"alt\": {{ cover_alt | json }} } }",
                "success": success,
            }),
        };
        let mut settings = vec![("create", create.to_string())];
        let mut secrets = vec![("TOKEN", TOKEN.to_owned())];
        if self.way == Way::Bare {
            secrets.push(("PASSWORD", PASSWORD.to_owned()));
        } else {
            let verify =
                json!({ "url": format!("{url}/v1/me"), "headers": headers, "name": "/data/name" });
            settings.push(("verify", verify.to_string()));
        }
        if self.way == Way::Whole {
            let one = format!("{posts}/{{{{ id }}}}");
            let update =
                json!({ "url": one, "headers": headers, "body": fields, "success": success });
            let delete = json!({ "url": one, "headers": headers, "success": success });
            let find = json!({
                "url": format!("{posts}?source={{{{ canonical | url_encode }}}}"), "headers": headers,
                "success": success, "items": "/data", "id": "/id", "link": "/url",
            });
            settings.push(("update", update.to_string()));
            settings.push(("delete", delete.to_string()));
            settings.push(("find", find.to_string()));
        }
        Some(Account {
            info: info("webhook").expect("the platform"),
            server: url,
            settings,
            secrets,
            makes: ("POST", "/v1/posts"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let board = self.fake.state();
        let posts = board.posts.iter();
        posts.filter(|post| post["source"] == canonical).count()
    }

    fn text(&self, remote: &Remote) -> String {
        self.post(remote, |post| {
            post["text"].as_str().expect("a text").to_owned()
        })
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.post(remote, |post| post["text"] = json!(text));
    }

    fn remove(&self, remote: &Remote) {
        let bare = self.way == Way::Bare;
        let mut board = self.fake.state();
        board
            .posts
            .retain(|post| !bare && post["id"].as_u64() != number(&remote.id));
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        self.post(remote, |post| {
            post["cover"]["alt"].as_str().map(str::to_owned)
        })
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        match self.way {
            Way::Bare => &[(
                "a_wrong_secret_is_named_and_not_shown",
                "an account without `verify:` finds a wrong secret only when it posts",
            )],
            _ => &[],
        }
    }
}

behaviours!(behaves, super::bench());
behaviours!(behaves_with_keys, super::with(super::Way::Keyed));
behaviours!(behaves_bare, super::with(super::Way::Bare));

#[test]
fn what_the_api_says_in_a_200_is_told_without_secrets() {
    let bench = with(Way::Bare);
    let abilities = (info("webhook").expect("the platform").capabilities)(&Settings::new());
    let mut untitled = post(WORDS, &abilities);
    untitled.title = String::new();
    let session = bench.open(Trouble::None);
    let failure = session.create(&untitled, attempt(&key(&untitled, "create")));
    let failure = failure.expect_err("a title is needed");
    assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
    assert!(
        failure.message.contains("a title, a text and a source"),
        "{failure}"
    );
    let session = bench.open(Trouble::WrongSecret);
    let titled = post(WORDS, &abilities);
    let failure = session.create(&titled, attempt(&key(&titled, "create")));
    let failure = failure.expect_err("a wrong secret");
    assert_eq!(failure.kind, FailureKind::Credentials, "{failure}");
    assert!(
        failure.message.contains("GUIDEPOST_TRIAL_TOKEN"),
        "{failure}"
    );
    assert!(!session.shows_a_secret(&failure.message), "{failure}");
    // What a filter made of a secret is hidden, too.
    assert!(
        failure.message.contains("who is ***? (Basic ***)"),
        "{failure}"
    );
}

#[test]
fn a_whole_article_goes_out_in_the_markup_that_is_asked_for() {
    let bench = bench();
    let mut account = bench.account().expect("an account");
    account.settings.push(("markup", "html".to_owned()));
    let session = open_http(&account, Trouble::None);
    let abilities = session.verify().expect("we are known").capabilities;
    let article = post(WORDS, &abilities);
    let at = session.create(&article, attempt(&key(&article, "create")));
    let at = at.expect("a post");
    assert_eq!(at.url.as_deref(), Some("https://board.example.org/1"));
    assert_eq!(bench.text(&at), format!("<p>{WORDS}</p>"));
}

#[test]
fn check_tells_where_a_template_is_wrong() {
    let accounts = "\
accounts:
  board:
    platform: webhook
    create:
      url: https://board.example.org/posts
      headers: { x-token: '{{ secret.TOKEN }}' }
      body:
        title: '{{ titel }}'
      id: /id
";
    let site = Site::new().file("site.yaml", format!("{SETTINGS}{accounts}"));
    let ran = site
        .run(&["check", "--format", "short", "--date", "2026-06-15"])
        .mistakes();
    let line = SETTINGS.lines().count() + 8;
    let wanted = format!("site.yaml:{line}:");
    let told = ran.lines().join("\n");
    assert!(
        told.contains(&wanted) && told.contains("there is no `titel`"),
        "{told}"
    );
}

#[test]
fn check_knows_the_limit_and_the_markup_of_the_account() {
    let accounts = "\
accounts:
  board:
    platform: webhook
    create: { url: 'https://board.example.org/posts', id: /id }
    markup: markdown
    limit: 120
";
    let text = "一段很长的文字。".repeat(40);
    let site = Site::new()
        .file("site.yaml", format!("{SETTINGS}{accounts}"))
        .file(
            "content/articles/a.md",
            format!("---\ntitle: 文章\ndate: 2026-06-15\n---\n{text}\n"),
        );
    let ran = site.run(&["check", "--format", "short", "--date", "2026-06-15"]);
    let told = ran.lines().join("\n");
    assert!(told.contains("longer than the 120 characters"), "{told}");
}

#[test]
fn a_secret_that_a_template_names_and_nobody_set_is_asked_for() {
    let accounts = "accounts:\n  board: { platform: webhook, create: { url: 'https://board.example.org/{{ secret.KEY }}', id: /id } }\n";
    let site = Site::new().file("site.yaml", format!("{SETTINGS}{accounts}"));
    let ran = site.run(&["status"]);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(
        said.contains("set GUIDEPOST_BOARD_KEY in the environment"),
        "{said}"
    );
}
