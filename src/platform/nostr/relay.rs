//! A conversation with relays over WebSockets: to hand an event to each, and to ask each for
//! events.
//!
//! Takes addresses and events, gives what each relay said. Says of every failure whether the
//! relay may have taken the event all the same. Knows no posts.

use super::event::{Event, read};
use crate::platform::http::tunnel;
use crate::platform::{Failure, FailureKind, Http};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{HandshakeError, Message, WebSocket};

/// Most bytes of a message; a list of long articles comes one by one.
const LARGEST: usize = 4 << 20;
/// Name of our question within a connection.
const QUESTION: &str = "guidepost";
/// Repeats of an event whose answer was lost: the same event again changes nothing.
const REPEATS: usize = 1;
/// Pause before such a repeat.
const PAUSE: Duration = Duration::from_millis(300);
/// Relays do not say how long a writer that is too fast should wait.
const WAIT: Duration = Duration::from_secs(60);

type Socket = WebSocket<MaybeTlsStream<TcpStream>>;

/// The relays of an account.
#[derive(Debug, Clone)]
pub(super) struct Relays {
    pub(super) http: Http,
    pub(super) urls: Vec<String>,
}

/// What the relays know, and which of them did not answer.
#[derive(Debug)]
pub(super) struct Known {
    /// Newest first, each once.
    pub(super) events: Vec<Event>,
    /// Why some of them did not answer.
    pub(super) failures: Vec<Failure>,
}

impl Relays {
    /// Hands an event to all. One that takes it is enough.
    pub(super) fn publish(&self, event: &Event) -> Result<(), Failure> {
        let results = self.each(|url| self.hand(url, event));
        if results.iter().any(Result::is_ok) {
            return Ok(());
        }
        Err(worst(results.into_iter().filter_map(Result::err).collect()))
    }

    /// Asks all.
    ///
    /// # Errors
    /// When none of them answers.
    pub(super) fn ask(&self, filters: &[Value]) -> Result<Known, Failure> {
        let mut known = Known {
            events: Vec::new(),
            failures: Vec::new(),
        };
        for result in self.each(|url| self.question(url, filters)) {
            match result {
                Ok(events) => known.events.extend(events),
                Err(failure) => known.failures.push(failure),
            }
        }
        if known.failures.len() == self.urls.len() {
            return Err(worst(known.failures));
        }
        known.events.sort_by_key(Event::order);
        known.events.dedup_by(|one, other| one.id == other.id);
        Ok(known)
    }

    /// Speaks with all relays at once, and gives what came of it in their order.
    fn each<T: Send>(
        &self,
        speak: impl Fn(&str) -> Result<T, Failure> + Sync,
    ) -> Vec<Result<T, Failure>> {
        std::thread::scope(|scope| {
            let running: Vec<_> = self
                .urls
                .iter()
                .map(|url| scope.spawn(|| speak(url).map_err(|failure| failure.during(url))))
                .collect();
            running
                .into_iter()
                .map(|thread| {
                    thread.join().unwrap_or_else(|_| {
                        Err(Failure::lost("the conversation with a relay broke"))
                    })
                })
                .collect()
        })
    }

    fn hand(&self, url: &str, event: &Event) -> Result<(), Failure> {
        let mut tries = 0;
        let begun = Instant::now();
        loop {
            let result = self.hand_once(url, event);
            // A relay that said nothing in all that time will say nothing again.
            let is_early = begun.elapsed() < self.http.patience();
            match result {
                Err(failure)
                    if failure.kind == FailureKind::Lost && tries < REPEATS && is_early =>
                {
                    tries += 1;
                    std::thread::sleep(PAUSE);
                }
                other => return other,
            }
        }
    }

    fn hand_once(&self, url: &str, event: &Event) -> Result<(), Failure> {
        self.http.wait_for_turn(url);
        let mut socket = self.connect(url)?;
        let deadline = Instant::now() + self.http.patience();
        say(&mut socket, &json!(["EVENT", event])).map_err(Failure::lost)?;
        let mut notice = String::new();
        loop {
            let message = hear(&mut socket, deadline).map_err(|reason| {
                let said = if notice.is_empty() {
                    reason
                } else {
                    format!("{reason}, after it said: {notice}")
                };
                Failure::lost(self.http.clean(&said))
            })?;
            match parts(&message).as_slice() {
                [
                    Value::String(word),
                    Value::String(id),
                    Value::Bool(taken),
                    rest @ ..,
                ] if word == "OK" && *id == event.id => {
                    let words = rest.first().and_then(Value::as_str).unwrap_or_default();
                    let _ = socket.close(None);
                    return if *taken || words.starts_with("duplicate:") {
                        Ok(())
                    } else {
                        Err(refusal(&self.http.clean(words)))
                    };
                }
                [Value::String(word), Value::String(words)] if word == "NOTICE" => {
                    notice.clone_from(words);
                }
                [Value::String(_), ..] => {}
                _ => return Err(Failure::lost("the answer is no message of a relay")),
            }
        }
    }

    fn question(&self, url: &str, filters: &[Value]) -> Result<Vec<Event>, Failure> {
        let unanswered = |reason: String| Failure::new(FailureKind::Unreachable, reason);
        let mut socket = self.connect(url)?;
        let deadline = Instant::now() + self.http.patience();
        let mut words = vec![json!("REQ"), json!(QUESTION)];
        words.extend(filters.iter().cloned());
        say(&mut socket, &Value::Array(words)).map_err(unanswered)?;
        let mut events = Vec::new();
        loop {
            let message = hear(&mut socket, deadline).map_err(unanswered)?;
            let message = parts(&message);
            match message.first().and_then(Value::as_str) {
                Some("EVENT") => events.extend(message.get(2).and_then(read)),
                Some("EOSE") => break,
                Some("CLOSED") => {
                    let words = message.get(2).and_then(Value::as_str).unwrap_or_default();
                    return Err(refusal(&self.http.clean(words)));
                }
                Some(_) => {}
                None => return Err(unanswered("the answer is no message of a relay".to_owned())),
            }
        }
        let _ = socket.close(None);
        Ok(events)
    }

    fn connect(&self, url: &str) -> Result<Socket, Failure> {
        let failed = |reason: String| {
            let said = self.http.clean(&format!("no connection: {reason}"));
            Failure::new(FailureKind::Unreachable, said)
        };
        let stream = tunnel(&self.http, url)?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST));
        match tungstenite::client_tls_with_config(url, stream, Some(config), None) {
            Ok((socket, _)) => Ok(socket),
            Err(HandshakeError::Interrupted(_)) => Err(failed("no answer in time".to_owned())),
            Err(HandshakeError::Failure(tungstenite::Error::Http(answer))) => Err(failed(format!(
                "it answers {} and speaks no WebSocket",
                answer.status().as_u16()
            ))),
            Err(HandshakeError::Failure(error)) => Err(failed(error.to_string())),
        }
    }
}

/// The address at which a relay tells of itself by HTTP (NIP-11).
pub(super) fn about(url: &str) -> String {
    match url.split_once("://") {
        Some(("wss", rest)) => format!("https://{rest}"),
        Some((_, rest)) => format!("http://{rest}"),
        None => url.to_owned(),
    }
}

fn say(socket: &mut Socket, message: &Value) -> Result<(), String> {
    socket
        .send(Message::text(message.to_string()))
        .map_err(|error| format!("the connection broke: {error}"))
}

/// The next text; the protocol's own messages are passed over.
fn hear(socket: &mut Socket, deadline: Instant) -> Result<String, String> {
    while Instant::now() < deadline {
        match socket.read() {
            Ok(Message::Text(text)) => return Ok(text.as_str().to_owned()),
            Ok(Message::Close(_)) => return Err("the relay closed the connection".to_owned()),
            Ok(_) => {}
            Err(tungstenite::Error::Io(error))
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) => {}
            Err(error) => return Err(format!("the connection broke: {error}")),
        }
    }
    Err("no answer in time".to_owned())
}

/// The parts of a message; none of what is no list.
fn parts(message: &str) -> Vec<Value> {
    serde_json::from_str(message).unwrap_or_default()
}

/// What a relay means by a no: its first word is for machines (NIP-01, NIP-42).
fn refusal(words: &str) -> Failure {
    let (kind, hint) = match words.split(':').next().unwrap_or_default() {
        "rate-limited" => (FailureKind::Limited, "it is asked again later"),
        "auth-required" => (
            FailureKind::Forbidden,
            "this relay wants a login by its own protocol; take it off `relays`",
        ),
        "blocked" | "restricted" => (
            FailureKind::Forbidden,
            "ask the relay's owner, or take it off `relays`",
        ),
        "pow" => (
            FailureKind::Refused,
            "this relay wants proof of work; take it off `relays`",
        ),
        "error" => (FailureKind::Unreachable, "the relay has trouble of its own"),
        "invalid" if words.contains("future") || words.contains("too old") => (
            FailureKind::Refused,
            "check the clock of this machine, and the relay's rules",
        ),
        _ => (FailureKind::Refused, "the relay has rules of its own"),
    };
    let words = if words.is_empty() { "refused" } else { words };
    let mut failure = Failure::new(kind, format!("{words}; {hint}"));
    if kind == FailureKind::Limited {
        failure.after = Some(WAIT);
    }
    failure
}

/// What all relays' failures mean together: one that may have taken the event counts most.
fn worst(failures: Vec<Failure>) -> Failure {
    let rank = |failure: &Failure| match failure.kind {
        FailureKind::Lost => 0,
        FailureKind::Limited => 1,
        FailureKind::Unreachable => 2,
        _ => 3,
    };
    let message = failures
        .iter()
        .map(|failure| failure.message.as_str())
        .collect::<Vec<_>>()
        .join("; ");
    let first = failures.into_iter().min_by_key(rank);
    let mut failure = first.unwrap_or_else(|| Failure::refused("`relays` names no relay; add one"));
    if !message.is_empty() {
        failure.message = message;
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::{refusal, worst};
    use crate::platform::Failure;
    use crate::platform::FailureKind::{self, Forbidden, Limited, Lost, Refused, Unreachable};

    #[test]
    fn every_no_of_a_relay_has_its_meaning() {
        for (words, kind) in [
            ("rate-limited: slow down there chief", Limited),
            ("blocked: you are banned", Forbidden),
            ("restricted: not on the list", Forbidden),
            ("auth-required: we only take events of members", Forbidden),
            ("pow: difficulty 26 is less than 30", Refused),
            (
                "invalid: event creation date is too far in the future",
                Refused,
            ),
            ("error: could not connect to the database", Unreachable),
            ("", Refused),
        ] {
            let failure = refusal(words);
            assert_eq!(failure.kind, kind, "{words}");
            assert_eq!(failure.after.is_some(), kind == Limited);
        }
    }

    #[test]
    fn a_relay_that_may_have_taken_the_event_decides() {
        let kinds = |list: &[FailureKind]| {
            let failures = list
                .iter()
                .enumerate()
                .map(|(number, kind)| Failure::new(*kind, format!("relay {number}")));
            worst(failures.collect())
        };
        assert_eq!(kinds(&[Refused, Lost, Limited]).kind, Lost);
        assert_eq!(kinds(&[Refused, Unreachable]).kind, Unreachable);
        assert_eq!(kinds(&[Refused, Forbidden]).message, "relay 0; relay 1");
    }
}
