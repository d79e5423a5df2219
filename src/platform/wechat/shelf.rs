//! The two lists that WeChat keeps of us, drafts and published articles: takes how many, gives
//! each with its place.

use super::answer::Refusal;
use super::door::Door;
use super::place::{Item, News, Place, mark};
use serde::Deserialize;
use serde_json::json;

/// Drafts or articles that one part of a list holds at most.
const PART: usize = 20;
/// Drafts and articles, of each the newest, among which ours is looked for.
const LOOKED_AT: usize = 100;

/// The two lists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shelf {
    Drafts,
    Published,
}

/// One of a list: a draft or what was published at once.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    #[serde(default)]
    pub(super) media_id: String,
    #[serde(default)]
    pub(super) article_id: String,
    pub(super) content: News,
}

/// A part of a list, as WeChat gives it.
#[derive(Debug, Deserialize)]
pub(super) struct List {
    #[serde(default)]
    pub(super) total_count: usize,
    #[serde(default)]
    pub(super) item: Vec<Listed>,
}

impl Shelf {
    /// The draft or article of that mark.
    pub(super) fn search(
        self,
        door: &Door,
        wanted: &str,
    ) -> Result<Option<(Place, Item)>, Refusal> {
        let found = self.read(door, LOOKED_AT)?;
        Ok(found
            .into_iter()
            .find(|(_, item)| mark(&item.content_source_url) == wanted))
    }

    /// What lies on a shelf, the newest first.
    pub(super) fn read(self, door: &Door, most: usize) -> Result<Vec<(Place, Item)>, Refusal> {
        let mut all = Vec::new();
        let mut offset = 0;
        loop {
            let list = self.part(door, offset, PART)?;
            let length = list.item.len();
            for listed in list.item {
                for (index, item) in listed.content.news_item.into_iter().enumerate() {
                    if item.is_deleted {
                        continue;
                    }
                    let place = match self {
                        Self::Drafts => Place::draft(&listed.media_id, &item.content_source_url),
                        Self::Published => Place::Article {
                            id: listed.article_id.clone(),
                            number: index + 1,
                        },
                    };
                    all.push((place, item));
                }
            }
            offset += length;
            if length == 0 || offset >= list.total_count || all.len() >= most {
                return Ok(all);
            }
        }
    }

    pub(super) fn part(self, door: &Door, offset: usize, count: usize) -> Result<List, Refusal> {
        let path = match self {
            Self::Drafts => "draft/batchget",
            Self::Published => "freepublish/batchget",
        };
        let fields = json!({ "offset": offset, "count": count, "no_content": 0 });
        door.ask(path, &fields)
    }
}
