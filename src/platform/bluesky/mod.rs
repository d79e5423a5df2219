//! Bluesky, by the AT Protocol. Facts: the protocol's lexicons and specification, and the
//! reference server (PDS 0.5).
//!
//! Recovery class A: we choose the record's key, of the page's date and address, and say that no
//! record may be there yet. The same request again finds its record and changes nothing. The
//! apps show no edits, and answers and quotes hold on to the text that they saw, so a post is
//! never changed: a reply tells of an edit. The server reads no pages, so a post brings its card.

mod key;
mod record;
mod session;

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::Unit;
use super::{
    Attempt, Capabilities, Failure, FailureKind, Http, Identity, Info, Login, Platform, Post,
    Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Tried, setting, variable,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use record::{Record, record, text};
use serde::Deserialize;
use serde_json::{Value, json};
use session::{Session, word};
use std::sync::Mutex;
use std::time::Duration;

/// What is known of Bluesky.
pub(super) static INFO: Info = Info {
    name: "bluesky",
    title: "Bluesky",
    settings: &[
        SettingInfo {
            name: "handle",
            required: true,
            meaning: "the account's handle, `yunlan.bsky.social`",
        },
        SettingInfo {
            name: "url",
            required: false,
            meaning: "the account's server, when it is one of your own, `https://pds.example.org`",
        },
    ],
    secrets: &[SecretInfo {
        name: "PASSWORD",
        required: true,
        meaning: "an app password: Settings → Privacy and security → App passwords",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| name(setting(settings, "handle")).to_lowercase(),
    tried: Tried::Server("Bluesky's PDS"),
    mistakes: |_| Vec::new(),
};

/// Where most accounts log in.
const SERVICE: &str = "https://bsky.social";
/// The collection that posts are in, also their type.
const COLLECTION: &str = "app.bsky.feed.post";
/// Longest text.
const GRAPHEMES: Limit = Limit::new(300, Unit::Graphemes);
/// And at the same time.
const BYTES: Limit = Limit::new(3000, Unit::Bytes);
/// The picture of a card.
const THUMB: ImageLimit = ImageLimit {
    bytes: 1_000_000,
    side: 2000,
    types: &["image/jpeg", "image/png"],
};
/// Records that one page of a list holds at most.
const PAGE: usize = 100;
/// Pages that a search goes back.
const PAGES: usize = 20;
/// Pages that are read to list posts by the moment in which they were made.
const LIST_PAGES: usize = 100;
/// Answers to answers that are taken away with the last of them.
const LONGEST_THREAD: usize = 50;

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Facets,
        title: None,
        text: GRAPHEMES,
        text_too: Some(BYTES),
        summary: None,
        tags: 0,
        links: Links::Allowed,
        cover: Some(THUMB),
        images: BodyImages::None,
        update: Update::Never,
        reply: true,
        delete: true,
        find: true,
        read: true,
        list: true,
        recovery: Recovery::ChosenKey,
        price: None,
        medium: Medium::Social,
        pace: Duration::from_millis(500),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

/// A handle without what people write before it.
fn name(handle: &str) -> &str {
    handle.trim().trim_start_matches('@')
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let handle = name(login.setting("handle"));
    if !handle.starts_with("did:") && !handle.contains('.') {
        return Err(Failure::refused(format!(
            "`handle: {handle}`: a handle is a whole name such as `{handle}.bsky.social`"
        )));
    }
    let own = login.setting("url").trim_end_matches('/');
    Ok(Box::new(Bluesky {
        http: login.http.clone(),
        service: if own.is_empty() { SERVICE } else { own }.to_owned(),
        is_own: !own.is_empty(),
        handle: handle.to_owned(),
        password: login.secret("PASSWORD")?.clone(),
        variable: variable(&login.account, "PASSWORD"),
        session: Mutex::default(),
    }))
}

struct Bluesky {
    http: Http,
    service: String,
    /// Whether the server was set, and not found by the common door.
    is_own: bool,
    handle: String,
    password: Secret,
    variable: String,
    session: Mutex<Option<Session>>,
}

impl Platform for Bluesky {
    fn verify(&self) -> Result<Identity, Failure> {
        Ok(Identity {
            name: format!("@{}", self.session()?.handle),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let record = self.record(post, attempt)?;
        self.put(&key::of_page(&post.canonical, post.published), &record)
    }

    fn reply(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let above = self.address(at).and_then(|uri| self.kept(&uri));
        let above = above.map_err(Failure::before_sending)?;
        let above = above.ok_or_else(|| {
            Failure::new(
                FailureKind::Missing,
                format!("the post {} is gone, there is nothing to answer", at.id),
            )
        })?;
        let mut record = self.record(post, attempt)?;
        record["reply"] = above.reply();
        self.put(&key::of_answer(attempt.key, attempt.at), &record)
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        // The oldest first: as long as the last is there, a repeat finds what is left.
        for uri in self.thread(&self.address(at)?)?.iter().rev() {
            let (repo, rkey) = parts(uri)?;
            let fields = json!({ "repo": repo, "collection": COLLECTION, "rkey": rkey });
            let answer = self.call("com.atproto.repo.deleteRecord", |url| {
                Request::post(url).json(&fields).repeatable()
            })?;
            self.accepted(answer)?;
        }
        Ok(())
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let session = self.session()?;
        let own = uri(&session, &key::of_page(&post.canonical, post.published));
        if let Some(record) = self.kept(&own)? {
            return self.seen(&record).map(Some);
        }
        // One that has another key: its page's date was changed, or a person posted it.
        let carries = |record: &Record| record.carries(&post.canonical);
        let found = self.records(&carries, 1, PAGES)?;
        found.first().map(|record| self.seen(record)).transpose()
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        let record = self.kept(&self.address(at)?)?;
        Ok(record.map(|record| record.seen(at.clone())))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        // The server's order is that of the keys, which is that of the pages' dates.
        let mut records = self.records(&|_| true, usize::MAX, LIST_PAGES)?;
        records.sort_by(|one, other| other.made().cmp(one.made()));
        records.truncate(most);
        records.iter().map(|record| self.seen(record)).collect()
    }
}

impl Bluesky {
    fn ask(&self, question: &str) -> Result<super::Answer, Failure> {
        let (method, query) = question.split_once('?').unwrap_or((question, ""));
        self.call(method, |url| Request::get(format!("{url}?{query}")))
    }

    /// The repository's address of a copy. A person who settled an attempt by hand gave that at
    /// which it is read, `https://bsky.app/profile/…/post/key`.
    fn address(&self, at: &Remote) -> Result<String, Failure> {
        if at.id.starts_with("at://") {
            return Ok(at.id.clone());
        }
        let rkey = at
            .id
            .split_once("/post/")
            .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
        match rkey {
            Some(rkey) if !rkey.is_empty() => Ok(uri(&self.session()?, rkey)),
            _ => Err(Failure::refused(format!(
                "`{}` is no address of a post, `https://bsky.app/profile/…/post/…`",
                at.id
            ))),
        }
    }

    /// The record of a post, with its picture uploaded. Nothing of the post is sent before.
    fn record(&self, post: &Post, attempt: Attempt<'_>) -> Result<Value, Failure> {
        let rich = text(post)?;
        self.session()?;
        let thumb = self
            .thumb(post, attempt)
            .map_err(|failure| failure.during("uploading the picture").before_sending())?;
        record(post, rich, thumb, attempt.at, |handle| {
            self.who(handle).map_err(Failure::before_sending)
        })
    }

    /// The identity behind a handle.
    fn who(&self, handle: &str) -> Result<Option<String>, Failure> {
        #[derive(Deserialize)]
        struct Resolved {
            did: String,
        }
        let answer = self.ask(&format!(
            "com.atproto.identity.resolveHandle?handle={}",
            encoded(handle)
        ))?;
        if answer.status == 400 {
            return Ok(None);
        }
        let resolved: Resolved = self.told(answer)?;
        Ok(Some(resolved.did))
    }

    /// Uploads the card's picture. One that no record shows is dropped by the server.
    fn thumb(&self, post: &Post, attempt: Attempt<'_>) -> Result<Option<Value>, Failure> {
        #[derive(Deserialize)]
        struct Uploaded {
            blob: Value,
        }
        let Some(image) = &post.cover else {
            return Ok(None);
        };
        let rendition = attempt.images.rendition(image, &THUMB)?;
        let answer = self.call("com.atproto.repo.uploadBlob", |url| {
            Request::post(url)
                .bytes(rendition.bytes.clone(), rendition.media_type)
                .repeatable()
        })?;
        let uploaded: Uploaded = self.told(answer)?;
        Ok(Some(uploaded.blob))
    }

    /// Makes a record under a key that no record may have yet. One with the same text is that of
    /// an earlier try.
    fn put(&self, rkey: &str, record: &Value) -> Result<Remote, Failure> {
        #[derive(Deserialize)]
        struct Put {
            uri: String,
        }
        let session = self.session()?;
        let fields = json!({
            "repo": session.did,
            "collection": COLLECTION,
            "rkey": rkey,
            "record": record,
            "swapRecord": null,
        });
        let answer = self.call("com.atproto.repo.putRecord", |url| {
            Request::post(url).json(&fields).repeatable()
        })?;
        match self.told::<Put>(answer) {
            Ok(put) => self.remote(&put.uri),
            Err(failure) if failure.kind == FailureKind::Conflict => {
                let there = self.kept(&uri(&session, rkey)).ok().flatten();
                match there {
                    Some(there) if record.get("text") == there.value.get("text") => {
                        self.remote(&there.uri)
                    }
                    _ => Err(failure),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    /// The record at an address; none when it is gone.
    fn kept(&self, uri: &str) -> Result<Option<Record>, Failure> {
        let (repo, rkey) = parts(uri)?;
        let answer = self.ask(&format!(
            "com.atproto.repo.getRecord?repo={}&collection={COLLECTION}&rkey={}",
            encoded(repo),
            encoded(rkey)
        ))?;
        if word(&answer) == "RecordNotFound" {
            return Ok(None);
        }
        self.told(answer).map(Some)
    }

    /// The record and those of ours on the same page that it answers, newest first.
    fn thread(&self, uri: &str) -> Result<Vec<String>, Failure> {
        let mut thread = vec![uri.to_owned()];
        let Some(mut last) = self.kept(uri)? else {
            return Ok(thread);
        };
        let (repo, _) = parts(uri)?;
        let page = last.page();
        while let Some(above) = last.above().map(str::to_owned) {
            if parts(&above)?.0 != repo || page.is_none() || thread.len() >= LONGEST_THREAD {
                break;
            }
            match self.kept(&above)? {
                Some(record) if record.page() == page => last = record,
                _ => break,
            }
            thread.push(above);
        }
        Ok(thread)
    }

    /// Our posts that are no answers, newest first, until enough are chosen.
    fn records(
        &self,
        choose: &dyn Fn(&Record) -> bool,
        enough: usize,
        pages: usize,
    ) -> Result<Vec<Record>, Failure> {
        #[derive(Deserialize)]
        struct Page {
            records: Vec<Record>,
            cursor: Option<String>,
        }
        let path = format!(
            "com.atproto.repo.listRecords?repo={}&collection={COLLECTION}&limit={PAGE}",
            encoded(&self.session()?.did)
        );
        let mut chosen = Vec::new();
        let mut from = String::new();
        for _ in 0..pages {
            let page: Page = self.told(self.ask(&format!("{path}{from}"))?)?;
            let posts = page.records.into_iter();
            chosen.extend(posts.filter(|record| !record.is_answer() && choose(record)));
            match page.cursor {
                Some(cursor) if chosen.len() < enough => {
                    from = format!("&cursor={}", encoded(&cursor));
                }
                _ => break,
            }
        }
        chosen.truncate(enough);
        Ok(chosen)
    }

    fn remote(&self, uri: &str) -> Result<Remote, Failure> {
        let session = self.session()?;
        let (repo, rkey) = parts(uri)?;
        // A handle that does not lead back to its account is shown as invalid.
        let who = match session.handle.as_str() {
            "handle.invalid" => repo,
            handle => handle,
        };
        Ok(Remote {
            id: uri.to_owned(),
            url: Some(format!("https://bsky.app/profile/{who}/post/{rkey}")),
        })
    }

    fn seen(&self, record: &Record) -> Result<Seen, Failure> {
        Ok(record.seen(self.remote(&record.uri)?))
    }
}

/// Address of a record of ours.
fn uri(session: &Session, rkey: &str) -> String {
    format!("at://{}/{COLLECTION}/{rkey}", session.did)
}

/// Repository and key of a post's address.
fn parts(uri: &str) -> Result<(&str, &str), Failure> {
    uri.strip_prefix("at://")
        .and_then(|rest| rest.split_once(&format!("/{COLLECTION}/")))
        .ok_or_else(|| Failure::refused(format!("`{uri}` is no `at://did/{COLLECTION}/key`")))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
