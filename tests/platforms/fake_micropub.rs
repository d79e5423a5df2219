//! Micropub: a fake server written from the W3C Recommendation, for what the software that runs
//! on this machine does not do: errors as JSON, posts that are made later (202), a server that
//! lists nothing, one that changes addresses, pictures with their description, passing on.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, capabilities, open_http};
use crate::platforms::fake::{Asked, Fake, Told};
use crate::platforms::posts::{WORDS, attempt, key, post, reworded, with_cover};
use crate::platforms::server::visible;
use guidepost::platform::capability::Recovery;
use guidepost::platform::{FailureKind, Remote, info};
use serde_json::{Map, Value, json};

const TOKEN: &str = "uQ7vXk2mB9sR4tLw";

/// How a server differs from the plainest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It lists its posts (an extension), has a media endpoint, and makes posts later.
    Full,
    /// It lists nothing and takes no files; its endpoint is only named in a header.
    Plain,
    /// As the plain one, and the account's settings tell the addresses of posts.
    Told,
}

struct Server {
    kind: Kind,
    /// Its own address.
    url: String,
    posts: Vec<Kept>,
    files: usize,
    /// What the next create is answered with, whatever it is.
    refusal: Option<(u16, Value, Option<&'static str>)>,
    targets: Value,
}

struct Kept {
    url: String,
    properties: Map<String, Value>,
    deleted: bool,
    /// Requests for it until it is there.
    pending: usize,
    syndicated: Value,
}

pub(super) struct Micropub(Fake<Server>);

fn start(kind: Kind) -> Micropub {
    let server = Server {
        kind,
        url: String::new(),
        posts: Vec::new(),
        files: 0,
        refusal: None,
        targets: json!([]),
    };
    let fake = Fake::start(server, answer);
    let url = fake.url();
    // By another name than the one that trials reach it by: posts keep their addresses whatever
    // way their server is reached.
    fake.state().url = url.replace("127.0.0.1", "localhost");
    Micropub(fake)
}

pub(super) fn bench() -> Micropub {
    start(Kind::Full)
}

pub(super) fn plain_bench() -> Micropub {
    start(Kind::Plain)
}

pub(super) fn told_bench() -> Micropub {
    start(Kind::Told)
}

fn error(status: u16, word: &str, words: &str) -> Told {
    Told::json(
        status,
        &json!({ "error": word, "error_description": words }),
    )
}

fn invalid(words: &str) -> Told {
    error(400, "invalid_request", words)
}

fn answer(server: &mut Server, asked: &Asked) -> Told {
    match asked.route() {
        ("GET", path) if path == [""] => match server.kind {
            Kind::Full => Told::text(
                200,
                "<!doctype html><title>x</title><link rel='micropub' href='/endpoint?site=1'>",
            )
            .with("content-type", "text/html"),
            Kind::Plain | Kind::Told => Told::text(200, "hello").with(
                "link",
                "</feed>; rel=\"feed\", </endpoint?site=1>; rel=\"micropub\"",
            ),
        },
        (_, path) if path == ["endpoint"] || path == ["media"] => {
            // The endpoint's own query must be kept.
            if path == ["endpoint"] && asked.parameter("site") != "1" {
                return Told::text(404, "no site");
            }
            match asked.header("authorization") {
                "" => error(401, "unauthorized", "no token"),
                // RFC 6750, which the Recommendation refers to.
                other if other != format!("Bearer {TOKEN}") => {
                    error(401, "invalid_token", "the token is not known")
                }
                _ if path == ["media"] => server.upload(asked),
                _ if asked.method == "GET" => server.tell(asked),
                _ => server.act(asked),
            }
        }
        ("GET", path) => {
            let url = format!("{}/{}/", server.url, path.join("/"));
            match server.posts.iter().find(|post| post.url == url) {
                Some(post) if post.deleted => Told::text(410, "gone"),
                Some(post) if post.pending == 0 => Told::text(200, "a page"),
                _ => Told::text(404, "nothing here"),
            }
        }
        _ => Told::text(405, "not allowed"),
    }
}

impl Server {
    fn upload(&mut self, asked: &Asked) -> Told {
        if self.kind != Kind::Full {
            return Told::text(404, "nothing here");
        }
        let parts = asked.parts();
        let is_file = parts.len() == 1 && parts[0].0 == "file" && parts[0].1.is_some();
        if !is_file || parts[0].2.is_empty() {
            return invalid("one part, named file");
        }
        self.files += 1;
        Told::nothing(201).with("location", &format!("/files/{}.jpg", self.files))
    }

    fn tell(&mut self, asked: &Asked) -> Told {
        match (asked.parameter("q"), asked.parameter("url")) {
            ("config", _) => match self.kind {
                Kind::Full => Told::json(
                    200,
                    &json!({ "media-endpoint": format!("{}/media", self.url),
                             "syndicate-to": self.targets }),
                ),
                // The Recommendation lets a server not know the question.
                Kind::Plain | Kind::Told => invalid("unknown query"),
            },
            ("syndicate-to", _) => Told::json(200, &json!({ "syndicate-to": self.targets })),
            ("source", "") if self.kind == Kind::Full => {
                // Three at a time, whatever was asked for.
                let offset: usize = asked.parameter("offset").parse().unwrap_or(0);
                // A post that is promised is in the list before it has a page.
                let posts = self.posts.iter().rev().filter(|post| !post.deleted);
                let items: Vec<Value> = posts.skip(offset).take(3).map(Kept::listed).collect();
                Told::json(200, &json!({ "items": items }))
            }
            ("source", "") => invalid("the parameter url is missing"),
            ("source", url) => {
                let Some(post) = self.posts.iter_mut().find(|post| post.url == url) else {
                    return invalid("the post was not found");
                };
                post.pending = post.pending.saturating_sub(1);
                if !post.is_there() {
                    return invalid("the post was not found");
                }
                Told::json(
                    200,
                    &json!({ "type": ["h-entry"], "properties": post.properties }),
                )
            }
            _ => invalid("unknown query"),
        }
    }

    fn act(&mut self, asked: &Asked) -> Told {
        let form = asked.header("content-type") == "application/x-www-form-urlencoded";
        let body = if form {
            let text = String::from_utf8_lossy(&asked.body).into_owned();
            let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
            let decoded = |text: &str| {
                let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
                Value::from(text.into_owned())
            };
            pairs
                .map(|(name, value)| (name.to_owned(), decoded(value)))
                .collect()
        } else {
            asked.json()
        };
        match body["action"].as_str() {
            None => self.create(&body),
            Some("update") if !form => self.change(&body),
            Some("delete") => match self.there(&body["url"]) {
                Some(post) => {
                    post.deleted = true;
                    Told::nothing(204)
                }
                None => invalid("the post was not found"),
            },
            _ => invalid("unknown action"),
        }
    }

    fn there(&mut self, url: &Value) -> Option<&mut Kept> {
        let url = url.as_str()?;
        let mut posts = self.posts.iter_mut();
        posts.find(|post| post.url == url && post.is_there())
    }

    fn create(&mut self, body: &Value) -> Told {
        if let Some((status, said, location)) = self.refusal.take() {
            let told = Told::json(status, &said);
            return location
                .into_iter()
                .fold(told, |told, at| told.with("location", at));
        }
        if body["type"] != json!(["h-entry"]) {
            return invalid("an entry's type");
        }
        let Some(given) = body["properties"].as_object() else {
            return invalid("properties");
        };
        if let Some(refusal) = refuses(given) {
            return refusal;
        }
        let slug = given
            .get("mp-slug")
            .and_then(|slug| slug[0].as_str())
            .unwrap_or("post");
        let mut url = format!("{}/{slug}/", self.url);
        while self.posts.iter().any(|post| post.url == url) {
            url = format!("{}-again/", url.trim_end_matches('/'));
        }
        let syndicated = given.get("mp-syndicate-to").cloned().unwrap_or_default();
        // Commands are no properties; what is not known is ignored, as it must be.
        let known = [
            "name",
            "content",
            "summary",
            "category",
            "photo",
            "published",
        ];
        let properties = known
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), given.get(*name)?.clone())))
            .collect();
        let later = self.kind == Kind::Full;
        self.posts.push(Kept {
            url: url.clone(),
            properties,
            deleted: false,
            pending: if later { 2 } else { 0 },
            syndicated,
        });
        let said = json!({ "success": "create", "success_description": "it will be there" });
        Told::json(if later { 202 } else { 201 }, &said).with("location", &url)
    }

    fn change(&mut self, body: &Value) -> Told {
        let replaced = body["replace"].as_object().cloned().unwrap_or_default();
        let taken = body["delete"].as_array().cloned().unwrap_or_default();
        if replaced.is_empty() && taken.is_empty() {
            return invalid("replace, add or delete");
        }
        if let Some(refusal) = refuses(&replaced) {
            return refusal;
        }
        let moves = replaced.get("name") == Some(&json!(["moves"]));
        let Some(post) = self.there(&body["url"]) else {
            return invalid("the post was not found");
        };
        for (name, values) in replaced {
            // As some servers do it.
            if values != json!([]) {
                post.properties.insert(name, values);
            }
        }
        for name in taken.iter().filter_map(Value::as_str) {
            post.properties.remove(name);
        }
        if moves {
            post.url = post.url.replace("/trial-", "/moved-");
            return Told::nothing(201).with("location", &post.url);
        }
        Told::nothing(204)
    }
}

impl Kept {
    fn is_there(&self) -> bool {
        !self.deleted && self.pending == 0
    }

    fn listed(&self) -> Value {
        let mut properties = self.properties.clone();
        properties.insert("url".to_owned(), json!([self.url]));
        json!({ "type": ["h-entry"], "properties": properties })
    }
}

/// All values must be in lists, HTML in an object, an address of a picture an address.
fn refuses(properties: &Map<String, Value>) -> Option<Told> {
    if properties.values().any(|values| !values.is_array()) {
        return Some(invalid("all values must be arrays"));
    }
    let content = properties.get("content").map(|values| &values[0]);
    if content.is_some_and(|content| content["html"].as_str().is_none()) {
        return Some(invalid("content"));
    }
    let photo = properties.get("photo").map(|values| &values[0]);
    let address = photo.and_then(|photo| photo["value"].as_str().or(photo.as_str()));
    if photo.is_some() && !address.is_some_and(|address| address.starts_with("http")) {
        return Some(invalid("photo"));
    }
    None
}

impl Micropub {
    fn kept<T>(&self, remote: &Remote, look: impl Fn(&Map<String, Value>) -> T) -> T {
        let server = self.0.state();
        let mut posts = server.posts.iter();
        let post = posts.find(|post| post.url == remote.id && !post.deleted);
        look(&post.expect("the post is there").properties)
    }

    fn with(&self, setting: &'static str, value: &str) -> Session {
        let mut account = self.account().expect("an account");
        account.settings.push((setting, value.to_owned()));
        open_http(&account, Trouble::None)
    }
}

impl Bench for Micropub {
    fn account(&self) -> Option<Account> {
        let url = self.0.url();
        let mut settings = vec![("url", url.clone())];
        if self.0.state().kind == Kind::Told {
            settings.push(("posts", format!("{}/{{slug}}/", self.0.state().url)));
        }
        Some(Account {
            info: info("micropub").expect("the platform"),
            server: url,
            settings,
            secrets: vec![("TOKEN", TOKEN.to_owned())],
            makes: ("POST", "/endpoint"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        let account = self.account().expect("an account");
        open_http(&account, trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let server = self.0.state();
        let posts = server.posts.iter().filter(|post| !post.deleted);
        posts
            .filter(|post| post.properties["content"].to_string().contains(canonical))
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        self.kept(remote, |properties| {
            visible(properties["content"][0]["html"].as_str().expect("HTML"))
        })
    }

    fn edit(&self, remote: &Remote, text: &str) {
        let mut server = self.0.state();
        let post = server.there(&json!(remote.id)).expect("the post is there");
        let content = json!([{ "html": text }]);
        post.properties.insert("content".to_owned(), content);
    }

    fn remove(&self, remote: &Remote) {
        let mut server = self.0.state();
        let mut posts = server.posts.iter_mut();
        let post = posts.find(|post| post.url == remote.id);
        post.expect("the post was made").deleted = true;
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        self.kept(remote, |properties| {
            properties["photo"][0]["alt"].as_str().map(str::to_owned)
        })
    }
}

behaviours!(behaves, super::bench());
behaviours!(behaves_without_a_list, super::plain_bench());
behaviours!(behaves_where_addresses_are_told, super::told_bench());

#[test]
fn the_class_follows_from_what_the_server_can_be_asked() {
    for (bench, recovery, list) in [
        (bench(), Recovery::LookUp, true),
        (plain_bench(), Recovery::AskPerson, false),
        (told_bench(), Recovery::LookUp, false),
    ] {
        let abilities = capabilities(&bench);
        assert_eq!((abilities.recovery, abilities.list), (recovery, list));
    }
}

#[test]
fn a_picture_is_uploaded_or_left_on_our_site() {
    for (bench, wanted) in [
        (bench(), "http://localhost"),
        (plain_bench(), "https://example.org/images/welder.png"),
    ] {
        let post = with_cover(post(WORDS, &capabilities(&bench)), "alt");
        let made = bench
            .open(Trouble::None)
            .create(&post, attempt(&key(&post, "create")))
            .expect("a post");
        let photo = bench.kept(&made, |properties| properties["photo"][0].clone());
        let address = photo["value"].as_str().expect("an address");
        assert!(address.starts_with(wanted), "{address}");
    }
}

#[test]
fn every_error_of_the_recommendation_is_told_as_what_it_is() {
    use FailureKind::{Credentials, Forbidden, Limited, Lost, Refused};
    for (status, word, kind) in [
        (400, "invalid_request", Refused),
        (400, "something_new", Refused),
        (401, "unauthorized", Credentials),
        (400, "unauthorized", Credentials),
        (403, "forbidden", Forbidden),
        (403, "insufficient_scope", Forbidden),
        (200, "insufficient_scope", Forbidden),
        (200, "invalid_request", Refused),
        (429, "slow_down", Limited),
        (500, "forbidden", Lost),
        (200, "something_new", Lost),
    ] {
        let bench = plain_bench();
        let abilities = capabilities(&bench);
        let said = json!({ "error": word, "error_description": "words of the server" });
        let session = bench.open(Trouble::None);
        let post = post(WORDS, &abilities);
        bench.0.state().refusal = Some((status, said, None));
        let made = session.create(&post, attempt(&key(&post, "create")));
        if kind == Limited {
            // Nothing was done, so it was sent again.
            made.expect("after the pause");
            continue;
        }
        let failure = made.expect_err(word);
        assert_eq!(failure.kind, kind, "{status} {word}: {failure}");
        assert!(failure.message.contains(word), "{failure}");
        assert!(failure.message.contains("words of the server"), "{failure}");
        assert_eq!(bench.count(&post.canonical), 0);
    }
}

#[test]
fn a_success_without_an_address_is_not_taken_for_one() {
    for location in [
        None,
        Some("=?utf-8?b?aHR0cHM6Ly9lLm9yZy8=?="),
        Some("mailto:x@e.org"),
    ] {
        let bench = plain_bench();
        let post = post(WORDS, &capabilities(&bench));
        bench.0.state().refusal = Some((201, json!({}), location));
        let session = bench.open(Trouble::None);
        let failure = session
            .create(&post, attempt(&key(&post, "create")))
            .expect_err("no address");
        assert_eq!(failure.kind, FailureKind::Lost, "{failure}");
    }
}

#[test]
fn a_post_that_an_edit_moves_is_followed() {
    let bench = bench();
    let abilities = capabilities(&bench);
    let session = bench.open(Trouble::None);
    let first = post(WORDS, &abilities);
    let made = session
        .create(&first, attempt(&key(&first, "create")))
        .expect("a post");
    let mut second = reworded(&first, "第二版", &abilities);
    second.title = "moves".to_owned();
    let moved = session
        .update(&made, &second, attempt(&key(&second, "update")))
        .expect("an edit");
    assert!(moved.id.contains("/moved-"), "{moved:?}");
    let seen = session.read(&moved).expect("an answer").expect("a post");
    assert_eq!(seen.canonical, Some(first.canonical));
}

#[test]
fn an_address_that_another_post_has_is_told_where_nothing_is_listed() {
    let bench = told_bench();
    let abilities = capabilities(&bench);
    let session = bench.open(Trouble::None);
    let first = post(WORDS, &abilities);
    session
        .create(&first, attempt(&key(&first, "create")))
        .expect("a post");
    let mut second = post(WORDS, &abilities);
    second.slug.clone_from(&first.slug);
    let found = session.find(&second, attempt(&key(&second, "create")));
    assert_eq!(found.expect("an answer"), None);
    for (post, kind) in [
        (&second, FailureKind::Refused),
        (&first, FailureKind::Conflict),
    ] {
        let failure = session
            .create(post, attempt(&key(post, "create")))
            .expect_err("nobody could look for a second one");
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.message.contains(&first.slug), "{failure}");
    }
    assert_eq!(bench.0.state().posts.len(), 1);
}

#[test]
fn all_posts_are_listed_page_by_page() {
    let bench = bench();
    let abilities = capabilities(&bench);
    let session = bench.open(Trouble::None);
    let posts: Vec<_> = (0..8).map(|_| post(WORDS, &abilities)).collect();
    for post in &posts {
        session
            .create(post, attempt(&key(post, "create")))
            .expect("a post");
    }
    assert_eq!(session.list(100).expect("a list").len(), 8);
    assert_eq!(session.list(2).expect("a list").len(), 2);
    let oldest = session.find(&posts[0], attempt(&key(&posts[0], "create")));
    let oldest = oldest.expect("an answer").expect("it is found");
    assert_eq!(
        oldest.canonical.as_deref(),
        Some(posts[0].canonical.as_str())
    );
    let other = post(WORDS, &abilities);
    let none = session.find(&other, attempt(&key(&other, "create")));
    assert_eq!(none.expect("an answer"), None);
}

#[test]
fn a_new_post_is_passed_on_to_those_that_the_site_knows() {
    let bench = bench();
    bench.0.state().targets = json!([{ "uid": "https://archive.example/", "name": "an archive" }]);
    let session = bench.with("syndicate_to", "https://archive.example/");
    session.verify().expect("the site knows it");
    let post = post(WORDS, &capabilities(&bench));
    session
        .create(&post, attempt(&key(&post, "create")))
        .expect("a post");
    let passed = bench.0.state().posts[0].syndicated.clone();
    assert_eq!(passed, json!(["https://archive.example/"]));
    let failure = bench
        .with("syndicate_to", "https://archive.example")
        .verify()
        .expect_err("another uid");
    assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
    assert!(
        failure.message.contains("`https://archive.example/`"),
        "{failure}"
    );
}

#[test]
fn an_endpoint_may_be_named_in_the_settings() {
    let bench = bench();
    let endpoint = format!("{}/endpoint?site=1", bench.0.url());
    bench
        .with("endpoint", &endpoint)
        .verify()
        .expect("it is one");
    for (wrong, words) in [
        (
            format!("{}/endpoint", bench.0.url()),
            "there is no Micropub endpoint",
        ),
        (bench.0.url(), "a web page, not a Micropub endpoint"),
    ] {
        let failure = bench.with("endpoint", &wrong).verify().expect_err("none");
        assert_eq!(failure.kind, FailureKind::Missing, "{failure}");
        assert!(failure.message.contains(words), "{failure}");
        assert!(failure.message.contains("`endpoint`"), "{failure}");
    }
}

#[test]
fn a_page_that_names_no_endpoint_is_told() {
    let bench = plain_bench();
    let post = post(WORDS, &capabilities(&bench));
    let made = bench
        .open(Trouble::None)
        .create(&post, attempt(&key(&post, "create")))
        .expect("a post");
    let mut account = bench.account().expect("an account");
    account.settings = vec![("url", made.id)];
    let failure = open_http(&account, Trouble::None)
        .verify()
        .expect_err("none");
    assert_eq!(failure.kind, FailureKind::Missing, "{failure}");
    assert!(failure.message.contains("set `endpoint`"), "{failure}");
}
