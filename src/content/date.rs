//! Dates as authors write them: takes a text and the site's time zone, gives a [`Moment`].
//!
//! Nothing depends on the machine: a date without a zone is read in the site's.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// A point in time as an author gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment {
    /// The instant. A date without a time of day is its first moment in the zone.
    pub at: Timestamp,
    /// Offset from UTC that the author wrote, or that the site's zone had then.
    pub offset: Offset,
    /// Whether a time of day was given.
    pub has_time: bool,
}

impl Moment {
    /// The instant at which a deadline written like this is over: a bare date lasts until
    /// the end of its day in `zone`.
    pub fn end(&self, zone: &TimeZone) -> Timestamp {
        if self.has_time {
            return self.at;
        }
        let day = self.at.to_zoned(zone.clone());
        day.tomorrow()
            .and_then(|next| next.start_of_day())
            .map_or(self.at, |next| next.timestamp())
    }
}

/// Why a date could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateError {
    /// Not a date in any form that is known.
    Unknown,
    /// The form is right, the day does not exist (2018-02-31).
    Impossible,
    /// `05/06/2024`: both readings, as `YYYY-MM-DD`.
    Ambiguous(String, String),
    /// A zone abbreviation with more than one meaning, such as `CST`.
    Zone(String),
    /// A word that stands for "no date" (`Last Modified`, a template placeholder).
    Unset,
}

/// Reads a date in any of the known forms.
///
/// # Errors
/// Says why, so that the caller can explain it at the right place.
pub fn parse(_text: &str, _zone: &TimeZone) -> Result<Moment, DateError> {
    todo!()
}
