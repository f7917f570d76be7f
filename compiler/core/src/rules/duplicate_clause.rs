//! `duplicate-clause`: a clause that stands twice

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "duplicate-clause",
    level: Severity::Error,
    summary: "a clause that stands twice",
    explain: include_str!("duplicate_clause.md"),
};

/// The clause stands a second time.
pub(crate) fn problem(file: &SmolStr, span: Span, clause: &str, first: Span) -> Problem {
    RULE.at(file, span, format!("`{clause}` stands twice"))
        .label("the first one", file, first)
        .into()
}
