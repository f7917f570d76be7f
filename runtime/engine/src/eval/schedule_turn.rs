//! When a schedule opens or closes next.

use jiff::Timestamp as Instant;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use trig_ir::{Schedule, ScheduleId, Timestamp};

use super::schedule::{DAYS_AHEAD, open, overnight, windows};
use crate::Engine;

/// The next instant after now at which a schedule is open and was closed just before, or the other way round; looked
/// for as far ahead as openings are.
pub(crate) fn next_turn(engine: &Engine, id: ScheduleId, now: Timestamp) -> Option<Timestamp> {
    let schedule = engine.ir().schedules.get(id.index())?;
    let zone = engine.index().schedule_zone(id);
    turn(schedule, zone, now.to_jiff()?).map(Into::into)
}

fn turn(schedule: &Schedule, zone: &TimeZone, now: Instant) -> Option<Instant> {
    if schedule.week.iter().all(Vec::is_empty) {
        return None;
    }
    // from the day before yesterday on: a window may last into the next day, and a clock that is set back may show
    // yesterday again
    let today = zone.to_datetime(now).date();
    let mut day = today.yesterday().ok()?.yesterday().ok()?;
    let mut found: Option<Instant> = None;
    for _ in 0..DAYS_AHEAD + 3 {
        let next = day.tomorrow().ok()?;
        for window in windows(schedule, day) {
            let end = if overnight(window) { next } else { day };
            let edges = candidates(zone, day, window.start).into_iter();
            for at in edges.chain(candidates(zone, end, window.end)) {
                let sooner = found.is_none_or(|found| at < found);
                if at > now && sooner && turns(schedule, zone, at) {
                    found = Some(at);
                }
            }
        }
        // an edge of the next day's windows can come before those of this day's by the length of a window at most
        if let Some(at) = found
            && zone.to_datetime(at).date() < day
        {
            return found;
        }
        day = next;
    }
    found
}

/// The instants at which something that stands at this local time may happen: both where the clock shows it twice,
/// the end of the gap where it does not show it; and where the clock is set back on that day, for what it repeats.
fn candidates(zone: &TimeZone, day: Date, time: Time) -> Vec<Instant> {
    let local = || zone.to_ambiguous_timestamp(day.to_datetime(time));
    let mut all: Vec<Instant> = Vec::new();
    all.extend(local().earlier());
    all.extend(local().later());
    let begin = day.to_datetime(Time::midnight());
    let Ok(begin) = zone.to_ambiguous_timestamp(begin).earlier() else {
        return all;
    };
    let end = begin.as_second().saturating_add(50 * 3_600);
    let changes = zone.following(begin).take(2);
    all.extend(
        changes
            .map(|change| change.timestamp())
            .filter(|at| at.as_second() < end),
    );
    all
}

/// Whether it opens or closes at this instant.
fn turns(schedule: &Schedule, zone: &TimeZone, at: Instant) -> bool {
    let before = at.as_millisecond().checked_sub(1);
    let before = before.and_then(|ms| Instant::from_millisecond(ms).ok());
    before.is_some_and(|before| open(schedule, zone, before) != open(schedule, zone, at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trig_ir::Window;

    use super::*;

    fn at(minutes: u16) -> Time {
        let (hour, minute) = (minutes / 60 % 24, minutes % 60);
        Time::new(
            i8::try_from(hour).unwrap_or(0),
            i8::try_from(minute).unwrap_or(0),
            0,
            0,
        )
        .unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Against a walk, minute by minute, over days on which the clock is changed.
        #[test]
        fn the_next_turn_is_the_first_minute_at_which_it_differs(
            windows in proptest::collection::vec((0usize..7, 0u16..96, 0u16..96), 0..5),
            zone in prop_oneof![
                Just("Europe/Berlin"), Just("America/Santiago"), Just("Australia/Lord_Howe"), Just("UTC"),
            ],
            from in prop_oneof![
                Just("2026-03-27T00:00:00Z"), Just("2026-10-23T11:00:00Z"), Just("2026-04-02T05:00:00Z"),
                Just("2026-09-04T00:00:00Z"),
            ],
            minutes in 0i64..4_000,
        ) {
            let zone = TimeZone::get(zone).unwrap();
            let mut week: [Vec<Window>; 7] = Default::default();
            for (day, start, end) in windows {
                week[day].push(Window { start: at(start * 15), end: at(end * 15) });
            }
            let schedule = Schedule {
                name: "S".into(),
                zone: "UTC".into(),
                week,
                except: Vec::new(),
            };
            let from: Instant = from.parse().unwrap();
            let now = Instant::from_second(from.as_second() + minutes * 60).unwrap();
            let state = open(&schedule, &zone, now);
            let walked = (1..9 * 24 * 60).map(|n| Instant::from_second(now.as_second() + n * 60).unwrap());
            let walked = walked.into_iter().find(|at| open(&schedule, &zone, *at) != state);
            let found = turn(&schedule, &zone, now);
            match walked {
                Some(walked) => prop_assert_eq!(found, Some(walked)),
                None => prop_assert!(found.is_none_or(|at| at.as_second() >= now.as_second() + (9 * 24 * 60 - 1) * 60)),
            }
        }
    }

    #[test]
    fn what_is_always_open_or_never_has_no_turn() {
        let whole = Window {
            start: Time::midnight(),
            end: Time::midnight(),
        };
        let always = Schedule {
            name: "S".into(),
            zone: "UTC".into(),
            week: std::array::from_fn(|_| vec![whole]),
            except: Vec::new(),
        };
        let never = Schedule {
            week: Default::default(),
            ..always.clone()
        };
        let now: Instant = "2026-03-02T10:00:00Z".parse().unwrap();
        assert_eq!(turn(&always, &TimeZone::UTC, now), None);
        assert_eq!(turn(&never, &TimeZone::UTC, now), None);
    }
}
