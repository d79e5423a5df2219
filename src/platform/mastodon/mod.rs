//! Mastodon, and servers that speak its client API (snac, Pleroma, GoToSocial). Facts: Mastodon's
//! documentation and source (4.6), answers recorded from 4.6.4, and snac 2.96.
//!
//! Recovery class B on Mastodon: a `POST` with the same `Idempotency-Key` gives the status that it
//! made, for an hour. The server keeps the key only when the status is made, so that two requests
//! under way at once may make two: a request is never repeated at once, only after a look. Other
//! servers may ignore the key; there it is class D, and our own statuses are looked through for
//! the page's address.

mod instance;
mod picture;
mod status;

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::{Unit, count};
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Platform, Post, Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Tried, setting,
    variable,
};
use instance::{Instance, KEPT};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use status::Status;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// What is known of Mastodon.
pub(super) static INFO: Info = Info {
    name: "mastodon",
    title: "Mastodon",
    settings: &[
        SettingInfo {
            name: "url",
            required: true,
            meaning: "the server's address, `https://social.example.org`",
        },
        SettingInfo {
            name: "visibility",
            required: false,
            meaning: "`public`, `unlisted` (not in timelines of strangers) or `private` (followers)",
        },
        SettingInfo {
            name: "language",
            required: false,
            meaning: "the language that posts are marked with instead of their page's, `zh`",
        },
    ],
    secrets: &[SecretInfo {
        name: "TOKEN",
        required: true,
        meaning: "an access token: Preferences → Development → New application, with the scopes \
                  `read`, `write:statuses` and `write:media`",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| host(setting(settings, "url")).to_lowercase(),
    tried: Tried::StandIn(
        "a stand-in that keeps Mastodon's limits, and snac 2.96, a server with the same API",
    ),
    mistakes: |_| Vec::new(),
};

/// What Mastodon scales pictures down to needs no more.
const COVER: ImageLimit = ImageLimit {
    bytes: 8 << 20,
    side: 2560,
    types: &["image/jpeg", "image/png"],
};
/// Statuses that one page of a list holds at most.
const PAGE: usize = 40;
/// Pages that a search goes back.
const PAGES: usize = 25;
/// Answers to answers that are taken away with the last of them.
const LONGEST_THREAD: usize = 50;

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Plain,
        title: None,
        text: Limit::new(500, Unit::Mastodon { link: 23 }),
        text_too: None,
        summary: None,
        tags: 0,
        links: Links::Allowed,
        cover: Some(COVER),
        images: BodyImages::None,
        update: Update::Always,
        reply: true,
        delete: true,
        find: true,
        read: true,
        list: true,
        recovery: Recovery::DedupeKey(KEPT),
        price: None,
        medium: Medium::Social,
        pace: Duration::from_millis(500),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let visibility = match login.setting("visibility") {
        "" => "public",
        given => ["public", "unlisted", "private"]
            .into_iter()
            .find(|known| *known == given)
            .ok_or_else(|| {
                Failure::refused(format!(
                    "`visibility: {given}`: choose `public`, `unlisted` or `private`"
                ))
            })?,
    };
    let url = login.setting("url").trim_end_matches('/');
    Ok(Box::new(Mastodon {
        http: login.http.clone(),
        url: url.to_owned(),
        visibility,
        language: login.setting("language").to_owned(),
        token: login.secret("TOKEN")?.clone(),
        variable: variable(&login.account, "TOKEN"),
        instance: OnceLock::new(),
        me: OnceLock::new(),
        timeline: Mutex::default(),
    }))
}

/// Host and path of an address.
fn host(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

struct Mastodon {
    http: Http,
    url: String,
    visibility: &'static str,
    language: String,
    token: Secret,
    variable: String,
    instance: OnceLock<Instance>,
    me: OnceLock<Me>,
    /// Our statuses as last listed, newest first: a search reads only what is newer.
    timeline: Mutex<Vec<Status>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Me {
    id: String,
    username: String,
}

impl Platform for Mastodon {
    fn verify(&self) -> Result<Identity, Failure> {
        let me = self.me()?;
        Ok(Identity {
            name: format!("@{}@{}", me.username, host(&self.url)),
            capabilities: self.instance()?.apply(capabilities()),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let fields = self.fields(post, attempt)?;
        self.make(&fields, attempt)
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let mut fields = self.fields(post, attempt)?;
        if let Some(fields) = fields.as_object_mut() {
            // It stays what it was made with.
            fields.remove("visibility");
        }
        let address = self.address(&self.id(at).map_err(Failure::before_sending)?);
        let request = Request::put(address).json(&fields).repeatable();
        let status: Status = self.told(self.send(request)?)?;
        Ok(status.remote())
    }

    fn reply(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let mut fields = self.fields(post, attempt)?;
        fields["in_reply_to_id"] = json!(self.id(at).map_err(Failure::before_sending)?);
        self.make(&fields, attempt)
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        // The oldest first: as long as the last is there, a repeat finds what is left.
        for id in self.thread(&self.id(at)?)?.iter().rev() {
            let answer = self.send(Request::delete(self.address(id)).repeatable())?;
            if !matches!(answer.status, 404 | 410) {
                self.accepted(answer)?;
            }
        }
        Ok(())
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let (statuses, fresh) = self.timeline()?;
        for (index, status) in statuses.iter().enumerate() {
            if !status.is_post() || !status.carries(&post.canonical) {
                continue;
            }
            if index < fresh {
                return Ok(Some(status.seen()));
            }
            // Remembered of an earlier search; it may have been taken away since.
            let now = self.status(&status.id)?;
            if let Some(now) = now.filter(|now| now.carries(&post.canonical)) {
                return Ok(Some(now.seen()));
            }
        }
        Ok(None)
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        let status = self.status(&self.id(at)?)?;
        Ok(status.map(|status| Seen {
            remote: at.clone(),
            ..status.seen()
        }))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let mut all: Vec<Seen> = Vec::new();
        let mut last = None;
        while all.len() < most {
            let page = self.page(last.as_deref())?;
            let Some(next) = page.last().map(|status| status.id.clone()) else {
                break;
            };
            // A server that does not know how to go on begins again.
            if last.as_ref() == Some(&next) || all.iter().any(|seen| seen.remote.id == next) {
                break;
            }
            last = Some(next);
            let posts = page.iter().filter(|status| status.is_post());
            all.extend(posts.map(Status::seen));
        }
        all.truncate(most);
        Ok(all)
    }
}

impl Mastodon {
    fn send(&self, request: Request) -> Result<Answer, Failure> {
        self.http.send(&request.bearer(&self.token))
    }

    fn ask(&self, path: &str) -> Result<Answer, Failure> {
        self.send(Request::get(format!("{}/api/{path}", self.url)))
    }

    fn address(&self, id: &str) -> String {
        format!("{}/api/v1/statuses/{}", self.url, encoded(id))
    }

    /// The server's name for a copy. A person who settled an attempt by hand gave its address.
    fn id(&self, at: &Remote) -> Result<String, Failure> {
        if !at.id.contains("://") {
            return Ok(at.id.clone());
        }
        let address = at.id.trim_end_matches('/');
        let (statuses, _) = self.timeline()?;
        let listed = statuses.into_iter().find(|status| status.is_at(address));
        let last = || address.rsplit('/').next().unwrap_or(address).to_owned();
        Ok(listed.map_or_else(last, |status| status.id))
    }

    /// What the server's texts say is in the account's language, so only statuses count.
    fn accepted(&self, answer: Answer) -> Result<Answer, Failure> {
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let mut failure = answer.failure(None);
        let reset = answer.header("x-ratelimit-reset");
        match (failure.kind, reset) {
            (FailureKind::Limited, Some(reset)) => {
                failure.message = format!("{}; it takes more from {reset} on", failure.message);
            }
            (FailureKind::Forbidden, _) => failure
                .message
                .push_str("; give the token the scopes `read`, `write:statuses` and `write:media`"),
            _ => {}
        }
        Err(failure.naming(&self.variable))
    }

    fn told<T: DeserializeOwned>(&self, answer: Answer) -> Result<T, Failure> {
        self.accepted(answer)?.ok_as()
    }

    fn me(&self) -> Result<&Me, Failure> {
        if let Some(me) = self.me.get() {
            return Ok(me);
        }
        let answer = self.ask("v1/accounts/verify_credentials")?;
        // What some servers say to a token that is nobody's.
        if answer.status == 422 {
            let failure = Failure::new(FailureKind::Credentials, "the token is no account's");
            return Err(failure.naming(&self.variable));
        }
        let me: Me = self.told(answer)?;
        Ok(self.me.get_or_init(|| me))
    }

    /// The server's limits, by the newer question or by the older.
    fn instance(&self) -> Result<&Instance, Failure> {
        if let Some(instance) = self.instance.get() {
            return Ok(instance);
        }
        let mut answer = self.ask("v2/instance")?;
        if answer.status == 404 {
            answer = self.ask("v1/instance")?;
        }
        let instance = Instance::read(&self.accepted(answer)?.ok_json()?);
        Ok(self.instance.get_or_init(|| instance))
    }

    /// Makes a status, once: see the module.
    fn make(&self, fields: &Value, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let request = Request::post(format!("{}/api/v1/statuses", self.url))
            .header("idempotency-key", attempt.key)
            .json(fields);
        let status: Status = self.told(self.send(request)?)?;
        Ok(status.remote())
    }

    /// What we write. Nothing of the status is sent before the picture is ready.
    fn fields(&self, post: &Post, attempt: Attempt<'_>) -> Result<Value, Failure> {
        let Content::Short(rich) = &post.content else {
            return Err(Failure::refused("a status is a short text"));
        };
        let instance = self.instance().map_err(Failure::before_sending)?;
        let text = rich.plain();
        let length = count(&text, instance.text.unit);
        if length > instance.text.most {
            return Err(Failure::refused(format!(
                "the text has {length} characters, {} takes {}",
                host(&self.url),
                instance.text.most
            )));
        }
        let picture = match (&post.cover, &instance.cover) {
            (Some(image), Some(limit)) => Some(
                self.upload(image, limit, instance.description, attempt)
                    .map_err(|failure| failure.during("uploading the picture").before_sending())?,
            ),
            _ => None,
        };
        let language = match self.language.as_str() {
            // The server knows languages, not their scripts.
            "" => post.lang.split('-').next().unwrap_or_default(),
            own => own,
        };
        Ok(json!({
            "status": text,
            "media_ids": picture.into_iter().collect::<Vec<_>>(),
            "visibility": self.visibility,
            "language": language,
        }))
    }

    /// The status; none when it is gone.
    fn status(&self, id: &str) -> Result<Option<Status>, Failure> {
        let answer = self.send(Request::get(self.address(id)))?;
        if matches!(answer.status, 404 | 410) {
            return Ok(None);
        }
        self.told(answer).map(Some)
    }

    /// The status and those of ours on the same page that it answers, newest first.
    fn thread(&self, id: &str) -> Result<Vec<String>, Failure> {
        let mut thread = vec![id.to_owned()];
        let Some(mut last) = self.status(id)? else {
            return Ok(thread);
        };
        let page = last.seen().canonical;
        while let Some(above) = last.in_reply_to_id.take() {
            match self.status(&above)? {
                Some(status)
                    if page.is_some()
                        && status.seen().canonical == page
                        && thread.len() < LONGEST_THREAD =>
                {
                    thread.push(above);
                    last = status;
                }
                _ => break,
            }
        }
        Ok(thread)
    }

    /// A page of our own statuses, newest first, older than that one.
    fn page(&self, before: Option<&str>) -> Result<Vec<Status>, Failure> {
        let me = self.me()?;
        let before = before.map(|id| format!("&max_id={}", encoded(id)));
        let answer = self.ask(&format!(
            "v1/accounts/{}/statuses?limit={PAGE}&exclude_reblogs=true{}",
            encoded(&me.id),
            before.unwrap_or_default()
        ))?;
        self.told(answer)
    }

    /// Our statuses, newest first, and how many of them were read just now.
    fn timeline(&self) -> Result<(Vec<Status>, usize), Failure> {
        let mut known = self.timeline.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fresh: Vec<Status> = Vec::new();
        let mut older: &[Status] = &[];
        for _ in 0..PAGES {
            let page = self.page(fresh.last().map(|status| status.id.as_str()))?;
            let Some(last) = page.last().map(|status| status.id.clone()) else {
                break;
            };
            if fresh.iter().any(|status| status.id == last) {
                break;
            }
            fresh.extend(page);
            if let Some(at) = known.iter().position(|status| status.id == last) {
                older = &known[at + 1..];
                break;
            }
        }
        let read = fresh.len();
        fresh.extend_from_slice(older);
        known.clone_from(&fresh);
        Ok((fresh, read))
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
