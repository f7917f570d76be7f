//! Tests of projects, and how they go: source and report in one snapshot.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use proptest::prelude::*;
use trig_compiler::{SourceSet, compile};
use trig_test::{Options, Report, Suite};

const MANIFEST: &str = r#"[project]
id = "acme"
language = "1"
zone = "Europe/Berlin"
currency = "USD"

[connectors.ops]
kind = "http"
url = "https://ops.example.com/hook"
"#;

fn suite(text: &str) -> Suite {
    let compilation = compile(&SourceSet {
        manifest: Some(MANIFEST.into()),
        files: vec![("main.trig".into(), text.into())],
    });
    let diagnostics: Vec<&String> = compilation.diagnostics.iter().map(|d| &d.message).collect();
    let ir = compilation.ir.unwrap_or_else(|| panic!("{diagnostics:?}"));
    Suite::new(ir, compilation.tests)
}

fn run(suite: &Suite, jobs: usize) -> Report {
    let options = Options {
        jobs: NonZeroUsize::new(jobs),
        coverage: true,
        most_inputs: 2_000,
        ..Options::default()
    };
    suite.run(options, &|_| {}).unwrap()
}

fn shown(report: &Report) -> String {
    let mut out = String::new();
    for test in &report.tests {
        match &test.failure {
            None => writeln!(out, "passed  {}", test.title).unwrap(),
            Some(failure) => {
                writeln!(out, "FAILED  {} ({})\n{failure}", test.title, test.place).unwrap();
            }
        }
    }
    out
}

/// Each file of `tests/cases` is a project with tests.
#[test]
fn cases() {
    insta::glob!("cases/*.trig", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let report = run(&suite(&text), 1);
        let tests = shown(&report);
        insta::assert_snapshot!(format!("{text}\n=====\n{tests}"));
    });
}

#[test]
fn the_order_of_threads_changes_nothing() {
    let text = include_str!("cases/fired.trig");
    let suite = suite(text);
    let alone = run(&suite, 1);
    for jobs in 2..6 {
        assert_eq!(run(&suite, jobs), alone);
    }
}

#[test]
fn filters_look_at_titles_files_and_triggers() {
    let text = include_str!("cases/fired.trig");
    let selected = |filter: &str| {
        let mut suite = suite(text);
        suite.select(&[filter.to_owned()]);
        suite.len()
    };
    let all = suite(text).len();
    assert_eq!(selected("MAIN.trig"), all);
    assert_eq!(selected("COOLDOWN keeps"), 1);
    assert!(selected("answered") > 0);
    assert_eq!(selected("no such thing"), 0);
}

#[test]
fn after_a_failure_nothing_begins_where_that_is_wanted() {
    let suite = suite("test \"a\" { expect false }\ntest \"b\" { expect true }\n");
    let told = Mutex::new(Vec::new());
    let options = Options {
        jobs: NonZeroUsize::new(1),
        fail_fast: true,
        ..Options::default()
    };
    let report = suite
        .run(options, &|r| told.lock().unwrap().push(r.title.clone()))
        .unwrap();
    assert_eq!(report.tests.len(), 1);
    assert_eq!(told.into_inner().unwrap(), ["a"]);
}

/// A test of the world below, as its author would write it: statements in some order.
fn statement() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..20u32).prop_map(|n| format!("set d.price = {n} USD")),
        (0..3u32).prop_map(|n| format!("set d.tags += \"t{n}\"")),
        (0..3u32).prop_map(|n| format!("set d.tags -= \"t{n}\" by api")),
        (1..80u32).prop_map(|n| format!("advance {n}h")),
        Just("send message.incoming(text: \"x\", contact: c, lead: d)".to_owned()),
        Just("set d.stage = Sales.Talking".to_owned()),
        Just("expect fired Answered".to_owned()),
        Just("expect not fired Answered because when".to_owned()),
        Just("expect not fired Late for d".to_owned()),
        (0..20u32).prop_map(|n| format!("expect d.price != {n} USD")),
        (1..4u32).prop_map(|n| format!("expect called log {n} times")),
    ]
}

const WORLD: &str = "use kommo
pipeline Sales for lead { stage New initial  stage Talking  stage Won success }
trigger Answered for lead {
    on message.incoming  when price > 5 USD  cooldown 1d per lead  do { move to Talking  log(text: \"x\") }
}
trigger Late for lead {
    on lead enters Sales.Talking  after 2d while tags has none [\"t0\"]  do { log(text: \"late\")  set tags += \"t1\" }
}
";

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// What a test says does not depend on the tests beside it, on their order, or on threads.
    #[test]
    fn tests_know_nothing_of_one_another(
        bodies in prop::collection::vec(prop::collection::vec(statement(), 1..12), 1..8),
    ) {
        let test = |n: usize, body: &[String]| {
            let given = "given contact c\n given lead d(stage: Sales.New)";
            format!("test \"nr {n}\" {{ {given}\n {}\n expect true }}", body.join("\n "))
        };
        // each on a line of its own, wherever it stands, so that only lines differ
        let all: Vec<String> = bodies.iter().enumerate().map(|(n, b)| test(n, b)).collect();
        let outcome = |text: &str, jobs: usize| {
            let report = run(&suite(text), jobs);
            let mut tests: Vec<_> = report
                .tests
                .into_iter()
                .map(|t| (t.title, t.inputs, t.failure.map(|f| (f.statement, f.message, f.facts))))
                .collect();
            tests.sort();
            (tests, report.coverage.map(|c| c.shown()))
        };
        let forward = outcome(&format!("{WORLD}{}", all.join("\n")), 1);
        let mut reversed = all.clone();
        reversed.reverse();
        let backward = outcome(&format!("{WORLD}{}", reversed.join("\n")), 3);
        prop_assert_eq!(&forward, &backward);
        for (n, one) in all.iter().enumerate() {
            let (alone, _) = outcome(&format!("{WORLD}{one}"), 1);
            let title = format!("nr {n}");
            let beside: Vec<_> = forward.0.iter().filter(|t| t.0 == title).cloned().collect();
            prop_assert_eq!(alone, beside);
        }
    }
}
