//! What the keeper of a site should look at: takes the resolved site and a moment, gives pages
//! that wait for somebody, worst first; and how long an account has been silent.
//!
//! Pure. Nothing here is a mistake of the content: a build does not fail for it.

use super::account::Account;
use super::ledger::State;
use crate::config::Config;
use crate::content::date::Moment;
use crate::content::{self, Details, Kind};
use crate::site::{self, LanguageId, NextChange, PageId, Site};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days after which a policy should be looked up again.
const CHECKED_FOR_DAYS: i64 = 180;
/// Days after which nobody writes a recap any more, and nobody needs to be told of an old job.
const OVER_AFTER_DAYS: i64 = 365;

/// What of a site waits for somebody.
#[derive(Debug, Clone)]
pub struct Upkeep {
    /// The moment of the look.
    pub now: Timestamp,
    /// The site's time zone.
    pub zone: TimeZone,
    /// Pages, worst first.
    pub concerns: Vec<Concern>,
    /// Digests that could be made.
    pub digests: Vec<Proposal>,
    /// When the site changes next without an edit.
    pub next_change: Option<NextChange>,
}

impl Upkeep {
    /// Looks at a site.
    pub fn of(site: &Site) -> Self {
        Self {
            now: site.now,
            zone: site.config.timezone.clone(),
            concerns: concerns(site),
            digests: digests(site),
            next_change: site.next_change.clone(),
        }
    }
}

/// What is the matter with a page. The order is that of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// A draft whose `due:` has passed.
    Late,
    /// A policy that no longer holds and still stands in the lists.
    PolicyEnded,
    /// A policy that nobody has looked up for long, or ever.
    PolicyUnchecked,
    /// A job whose last day has passed.
    JobExpired,
    /// An event that is over and tells nothing of how it was.
    NoRecap,
    /// A draft.
    Draft,
}

impl Matter {
    /// The word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::PolicyEnded => "policy-ended",
            Self::PolicyUnchecked => "policy-unchecked",
            Self::JobExpired => "job-expired",
            Self::NoRecap => "event-without-recap",
            Self::Draft => "draft",
        }
    }
}

/// A page that waits for somebody. Its versions in several languages are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// What is the matter.
    pub matter: Matter,
    /// The page's kind.
    pub kind: Kind,
    /// Its file from the site's root; that of the first language.
    pub file: Arc<str>,
    /// Its title.
    pub title: String,
    /// Tags of the languages that it is so in.
    pub languages: Vec<String>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The day that tells: on which it was due, held last, was checked, was begun; none where the
    /// page names none.
    pub day: Option<Date>,
    /// Days since then; negative for a draft that is dated ahead.
    pub days: Option<i64>,
    /// Of a draft: the day by which it is due.
    pub due: Option<Date>,
}

/// All pages that wait for somebody, worst first.
fn concerns(site: &Site) -> Vec<Concern> {
    let look = Look {
        config: &site.config,
        now: site.now,
        today: day(site.now, &site.config.timezone),
    };
    // By matter and by what the languages of one page have in common.
    let mut found: BTreeMap<(Matter, String, String), BTreeMap<LanguageId, Concern>> =
        BTreeMap::new();
    let published = site
        .pages
        .iter()
        .filter_map(|page| Some((page.language, &page.source, look.of_page(page)?)));
    let waiting = site
        .waiting
        .iter()
        .filter_map(|page| Some((page.language, &page.source, look.of_draft(&page.source)?)));
    for (language, source, (matter, day)) in published.chain(waiting) {
        let key = (matter, source.section.to_string(), source.stem.clone());
        let concern = look.concern(matter, source, language, day);
        found.entry(key).or_default().insert(language, concern);
    }
    let one = |versions: BTreeMap<LanguageId, Concern>| {
        let languages = versions
            .values()
            .flat_map(|version| version.languages.clone())
            .collect();
        let (_, first) = versions.into_iter().next()?;
        Some(Concern { languages, ..first })
    };
    let mut concerns: Vec<Concern> = found.into_values().filter_map(one).collect();
    concerns.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.file.cmp(&b.file)));
    concerns
}

/// By urgency, then the longest first; what has just ended first where that can still be
/// mended best.
fn order(concern: &Concern) -> (Matter, i64) {
    let days = concern.days.unwrap_or(i64::MAX);
    let rank = match concern.matter {
        Matter::JobExpired | Matter::NoRecap => days,
        _ => days.checked_neg().unwrap_or(i64::MIN),
    };
    (concern.matter, rank)
}

struct Look<'a> {
    config: &'a Config,
    now: Timestamp,
    today: Date,
}

impl Look<'_> {
    /// What is the matter with a published page, and the day that tells.
    fn of_page(&self, page: &site::Page) -> Option<(Matter, Option<Date>)> {
        let recent = |day: &Date| days(*day, self.today) <= OVER_AFTER_DAYS;
        match &page.source.details {
            Details::Job(job) if page.expired => {
                let closes = job.valid_through.as_ref().map(|moment| moment.value);
                let last = closes.into_iter().chain(page.source.meta.expires).min()?;
                let day = Some(self.day(last)).filter(recent)?;
                Some((Matter::JobExpired, Some(day)))
            }
            Details::Policy(policy) if !page.expired => {
                if page.outdated {
                    let last = policy.effective_until.as_ref()?;
                    return Some((Matter::PolicyEnded, Some(self.day(last.value))));
                }
                // Writing or changing the page is a look at the policy, too.
                let checked = policy.checked_on.or(page.updated);
                let checked = checked.map(|moment| self.day(moment));
                let stale = checked.is_none_or(|day| days(day, self.today) > CHECKED_FOR_DAYS);
                stale.then_some((Matter::PolicyUnchecked, checked))
            }
            Details::Event(event) => {
                let held = !matches!(event.status.as_deref(), Some("cancelled" | "postponed"));
                let last = event.end.as_ref().or(event.start.as_ref())?;
                let day = Some(self.day(last.value)).filter(recent)?;
                let silent = event.recap.is_none()
                    && held
                    && !page.expired
                    && site::past_event(&page.source, &self.config.timezone, self.now);
                silent.then_some((Matter::NoRecap, Some(day)))
            }
            _ => None,
        }
    }

    fn of_draft(&self, page: &content::Page) -> Option<(Matter, Option<Date>)> {
        if !page.meta.draft {
            return None;
        }
        if let Some(due) = page.meta.due
            && due.end(&self.config.timezone) <= self.now
        {
            return Some((Matter::Late, Some(self.day(due))));
        }
        let begun = page.meta.date.or(page.meta.updated);
        Some((Matter::Draft, begun.map(|moment| self.day(moment))))
    }

    fn concern(
        &self,
        matter: Matter,
        source: &content::Page,
        language: LanguageId,
        day: Option<Date>,
    ) -> Concern {
        let language = self.config.languages.get(usize::from(language));
        Concern {
            matter,
            kind: source.kind,
            file: Arc::clone(&source.file.file),
            title: source.title.clone(),
            languages: language
                .map(|language| language.tag.clone())
                .into_iter()
                .collect(),
            owner: source.meta.owner.clone(),
            day,
            days: day.map(|day| days(day, self.today)),
            due: source
                .meta
                .due
                .filter(|_| source.meta.draft)
                .map(|due| self.day(due)),
        }
    }

    /// The day that an author meant.
    fn day(&self, moment: Moment) -> Date {
        day(moment.at, &self.config.timezone)
    }
}

fn day(at: Timestamp, zone: &TimeZone) -> Date {
    at.to_zoned(zone.clone()).date()
}

fn days(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// How long an account has been silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// Whether there ever was a post.
    pub posted: bool,
    /// Days since the last one; since the account was added, where there was none yet.
    pub days: i64,
}

/// The silence of an account that should speak more often. An account that was only just
/// written into the settings is not silent.
pub fn silence(
    account: &Account,
    state: &State,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<Silence> {
    let cadence = account.cadence.filter(|cadence| !cadence.is_zero())?;
    let since = state.last_post.or(state.opened)?;
    let until = since.to_zoned(zone.clone()).checked_add(cadence).ok()?;
    (until.timestamp() < now).then(|| Silence {
        posted: state.last_post.is_some(),
        days: days(day(since, zone), day(now, zone)),
    })
}

/// A digest that could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its language.
    pub language: String,
    /// The period of the last one.
    pub last: String,
    /// How many pages are new since.
    pub pages: usize,
}

/// Digests that the site could make, in languages that have one already: what is new since the
/// last one ended, a week ago or more.
fn digests(site: &Site) -> Vec<Proposal> {
    let languages = (0..).zip(&site.config.languages);
    languages
        .filter_map(|(language, own)| {
            let last = site::last_digest(site, language)?;
            let pages: Vec<PageId> = site::collect(site, language, last.until, site.now);
            let zone = &site.config.timezone;
            let is_time = days(day(last.until, zone), day(site.now, zone)) >= 7;
            let is_time = is_time && !pages.is_empty();
            is_time.then(|| Proposal {
                language: own.tag.clone(),
                last: last.label,
                pages: pages.len(),
            })
        })
        .collect()
}
