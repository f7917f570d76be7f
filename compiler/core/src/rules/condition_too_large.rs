//! `condition-too-large`: a condition that asks more than anybody could wait for

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "condition-too-large",
    level: Severity::Error,
    summary: "a condition that asks more than anybody could wait for",
    explain: include_str!("condition_too_large.md"),
};

/// How many operators and values a condition may have, those of the conditions that it asks included.
pub(crate) const MOST: u64 = 10_000;

/// The condition asks more than [`MOST`].
pub(crate) fn problem(file: &SmolStr, span: Span, name: &str) -> Problem {
    let message = format!("`{name}` asks more than {MOST} questions, with what it asks of others");
    RULE.at(file, span, message)
        .help("ask each condition once")
        .into()
}
