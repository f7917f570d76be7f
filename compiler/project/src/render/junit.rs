//! Diagnostics as JUnit XML, which most CI systems show: a suite for each project, a case for each of its files. A file
//! with errors has failed; warnings are its output.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use trig_compiler::{Diagnostic, Severity};

use super::human::human;
use super::sanitize::message;
use super::texts::Texts;

/// What is reported of one or more projects.
#[derive(Debug)]
pub struct Junit {
    report: Report,
}

impl Default for Junit {
    fn default() -> Self {
        Self {
            report: Report::new("trigc check"),
        }
    }
}

impl Junit {
    /// Adds a project called `name`: its `files`, those that only diagnostics know of, and what is wrong with them.
    ///
    /// # Errors
    /// None but those of memory.
    pub fn add<'a>(
        &mut self,
        name: &str,
        texts: &Texts<'_>,
        files: impl IntoIterator<Item = &'a str>,
        diagnostics: &[Diagnostic],
    ) -> io::Result<()> {
        let mut found: BTreeMap<&str, [Vec<Diagnostic>; 2]> = files
            .into_iter()
            .map(|file| (file, Default::default()))
            .collect();
        for diagnostic in diagnostics {
            let file = diagnostic.labels.first().map_or("", |l| l.file.as_str());
            let [errors, warnings] = found.entry(file).or_default();
            match diagnostic.severity {
                Severity::Error => errors.push(diagnostic.clone()),
                Severity::Warning => warnings.push(diagnostic.clone()),
            }
        }
        let mut suite = TestSuite::new(xml(name));
        for (file, [errors, warnings]) in found {
            let shown = xml(&texts.shown_path(file));
            let mut case = TestCase::new(shown, status(texts, &errors)?);
            case.set_classname("trigc check");
            if !warnings.is_empty() {
                case.set_system_out(rendered(texts, &warnings)?);
            }
            suite.add_test_case(case);
        }
        self.report.add_test_suite(suite);
        Ok(())
    }

    /// Writes it.
    ///
    /// # Errors
    /// If `out` refuses.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.report.serialize(out).map_err(io::Error::other)
    }
}

fn status(texts: &Texts<'_>, errors: &[Diagnostic]) -> io::Result<TestCaseStatus> {
    let Some(first) = errors.first() else {
        return Ok(TestCaseStatus::success());
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let more = match errors.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    status
        .set_type(first.rule)
        .set_message(xml(&format!("{}{more}", first.message)))
        .set_description(rendered(texts, errors)?);
    Ok(status)
}

fn rendered(texts: &Texts<'_>, diagnostics: &[Diagnostic]) -> io::Result<String> {
    let mut out = Vec::new();
    human(texts, diagnostics, false, &mut out)?;
    Ok(xml(&String::from_utf8_lossy(&out)))
}

/// Text without what XML 1.0 cannot hold, however it is escaped.
fn xml(text: &str) -> String {
    message(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
