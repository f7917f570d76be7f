//! `missing-clause`: a trigger without a start

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::Diagnostic;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "missing-clause",
    level: Severity::Error,
    summary: "a trigger without a start",
    explain: include_str!("missing_clause.md"),
};

/// The trigger has no `on`.
pub(crate) fn no_start(file: &SmolStr, span: Span, name: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("trigger `{name}` has no start"),
        file,
        span,
    )
    .help("say what starts it: `on EVENT`")
    .into()
}

/// The trigger has no `do` and stands in no stage.
pub(crate) fn no_action(file: &SmolStr, span: Span, name: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("trigger `{name}` does nothing"),
        file,
        span,
    )
    .help("say what it does: `do ACTION`; only a trigger in a stage moves there by itself")
    .into()
}

/// The pipeline has no stage.
pub(crate) fn no_stages(file: &SmolStr, span: Span, name: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("pipeline `{name}` has no stages"),
        file,
        span,
    )
    .help("declare at least one: `stage New initial`")
    .into()
}
