//! `may-be-empty`: a text with a piece that may be empty

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "may-be-empty",
    level: Severity::Warning,
    summary: "a text with a piece that may be empty",
    explain: include_str!("may_be_empty.md"),
};

/// The piece of a text may be `empty`. `remedy`: what to do, where `when` does not help.
pub(crate) fn problem(file: &SmolStr, span: Span, path: &str, remedy: Option<String>) -> Problem {
    let remedy = remedy.unwrap_or_else(|| format!("exclude it with `when {path} is not empty`"));
    RULE.at(
        file,
        span,
        format!("`{path}` may be `empty`, and then prints nothing"),
    )
    .help(remedy)
    .into()
}
