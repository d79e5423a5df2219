//! Events (NIP-01): what is made of a post, the identifier and signature of it, and what an
//! event of a relay says.
//!
//! Takes posts and a key, gives signed events. An event whose identifier or signature is wrong
//! is refused: a relay is nobody to believe. Knows no connections.

use super::bech32;
use crate::platform::{Content, Failure, Post, Remote, Seen, digest};
use k256::schnorr::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use k256::schnorr::{Signature, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A short text.
pub(super) const NOTE: u32 = 1;
/// A wish that events be taken away.
pub(super) const DELETION: u32 = 5;
/// A long article that its author can replace.
pub(super) const ARTICLE: u32 = 30023;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) pubkey: String,
    pub(super) created_at: i64,
    pub(super) kind: u32,
    pub(super) tags: Vec<Vec<String>>,
    pub(super) content: String,
    pub(super) sig: String,
}

/// What an event will say, without moment and signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) kind: u32,
    pub(super) tags: Vec<Vec<String>>,
    pub(super) content: String,
}

/// The key's public half, in hexadecimal digits.
pub(super) fn public(key: &SigningKey) -> String {
    hex::encode(key.verifying_key().to_bytes())
}

impl Draft {
    /// The signed event. The same draft at the same moment is the same event, to the last byte.
    pub(super) fn sign(self, key: &SigningKey, created_at: i64) -> Result<Event, Failure> {
        let mut event = Event {
            id: String::new(),
            pubkey: public(key),
            created_at,
            kind: self.kind,
            tags: self.tags,
            content: self.content,
            sig: String::new(),
        };
        let hash = event.hash();
        let signature: Signature = key
            .sign_prehash(&hash)
            .map_err(|_| Failure::refused("the event cannot be signed with this key"))?;
        event.id = hex::encode(hash);
        event.sig = hex::encode(signature.to_bytes());
        Ok(event)
    }

    /// Whether an event says the same.
    pub(super) fn is_said_by(&self, event: &Event) -> bool {
        (self.kind, &self.tags, &self.content) == (event.kind, &event.tags, &event.content)
    }
}

impl Event {
    /// The hash that names the event: of these six values as JSON without spaces.
    fn hash(&self) -> [u8; 32] {
        let text = json!([
            0,
            self.pubkey,
            self.created_at,
            self.kind,
            self.tags,
            self.content
        ]);
        Sha256::digest(text.to_string()).into()
    }

    /// Whether it is what its author signed.
    pub(super) fn is_genuine(&self) -> bool {
        let hash = self.hash();
        let genuine = || {
            let key = VerifyingKey::from_slice(&hex::decode(&self.pubkey).ok()?).ok()?;
            let signature = Signature::from_slice(&hex::decode(&self.sig).ok()?).ok()?;
            key.verify_prehash(&hash, &signature).ok()
        };
        self.id == hex::encode(hash) && genuine().is_some()
    }

    /// The value of a tag.
    pub(super) fn tag(&self, name: &str) -> Option<&str> {
        let tag = self
            .tags
            .iter()
            .find(|tag| tag.first().is_some_and(|first| first == name))?;
        tag.get(1).map(String::as_str)
    }

    /// Whether it is a note that answers another one.
    pub(super) fn is_answer(&self) -> bool {
        self.kind == NOTE && self.tag("e").is_some()
    }

    /// Newest first; of one moment, the one that relays keep.
    pub(super) fn order(&self) -> (std::cmp::Reverse<i64>, String) {
        (std::cmp::Reverse(self.created_at), self.id.clone())
    }

    /// What it shows of our copy.
    pub(super) fn seen(&self) -> Seen {
        let text = |name: &str| self.tag(name).unwrap_or_default();
        let first = self.content.lines().next().unwrap_or_default();
        Seen {
            remote: self.remote(),
            canonical: self.tag("r").map(str::to_owned),
            digest: Some(digest([
                text("title"),
                text("summary"),
                text("image"),
                &self.content,
            ])),
            title: self.tag("title").unwrap_or(first).to_owned(),
        }
    }

    /// The copy's name: the address of an article, the identifier of a note.
    pub(super) fn remote(&self) -> Remote {
        if self.kind != ARTICLE {
            let url = hex::decode(&self.id)
                .ok()
                .map(|id| format!("nostr:{}", bech32::encode("note", &id)));
            return Remote {
                id: self.id.clone(),
                url,
            };
        }
        let name = self.tag("d").unwrap_or_default();
        Remote {
            id: format!("{ARTICLE}:{}:{name}", self.pubkey),
            url: address(&self.pubkey, name),
        }
    }
}

/// The address of an article as clients open it (NIP-21); none for a name that is too long for
/// the form.
fn address(pubkey: &str, name: &str) -> Option<String> {
    let mut bytes = vec![0, u8::try_from(name.len()).ok()?];
    bytes.extend(name.as_bytes());
    bytes.extend([2, 32]);
    bytes.extend(hex::decode(pubkey).ok()?);
    bytes.extend([3, 4]);
    bytes.extend(ARTICLE.to_be_bytes());
    Some(format!("nostr:{}", bech32::encode("naddr", &bytes)))
}

/// An article: the page's name is its own, so that the same post is always the same article.
pub(super) fn article(post: &Post, name: &str) -> Result<Draft, Failure> {
    let Content::Markdown(markdown) = &post.content else {
        return Err(Failure::refused("an article on Nostr is markdown"));
    };
    let mut tags = vec![tag(&["d", name]), tag(&["title", &clean(&post.title)])];
    if !post.summary.is_empty() {
        tags.push(tag(&["summary", &clean(&post.summary)]));
    }
    if let Some(cover) = &post.cover {
        tags.push(tag(&["image", &cover.url]));
        tags.push(tag(&[
            "imeta",
            &format!("url {}", cover.url),
            &format!("alt {}", clean(&cover.alt)),
        ]));
    }
    if let Some(published) = post.published {
        tags.push(tag(&["published_at", &published.as_second().to_string()]));
    }
    tags.extend(marks(post));
    Ok(Draft {
        kind: ARTICLE,
        tags,
        content: clean(markdown),
    })
}

/// A note; one that answers another names it.
pub(super) fn note(post: &Post, answers: Option<&Event>) -> Result<Draft, Failure> {
    let Content::Short(rich) = &post.content else {
        return Err(Failure::refused("a note on Nostr is a short text"));
    };
    let mut tags = Vec::new();
    if let Some(first) = answers {
        tags.push(tag(&["e", &first.id, "", "root"]));
        tags.push(tag(&["p", &first.pubkey]));
    }
    tags.extend(marks(post));
    Ok(Draft {
        kind: NOTE,
        tags,
        content: clean(&rich.plain()),
    })
}

/// The wish that an event be taken away, and of an article every version so far.
pub(super) fn deletion(event: &Event) -> Draft {
    let mut tags = vec![tag(&["e", &event.id])];
    if event.kind == ARTICLE {
        tags.push(tag(&["a", &event.remote().id]));
    }
    tags.push(tag(&["k", &event.kind.to_string()]));
    Draft {
        kind: DELETION,
        tags,
        content: String::new(),
    }
}

/// The page's address, by which copies are found, and its tags.
fn marks(post: &Post) -> Vec<Vec<String>> {
    let mut marks = vec![tag(&["r", &post.canonical])];
    marks.extend(
        post.tags
            .iter()
            .map(|word| tag(&["t", &clean(word).to_lowercase()])),
    );
    marks
}

fn tag(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Without the control characters that programs write in more than one way: the identifier is a
/// hash of what is written.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

/// An event out of a relay's message.
pub(super) fn read(value: &Value) -> Option<Event> {
    Event::deserialize(value).ok().filter(Event::is_genuine)
}

#[cfg(test)]
mod tests {
    use super::{ARTICLE, Draft, NOTE, public, read, tag};
    use k256::schnorr::SigningKey;
    use serde_json::json;

    /// The third key of BIP-340's list of test vectors, and its public half there.
    fn key() -> SigningKey {
        let secret = "c90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b14e5c9";
        SigningKey::from_slice(&hex::decode(secret).expect("digits")).expect("a key")
    }

    fn draft() -> Draft {
        Draft {
            kind: NOTE,
            tags: vec![tag(&["r", "https://example.org/a/"]), tag(&["t", "招聘"])],
            content: "焊工 \"welder\"\n\tа\\b <&> \u{7f} 👩🏽‍🏭".to_owned(),
        }
    }

    #[test]
    fn keys_have_the_public_half_that_the_list_of_vectors_gives() {
        assert_eq!(
            public(&key()),
            "dd308afec5777e13121fa72b9cc1b7cc0139715309b086c960e18fd969774eb8"
        );
    }

    /// Expected: Python's `hashlib.sha256(json.dumps([0, …], separators=(",", ":"),
    /// ensure_ascii=False))`.
    #[test]
    fn the_identifier_is_the_hash_of_the_six_values() {
        let event = draft().sign(&key(), 1_790_000_000).expect("an event");
        assert_eq!(
            event.id,
            "016a2f1ec30ca294924586856a2686951fac5732f1b9c4110364998b70fca5c1"
        );
        assert!(event.is_genuine());
        assert_eq!(
            draft().sign(&key(), 1_790_000_000).expect("an event"),
            event
        );
        assert_ne!(
            draft().sign(&key(), 1_790_000_001).expect("an event").id,
            event.id
        );
    }

    #[test]
    fn what_was_changed_on_the_way_is_no_event() {
        let event = draft().sign(&key(), 1_790_000_000).expect("an event");
        assert_eq!(read(&json!(event)), Some(event.clone()));
        let mut other = event.clone();
        other.content.push('!');
        assert_eq!(read(&json!(other)), None);
        let mut renamed = event.clone();
        renamed.sig = hex::encode([7; 64]);
        assert_eq!(read(&json!(renamed)), None);
        assert_eq!(read(&json!({"id": event.id})), None);
    }

    /// Expected: written by hand after NIP-19's list of fields, encoded by Python's bech32 code of
    /// BIP-173.
    #[test]
    fn an_article_has_an_address_that_clients_open() {
        let article = Draft {
            kind: ARTICLE,
            tags: vec![tag(&["d", "articles/a@zh-Hans"])],
            content: String::new(),
        };
        let remote = article.sign(&key(), 1).expect("an event").remote();
        assert_eq!(
            remote.url.as_deref(),
            Some(
                "nostr:naddr1qqfxzun5d93kcetn9as5q7ng94yxzmnnqgsd6vy2lmzhwlsnzg06w2uucxmucqfew9fsnvyxe9swrr7ed9m5awqrqsqqqa28azj6pw"
            )
        );
    }
}
