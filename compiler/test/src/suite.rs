//! Running the tests of a project, all cores at once.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use smol_str::SmolStr;
use trig_engine::Engine;
use trig_ir::{Ir, Loc, RevisionHash, TestCase, TestStep, TestStepKind};

use crate::coverage::Coverage;
use crate::heard::{Heard, Sides};
use crate::report::{Failure, Place, Report, TestResult};
use crate::step::Done;
use crate::timeline::Focus;
use crate::world::{MOST_INPUTS, Recording, Stopped, World};

/// A project's tests, ready to run: compiled once, for all of them.
pub struct Suite {
    engine: Engine,
    tests: Vec<TestCase>,
}

/// How tests are run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// On so many threads; `None`: on as many as there are cores.
    pub jobs: Option<NonZeroUsize>,
    /// No further test begins after one has failed.
    pub fail_fast: bool,
    /// Also tells which triggers and guards the tests have decided.
    pub coverage: bool,
    /// A test is stopped, and fails, after so many inputs to the engine.
    pub most_inputs: u32,
}

/// All cores, all tests, no coverage, [`MOST_INPUTS`].
impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: None,
            fail_fast: false,
            coverage: false,
            most_inputs: MOST_INPUTS,
        }
    }
}

/// How one test went, and what it has shown.
struct Run {
    result: TestResult,
    shown: Shown,
}

/// What tests have shown of triggers.
#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) fired: BTreeSet<SmolStr>,
    pub(crate) tested: BTreeMap<(SmolStr, Loc), Sides>,
}

impl Shown {
    fn of(heard: Heard) -> Self {
        Self {
            fired: heard
                .fired
                .into_iter()
                .map(|(trigger, _)| trigger)
                .collect(),
            tested: heard.tested,
        }
    }

    fn add(&mut self, other: Self) {
        self.fired.extend(other.fired);
        for (key, sides) in other.tested {
            let known = self.tested.entry(key).or_default();
            *known = known.and(sides);
        }
    }
}

impl Suite {
    /// The tests of a project. They must have been compiled together with the IR.
    pub fn new(ir: Ir, tests: Vec<TestCase>) -> Self {
        let revision = RevisionHash("under-test".into());
        Self {
            engine: Engine::new(Arc::new(ir), revision),
            tests,
        }
    }

    /// How many tests there are.
    pub fn len(&self) -> usize {
        self.tests.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// Keeps the tests of which title, file or a trigger that they name contains one of the filters, whatever the case
    /// of its letters; all, if there is no filter.
    pub fn select(&mut self, filters: &[String]) {
        if filters.is_empty() {
            return;
        }
        let filters: Vec<String> = filters.iter().map(|f| f.to_lowercase()).collect();
        let ir = Arc::new(self.engine.ir().files.clone());
        self.tests.retain(|test| {
            let file = ir.get(test.loc.file.index()).map(|f| f.path.to_lowercase());
            let title = test.title.to_lowercase();
            let triggers: Vec<String> = triggers(test).map(|t| t.to_lowercase()).collect();
            filters.iter().any(|filter| {
                title.contains(filter)
                    || file.as_ref().is_some_and(|f| f.contains(filter))
                    || triggers.iter().any(|t| t.contains(filter))
            })
        });
    }

    /// Runs the tests. `told` hears of each one when it has ended, from any thread and in any order.
    ///
    /// # Errors
    /// If no threads can be had.
    pub fn run(
        &self,
        options: Options,
        told: &(dyn Fn(&TestResult) + Sync),
    ) -> Result<Report, rayon::ThreadPoolBuildError> {
        let failed = AtomicBool::new(false);
        let one = |test: &TestCase| {
            if options.fail_fast && failed.load(Ordering::Relaxed) {
                return None;
            }
            let run = self.run_one(test, options);
            if run.result.failure.is_some() {
                failed.store(true, Ordering::Relaxed);
            }
            told(&run.result);
            Some(run)
        };
        let jobs = options.jobs.map_or(0, NonZeroUsize::get);
        let runs: Vec<Option<Run>> = if jobs == 1 {
            self.tests.iter().map(one).collect()
        } else {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build()?;
            pool.install(|| self.tests.par_iter().map(one).collect())
        };
        let mut shown = Shown::default();
        let mut tests = Vec::with_capacity(runs.len());
        for run in runs.into_iter().flatten() {
            shown.add(run.shown);
            tests.push(run.result);
        }
        let ir = self.engine.ir();
        Ok(Report {
            tests,
            coverage: options.coverage.then(|| Coverage::of(ir, &shown)),
        })
    }

    fn run_one(&self, test: &TestCase, options: Options) -> Run {
        let recording = Recording {
            timeline: false,
            reasons: asks_for_reasons(test),
            coverage: options.coverage,
            most_inputs: options.most_inputs,
        };
        let (world, ended) = self.play(test, recording);
        let inputs = world.inputs;
        let shown = Shown::of(world.heard);
        let failure = ended.err().map(|first| {
            // the engine is deterministic: it fails in the same way when all is recorded
            let recording = Recording {
                timeline: true,
                reasons: true,
                coverage: false,
                most_inputs: options.most_inputs,
            };
            let (world, again) = self.play(test, recording);
            let wrong = again.err().unwrap_or(first);
            let timeline = world.timeline.as_ref();
            Failure {
                place: Place::of(self.engine.ir(), wrong.loc),
                statement: wrong.statement,
                message: wrong.message,
                facts: wrong.facts,
                timeline: timeline.map_or_else(Vec::new, |t| t.show(&wrong.focus)),
            }
        });
        Run {
            result: TestResult {
                title: test.title.clone(),
                place: Place::of(self.engine.ir(), test.loc),
                inputs,
                failure,
            },
            shown,
        }
    }

    /// Plays a test up to its end, or to the first step that is not as expected.
    fn play<'s>(
        &'s self,
        test: &TestCase,
        recording: Recording,
    ) -> (World<'s>, Result<(), Box<Wrong>>) {
        let mut world = World::new(&self.engine, test.begins, recording);
        let ended = play(&mut world, test);
        (world, ended)
    }
}

/// What was wrong with a step.
struct Wrong {
    loc: Loc,
    statement: String,
    message: String,
    facts: Vec<String>,
    focus: Focus,
}

fn play(world: &mut World<'_>, test: &TestCase) -> Result<(), Box<Wrong>> {
    let stopped = |Stopped(message), loc, statement: &str| {
        Box::new(Wrong {
            loc,
            statement: statement.to_owned(),
            message,
            facts: Vec::new(),
            focus: Focus::default(),
        })
    };
    if let Err(why) = world.begin() {
        return Err(stopped(why, test.loc, &test.title));
    }
    for step in &test.steps {
        if let Some(timeline) = &mut world.timeline
            && !is_expectation(step)
        {
            timeline.statement(world.now, &step.text);
        }
        match world.step(&step.kind) {
            Ok(Done::Well) => {}
            Ok(Done::Wrong(verdict)) => {
                return Err(Box::new(Wrong {
                    loc: step.loc,
                    statement: step.text.clone(),
                    message: verdict.message,
                    facts: verdict.facts,
                    focus: verdict.focus,
                }));
            }
            Err(why) => return Err(stopped(why, step.loc, &step.text)),
        }
    }
    Ok(())
}

fn is_expectation(step: &TestStep) -> bool {
    use TestStepKind as K;
    matches!(
        step.kind,
        K::Holds(_) | K::Fired { .. } | K::Stopped { .. } | K::Called { .. }
    )
}

fn asks_for_reasons(test: &TestCase) -> bool {
    let asks = |s: &TestStep| {
        matches!(
            s.kind,
            TestStepKind::Fired {
                because: Some(_),
                ..
            } | TestStepKind::Stopped { .. }
        )
    };
    test.steps.iter().any(asks)
}

/// The triggers and flows that a test names.
fn triggers(test: &TestCase) -> impl Iterator<Item = &SmolStr> {
    test.steps.iter().filter_map(|step| match &step.kind {
        TestStepKind::Fired { trigger, .. } | TestStepKind::Stopped { trigger, .. } => {
            Some(trigger)
        }
        TestStepKind::Start { flow, .. } => Some(flow),
        _ => None,
    })
}
