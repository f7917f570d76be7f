//! The decision procedure against Z3: random guards, as a person writes them, compiled and decided; and told to Z3 in its
//! own language. Whether a guard can hold, whether two can hold together, whether one implies the other.
//!
//! `TRIG_ORACLE=SEED:PAIRS` asks other questions, or more of them.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/dice.rs"]
mod dice;
mod guard;
mod schedule;
mod world;
mod z3;

use std::collections::BTreeMap;
use std::sync::Arc;

use trig_compiler::{Severity, SourceSet, compile};
use trig_ir::{ActorKind, ConditionId, EventKind, Expr, Ir, Place, Root, Test, Timestamp};
use trig_solve::{Answer, Formula, Frame, Guards, Schedules};

use crate::dice::Dice;
use crate::guard::{KINDS, Maker, Said};
use crate::schedule::Calendar;
use crate::z3::Verdict;

/// Where to begin, unless told otherwise; and how many pairs of guards. Each is three questions.
const SEED: u64 = 4_000_000;
const PAIRS: usize = 6_700;
/// So many atoms of each kind there have to be.
const ENOUGH: u64 = 500;

/// A guard: what it says of the record, and who has to have caused the event.
struct Guard {
    said: Said,
    by: Vec<usize>,
}

const ACTORS: [ActorKind; 4] = [
    ActorKind::Customer,
    ActorKind::User,
    ActorKind::Api,
    ActorKind::Automation,
];

impl Guard {
    fn smt(&self) -> String {
        if self.by.is_empty() {
            return self.said.smt.clone();
        }
        let kinds: Vec<String> = self.by.iter().map(|n| format!("(= by {n})")).collect();
        format!("(and {} (or {}))", self.said.smt, kinds.join(" "))
    }
}

fn compiled(guards: &[Guard]) -> Ir {
    let mut text = String::from(world::PROJECT);
    for (n, guard) in guards.iter().enumerate() {
        text.push_str(&format!("condition C{n} for thing = {}\n", guard.said.trig));
    }
    let compilation = compile(&SourceSet {
        manifest: Some(world::MANIFEST.into()),
        files: [("main.trig".into(), Arc::from(text.as_str()))].into(),
    });
    let errors = compilation
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error);
    let errors: Vec<_> = errors
        .map(|d| format!("{} {}", d.rule, d.message))
        .take(3)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    compilation.ir.unwrap()
}

fn formula(guards: &mut Guards<'_>, ir: &Ir, guard: &Guard, n: usize) -> Formula {
    let thing = ir
        .entities
        .iter()
        .position(|e| e.name.ends_with("thing"))
        .unwrap();
    let event = EventKind::Created(trig_ir::EntityId(thing as u32));
    let subject = Place::field(Root::Event, "record");
    let frame = Frame {
        ir,
        event: &event,
        subject: Some(&subject),
        element: None,
        epoch: 0,
    };
    let id = ir
        .conditions
        .iter()
        .position(|c| c.name == format!("C{n}"))
        .unwrap();
    let asked = Expr::Condition(
        ConditionId(id as u32),
        Some(Place::root(Root::Subject)),
        Vec::new(),
    );
    let holds = guards.test(&Test::Expr(asked), &frame);
    if guard.by.is_empty() {
        return holds;
    }
    let kinds = guard.by.iter().map(|n| ACTORS[*n]).collect();
    holds.and(guards.test(&Test::By(kinds), &frame))
}

/// A kind of atoms. Texts less often: they take Z3 long.
fn kind(dice: &mut Dice) -> &'static str {
    let text = ["equality", "prefix", "suffix", "contains", "glob"];
    loop {
        let kind = dice.pick(&KINDS);
        if !text.contains(&kind) || dice.percent(30) {
            return kind;
        }
    }
}

fn asked_for() -> (u64, usize) {
    let asked = std::env::var("TRIG_ORACLE").unwrap_or_default();
    let (seed, pairs) = asked.split_once(':').unwrap_or((&asked, ""));
    (seed.parse().unwrap_or(SEED), pairs.parse().unwrap_or(PAIRS))
}

#[test]
fn the_solver_and_z3_agree() {
    let (seed, pairs) = asked_for();
    let calendar = Calendar::new();
    let mut dice = Dice::new(seed);
    let mut counts = BTreeMap::new();
    let mut palette: Vec<&'static str> = Vec::new();
    let guards: Vec<Guard> = (0..2 * pairs)
        .map(|n| {
            if n % 2 == 0 {
                // a pair speaks of few things, so that its guards meet
                palette = (0..4).map(|_| kind(&mut dice)).collect();
            }
            let by = if dice.percent(10) {
                (0..4).filter(|_| dice.percent(40)).collect()
            } else {
                Vec::new()
            };
            if !by.is_empty() {
                *counts.entry("origin").or_default() += 1;
            }
            let mut maker = Maker {
                dice: &mut dice,
                calendar: &calendar,
                counts: &mut counts,
                palette: &palette,
            };
            Guard {
                said: maker.guard(3),
                by,
            }
        })
        .collect();
    let ir = compiled(&guards);
    let from = Timestamp(schedule::FROM);
    let to = Timestamp(schedule::FROM + schedule::MINUTES * 60_000);
    let schedules = Schedules::new(&ir, (from, to));
    let mut solver = Guards::new(&schedules);
    let clock = format!("(and (>= now {}) (< now {}))", from.0, to.0);
    let mut questions: Vec<(String, String, Formula)> = Vec::new();
    for (n, pair) in guards.chunks_exact(2).enumerate() {
        let [a, b] = [0, 1].map(|i| formula(&mut solver, &ir, &pair[i], 2 * n + i));
        let [x, y] = [0, 1].map(|i| pair[i].smt());
        let trig = |what: &str| {
            format!(
                "{what}\n  A: {} by {:?}\n  B: {} by {:?}",
                pair[0].said.trig, pair[0].by, pair[1].said.trig, pair[1].by
            )
        };
        questions.push((trig("A can hold"), format!("(and {clock} {x})"), a.clone()));
        questions.push((
            trig("A and B can hold"),
            format!("(and {clock} {x} {y})"),
            a.clone().and(b.clone()),
        ));
        questions.push((
            trig("A without B can hold"),
            format!("(and {clock} {x} (not {y}))"),
            a.and(b.not()),
        ));
    }
    let smt: Vec<String> = questions.iter().map(|(_, smt, _)| smt.clone()).collect();
    let half = smt.len() / 2;
    let verdicts = std::thread::scope(|scope| {
        let (first, second) = smt.split_at(half);
        let first = scope.spawn(|| z3::ask(first));
        let second = z3::ask(second);
        let mut all = first.join().unwrap();
        all.extend(second);
        all
    });
    let mut wrong = Vec::new();
    let (mut left_open, mut unknown, mut yes) = (0, 0, 0);
    for ((text, _, formula), verdict) in questions.iter().zip(verdicts) {
        let answer = solver.vars().solve(formula);
        match (&answer, verdict) {
            (_, Verdict::Unknown) => unknown += 1,
            (Answer::Unclear, _) => left_open += 1,
            (Answer::Holds(model), _) if solver.vars().guesses(model) => left_open += 1,
            (Answer::Holds(_), Verdict::Sat) => yes += 1,
            (Answer::Never, Verdict::Unsat) => {}
            (answer, verdict) => wrong.push(format!("{text}\n  {answer:?}, Z3: {verdict:?}")),
        }
    }
    let n = questions.len();
    println!(
        "seed {seed}: {n} questions, {yes} can hold, {left_open} left open, {unknown} unknown to Z3"
    );
    println!("run again with TRIG_ORACLE={seed}:{pairs}");
    for (kind, count) in &counts {
        println!("{kind:<12}{count:>8}");
    }
    assert!(
        wrong.is_empty(),
        "{} disagree:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    assert!(left_open * 100 <= n, "{left_open} of {n} were left open");
    assert!(unknown * 100 <= n, "{unknown} of {n} are unknown to Z3");
    if pairs >= PAIRS {
        for kind in KINDS.iter().chain(&["origin"]) {
            let count = counts.get(kind).copied().unwrap_or_default();
            assert!(count >= ENOUGH, "only {count} atoms of {kind}");
        }
    }
}
