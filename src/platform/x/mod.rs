//! X, by its API v2 with the four keys of OAuth 1.0a, which do not expire. Facts: X's
//! documentation of posts, edits, counting and prices, read in September 2026; never called
//! against the live service.
//!
//! Every call costs money, a post with a link most of all, so an account must say `paid: true`.
//! Recovery class D: our own newest posts are read and matched by the address that X's short
//! link leads to. They are read for that, and for adopting, only: looking for drift would cost
//! for every post in every run.

mod sign;

use crate::platform::capability::{
    BodyImages, Limit, Links, Markup, Medium, Price, Recovery, Update, Way,
};
use crate::platform::counting::{Unit, count};
use crate::platform::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Platform, Post, Remote, Request, SecretInfo, Seen, SettingInfo, Tried, marker, setting,
    variable,
};
use serde::Deserialize;
use serde_json::{Value, json};
use sign::{Keys, authorization};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What is known of X.
pub(super) static INFO: Info = Info {
    name: "x",
    title: "X",
    settings: &[
        SettingInfo {
            name: "paid",
            required: true,
            meaning: "`true`: you know that X takes $0.200 for a post with a link and $0.015 for \
                      one without, for each edit again, and $0.001 for each post of ours that is \
                      read",
        },
        SettingInfo {
            name: "user",
            required: true,
            meaning: "the account's name without `@`, `example_jobs`: posts go nowhere else",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "a relay of yours, `https://relay.example.org`",
        },
    ],
    secrets: &[
        SecretInfo {
            name: "API_KEY",
            required: true,
            meaning: "the app's API Key, from the developer console",
        },
        SecretInfo {
            name: "API_SECRET",
            required: true,
            meaning: "the app's API Key Secret",
        },
        SecretInfo {
            name: "TOKEN",
            required: true,
            meaning: "the user's Access Token with the right to read and write",
        },
        SecretInfo {
            name: "TOKEN_SECRET",
            required: true,
            meaning: "the user's Access Token Secret",
        },
    ],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| setting(settings, "user").to_lowercase(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

/// Where the API is, unless `api` says otherwise.
const API: &str = "https://api.x.com";
/// Longest post.
const TEXT: Limit = Limit::new(280, Unit::XWeight);
/// In which a post can be changed.
const EDITABLE: Duration = Duration::from_secs(30 * 60);
/// Posts among which ours is looked for, the newest: each costs.
const LOOKED_AT: usize = 20;
/// Posts that one page of a list holds at least and at most.
const PAGE: (usize, usize) = (5, 100);

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Plain,
        title: None,
        text: TEXT,
        text_too: None,
        summary: None,
        tags: 0,
        links: Links::Allowed,
        // A post with a link shows the page's own card; a picture would take its place.
        cover: None,
        images: BodyImages::None,
        update: Update::Within(EDITABLE),
        reply: false,
        delete: true,
        find: true,
        read: false,
        list: true,
        recovery: Recovery::LookUp,
        price: Some(Price {
            plain: 15,
            link: 200,
            delete: 10,
        }),
        medium: Medium::Social,
        pace: Duration::from_secs(1),
        verified_at: jiff::civil::date(2026, 9, 30),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    if login.setting("paid") != "true" {
        return Err(Failure::refused(
            "X takes $0.200 for every post with a link; write `paid: true` when you want that",
        ));
    }
    let api = match login.setting("api").trim_end_matches('/') {
        "" => API,
        own => own,
    };
    let names = ["API_KEY", "API_SECRET", "TOKEN", "TOKEN_SECRET"];
    Ok(Box::new(X {
        http: login.http.clone(),
        api: format!("{api}/2"),
        name: login.setting("user").trim_start_matches('@').to_owned(),
        keys: Keys {
            api_key: login.secret("API_KEY")?.clone(),
            api_secret: login.secret("API_SECRET")?.clone(),
            token: login.secret("TOKEN")?.clone(),
            token_secret: login.secret("TOKEN_SECRET")?.clone(),
        },
        variables: names.map(|name| variable(&login.account, name)).join(", "),
        user: Mutex::default(),
        signed: AtomicU64::new(0),
    }))
}

struct X {
    http: Http,
    api: String,
    /// The account that the settings name.
    name: String,
    keys: Keys,
    variables: String,
    user: Mutex<Option<User>>,
    /// Requests signed so far: no two have the same number used once.
    signed: AtomicU64,
}

#[derive(Debug, Clone, Deserialize)]
struct User {
    id: String,
    username: String,
}

#[derive(Debug, Deserialize)]
struct Tweet {
    id: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    entities: Entities,
}

#[derive(Debug, Default, Deserialize)]
struct Entities {
    #[serde(default)]
    urls: Vec<Link>,
}

/// A link of a post: what X shortened.
#[derive(Debug, Deserialize)]
struct Link {
    #[serde(default)]
    expanded_url: String,
}

#[derive(Deserialize)]
struct One<T> {
    data: T,
}

#[derive(Deserialize)]
struct Many {
    #[serde(default)]
    data: Vec<Tweet>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default)]
    next_token: String,
}

impl Platform for X {
    fn verify(&self) -> Result<Identity, Failure> {
        let user = self.user()?;
        Ok(Identity {
            name: format!("@{}", user.username),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let text = text(post)?;
        let made: One<Tweet> = self
            .send("POST", "tweets", |request| {
                request.json(&json!({ "text": text }))
            })?
            .ok_as()?;
        Ok(self.remote(&made.data.id))
    }

    fn update(&self, at: &Remote, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let text = text(post)?;
        let body = json!({ "text": text, "edit_options": { "previous_post_id": at.id } });
        match self.send("POST", "tweets", |request| request.json(&body)) {
            Ok(answer) => {
                let made: One<Tweet> = answer.ok_as()?;
                // Every edit is a post of its own number; the old one leads to it.
                Ok(self.remote(&made.data.id))
            }
            // It says so already.
            Err(failure) if failure.kind == FailureKind::Conflict => Ok(at.clone()),
            Err(mut failure) if failure.kind == FailureKind::Forbidden => {
                failure.kind = FailureKind::Refused;
                failure.message = format!(
                    "{}; X lets a post be edited within 30 minutes, five times, and not by every \
                     account",
                    failure.message
                );
                Err(failure)
            }
            Err(failure) => Err(failure),
        }
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let path = format!("tweets/{}", sign::encoded(&at.id));
        match self.send("DELETE", &path, Request::repeatable) {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let found = self.newest(LOOKED_AT)?.into_iter().find(|tweet| {
            let mut links = tweet.entities.urls.iter();
            links.any(|link| marker::carries(&link.expanded_url, &post.canonical))
        });
        Ok(found.map(|tweet| Seen {
            canonical: Some(post.canonical.clone()),
            ..self.seen(tweet)
        }))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let tweets = self.newest(most)?;
        Ok(tweets.into_iter().map(|tweet| self.seen(tweet)).collect())
    }
}

impl X {
    /// Sends a signed request, and gives its answer of success.
    fn send(
        &self,
        method: &str,
        path: &str,
        fill: impl FnOnce(Request) -> Request,
    ) -> Result<Answer, Failure> {
        let url = format!("{}/{path}", self.api);
        let now = self.http.now();
        let turn = self.signed.fetch_add(1, Ordering::Relaxed).to_string();
        let once = crate::platform::digest([now.to_string().as_str(), turn.as_str(), url.as_str()]);
        let header = authorization(&self.keys, method, &url, now.as_second(), &once);
        let request = Request::with_method(method, url)?.header("authorization", &header);
        judge(self.http.send(&fill(request))?).map_err(|failure| failure.naming(&self.variables))
    }

    /// Who the keys are of, asked once. Keys of another account than the settings name would
    /// post what is meant for one place in another.
    fn user(&self) -> Result<User, Failure> {
        let mut known = self.user.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(user) = &*known {
            return Ok(user.clone());
        }
        let found: One<User> = self.send("GET", "users/me", |request| request)?.ok_as()?;
        if !found.data.username.eq_ignore_ascii_case(&self.name) {
            return Err(Failure::new(
                FailureKind::Credentials,
                format!(
                    "the keys are those of @{}, and `user` is @{}; check {}",
                    found.data.username, self.name, self.variables
                ),
            ));
        }
        Ok(known.insert(found.data).clone())
    }

    fn newest(&self, most: usize) -> Result<Vec<Tweet>, Failure> {
        let id = self.user()?.id;
        let mut all: Vec<Tweet> = Vec::new();
        let mut page = String::new();
        while all.len() < most {
            let size = (most - all.len()).clamp(PAGE.0, PAGE.1);
            let path =
                format!("users/{id}/tweets?max_results={size}{page}&tweet.fields=entities%2Ctext");
            let part: Many = self.send("GET", &path, |request| request)?.ok_as()?;
            all.extend(part.data);
            if part.meta.next_token.is_empty() {
                break;
            }
            page = format!("&pagination_token={}", sign::encoded(&part.meta.next_token));
        }
        all.truncate(most);
        Ok(all)
    }

    fn remote(&self, id: &str) -> Remote {
        Remote {
            id: id.to_owned(),
            url: Some(format!("https://x.com/{}/status/{id}", self.name)),
        }
    }

    fn seen(&self, tweet: Tweet) -> Seen {
        let last = tweet.entities.urls.last();
        Seen {
            remote: self.remote(&tweet.id),
            canonical: last.map(|link| marker::untracked(&link.expanded_url)),
            digest: None,
            title: tweet.text.lines().next().unwrap_or_default().to_owned(),
        }
    }
}

/// The text of a post within the limit.
fn text(post: &Post) -> Result<String, Failure> {
    let Content::Short(rich) = &post.content else {
        return Err(Failure::refused("X takes short texts"));
    };
    let text = rich.plain();
    let length = count(&text, TEXT.unit);
    if length > TEXT.most {
        return Err(Failure::refused(format!(
            "the text weighs {length} as X counts, at most {} are taken",
            TEXT.most
        )));
    }
    Ok(text)
}

/// An answer of success, or what its status and its words stand for.
fn judge(answer: Answer) -> Result<Answer, Failure> {
    let said = answer.json().unwrap_or_default();
    let part = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_success = (200..300).contains(&answer.status);
    // A success may hold errors beside its data; without data it is none.
    if is_success && (said.get("errors").is_none() || said.get("data").is_some()) {
        return Ok(answer);
    }
    let first = said.pointer("/errors/0").cloned().unwrap_or_default();
    let words = [part("detail"), part("title")]
        .into_iter()
        .chain(["detail", "message"].map(|name| first[name].as_str().unwrap_or_default()))
        .find(|words| !words.is_empty())
        .map(str::to_owned);
    let mut failure = answer.failure(words.as_deref());
    let words = words.unwrap_or_default();
    let kind = format!("{} {}", part("type"), first["type"].as_str().unwrap_or(""));
    let hint = if words.contains("duplicate content") {
        failure.kind = FailureKind::Conflict;
        "X has this very text of yours already"
    } else if answer.status == 402 || kind.contains("credits") {
        failure.kind = FailureKind::Forbidden;
        "buy credits in the developer console"
    } else if kind.contains("usage-capped") {
        failure.kind = FailureKind::Limited;
        "the spending limit of the developer console is reached"
    } else if kind.contains("resource-not-found") {
        failure.kind = FailureKind::Missing;
        "there is no such post"
    } else if kind.contains("oauth1-permissions") {
        failure.kind = FailureKind::Forbidden;
        "give the app the right to read and write, and make the access token anew"
    } else {
        return Err(failure);
    };
    failure.message = format!("{}; {hint}", failure.message);
    Err(failure)
}
