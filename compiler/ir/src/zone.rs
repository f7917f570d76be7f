//! Local clocks: zones, and the instants at which they show a time.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

/// INVARIANT (zones): the data that is part of the program, whose version is in [`crate::Versions`]; never that of the
/// machine.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The zone of this IANA name, in any letter case; `None` for a name that there is not.
pub fn zone(name: &str) -> Option<TimeZone> {
    ZONES.get(name).ok()
}

/// The names of all zones, in order.
pub fn zone_names() -> Vec<String> {
    ZONES.available().map(|name| name.to_string()).collect()
}

/// The instant at which the local clock shows this: the first of the two where it does so twice, the first one after it
/// where it is left out. `None`: outside the years -9999 to 9999.
///
/// INVARIANT (order): a later local time never has an earlier instant.
pub fn instant(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
            ambiguous.earlier().ok()
        }
        AmbiguousOffset::Gap { .. } => {
            // the end of the gap is the first change of the clock behind this instant that leads past the local time
            let before = ambiguous.earlier().ok()?;
            zone.following(before)
                .map(|change| change.timestamp())
                .take(4)
                .find(|at| zone.to_datetime(*at) >= local)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn berlin(local: DateTime) -> String {
        instant(&zone("Europe/Berlin").unwrap(), local)
            .map_or_else(|| "none".to_owned(), |at| at.to_string())
    }

    #[test]
    fn a_time_that_is_left_out_is_the_first_one_after_it() {
        assert_eq!(
            berlin(date(2026, 3, 29).at(1, 59, 0, 0)),
            "2026-03-29T00:59:00Z"
        );
        assert_eq!(
            berlin(date(2026, 3, 29).at(2, 0, 0, 0)),
            "2026-03-29T01:00:00Z"
        );
        assert_eq!(
            berlin(date(2026, 3, 29).at(2, 30, 0, 0)),
            "2026-03-29T01:00:00Z"
        );
        assert_eq!(
            berlin(date(2026, 3, 29).at(3, 0, 0, 0)),
            "2026-03-29T01:00:00Z"
        );
    }

    #[test]
    fn a_time_that_is_shown_twice_is_the_first() {
        assert_eq!(
            berlin(date(2026, 10, 25).at(2, 30, 0, 0)),
            "2026-10-25T00:30:00Z"
        );
    }

    #[test]
    fn there_are_times_without_an_instant() {
        assert_eq!(berlin(date(9999, 12, 31).at(23, 59, 0, 0)), "none");
    }

    #[test]
    fn zones_are_those_of_the_program() {
        assert!(zone("Europe/Berlin").is_some());
        assert!(zone("Europe/Bonn").is_none());
        assert!(zone_names().iter().any(|name| name == "Asia/Tokyo"));
    }
}
