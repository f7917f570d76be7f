//! Calendar periods on a local clock.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use trig_ir::{Period, Timestamp};

use super::local;

/// The first day of the period in which a day lies.
fn first_day(period: Period, day: Date) -> Option<Date> {
    Some(match period {
        Period::Day => day,
        Period::Week => {
            let back = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(back.days()).ok()?
        }
        Period::Month => day.first_of_month(),
        Period::Year => day.first_of_year(),
    })
}

/// When the period in which an instant lies began: at its first local midnight. Half-open: the next one begins where
/// this one ends.
pub(crate) fn start(period: Period, zone: &TimeZone, at: Timestamp) -> Timestamp {
    let found = || {
        let at = at.to_jiff()?;
        let day = first_day(period, zone.to_datetime(at).date())?;
        let start = local::instant(zone, day.to_datetime(Time::midnight()))?;
        // a day that runs twice begins once
        Some(Timestamp::from(start.min(at)))
    };
    found().unwrap_or(at)
}

/// When the next period begins.
pub(crate) fn end(period: Period, zone: &TimeZone, at: Timestamp) -> Timestamp {
    let found = || {
        let day = first_day(period, zone.to_datetime(at.to_jiff()?).date())?;
        let next = match period {
            Period::Day => day.checked_add(1.day()),
            Period::Week => day.checked_add(1.week()),
            Period::Month => day.checked_add(1.month()),
            Period::Year => day.checked_add(1.year()),
        };
        let next = local::instant(zone, next.ok()?.to_datetime(Time::midnight()))?;
        Some(Timestamp::from(next))
    };
    found().unwrap_or(Timestamp(i64::MAX))
}
