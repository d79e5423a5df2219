//! Uploads a picture and waits until the server has made its sizes of it: takes an image, gives
//! the identifier under which a status shows it.

use super::{Mastodon, encoded};
use crate::platform::capability::ImageLimit;
use crate::platform::{Answer, Attempt, Failure, FailureKind, Image, Part, Request};
use serde::Deserialize;
use std::time::Duration;

/// Questions whether a picture is ready, and the first pause before one; it doubles.
const QUESTIONS: u32 = 12;
const FIRST_PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct Media {
    id: String,
}

impl Mastodon {
    /// Uploads a picture with its description.
    pub(super) fn upload(
        &self,
        image: &Image,
        limit: &ImageLimit,
        description: usize,
        attempt: Attempt<'_>,
    ) -> Result<String, Failure> {
        let rendition = attempt.images.rendition(image, limit)?;
        let upload = |version: &str| {
            let parts = vec![
                Part::text("description", &shortened(&image.alt, description)),
                Part::file(
                    "file",
                    &rendition.name,
                    rendition.media_type,
                    rendition.bytes.clone(),
                ),
            ];
            let url = format!("{}/api/{version}/media", self.url);
            self.send(Request::post(url).multipart(parts).repeatable())
        };
        let mut answer = upload("v2")?;
        // Servers of old make the sizes while one waits.
        if answer.status == 404 {
            answer = upload("v1")?;
        }
        let is_ready = answer.status != 202;
        let media: Media = self.told(answer)?;
        if !is_ready {
            self.wait_for(&media.id)?;
        }
        Ok(media.id)
    }

    fn wait_for(&self, id: &str) -> Result<(), Failure> {
        let mut pause = FIRST_PAUSE;
        for _ in 0..QUESTIONS {
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
            let answer: Answer = self.ask(&format!("v1/media/{}", encoded(id)))?;
            if answer.status != 206 {
                return self.accepted(answer).map(drop);
            }
        }
        Err(Failure::new(
            FailureKind::Unreachable,
            "the server is still at work on it; try again later",
        ))
    }
}

/// A text of at most so many characters.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text
            .chars()
            .take(most.saturating_sub(1))
            .chain(['…'])
            .collect(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_description_keeps_its_limit() {
        assert_eq!(shortened("焊工在工作", 5), "焊工在工作");
        assert_eq!(shortened("焊工在工作", 4), "焊工在…");
    }
}
