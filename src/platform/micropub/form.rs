//! A post in the form that Micropub takes: microformats as JSON, its picture uploaded first.
//!
//! Takes a post and a door, gives properties. Makes no post.

use super::door::Door;
use super::{Micropub, PICTURE};
use crate::platform::{Attempt, Content, Failure, Image, Part, Post, Request, marker};
use serde_json::{Map, Value, json};

impl Micropub {
    /// What we say of a post, the picture uploaded first; a failure there leaves the post alone.
    pub(super) fn properties(
        &self,
        door: &Door,
        post: &Post,
        attempt: Attempt<'_>,
    ) -> Result<Map<String, Value>, Failure> {
        let html = match &post.content {
            Content::Html(html) => html.clone(),
            Content::Short(rich) => format!("<p>{}</p>", rich.html().replace('\n', "<br>\n")),
            Content::Markdown(_) => return Err(Failure::refused("Micropub takes HTML")),
        };
        let html = format!("{html}\n{}", marker::comment(&post.canonical));
        let mut properties = Map::new();
        let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), json!([value]));
        put("name", json!(post.title));
        put("content", json!({ "html": html }));
        if !post.summary.is_empty() {
            put("summary", json!(post.summary));
        }
        if let Some(published) = post.published {
            put("published", json!(published.to_string()));
        }
        if let Some(image) = &post.cover {
            let picture = self
                .picture(door, image, attempt)
                .map_err(|failure| failure.during("uploading the picture").before_sending())?;
            put(self.picture, picture);
        }
        if !post.tags.is_empty() {
            properties.insert("category".to_owned(), json!(post.tags));
        }
        Ok(properties)
    }

    /// A picture by its address: where the server uploads none, that on our site.
    fn picture(&self, door: &Door, image: &Image, attempt: Attempt<'_>) -> Result<Value, Failure> {
        let url = match &door.media {
            None => image.url.clone(),
            Some(media) => {
                let rendition = attempt.images.rendition(image, &PICTURE)?;
                let file = Part::file(
                    "file",
                    &rendition.name,
                    rendition.media_type,
                    rendition.bytes,
                );
                let request = Request::post(media.as_str()).multipart(vec![file]);
                let answer = self.accepted(self.send(request.repeatable())?)?;
                self.location(&answer, media)?.to_string()
            }
        };
        Ok(match image.alt.as_str() {
            "" => json!(url),
            alt => json!({ "value": url, "alt": alt }),
        })
    }
}
