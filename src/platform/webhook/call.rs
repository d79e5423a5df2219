//! One call of a webhook, as `site.yaml` describes it: method, address, headers and body as
//! templates, and where in the answer the post's name and address stand.
//!
//! Takes a setting as JSON; gives a [`Call`], and every mistake with the key that it is in.

use super::template::{self, Engine};
use crate::platform::{Mistake, Request};
use serde_json::Value;
use tera::Context;

/// A call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    /// A text is a template as a whole; in anything else each text is one.
    body: Option<Value>,
    /// Where in the answer, as JSON pointers.
    pub(super) id: Option<String>,
    pub(super) link: Option<String>,
    pub(super) items: Option<String>,
    pub(super) name: Option<String>,
    pub(super) success: Option<Success>,
    /// Whether the same request again does no harm.
    pub(super) repeatable: bool,
}

/// What a good answer says, where a status of 200 says nothing.
#[derive(Debug, Clone)]
pub(super) struct Success {
    pub(super) at: String,
    pub(super) is: String,
}

/// The calls that there may be: name, usual method, own keys, and what its templates may name.
pub(super) struct Kind {
    pub(super) name: &'static str,
    method: &'static str,
    keys: &'static [&'static str],
    values: &'static [&'static [&'static str]],
}

/// How a post is made.
pub(super) static CREATE: Kind = Kind {
    name: "create",
    method: "POST",
    keys: &["id", "link", "repeatable"],
    values: &[template::ALWAYS, template::POST],
};
/// How it is changed.
static UPDATE: Kind = Kind {
    name: "update",
    method: "PUT",
    keys: &["link"],
    values: &[template::ALWAYS, template::POST, template::COPY],
};
/// How it is deleted.
static DELETE: Kind = Kind {
    name: "delete",
    method: "DELETE",
    keys: &[],
    values: &[template::ALWAYS, template::COPY],
};
/// How it is found.
static FIND: Kind = Kind {
    name: "find",
    method: "GET",
    keys: &["id", "link", "items"],
    values: &[template::ALWAYS, template::POST],
};
/// How the login is tried.
static VERIFY: Kind = Kind {
    name: "verify",
    method: "GET",
    keys: &["name"],
    values: &[template::ALWAYS],
};
/// Every call.
pub(super) static KINDS: [&Kind; 5] = [&CREATE, &UPDATE, &DELETE, &FIND, &VERIFY];

/// Keys of every call.
const KEYS: [&str; 5] = ["method", "url", "headers", "body", "success"];

/// Reads a call, and tells what is wrong with it.
pub(super) fn read(kind: &Kind, setting: &str) -> (Option<Call>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let mut wrong = |path: &[&str], message: String, hint: &str| {
        let path = std::iter::once(kind.name).chain(path.iter().copied());
        mistakes.push(Mistake {
            path: path.map(str::to_owned).collect(),
            message,
            hint: hint.to_owned(),
        });
    };
    let given: Value = serde_json::from_str(setting).unwrap_or_default();
    let Some(fields) = given.as_object() else {
        let message = format!("`{}` is no mapping", kind.name);
        wrong(&[], message, "write `{ url: …, body: … }`");
        return (None, mistakes);
    };
    for key in fields.keys() {
        if !KEYS.contains(&key.as_str()) && !kind.keys.contains(&key.as_str()) {
            let known = KEYS.iter().chain(kind.keys).copied();
            let known = known.collect::<Vec<_>>().join("`, `");
            let message = format!("`{}` has no `{key}`", kind.name);
            wrong(&[key], message, &format!("it may have `{known}`"));
        }
    }
    let mut call = Call {
        method: kind.method.to_owned(),
        url: String::new(),
        headers: Vec::new(),
        body: fields.get("body").filter(|body| !body.is_null()).cloned(),
        id: None,
        link: None,
        items: None,
        name: None,
        success: None,
        // All but making a post asks, or asks for a state.
        repeatable: kind.name != CREATE.name
            || fields.get("repeatable") == Some(&Value::Bool(true)),
    };
    if let Some(method) = fields.get("method") {
        call.method = scalar(method).unwrap_or_default().to_ascii_uppercase();
        let is_known = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&call.method.as_str());
        if !is_known {
            let hint = "write `GET`, `POST`, `PUT`, `PATCH` or `DELETE`";
            wrong(&["method"], "this is no method".to_owned(), hint);
        }
    }
    match fields.get("url").and_then(Value::as_str) {
        Some(url) => url.clone_into(&mut call.url),
        None => {
            let message = format!("`{}` has no `url`", kind.name);
            wrong(&[], message, "write the address to call, `https://…`");
        }
    }
    match fields.get("headers") {
        None | Some(Value::Null) => {}
        Some(Value::Object(headers)) => {
            for (name, value) in headers {
                let usual = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                if name.is_empty() || !name.chars().all(usual) {
                    let message = format!("`{name}` is no name of a header");
                    let hint = "write letters, digits and `-`";
                    wrong(&["headers", name], message, hint);
                }
                match scalar(value) {
                    Some(value) => call.headers.push((name.clone(), value)),
                    None => {
                        let message = format!("the header `{name}` is no text");
                        wrong(&["headers", name], message, "write a text or a template");
                    }
                }
            }
        }
        Some(_) => {
            let hint = "write `headers: { x-key: \"{{ secret.KEY }}\" }`";
            wrong(&["headers"], "`headers` is no mapping".to_owned(), hint);
        }
    }
    for (key, place) in [
        ("id", &mut call.id),
        ("link", &mut call.link),
        ("items", &mut call.items),
        ("name", &mut call.name),
    ] {
        match fields.get(key).map(|value| value.as_str().unwrap_or("?")) {
            None => {}
            Some(pointer) if is_pointer(pointer) => *place = Some(pointer.to_owned()),
            Some(_) => {
                let message = format!("`{key}` is no JSON pointer");
                wrong(
                    &[key],
                    message,
                    "write where it stands in the answer, `/data/id`",
                );
            }
        }
    }
    if let Some(success) = fields.get("success") {
        let at = success.get("at").and_then(Value::as_str);
        let is = success.get("is").and_then(scalar);
        match at.filter(|at| is_pointer(at)).zip(is) {
            Some((at, is)) => {
                call.success = Some(Success {
                    at: at.to_owned(),
                    is,
                });
            }
            None => {
                let message = "`success` does not say what a good answer is".to_owned();
                wrong(
                    &["success"],
                    message,
                    "write `success: { at: /code, is: 0 }`",
                );
            }
        }
    }
    let has = |key: &str| fields.contains_key(key);
    if kind.name == "create" && !has("id") && !has("success") {
        let message = "`create` does not say how a good answer is known".to_owned();
        let hint = "write `id: /…`, where the post's name stands in the answer, or `success:`; \
                    else any web page would do";
        wrong(&[], message, hint);
    }
    if kind.name == "find" && !has("id") {
        let message = "`find` does not say where a post's name is".to_owned();
        wrong(
            &[],
            message,
            "write `id: /id`, and `items: /…` where the list of posts is",
        );
    }
    let whole = !call.url.is_empty();
    (whole.then_some(call), mistakes)
}

fn is_pointer(text: &str) -> bool {
    text.is_empty() || text.starts_with('/')
}

/// A text, number or switch as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Tries a call's templates with sample values: what does not fit is found before anything is
/// sent.
pub(super) fn try_templates(kind: &Kind, call: &Call, names: &[&'static str]) -> Vec<Mistake> {
    let mut engine = Engine::new(None);
    let sample = template::sample(names);
    let mut mistakes = Vec::new();
    let mut wrong = |path: &[String], message: String, hint: &str| {
        mistakes.push(Mistake {
            path: std::iter::once(kind.name.to_owned())
                .chain(path.iter().cloned())
                .collect(),
            message,
            hint: hint.to_owned(),
        });
    };
    for (path, text) in call.templates() {
        let place = path.join(".");
        if let Err(words) = engine.add(&text) {
            let message = format!("the template in `{}.{place}`: {words}", kind.name);
            wrong(&path, message, "see Tera's documentation for its syntax");
            continue;
        }
        let unknown = engine.unknown(&text, kind.values);
        if let Some(name) = unknown.first() {
            let known = kind.values.concat().join("`, `");
            let message = format!("there is no `{name}` in a template of `{}`", kind.name);
            wrong(&path, message, &format!("there are `{known}`"));
            continue;
        }
        match engine.fill(&text, &sample) {
            Err(words) => {
                let message = format!("the template in `{}.{place}`: {words}", kind.name);
                let hint = format!("secrets are `secret.{}`", names.join("`, `secret."));
                wrong(&path, message, &hint);
            }
            Ok(filled) if path == ["url"] => {
                let is_address = reqwest::Url::parse(filled.trim())
                    .is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
                if !is_address {
                    let message = format!("`{}.url` is no address", kind.name);
                    wrong(&path, message, "begin it with `https://`");
                }
            }
            Ok(filled) if path == ["body"] && call.is_json() => {
                if let Err(error) = serde_json::from_str::<Value>(&filled) {
                    let message =
                        format!("`{}.body` is no JSON once it is filled: {error}", kind.name);
                    let hint = "write values as `{{ title | json }}`, without quotes around \
                                them, or give another `content-type`";
                    wrong(&path, message, hint);
                }
            }
            Ok(_) => {}
        }
    }
    mistakes
}

impl Call {
    /// All templates, with the keys under which they stand.
    pub(super) fn templates(&self) -> Vec<(Vec<String>, String)> {
        let mut all = vec![(vec!["url".to_owned()], self.url.clone())];
        for (name, value) in &self.headers {
            all.push((vec!["headers".to_owned(), name.clone()], value.clone()));
        }
        if let Some(body) = &self.body {
            collect(body, &mut vec!["body".to_owned()], &mut all);
        }
        all
    }

    fn is_json(&self) -> bool {
        self.headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            .is_none_or(|(_, value)| value.contains("json"))
    }

    /// The request with values in it.
    pub(super) fn request(&self, engine: &Engine, values: &Context) -> Result<Request, String> {
        let url = engine.fill(&self.url, values)?;
        let mut request =
            Request::with_method(&self.method, url.trim()).map_err(|failure| failure.message)?;
        match &self.body {
            None => {}
            Some(Value::String(template)) => {
                let text = engine.fill(template, values)?;
                let kind = if self.is_json() {
                    "application/json; charset=utf-8"
                } else {
                    "text/plain; charset=utf-8"
                };
                request = request.bytes(text.into_bytes(), kind);
            }
            Some(body) => request = request.json(&filled(body, engine, values)?),
        }
        // A header of the settings takes the place of the usual one.
        for (name, template) in &self.headers {
            request = request.header(name, engine.fill(template, values)?.trim());
        }
        Ok(if self.repeatable {
            request.repeatable()
        } else {
            request
        })
    }
}

/// All texts of a body.
fn collect(body: &Value, path: &mut Vec<String>, all: &mut Vec<(Vec<String>, String)>) {
    match body {
        Value::String(text) => all.push((path.clone(), text.clone())),
        Value::Object(fields) => {
            for (name, value) in fields {
                path.push(name.clone());
                collect(value, path, all);
                path.pop();
            }
        }
        Value::Array(values) => {
            for value in values {
                collect(value, path, all);
            }
        }
        _ => {}
    }
}

/// A body with every text filled.
fn filled(body: &Value, engine: &Engine, values: &Context) -> Result<Value, String> {
    Ok(match body {
        Value::String(text) => Value::String(engine.fill(text, values)?),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| Ok((name.clone(), filled(value, engine, values)?)))
                .collect::<Result<_, String>>()?,
        ),
        Value::Array(list) => Value::Array(
            list.iter()
                .map(|value| filled(value, engine, values))
                .collect::<Result<_, String>>()?,
        ),
        other => other.clone(),
    })
}
