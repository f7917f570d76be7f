//! Schedules at random: whether one is open, and when it opens next.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value as Json, json};
use trig_engine::{Engine, Input, InputKind, Options, State};
use trig_ir::{Expr, Millis, ScheduleId, Timestamp, Value};

use crate::project::compiled;
use crate::walk::{Walker, all_minutes};
use crate::{FROM, NASTY, TO, changes, instant};

/// Of each zone.
const SCHEDULES: usize = 3;
/// At so many instants each is looked at.
const LOOKS: usize = 150;

const SEED: u64 = 0x5eed_c10c;

fn time(rng: &mut ChaCha8Rng) -> u32 {
    // most of what is nasty happens in the first hours of a day
    let quarters = if rng.random_bool(0.5) { 16 } else { 96 };
    rng.random_range(0..quarters) * 15
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The lines of a schedule: up to two windows a day, of which the last may go on into the next day.
fn lines(rng: &mut ChaCha8Rng) -> Vec<String> {
    let mut lines = Vec::new();
    for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] {
        let mut times: Vec<u32> = (0..4).map(|_| time(rng)).collect();
        times.sort_unstable();
        times.dedup();
        let window = |pair: &[u32]| format!("{}..{}", clock(pair[0]), clock(pair[1]));
        let windows: Vec<String> = match (rng.random_range(0..6), times.as_slice()) {
            (0, _) => continue,
            (1, [first, .., last]) => vec![window(&[*last, *first])],
            (2, [a, b, c, d]) => vec![window(&[*b, *c]), window(&[*d, *a])],
            (3, [a, b, ..]) => vec![window(&[*a, *b]), format!("{}..24:00", clock(*b))],
            (_, [a, b, c, d]) => vec![window(&[*a, *b]), window(&[*c, *d])],
            _ => vec!["00:00..24:00".to_owned()],
        };
        lines.push(format!("{day} {}", windows.join(", ")));
    }
    if rng.random_bool(0.5) {
        let month = rng.random_range(3..12);
        lines.push(format!("except 2024-12-24..2025-01-06, 2025-{month:02}-30"));
    }
    lines
}

/// What the walk found of a schedule.
struct Walked {
    turns: Vec<Timestamp>,
    starts: Vec<Timestamp>,
}

impl Walked {
    fn new(json: &Json) -> Self {
        Self {
            turns: all_minutes(&json["turns"]),
            starts: all_minutes(&json["starts"]),
        }
    }

    /// It begins closed, and the first turn opens it.
    fn is_open(&self, at: Timestamp) -> bool {
        self.turns.partition_point(|turn| *turn <= at) % 2 == 1
    }

    /// `None`: not while the walk lasted.
    fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        let next = self.starts.partition_point(|start| *start <= at);
        self.starts.get(next).copied()
    }
}

/// When to look: anywhere, at changes of the clock, and where it opens or closes, with what is beside it.
fn looks(
    rng: &mut ChaCha8Rng,
    zone: &str,
    walked: &Walked,
    from: Timestamp,
    to: Timestamp,
) -> Vec<Timestamp> {
    let mut all: Vec<Timestamp> = Vec::new();
    for (change, _) in changes(zone, from, to) {
        let quarters = (-16..16).map(|n| change.plus(Millis(n * 15 * Millis::MINUTE.0)));
        all.extend(quarters);
        all.push(change.plus(Millis(-1)));
    }
    for n in 0..LOOKS {
        let anywhere = Timestamp(rng.random_range(from.0..to.0));
        let edges = if n % 2 == 0 {
            &walked.turns
        } else {
            &walked.starts
        };
        let edge = match edges.len() {
            0 => anywhere,
            many => edges[rng.random_range(0..many)],
        };
        let beside = [Millis(-1), Millis(0), Millis::MINUTE][n % 3];
        all.push(if n % 4 == 0 {
            anywhere
        } else {
            edge.plus(beside)
        });
    }
    all.retain(|at| *at > from && *at < to);
    all
}

#[test]
fn schedules_are_open_when_the_clock_says_so() {
    let start = Instant::now();
    let (from, to) = (instant(FROM), instant(TO));
    println!("seed {SEED:#x}");
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let all: Vec<(&str, Vec<String>)> = NASTY
        .iter()
        .flat_map(|zone| [*zone; SCHEDULES])
        .map(|zone| (zone, lines(&mut rng)))
        .collect();
    let mut project = String::from("use kommo\n");
    for (n, (zone, lines)) in all.iter().enumerate() {
        let lines = lines.join("\n    ");
        writeln!(project, "schedule S{n} zone \"{zone}\" {{\n    {lines}\n}}").unwrap();
    }
    let answer = Walker::of(&NASTY).ask(from, to, "schedules", json!(all));
    let walked: Vec<Walked> = answer["schedules"]
        .as_array()
        .unwrap()
        .iter()
        .map(Walked::new)
        .collect();
    assert_eq!(walked.len(), all.len());

    let ir = compiled("UTC", &project);
    let ids: Vec<ScheduleId> = (0..all.len())
        .map(|n| {
            let name = format!("S{n}");
            let at = ir
                .schedules
                .iter()
                .position(|schedule| schedule.name == name);
            ScheduleId(u32::try_from(at.unwrap()).unwrap())
        })
        .collect();
    let mut looks: Vec<(Timestamp, usize)> = (0..all.len())
        .flat_map(|n| {
            let at = looks(&mut rng, all[n].0, &walked[n], from, to);
            at.into_iter().map(move |at| (at, n))
        })
        .collect();
    looks.sort_unstable();

    let revision = ir.hash().unwrap();
    let engine = Engine::new(Arc::new(ir), revision);
    let mut state = State::default();
    let mut open = 0;
    for (nth, (at, n)) in looks.iter().enumerate() {
        let input = Input {
            position: nth as u64 + 1,
            at: *at,
            kind: InputKind::Tick,
        };
        engine.apply(&mut state, &input, &Options::default());
        let (zone, lines) = &all[*n];
        let what = || format!("at {at} in {zone}, seed {SEED:#x}:\n{}", lines.join("\n"));
        let is_open = engine.evaluate(&state, &Expr::Open(ids[*n]), &[]);
        assert_eq!(
            is_open,
            Ok(Value::Bool(walked[*n].is_open(*at))),
            "{}",
            what()
        );
        open += usize::from(walked[*n].is_open(*at));
        let next = engine.evaluate(&state, &Expr::NextOpen(ids[*n]), &[]);
        match (walked[*n].next_open(*at), next) {
            (Some(next), got) => assert_eq!(got, Ok(Value::DateTime(next)), "{}", what()),
            // behind the end of the walk
            (None, Ok(Value::DateTime(got))) => assert!(got > to, "{got} {}", what()),
            (None, got) => assert_eq!(got, Ok(Value::Empty), "{}", what()),
        }
    }
    println!(
        "schedules: {} zones, {} schedules, {} looks ({open} while open), {:.1?}",
        NASTY.len(),
        all.len(),
        looks.len(),
        start.elapsed(),
    );
    assert!(open > 1_000 && looks.len() - open > 1_000);
}
