//! What time does to a page: takes a page and a moment, says whether the page is over, out
//! of date, or still to come, and when that changes next.

use super::{Happening, NextChange};
use crate::content::{Details, Page};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The page's time is over: it leaves lists, feeds and sitemap but keeps its address.
pub(super) fn expired(page: &Page, zone: &TimeZone, now: Timestamp) -> bool {
    let closes = match &page.details {
        Details::Job(job) => job
            .valid_through
            .as_ref()
            .map(|moment| moment.value.end(zone)),
        _ => None,
    };
    let expires = page.meta.expires.map(|moment| moment.end(zone));
    [closes, expires]
        .into_iter()
        .flatten()
        .any(|moment| moment <= now)
}

/// A policy that no longer holds. It stays in its lists and leaves the home page.
pub(super) fn outdated(page: &Page, zone: &TimeZone, now: Timestamp) -> bool {
    match &page.details {
        Details::Policy(policy) => policy
            .effective_until
            .as_ref()
            .is_some_and(|moment| moment.value.end(zone) <= now),
        _ => false,
    }
}

/// An event that has ended, or has begun and says nothing of its end and day.
pub fn past_event(page: &Page, zone: &TimeZone, now: Timestamp) -> bool {
    match &page.details {
        Details::Event(event) => event
            .end
            .as_ref()
            .or(event.start.as_ref())
            .is_some_and(|moment| moment.value.end(zone) <= now),
        _ => false,
    }
}

/// The page comes out later.
pub(super) fn is_future(page: &Page, now: Timestamp) -> bool {
    page.meta.date.is_some_and(|date| date.at > now)
}

/// The first moment after `now` at which the page looks different without an edit.
pub(super) fn next_change(page: &Page, zone: &TimeZone, now: Timestamp) -> Option<NextChange> {
    let mut moments: Vec<(Timestamp, Happening)> = Vec::new();
    if let Some(date) = page.meta.date {
        moments.push((date.at, Happening::Appears));
    }
    if let Some(expires) = page.meta.expires {
        moments.push((expires.end(zone), Happening::Expires));
    }
    match &page.details {
        Details::Job(job) => {
            if let Some(end) = &job.valid_through {
                moments.push((end.value.end(zone), Happening::Expires));
            }
        }
        Details::Policy(policy) => {
            if let Some(from) = policy.effective_from {
                moments.push((from.at, Happening::Begins));
            }
            for end in [&policy.effective_until, &policy.deadline]
                .into_iter()
                .flatten()
            {
                moments.push((end.value.end(zone), Happening::Expires));
            }
        }
        Details::Event(event) => {
            if let Some(start) = &event.start {
                moments.push((start.value.at, Happening::Begins));
            }
            if let Some(end) = event.end.as_ref().or(event.start.as_ref()) {
                moments.push((end.value.end(zone), Happening::Expires));
            }
        }
        _ => {}
    }
    moments
        .into_iter()
        .filter(|(at, _)| *at > now)
        .min()
        .map(|(at, what)| NextChange {
            at,
            file: page.file.file.clone(),
            what,
        })
}
