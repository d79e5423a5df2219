//! What we call a message: chat, number and form, and where people read it.
//!
//! Takes what the server answers to a new message; gives a [`Remote`] and reads it again.

use crate::platform::{Failure, Remote};
use serde::Deserialize;

/// How a message was sent, which decides how it is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// With the beginning of the picture's digest.
    Photo(String),
    Rich,
}

/// A message as a [`Remote::id`] names it: `-1001234567890/1187/photo:1f2e3d4c`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) chat: i64,
    pub(super) message: i64,
    pub(super) form: Form,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) message_id: i64,
    pub(super) chat: Chat,
}

#[derive(Deserialize)]
pub(super) struct Chat {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) username: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default, rename = "type")]
    pub(super) kind: String,
}

/// The copy under its name in this form; its address stays.
pub(super) fn renamed(at: &Remote, place: &Place) -> Remote {
    Remote {
        id: written(place),
        url: at.url.clone(),
    }
}

pub(super) fn remote(message: &Message, form: Form) -> Remote {
    let url = if message.chat.username.is_empty() {
        // Only members can open it.
        message
            .chat
            .id
            .to_string()
            .strip_prefix("-100")
            .map(|chat| format!("https://t.me/c/{chat}/{}", message.message_id))
    } else {
        Some(format!(
            "https://t.me/{}/{}",
            message.chat.username, message.message_id
        ))
    };
    Remote {
        id: written(&Place {
            chat: message.chat.id,
            message: message.message_id,
            form,
        }),
        url,
    }
}

fn written(place: &Place) -> String {
    let form = match &place.form {
        Form::Text => "text".to_owned(),
        Form::Photo(mark) => format!("photo:{mark}"),
        Form::Rich => "rich".to_owned(),
    };
    format!("{}/{}/{form}", place.chat, place.message)
}

pub(super) fn parse(at: &Remote) -> Result<Place, Failure> {
    let mut parts = at.id.splitn(3, '/');
    let mut number = || parts.next()?.parse().ok();
    let place = number().zip(number()).and_then(|(chat, message)| {
        let form = match parts.next()? {
            "text" => Form::Text,
            "rich" => Form::Rich,
            other => Form::Photo(other.strip_prefix("photo:")?.to_owned()),
        };
        Some(Place {
            chat,
            message,
            form,
        })
    });
    place.ok_or_else(|| Failure::refused(format!("`{}` is no `chat/message/form`", at.id)))
}
