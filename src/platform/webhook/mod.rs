//! Any HTTP API, by templates in `site.yaml`: for places that have no adapter of their own.
//!
//! The account says how a post is made (`create`), and where the API can do more, how it is
//! changed, deleted and found. Templates are filled here, see [`template`]; composing gives the
//! text in the `markup` that the account asks for, and knows nothing of calls.
//!
//! Recovery class E, unless the account says more: with `find` our post is looked up (D), with
//! `repeatable` the same request again makes the same post (A).

mod call;
mod template;

use super::capability::{
    BodyImages, ImageLimit, Limit, Links, Markup, Medium, Recovery, Update, Way,
};
use super::counting::{Unit, count};
use super::{
    Answer, Attempt, Capabilities, Content, Failure, FailureKind, Http, Identity, Info, Login,
    Mistake, Platform, Post, Remote, Secret, SecretInfo, Seen, SettingInfo, Tried, digest, marker,
    setting, variable,
};
use call::{CREATE, Call, KINDS, Kind, read, scalar, try_templates};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use template::{Engine, put_copy, put_post};
use tera::Context;

/// What is known of webhooks.
pub(super) static INFO: Info = Info {
    name: "webhook",
    title: "Webhook",
    settings: &[
        SettingInfo {
            name: "create",
            required: true,
            meaning: "how a post is made: `{ url: …, method: POST, headers: { … }, body: { … }, \
                      id: /data/id, link: /data/url }`; texts are Tera templates, `id` and `link` \
                      are JSON pointers into the answer",
        },
        SettingInfo {
            name: "update",
            required: false,
            meaning: "how it is changed, with `{{ id }}` in it",
        },
        SettingInfo {
            name: "delete",
            required: false,
            meaning: "how it is deleted, with `{{ id }}` in it",
        },
        SettingInfo {
            name: "find",
            required: false,
            meaning: "how it is found: `{ url: …, items: /data, id: /id, link: /url }`",
        },
        SettingInfo {
            name: "verify",
            required: false,
            meaning: "a harmless question that only a right login gets an answer to: `{ url: … }`",
        },
        SettingInfo {
            name: "markup",
            required: false,
            meaning: "`text` (the default) for a short text, or a whole article as `markdown` or \
                      `html`",
        },
        SettingInfo {
            name: "limit",
            required: false,
            meaning: "most characters of the text, 5000 unless set",
        },
    ],
    secrets: &[
        SecretInfo {
            name: "TOKEN",
            required: false,
            meaning: "for templates, as `{{ secret.TOKEN }}`",
        },
        SecretInfo {
            name: "KEY",
            required: false,
            meaning: "for templates, as `{{ secret.KEY }}`",
        },
        SecretInfo {
            name: "USER",
            required: false,
            meaning: "for templates, as `{{ secret.USER }}`",
        },
        SecretInfo {
            name: "PASSWORD",
            required: false,
            meaning: "for templates, as `{{ secret.PASSWORD }}`",
        },
        SecretInfo {
            name: "SECRET",
            required: false,
            meaning: "for templates, as `{{ secret.SECRET }}`",
        },
    ],
    capabilities: able,
    hosts: &[],
    open,
    // Two accounts with one address may differ in what is secret, so that it tells nothing.
    place: |_| String::new(),
    tried: Tried::Fake,
    mistakes,
};

/// Most characters of a text, unless the account says otherwise.
const LIMIT: usize = 5000;
/// A cover is shown from the site's own address.
const COVER: ImageLimit = ImageLimit {
    bytes: 10 << 20,
    side: 4096,
    types: &["image/jpeg", "image/png", "image/webp"],
};

/// What every API can do; the account's settings say what this one can do more.
fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Plain,
        title: None,
        text: Limit::new(LIMIT, Unit::CodePoints),
        text_too: None,
        summary: None,
        tags: 0,
        links: Links::Allowed,
        cover: Some(COVER),
        images: BodyImages::Linked,
        update: Update::Never,
        reply: false,
        delete: false,
        find: false,
        read: false,
        list: false,
        recovery: Recovery::AskPerson,
        price: None,
        medium: Medium::Social,
        pace: Duration::from_secs(1),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

/// What this API can do, as far as the settings make sense.
fn able(settings: &BTreeMap<String, String>) -> Capabilities {
    let mut capabilities = capabilities();
    if let Ok((markup, limit)) = shape(settings) {
        capabilities.markup = markup;
        capabilities.text = Limit::new(limit, Unit::CodePoints);
    }
    if settings.contains_key("update") {
        capabilities.update = Update::Always;
    }
    capabilities.delete = settings.contains_key("delete");
    if settings.contains_key("find") {
        capabilities.find = true;
        capabilities.recovery = Recovery::LookUp;
    }
    let create = settings
        .get(CREATE.name)
        .and_then(|given| read(&CREATE, given).0);
    if create.is_some_and(|create| create.repeatable) {
        capabilities.recovery = Recovery::ChosenKey;
    }
    capabilities
}

/// Host and path of the address, up to its first template: for people.
fn host_and_path(settings: &BTreeMap<String, String>) -> String {
    let create: Value = serde_json::from_str(setting(settings, "create")).unwrap_or_default();
    let url = create.get("url").and_then(Value::as_str).unwrap_or("");
    let url = url.split("{{").next().unwrap_or_default();
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.trim_end_matches('/').to_lowercase()
}

/// Every mistake in the settings of an account.
fn mistakes(settings: &BTreeMap<String, String>) -> Vec<Mistake> {
    let names: Vec<&'static str> = INFO.secrets.iter().map(|secret| secret.name).collect();
    let mut mistakes = Vec::new();
    for kind in KINDS {
        let Some(given) = settings.get(kind.name) else {
            continue;
        };
        let (call, wrong) = read(kind, given);
        mistakes.extend(wrong);
        if let Some(call) = call {
            mistakes.extend(try_templates(kind, &call, &names));
        }
    }
    mistakes.extend(shape(settings).err());
    mistakes
}

/// Markup and limit.
fn shape(settings: &BTreeMap<String, String>) -> Result<(Markup, usize), Mistake> {
    let mistake = |key: &str, given: &str, hint: &str| Mistake {
        path: vec![key.to_owned()],
        message: format!("`{key}` cannot be `{given}`"),
        hint: hint.to_owned(),
    };
    let markup = match setting(settings, "markup") {
        "" | "text" => Markup::Plain,
        "markdown" => Markup::Markdown,
        "html" => Markup::Html,
        other => {
            let hint = "choose `text`, `markdown` or `html`";
            return Err(mistake("markup", other, hint));
        }
    };
    let limit = match setting(settings, "limit") {
        "" => LIMIT,
        number => number
            .parse()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| mistake("limit", number, "write a number of characters"))?,
    };
    Ok((markup, limit))
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    if let Some(mistake) = mistakes(&login.settings).into_iter().next() {
        return Err(Failure::refused(format!(
            "{}; {}",
            mistake.message, mistake.hint
        )));
    }
    let mut engine = Engine::new(Some(&login.http));
    let mut needed = Vec::new();
    let mut call = |kind: &Kind| -> Option<Call> {
        let (call, _) = read(kind, login.settings.get(kind.name)?);
        for (_, text) in call.iter().flat_map(Call::templates) {
            // Tried a moment ago, together with all others.
            engine.add(&text).ok()?;
            let named = INFO.secrets.iter().map(|secret| secret.name);
            needed.extend(named.filter(|name| text.contains(&format!("secret.{name}"))));
        }
        call
    };
    let [create, update, delete, find, verify] = KINDS.map(&mut call);
    for name in &needed {
        login.secret(name)?;
    }
    let create = create.ok_or_else(|| Failure::refused("`create` is missing"))?;
    Ok(Box::new(Webhook {
        http: login.http.clone(),
        secrets: login.secrets.clone(),
        variable: needed.first().map(|name| variable(&login.account, name)),
        place: host_and_path(&login.settings),
        engine,
        capabilities: able(&login.settings),
        create,
        update,
        delete,
        find,
        verify,
    }))
}

struct Webhook {
    http: Http,
    secrets: BTreeMap<&'static str, Secret>,
    /// Name of the first secret's variable, when one is needed.
    variable: Option<String>,
    place: String,
    engine: Engine,
    capabilities: Capabilities,
    create: Call,
    update: Option<Call>,
    delete: Option<Call>,
    find: Option<Call>,
    verify: Option<Call>,
}

impl Platform for Webhook {
    fn verify(&self) -> Result<Identity, Failure> {
        let mut name = None;
        if let Some(call) = &self.verify {
            let values = template::secrets(&self.secrets);
            let (_, told) = self.send(call, &values).map_err(Failure::before_sending)?;
            let pointer = call.name.as_deref();
            name = pointer.and_then(|pointer| told.pointer(pointer).and_then(scalar));
        }
        Ok(Identity {
            name: match name {
                Some(name) => format!("{name} on {}", self.place),
                None => format!("an API at {}", self.place),
            },
            capabilities: self.capabilities.clone(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let mut values = template::secrets(&self.secrets);
        put_post(&mut values, post, attempt)?;
        self.within(post)?;
        let (answer, told) = self.send(&self.create, &values)?;
        let id = match &self.create.id {
            // An API that names nothing: our own name of it.
            None => attempt.key.to_owned(),
            Some(pointer) => told
                .pointer(pointer)
                .and_then(scalar)
                .filter(|id| !id.is_empty())
                .ok_or_else(|| answer.senseless(&format!("there is no `{pointer}` in it")))?,
        };
        Ok(Remote {
            id,
            url: link(self.create.link.as_deref(), &told),
        })
    }

    fn update(&self, at: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let Some(call) = &self.update else {
            return Err(Failure::unsupported("the account has no `update:`"));
        };
        let mut values = template::secrets(&self.secrets);
        put_post(&mut values, post, attempt)?;
        put_copy(&mut values, &at.id, attempt);
        self.within(post)?;
        let (_, told) = self.send(call, &values)?;
        Ok(Remote {
            id: at.id.clone(),
            url: link(call.link.as_deref(), &told).or_else(|| at.url.clone()),
        })
    }

    fn delete(&self, at: &Remote, attempt: Attempt<'_>) -> Result<(), Failure> {
        let Some(call) = &self.delete else {
            return Err(Failure::unsupported("the account has no `delete:`"));
        };
        let mut values = template::secrets(&self.secrets);
        put_copy(&mut values, &at.id, attempt);
        match self.send(call, &values) {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }

    fn find(&self, post: &Post, attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        let Some(call) = &self.find else {
            return Err(Failure::unsupported("the account has no `find:`"));
        };
        let mut values = template::secrets(&self.secrets);
        put_post(&mut values, post, attempt)?;
        let told = match self.send(call, &values) {
            Err(failure) if failure.kind == FailureKind::Missing => return Ok(None),
            other => other.map_err(Failure::before_sending)?.1,
        };
        let items = told.pointer(call.items.as_deref().unwrap_or_default());
        let items = match items {
            Some(Value::Array(items)) => items.as_slice(),
            Some(item) => std::slice::from_ref(item),
            None => &[],
        };
        // An API that ignores the question answers with posts of other pages.
        let is_ours = |item: &&Value| mentions(item, &post.canonical);
        Ok(items.iter().find(is_ours).and_then(|item| {
            let id = item.pointer(call.id.as_deref()?).and_then(scalar)?;
            Some(Seen {
                remote: Remote {
                    id,
                    url: link(call.link.as_deref(), item),
                },
                canonical: Some(post.canonical.clone()),
                digest: Some(digest([item.to_string().as_str()])),
                title: post.title.clone(),
            })
        }))
    }
}

impl Webhook {
    /// Makes a call; gives its answer, as JSON too, when it is a good one.
    fn send(&self, call: &Call, values: &Context) -> Result<(Answer, Value), Failure> {
        let request = call.request(&self.engine, values).map_err(|words| {
            let words = format!("a template cannot be filled: {words}");
            Failure::refused(self.http.clean(&words))
        })?;
        let answer = self.http.send(&request)?;
        let answer = answer.ok().map_err(|failure| match &self.variable {
            Some(variable) => failure.naming(variable),
            None => failure,
        })?;
        let told = answer.json().unwrap_or_default();
        if let Some(success) = &call.success {
            let Some(said) = told.pointer(&success.at).and_then(scalar) else {
                let reason = format!("there is no `{}` in it", success.at);
                return Err(answer.senseless(&reason));
            };
            if said != success.is {
                let mut failure = answer.failure(None);
                failure.kind = FailureKind::Refused;
                return Err(failure);
            }
        }
        Ok((answer, told))
    }

    /// Nobody knows what an API does with a text that is too long for it.
    fn within(&self, post: &Post) -> Result<(), Failure> {
        let length = count(&text(post)?, Unit::CodePoints);
        let most = self.capabilities.text.most;
        if length <= most {
            return Ok(());
        }
        Err(Failure::refused(format!(
            "the text has {length} characters, the account's `limit` is {most}"
        )))
    }
}

/// The text in the account's markup.
fn text(post: &Post) -> Result<String, Failure> {
    Ok(match &post.content {
        Content::Short(rich) => rich.plain(),
        Content::Html(text) | Content::Markdown(text) => text.clone(),
    })
}

fn link(pointer: Option<&str>, told: &Value) -> Option<String> {
    let link = told.pointer(pointer?).and_then(scalar)?;
    (link.starts_with("https://") || link.starts_with("http://")).then_some(link)
}

/// Whether any text of a value carries the address.
fn mentions(value: &Value, canonical: &str) -> bool {
    match value {
        Value::String(text) => marker::carries(text, canonical),
        Value::Array(values) => values.iter().any(|value| mentions(value, canonical)),
        Value::Object(fields) => fields.values().any(|value| mentions(value, canonical)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
