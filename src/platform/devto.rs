//! dev.to and other communities on Forem, by the Forem API (version 1) with a key. Facts: the
//! API's reference and Forem's own validators.
//!
//! Recovery class C: of published articles only one may have a canonical address, so a repeat is
//! refused and our copy is then looked up in the list of our own articles. An article cannot be
//! deleted; taking it away turns it into a draft, which only we see, and counts as gone.

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::Unit;
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Platform, Post, Remote, Request, Secret, SecretInfo, Seen, SettingInfo, Tried, digest, setting,
    variable,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is known of dev.to.
pub(super) static INFO: Info = Info {
    name: "devto",
    title: "dev.to",
    settings: &[
        SettingInfo {
            name: "url",
            required: false,
            meaning: "another community on Forem than dev.to, `https://forem.example.org`",
        },
        SettingInfo {
            name: "organization",
            required: false,
            meaning: "the number of the organization to post for, `1234`",
        },
    ],
    secrets: &[SecretInfo {
        name: "KEY",
        required: true,
        meaning: "an API key: Settings → Extensions → DEV Community API Keys",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place,
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

/// Where dev.to is, unless `url` says otherwise.
const HOME: &str = "https://dev.to";
/// The version of the API that we speak.
const VERSION: &str = "application/vnd.forem.api-v1+json";
/// Most tags of an article.
const TAGS: usize = 4;
/// Longest tag, in letters.
const TAG: usize = 30;
/// Articles that we ask for at once; each comes with its whole text.
const PAGE: usize = 100;
/// How long the same title by the same author is refused.
const SAME_TITLE: Duration = Duration::from_secs(300);
/// A cover is shown from the site's own address.
const COVER: ImageLimit = ImageLimit {
    bytes: 10 << 20,
    side: 4096,
    types: &["image/jpeg", "image/png", "image/webp"],
};

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Markdown,
        title: Some(Limit::new(128, Unit::CodePoints)),
        text: Limit::new(800_000, Unit::Bytes),
        text_too: None,
        summary: Some(Limit::new(150, Unit::CodePoints)),
        tags: TAGS,
        links: Links::Allowed,
        cover: Some(COVER),
        images: BodyImages::Linked,
        update: Update::Always,
        reply: false,
        delete: true,
        find: true,
        read: true,
        list: true,
        recovery: Recovery::NaturalKey,
        price: None,
        medium: Medium::Article,
        // Nine articles in half a minute.
        pace: Duration::from_millis(3500),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

fn place(settings: &BTreeMap<String, String>) -> String {
    let url = match setting(settings, "url") {
        "" => HOME,
        own => own,
    };
    url.split_once("://")
        .map_or(url, |(_, rest)| rest)
        .to_lowercase()
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let url = match login.setting("url").trim_end_matches('/') {
        "" => HOME,
        own => own,
    };
    let organization = match login.setting("organization") {
        "" => None,
        number => Some(number.parse::<u64>().map_err(|_| {
            Failure::refused(format!(
                "`organization: {number}`: an organization has a number, such as `1234`"
            ))
        })?),
    };
    Ok(Box::new(Devto {
        http: login.http.clone(),
        api: format!("{url}/api"),
        place: place(&login.settings),
        organization,
        key: login.secret("KEY")?.clone(),
        variable: variable(&login.account, "KEY"),
    }))
}

struct Devto {
    http: Http,
    api: String,
    place: String,
    organization: Option<u64>,
    key: Secret,
    variable: String,
}

/// An article as the server gives it.
#[derive(Debug, Deserialize)]
struct Kept {
    id: u64,
    url: String,
    title: String,
    canonical_url: Option<String>,
    body_markdown: Option<String>,
    description: Option<String>,
}

impl Platform for Devto {
    fn verify(&self) -> Result<Identity, Failure> {
        #[derive(Deserialize)]
        struct Me {
            username: String,
        }
        let me: Me = self
            .send(Request::get(format!("{}/users/me", self.api)))?
            .ok_as()?;
        Ok(Identity {
            name: format!("@{} on {}", me.username, self.place),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let mut fields = self.fields(post)?;
        fields.insert("published".to_owned(), json!(true));
        let request = Request::post(format!("{}/articles", self.api));
        let kept: Kept = self
            .send(request.json(&json!({ "article": fields })))?
            .ok_as()?;
        Ok(remote(&kept))
    }

    fn update(&self, at: &Remote, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        // A write to an article that somebody took back would succeed, and nobody would see it.
        if self
            .kept(&at.id)
            .map_err(Failure::before_sending)?
            .is_none()
        {
            return Err(Failure::new(
                FailureKind::Missing,
                format!("the article {} is gone from {}", at.id, self.place),
            ));
        }
        let fields = self.fields(post)?;
        let kept: Kept = self.put(&at.id, &json!({ "article": fields }))?.ok_as()?;
        Ok(remote(&kept))
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        // The call named `unpublish` is for moderators; authors say it in an update.
        match self.put(&at.id, &json!({ "article": { "published": false } })) {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let is_ours = |kept: &Kept| kept.canonical_url.as_deref() == Some(post.canonical.as_str());
        let found = self.published(|kept| is_ours(kept), 1)?;
        Ok(found.into_iter().next().map(seen))
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        Ok(self.kept(&at.id)?.map(seen))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let all = self.published(|_| true, most)?;
        Ok(all.into_iter().map(seen).collect())
    }
}

impl Devto {
    /// Sends a request and gives the answer of a success.
    fn send(&self, request: Request) -> Result<Answer, Failure> {
        let answer = self.http.send(
            &request
                .header("api-key", self.key.reveal())
                .header("accept", VERSION),
        )?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let mut failure = answer.failure(None);
        let said = answer.text().to_lowercase();
        if answer.status == 422 && said.contains("canonical") && said.contains("taken") {
            failure.kind = FailureKind::Conflict;
        } else if answer.status == 422 && said.contains("five minutes") {
            failure.kind = FailureKind::Limited;
            failure.after = Some(SAME_TITLE);
        }
        Err(failure.naming(&self.variable))
    }

    fn put(&self, id: &str, body: &Value) -> Result<Answer, Failure> {
        let request = Request::put(format!("{}/articles/{id}", self.api));
        self.send(request.json(body).repeatable())
    }

    /// The article as readers see it; none when it is gone or a draft.
    fn kept(&self, id: &str) -> Result<Option<Kept>, Failure> {
        match self.send(Request::get(format!("{}/articles/{id}", self.api))) {
            // The API's own answer, not that of a server that has lost its API.
            Err(failure)
                if failure.kind == FailureKind::Missing
                    && failure.message.contains("not found") =>
            {
                Ok(None)
            }
            other => other?.ok_as().map(Some),
        }
    }

    /// Our published articles, newest first, until enough are chosen.
    fn published(
        &self,
        choose: impl Fn(&Kept) -> bool,
        enough: usize,
    ) -> Result<Vec<Kept>, Failure> {
        let mut chosen = Vec::new();
        for page in 1.. {
            let articles: Vec<Kept> = self
                .send(Request::get(format!(
                    "{}/articles/me/published?page={page}&per_page={PAGE}",
                    self.api
                )))?
                .ok_as()?;
            let is_last = articles.len() < PAGE;
            chosen.extend(articles.into_iter().filter(&choose));
            if is_last || chosen.len() >= enough {
                break;
            }
        }
        chosen.truncate(enough);
        Ok(chosen)
    }

    fn fields(&self, post: &Post) -> Result<Map<String, Value>, Failure> {
        let Content::Markdown(text) = &post.content else {
            return Err(Failure::refused("dev.to takes markdown"));
        };
        let cover = post
            .cover
            .as_ref()
            .map(|image| image.url.as_str())
            .filter(|url| url.starts_with("https://") || url.starts_with("http://"));
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("title", json!(post.title));
        put("body_markdown", json!(text));
        put("canonical_url", json!(post.canonical));
        put("description", json!(post.summary));
        put("main_image", json!(cover));
        put("tags", json!(tags(&post.tags)));
        if let Some(organization) = self.organization {
            put("organization_id", json!(organization));
        }
        Ok(fields)
    }
}

/// Tags in the form that is taken: letters and digits of ASCII. One that would lose more than
/// what joins its words is left out, because the rest would be another word.
fn tags(tags: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        let joined: String = tag
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '/' | '.'))
            .collect::<String>()
            .to_lowercase();
        let fits = !joined.is_empty()
            && joined.len() <= TAG
            && joined.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits && !kept.contains(&joined) {
            kept.push(joined);
        }
    }
    kept.truncate(TAGS);
    kept
}

fn remote(kept: &Kept) -> Remote {
    Remote {
        id: kept.id.to_string(),
        url: Some(kept.url.clone()),
    }
}

fn seen(kept: Kept) -> Seen {
    Seen {
        remote: remote(&kept),
        digest: Some(digest([
            kept.title.as_str(),
            kept.body_markdown.as_deref().unwrap_or_default(),
            kept.description.as_deref().unwrap_or_default(),
        ])),
        canonical: kept.canonical_url,
        title: kept.title,
    }
}

#[cfg(test)]
mod tests {
    use super::tags;

    #[test]
    fn tags_are_letters_and_digits_or_left_out() {
        let given = [
            "Machine Learning",
            "C++",
            "招聘",
            "rust",
            "Rust",
            "web-dev",
            "a",
            "b",
        ];
        let given: Vec<String> = given.iter().map(|tag| (*tag).to_owned()).collect();
        assert_eq!(tags(&given), ["machinelearning", "rust", "webdev", "a"]);
        assert!(tags(&["x".repeat(31)]).is_empty());
    }
}
