//! `not-yet-supported`: a part of the language that this version does not carry out

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "not-yet-supported",
    level: Severity::Error,
    summary: "a part of the language that this version does not carry out",
    explain: include_str!("not_yet_supported.md"),
};

/// `what` is not carried out yet.
pub(crate) fn problem(file: &SmolStr, span: Span, what: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("{what} is not supported by this version"),
    )
    .into()
}
