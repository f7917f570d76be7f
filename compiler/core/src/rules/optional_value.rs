//! `optional-value`: a value that may be empty where one is needed

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "optional-value",
    level: Severity::Error,
    summary: "a value that may be empty where one is needed",
    explain: include_str!("optional_value.md"),
};

/// The value may be `empty`.
pub(crate) fn problem(file: &SmolStr, span: Span, what: &str, example: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("{what} may be `empty`, and a value is needed here"),
    )
    .help(format!(
        "say what stands for an empty one: `… or else {example}`"
    ))
    .into()
}
