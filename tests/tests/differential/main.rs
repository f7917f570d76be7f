//! Two evaluators of one language: the engine, and a plain one that was written from the meaning alone. Random programs
//! and random streams of inputs go to both, and after every input both must tell the same.
//!
//! `TRIG_DIFF=SEED:CASES` sets where to begin and how many to try; each case has a seed of its own, which a failure names.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot build its world has failed"
)]

mod calendar;
#[path = "../support/dice.rs"]
mod dice;
mod eval;
mod generate;
mod histogram;
mod model;
mod naive;
mod run;
mod show;
mod shrink;

use std::sync::atomic::{AtomicUsize, Ordering};

use histogram::Histogram;
use rayon::prelude::*;

/// What some of the cases have shown, and those that failed.
type Found = (Histogram, Vec<String>);

/// How many cases are tried where nobody says otherwise.
const CASES: u64 = 20_000;

/// About how many failing cases are made small and shown.
const SHOWN: usize = 4;

/// So often each clause has to let a firing pass, and to stop one, before the test shows anything of it.
const ENOUGH: u64 = 100;

/// The clauses that can do both. Of a report that carries the source's clock: whether it is newer; of what waits: whether it had to; of an action: whether it changed something; of a
/// goal: whether it was reached before the body came to it.
const CLAUSES: [&str; 40] = [
    "breaker",
    "by",
    "call",
    "chain",
    "cooldown",
    "debounce",
    "during",
    "each",
    "filter",
    "first",
    "for each where",
    "goal",
    "if",
    "limit calendar",
    "limit else wait",
    "limit sliding",
    "mode parallel",
    "mode restart",
    "mode single",
    "move",
    "offset",
    "once",
    "once each period",
    "one-shot",
    "recurrence",
    "set",
    "source clock",
    "stage",
    "start",
    "stop",
    "unless",
    "until",
    "update",
    "wait",
    "wait until",
    "when",
    "where",
    "while",
    "within",
    "within a wait",
];

/// Where to begin, unless told otherwise.
const SEED: u64 = 3_000_000;

fn asked_for() -> (u64, u64) {
    let asked = std::env::var("TRIG_DIFF").unwrap_or_default();
    let (seed, cases) = asked.split_once(':').unwrap_or((&asked, ""));
    // the same for everybody, so that a run that was good stays good; others by `TRIG_DIFF`
    let seed = seed.parse().unwrap_or(SEED);
    (seed, cases.parse().unwrap_or(CASES))
}

#[test]
fn the_engine_and_the_plain_evaluator_agree() {
    let (seed, cases) = asked_for();
    println!("seed {seed}, {cases} cases: run again with TRIG_DIFF={seed}:{cases}");
    let shown = AtomicUsize::new(0);
    let (histogram, failures) = (0..cases)
        .into_par_iter()
        .fold(Found::default, |(mut histogram, mut failures), n| {
            if shown.load(Ordering::Relaxed) < SHOWN
                && let Some(failure) = one(seed + n, &mut histogram)
            {
                shown.fetch_add(1, Ordering::Relaxed);
                failures.push(failure);
            }
            (histogram, failures)
        })
        .reduce(
            Found::default,
            |(mut all, mut failures), (histogram, more)| {
                all.merge(&histogram);
                failures.extend(more);
                (all, failures)
            },
        );
    println!("{histogram}");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    // a few cases cannot show everything
    if cases >= CASES {
        for clause in CLAUSES {
            let counts = histogram.of(clause);
            let enough = counts.iter().all(|n| *n >= ENOUGH);
            assert!(enough, "`{clause}` passed and stopped only {counts:?}");
        }
    }
}

/// What a case shows where the two part, made small.
fn one(seed: u64, histogram: &mut Histogram) -> Option<String> {
    let case = generate::case(seed);
    run::run(&case, histogram).err()?;
    let fails = |case: &generate::Case| run::run(case, &mut Histogram::default()).is_err();
    let small = shrink::shrink(&case, &fails);
    let difference = run::run(&small, &mut Histogram::default()).err()?;
    Some(format!(
        "seed {seed} (TRIG_DIFF={seed}:1)\n{}after step {}: {}",
        show::show(&small),
        difference.step,
        difference.text
    ))
}
