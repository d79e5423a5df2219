//! Images: takes a path as a text or field gives it, finds the file with its size, and says
//! which do not exist.

use super::asset::File;
use super::link::{Origin, local, meant};
use super::lookup::{Destination, Lookup};
use super::url::decode;
use super::{Picture, suggest};
use crate::diag::{Code, Diagnostic, Position};
use std::borrow::Cow;
use std::sync::Arc;

/// The picture that a path leads to; a missing one is reported and kept as written.
pub(super) fn picture(
    written: &str,
    position: Position,
    origin: &Origin<'_>,
    lookup: &Lookup<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Picture {
    let link = written.trim();
    let elsewhere = Picture {
        url: link.to_owned(),
        width: None,
        height: None,
        file: None,
    };
    if link.is_empty() {
        diagnostics.push(missing_image("", position, origin));
        return elsewhere;
    }
    let Some(local) = local(link, lookup) else {
        return elsewhere;
    };
    if let Some((parts, destination)) = meant(&local, origin, lookup) {
        match destination {
            Destination::Asset(index) => {
                return shown(&lookup.assets[index as usize], &parts.suffix());
            }
            Destination::Static(index) => {
                return shown(&lookup.statics[index as usize], &parts.suffix());
            }
            // An `<iframe>` or a download may lead to a page; a picture has an ending.
            other if !has_image_ending(parts.path) => {
                return Picture {
                    url: format!("{}{}", lookup.url(&other), parts.suffix()),
                    ..elsewhere
                };
            }
            _ => {}
        }
    }
    let path = decode(&local).unwrap_or(Cow::Borrowed(&local)).into_owned();
    diagnostics.push(
        missing_image(link, position, origin).maybe_hint(suggest::file(&path, origin, lookup)),
    );
    elsewhere
}

fn has_image_ending(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| {
        let ending = ending.to_ascii_lowercase();
        matches!(
            ending.as_str(),
            "png" | "jpg" | "jpeg" | "gif" | "svg" | "webp" | "avif" | "bmp" | "ico"
        )
    })
}

/// A file as a picture.
pub(super) fn shown(file: &File, suffix: &str) -> Picture {
    Picture {
        url: format!("{}{suffix}", file.url),
        width: file.size.map(|(width, _)| width),
        height: file.size.map(|(_, height)| height),
        file: Some(Arc::clone(&file.file)),
    }
}

fn missing_image(link: &str, position: Position, origin: &Origin<'_>) -> Diagnostic {
    let message = if link.is_empty() {
        "the image has no address".to_owned()
    } else if link.contains('.') && !has_image_ending(link.split(['?', '#']).next().unwrap_or(link))
    {
        format!("there is no file `{link}`")
    } else {
        format!("there is no image `{link}`")
    };
    Diagnostic::new(Code::MissingImage, message).at(origin.place(position))
}
