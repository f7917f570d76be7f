//! `hidden-name`: a name that hides another

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::Diagnostic;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "hidden-name",
    level: Severity::Error,
    summary: "a name that hides another",
    explain: include_str!("hidden_name.md"),
};

/// `name` is visible already, as `what`.
pub(crate) fn problem(file: &SmolStr, span: Span, name: &str, what: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("the variable `{name}` hides {what}"),
        file,
        span,
    )
    .help("call it otherwise")
    .into()
}

/// A declaration called `name` hides `what`.
pub(crate) fn declared(file: &SmolStr, span: Span, name: &str, what: &str) -> Problem {
    Diagnostic::error(RULE.name, format!("`{name}` would hide {what}"), file, span)
        .help("call it otherwise")
        .into()
}
