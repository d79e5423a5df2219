//! dev.to: a fake of the Forem API, with the validators that its source shows.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::fake::{Asked, Fake, Told};
use crate::platforms::posts::{WORDS, attempt, key, post};
use crate::platforms::server::visible;
use guidepost::platform::{Capabilities, Content, FailureKind, Remote, Settings, info};
use guidepost::publish::compose::article::markdown;
use serde_json::{Value, json};
use std::time::Duration;

const KEY: &str = "nN4dKq7bXcV2mR8s";

#[derive(Default)]
struct Community {
    articles: Vec<Article>,
}

struct Article {
    id: u64,
    published: bool,
    fields: Value,
}

pub(super) struct Devto(Fake<Community>);

pub(super) fn bench() -> Devto {
    Devto(Fake::start(Community::default(), answer))
}

fn error(status: u16, words: &str) -> Told {
    Told::json(status, &json!({ "error": words, "status": status }))
}

fn answer(community: &mut Community, asked: &Asked) -> Told {
    if asked.header("api-key") != KEY {
        return error(401, "unauthorized");
    }
    if asked.header("accept") != "application/vnd.forem.api-v1+json" {
        return error(406, "not acceptable");
    }
    match asked.route() {
        ("GET", path) if path == ["api", "users", "me"] => Told::json(
            200,
            &json!({ "id": 7, "username": "yunlan", "name": "云岚" }),
        ),
        ("GET", path) if path == ["api", "articles", "me", "published"] => {
            let number = |name: &str| asked.parameter(name).parse::<usize>().expect("a number");
            let (page, size) = (number("page"), number("per_page"));
            assert!((1..=1000).contains(&size));
            let articles = community.articles.iter().rev();
            let articles: Vec<Value> = articles
                .filter(|article| article.published)
                .skip((page - 1) * size)
                .take(size)
                .map(shown)
                .collect();
            Told::json(200, &json!(articles))
        }
        ("GET", path) if path[..2] == ["api", "articles"] => {
            let found = community.articles.iter().find(|article| {
                article.published && path.get(2) == Some(&article.id.to_string().as_str())
            });
            found.map_or_else(
                || error(404, "not found"),
                |article| Told::json(200, &shown(article)),
            )
        }
        ("POST", path) if path == ["api", "articles"] => {
            let fields = asked.json()["article"].clone();
            let published = fields["published"] == true;
            let id = community.articles.len() as u64 + 1;
            if let Some(refusal) = community.refuses(&fields, published, None) {
                return error(422, &refusal);
            }
            let article = Article {
                id,
                published,
                fields,
            };
            let told = Told::json(201, &shown(&article));
            community.articles.push(article);
            told
        }
        ("PUT", path) if path[..2] == ["api", "articles"] => {
            let id = path.get(2).and_then(|id| id.parse::<u64>().ok());
            let at = community
                .articles
                .iter()
                .position(|article| Some(article.id) == id);
            let Some(at) = at else {
                return error(404, "not found");
            };
            let mut fields = community.articles[at].fields.clone();
            let changes = asked.json()["article"].clone();
            for (name, value) in changes.as_object().expect("fields") {
                fields[name] = value.clone();
            }
            let published = match &changes["published"] {
                Value::Bool(published) => *published,
                _ => community.articles[at].published,
            };
            if let Some(refusal) = community.refuses(&fields, published, id) {
                return error(422, &refusal);
            }
            let article = &mut community.articles[at];
            article.fields = fields;
            article.published = published;
            Told::json(200, &shown(article))
        }
        _ => error(404, "not found"),
    }
}

fn shown(article: &Article) -> Value {
    let fields = &article.fields;
    json!({
        "type_of": "article",
        "id": article.id,
        "title": fields["title"],
        "description": fields["description"],
        "body_markdown": fields["body_markdown"],
        "canonical_url": fields["canonical_url"],
        "cover_image": fields["main_image"],
        "url": format!("https://dev.to/yunlan/article-{}", article.id),
    })
}

impl Community {
    /// What the validators say against an article.
    fn refuses(&self, fields: &Value, published: bool, id: Option<u64>) -> Option<String> {
        let text = |name: &str| fields[name].as_str().unwrap_or_default();
        let mut refusals = Vec::new();
        let others = || self.articles.iter().filter(|other| Some(other.id) != id);
        match text("title").chars().count() {
            0 => refusals.push("Title can't be blank"),
            1..=128 => {}
            _ => refusals.push("Title is too long (maximum is 128 characters)"),
        }
        let body = text("body_markdown");
        if body.len() > 800 << 10 {
            refusals.push("Body markdown is too long");
        }
        if body.starts_with("---") {
            refusals.push("Front matter in the body would override the fields");
        }
        let outside_of_code: String = body.split('`').step_by(2).collect();
        if outside_of_code.contains("{{") || outside_of_code.contains("{%") {
            refusals.push("Liquid variables are disabled");
        }
        // All that a test does is within five minutes.
        let same = |other: &&Article| other.fields["title"] == fields["title"];
        if id.is_none() && others().any(|other| same(&other)) {
            refusals.push("Title has already been used in the last five minutes");
        }
        let taken = |other: &Article| {
            other.published && other.fields["canonical_url"] == fields["canonical_url"]
        };
        if published && !text("canonical_url").is_empty() && others().any(taken) {
            refusals.push("Canonical url has already been taken");
        }
        let tags = fields["tags"].as_array().cloned().unwrap_or_default();
        if tags.len() > 4 {
            refusals.push("Tag list exceed the maximum of 4 tags");
        }
        let plain = |tag: &Value| {
            let tag = tag.as_str().unwrap_or_default();
            tag.len() <= 30 && !tag.is_empty() && tag.bytes().all(|c| c.is_ascii_alphanumeric())
        };
        if !tags.iter().all(plain) {
            refusals.push("Tag contains non-ASCII or prohibited characters");
        }
        let image = text("main_image");
        if !image.is_empty() && !image.starts_with("https://") && !image.starts_with("http://") {
            refusals.push("Main image is not a valid URL");
        }
        (!refusals.is_empty()).then(|| refusals.join(", "))
    }

    fn article(&mut self, remote: &Remote) -> &mut Article {
        let found = self.articles.iter_mut();
        let mut found = found.filter(|article| article.id.to_string() == remote.id);
        found.next().expect("the article is there")
    }
}

impl Bench for Devto {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("devto").expect("the platform"),
            server: self.0.url(),
            settings: vec![("url", self.0.url())],
            secrets: vec![("KEY", KEY.to_owned())],
            makes: ("POST", "/api/articles"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let community = self.0.state();
        let articles = community.articles.iter();
        articles
            .filter(|article| article.published && article.fields["canonical_url"] == canonical)
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        let mut community = self.0.state();
        let body = &community.article(remote).fields["body_markdown"];
        let mut html = String::new();
        let parser = pulldown_cmark::Parser::new(body.as_str().expect("a text"));
        pulldown_cmark::html::push_html(&mut html, parser);
        visible(&html)
    }

    fn edit(&self, remote: &Remote, text: &str) {
        self.0.state().article(remote).fields["body_markdown"] = json!(text);
    }

    fn remove(&self, remote: &Remote) {
        self.0.state().article(remote).published = false;
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let mut community = self.0.state();
        let fields = &community.article(remote).fields;
        fields["main_image"].as_str().map(|_| String::new())
    }

    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "a_cover_arrives_with_its_description",
            "the cover arrives; the API has no field for its description",
        )]
    }
}

behaviours!(behaves, super::bench());

fn abilities() -> Capabilities {
    (info("devto").expect("the platform").capabilities)(&Settings::new())
}

#[test]
fn tags_go_out_in_the_form_that_is_taken() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let mut tagged = post(WORDS, &abilities());
    tagged.tags = [
        "返乡",
        "Remote Work",
        "c++",
        "rust",
        "jobs",
        "salary",
        "hiring",
    ]
    .map(str::to_owned)
    .to_vec();
    let at = session.create(&tagged, attempt(&key(&tagged, "create")));
    let at = at.expect("the tags are taken");
    let mut community = bench.0.state();
    let fields = &community.article(&at).fields;
    assert_eq!(
        fields["tags"],
        json!(["remotework", "rust", "jobs", "salary"])
    );
    assert_eq!(fields["description"], json!(tagged.summary));
}

#[test]
fn code_with_templates_in_it_is_taken() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let mut coded = post(WORDS, &abilities());
    let html = "<p>{{ x }} {% if %}</p><pre><code>{{ x }}</code></pre>";
    coded.content = Content::Markdown(markdown(html));
    let at = session.create(&coded, attempt(&key(&coded, "create")));
    let text = bench.text(&at.expect("it is taken"));
    assert!(text.contains("{{ x }} {% if %}"), "{text}");
}

#[test]
fn a_second_article_of_the_same_title_waits() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let [first, second] = [post(WORDS, &abilities()), post(WORDS, &abilities())];
    assert_eq!(first.title, second.title);
    session
        .create(&first, attempt(&key(&first, "create")))
        .expect("the first");
    let failure = session.create(&second, attempt(&key(&second, "create")));
    let failure = failure.expect_err("within five minutes");
    assert_eq!(failure.kind, FailureKind::Limited, "{failure}");
    assert_eq!(failure.after, Some(Duration::from_secs(300)));
}
