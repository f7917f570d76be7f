//! `unreachable-action`: an action that is never done

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "unreachable-action",
    level: Severity::Warning,
    summary: "an action that is never done",
    explain: include_str!("unreachable_action.md"),
};

/// The body has ended before this action.
pub(crate) fn problem(file: &SmolStr, span: Span) -> Problem {
    RULE.at(
        file,
        span,
        "this is never done: `stop this` has ended the body before it",
    )
    .help("remove it, or move it before `stop this`")
    .into()
}
