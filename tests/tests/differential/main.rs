//! Two evaluators of one language: the engine, and a plain one that was written from the meaning alone. Random programs
//! and random streams of inputs go to both, and after every input both must tell the same.
//!
//! `TRIG_DIFF=SEED:CASES` sets where to begin and how many to try; each case has a seed of its own, which a failure names.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot build its world has failed"
)]

mod calendar;
mod dice;
mod eval;
mod generate;
mod histogram;
mod model;
mod naive;
mod run;
mod show;
mod shrink;

use histogram::Histogram;

/// How many cases are tried where nobody says otherwise.
const CASES: u64 = 20_000;

/// How many failing cases each thread makes small and shows.
const SHOWN: usize = 4;

/// So often each clause has to let a firing pass, and to stop one, before the test shows anything of it.
const ENOUGH: u64 = 100;

/// The clauses that can do both. Of what waits: whether it had to; of an action: whether it changed something; of a
/// goal: whether it was reached before the body came to it.
const CLAUSES: [&str; 39] = [
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
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let (histogram, failures) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let mut histogram = Histogram::default();
                    let mut failures = Vec::new();
                    for n in (worker..cases).step_by(threads as usize) {
                        failures.extend(one(seed + n, &mut histogram));
                        if failures.len() == SHOWN {
                            break;
                        }
                    }
                    (histogram, failures)
                })
            })
            .collect();
        let mut all = Histogram::default();
        let mut failures = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok((histogram, more)) => {
                    all.merge(&histogram);
                    failures.extend(more);
                }
                Err(failure) => std::panic::resume_unwind(failure),
            }
        }
        (all, failures)
    });
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
