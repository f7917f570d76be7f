//! Time on a local clock: when recurrences, one-shots and offsets are due, and what becomes of those that are missed.

mod armed;
mod due;
mod local;
mod missed;
mod named;
mod offset;
mod period;
mod recurrence;

use jiff::tz::TimeZone;
use trig_ir::{Clock, Timestamp};

pub(crate) use local::instant as local_instant;
pub(crate) use named::name as clock_name;
pub(crate) use period::{end as period_end, start as period_start};

/// The first occurrence of a clock after an instant; offsets have none by themselves.
fn next(clock: &Clock, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let instant = after.to_jiff()?;
    match clock {
        Clock::Every(recurrence) => recurrence::next(recurrence, zone, instant).map(Into::into),
        Clock::Once(day, time) => local::instant(zone, day.to_datetime(*time))
            .map(Timestamp::from)
            .filter(|at| *at > after),
        Clock::Offset(_) => None,
    }
}

/// The occurrences of a clock after an instant, in order and each once, on the local clock of an IANA zone (UTC, where
/// there is none of that name). Those of an offset hang on a record: there are none.
pub fn occurrences(
    clock: &Clock,
    zone: &str,
    after: Timestamp,
) -> impl Iterator<Item = Timestamp> + use<> {
    let zone = crate::index::bundled(zone);
    let clock = clock.clone();
    let first = next(&clock, &zone, after);
    std::iter::successors(first, move |last| next(&clock, &zone, *last))
}

#[cfg(test)]
mod tests;
