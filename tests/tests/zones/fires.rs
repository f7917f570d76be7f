//! The engine itself, with ticks at what is due next: every occurrence fires once, at its instant.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value as Json, json};
use trig_engine::{
    Actor, Arrival, Audit, Engine, Happening, Input, InputKind, Options, RecordOp, State,
};
use trig_ir::{ActorKind, Millis, Timestamp};

use crate::occurrences::CLOCKS;
use crate::project::compiled;
use crate::walk::{Walker, all_minutes};
use crate::{FROM, NASTY, TO, differ, instant};

/// Does nothing, so that nothing outside has to answer.
const IDLE: &str = "do { if 1 > 2 { log(text: \"never\") } }";

/// A state and the inputs that it gets.
struct World {
    engine: Engine,
    state: State,
    /// What fired, and when: by trigger and record.
    fired: BTreeMap<(String, String), Vec<Timestamp>>,
    inputs: u64,
}

impl World {
    fn new(zone: &str, project: &str, at: Timestamp) -> Self {
        let ir = compiled(zone, project);
        let revision = ir.hash().unwrap();
        let mut world = Self {
            engine: Engine::new(Arc::new(ir), revision.clone()),
            state: State::default(),
            fired: BTreeMap::new(),
            inputs: 0,
        };
        world.apply(at, InputKind::Revision(revision));
        world
    }

    fn apply(&mut self, at: Timestamp, kind: InputKind) {
        self.inputs += 1;
        let input = Input {
            position: self.inputs,
            at,
            kind,
        };
        let output = self
            .engine
            .apply(&mut self.state, &input, &Options::default());
        for audit in output.audit {
            match audit {
                Audit::Fired {
                    trigger,
                    subject,
                    at,
                    ..
                } => {
                    let subject = subject.map(|key| key.id.to_string()).unwrap_or_default();
                    let key = (trigger.to_string(), subject);
                    self.fired.entry(key).or_default().push(at);
                }
                Audit::Missed { .. } | Audit::NotFired { .. } | Audit::Cut { .. } => {
                    panic!("at {at}: {audit:?}")
                }
                _ => {}
            }
        }
    }

    /// Time passes: a tick whenever something is due.
    fn pass(&mut self, to: Timestamp) {
        while let Some(due) = self.state.next_due().filter(|due| *due <= to) {
            assert!(due >= self.state.now(), "due at {due}, in the past");
            self.apply(due, InputKind::Tick);
        }
    }

    /// What fired, against what should have; how much that was.
    fn agrees(mut self, expected: BTreeMap<(String, String), (String, Vec<Timestamp>)>) -> usize {
        let mut compared = 0;
        for (key, (what, expected)) in expected {
            let got = self.fired.remove(&key).unwrap_or_default();
            if let Some(difference) = differ(&got, &expected) {
                panic!("{what}: {difference}");
            }
            compared += got.len();
        }
        assert!(self.fired.is_empty(), "more fired: {:?}", self.fired.keys());
        compared
    }
}

fn report(what: &str, zones: usize, compared: usize, inputs: u64, start: Instant) {
    println!(
        "{what}: {zones} zones, {compared} firings compared, {inputs} inputs, {:.1?}",
        start.elapsed()
    );
}

/// The zone of a trigger: the project's own for the first of them, else its clause.
fn zone_clause(nth: usize, zone: &str) -> String {
    if nth == 0 {
        String::new()
    } else {
        format!("zone \"{zone}\"")
    }
}

#[test]
fn recurrences_fire_once_for_each_occurrence() {
    let start = Instant::now();
    let (from, to) = (instant(FROM), instant(TO));
    let zones = &NASTY[..12];
    let walker = Walker::of(zones);
    let answer = walker.ask(from, to, "clocks", json!(CLOCKS));
    let groups: Vec<Vec<String>> = serde_json::from_value(answer["groups"].clone()).unwrap();
    let mut project = String::from("use kommo\n");
    let mut expected = BTreeMap::new();
    for (z, zone) in zones.iter().enumerate() {
        let group = groups
            .iter()
            .position(|names| names.iter().any(|n| n == zone));
        let lists = walker.lists(group.unwrap());
        for (c, (clock, list)) in CLOCKS.iter().zip(lists).enumerate() {
            // those that come very often: in some zones only
            let most = [20_000, 20_000, 20_000, 100_000, 3_000][z.min(4)];
            if list.len() > most {
                continue;
            }
            let zone_is = zone_clause(z, zone);
            writeln!(
                project,
                "trigger Z{z}C{c} {{ on {clock}  {zone_is}  {IDLE} }}"
            )
            .unwrap();
            let key = (format!("Z{z}C{c}"), String::new());
            expected.insert(key, (format!("`{clock}` in {zone}"), list));
        }
    }
    let mut world = World::new(zones[0], &project, from);
    world.pass(to);
    let inputs = world.inputs;
    let compared = world.agrees(expected);
    assert!(compared > 100_000);
    report("recurrences", zones.len(), compared, inputs, start);
}

/// Offsets as an author writes them, and their field.
const OFFSETS: [(&str, &str); 13] = [
    ("2h before lead.meeting", "meeting"),
    ("45m after lead.meeting", "meeting"),
    ("1d after lead.meeting", "meeting"),
    ("1d before lead.meeting", "meeting"),
    ("day of lead.meeting at 02:30", "meeting"),
    ("1d after lead.meeting at 00:00", "meeting"),
    ("day of lead.due at 02:30", "due"),
    ("day of lead.due at 00:00", "due"),
    ("1d after lead.due at 02:15", "due"),
    ("3d before lead.due at 09:00", "due"),
    ("day of lead.birthday yearly at 02:30", "birthday"),
    ("1d after lead.birthday yearly at 00:00", "birthday"),
    ("2d before lead.birthday yearly at 09:00", "birthday"),
];

/// A lead with dates near a change of a clock.
struct Dated {
    id: String,
    fields: BTreeMap<&'static str, String>,
}

/// Leads whose dates lie around every change of the clock in these zones.
fn dated(zones: &[&str], from: Timestamp, to: Timestamp) -> Vec<Dated> {
    let mut changes = BTreeSet::new();
    let span = Millis(10 * Millis::DAY.0);
    for zone in zones {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).unwrap();
        let all = zone.following(from.plus(span).to_jiff().unwrap());
        let all = all.map(|change| Timestamp::from(change.timestamp()));
        changes.extend(all.take_while(|at| at.plus(span) < to));
    }
    assert!(changes.len() > 10);
    let mut all = Vec::new();
    for (n, change) in changes.into_iter().enumerate() {
        // the day of the change and those beside it, in all zones; hours and minutes before and after it
        for (k, minutes) in [-1_530, -90, -30, 0, 30, 150, 1_470].iter().enumerate() {
            if (n + k).is_multiple_of(4) {
                continue;
            }
            let near = change
                .plus(Millis(minutes * Millis::MINUTE.0))
                .to_jiff()
                .unwrap();
            let day = near.to_zoned(jiff::tz::TimeZone::UTC).date();
            // born years before, on that day or on the last of February
            let born = day.with().year(1975 + i16::try_from(n).unwrap()).build();
            let born = match k {
                3 => jiff::civil::date(1976 + 4 * i16::try_from(n % 8).unwrap(), 2, 29),
                _ => born.unwrap_or(jiff::civil::date(1999, 2, 28)),
            };
            let fields = BTreeMap::from([
                ("meeting", format!("{near:.0}")),
                ("due", day.to_string()),
                ("birthday", born.to_string()),
            ]);
            let id = format!("{n}-{k}");
            all.push(Dated { id, fields });
        }
    }
    all
}

fn reported(lead: &Dated) -> InputKind {
    let fields: Map<String, Json> = lead
        .fields
        .iter()
        .map(|(field, value)| ((*field).to_owned(), json!(value)))
        .collect();
    InputKind::Arrival(Arrival {
        source: "kommo".into(),
        id: None,
        time: None,
        by: Actor {
            kind: ActorKind::User,
            name: None,
        },
        what: Happening::Record {
            op: RecordOp::Created,
            entity: "kommo.lead".into(),
            id: lead.id.as_str().into(),
            fields,
            old: Map::new(),
            changed: Vec::new(),
            clock: None,
        },
    })
}

#[test]
fn offsets_fire_once_and_never_early() {
    let start = Instant::now();
    let (from, to) = (instant(FROM), instant(TO));
    let zones = &NASTY[..8];
    let mut project = String::from(
        "use kommo\nextend lead { due: date?  meeting: datetime?  birthday: date? }\n",
    );
    for (z, zone) in zones.iter().enumerate() {
        for (o, (offset, _)) in OFFSETS.iter().enumerate() {
            let zone_is = zone_clause(z, zone);
            writeln!(
                project,
                "trigger Z{z}O{o} for lead {{ on {offset}  {zone_is}  {IDLE} }}"
            )
            .unwrap();
        }
    }
    let leads = dated(zones, from, to);
    let mut asked = Vec::new();
    let mut keys = Vec::new();
    for (z, zone) in zones.iter().enumerate() {
        for (o, (offset, field)) in OFFSETS.iter().enumerate() {
            for lead in &leads {
                let value = &lead.fields[field];
                asked.push(json!([zone, offset, value]));
                let what = format!("`{offset}` of {value} in {zone}");
                keys.push(((format!("Z{z}O{o}"), lead.id.clone()), what));
            }
        }
    }
    let walker = Walker::of(zones);
    let answer = walker.ask(from, to, "offsets", Json::Array(asked));
    let due = answer["due"].as_array().unwrap();
    assert_eq!(due.len(), keys.len());
    let expected = keys.into_iter().zip(due);
    let expected = expected.map(|((key, what), due)| (key, (what, all_minutes(due))));
    let mut world = World::new(zones[0], &project, from);
    for lead in &leads {
        world.apply(from, reported(lead));
    }
    world.pass(to);
    never_early(&world, &leads);
    let inputs = world.inputs;
    let compared = world.agrees(expected.collect());
    assert!(compared > 5_000);
    report("offsets", zones.len(), compared, inputs, start);
}

/// Whatever the walk says: those of an instant come at the minute, and none of a day comes before that day has begun
/// somewhere on Earth.
fn never_early(world: &World, leads: &[Dated]) {
    let by_id: BTreeMap<&str, &Dated> = leads.iter().map(|lead| (lead.id.as_str(), lead)).collect();
    let hours = |n: i64| Millis(n * Millis::HOUR.0);
    for ((trigger, lead), fired) in &world.fired {
        let fields = &by_id[lead.as_str()].fields;
        let meeting = instant(&fields["meeting"]);
        let due = instant(&format!("{}T00:00:00Z", fields["due"]));
        let (_, offset) = trigger.split_once('O').unwrap();
        let exact = match offset {
            "0" => Some(meeting.plus(hours(-2))),
            "1" => Some(meeting.plus(Millis(45 * Millis::MINUTE.0))),
            "2" => Some(meeting.plus(hours(24))),
            "3" => Some(meeting.plus(hours(-24))),
            _ => None,
        };
        let earliest = match offset {
            "6" => due.plus(hours(2 - 14)),
            "7" => due.plus(hours(-14)),
            "8" => due.plus(hours(24 + 2 - 14)),
            "9" => due.plus(hours(9 - 72 - 14)),
            _ => exact.unwrap_or_default(),
        };
        if let Some(exact) = exact {
            assert_eq!(fired, &[exact], "{trigger} of {meeting}");
        }
        assert!(fired.iter().all(|at| *at >= earliest), "{trigger} of {due}");
    }
}
