//! A folder of an SSH server, by SFTP: one connection for each upload at a time, kept for the
//! next. It is not listed: that would be a request for every folder of the site.

mod packet;
mod session;

use super::{Found, Sending, Store, below, part_name};
use crate::deploy::plan::Seen;
use crate::deploy::target::Login;
use crate::platform::Failure;
use session::Session;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A folder there.
#[derive(Debug)]
pub(super) struct Sftp {
    login: Login,
    folder: String,
    root: PathBuf,
    /// Connections that nobody uses now.
    idle: Mutex<Vec<Session>>,
    /// Folders that are known to be there.
    made: Mutex<BTreeSet<String>>,
}

impl Sftp {
    pub(super) fn new(login: &Login, folder: &str, root: &Path) -> Self {
        Self {
            login: login.clone(),
            folder: folder.to_owned(),
            root: root.to_path_buf(),
            idle: Mutex::default(),
            made: Mutex::default(),
        }
    }

    /// Does something on a connection, which is kept unless it broke.
    fn with<T>(&self, work: impl FnOnce(&mut Session) -> Result<T, Failure>) -> Result<T, Failure> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut session = match idle {
            Some(session) => session,
            None => Session::open(&self.login, &self.root)?,
        };
        let done = work(&mut session)?;
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(session);
        Ok(done)
    }

    fn make_folders(&self, session: &mut Session, path: &str) -> Result<(), Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, _) in path.match_indices('/') {
            let folder = &path[..at];
            if !folder.is_empty() && !made.contains(folder) {
                // What is above the target's folder may be there without our having a right to it.
                let above = self.folder.starts_with(folder) && self.folder != folder;
                match session.make_folder(folder) {
                    Err(_) if above => {}
                    other => other?,
                }
                made.insert(folder.to_owned());
            }
        }
        Ok(())
    }
}

impl Store for Sftp {
    fn read(&self, path: &str) -> Result<Option<Found>, Failure> {
        let path = below(&self.folder, path);
        let bytes = self.with(|session| session.read(&path))?;
        Ok(bytes.map(|bytes| Found { bytes, tag: None }))
    }

    fn write(&self, sending: &Sending<'_>) -> Result<(), Failure> {
        let path = below(&self.folder, sending.path);
        let part = part_name(&path);
        self.with(|session| {
            if session.write(&path, &part, &sending.bytes)? {
                self.make_folders(session, &path)?;
                if session.write(&path, &part, &sending.bytes)? {
                    return Err(Failure::new(
                        crate::platform::FailureKind::Missing,
                        format!(
                            "{}: cannot make the folder of `{path}`; check `path`",
                            self.login.host
                        ),
                    ));
                }
            }
            Ok(())
        })
    }

    fn remove(&self, path: &str) -> Result<(), Failure> {
        let full = below(&self.folder, path);
        self.with(|session| {
            session.remove(&full)?;
            // Folders that are empty now; the first one that is not ends it.
            for (at, _) in path.rmatch_indices('/') {
                if !session.remove_folder(&below(&self.folder, &path[..at]))? {
                    break;
                }
            }
            Ok(())
        })
    }

    fn list(&self, _: bool) -> Result<Option<BTreeMap<String, Seen>>, Failure> {
        Ok(None)
    }
}
