//! `wrong-kind`: a name of another kind than is needed here

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "wrong-kind",
    level: Severity::Error,
    summary: "a name of another kind than is needed here",
    explain: include_str!("wrong_kind.md"),
};

/// `full` is `found`, and `wanted` is needed.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    full: &SmolStr,
    found: &str,
    wanted: &str,
) -> Problem {
    let name = crate::model::short(full);
    let diagnostic = RULE.at(file, span, format!("`{name}` is {found}, not {wanted}"));
    Problem::from(diagnostic).declared(format!("`{name}` is declared here"), full.clone())
}
