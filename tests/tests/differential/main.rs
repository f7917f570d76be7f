//! Two evaluators of one language: the engine, and a plain one that was written from the meaning alone. Random programs
//! and random streams of inputs go to both, and after every input both must tell the same.
//!
//! `TRIG_DIFF=SEED:CASES` sets where to begin and how many to try; each case has a seed of its own, which a failure names.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
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
mod shrink;

use histogram::Histogram;
use rand::RngExt;

/// How many cases are tried where nobody says otherwise.
const CASES: u64 = 20_000;

fn asked_for() -> (u64, u64) {
    let asked = std::env::var("TRIG_DIFF").unwrap_or_default();
    let (seed, cases) = asked.split_once(':').unwrap_or((&asked, ""));
    let seed = seed
        .parse()
        .unwrap_or_else(|_| rand::rng().random_range(0..1_000_000_000));
    (seed, cases.parse().unwrap_or(CASES))
}

#[test]
fn the_engine_and_the_plain_evaluator_agree() {
    let (seed, cases) = asked_for();
    println!("seed {seed}, {cases} cases: run again with TRIG_DIFF={seed}:{cases}");
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let histogram = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let mut histogram = Histogram::default();
                    for n in (worker..cases).step_by(threads as usize) {
                        one(seed + n, &mut histogram);
                    }
                    histogram
                })
            })
            .collect();
        let mut all = Histogram::default();
        for worker in workers {
            match worker.join() {
                Ok(histogram) => all.merge(&histogram),
                Err(failure) => std::panic::resume_unwind(failure),
            }
        }
        all
    });
    println!("{histogram}");
}

fn one(seed: u64, histogram: &mut Histogram) {
    let case = generate::case(seed);
    let Err(first) = run::run(&case, histogram) else {
        return;
    };
    let fails = |case: &generate::Case| run::run(case, &mut Histogram::default()).is_err();
    let small = shrink::shrink(&case, &fails);
    let Err(difference) = run::run(&small, &mut Histogram::default()) else {
        panic!("seed {seed}: {}", first.text);
    };
    let mut steps = String::new();
    for step in &small.steps {
        steps.push_str(&format!("  {step:?}\n"));
    }
    panic!(
        "seed {seed} (TRIG_DIFF={seed}:1)\n{:#?}\nbreakers {:?}\nupdates {:?}\nbegin {}\n{steps}\nafter step {}: {}",
        small.ir.triggers,
        small.ir.breakers,
        small.ir.events.iter().map(|e| &e.updates).collect::<Vec<_>>(),
        small.begin,
        difference.step,
        difference.text
    );
}
