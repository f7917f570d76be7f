//! `unused-allow`: an `allow` that allows nothing

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "unused-allow",
    level: Severity::Warning,
    summary: "an `allow` that allows nothing",
    explain: include_str!("unused_allow.md"),
};

/// Nothing of `rule` is reported in the declaration called `name`.
pub(crate) fn problem(file: &SmolStr, span: Span, rule: &str, name: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("`{name}` gives no cause for `{rule}`, so there is nothing to allow"),
    )
    .help("leave it out")
    .into()
}
