//! `hidden-name`: a variable that hides a name

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::Diagnostic;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "hidden-name",
    level: Severity::Error,
    summary: "a variable that hides a name",
    explain: "A variable after `any` or `for each` must not be called like something that is visible there.",
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
