//! `invalid-literal`: a number, date, time or duration that does not exist

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "invalid-literal",
    level: Severity::Error,
    summary: "a number, date, time or duration that does not exist",
    explain: include_str!("invalid_literal.md"),
};

/// What is wrong with it.
pub(crate) fn problem(file: &SmolStr, span: Span, message: String) -> Problem {
    RULE.at(file, span, message).into()
}
