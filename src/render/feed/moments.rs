//! The `updated` of feed entries: takes the moments of the entries of one feed, gives
//! distinct instants. Many pages have a day and no time of day, and validators as well as
//! readers stumble over entries that changed at one instant. Knows no clock but the one
//! that it is handed.

use crate::content::date::Moment;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// An instant with the offset that it is shown in, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) at: Timestamp,
    pub(crate) offset: Offset,
}

impl Stamp {
    /// A moment without its fraction of a second.
    pub(crate) fn of(moment: Moment) -> Self {
        Self {
            at: Timestamp::from_second(moment.at.as_second()).unwrap_or(moment.at),
            offset: moment.offset,
        }
    }

    /// `2026-10-01T08:00:00+08:00`.
    pub(crate) fn rfc3339(self) -> String {
        self.at.display_with_offset(self.offset).to_string()
    }

    /// `Thu, 1 Oct 2026 08:00:00 +0800`; four-digit years only, as the standard wants.
    pub(crate) fn rfc2822(self) -> String {
        let zoned = self.at.to_zoned(TimeZone::fixed(self.offset));
        jiff::fmt::rfc2822::to_string(&zoned)
            .unwrap_or_else(|_| zoned.strftime("%a, %d %b %Y %H:%M:%S %z").to_string())
    }
}

/// For pages that tell no date at all: the first moment of 2000. It never changes, and no
/// reader takes it for news.
pub(crate) const UNDATED: Stamp = Stamp {
    at: Timestamp::constant(946_684_800, 0),
    offset: Offset::UTC,
};

/// Gives each entry an instant of its own. An entry is `(its name, its moment)`.
///
/// A day without a time of day gets a second within its first ten minutes that depends on
/// the entry's name alone, so that a new entry of that day leaves the others as they are.
/// Where two still meet, the later one in the list moves by a second. No result is after
/// `now`.
pub(crate) fn distinct<'a>(
    entries: impl IntoIterator<Item = (&'a str, Option<Moment>)>,
    now: Timestamp,
) -> Vec<Stamp> {
    let mut taken = BTreeSet::new();
    entries
        .into_iter()
        .map(|(name, moment)| {
            let exact = moment.is_some_and(|moment| moment.has_time);
            let base = moment.map_or(UNDATED, Stamp::of);
            let wanted = if exact {
                base.at
            } else {
                moved(base.at, second_of(name))
            };
            let wanted = if wanted <= now { wanted } else { base.at };
            let free = |step: i64| {
                let mut at = wanted;
                while taken.contains(&at) {
                    let next = moved(at, step);
                    if next == at || next > now {
                        return None;
                    }
                    at = next;
                }
                Some(at)
            };
            let at = free(1).or_else(|| free(-1)).unwrap_or(wanted);
            taken.insert(at);
            Stamp {
                at,
                offset: base.offset,
            }
        })
        .collect()
}

/// A second from 0 to 599 that belongs to a name.
fn second_of(name: &str) -> i64 {
    let hash = blake3::hash(name.as_bytes());
    let [first, second, ..] = *hash.as_bytes();
    i64::from(u16::from_le_bytes([first, second]) % 600)
}

fn moved(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::{Stamp, distinct};
    use crate::render::sample::{day, moment};
    use jiff::Timestamp;
    use std::collections::BTreeSet;

    const LATER: Timestamp = Timestamp::constant(1_900_000_000, 0);

    #[test]
    fn one_day_gives_many_instants_of_that_day() {
        let names: Vec<String> = (0..300).map(|number| format!("/p/{number}/")).collect();
        let stamps = distinct(
            names
                .iter()
                .map(|name| (name.as_str(), Some(day("2026-10-01")))),
            LATER,
        );
        let instants: BTreeSet<_> = stamps.iter().map(|stamp| stamp.at).collect();
        assert_eq!(instants.len(), 300);
        for stamp in stamps {
            assert!(stamp.rfc3339().starts_with("2026-10-01T00:"));
        }
    }

    #[test]
    fn a_new_entry_of_the_day_leaves_the_others_as_they_are() {
        let at = |names: &[&str]| {
            distinct(
                names.iter().map(|name| (*name, Some(day("2026-10-01")))),
                LATER,
            )
        };
        assert_eq!(at(&["/a/", "/c/"])[1], at(&["/a/", "/b/", "/c/"])[2]);
    }

    #[test]
    fn given_times_stay_and_nothing_is_in_the_future() {
        let noon = moment("2026-10-01T12:00:00+08:00");
        let stamps = distinct(
            [("/a/", Some(noon)), ("/b/", Some(noon)), ("/c/", None)],
            noon.at,
        );
        let shown: Vec<String> = stamps.into_iter().map(Stamp::rfc3339).collect();
        assert_eq!(shown[0], "2026-10-01T12:00:00+08:00");
        assert_eq!(shown[1], "2026-10-01T11:59:59+08:00");
        assert!(shown[2].starts_with("2000-01-01T00:0"));
    }

    #[test]
    fn dates_for_rss_have_names_of_days() {
        assert_eq!(
            Stamp::of(moment("2026-10-01T12:00:00.5+08:00")).rfc2822(),
            "Thu, 1 Oct 2026 12:00:00 +0800"
        );
    }
}
