//! A place that keeps files: what a deploy asks of it, whatever it is. Each kind of place is one
//! module below; none knows what a site is.

mod bucket;
mod folder;
mod git;
mod line;
mod sftp;
mod webdav;

pub(super) use git::Identity;

use super::headers::Headers;
use super::plan::Seen;
use super::target::{Kind, Target};
use crate::platform::{Failure, FailureKind, Http, HttpOptions, Pace, Secret, Sieve};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// A file that was read.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    /// By which the place knows this version, where it does.
    pub(super) tag: Option<String>,
}

/// A file that is sent.
#[derive(Debug, Clone)]
pub(super) struct Sending<'a> {
    pub(super) path: &'a str,
    pub(super) bytes: Vec<u8>,
    pub(super) headers: Headers,
    pub(super) condition: Condition,
}

/// What must hold at the place for a file to be taken, where the place can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Nothing.
    None,
    /// No file has the name.
    Absent,
    /// The version there has this tag.
    Tag(String),
}

/// A place.
///
/// Every call may be repeated: a file is written whole or not at all, as far as the place can.
pub(super) trait Store: Sync {
    /// Reads a file; nothing when there is none.
    fn read(&self, path: &str) -> Result<Option<Found>, Failure>;

    /// Writes a file.
    fn write(&self, sending: &Sending<'_>) -> Result<(), Failure>;

    /// Takes a file away; that there is none is fine.
    fn remove(&self, path: &str) -> Result<(), Failure>;

    /// Everything there, or nothing when the place cannot be asked cheaply. `hashes` asks for
    /// MD5s even where they must be computed.
    fn list(&self, hashes: bool) -> Result<Option<BTreeMap<String, Seen>>, Failure>;

    /// Whether files have content types and cache lifetimes of their own.
    fn has_headers(&self) -> bool {
        false
    }

    /// Whether everything written takes effect together, with the record as the last file.
    fn is_atomic(&self) -> bool {
        false
    }
}

/// What opening a place needs beside its settings.
pub(super) struct Opening<'a> {
    /// The site's folder.
    pub(super) root: &'a Path,
    /// The secrets that the target's kind asks for, by name.
    pub(super) secrets: &'a BTreeMap<&'static str, Secret>,
    /// The clock.
    pub(super) clock: fn() -> jiff::Timestamp,
    /// What the run is called, for a history that has words.
    pub(super) identity: Identity,
}

/// The place of a target.
///
/// # Errors
/// When its settings cannot be used on this machine; most places are first asked later.
pub(super) fn open(
    target: &Target,
    opening: &Opening<'_>,
) -> Result<Box<dyn Store + 'static>, Failure> {
    let secret = |name: &str| opening.secrets.get(name).cloned();
    let http = || {
        let options = HttpOptions {
            patience: target.timeout,
            longest_wait: Duration::from_secs(30),
            pause: Duration::from_millis(400),
            repeats: 1,
            proxy: target.proxy.clone(),
            keep_connections: true,
            clock: opening.clock,
        };
        let sieve = Sieve::new(opening.secrets.values());
        Http::new(options, Pace::default(), Duration::ZERO, sieve)
    };
    let sieve = Sieve::new(opening.secrets.values());
    Ok(match &target.kind {
        Kind::Bucket(settings) => {
            let keys = bucket::Keys {
                key: settings
                    .key
                    .clone()
                    .or_else(|| secret("KEY").map(|secret| secret.reveal().to_owned()))
                    .unwrap_or_default(),
                secret: secret("SECRET").unwrap_or_else(|| Secret::new("")),
                token: secret("TOKEN"),
            };
            Box::new(bucket::Bucket::open(
                http()?,
                settings,
                &target.path,
                &keys,
            )?)
        }
        Kind::WebDav { url, user } => {
            let password = secret("PASSWORD").unwrap_or_else(|| Secret::new(""));
            Box::new(webdav::WebDav::open(
                http()?,
                url,
                &target.path,
                user,
                password,
            )?)
        }
        Kind::Sftp(login) => Box::new(sftp::Sftp::new(login, &target.path, opening.root)),
        Kind::Folder(folder) => Box::new(folder::Folder::open(
            &opening.root.join(folder),
            &target.path,
        )?),
        Kind::Git { remote, branch } => Box::new(git::Branch::open(
            &target.name,
            remote,
            branch,
            &target.path,
            opening,
            secret("TOKEN").as_ref(),
            sieve,
        )?),
    })
}

/// A file's name while it is being written, in the folder that it is for.
fn part_name(path: &str) -> String {
    let name = format!(
        ".guidepost-{}.part",
        &blake3::hash(path.as_bytes()).to_hex()[..12]
    );
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name,
    }
}

/// A path below the target's folder.
fn below(folder: &str, path: &str) -> String {
    match (folder.is_empty(), folder.ends_with('/')) {
        (true, _) => path.to_owned(),
        (false, true) => format!("{folder}{path}"),
        (false, false) => format!("{folder}/{path}"),
    }
}

/// Every byte but letters, digits, `-._~` and `/` as `%XX`: the form that signatures want.
fn encoded(path: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'/');
    percent_encoding::utf8_percent_encode(path, KEPT).to_string()
}

/// A failure of this machine's disk or of a folder.
fn io(what: &str, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;
    let (kind, hint) = match error.kind() {
        ErrorKind::PermissionDenied => (FailureKind::Forbidden, "; this user may not write there"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            FailureKind::Refused,
            "; make room there, then run `guidepost deploy` again: it sends the rest",
        ),
        ErrorKind::NotADirectory | ErrorKind::IsADirectory => (
            FailureKind::Refused,
            "; a file stands where a folder must be, or the reverse: move it away",
        ),
        ErrorKind::ReadOnlyFilesystem => (FailureKind::Forbidden, "; it may only be read"),
        _ => (FailureKind::Refused, ""),
    };
    Failure::new(kind, format!("{what}: {error}{hint}"))
}

#[cfg(test)]
mod tests {
    use super::{below, encoded, part_name};

    #[test]
    fn names_are_put_together() {
        assert_eq!(below("", "a/b"), "a/b");
        assert_eq!(below("x", "a/b"), "x/a/b");
        assert_eq!(below("/", "a/b"), "/a/b");
        assert_eq!(encoded("招/a b+~.html"), "%E6%8B%9B/a%20b%2B~.html");
        let part = part_name("a/index.html");
        assert!(part.starts_with("a/.guidepost-") && part.ends_with(".part"));
        assert_ne!(part, part_name("a/other.html"));
    }
}
