//! Nostr, by its relays: long articles (kind 30023) or notes (kind 1). Facts: NIP-01, 09, 11, 19,
//! 21 and 23 of the Nostr protocol.
//!
//! Recovery class A: an event's identifier is a hash of what it says and of its moment, which is
//! that of the intent, so the same event again is no second one. An article has a name that we
//! choose besides, the page's, under which a newer version takes the place of the older.
//! One relay that takes an event is enough; all are asked for it afterwards.

mod bech32;
mod event;
mod relay;

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::{Unit, count};
use super::{
    Attempt, Capabilities, Failure, FailureKind, Identity, Info, Login, Platform, Post, Remote,
    Request, Secret, SecretInfo, Seen, SettingInfo, Tried, setting, variable,
};
use event::{ARTICLE, Draft, Event, NOTE};
use k256::schnorr::SigningKey;
use relay::{Known, Relays, about};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// What is known of Nostr.
pub(super) static INFO: Info = Info {
    name: "nostr",
    title: "Nostr",
    settings: &[
        SettingInfo {
            name: "relays",
            required: true,
            meaning: "the relays, `[wss://relay.example.org, wss://nostr.example.net]`",
        },
        SettingInfo {
            name: "author",
            required: true,
            meaning: "the public key that posts, `npub1…` or 64 hexadecimal digits",
        },
        SettingInfo {
            name: "form",
            required: false,
            meaning: "`article` (usual) posts whole articles, `notes` short texts",
        },
    ],
    secrets: &[SecretInfo {
        name: "KEY",
        required: true,
        meaning: "the secret key that belongs to `author`, `nsec1…` or 64 hexadecimal digits",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| {
        let author = setting(settings, "author").trim();
        let author = key_bytes("npub", author)
            .map_or_else(|| author.to_owned(), |bytes| bech32::encode("npub", &bytes));
        format!("{} {author}", form(setting(settings, "form")))
    },
    tried: Tried::Server("nostr-relay 1.14"),
    mistakes: |_| Vec::new(),
};

/// Relays have their own limits, and few say so; one that does is believed.
const TEXT: usize = 60_000;
/// Clients show the first line of a longer one.
const TITLE: Limit = Limit::new(255, Unit::CodePoints);
/// Pictures stay where they are; clients load them from the site.
const COVER: ImageLimit = ImageLimit {
    bytes: 20 << 20,
    side: 10_000,
    types: &["image/jpeg", "image/png", "image/webp", "image/gif"],
};
/// How often, and after what pause, a relay is asked whether an event that should go is gone.
const LOOKS: usize = 20;
const LOOK_PAUSE: Duration = Duration::from_millis(150);

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Markdown,
        title: Some(TITLE),
        text: Limit::new(TEXT, Unit::Bytes),
        text_too: None,
        summary: None,
        tags: 20,
        links: Links::Allowed,
        cover: Some(COVER),
        images: BodyImages::Linked,
        update: Update::Always,
        reply: false,
        delete: true,
        find: true,
        read: true,
        list: true,
        recovery: Recovery::ChosenKey,
        price: None,
        medium: Medium::Social,
        pace: Duration::from_secs(1),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

/// Notes cannot be replaced, and have neither title nor cover.
fn capabilities_of_notes() -> Capabilities {
    Capabilities {
        markup: Markup::Plain,
        title: None,
        cover: None,
        images: BodyImages::None,
        update: Update::Never,
        reply: true,
        ..capabilities()
    }
}

/// The word for the form, also in the name of the place.
fn form(setting: &str) -> &str {
    if setting.is_empty() {
        "article"
    } else {
        setting
    }
}

/// A public key in hexadecimal digits.
fn author(text: &str) -> Option<String> {
    key_bytes("npub", text.trim()).map(hex::encode)
}

/// The 32 bytes of a key in either form.
fn key_bytes(prefix: &str, text: &str) -> Option<Vec<u8>> {
    let bytes = if text.starts_with(prefix) {
        bech32::decode(prefix, text)?
    } else {
        hex::decode(text).ok()?
    };
    (bytes.len() == 32).then_some(bytes)
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let urls: Vec<String> = login
        .setting("relays")
        .split(',')
        .map(|url| url.trim().trim_end_matches('/').to_owned())
        .filter(|url| !url.is_empty())
        .collect();
    if let Some(wrong) = urls
        .iter()
        .find(|url| !url.starts_with("wss://") && !url.starts_with("ws://"))
    {
        return Err(Failure::refused(format!(
            "`relays`: `{wrong}` is no relay; one begins with `wss://`"
        )));
    }
    if urls.is_empty() {
        return Err(Failure::refused("`relays` names no relay; add one"));
    }
    let author = author(login.setting("author")).ok_or_else(|| {
        Failure::refused(format!(
            "`author: {}` is no public key; write it as `npub1…`",
            login.setting("author")
        ))
    })?;
    let notes = match form(login.setting("form")) {
        "article" => false,
        "notes" => true,
        other => {
            return Err(Failure::refused(format!(
                "`form: {other}`: choose `article` or `notes`"
            )));
        }
    };
    Ok(Box::new(Nostr {
        relays: Relays {
            http: login.http.clone(),
            urls,
        },
        author,
        notes,
        key: login.secret("KEY")?.clone(),
        variable: variable(&login.account, "KEY"),
    }))
}

struct Nostr {
    relays: Relays,
    /// Public key in hexadecimal digits.
    author: String,
    notes: bool,
    key: Secret,
    variable: String,
}

impl Platform for Nostr {
    fn verify(&self) -> Result<Identity, Failure> {
        self.signer()?;
        let known = self.relays.ask(&[json!({
            "kinds": [self.kind()], "authors": [self.author], "limit": 1,
        })])?;
        let mut capabilities = if self.notes {
            capabilities_of_notes()
        } else {
            capabilities()
        };
        if let Some(most) = self.least_content() {
            capabilities.text.most = most;
        }
        let name = hex::decode(&self.author)
            .map(|bytes| bech32::encode("npub", &bytes))
            .ok();
        let mut name = name.unwrap_or_else(|| self.author.clone());
        if !known.failures.is_empty() {
            let silent = known
                .failures
                .iter()
                .map(|failure| failure.message.as_str());
            name.push_str(&format!(
                " (not by every relay: {})",
                silent.collect::<Vec<_>>().join("; ")
            ));
        }
        Ok(Identity { name, capabilities })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let draft = self.draft(post, &post.key)?;
        let event = draft.sign(&self.signer()?, attempt.at.as_second())?;
        self.relays.publish(&event)?;
        Ok(event.remote())
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        if self.notes {
            return Err(Failure::unsupported("notes cannot be changed"));
        }
        let key = self.signer()?;
        let there = self.there(at)?;
        let name = there.tag("d").unwrap_or_default();
        let draft = self.draft(post, name)?;
        if draft.is_said_by(&there) {
            return Ok(at.clone());
        }
        // A version of the same second would not take the place of the other.
        let moment = attempt.at.as_second().max(there.created_at + 1);
        let event = draft.sign(&key, moment)?;
        self.relays.publish(&event)?;
        Ok(event.remote())
    }

    fn reply(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        if !self.notes {
            return Err(Failure::unsupported(
                "articles are changed, not answered, there",
            ));
        }
        let key = self.signer()?;
        let there = self.there(at)?;
        let event = event::note(post, Some(&there))
            .and_then(|draft| self.within(draft))?
            .sign(&key, attempt.at.as_second())?;
        self.relays.publish(&event)?;
        Ok(event.remote())
    }

    fn delete(&self, at: &Remote, attempt: Attempt<'_>) -> Result<(), Failure> {
        let key = self.signer()?;
        // Where a relay was not asked, the event may still be there.
        let known = self.relays.ask(&[filter_of(at)?])?;
        let Some(newest) = known.events.first() else {
            return silent(known).map(drop);
        };
        let moment = attempt.at.as_second().max(newest.created_at);
        for event in &known.events {
            let wish = event::deletion(event).sign(&key, moment)?;
            self.relays.publish(&wish)?;
        }
        // It is a wish, and relays need a moment for it.
        for _ in 0..LOOKS {
            if self.relays.ask(&[filter_of(at)?])?.events.is_empty() {
                return Ok(());
            }
            std::thread::sleep(LOOK_PAUSE);
        }
        Err(Failure::refused(
            "a relay still shows it after the wish to take it away; ask the relay's owner",
        ))
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let by = |name: &str, value: &str| json!({ "kinds": [self.kind()], "authors": [self.author], name: [value] });
        let mut filters = vec![by("#r", &post.canonical)];
        if !self.notes {
            filters.push(by("#d", &post.key));
        }
        let known = self.relays.ask(&filters)?;
        let ours: Vec<&Event> = known
            .events
            .iter()
            .filter(|event| self.is_post(event))
            .collect();
        let named = |event: &&&Event| event.tag("d") == Some(&post.key);
        let carries = |event: &&&Event| event.tag("r") == Some(&post.canonical);
        let found = ours
            .iter()
            .find(named)
            .or_else(|| ours.iter().find(carries))
            .map(|event| event.seen());
        match found {
            Some(seen) => Ok(Some(seen)),
            None => silent(known),
        }
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        let known = self.relays.ask(&[filter_of(at)?])?;
        match known.events.first() {
            Some(event) => Ok(Some(event.seen())),
            None => silent(known),
        }
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let known = self.relays.ask(&[json!({
            "kinds": [self.kind()], "authors": [self.author], "limit": most,
        })])?;
        let mut names = BTreeSet::new();
        Ok(known
            .events
            .iter()
            .filter(|event| self.is_post(event))
            .map(Event::seen)
            // Of an article, other relays may still show an older version.
            .filter(|seen| names.insert(seen.remote.id.clone()))
            .take(most)
            .collect())
    }
}

impl Nostr {
    fn kind(&self) -> u32 {
        if self.notes { NOTE } else { ARTICLE }
    }

    fn is_post(&self, event: &Event) -> bool {
        event.kind == self.kind() && event.pubkey == self.author && !event.is_answer()
    }

    /// The key, when it is the one of `author`.
    fn signer(&self) -> Result<SigningKey, Failure> {
        let wrong =
            |message: &str| Failure::new(FailureKind::Credentials, message).naming(&self.variable);
        let bytes = key_bytes("nsec", self.key.reveal().trim())
            .ok_or_else(|| wrong("the secret key is neither `nsec1…` nor 64 hexadecimal digits"))?;
        self.relays.http.hide(&hex::encode(&bytes));
        self.relays.http.hide(&bech32::encode("nsec", &bytes));
        let key = SigningKey::from_slice(&bytes).map_err(|_| wrong("the secret key is none"))?;
        if event::public(&key) != self.author {
            return Err(wrong("the secret key is not that of `author`"));
        }
        Ok(key)
    }

    fn draft(&self, post: &Post, name: &str) -> Result<Draft, Failure> {
        let draft = if self.notes {
            event::note(post, None)?
        } else {
            let length = count(&post.title, TITLE.unit);
            if length > TITLE.most {
                return Err(Failure::refused(format!(
                    "the title has {length} characters, at most {} are taken",
                    TITLE.most
                )));
            }
            event::article(post, name)?
        };
        self.within(draft)
    }

    /// The draft, when its text is not too long.
    fn within(&self, draft: Draft) -> Result<Draft, Failure> {
        let most = TEXT;
        let length = draft.content.len();
        if length > most {
            return Err(Failure::refused(format!(
                "the text has {length} bytes, at most {most} are taken"
            )));
        }
        Ok(draft)
    }

    /// The newest version of a copy.
    fn there(&self, at: &Remote) -> Result<Event, Failure> {
        let mut known = self
            .relays
            .ask(&[filter_of(at)?])
            .map_err(Failure::before_sending)?;
        if known.events.is_empty() {
            silent(known)?;
            return Err(Failure::new(
                FailureKind::Missing,
                "no relay has it any more",
            ));
        }
        Ok(known.events.swap_remove(0))
    }

    /// The least number of characters that one of the relays says it takes; as bytes, to be safe.
    fn least_content(&self) -> Option<usize> {
        let told = self.relays.urls.iter().filter_map(|url| {
            let request = Request::get(about(url)).header("accept", "application/nostr+json");
            let said = self.relays.http.send(&request).ok()?.json()?;
            let most = said.pointer("/limitation/max_content_length")?.as_u64()?;
            usize::try_from(most).ok()
        });
        told.filter(|most| (1..TEXT).contains(most)).min()
    }
}

/// Nothing was found: that is an answer only when every relay gave one.
fn silent(known: Known) -> Result<Option<Seen>, Failure> {
    match known.failures.into_iter().next() {
        Some(failure) => Err(failure),
        None => Ok(None),
    }
}

/// The question for one copy.
fn filter_of(at: &Remote) -> Result<Value, Failure> {
    let article = format!("{ARTICLE}:");
    if let Some((author, name)) = at
        .id
        .strip_prefix(&article)
        .and_then(|rest| rest.split_once(':'))
    {
        return Ok(json!({ "kinds": [ARTICLE], "authors": [author], "#d": [name] }));
    }
    if hex::decode(&at.id).is_ok_and(|bytes| bytes.len() == 32) {
        return Ok(json!({ "kinds": [NOTE], "ids": [at.id] }));
    }
    Err(Failure::refused(format!(
        "`{}` is neither an article's address nor a note's identifier",
        at.id
    )))
}
