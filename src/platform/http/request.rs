//! A request in the making.

use crate::platform::{Failure, FailureKind, Secret, Sieve};
use base64::Engine as _;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::sync::{Mutex, PoisonError};

/// How signatures of storage services begin.
const SIGNATURES: [&str; 3] = ["AWS4-", "OSS ", "q-sign-algorithm="];

/// A request. Questions (`GET`) and requests marked [`Request::repeatable`] are repeated after
/// a failure; all else is sent once.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) repeatable: bool,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Empty,
    Bytes(Vec<u8>),
    Multipart(Vec<Part>),
}

/// A part of a form with files.
#[derive(Debug, Clone)]
pub struct Part {
    /// Field name.
    pub name: String,
    /// File name, for files.
    pub file_name: Option<String>,
    /// Media type, for files.
    pub media_type: Option<String>,
    /// Content.
    pub bytes: Vec<u8>,
}

impl Part {
    /// A field of text.
    pub fn text(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            file_name: None,
            media_type: None,
            bytes: value.as_bytes().to_vec(),
        }
    }

    /// A file.
    pub fn file(name: &str, file_name: &str, media_type: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            file_name: Some(file_name.to_owned()),
            media_type: Some(media_type.to_owned()),
            bytes,
        }
    }
}

impl Request {
    fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            repeatable: method == Method::GET,
            method,
            url: url.into(),
            fields: Vec::new(),
            body: Body::Empty,
        }
    }

    /// A question.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url)
    }

    /// A `POST`.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new(Method::POST, url)
    }

    /// A `PUT`.
    pub fn put(url: impl Into<String>) -> Self {
        Self::new(Method::PUT, url)
    }

    /// A `PATCH`.
    pub fn patch(url: impl Into<String>) -> Self {
        Self::new(Method::PATCH, url)
    }

    /// A `DELETE`.
    pub fn delete(url: impl Into<String>) -> Self {
        Self::new(Method::DELETE, url)
    }

    /// Any method, as a `webhook` account names it.
    ///
    /// # Errors
    /// When it is no method.
    pub fn with_method(method: &str, url: impl Into<String>) -> Result<Self, Failure> {
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
            .map_err(|_| Failure::refused(format!("`{method}` is no HTTP method")))?;
        Ok(Self::new(method, url))
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        let value = format!("Bearer {}", token.reveal());
        self.header("authorization", &value)
    }

    /// `Authorization: Basic …`.
    #[must_use]
    pub fn basic(self, user: &str, password: &Secret) -> Self {
        let pair = format!("{user}:{}", password.reveal());
        let value = base64::engine::general_purpose::STANDARD.encode(pair);
        self.header("authorization", &format!("Basic {value}"))
    }

    /// A JSON body. Characters stay as they are, not as `\u` escapes.
    #[must_use]
    pub fn json(mut self, value: &serde_json::Value) -> Self {
        self.body = Body::Bytes(value.to_string().into_bytes());
        self.header("content-type", "application/json; charset=utf-8")
    }

    /// A body of form fields.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let mut text = String::new();
        for (name, value) in fields {
            if !text.is_empty() {
                text.push('&');
            }
            for (index, part) in [name, value].into_iter().enumerate() {
                if index == 1 {
                    text.push('=');
                }
                text.extend(percent_encoding::utf8_percent_encode(
                    part,
                    percent_encoding::NON_ALPHANUMERIC,
                ));
            }
        }
        self.body = Body::Bytes(text.into_bytes());
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// A body of bytes.
    #[must_use]
    pub fn bytes(self, bytes: Vec<u8>, media_type: &str) -> Self {
        self.body(bytes).header("content-type", media_type)
    }

    /// A body whose type the headers tell.
    #[must_use]
    pub fn body(mut self, bytes: Vec<u8>) -> Self {
        self.body = Body::Bytes(bytes);
        self
    }

    /// A body of fields and files.
    #[must_use]
    pub fn multipart(mut self, parts: Vec<Part>) -> Self {
        self.body = Body::Multipart(parts);
        self
    }

    /// Marks a request that does no harm when it is sent twice: an upload, a `PUT` by key, a
    /// `POST` that only asks.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Whether it changes nothing there.
    pub(super) fn is_question(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// The headers; values with a line break in them are refused, not sent.
    pub(super) fn headers(&self, sieve: &Mutex<Sieve>) -> Result<HeaderMap, Failure> {
        let mut map = HeaderMap::new();
        for (name, value) in &self.fields {
            let invalid = || {
                let kind = if name.eq_ignore_ascii_case("authorization") {
                    FailureKind::Credentials
                } else {
                    FailureKind::Refused
                };
                let message =
                    format!("the header `{name}` cannot be sent: there is a line break in it");
                Failure::new(kind, message)
            };
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
            let mut held = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| invalid())?;
            // A signature is another one for each request, and worth nothing after it.
            let is_signature = SIGNATURES.iter().any(|start| value.starts_with(start));
            if key == reqwest::header::AUTHORIZATION && is_signature {
                held.set_sensitive(true);
            } else if key == reqwest::header::AUTHORIZATION {
                held.set_sensitive(true);
                let token = value
                    .split_once(' ')
                    .map_or(value.as_str(), |(_, token)| token);
                sieve
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .add(token);
            }
            map.insert(key, held);
        }
        Ok(map)
    }
}
