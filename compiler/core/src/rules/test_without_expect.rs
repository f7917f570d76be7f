//! `test-without-expect`: a test that expects nothing

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "test-without-expect",
    level: Severity::Warning,
    summary: "a test that expects nothing",
    explain: include_str!("test_without_expect.md"),
};

/// The test called `title` cannot fail.
pub(crate) fn problem(file: &SmolStr, span: Span, title: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("the test \"{title}\" expects nothing, so it cannot fail"),
    )
    .help("write `expect fired TRIGGER`, or what else must be so in the end")
    .into()
}
