//! `type-mismatch`: a value of another type than is needed here

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "type-mismatch",
    level: Severity::Error,
    summary: "a value of another type than is needed here",
    explain: include_str!("type_mismatch.md"),
};

/// `wanted` (with its backticks, where it is a type) is needed, a `found` was written.
pub(crate) fn problem(file: &SmolStr, span: Span, wanted: &str, found: &str) -> Problem {
    RULE.at(file, span, format!("expected {wanted}, found `{found}`"))
        .into()
}

/// Anything else that is wrong with a type.
pub(crate) fn message(file: &SmolStr, span: Span, message: String) -> Problem {
    RULE.at(file, span, message).into()
}

/// The two sides of an operator do not go together.
pub(crate) fn operands(
    file: &SmolStr,
    op: Span,
    text: &str,
    left: (Span, &str),
    right: (Span, &str),
) -> Problem {
    RULE.at(
        file,
        op,
        format!("`{text}` does not go with `{}` and `{}`", left.1, right.1),
    )
    .label(format!("this is `{}`", left.1), file, left.0)
    .label(format!("this is `{}`", right.1), file, right.0)
    .into()
}
