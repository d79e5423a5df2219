//! Ghost, by its Admin API (version 5 and later) with the key of a custom integration. Facts:
//! Ghost's documentation and schema, and Ghost 6.65.
//!
//! Recovery class D: the server takes a second post with the same slug and only renames it, so
//! our copy is looked up by slug, then by its canonical address, which has a field of its own.
//! Nothing here ever names a newsletter: publishing sends no letters.

mod form;

use crate::platform::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use crate::platform::counting::Unit;
use crate::platform::{
    Answer, Attempt, Capabilities, Failure, FailureKind, Http, Identity, Info, Login, Part,
    Platform, Post, Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Tried, digest, setting,
    variable,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form::{NOT_FOUND, card, encoded, is_of, only, said, shortened};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What is known of Ghost.
pub(super) static INFO: Info = Info {
    name: "ghost",
    title: "Ghost",
    settings: &[
        SettingInfo {
            name: "url",
            required: true,
            meaning: "the address of its admin, without `/ghost`: `https://blog.example.org`",
        },
        SettingInfo {
            name: "status",
            required: false,
            meaning: "`published` (the default), or `draft` for a person to look over; later \
                      changes leave it as it is there",
        },
    ],
    secrets: &[SecretInfo {
        name: "KEY",
        required: true,
        meaning: "the Admin API key of a custom integration, `id:secret`: Settings → Integrations",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| place(setting(settings, "url")),
    tried: Tried::Server("Ghost 6.65"),
    mistakes: |_| Vec::new(),
};

const COVER: ImageLimit = ImageLimit {
    bytes: 4 << 20,
    side: 2560,
    types: &["image/jpeg", "image/png", "image/webp"],
};
/// Longest description of the cover, in code points.
const ALT: usize = 191;
/// How long a token is good for; the server takes no more than five minutes.
const TOKEN_SECONDS: i64 = 240;
/// A clock that is further off than this explains a refused token.
const CLOCK_SECONDS: i64 = 60;
/// Posts that one page of a list holds at most.
const PAGE: usize = 100;

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Html,
        title: Some(Limit::new(255, Unit::CodePoints)),
        text: Limit::new(1 << 20, Unit::Bytes),
        text_too: None,
        summary: Some(Limit::new(300, Unit::CodePoints)),
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
    let status = match login.setting("status") {
        "" | "published" => "published",
        "draft" => "draft",
        other => {
            return Err(Failure::refused(format!(
                "`status: {other}`: choose `published` or `draft`"
            )));
        }
    };
    let variable = variable(&login.account, "KEY");
    let key = Key::read(login.secret("KEY")?).ok_or_else(|| {
        Failure::new(
            FailureKind::Credentials,
            format!(
                "{variable} is no Admin API key; it looks like `id:secret`, in hexadecimal digits"
            ),
        )
    })?;
    login.http.hide(key.hexadecimal.reveal());
    Ok(Box::new(Ghost {
        http: login.http.clone(),
        api: format!("{url}/ghost/api/admin"),
        place: place(url),
        key,
        variable,
        status,
    }))
}

/// Host and path of an address: the place that two accounts may share.
fn place(url: &str) -> String {
    let url = url.trim_end_matches('/');
    url.split_once("://")
        .map_or(url, |(_, rest)| rest)
        .to_lowercase()
}

struct Ghost {
    http: Http,
    api: String,
    place: String,
    key: Key,
    variable: String,
    status: &'static str,
}

/// An integration's key.
struct Key {
    id: String,
    hexadecimal: Secret,
    bytes: Vec<u8>,
}

/// A post as the server gives it.
#[derive(Debug, Deserialize)]
struct Kept {
    id: String,
    url: String,
    title: String,
    status: String,
    updated_at: String,
    canonical_url: Option<String>,
    custom_excerpt: Option<String>,
    feature_image: Option<String>,
    lexical: Option<String>,
    html: Option<String>,
}

#[derive(Deserialize)]
struct Posts {
    posts: Vec<Kept>,
}

impl Platform for Ghost {
    fn verify(&self) -> Result<Identity, Failure> {
        #[derive(Deserialize)]
        struct Answered {
            site: Site,
        }
        #[derive(Deserialize)]
        struct Site {
            title: String,
        }
        let site: Answered = self
            .send(Request::get(format!("{}/site/", self.api)))?
            .ok_as()?;
        // The site tells its name to anybody, its posts only to a key.
        self.posts("limit=1")?;
        Ok(Identity {
            name: format!("{} on {}", site.site.title, self.place),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        // A lost answer's post is brought to this content rather than made a second time.
        if let Some(kept) = self.by_slug(post).map_err(Failure::before_sending)? {
            return self.write(kept, post, attempt);
        }
        let mut fields = self.fields(post, attempt, None)?;
        fields.insert("slug".to_owned(), json!(post.slug));
        fields.insert("status".to_owned(), json!(self.status));
        let request = Request::post(format!("{}/posts/?source=html", self.api));
        let answer = self.send(request.json(&json!({ "posts": [fields] })))?;
        only(answer).map(|kept| remote(&kept))
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let there = self.kept(&at.id).map_err(Failure::before_sending)?;
        let there = there.ok_or_else(|| self.missing(&at.id))?;
        self.write(there, post, attempt)
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        let request = Request::delete(format!("{}/posts/{}/", self.api, at.id));
        match self.send(request.repeatable()) {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        if let Some(kept) = self.by_slug(post)? {
            return Ok(Some(seen(kept)));
        }
        let filter = format!("canonical_url:'{}'", post.canonical.replace('\'', "\\'"));
        let found = self.posts(&format!("limit=1&filter={}", encoded(&filter)))?;
        Ok(found.into_iter().find(|kept| is_of(kept, post)).map(seen))
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        Ok(self.kept(&at.id)?.map(seen))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let mut all = Vec::new();
        let size = most.clamp(1, PAGE);
        for page in 1.. {
            let posts = self.posts(&format!("order=created_at%20desc&limit={size}&page={page}"))?;
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

impl Ghost {
    /// Sends a request under a token of its own, and gives the answer of a success.
    fn send(&self, request: Request) -> Result<Answer, Failure> {
        let token = format!("Ghost {}", self.key.token(self.http.now()));
        let answer = self.http.send(
            &request
                .header("authorization", &token)
                .header("accept-version", "v5.0"),
        )?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let mut failure = answer.failure(said(&answer).as_deref());
        if failure.kind == FailureKind::Credentials
            && let Some(seconds) = self.clock_off(&answer)
        {
            failure.message = format!(
                "{}; the clocks of this machine and of the server are {seconds} seconds apart",
                failure.message
            );
        }
        Err(failure.naming(&self.variable))
    }

    /// How far our clock is from the server's, when that is far.
    fn clock_off(&self, answer: &Answer) -> Option<i64> {
        let date = answer.header("date")?;
        let there = jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(date)
            .ok()?;
        let seconds = (self.http.now().as_second() - there.as_second()).abs();
        (seconds > CLOCK_SECONDS).then_some(seconds)
    }

    fn posts(&self, query: &str) -> Result<Vec<Kept>, Failure> {
        let url = format!("{}/posts/?formats=html,lexical&{query}", self.api);
        Ok(self.send(Request::get(url))?.ok_as::<Posts>()?.posts)
    }

    fn one(&self, path: &str) -> Result<Option<Kept>, Failure> {
        let url = format!("{}/posts/{path}/?formats=html,lexical", self.api);
        match self.send(Request::get(url)) {
            // The API's own answer, not that of a server that has no Ghost any more.
            Err(failure) if failure.message.contains(NOT_FOUND) => Ok(None),
            other => only(other?).map(Some),
        }
    }

    fn kept(&self, id: &str) -> Result<Option<Kept>, Failure> {
        self.one(id)
    }

    fn by_slug(&self, post: &Post) -> Result<Option<Kept>, Failure> {
        let kept = self.one(&format!("slug/{}", encoded(&post.slug)))?;
        Ok(kept.filter(|kept| is_of(kept, post)))
    }

    fn missing(&self, id: &str) -> Failure {
        Failure::new(
            FailureKind::Missing,
            format!("the post {id} is gone from {}", self.place),
        )
    }

    /// Writes our content over a post as it was just read. Its slug and status are left alone:
    /// readers have links to it, and an editor may have published a draft or taken a post back.
    fn write(&self, there: Kept, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let mut fields = self.fields(post, attempt, there.feature_image.as_deref())?;
        match self.put(&there, &mut fields) {
            // Somebody saved it in between: once more, over what it is now.
            Err(failure) if failure.kind == FailureKind::Conflict => {
                let now = self
                    .kept(&there.id)?
                    .ok_or_else(|| self.missing(&there.id))?;
                self.put(&now, &mut fields)
            }
            other => other,
        }
    }

    fn put(&self, there: &Kept, fields: &mut Map<String, Value>) -> Result<Remote, Failure> {
        fields.insert("updated_at".to_owned(), json!(there.updated_at));
        let request = Request::put(format!("{}/posts/{}/?source=html", self.api, there.id));
        let answer = self.send(request.json(&json!({ "posts": [fields] })))?;
        only(answer).map(|kept| remote(&kept))
    }

    /// What we write. The cover is uploaded first; a failure there leaves the post untouched.
    fn fields(
        &self,
        post: &Post,
        attempt: Attempt<'_>,
        there: Option<&str>,
    ) -> Result<Map<String, Value>, Failure> {
        let html = card(post)?;
        let cover = self
            .cover(post, attempt, there)
            .map_err(|failure| failure.during("uploading the cover").before_sending())?;
        // A name with `#` in front is a tag that readers do not see.
        let tags: Vec<_> = post
            .tags
            .iter()
            .map(|tag| tag.trim_start_matches('#').trim())
            .filter(|tag| !tag.is_empty())
            .map(|tag| json!({ "name": tag }))
            .collect();
        let alt = post.cover.as_ref().map(|image| shortened(&image.alt, ALT));
        let summary = Some(&post.summary).filter(|summary| !summary.is_empty());
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("title", json!(post.title));
        put("html", json!(html));
        put("custom_excerpt", json!(summary));
        put("canonical_url", json!(post.canonical));
        put("tags", json!(tags));
        put("feature_image", json!(cover));
        put("feature_image_alt", json!(alt));
        if let Some(published) = post.published {
            put("published_at", json!(published.to_string()));
        }
        Ok(fields)
    }

    /// The address of the cover there. One of the same name, in which there is a digest, is the
    /// same picture.
    fn cover(
        &self,
        post: &Post,
        attempt: Attempt<'_>,
        there: Option<&str>,
    ) -> Result<Option<String>, Failure> {
        #[derive(Deserialize)]
        struct Images {
            images: Vec<Image>,
        }
        #[derive(Deserialize)]
        struct Image {
            url: String,
        }
        let Some(image) = &post.cover else {
            return Ok(None);
        };
        let rendition = attempt.images.rendition(image, &COVER)?;
        if let Some(there) = there.filter(|url| url.ends_with(&format!("/{}", rendition.name))) {
            return Ok(Some(there.to_owned()));
        }
        let request = Request::post(format!("{}/images/upload/", self.api)).multipart(vec![
            Part::text("purpose", "image"),
            Part::file(
                "file",
                &rendition.name,
                rendition.media_type,
                rendition.bytes,
            ),
        ]);
        let uploaded: Images = self.send(request.repeatable())?.ok_as()?;
        Ok(uploaded.images.into_iter().next().map(|image| image.url))
    }
}

impl Key {
    /// A key of the form `id:secret`, both in hexadecimal digits.
    fn read(secret: &Secret) -> Option<Self> {
        let (id, hexadecimal) = secret.reveal().trim().split_once(':')?;
        let is_hexadecimal = |text: &str| text.bytes().all(|digit| digit.is_ascii_hexdigit());
        if id.is_empty() || !is_hexadecimal(id) || hexadecimal.is_empty() {
            return None;
        }
        let bytes = hex::decode(hexadecimal).ok()?;
        Some(Self {
            id: id.to_owned(),
            hexadecimal: Secret::new(hexadecimal),
            bytes,
        })
    }

    /// A JSON web token that is good for a few minutes.
    fn token(&self, now: jiff::Timestamp) -> String {
        let issued = now.as_second();
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": self.id });
        let claims = json!({
            "iat": issued,
            "exp": issued + TOKEN_SECONDS,
            "aud": "/admin/",
        });
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        // A key of any length is fine for this kind of signature.
        let signature = Hmac::<sha2::Sha256>::new_from_slice(&self.bytes)
            .map(|mut signature| {
                signature.update(signed.as_bytes());
                URL_SAFE_NO_PAD.encode(signature.finalize().into_bytes())
            })
            .unwrap_or_default();
        format!("{signed}.{signature}")
    }
}

fn remote(kept: &Kept) -> Remote {
    Remote {
        id: kept.id.clone(),
        url: (kept.status != "draft").then(|| kept.url.clone()),
    }
}

fn seen(kept: Kept) -> Seen {
    let text = kept.lexical.as_deref().or(kept.html.as_deref());
    Seen {
        remote: remote(&kept),
        digest: Some(digest([
            kept.title.as_str(),
            text.unwrap_or_default(),
            kept.custom_excerpt.as_deref().unwrap_or_default(),
        ])),
        canonical: kept.canonical_url,
        title: kept.title,
    }
}
