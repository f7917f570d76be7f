//! Occurrences against a walk, minute by minute, over another way to the same: the local clock is only ever read.

use std::collections::BTreeSet;

use jiff::Timestamp as Instant;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use trig_ir::{Clock, Distance, EntityId, Millis, Offset, Period, Recurrence, Timestamp, Value};

use super::{occurrences, offset, period_end, period_start};

const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Kathmandu",
    "UTC",
];

fn zone(name: &str) -> TimeZone {
    jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap()
}

/// Whether a local minute is a nominal occurrence.
fn nominal(recurrence: &Recurrence, local: DateTime) -> bool {
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    let is = |at: &Time| i64::from(at.hour()) * 60 + i64::from(at.minute()) == minute;
    let day = local.day();
    let weekday = local.weekday().to_monday_one_offset();
    match recurrence {
        Recurrence::Interval(every) => minute * Millis::MINUTE.0 % every.0 == 0,
        Recurrence::Day(at) => is(at),
        Recurrence::Week(days, at) => days.iter().any(|d| *d as i8 == weekday) && is(at),
        Recurrence::MonthDay(d, at) => *d as i8 == day && is(at),
        Recurrence::MonthEnd(at) => day == local.date().days_in_month() && is(at),
        Recurrence::MonthWeekday {
            nth,
            weekday: of,
            at,
        } => {
            let which = if *nth > 0 {
                (day - 1) / 7 + 1
            } else {
                -((local.date().days_in_month() - day) / 7 + 1)
            };
            which == *nth && *of as i8 == weekday && is(at)
        }
        Recurrence::Year { month, day: d, at } => {
            let leap = local.date().in_leap_year();
            let d = if (*month, *d) == (2, 29) && !leap {
                28
            } else {
                *d
            };
            local.month() == *month as i8 && day == d as i8 && is(at)
        }
    }
}

/// All occurrences between two instants, by looking at the clock every minute. A nominal one that the clock skips
/// happens at the minute after the jump; one that it shows again has happened.
fn walked(recurrence: &Recurrence, zone: &TimeZone, from: Instant, to: Instant) -> Vec<Timestamp> {
    let minute = 60;
    let mut at = from.as_second() - from.as_second().rem_euclid(minute);
    let mut shown: Option<DateTime> = None;
    let mut found = BTreeSet::new();
    while at <= to.as_second() {
        let instant = Instant::from_second(at).unwrap();
        let local = zone.to_datetime(instant);
        if let Some(latest) = shown {
            // every minute of the clock that is new since the last look
            let mut next = latest;
            while next < local {
                next = next.checked_add(jiff::Span::new().minutes(1)).unwrap();
                if nominal(recurrence, next) {
                    found.insert(Timestamp::from(instant));
                }
            }
        }
        shown = shown.max(Some(local));
        at += minute;
    }
    let (from, to) = (Timestamp::from(from), Timestamp::from(to));
    found
        .into_iter()
        .filter(|at| *at > from && *at <= to)
        .collect()
}

fn recurrence() -> impl Strategy<Value = Recurrence> {
    // most of what is nasty happens in the first hours of a day
    let time = prop_oneof![
        (0i8..4, 0i8..60).prop_map(|(h, m)| Time::constant(h, m, 0, 0)),
        (0i8..24, 0i8..60).prop_map(|(h, m)| Time::constant(h, m, 0, 0)),
    ]
    .boxed();
    prop_oneof![
        (1i64..1441).prop_map(|minutes| Recurrence::Interval(Millis(minutes * 60_000))),
        time.clone().prop_map(Recurrence::Day),
        (proptest::collection::btree_set(1u8..8, 1..7), time.clone())
            .prop_map(|(days, at)| Recurrence::Week(days.into_iter().collect(), at)),
        (1u8..32, time.clone()).prop_map(|(day, at)| Recurrence::MonthDay(day, at)),
        time.clone().prop_map(Recurrence::MonthEnd),
        (prop_oneof![1i8..6, Just(-1i8)], 1u8..8, time.clone())
            .prop_map(|(nth, weekday, at)| Recurrence::MonthWeekday { nth, weekday, at }),
        (1u8..13, 1u8..32, time.clone()).prop_map(|(month, day, at)| Recurrence::Year {
            month,
            day,
            at
        }),
        time.prop_map(|at| Recurrence::Year {
            month: 2,
            day: 29,
            at
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_nominal_occurrence_has_one_instant(
        recurrence in recurrence(),
        name in prop::sample::select(&ZONES[..]),
        // a change of the clock in the zone, of the years from 2009 on, and some days before it
        change in 0usize..40,
        before in 0i64..3 * 86_400,
    ) {
        let tz = zone(name);
        let since: Instant = "2009-01-01T00:00:00Z".parse().unwrap();
        let changed = tz.following(since).nth(change).map(|c| c.timestamp());
        let from = changed.unwrap_or(since).as_second() - before;
        let from = Instant::from_second(from).unwrap();
        let to = Instant::from_second(from.as_second() + 5 * 86_400).unwrap();
        let clock = Clock::Every(recurrence.clone());
        let got: Vec<Timestamp> = occurrences(&clock, name, from.into())
            .take_while(|at| *at <= to.into())
            .collect();
        // the walk knows what the clock has shown before only from its own start on: begin it two days earlier
        let earlier = Instant::from_second(from.as_second() - 2 * 86_400).unwrap();
        let all = walked(&recurrence, &tz, earlier, to);
        let expected: Vec<Timestamp> = all.into_iter().filter(|at| *at > from.into()).collect();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn occurrences_go_on_and_each_is_the_next_of_every_instant_before_it(
        recurrence in recurrence(),
        name in prop::sample::select(&ZONES[..]),
        from in 0i64..4_000_000_000,
        within in 0.0f64..1.0,
    ) {
        let clock = Clock::Every(recurrence);
        let all: Vec<Timestamp> = occurrences(&clock, name, Timestamp(from * 1000)).take(20).collect();
        prop_assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        for pair in all.windows(2) {
            let inside = pair[0].plus(Millis(((pair[1] - pair[0]).0 as f64 * within) as i64));
            if inside < pair[1] {
                prop_assert_eq!(occurrences(&clock, name, inside).next(), Some(pair[1]));
            }
        }
    }

    #[test]
    fn periods_are_half_open_and_leave_no_hole(
        period in prop::sample::select(&[Period::Day, Period::Week, Period::Month, Period::Year][..]),
        name in prop::sample::select(&ZONES[..]),
        at in 0i64..4_000_000_000_000,
    ) {
        let tz = zone(name);
        let at = Timestamp(at);
        let (start, end) = (period_start(period, &tz, at), period_end(period, &tz, at));
        prop_assert!(start <= at && at < end);
        prop_assert_eq!(period_start(period, &tz, start), start);
        prop_assert_eq!(period_start(period, &tz, Timestamp(end.0 - 1)), start);
        prop_assert_eq!(period_start(period, &tz, end), end);
    }

    #[test]
    fn offsets_are_never_early(
        days in -400i32..400,
        day in 0i32..30_000,
        name in prop::sample::select(&ZONES[..]),
        at in proptest::option::of((0i8..24, 0i8..60)),
    ) {
        let tz = zone(name);
        let epoch = Date::constant(1970, 1, 1);
        let span = |n: i32| jiff::Span::new().days(n);
        let day = epoch.checked_add(span(day)).unwrap();
        let at = at.map(|(h, m)| Time::constant(h, m, 0, 0));
        let rule = Offset {
            entity: EntityId(0),
            field: "d".into(),
            distance: Distance::Days(days),
            yearly: false,
            at,
        };
        let due = offset::due(&rule, &tz, &Value::Date(day)).unwrap().to_jiff().unwrap();
        let wanted = day.checked_add(span(days)).unwrap().to_datetime(at.unwrap_or(Time::midnight()));
        prop_assert!(tz.to_datetime(due) >= wanted);
        // and not late, either: the moment before, the clock had not come there
        let before = Instant::from_millisecond(due.as_millisecond() - 1).unwrap();
        prop_assert!(tz.to_datetime(before) < wanted);
    }
}

fn said(clock: &Clock, name: &str, after: &str, n: usize) -> Vec<String> {
    let after: Instant = after.parse().unwrap();
    occurrences(clock, name, after.into())
        .take(n)
        .map(|at| {
            let at = at.to_jiff().unwrap().to_zoned(zone(name));
            at.strftime("%a %F %H:%M %:z").to_string()
        })
        .collect()
}

fn at(hour: i8, minute: i8) -> Time {
    Time::constant(hour, minute, 0, 0)
}

#[test]
fn nasty_days() {
    let day = |h, m| Clock::Every(Recurrence::Day(at(h, m)));
    let quarter = Clock::Every(Recurrence::Interval(Millis(15 * 60_000)));
    let mut told = String::new();
    for (what, clock, zone, after, n) in [
        (
            "spring",
            day(2, 30),
            "Europe/Berlin",
            "2026-03-27T12:00:00Z",
            3,
        ),
        (
            "autumn",
            day(2, 30),
            "Europe/Berlin",
            "2026-10-23T12:00:00Z",
            3,
        ),
        (
            "midnight left out",
            day(0, 15),
            "Africa/Cairo",
            "2026-04-22T12:00:00Z",
            3,
        ),
        (
            "half an hour",
            day(2, 15),
            "Australia/Lord_Howe",
            "2026-10-02T12:00:00Z",
            3,
        ),
        (
            "a day left out",
            day(10, 0),
            "Pacific/Apia",
            "2011-12-29T12:00:00Z",
            4,
        ),
        (
            "quarters in spring",
            quarter.clone(),
            "Europe/Berlin",
            "2026-03-29T00:40:00Z",
            3,
        ),
        (
            "quarters in autumn",
            quarter,
            "Europe/Berlin",
            "2026-10-25T00:40:00Z",
            3,
        ),
        (
            "month day",
            Clock::Every(Recurrence::MonthDay(31, at(9, 0))),
            "UTC",
            "2026-01-31T12:00:00Z",
            3,
        ),
        (
            "leap day",
            Clock::Every(Recurrence::Year {
                month: 2,
                day: 29,
                at: at(9, 0),
            }),
            "UTC",
            "2026-01-31T12:00:00Z",
            3,
        ),
        (
            "once",
            Clock::Once(Date::constant(2026, 3, 29), at(2, 30)),
            "Europe/Berlin",
            "2026-01-31T12:00:00Z",
            3,
        ),
        (
            "never",
            Clock::Every(Recurrence::Year {
                month: 2,
                day: 30,
                at: at(9, 0),
            }),
            "UTC",
            "2026-01-31T12:00:00Z",
            3,
        ),
        (
            "no time at all",
            Clock::Every(Recurrence::Interval(Millis(0))),
            "UTC",
            "2026-01-31T12:00:00Z",
            3,
        ),
        (
            "at the end of the calendar",
            Clock::Every(Recurrence::MonthEnd(at(9, 0))),
            "UTC",
            "9999-11-30T12:00:00Z",
            3,
        ),
    ] {
        told += &format!("{what}:\n");
        for line in said(&clock, zone, after, n) {
            told += &format!("    {line}\n");
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn anniversaries_are_on_the_28th_where_there_is_no_29th() {
    let rule = Offset {
        entity: EntityId(0),
        field: "birthday".into(),
        distance: Distance::Days(0),
        yearly: true,
        at: Some(at(9, 0)),
    };
    let born = Value::Date(Date::constant(2024, 2, 29));
    let around = |text: &str| {
        let around: Instant = text.parse().unwrap();
        let tz = zone("Europe/Berlin");
        let (before, after) = offset::anniversaries(&rule, &tz, &born, around.into());
        let said = |at: Option<Timestamp>| at.map_or("none".to_owned(), |at| at.to_string());
        format!("{} .. {}", said(before), said(after))
    };
    // the first one is in the year after
    assert_eq!(
        around("2024-03-01T00:00:00Z"),
        "none .. 2025-02-28T08:00:00.000Z"
    );
    assert_eq!(
        around("2028-01-01T00:00:00Z"),
        "2027-02-28T08:00:00.000Z .. 2028-02-29T08:00:00.000Z"
    );
    // however far ahead the date is
    assert_eq!(
        around("1990-01-01T00:00:00Z"),
        "none .. 2025-02-28T08:00:00.000Z"
    );
}
