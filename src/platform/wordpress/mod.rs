//! WordPress, by its REST API (core 5.6 and later) with an application password. Facts: the REST
//! handbook and core's own answers in 6.1, 6.8 and 7.1.
//!
//! Recovery class D: the server takes a second post with the same slug and only renames it, so
//! our copy is looked up by slug, then by its mark, an invisible comment with the canonical
//! address, or by the tracked link that ends it. A post in the trash counts as gone.

mod text;

use crate::platform::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use crate::platform::counting::{Unit, count};
use crate::platform::{
    Answer, Attempt, Capabilities, Failure, FailureKind, Http, Identity, Image, Info, Login, Part,
    Platform, Post, Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Tried, digest, marker,
    setting, variable,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use text::{content, encoded, escaped, is_copy, unescaped};

/// What is known of WordPress.
pub(super) static INFO: Info = Info {
    name: "wordpress",
    title: "WordPress",
    settings: &[
        SettingInfo {
            name: "url",
            required: true,
            meaning: "the blog's address, `https://blog.example.org`",
        },
        SettingInfo {
            name: "user",
            required: true,
            meaning: "the login name that posts, `anna`",
        },
        SettingInfo {
            name: "status",
            required: false,
            meaning: "`publish` (the default), or `draft` for a person to look over; later changes \
                      leave it as it is there",
        },
        SettingInfo {
            name: "delete",
            required: false,
            meaning: "`trash` (the default), or `force` to delete for good",
        },
    ],
    secrets: &[SecretInfo {
        name: "PASSWORD",
        required: true,
        meaning: "an application password: Users → Profile → Application Passwords",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| place(setting(settings, "url")),
    tried: Tried::Server("WordPress 6.8"),
    mistakes: |_| Vec::new(),
};

/// What WordPress takes for a cover: what every host's image library can scale.
const COVER: ImageLimit = ImageLimit {
    bytes: 2 << 20,
    side: 2560,
    types: &["image/jpeg", "image/png"],
};
/// Posts that one page of a list holds at most.
const PAGE: usize = 100;
/// The parts of a post that we ask for.
const FIELDS: &str = "context=edit&_fields=id,link,status,title,content,excerpt";

/// WordPress itself keeps any title; themes and feeds do not.
const TITLE: Limit = Limit::new(255, Unit::CodePoints);

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Html,
        title: Some(TITLE),
        text: Limit::new(1 << 20, Unit::Bytes),
        text_too: None,
        summary: Some(Limit::new(500, Unit::CodePoints)),
        tags: 10,
        links: Links::Allowed,
        cover: Some(COVER),
        images: BodyImages::Linked,
        update: Update::Always,
        reply: false,
        delete: true,
        find: true,
        read: true,
        list: true,
        recovery: Recovery::LookUp,
        price: None,
        medium: Medium::Article,
        pace: Duration::from_millis(200),
        verified_at: jiff::civil::date(2026, 11, 24),
    }
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let url = login.setting("url").trim_end_matches('/');
    let choice = |name: &str, choices: [&'static str; 2]| match login.setting(name) {
        "" => Ok(choices[0]),
        given => choices
            .into_iter()
            .find(|choice| *choice == given)
            .ok_or_else(|| {
                Failure::refused(format!(
                    "`{name}: {given}`: choose `{}` or `{}`",
                    choices[0], choices[1]
                ))
            }),
    };
    Ok(Box::new(WordPress {
        http: login.http.clone(),
        api: format!("{url}/wp-json/wp/v2"),
        place: place(url),
        user: login.setting("user").to_owned(),
        password: login.secret("PASSWORD")?.clone(),
        variable: variable(&login.account, "PASSWORD"),
        status: choice("status", ["publish", "draft"])?,
        force: choice("delete", ["trash", "force"])? == "force",
    }))
}

/// Host and path of an address: the place that two accounts may share.
fn place(url: &str) -> String {
    let url = url.trim_end_matches('/');
    url.split_once("://")
        .map_or(url, |(_, rest)| rest)
        .to_lowercase()
}

struct WordPress {
    http: Http,
    api: String,
    place: String,
    user: String,
    password: Secret,
    variable: String,
    status: &'static str,
    force: bool,
}

/// A post as the server gives it to its editors.
#[derive(Debug, Deserialize)]
struct Kept {
    id: u64,
    link: String,
    status: String,
    title: Raw,
    content: Raw,
    excerpt: Raw,
}

#[derive(Debug, Deserialize)]
struct Raw {
    raw: String,
}

#[derive(Deserialize)]
struct User {
    name: String,
    #[serde(default)]
    capabilities: BTreeMap<String, Value>,
}

/// An uploaded picture.
#[derive(Deserialize)]
struct Upload {
    id: u64,
    #[serde(default)]
    alt_text: String,
}

#[derive(Deserialize)]
struct Term {
    id: u64,
}

impl Platform for WordPress {
    fn verify(&self) -> Result<Identity, Failure> {
        let answer = self.send(Request::get(format!(
            "{}/users/me?context=edit&_fields=name,capabilities",
            self.api
        )))?;
        if answer.status == 404 {
            return Err(answer.failure(Some(
                "there is no REST API; check `url`, and choose permalinks other than `Plain` there",
            )));
        }
        let user: User = self.told(answer)?;
        let may = |what: &str| user.capabilities.get(what).is_some_and(|may| may == true);
        let needed: &[&str] = if self.status == "draft" {
            &["edit_posts", "upload_files"]
        } else {
            &["edit_posts", "upload_files", "publish_posts"]
        };
        if let Some(lacking) = needed.iter().find(|what| !may(what)) {
            return Err(Failure::new(
                FailureKind::Forbidden,
                format!(
                    "`{}` may not `{lacking}` on {}; give it the role Author or Editor",
                    self.user, self.place
                ),
            ));
        }
        Ok(Identity {
            name: format!("{} on {}", user.name, self.place),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        // A lost answer's post is brought to this content rather than made a second time.
        if let Some(kept) = self.by_slug(post).map_err(Failure::before_sending)? {
            return self.write(&kept.id.to_string(), post, attempt);
        }
        let mut fields = self.fields(post, attempt)?;
        fields.insert("slug".to_owned(), json!(post.slug));
        fields.insert("status".to_owned(), json!(self.status));
        let request = Request::post(format!("{}/posts?{FIELDS}", self.api));
        let kept: Kept = self.told(self.send(request.json(&Value::Object(fields)))?)?;
        Ok(remote(&kept))
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        // A write to a post in the trash would succeed, and nobody would see it.
        if self.kept(at).map_err(Failure::before_sending)?.is_none() {
            return Err(Failure::new(
                FailureKind::Missing,
                format!("the post {} is gone from {}", at.id, self.place),
            ));
        }
        self.write(&at.id, post, attempt)
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let force = if self.force { "?force=true" } else { "" };
        let request = Request::delete(format!("{}/posts/{}{force}", self.api, at.id));
        let answer = self.send(request.repeatable())?;
        match (answer.status, code(&answer).as_str()) {
            (404, "rest_post_invalid_id") | (410, "rest_already_trashed") => Ok(()),
            (501, _) => Err(Failure::refused(format!(
                "{} has no trash; set `delete: force` to delete for good",
                self.place
            ))),
            _ => self.accepted(answer).map(drop),
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        if let Some(kept) = self.by_slug(post)? {
            return Ok(Some(seen(kept)));
        }
        let mut needles = vec![marker::in_comment(&post.canonical)];
        if needles.iter().all(|needle| *needle != post.canonical) {
            needles.push(post.canonical.clone());
        }
        for needle in needles {
            let found = self.posts(&format!("per_page=20&search={}", encoded(&needle)))?;
            if let Some(kept) = found
                .into_iter()
                .find(|kept| is_copy(&kept.content.raw, post))
            {
                return Ok(Some(seen(kept)));
            }
        }
        Ok(None)
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        Ok(self.kept(at)?.map(seen))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let mut all = Vec::new();
        let size = most.clamp(1, PAGE);
        for page in 1.. {
            let posts = self.posts(&format!("per_page={size}&page={page}"))?;
            let last = posts.len() < size;
            all.extend(posts.into_iter().map(seen));
            if last || all.len() >= most {
                break;
            }
        }
        all.truncate(most);
        Ok(all)
    }
}

impl WordPress {
    fn send(&self, request: Request) -> Result<Answer, Failure> {
        self.http.send(&request.basic(&self.user, &self.password))
    }

    fn accepted(&self, answer: Answer) -> Result<Answer, Failure> {
        answer
            .ok()
            .map_err(|failure| failure.naming(&self.variable))
    }

    fn told<T: serde::de::DeserializeOwned>(&self, answer: Answer) -> Result<T, Failure> {
        self.accepted(answer)?.ok_as()
    }

    /// Posts of any status but the trash, those made last first: their dates are their pages'.
    fn posts(&self, query: &str) -> Result<Vec<Kept>, Failure> {
        let answer = self.send(Request::get(format!(
            "{}/posts?status=any&orderby=id&order=desc&{FIELDS}&{query}",
            self.api
        )))?;
        // To a login that it does not know, a site says that only this parameter is wrong.
        if code(&answer) == "rest_invalid_param" && answer.text().contains("\"status\"") {
            let failure = Failure::new(FailureKind::Credentials, "the login is not accepted");
            return Err(failure.naming(&self.variable));
        }
        // A page behind the last one.
        if code(&answer) == "rest_post_invalid_page_number" {
            return Ok(Vec::new());
        }
        self.told(answer)
    }

    fn by_slug(&self, post: &Post) -> Result<Option<Kept>, Failure> {
        // A slug may be anybody's; one that leads to our page as well is our copy.
        let found = self.posts(&format!("slug={}", encoded(&post.slug)))?;
        let is_ours = |kept: &Kept| marker::carries(&kept.content.raw, &post.canonical);
        Ok(found.into_iter().find(is_ours))
    }

    /// The post as it is there; none when it is deleted or in the trash.
    fn kept(&self, at: &Remote) -> Result<Option<Kept>, Failure> {
        let answer = self.send(Request::get(format!(
            "{}/posts/{}?{FIELDS}",
            self.api, at.id
        )))?;
        // Any other 404 is of a server that has lost its API, not of a deleted post.
        if code(&answer) == "rest_post_invalid_id" {
            return Ok(None);
        }
        let kept: Kept = self.told(answer)?;
        Ok((kept.status != "trash").then_some(kept))
    }

    /// Writes our content over a post. Its slug and status are left alone: readers have links to
    /// it, and an editor may have published a draft or taken a post back.
    fn write(&self, id: &str, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let fields = self.fields(post, attempt)?;
        let request = Request::post(format!("{}/posts/{id}?{FIELDS}", self.api)).repeatable();
        let answer = self.send(request.json(&Value::Object(fields)))?;
        let kept: Kept = self.told(answer)?;
        Ok(remote(&kept))
    }

    /// What we write. Tags and cover are made first; a failure there leaves the post untouched.
    fn fields(&self, post: &Post, attempt: Attempt<'_>) -> Result<Map<String, Value>, Failure> {
        let length = count(&post.title, TITLE.unit);
        if length > TITLE.most {
            return Err(Failure::refused(format!(
                "the title has {length} characters, at most {} are sensible there",
                TITLE.most
            )));
        }
        let content = content(post)?;
        let tags = post
            .tags
            .iter()
            .filter(|tag| !tag.trim().is_empty())
            .map(|tag| self.tag(tag))
            .collect::<Result<Vec<_>, _>>()
            .map_err(Failure::before_sending)?;
        let cover = match &post.cover {
            Some(image) => self
                .cover(image, attempt)
                .map_err(|failure| failure.during("uploading the cover").before_sending())?,
            None => 0,
        };
        let mut fields = Map::new();
        fields.insert("title".to_owned(), json!(escaped(&post.title)));
        fields.insert("content".to_owned(), json!(content));
        fields.insert("excerpt".to_owned(), json!(escaped(&post.summary)));
        fields.insert("tags".to_owned(), json!(tags));
        fields.insert("featured_media".to_owned(), json!(cover));
        if let Some(published) = post.published {
            let moment = published.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            fields.insert("date_gmt".to_owned(), json!(moment));
        }
        Ok(fields)
    }

    /// The number of a tag, which is made where there is none. Asking to make it is one request
    /// in both cases, and finds names that the server keeps in an escaped form.
    fn tag(&self, name: &str) -> Result<u64, Failure> {
        let request = Request::post(format!("{}/tags?_fields=id", self.api))
            .json(&json!({ "name": name.trim() }))
            .repeatable();
        let answer = self.send(request)?;
        let existing = answer
            .json()
            .filter(|_| code(&answer) == "term_exists")
            .and_then(|said| said.pointer("/data/term_id").and_then(Value::as_u64));
        if let Some(id) = existing {
            return Ok(id);
        }
        self.told::<Term>(answer)
            .map(|term| term.id)
            .map_err(|failure| failure.during(&format!("making the tag `{name}`")))
    }

    /// The number of an uploaded picture. Its name has a digest in it, so that one that is there
    /// under that name is the same.
    fn cover(&self, image: &Image, attempt: Attempt<'_>) -> Result<u64, Failure> {
        let rendition = attempt.images.rendition(image, &COVER)?;
        let stem = rendition
            .name
            .rsplit_once('.')
            .map_or(rendition.name.as_str(), |(stem, _)| stem);
        let answer = self.send(Request::get(format!(
            "{}/media?context=edit&_fields=id,alt_text&slug={}",
            self.api,
            encoded(&stem.to_lowercase())
        )))?;
        let there: Vec<Upload> = self.told(answer)?;
        if let Some(upload) = there.into_iter().next() {
            if upload.alt_text != image.alt {
                let request = Request::post(format!("{}/media/{}", self.api, upload.id));
                let request = request.json(&json!({ "alt_text": image.alt })).repeatable();
                self.accepted(self.send(request)?)?;
            }
            return Ok(upload.id);
        }
        let request = Request::post(format!("{}/media?_fields=id", self.api)).multipart(vec![
            Part::text("alt_text", &image.alt),
            Part::file(
                "file",
                &rendition.name,
                rendition.media_type,
                rendition.bytes,
            ),
        ]);
        let upload: Upload = self.told(self.send(request.repeatable())?)?;
        Ok(upload.id)
    }
}

/// The word that WordPress has for what went wrong.
fn code(answer: &Answer) -> String {
    answer
        .json()
        .and_then(|said| said.get("code")?.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn remote(kept: &Kept) -> Remote {
    Remote {
        id: kept.id.to_string(),
        url: Some(kept.link.clone()),
    }
}

fn seen(kept: Kept) -> Seen {
    Seen {
        remote: remote(&kept),
        canonical: marker::marked(&kept.content.raw),
        digest: Some(digest([
            kept.title.raw.as_str(),
            kept.content.raw.as_str(),
            kept.excerpt.raw.as_str(),
        ])),
        title: unescaped(&kept.title.raw),
    }
}
