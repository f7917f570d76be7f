//! `optional-value`: a value that may be empty where one is needed

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "optional-value",
    level: Severity::Error,
    summary: "a value that may be empty where one is needed",
    explain: include_str!("optional_value.md"),
};

/// The value may be `empty`. `remedy`: how it is known not to be, where `when` does not help.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    what: &str,
    example: &str,
    remedy: Option<String>,
) -> Problem {
    let diagnostic = RULE
        .at(
            file,
            span,
            format!("{what} may be `empty`, and a value is needed here"),
        )
        .help(format!(
            "say what stands for an empty one: `… or else {example}`"
        ));
    match remedy {
        Some(remedy) => diagnostic.note(remedy),
        None => diagnostic,
    }
    .into()
}
