//! `duplicate-test`: two tests with one title

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "duplicate-test",
    level: Severity::Error,
    summary: "two tests with one title",
    explain: include_str!("duplicate_test.md"),
};

/// A test is called `title`, as is the one at `first`.
pub(crate) fn problem(file: &SmolStr, span: Span, title: &str, first: (&SmolStr, Span)) -> Problem {
    RULE.at(
        file,
        span,
        format!("another test is called \"{title}\" already"),
    )
    .label("the first one", first.0, first.1)
    .help("say in the title what this one shows")
    .into()
}
