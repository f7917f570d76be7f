//! `hidden-name`: a name that hides another

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "hidden-name",
    level: Severity::Error,
    summary: "a name that hides another",
    explain: include_str!("hidden_name.md"),
};

/// `name` is visible already, as `what`.
pub(crate) fn problem(file: &SmolStr, span: Span, name: &str, what: &str) -> Problem {
    RULE.at(file, span, format!("the variable `{name}` hides {what}"))
        .help("call it otherwise")
        .into()
}

/// A declaration called `name` hides `what`.
pub(crate) fn declared(file: &SmolStr, span: Span, name: &str, what: &str) -> Problem {
    RULE.at(file, span, format!("`{name}` would hide {what}"))
        .help("call it otherwise")
        .into()
}
