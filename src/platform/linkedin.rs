//! LinkedIn, by its versioned Posts API, for organisations and members. Facts: LinkedIn's
//! documentation of posts and images as read in September 2026, and what clients found out;
//! never called against the live service.
//!
//! Recovery class D for organisations, whose posts can be listed and are matched by the address
//! in their card; class E for members, whose posts nobody may read back. Only the text of a
//! post can be changed; its card stays. A token lives sixty days and cannot be renewed by itself.

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::{Unit, count};
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Image, Info,
    Login, Platform, Post, Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Tried, digest,
    marker, setting, variable,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What is known of LinkedIn.
pub(super) static INFO: Info = Info {
    name: "linkedin",
    title: "LinkedIn",
    settings: &[
        SettingInfo {
            name: "author",
            required: true,
            meaning: "who posts: `urn:li:organization:1234567` or `urn:li:person:AbCdEf1234`",
        },
        SettingInfo {
            name: "expires",
            required: false,
            meaning: "the day on which the token ends, `2027-01-20`, to be told in time",
        },
        SettingInfo {
            name: "version",
            required: false,
            meaning: "version of the API, `202609` (the default); each serves for about a year",
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
        meaning: "an access token with w_organization_social and r_organization_social, or for a \
                  member w_member_social",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| setting(settings, "author").to_owned(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

/// Where the API is, unless `api` says otherwise.
const API: &str = "https://api.linkedin.com";
const VERSION: &str = "202609";
/// What organisations are called.
const ORGANIZATION: &str = "urn:li:organization:";
/// What members are called.
const PERSON: &str = "urn:li:person:";
/// Longest text, before its characters are escaped.
const TEXT: Limit = Limit::new(3000, Unit::CodePoints);
const COVER: ImageLimit = ImageLimit {
    bytes: 5 << 20,
    side: 2560,
    types: &["image/jpeg", "image/png"],
};
/// Posts among which ours is looked for, the newest.
const LOOKED_AT: usize = 50;
/// Days before the token's end from which on it is told.
const WARNED: i64 = 14;

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::LittleText,
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
        pace: Duration::from_millis(500),
        verified_at: jiff::civil::date(2026, 9, 24),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let author = login.setting("author");
    let is_organization = author.starts_with(ORGANIZATION);
    let (ORGANIZATION | PERSON, number) = author.split_at(author.rfind(':').map_or(0, |at| at + 1))
    else {
        return Err(Failure::refused(format!(
            "`author: {author}`: write `{ORGANIZATION}1234567` or `{PERSON}AbCdEf1234`"
        )));
    };
    if number.is_empty() {
        return Err(Failure::refused(format!(
            "`author: {author}`: the number is missing"
        )));
    }
    let version = match login.setting("version") {
        "" => VERSION,
        own if own.len() == 6 && own.bytes().all(|byte| byte.is_ascii_digit()) => own,
        other => {
            return Err(Failure::refused(format!(
                "`version: {other}`: a version is a year and a month, `{VERSION}`"
            )));
        }
    };
    let expires = match login.setting("expires") {
        "" => None,
        day => Some(day.parse::<jiff::civil::Date>().map_err(|_| {
            Failure::refused(format!("`expires: {day}`: write a day as `2027-01-20`"))
        })?),
    };
    let api = match login.setting("api").trim_end_matches('/') {
        "" => API,
        own => own,
    };
    Ok(Box::new(LinkedIn {
        http: login.http.clone(),
        api: api.to_owned(),
        author: author.to_owned(),
        is_organization,
        version: version.to_owned(),
        expires,
        token: login.secret("TOKEN")?.clone(),
        variable: variable(&login.account, "TOKEN"),
    }))
}

struct LinkedIn {
    http: Http,
    api: String,
    author: String,
    is_organization: bool,
    version: String,
    expires: Option<jiff::civil::Date>,
    token: Secret,
    variable: String,
}

/// A post as LinkedIn keeps it.
#[derive(Debug, Deserialize)]
struct Kept {
    id: String,
    #[serde(default)]
    commentary: String,
    #[serde(default)]
    content: Card,
}

#[derive(Debug, Default, Deserialize)]
struct Card {
    #[serde(default)]
    article: Article,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Article {
    source: String,
    title: String,
    description: String,
}

#[derive(Deserialize)]
struct Part {
    elements: Vec<Kept>,
}

#[derive(Deserialize)]
struct Started {
    value: Upload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Upload {
    upload_url: String,
    image: String,
}

impl Platform for LinkedIn {
    fn verify(&self) -> Result<Identity, Failure> {
        let today = self.http.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let days = self.expires.map(|end| (end - today).get_days());
        if let (Some(end), Some(..0)) = (self.expires, days) {
            return Err(Failure::new(
                FailureKind::Credentials,
                format!(
                    "the token ended on {end}: make a new one, put it into {} and set `expires`",
                    self.variable
                ),
            ));
        }
        let mut capabilities = capabilities();
        if self.is_organization {
            self.part(0, 1)?;
        } else {
            // Whether a member's token may post can only be found out by posting.
            let request = Request::get(format!("{}/v2/userinfo", self.api)).bearer(&self.token);
            match self.judge(self.http.send(&request)?) {
                Err(failure) if failure.kind != FailureKind::Forbidden => return Err(failure),
                _ => {}
            }
            capabilities.find = false;
            capabilities.read = false;
            capabilities.list = false;
            capabilities.recovery = Recovery::AskPerson;
        }
        let end = match (self.expires, days) {
            (Some(end), Some(days)) if i64::from(days) <= WARNED => {
                format!(" (its token ends on {end}: make a new one)")
            }
            _ => String::new(),
        };
        Ok(Identity {
            name: format!("{}{end}", self.author),
            capabilities,
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let text = text(post)?;
        let mut article = Map::new();
        article.insert("source".to_owned(), json!(post.link));
        article.insert("title".to_owned(), json!(post.title));
        article.insert("description".to_owned(), json!(post.summary));
        if let Some(image) = &post.cover {
            let uploaded = self
                .upload(image, attempt)
                .map_err(|failure| failure.during("uploading the cover").before_sending())?;
            article.insert("thumbnail".to_owned(), json!(uploaded));
            article.insert("thumbnailAltText".to_owned(), json!(image.alt));
        }
        let fields = json!({
            "author": self.author,
            "commentary": text,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "content": { "article": article },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": false,
        });
        let answer = self.send(Request::post(self.rest("posts")).json(&fields))?;
        match answer.header("x-restli-id") {
            Some(id) if answer.status == 201 => Ok(remote(id)),
            _ => Err(answer.senseless("the answer names no post")),
        }
    }

    fn update(&self, at: &Remote, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let fields = json!({ "patch": { "$set": { "commentary": text(post)? } } });
        let request = Request::post(self.rest(&format!("posts/{}", encoded(&at.id))))
            .header("x-restli-method", "PARTIAL_UPDATE")
            .json(&fields);
        self.send(request.repeatable())?;
        Ok(at.clone())
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let request = Request::delete(self.rest(&format!("posts/{}", encoded(&at.id))))
            .header("x-restli-method", "DELETE");
        match self.send(request.repeatable()) {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        self.reads()?;
        let found = self
            .part(0, LOOKED_AT)?
            .into_iter()
            .find(|kept| marker::carries(&kept.content.article.source, &post.canonical));
        Ok(found.map(seen))
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        self.reads()?;
        let request = Request::get(self.rest(&format!("posts/{}", encoded(&at.id))));
        match self.send(request) {
            Ok(answer) => Ok(Some(seen(answer.ok_as()?))),
            Err(failure) if failure.kind == FailureKind::Missing => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        self.reads()?;
        let mut all = Vec::new();
        while all.len() < most {
            let part = self.part(all.len(), LOOKED_AT)?;
            let is_last = part.len() < LOOKED_AT;
            all.extend(part.into_iter().map(seen));
            if is_last {
                break;
            }
        }
        all.truncate(most);
        Ok(all)
    }
}

impl LinkedIn {
    fn rest(&self, path: &str) -> String {
        format!("{}/rest/{path}", self.api)
    }

    fn send(&self, request: Request) -> Result<Answer, Failure> {
        let request = request
            .header("linkedin-version", &self.version)
            .header("x-restli-protocol-version", "2.0.0")
            .bearer(&self.token);
        self.judge(self.http.send(&request)?)
    }

    /// A member's posts cannot be read back.
    fn reads(&self) -> Result<(), Failure> {
        if self.is_organization {
            return Ok(());
        }
        Err(Failure::unsupported(
            "LinkedIn lets nobody read a member's posts",
        ))
    }

    /// Our posts, the newest first.
    fn part(&self, start: usize, size: usize) -> Result<Vec<Kept>, Failure> {
        let request = Request::get(self.rest(&format!(
            "posts?author={}&q=author&start={start}&count={size}&sortBy=CREATED",
            encoded(&self.author)
        )));
        let answer = self.send(request.header("x-restli-method", "FINDER"))?;
        Ok(answer.ok_as::<Part>()?.elements)
    }

    /// The name of an uploaded picture.
    fn upload(&self, image: &Image, attempt: Attempt<'_>) -> Result<String, Failure> {
        let picture = attempt.images.rendition(image, &COVER)?;
        let fields = json!({ "initializeUploadRequest": { "owner": self.author } });
        let request = Request::post(self.rest("images?action=initializeUpload")).json(&fields);
        let upload = self.send(request.repeatable())?.ok_as::<Started>()?.value;
        if !self.is_theirs(&upload.upload_url) {
            return Err(Failure::refused(
                "LinkedIn names an address for the picture that is not its own",
            ));
        }
        let request = Request::put(&upload.upload_url)
            .bytes(picture.bytes, picture.media_type)
            .bearer(&self.token);
        self.judge(self.http.send(&request.repeatable())?)?;
        Ok(upload.image)
    }

    /// Whether an address is LinkedIn's: the token goes to no other.
    fn is_theirs(&self, url: &str) -> bool {
        let own = url
            .strip_prefix(&self.api)
            .is_some_and(|rest| rest.starts_with('/'));
        let host = url
            .strip_prefix("https://")
            .and_then(|rest| rest.split(['/', '?', '#']).next())
            .unwrap_or_default();
        own || host == "linkedin.com" || host.ends_with(".linkedin.com")
    }

    /// An answer of success, or what its status and its words stand for.
    fn judge(&self, answer: Answer) -> Result<Answer, Failure> {
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let said = answer.json().unwrap_or_default();
        let words = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut failure = answer.failure(None);
        let hint = match answer.status {
            401 => "a token lives sixty days: make a new one",
            403 => {
                "the token needs w_organization_social and r_organization_social from an \
                 administrator of the page, or for a member w_member_social"
            }
            426 => {
                failure.kind = FailureKind::Unsupported;
                "this version of the API has ended: set `version` to a newer one"
            }
            429 => "the day's calls are used up; run again tomorrow",
            _ if words("message").contains("duplicate of urn:li:") => {
                failure.kind = FailureKind::Conflict;
                "LinkedIn takes the same post once"
            }
            _ => return Err(failure),
        };
        failure.message = format!("{}; {hint}", failure.message);
        Err(failure.naming(&self.variable))
    }
}

/// The text of a post in LinkedIn's form, within the limit: what is not escaped ends the text
/// there without a word.
fn text(post: &Post) -> Result<String, Failure> {
    let Content::Short(rich) = &post.content else {
        return Err(Failure::refused("LinkedIn takes short texts"));
    };
    let length = count(&rich.text, TEXT.unit);
    if length > TEXT.most {
        return Err(Failure::refused(format!(
            "the text has {length} characters, LinkedIn takes {}",
            TEXT.most
        )));
    }
    Ok(rich.little_text())
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn remote(id: &str) -> Remote {
    Remote {
        id: id.to_owned(),
        url: Some(format!("https://www.linkedin.com/feed/update/{id}/")),
    }
}

fn seen(kept: Kept) -> Seen {
    let article = &kept.content.article;
    let source = Some(article.source.as_str()).filter(|source| !source.is_empty());
    let title = if article.title.is_empty() {
        kept.commentary.lines().next().unwrap_or_default()
    } else {
        &article.title
    };
    Seen {
        remote: remote(&kept.id),
        canonical: source.map(marker::untracked),
        digest: Some(digest([
            kept.commentary.as_str(),
            article.source.as_str(),
            article.title.as_str(),
            article.description.as_str(),
        ])),
        title: title.to_owned(),
    }
}
