//! How long a build's outputs hold: takes a resolved site, gives the first moment after the
//! build's own at which an output may look different although nothing was edited.

use crate::site::Site;

/// The end of the window. The next day ends it at the latest: years stand in footers, and dates
/// without a time of day begin and end with the site's day.
pub(super) fn end(site: &Site) -> jiff::Timestamp {
    let now = site.now;
    let tomorrow = now
        .to_zoned(site.config.timezone.clone())
        .tomorrow()
        .and_then(|day| day.start_of_day())
        .map_or(now, |day| day.timestamp());
    let change = site.next_change.as_ref().map(|change| change.at);
    let updated = site
        .pages
        .iter()
        .filter_map(|page| page.updated)
        .map(|moment| moment.at)
        .filter(|at| *at > now);
    updated.chain(change).fold(tomorrow, jiff::Timestamp::min)
}
