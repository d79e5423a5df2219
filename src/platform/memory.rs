//! A platform in memory, with faults to order: the reference that the behaviour tests run over
//! first, in every recovery class.
//!
//! Takes posts, keeps them in a shared [`Store`]; several logins may share one, as several runs
//! of the program share a real platform. Sends nothing anywhere; no account can name it.

use super::capability::{BodyImages, Limit, Links, Markup, Medium, Recovery, Update, Way};
use super::counting::{Unit, count};
use super::{
    Attempt, Capabilities, Failure, FailureKind, Identity, Platform, Post, Remote, Seen, digest,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A post as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its number.
    pub id: String,
    /// The key under which it was made.
    pub key: String,
    /// The canonical address in it.
    pub canonical: String,
    /// Its text.
    pub text: String,
}

/// A misfortune of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No connection.
    Unreachable,
    /// The request is lost on its way; the caller cannot know.
    LostBefore,
    /// The platform does it, the answer is lost.
    LostAfter,
    /// Too many requests.
    Limited,
    /// The content is refused.
    Refused,
    /// The login is not accepted.
    Credentials,
}

/// What the platform keeps, and the faults of the next calls that change something.
#[derive(Debug, Default)]
pub struct Store {
    posts: Vec<Kept>,
    made: usize,
    faults: Vec<Fault>,
    /// Calls that changed or tried to change something, in order.
    calls: Vec<String>,
}

/// A login to a store.
#[derive(Debug, Clone)]
pub struct Memory {
    store: Arc<Mutex<Store>>,
    capabilities: Capabilities,
}

/// What a memory platform of that recovery class can do.
pub fn capabilities(recovery: Recovery) -> Capabilities {
    let knows_itself = recovery != Recovery::AskPerson;
    Capabilities {
        way: Way::Api,
        markup: Markup::Plain,
        title: None,
        text: Limit::new(500, Unit::Graphemes),
        text_too: None,
        summary: None,
        tags: 0,
        links: Links::Allowed,
        cover: None,
        images: BodyImages::None,
        update: Update::Always,
        reply: false,
        delete: true,
        find: matches!(
            recovery,
            Recovery::ChosenKey | Recovery::NaturalKey | Recovery::LookUp
        ),
        read: knows_itself,
        list: knows_itself,
        recovery,
        price: None,
        medium: Medium::Social,
        pace: Duration::ZERO,
        verified_at: jiff::civil::date(2026, 11, 24),
    }
}

impl Memory {
    /// A login to a new store.
    pub fn new(capabilities: Capabilities) -> Self {
        Self {
            store: Arc::default(),
            capabilities,
        }
    }

    /// Orders the faults of the next changing calls, the first one first.
    pub fn order(&self, faults: &[Fault]) {
        let mut store = self.lock();
        store.faults = faults.iter().rev().copied().collect();
    }

    /// What is kept, in the order of making.
    pub fn posts(&self) -> Vec<Kept> {
        self.lock().posts.clone()
    }

    /// Calls that changed or tried to change something: `create jobs/x@ru`.
    pub fn calls(&self) -> Vec<String> {
        self.lock().calls.clone()
    }

    /// Puts a post there by another hand than ours; gives its identifier.
    pub fn place(&self, canonical: &str, text: &str) -> String {
        self.lock()
            .make(String::new(), canonical.to_owned(), text.to_owned())
    }

    /// Changes a post by another hand than ours.
    pub fn edit(&self, id: &str, text: &str) {
        if let Some(post) = self.lock().posts.iter_mut().find(|post| post.id == id) {
            text.clone_into(&mut post.text);
        }
    }

    /// Takes a post away by another hand than ours.
    pub fn remove(&self, id: &str) {
        self.lock().posts.retain(|post| post.id != id);
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a change under the next fault.
    fn change<T>(
        &self,
        call: String,
        change: impl FnOnce(&mut Store) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut store = self.lock();
        store.calls.push(call);
        match store.faults.pop() {
            None => change(&mut store),
            Some(Fault::LostAfter) => {
                let _ = change(&mut store);
                Err(Failure::lost("no answer in time"))
            }
            Some(Fault::LostBefore) => Err(Failure::lost("the connection was closed")),
            Some(Fault::Unreachable) => {
                Err(Failure::new(FailureKind::Unreachable, "no connection"))
            }
            Some(Fault::Limited) => {
                let mut failure = Failure::new(FailureKind::Limited, "too many requests");
                failure.after = Some(Duration::ZERO);
                Err(failure)
            }
            Some(Fault::Refused) => Err(Failure::refused("this text is not wanted")),
            Some(Fault::Credentials) => {
                Err(Failure::new(FailureKind::Credentials, "unknown token"))
            }
        }
    }
}

impl Store {
    fn make(&mut self, key: String, canonical: String, text: String) -> String {
        self.made += 1;
        let id = self.made.to_string();
        self.posts.push(Kept {
            id: id.clone(),
            key,
            canonical,
            text,
        });
        id
    }
}

fn remote(id: &str) -> Remote {
    Remote {
        id: id.to_owned(),
        url: Some(format!("memory:{id}")),
    }
}

fn seen(post: &Kept) -> Seen {
    Seen {
        remote: remote(&post.id),
        canonical: Some(post.canonical.clone()),
        digest: Some(digest([post.text.as_str()])),
        title: post.text.lines().next().unwrap_or_default().to_owned(),
    }
}

/// Refuses a text that is too long, as a server does.
fn within(post: &Post, limit: Limit) -> Result<(), Failure> {
    let size = count(&post.content.text(), limit.unit);
    if size > limit.most {
        return Err(Failure::refused(format!(
            "the text is {size} long, the most is {}",
            limit.most
        )));
    }
    Ok(())
}

/// Refuses a call that the capabilities do not declare.
fn declared(can: bool) -> Result<(), Failure> {
    if can {
        return Ok(());
    }
    Err(Failure::unsupported("this class of platform cannot tell"))
}

impl Platform for Memory {
    fn verify(&self) -> Result<Identity, Failure> {
        // Asks and changes nothing, so the fault stays for the call that it was ordered for.
        if self.lock().faults.last() == Some(&Fault::Credentials) {
            return Err(Failure::new(FailureKind::Credentials, "unknown token"));
        }
        Ok(Identity {
            name: "memory".to_owned(),
            capabilities: self.capabilities.clone(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let recovery = self.capabilities.recovery;
        let limit = self.capabilities.text;
        self.change(format!("create {}", post.key), |store| {
            within(post, limit)?;
            let same = |kept: &&Kept| match recovery {
                Recovery::ChosenKey | Recovery::DedupeKey(_) => kept.key == attempt.key,
                Recovery::NaturalKey => kept.canonical == post.canonical,
                Recovery::LookUp | Recovery::AskPerson => false,
            };
            if let Some(kept) = store.posts.iter().find(same) {
                return match recovery {
                    Recovery::NaturalKey => Err(Failure::new(
                        FailureKind::Conflict,
                        "the canonical address is taken",
                    )),
                    _ => Ok(remote(&kept.id)),
                };
            }
            let id = store.make(
                attempt.key.to_owned(),
                post.canonical.clone(),
                post.content.text(),
            );
            Ok(remote(&id))
        })
    }

    fn update(&self, at: &Remote, post: &Post, _attempt: Attempt<'_>) -> Result<Remote, Failure> {
        let limit = self.capabilities.text;
        self.change(format!("update {}", post.key), |store| {
            let kept = store.posts.iter_mut().find(|kept| kept.id == at.id);
            let Some(kept) = kept else {
                return Err(Failure::new(FailureKind::Missing, "there is no such post"));
            };
            within(post, limit)?;
            kept.text = post.content.text();
            kept.canonical.clone_from(&post.canonical);
            Ok(remote(&kept.id))
        })
    }

    fn delete(&self, at: &Remote, _attempt: Attempt<'_>) -> Result<(), Failure> {
        self.change(format!("delete {}", at.id), |store| {
            store.posts.retain(|kept| kept.id != at.id);
            Ok(())
        })
    }

    fn find(&self, post: &Post, _attempt: Attempt<'_>) -> Result<Option<Seen>, Failure> {
        declared(self.capabilities.find)?;
        Ok(self
            .lock()
            .posts
            .iter()
            .find(|kept| kept.canonical == post.canonical)
            .map(seen))
    }

    fn read(&self, at: &Remote) -> Result<Option<Seen>, Failure> {
        declared(self.capabilities.read)?;
        Ok(self
            .lock()
            .posts
            .iter()
            .find(|kept| kept.id == at.id)
            .map(seen))
    }

    fn list(&self, most: usize) -> Result<Vec<Seen>, Failure> {
        declared(self.capabilities.list)?;
        Ok(self
            .lock()
            .posts
            .iter()
            .rev()
            .take(most)
            .map(seen)
            .collect())
    }
}
