//! What a person did: takes an account's work, a post and the address at which it is read now;
//! writes it to the ledger, or says why it is not believed. Knows no command line and no page.

use super::AccountWork;
use crate::platform::capability::Way;
use crate::publish::ledger::{Action, Event, attempt_key};
use crate::publish::plan::Step;
use std::fmt;

/// Why nothing was recorded.
#[derive(Debug)]
pub enum NotRecorded {
    /// What was given is no address.
    NoAddress(String),
    /// The address is not one of the platform's.
    OtherHost {
        /// Its host.
        host: String,
        /// What people call the platform.
        platform: &'static str,
        /// The platform's hosts.
        hosts: &'static [&'static str],
    },
    /// Nobody waits for this post.
    NotWaiting,
    /// The account's ledger cannot be trusted, or is another place's.
    NotReady(String),
    /// The page of the post is not there any more.
    PageGone,
    /// The ledger could not be written.
    Failed(anyhow::Error),
}

impl fmt::Display for NotRecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress(text) => write!(
                f,
                "`{text}` is no address; write the one at which the post is read"
            ),
            Self::OtherHost {
                host,
                platform,
                hosts,
            } => write!(
                f,
                "`{host}` is not {platform}; an address there ends in `{}`",
                hosts.join("` or `")
            ),
            Self::NotWaiting => f.write_str("the account does not wait for this post"),
            Self::NotReady(reason) => write!(f, "nothing can be recorded: {reason}"),
            Self::PageGone => f.write_str("its page is gone"),
            Self::Failed(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for NotRecorded {}

/// Whether a person posts there: there is no API, or its secrets are not set and the platform's
/// own editor takes what is pasted.
pub fn is_by_hand(work: &AccountWork) -> bool {
    work.capabilities.way == Way::Hand
        || (!work.missing.is_empty() && !work.account.info.hosts.is_empty())
}

/// What keeps an account from being posted to by hand too; secrets that are missing, or a
/// platform that does not answer, do not.
pub fn trouble(work: &AccountWork) -> Option<&str> {
    let trouble = work.trouble.as_ref()?;
    trouble.kind.is_none().then_some(trouble.message.as_str())
}

/// Whether a person may say what became of a post.
pub fn waits(work: &AccountWork, post: &str) -> bool {
    let open = work
        .state
        .posts
        .get(post)
        .is_some_and(|state| state.open.is_some());
    let by_hand = is_by_hand(work);
    let handed = work.changes.iter().any(|change| {
        let pasted = matches!(change.step, Step::Create | Step::Update | Step::Reply);
        change.post == post && (change.step == Step::HandOff || (by_hand && pasted))
    });
    open || handed
}

/// Records that a person posted it. `url` may be missing where posts have no address. `pasted`
/// is the digest of the content that the person had before them, when that is known: an edit
/// since then is still to be brought there.
///
/// # Errors
/// When the address is not believed, nobody waits for the post, or the disk fails.
pub fn record_done(
    work: &mut AccountWork,
    post: &str,
    url: Option<&str>,
    pasted: Option<&str>,
    clock: fn() -> jiff::Timestamp,
) -> Result<(), NotRecorded> {
    let hosts = if is_by_hand(work) {
        work.account.info.hosts
    } else {
        &[]
    };
    match url {
        Some(url) => believable(url, work.account.info.title, hosts)?,
        None if work.capabilities.way == Way::Hand && hosts.is_empty() => {}
        None => return Err(NotRecorded::NoAddress(String::new())),
    }
    if let Some(reason) = trouble(work) {
        return Err(NotRecorded::NotReady(reason.to_owned()));
    }
    if !waits(work, post) {
        return Err(NotRecorded::NotWaiting);
    }
    // The copy of a page that was renamed is known under its old name.
    let planned = work.changes.iter().find(|change| change.post == post);
    if let Some(from) = planned.and_then(|change| change.moved_from.clone())
        && work.state.posts.contains_key(&from)
    {
        let post = post.to_owned();
        work.record(Event::Moved { from, post }, clock)
            .map_err(NotRecorded::Failed)?;
    }
    let open = work
        .state
        .posts
        .get(post)
        .and_then(|state| state.open.as_ref());
    let attempt = match open {
        Some(open) => open.attempt.clone(),
        None => {
            let event = intended(work, post, pasted)?;
            let Event::Intended { attempt, .. } = &event else {
                return Err(NotRecorded::PageGone);
            };
            let attempt = attempt.clone();
            work.record(event, clock).map_err(NotRecorded::Failed)?;
            attempt
        }
    };
    let event = Event::Done {
        attempt,
        remote: url.unwrap_or("by hand").to_owned(),
        url: url.map(str::to_owned),
        seen: None,
    };
    work.record(event, clock).map_err(NotRecorded::Failed)
}

fn intended(work: &AccountWork, post: &str, pasted: Option<&str>) -> Result<Event, NotRecorded> {
    let composed = work
        .composition
        .wanted
        .iter()
        .find(|composed| composed.post.key == post)
        .ok_or(NotRecorded::PageGone)?;
    let state = work.state.posts.get(post);
    let live = state.is_some_and(|state| state.live.is_some());
    let action = if live { Action::Update } else { Action::Create };
    let ended = state.map_or(0, |state| state.ended);
    let hash = pasted.unwrap_or(&composed.hash).to_owned();
    Ok(Event::Intended {
        attempt: attempt_key(&work.account.name, post, action, &hash, ended),
        post: post.to_owned(),
        action,
        hash,
        page: composed.post.canonical.clone(),
    })
}

/// Whether an address may be where a post is read.
fn believable(
    url: &str,
    platform: &'static str,
    hosts: &'static [&'static str],
) -> Result<(), NotRecorded> {
    let no_address = || NotRecorded::NoAddress(url.to_owned());
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .filter(|rest| !rest.contains(|c: char| c.is_whitespace() || c.is_control()))
        .ok_or_else(no_address)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() {
        return Err(no_address());
    }
    let name = host.to_ascii_lowercase();
    // Browsers read a backslash as a slash and what stands before an `@` as a login.
    let is_name = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
    let fits = |known: &&str| name == **known || name.ends_with(&format!(".{known}"));
    if hosts.is_empty() || (is_name && hosts.iter().any(fits)) {
        return Ok(());
    }
    Err(NotRecorded::OtherHost {
        host: host.to_owned(),
        platform,
        hosts,
    })
}

#[cfg(test)]
mod tests {
    use super::{NotRecorded, believable};

    #[test]
    fn only_the_platforms_own_addresses_are_believed() {
        let zhihu: &[&str] = &["zhihu.com"];
        for url in [
            "https://zhihu.com/p/1",
            "https://zhuanlan.ZHIHU.com/p/1?x=1#y",
            "http://zhuanlan.zhihu.com",
        ] {
            assert!(believable(url, "知乎", zhihu).is_ok(), "{url}");
        }
        for url in [
            "https://zhihu.com.evil.example/p/1",
            "https://evilzhihu.com/p/1",
            "https://zhihu.com@evil.example/",
            "https://evil.example\\.zhihu.com/",
            "https://evil.example?.zhihu.com",
        ] {
            let refused = believable(url, "知乎", zhihu);
            assert!(
                matches!(refused, Err(NotRecorded::OtherHost { .. })),
                "{url}"
            );
        }
        for url in [
            "",
            "zhihu.com/p/1",
            "javascript:alert(1)",
            "https://",
            "https://zhihu.com/p 1",
        ] {
            let refused = believable(url, "知乎", zhihu);
            assert!(matches!(refused, Err(NotRecorded::NoAddress(_))), "{url}");
        }
        assert!(believable("https://anywhere.example/", "朋友圈", &[]).is_ok());
    }
}
