//! `empty-choice`: a choice among nothing

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "empty-choice",
    level: Severity::Error,
    summary: "a choice among nothing",
    explain: include_str!("empty_choice.md"),
};

/// `op []`
pub(crate) fn problem(file: &SmolStr, span: Span, op: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("`{op}` with nothing after it chooses among nothing"),
    )
    .help("name at least one value, or leave the condition out")
    .into()
}

/// A list of nothing as an argument of a condition.
pub(crate) fn argument(file: &SmolStr, span: Span, name: &str) -> Problem {
    RULE.with_help(
        file,
        span,
        format!("`{name}` is a list of nothing, and a condition chooses among what it is given"),
        "name at least one value",
    )
}
