//! Newsletters on Buttondown, by its API. Facts: Buttondown's API reference and its description
//! of the API for machines.
//!
//! Recovery class B: a request under the same key gets the first request's answer, and makes no
//! second letter. How long keys are kept is not promised, so that after a day our letter is
//! looked up by its canonical address. A draft can be changed and deleted; a letter that went
//! out to people is theirs.

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

/// What is known of Buttondown.
pub(super) static INFO: Info = Info {
    name: "buttondown",
    title: "Buttondown",
    settings: &[
        SettingInfo {
            name: "status",
            required: false,
            meaning: "`draft` (the default) for a person to look over and send, or `send` to send \
                      every letter at once to all subscribers",
        },
        SettingInfo {
            name: "api",
            required: false,
            meaning: "another server that speaks Buttondown's API, `https://letters.example.org`",
        },
    ],
    secrets: &[SecretInfo {
        name: "KEY",
        required: true,
        meaning: "an API key of the newsletter: Settings → API",
    }],
    capabilities: able,
    hosts: &[],
    open,
    // Which newsletter it is, only the key tells.
    place: |_| String::new(),
    tried: Tried::Fake,
    mistakes: |_| Vec::new(),
};

/// Where the API is, unless `api` says otherwise.
const API: &str = "https://api.buttondown.com";
/// How long a key surely suppresses a second letter.
const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
/// What tells that the text is markdown, whatever is in it.
const MARKDOWN: &str = "<!-- buttondown-editor-mode: plaintext -->\n";
/// A picture is shown from the site's own address.
const COVER: ImageLimit = ImageLimit {
    bytes: 5 << 20,
    side: 4096,
    types: &["image/jpeg", "image/png"],
};

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Markdown,
        title: Some(Limit::new(2000, Unit::CodePoints)),
        text: Limit::new(1 << 20, Unit::Bytes),
        text_too: None,
        summary: Some(Limit::new(300, Unit::CodePoints)),
        tags: 0,
        links: Links::Allowed,
        cover: Some(COVER),
        images: BodyImages::Linked,
        update: Update::WhileDraft,
        reply: false,
        delete: true,
        find: true,
        read: true,
        list: true,
        recovery: Recovery::DedupeKey(WINDOW),
        price: None,
        medium: Medium::Email,
        // Six hundred requests a minute.
        pace: Duration::from_millis(200),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

/// A letter that goes out at once stays as it is.
fn able(settings: &BTreeMap<String, String>) -> Capabilities {
    let mut capabilities = capabilities();
    if setting(settings, "status") == "send" {
        capabilities.update = Update::Never;
        capabilities.delete = false;
    }
    capabilities
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let sends = match login.setting("status") {
        "" | "draft" => false,
        "send" => true,
        other => {
            return Err(Failure::refused(format!(
                "`status: {other}`: choose `draft` or `send`"
            )));
        }
    };
    let api = match login.setting("api").trim_end_matches('/') {
        "" => API,
        own => own,
    };
    Ok(Box::new(Buttondown {
        http: login.http.clone(),
        api: format!("{api}/v1"),
        sends,
        capabilities: able(&login.settings),
        key: login.secret("KEY")?.clone(),
        variable: variable(&login.account, "KEY"),
    }))
}

struct Buttondown {
    http: Http,
    api: String,
    sends: bool,
    capabilities: Capabilities,
    key: Secret,
    variable: String,
}

/// A letter as the server keeps it.
#[derive(Debug, Deserialize)]
struct Letter {
    id: String,
    subject: String,
    #[serde(default)]
    body: String,
    status: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    canonical_url: String,
    #[serde(default)]
    absolute_url: String,
}

#[derive(Deserialize)]
struct Letters {
    results: Vec<Letter>,
    next: Option<String>,
}

impl Platform for Buttondown {
    fn verify(&self) -> Result<Identity, Failure> {
        #[derive(Deserialize)]
        struct Account {
            username: String,
        }
        let account: Account = self
            .send(Request::get(format!("{}/accounts/me", self.api)))?
            .ok_as()?;
        Ok(Identity {
            name: format!("{} on Buttondown", account.username),
            capabilities: self.capabilities.clone(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let mut fields = fields(post)?;
        // Without a status, the server would send the letter.
        let status = if self.sends { "about_to_send" } else { "draft" };
        fields.insert("status".to_owned(), json!(status));
        let mut request = Request::post(format!("{}/emails", self.api))
            .json(&Value::Object(fields))
            .header("x-idempotency-key", attempt.key)
            .repeatable();
        if self.sends {
            // The first letter of a key asks whether it is meant; `status: send` says so.
            request = request.header("x-buttondown-live-dangerously", "true");
        }
        let letter: Letter = self.send(request)?.ok_as()?;
        Ok(remote(&letter))
    }

    fn update(&self, at: &Remote, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        if self.sends {
            return Err(Failure::unsupported(
                "a letter that went out stays as it is",
            ));
        }
        let there = self.kept(&at.id).map_err(Failure::before_sending)?;
        let Some(there) = there else {
            return Err(Failure::new(
                FailureKind::Missing,
                format!("the letter {} is gone from Buttondown", at.id),
            ));
        };
        still_draft(&there)?;
        let request = Request::patch(format!("{}/emails/{}", self.api, at.id))
            .json(&Value::Object(fields(post)?))
            .repeatable();
        let letter: Letter = self.send(request)?.ok_as()?;
        Ok(remote(&letter))
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        if self.sends {
            return Err(Failure::unsupported(
                "a letter that went out stays as it is",
            ));
        }
        let there = self.kept(&at.id).map_err(Failure::before_sending)?;
        let Some(there) = there else {
            return Ok(());
        };
        still_draft(&there)?;
        let request = Request::delete(format!("{}/emails/{}", self.api, at.id));
        match self.send(request.repeatable()) {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let found = self.letters(|letter| letter.canonical_url == post.canonical, 1)?;
        Ok(found.into_iter().next().map(seen))
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        Ok(self.kept(&at.id)?.map(seen))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        let all = self.letters(|_| true, most)?;
        Ok(all.into_iter().map(seen).collect())
    }
}

impl Buttondown {
    /// Sends a request and gives the answer of a success.
    fn send(&self, request: Request) -> Result<Answer, Failure> {
        let token = format!("Token {}", self.key.reveal());
        let answer = self.http.send(&request.header("authorization", &token))?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let said = answer.json().unwrap_or_default();
        let mut failure = answer.failure(None);
        let hint = match said.get("code").and_then(Value::as_str) {
            Some("email_duplicate") => {
                failure.kind = FailureKind::Conflict;
                ""
            }
            Some("email_not_confirmed") => {
                failure.kind = FailureKind::Forbidden;
                "confirm the newsletter's own address in its settings"
            }
            Some("sending_requires_confirmation") => {
                failure.kind = FailureKind::Forbidden;
                "send the first letter by hand in Buttondown"
            }
            Some("pay_per_email_billing_locked") => {
                failure.kind = FailureKind::Forbidden;
                "settle the bill in Buttondown"
            }
            _ if failure.kind == FailureKind::Forbidden => {
                "give the key the permission for emails and for sending"
            }
            _ => "",
        };
        if !hint.is_empty() {
            failure.message = format!("{}; {hint}", failure.message);
        }
        Err(failure.naming(&self.variable))
    }

    /// The letter; none when it is gone.
    fn kept(&self, id: &str) -> Result<Option<Letter>, Failure> {
        let usual = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || !id.chars().all(usual) {
            return Err(Failure::refused(format!("`{id}` is no letter's name")));
        }
        match self.send(Request::get(format!("{}/emails/{id}", self.api))) {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(None),
            other => {
                let letter: Letter = other?.ok_as()?;
                Ok((letter.status != "deleted").then_some(letter))
            }
        }
    }

    /// Letters, newest first, until enough are chosen.
    fn letters(
        &self,
        choose: impl Fn(&Letter) -> bool,
        enough: usize,
    ) -> Result<Vec<Letter>, Failure> {
        let mut chosen = Vec::new();
        for page in 1.. {
            let letters: Letters = self
                .send(Request::get(format!(
                    "{}/emails?ordering=-creation_date&page={page}",
                    self.api
                )))?
                .ok_as()?;
            let is_last = letters.next.is_none() || letters.results.is_empty();
            let alive = letters
                .results
                .into_iter()
                .filter(|letter| letter.status != "deleted" && choose(letter));
            chosen.extend(alive);
            if is_last || chosen.len() >= enough {
                break;
            }
        }
        chosen.truncate(enough);
        Ok(chosen)
    }
}

/// Refuses to touch what people have received, or are about to.
fn still_draft(letter: &Letter) -> Result<(), Failure> {
    if letter.status == "draft" {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "the letter `{}` is no draft any more ({}), and stays as it is",
        letter.subject, letter.status
    )))
}

fn fields(post: &Post) -> Result<Map<String, Value>, Failure> {
    let Content::Markdown(text) = &post.content else {
        return Err(Failure::refused("Buttondown takes markdown"));
    };
    let image = post.cover.as_ref().map_or("", |image| image.url.as_str());
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("subject", json!(post.title));
    put("body", json!(format!("{MARKDOWN}{}", untemplated(text))));
    put("canonical_url", json!(post.canonical));
    put("description", json!(post.summary));
    put("image", json!(image));
    Ok(fields)
}

/// A letter's text is a template there. Outside of code our markdown escapes what would open a
/// field of it; in code an invisible character parts it.
fn untemplated(text: &str) -> String {
    text.replace("{{", "{\u{200b}{").replace("{%", "{\u{200b}%")
}

fn remote(letter: &Letter) -> Remote {
    Remote {
        id: letter.id.clone(),
        url: Some(letter.absolute_url.clone()).filter(|url| !url.is_empty()),
    }
}

fn seen(letter: Letter) -> Seen {
    Seen {
        remote: remote(&letter),
        digest: Some(digest([
            letter.subject.as_str(),
            letter.body.as_str(),
            letter.description.as_str(),
        ])),
        canonical: Some(letter.canonical_url).filter(|canonical| !canonical.is_empty()),
        title: letter.subject,
    }
}

#[cfg(test)]
mod tests {
    use super::untemplated;

    #[test]
    fn a_letter_fills_in_nothing() {
        assert_eq!(
            untemplated("`{{ subscriber.email }}` {% if x %} { }"),
            "`{\u{200b}{ subscriber.email }}` {\u{200b}% if x %} { }"
        );
    }
}
