//! The engine itself, with ticks at what is due next: every occurrence fires once, at its instant.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};
use trig_engine::{
    Actor, Arrival, Audit, Engine, Happening, Input, InputKind, Options, RecordOp, State,
};
use trig_ir::{ActorKind, Ir, Millis, Timestamp};

use crate::occurrences::CLOCKS;
use crate::project::compiled;
use crate::walk::{Walker, all_minutes};
use crate::{FROM, NASTY, TO, changes, differ, instant, of_each_behaviour};

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

/// What should fire, and when: by trigger and record, with what it is for people.
type Expected = BTreeMap<(String, String), (String, Vec<Timestamp>)>;

impl World {
    fn new(ir: Ir, at: Timestamp) -> Self {
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
    fn agrees(mut self, expected: Expected) -> usize {
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
    let zones = &of_each_behaviour();
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
            // those that come very often: in some zones only; and behind the nasty ones, each in every second zone
            let most = [20_000, 20_000, 20_000, 100_000, 3_000][z.min(4)];
            if list.len() > most || z >= NASTY.len() && (z + c).is_multiple_of(2) {
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
    let mut world = World::new(compiled(zones[0], &project), from);
    world.pass(to);
    let inputs = world.inputs;
    let compared = world.agrees(expected);
    assert!(compared > 100_000);
    report("recurrences", zones.len(), compared, inputs, start);
}

/// When an offset may happen, whatever the zone.
enum Comes {
    /// So many minutes after the instant of the field, and only then.
    Exactly(i64),
    /// Not before so many hours after the instant of the field, or after the UTC midnight of its day.
    NotBefore(i64),
    /// As [`Self::NotBefore`] of the day in each year.
    EachYear(i64),
}
use Comes::{EachYear, Exactly, NotBefore};

/// The easternmost zone has a day so many hours before UTC has it.
const EAST: i64 = 14;

/// Offsets as an author writes them, their field, and when they may happen.
const OFFSETS: [(&str, &str, Comes); 13] = [
    ("2h before lead.meeting", "meeting", Exactly(-120)),
    ("45m after lead.meeting", "meeting", Exactly(45)),
    ("1d after lead.meeting", "meeting", Exactly(24 * 60)),
    ("1d before lead.meeting", "meeting", Exactly(-24 * 60)),
    // the day may have 26 hours, as in Antarctica, and the clock be put forward before half past two
    ("day of lead.meeting at 02:30", "meeting", NotBefore(1 - 26)),
    // 24 hours after the first minutes of a day of 26 hours, it is the same day
    ("1d after lead.meeting at 00:00", "meeting", NotBefore(-2)),
    ("day of lead.due at 02:30", "due", NotBefore(2 - EAST)),
    ("day of lead.due at 00:00", "due", NotBefore(-EAST)),
    (
        "1d after lead.due at 02:15",
        "due",
        NotBefore(24 + 2 - EAST),
    ),
    (
        "3d before lead.due at 09:00",
        "due",
        NotBefore(9 - 72 - EAST),
    ),
    (
        "day of lead.birthday yearly at 02:30",
        "birthday",
        EachYear(2 - EAST),
    ),
    (
        "1d after lead.birthday yearly at 00:00",
        "birthday",
        EachYear(24 - EAST),
    ),
    (
        "2d before lead.birthday yearly at 09:00",
        "birthday",
        EachYear(9 - 48 - EAST),
    ),
];

/// A lead with dates near a change of a clock.
struct Dated {
    id: String,
    fields: BTreeMap<&'static str, String>,
}

/// Leads whose dates lie around every change of a zone's clock; around those of another, if this one's is not changed.
fn dated(zone: &str, from: Timestamp, to: Timestamp) -> Vec<Dated> {
    let mut around = BTreeSet::new();
    let span = Millis(10 * Millis::DAY.0);
    for zone in [zone, "Europe/Berlin"] {
        let all = changes(zone, from.plus(span), to.plus(Millis(-span.0)));
        around.extend(all.into_iter().map(|(at, _)| at));
        if !around.is_empty() {
            break;
        }
    }
    let mut all = Vec::new();
    for (n, change) in around.into_iter().enumerate() {
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
    let zones = of_each_behaviour();
    let project = of_offsets();
    let leads: Vec<Vec<Dated>> = zones.iter().map(|zone| dated(zone, from, to)).collect();
    let mut asked = Vec::new();
    for (zone, leads) in zones.iter().zip(&leads) {
        for (offset, field, _) in &OFFSETS {
            for lead in leads {
                asked.push(json!([zone, offset, lead.fields[field]]));
            }
        }
    }
    let walker = Walker::of(&zones);
    let answer = walker.ask(from, to, "offsets", Json::Array(asked.clone()));
    let due = answer["due"].as_array().unwrap();
    assert_eq!(due.len(), asked.len());
    let mut answers = asked.iter().zip(due);
    let worlds: Vec<(&str, &[Dated], Expected)> = zones
        .iter()
        .zip(&leads)
        .map(|(zone, leads)| {
            let mut expected = Expected::new();
            for (o, (offset, ..)) in OFFSETS.iter().enumerate() {
                for (lead, (asked, due)) in leads.iter().zip(&mut answers) {
                    let what = format!("`{offset}` of {} in {zone}", asked[2]);
                    let key = (format!("O{o}"), lead.id.clone());
                    expected.insert(key, (what, all_minutes(due)));
                }
            }
            (*zone, leads.as_slice(), expected)
        })
        .collect();
    let (compared, inputs) = worlds
        .into_par_iter()
        .map(|(zone, leads, expected)| {
            let mut world = World::new(in_zone(&project, zone), from);
            for lead in leads {
                world.apply(from, reported(lead));
            }
            world.pass(to);
            never_early(&world, leads);
            let inputs = world.inputs;
            (world.agrees(expected), inputs)
        })
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert!(compared > 5_000);
    report("offsets", zones.len(), compared, inputs, start);
}

/// A trigger for each of the offsets, in no zone yet.
fn of_offsets() -> Ir {
    let mut project = String::from(
        "use kommo\nextend lead { due: date?  meeting: datetime?  birthday: date? }\n",
    );
    for (o, (offset, ..)) in OFFSETS.iter().enumerate() {
        writeln!(project, "trigger O{o} for lead {{ on {offset}  {IDLE} }}").unwrap();
    }
    compiled("UTC", &project)
}

/// The project in a zone: compiling it for each takes longer than running it.
fn in_zone(project: &Ir, zone: &str) -> Ir {
    let mut ir = project.clone();
    ir.project.zone = zone.into();
    for trigger in &mut ir.triggers {
        trigger.zone = zone.into();
    }
    ir
}

/// Whatever the walk says: those of an instant come at the minute, and none of a day comes before that day has begun
/// somewhere on Earth.
fn never_early(world: &World, leads: &[Dated]) {
    let by_id: BTreeMap<&str, &Dated> = leads.iter().map(|lead| (lead.id.as_str(), lead)).collect();
    let hours = |n: i64| Millis(n * Millis::HOUR.0);
    for ((trigger, lead), fired) in &world.fired {
        let nth = trigger.strip_prefix('O').unwrap();
        let (offset, field, comes) = &OFFSETS[nth.parse::<usize>().unwrap()];
        let value = &by_id[lead.as_str()].fields[field];
        let what = format!("`{offset}` of {value}: {trigger}");
        match comes {
            Exactly(minutes) => {
                let at = instant(value).plus(Millis(minutes * Millis::MINUTE.0));
                assert_eq!(fired, &[at], "{what}");
            }
            NotBefore(after) => {
                let day = format!("{value}T00:00:00Z");
                let of = instant(if *field == "due" { &day } else { value });
                let earliest = of.plus(hours(*after));
                assert!(fired.iter().all(|at| *at >= earliest), "{what}: {fired:?}");
            }
            EachYear(after) => {
                for at in fired {
                    // not before the first place on Earth has that hour of the day, nor when the last has had it
                    let late = |day: &Timestamp| *at - day.plus(hours(*after));
                    let day = anniversaries(value, *at);
                    let day = day
                        .iter()
                        .find(|day| (0..hours(2 * EAST).0).contains(&late(day).0));
                    assert!(day.is_some(), "{what}: {at}");
                }
            }
        }
    }
}

/// The UTC midnights of a birthday in the years around an instant; of 29 February the 28th where there is none.
fn anniversaries(born: &str, at: Timestamp) -> Vec<Timestamp> {
    let born: jiff::civil::Date = born.parse().unwrap();
    let year = at
        .to_jiff()
        .unwrap()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .year();
    (year - 1..=year + 1)
        .map(|year| {
            let day = born.with().year(year).build();
            let day = day.unwrap_or(jiff::civil::date(year, 2, 28));
            instant(&format!("{day}T00:00:00Z"))
        })
        .collect()
}
