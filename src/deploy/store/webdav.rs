//! A folder of a WebDAV server: `PUT`, `GET`, `DELETE`, and `MKCOL` where a folder is missing. It
//! is not listed: that would be a request for every folder of the site.

use super::{Condition, Found, Sending, Store, below, encoded};
use crate::deploy::plan::Seen;
use crate::platform::{Answer, Failure, FailureKind, Http, Request, Secret};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// A folder there.
#[derive(Debug)]
pub(super) struct WebDav {
    http: Http,
    url: String,
    folder: String,
    user: String,
    password: Secret,
    /// Folders that are known to be there.
    made: Mutex<BTreeSet<String>>,
}

impl WebDav {
    pub(super) fn new(http: Http, url: &str, folder: &str, user: &str, password: Secret) -> Self {
        Self {
            http,
            url: url.to_owned(),
            folder: folder.to_owned(),
            user: user.to_owned(),
            password,
            made: Mutex::default(),
        }
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{}", self.url, encoded(path))
    }

    fn send(&self, request: Request, welcome: &[u16]) -> Result<Answer, Failure> {
        let request = request.basic(&self.user, &self.password).repeatable();
        let answer = self.http.send(&request)?;
        if (200..300).contains(&answer.status) || welcome.contains(&answer.status) {
            return Ok(answer);
        }
        let told = |kind, words: &str| {
            let words = format!("{}: {words} ({})", self.url, answer.status);
            Err(Failure::new(kind, self.http.clean(&words)))
        };
        match answer.status {
            401 => told(FailureKind::Credentials, "the login is not accepted"),
            403 => told(
                FailureKind::Forbidden,
                "this user may not write there; check the rights of the folder",
            ),
            405 | 501 => told(
                FailureKind::Refused,
                "it does not take files: no WebDAV at this address; check `url`",
            ),
            412 => told(FailureKind::Conflict, "it changed meanwhile"),
            423 => told(
                FailureKind::Refused,
                "the file is locked by another program there; close it, then deploy again",
            ),
            413 => told(
                FailureKind::Refused,
                "the file is larger than the server takes",
            ),
            507 => told(
                FailureKind::Refused,
                "its storage is full; make room there, then deploy again: it sends the rest",
            ),
            500..=599 => told(FailureKind::Limited, "the server cannot answer now"),
            _ => Err(answer.failure(None)),
        }
    }

    /// Makes the folders above a path, the outermost first.
    fn make_folders(&self, path: &str) -> Result<(), Failure> {
        // One at a time: two that make the same folder disturb each other on some servers.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, _) in path.match_indices('/') {
            let folder = &path[..at];
            if folder.is_empty() || made.contains(folder) {
                continue;
            }
            let url = format!("{}/", self.address(folder));
            // 405: it is there. Some say 301 of a folder without the slash, or 409 of a race.
            let request = Request::with_method("MKCOL", url)?;
            let answer = self.send(request, &[301, 405, 409])?;
            if answer.status == 409 {
                return Err(Failure::new(
                    FailureKind::Missing,
                    format!(
                        "{}: there is no such folder; check `url` and `path`",
                        self.url
                    ),
                ));
            }
            made.insert(folder.to_owned());
        }
        Ok(())
    }
}

impl Store for WebDav {
    fn read(&self, path: &str) -> Result<Option<Found>, Failure> {
        let url = self.address(&below(&self.folder, path));
        let answer = self.send(Request::get(url), &[404, 409])?;
        if answer.status >= 400 {
            return Ok(None);
        }
        // A weak tag does not tell versions apart.
        let tag = answer
            .header("etag")
            .filter(|tag| !tag.starts_with("W/"))
            .map(str::to_owned);
        Ok(Some(Found {
            bytes: answer.body,
            tag,
        }))
    }

    fn write(&self, sending: &Sending<'_>) -> Result<(), Failure> {
        let path = below(&self.folder, sending.path);
        let put = || {
            let request = Request::put(self.address(&path))
                .bytes(sending.bytes.clone(), &sending.headers.content_type);
            match &sending.condition {
                Condition::None => request,
                Condition::Absent => request.header("if-none-match", "*"),
                Condition::Tag(tag) => request.header("if-match", tag),
            }
        };
        let folder = path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let known = folder.is_none_or(|folder| {
            self.made
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&folder)
        });
        if !known {
            // Asked only after a first try: mostly the folder is there.
            let answer = self.send(put(), &[404, 409])?;
            if answer.status < 300 {
                return Ok(());
            }
            self.make_folders(&path)?;
        }
        let answer = self.send(put(), &[404, 409])?;
        if answer.status < 300 {
            return Ok(());
        }
        Err(Failure::new(
            FailureKind::Missing,
            format!(
                "{}: there is no such folder; check `url` and `path`",
                self.url
            ),
        ))
    }

    fn remove(&self, path: &str) -> Result<(), Failure> {
        let url = self.address(&below(&self.folder, path));
        self.send(Request::delete(url), &[404, 409, 410])?;
        Ok(())
    }

    fn list(&self, _: bool) -> Result<Option<BTreeMap<String, Seen>>, Failure> {
        Ok(None)
    }
}
