//! The proxy before a Nostr relay: passes messages, and has its mishap at an event.

use super::{Mishap, Shared};
use serde_json::{Value, json};
use std::net::TcpStream;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// Whether a client wants a WebSocket, and not to read about the relay by HTTP.
pub(super) fn is_wanted(stream: &TcpStream) -> bool {
    let mut head = [0; 2048];
    let length = stream.peek(&mut head).unwrap_or_default();
    String::from_utf8_lossy(&head[..length])
        .to_ascii_lowercase()
        .contains("upgrade: websocket")
}

/// One conversation; it ends with the mishap, or when either side goes.
pub(super) fn serve(shared: &Shared, stream: &TcpStream) {
    let _ = converse(shared, stream);
}

fn converse(shared: &Shared, stream: &TcpStream) -> Option<()> {
    let mut client = tungstenite::accept(stream.try_clone().ok()?).ok()?;
    let (mut target, _) = tungstenite::connect(format!("ws://{}", shared.target)).ok()?;
    loop {
        let Message::Text(asked) = client.read().ok()? else {
            continue;
        };
        let parts: Value = serde_json::from_str(&asked).ok()?;
        let word = parts[0].as_str()?;
        let mishap = shared.mishap(word, &asked, asked.as_bytes());
        match mishap {
            Some(Mishap::DropBefore) => return None,
            Some(Mishap::HoldBefore) => {
                shared.wait();
                return None;
            }
            Some(Mishap::Busy(_)) => {
                let no = json!(["OK", parts[1]["id"], false, "rate-limited: slow down"]);
                client.send(Message::text(no.to_string())).ok()?;
                return None;
            }
            _ => {}
        }
        target.send(Message::Text(asked.clone())).ok()?;
        loop {
            let said = next(&mut target)?;
            let is_last = ["[\"OK\"", "[\"EOSE\"", "[\"CLOSED\""]
                .iter()
                .any(|start| said.starts_with(start));
            let said = match mishap {
                Some(Mishap::DropAfter) => return None,
                Some(Mishap::HoldAfter) => {
                    shared.wait();
                    return None;
                }
                Some(Mishap::Cut) => said[..said.len() / 2].to_owned(),
                Some(Mishap::WebPage) => "<!doctype html><h1>Bad gateway</h1>".to_owned(),
                _ => said,
            };
            client.send(Message::text(said)).ok()?;
            if is_last {
                break;
            }
        }
    }
}

/// The relay's next message.
fn next(target: &mut WebSocket<MaybeTlsStream<TcpStream>>) -> Option<String> {
    loop {
        if let Message::Text(text) = target.read().ok()? {
            return Some(text.as_str().to_owned());
        }
    }
}
