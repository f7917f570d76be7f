//! Reports for people. The terminal obeys nothing that stands in the project.

use std::fmt::Write as _;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use trig_project::render::message;
use trig_test::{Coverage, GuardCoverage, TriggerCoverage};

use super::Ran;
use crate::report::Noun;

/// What failed, or with `verbose` how all went, and with `gaps` what is not covered.
pub(super) fn report(ran: &[Ran], verbose: bool, gaps: bool, coloured: bool) -> Vec<u8> {
    let pick = |style: Style| if coloured { style } else { Style::new() };
    let (bad, good) = (
        pick(AnsiColor::BrightRed.on_default().bold()),
        pick(AnsiColor::Green.on_default()),
    );
    let (bold, dim) = (pick(Style::new().bold()), pick(Style::new().dimmed()));
    let mut out = String::new();
    for project in ran {
        if ran.len() > 1 && (verbose || project.report.failed() > 0 || gaps) {
            heading(project, bold, &mut out);
        }
        for test in &project.report.tests {
            let title = message(&test.title);
            let place = test.place.to_string();
            let place = message(&place);
            match &test.failure {
                None if verbose => {
                    let _ = writeln!(out, "{good}passed{good:#}  {title}  {dim}{place}{dim:#}");
                }
                None => {}
                Some(failure) => {
                    let _ = writeln!(
                        out,
                        "{bad}FAILED{bad:#}  {bold}{title}{bold:#}  {dim}{place}{dim:#}"
                    );
                    let _ = writeln!(out, "{}", message(&failure.to_string()));
                }
            }
        }
        if let Some(coverage) = project.report.coverage.as_ref().filter(|_| gaps) {
            not_covered(coverage, bold, dim, &mut out);
        }
    }
    out.into_bytes()
}

/// What is not covered, alone.
pub(super) fn gaps(ran: &[Ran], coloured: bool) -> Vec<u8> {
    let pick = |style: Style| if coloured { style } else { Style::new() };
    let (bold, dim) = (pick(Style::new().bold()), pick(Style::new().dimmed()));
    let mut out = String::new();
    for project in ran {
        if ran.len() > 1 {
            heading(project, bold, &mut out);
        }
        if let Some(coverage) = &project.report.coverage {
            not_covered(coverage, bold, dim, &mut out);
        }
    }
    out.into_bytes()
}

/// Of which project the rest is said.
fn heading(project: &Ran, bold: Style, out: &mut String) {
    let root = project.root.display().to_string();
    let _ = writeln!(out, "{bold}{}{bold:#}", message(&root));
}

fn not_covered(coverage: &Coverage, bold: Style, dim: Style, out: &mut String) {
    let _ = writeln!(
        out,
        "{bold}coverage{bold:#}  {:.1}%: {} of {}",
        coverage.percent(),
        coverage.shown(),
        Noun("outcome").of(coverage.total()),
    );
    for trigger in &coverage.triggers {
        let TriggerCoverage {
            name,
            place,
            fired,
            guards,
        } = trigger;
        let missing: Vec<(&GuardCoverage, &str)> = guards
            .iter()
            .filter_map(|guard| Some((guard, lacks(guard)?)))
            .collect();
        if *fired && missing.is_empty() {
            continue;
        }
        let place = place.to_string();
        let (name, place) = (message(name), message(&place));
        let _ = writeln!(out, "  {bold}{name}{bold:#}  {dim}{place}{dim:#}");
        if !fired {
            let _ = writeln!(out, "    has not fired");
        }
        for (guard, lacks) in missing {
            let place = guard.place.to_string();
            let (text, place) = (message(&guard.text), message(&place));
            let _ = writeln!(out, "    {text}  {dim}{place}{dim:#}  {lacks}");
        }
    }
}

/// What no test has seen of a guard.
fn lacks(guard: &GuardCoverage) -> Option<&'static str> {
    match (guard.held, guard.stopped) {
        (true, true) => None,
        (false, true) => Some("has not held"),
        (true, false) => Some("has stopped nothing"),
        (false, false) => Some("was not tested"),
    }
}

/// The last line.
pub(super) fn summary(tests: usize, failed: usize, all: usize, took: Duration) -> String {
    if all == 0 {
        return "no tests: a file of the project may hold `test \"what it shows\" { … }`"
            .to_owned();
    }
    let passed = tests - failed;
    let how = match (passed, failed) {
        (_, 0) => "passed".to_owned(),
        (0, _) => "failed".to_owned(),
        _ => format!("{passed} passed, {failed} failed"),
    };
    let rest = match all - tests {
        0 => String::new(),
        rest => format!(", {rest} not run"),
    };
    let ms = took.as_millis();
    format!("{}: {how}{rest}, in {ms} ms", Noun("test").of(tests))
}
