//! Matrix, by its client-server API (v1.10 and later, for pictures with a text). Facts: the
//! Matrix specification and Synapse 1.163.
//!
//! Recovery class B: a `PUT` with the same transaction id from the same device gives the event
//! that it made, as long as the server remembers, half an hour on the forgetful ones. After that
//! the room's history is read backwards for the mark, a field of ours in the event's content.

mod event;

use crate::platform::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use crate::platform::counting::Unit;
use crate::platform::{
    Answer, Attempt, Capabilities, Failure, FailureKind, Http, Identity, Info, Login, Platform,
    Post, Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Tried, digest, setting, variable,
};
use event::{Event, carries, content, edit, encoded, is_edit, is_empty, latest, picture};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::OnceLock;
use std::time::Duration;

/// What is known of Matrix.
pub(super) static INFO: Info = Info {
    name: "matrix",
    title: "Matrix",
    settings: &[
        SettingInfo {
            name: "url",
            required: true,
            meaning: "the homeserver's address, `https://matrix.example.org`",
        },
        SettingInfo {
            name: "room",
            required: true,
            meaning: "the room, `#jobs:example.org` or `!abc:example.org`; the account must be in it",
        },
    ],
    secrets: &[SecretInfo {
        name: "TOKEN",
        required: true,
        meaning: "an access token of a login that is used for nothing else: Element → All settings \
                  → Help & About",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| {
        format!(
            "{} {}",
            setting(settings, "room"),
            setting(settings, "url").trim_end_matches('/')
        )
    },
    tried: Tried::Server("Synapse 1.163"),
    mistakes: |_| Vec::new(),
};

/// A text stands four times in an edit (plain and as HTML, for old clients and new), and an
/// event holds 65 536 bytes.
const LONGEST: Limit = Limit::new(10_000, Unit::Bytes);
/// Where a server does not say how large an upload may be.
const COVER: ImageLimit = ImageLimit {
    bytes: 4 << 20,
    side: 1600,
    types: &["image/jpeg", "image/png"],
};
/// The field of ours in an event.
const MARK: &str = "guidepost.canonical";
/// Pages of a hundred events that a search goes back.
const PAGES: usize = 20;

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::ShortHtml,
        title: None,
        text: LONGEST,
        text_too: None,
        summary: None,
        tags: 0,
        links: Links::Allowed,
        cover: Some(COVER),
        images: BodyImages::None,
        update: Update::Always,
        reply: false,
        delete: true,
        find: true,
        read: true,
        list: true,
        recovery: Recovery::DedupeKey(Duration::from_secs(30 * 60)),
        price: None,
        medium: Medium::Chat,
        pace: Duration::from_millis(500),
        verified_at: jiff::civil::date(2026, 11, 24),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let room = login.setting("room");
    if !room.starts_with(['!', '#']) {
        return Err(Failure::refused(format!(
            "`room: {room}`: a room is `#name:server` or `!id:server`"
        )));
    }
    Ok(Box::new(Matrix {
        http: login.http.clone(),
        api: format!("{}/_matrix", login.setting("url").trim_end_matches('/')),
        room: room.to_owned(),
        room_id: OnceLock::new(),
        user: OnceLock::new(),
        token: login.secret("TOKEN")?.clone(),
        variable: variable(&login.account, "TOKEN"),
    }))
}

struct Matrix {
    http: Http,
    api: String,
    /// As it was set: an identifier or an alias.
    room: String,
    room_id: OnceLock<String>,
    user: OnceLock<String>,
    token: Secret,
    variable: String,
}

#[derive(Deserialize)]
struct Sent {
    event_id: String,
}

#[derive(Deserialize)]
struct Chunk {
    chunk: Vec<Event>,
    end: Option<String>,
}

impl Platform for Matrix {
    fn verify(&self) -> Result<Identity, Failure> {
        let user = self.user()?;
        let room = self.room_id()?;
        let member = self.ask(&format!(
            "client/v3/rooms/{}/state/m.room.member/{}",
            encoded(room),
            encoded(user)
        ))?;
        let is_in = member
            .json()
            .is_some_and(|said| said.get("membership") == Some(&json!("join")));
        if !is_in && matches!(member.status, 200 | 403 | 404) {
            return Err(Failure::new(
                FailureKind::Forbidden,
                format!("{user} is not in {}; let it join the room first", self.room),
            ));
        }
        self.accepted(member)?;
        let encryption = self.ask(&format!(
            "client/v3/rooms/{}/state/m.room.encryption",
            encoded(room)
        ))?;
        if encryption.status == 200 {
            return Err(Failure::refused(format!(
                "{} is encrypted; choose a room without encryption",
                self.room
            )));
        }
        let mut capabilities = capabilities();
        capabilities.cover = Some(self.cover_limit()?);
        Ok(Identity {
            name: format!("{user} in {}", self.room),
            capabilities,
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let room = self.room_id().map_err(Failure::before_sending)?.to_owned();
        let cover = self
            .cover(post, attempt, None)
            .map_err(|failure| failure.during("uploading the picture").before_sending())?;
        let content = content(post, cover)?;
        self.put(
            &room,
            &format!("send/m.room.message/{}", attempt.key),
            &content,
        )
        .and_then(|answer| answer.ok_as::<Sent>())
        .map(|sent| self.remote(&room, &sent.event_id))
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let (room, id) = parts(at)?;
        let there = self.event(room, id).map_err(Failure::before_sending)?;
        let Some(there) = there else {
            return Err(Failure::new(
                FailureKind::Missing,
                format!("the message {id} is gone from {}", self.room),
            ));
        };
        let cover = self
            .cover(post, attempt, Some(latest(&there)))
            .map_err(|failure| failure.during("uploading the picture").before_sending())?;
        let content = content(post, cover)?;
        self.put(
            room,
            &format!("send/m.room.message/{}", attempt.key),
            &edit(id, &content),
        )?;
        Ok(at.clone())
    }

    fn delete(&self, at: &Remote, attempt: Attempt<'_>) -> Result<(), Failure> {
        let (room, id) = parts(at)?;
        // Edits are events of their own and would keep their text.
        let answer = self.ask(&format!(
            "client/v1/rooms/{}/relations/{}/m.replace?limit=100",
            encoded(room),
            encoded(id)
        ))?;
        let edits = match answer.status {
            404 => Vec::new(),
            _ => self.accepted(answer)?.ok_as::<Chunk>()?.chunk,
        };
        let ids = edits.iter().map(|event| event.event_id.as_str());
        for (number, id) in ids.chain([id]).enumerate() {
            let path = format!("redact/{}/{}.{number}", encoded(id), attempt.key);
            match self.put(room, &path, &json!({})) {
                Err(failure) if failure.kind == FailureKind::Missing => {}
                other => drop(other?),
            }
        }
        Ok(())
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        self.backwards(
            |event| carries(event, &post.canonical).then(|| self.seen(event)),
            1,
            PAGES,
        )
        .map(|mut found| found.pop())
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        let (room, id) = parts(at)?;
        let event = self.event(room, id)?;
        Ok(event.map(|event| Seen {
            remote: at.clone(),
            ..self.seen(&event)
        }))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        self.backwards(|event| Some(self.seen(event)), most, usize::MAX)
    }
}

impl Matrix {
    fn ask(&self, path: &str) -> Result<Answer, Failure> {
        let request = Request::get(format!("{}/{path}", self.api));
        self.http.send(&request.bearer(&self.token))
    }

    fn accepted(&self, answer: Answer) -> Result<Answer, Failure> {
        answer
            .ok()
            .map_err(|failure| failure.naming(&self.variable))
    }

    /// Sends an event under a transaction id; the same one again does no harm.
    fn put(&self, room: &str, path: &str, content: &Value) -> Result<Answer, Failure> {
        let url = format!("{}/client/v3/rooms/{}/{path}", self.api, encoded(room));
        let request = Request::put(url).json(content).repeatable();
        self.accepted(self.http.send(&request.bearer(&self.token))?)
    }

    fn user(&self) -> Result<&str, Failure> {
        #[derive(Deserialize)]
        struct Me {
            user_id: String,
        }
        if let Some(user) = self.user.get() {
            return Ok(user);
        }
        let me: Me = self
            .accepted(self.ask("client/v3/account/whoami")?)?
            .ok_as()?;
        Ok(self.user.get_or_init(|| me.user_id))
    }

    fn room_id(&self) -> Result<&str, Failure> {
        #[derive(Deserialize)]
        struct Room {
            room_id: String,
        }
        if self.room.starts_with('!') {
            return Ok(&self.room);
        }
        if let Some(id) = self.room_id.get() {
            return Ok(id);
        }
        let answer = self.ask(&format!("client/v3/directory/room/{}", encoded(&self.room)))?;
        let room: Room = self
            .accepted(answer)
            .map_err(|failure| failure.during(&format!("looking for {}", self.room)))?
            .ok_as()?;
        Ok(self.room_id.get_or_init(|| room.room_id))
    }

    fn cover_limit(&self) -> Result<ImageLimit, Failure> {
        let mut answer = self.ask("client/v1/media/config")?;
        if answer.status == 404 {
            answer = self.ask("media/v3/config")?;
        }
        let most = answer
            .json()
            .and_then(|said| said.get("m.upload.size")?.as_u64())
            .and_then(|most| usize::try_from(most).ok())
            .unwrap_or(COVER.bytes);
        Ok(ImageLimit {
            bytes: most.min(COVER.bytes),
            ..COVER
        })
    }

    /// The event, unless it is gone or emptied.
    fn event(&self, room: &str, id: &str) -> Result<Option<Event>, Failure> {
        let answer = self.ask(&format!(
            "client/v3/rooms/{}/event/{}",
            encoded(room),
            encoded(id)
        ))?;
        let said = answer.json();
        let is_unknown = said
            .as_ref()
            .is_some_and(|said| said.get("errcode") == Some(&json!("M_NOT_FOUND")));
        if is_unknown {
            return Ok(None);
        }
        let event: Event = self.accepted(answer)?.ok_as()?;
        Ok((!is_empty(&event)).then_some(event))
    }

    /// Goes through our own messages, newest first, until enough are chosen.
    fn backwards(
        &self,
        choose: impl Fn(&Event) -> Option<Seen>,
        enough: usize,
        pages: usize,
    ) -> Result<Vec<Seen>, Failure> {
        let filter = json!({
            "types": ["m.room.message"],
            "senders": [self.user()?],
        });
        let path = format!(
            "client/v3/rooms/{}/messages?dir=b&limit=100&filter={}",
            encoded(self.room_id()?),
            encoded(&filter.to_string())
        );
        let mut chosen = Vec::new();
        let mut from = String::new();
        for _ in 0..pages {
            let page: Chunk = self
                .accepted(self.ask(&format!("{path}{from}"))?)?
                .ok_as()?;
            let posts = page
                .chunk
                .iter()
                .filter(|event| !is_empty(event) && !is_edit(event));
            chosen.extend(posts.filter_map(&choose));
            match page.end {
                Some(end) if chosen.len() < enough => from = format!("&from={}", encoded(&end)),
                _ => break,
            }
        }
        chosen.truncate(enough);
        Ok(chosen)
    }

    /// The part of a content that shows the cover. A picture of the same name, in which there is
    /// a digest, that is already in the message is left there.
    fn cover(
        &self,
        post: &Post,
        attempt: Attempt<'_>,
        there: Option<&Value>,
    ) -> Result<Option<Value>, Failure> {
        #[derive(Deserialize)]
        struct Uploaded {
            content_uri: String,
        }
        let Some(image) = &post.cover else {
            return Ok(None);
        };
        let rendition = attempt.images.rendition(image, &self.cover_limit()?)?;
        let kept = there
            .filter(|there| there.get("filename") == Some(&json!(rendition.name)))
            .and_then(|there| there.get("url")?.as_str());
        let uri = match kept {
            Some(uri) => uri.to_owned(),
            None => {
                let request = Request::post(format!(
                    "{}/media/v3/upload?filename={}",
                    self.api,
                    encoded(&rendition.name)
                ))
                .bytes(rendition.bytes.clone(), rendition.media_type)
                .repeatable();
                let answer = self.http.send(&request.bearer(&self.token))?;
                self.accepted(answer)?.ok_as::<Uploaded>()?.content_uri
            }
        };
        Ok(Some(picture(
            &rendition.name,
            &uri,
            image,
            &json!({
                "mimetype": rendition.media_type,
                "size": rendition.bytes.len(),
                "w": rendition.width,
                "h": rendition.height,
            }),
        )))
    }

    fn remote(&self, room: &str, event: &str) -> Remote {
        // By the alias as people know it; by the identifier with a server that knows the room.
        let (place, via) = if self.room.starts_with('#') {
            (self.room.as_str(), String::new())
        } else {
            let server = self.user.get().and_then(|user| user.split_once(':'));
            let via = server.map(|(_, server)| format!("?via={server}"));
            (room, via.unwrap_or_default())
        };
        Remote {
            id: format!("{room}/{event}"),
            url: Some(format!(
                "https://matrix.to/#/{}/{}{via}",
                encoded(place),
                encoded(event)
            )),
        }
    }

    fn seen(&self, event: &Event) -> Seen {
        let content = latest(event);
        let text = |name: &str| content.get(name).and_then(Value::as_str);
        Seen {
            remote: self.remote(self.room_id().unwrap_or(&self.room), &event.event_id),
            canonical: text(MARK)
                .or_else(|| event.content.get(MARK)?.as_str())
                .map(str::to_owned),
            digest: Some(digest(
                ["body", "formatted_body", "url"].map(|name| text(name).unwrap_or_default()),
            )),
            title: text("body")
                .and_then(|body| body.lines().next())
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

/// Room and event of a copy.
fn parts(at: &Remote) -> Result<(&str, &str), Failure> {
    at.id
        .find("/$")
        .and_then(|slash| Some((at.id.get(..slash)?, at.id.get(slash + 1..)?)))
        .ok_or_else(|| Failure::refused(format!("`{}` is no `!room:server/$event`", at.id)))
}
