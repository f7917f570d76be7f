//! `ambiguous-name`: a name with several readings

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::diagnostic::listed;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "ambiguous-name",
    level: Severity::Error,
    summary: "a name with several readings",
    explain: include_str!("ambiguous_name.md"),
};

/// Several catalogues, or several kinds of things, have the name.
pub(crate) fn problem(file: &SmolStr, span: Span, name: &str, readings: &[SmolStr]) -> Problem {
    let list = listed(readings.iter().map(SmolStr::as_str), " or ");
    RULE.at(file, span, format!("`{name}` may mean {list}"))
        .help("write the one that you mean".to_owned())
        .into()
}
