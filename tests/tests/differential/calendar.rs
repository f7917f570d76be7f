//! Local clocks, by walking along them: what a time of day means is found by looking at every quarter of an hour.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::civil;
use trig_ir::{Date, Period, Recurrence, Schedule, Time, Timestamp, Window};

const QUARTER: i64 = 15 * 60_000;
const DAY: i64 = 24 * 60 * 60_000;

thread_local! {
    static ZONES: RefCell<BTreeMap<String, jiff::tz::TimeZone>> = RefCell::default();
}

pub(crate) fn local(at: Timestamp, zone: &str) -> civil::DateTime {
    let at = at.to_jiff().unwrap();
    ZONES.with_borrow_mut(|zones| {
        let known = zones.entry(zone.to_owned());
        let zone = known.or_insert_with(|| jiff::tz::TimeZone::get(zone).unwrap());
        zone.to_datetime(at)
    })
}

/// The first instant at which the local clock shows this, or, where it jumps over it, something later.
pub(crate) fn first_at(date: Date, time: Time, zone: &str) -> Timestamp {
    let wanted = date.to_datetime(time);
    let as_utc = Timestamp::from(
        wanted
            .to_zoned(jiff::tz::TimeZone::UTC)
            .unwrap()
            .timestamp(),
    );
    // the zones of these tests are UTC, and up to two hours ahead of it
    let mut at = Timestamp(as_utc.0 - 2 * 4 * QUARTER);
    while local(at, zone) < wanted {
        at.0 += QUARTER;
    }
    at
}

pub(crate) fn day_of(at: Timestamp, zone: &str) -> Date {
    local(at, zone).date()
}

pub(crate) fn open(schedule: &Schedule, at: Timestamp) -> bool {
    let now = local(at, &schedule.zone);
    let (today, time) = (now.date(), now.time());
    let yesterday = today.yesterday().unwrap();
    let windows = |day: Date| -> &[Window] {
        if schedule
            .except
            .iter()
            .any(|(from, to)| *from <= day && day <= *to)
        {
            return &[];
        }
        &schedule.week[day.weekday().to_monday_zero_offset() as usize]
    };
    windows(today)
        .iter()
        .any(|w| w.start <= time && (time < w.end || w.end <= w.start))
        || windows(yesterday)
            .iter()
            .any(|w| w.end <= w.start && time < w.end)
}

/// The next instant after this one at which it is open and was not, or the other way round.
pub(crate) fn next_change(schedule: &Schedule, at: Timestamp, to_open: bool) -> Option<Timestamp> {
    let mut next = Timestamp(at.0 - at.0.rem_euclid(QUARTER));
    let mut was = open(schedule, at);
    for _ in 0..(21 * 96) {
        next.0 += QUARTER;
        let is = open(schedule, next);
        if is != was && is == to_open {
            return Some(next);
        }
        was = is;
    }
    None
}

pub(crate) fn next_open(schedule: &Schedule, at: Timestamp) -> Option<Timestamp> {
    next_change(schedule, at, true)
}

/// The first day of the period in which an instant lies.
pub(crate) fn period(at: Timestamp, period: Period, zone: &str) -> Date {
    let mut day = day_of(at, zone);
    let ends = |day: Date| match period {
        Period::Day => true,
        Period::Week => day.weekday() == civil::Weekday::Monday,
        Period::Month => day.day() == 1,
        Period::Year => day.day_of_year() == 1,
    };
    while !ends(day) {
        day = day.yesterday().unwrap();
    }
    day
}

/// When the next period begins.
pub(crate) fn next_period(at: Timestamp, of: Period, zone: &str) -> Timestamp {
    let current = period(at, of, zone);
    let mut day = day_of(at, zone);
    loop {
        day = day.tomorrow().unwrap();
        let begin = first_at(day, Time::midnight(), zone);
        if period(begin, of, zone) != current {
            return begin;
        }
    }
}

/// All occurrences after the first instant and up to the second, in order.
pub(crate) fn occurrences(
    every: &Recurrence,
    zone: &str,
    after: Timestamp,
    until: Timestamp,
) -> Vec<Timestamp> {
    let mut found = Vec::new();
    let mut day = day_of(after, zone);
    let last = day_of(until, zone);
    while day <= last {
        found.extend(on_day(every, day, zone));
        day = day.tomorrow().unwrap();
    }
    found.retain(|at| after < *at && *at <= until);
    found
}

fn on_day(every: &Recurrence, day: Date, zone: &str) -> Vec<Timestamp> {
    let month_ends = day.tomorrow().unwrap().month() != day.month();
    let at = match every {
        Recurrence::Interval(step) => {
            // what the local clock would show, whether it does or jumps over it
            let mut found = Vec::new();
            let mut nominal = 0;
            while nominal < DAY {
                let minutes = i8::try_from(nominal / 60_000 % 60).unwrap();
                let hours = i8::try_from(nominal / 3_600_000).unwrap();
                found.push(first_at(day, Time::constant(hours, minutes, 0, 0), zone));
                nominal += step.0;
            }
            found.dedup();
            return found;
        }
        Recurrence::Day(at) => Some(at),
        Recurrence::Week(days, at) => days
            .contains(&(day.weekday().to_monday_one_offset() as u8))
            .then_some(at),
        Recurrence::MonthDay(n, at) => (i16::from(day.day()) == i16::from(*n)).then_some(at),
        Recurrence::MonthEnd(at) => month_ends.then_some(at),
        Recurrence::MonthWeekday { nth, weekday, at } => {
            let which = (day.day() - 1) / 7 + 1;
            let is_last = day.saturating_add(jiff::Span::new().days(7)).month() != day.month();
            (day.weekday().to_monday_one_offset() as u8 == *weekday
                && (which == *nth || (*nth == -1 && is_last)))
                .then_some(at)
        }
        Recurrence::Year {
            month,
            day: wanted,
            at,
        } => {
            let stands_in = *month == 2 && *wanted == 29 && month_ends && day.month() == 2;
            ((day.month() as u8 == *month && day.day() as u8 == *wanted) || stands_in).then_some(at)
        }
    };
    at.map(|at| first_at(day, *at, zone)).into_iter().collect()
}
