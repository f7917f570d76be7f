//! `duplicate-field`: a field, variant or stage that is declared twice

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "duplicate-field",
    level: Severity::Error,
    summary: "a field, variant or stage that is declared twice",
    explain: include_str!("duplicate_field.md"),
};

/// `owner` has a field (variant, stage) called `name` already.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    what: &str,
    name: &str,
    owner: &SmolStr,
) -> Problem {
    let short = crate::model::short(owner);
    let diagnostic = RULE.at(
        file,
        span,
        format!("`{short}` has the {what} `{name}` already"),
    );
    Problem::from(diagnostic).declared(format!("`{short}` is declared here"), owner.clone())
}

/// `other` has the same native id.
pub(crate) fn native_id(file: &SmolStr, span: Span, other: &str) -> Problem {
    RULE.at(file, span, format!("`{other}` has this native id already"))
        .into()
}
