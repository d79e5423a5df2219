//! Publications under way: takes their numbers, gives what became of them.

use super::answer::Refusal;
use super::door::Door;
use super::place::Place;
use crate::platform::{Failure, Remote};
use serde::Deserialize;
use serde_json::{Value, json};

/// How often a publication is asked for its end.
const TURNS: u32 = 6;

/// What became of a publication.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Job {
    publish_status: i64,
    article_id: String,
    article_detail: Detail,
}

impl Job {
    /// Where the first article is read.
    fn detail_url(&self) -> String {
        let first = self.article_detail.item.first();
        first.map_or_else(String::new, |item| item.article_url.clone())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    item: Vec<Address>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    article_url: String,
}

/// A number of a job, which some answers give as a number and some as a text.
pub(super) fn number(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Waits for the end of a publication, in reason. It was queued, so a failure to ask is none
/// to publish.
pub(super) fn followed(door: &Door, job: &str) -> Result<Remote, Failure> {
    for turn in 0..TURNS {
        match asked(door, job) {
            Ok(said) if said.publish_status == 1 => door.http.rest(turn),
            Ok(said) => return outcome(said),
            Err(_) => break,
        }
    }
    Ok(Place::Job(job.to_owned()).remote(""))
}

fn asked(door: &Door, job: &str) -> Result<Job, Refusal> {
    door.ask("freepublish/get", &json!({ "publish_id": job }))
}

/// Where a publication led: to an article, or nowhere yet; none when it failed.
pub(super) fn ended(door: &Door, job: &str) -> Result<Option<Place>, Failure> {
    let said = asked(door, job)?;
    if said.publish_status == 1 {
        return Ok(Some(Place::Job(job.to_owned())));
    }
    match outcome(said) {
        Ok(remote) => Place::parse(&remote).map(Some),
        Err(failure) if failure.is_certain() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What became of a publication that has ended.
fn outcome(job: Job) -> Result<Remote, Failure> {
    let reason = match job.publish_status {
        0 => {
            let url = job.detail_url();
            let place = Place::Article {
                id: job.article_id,
                number: 1,
            };
            return Ok(place.remote(&url));
        }
        2 => "its claim to be original did not pass; publish the draft in the console",
        3 => "WeChat could not publish it; publish the draft in the console, which says why",
        4 => {
            "WeChat's review did not let it pass, mostly for sensitive words or promotion; change \
             the page, or publish the draft in the console, which says why"
        }
        5 => "somebody took it away right after it was published",
        6 => "WeChat took it away right after it was published; look into the console",
        other => {
            return Err(Failure::lost(format!(
                "WeChat says `publish_status: {other}`, which is not known here; look into the console"
            )));
        }
    };
    Err(Failure::refused(reason))
}
