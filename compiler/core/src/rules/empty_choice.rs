//! `empty-choice`: a choice among nothing

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::Diagnostic;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "empty-choice",
    level: Severity::Error,
    summary: "a choice among nothing",
    explain: include_str!("empty_choice.md"),
};

/// `op []`
pub(crate) fn problem(file: &SmolStr, span: Span, op: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("`{op}` with nothing after it chooses among nothing"),
        file,
        span,
    )
    .help("name at least one value, or leave the condition out")
    .into()
}
