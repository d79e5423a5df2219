//! One connection: OpenSSH's `ssh` carries the messages, with the keys, agents and settings that
//! the person has there already.

use super::packet::{Message, Reader, code, kind, length};
use crate::deploy::target::Login;
use crate::platform::{Failure, FailureKind};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Bytes of one message; servers take at least 32 KiB.
const PIECE: usize = 32 << 10;
/// Messages sent before their answers are read.
const AHEAD: usize = 32;
/// Most bytes that are read of one file.
const LARGEST: usize = 64 << 20;

/// A connection.
#[derive(Debug)]
pub(super) struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
    host: String,
    next: u32,
    /// Whether a rename may replace a file in one step.
    replaces: bool,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Done, or a handle or data.
    Done(Vec<u8>),
    /// A status other than OK.
    Status(u32, String),
}

impl Session {
    /// Connects.
    pub(super) fn open(login: &Login, root: &Path) -> Result<Self, Failure> {
        let mut command = Command::new("ssh");
        command.current_dir(root);
        for option in [
            "BatchMode=yes",
            "ConnectTimeout=30",
            "ServerAliveInterval=15",
            "ServerAliveCountMax=4",
            "ForwardAgent=no",
            "ForwardX11=no",
            "ClearAllForwardings=yes",
            "LogLevel=ERROR",
        ] {
            command.args(["-o", option]);
        }
        if let Some(port) = login.port {
            command.args(["-p", &port.to_string()]);
        }
        if let Some(user) = &login.user {
            command.args(["-l", user]);
        }
        if let Some(key) = &login.key_file {
            command.args(["-i", key, "-o", "IdentitiesOnly=yes"]);
        }
        if let Some(file) = &login.known_hosts {
            command.args(["-o", &format!("UserKnownHostsFile={file}")]);
        }
        command.args(["-s", "--", &login.host, "sftp"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                Failure::new(
                    FailureKind::Unsupported,
                    format!(
                        "cannot run `ssh`, which SFTP needs: {error}; install OpenSSH's client"
                    ),
                )
            })?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::lost("`ssh` gave no pipes"));
        };
        let mut session = Self {
            child,
            input: Some(input),
            output,
            host: login.host.clone(),
            next: 0,
            replaces: false,
        };
        session.send(&Message::new(kind::INIT, 3).finish())?;
        let hello = session.receive()?;
        let mut reader = Reader::new(&hello);
        if reader.byte() != Some(kind::VERSION) || reader.number().is_none() {
            return Err(session.senseless());
        }
        while let (Some(name), Some(_)) = (reader.text(), reader.text()) {
            session.replaces |= name == b"posix-rename@openssh.com";
        }
        Ok(session)
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let sent = match &mut self.input {
            Some(input) => input.write_all(bytes).and_then(|()| input.flush()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        sent.map_err(|_| self.ended())
    }

    fn receive(&mut self) -> Result<Vec<u8>, Failure> {
        let mut head = [0; 4];
        if self.output.read_exact(&mut head).is_err() {
            return Err(self.ended());
        }
        let Some(length) = length(head) else {
            return Err(self.senseless());
        };
        let mut bytes = vec![0; length];
        if self.output.read_exact(&mut bytes).is_err() {
            return Err(self.ended());
        }
        Ok(bytes)
    }

    fn senseless(&self) -> Failure {
        Failure::new(
            FailureKind::Refused,
            format!(
                "{} does not speak SFTP; does a login script there print something?",
                self.host
            ),
        )
    }

    /// Why `ssh` ended, in its own words.
    fn ended(&mut self) -> Failure {
        drop(self.input.take());
        let _ = self.child.kill();
        let mut text = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = stderr.read_to_string(&mut text);
        }
        let _ = self.child.wait();
        let said = text
            .lines()
            .map(str::trim)
            .rfind(|line| !line.is_empty())
            .unwrap_or("the connection was closed");
        let has = |words: &str| text.contains(words);
        let host = &self.host;
        let (kind, hint) = if has("Permission denied") || has("Too many authentication") {
            (
                FailureKind::Credentials,
                "; check `user` and `key_file`, and that `ssh` logs in by itself",
            )
        } else if has("Host key verification failed") || has("IDENTIFICATION HAS CHANGED") {
            (
                FailureKind::Forbidden,
                "; connect once by hand with `ssh`, and compare the server's key",
            )
        } else if has("Could not resolve") {
            (FailureKind::Missing, "; check `host`")
        } else if has("subsystem request failed") {
            (FailureKind::Unsupported, "; the server offers no SFTP")
        } else {
            (FailureKind::Unreachable, "")
        };
        Failure::new(kind, format!("{host}: {said}{hint}"))
    }

    fn take_number(&mut self) -> u32 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    /// Reads one answer.
    fn answer(&mut self) -> Result<(u32, Answer), Failure> {
        let bytes = self.receive()?;
        let mut reader = Reader::new(&bytes);
        let parts = (reader.byte(), reader.number());
        let (Some(found), Some(number)) = parts else {
            return Err(self.senseless());
        };
        let answer = match found {
            kind::STATUS => match reader.number() {
                Some(code::OK) => Answer::Done(Vec::new()),
                Some(code) => {
                    let words = reader.text().map(String::from_utf8_lossy);
                    Answer::Status(code, words.unwrap_or_default().into_owned())
                }
                None => return Err(self.senseless()),
            },
            kind::HANDLE | kind::DATA => Answer::Done(reader.text().unwrap_or_default().to_vec()),
            _ => return Err(self.senseless()),
        };
        Ok((number, answer))
    }

    /// Sends a request about paths and reads its answer.
    fn ask(&mut self, kind: u8, parts: &[&[u8]], ending: &[u32]) -> Result<Answer, Failure> {
        let number = self.take_number();
        let mut message = Message::new(kind, number);
        for part in parts {
            message = message.text(part);
        }
        for value in ending {
            message = message.number(*value);
        }
        self.send(&message.finish())?;
        let (got, answer) = self.answer()?;
        if got == number {
            Ok(answer)
        } else {
            Err(self.senseless())
        }
    }

    /// Reads a file; nothing when there is none.
    pub(super) fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        const FOR_READING: u32 = 1;
        let handle = match self.ask(kind::OPEN, &[path.as_bytes()], &[FOR_READING, 0])? {
            Answer::Done(handle) => handle,
            Answer::Status(code::NO_SUCH_FILE, _) => return Ok(None),
            Answer::Status(code, words) => return Err(self.refused("read", path, code, &words)),
        };
        let mut bytes = Vec::new();
        let ended = loop {
            let number = self.take_number();
            let message = Message::new(kind::READ, number)
                .text(&handle)
                .offset(bytes.len() as u64)
                .number(PIECE as u32);
            self.send(&message.finish())?;
            match self.answer()?.1 {
                Answer::Done(piece) if !piece.is_empty() && bytes.len() < LARGEST => {
                    bytes.extend(piece);
                }
                Answer::Done(_) | Answer::Status(code::END, _) => break None,
                Answer::Status(code, words) => break Some((code, words)),
            }
        };
        self.ask(kind::CLOSE, &[&handle], &[])?;
        match ended {
            None => Ok(Some(bytes)),
            Some((code, words)) => Err(self.refused("read", path, code, &words)),
        }
    }

    /// Writes a file of another name, then gives it its own: the web server never shows half.
    /// Says whether a folder was missing.
    pub(super) fn write(&mut self, path: &str, part: &str, bytes: &[u8]) -> Result<bool, Failure> {
        const WRITE_CREATE_TRUNCATE: u32 = 2 | 8 | 16;
        let opened = self.ask(kind::OPEN, &[part.as_bytes()], &[WRITE_CREATE_TRUNCATE, 0])?;
        let handle = match opened {
            Answer::Done(handle) => handle,
            Answer::Status(code::NO_SUCH_FILE, _) => return Ok(true),
            Answer::Status(code, words) => return Err(self.refused("write", path, code, &words)),
        };
        let mut failed = None;
        let mut waiting = 0;
        for (index, piece) in bytes.chunks(PIECE).enumerate() {
            let number = self.take_number();
            let message = Message::new(kind::WRITE, number)
                .text(&handle)
                .offset((index * PIECE) as u64)
                .text(piece);
            self.send(&message.finish())?;
            waiting += 1;
            if waiting == AHEAD {
                self.written(&mut failed)?;
                waiting -= 1;
            }
            if failed.is_some() {
                break;
            }
        }
        for _ in 0..waiting {
            self.written(&mut failed)?;
        }
        let closed = self.ask(kind::CLOSE, &[&handle], &[])?;
        if let (None, Answer::Status(code, words)) = (&failed, closed) {
            failed = Some((code, words));
        }
        if failed.is_none() {
            failed = self.rename(part, path)?;
        }
        match failed {
            None => Ok(false),
            Some((code, words)) => {
                let _ = self.ask(kind::REMOVE, &[part.as_bytes()], &[]);
                Err(self.refused("write", path, code, &words))
            }
        }
    }

    fn written(&mut self, failed: &mut Option<(u32, String)>) -> Result<(), Failure> {
        if let (None, Answer::Status(code, words)) = (&failed, self.answer()?.1) {
            *failed = Some((code, words));
        }
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<Option<(u32, String)>, Failure> {
        const RENAME: u8 = 18;
        let (from, to) = (from.as_bytes(), to.as_bytes());
        let answer = if self.replaces {
            self.ask(
                kind::EXTENDED,
                &[b"posix-rename@openssh.com", from, to],
                &[],
            )?
        } else {
            // Such a server renames only to a name that is free.
            self.ask(kind::REMOVE, &[to], &[])?;
            self.ask(RENAME, &[from, to], &[])?
        };
        Ok(match answer {
            Answer::Done(_) => None,
            Answer::Status(code, words) => Some((code, words)),
        })
    }

    /// Makes a folder; that it is there is fine, and shows when something is written into it.
    pub(super) fn make_folder(&mut self, path: &str) -> Result<(), Failure> {
        match self.ask(kind::MKDIR, &[path.as_bytes()], &[0])? {
            Answer::Status(code::PERMISSION_DENIED, words) => {
                Err(self.refused("make", path, code::PERMISSION_DENIED, &words))
            }
            _ => Ok(()),
        }
    }

    /// Takes a file away; that there is none is fine.
    pub(super) fn remove(&mut self, path: &str) -> Result<(), Failure> {
        match self.ask(kind::REMOVE, &[path.as_bytes()], &[])? {
            Answer::Done(_) | Answer::Status(code::NO_SUCH_FILE, _) => Ok(()),
            Answer::Status(code, words) => Err(self.refused("remove", path, code, &words)),
        }
    }

    /// Takes an empty folder away; says whether it went.
    pub(super) fn remove_folder(&mut self, path: &str) -> Result<bool, Failure> {
        let answer = self.ask(kind::RMDIR, &[path.as_bytes()], &[])?;
        Ok(matches!(answer, Answer::Done(_)))
    }

    fn refused(&self, what: &str, path: &str, code: u32, words: &str) -> Failure {
        let host = &self.host;
        let (kind, hint) = match code {
            code::PERMISSION_DENIED => (
                FailureKind::Forbidden,
                "; this user may not do that there: check `path` and the folder's rights",
            ),
            code::FAILURE => (
                FailureKind::Refused,
                "; often its disk is full or a quota reached: then deploy again, it sends the rest",
            ),
            code::NO_SUCH_FILE => (FailureKind::Missing, "; check `path`"),
            code::UNSUPPORTED => (FailureKind::Unsupported, ""),
            _ => (FailureKind::Unreachable, ""),
        };
        Failure::new(
            kind,
            format!("{host}: cannot {what} `{path}`: {words}{hint}"),
        )
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Without input the server ends, and `ssh` with it.
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
