//! Templates of a webhook's calls: the engine, its filters, and the values that may stand in them.
//!
//! Takes the text of a template and values; gives the filled text, or the engine's words on what
//! is wrong with it. Templates are filled here and not in composing, because they hold what
//! composing never sees: the account's secrets, the attempt's key and the name of a copy.

use super::text;
use crate::platform::{Attempt, Failure, Http, Post, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;
use tera::{Context, ErrorKind, Kwargs, State, Tera, TeraResult, Value};

/// What a template of any call may name.
pub(super) const ALWAYS: &[&str] = &["secret"];
/// What one of a call for a post may name, too.
pub(super) const POST: &[&str] = &[
    "title",
    "summary",
    "text",
    "link",
    "canonical",
    "slug",
    "lang",
    "tags",
    "authors",
    "published",
    "cover",
    "cover_alt",
    "key",
];
/// What one of a call for a copy may name, too.
pub(super) const COPY: &[&str] = &["id", "key"];

/// The engine. Templates are known to it by their own text.
pub(super) struct Engine {
    tera: Tera,
}

impl Engine {
    /// An engine. What it encodes is kept out of the client's messages, because it may be made
    /// of secrets.
    pub(super) fn new(http: Option<&Http>) -> Self {
        let mut tera = Tera::new();
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter(
            "json",
            |value: Value, _: Kwargs, _: &State| -> TeraResult<String> {
                serde_json::to_string(&value).map_err(|error| {
                    tera::Error::message(format!("cannot be written as JSON: {error}"))
                })
            },
        );
        tera.register_filter("url_encode", |text: &str, _: Kwargs, _: &State| -> String {
            utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
        });
        let http = http.cloned();
        tera.register_filter(
            "base64",
            move |text: &str, _: Kwargs, _: &State| -> String {
                let encoded = STANDARD.encode(text);
                if let Some(http) = &http {
                    http.hide(&encoded);
                }
                encoded
            },
        );
        Self { tera }
    }

    /// Makes a template known.
    pub(super) fn add(&mut self, template: &str) -> Result<(), String> {
        self.tera
            .add_raw_template(template, template)
            .map_err(|error| words(&error))
    }

    /// What a template names that there is not.
    pub(super) fn unknown(&self, template: &str, known: &[&[&str]]) -> Vec<String> {
        let Ok(named) = self.tera.get_template_variables(template) else {
            return Vec::new();
        };
        let is_known = |name: &str| known.iter().any(|names| names.contains(&name));
        let mut unknown: Vec<String> = named
            .into_iter()
            .filter(|name| !is_known(name))
            .map(str::to_owned)
            .collect();
        unknown.sort();
        unknown
    }

    /// The template with values in it.
    pub(super) fn fill(&self, template: &str, values: &Context) -> Result<String, String> {
        self.tera
            .render(template, values)
            .map_err(|error| words(&error))
    }
}

fn words(error: &tera::Error) -> String {
    let message = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            report.message().to_owned()
        }
        _ => error.to_string(),
    };
    message.trim().trim_end_matches('.').to_owned()
}

/// The secrets that are set.
pub(super) fn secrets(secrets: &BTreeMap<&'static str, Secret>) -> Context {
    let revealed: BTreeMap<&str, &str> = secrets
        .iter()
        .map(|(name, secret)| (*name, secret.reveal()))
        .collect();
    let mut values = Context::new();
    values.insert("secret", &revealed);
    values
}

/// Adds a post and the attempt to send it.
pub(super) fn put_post(
    values: &mut Context,
    post: &Post,
    attempt: Attempt<'_>,
) -> Result<(), Failure> {
    let cover = post.cover.as_ref();
    values.insert("title", &post.title);
    values.insert("summary", &post.summary);
    values.insert("text", &text(post)?);
    values.insert("link", &post.link);
    values.insert("canonical", &post.canonical);
    values.insert("slug", &post.slug);
    values.insert("lang", &post.lang);
    values.insert("tags", &post.tags);
    values.insert("authors", &post.authors);
    let published = post.published.map_or_else(String::new, |at| at.to_string());
    values.insert("published", &published);
    values.insert("cover", cover.map_or("", |image| image.url.as_str()));
    values.insert("cover_alt", cover.map_or("", |image| image.alt.as_str()));
    values.insert("key", attempt.key);
    Ok(())
}

/// Adds a copy and the attempt to change it.
pub(super) fn put_copy(values: &mut Context, id: &str, attempt: Attempt<'_>) {
    values.insert("id", id);
    values.insert("key", attempt.key);
}

/// Values that break what is not careful, for trying templates before anything is sent.
pub(super) fn sample(names: &[&'static str]) -> Context {
    let mut values = Context::new();
    for name in POST.iter().chain(COPY) {
        match *name {
            "tags" | "authors" => values.insert(*name, &["\"a\" b"]),
            "link" | "canonical" | "cover" => values.insert(*name, "https://example.org/a/"),
            "id" | "key" | "slug" | "lang" | "published" => values.insert(*name, "a-1"),
            _ => values.insert(*name, "\"a\" \\ b\nc"),
        }
    }
    // An address may be a secret as a whole.
    let secrets: BTreeMap<&str, &str> = names
        .iter()
        .map(|name| (*name, "https://example.org/"))
        .collect();
    values.insert("secret", &secrets);
    values
}
