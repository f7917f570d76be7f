//! Schedules on a local clock.
//!
//! A window is half-open on the clock of its zone. What the clock shows twice in autumn is twice open, what it leaves
//! out in spring is not: a window that lies in the gap is empty that day, one that begins in it opens at its end. One
//! that ends within what is repeated opens again where the clock is set back into it.

use jiff::Timestamp as Instant;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use trig_ir::{Schedule, ScheduleId, Timestamp, Window};

use crate::Engine;
use crate::clock::local_instant;

/// How far ahead an opening is looked for: ten years.
pub(super) const DAYS_AHEAD: u32 = 3_653;

pub(super) fn is_open(engine: &Engine, id: ScheduleId, now: Timestamp) -> bool {
    let schedule = engine.ir().schedules.get(id.index());
    let zone = engine.index().schedule_zone(id);
    match (schedule, now.to_jiff()) {
        (Some(schedule), Some(now)) => open(schedule, zone, now),
        _ => false,
    }
}

/// The next start of a window after now.
pub(super) fn next_open(engine: &Engine, id: ScheduleId, now: Timestamp) -> Option<Timestamp> {
    let schedule = engine.ir().schedules.get(id.index())?;
    let zone = engine.index().schedule_zone(id);
    next(schedule, zone, now.to_jiff()?).map(Into::into)
}

pub(super) fn windows(schedule: &Schedule, day: Date) -> &[Window] {
    let excepted = |(first, last): &(Date, Date)| *first <= day && day <= *last;
    if schedule.except.iter().any(excepted) {
        return &[];
    }
    let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    schedule.week.get(weekday).map_or(&[], Vec::as_slice)
}

/// Whether it lasts into the next day.
pub(super) fn overnight(window: &Window) -> bool {
    window.end <= window.start
}

/// The windows in which a local time lies, each by the day on which it starts.
fn around(schedule: &Schedule, local: DateTime) -> impl Iterator<Item = (Date, &Window)> {
    let (today, time) = (local.date(), local.time());
    let of_today = windows(schedule, today)
        .iter()
        .filter(move |w| w.start <= time && (overnight(w) || time < w.end))
        .map(move |w| (today, w));
    let yesterday = today.yesterday().ok();
    let of_yesterday = yesterday.into_iter().flat_map(move |yesterday| {
        windows(schedule, yesterday)
            .iter()
            .filter(move |w| overnight(w) && time < w.end)
            .map(move |w| (yesterday, w))
    });
    of_today.chain(of_yesterday)
}

pub(super) fn open(schedule: &Schedule, zone: &TimeZone, now: Instant) -> bool {
    around(schedule, zone.to_datetime(now)).next().is_some()
}

/// Whether a window starts at this instant: it is open, and was not just before.
fn starts(schedule: &Schedule, zone: &TimeZone, at: Instant) -> bool {
    let before = at.as_millisecond().checked_sub(1);
    let Some(before) = before.and_then(|ms| Instant::from_millisecond(ms).ok()) else {
        return false;
    };
    let before = zone.to_datetime(before);
    around(schedule, zone.to_datetime(at)).any(|now| !around(schedule, before).any(|w| w == now))
}

fn next(schedule: &Schedule, zone: &TimeZone, now: Instant) -> Option<Instant> {
    // from yesterday on: a clock that is set back may show yesterday again
    let mut day = zone.to_datetime(now).date().yesterday().ok()?;
    if schedule.week.iter().all(Vec::is_empty) {
        return None;
    }
    let mut found: Option<Instant> = None;
    for _ in 0..DAYS_AHEAD + 2 {
        let last = found.is_some();
        let opened = windows(schedule, day).iter();
        let opened = opened.flat_map(|w| instants(zone, day.to_datetime(w.start)));
        let all = opened.chain(set_back(zone, day));
        let first = all
            .filter(|at| *at > now && starts(schedule, zone, *at))
            .min();
        found = found.into_iter().chain(first).min();
        // where the clock is set back over midnight, the day after may have one that is sooner
        if last {
            return found;
        }
        day = day.tomorrow().ok()?;
    }
    found
}

/// The instants at which the clock comes to a local time: both where it shows it twice, the end of the gap where it does
/// not.
fn instants(zone: &TimeZone, local: DateTime) -> impl Iterator<Item = Instant> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let again = match ambiguous.offset() {
        AmbiguousOffset::Fold { .. } => ambiguous.later().ok(),
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => None,
    };
    local_instant(zone, local).into_iter().chain(again)
}

/// The instant at which the clock is set back on that day, if it is.
fn set_back(zone: &TimeZone, day: Date) -> Option<Instant> {
    let midnight = |day: Date| {
        let midnight = day.to_datetime(Time::midnight());
        zone.to_ambiguous_timestamp(midnight).earlier().ok()
    };
    let (begin, end) = (midnight(day)?, midnight(day.tomorrow().ok()?)?);
    let just_before = Instant::from_millisecond(begin.as_millisecond().checked_sub(1)?).ok()?;
    let change = zone.following(just_before).next()?.timestamp();
    (change < end).then_some(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn schedule(days: &[(usize, &str, &str)], except: &[&str]) -> Schedule {
        let mut week: [Vec<Window>; 7] = Default::default();
        for (day, start, end) in days {
            week[*day].push(Window {
                start: start.parse().unwrap(),
                end: end.parse().unwrap(),
            });
        }
        let except = except.iter().map(|day| day.parse().unwrap());
        Schedule {
            name: "S".into(),
            zone: "Europe/Berlin".into(),
            week,
            except: except.map(|day: Date| (day, day)).collect(),
        }
    }

    /// Open or closed at this instant, and when it opens next, in local time with its offset.
    fn look(schedule: &Schedule, at: &str) -> String {
        let at: Instant = at.parse().unwrap();
        let next = next(schedule, &berlin(), at);
        let next = next.map(|t| t.to_zoned(berlin()).strftime("%a %F %H:%M %:z").to_string());
        let now = if open(schedule, &berlin(), at) {
            "open"
        } else {
            "closed"
        };
        format!("{now}, next {}", next.unwrap_or("never".into()))
    }

    #[test]
    fn windows_are_half_open() {
        let office = schedule(
            &[(0, "09:00:00", "13:00:00"), (0, "14:00:00", "18:00:00")],
            &[],
        );
        // 2026-03-02 is a Monday; Berlin is one hour ahead
        let at = |t| look(&office, t);
        assert_eq!(
            at("2026-03-02T07:59:59.999Z"),
            "closed, next Mon 2026-03-02 09:00 +01:00"
        );
        assert_eq!(
            at("2026-03-02T08:00:00Z"),
            "open, next Mon 2026-03-02 14:00 +01:00"
        );
        assert_eq!(
            at("2026-03-02T11:59:59.999Z"),
            "open, next Mon 2026-03-02 14:00 +01:00"
        );
        assert_eq!(
            at("2026-03-02T12:00:00Z"),
            "closed, next Mon 2026-03-02 14:00 +01:00"
        );
        assert_eq!(
            at("2026-03-02T17:00:00Z"),
            "closed, next Mon 2026-03-09 09:00 +01:00"
        );
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_on_which_it_starts() {
        let night = schedule(
            &[(4, "22:00:00", "06:00:00"), (5, "22:00:00", "06:00:00")],
            &["2026-03-06"],
        );
        let at = |t| look(&night, t);
        // Friday the 6th is excepted, its window's part on Saturday, too; Saturday's own is not
        assert_eq!(
            at("2026-03-06T22:00:00Z"),
            "closed, next Sat 2026-03-07 22:00 +01:00"
        );
        assert_eq!(
            at("2026-03-07T01:00:00Z"),
            "closed, next Sat 2026-03-07 22:00 +01:00"
        );
        assert_eq!(
            at("2026-03-08T04:59:00Z"),
            "open, next Fri 2026-03-13 22:00 +01:00"
        );
        assert_eq!(
            at("2026-03-08T05:00:00Z"),
            "closed, next Fri 2026-03-13 22:00 +01:00"
        );
    }

    #[test]
    fn spring_leaves_an_hour_out() {
        // on Sunday 2026-03-29, 02:00 +01:00 is followed by 03:00 +02:00
        let inside = schedule(&[(6, "02:15:00", "02:45:00")], &[]);
        assert_eq!(
            look(&inside, "2026-03-29T00:59:00Z"),
            "closed, next Sun 2026-04-05 02:15 +02:00"
        );
        assert_eq!(
            look(&inside, "2026-03-29T01:20:00Z"),
            "closed, next Sun 2026-04-05 02:15 +02:00"
        );
        let across = schedule(&[(6, "02:30:00", "04:00:00")], &[]);
        assert_eq!(
            look(&across, "2026-03-29T00:59:00Z"),
            "closed, next Sun 2026-03-29 03:00 +02:00"
        );
        assert_eq!(
            look(&across, "2026-03-29T01:00:00Z"),
            "open, next Sun 2026-04-05 02:30 +02:00"
        );
    }

    #[test]
    fn autumn_repeats_an_hour() {
        // on Sunday 2026-10-25, 03:00 +02:00 is followed by 02:00 +01:00
        let twice = schedule(&[(6, "02:30:00", "04:00:00")], &[]);
        assert_eq!(
            look(&twice, "2026-10-25T00:10:00Z"),
            "closed, next Sun 2026-10-25 02:30 +02:00"
        );
        assert_eq!(
            look(&twice, "2026-10-25T00:30:00Z"),
            "open, next Sun 2026-10-25 02:30 +01:00"
        );
        assert_eq!(
            look(&twice, "2026-10-25T01:10:00Z"),
            "closed, next Sun 2026-10-25 02:30 +01:00"
        );
        assert_eq!(
            look(&twice, "2026-10-25T01:30:00Z"),
            "open, next Sun 2026-11-01 02:30 +01:00"
        );
        // closed at 02:45, open again at once when the clock is set back to 02:00
        let again = schedule(&[(6, "00:00:00", "02:45:00")], &[]);
        assert_eq!(
            look(&again, "2026-10-25T00:50:00Z"),
            "closed, next Sun 2026-10-25 02:00 +01:00"
        );
        assert_eq!(
            look(&again, "2026-10-25T01:00:00Z"),
            "open, next Sun 2026-11-01 00:00 +01:00"
        );
        let through = schedule(&[(6, "02:00:00", "04:00:00")], &[]);
        assert_eq!(
            look(&through, "2026-10-25T00:00:00Z"),
            "open, next Sun 2026-11-01 02:00 +01:00"
        );
        assert_eq!(
            look(&through, "2026-10-25T01:00:00Z"),
            "open, next Sun 2026-11-01 02:00 +01:00"
        );
    }

    #[test]
    fn a_whole_day_and_no_day() {
        let monday = schedule(&[(0, "00:00:00", "00:00:00")], &[]);
        assert_eq!(
            look(&monday, "2026-03-02T22:59:59Z"),
            "open, next Mon 2026-03-09 00:00 +01:00"
        );
        assert_eq!(
            look(&monday, "2026-03-02T23:00:00Z"),
            "closed, next Mon 2026-03-09 00:00 +01:00"
        );
        let never = schedule(&[], &[]);
        assert_eq!(look(&never, "2026-03-02T00:00:00Z"), "closed, next never");
        let mut gone = schedule(&[(0, "09:00:00", "10:00:00")], &[]);
        gone.except = vec![("2026-01-01".parse().unwrap(), "2099-01-01".parse().unwrap())];
        assert_eq!(look(&gone, "2026-03-02T00:00:00Z"), "closed, next never");
    }
}
