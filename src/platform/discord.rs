//! Discord channels, by an incoming webhook. Facts: Discord's developer documentation.
//!
//! Recovery class E: a webhook's messages can be read, changed and deleted by their number, but
//! not listed, and the same request again is a second message (only bots have a `nonce`). So a
//! message is sent at most once, and a lost answer is for a person to settle.

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::Unit;
use super::hook::{self, Hook};
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Part, Platform, Post, Remote, Rendition, Request, Secret, SecretInfo, Seen, SettingInfo, Tried,
    digest, marker, setting, variable,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

/// What is known of Discord.
pub(super) static INFO: Info = Info {
    name: "discord",
    title: "Discord",
    settings: &[
        SettingInfo {
            name: "thread",
            required: false,
            meaning: "the number of a thread of the webhook's channel to post in, `1187…`",
        },
        SettingInfo {
            name: "card",
            required: false,
            meaning: "`true` posts a card: the title as a link, the text under it",
        },
        SettingInfo {
            name: "name",
            required: false,
            meaning: "the name over its messages, instead of the webhook's own",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "another server that speaks Discord's API, `https://chat.example.org`",
        },
    ],
    secrets: &[SecretInfo {
        name: "WEBHOOK",
        required: true,
        meaning: "the webhook's address: channel settings → Integrations → Webhooks → Copy URL",
    }],
    capabilities: able,
    hosts: &[],
    open,
    // Which channel it is, only the secret tells.
    place: |_| String::new(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

const HOOK: Hook = Hook {
    secret: "WEBHOOK",
    host: "https://discord.com",
    path: "/api/webhooks/",
    from: "the channel's settings, Integrations → Webhooks",
};
/// Longest text of a card.
const CARD: Limit = Limit::new(4096, Unit::CodePoints);
/// Longest title of a card, in characters.
const CARD_TITLE: usize = 256;
const COVER: ImageLimit = ImageLimit {
    bytes: 10 << 20,
    side: 4096,
    types: &["image/jpeg", "image/png", "image/webp"],
};

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Discord,
        title: None,
        text: Limit::new(2000, Unit::CodePoints),
        text_too: None,
        summary: None,
        tags: 0,
        links: Links::Allowed,
        cover: Some(COVER),
        images: BodyImages::None,
        update: Update::Always,
        reply: false,
        delete: true,
        find: false,
        read: true,
        list: false,
        recovery: Recovery::AskPerson,
        price: None,
        medium: Medium::Chat,
        pace: Duration::from_secs(1),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

/// A card holds more than a plain message.
fn able(settings: &BTreeMap<String, String>) -> Capabilities {
    let mut capabilities = capabilities();
    if setting(settings, "card") == "true" {
        capabilities.text = CARD;
    }
    capabilities
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let card = match login.setting("card") {
        "" | "false" => false,
        "true" => true,
        other => {
            return Err(Failure::refused(format!(
                "`card: {other}`: choose `true` or `false`"
            )));
        }
    };
    let thread = login.setting("thread");
    if !thread.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::refused(format!(
            "`thread: {thread}`: a thread has a number; `Copy Thread ID` gives it"
        )));
    }
    Ok(Box::new(Discord {
        http: login.http.clone(),
        hook: hook::address(login, &HOOK)?,
        variable: variable(&login.account, HOOK.secret),
        thread: thread.to_owned(),
        card,
        capabilities: able(&login.settings),
        name: login.setting("name").to_owned(),
        home: OnceLock::new(),
    }))
}

struct Discord {
    http: Http,
    hook: Secret,
    variable: String,
    thread: String,
    card: bool,
    capabilities: Capabilities,
    name: String,
    home: OnceLock<Home>,
}

/// The webhook as it tells of itself.
#[derive(Debug, Clone, Default, Deserialize)]
struct Home {
    name: Option<String>,
    channel_id: Option<String>,
    guild_id: Option<String>,
}

/// A message as the server keeps it.
#[derive(Debug, Deserialize)]
struct Message {
    id: String,
    channel_id: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    embeds: Vec<Embed>,
    #[serde(default)]
    attachments: Vec<Attachment>,
}

#[derive(Debug, Default, Deserialize)]
struct Embed {
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    description: String,
}

#[derive(Debug, Deserialize)]
struct Attachment {
    id: String,
    filename: String,
}

impl Platform for Discord {
    fn verify(&self) -> Result<Identity, Failure> {
        let home = self.home()?;
        let name = home.name.as_deref().unwrap_or("a webhook");
        Ok(Identity {
            name: format!("{name} on {}", hook::host(&self.hook)),
            capabilities: self.capabilities.clone(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let home = self.home().map_err(Failure::before_sending)?;
        let cover = cover(post, attempt)?;
        let mut fields = self.fields(post, cover.as_ref())?;
        if !self.name.is_empty() {
            fields.insert("username".to_owned(), json!(self.name));
        }
        if let Some((rendition, alt)) = &cover {
            fields.insert("attachments".to_owned(), json!([fresh(rendition, alt)]));
        }
        let mut url = format!("{}?wait=true", self.hook.reveal());
        if !self.thread.is_empty() {
            url.push_str(&format!("&thread_id={}", self.thread));
        }
        let request = filled(Request::post(url), &fields, cover.map(|(file, _)| file));
        let message: Message = self.send(&request)?.ok_as()?;
        Ok(remote(&message, home))
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let home = self.home().map_err(Failure::before_sending)?;
        let there = self.message(at).map_err(Failure::before_sending)?;
        let there = there.ok_or_else(|| {
            Failure::new(
                FailureKind::Missing,
                format!("the message {} is gone from Discord", at.id),
            )
        })?;
        let cover = cover(post, attempt)?;
        let mut fields = self.fields(post, cover.as_ref())?;
        if !self.card {
            // A message that was a card must not stay one under its new text.
            fields.entry("embeds").or_insert(json!([]));
        }
        // A picture of the same name, in which there is a digest, is left there.
        let kept = cover.as_ref().and_then(|(rendition, _)| {
            let mut attachments = there.attachments.iter();
            attachments.find(|attachment| attachment.filename == rendition.name)
        });
        let (attachments, file) = match (kept, cover) {
            (Some(kept), Some((_, alt))) => (json!([{ "id": kept.id, "description": alt }]), None),
            (_, Some((rendition, alt))) => {
                let list = json!([fresh(&rendition, &alt)]);
                (list, Some(rendition))
            }
            (_, None) => (json!([]), None),
        };
        fields.insert("attachments".to_owned(), attachments);
        let request = Request::patch(self.address(at, home)?).repeatable();
        let message: Message = self.send(&filled(request, &fields, file))?.ok_as()?;
        Ok(remote(&message, home))
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let home = self.home().map_err(Failure::before_sending)?;
        match self.send(&Request::delete(self.address(at, home)?).repeatable()) {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        let home = self.home()?;
        Ok(self.message(at)?.map(|message| seen(&message, home)))
    }
}

impl Discord {
    /// Sends a request and gives the answer of a success.
    fn send(&self, request: &Request) -> Result<Answer, Failure> {
        let answer = self.http.send(request)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let said = answer.json().unwrap_or_default();
        let mut failure = answer.failure(words(&said).as_deref());
        let (kind, hint) = match said.get("code").and_then(Value::as_i64) {
            // Unknown webhook, invalid token.
            Some(10_015 | 50_027) => (
                FailureKind::Credentials,
                "the webhook was deleted, or its address is wrong",
            ),
            Some(10_003) => (FailureKind::Forbidden, "the channel or `thread` is gone"),
            Some(10_008) => (FailureKind::Missing, ""),
            Some(220_001) => (
                FailureKind::Refused,
                "the channel is a forum; set `thread` to one of its threads",
            ),
            _ => (failure.kind, ""),
        };
        failure.kind = kind;
        if !hint.is_empty() {
            failure.message = format!("{}; {hint}", failure.message);
        }
        Err(failure.naming(&self.variable))
    }

    fn home(&self) -> Result<&Home, Failure> {
        if let Some(home) = self.home.get() {
            return Ok(home);
        }
        let home: Home = self.send(&Request::get(self.hook.reveal()))?.ok_as()?;
        Ok(self.home.get_or_init(|| home))
    }

    /// The address of a message; one in a thread is reached through it.
    fn address(&self, at: &Remote, home: &Home) -> Result<String, Failure> {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        let (channel, message) = at
            .id
            .split_once('/')
            .filter(|(channel, message)| is_number(channel) && is_number(message))
            .ok_or_else(|| Failure::refused(format!("`{}` is no `channel/message`", at.id)))?;
        let thread = if home.channel_id.as_deref() == Some(channel) {
            String::new()
        } else {
            format!("?thread_id={channel}")
        };
        Ok(format!("{}/messages/{message}{thread}", self.hook.reveal()))
    }

    /// The message; none when it is gone.
    fn message(&self, at: &Remote) -> Result<Option<Message>, Failure> {
        match self.send(&Request::get(self.address(at, self.home()?)?)) {
            // Any other 404 is of a server that has lost its API.
            Err(failure)
                if failure.kind == FailureKind::Missing
                    && failure.message.contains("Unknown Message") =>
            {
                Ok(None)
            }
            other => other?.ok_as().map(Some),
        }
    }

    /// Text, or card, and that nobody is called by it.
    fn fields(
        &self,
        post: &Post,
        cover: Option<&(Rendition, String)>,
    ) -> Result<Map<String, Value>, Failure> {
        let Content::Short(rich) = &post.content else {
            return Err(Failure::refused("Discord takes short texts"));
        };
        let mut fields = Map::new();
        fields.insert("allowed_mentions".to_owned(), json!({ "parse": [] }));
        if !self.card {
            fields.insert("content".to_owned(), json!(rich.discord()));
            return Ok(fields);
        }
        let title: String = post.title.chars().take(CARD_TITLE).collect();
        let mut card = json!({
            "title": title,
            "url": post.link,
            "description": rich.discord(),
        });
        if let Some((rendition, _)) = cover {
            card["image"] = json!({ "url": format!("attachment://{}", rendition.name) });
        }
        fields.insert("content".to_owned(), json!(""));
        fields.insert("embeds".to_owned(), json!([card]));
        Ok(fields)
    }
}

/// The cover's bytes and its description.
fn cover(post: &Post, attempt: Attempt<'_>) -> Result<Option<(Rendition, String)>, Failure> {
    post.cover
        .as_ref()
        .map(|image| {
            let rendition = attempt.images.rendition(image, &COVER)?;
            Ok((rendition, image.alt.chars().take(1024).collect()))
        })
        .transpose()
        .map_err(Failure::before_sending)
}

/// What is said of a file that comes with the request.
fn fresh(rendition: &Rendition, alt: &str) -> Value {
    json!({ "id": 0, "filename": rendition.name, "description": alt })
}

/// The fields as JSON, or as a part beside the file.
fn filled(request: Request, fields: &Map<String, Value>, file: Option<Rendition>) -> Request {
    let fields = Value::Object(fields.clone());
    match file {
        None => request.json(&fields),
        Some(file) => request.multipart(vec![
            Part::text("payload_json", &fields.to_string()),
            Part::file("files[0]", &file.name, file.media_type, file.bytes),
        ]),
    }
}

/// What the server says, with the first field that it does not like.
fn words(said: &Value) -> Option<String> {
    let message = said.get("message")?.as_str()?;
    let mut place = Vec::new();
    let mut at = said.get("errors")?;
    loop {
        let reason = at.pointer("/_errors/0/message").and_then(Value::as_str);
        if let Some(reason) = reason {
            return Some(format!("{message}: {}: {reason}", place.join(".")));
        }
        let Some((name, inner)) = at.as_object().and_then(|fields| fields.iter().next()) else {
            return Some(message.to_owned());
        };
        place.push(name.as_str());
        at = inner;
    }
}

fn remote(message: &Message, home: &Home) -> Remote {
    let url = home.guild_id.as_ref().map(|guild| {
        format!(
            "https://discord.com/channels/{guild}/{}/{}",
            message.channel_id, message.id
        )
    });
    Remote {
        id: format!("{}/{}", message.channel_id, message.id),
        url,
    }
}

fn seen(message: &Message, home: &Home) -> Seen {
    let mut text = message.content.clone();
    for embed in &message.embeds {
        text = format!(
            "{text}\n{}\n{}\n{}",
            embed.title, embed.description, embed.url
        );
    }
    let text = text.trim();
    Seen {
        remote: remote(message, home),
        canonical: marker::last_link(text),
        digest: Some(digest([text])),
        title: text.lines().next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::words;
    use serde_json::json;

    #[test]
    fn the_field_that_is_wrong_is_told() {
        let said = json!({
            "code": 50035, "message": "Invalid Form Body",
            "errors": { "embeds": { "0": { "title": { "_errors": [
                { "code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 256 or fewer in length." }
            ] } } } },
        });
        assert_eq!(
            words(&said).as_deref(),
            Some("Invalid Form Body: embeds.0.title: Must be 256 or fewer in length.")
        );
        assert_eq!(
            words(&json!({ "message": "x", "errors": {} })).as_deref(),
            Some("x")
        );
        assert_eq!(words(&json!({ "message": "x" })), None);
    }
}
