//! A project, its tests, and what they show of a row.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;

use trig_compiler::{SourceSet, compile};
use trig_ir::{Ir, Loc, TestCase, TestStep, TestStepKind, Trigger};
use trig_project::render::{Texts, human};
use trig_test::{Coverage, Failure, Options, Report, Suite};

use crate::names::{says, triggers_that_say};

/// A project that compiles, with its tests.
pub(crate) struct Project {
    sources: SourceSet,
    ir: Ir,
    tests: Vec<TestCase>,
    /// The tests that fail, by title.
    failures: Vec<(String, Failure)>,
    /// What all tests together have shown.
    coverage: Coverage,
    /// Of each test, by its number, the triggers and flows that it fires.
    fired: Vec<BTreeSet<String>>,
}

impl Project {
    /// One of the examples, by the name of its directory.
    pub(crate) fn example(name: &str) -> Self {
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
        let loaded = trig_project::load(&Path::new(examples).join(name)).unwrap();
        assert_eq!(loaded.diagnostics, [], "`{name}` cannot be read");
        Self::new(loaded.sources)
    }

    /// A project of one file that uses Kommo.
    pub(crate) fn of_text(text: &str) -> Self {
        let manifest = "[project]\nid = \"acme\"\nlanguage = \"1\"\nzone = \"Europe/Berlin\"\n\
                        [connectors.kommo]\nkind = \"kommo\"\n";
        Self::new(SourceSet {
            manifest: Some(manifest.into()),
            files: vec![("main.trig".into(), text.into())],
        })
    }

    fn new(sources: SourceSet) -> Self {
        let compilation = compile(&sources);
        let mut said = Vec::new();
        let texts = Texts::new(Path::new(""), &sources);
        human(&texts, &compilation.diagnostics, false, &mut said).unwrap();
        assert!(said.is_empty(), "\n{}", String::from_utf8_lossy(&said));
        let ir = compilation.ir.unwrap();
        let tests = compilation.tests;
        let all = run(&ir, tests.clone(), false);
        let fired = tests
            .iter()
            .map(|test| {
                let coverage = run(&ir, vec![test.clone()], false).coverage.unwrap();
                let fired = coverage.triggers.into_iter().filter(|t| t.fired);
                fired.map(|t| t.name.to_string()).collect()
            })
            .collect();
        Self {
            sources,
            ir,
            tests,
            coverage: all.coverage.unwrap(),
            failures: all
                .tests
                .into_iter()
                .filter_map(|t| t.failure.map(|f| (t.title, f)))
                .collect(),
            fired,
        }
    }

    /// What is wrong with the tests that fail, a line each.
    pub(crate) fn failures(&self) -> impl Iterator<Item = String> {
        let line = |(title, failure): &(String, Failure)| {
            let (place, message) = (&failure.place, &failure.message);
            format!("the test `{title}` fails: {message} ({place})")
        };
        self.failures.iter().map(line)
    }

    /// Whether there is a test of this title.
    pub(crate) fn has_test(&self, title: &str) -> bool {
        self.tests.iter().any(|t| t.title == title)
    }

    /// Whether a trigger or flow names a row.
    pub(crate) fn has_triggers(&self, row: &str) -> bool {
        !triggers_that_say(&self.sources, row).is_empty()
    }

    /// What is missing for a row, a line each.
    pub(crate) fn gaps(&self, row: &str) -> Vec<String> {
        let mut gaps = Vec::new();
        let triggers: Vec<&Trigger> = triggers_that_say(&self.sources, row)
            .iter()
            .flat_map(|name| self.compiled(name))
            .collect();
        if triggers.is_empty() {
            gaps.push(format!(
                "{row}: no trigger or flow names it in its doc comment"
            ));
        }
        let titled: Vec<usize> = (0..self.tests.len())
            .filter(|n| says(&self.tests[*n].title, row))
            .collect();
        if titled.is_empty() {
            gaps.push(format!("{row}: no test has it in its title"));
            return gaps;
        }
        for trigger in triggers {
            self.gaps_of(row, trigger, &titled, &mut gaps);
        }
        gaps
    }

    /// What is missing of one of a row's triggers.
    fn gaps_of(&self, row: &str, trigger: &Trigger, titled: &[usize], gaps: &mut Vec<String>) {
        let name = &trigger.name;
        let firing: Vec<usize> = titled
            .iter()
            .copied()
            .filter(|n| self.fired[*n].contains(name.as_str()))
            .collect();
        if firing.is_empty() {
            gaps.push(format!(
                "{row}: `{name}` fires in no test that has it in its title"
            ));
        } else if self.passes_without(trigger, &firing) {
            gaps.push(format!(
                "{row}: without `{name}`, each test that has it in its title and fires it passes all the same"
            ));
        }
        let stays = |n: &usize| expects_none(&self.tests[*n], name);
        if !titled.iter().any(stays) {
            gaps.push(format!(
                "{row}: no test that has it in its title shows `{name}` not firing"
            ));
        }
        let covered = self.coverage.triggers.iter().find(|t| t.name == *name);
        for guard in covered.into_iter().flat_map(|t| &t.guards) {
            let (clause, text, place) = (guard.clause, &guard.text, &guard.place);
            if !guard.held {
                gaps.push(format!(
                    "{row}: `{name}`: no test has seen `{clause}` hold ({text}, {place})"
                ));
            }
            if !guard.stopped {
                gaps.push(format!(
                    "{row}: `{name}`: no test has seen `{clause}` not hold ({text}, {place})"
                ));
            }
        }
    }

    /// What a name stands for: the trigger or flow, or each that an applied template makes.
    fn compiled(&self, name: &str) -> impl Iterator<Item = &Trigger> {
        let made = format!("{name}.");
        self.ir
            .triggers
            .iter()
            .filter(move |t| !t.disabled && (t.name == name || t.name.starts_with(&made)))
    }

    /// The triggers and flows that can fire.
    pub(crate) fn triggers(&self) -> impl Iterator<Item = &Trigger> {
        self.ir.triggers.iter().filter(|t| !t.disabled)
    }

    /// A place of the project: file and line.
    pub(crate) fn place(&self, loc: Loc) -> String {
        format!("{}:{}", self.ir.files[loc.file.index()].path, loc.line)
    }

    /// Whether a test fails when a trigger is like this. Those that fire it come first: it is mostly one of these.
    pub(crate) fn fails_with(&self, trigger: Trigger) -> bool {
        let mut order: Vec<usize> = (0..self.tests.len()).collect();
        order.sort_by_key(|n| {
            let names = |step: &TestStep| match &step.kind {
                TestStepKind::Fired { trigger: name, .. } => *name == trigger.name,
                _ => false,
            };
            let named = self.tests[*n].steps.iter().any(names);
            let fired = self.fired[*n].contains(trigger.name.as_str());
            (!named, !fired)
        });
        let tests = order.into_iter().map(|n| self.tests[n].clone()).collect();
        let mut ir = self.ir.clone();
        for other in &mut ir.triggers {
            if other.name == trigger.name {
                *other = trigger;
                break;
            }
        }
        run(&ir, tests, true).failed() > 0
    }

    /// Whether tests pass although a trigger is gone.
    fn passes_without(&self, trigger: &Trigger, tests: &[usize]) -> bool {
        let mut ir = self.ir.clone();
        for other in &mut ir.triggers {
            other.disabled |= other.name == trigger.name;
        }
        let tests = tests.iter().map(|n| self.tests[*n].clone()).collect();
        run(&ir, tests, true).failed() == 0
    }

    /// Of what the titles of tests name as rows of a system, what is none; with such a title.
    pub(crate) fn strangers(&self, system: char, rows: &[String]) -> BTreeMap<String, String> {
        let known: BTreeSet<&str> = rows.iter().map(String::as_str).collect();
        let mut out = BTreeMap::new();
        for test in &self.tests {
            for word in test.title.split(|c: char| !c.is_ascii_alphanumeric()) {
                let number = word.strip_prefix(system).unwrap_or_default();
                let is_id = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
                if is_id && !known.contains(word) {
                    out.insert(word.to_owned(), test.title.clone());
                }
            }
        }
        out
    }
}

/// Whether a test says that a trigger has not fired. That something has not been done says nothing of who did not do it.
fn expects_none(test: &TestCase, name: &str) -> bool {
    test.steps.iter().any(|step| match &step.kind {
        TestStepKind::Fired {
            negated: true,
            trigger,
            ..
        }
        | TestStepKind::Stopped { trigger, .. } => trigger == name,
        _ => false,
    })
}

/// Runs tests on this thread.
fn run(ir: &Ir, tests: Vec<TestCase>, fail_fast: bool) -> Report {
    let options = Options {
        jobs: NonZeroUsize::new(1),
        fail_fast,
        // where the first failure says all, what has been shown is of no use
        coverage: !fail_fast,
        ..Options::default()
    };
    Suite::new(ir.clone(), tests).run(options, &|_| {}).unwrap()
}
