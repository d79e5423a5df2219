//! Buttondown: a fake of the calls for letters, as its description of the API for machines has
//! them.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::fake::{Asked, Fake, Told};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded};
use crate::platforms::server::visible;
use guidepost::platform::{FailureKind, Remote, Settings, info};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const KEY: &str = "7d2b4f19-kQ8x-4Wc2-9LrT";
/// Letters on one page of a list.
const PAGE: usize = 3;
/// What a letter may have; the server ignores nothing silently here, so that misspellings show.
const FIELDS: [&str; 6] = [
    "subject",
    "body",
    "canonical_url",
    "description",
    "image",
    "status",
];

#[derive(Default)]
struct Newsletter {
    letters: Vec<Value>,
    /// The first answer to each key.
    answers: BTreeMap<String, Value>,
    /// Whether a letter was ever sent by this key.
    confirmed: bool,
}

pub(super) struct Buttondown {
    fake: Fake<Newsletter>,
    status: &'static str,
}

pub(super) fn bench() -> Buttondown {
    with("draft")
}

fn with(status: &'static str) -> Buttondown {
    Buttondown {
        fake: Fake::start(Newsletter::default(), answer),
        status,
    }
}

fn error(status: u16, code: &str, words: &str) -> Told {
    Told::json(
        status,
        &json!({ "code": code, "detail": words, "metadata": {} }),
    )
}

fn answer(newsletter: &mut Newsletter, asked: &Asked) -> Told {
    if asked.header("authorization") != format!("Token {KEY}") {
        return Told::json(401, &json!({ "detail": "Unauthorized" }));
    }
    let (method, path) = asked.route();
    match (method, path.as_slice()) {
        ("GET", ["v1", "accounts", "me"]) => Told::json(
            200,
            &json!({ "username": "yunlan", "email_address": "post@example.org" }),
        ),
        ("GET", ["v1", "emails"]) => {
            assert_eq!(asked.parameter("ordering"), "-creation_date");
            let page = asked.parameter("page").parse::<usize>().expect("a number");
            let all: Vec<&Value> = newsletter.letters.iter().rev().collect();
            let results: Vec<&Value> = all
                .iter()
                .skip((page - 1) * PAGE)
                .take(PAGE)
                .copied()
                .collect();
            let more = all.len() > page * PAGE;
            let next =
                more.then(|| format!("https://api.buttondown.com/v1/emails?page={}", page + 1));
            Told::json(
                200,
                &json!({ "results": results, "next": next, "previous": null, "count": all.len() }),
            )
        }
        ("POST", ["v1", "emails"]) => newsletter.create(asked),
        (_, ["v1", "emails", id]) => {
            let at = newsletter
                .letters
                .iter()
                .position(|letter| letter["id"] == *id);
            let Some(at) = at else {
                return Told::json(404, &json!({ "detail": "Not Found" }));
            };
            match method {
                "GET" => Told::json(200, &newsletter.letters[at]),
                "DELETE" => {
                    newsletter.letters.remove(at);
                    Told::nothing(204)
                }
                "PATCH" => {
                    let changes = asked.json();
                    if let Some(told) = refusal(&changes, asked) {
                        return told;
                    }
                    for (name, value) in changes.as_object().expect("fields") {
                        newsletter.letters[at][name] = value.clone();
                    }
                    Told::json(200, &newsletter.letters[at])
                }
                _ => Told::json(405, &json!({ "detail": "Method Not Allowed" })),
            }
        }
        _ => Told::json(404, &json!({ "detail": "Not Found" })),
    }
}

/// What is said against the fields of a letter.
fn refusal(fields: &Value, asked: &Asked) -> Option<Told> {
    let Some(object) = fields.as_object() else {
        return Some(error(400, "email_invalid", "no JSON"));
    };
    if let Some(unknown) = object.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        let detail =
            json!([{ "type": "extra_forbidden", "loc": ["body", unknown], "msg": "unknown" }]);
        return Some(Told::json(422, &json!({ "detail": detail })));
    }
    let text = |name: &str| fields[name].as_str().unwrap_or_default();
    let subject = text("subject").chars().count();
    if subject == 0 || subject > 2000 {
        return Some(error(
            400,
            "subject_invalid",
            "the subject has 1 to 2000 characters",
        ));
    }
    let live = asked.header("x-buttondown-live-dangerously") == "true";
    if text("body").starts_with("---") && !live {
        return Some(error(
            400,
            "body_contains_frontmatter",
            "the body begins with front matter",
        ));
    }
    if text("body").contains("{{") || text("body").contains("{%") {
        return Some(error(
            400,
            "body_invalid",
            "the template in the body cannot be filled",
        ));
    }
    None
}

impl Newsletter {
    fn create(&mut self, asked: &Asked) -> Told {
        let key = asked.header("x-idempotency-key").to_owned();
        if key.chars().count() > 200 {
            return error(400, "email_invalid", "the key is too long");
        }
        if let Some(first) = self.answers.get(&key).filter(|_| !key.is_empty()) {
            return Told::json(201, first);
        }
        let fields = asked.json();
        if let Some(told) = refusal(&fields, asked) {
            return told;
        }
        let status = fields["status"].as_str().unwrap_or("about_to_send");
        let live = asked.header("x-buttondown-live-dangerously") == "true";
        if status == "about_to_send" && !live && !self.confirmed {
            return error(
                400,
                "sending_requires_confirmation",
                "this key never sent a letter",
            );
        }
        self.confirmed |= status == "about_to_send";
        let number = self.letters.len() + self.answers.len() + 1;
        let mut letter = fields.clone();
        letter["id"] = json!(format!("em_{number}"));
        letter["status"] = json!(if status == "about_to_send" {
            "sent"
        } else {
            status
        });
        letter["absolute_url"] = json!(format!("https://buttondown.com/yunlan/archive/{number}"));
        self.letters.push(letter.clone());
        if !key.is_empty() {
            self.answers.insert(key, letter.clone());
        }
        Told::json(201, &letter)
    }
}

impl Buttondown {
    fn letter<T>(&self, remote: &Remote, look: impl FnOnce(&mut Value) -> T) -> T {
        let mut newsletter = self.fake.state();
        let mut found = newsletter.letters.iter_mut();
        look(
            found
                .find(|letter| letter["id"] == remote.id)
                .expect("the letter is there"),
        )
    }
}

impl Bench for Buttondown {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("buttondown").expect("the platform"),
            server: self.fake.url(),
            settings: vec![("api", self.fake.url()), ("status", self.status.to_owned())],
            secrets: vec![("KEY", KEY.to_owned())],
            makes: ("POST", "/v1/emails"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let newsletter = self.fake.state();
        let letters = newsletter.letters.iter();
        letters
            .filter(|letter| letter["canonical_url"] == canonical)
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        self.letter(remote, |letter| {
            let body = letter["body"].as_str().expect("a text");
            let mut html = String::new();
            pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(body));
            visible(&html)
        })
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.letter(remote, |letter| letter["body"] = json!(text));
    }

    fn remove(&self, remote: &Remote) {
        let mut newsletter = self.fake.state();
        newsletter
            .letters
            .retain(|letter| letter["id"] != remote.id);
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        self.letter(remote, |letter| {
            letter["image"].as_str().map(|_| String::new())
        })
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "a_cover_arrives_with_its_description",
            "the picture arrives; the API has no field for its description",
        )]
    }
}

behaviours!(behaves, super::bench());
behaviours!(behaves_when_it_sends, super::with("send"));

#[test]
fn a_letter_that_went_out_is_not_touched() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = (info("buttondown").expect("the platform").capabilities)(&Settings::new());
    let draft = post(WORDS, &abilities);
    let at = session
        .create(&draft, attempt(&key(&draft, "create")))
        .expect("a draft");
    bench.letter(&at, |letter| {
        assert_eq!(letter["status"], "draft");
        letter["status"] = json!("sent");
    });
    let edited = reworded(&draft, "第二版", &abilities);
    for failure in [
        session
            .update(&at, &edited, attempt(&key(&edited, "update")))
            .expect_err("an edit"),
        session
            .delete(&at, attempt(&key(&edited, "delete")))
            .expect_err("a deletion"),
    ] {
        assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
        assert!(failure.message.contains("no draft any more"), "{failure}");
    }
    assert!(bench.text(&at).contains("Сварщик"));
}
