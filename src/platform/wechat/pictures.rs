//! Pictures on WeChat: those of a text go to its image host, a cover becomes permanent material.
//!
//! Takes images and gives addresses and numbers; each picture is uploaded once a run, and a
//! cover that the library has already is not uploaded again.

use super::answer::Refusal;
use super::door::Door;
use super::place::secure;
use crate::platform::capability::ImageLimit;
use crate::platform::{Attempt, Failure, Image, Part, Post, Rendition};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Pictures of a text: below 1 MB.
pub(super) const BODY: ImageLimit = ImageLimit {
    bytes: (1 << 20) - 1,
    side: 2560,
    types: &["image/jpeg", "image/png"],
};
/// Covers.
pub(super) const COVER: ImageLimit = ImageLimit {
    bytes: 10 << 20,
    side: 2560,
    types: &["image/jpeg", "image/png"],
};
/// Pictures of the library that are looked at before one is uploaded, the newest.
const LOOKED_AT: usize = 20;

/// What was uploaded in this run, by digest of the bytes: addresses and numbers.
#[derive(Default)]
pub(super) struct Pictures {
    body: Mutex<BTreeMap<String, String>>,
    covers: Mutex<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Hosted {
    url: String,
}

#[derive(Deserialize)]
struct Material {
    media_id: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Library {
    #[serde(default)]
    item: Vec<Material>,
}

impl Pictures {
    /// The text with WeChat's addresses of its pictures; others are taken out there.
    pub(super) fn placed(
        &self,
        door: &Door,
        html: &str,
        post: &Post,
        attempt: Attempt<'_>,
    ) -> Result<String, Failure> {
        let mut html = html.to_owned();
        for image in &post.images {
            let ours = source(&image.url);
            if !html.contains(&ours) {
                continue;
            }
            let uploaded = rendition(image, &BODY, attempt)
                .and_then(|picture| self.hosted(door, picture).map_err(Failure::from));
            let url = uploaded
                .map_err(|failure| failure.during(&format!("uploading the image {}", image.url)))?;
            html = html.replace(&ours, &source(&url));
        }
        Ok(html)
    }

    fn hosted(&self, door: &Door, picture: Rendition) -> Result<String, Refusal> {
        once(&self.body, picture, |picture| {
            let hosted: Hosted = door.upload("media/uploadimg", &part(picture))?;
            Ok(secure(&hosted.url))
        })
    }

    /// The number of a cover among the permanent material.
    pub(super) fn cover(
        &self,
        door: &Door,
        image: &Image,
        attempt: Attempt<'_>,
    ) -> Result<String, Failure> {
        let number = rendition(image, &COVER, attempt).and_then(|picture| {
            once(&self.covers, picture, |picture| {
                let library: Library = door.ask(
                    "material/batchget_material",
                    &json!({ "type": "image", "offset": 0, "count": LOOKED_AT }),
                )?;
                // A picture's name has its digest in it.
                let known = library.item.into_iter().find(|it| it.name == picture.name);
                if let Some(known) = known {
                    return Ok(known.media_id);
                }
                let path = "material/add_material?type=image";
                let material: Material = door.upload(path, &part(picture))?;
                Ok(material.media_id)
            })
            .map_err(Failure::from)
        });
        number.map_err(|failure| failure.during("uploading the cover"))
    }
}

/// What was made of a picture, made once.
fn once(
    known: &Mutex<BTreeMap<String, String>>,
    picture: Rendition,
    make: impl FnOnce(Rendition) -> Result<String, Refusal>,
) -> Result<String, Refusal> {
    let digest = blake3::hash(&picture.bytes).to_hex().to_string();
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(made) = known.get(&digest) {
        return Ok(made.clone());
    }
    let made = make(picture)?;
    known.insert(digest, made.clone());
    Ok(made)
}

fn rendition(
    image: &Image,
    limit: &ImageLimit,
    attempt: Attempt<'_>,
) -> Result<Rendition, Failure> {
    if image.file.is_none() {
        return Err(Failure::refused(
            "it is no file of this site, and WeChat shows none from elsewhere; put it into `static/`",
        ));
    }
    attempt.images.rendition(image, limit)
}

fn part(picture: Rendition) -> Part {
    Part::file("media", &picture.name, picture.media_type, picture.bytes)
}

/// An image's address as it stands in a text.
fn source(url: &str) -> String {
    let url = url
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    format!("src=\"{url}\"")
}
