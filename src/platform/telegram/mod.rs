//! Telegram channels and groups, by the Bot API (rich messages: 10.1 and later). Facts: the Bot
//! API's documentation, the official server's source, and TDLib's own parser.
//!
//! Recovery class E: a bot cannot read what it sent, and the same request again is a second
//! message. So a message is sent at most once, and a lost answer is for a person to settle.
//! The identifier keeps chat, message, form and, for a picture, which one: nothing of it can be
//! asked later, and each form is edited by another call.

mod answer;
mod place;

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::{Unit, count};
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Part, Platform, Post, Remote, Rendition, Request, Secret, SecretInfo, SettingInfo, setting,
    variable,
};
use answer::{NOT_MODIFIED, judge, told};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use place::{Chat, Form, Message, Place, parse, remote, renamed};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What is known of Telegram.
pub(super) static INFO: Info = Info {
    name: "telegram",
    title: "Telegram",
    settings: &[
        SettingInfo {
            name: "chat",
            required: true,
            meaning: "the channel or group, `@example_jobs` or `-1001234567890`",
        },
        SettingInfo {
            name: "silent",
            required: false,
            meaning: "`true` posts without a sound",
        },
        SettingInfo {
            name: "rich",
            required: false,
            meaning: "`true` posts whole articles as rich messages",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "a Bot API server of your own, `https://bots.example.org`",
        },
    ],
    secrets: &[SecretInfo {
        name: "TOKEN",
        required: true,
        meaning: "the bot's token from @BotFather; the bot must be an administrator of the channel",
    }],
    capabilities,
    hosts: &[],
    open,
    place: |settings| setting(settings, "chat").to_lowercase(),
};

/// Where the Bot API is, unless `api` says otherwise.
const API: &str = "https://api.telegram.org";
/// Longest message, after its tags are taken out.
const TEXT: Limit = Limit::new(4096, Unit::Utf16);
/// Longest text under a picture.
const CAPTION: Limit = Limit::new(1024, Unit::Utf16);
/// Longest heading over a rich message.
const TITLE: Limit = Limit::new(255, Unit::CodePoints);
/// Longest rich message, with its tags.
const RICH: Limit = Limit::new(32_768, Unit::CodePoints);
/// Sides of up to 10 000 pixels together are taken, and scaled down to this.
const COVER: ImageLimit = ImageLimit {
    bytes: 10 << 20,
    side: 2560,
    types: &["image/jpeg", "image/png"],
};

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Telegram,
        title: None,
        text: TEXT,
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
        read: false,
        list: false,
        recovery: Recovery::AskPerson,
        price: None,
        medium: Medium::Chat,
        pace: Duration::from_secs(1),
        verified_at: jiff::civil::date(2026, 11, 24),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let switch = |name: &str| match login.setting(name) {
        "" | "false" => Ok(false),
        "true" => Ok(true),
        other => Err(Failure::refused(format!(
            "`{name}: {other}`: choose `true` or `false`"
        ))),
    };
    let chat = login.setting("chat");
    if !chat.starts_with('@') && chat.parse::<i64>().is_err() {
        return Err(Failure::refused(format!(
            "`chat: {chat}`: a chat is `@name` or a number such as `-1001234567890`"
        )));
    }
    let api = match login.setting("api").trim_end_matches('/') {
        "" => API,
        own => own,
    };
    Ok(Box::new(Telegram {
        http: login.http.clone(),
        api: api.to_owned(),
        chat: chat.to_owned(),
        silent: switch("silent")?,
        rich: switch("rich")?,
        token: login.secret("TOKEN")?.clone(),
        variable: variable(&login.account, "TOKEN"),
    }))
}

struct Telegram {
    http: Http,
    api: String,
    chat: String,
    silent: bool,
    rich: bool,
    token: Secret,
    variable: String,
}

#[derive(Deserialize)]
struct Bot {
    id: i64,
    username: String,
}

#[derive(Deserialize)]
struct Member {
    status: String,
    #[serde(default)]
    can_post_messages: bool,
}

impl Platform for Telegram {
    fn verify(&self) -> Result<Identity, Failure> {
        let chat_id = utf8_percent_encode(&self.chat, NON_ALPHANUMERIC);
        let bot: Bot = told(self.ask("getMe")?)?;
        let chat: Chat = told(self.ask(&format!("getChat?chat_id={chat_id}"))?)?;
        let member: Member = told(self.ask(&format!(
            "getChatMember?chat_id={chat_id}&user_id={}",
            bot.id
        ))?)?;
        let may_post = match (chat.kind.as_str(), member.status.as_str()) {
            (_, "left" | "kicked" | "restricted") => false,
            ("channel", status) => status == "creator" || member.can_post_messages,
            _ => true,
        };
        if !may_post {
            return Err(Failure::new(
                FailureKind::Forbidden,
                format!(
                    "@{} may not post in {}; make it an administrator with the right to post",
                    bot.username, self.chat
                ),
            ));
        }
        let mut capabilities = capabilities();
        if self.rich {
            capabilities.markup = Markup::Html;
            capabilities.title = Some(TITLE);
            capabilities.text = RICH;
            capabilities.images = BodyImages::Linked;
        }
        Ok(Identity {
            name: format!("@{} in {}", bot.username, chat.title),
            capabilities,
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let (message, form): (Message, Form) = match self.shaped(post, attempt)? {
            Shaped::Rich(html) => {
                let mut fields = self.head();
                fields.insert("rich_message".to_owned(), json!({ "html": html }));
                (told(self.send("sendRichMessage", &fields)?)?, Form::Rich)
            }
            Shaped::Text(html) => {
                let mut fields = self.head();
                fields.extend(text_fields(&html, post));
                (told(self.send("sendMessage", &fields)?)?, Form::Text)
            }
            Shaped::Photo { caption, picture } => {
                let form = Form::Photo(mark(post));
                let result = self.call("sendPhoto", |request| {
                    let mut parts = vec![
                        Part::text("chat_id", &self.chat),
                        Part::text("caption", &caption),
                        Part::text("parse_mode", "HTML"),
                        photo(picture),
                    ];
                    parts.extend(keyboard_part(post));
                    if self.silent {
                        parts.push(Part::text("disable_notification", "true"));
                    }
                    request.multipart(parts)
                })?;
                (told(result)?, form)
            }
        };
        Ok(remote(&message, form))
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let place = parse(at)?;
        let target = json!({ "chat_id": place.chat, "message_id": place.message });
        let mut fields = target.as_object().cloned().unwrap_or_default();
        let (method, form) = match (&place.form, self.edited(&place.form, post, attempt)?) {
            (_, Shaped::Photo { caption, picture }) => {
                let form = Form::Photo(mark(post));
                let media = json!({
                    "type": "photo",
                    "media": "attach://photo",
                    "caption": caption,
                    "parse_mode": "HTML",
                });
                self.change("editMessageMedia", |request| {
                    let mut parts = vec![
                        Part::text("chat_id", &place.chat.to_string()),
                        Part::text("message_id", &place.message.to_string()),
                        Part::text("media", &media.to_string()),
                        photo(picture),
                    ];
                    parts.extend(keyboard_part(post));
                    request.multipart(parts)
                })?;
                return Ok(renamed(at, &Place { form, ..place }));
            }
            (Form::Photo(_), Shaped::Text(caption)) => {
                fields.insert("caption".to_owned(), json!(caption));
                fields.insert("parse_mode".to_owned(), json!("HTML"));
                fields.extend(keyboard(post).map(|keyboard| (KEYBOARD.to_owned(), keyboard)));
                ("editMessageCaption", place.form.clone())
            }
            (_, Shaped::Text(html)) => {
                fields.extend(text_fields(&html, post));
                ("editMessageText", Form::Text)
            }
            (_, Shaped::Rich(html)) => {
                fields.insert("rich_message".to_owned(), json!({ "html": html }));
                ("editMessageText", Form::Rich)
            }
        };
        let fields = Value::Object(fields);
        self.change(method, |request| request.json(&fields))?;
        Ok(renamed(at, &Place { form, ..place }))
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let place = parse(at)?;
        let fields = json!({ "chat_id": place.chat, "message_id": place.message });
        let result = self.call("deleteMessage", |request| {
            request.json(&fields).repeatable()
        });
        match result {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }
}

/// What is sent: one of the three forms, with its text in Telegram's HTML.
enum Shaped {
    Text(String),
    Photo { caption: String, picture: Rendition },
    Rich(String),
}

impl Telegram {
    /// Calls a method and gives its result.
    fn call(
        &self,
        method: &str,
        fill: impl FnOnce(Request) -> Request,
    ) -> Result<(Answer, Value), Failure> {
        self.judged(&fill(Request::post(self.address(method))))
    }

    fn ask(&self, question: &str) -> Result<(Answer, Value), Failure> {
        self.judged(&Request::get(self.address(question)))
    }

    fn address(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.api, self.token.reveal())
    }

    fn judged(&self, request: &Request) -> Result<(Answer, Value), Failure> {
        judge(self.http.send(request)?).map_err(|failure| failure.naming(&self.variable))
    }

    fn send(&self, method: &str, fields: &Map<String, Value>) -> Result<(Answer, Value), Failure> {
        self.call(method, |request| {
            request.json(&Value::Object(fields.clone()))
        })
    }

    /// An edit: may be repeated, and is fine when there is nothing to change.
    fn change(&self, method: &str, fill: impl FnOnce(Request) -> Request) -> Result<(), Failure> {
        match self.call(method, |request| fill(request).repeatable()) {
            Err(failure) if failure.message.contains(NOT_MODIFIED) => Ok(()),
            other => other.map(drop),
        }
    }

    fn head(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("chat_id".to_owned(), json!(self.chat));
        if self.silent {
            fields.insert("disable_notification".to_owned(), json!(true));
        }
        fields
    }

    /// The form of a new message: a picture where there is a cover and the text fits under it.
    fn shaped(&self, post: &Post, attempt: Attempt<'_>) -> Result<Shaped, Failure> {
        let rich = match &post.content {
            Content::Short(rich) => rich,
            Content::Html(html) => return article(post, html),
            Content::Markdown(_) => return Err(Failure::refused("Telegram takes HTML")),
        };
        fits(&rich.text, TEXT, "a message")?;
        match &post.cover {
            Some(image) if count(&rich.text, CAPTION.unit) <= CAPTION.most => Ok(Shaped::Photo {
                caption: rich.telegram(),
                picture: attempt
                    .images
                    .rendition(image, &COVER)
                    .map_err(Failure::before_sending)?,
            }),
            _ => Ok(Shaped::Text(rich.telegram())),
        }
    }

    /// The form of an edit, which depends on what was sent: a picture cannot be taken away, and
    /// is sent again only when it is another one.
    fn edited(&self, form: &Form, post: &Post, attempt: Attempt<'_>) -> Result<Shaped, Failure> {
        match (form, &post.content) {
            (Form::Photo(there), Content::Short(rich)) => {
                fits(&rich.text, CAPTION, "a message with a picture")?;
                if post.cover.is_none() || *there == mark(post) {
                    return Ok(Shaped::Text(rich.telegram()));
                }
                self.shaped(post, attempt)
            }
            (Form::Text | Form::Rich, Content::Short(rich)) => {
                fits(&rich.text, TEXT, "a message")?;
                Ok(Shaped::Text(rich.telegram()))
            }
            (Form::Photo(_), Content::Html(_)) => Err(Failure::refused(
                "the message there has a picture and cannot become a rich message; delete it first",
            )),
            _ => self.shaped(post, attempt),
        }
    }
}

fn fits(text: &str, limit: Limit, what: &str) -> Result<(), Failure> {
    let length = count(text, limit.unit);
    if length <= limit.most {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "the text has {length} characters as Telegram counts, {what} holds {}",
        limit.most
    )))
}

/// A whole article with its title over it.
fn article(post: &Post, html: &str) -> Result<Shaped, Failure> {
    let title = post
        .title
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let whole = format!("<h1>{title}</h1>\n{html}");
    fits(&whole, RICH, "a rich message")?;
    Ok(Shaped::Rich(whole))
}

/// The fields of a message of text. The preview is that of the page, and large where the page
/// has a cover that found no place in the message itself.
fn text_fields(html: &str, post: &Post) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("text".to_owned(), json!(html));
    fields.insert("parse_mode".to_owned(), json!("HTML"));
    fields.insert(
        "link_preview_options".to_owned(),
        json!({ "url": post.canonical, "prefer_large_media": post.cover.is_some() }),
    );
    fields.extend(keyboard(post).map(|keyboard| (KEYBOARD.to_owned(), keyboard)));
    fields
}

/// Field of the buttons below a message. An edit without it takes them away.
const KEYBOARD: &str = "reply_markup";

/// The button that leads into the community.
fn keyboard(post: &Post) -> Option<Value> {
    let call = post.call.as_ref()?;
    let link = call.link.as_ref()?;
    Some(json!({ "inline_keyboard": [[{ "text": call.button, "url": link }]] }))
}

fn keyboard_part(post: &Post) -> Option<Part> {
    keyboard(post).map(|keyboard| Part::text(KEYBOARD, &keyboard.to_string()))
}

fn photo(picture: Rendition) -> Part {
    Part::file("photo", &picture.name, picture.media_type, picture.bytes)
}

/// Which picture it is: the beginning of its digest, or of its address's.
fn mark(post: &Post) -> String {
    let digest = post.cover.as_ref().map_or_else(String::new, |image| {
        image
            .digest
            .clone()
            .unwrap_or_else(|| super::digest([image.url.as_str()]))
    });
    digest.chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::{KEYBOARD, text_fields};
    use crate::platform::{Call, Content, Post};

    #[test]
    fn the_way_into_the_community_is_a_button() {
        let mut post = Post {
            key: "a@zh-Hans".to_owned(),
            canonical: "https://example.org/a/".to_owned(),
            link: String::new(),
            slug: "a".to_owned(),
            lang: "zh-Hans".to_owned(),
            title: String::new(),
            summary: String::new(),
            content: Content::Markdown(String::new()),
            tags: Vec::new(),
            authors: Vec::new(),
            published: None,
            cover: None,
            images: Vec::new(),
            call: Some(Call {
                text: "进群问。".to_owned(),
                button: "进群".to_owned(),
                link: Some("https://example.org/join/?utm_source=tg".to_owned()),
                code: None,
            }),
        };
        let button = &text_fields("x", &post)[KEYBOARD]["inline_keyboard"][0][0];
        assert_eq!(button["text"], "进群");
        assert_eq!(button["url"], "https://example.org/join/?utm_source=tg");
        post.call = None;
        assert!(!text_fields("x", &post).contains_key(KEYBOARD));
    }
}
