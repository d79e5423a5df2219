//! A folder of a WebDAV server: the storage library writes, reads and removes. It is not listed:
//! that would be a request for every folder of the site. Folders are made here, where one is
//! missing: the library would look at each by `PROPFIND`, which not every server knows.

use super::line::{Ended, Line};
use super::{Condition, Found, Sending, Store, below, encoded};
use crate::deploy::plan::Seen;
use crate::platform::{Answer, Failure, FailureKind, Http, Request, Secret};
use opendal::Operator;
use opendal::options::WriteOptions;
use opendal::services::Webdav;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// A folder there.
#[derive(Debug)]
pub(super) struct WebDav {
    line: Line,
    url: String,
    folder: String,
    user: String,
    password: Secret,
    /// Folders that are known to be there.
    made: Mutex<BTreeSet<String>>,
}

impl WebDav {
    pub(super) fn open(
        http: Http,
        url: &str,
        folder: &str,
        user: &str,
        password: Secret,
    ) -> Result<Self, Failure> {
        let builder = Webdav::default()
            .endpoint(url)
            .username(user)
            .password(password.reveal())
            .disable_create_dir(true);
        let operator = Operator::new(builder)
            .map_err(|error| Failure::refused(format!("`url`: {}", error.message())))?;
        Ok(Self {
            line: Line::new(operator, http, url)?,
            url: url.to_owned(),
            folder: folder.to_owned(),
            user: user.to_owned(),
            password,
            made: Mutex::default(),
        })
    }

    /// The path of a file below the server's address.
    fn path(&self, path: &str) -> Result<String, Failure> {
        let path = below(&self.folder, path);
        super::line::whole_name(&path)?;
        Ok(path)
    }

    /// What an answer means that is no success.
    fn refusal(&self, answer: &Answer) -> Failure {
        let told = |kind, words: &str| {
            let words = format!("{}: {words} ({})", self.url, answer.status);
            Failure::new(kind, self.line.http().clean(&words))
        };
        match answer.status {
            401 => told(FailureKind::Credentials, "the login is not accepted"),
            403 => told(
                FailureKind::Forbidden,
                "this user may not write there; check the rights of the folder",
            ),
            404 | 409 => self.no_folder(),
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
            _ => answer.failure(None),
        }
    }

    fn no_folder(&self) -> Failure {
        Failure::new(
            FailureKind::Missing,
            format!(
                "{}: there is no such folder; check `url` and `path`",
                self.url
            ),
        )
    }

    fn put(&self, path: &str, sending: &Sending<'_>) -> Ended<()> {
        let condition = match &sending.condition {
            Condition::None => None,
            Condition::Absent => Some(("if-none-match", "*".to_owned())),
            Condition::Tag(tag) => Some(("if-match", tag.clone())),
        };
        let options = WriteOptions {
            content_type: Some(sending.headers.content_type.clone()),
            ..WriteOptions::default()
        };
        self.line.call(condition, async |operator| {
            let bytes = sending.bytes.clone();
            operator.write_options(path, bytes, options).await.map(drop)
        })
    }

    fn written(&self, ended: Ended<()>) -> Result<(), Failure> {
        if ended.is_done() {
            return Ok(());
        }
        ended.or_told(&self.line, |answer| self.refusal(answer))
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
            let url = format!("{}/{}/", self.url, encoded(folder));
            let request = Request::with_method("MKCOL", url)?;
            let request = request.basic(&self.user, &self.password).repeatable();
            let answer = self.line.http().send(&request)?;
            // 405: it is there. Some say 301 of a folder without the slash.
            if !matches!(answer.status, 200..=299 | 301 | 405) {
                return Err(self.refusal(&answer));
            }
            made.insert(folder.to_owned());
        }
        Ok(())
    }
}

impl Store for WebDav {
    fn read(&self, path: &str) -> Result<Option<Found>, Failure> {
        let path = self.path(path)?;
        let (ended, tag) = self.line.read(&path);
        if matches!(ended.status(), Some(404 | 409)) {
            return Ok(None);
        }
        // A weak tag does not tell versions apart.
        let tag = tag.filter(|tag| !tag.starts_with("W/"));
        let bytes = ended.or_told(&self.line, |answer| self.refusal(answer))?;
        Ok(Some(Found {
            bytes: bytes.to_vec(),
            tag,
        }))
    }

    fn write(&self, sending: &Sending<'_>) -> Result<(), Failure> {
        let path = self.path(sending.path)?;
        let known = path.rsplit_once('/').is_none_or(|(folder, _)| {
            self.made
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(folder)
        });
        if !known {
            // Asked only after a first try: mostly the folder is there.
            let ended = self.put(&path, sending);
            if !matches!(ended.status(), Some(404 | 409)) {
                return self.written(ended);
            }
            self.make_folders(&path)?;
        }
        self.written(self.put(&path, sending))
    }

    fn remove(&self, path: &str) -> Result<(), Failure> {
        let path = self.path(path)?;
        let ended = self.line.remove(&path);
        if ended.is_done() || matches!(ended.status(), Some(404 | 409 | 410)) {
            return Ok(());
        }
        ended.or_told(&self.line, |answer| self.refusal(answer))
    }

    fn list(&self, _: bool) -> Result<Option<BTreeMap<String, Seen>>, Failure> {
        Ok(None)
    }
}
