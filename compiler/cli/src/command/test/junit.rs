//! Reports as JUnit XML: a suite for each file, a case for each test.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use trig_test::TestResult;

use super::Ran;

pub(super) fn report(ran: &[Ran]) -> anyhow::Result<Vec<u8>> {
    let mut report = Report::new("trigc test");
    for project in ran {
        let mut suites: BTreeMap<String, TestSuite> = BTreeMap::new();
        for test in &project.report.tests {
            let file = project.root.join(test.place.file.as_str());
            let file = file
                .strip_prefix(".")
                .unwrap_or(&file)
                .display()
                .to_string();
            suites
                .entry(file.clone())
                .or_insert_with(|| TestSuite::new(file.as_str()))
                .add_test_case(case(&file, test));
        }
        report.add_test_suites(suites.into_values());
    }
    let mut xml = Vec::new();
    report.serialize(&mut xml)?;
    Ok(xml)
}

fn case(file: &str, test: &TestResult) -> TestCase {
    let status = match &test.failure {
        None => TestCaseStatus::success(),
        Some(failure) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(format!("{}: {}", failure.statement, failure.message));
            status.set_description(failure.to_string());
            status
        }
    };
    let mut case = TestCase::new(test.title.as_str(), status);
    case.set_classname(file);
    let line = test.place.line.to_string();
    case.extra.insert("file".into(), file.into());
    case.extra.insert("line".into(), line.as_str().into());
    case
}
