//! VK (ВКонтакте), by the methods of a wall with a user's token. Facts: VK's published schema
//! of its API 5.199; never called against the live service.
//!
//! Recovery class D: the newest posts of the wall are read and matched by the address in them;
//! what is older is searched for. Every post carries our key as `guid`, for which VK is said to
//! refuse repeats for an hour; that is written nowhere, so nothing relies on it.

mod answer;

use crate::platform::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use crate::platform::counting::{Unit, count};
use crate::platform::{
    Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Image, Info, Login, Part,
    Platform, Post, Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Tried, digest, marker,
    rich, setting, variable,
};
use answer::{
    Found, Groups, Items, Kept, Made, Photo, Place, Refusal, TOO_SOON, Uploaded, User, judge,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// What is known of VK.
pub(super) static INFO: Info = Info {
    name: "vk",
    title: "ВКонтакте",
    settings: &[
        SettingInfo {
            name: "owner",
            required: true,
            meaning: "number of the community with a minus, `-1234567`, or of a user",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "a relay of yours, `https://relay.example.org`",
        },
    ],
    secrets: &[SecretInfo {
        name: "TOKEN",
        required: true,
        meaning: "a token of an administrator with the rights wall, photos, groups and offline; a \
                  community's own token cannot read its wall",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| setting(settings, "owner").to_owned(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

/// Where the API is, unless `api` says otherwise.
const API: &str = "https://api.vk.com";
const VERSION: &str = "5.199";
/// Longest text. VK documents none; others found about 900 characters more.
const TEXT: Limit = Limit::new(15_000, Unit::CodePoints);
const COVER: ImageLimit = ImageLimit {
    bytes: 10 << 20,
    side: 2560,
    types: &["image/jpeg", "image/png"],
};
/// Posts that one part of a wall holds at most.
const PART: usize = 100;
/// Posts that a search gives.
const SEARCHED: usize = 20;
/// How often a call is made that comes too soon after others.
const TURNS: u32 = 4;

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
        cover: Some(COVER),
        images: BodyImages::None,
        update: Update::Always,
        reply: false,
        delete: true,
        find: true,
        read: true,
        list: true,
        recovery: Recovery::LookUp,
        price: None,
        medium: Medium::Social,
        pace: Duration::from_millis(350),
        verified_at: jiff::civil::date(2026, 9, 24),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let written = login.setting("owner");
    let owner = written.parse::<i64>().ok().filter(|owner| *owner != 0);
    let Some(owner) = owner else {
        return Err(Failure::refused(format!(
            "`owner: {written}`: write the community's number with a minus, `-1234567`"
        )));
    };
    let api = match login.setting("api").trim_end_matches('/') {
        "" => API,
        own => own,
    };
    Ok(Box::new(Vk {
        http: login.http.clone(),
        api: api.to_owned(),
        owner,
        token: login.secret("TOKEN")?.clone(),
        variable: variable(&login.account, "TOKEN"),
    }))
}

struct Vk {
    http: Http,
    api: String,
    /// Whose wall: negative for communities.
    owner: i64,
    token: Secret,
    variable: String,
}

/// What a call may do when it is made twice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It only asks or prepares.
    Ask,
    /// It asks for a state.
    Bring,
    /// It makes something.
    Make,
}

impl Platform for Vk {
    fn verify(&self) -> Result<Identity, Failure> {
        let number = self.owner.unsigned_abs().to_string();
        let name = if self.owner < 0 {
            let found: Groups =
                self.call("groups.getById", Manner::Ask, &[("group_id", &number)])?;
            let group = found.groups.into_iter().next().ok_or_else(|| {
                Failure::new(
                    FailureKind::Missing,
                    format!("there is no community {number}; check `owner`"),
                )
            })?;
            if group.is_admin == Some(0) {
                return Err(Failure::new(
                    FailureKind::Forbidden,
                    format!(
                        "the token's user is no administrator of “{}”; make it one",
                        group.name
                    ),
                ));
            }
            group.name
        } else {
            let found: Vec<User> = self.call("users.get", Manner::Ask, &[("user_ids", &number)])?;
            let user = found.into_iter().next().ok_or_else(|| {
                Failure::new(
                    FailureKind::Missing,
                    format!("there is no user {number}; check `owner`"),
                )
            })?;
            format!("{} {}", user.first_name, user.last_name)
        };
        Ok(Identity {
            name: format!("{} (vk.com, {})", name.trim(), self.owner),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let text = text(post)?;
        let attachments = self.attachments(post, attempt)?;
        let owner = self.owner.to_string();
        let fields = [
            ("owner_id", owner.as_str()),
            ("from_group", if self.owner < 0 { "1" } else { "0" }),
            ("message", &text),
            ("attachments", &attachments),
            ("guid", attempt.key),
        ];
        let made: Made = self.call("wall.post", Manner::Make, &fields)?;
        Ok(remote(self.owner, made.post_id))
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let text = text(post)?;
        let (owner, number) = parse(at)?;
        let attachments = self.attachments(post, attempt)?;
        let (owner, number) = (owner.to_string(), number.to_string());
        let fields = [
            ("owner_id", owner.as_str()),
            ("post_id", &number),
            ("message", &text),
            ("attachments", &attachments),
        ];
        match self.call::<Value>("wall.edit", Manner::Bring, &fields) {
            Ok(_) => Ok(at.clone()),
            Err(failure) => Err(self.or_missing(at, failure)),
        }
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let (owner, number) = parse(at)?;
        let (owner, number) = (owner.to_string(), number.to_string());
        let fields = [("owner_id", owner.as_str()), ("post_id", &number)];
        match self.call::<Value>("wall.delete", Manner::Bring, &fields) {
            Ok(_) => Ok(()),
            Err(failure) => match self.or_missing(at, failure) {
                failure if failure.kind == FailureKind::Missing => Ok(()),
                failure => Err(failure),
            },
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let is_ours =
            |kept: &Kept| !kept.is_deleted && marker::carries(&plain(&kept.text), &post.canonical);
        let newest = self.part(0, PART)?.into_iter().find(is_ours);
        if let Some(kept) = newest {
            return Ok(Some(seen(kept)));
        }
        let (owner, most) = (self.owner.to_string(), SEARCHED.to_string());
        let fields = [
            ("owner_id", owner.as_str()),
            ("query", &post.canonical),
            ("owners_only", "1"),
            ("count", &most),
        ];
        let found: Items = self.call("wall.search", Manner::Ask, &fields)?;
        Ok(found.items.into_iter().find(is_ours).map(seen))
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        let (owner, number) = parse(at)?;
        let posts = format!("{owner}_{number}");
        let found: Found = self.call("wall.getById", Manner::Ask, &[("posts", &posts)])?;
        let (Found::Items(Items { items: kept }) | Found::Bare(kept)) = found;
        Ok(kept
            .into_iter()
            .find(|kept| kept.id == number && !kept.is_deleted)
            .map(seen))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let mut all = Vec::new();
        let mut offset = 0;
        while all.len() < most {
            let part = self.part(offset, PART)?;
            offset += part.len();
            let is_last = part.len() < PART;
            all.extend(part.into_iter().filter(|kept| !kept.is_deleted).map(seen));
            if is_last {
                break;
            }
        }
        all.truncate(most);
        Ok(all)
    }
}

impl Vk {
    /// Calls a method and gives its answer in the form that is promised. The token goes in the
    /// body, where no log of addresses has it.
    fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        manner: Manner,
        fields: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let mut all = vec![("v", VERSION), ("access_token", self.token.reveal())];
        all.extend(fields.iter().filter(|(_, value)| !value.is_empty()));
        let mut request = Request::post(format!("{}/method/{method}", self.api)).form(&all);
        if manner != Manner::Make {
            request = request.repeatable();
        }
        let mut turn = 0;
        let result = loop {
            let result = self
                .http
                .send(&request)
                .map_err(Refusal::from)
                .and_then(judge);
            match &result {
                // Nothing was done; a moment later it is.
                Err(refusal) if refusal.1 == TOO_SOON && turn + 1 < TURNS => {
                    self.http.rest(turn);
                    turn += 1;
                }
                _ => break result,
            }
        };
        let told = result
            .map_err(|refusal| refusal.0)
            .and_then(|(answer, said)| {
                serde_json::from_value(said)
                    .map_err(|_| answer.senseless("the answer lacks what it should have"))
            });
        told.map_err(|failure| {
            let failure = failure.naming(&self.variable);
            if manner == Manner::Ask {
                failure.before_sending()
            } else {
                failure
            }
        })
    }

    fn part(&self, offset: usize, size: usize) -> Result<Vec<Kept>, Failure> {
        let (owner, offset, size) = (self.owner.to_string(), offset.to_string(), size.to_string());
        let fields = [
            ("owner_id", owner.as_str()),
            ("filter", "owner"),
            ("offset", &offset),
            ("count", &size),
        ];
        Ok(self.call::<Items>("wall.get", Manner::Ask, &fields)?.items)
    }

    /// The same failure, or that the post is gone: VK has the same numbers for that and for much
    /// else, so it is looked for.
    fn or_missing(&self, at: &Remote, failure: Failure) -> Failure {
        let may_be_gone = matches!(
            failure.kind,
            FailureKind::Forbidden | FailureKind::Refused | FailureKind::Missing
        );
        if may_be_gone && self.read(at) == Ok(None) {
            return Failure::new(
                FailureKind::Missing,
                format!("the post {} is gone from the wall", at.id),
            );
        }
        let mut failure = failure;
        if failure.kind == FailureKind::Forbidden {
            // Others may well be allowed.
            failure.kind = FailureKind::Refused;
        }
        failure
    }

    /// What hangs below a text: the cover, else the page's card.
    fn attachments(&self, post: &Post, attempt: Attempt<'_>) -> Result<String, Failure> {
        match &post.cover {
            // A comma parts attachments.
            None => Ok(post.link.replace(',', "%2C")),
            Some(image) => self
                .upload(image, attempt)
                .map_err(|failure| failure.during("uploading the cover").before_sending()),
        }
    }

    /// The name of an uploaded picture, `photo-1234567_456239017`.
    fn upload(&self, image: &Image, attempt: Attempt<'_>) -> Result<String, Failure> {
        let picture = attempt.images.rendition(image, &COVER)?;
        let group = if self.owner < 0 {
            self.owner.unsigned_abs().to_string()
        } else {
            String::new()
        };
        let place: Place = self.call(
            "photos.getWallUploadServer",
            Manner::Ask,
            &[("group_id", &group)],
        )?;
        let request = Request::post(place.upload_url).multipart(vec![Part::file(
            "photo",
            &picture.name,
            picture.media_type,
            picture.bytes,
        )]);
        let uploaded: Uploaded = self.http.send(&request.repeatable())?.ok_as()?;
        if uploaded.photo.is_empty() || uploaded.photo == "[]" {
            return Err(Failure::refused("VK does not take the picture"));
        }
        let server = match &uploaded.server {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let fields = [
            ("group_id", group.as_str()),
            ("server", &server),
            ("photo", &uploaded.photo),
            ("hash", &uploaded.hash),
            ("caption", &image.alt),
        ];
        let saved: Vec<Photo> = self.call("photos.saveWallPhoto", Manner::Ask, &fields)?;
        saved
            .first()
            .map(|photo| format!("photo{}_{}", photo.owner_id, photo.id))
            .ok_or_else(|| Failure::refused("VK has not kept the picture"))
    }
}

/// The text of a post within the limit.
fn text(post: &Post) -> Result<String, Failure> {
    let Content::Short(rich) = &post.content else {
        return Err(Failure::refused("VK takes short texts"));
    };
    let text = rich.plain();
    let length = count(&text, TEXT.unit);
    if length > TEXT.most {
        return Err(Failure::refused(format!(
            "the text has {length} characters, VK takes {}",
            TEXT.most
        )));
    }
    Ok(text)
}

/// VK gives some texts with escaped ampersands.
fn plain(text: &str) -> String {
    text.replace("&amp;", "&")
}

fn remote(owner: i64, number: i64) -> Remote {
    Remote {
        id: format!("{owner}_{number}"),
        url: Some(format!("https://vk.com/wall{owner}_{number}")),
    }
}

fn parse(at: &Remote) -> Result<(i64, i64), Failure> {
    at.id
        .split_once('_')
        .and_then(|(owner, number)| Some((owner.parse().ok()?, number.parse().ok()?)))
        .ok_or_else(|| Failure::refused(format!("`{}` is no `owner_number`", at.id)))
}

fn seen(kept: Kept) -> Seen {
    let text = plain(&kept.text);
    let link = rich::links(&text).pop();
    Seen {
        remote: remote(kept.owner_id, kept.id),
        canonical: link.map(|range| marker::untracked(&text[range])),
        digest: Some(digest([kept.text.as_str()])),
        title: text.lines().next().unwrap_or_default().to_owned(),
    }
}
