//! What we call an article on WeChat, and articles as WeChat gives them.

use crate::platform::{Failure, Remote, Seen, digest};
use serde::Deserialize;

/// Where an article is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In the box of drafts: `draft/MEDIA_ID/1f2e3d4c`. The end is the beginning of its
    /// canonical address's digest, by which it is known again after somebody sent it out.
    Draft { media: String, mark: String },
    /// On its way out: `job/2247483647`.
    Job(String),
    /// Published: `article/ARTICLE_ID/1`, with its number among those that went out together.
    Article { id: String, number: usize },
}

impl Place {
    pub(super) fn draft(media: &str, canonical: &str) -> Self {
        Self::Draft {
            media: media.to_owned(),
            mark: mark(canonical),
        }
    }

    pub(super) fn remote(&self, url: &str) -> Remote {
        let id = match self {
            Self::Draft { media, mark } => format!("draft/{media}/{mark}"),
            Self::Job(id) => format!("job/{id}"),
            Self::Article { id, number } => format!("article/{id}/{number}"),
        };
        Remote {
            id,
            url: (!url.is_empty()).then(|| secure(url)),
        }
    }

    pub(super) fn parse(at: &Remote) -> Result<Self, Failure> {
        let parts: Vec<&str> = at.id.split('/').collect();
        match parts.as_slice() {
            ["draft", media, mark] => Ok(Self::Draft {
                media: (*media).to_owned(),
                mark: (*mark).to_owned(),
            }),
            ["job", id] => Ok(Self::Job((*id).to_owned())),
            ["article", id, number] if number.parse::<usize>().is_ok_and(|number| number > 0) => {
                Ok(Self::Article {
                    id: (*id).to_owned(),
                    number: number.parse().unwrap_or(1),
                })
            }
            _ => Err(Failure::refused(format!(
                "`{}` is no `draft/…`, `job/…` or `article/…`",
                at.id
            ))),
        }
    }
}

/// The beginning of a canonical address's digest.
pub(super) fn mark(canonical: &str) -> String {
    digest([canonical]).chars().take(8).collect()
}

/// WeChat gives addresses without TLS that work with it.
pub(super) fn secure(url: &str) -> String {
    match url.strip_prefix("http://") {
        Some(rest) => format!("https://{rest}"),
        None => url.to_owned(),
    }
}

/// An article as WeChat gives it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Item {
    pub(super) title: String,
    pub(super) author: String,
    pub(super) digest: String,
    pub(super) content: String,
    pub(super) content_source_url: String,
    pub(super) url: String,
    pub(super) is_deleted: bool,
}

impl Item {
    pub(super) fn seen(self, place: &Place) -> Seen {
        // The address of a draft works for some hours only.
        let url = match place {
            Place::Draft { .. } => "",
            Place::Job(_) | Place::Article { .. } => &self.url,
        };
        Seen {
            remote: place.remote(url),
            canonical: Some(self.content_source_url.clone()).filter(|url| !url.is_empty()),
            digest: Some(digest([
                self.title.as_str(),
                self.author.as_str(),
                self.digest.as_str(),
                self.content.as_str(),
                self.content_source_url.as_str(),
            ])),
            title: self.title,
        }
    }
}

/// Articles that lie or went out together.
#[derive(Debug, Deserialize)]
pub(super) struct News {
    pub(super) news_item: Vec<Item>,
}

#[cfg(test)]
mod tests {
    use super::{Place, secure};
    use crate::platform::Remote;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for place in [
            Place::draft("sB8_x-Y", "https://example.org/a/"),
            Place::Job("2247483647".to_owned()),
            Place::Article {
                id: "b2wF-_".to_owned(),
                number: 3,
            },
        ] {
            assert_eq!(Place::parse(&place.remote("")).ok(), Some(place));
        }
        for id in ["", "draft", "draft/a", "article/a/0", "article/a/x", "x/1"] {
            let remote = Remote {
                id: id.to_owned(),
                url: None,
            };
            assert!(Place::parse(&remote).is_err(), "{id}");
        }
    }

    #[test]
    fn addresses_get_tls() {
        assert_eq!(secure("http://mmbiz.qpic.cn/a"), "https://mmbiz.qpic.cn/a");
        assert_eq!(
            secure("https://mp.weixin.qq.com/s/a"),
            "https://mp.weixin.qq.com/s/a"
        );
    }
}
