//! `misplaced-clause`: something that cannot stand here

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "misplaced-clause",
    level: Severity::Error,
    summary: "something that cannot stand here",
    explain: include_str!("misplaced_clause.md"),
};

/// Why it cannot stand here.
pub(crate) fn problem(file: &SmolStr, span: Span, message: impl Into<String>) -> Problem {
    RULE.at(file, span, message).into()
}
