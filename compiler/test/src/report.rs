//! What running tests gives.

use serde::Serialize;
use smol_str::SmolStr;
use trig_ir::{Ir, Loc};

use crate::Coverage;

/// What running a suite gives. The same suite gives the same report, however many threads run it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The tests that were run, by file and place. After the first failure there may be fewer than asked for, where
    /// that was wanted.
    pub tests: Vec<TestResult>,
    /// What they have shown of the project's triggers, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
}

impl Report {
    /// How many of the tests failed.
    pub fn failed(&self) -> usize {
        self.tests.iter().filter(|t| t.failure.is_some()).count()
    }
}

/// How a test went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestResult {
    /// What it shows.
    pub title: String,
    /// Where it stands.
    pub place: Place,
    /// How many inputs the engine got.
    pub inputs: u32,
    /// Why it failed; `None`: it passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// Why a test failed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// Where the statement stands that failed.
    pub place: Place,
    /// The statement, as it is written.
    pub statement: String,
    /// What is wrong.
    pub message: String,
    /// What was found instead, a line each.
    pub facts: Vec<String>,
    /// What led there.
    pub timeline: Vec<TimelineLine>,
}

/// A line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimelineLine {
    /// The time on the project's clock, where it differs from the line before: `2026-03-02 10:00`.
    pub time: String,
    /// What kind of thing happened: `fired`. Empty: a statement of the test.
    pub label: String,
    /// What happened.
    pub text: String,
}

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file's path, relative to the project.
    pub file: SmolStr,
    /// The line, from 1.
    pub line: u32,
}

impl Place {
    pub(crate) fn of(ir: &Ir, loc: Loc) -> Self {
        let file = ir.files.get(loc.file.index());
        Self {
            file: file.map_or_else(SmolStr::default, |f| f.path.as_str().into()),
            line: loc.line,
        }
    }
}

/// `sales.trig:12`
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The failure as a few lines, without colour: the statement, what is wrong, what was found, and the timeline.
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "  {}  {}", self.place, self.statement)?;
        writeln!(f, "  {}", self.message)?;
        for fact in &self.facts {
            writeln!(f, "    {fact}")?;
        }
        if self.timeline.is_empty() {
            return Ok(());
        }
        writeln!(f)?;
        let width = self.timeline.iter().map(|l| l.time.chars().count()).max();
        let width = width.unwrap_or_default();
        for line in &self.timeline {
            let TimelineLine { time, label, text } = line;
            if label.is_empty() {
                writeln!(f, "    {time:<width$}  {text}")?;
            } else {
                writeln!(f, "    {time:<width$}    {label:<7}  {text}")?;
            }
        }
        Ok(())
    }
}
