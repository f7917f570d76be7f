//! K15 and K17, by their own numbers: more than 25,000 changes of tags in an hour pause the triggers on tags for an hour.
//! What changes is kept, and triggers on anything else go on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use trig_compiler::compile;
use trig_test::{Options, Suite};

/// Runs a test of the Kommo example, in which a program changes something 24,999 times, and then more happens.
fn storm(change: [&str; 2], then: &str) {
    let mut text = "test \"storm\" {\n    given lead l(stage: Courses.Talking)\n".to_owned();
    for one in change.iter().cycle().take(24_999) {
        writeln!(text, "    {one} by api").unwrap();
    }
    run(&(text + then + "}\n"));
}

fn run(tests: &str) {
    let examples = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples"));
    let mut sources = trig_project::load(&examples.join("kommo")).unwrap().sources;
    sources.files.push(("storm.trig".into(), tests.into()));
    let compilation = compile(&sources);
    assert_eq!(compilation.diagnostics, []);
    let mut suite = Suite::new(compilation.ir.unwrap(), compilation.tests);
    suite.select(&["storm.trig".to_owned()]);
    let report = suite.run(Options::default(), &|_| {}).unwrap();
    assert_eq!(report.tests.len(), 1);
    for test in &report.tests {
        let failure = test.failure.as_ref();
        let failure = failure.map(|f| format!("{}: {} {:?}", f.statement, f.message, f.facts));
        assert_eq!(failure, None, "{}", test.title);
    }
}

#[test]
fn more_than_25_000_changes_of_tags_pause_the_triggers_on_tags() {
    let change = ["set l.tags += \"spam\"", "set l.tags -= \"spam\""];
    storm(
        change,
        "    set l.tags += \"hot\" by user
    expect fired TaggedHot once
    set l.tags -= \"hot\" by user
    set l.tags += \"hot\" by user
    expect fired TaggedHot once
    expect stopped TaggedHot because breaker
    expect l.tags has \"hot\"
    set l.level = \"B1\" by user
    expect fired LevelChanged once
    advance 62m
    set l.tags -= \"hot\" by user
    set l.tags += \"hot\" by user
    expect fired TaggedHot 2 times\n",
    );
}

#[test]
fn more_than_25_000_changes_of_fields_pause_the_triggers_on_fields() {
    let change = ["set l.source = \"fair\"", "set l.source = \"Website\""];
    storm(
        change,
        "    set l.level = \"B1\" by user
    expect fired LevelChanged once
    set l.source = empty by api
    set l.level = \"B2\" by user
    expect fired LevelChanged once
    expect stopped LevelChanged because breaker
    expect l.level == \"B2\"
    set l.tags += \"hot\" by user
    expect fired TaggedHot once
    advance 62m
    set l.level = \"C1\" by user
    expect fired LevelChanged 2 times\n",
    );
}
