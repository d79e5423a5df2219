//! What a place remembers of its deploys: takes and gives the text of a small file that lies
//! beside the site, so that any machine knows what is there. Pure.
//!
//! A file that is under way stands in `moving` until it has arrived: whoever finds it there after
//! a kill knows that the place may hold the old bytes, the new ones, or half of them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of the file at the place.
pub const STATE: &str = ".guidepost-deploy.json";

const VERSION: u32 = 1;

/// The record of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    version: u32,
    /// Counts deploys.
    pub generation: u64,
    /// Which run wrote this.
    pub run: String,
    /// Address of the site.
    pub site: String,
    /// When that run began.
    pub at: String,
    /// Whether the run came to its end.
    pub whole: bool,
    /// Mark of every file that a deploy put there, by path.
    pub files: BTreeMap<String, String>,
    /// Marks of files that are under way.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub moving: BTreeMap<String, String>,
}

impl State {
    /// The record of a run that begins.
    pub fn begin(earlier: Option<&Self>, run: &str, site: &str, at: &str) -> Self {
        Self {
            version: VERSION,
            generation: earlier.map_or(0, |earlier| earlier.generation) + 1,
            run: run.to_owned(),
            site: site.to_owned(),
            at: at.to_owned(),
            whole: false,
            files: earlier.map(|state| state.files.clone()).unwrap_or_default(),
            moving: earlier
                .map(|state| state.moving.clone())
                .unwrap_or_default(),
        }
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        // A mapping of texts can always be written.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads the file.
    ///
    /// # Errors
    /// A sentence, when it is damaged or of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let value: serde_json::Value = serde_json::from_slice(bytes)
            .map_err(|_| format!("`{STATE}` there is damaged: no JSON"))?;
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        if version.is_some_and(|version| version > u64::from(VERSION)) {
            return Err(format!(
                "`{STATE}` there was written by a later version of Guidepost; use that one"
            ));
        }
        serde_json::from_value(value)
            .map_err(|_| format!("`{STATE}` there is damaged: a field is missing or wrong"))
    }
}

/// The mark of a file: of its bytes, and of what a server is told beside them.
pub fn mark(bytes_hash: &str, headers: Option<&super::headers::Headers>) -> String {
    let told = headers.map_or_else(
        || "-".to_owned(),
        |headers| {
            let text = format!("{}\n{}", headers.content_type, headers.cache_control);
            blake3::hash(text.as_bytes()).to_hex()[..8].to_owned()
        },
    );
    format!("{bytes_hash}.{told}")
}

/// The part of a mark that stands for the bytes.
pub fn bytes_of(mark: &str) -> &str {
    mark.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{State, bytes_of, mark};
    use crate::deploy::headers::Headers;

    #[test]
    fn a_record_reads_back_and_damage_is_told() {
        let mut state = State::begin(None, "r1", "https://example.org", "2026-06-15T00:00:00Z");
        state
            .files
            .insert("招聘/a.html".to_owned(), "00.-".to_owned());
        state.moving.insert("b".to_owned(), "11.-".to_owned());
        let text = state.to_text();
        assert_eq!(State::from_bytes(text.as_bytes()), Ok(state.clone()));
        let next = State::begin(Some(&state), "r2", "https://example.org", "later");
        assert_eq!((next.generation, next.moving.len()), (2, 1));
        for (damaged, said) in [
            ("{", "no JSON"),
            ("[]", "missing or wrong"),
            ("{\"version\": 1}", "missing or wrong"),
            ("{\"version\": 7}", "later version"),
        ] {
            let told = State::from_bytes(damaged.as_bytes()).unwrap_err();
            assert!(told.contains(said), "{told}");
        }
    }

    #[test]
    fn a_mark_changes_with_bytes_and_with_headers() {
        let headers = |life: &str| Headers {
            content_type: "text/html".to_owned(),
            cache_control: life.to_owned(),
        };
        let a = mark("aa", Some(&headers("1")));
        assert_ne!(a, mark("aa", Some(&headers("2"))));
        assert_ne!(a, mark("bb", Some(&headers("1"))));
        assert_eq!(bytes_of(&a), "aa");
        assert_eq!(mark("aa", None), "aa.-");
    }
}
