//! From the local clock to instants.

use jiff::Timestamp as Instant;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
pub(crate) use trig_ir::instant;

/// What the local clock shows; behind the repeated time while that runs for the second time, so that no local time from
/// there on has an instant before this one.
pub(super) fn shown(zone: &TimeZone, at: Instant) -> DateTime {
    let local = zone.to_datetime(at);
    match instant(zone, local) {
        Some(first) if first < at => repeated_until(zone, at).unwrap_or(local).max(local),
        _ => local,
    }
}

/// The local time at which the clock was set back last.
fn repeated_until(zone: &TimeZone, at: Instant) -> Option<DateTime> {
    let next = Instant::from_nanosecond(at.as_nanosecond().checked_add(1)?).ok()?;
    zone.preceding(next)
        .map(|change| change.timestamp())
        .take(4)
        .find_map(|change| {
            let before = Instant::from_nanosecond(change.as_nanosecond().checked_sub(1)?).ok()?;
            let (was, is) = (zone.to_offset(before), zone.to_offset(change));
            (is < was).then(|| was.to_datetime(change))
        })
}
