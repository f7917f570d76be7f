//! `duplicate-field`: a field, variant or stage that is declared twice

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::Diagnostic;
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
    let diagnostic = Diagnostic::error(
        RULE.name,
        format!("`{short}` has the {what} `{name}` already"),
        file,
        span,
    );
    Problem::from(diagnostic).declared(format!("`{short}` is declared here"), owner.clone())
}

/// `other` has the same native id.
pub(crate) fn native_id(file: &SmolStr, span: Span, other: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("`{other}` has this native id already"),
        file,
        span,
    )
    .into()
}
