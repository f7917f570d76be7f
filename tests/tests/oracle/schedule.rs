//! When the schedules of the project are open in two weeks: by looking at the local clock minute by minute.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// The schedules, and how they are told.
pub(crate) struct Calendar(BTreeMap<&'static str, String>);

/// From when: a Monday; over the night in which New York changes its clocks.
pub(crate) const FROM: i64 = 1_772_409_600_000;
/// So many minutes.
pub(crate) const MINUTES: i64 = 14 * 24 * 60;

impl Calendar {
    pub(crate) fn new() -> Self {
        let mut all = BTreeMap::new();
        for (name, zone) in [("Office", "Europe/Berlin"), ("Late", "America/New_York")] {
            let zone = TimeZone::get(zone).unwrap();
            let is_open = |minute: i64| {
                let at = Timestamp::from_millisecond(FROM + minute * 60_000).unwrap();
                let local = at.to_zoned(zone.clone());
                let (day, hour) = (local.date(), local.hour());
                let weekday = day.weekday();
                match name {
                    "Office" => {
                        !matches!(weekday, Weekday::Saturday | Weekday::Sunday)
                            && (9..18).contains(&hour)
                    }
                    _ => {
                        let excepted = day == jiff::civil::date(2026, 3, 7);
                        let weekend =
                            matches!(weekday, Weekday::Saturday | Weekday::Sunday) && !excepted;
                        let friday = weekday == Weekday::Friday && hour >= 20;
                        let behind = weekday == Weekday::Saturday && hour < 2;
                        weekend || friday || behind
                    }
                }
            };
            let mut spans: Vec<(i64, i64)> = Vec::new();
            for minute in 0..MINUTES {
                if !is_open(minute) {
                    continue;
                }
                match spans.last_mut() {
                    Some(last) if last.1 == minute => last.1 += 1,
                    _ => spans.push((minute, minute + 1)),
                }
            }
            let spans: Vec<String> = spans
                .iter()
                .map(|(a, b)| {
                    let at = |minute: &i64| FROM + minute * 60_000;
                    format!("(and (>= now {}) (< now {}))", at(a), at(b))
                })
                .collect();
            all.insert(name, format!("(or {})", spans.join(" ")));
        }
        Self(all)
    }

    pub(crate) fn smt(&self, name: &str) -> String {
        self.0[name].clone()
    }
}
