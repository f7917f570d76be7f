//! `trigc test` as it is run: exit codes, streams and reports.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use crate::common::{self, MANIFEST, drawn, tree, trigc};

const SALES: &str = "use kommo

pipeline Sales for lead {
    stage New
    stage Won success
}

trigger Welcome for lead {
    on lead enters Sales.New
    do { log(text: \"welcome\")  move to Won }
}
";

const GOOD: &str = "test \"a new lead is welcome\" {
    create lead d(stage: Sales.New)
    expect fired Welcome for d once
    expect called log(text: \"welcome\")
    expect d.stage == Won
}
";

const BAD: &str = "test \"a lead that is there already is welcome\" {
    given lead d(stage: Sales.New)
    clock 2026-03-02 10:00
    advance 1d
    expect fired Welcome for d
}
";

/// Exit code, standard output, standard error. How long it took is left out.
fn run(dir: &Path, args: &[&str]) -> (i32, String, String) {
    let args: Vec<&str> = ["test"].iter().chain(args).copied().collect();
    let (code, out, err) = common::run(dir, &args);
    let err: String = err
        .lines()
        .map(|line| match line.rsplit_once(", in ") {
            Some((before, after)) if after.ends_with(" ms") => format!("{before}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    (code, out, err)
}

fn project(tests: &[(&str, &str)]) -> TempDir {
    let mut files = vec![("trig.toml", MANIFEST), ("sales.trig", SALES)];
    files.extend(tests);
    tree(&files)
}

#[test]
fn all_pass() {
    let dir = project(&[("good.trig", GOOD)]);
    insta::assert_snapshot!(drawn(run(dir.path(), &[])));
    insta::assert_snapshot!(drawn(run(dir.path(), &["--verbose"])));
}

#[test]
fn one_fails() {
    let dir = project(&[("good.trig", GOOD), ("bad.trig", BAD)]);
    insta::assert_snapshot!(drawn(run(dir.path(), &["--jobs", "1"])));
}

#[test]
fn one_fails_and_the_rest_does_not_begin() {
    let dir = project(&[("bad.trig", BAD), ("good.trig", GOOD)]);
    let (code, _, err) = run(dir.path(), &["--jobs", "1", "--fail-fast"]);
    assert_eq!((code, err.as_str()), (1, "1 test: failed, 1 not run\n"));
}

#[test]
fn filters() {
    let dir = project(&[("good.trig", GOOD), ("bad.trig", BAD)]);
    for args in [&[".", "GOOD.trig"][..], &["a new lead"], &["new", "good"]] {
        let (code, _, err) = run(dir.path(), args);
        assert_eq!((code, err.as_str()), (0, "1 test: passed, 1 not run\n"));
    }
    let (code, _, err) = run(dir.path(), &["welcome"]);
    assert_eq!((code, err.as_str()), (1, "2 tests: 1 passed, 1 failed\n"));
    // what selects nothing is never green, whatever the other filters select
    let idle: [&[&str]; 5] = [
        &["shpo"],
        &["new", "Wellcome"],
        &[".", "laed", "new"],
        &[".", "sales.trig"],
        &["--min-coverage", "50", "new"],
    ];
    insta::assert_snapshot!(idle.map(|args| drawn(run(dir.path(), args))).join("\n"));
    let none = project(&[]);
    let (code, _, err) = run(none.path(), &["new"]);
    assert_eq!(code, 2, "{err}");
    assert!(
        err.starts_with("error: there are no tests, and so none has to do"),
        "{err}"
    );
    let (code, _, err) = run(dir.path(), &["shop/none"]);
    assert_eq!(
        (code, err.as_str()),
        (2, "error: `shop/none` does not exist\n")
    );
    let empty = tree(&[]);
    let (code, _, err) = run(empty.path(), &["shpo"]);
    assert_eq!(code, 2);
    assert!(err.contains("there is no path `shpo`"), "{err}");
}

#[test]
fn no_tests() {
    let dir = project(&[]);
    insta::assert_snapshot!(drawn(run(dir.path(), &[])));
}

#[test]
fn a_project_that_does_not_compile() {
    let dir = project(&[("bad.trig", "test \"x\" { expect fired Welcom }\n")]);
    insta::assert_snapshot!(drawn(run(dir.path(), &[])));
}

#[test]
fn coverage_and_a_threshold() {
    let text = "use kommo
trigger New for lead { on lead created  do log(text: \"new\") }
trigger Idle for lead { on lead deleted  do log(text: \"gone\") }
test \"new\" { create lead d  expect fired New }
";
    let dir = tree(&[("trig.toml", MANIFEST), ("main.trig", text)]);
    insta::assert_snapshot!(drawn(run(
        dir.path(),
        &["--coverage", "--min-coverage", "50"]
    )));
    insta::assert_snapshot!(drawn(run(dir.path(), &["--min-coverage", "50.5%"])));
    // a report for programs stays one, and people hear what lacks all the same
    let (code, out, err) = run(dir.path(), &["--min-coverage", "51", "--format", "junit"]);
    assert_eq!(code, 1);
    assert!(
        out.ends_with("</testsuites>\n") && !out.contains("Idle"),
        "{out}"
    );
    assert!(
        err.contains("Idle") && err.contains("has not fired"),
        "{err}"
    );
    let (code, _, err) = run(dir.path(), &["--min-coverage", "101"]);
    assert_eq!(code, 2);
    assert!(err.contains("a percentage lies between 0 and 100"), "{err}");
}

#[test]
fn a_report_for_programs() {
    let dir = project(&[("good.trig", GOOD), ("bad.trig", BAD)]);
    let (code, out, _) = run(dir.path(), &["--format", "json"]);
    assert_eq!(code, 1);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    insta::assert_json_snapshot!(report);
}

#[test]
fn a_report_for_ci_in_a_file() {
    let dir = project(&[("good.trig", GOOD), ("sub/bad.trig", BAD)]);
    let (code, out, _) = run(dir.path(), &["--format", "junit", "-o", "report.xml"]);
    assert_eq!(code, 1);
    assert!(
        out.starts_with("FAILED"),
        "people read it all the same: {out}"
    );
    let xml = fs::read_to_string(dir.path().join("report.xml")).unwrap();
    insta::assert_snapshot!(xml);
}

#[test]
fn a_test_cannot_drive_the_terminal() {
    let hostile = BAD.replace("a lead that", "a\\u{1b}[31mred \u{202e}lead that");
    let passes = GOOD.replace("a new lead", "a\\u{1b}[32mgreen lead");
    let dir = project(&[("bad\u{202e}.trig", &hostile), ("good.trig", &passes)]);
    let (code, out, err) = run(dir.path(), &["--verbose", "--coverage"]);
    assert_eq!(code, 1);
    let harmless = |c: char| c == '\n' || !c.is_control() && c != '\u{202e}';
    assert!(
        out.chars().all(harmless) && err.chars().all(harmless),
        "{out:?}"
    );
    assert!(out.contains("passed  a␛[32mgreen lead is welcome"), "{out}");
    assert!(out.contains("FAILED  a␛[31mred \u{fffd}lead that"), "{out}");
}

#[test]
fn several_projects() {
    let manifest = MANIFEST.replace("acme", "two");
    let dir = tree(&[
        ("one/trig.toml", MANIFEST),
        ("one/a.trig", SALES),
        ("one/b.trig", GOOD),
        ("two/trig.toml", &manifest),
        ("two/a.trig", SALES),
        ("two/b.trig", GOOD),
    ]);
    insta::assert_snapshot!(drawn(run(dir.path(), &["--verbose"])));
    // of both together: one shows all, the other nothing
    fs::write(
        dir.path().join("two/b.trig"),
        "test \"x\" { given lead d(stage: Sales.Won)  set d.owner = user \"1\"  expect not fired Welcome }\n",
    )
    .unwrap();
    let (_, _, err) = run(dir.path(), &["--min-coverage", "60"]);
    assert!(err.contains("the tests show 50.0% of"), "{err}");
}

#[test]
fn watching() {
    let dir = project(&[("bad.trig", BAD)]);
    let mut child = trigc(dir.path(), &["test", "--watch", "--verbose"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
    // what is said up to the moment at which it waits for changes
    let mut round = || -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = err.next().unwrap().unwrap();
            if line.starts_with("watching") {
                return lines;
            }
            lines.push(line);
        }
    };
    let first = round();
    assert!(first[0].starts_with("1 test: failed"), "{first:?}");
    let repaired = BAD.replace("given lead", "create lead");
    fs::write(
        dir.path().join("bad.trig"),
        repaired.replace("    clock 2026-03-02 10:00\n", ""),
    )
    .unwrap();
    // several events may tell of one change
    while !round().iter().any(|l| l.starts_with("1 test: passed")) {}
    fs::write(dir.path().join("good.trig"), GOOD).unwrap();
    while !round().iter().any(|l| l.starts_with("2 tests: passed")) {}
    fs::remove_file(dir.path().join("bad.trig")).unwrap();
    while !round().iter().any(|l| l.starts_with("1 test: passed")) {}
    child.kill().unwrap();
    child.wait().unwrap();
}
