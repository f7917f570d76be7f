//! Recurrences: the next occurrence after an instant.
//!
//! Nominal occurrences are local times in order, and so are their instants (see [`super::local::instant`]): the next one
//! is the first whose instant lies behind. Two that come to one instant, in a gap, are one.

use jiff::Timestamp as Instant;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use trig_ir::{Millis, Recurrence};

use super::local;

/// So many days, months or years without one: there is none. The longest pause of a recurrence is that of 29 February
/// among month days, of the fifth of a weekday among weeks.
const MOST_STEPS: u32 = 120;

/// The first occurrence after an instant; `None`: there is none any more.
pub(super) fn next(recurrence: &Recurrence, zone: &TimeZone, after: Instant) -> Option<Instant> {
    let from = local::shown(zone, after);
    let behind = |local: DateTime| local::instant(zone, local).filter(|at| *at > after);
    match recurrence {
        Recurrence::Interval(every) => interval(*every, from, after, zone),
        Recurrence::Day(at) => days(from.date())
            .take(8)
            .find_map(|day| behind(day.to_datetime(*at))),
        Recurrence::Week(on, at) => days(from.date())
            .take(MOST_STEPS as usize)
            .filter(|day| on.contains(&weekday_number(day.weekday())))
            .find_map(|day| behind(day.to_datetime(*at))),
        Recurrence::MonthDay(day, at) => monthly(from.date(), *at, behind, |first| {
            let day = i8::try_from(*day).ok()?;
            Date::new(first.year(), first.month(), day).ok()
        }),
        Recurrence::MonthEnd(at) => monthly(from.date(), *at, behind, |first| {
            Some(first.last_of_month())
        }),
        Recurrence::MonthWeekday { nth, weekday, at } => {
            monthly(from.date(), *at, behind, |first| {
                let weekday = Weekday::from_monday_one_offset(i8::try_from(*weekday).ok()?).ok()?;
                first.nth_weekday_of_month(*nth, weekday).ok()
            })
        }
        Recurrence::Year { month, day, at } => {
            let first = from.year();
            (0..10i16)
                .filter_map(|n| on_day_of_year(first.checked_add(n)?, *month, *day))
                .find_map(|day| behind(day.to_datetime(*at)))
        }
    }
}

/// This day of a year; 29 February is the 28th where there is none.
pub(super) fn on_day_of_year(year: i16, month: u8, day: u8) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    match Date::new(year, month, day) {
        Ok(date) => Some(date),
        Err(_) if (month, day) == (2, 29) => Date::new(year, 2, 28).ok(),
        Err(_) => None,
    }
}

fn weekday_number(day: Weekday) -> u8 {
    u8::try_from(day.to_monday_one_offset()).unwrap_or(0)
}

fn days(from: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.tomorrow().ok())
}

fn monthly(
    from: Date,
    at: Time,
    behind: impl Fn(DateTime) -> Option<Instant>,
    pick: impl Fn(Date) -> Option<Date>,
) -> Option<Instant> {
    std::iter::successors(Some(from.first_of_month()), |month| {
        month.checked_add(1.month()).ok()
    })
    .take(MOST_STEPS as usize)
    .filter_map(pick)
    .find_map(|day| behind(day.to_datetime(at)))
}

/// Whole intervals since the local midnight.
fn interval(every: Millis, from: DateTime, after: Instant, zone: &TimeZone) -> Option<Instant> {
    if every.0 <= 0 {
        return None;
    }
    // of the first day, what lies before has been
    let mut passed = since_midnight(from.time());
    for day in days(from.date()).take(8) {
        let mut n = passed.checked_add(every.0 - 1)? / every.0;
        while let Some(ms) = n.checked_mul(every.0).filter(|ms| *ms < Millis::DAY.0) {
            match local::instant(zone, day.to_datetime(time_at(ms)?)) {
                Some(at) if at > after => return Some(at),
                _ => n += 1,
            }
        }
        passed = 0;
    }
    None
}

/// The milliseconds of a day up to a time of it.
fn since_midnight(time: Time) -> i64 {
    let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60;
    (seconds + i64::from(time.second())) * 1_000 + i64::from(time.millisecond())
}

/// The time so many milliseconds behind midnight, of a day of 24 hours. The calendar's own sum takes five times as long.
fn time_at(ms: i64) -> Option<Time> {
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    let (minutes, second) = (seconds / 60, seconds % 60);
    Time::new(
        i8::try_from(minutes / 60).ok()?,
        i8::try_from(minutes % 60).ok()?,
        i8::try_from(second).ok()?,
        i32::try_from(ms * 1_000_000).ok()?,
    )
    .ok()
}
