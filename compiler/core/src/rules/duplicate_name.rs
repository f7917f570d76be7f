//! `duplicate-name`: a name that is declared twice

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "duplicate-name",
    level: Severity::Error,
    summary: "a name that is declared twice",
    explain: include_str!("duplicate_name.md"),
};

/// `full` is declared here again.
pub(crate) fn problem(file: &SmolStr, span: Span, full: &SmolStr) -> Problem {
    let name = crate::model::short(full);
    let diagnostic = RULE
        .at(file, span, format!("`{name}` is declared twice"))
        .here("declared again here")
        .note("all files of a project share one namespace; rename one of the two");
    Problem::from(diagnostic).declared("first declared here", full.clone())
}

/// There is a `known` list of this kind already.
pub(crate) fn known(file: &SmolStr, span: Span, plural: &str) -> Problem {
    RULE.with_help(
        file,
        span,
        format!("the known {plural} are declared twice"),
        "write all of them in one list: what is in neither is an error",
    )
}
