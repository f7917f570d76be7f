//! Reports for programs.

use serde::Serialize;
use trig_test::Report;

use super::{Ran, covered};

/// The form of the report. A program that reads it refuses any other.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Whole<'a> {
    version: u32,
    projects: Vec<One<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct One<'a> {
    /// Its directory, as it was given.
    project: String,
    #[serde(flatten)]
    report: &'a Report,
}

#[derive(Serialize)]
struct Summary {
    tests: usize,
    passed: usize,
    failed: usize,
    /// Tests that were not asked for.
    not_run: usize,
    /// The share of triggers and guards that the tests show, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<f64>,
}

pub(super) fn report(ran: &[Ran]) -> anyhow::Result<Vec<u8>> {
    let tests: usize = ran.iter().map(|r| r.report.tests.len()).sum();
    let failed: usize = ran.iter().map(|r| r.report.failed()).sum();
    let all: usize = ran.iter().map(|r| r.all).sum();
    let whole = Whole {
        version: VERSION,
        projects: ran
            .iter()
            .map(|ran| One {
                project: ran.root.display().to_string(),
                report: &ran.report,
            })
            .collect(),
        summary: Summary {
            tests,
            passed: tests - failed,
            failed,
            not_run: all - tests,
            coverage: covered(ran),
        },
    };
    let mut json = serde_json::to_vec(&whole)?;
    json.push(b'\n');
    Ok(json)
}
