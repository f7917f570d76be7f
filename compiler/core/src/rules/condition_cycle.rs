//! `condition-cycle`: conditions that ask each other in a circle

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::diagnostic::listed;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "condition-cycle",
    level: Severity::Error,
    summary: "conditions that ask each other in a circle",
    explain: include_str!("condition_cycle.md"),
};

/// The chain of conditions that leads back to its beginning.
pub(crate) fn problem(file: &SmolStr, span: Span, chain: &[SmolStr]) -> Problem {
    let text = listed(chain.iter().map(SmolStr::as_str), " asks ");
    RULE.at(
        file,
        span,
        format!("conditions ask each other in a circle: {text}"),
    )
    .into()
}
