//! Micropub: a site of one's own that takes posts by the W3C Recommendation of that name, with a
//! token of IndieAuth. Facts: the Recommendation, and what the servers WordPress (its Micropub
//! plugin), Indiekit and django-indieweb make of it.
//!
//! The Recommendation has no key for a request, and a server is free to take `mp-slug` as a wish
//! only. So the recovery class follows from what a server can be asked: D where it lists our posts
//! (an extension of `q=source`) or where `posts` tells which address a post would have; E
//! elsewhere. A server that makes posts only some time after its answer (202) must show them
//! within the publisher's grace. Our marks are a comment in the post's HTML, which some servers
//! drop, its `syndication`, which says where an entry stands already, and the tracked link at its
//! end.

mod door;
mod entry;
mod form;
mod source;

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::Unit;
use super::{
    Answer, Attempt, Capabilities, Failure, FailureKind, Http, Identity, Info, Login, Platform,
    Post, Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Settings, Tried, setting,
    variable,
};
use door::Door;
use entry::Entry;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;
use std::time::Duration;

/// What is known of Micropub.
pub(super) static INFO: Info = Info {
    name: "micropub",
    title: "Micropub",
    settings: &[
        SettingInfo {
            name: "url",
            required: true,
            meaning: "the site's address, `https://blog.example.org`; its page names the endpoint",
        },
        SettingInfo {
            name: "endpoint",
            required: false,
            meaning: "the endpoint, where the site does not name it: \
                      `https://blog.example.org/micropub`",
        },
        SettingInfo {
            name: "posts",
            required: false,
            meaning: "the address that the site gives a post, `https://blog.example.org/{slug}/`, \
                      for a server that does not list its posts: without it a lost answer stays \
                      unknown there (E)",
        },
        SettingInfo {
            name: "picture",
            required: false,
            meaning: "the property that a page's picture goes into: `photo` (the default), or \
                      `featured` where a photo would make the article a photo post",
        },
        SettingInfo {
            name: "syndicate_to",
            required: false,
            meaning: "whom the site passes a new post on to, by the `uid`s that it has for them, \
                      `[https://archive.example/]`",
        },
    ],
    secrets: &[SecretInfo {
        name: "TOKEN",
        required: true,
        meaning: "an access token with the scopes `create update delete media`, from the site's \
                  settings or its IndieAuth page",
    }],
    capabilities: |_| capabilities(true),
    hosts: &[],
    open,
    place,
    tried: Tried::StandIn(
        "the protocol layer of django-indieweb 0.6 over a storage of ours, and a fake",
    ),
    mistakes: |_| Vec::new(),
};

/// What common servers take without changing their settings.
const PICTURE: ImageLimit = ImageLimit {
    bytes: 2 << 20,
    side: 2560,
    types: &["image/jpeg", "image/png"],
};
/// Properties that an edit may take away.
const OPTIONAL: [&str; 2] = ["summary", "category"];

/// By whether our posts can be found there.
fn capabilities(finds: bool) -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Html,
        title: Some(Limit::new(10_000, Unit::CodePoints)),
        text: Limit::new(1 << 20, Unit::Bytes),
        text_too: None,
        summary: Some(Limit::new(500, Unit::CodePoints)),
        tags: 10,
        links: Links::Allowed,
        cover: Some(PICTURE),
        images: BodyImages::Linked,
        update: Update::Always,
        reply: false,
        delete: true,
        find: finds,
        read: true,
        list: finds,
        recovery: if finds {
            Recovery::LookUp
        } else {
            Recovery::AskPerson
        },
        price: None,
        medium: Medium::Article,
        pace: Duration::from_millis(200),
        verified_at: jiff::civil::date(2026, 11, 30),
    }
}

fn place(settings: &Settings) -> String {
    place_of(setting(settings, "url"))
}

/// Host and path of an address.
fn place_of(url: &str) -> String {
    let url = url.trim_end_matches('/');
    url.split_once("://")
        .map_or(url, |(_, rest)| rest)
        .to_lowercase()
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let endpoint = match login.setting("endpoint") {
        "" => None,
        given => Some(door::parsed(given, "endpoint")?),
    };
    let posts = match login.setting("posts") {
        "" => None,
        given if given.contains(SLUG) => {
            door::parsed(&given.replace(SLUG, "slug"), "posts")?;
            Some(given.to_owned())
        }
        given => {
            return Err(Failure::refused(format!(
                "`posts: {given}` has no `{SLUG}` where a post's name stands"
            )));
        }
    };
    let picture = match login.setting("picture") {
        "" | "photo" => "photo",
        "featured" => "featured",
        other => {
            return Err(Failure::refused(format!(
                "`picture: {other}`: choose `photo` or `featured`"
            )));
        }
    };
    let targets = login
        .setting("syndicate_to")
        .split(',')
        .map(|target| target.trim().to_owned())
        .filter(|target| !target.is_empty());
    Ok(Box::new(Micropub {
        http: login.http.clone(),
        site: login.setting("url").to_owned(),
        place: place(&login.settings),
        endpoint,
        posts,
        picture,
        targets: targets.collect(),
        token: login.secret("TOKEN")?.clone(),
        variable: variable(&login.account, "TOKEN"),
        door: OnceLock::new(),
    }))
}

/// Where a post's name stands in `posts`.
const SLUG: &str = "{slug}";

struct Micropub {
    http: Http,
    site: String,
    place: String,
    endpoint: Option<Url>,
    /// The address that a post has there.
    posts: Option<String>,
    picture: &'static str,
    targets: Vec<String>,
    token: Secret,
    variable: String,
    /// Found once in a run.
    door: OnceLock<Door>,
}

impl Platform for Micropub {
    fn verify(&self) -> Result<Identity, Failure> {
        let door = self.door()?;
        let mut capabilities = capabilities(door.lists || self.posts.is_some());
        capabilities.list = door.lists;
        Ok(Identity {
            name: format!(
                "the holder of a token for {}",
                place_of(door.endpoint.as_str())
            ),
            capabilities,
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let door = self.door().map_err(Failure::before_sending)?;
        self.not_taken(door, post)
            .map_err(Failure::before_sending)?;
        let mut properties = self.properties(door, post, attempt)?;
        properties.insert("mp-slug".to_owned(), json!([post.slug]));
        // Some servers take an entry that stands elsewhere for one that was passed on already;
        // then the tracked link at its end must do, where there is one.
        if self.targets.is_empty() || post.link == post.canonical {
            properties.insert("syndication".to_owned(), json!([post.canonical]));
        }
        if !self.targets.is_empty() {
            properties.insert("mp-syndicate-to".to_owned(), json!(self.targets));
        }
        let answer = self.said(properties, |properties| {
            Request::post(door.endpoint.as_str())
                .json(&json!({ "type": ["h-entry"], "properties": properties }))
        })?;
        let url = self.location(&answer, &door.endpoint)?;
        if answer.status == 202 {
            self.wait_for(door, &url);
        }
        Ok(remote(&url))
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let door = self.door().map_err(Failure::before_sending)?;
        let kept = self.kept(door, &at.id).map_err(Failure::before_sending)?;
        let Some(kept) = kept else {
            return Err(Failure::new(
                FailureKind::Missing,
                format!("the post {} is gone", at.id),
            ));
        };
        let properties = self.properties(door, post, attempt)?;
        // An empty list in `replace` leaves a property as it is on some servers.
        let gone: Vec<&str> = OPTIONAL
            .into_iter()
            .chain([self.picture])
            .filter(|name| kept.has(name) && !properties.contains_key(*name))
            .collect();
        let answer = self.said(properties, |properties| {
            let mut body = json!({ "action": "update", "url": at.id, "replace": properties });
            if !gone.is_empty() {
                body["delete"] = json!(gone);
            }
            Request::post(door.endpoint.as_str())
                .json(&body)
                .repeatable()
        })?;
        // The server gave it another address.
        if answer.status == 201 && answer.header("location").is_some() {
            return Ok(remote(&self.location(&answer, &door.endpoint)?));
        }
        Ok(at.clone())
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let door = self.door().map_err(Failure::before_sending)?;
        let request = Request::post(door.endpoint.as_str())
            .form(&[("action", "delete"), ("url", &at.id)])
            .repeatable();
        let refused = match self.accepted(self.send(request)?) {
            Ok(_) => return Ok(()),
            Err(failure) => failure,
        };
        // To a server, a post that is gone is an invalid request.
        let may_be_gone = matches!(refused.kind, FailureKind::Refused | FailureKind::Missing);
        if may_be_gone && self.kept(door, &at.id)?.is_none() {
            return Ok(());
        }
        Err(refused)
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let door = self.door()?;
        if self.posts.is_none() && !door.lists {
            return Err(Failure::unsupported(
                "the server does not list its posts; set `posts`",
            ));
        }
        if let Some(entry) = self.at_its_address(door, post)?
            && entry.is_of(post)
        {
            return Ok(Some(entry.seen()));
        }
        if !door.lists {
            return Ok(None);
        }
        let found = self.listed(door, 1, |entry| entry.is_of(post))?;
        Ok(found.first().map(Entry::seen))
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        let kept = self.kept(self.door()?, &at.id)?;
        Ok(kept.map(|entry| entry.seen()))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let door = self.door()?;
        if !door.lists {
            return Err(Failure::unsupported("the server does not list its posts"));
        }
        let all = self.listed(door, most, |_| true)?;
        Ok(all.iter().map(Entry::seen).collect())
    }
}

impl Micropub {
    fn door(&self) -> Result<&Door, Failure> {
        if let Some(door) = self.door.get() {
            return Ok(door);
        }
        let found = Door::find(self)?;
        Ok(self.door.get_or_init(|| found))
    }

    /// What stands at the address that `posts` tells for this post.
    fn at_its_address(&self, door: &Door, post: &Post) -> Result<Option<Entry>, Failure> {
        let Some(posts) = &self.posts else {
            return Ok(None);
        };
        let address = door::parsed(&posts.replace(SLUG, &post.slug), "posts")?;
        self.kept(door, address.as_str())
    }

    /// Refuses a post whose address is another's, where nothing is listed: the server would give
    /// ours another one, and after a lost answer nobody could look there.
    fn not_taken(&self, door: &Door, post: &Post) -> Result<(), Failure> {
        if door.lists {
            return Ok(());
        }
        match self.at_its_address(door, post)? {
            None => Ok(()),
            Some(entry) if entry.is_of(post) => Err(Failure::new(
                FailureKind::Conflict,
                format!("{} is this post already", entry.url()),
            )),
            Some(entry) => Err(Failure::refused(format!(
                "{} is another post, or one without our mark; give the page another `slug`",
                entry.url()
            ))),
        }
    }

    fn send(&self, request: Request) -> Result<Answer, Failure> {
        self.http.send(&request.bearer(&self.token))
    }

    /// Asks the endpoint; its own address may have a query already.
    fn ask(&self, endpoint: &Url, query: &str) -> Result<Answer, Failure> {
        let mut url = endpoint.clone();
        let whole = match url.query() {
            Some(own) if !own.is_empty() => format!("{own}&{query}"),
            _ => query.to_owned(),
        };
        url.set_query(Some(&whole));
        self.send(Request::get(url.as_str()).header("accept", "application/json"))
    }

    /// The answer of a success; one with an error in it is none, whatever its status.
    fn accepted(&self, answer: Answer) -> Result<Answer, Failure> {
        let is_success = (200..300).contains(&answer.status);
        if is_success && (error(&answer).is_none() || answer.header("location").is_some()) {
            return Ok(answer);
        }
        Err(self.failure(&answer))
    }

    /// What a refusal means: by its word, else by its status.
    fn failure(&self, answer: &Answer) -> Failure {
        let word = error(answer);
        let mut failure = answer.failure(None);
        if answer.status < 500 {
            failure.kind = match word.as_deref() {
                Some("unauthorized" | "invalid_token") => FailureKind::Credentials,
                Some("forbidden" | "insufficient_scope") => FailureKind::Forbidden,
                Some("invalid_request") => FailureKind::Refused,
                _ => failure.kind,
            };
        }
        if let Some(word) = word.filter(|word| !failure.message.contains(word.as_str())) {
            failure.message = format!("{} ({})", failure.message, self.http.clean(&word));
        }
        if failure.kind == FailureKind::Forbidden && !failure.message.contains("forbidden") {
            failure.message.push_str(&format!(
                "; the token in {} needs the scopes `create update delete media`",
                self.variable
            ));
        }
        failure.naming(&self.variable)
    }

    /// Sends what makes or changes a post. A server that takes a picture by its address only is
    /// given that, with the description in the property that such servers read.
    fn said(
        &self,
        mut properties: Map<String, Value>,
        request: impl Fn(&Map<String, Value>) -> Request,
    ) -> Result<Answer, Failure> {
        let first = self
            .send(request(&properties))
            .and_then(|answer| self.accepted(answer));
        let described = properties
            .get(self.picture)
            .and_then(|values| values.pointer("/0"))
            .filter(|picture| picture.is_object())
            .cloned();
        match (first, described) {
            (Err(failure), Some(picture)) if failure.kind == FailureKind::Refused => {
                let alt = format!("mp-{}-alt", self.picture);
                properties.insert(self.picture.to_owned(), json!([picture["value"]]));
                properties.insert(alt, json!([picture["alt"]]));
                let second = self.accepted(self.send(request(&properties))?);
                // Then the picture was not the reason.
                second.map_err(|again| match again.kind {
                    FailureKind::Refused => failure,
                    _ => again,
                })
            }
            (first, _) => first,
        }
    }

    /// The address that an answer gives: what was made, whatever else the answer says.
    fn location(&self, answer: &Answer, base: &Url) -> Result<Url, Failure> {
        answer
            .header("location")
            // Django's form of an address with letters that a header cannot hold.
            .filter(|location| !location.starts_with("=?"))
            .and_then(|location| base.join(location).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| answer.senseless("the answer names no address of what was made"))
    }
}

/// The word of an error, where the answer has one.
fn error(answer: &Answer) -> Option<String> {
    let said = answer.json()?;
    Some(said.get("error")?.as_str()?.to_owned())
}

fn remote(url: &Url) -> Remote {
    Remote {
        id: url.to_string(),
        url: Some(url.to_string()),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
